/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_MINER_H
#define WH_DEPLOY_DEVNET_MINER_H

/* When blocks come, and what time they have. */

#include "deploy/devnet/node.h"

/* miner_timestamp is the time of a block built now: the time set for it, else the chain's clock
 * (wall clock plus what evm_increaseTime added), at least one second after the head. */
uint64_t miner_timestamp(const struct node *n);

/* miner_mine builds one block on the head. A failure stops the node: *err says why, and every later
 * call fails alike. */
WH_MUST wh_status miner_mine(struct node *n, struct wh_error *err);

/* miner_poke mines while automine is on and the pool holds something that can be mined. */
WH_MUST wh_status miner_poke(struct node *n, struct wh_error *err);

/* miner_set_time: false if timestamp is not after the head's. */
bool miner_set_time(struct node *n, uint64_t timestamp);

/* miner_submit takes a transaction into the pool and pokes the miner. t is taken over. A refusal is
 * WH_E_MISMATCH, its text in `why` (geth's words); trouble is negative, in *err. */
struct miner_refusal {
    char text[256];
};
WH_MUST wh_status miner_submit(struct node *n, struct txn *t, struct miner_refusal *why,
                               struct wh_error *err);

#endif
