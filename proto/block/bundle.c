/* SPDX-License-Identifier: MIT */
/* WitnessBundle of whittle.proto. */
#include "proto/block/readers.h"
#include "proto/messages.h"

static wh_status copy_list(struct block_parts *p, const struct bundle_list *list,
                           struct block_list *out, struct wh_error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        wh_span bytes;
        if (list->v[i].len == 0)
            return wh_fail(err, WH_ERR_MSG_FORM, "witness bundle: an empty entry");
        WH_TRY(parts_copy(p, list->v[i], &bytes, err));
        WH_TRY(parts_add(out, bytes, err));
    }
    return WH_OK;
}

static wh_status copy(struct block_parts *p, const struct witness_bundle *b, struct wh_error *err)
{
    wh_span parent;
    WH_TRY(parts_copy(p, b->header, &p->header, err));
    if (b->parent_header.len > 0) {
        WH_TRY(parts_copy(p, b->parent_header, &parent, err));
        WH_TRY(parts_add(&p->headers, parent, err));
    }
    p->chain_id = b->chain_id;
    p->has_withdrawals = b->has_withdrawals;
    WH_TRY(copy_list(p, &b->transactions, &p->txs, err));
    WH_TRY(copy_list(p, &b->ommers, &p->uncles, err));
    WH_TRY(copy_list(p, &b->withdrawals, &p->withdrawals, err));
    WH_TRY(copy_list(p, &b->ancestors, &p->headers, err));
    WH_TRY(copy_list(p, &b->nodes, &p->nodes, err));
    WH_TRY(copy_list(p, &b->codes, &p->codes, err));
    p->has_block = p->has_witness = true;
    return WH_OK;
}

wh_status read_bundle(struct block_parts *p, wh_span bytes, struct wh_error *err)
{
    struct witness_bundle b;
    p->form = FORM_BUNDLE;
    WH_TRY(bundle_read(bytes, &b, err));
    wh_status status = copy(p, &b, err);
    bundle_done(&b);
    return status;
}
