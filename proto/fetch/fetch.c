/* SPDX-License-Identifier: MIT */
#include "proto/fetch/fetch.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "proto/fetch/private.h"

enum {
    KEEP_MAX = 256 << 20, /* bytes kept over blocks */
    LAST_KEYS = 8,
};
#define ARENA_BYTES (UINT64_C(4) << 30) /* address space; touched lazily */

static wh_status open_parts(struct fetch *f, struct wh_error *err)
{
    f->block = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (f->block == MAP_FAILED) {
        f->block = NULL;
        return wh_fail(err, WH_ERR_NOMEM, "address space for what a node brings");
    }
    wh_arena_init(&f->arena, f->block, ARENA_BYTES);
    f->scratch = malloc(FETCH_SCRATCH);
    if (f->scratch == NULL) return wh_fail(err, WH_ERR_NOMEM, "fetching");
    keys_crypto(f);
    return WH_OK;
}

wh_status fetch_open(struct fetch **out, struct l1_rpc *rpc, const struct evm_crypto *crypto,
                     const struct fileset_hints *hints, struct wh_error *err)
{
    struct fetch *f = calloc(1, sizeof *f);
    if (f == NULL) return wh_fail(err, WH_ERR_NOMEM, "fetching");
    f->rpc = rpc;
    f->inner = crypto;
    if (hints != NULL) f->hints = *hints;
    wh_status status = open_parts(f, err);
    if (status == WH_OK && f->hints.chain_id == 0)
        status = l1_chain_id(rpc, &f->hints.chain_id, err);
    if (status != WH_OK) {
        fetch_close(f);
        return status;
    }
    *out = f;
    return WH_OK;
}

void fetch_close(struct fetch *f)
{
    if (f == NULL) return;
    keys_done(&f->keys);
    block_objects_done(&f->objects);
    if (f->block != NULL) (void)munmap(f->block, ARENA_BYTES);
    free(f->scratch);
    free(f);
}

/* ---- what is at hand ---- */

wh_status fetch_keep(struct fetch *f, wh_span bytes)
{
    bytes32 hash;
    wh_span kept;
    f->inner->keccak256(NULL, bytes.ptr, bytes.len, &hash);
    if (bytes.len == 0 || block_objects_find(&f->objects, &hash, &kept)) return WH_OK;
    uint8_t *copy = WH_NEW(&f->arena, uint8_t, bytes.len);
    if (copy == NULL) return WH_E_NOMEM;
    memcpy(copy, bytes.ptr, bytes.len);
    const bool ok = block_objects_add(&f->objects, &hash, wh_span_of(copy, bytes.len));
    return ok ? WH_OK : WH_E_NOMEM;
}

wh_status fetch_at_hand(const struct fetch *f, const bytes32 *hash, wh_span *bytes)
{
    if (f->file != NULL && blockfile_get(f->file, hash, bytes) == WH_OK) return WH_OK;
    return block_objects_find(&f->objects, hash, bytes) ? WH_OK : WH_E_MISSING;
}

static void forget(struct fetch *f)
{
    block_objects_done(&f->objects);
    (void)madvise(f->block, ARENA_BYTES, MADV_DONTNEED);
    f->arena.used = 0;
}

/* ---- asking ---- */

static bool is_refusal(enum wh_err code)
{
    return code == WH_ERR_RPC_ERROR || code == WH_ERR_RPC_PRUNED || code == WH_ERR_RPC_REVERT ||
           code == WH_ERR_RPC_NULL;
}

wh_status fetch_ask(struct fetch *f, const char *method, json_t *params, json_t **result,
                    bool *refused, struct wh_error *err)
{
    struct wh_error local = {0};
    f->counts.requests++;
    wh_status status = l1_rpc_call(f->rpc, method, params, result, &local);
    *refused = status != WH_OK && is_refusal(local.code);
    if (*refused) {
        snprintf(f->fault, sizeof f->fault, "%.*s", (int)sizeof f->fault - 1, local.what);
        return WH_OK;
    }
    if (status != WH_OK && err != NULL) *err = local;
    return status;
}

wh_status fetch_nonsense(const char *method, struct wh_error *err)
{
    char what[300];
    snprintf(what, sizeof what, "%.280s", err ? err->what : "");
    return wh_fail(err, WH_ERR_RPC_FORM, "%s: %s", method, what);
}

wh_status fetch_head(struct fetch *f, uint64_t *number, struct wh_error *err)
{
    json_t *result = NULL;
    WH_TRY(l1_rpc_call(f->rpc, "eth_blockNumber", NULL, &result, err));
    struct wh_json j = wh_json_root(result, "result");
    wh_status status = wh_json_u64(&j, number, err);
    if (status != WH_OK) status = fetch_nonsense("eth_blockNumber", err);
    json_decref(result);
    return status;
}

/* ---- while a block runs ---- */

/* The account whose code it is: one that was looked up. */
static wh_status get_code(struct fetch *f, const bytes32 *hash)
{
    for (size_t i = f->keys.count; i > 0; i--) {
        struct fetch_key *k = &f->keys.v[i - 1];
        if (!account_of(f, k) || !bytes32_eq(&k->code_hash, hash)) continue;
        WH_TRY(ask_code(f, k->bytes));
        wh_span bytes;
        return fetch_at_hand(f, hash, &bytes);
    }
    return WH_E_MISSING;
}

/* Does the way of key under root end at hash? */
static bool leads_to(const struct fetch *f, const bytes32 *root, const struct fetch_key *key,
                     const bytes32 *hash)
{
    bytes32 missing;
    return walk(f, root, &key->hash, NULL, &missing) == WH_E_MISSING && bytes32_eq(&missing, hash);
}

/* The key that is being looked up is mostly the last one that was noted, in one of the last accounts. */
static wh_status by_last_key(struct fetch *f, const bytes32 *hash)
{
    const size_t n = f->keys.count;
    if (n == 0) return WH_OK;
    const struct fetch_key *last = &f->keys.v[n - 1];
    if (last->len == 20)
        return leads_to(f, &f->file->parent.state_root, last, hash)
                   ? ask_proof(f, last->bytes, NULL, f->number - 1, NULL)
                   : WH_OK;
    for (size_t i = n - 1; i > 0 && n - i <= LAST_KEYS; i--) {
        struct fetch_key *k = &f->keys.v[i - 1];
        if (account_of(f, k) && leads_to(f, &k->storage_root, last, hash))
            return ask_proof(f, k->bytes, last->bytes, f->number - 1, NULL);
    }
    return WH_OK;
}

static wh_status get_node(struct fetch *f, const bytes32 *hash)
{
    wh_span bytes;
    wh_status status = by_last_key(f, hash);
    if (status != WH_OK && status != WH_E_MISSING) return status;
    if (fetch_at_hand(f, hash, &bytes) == WH_OK) return WH_OK;
    return find_by_place(f, hash);
}

static wh_status more_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    struct fetch *f = ctx;
    wh_status status = fetch_at_hand(f, hash, bytes);
    if (status == WH_OK || !f->file->has_parent) return status;
    status = kind == WH_OBJECT_CODE ? get_code(f, hash) : get_node(f, hash);
    return status == WH_OK ? fetch_at_hand(f, hash, bytes) : status;
}

static wh_status more_at_hand(void *ctx, const bytes32 *hash, wh_span *bytes)
{
    return fetch_at_hand(ctx, hash, bytes);
}

const struct evm_crypto *fetch_crypto(struct fetch *f)
{
    return &f->crypto;
}

struct check_more fetch_more(struct fetch *f, const struct blockfile *file)
{
    f->file = file;
    f->number = file->number;
    keys_clear(&f->keys);
    wh_error_clear(&f->trouble);
    if (f->arena.used > KEEP_MAX) forget(f);
    return (struct check_more){f, more_get, more_at_hand};
}

const struct wh_error *fetch_trouble(const struct fetch *f)
{
    return f->trouble.code != WH_ERR_NONE ? &f->trouble : NULL;
}

const char *fetch_fault(const struct fetch *f)
{
    return f->fault;
}

struct fetch_counts fetch_counts(const struct fetch *f)
{
    struct fetch_counts c = f->counts;
    c.raw = f->raw == METHOD_SERVED;
    c.witnesses = f->witness == METHOD_SERVED;
    return c;
}
