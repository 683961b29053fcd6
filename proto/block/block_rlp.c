/* SPDX-License-Identifier: MIT */
/* RLP forms: a raw block; geth's ExtWitness [headers, codes, state, keys] (core/stateless/encoding.go);
 * the payload of its keeper [chain id, block, witness]. */
#include <stdlib.h>

#include "evm/rlp/rlp.h"
#include "proto/block/rawblock.h"
#include "proto/block/readers.h"

static wh_status refuse(struct wh_error *err, const char *what)
{
    return wh_fail(err, WH_ERR_FILE_FORM, "RLP: %s", what);
}

/* The elements of a list as they stand. */
static wh_status add_items(wh_span in, struct block_list *out, struct wh_error *err)
{
    while (in.len > 0) {
        struct rlp_item item;
        if (rlp_next(&in, &item) != WH_OK) return refuse(err, "a list is cut or not canonical");
        WH_TRY(parts_add(out, item.raw, err));
    }
    return WH_OK;
}

wh_status read_block_rlp(struct block_parts *p, wh_span rlp, struct wh_error *err)
{
    wh_span tx, list;
    struct raw_block b;
    if (raw_block_decode(rlp, &b) != WH_OK)
        return refuse(err, "no block [header, transactions, ommers, withdrawals]");
    p->header = b.header;
    while (b.txs.len > 0) {
        if (raw_block_tx(&b.txs, &tx) != WH_OK) return refuse(err, "a transaction is malformed");
        WH_TRY(parts_add(&p->txs, tx, err));
    }
    if (rlp_list(b.ommers, &list) != WH_OK) return refuse(err, "the ommers are no list");
    WH_TRY(add_items(list, &p->uncles, err));
    p->has_withdrawals = b.withdrawals.len > 0;
    if (p->has_withdrawals) {
        if (rlp_list(b.withdrawals, &list) != WH_OK)
            return refuse(err, "the withdrawals are no list");
        WH_TRY(add_items(list, &p->withdrawals, err));
    }
    p->has_block = true;
    return WH_OK;
}

/* A list of non-empty byte strings. */
static wh_status add_strings(wh_span *in, struct block_list *out, const char *what,
                             struct wh_error *err)
{
    wh_span list, bytes;
    if (rlp_next_list(in, &list) != WH_OK)
        return wh_fail(err, WH_ERR_FILE_FORM, "RLP: witness: %s are no list", what);
    while (list.len > 0) {
        if (rlp_next_string(&list, &bytes) != WH_OK || bytes.len == 0)
            return wh_fail(err, WH_ERR_FILE_FORM, "RLP: witness: one of the %s is no byte string",
                           what);
        WH_TRY(parts_add(out, bytes, err));
    }
    return WH_OK;
}

static wh_status read_ext_witness(struct block_parts *p, wh_span fields, struct wh_error *err)
{
    wh_span list;
    struct block_list keys = {0};
    if (rlp_next_list(&fields, &list) != WH_OK) return refuse(err, "witness: headers are no list");
    WH_TRY(add_items(list, &p->headers, err));
    WH_TRY(add_strings(&fields, &p->codes, "codes", err));
    WH_TRY(add_strings(&fields, &p->nodes, "state nodes", err));
    wh_status status = WH_OK;
    if (fields.len > 0) status = add_strings(&fields, &keys, "keys", err); /* not needed */
    free(keys.v);
    WH_TRY(status);
    if (fields.len > 0) return refuse(err, "witness: more than four fields");
    p->has_witness = true;
    return WH_OK;
}

static wh_status read_payload(struct block_parts *p, wh_span fields, struct wh_error *err)
{
    wh_span witness;
    struct rlp_item block;
    if (rlp_next_u64(&fields, &p->chain_id) != WH_OK || rlp_next(&fields, &block) != WH_OK ||
        rlp_next_list(&fields, &witness) != WH_OK || fields.len > 0)
        return refuse(err, "no payload [chain id, block, witness]");
    WH_TRY(read_block_rlp(p, block.raw, err));
    return read_ext_witness(p, witness, err);
}

/* The first element tells: a chain id; a header, whose first field is a hash; a list of headers. */
wh_status read_rlp(struct block_parts *p, wh_span rlp, struct wh_error *err)
{
    wh_span fields, rest, inner;
    struct rlp_item first, field;
    if (rlp_list(rlp, &fields) != WH_OK) return refuse(err, "no list, or cut, or bytes are left");
    rest = fields;
    if (rlp_next(&rest, &first) != WH_OK) return refuse(err, "an empty list");
    inner = first.payload;
    if (!first.is_list) {
        p->form = FORM_PAYLOAD;
        return read_payload(p, fields, err);
    }
    if (inner.len == 0 || (rlp_next(&inner, &field) == WH_OK && field.is_list)) {
        p->form = FORM_EXT_WITNESS;
        return read_ext_witness(p, fields, err);
    }
    p->form = FORM_BLOCK;
    return read_block_rlp(p, rlp, err);
}
