/* SPDX-License-Identifier: MIT */
/* The block itself, its witness and the headers below it. */
#include <inttypes.h>
#include <stdlib.h>

#include "proto/block/readers.h"
#include "proto/fetch/private.h"
#include "proto/sys/hex.h"

enum { OMMERS_MAX = 2 }; /* Yellow Paper 11.1: a node is not asked for more */

static json_t *quantity_of(uint64_t n)
{
    char text[67];
    const u256 v = u256_from_u64(n);
    wh_quantity_print(&v, text);
    return json_string(text);
}

/* Reads an answer with a reader of proto/block; what does not read is the endpoint's fault. */
static wh_status readable(wh_status status, const char *method, struct wh_error *err)
{
    if (status == WH_OK || status == WH_E_NOMEM) return status;
    return fetch_nonsense(method, err);
}

static wh_status read_raw(struct block_parts *p, const json_t *result, struct wh_error *err)
{
    wh_span rlp;
    struct wh_json j = wh_json_root(result, "result");
    WH_TRY(read_data(p, &j, &rlp, err));
    return read_block_rlp(p, rlp, err);
}

static wh_status ask_raw(struct fetch *f, struct block_parts *p, struct wh_error *err)
{
    bool refused;
    json_t *result = NULL;
    if (f->raw == METHOD_REFUSED) return WH_OK;
    WH_TRY(fetch_ask(f, "debug_getRawBlock", json_pack("[o]", quantity_of(f->number)), &result,
                     &refused, err));
    if (refused) {
        if (f->raw == METHOD_UNKNOWN) f->raw = METHOD_REFUSED;
        return WH_OK;
    }
    f->raw = METHOD_SERVED;
    wh_status status = readable(read_raw(p, result, err), "debug_getRawBlock", err);
    json_decref(result);
    return status;
}

/* eth_getBlockByNumber names ommers by their hashes; each is asked for. */
static wh_status ask_uncles(struct fetch *f, json_t *block, struct wh_error *err)
{
    json_t *uncles = json_object_get(block, "uncles");
    const size_t count = json_array_size(uncles);
    if (count > OMMERS_MAX)
        return wh_fail(err, WH_ERR_RPC_FORM, "eth_getBlockByNumber: %zu ommers", count);
    for (size_t i = 0; i < count; i++) {
        json_t *uncle = NULL;
        f->counts.requests++;
        WH_TRY(l1_rpc_call(f->rpc, "eth_getUncleByBlockNumberAndIndex",
                           json_pack("[o,o]", quantity_of(f->number), quantity_of(i)), &uncle,
                           err));
        (void)json_array_set_new(uncles, i, uncle);
    }
    return WH_OK;
}

static wh_status ask_rebuilt(struct fetch *f, struct block_parts *p, bool *found,
                             struct wh_error *err)
{
    json_t *block = NULL;
    f->counts.requests++;
    WH_TRY(l1_rpc_call_null(f->rpc, "eth_getBlockByNumber",
                            json_pack("[o,b]", quantity_of(f->number), 1), &block, err));
    *found = block != NULL;
    if (!*found) return WH_OK;
    wh_status status = ask_uncles(f, block, err);
    struct wh_json j = wh_json_root(block, "result");
    if (status == WH_OK)
        status = readable(read_block_json(p, &j, err), "eth_getBlockByNumber", err);
    json_decref(block);
    return status;
}

static wh_status ask_block(struct fetch *f, struct block_parts *p, struct block_header *head,
                           bool *found, struct wh_error *err)
{
    *found = true;
    WH_TRY(ask_raw(f, p, err));
    if (!p->has_block) WH_TRY(ask_rebuilt(f, p, found, err));
    if (!*found) return WH_OK;
    if (header_decode(p->header, head) != WH_OK)
        return wh_fail(err, WH_ERR_RPC_FORM, "block %" PRIu64 ": no header", f->number);
    if (head->number == f->number) return WH_OK;
    return wh_fail(err, WH_ERR_RPC_FORM, "block %" PRIu64 " was answered with block %" PRIu64,
                   f->number, head->number);
}

/* A node that refuses (no such method, no history) leaves the witness empty. */
static wh_status ask_witness(struct fetch *f, struct block_parts *p, struct wh_error *err)
{
    bool refused;
    json_t *result = NULL;
    p->has_witness = true;
    if (f->witness == METHOD_REFUSED) return WH_OK;
    WH_TRY(fetch_ask(f, "debug_executionWitness", json_pack("[o]", quantity_of(f->number)), &result,
                     &refused, err));
    if (refused) {
        if (f->witness == METHOD_UNKNOWN) f->witness = METHOD_REFUSED;
        return WH_OK;
    }
    f->witness = METHOD_SERVED;
    struct wh_json j = wh_json_root(result, "result");
    wh_status status = readable(read_witness(p, &j, "headers", err), "debug_executionWitness", err);
    json_decref(result);
    return status;
}

/* ---- headers ---- */

static const wh_span *header_of(const struct block_parts *p, const bytes32 *hash)
{
    for (size_t i = 0; i < p->headers.count; i++) {
        const bytes32 got = parts_hash(p, p->headers.v[i]);
        if (bytes32_eq(&got, hash)) return &p->headers.v[i];
    }
    return NULL;
}

/* One header by hash; a node that has none leaves it out. */
static wh_status ask_header(struct fetch *f, struct block_parts *p, const bytes32 *hash,
                            struct wh_error *err)
{
    wh_span rlp;
    json_t *block = NULL;
    f->counts.requests++;
    WH_TRY(l1_rpc_call_null(f->rpc, "eth_getBlockByHash", json_pack("[s,b]", wh_hex32(hash).s, 0),
                            &block, err));
    if (block == NULL) return WH_OK;
    struct wh_json j = wh_json_root(block, "result");
    wh_status status = readable(read_header_json(p, &j, &rlp, err), "eth_getBlockByHash", err);
    json_decref(block);
    if (status != WH_OK) return status;
    const bytes32 got = parts_hash(p, rlp);
    if (!bytes32_eq(&got, hash))
        return wh_fail(err, WH_ERR_RPC_FORM, "eth_getBlockByHash %s: another block",
                       wh_hex32(hash).s);
    return parts_add(&p->headers, rlp, err);
}

static wh_status ask_headers(struct fetch *f, struct block_parts *p, bytes32 hash, unsigned count,
                             struct wh_error *err)
{
    for (unsigned i = 0; i < count; i++) {
        struct block_header h;
        const wh_span *rlp = header_of(p, &hash);
        if (rlp == NULL) {
            WH_TRY(ask_header(f, p, &hash, err));
            rlp = header_of(p, &hash);
        }
        if (rlp == NULL || header_decode(*rlp, &h) != WH_OK || h.number == 0) break;
        hash = h.parent_hash;
    }
    return WH_OK;
}

static wh_status collect(struct fetch *f, unsigned headers, struct block_parts *p, bool *found,
                         struct wh_error *err)
{
    struct block_header head;
    WH_TRY(ask_block(f, p, &head, found, err));
    if (!*found) return WH_OK;
    WH_TRY(ask_witness(f, p, err));
    return ask_headers(f, p, head.parent_hash, headers, err);
}

wh_status fetch_block(struct fetch *f, uint64_t number, unsigned headers, struct blockfile *out,
                      bool *found, struct wh_error *err)
{
    struct block_parts p = {.crypto = f->inner, .form = FORM_BLOCK};
    *out = (struct blockfile){0};
    f->number = number;
    f->file = NULL;
    wh_status status = collect(f, headers, &p, found, err);
    if (status != WH_OK || !*found) {
        parts_done(&p);
        return status;
    }
    fileset_hint(&p, &f->hints);
    status = parts_assemble(&p, out, err);
    return status == WH_OK || status == WH_E_NOMEM ? status : fetch_nonsense("block", err);
}
