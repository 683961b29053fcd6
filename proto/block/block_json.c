/* SPDX-License-Identifier: MIT */
/* Blocks and headers as JSON-RPC shows them, back to their RLP. Spec: ethereum/execution-apis, Block. */
#include "evm/rlp/rlp.h"
#include "proto/block/readers.h"
#include "proto/sys/hex.h"

/* A member that came with a fork: absent before it. */
static bool later(const struct wh_json *obj, const char *key, struct wh_json *out)
{
    return wh_json_opt(obj, key, out);
}

static wh_status bytes_of(const struct wh_json *obj, const char *key, uint8_t *out, size_t len,
                          struct wh_error *err)
{
    struct wh_json j;
    WH_TRY(wh_json_get(obj, key, &j, err));
    return wh_json_fixed(&j, out, len, err);
}

static wh_status extra_of(const struct wh_json *obj, struct block_header *h, struct wh_error *err)
{
    struct wh_json j;
    struct wh_buf data = {0};
    WH_TRY(wh_json_get(obj, "extraData", &j, err));
    wh_status status = wh_json_data(&j, sizeof h->extra, &data, err);
    if (status == WH_OK) {
        h->extra_len = (uint8_t)data.len;
        if (data.len > 0) memcpy(h->extra, data.ptr, data.len);
    }
    wh_buf_done(&data);
    return status;
}

/* The first fifteen fields. */
static wh_status base_fields(const struct wh_json *j, struct block_header *h, struct wh_error *err)
{
    uint8_t nonce[8];
    WH_TRY(wh_json_get_bytes32(j, "parentHash", &h->parent_hash, err));
    WH_TRY(wh_json_get_bytes32(j, "sha3Uncles", &h->ommers_hash, err));
    WH_TRY(wh_json_get_address(j, "miner", &h->coinbase, err));
    WH_TRY(wh_json_get_bytes32(j, "stateRoot", &h->state_root, err));
    WH_TRY(wh_json_get_bytes32(j, "transactionsRoot", &h->txs_root, err));
    WH_TRY(wh_json_get_bytes32(j, "receiptsRoot", &h->receipts_root, err));
    WH_TRY(bytes_of(j, "logsBloom", h->bloom, sizeof h->bloom, err));
    WH_TRY(wh_json_get_quantity(j, "difficulty", &h->difficulty, err));
    WH_TRY(wh_json_get_u64(j, "number", &h->number, err));
    WH_TRY(wh_json_get_u64(j, "gasLimit", &h->gas_limit, err));
    WH_TRY(wh_json_get_u64(j, "gasUsed", &h->gas_used, err));
    WH_TRY(wh_json_get_u64(j, "timestamp", &h->timestamp, err));
    WH_TRY(extra_of(j, h, err));
    WH_TRY(wh_json_get_bytes32(j, "mixHash", &h->mix_hash, err));
    WH_TRY(bytes_of(j, "nonce", nonce, sizeof nonce, err));
    h->nonce = load_be64(nonce);
    h->fields = 15;
    return WH_OK;
}

static wh_status later_fields(const struct wh_json *j, struct block_header *h, struct wh_error *err)
{
    struct wh_json v;
    if (!later(j, "baseFeePerGas", &v)) return WH_OK;
    WH_TRY(wh_json_quantity(&v, &h->base_fee, err));
    h->fields = 16;
    if (!later(j, "withdrawalsRoot", &v)) return WH_OK;
    WH_TRY(wh_json_bytes32(&v, &h->withdrawals_root, err));
    h->fields = 17;
    if (!later(j, "parentBeaconBlockRoot", &v)) return WH_OK;
    WH_TRY(wh_json_bytes32(&v, &h->beacon_root, err));
    WH_TRY(wh_json_get_u64(j, "blobGasUsed", &h->blob_gas_used, err));
    WH_TRY(wh_json_get_u64(j, "excessBlobGas", &h->excess_blob_gas, err));
    h->fields = 20;
    if (!later(j, "requestsHash", &v)) return WH_OK;
    WH_TRY(wh_json_bytes32(&v, &h->requests_hash, err));
    h->fields = 21;
    return WH_OK;
}

wh_status read_header_json(struct block_parts *p, const struct wh_json *j, wh_span *rlp,
                           struct wh_error *err)
{
    uint8_t bytes[HEADER_MAX];
    bytes32 claimed;
    struct wh_json v;
    struct block_header h = {0};
    if (!json_is_object(j->v)) return wh_json_fail(j, err, "not an object");
    WH_TRY(base_fields(j, &h, err));
    WH_TRY(later_fields(j, &h, err));
    WH_TRY(parts_copy(p, wh_span_of(bytes, header_encode(&h, bytes)), rlp, err));
    if (!wh_json_opt(j, "hash", &v)) return WH_OK;
    WH_TRY(wh_json_bytes32(&v, &claimed, err));
    const bytes32 hash = parts_hash(p, *rlp);
    if (bytes32_eq(&hash, &claimed)) return WH_OK;
    return wh_json_fail(&v, err, "the fields that are known here hash to %s", wh_hex32(&hash).s);
}

static wh_status read_withdrawal(struct block_parts *p, const struct wh_json *j,
                                 struct wh_error *err)
{
    uint8_t buf[64];
    uint64_t index, validator, amount;
    address to;
    wh_span rlp;
    struct rlp_back w;
    WH_TRY(wh_json_get_u64(j, "index", &index, err));
    WH_TRY(wh_json_get_u64(j, "validatorIndex", &validator, err));
    WH_TRY(wh_json_get_address(j, "address", &to, err));
    WH_TRY(wh_json_get_u64(j, "amount", &amount, err));
    rlp_back_init(&w, buf, sizeof buf);
    const size_t list = rlp_back_mark(&w);
    rlp_back_u64(&w, amount);
    rlp_back_string(&w, wh_span_of(to.b, sizeof to.b));
    rlp_back_u64(&w, validator);
    rlp_back_u64(&w, index);
    rlp_back_list(&w, list);
    const wh_status fits = rlp_back_done(&w, &rlp);
    WH_ASSERT(fits == WH_OK);
    WH_TRY(parts_copy(p, rlp, &rlp, err));
    return parts_add(&p->withdrawals, rlp, err);
}

static wh_status read_uncles(struct block_parts *p, const struct wh_json *j, struct wh_error *err)
{
    size_t count;
    struct wh_json list;
    if (!wh_json_opt(j, "uncles", &list)) return WH_OK;
    WH_TRY(wh_json_array(&list, READ_LIST_MAX, &count, err));
    for (size_t i = 0; i < count; i++) {
        wh_span rlp;
        struct wh_json one = wh_json_at(&list, i);
        if (!json_is_object(one.v))
            return wh_json_fail(&one, err, "an ommer by its hash alone: bring the raw block");
        WH_TRY(read_header_json(p, &one, &rlp, err));
        WH_TRY(parts_add(&p->uncles, rlp, err));
    }
    return WH_OK;
}

wh_status read_body_json(struct block_parts *p, const struct wh_json *j, const char *txs,
                         struct wh_error *err)
{
    size_t count;
    struct wh_json list;
    WH_TRY(wh_json_get(j, txs, &list, err));
    WH_TRY(wh_json_array(&list, READ_LIST_MAX, &count, err));
    for (size_t i = 0; i < count; i++) {
        wh_span raw;
        struct wh_json one = wh_json_at(&list, i);
        if (!json_is_object(one.v))
            return wh_json_fail(&one, err, "a transaction by its hash alone: ask for full ones");
        WH_TRY(read_tx_json(p, &one, &raw, err));
        WH_TRY(parts_add(&p->txs, raw, err));
    }
    WH_TRY(read_uncles(p, j, err));
    p->has_withdrawals = wh_json_opt(j, "withdrawals", &list);
    if (!p->has_withdrawals) return WH_OK;
    WH_TRY(wh_json_array(&list, READ_LIST_MAX, &count, err));
    for (size_t i = 0; i < count; i++) {
        struct wh_json one = wh_json_at(&list, i);
        WH_TRY(read_withdrawal(p, &one, err));
    }
    return WH_OK;
}

wh_status read_block_json(struct block_parts *p, const struct wh_json *j, struct wh_error *err)
{
    WH_TRY(read_header_json(p, j, &p->header, err));
    WH_TRY(read_body_json(p, j, "transactions", err));
    p->has_block = true;
    return WH_OK;
}
