/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_SYS_CLI_PRIVATE_H
#define WH_PROTO_SYS_CLI_PRIVATE_H

/* Shared by cli.c and cli_help.c. */
#include "proto/sys/cli.h"

void wh_cli_env_name(const char *flag, char out[80]);
const char *wh_cli_form(const struct wh_option *o); /* "a duration such as 12s" */

#endif
