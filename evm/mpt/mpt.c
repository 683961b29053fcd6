/* SPDX-License-Identifier: MIT */
/* Opening, walking and proving. Updates are update.c, hashing is commit.c. */
#include "evm/mpt/mpt.h"

#include "evm/hash/keccak.h"
#include "evm/mpt/node.h"

void mpt_pool_init(struct mpt_pool *pool, struct wh_arena *arena,
                   const struct wh_preimages *preimages, const struct evm_crypto *crypto)
{
    *pool = (struct mpt_pool){.arena = arena, .preimages = preimages, .crypto = crypto, .step = 1};
}

struct mpt mpt_empty(struct mpt_pool *pool, bool any_key)
{
    return (struct mpt){.pool = pool, .root = 0, .any_key = any_key};
}

wh_status mpt_open(struct mpt *t, struct mpt_pool *pool, const bytes32 *root)
{
    struct mpt opened = mpt_empty(pool, false);
    if (!bytes32_eq(root, &KECCAK_EMPTY_TRIE)) {
        struct mpt_node *known = mpt_roots_find(pool, root->b);
        if (known != NULL) {
            opened.root = mpt_ref_of(known, MPT_REF_NODE);
        } else {
            uint8_t *hash = wh_arena_alloc(pool->arena, 32, 1);
            if (hash == NULL) return WH_E_NOMEM;
            memcpy(hash, root->b, 32);
            opened.root = mpt_ref_of(hash, MPT_REF_HASH);
        }
    }
    *t = opened;
    return WH_OK;
}

/* ---- roots in memory ---- */

static uint32_t roots_home(const struct mpt_pool *pool, const uint8_t *hash)
{
    return (uint32_t)load_le64(hash) & (pool->roots_cap - 1);
}

struct mpt_node *mpt_roots_find(const struct mpt_pool *pool, const uint8_t *hash)
{
    if (pool->roots_cap == 0) return NULL;
    for (uint32_t i = roots_home(pool, hash);; i = (i + 1) & (pool->roots_cap - 1)) {
        struct mpt_node *n = pool->roots[i];
        if (n == NULL || memcmp(n->hash, hash, 32) == 0) return n;
    }
}

static void roots_put(struct mpt_pool *pool, struct mpt_node *root)
{
    uint32_t i = roots_home(pool, root->hash);
    while (pool->roots[i] != NULL)
        i = (i + 1) & (pool->roots_cap - 1);
    pool->roots[i] = root;
}

/* roots_grow doubles the table; the old one stays behind in the arena. */
static wh_status roots_grow(struct mpt_pool *pool)
{
    uint32_t old_cap = pool->roots_cap, cap = old_cap == 0 ? 64 : 2 * old_cap;
    struct mpt_node **old = pool->roots;
    struct mpt_node **table = WH_NEW(pool->arena, struct mpt_node *, cap);
    if (table == NULL) return WH_E_NOMEM;
    memset(table, 0, sizeof *table * cap);
    pool->roots = table;
    pool->roots_cap = cap;
    for (uint32_t i = 0; i < old_cap; i++)
        if (old[i] != NULL) roots_put(pool, old[i]);
    return WH_OK;
}

wh_status mpt_roots_add(struct mpt_pool *pool, struct mpt_node *root)
{
    if (mpt_roots_find(pool, root->hash) != NULL) return WH_OK;
    if (2 * (pool->roots_n + 1) > pool->roots_cap) WH_TRY(roots_grow(pool));
    roots_put(pool, root);
    pool->roots_n++;
    return WH_OK;
}

/* ---- walking ---- */

/* fetch gets and decodes the node of a hash. Only a root may have less than 32 bytes. */
static wh_status fetch(struct mpt_pool *pool, const uint8_t *hash, unsigned depth,
                       struct mpt_node **out)
{
    bytes32 h;
    memcpy(h.b, hash, 32);
    if (pool->preimages == NULL) return WH_E_MISSING;
    if (bytes32_eq(&h, &KECCAK_EMPTY_TRIE)) return WH_E_FORMAT; /* no node, so nobody's child */
    wh_span bytes;
    WH_TRY(pool->preimages->get(pool->preimages->ctx, WH_OBJECT_NODE, &h, &bytes));
    if (bytes.len < 32 && depth != 0) return WH_E_FORMAT;
    struct mpt_node *n;
    WH_TRY(mpt_node_decode(pool, bytes, depth, &n));
    n->hash = hash;
    n->step = pool->step;
    if (depth == 0) WH_TRY(mpt_roots_add(pool, n));
    *out = n;
    return WH_OK;
}

static wh_status report(struct mpt_pool *pool, struct mpt_node *n)
{
    const struct wh_preimages *p = pool->preimages;
    if (p != NULL && p->use != NULL) {
        bytes32 h;
        memcpy(h.b, n->hash, 32);
        WH_TRY(p->use(p->ctx, WH_OBJECT_NODE, &h, wh_span_of(n->enc, n->enc_len)));
    }
    n->step = pool->step;
    return WH_OK;
}

wh_status mpt_visit(struct mpt_pool *pool, mpt_ref *slot, unsigned depth, bool under_ext,
                    struct mpt_node **out)
{
    struct mpt_node *n = mpt_node_of(*slot);
    unsigned tag = mpt_tag_of(*slot);
    if (tag == MPT_REF_NODE) {
        if (n->step != pool->step && n->hash != NULL) WH_TRY(report(pool, n));
    } else {
        const uint8_t *p = mpt_bytes_of(*slot);
        if (tag == MPT_REF_HASH)
            WH_TRY(fetch(pool, p, depth, &n));
        else
            WH_TRY(mpt_node_decode(pool, wh_span_of(p, 1 + (size_t)(p[0] - 0xc0)), depth, &n));
        if (under_ext && n->kind != MPT_BRANCH) return WH_E_FORMAT;
        *slot = mpt_ref_of(n, MPT_REF_NODE);
    }
    *out = n;
    return WH_OK;
}

static wh_status get(struct mpt *t, struct mpt_key key, wh_span *value)
{
    mpt_ref *slot = &t->root;
    unsigned depth = 0;
    bool under_ext = false;
    while (*slot != 0) {
        struct mpt_node *n;
        WH_TRY(mpt_visit(t->pool, slot, depth, under_ext, &n));
        if (n->kind == MPT_BRANCH) {
            unsigned i = mpt_key_at(key, depth);
            slot = &n->u.child[i];
            depth += i != MPT_TERMINATOR;
            under_ext = false;
            continue;
        }
        unsigned common = mpt_common(n, key, depth);
        if (common < n->path_len) break;
        depth += common;
        if (n->kind == MPT_LEAF) {
            if (depth != key.len) break;
            *value = n->u.value;
            return WH_OK;
        }
        slot = &n->u.child[0];
        under_ext = true;
    }
    *value = wh_span_of(NULL, 0);
    return WH_OK;
}

wh_status mpt_get(struct mpt *t, const bytes32 *key, wh_span *value)
{
    return get(t, (struct mpt_key){key->b, MPT_NIBBLES}, value);
}

wh_status mpt_get_any(struct mpt *t, wh_span key, wh_span *value)
{
    WH_ASSERT(key.len <= MPT_KEY_MAX && (t->any_key || key.len == 32));
    return get(t, (struct mpt_key){key.ptr, 2 * (unsigned)key.len}, value);
}

wh_status mpt_prove(struct mpt *t, const bytes32 *key, mpt_proof_node emit, void *ctx)
{
    WH_ASSERT(!mpt_is_pending(t));
    struct mpt_key k = {key->b, MPT_NIBBLES};
    mpt_ref *slot = &t->root;
    unsigned depth = 0;
    bool under_ext = false;
    while (*slot != 0) {
        struct mpt_node *n;
        WH_TRY(mpt_visit(t->pool, slot, depth, under_ext, &n));
        if (n->enc_len >= 32 || slot == &t->root) WH_TRY(emit(ctx, wh_span_of(n->enc, n->enc_len)));
        under_ext = n->kind == MPT_EXT;
        if (n->kind == MPT_BRANCH) {
            slot = &n->u.child[mpt_nibble(key->b, depth)];
            depth++;
            continue;
        }
        if (n->kind == MPT_LEAF || mpt_common(n, k, depth) < n->path_len) break;
        depth += n->path_len;
        slot = &n->u.child[0];
    }
    return WH_OK;
}

bool mpt_is_pending(const struct mpt *t)
{
    return mpt_tag_of(t->root) == MPT_REF_NODE && mpt_node_of(t->root)->enc == NULL;
}

bytes32 mpt_root(const struct mpt *t)
{
    WH_ASSERT(!mpt_is_pending(t));
    if (t->root == 0) return KECCAK_EMPTY_TRIE;
    bytes32 h;
    memcpy(h.b,
           mpt_tag_of(t->root) == MPT_REF_HASH ? mpt_bytes_of(t->root) : mpt_node_of(t->root)->hash,
           32);
    return h;
}
