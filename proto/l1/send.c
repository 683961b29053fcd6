/* SPDX-License-Identifier: MIT */
#include "proto/l1/send.h"

#include "proto/l1/calls.h"
#include "proto/l1/txsign.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

#define WAIT_MS 60000u
#define GWEI    UINT64_C(1000000000)

static wh_status estimate(const struct l1_send *s, uint64_t *gas, struct wh_error *err)
{
    struct wh_buf hex = {0};
    char value[67];
    json_t *tx = json_object(), *result = NULL;
    wh_buf_str(&hex, "0x");
    uint8_t *at = wh_buf_grow(&hex, 2 * s->data.len + 1);
    if (at) wh_hex_encode(s->data.ptr, s->data.len, (char *)at);
    wh_quantity_print(&s->value, value);
    json_object_set_new(tx, "from", json_string(wh_hex20(&s->key->addr).s));
    if (s->to) json_object_set_new(tx, "to", json_string(wh_hex20(s->to).s));
    json_object_set_new(tx, "value", json_string(value));
    json_object_set_new(tx, "data", json_string((const char *)hex.ptr));
    wh_buf_done(&hex);
    json_t *params = json_array();
    json_array_append_new(params, tx);
    wh_status st = l1_rpc_call(s->rpc, "eth_estimateGas", params, &result, err);
    if (st != WH_OK) {
        const char *name = calls_error_name(wh_buf_span(&l1_rpc_fault(s->rpc)->data));
        if (name && err) wh_error_prefix(err, "%s: ", name);
        return st;
    }
    struct wh_json root = wh_json_root(result, "eth_estimateGas");
    st = wh_json_u64(&root, gas, err);
    json_decref(result);
    *gas += *gas / 5;
    return st;
}

static wh_status fees(const struct l1_send *s, struct l1_tx_fields *tx, struct wh_error *err)
{
    struct l1_fees now;
    tx->tip = u256_is_zero(&s->tip) ? u256_from_u64(GWEI) : s->tip;
    tx->max_fee = s->max_fee;
    if (u256_is_zero(&tx->max_fee)) {
        WH_TRY(l1_get_fees(s->rpc, &now, err));
        (void)u256_add(&tx->max_fee, &now.base_fee, &now.base_fee);
        (void)u256_add(&tx->max_fee, &tx->max_fee, &tx->tip);
    }
    if (u256_lt(&tx->max_fee, &tx->tip)) tx->tip = tx->max_fee;
    return WH_OK;
}

static wh_status wait(const struct l1_send *s, const bytes32 *hash, struct l1_receipt *receipt,
                      struct wh_error *err)
{
    uint64_t end = wh_mono_ms() + (s->wait_ms ? s->wait_ms : WAIT_MS);
    for (uint64_t pause = 5;; pause = pause < 500 ? pause * 2 : 500) {
        bool found = false;
        WH_TRY(l1_get_receipt(s->rpc, hash, receipt, &found, err));
        if (found) break;
        if (wh_mono_ms() >= end)
            return wh_fail(err, WH_ERR_TX_STUCK, "transaction %s", wh_hex32(hash).s);
        wh_sleep_ms(pause);
    }
    if (!receipt->ok)
        return wh_fail(err, WH_ERR_TX_REVERTED, "transaction %s in block %llu", wh_hex32(hash).s,
                       (unsigned long long)receipt->block_number);
    return WH_OK;
}

wh_status l1_send_and_wait(const struct l1_send *s, struct l1_receipt *receipt,
                           struct wh_error *err)
{
    struct l1_tx_fields tx = {.chain_id = s->chain_id,
                              .gas_limit = s->gas_limit,
                              .value = s->value,
                              .creates = s->to == NULL,
                              .data = s->data};
    struct l1_at at = {.kind = L1_PENDING};
    struct wh_buf raw = {0};
    bytes32 hash;
    if (s->to) tx.to = *s->to;
    if (tx.gas_limit == 0) WH_TRY(estimate(s, &tx.gas_limit, err));
    WH_TRY(fees(s, &tx, err));
    WH_TRY(l1_nonce(s->rpc, &s->key->addr, &at, &tx.nonce, err));
    wh_status st = l1_tx_sign(&tx, s->key, &raw, &hash, err);
    if (st == WH_OK) st = l1_send_raw(s->rpc, wh_buf_span(&raw), &hash, err);
    wh_buf_done(&raw);
    if (st == WH_OK) st = wait(s, &hash, receipt, err);
    return st;
}
