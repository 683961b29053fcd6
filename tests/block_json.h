/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_BLOCK_JSON_H
#define WH_TESTS_BLOCK_JSON_H

/* Blocks, headers and transactions as a node shows them in JSON-RPC: the way back that proto/block reads. */

#include "evm/native/crypto.h"
#include "evm/rlp/rlp.h"
#include "evm/tx/tx.h"
#include "proto/block/blockfile.h"
#include "proto/sys/json.h"

static inline void json_header_fields(struct wh_jw *w, wh_span rlp)
{
    struct block_header h;
    uint8_t nonce[8];
    bytes32 hash;
    const struct evm_crypto *c = wh_native_crypto();
    if (header_decode(rlp, &h) != WH_OK) return;
    c->keccak256(c->ctx, rlp.ptr, rlp.len, &hash);
    store_be64(nonce, h.nonce);
    wh_jw_b32(w, "hash", &hash);
    wh_jw_b32(w, "parentHash", &h.parent_hash);
    wh_jw_b32(w, "sha3Uncles", &h.ommers_hash);
    wh_jw_addr(w, "miner", &h.coinbase);
    wh_jw_b32(w, "stateRoot", &h.state_root);
    wh_jw_b32(w, "transactionsRoot", &h.txs_root);
    wh_jw_b32(w, "receiptsRoot", &h.receipts_root);
    wh_jw_data(w, "logsBloom", h.bloom, sizeof h.bloom);
    wh_jw_qty256(w, "difficulty", &h.difficulty);
    wh_jw_qty(w, "number", h.number);
    wh_jw_qty(w, "gasLimit", h.gas_limit);
    wh_jw_qty(w, "gasUsed", h.gas_used);
    wh_jw_qty(w, "timestamp", h.timestamp);
    wh_jw_data(w, "extraData", h.extra, h.extra_len);
    wh_jw_b32(w, "mixHash", &h.mix_hash);
    wh_jw_data(w, "nonce", nonce, sizeof nonce);
    if (h.fields >= 16) wh_jw_qty256(w, "baseFeePerGas", &h.base_fee);
    if (h.fields >= 17) wh_jw_b32(w, "withdrawalsRoot", &h.withdrawals_root);
    if (h.fields >= 20) {
        wh_jw_qty(w, "blobGasUsed", h.blob_gas_used);
        wh_jw_qty(w, "excessBlobGas", h.excess_blob_gas);
        wh_jw_b32(w, "parentBeaconBlockRoot", &h.beacon_root);
    }
    if (h.fields >= 21) wh_jw_b32(w, "requestsHash", &h.requests_hash);
}

static inline void json_header(struct wh_jw *w, const char *key, wh_span rlp)
{
    wh_jw_obj(w, key);
    json_header_fields(w, rlp);
    wh_jw_end(w);
}

static inline void json_span(struct wh_jw *w, const char *key, wh_span bytes)
{
    wh_jw_data(w, key, bytes.ptr, bytes.len);
}

/* A scalar of RLP as a quantity. */
static inline void json_scalar(struct wh_jw *w, const char *key, wh_span *in)
{
    u256 v = {{0}};
    if (rlp_next_u256(in, &v) == WH_OK) wh_jw_qty256(w, key, &v);
}

static inline void json_words(struct wh_jw *w, const char *key, wh_span in)
{
    wh_span word;
    wh_jw_arr(w, key);
    while (in.len > 0 && rlp_next_string(&in, &word) == WH_OK)
        json_span(w, NULL, word);
    wh_jw_end(w);
}

static inline void json_access_list(struct wh_jw *w, wh_span in)
{
    wh_span entry, at, slots;
    wh_jw_arr(w, "accessList");
    while (in.len > 0 && rlp_next_list(&in, &entry) == WH_OK) {
        if (rlp_next_string(&entry, &at) != WH_OK || rlp_next_list(&entry, &slots) != WH_OK) break;
        wh_jw_obj(w, NULL);
        json_span(w, "address", at);
        json_words(w, "storageKeys", slots);
        wh_jw_end(w);
    }
    wh_jw_end(w);
}

static inline void json_authorizations(struct wh_jw *w, wh_span in)
{
    wh_span entry, at;
    wh_jw_arr(w, "authorizationList");
    while (in.len > 0 && rlp_next_list(&in, &entry) == WH_OK) {
        wh_jw_obj(w, NULL);
        json_scalar(w, "chainId", &entry);
        if (rlp_next_string(&entry, &at) == WH_OK) json_span(w, "address", at);
        json_scalar(w, "nonce", &entry);
        json_scalar(w, "yParity", &entry);
        json_scalar(w, "r", &entry);
        json_scalar(w, "s", &entry);
        wh_jw_end(w);
    }
    wh_jw_end(w);
}

/* v of a legacy transaction: the seventh field of its list. */
static inline void json_v(struct wh_jw *w, wh_span raw)
{
    wh_span in;
    struct rlp_item skipped;
    if (rlp_list(raw, &in) != WH_OK) return;
    for (unsigned i = 0; i < 6; i++)
        if (rlp_next(&in, &skipped) != WH_OK) return;
    json_scalar(w, "v", &in);
}

static inline void json_tx(struct wh_jw *w, wh_span raw)
{
    struct tx tx;
    bytes32 hash;
    const struct evm_crypto *c = wh_native_crypto();
    if (tx_decode(c, raw, &tx) != WH_OK) return;
    c->keccak256(c->ctx, raw.ptr, raw.len, &hash);
    wh_jw_obj(w, NULL);
    wh_jw_qty(w, "type", tx.type);
    wh_jw_b32(w, "hash", &hash);
    if (tx.type != TX_LEGACY) wh_jw_qty(w, "chainId", tx.chain_id);
    wh_jw_qty(w, "nonce", tx.nonce);
    wh_jw_qty(w, "gas", tx.gas);
    if (tx.has_to)
        wh_jw_addr(w, "to", &tx.to);
    else
        wh_jw_null(w, "to");
    wh_jw_qty256(w, "value", &tx.value);
    json_span(w, "input", tx.data);
    if (tx.type <= TX_ACCESS_LIST) {
        wh_jw_qty256(w, "gasPrice", &tx.max_fee);
    } else {
        wh_jw_qty256(w, "maxFeePerGas", &tx.max_fee);
        wh_jw_qty256(w, "maxPriorityFeePerGas", &tx.max_priority);
    }
    if (tx.type != TX_LEGACY) json_access_list(w, tx.access_list);
    if (tx.type == TX_BLOB) {
        wh_jw_qty256(w, "maxFeePerBlobGas", &tx.max_blob_fee);
        json_words(w, "blobVersionedHashes", tx.blob_hashes);
    }
    if (tx.type == TX_SET_CODE) json_authorizations(w, tx.authorizations);
    wh_jw_qty256(w, "r", &tx.r);
    wh_jw_qty256(w, "s", &tx.s);
    if (tx.type == TX_LEGACY)
        json_v(w, raw);
    else
        wh_jw_qty(w, "yParity", tx.parity);
    wh_jw_end(w);
}

static inline void json_withdrawal(struct wh_jw *w, wh_span rlp)
{
    wh_span in, at;
    if (rlp_list(rlp, &in) != WH_OK) return;
    wh_jw_obj(w, NULL);
    json_scalar(w, "index", &in);
    json_scalar(w, "validatorIndex", &in);
    if (rlp_next_string(&in, &at) == WH_OK) json_span(w, "address", at);
    json_scalar(w, "amount", &in);
    wh_jw_end(w);
}

/* The answer of eth_getBlockByNumber with full transactions; ommers as objects. */
static inline void json_block(struct wh_jw *w, const char *key, const struct blockfile *f)
{
    wh_jw_obj(w, key);
    json_header_fields(w, f->header);
    wh_jw_arr(w, "transactions");
    for (size_t i = 0; i < f->tx_count; i++)
        json_tx(w, f->txs[i]);
    wh_jw_end(w);
    wh_jw_arr(w, "uncles");
    for (size_t i = 0; i < f->uncle_count; i++)
        json_header(w, NULL, f->uncles[i]);
    wh_jw_end(w);
    if (f->has_withdrawals) {
        wh_jw_arr(w, "withdrawals");
        for (size_t i = 0; i < f->withdrawal_count; i++)
            json_withdrawal(w, f->withdrawals[i]);
        wh_jw_end(w);
    }
    wh_jw_end(w);
}

#endif
