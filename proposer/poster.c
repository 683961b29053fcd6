/* SPDX-License-Identifier: MIT */
#include "proposer/poster.h"

#include <string.h>

#include "proto/l1/calls.h"
#include "proto/l1/send.h"
#include "proto/sys/hex.h"

/* Bytes are calldata of one L1 transaction, 40 gas each at most (EIP-7623); then the Inbox's own work per
 * item. */
#define POST_GAS(bytes, items) (200000u + 42u * (uint64_t)(bytes) + 3000u * (uint64_t)(items))

wh_status poster_open(const struct daemon_config *cfg, struct poster *out, struct wh_error *err)
{
    bool has_key = false;
    memset(out, 0, sizeof *out);
    out->cfg = cfg;
    wh_status st = daemon_network(cfg, &out->net, err);
    if (st == WH_OK) st = daemon_key(cfg, &out->key, &has_key, err);
    if (st == WH_OK && !has_key) st = wh_fail(err, WH_ERR_CLI_MISSING, "--key-file FILE");
    if (st == WH_OK) st = daemon_rpc(cfg, &out->rpc, err);
    if (st == WH_OK) st = network_check(out->rpc, &out->net, err);
    if (st != WH_OK) poster_close(out);
    return st;
}

void poster_close(struct poster *p)
{
    l1_rpc_close(p->rpc);
    network_done(&p->net);
    l1_key_wipe(&p->key);
    memset(p, 0, sizeof *p);
}

wh_status poster_head(const struct poster *p, struct l1_block *out, struct wh_error *err)
{
    const struct l1_at latest = L1_AT_LATEST;
    bool found = false;
    WH_TRY(l1_block_at(p->rpc, &latest, out, &found, err));
    return found ? WH_OK : wh_fail(err, WH_ERR_RPC_NULL, "eth_getBlockByNumber latest: null");
}

wh_status poster_view(const struct poster *p, uint32_t selector, const bytes32 *hash, uint64_t *out,
                      struct wh_error *err)
{
    struct l1_at at = l1_at_hash(hash);
    struct wh_buf answer = {0};
    uint8_t call[4];
    store_be32(call, selector);
    wh_status st = l1_call(p->rpc, NULL, &p->net.inbox, wh_span_of(call, 4), &at, &answer, err);
    if (st == WH_OK && answer.len != 32)
        st = wh_fail(err, WH_ERR_ABI_FORM, "a view of the Inbox answered %zu bytes", answer.len);
    if (st == WH_OK) *out = load_be64(answer.ptr + 24);
    wh_buf_done(&answer);
    return st;
}

wh_status poster_quiet(const struct poster *p, struct wh_error *err)
{
    const struct l1_at latest = L1_AT_LATEST, pending = {.kind = L1_PENDING};
    uint64_t mined = 0, waiting = 0;
    WH_TRY(l1_nonce(p->rpc, &p->key.addr, &latest, &mined, err));
    WH_TRY(l1_nonce(p->rpc, &p->key.addr, &pending, &waiting, err));
    if (waiting <= mined) return WH_OK;
    return wh_fail(err, WH_ERR_TX_WAITING, "%s has %llu transactions waiting",
                   wh_hex20(&p->key.addr).s, (unsigned long long)(waiting - mined));
}

wh_status poster_rehearse(const struct poster *p, const char *name, const struct wh_buf *data,
                          struct wh_error *err)
{
    const struct l1_at latest = L1_AT_LATEST;
    struct wh_buf answer = {0};
    struct wh_error why = {0};
    wh_status st =
        l1_call(p->rpc, &p->key.addr, &p->net.inbox, wh_buf_span(data), &latest, &answer, &why);
    wh_buf_done(&answer);
    if (st == WH_OK) return WH_OK;
    const char *says = calls_error_name(wh_buf_span(&l1_rpc_fault(p->rpc)->data));
    if (why.code == WH_ERR_RPC_REVERT)
        return wh_fail(err, WH_ERR_TX_WOULD_REVERT, "%s by %s: %s", name, wh_hex20(&p->key.addr).s,
                       says ? says : l1_rpc_fault(p->rpc)->message);
    if (err) *err = why;
    return st;
}

wh_status poster_send(const struct poster *p, const struct wh_buf *data, size_t items,
                      struct l1_receipt *receipt, struct wh_error *err)
{
    struct l1_send send = {.rpc = p->rpc,
                           .key = &p->key,
                           .chain_id = p->net.l1_chain_id,
                           .to = &p->net.inbox,
                           .gas_limit = POST_GAS(data->len, items),
                           .data = wh_buf_span(data),
                           .max_fee = p->cfg->max_fee,
                           .tip = p->cfg->min_tip};
    return l1_send_and_wait(&send, receipt, err);
}
