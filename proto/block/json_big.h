/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_JSON_BIG_H
#define WH_PROTO_BLOCK_JSON_BIG_H

#include "proto/sys/json.h"

/* json_parse_big is wh_json_parse for files with integers beyond 64 bits (a chain configuration's
 * terminalTotalDifficulty): those become strings. */
WH_MUST wh_status json_parse_big(const char *text, size_t len, json_t **out, struct wh_error *err);

#endif
