/* SPDX-License-Identifier: MIT */
/* Methods of a development node: time, mining on demand, snapshots, reorgs, EXECUTE's accounts. */
#include <string.h>

#include "deploy/devnet/execute.h"
#include "deploy/devnet/miner.h"
#include "deploy/devnet/rpc.h"
#include "deploy/devnet/run.h"

enum { MINE_MAX = 100000 };

static bool mine(struct rpc *c)
{
    struct wh_error err = {0};
    return miner_mine(c->node, &err) == WH_OK ? true : rpc_fail(c, RPC_INTERNAL, "%s", err.what);
}

bool rpc_increase_time(struct rpc *c)
{
    uint64_t seconds;
    if (!arg_u64(c, 0, &seconds)) return false;
    if (seconds > (uint64_t)1 << 40) return rpc_fail(c, RPC_INVALID_PARAMS, "too many seconds");
    c->node->clock_ahead += (int64_t)seconds;
    wh_jw_i64(&c->w, NULL, c->node->clock_ahead);
    return true;
}

bool rpc_set_time(struct rpc *c)
{
    uint64_t timestamp;
    if (!arg_u64(c, 0, &timestamp)) return false;
    if (!miner_set_time(c->node, timestamp))
        return rpc_fail(c, RPC_INVALID_PARAMS, "timestamp is not after the latest block's");
    wh_jw_null(&c->w, NULL);
    return true;
}

bool rpc_mine(struct rpc *c)
{
    const json_t *o = arg_at(c, 0);
    const json_t *time = json_is_object(o) ? json_object_get(o, "timestamp") : o;
    const json_t *count = json_is_object(o) ? json_object_get(o, "blocks") : NULL;
    uint64_t blocks = 1, timestamp;
    if (count != NULL && !json_is_null(count) && !value_u64(c, count, "blocks", &blocks))
        return false;
    if (blocks > MINE_MAX) return rpc_fail(c, RPC_INVALID_PARAMS, "too many blocks");
    if (time != NULL && !json_is_null(time)) {
        if (!value_u64(c, time, "timestamp", &timestamp)) return false;
        if (!miner_set_time(c->node, timestamp))
            return rpc_fail(c, RPC_INVALID_PARAMS, "timestamp is not after the latest block's");
    }
    for (uint64_t i = 0; i < blocks; i++)
        if (!mine(c)) return false;
    wh_jw_str(&c->w, NULL, "0x0");
    return true;
}

bool rpc_snapshot(struct rpc *c)
{
    uint64_t id;
    const wh_status status = chain_snapshot(c->node, &id);
    if (status != WH_OK) return rpc_trouble(c, status);
    wh_jw_qty(&c->w, NULL, id);
    return true;
}

bool rpc_revert(struct rpc *c)
{
    uint64_t id;
    bool found;
    if (!arg_u64(c, 0, &id)) return false;
    const wh_status status = chain_revert(c->node, id, &found);
    if (status != WH_OK) return rpc_trouble(c, status);
    wh_jw_bool(&c->w, NULL, found);
    return true;
}

bool rpc_set_automine(struct rpc *c)
{
    struct wh_error err = {0};
    if (arg_at(c, 0) == NULL || !arg_bool(c, 0, &c->node->config.automine))
        return rpc_fail(c, RPC_INVALID_PARAMS, "want true or false");
    if (miner_poke(c->node, &err) != WH_OK) return rpc_fail(c, RPC_INTERNAL, "%s", err.what);
    wh_jw_null(&c->w, NULL);
    return true;
}

/* whittle_reorg(N, {"transactions": "pool" | "drop", "mine": M}) drops the last N blocks. Their
 * transactions wait in the pool again, or are dropped; then M blocks are mined on the new branch. */
bool rpc_reorg(struct rpc *c)
{
    uint64_t depth, blocks = 0;
    bool keep = true;
    const json_t *o = arg_at(c, 1);
    if (!arg_u64(c, 0, &depth)) return false;
    if (depth == 0 || depth >= c->node->count)
        return rpc_fail(c, RPC_INVALID_PARAMS, "the chain has no such number of blocks to drop");
    if (o != NULL) {
        if (!json_is_object(o)) return rpc_fail(c, RPC_INVALID_PARAMS, "want an object");
        const json_t *txs = json_object_get(o, "transactions");
        const json_t *again = json_object_get(o, "mine");
        const char *what = txs == NULL ? "pool" : json_string_value(txs);
        if (what == NULL || (strcmp(what, "pool") != 0 && strcmp(what, "drop") != 0))
            return rpc_fail(c, RPC_INVALID_PARAMS, "transactions: want \"pool\" or \"drop\"");
        keep = strcmp(what, "pool") == 0;
        if (again != NULL && !value_u64(c, again, "mine", &blocks)) return false;
        if (blocks > MINE_MAX) return rpc_fail(c, RPC_INVALID_PARAMS, "too many blocks");
    }
    const wh_status status = chain_truncate(c->node, c->node->count - 1 - depth, keep);
    if (status != WH_OK) return rpc_trouble(c, status);
    for (uint64_t i = 0; i < blocks; i++)
        if (!mine(c)) return false;
    wh_jw_b32(&c->w, NULL, &node_head(c->node)->hash);
    return true;
}

/* whittle_setTraceStore(address): the contract whose calldata is indexed from now on; blocks that are
 * there already are read again. */
bool rpc_set_trace_store(struct rpc *c)
{
    address at;
    if (!arg_address(c, 0, &at)) return false;
    const wh_status status = chain_set_trace_store(c->node, &at);
    if (status != WH_OK) return rpc_trouble(c, status);
    wh_jw_bool(&c->w, NULL, true);
    return true;
}

/* whittle_execute(account?): price, excess and limits for the next block; the account's balance. */
bool rpc_execute_info(struct rpc *c)
{
    struct node *n = c->node;
    address who;
    const bool asks = arg_at(c, 0) != NULL;
    if (asks && !arg_address(c, 0, &who)) return false;
    struct run r;
    u256 balance = {{0}};
    wh_status status = run_open_at(&r, n, node_head(n));
    if (status != WH_OK) return rpc_trouble(c, status);
    const struct ledger ledger = r.execute.ledger;
    if (asks) {
        const u256 slot = execute_balance_slot(&who);
        status = state_get_slot(&r.state, &EXECUTE_ADDRESS, &slot, &balance);
    }
    run_close(&r);
    if (status != WH_OK) return rpc_trouble(c, status);
    wh_jw_obj(&c->w, NULL);
    wh_jw_qty256(&c->w, "price", &ledger.price);
    wh_jw_qty(&c->w, "excess", ledger.excess);
    wh_jw_qty(&c->w, "used", node_head(n)->execute_used);
    wh_jw_qty(&c->w, "limit", EXECUTE_LIMIT);
    wh_jw_qty(&c->w, "target", EXECUTE_TARGET);
    wh_jw_addr(&c->w, "traceStore", &n->trace_store);
    wh_jw_qty(&c->w, "chunks", n->chunks.count);
    if (asks) wh_jw_qty256(&c->w, "balance", &balance);
    wh_jw_end(&c->w);
    return true;
}
