/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_POOL_H
#define WH_DEPLOY_DEVNET_POOL_H

/* The transactions that wait. One per sender and nonce; a rival of the same nonce must pay at least
 * 10 % more of both fees (a blob transaction twice), as geth's pools demand. */

#include "deploy/devnet/block.h"

#define POOL_MAX 16384u

struct pool {
    struct txn **items; /* owns the array, by arrival */
    size_t count, cap;
    uint64_t arrivals;
};

enum pool_answer { POOL_ADDED, POOL_REPLACED, POOL_UNDERPRICED, POOL_FULL, POOL_NOMEM };

enum pool_answer pool_put(struct pool *p, struct txn *t);
struct txn *pool_find(const struct pool *p, const address *sender, uint64_t nonce);
void pool_remove(struct pool *p, struct txn *t);
void pool_clear(struct pool *p);
void pool_done(struct pool *p);

/* pool_next_nonce is the nonce after the unbroken row of waiting transactions from nonce on. */
uint64_t pool_next_nonce(const struct pool *p, const address *sender, uint64_t nonce);

/* The nonce of an account where a block is being built. Negative: trouble. */
typedef wh_status pool_nonce(void *ctx, const address *who, uint64_t *nonce);

/* pool_pick finds the transaction to try next: nonce in turn, max fee not below the base fee, not yet
 * left out of this build (t->build == build), the highest tip, then the oldest. NULL: none. */
WH_MUST wh_status pool_pick(const struct pool *p, const u256 *base_fee, uint64_t build,
                            pool_nonce *nonce, void *ctx, struct txn **out);

/* pool_drop_used removes what can never be mined on top of this state: nonces below the account's. */
WH_MUST wh_status pool_drop_used(struct pool *p, pool_nonce *nonce, void *ctx);

#endif
