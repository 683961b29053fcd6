/* SPDX-License-Identifier: MIT */
/* Methods that read blocks, transactions and receipts. */
#include <inttypes.h>

#include "deploy/devnet/build.h"
#include "deploy/devnet/fees.h"
#include "deploy/devnet/miner.h"
#include "deploy/devnet/rpc.h"
#include "evm/rlp/rlp.h"
#include "evm/tx/validate.h"

bool rpc_client_version(struct rpc *c)
{
    wh_jw_str(&c->w, NULL, "whittle-devnet/v" WH_VERSION);
    return true;
}

bool rpc_sha3(struct rpc *c)
{
    struct wh_buf data = {0};
    const bool ok = arg_data(c, 0, &data);
    if (ok) {
        bytes32 h;
        c->node->crypto->keccak256(c->node->crypto->ctx, data.ptr, data.len, &h);
        wh_jw_b32(&c->w, NULL, &h);
    }
    wh_buf_done(&data);
    return ok;
}

bool rpc_net_version(struct rpc *c)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, c->node->config.chain_id);
    wh_jw_str(&c->w, NULL, text);
    return true;
}

bool rpc_net_listening(struct rpc *c)
{
    wh_jw_bool(&c->w, NULL, true);
    return true;
}

bool rpc_net_peer_count(struct rpc *c)
{
    wh_jw_qty(&c->w, NULL, 0);
    return true;
}

bool rpc_modules(struct rpc *c)
{
    static const char *const names[] = {"debug", "eth", "evm", "net", "web3", "whittle"};
    wh_jw_obj(&c->w, NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        wh_jw_str(&c->w, names[i], "1.0");
    wh_jw_end(&c->w);
    return true;
}

bool rpc_chain_id(struct rpc *c)
{
    wh_jw_qty(&c->w, NULL, c->node->config.chain_id);
    return true;
}

bool rpc_syncing(struct rpc *c)
{
    wh_jw_bool(&c->w, NULL, false);
    return true;
}

bool rpc_block_number(struct rpc *c)
{
    wh_jw_qty(&c->w, NULL, node_head(c->node)->head.number);
    return true;
}

/* The block that would be mined now, as far as it is known without running it: hash, roots and
 * transactions of the pool are left out as geth's clients expect them to be null. */
static void show_pending(struct rpc *c, bool full)
{
    const struct node *n = c->node;
    struct block b = {0};
    build_header(n, node_head(n), miner_timestamp(n), &b.head);
    struct wh_jw *w = &c->w;
    wh_jw_obj(w, NULL);
    show_header_fields(c, &b);
    wh_jw_qty(w, "size", 0);
    wh_jw_arr(w, "uncles");
    wh_jw_end(w);
    wh_jw_arr(w, "transactions");
    for (size_t i = 0; i < n->pool.count; i++) {
        if (full)
            show_tx(c, NULL, n->pool.items[i]);
        else
            wh_jw_b32(w, NULL, &n->pool.items[i]->hash);
    }
    wh_jw_end(w);
    wh_jw_arr(w, "withdrawals");
    wh_jw_end(w);
    wh_jw_end(w);
}

static bool get_block(struct rpc *c, struct block *b, bool pending)
{
    bool full = false;
    if (!arg_bool(c, 1, &full)) return false;
    if (pending)
        show_pending(c, full);
    else if (b == NULL)
        wh_jw_null(&c->w, NULL);
    else
        show_block(c, NULL, b, full);
    return true;
}

bool rpc_get_block_by_number(struct rpc *c)
{
    struct block *b;
    bool pending;
    return arg_block_opt(c, 0, &b, &pending) && get_block(c, b, pending);
}

static bool by_hash(struct rpc *c, struct block **b)
{
    bytes32 hash;
    if (!arg_b32(c, 0, &hash)) return false;
    *b = chain_by_hash(c->node, &hash);
    return true;
}

bool rpc_get_block_by_hash(struct rpc *c)
{
    struct block *b;
    return by_hash(c, &b) && get_block(c, b, false);
}

static bool get_header(struct rpc *c, const struct block *b)
{
    if (b == NULL) {
        wh_jw_null(&c->w, NULL);
        return true;
    }
    wh_jw_obj(&c->w, NULL);
    show_header_fields(c, b);
    wh_jw_end(&c->w);
    return true;
}

bool rpc_get_header_by_number(struct rpc *c)
{
    struct block *b;
    return arg_block_opt(c, 0, &b, NULL) && get_header(c, b);
}

bool rpc_get_header_by_hash(struct rpc *c)
{
    struct block *b;
    return by_hash(c, &b) && get_header(c, b);
}

static bool show_count(struct rpc *c, const struct block *b, uint64_t count)
{
    if (b == NULL)
        wh_jw_null(&c->w, NULL);
    else
        wh_jw_qty(&c->w, NULL, count);
    return true;
}

bool rpc_count_by_number(struct rpc *c)
{
    struct block *b;
    return arg_block_opt(c, 0, &b, NULL) && show_count(c, b, b != NULL ? b->tx_count : 0);
}

bool rpc_count_by_hash(struct rpc *c)
{
    struct block *b;
    return by_hash(c, &b) && show_count(c, b, b != NULL ? b->tx_count : 0);
}

bool rpc_uncles_by_number(struct rpc *c)
{
    struct block *b;
    return arg_block_opt(c, 0, &b, NULL) && show_count(c, b, 0);
}

bool rpc_uncles_by_hash(struct rpc *c)
{
    struct block *b;
    return by_hash(c, &b) && show_count(c, b, 0);
}

/* A transaction that this node stands for: canonical, or waiting. */
static bool get_txn(struct rpc *c, const struct txn **out)
{
    bytes32 hash;
    if (!arg_b32(c, 0, &hash)) return false;
    const struct txn *t = table_get(&c->node->txns, &hash);
    *out = t != NULL && (t->pooled || t->block != NULL) ? t : NULL;
    return true;
}

bool rpc_get_transaction(struct rpc *c)
{
    const struct txn *t;
    if (!get_txn(c, &t)) return false;
    if (t != NULL)
        show_tx(c, NULL, t);
    else
        wh_jw_null(&c->w, NULL);
    return true;
}

bool rpc_get_raw_transaction(struct rpc *c)
{
    const struct txn *t;
    if (!get_txn(c, &t)) return false;
    if (t != NULL)
        wh_jw_data(&c->w, NULL, t->tx.raw.ptr, t->tx.raw.len);
    else
        wh_jw_null(&c->w, NULL);
    return true;
}

static bool tx_at_index(struct rpc *c, const struct block *b)
{
    uint64_t i;
    if (!arg_u64(c, 1, &i)) return false;
    if (b != NULL && i < b->tx_count)
        show_tx(c, NULL, b->txs[i]);
    else
        wh_jw_null(&c->w, NULL);
    return true;
}

bool rpc_tx_by_number_index(struct rpc *c)
{
    struct block *b;
    return arg_block_opt(c, 0, &b, NULL) && tx_at_index(c, b);
}

bool rpc_tx_by_hash_index(struct rpc *c)
{
    struct block *b;
    return by_hash(c, &b) && tx_at_index(c, b);
}

bool rpc_get_receipt(struct rpc *c)
{
    const struct txn *t;
    if (!get_txn(c, &t)) return false;
    if (t != NULL && t->block != NULL)
        show_receipt(c, NULL, t->block, t->index);
    else
        wh_jw_null(&c->w, NULL);
    return true;
}

bool rpc_get_block_receipts(struct rpc *c)
{
    struct block *b;
    if (!arg_block_opt(c, 0, &b, NULL)) return false;
    if (b == NULL) {
        wh_jw_null(&c->w, NULL);
        return true;
    }
    wh_jw_arr(&c->w, NULL);
    for (uint32_t i = 0; i < b->tx_count; i++)
        show_receipt(c, NULL, b, i);
    wh_jw_end(&c->w);
    return true;
}

/* ---- raw forms ---- */

bool rpc_raw_header(struct rpc *c)
{
    struct block *b;
    if (!arg_block(c, 0, &b, NULL)) return false;
    wh_jw_data(&c->w, NULL, b->header.ptr, b->header.len);
    return true;
}

bool rpc_raw_block(struct rpc *c)
{
    struct block *b;
    if (!arg_block(c, 0, &b, NULL)) return false;
    struct wh_buf out = {0};
    uint8_t *space = wh_buf_grow(&out, b->size + 64);
    if (space == NULL) return rpc_trouble(c, WH_E_NOMEM);
    struct rlp_back w;
    wh_span rlp = {0};
    rlp_back_init(&w, space, b->size + 64);
    const size_t all = rlp_back_mark(&w);
    for (int i = 0; i < 2; i++)
        rlp_back_list(&w, rlp_back_mark(&w)); /* withdrawals, ommers */
    const size_t txs = rlp_back_mark(&w);
    for (uint32_t i = b->tx_count; i-- > 0;) {
        if (b->txs[i]->tx.type == TX_LEGACY)
            rlp_back_raw(&w, b->txs[i]->tx.raw);
        else
            rlp_back_string(&w, b->txs[i]->tx.raw);
    }
    rlp_back_list(&w, txs);
    rlp_back_raw(&w, b->header);
    rlp_back_list(&w, all);
    const wh_status status = rlp_back_done(&w, &rlp);
    if (status == WH_OK) wh_jw_data(&c->w, NULL, rlp.ptr, rlp.len);
    wh_buf_done(&out);
    return status == WH_OK ? true : rpc_trouble(c, status);
}

bool rpc_raw_receipts(struct rpc *c)
{
    struct block *b;
    if (!arg_block(c, 0, &b, NULL)) return false;
    struct wh_arena *arena = &c->node->frames;
    const size_t mark = wh_arena_mark(arena);
    wh_status status = WH_OK;
    wh_jw_arr(&c->w, NULL);
    for (uint32_t i = 0; i < b->tx_count && status == WH_OK; i++) {
        wh_span rlp;
        status = outcome_encode(arena, b->txs[i]->tx.type, &b->outcomes[i], &rlp);
        if (status == WH_OK) wh_jw_data(&c->w, NULL, rlp.ptr, rlp.len);
        wh_arena_rewind(arena, mark);
    }
    wh_jw_end(&c->w);
    return status == WH_OK ? true : rpc_trouble(c, status);
}

/* ---- fees ---- */

static u256 tip_hint(void)
{
    return u256_from_u64(1000000000); /* 1 gwei */
}

bool rpc_gas_price(struct rpc *c)
{
    u256 price = fee_next_base(&node_head(c->node)->head);
    const u256 tip = tip_hint();
    u256_add(&price, &price, &tip);
    wh_jw_qty256(&c->w, NULL, &price);
    return true;
}

bool rpc_max_priority_fee(struct rpc *c)
{
    const u256 tip = tip_hint();
    wh_jw_qty256(&c->w, NULL, &tip);
    return true;
}

bool rpc_blob_base_fee(struct rpc *c)
{
    const u256 fee = fees_blob_base(fees_excess_blob(&node_head(c->node)->head));
    wh_jw_qty256(&c->w, NULL, &fee);
    return true;
}
