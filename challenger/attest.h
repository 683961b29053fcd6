/* SPDX-License-Identifier: MIT */
#ifndef WH_CHALLENGER_ATTEST_H
#define WH_CHALLENGER_ATTEST_H

#include "game/agent/daemon.h"

/* attest_serve answers whittle_attestStep on loopback until SIGTERM: it runs each step from the bytes
 * that it is sent and signs what came out. Returns the exit code. */
int attest_serve(const struct daemon_config *cfg, const char *program, uint64_t port);

#endif
