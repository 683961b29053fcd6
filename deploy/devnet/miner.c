/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/miner.h"

#include <inttypes.h>
#include <stdlib.h>

#include "deploy/devnet/build.h"
#include "deploy/devnet/run.h"
#include "evm/tx/intrinsic.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"

uint64_t miner_timestamp(const struct node *n)
{
    const uint64_t least = node_head(n)->head.timestamp + 1;
    if (n->next_timestamp >= least) return n->next_timestamp;
    const int64_t now = (int64_t)(wh_now_ms() / 1000) + n->clock_ahead;
    return now > (int64_t)least ? (uint64_t)now : least;
}

bool miner_set_time(struct node *n, uint64_t timestamp)
{
    if (timestamp <= node_head(n)->head.timestamp) return false;
    n->next_timestamp = timestamp;
    return true;
}

static wh_status nonce_at_head(void *ctx, const address *who, uint64_t *nonce)
{
    struct run *r = ctx;
    struct state_info info;
    WH_TRY(state_get(&r->state, who, &info));
    *nonce = info.nonce;
    return WH_OK;
}

static wh_status tidy_pool(struct node *n)
{
    if (n->pool.count == 0) return WH_OK;
    struct run r;
    WH_TRY(run_open_at(&r, n, node_head(n)));
    const wh_status status = pool_drop_used(&n->pool, nonce_at_head, &r);
    run_close(&r);
    return status;
}

static wh_status stop(struct node *n, wh_status status, struct wh_error *err)
{
    if (n->stopped == WH_OK) {
        n->stopped = status;
        snprintf(n->why_stopped, sizeof n->why_stopped,
                 "block %" PRIu64 " could not be made (status %d)", n->count, (int)status);
    }
    const enum wh_err code = n->stopped == WH_E_NOMEM    ? WH_ERR_NOMEM
                             : n->stopped == WH_E_CRYPTO ? WH_ERR_CRYPTO
                                                         : WH_ERR_SYS;
    return wh_fail(err, code, "the node has stopped: %s", n->why_stopped);
}

wh_status miner_mine(struct node *n, struct wh_error *err)
{
    if (n->stopped != WH_OK) return stop(n, n->stopped, err);
    const uint64_t timestamp = miner_timestamp(n);
    struct block *b;
    wh_status status = build_block(n, timestamp, &b);
    if (status == WH_OK) status = chain_append(n, b);
    if (status == WH_OK) status = tidy_pool(n);
    if (status != WH_OK) return stop(n, status, err);
    if (n->next_timestamp != 0) {
        /* The clock goes on from a time that was set. */
        n->clock_ahead = (int64_t)timestamp - (int64_t)(wh_now_ms() / 1000);
        n->next_timestamp = 0;
    }
    return WH_OK;
}

wh_status miner_poke(struct node *n, struct wh_error *err)
{
    while (n->config.automine && n->pool.count > 0) {
        struct run r;
        struct txn *t;
        struct block_header head;
        build_header(n, node_head(n), miner_timestamp(n), &head);
        wh_status status = run_open_at(&r, n, node_head(n));
        if (status == WH_OK) {
            status = pool_pick(&n->pool, &head.base_fee, n->builds + 1, nonce_at_head, &r, &t);
            run_close(&r);
        }
        if (status != WH_OK) return stop(n, status, err);
        if (t == NULL) return WH_OK;
        const size_t before = n->pool.count;
        WH_TRY(miner_mine(n, err));
        if (n->pool.count == before) return WH_OK; /* waits for a better price */
    }
    return WH_OK;
}

static wh_status refuse(struct miner_refusal *why, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static wh_status refuse(struct miner_refusal *why, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why->text, sizeof why->text, fmt, ap);
    va_end(ap);
    return WH_E_MISMATCH;
}

static wh_status refuse_funds(const struct tx *tx, const u256 *balance, struct miner_refusal *why)
{
    u256 cost, gas = u256_from_u64(tx->gas), blob_gas = u256_from_u64(tx_blob_gas(tx)), part;
    u256_mul(&cost, &gas, &tx->max_fee);
    u256_mul(&part, &blob_gas, &tx->max_blob_fee);
    u256_add(&cost, &cost, &part);
    u256_add(&cost, &cost, &tx->value);
    u256_sub(&part, &cost, balance);
    char have[80], want[80], over[80];
    wh_dec_print(balance, have);
    wh_dec_print(&cost, want);
    wh_dec_print(&part, over);
    return refuse(why,
                  "insufficient funds for gas * price + value: balance %s, tx cost %s, overshot %s",
                  have, want, over);
}

/* What geth's pool says, for the reasons that its users meet. */
static wh_status refuse_static(const struct node *n, const struct tx *tx, enum tx_reject reject,
                               struct miner_refusal *why)
{
    const struct tx_intrinsic due = tx_intrinsic_gas(tx, FORK_OSAKA);
    if (reject == TX_WRONG_CHAIN_ID)
        return refuse(why, "invalid chain id for signer: have %" PRIu64 " want %" PRIu64,
                      tx->chain_id, n->config.chain_id);
    if (reject == TX_PRIORITY_GREATER_THAN_MAX_FEE)
        return refuse(why, "max priority fee per gas higher than max fee per gas");
    if (reject == TX_GAS_LIMIT_EXCEEDS_MAXIMUM)
        return refuse(why, "transaction gas limit too high (cap: %" PRIu64 ", tx: %" PRIu64 ")",
                      NODE_TX_GAS_MAX, tx->gas);
    if (reject == TX_INTRINSIC_GAS_TOO_LOW)
        return refuse(why, "intrinsic gas too low: gas %" PRIu64 ", minimum needed %" PRIu64,
                      tx->gas, due.gas);
    if (reject == TX_FLOOR_GAS_TOO_LOW)
        return refuse(why,
                      "insufficient gas for floor data gas cost: gas %" PRIu64
                      ", minimum needed %" PRIu64,
                      tx->gas, due.floor);
    if (reject == TX_GAS_ALLOWANCE_EXCEEDED) return refuse(why, "exceeds block gas limit");
    return refuse(why, "invalid transaction: %s", tx_reject_text(reject));
}

/* Rules of the pool: everything but the fees of the moment, and nonces ahead are allowed. */
static wh_status judge(struct node *n, struct run *r, const struct txn *t,
                       struct miner_refusal *why)
{
    struct state_info info;
    const struct tx_rules rules = {.fork = FORK_OSAKA,
                                   .chain_id = n->config.chain_id,
                                   .gas_limit = node_head(n)->head.gas_limit,
                                   .blob_gas_limit = NODE_BLOB_MAX * NODE_BLOB_GAS};
    const enum tx_reject reject = tx_check_static(&rules, &t->tx, 1);
    if (reject != TX_ACCEPTED) return refuse_static(n, &t->tx, reject, why);
    WH_TRY(state_get(&r->state, &t->sender, &info));
    if (t->tx.nonce < info.nonce)
        return refuse(why, "nonce too low: next nonce %" PRIu64 ", tx nonce %" PRIu64, info.nonce,
                      t->tx.nonce);
    if (tx_check_account(&t->tx, t->tx.nonce, &info.balance) != TX_ACCEPTED)
        return refuse_funds(&t->tx, &info.balance, why);
    wh_span code;
    WH_TRY(state_get_code(&r->state, &t->sender, &code));
    if (code.len > 0 && tx_check_code(code) != TX_ACCEPTED) return refuse(why, "sender not an eoa");
    return WH_OK;
}

wh_status miner_submit(struct node *n, struct txn *t, struct miner_refusal *why,
                       struct wh_error *err)
{
    if (n->stopped != WH_OK) {
        free(t);
        return stop(n, n->stopped, err);
    }
    struct txn *known = table_get(&n->txns, &t->hash);
    if (known != NULL && (known->pooled || known->block != NULL)) {
        free(t);
        return refuse(why, "already known");
    }
    struct run r;
    wh_status status = run_open_at(&r, n, node_head(n));
    if (status == WH_OK) {
        status = judge(n, &r, t, why);
        run_close(&r);
    }
    if (status != WH_OK) {
        free(t);
        return status == WH_E_MISMATCH ? status : stop(n, status, err);
    }
    status = chain_add_txn(n, &t);
    if (status != WH_OK) return stop(n, status, err);
    switch (pool_put(&n->pool, t)) {
    case POOL_ADDED:
    case POOL_REPLACED: break;
    case POOL_UNDERPRICED: return refuse(why, "replacement transaction underpriced");
    case POOL_FULL: return refuse(why, "txpool is full");
    case POOL_NOMEM: return stop(n, WH_E_NOMEM, err);
    }
    return miner_poke(n, err);
}
