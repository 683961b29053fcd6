/* SPDX-License-Identifier: MIT */
/* Transactions: sending, receipts, look-up. */
#include <inttypes.h>
#include <string.h>

#include "proto/l1/rpc_private.h"
#include "proto/sys/hex.h"

#define MAX_DATA ((size_t)16 << 20)

static bool says(const struct l1_rpc *r, const char *part)
{
    return strcasestr(r->fault.message, part) != NULL;
}

/* The node knows these bytes already: as good as taken. */
static bool known_already(const struct l1_rpc *r)
{
    return says(r, "already known") || says(r, "already imported") ||
           says(r, "known transaction") || says(r, "already exists");
}

static wh_status send_to(struct l1_rpc *r, size_t end, json_t *params, const bytes32 *hash,
                         struct wh_error *err)
{
    json_t *result = NULL;
    wh_status st = l1_rpc_ask(r, end, "eth_sendRawTransaction", params, &result, err);
    if (st == WH_OK) {
        bytes32 got;
        struct wh_json root = wh_json_root(result, "result");
        if (result == NULL)
            st = wh_fail(err, WH_ERR_RPC_NULL, "endpoint #%zu, eth_sendRawTransaction: null",
                         end + 1);
        else if (wh_json_bytes32(&root, &got, err) != WH_OK)
            st = l1_bad_form("eth_sendRawTransaction", err);
        else if (!bytes32_eq(&got, hash))
            st = wh_fail(err, WH_ERR_RPC_FORM,
                         "endpoint #%zu, eth_sendRawTransaction: another hash", end + 1);
        json_decref(result);
        return st;
    }
    if (r->fault.code == 0) return st; /* not the node's word: connection, form */
    if (known_already(r)) return WH_OK;
    char why[220];
    snprintf(why, sizeof why, "%.210s", r->fault.message);
    return wh_fail(err, says(r, "insufficient funds") ? WH_ERR_TX_FUNDS : WH_ERR_TX_REFUSED,
                   "endpoint #%zu: transaction %.10s..: %s", end + 1, wh_hex32(hash).s, why);
}

wh_status l1_send_raw(struct l1_rpc *r, wh_span raw, const bytes32 *hash, struct wh_error *err)
{
    json_t *params = json_pack("[o]", l1_json_data(raw));
    if (params == NULL) return wh_fail(err, WH_ERR_NOMEM, "transaction");
    bool taken = false, refused = false;
    struct wh_error first = {0}, local = {0};
    struct l1_fault *f = &r->fault;
    int64_t code = 0;
    char message[sizeof f->message] = "";
    for (size_t i = 0; i < r->end_count; i++) {
        f->code = 0;
        f->message[0] = 0;
        wh_status st = send_to(r, i, params, hash, &local);
        if (st == WH_OK) {
            taken = true;
            continue;
        }
        bool word = local.code == WH_ERR_TX_REFUSED || local.code == WH_ERR_TX_FUNDS;
        if (first.code == WH_ERR_NONE || (word && !refused)) {
            first = local;
            code = f->code;
            memcpy(message, f->message, sizeof message);
        }
        refused |= word;
    }
    json_decref(params);
    if (taken) return WH_OK;
    f->code = code;
    memcpy(f->message, message, sizeof message);
    if (err) *err = first;
    return first.status;
}

static wh_status read_receipt(const struct wh_json *j, struct l1_receipt *x, struct wh_error *err)
{
    uint64_t status = 0;
    struct wh_json m;
    memset(x, 0, sizeof *x);
    WH_TRY(wh_json_get_bytes32(j, "transactionHash", &x->tx_hash, err));
    WH_TRY(wh_json_get_bytes32(j, "blockHash", &x->block_hash, err));
    WH_TRY(wh_json_get_u64(j, "blockNumber", &x->block_number, err));
    WH_TRY(wh_json_get_u64(j, "gasUsed", &x->gas_used, err));
    WH_TRY(wh_json_get_u64(j, "status", &status, err));
    if (status > 1) return wh_json_fail(j, err, "status %" PRIu64, status);
    x->ok = status == 1;
    if (wh_json_opt(j, "effectiveGasPrice", &m)) WH_TRY(wh_json_quantity(&m, &x->gas_price, err));
    if (wh_json_opt(j, "contractAddress", &m)) WH_TRY(wh_json_address(&m, &x->contract, err));
    return WH_OK;
}

wh_status l1_get_receipt(struct l1_rpc *r, const bytes32 *tx, struct l1_receipt *out, bool *found,
                         struct wh_error *err)
{
    static const char method[] = "eth_getTransactionReceipt";
    json_t *result = NULL;
    WH_TRY(l1_rpc_call_null(r, method, json_pack("[o]", l1_json_b32(tx)), &result, err));
    *found = result != NULL;
    if (result == NULL) return WH_OK;
    struct wh_json root = wh_json_root(result, "result");
    struct l1_receipt x;
    wh_status st = read_receipt(&root, &x, err);
    json_decref(result);
    if (st != WH_OK) return l1_bad_form(method, err);
    if (!bytes32_eq(&x.tx_hash, tx))
        return wh_fail(err, WH_ERR_RPC_FORM, "%s: another transaction than asked for", method);
    *out = x;
    return WH_OK;
}

void l1_tx_done(struct l1_tx *tx)
{
    wh_buf_done(&tx->input);
}

static wh_status read_tx(const struct wh_json *j, struct l1_tx *t, struct wh_error *err)
{
    struct wh_json m;
    WH_TRY(wh_json_get_bytes32(j, "hash", &t->hash, err));
    WH_TRY(wh_json_get_u64(j, "nonce", &t->nonce, err));
    WH_TRY(wh_json_get_address(j, "from", &t->from, err));
    WH_TRY(wh_json_get_quantity(j, "value", &t->value, err));
    WH_TRY(wh_json_get_data(j, "input", MAX_DATA, &t->input, err));
    t->creates = !wh_json_opt(j, "to", &m);
    if (!t->creates) WH_TRY(wh_json_address(&m, &t->to, err));
    t->mined = wh_json_opt(j, "blockHash", &m);
    if (!t->mined) return WH_OK;
    WH_TRY(wh_json_bytes32(&m, &t->block_hash, err));
    return wh_json_get_u64(j, "blockNumber", &t->block_number, err);
}

wh_status l1_get_tx(struct l1_rpc *r, const bytes32 *tx, struct l1_tx *out, bool *found,
                    struct wh_error *err)
{
    static const char method[] = "eth_getTransactionByHash";
    json_t *result = NULL;
    WH_TRY(l1_rpc_call_null(r, method, json_pack("[o]", l1_json_b32(tx)), &result, err));
    *found = result != NULL;
    if (result == NULL) return WH_OK;
    struct wh_json root = wh_json_root(result, "result");
    struct l1_tx t = {0};
    wh_status st = read_tx(&root, &t, err);
    json_decref(result);
    if (st != WH_OK)
        st = l1_bad_form(method, err);
    else if (!bytes32_eq(&t.hash, tx))
        st = wh_fail(err, WH_ERR_RPC_FORM, "%s: another transaction than asked for", method);
    if (st != WH_OK) {
        l1_tx_done(&t);
        return st;
    }
    *out = t;
    return WH_OK;
}
