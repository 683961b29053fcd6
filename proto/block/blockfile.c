/* SPDX-License-Identifier: MIT */
/* From parts to a block file: what it says of itself is checked, and the witness gets its index. */
#include "proto/block/blockfile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/block/body.h"
#include "proto/block/objects.h"
#include "proto/block/parts.h"
#include "proto/sys/hex.h"

enum { ANCESTORS_MAX = 512 }; /* BLOCKHASH reaches 256 blocks down */

struct store {
    struct parts_memory *memory; /* owns: all bytes */
    struct block_objects objects;
    wh_span *witness; /* owns the array: nodes, then codes */
    size_t witness_count;
};

/* A blockfile in the making. */
struct assembly {
    struct block_parts *p;
    struct blockfile *f;
    struct store *store;
    struct wh_error *err;
};

static wh_status no_memory(struct wh_error *err)
{
    return wh_fail(err, WH_ERR_NOMEM, "reading a block file");
}

static wh_status index_add(struct assembly *a, const bytes32 *hash, wh_span bytes)
{
    return block_objects_add(&a->store->objects, hash, bytes) ? WH_OK : no_memory(a->err);
}

wh_status blockfile_index(struct blockfile *f, const struct evm_crypto *crypto)
{
    struct store *store = f->store;
    size_t n = store->witness_count;
    bytes32 *hashes = calloc(n + 1, sizeof *hashes);
    if (hashes == NULL) return WH_E_NOMEM;
    crypto->keccak_many(crypto->ctx, n, store->witness, hashes);
    bool ok = block_objects_reserve(&store->objects, n);
    for (size_t i = 0; i < n && ok; i++)
        ok = block_objects_add(&store->objects, &hashes[i], store->witness[i]);
    free(hashes);
    return ok ? WH_OK : WH_E_NOMEM;
}

/* Takes a list of the witness over. The element 0x80 (an empty trie, as one client lists it) stands for
 * nothing and is left out. */
static void take_witness(struct assembly *a, const struct block_list *list, size_t *count,
                         uint64_t *total)
{
    struct store *store = a->store;
    const size_t before = store->witness_count;
    for (size_t i = 0; i < list->count; i++) {
        const wh_span item = list->v[i];
        if (item.len == 1 && item.ptr[0] == 0x80) continue;
        store->witness[store->witness_count++] = item;
        *total += item.len;
    }
    *count = store->witness_count - before;
}

static wh_status assemble_witness(struct assembly *a)
{
    struct blockfile *f = a->f;
    const struct block_parts *p = a->p;
    const size_t n = p->nodes.count + p->codes.count;
    a->store->witness = calloc(n + 1, sizeof *a->store->witness);
    if (a->store->witness == NULL) return no_memory(a->err);
    take_witness(a, &p->nodes, &f->node_count, &f->node_bytes);
    take_witness(a, &p->codes, &f->code_count, &f->code_bytes);
    f->nodes = a->store->witness;
    f->codes = a->store->witness + f->node_count;
    return blockfile_index(f, p->crypto) == WH_OK ? WH_OK : no_memory(a->err);
}

/* Index of the header with this hash; count if there is none. */
static size_t find(const bytes32 *hashes, size_t count, const bytes32 *wanted)
{
    size_t i = 0;
    while (i < count && !bytes32_eq(&hashes[i], wanted))
        i++;
    return i;
}

static wh_status add_header(struct assembly *a, wh_span rlp, const bytes32 *hash,
                            struct block_header *out)
{
    if (header_decode(rlp, out) != WH_OK)
        return wh_fail(a->err, WH_ERR_FILE_FORM, "header %s is not the RLP of a block header",
                       wh_hex32(hash).s);
    return index_add(a, hash, rlp);
}

/* The parent, and below it as far as the headers link without a gap. The others are of no use. */
static wh_status link_headers(struct assembly *a, const bytes32 *hashes)
{
    struct blockfile *f = a->f;
    const struct block_list *list = &a->p->headers;
    size_t at = find(hashes, list->count, &f->head.parent_hash);
    f->has_parent = at < list->count;
    if (!f->has_parent) return WH_OK;
    f->parent_header = list->v[at];
    WH_TRY(add_header(a, f->parent_header, &hashes[at], &f->parent));
    if (f->parent.number + 1 != f->number)
        return wh_fail(a->err, WH_ERR_FILE_FORM,
                       "the parent of block %" PRIu64 " is block %" PRIu64, f->number,
                       f->parent.number);
    bytes32 wanted = f->parent.parent_hash;
    while (f->ancestor_count < ANCESTORS_MAX) {
        struct block_header h;
        at = find(hashes, list->count, &wanted);
        if (at == list->count) break;
        WH_TRY(add_header(a, list->v[at], &hashes[at], &h));
        f->ancestors[f->ancestor_count] = list->v[at];
        f->ancestor_hashes[f->ancestor_count++] = hashes[at];
        wanted = h.parent_hash;
    }
    return WH_OK;
}

static wh_status assemble_headers(struct assembly *a)
{
    struct blockfile *f = a->f;
    const struct block_list *list = &a->p->headers;
    bytes32 *hashes = calloc(list->count + 1, sizeof *hashes);
    f->ancestors = calloc(ANCESTORS_MAX, sizeof *f->ancestors);
    f->ancestor_hashes = calloc(ANCESTORS_MAX, sizeof *f->ancestor_hashes);
    wh_status status = WH_OK;
    if (hashes == NULL || f->ancestors == NULL || f->ancestor_hashes == NULL)
        status = no_memory(a->err);
    for (size_t i = 0; status == WH_OK && i < list->count; i++)
        hashes[i] = parts_hash(a->p, list->v[i]);
    if (status == WH_OK) status = link_headers(a, hashes);
    free(hashes);
    return status;
}

static void take_list(struct block_list *list, wh_span **v, size_t *count)
{
    *v = list->v;
    *count = list->count;
    *list = (struct block_list){0};
}

static wh_status assemble_block(struct assembly *a)
{
    struct blockfile *f = a->f;
    struct block_parts *p = a->p;
    f->header = p->header;
    f->hash = parts_hash(p, p->header);
    if (header_decode(p->header, &f->head) != WH_OK)
        return wh_fail(a->err, WH_ERR_FILE_FORM, "the block's header is not the RLP of one");
    f->number = f->head.number;
    take_list(&p->txs, &f->txs, &f->tx_count);
    take_list(&p->uncles, &f->uncles, &f->uncle_count);
    take_list(&p->withdrawals, &f->withdrawals, &f->withdrawal_count);
    f->has_withdrawals = p->has_withdrawals;
    f->refs = p->refs;
    p->refs = NULL;
    f->has_reference = f->refs != NULL;
    f->has_root_before = p->has_root_before;
    f->root_before_txs = p->root_before_txs;
    WH_TRY(index_add(a, &f->hash, f->header));
    return body_check(f, p->crypto, a->err);
}

static wh_status assemble_chain_id(struct assembly *a)
{
    struct blockfile *f = a->f;
    const uint64_t said = a->p->chain_id, by_txs = body_chain_id(f, a->p->crypto);
    if (said != 0 && by_txs != 0 && said != by_txs)
        return wh_fail(a->err, WH_ERR_FILE_FORM,
                       "chain id %" PRIu64 ", but the transactions are of %" PRIu64, said, by_txs);
    f->chain_id = said != 0 ? said : by_txs;
    memcpy(f->network, a->p->network, sizeof f->network);
    f->has_config = a->p->has_config;
    f->config = a->p->config;
    return WH_OK;
}

static wh_status assemble(struct assembly *a)
{
    const struct block_parts *p = a->p;
    if (!p->has_block)
        return wh_fail(a->err, WH_ERR_FILE_HALF, "%s, without the block it belongs to",
                       block_form_what(p->form));
    if (!p->has_witness)
        return wh_fail(a->err, WH_ERR_FILE_HALF, "%s, without a witness", block_form_what(p->form));
    a->store = calloc(1, sizeof *a->store);
    if (a->store == NULL) return no_memory(a->err);
    a->f->store = a->store;
    WH_TRY(assemble_block(a));
    WH_TRY(assemble_chain_id(a));
    WH_TRY(assemble_headers(a));
    return assemble_witness(a);
}

wh_status parts_assemble(struct block_parts *p, struct blockfile *out, struct wh_error *err)
{
    struct assembly a = {.p = p, .f = out, .err = err};
    *out = (struct blockfile){0};
    wh_status status = assemble(&a);
    if (status == WH_OK) {
        a.store->memory = p->memory;
        p->memory = NULL;
    } else {
        blockfile_close(out);
    }
    parts_done(p);
    return status;
}

wh_status blockfile_parse(const char *name, wh_span bytes, const struct evm_crypto *crypto,
                          struct blockfile *out, struct wh_error *err)
{
    struct block_parts p = {0};
    *out = (struct blockfile){0};
    WH_TRY(parts_read(name, bytes, crypto, &p, err));
    wh_status status = parts_assemble(&p, out, err);
    if (status != WH_OK) wh_error_prefix(err, "%s: ", name);
    return status;
}

wh_status blockfile_open(const char *path, const struct evm_crypto *crypto, struct blockfile *out,
                         struct wh_error *err)
{
    struct block_parts p = {0};
    *out = (struct blockfile){0};
    WH_TRY(parts_open(path, crypto, &p, err));
    wh_status status = parts_assemble(&p, out, err);
    if (status != WH_OK) wh_error_prefix(err, "%s: ", path);
    return status;
}

void blockfile_close(struct blockfile *f)
{
    struct store *store = f->store;
    if (store != NULL) {
        block_objects_done(&store->objects);
        parts_memory_free(store->memory);
        free(store->witness);
        free(store);
    }
    free(f->txs);
    free(f->uncles);
    free(f->withdrawals);
    free(f->ancestors);
    free(f->ancestor_hashes);
    free(f->refs);
    *f = (struct blockfile){0};
}

wh_status blockfile_get(const struct blockfile *f, const bytes32 *hash, wh_span *out)
{
    const struct store *store = f->store;
    return block_objects_find(&store->objects, hash, out) ? WH_OK : WH_E_MISSING;
}

bool blockfile_config(const struct blockfile *f, uint64_t witness_cap, struct chain_config *out)
{
    if (f->chain_id == 1)
        chain_config_mainnet(out);
    else if (f->chain_id == 560048)
        chain_config_hoodi(out);
    else if (f->has_config && f->config.chain_id == f->chain_id)
        *out = f->config;
    else
        return false;
    out->witness_cap = witness_cap;
    return true;
}
