/* SPDX-License-Identifier: MIT */
/* The normalised form, stateless-block/1. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/block/readers.h"
#include "proto/sys/hex.h"

static const char FORMAT[] = "stateless-block/1";

static wh_status read_list_member(struct block_parts *p, const struct wh_json *obj, const char *key,
                                  struct block_list *out, struct wh_error *err)
{
    struct wh_json list;
    WH_TRY(wh_json_get(obj, key, &list, err));
    return read_data_list(p, &list, out, err);
}

static wh_status read_header(struct block_parts *p, const struct wh_json *root,
                             struct block_header *head, struct wh_error *err)
{
    struct wh_json j;
    bytes32 claimed;
    uint64_t number;
    WH_TRY(wh_json_get(root, "header", &j, err));
    WH_TRY(read_data(p, &j, &p->header, err));
    const bytes32 hash = parts_hash(p, p->header);
    if (header_decode(p->header, head) != WH_OK)
        return wh_json_fail(&j, err, "not the RLP of a block header");
    WH_TRY(wh_json_get(root, "hash", &j, err));
    WH_TRY(wh_json_bytes32(&j, &claimed, err));
    if (!bytes32_eq(&claimed, &hash))
        return wh_json_fail(&j, err, "is not the hash of the header, %s", wh_hex32(&hash).s);
    WH_TRY(wh_json_get(root, "number", &j, err));
    WH_TRY(wh_json_number(&j, &number, err));
    if (number != head->number)
        return wh_json_fail(&j, err, "the header says %" PRIu64, head->number);
    return WH_OK;
}

/* One header of the chain below the block: *wanted is its hash, and becomes its parent's. */
static wh_status read_link(struct block_parts *p, const struct wh_json *j, bytes32 *wanted,
                           const char *else_say, struct wh_error *err)
{
    wh_span rlp;
    struct block_header h;
    WH_TRY(read_data(p, j, &rlp, err));
    const bytes32 hash = parts_hash(p, rlp);
    if (!bytes32_eq(&hash, wanted)) return wh_json_fail(j, err, "%s", else_say);
    if (header_decode(rlp, &h) != WH_OK)
        return wh_json_fail(j, err, "not the RLP of a block header");
    *wanted = h.parent_hash;
    return parts_add(&p->headers, rlp, err);
}

/* The parent, and ancestors newest first, each the parent of the one before. */
static wh_status read_headers(struct block_parts *p, const struct wh_json *root, bytes32 wanted,
                              struct wh_error *err)
{
    size_t count;
    struct wh_json j;
    if (wh_json_opt(root, "parentHeader", &j))
        WH_TRY(read_link(p, &j, &wanted, "its hash is not the parent hash of the header", err));
    if (!wh_json_opt(root, "ancestorHeaders", &j)) return WH_OK;
    WH_TRY(wh_json_array(&j, READ_LIST_MAX, &count, err));
    for (size_t i = 0; i < count; i++) {
        struct wh_json one = wh_json_at(&j, i);
        WH_TRY(read_link(p, &one, &wanted, "does not link to the header before it", err));
    }
    return WH_OK;
}

static wh_status read_reference_tx(const struct wh_json *j, struct blockfile_tx_ref *out,
                                   struct wh_error *err)
{
    struct wh_json v;
    uint64_t status;
    WH_TRY(wh_json_get_number(j, "gasUsed", &out->gas_used, err));
    WH_TRY(wh_json_get_bytes32(j, "stateRootAfter", &out->state_root, err));
    out->status = -1;
    if (!wh_json_opt(j, "status", &v)) return WH_OK;
    WH_TRY(wh_json_number(&v, &status, err));
    if (status > 1) return wh_json_fail(&v, err, "0 or 1 expected");
    out->status = (int)status;
    return WH_OK;
}

static wh_status read_reference(struct block_parts *p, const struct wh_json *root,
                                struct wh_error *err)
{
    struct wh_json ref, txs, v;
    size_t count;
    if (!wh_json_opt(root, "reference", &ref)) return WH_OK;
    WH_TRY(wh_json_get(&ref, "txs", &txs, err));
    WH_TRY(wh_json_array(&txs, READ_LIST_MAX, &count, err));
    if (count != p->txs.count)
        return wh_json_fail(&txs, err, "%zu entries for %zu transactions", count, p->txs.count);
    p->refs = calloc(count + 1, sizeof *p->refs);
    if (p->refs == NULL) return wh_fail(err, WH_ERR_NOMEM, "%zu references", count);
    for (size_t i = 0; i < count; i++) {
        struct wh_json j = wh_json_at(&txs, i);
        WH_TRY(read_reference_tx(&j, &p->refs[i], err));
    }
    p->has_root_before = wh_json_opt(&ref, "stateRootBeforeTxs", &v);
    return p->has_root_before ? wh_json_bytes32(&v, &p->root_before_txs, err) : WH_OK;
}

wh_status read_stateless(struct block_parts *p, const struct wh_json *root, struct wh_error *err)
{
    const char *text = NULL;
    struct wh_json j;
    struct block_header head;
    WH_TRY(wh_json_get(root, "format", &j, err));
    WH_TRY(wh_json_string(&j, &text, err));
    if (strcmp(text, FORMAT) != 0)
        return wh_json_fail(&j, err, "\"%s\" where %s is read", text, FORMAT);
    WH_TRY(wh_json_get_string(root, "network", &text, err));
    snprintf(p->network, sizeof p->network, "%s", text);
    WH_TRY(wh_json_get_number(root, "chainId", &p->chain_id, err));
    WH_TRY(read_header(p, root, &head, err));
    WH_TRY(read_list_member(p, root, "transactions", &p->txs, err));
    WH_TRY(read_list_member(p, root, "uncles", &p->uncles, err));
    p->has_withdrawals = wh_json_opt(root, "withdrawals", &j);
    if (p->has_withdrawals) WH_TRY(read_data_list(p, &j, &p->withdrawals, err));
    p->has_block = true;
    WH_TRY(read_headers(p, root, head.parent_hash, err));
    WH_TRY(wh_json_get(root, "witness", &j, err));
    WH_TRY(read_list_member(p, &j, "state", &p->nodes, err));
    WH_TRY(read_list_member(p, &j, "codes", &p->codes, err));
    p->has_witness = true;
    return read_reference(p, root, err);
}
