/* SPDX-License-Identifier: MIT */
/* Typed methods over rpc.h's core. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l1/rpc_private.h"
#include "proto/sys/hex.h"

#define MAX_DATA ((size_t)16 << 20) /* bytes of one data field */

/* --- parameters */
json_t *l1_json_qty(uint64_t v)
{
    char text[24];
    snprintf(text, sizeof text, "0x%" PRIx64, v);
    return json_string(text);
}

json_t *l1_json_b32(const bytes32 *h)
{
    return json_string(wh_hex32(h).s);
}
json_t *l1_json_addr(const address *a)
{
    return json_string(wh_hex20(a).s);
}

json_t *l1_json_data(wh_span bytes)
{
    char *text = malloc(2 * bytes.len + 3);
    if (text == NULL) return NULL;
    memcpy(text, "0x", 2);
    wh_hex_encode(bytes.ptr, bytes.len, text + 2);
    json_t *v = json_string_nocheck(text);
    free(text);
    return v;
}

json_t *l1_json_at(const struct l1_at *at)
{
    switch (at->kind) {
    case L1_LATEST: return json_string("latest");
    case L1_SAFE: return json_string("safe");
    case L1_FINALIZED: return json_string("finalized");
    case L1_PENDING: return json_string("pending");
    case L1_NUMBER: return l1_json_qty(at->number);
    case L1_HASH:
        return json_pack("{s:o,s:b}", "blockHash", l1_json_b32(&at->hash), "requireCanonical", 1);
    }
    WH_ASSERT(0);
    return NULL;
}

bool l1_tag_parse(const char *text, struct l1_at *out)
{
    static const struct {
        const char *name;
        enum l1_at_kind kind;
    } tags[] = {{"latest", L1_LATEST},
                {"safe", L1_SAFE},
                {"finalized", L1_FINALIZED},
                {"pending", L1_PENDING}};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strcmp(text, tags[i].name) == 0) {
            *out = (struct l1_at){.kind = tags[i].kind};
            return true;
        }
    return false;
}

/* Takes the value out of `result` with a reader of json.h; frees result. */
#define READ(method, reader, ...)                               \
    do {                                                        \
        struct wh_json root_ = wh_json_root(result, "result");  \
        wh_status st_ = reader(&root_, __VA_ARGS__, err);       \
        json_decref(result);                                    \
        return st_ == WH_OK ? WH_OK : l1_bad_form(method, err); \
    } while (0)

wh_status l1_chain_id(struct l1_rpc *r, uint64_t *out, struct wh_error *err)
{
    json_t *result = NULL;
    WH_TRY(l1_rpc_call(r, "eth_chainId", NULL, &result, err));
    READ("eth_chainId", wh_json_u64, out);
}

wh_status l1_rpc_check_chain(struct l1_rpc *r, uint64_t chain_id, struct wh_error *err)
{
    unsigned good = 0;
    struct wh_error last = {0};
    for (size_t i = 0; i < r->end_count; i++) {
        json_t *result = NULL;
        if (l1_rpc_ask(r, i, "eth_chainId", NULL, &result, &last) != WH_OK) continue;
        struct wh_json root = wh_json_root(result, "result");
        uint64_t id = 0;
        wh_status st = result ? wh_json_u64(&root, &id, &last) : WH_E_NET;
        if (result == NULL)
            (void)wh_fail(&last, WH_ERR_RPC_NULL, "endpoint #%zu, eth_chainId: null", i + 1);
        else if (st != WH_OK)
            (void)l1_bad_form("eth_chainId", &last);
        json_decref(result);
        if (st != WH_OK) continue;
        if (id != chain_id)
            return wh_fail(err, WH_ERR_RPC_CHAIN,
                           "endpoint #%zu is on chain %" PRIu64 ", not %" PRIu64, i + 1, id,
                           chain_id);
        good++;
    }
    if (good >= r->config.quorum) return WH_OK;
    if (last.code == WH_ERR_NONE)
        return wh_fail(err, WH_ERR_RPC_QUORUM, "%u endpoints answer, %u needed", good,
                       r->config.quorum);
    if (err) *err = last;
    return last.status;
}

/* --- blocks */
static wh_status read_block(const struct wh_json *j, struct l1_block *b, struct wh_error *err)
{
    memset(b, 0, sizeof *b);
    WH_TRY(wh_json_get_u64(j, "number", &b->number, err));
    WH_TRY(wh_json_get_bytes32(j, "hash", &b->hash, err));
    WH_TRY(wh_json_get_bytes32(j, "parentHash", &b->parent_hash, err));
    WH_TRY(wh_json_get_bytes32(j, "stateRoot", &b->state_root, err));
    WH_TRY(wh_json_get_u64(j, "timestamp", &b->timestamp, err));
    WH_TRY(wh_json_get_u64(j, "gasLimit", &b->gas_limit, err));
    WH_TRY(wh_json_get_u64(j, "gasUsed", &b->gas_used, err));
    struct wh_json fee;
    if (wh_json_opt(j, "baseFeePerGas", &fee)) WH_TRY(wh_json_quantity(&fee, &b->base_fee, err));
    return WH_OK;
}

wh_status l1_block_at(struct l1_rpc *r, const struct l1_at *at, struct l1_block *out, bool *found,
                      struct wh_error *err)
{
    bool by_hash = at->kind == L1_HASH;
    const char *method = by_hash ? "eth_getBlockByHash" : "eth_getBlockByNumber";
    json_t *params = json_pack("[o,b]", by_hash ? l1_json_b32(&at->hash) : l1_json_at(at), 0);
    json_t *result = NULL;
    WH_TRY(l1_rpc_call_null(r, method, params, &result, err));
    *found = result != NULL;
    if (result == NULL) return WH_OK;
    struct wh_json root = wh_json_root(result, "result");
    struct l1_block b;
    wh_status st = read_block(&root, &b, err);
    json_decref(result);
    if (st != WH_OK) return l1_bad_form(method, err);
    if ((at->kind == L1_NUMBER && b.number != at->number) ||
        (by_hash && !bytes32_eq(&b.hash, &at->hash)))
        return wh_fail(err, WH_ERR_RPC_FORM, "%s: another block than asked for", method);
    *out = b;
    return WH_OK;
}

wh_status l1_blocks(struct l1_rpc *r, const uint64_t *numbers, size_t n, struct l1_block *out,
                    struct wh_error *err)
{
    if (n == 0) return WH_OK;
    json_t **params = calloc(2 * n, sizeof *params);
    if (params == NULL) return wh_fail(err, WH_ERR_NOMEM, "%zu blocks", n);
    json_t **results = params + n;
    for (size_t i = 0; i < n; i++)
        params[i] = json_pack("[o,b]", l1_json_qty(numbers[i]), 0);
    wh_status st = l1_rpc_batch(r, "eth_getBlockByNumber", n, params, results, err);
    bool have = st == WH_OK;
    for (size_t i = 0; i < n && st == WH_OK; i++) {
        struct wh_json root = wh_json_root(results[i], "result");
        st = read_block(&root, &out[i], err);
        if (st != WH_OK)
            st = l1_bad_form("eth_getBlockByNumber", err);
        else if (out[i].number != numbers[i])
            st =
                wh_fail(err, WH_ERR_RPC_FORM, "eth_getBlockByNumber: another block than asked for");
    }
    for (size_t i = 0; have && i < n; i++)
        json_decref(results[i]);
    free(params);
    return st;
}

wh_status l1_quorum_tip(struct l1_rpc *r, const struct l1_at *tag, uint64_t *number,
                        struct wh_error *err)
{
    uint64_t tips[L1_ENDPOINTS_MAX];
    size_t n = 0;
    struct wh_error last = {0};
    for (size_t i = 0; i < r->end_count; i++) {
        json_t *params = json_pack("[o,b]", l1_json_at(tag), 0), *result = NULL;
        wh_status st = l1_rpc_ask(r, i, "eth_getBlockByNumber", params, &result, &last);
        json_decref(params);
        if (st != WH_OK || result == NULL) continue;
        struct wh_json root = wh_json_root(result, "result");
        uint64_t v = 0;
        st = wh_json_get_u64(&root, "number", &v, &last);
        json_decref(result);
        if (st != WH_OK) continue;
        size_t at = n++; /* highest first */
        for (; at > 0 && tips[at - 1] < v; at--)
            tips[at] = tips[at - 1];
        tips[at] = v;
    }
    if (n < r->config.quorum)
        return wh_fail(err, WH_ERR_RPC_QUORUM, "%zu endpoints answer, %u needed%s%s", n,
                       r->config.quorum, last.what[0] ? "; last: " : "", last.what);
    *number = tips[r->config.quorum - 1];
    return WH_OK;
}

wh_status l1_quorum_hash(struct l1_rpc *r, uint64_t number, const bytes32 *hash,
                         struct wh_error *err)
{
    unsigned agree = 0;
    struct wh_error last = {0};
    for (size_t i = 0; i < r->end_count; i++) {
        json_t *params = json_pack("[o,b]", l1_json_qty(number), 0), *result = NULL;
        wh_status st = l1_rpc_ask(r, i, "eth_getBlockByNumber", params, &result, &last);
        json_decref(params);
        if (st != WH_OK || result == NULL) continue; /* lags or is down: no vote */
        struct wh_json root = wh_json_root(result, "result");
        bytes32 got;
        st = wh_json_get_bytes32(&root, "hash", &got, &last);
        json_decref(result);
        if (st != WH_OK) continue;
        if (!bytes32_eq(&got, hash))
            return wh_fail(err, WH_ERR_RPC_QUORUM,
                           "L1 endpoint #%zu answers block %" PRIu64 " with another hash (%.10s..)",
                           i + 1, number, wh_hex32(&got).s);
        agree++;
    }
    if (agree >= r->config.quorum) return WH_OK;
    return wh_fail(err, WH_ERR_RPC_QUORUM, "%u of %u endpoints show block %" PRIu64 " %s%s", agree,
                   r->config.quorum, number, last.what[0] ? "; last: " : "", last.what);
}

/* --- calls and accounts */
wh_status l1_call(struct l1_rpc *r, const address *from, const address *to, wh_span data,
                  const struct l1_at *at, struct wh_buf *out, struct wh_error *err)
{
    json_t *tx = json_pack("{s:o,s:o}", "to", l1_json_addr(to), "input", l1_json_data(data));
    if (from) json_object_set_new(tx, "from", l1_json_addr(from));
    json_t *result = NULL;
    WH_TRY(l1_rpc_call(r, "eth_call", json_pack("[o,o]", tx, l1_json_at(at)), &result, err));
    READ("eth_call", wh_json_data, MAX_DATA, out);
}

static wh_status account_call(struct l1_rpc *r, const char *method, const address *who,
                              const struct l1_at *at, json_t **result, struct wh_error *err)
{
    return l1_rpc_call(r, method, json_pack("[o,o]", l1_json_addr(who), l1_json_at(at)), result,
                       err);
}

wh_status l1_nonce(struct l1_rpc *r, const address *who, const struct l1_at *at, uint64_t *out,
                   struct wh_error *err)
{
    json_t *result = NULL;
    WH_TRY(account_call(r, "eth_getTransactionCount", who, at, &result, err));
    READ("eth_getTransactionCount", wh_json_u64, out);
}

wh_status l1_balance(struct l1_rpc *r, const address *who, const struct l1_at *at, u256 *out,
                     struct wh_error *err)
{
    json_t *result = NULL;
    WH_TRY(account_call(r, "eth_getBalance", who, at, &result, err));
    READ("eth_getBalance", wh_json_quantity, out);
}

wh_status l1_code(struct l1_rpc *r, const address *who, const struct l1_at *at, struct wh_buf *out,
                  struct wh_error *err)
{
    json_t *result = NULL;
    WH_TRY(account_call(r, "eth_getCode", who, at, &result, err));
    READ("eth_getCode", wh_json_data, MAX_DATA, out);
}

wh_status l1_storage(struct l1_rpc *r, const address *who, const bytes32 *slot,
                     const struct l1_at *at, bytes32 *out, struct wh_error *err)
{
    json_t *result = NULL;
    json_t *params = json_pack("[o,o,o]", l1_json_addr(who), l1_json_b32(slot), l1_json_at(at));
    WH_TRY(l1_rpc_call(r, "eth_getStorageAt", params, &result, err));
    READ("eth_getStorageAt", wh_json_bytes32, out);
}

wh_status l1_check_code(struct l1_rpc *r, const address *who, const char *what,
                        struct wh_error *err)
{
    struct wh_buf code = {0};
    const struct l1_at latest = L1_AT_LATEST;
    wh_status st = l1_code(r, who, &latest, &code, err);
    if (st == WH_OK && code.len == 0)
        st = wh_fail(err, WH_ERR_CFG_NOCODE, "no code at %s (%s)", wh_hex20(who).s, what);
    wh_buf_done(&code);
    return st;
}

/* --- fees: the next block's base fee, and what half of the gas of the last blocks tipped at most */
static wh_status read_fees(const struct wh_json *j, struct l1_fees *out, struct wh_error *err)
{
    struct wh_json base, rewards, last;
    size_t n = 0;
    WH_TRY(wh_json_get(j, "baseFeePerGas", &base, err));
    WH_TRY(wh_json_array(&base, 1024, &n, err));
    if (n == 0) return wh_json_fail(&base, err, "empty");
    last = wh_json_at(&base, n - 1);
    WH_TRY(wh_json_quantity(&last, &out->base_fee, err));
    if (!wh_json_opt(j, "reward", &rewards)) return WH_OK;
    WH_TRY(wh_json_array(&rewards, 1024, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct wh_json row = wh_json_at(&rewards, i), cell;
        size_t cols = 0;
        u256 tip;
        WH_TRY(wh_json_array(&row, 8, &cols, err));
        if (cols == 0) continue;
        cell = wh_json_at(&row, 0);
        WH_TRY(wh_json_quantity(&cell, &tip, err));
        if (u256_lt(&out->tip, &tip)) out->tip = tip;
    }
    return WH_OK;
}

wh_status l1_get_fees(struct l1_rpc *r, struct l1_fees *out, struct wh_error *err)
{
    json_t *result = NULL;
    struct l1_fees fees = {{{0}}, {{0}}};
    WH_TRY(l1_rpc_call(r, "eth_feeHistory", json_pack("[s,s,[i]]", "0x4", "latest", 50), &result,
                       err));
    struct wh_json root = wh_json_root(result, "result");
    wh_status st = read_fees(&root, &fees, err);
    json_decref(result);
    if (st != WH_OK) return l1_bad_form("eth_feeHistory", err);
    *out = fees;
    return WH_OK;
}

wh_status l1_get_proof(struct l1_rpc *r, const address *who, const bytes32 *slots,
                       size_t slot_count, const struct l1_at *at, json_t **result,
                       struct wh_error *err)
{
    json_t *keys = json_array();
    for (size_t i = 0; i < slot_count; i++)
        json_array_append_new(keys, l1_json_b32(&slots[i]));
    return l1_rpc_call(r, "eth_getProof",
                       json_pack("[o,o,o]", l1_json_addr(who), keys, l1_json_at(at)), result, err);
}

wh_status l1_execution_witness(struct l1_rpc *r, uint64_t number, json_t **result,
                               struct wh_error *err)
{
    return l1_rpc_call(r, "debug_executionWitness", json_pack("[o]", l1_json_qty(number)), result,
                       err);
}

/* --- development nodes: their answers differ, so any answer but an error will do */
static wh_status dev_call(struct l1_rpc *r, const char *method, json_t *params,
                          struct wh_error *err)
{
    json_t *result = NULL;
    wh_status st = l1_rpc_call_null(r, method, params, &result, err);
    if (st == WH_OK) json_decref(result);
    return st;
}

wh_status l1_dev_increase_time(struct l1_rpc *r, uint64_t seconds, struct wh_error *err)
{
    return dev_call(r, "evm_increaseTime", json_pack("[o]", l1_json_qty(seconds)), err);
}

wh_status l1_dev_mine(struct l1_rpc *r, uint64_t blocks, struct wh_error *err)
{
    for (uint64_t i = 0; i < blocks; i++)
        WH_TRY(dev_call(r, "evm_mine", NULL, err));
    return WH_OK;
}

wh_status l1_dev_set_time(struct l1_rpc *r, uint64_t timestamp, struct wh_error *err)
{
    return dev_call(r, "evm_setNextBlockTimestamp", json_pack("[o]", l1_json_qty(timestamp)), err);
}

wh_status l1_dev_reorg(struct l1_rpc *r, uint64_t depth, struct wh_error *err)
{
    return dev_call(r, "whittle_reorg", json_pack("[o]", l1_json_qty(depth)), err);
}

wh_status l1_dev_snapshot(struct l1_rpc *r, u256 *id, struct wh_error *err)
{
    json_t *result = NULL;
    WH_TRY(l1_rpc_call(r, "evm_snapshot", NULL, &result, err));
    READ("evm_snapshot", wh_json_quantity, id);
}

wh_status l1_dev_revert(struct l1_rpc *r, const u256 *id, struct wh_error *err)
{
    char text[67];
    wh_quantity_print(id, text);
    json_t *result = NULL;
    bool ok = false;
    WH_TRY(l1_rpc_call(r, "evm_revert", json_pack("[s]", text), &result, err));
    struct wh_json root = wh_json_root(result, "result");
    wh_status st = wh_json_bool(&root, &ok, err);
    json_decref(result);
    if (st != WH_OK) return l1_bad_form("evm_revert", err);
    return ok ? WH_OK : wh_fail(err, WH_ERR_RPC_ERROR, "evm_revert %s: refused", text);
}
