/* SPDX-License-Identifier: MIT */
#include "evm/mpt/mpt.h"
#include "evm/rlp/rlp.h"
#include "proto/fetch/private.h"

struct walker {
    const struct fetch *f;
    bytes32 missing;
};

static wh_status walker_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    struct walker *w = ctx;
    (void)kind;
    const wh_status status = fetch_at_hand(w->f, hash, bytes);
    if (status == WH_E_MISSING) w->missing = *hash;
    return status;
}

wh_status walk(const struct fetch *f, const bytes32 *root, const bytes32 *key, struct wh_buf *value,
               bytes32 *missing)
{
    struct walker w = {.f = f};
    struct wh_preimages io = {.ctx = &w, .get = walker_get};
    struct wh_arena arena;
    struct mpt_pool pool;
    struct mpt trie;
    wh_span leaf;
    wh_arena_init(&arena, f->scratch, FETCH_SCRATCH);
    mpt_pool_init(&pool, &arena, &io, f->inner);
    wh_status status = mpt_open(&trie, &pool, root);
    if (status == WH_OK) status = mpt_get(&trie, key, &leaf);
    if (status == WH_OK && value != NULL) wh_buf_put(value, leaf.ptr, leaf.len);
    if (status == WH_E_MISSING && missing != NULL) *missing = w.missing;
    return status;
}

static bool decode_account(wh_span leaf, struct fetch_key *k)
{
    wh_span in;
    uint64_t nonce;
    u256 balance;
    return rlp_list(leaf, &in) == WH_OK && rlp_next_u64(&in, &nonce) == WH_OK &&
           rlp_next_u256(&in, &balance) == WH_OK &&
           rlp_next_fixed(&in, k->storage_root.b, 32) == WH_OK &&
           rlp_next_fixed(&in, k->code_hash.b, 32) == WH_OK && in.len == 0;
}

bool account_of(const struct fetch *f, struct fetch_key *k)
{
    struct wh_buf leaf = {0};
    if (k->len != 20 || !f->file->has_parent) return false;
    if (k->resolved) return true;
    if (walk(f, &f->file->parent.state_root, &k->hash, &leaf, NULL) == WH_OK && wh_buf_ok(&leaf))
        k->resolved = leaf.len > 0 && decode_account(wh_buf_span(&leaf), k);
    wh_buf_done(&leaf);
    return k->resolved;
}
