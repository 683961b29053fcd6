/* SPDX-License-Identifier: MIT */
/* Transactions come in: signed, or for one of the node's own accounts. */
#include <stdlib.h>

#include "deploy/devnet/fees.h"
#include "deploy/devnet/miner.h"
#include "deploy/devnet/rpc.h"
#include "deploy/devnet/run.h"
#include "evm/native/sign.h"
#include "evm/rlp/rlp.h"

enum { RAW_TX_MAX = 4 << 20 }; /* traces come as calldata: more than the 128 KiB of public pools */

bool rpc_accounts(struct rpc *c)
{
    wh_jw_arr(&c->w, NULL);
    for (size_t i = 0; i < c->node->config.accounts; i++)
        wh_jw_addr(&c->w, NULL, &c->node->accounts[i].at);
    wh_jw_end(&c->w);
    return true;
}

/* t is taken over. */
static bool submit(struct rpc *c, struct txn *t)
{
    struct miner_refusal why = {{0}};
    struct wh_error err = {0};
    const bytes32 hash = t->hash;
    const wh_status status = miner_submit(c->node, t, &why, &err);
    if (status == WH_E_MISMATCH) return rpc_fail(c, RPC_SERVER, "%s", why.text);
    if (status != WH_OK) return rpc_fail(c, RPC_INTERNAL, "%s", err.what);
    wh_jw_b32(&c->w, NULL, &hash);
    return true;
}

/* A blob transaction comes with its sidecar, type || rlp([tx, ...]) (EIP-4844, 7594): the node keeps
 * the transaction alone. Its commitments are not checked: nobody samples blobs here. */
static wh_status strip_sidecar(wh_span raw, struct wh_buf *out)
{
    wh_span all, inner;
    struct rlp_item first;
    if (raw.len < 2 || raw.ptr[0] != TX_BLOB) return WH_E_FORMAT;
    WH_TRY(rlp_list(wh_span_of(raw.ptr + 1, raw.len - 1), &all));
    WH_TRY(rlp_next(&all, &first));
    if (!first.is_list) return WH_E_FORMAT;
    inner = first.raw;
    wh_buf_put(out, raw.ptr, 1);
    wh_buf_put(out, inner.ptr, inner.len);
    return wh_buf_ok(out) ? WH_OK : WH_E_NOMEM;
}

bool rpc_send_raw(struct rpc *c)
{
    struct wh_buf raw = {0}, bare = {0};
    if (!arg_data(c, 0, &raw)) {
        wh_buf_done(&raw);
        return false;
    }
    struct txn *t = NULL;
    wh_status status = WH_E_FORMAT;
    const bool large = raw.len > RAW_TX_MAX;
    if (!large && strip_sidecar(wh_buf_span(&raw), &bare) == WH_OK)
        status = txn_new(c->node->crypto, wh_buf_span(&bare), &t);
    else if (!large && raw.len > 0)
        status = txn_new(c->node->crypto, wh_buf_span(&raw), &t);
    wh_buf_done(&raw);
    wh_buf_done(&bare);
    if (large) return rpc_fail(c, RPC_SERVER, "oversized data: transaction size over 4194304");
    if (status == WH_E_FORMAT) return rpc_fail(c, RPC_SERVER, "failed to decode transaction");
    if (status > 0) return rpc_fail(c, RPC_SERVER, "invalid sender");
    if (status < 0) return rpc_trouble(c, status);
    return submit(c, t);
}

/* ---- eth_sendTransaction ---- */

/* Fields of EIP-1559 (type 2), with or without the signature. */
static wh_status encode(const struct tx_args *a, uint64_t chain_id, const u256 *r, const u256 *s,
                        unsigned parity, struct wh_buf *out)
{
    const size_t cap = 512 + a->data.len + a->access_list.len;
    uint8_t *space = malloc(cap);
    if (space == NULL) return WH_E_NOMEM;
    struct rlp_back w;
    wh_span rlp;
    rlp_back_init(&w, space, cap);
    const size_t all = rlp_back_mark(&w);
    if (r != NULL) {
        rlp_back_u256(&w, s);
        rlp_back_u256(&w, r);
        rlp_back_u64(&w, parity);
    }
    const size_t list = rlp_back_mark(&w);
    rlp_back_raw(&w, wh_buf_span(&a->access_list));
    rlp_back_list(&w, list);
    rlp_back_string(&w, wh_buf_span(&a->data));
    rlp_back_u256(&w, &a->value);
    rlp_back_string(&w, wh_span_of(a->to.b, a->has_to ? 20 : 0));
    rlp_back_u64(&w, a->gas);
    rlp_back_u256(&w, &a->max_fee);
    rlp_back_u256(&w, &a->tip);
    rlp_back_u64(&w, a->nonce);
    rlp_back_u64(&w, chain_id);
    rlp_back_list(&w, all);
    const uint8_t type = TX_FEE_MARKET;
    rlp_back_raw(&w, wh_span_of(&type, 1));
    const wh_status status = rlp_back_done(&w, &rlp);
    if (status == WH_OK) wh_buf_put(out, rlp.ptr, rlp.len);
    free(space);
    return status != WH_OK ? status : wh_buf_ok(out) ? WH_OK : WH_E_NOMEM;
}

static wh_status sign(const struct node *n, const struct tx_args *a, const struct dev_account *from,
                      struct txn **t)
{
    struct wh_buf raw = {0};
    bytes32 hash;
    uint8_t r[32], s[32];
    unsigned parity;
    wh_status status = encode(a, n->config.chain_id, NULL, NULL, 0, &raw);
    if (status == WH_OK) {
        n->crypto->keccak256(n->crypto->ctx, raw.ptr, raw.len, &hash);
        status = wh_sign(from->key, &hash, r, s, &parity);
    }
    if (status == WH_OK) {
        const u256 wide_r = u256_from_be(r), wide_s = u256_from_be(s);
        wh_buf_reset(&raw);
        status = encode(a, n->config.chain_id, &wide_r, &wide_s, parity, &raw);
    }
    if (status == WH_OK) status = txn_new(n->crypto, wh_buf_span(&raw), t);
    wh_buf_done(&raw);
    return status;
}

/* What the sender left open: nonce, fees, gas. */
static bool complete(struct rpc *c, struct tx_args *a)
{
    struct node *n = c->node;
    const u256 base = fee_next_base(&node_head(n)->head);
    if (a->has_price) a->max_fee = a->tip = a->price;
    if (!a->has_price && !a->has_tip) {
        const u256 gwei = u256_from_u64(1000000000);
        a->tip = a->has_max_fee && u256_lt(&a->max_fee, &gwei) ? a->max_fee : gwei;
    }
    if (!a->has_price && !a->has_max_fee) {
        u256_add(&a->max_fee, &base, &base);
        u256_add(&a->max_fee, &a->max_fee, &a->tip);
    }
    if (!a->has_nonce) {
        struct run r;
        struct state_info info;
        wh_status status = run_open_at(&r, n, node_head(n));
        if (status == WH_OK) {
            status = state_get(&r.state, &a->from, &info);
            run_close(&r);
        }
        if (status != WH_OK) return rpc_trouble(c, status);
        a->nonce = pool_next_nonce(&n->pool, &a->from, info.nonce);
    }
    if (a->has_gas) return true;
    struct tx_args free_of_price = *a; /* the estimate is about gas alone */
    free_of_price.has_price = false;
    free_of_price.max_fee = free_of_price.tip = (u256){{0}};
    return call_estimate(c, &free_of_price, node_head(n), &a->gas);
}

bool rpc_send_transaction(struct rpc *c)
{
    struct tx_args a;
    struct txn *t;
    bool ok = arg_tx(c, 0, &a);
    if (ok && !a.has_from) ok = rpc_fail(c, RPC_INVALID_PARAMS, "missing from");
    const struct dev_account *from = ok ? accounts_find(c->node, &a.from) : NULL;
    if (ok && from == NULL) ok = rpc_fail(c, RPC_SERVER, "unknown account");
    if (ok && (a.blob_count > 0 || a.authorization_count > 0))
        ok = rpc_fail(c, RPC_SERVER, "blobs and authorizations: send a signed transaction");
    if (ok) ok = complete(c, &a);
    if (ok) {
        const wh_status status = sign(c->node, &a, from, &t);
        ok = status == WH_OK ? submit(c, t) : rpc_trouble(c, status);
    }
    tx_args_done(&a);
    return ok;
}

/* ---- what waits ---- */

bool rpc_pending(struct rpc *c)
{
    wh_jw_arr(&c->w, NULL);
    for (size_t i = 0; i < c->node->pool.count; i++)
        show_tx(c, NULL, c->node->pool.items[i]);
    wh_jw_end(&c->w);
    return true;
}

bool rpc_pool_status(struct rpc *c)
{
    wh_jw_obj(&c->w, NULL);
    wh_jw_qty(&c->w, "pending", c->node->pool.count);
    wh_jw_qty(&c->w, "queued", 0);
    wh_jw_end(&c->w);
    return true;
}
