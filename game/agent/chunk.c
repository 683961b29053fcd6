/* SPDX-License-Identifier: MIT */
/* Chunks of traces in TraceStore: only a plain transaction to it counts (PROTOCOL 6). */
#include "game/agent/agent.h"
#include "proto/l1/calls.h"
#include "proto/sys/hex.h"

#define CHUNK_BLOCKS 8191u /* older ones count no more */

wh_status agent_chunk_seen(struct agent *a, const struct store_event *e, const bytes32 *hash,
                           struct wh_error *err)
{
    if (e->l1_block + CHUNK_BLOCKS < a->head) return WH_OK;
    return store_chunk_put(a->opt.store, hash, e->l1_block, &e->tx_hash, 0, err);
}

/* length_of: how many bytes of the chunk this transaction posted; 0: it does not count. */
static wh_status length_of(struct agent *a, const bytes32 *tx_hash, const bytes32 *hash,
                           uint32_t *length, struct wh_error *err)
{
    struct l1_tx tx = {0};
    bool found = false;
    wh_span chunk;
    *length = 0;
    wh_status st = l1_get_tx(a->opt.rpc, tx_hash, &tx, &found, err);
    if (st == WH_OK && !found)
        st = wh_fail(err, WH_ERR_RPC_NULL, "transaction %s of a Chunk event", wh_hex32(tx_hash).s);
    if (st == WH_OK && !tx.creates && address_eq(&tx.to, &a->opt.net->trace_store) &&
        u256_is_zero(&tx.value) && calls_is_trace_post(wh_buf_span(&tx.input), &chunk)) {
        bytes32 got;
        tree_keccak(a->opt.crypto, chunk.ptr, chunk.len, &got);
        if (bytes32_eq(&got, hash)) *length = (uint32_t)chunk.len;
    }
    l1_tx_done(&tx);
    return st;
}

wh_status agent_chunk_newest(struct agent *a, const bytes32 *hash, uint64_t *newest,
                             struct wh_error *err)
{
    bool found = false;
    *newest = 0;
    WH_TRY(store_chunk_newest(a->opt.store, hash, newest, &found, err));
    for (;;) {
        uint64_t block = 0;
        bytes32 tx;
        uint32_t length = 0;
        WH_TRY(store_chunk_unseen(a->opt.store, hash, *newest, &block, &tx, &found, err));
        if (!found) return WH_OK;
        WH_TRY(length_of(a, &tx, hash, &length, err));
        WH_TRY(store_chunk_settle(a->opt.store, hash, block, &tx, length, err));
        if (length) *newest = block; /* newest first: the rest is older */
    }
}
