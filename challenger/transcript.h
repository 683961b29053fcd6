/* SPDX-License-Identifier: MIT */
#ifndef WH_CHALLENGER_TRANSCRIPT_H
#define WH_CHALLENGER_TRANSCRIPT_H

#include "game/agent/daemon.h"

/* transcript_export writes everything that the contracts logged, from the store of a daemon. Returns
 * the exit code. */
int transcript_export(const struct daemon_config *cfg, const char *program, const char *path);

/* transcript_replay folds a transcript into the game and prints how it ended, from the file alone.
 * 0: it folds; 7: the file is malformed, or its logs do not follow from each other. */
int transcript_replay(const char *program, const char *path);

#endif
