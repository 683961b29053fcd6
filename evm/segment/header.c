/* SPDX-License-Identifier: MIT */
#include "evm/segment/header.h"

#include "evm/rlp/rlp.h"

unsigned header_fields(enum evm_fork fork)
{
    if (fork >= FORK_PRAGUE) return 21;
    if (fork >= FORK_CANCUN) return 20;
    if (fork >= FORK_SHANGHAI) return 17;
    if (fork >= FORK_LONDON) return 16;
    return 15;
}

static wh_status extra_decode(wh_span *in, struct block_header *out)
{
    wh_span extra;
    WH_TRY(rlp_next_string(in, &extra));
    if (extra.len > sizeof out->extra) return WH_E_FORMAT;
    out->extra_len = (uint8_t)extra.len;
    if (extra.len > 0) memcpy(out->extra, extra.ptr, extra.len);
    return WH_OK;
}

static wh_status first_fields_decode(wh_span *in, struct block_header *out)
{
    WH_TRY(rlp_next_fixed(in, out->parent_hash.b, 32));
    WH_TRY(rlp_next_fixed(in, out->ommers_hash.b, 32));
    WH_TRY(rlp_next_fixed(in, out->coinbase.b, 20));
    WH_TRY(rlp_next_fixed(in, out->state_root.b, 32));
    WH_TRY(rlp_next_fixed(in, out->txs_root.b, 32));
    WH_TRY(rlp_next_fixed(in, out->receipts_root.b, 32));
    WH_TRY(rlp_next_fixed(in, out->bloom, sizeof out->bloom));
    WH_TRY(rlp_next_u256(in, &out->difficulty));
    WH_TRY(rlp_next_u64(in, &out->number));
    WH_TRY(rlp_next_u64(in, &out->gas_limit));
    WH_TRY(rlp_next_u64(in, &out->gas_used));
    WH_TRY(rlp_next_u64(in, &out->timestamp));
    WH_TRY(extra_decode(in, out));
    WH_TRY(rlp_next_fixed(in, out->mix_hash.b, 32));
    uint8_t nonce[8]; /* eight bytes as they are, not a scalar */
    WH_TRY(rlp_next_fixed(in, nonce, sizeof nonce));
    out->nonce = load_be64(nonce);
    return WH_OK;
}

wh_status header_decode(wh_span rlp, struct block_header *out)
{
    wh_span in;
    size_t count;
    WH_TRY(rlp_list(rlp, &in));
    WH_TRY(rlp_count(in, &count));
    if (count != 15 && count != 16 && count != 17 && count != 20 && count != 21) return WH_E_FORMAT;

    memset(out, 0, sizeof *out);
    out->fields = (unsigned)count;
    WH_TRY(first_fields_decode(&in, out));
    if (count >= 16) WH_TRY(rlp_next_u256(&in, &out->base_fee));
    if (count >= 17) WH_TRY(rlp_next_fixed(&in, out->withdrawals_root.b, 32));
    if (count >= 20) {
        WH_TRY(rlp_next_u64(&in, &out->blob_gas_used));
        WH_TRY(rlp_next_u64(&in, &out->excess_blob_gas));
        WH_TRY(rlp_next_fixed(&in, out->beacon_root.b, 32));
    }
    if (count >= 21) WH_TRY(rlp_next_fixed(&in, out->requests_hash.b, 32));
    return rlp_end(in);
}

size_t header_encode(const struct block_header *h, uint8_t out[HEADER_MAX])
{
    uint8_t nonce[8];
    struct rlp_back w;
    rlp_back_init(&w, out, HEADER_MAX);
    size_t list = rlp_back_mark(&w);
    if (h->fields >= 21) rlp_back_string(&w, wh_span_of(h->requests_hash.b, 32));
    if (h->fields >= 20) {
        rlp_back_string(&w, wh_span_of(h->beacon_root.b, 32));
        rlp_back_u64(&w, h->excess_blob_gas);
        rlp_back_u64(&w, h->blob_gas_used);
    }
    if (h->fields >= 17) rlp_back_string(&w, wh_span_of(h->withdrawals_root.b, 32));
    if (h->fields >= 16) rlp_back_u256(&w, &h->base_fee);
    store_be64(nonce, h->nonce);
    rlp_back_string(&w, wh_span_of(nonce, sizeof nonce));
    rlp_back_string(&w, wh_span_of(h->mix_hash.b, 32));
    rlp_back_string(&w, wh_span_of(h->extra, h->extra_len));
    rlp_back_u64(&w, h->timestamp);
    rlp_back_u64(&w, h->gas_used);
    rlp_back_u64(&w, h->gas_limit);
    rlp_back_u64(&w, h->number);
    rlp_back_u256(&w, &h->difficulty);
    rlp_back_string(&w, wh_span_of(h->bloom, sizeof h->bloom));
    rlp_back_string(&w, wh_span_of(h->receipts_root.b, 32));
    rlp_back_string(&w, wh_span_of(h->txs_root.b, 32));
    rlp_back_string(&w, wh_span_of(h->state_root.b, 32));
    rlp_back_string(&w, wh_span_of(h->coinbase.b, 20));
    rlp_back_string(&w, wh_span_of(h->ommers_hash.b, 32));
    rlp_back_string(&w, wh_span_of(h->parent_hash.b, 32));
    rlp_back_list(&w, list);

    wh_span encoded;
    wh_status status = rlp_back_done(&w, &encoded);
    WH_ASSERT(status == WH_OK); /* the largest header has fewer than 800 bytes */
    memmove(out, encoded.ptr, encoded.len);
    return encoded.len;
}
