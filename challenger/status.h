/* SPDX-License-Identifier: MIT */
#ifndef WH_CHALLENGER_STATUS_H
#define WH_CHALLENGER_STATUS_H

#include "game/agent/daemon.h"

/* status_print tells what the store of a (running or stopped) daemon holds: L1 head, own steps,
 * verdicts, moves. Reads only. Returns 0, 6 if a pending assertion is invalid, 7 if one cannot be
 * told, 5 for trouble with the store. */
int status_print(const struct daemon_config *cfg, const char *program, bool json);

#endif
