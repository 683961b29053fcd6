/* SPDX-License-Identifier: MIT */
#ifndef WH_PROPOSER_POST_BLOCK_H
#define WH_PROPOSER_POST_BLOCK_H

#include "game/agent/daemon.h"

/* proposer_post_block sends postEthereum with the block of a block file and waits for it to be
 * mined. It refuses a block that is not the child of the last one in the Inbox, and while a
 * transaction of the key is waiting; yes: it does not. Prints the transaction. Returns the exit code. */
int proposer_post_block(const struct daemon_config *cfg, const char *program, const char *path,
                        bool yes);

#endif
