/* SPDX-License-Identifier: MIT */
#include "proto/block/blockfile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "evm/rlp/rlp.h"
#include "proto/block/objects.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

enum {
    FILE_MAX = 512 << 20, /* unpacked JSON */
    LIST_MAX = 1 << 22,
};

static const char FORMAT[] = "stateless-block/1";

/* Memory of a file. Decoded bytes take at most half of the hex that they came from, so one block of
 * half the text holds all of them and never moves. */
struct store {
    uint8_t *bytes;
    size_t used, cap;
    struct block_objects objects;
    wh_span *witness; /* nodes, then codes */
    size_t witness_count;
};

/* A reader at work. */
struct reader {
    struct blockfile *f;
    struct store *store;
    const struct evm_crypto *crypto;
    struct wh_error *err;
};

static wh_status no_memory(struct wh_error *err)
{
    return wh_fail(err, WH_ERR_NOMEM, "reading a block file");
}

static wh_status read_bytes(struct reader *r, const struct wh_json *j, wh_span *out)
{
    const char *text;
    WH_TRY(wh_json_string(j, &text, r->err));
    size_t digits = strlen(text);
    if (digits < 2 || digits % 2 != 0) return wh_json_fail(j, r->err, "not 0x and whole bytes");
    size_t len = digits / 2 - 1;
    WH_ASSERT(len <= r->store->cap - r->store->used);
    uint8_t *at = r->store->bytes + r->store->used;
    if (!wh_hex_parse(text, at, len)) return wh_json_fail(j, r->err, "not hex");
    r->store->used += len;
    *out = wh_span_of(at, len);
    return WH_OK;
}

/* A list of byte strings; *items is of calloc. */
static wh_status read_list(struct reader *r, const struct wh_json *list, wh_span **items,
                           size_t *count)
{
    WH_TRY(wh_json_array(list, LIST_MAX, count, r->err));
    *items = calloc(*count + 1, sizeof **items);
    if (*items == NULL) return no_memory(r->err);
    for (size_t i = 0; i < *count; i++) {
        struct wh_json j = wh_json_at(list, i);
        WH_TRY(read_bytes(r, &j, &(*items)[i]));
        if ((*items)[i].len == 0) return wh_json_fail(&j, r->err, "empty");
    }
    return WH_OK;
}

static wh_status read_list_member(struct reader *r, const struct wh_json *obj, const char *key,
                                  wh_span **items, size_t *count)
{
    struct wh_json list;
    WH_TRY(wh_json_get(obj, key, &list, r->err));
    return read_list(r, &list, items, count);
}

static wh_status index_add(struct reader *r, const bytes32 *hash, wh_span bytes)
{
    return block_objects_add(&r->store->objects, hash, bytes) ? WH_OK : no_memory(r->err);
}

static bytes32 hash_of(const struct reader *r, wh_span bytes)
{
    bytes32 h;
    r->crypto->keccak256(r->crypto->ctx, bytes.ptr, bytes.len, &h);
    return h;
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

/* Appends a list of the witness. The element 0x80 (an empty trie, as one client lists it) stands for
 * nothing and is left out. */
static wh_status witness_append(struct reader *r, const wh_span *items, size_t *count,
                                uint64_t *total)
{
    struct store *store = r->store;
    size_t n = store->witness_count;
    wh_span *all = realloc(store->witness, (n + *count + 1) * sizeof *all);
    if (all == NULL) return no_memory(r->err);
    store->witness = all;
    for (size_t i = 0; i < *count; i++) {
        if (items[i].len == 1 && items[i].ptr[0] == 0x80) continue;
        all[n++] = items[i];
        *total += items[i].len;
    }
    *count = n - store->witness_count;
    store->witness_count = n;
    return WH_OK;
}

static wh_status read_witness_list(struct reader *r, const struct wh_json *witness, const char *key,
                                   size_t *count, uint64_t *total)
{
    wh_span *items = NULL;
    wh_status status = read_list_member(r, witness, key, &items, count);
    if (status == WH_OK) status = witness_append(r, items, count, total);
    free(items);
    return status;
}

static wh_status read_header(struct reader *r, const struct wh_json *root)
{
    struct blockfile *f = r->f;
    struct wh_json j;
    bytes32 claimed;
    WH_TRY(wh_json_get(root, "header", &j, r->err));
    WH_TRY(read_bytes(r, &j, &f->header));
    f->hash = hash_of(r, f->header);
    if (header_decode(f->header, &f->head) != WH_OK)
        return wh_json_fail(&j, r->err, "not the RLP of a block header");
    WH_TRY(wh_json_get(root, "hash", &j, r->err));
    WH_TRY(wh_json_bytes32(&j, &claimed, r->err));
    if (!bytes32_eq(&claimed, &f->hash))
        return wh_json_fail(&j, r->err, "is not the hash of the header, %s", wh_hex32(&f->hash).s);
    WH_TRY(wh_json_get(root, "number", &j, r->err));
    WH_TRY(wh_json_number(&j, &f->number, r->err));
    if (f->number != f->head.number)
        return wh_json_fail(&j, r->err, "the header says %" PRIu64, f->head.number);
    return index_add(r, &f->hash, f->header);
}

static wh_status read_parent(struct reader *r, const struct wh_json *root)
{
    struct wh_json j;
    struct blockfile *f = r->f;
    f->has_parent = wh_json_opt(root, "parentHeader", &j);
    if (!f->has_parent) return WH_OK;
    WH_TRY(read_bytes(r, &j, &f->parent_header));
    bytes32 hash = hash_of(r, f->parent_header);
    if (!bytes32_eq(&hash, &f->head.parent_hash))
        return wh_json_fail(&j, r->err, "its hash is not the parent hash of the header");
    if (header_decode(f->parent_header, &f->parent) != WH_OK)
        return wh_json_fail(&j, r->err, "not the RLP of a block header");
    return index_add(r, &hash, f->parent_header);
}

/* Newest first, each the parent of the one before. */
static wh_status read_ancestors(struct reader *r, const struct wh_json *root)
{
    struct wh_json list;
    struct blockfile *f = r->f;
    if (!wh_json_opt(root, "ancestorHeaders", &list)) return WH_OK;
    WH_TRY(read_list(r, &list, &f->ancestors, &f->ancestor_count));
    f->ancestor_hashes = calloc(f->ancestor_count + 1, sizeof *f->ancestor_hashes);
    if (f->ancestor_hashes == NULL) return no_memory(r->err);
    bytes32 wanted = f->has_parent ? f->parent.parent_hash : f->head.parent_hash;
    for (size_t i = 0; i < f->ancestor_count; i++) {
        struct block_header h;
        struct wh_json j = wh_json_at(&list, i);
        f->ancestor_hashes[i] = hash_of(r, f->ancestors[i]);
        if (!bytes32_eq(&f->ancestor_hashes[i], &wanted))
            return wh_json_fail(&j, r->err, "does not link to the header before it");
        if (header_decode(f->ancestors[i], &h) != WH_OK)
            return wh_json_fail(&j, r->err, "not the RLP of a block header");
        WH_TRY(index_add(r, &f->ancestor_hashes[i], f->ancestors[i]));
        wanted = h.parent_hash;
    }
    return WH_OK;
}

static wh_status read_body(struct reader *r, const struct wh_json *root)
{
    struct wh_json j;
    struct blockfile *f = r->f;
    WH_TRY(read_list_member(r, root, "transactions", &f->txs, &f->tx_count));
    WH_TRY(read_list_member(r, root, "uncles", &f->uncles, &f->uncle_count));
    f->has_withdrawals = wh_json_opt(root, "withdrawals", &j);
    if (!f->has_withdrawals) return WH_OK;
    return read_list(r, &j, &f->withdrawals, &f->withdrawal_count);
}

static wh_status read_reference_tx(struct reader *r, const struct wh_json *j,
                                   struct blockfile_tx_ref *out)
{
    struct wh_json v;
    uint64_t status;
    WH_TRY(wh_json_get_number(j, "gasUsed", &out->gas_used, r->err));
    WH_TRY(wh_json_get_bytes32(j, "stateRootAfter", &out->state_root, r->err));
    out->status = -1;
    if (!wh_json_opt(j, "status", &v)) return WH_OK;
    WH_TRY(wh_json_number(&v, &status, r->err));
    if (status > 1) return wh_json_fail(&v, r->err, "0 or 1 expected");
    out->status = (int)status;
    return WH_OK;
}

static wh_status read_reference(struct reader *r, const struct wh_json *root)
{
    struct wh_json ref, txs, v;
    struct blockfile *f = r->f;
    size_t count;
    if (!wh_json_opt(root, "reference", &ref)) return WH_OK;
    WH_TRY(wh_json_get(&ref, "txs", &txs, r->err));
    WH_TRY(wh_json_array(&txs, LIST_MAX, &count, r->err));
    if (count != f->tx_count)
        return wh_json_fail(&txs, r->err, "%zu entries for %zu transactions", count, f->tx_count);
    f->refs = calloc(count + 1, sizeof *f->refs);
    if (f->refs == NULL) return no_memory(r->err);
    for (size_t i = 0; i < count; i++) {
        struct wh_json j = wh_json_at(&txs, i);
        WH_TRY(read_reference_tx(r, &j, &f->refs[i]));
    }
    f->has_reference = true;
    f->has_root_before = wh_json_opt(&ref, "stateRootBeforeTxs", &v);
    return f->has_root_before ? wh_json_bytes32(&v, &f->root_before_txs, r->err) : WH_OK;
}

static wh_status read_root(struct reader *r, const struct wh_json *root)
{
    const char *text;
    struct wh_json j, witness;
    struct blockfile *f = r->f;
    WH_TRY(wh_json_get(root, "format", &j, r->err));
    WH_TRY(wh_json_string(&j, &text, r->err));
    if (strcmp(text, FORMAT) != 0)
        return wh_json_fail(&j, r->err, "\"%s\" where %s is read", text, FORMAT);
    WH_TRY(wh_json_get_string(root, "network", &text, r->err));
    snprintf(f->network, sizeof f->network, "%s", text);
    WH_TRY(wh_json_get_number(root, "chainId", &f->chain_id, r->err));
    WH_TRY(read_header(r, root));
    WH_TRY(read_body(r, root));
    WH_TRY(read_parent(r, root));
    WH_TRY(read_ancestors(r, root));
    WH_TRY(wh_json_get(root, "witness", &witness, r->err));
    WH_TRY(read_witness_list(r, &witness, "state", &f->node_count, &f->node_bytes));
    WH_TRY(read_witness_list(r, &witness, "codes", &f->code_count, &f->code_bytes));
    if (blockfile_index(f, r->crypto) != WH_OK) return no_memory(r->err);
    return read_reference(r, root);
}

static wh_status json_read(const char *name, const char *text, size_t len,
                           const struct evm_crypto *crypto, struct blockfile *out,
                           struct wh_error *err)
{
    json_t *tree = NULL;
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL) return no_memory(err);
    out->store = store;
    store->cap = len / 2 + 1;
    store->bytes = malloc(store->cap);
    if (store->bytes == NULL) return no_memory(err);
    WH_TRY(wh_json_parse(text, len, &tree, err));
    struct reader r = {.f = out, .store = store, .crypto = crypto, .err = err};
    struct wh_json root = wh_json_root(tree, "block");
    (void)name;
    wh_status status = read_root(&r, &root);
    json_decref(tree);
    return status;
}

wh_status blockfile_parse(const char *name, wh_span bytes, const struct evm_crypto *crypto,
                          struct blockfile *out, struct wh_error *err)
{
    static const uint8_t zstd[4] = {0x28, 0xb5, 0x2f, 0xfd};
    struct wh_buf text = {0};
    wh_status status = WH_OK;
    *out = (struct blockfile){0};
    if (bytes.len >= 4 && memcmp(bytes.ptr, zstd, 4) == 0) {
        status = wh_zstd_unpack(bytes, FILE_MAX, &text, err);
        bytes = wh_buf_span(&text);
    }
    if (status == WH_OK)
        status = json_read(name, (const char *)bytes.ptr, bytes.len, crypto, out, err);
    wh_buf_done(&text);
    if (status == WH_OK) return WH_OK;
    blockfile_close(out);
    wh_error_prefix(err, "%s: ", name);
    return status;
}

wh_status blockfile_open(const char *path, const struct evm_crypto *crypto, struct blockfile *out,
                         struct wh_error *err)
{
    struct wh_buf raw = {0};
    *out = (struct blockfile){0};
    wh_status status = wh_file_read_any(path, FILE_MAX, &raw, err);
    if (status == WH_OK) status = blockfile_parse(path, wh_buf_span(&raw), crypto, out, err);
    wh_buf_done(&raw);
    return status;
}

void blockfile_close(struct blockfile *f)
{
    struct store *store = f->store;
    if (store != NULL) {
        block_objects_done(&store->objects);
        free(store->witness);
        free(store->bytes);
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
    else
        return false;
    out->witness_cap = witness_cap;
    return true;
}
