/* SPDX-License-Identifier: MIT */
#ifndef WH_CHALLENGER_EVIDENCE_H
#define WH_CHALLENGER_EVIDENCE_H

#include "game/agent/daemon.h"

/* evidence_export writes the evidence of own step number `step` from the store of a daemon that is
 * not running: pre state, trace, post leaf, and where the game disputes it, if it does. Returns the
 * exit code. */
int evidence_export(const struct daemon_config *cfg, const char *program, const char *step,
                    const char *path);

/* evidence_replay runs the step from the file alone. 0: true, the step gives post_leaf (and the node
 * named is the one after pre); 1: false, it gives another leaf; 7: the file leaves it open. */
int evidence_replay(const char *program, const char *path, bool json);

#endif
