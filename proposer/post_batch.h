/* SPDX-License-Identifier: MIT */
#ifndef WH_PROPOSER_POST_BATCH_H
#define WH_PROPOSER_POST_BATCH_H

#include "game/agent/daemon.h"

/* The hands of a rollup's sequencer and of its users (rule set `rollup`, PROTOCOL 3). A file of
 * transactions is text: one signed transaction a line (EIP-2718 bytes, 0x...); empty lines and lines that begin
 * with # do not count. Each command sends one L1 transaction, waits, prints it, and returns the exit code. */

/* proposer_post_batch makes the next block: what waits in the forced queue, as much as a batch may take, then the
 * transactions of the file; the time is L1's. */
int proposer_post_batch(const struct daemon_config *cfg, const char *program, const char *path);

/* proposer_send_forced puts the file's one transaction into the forced queue: anybody may. */
int proposer_send_forced(const struct daemon_config *cfg, const char *program, const char *path);

/* proposer_post_forced makes a block of what is due in the forced queue: anybody may. */
int proposer_post_forced(const struct daemon_config *cfg, const char *program);

#endif
