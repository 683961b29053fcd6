/* SPDX-License-Identifier: MIT */
#include "tests/support/world.h"

#include <stdlib.h>

__extension__ typedef unsigned __int128 wide;

static uint64_t mum(uint64_t a, uint64_t b)
{
    wide p = (wide)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* Not a hash for adversaries: four lanes of folded multiplications. */
static void fast_hash(void *ctx, const uint8_t *p, size_t n, bytes32 *out)
{
    uint64_t s[4] = {UINT64_C(0x9e3779b97f4a7c15) ^ n, UINT64_C(0xbf58476d1ce4e5b9),
                     UINT64_C(0x94d049bb133111eb), UINT64_C(0xd6e8feb86659fd93)};
    (void)ctx;
    for (size_t i = 0; i < n; i += 16) {
        uint64_t w[2] = {0, 0};
        memcpy(w, p + i, n - i < 16 ? n - i : 16);
        uint64_t a = mum(s[0] ^ w[0], w[1] ^ UINT64_C(0xa0761d6478bd642f));
        uint64_t b = mum(s[1] ^ w[1], w[0] ^ UINT64_C(0xe7037ed1a0b428db));
        s[0] = a + s[2];
        s[1] = b + s[3];
        s[2] = (s[2] ^ a) * UINT64_C(0x8ebc6af09c88c6e3);
        s[3] = (s[3] + b) * UINT64_C(0x589965cc75374cc3);
    }
    for (int i = 0; i < 4; i++) {
        s[i] = mum(s[i] ^ s[(i + 1) & 3], UINT64_C(0x1d8e4e27c47d124f) + 2 * (uint64_t)i);
        s[i] ^= s[i] >> 29;
    }
    memcpy(out->b, s, 32);
}

static void fast_many(void *ctx, size_t n, const wh_span *in, bytes32 *out)
{
    for (size_t i = 0; i < n; i++)
        fast_hash(ctx, in[i].ptr, in[i].len, &out[i]);
}

const struct evm_crypto *world_fast_crypto(void)
{
    static const struct evm_crypto table = {.keccak256 = fast_hash, .keccak_many = fast_many};
    return &table;
}

void world_init(struct world *w, const struct evm_crypto *crypto, uint64_t tag)
{
    memset(w, 0, sizeof *w);
    w->crypto = crypto;
    memcpy(w->genesis, "WSG1", 4);
    w->genesis[4] = 2;
    store_be64(w->genesis + 8, 1337);
    store_be64(w->genesis + 0x60, tag);
}

void world_push(struct world *w, uint32_t items)
{
    uint8_t text[16] = "input";
    bytes32 hash;
    store_be32(text + 8, w->inputs);
    store_be32(text + 12, items);
    tree_keccak(w->crypto, text, sizeof text, &hash);
    world_push_hash(w, items, &hash);
}

void world_push_hash(struct world *w, uint32_t items, const bytes32 *hash)
{
    if (w->inputs == WORLD_INPUTS_MAX) abort();
    w->hash[w->inputs] = *hash;
    w->items[w->inputs++] = items;
}

uint64_t world_steps(const struct world *w, uint64_t inputs)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < inputs; i++)
        n += 2u + w->items[i];
    return n;
}

static void begin(const struct world *w, uint8_t *s)
{
    uint64_t at = tree_state_inbox_pos(s);
    s[5] = 1;
    s[6] = 16;
    memcpy(s + 0xc0, w->hash[at].b, 32);
    store_be32(s + 0x100, w->items[at]);
}

static void item(const struct world *w, uint8_t *s)
{
    uint8_t text[64];
    bytes32 root;
    store_be32(s + 0x100, load_be32(s + 0x100) - 1);
    store_be32(s + 0x104, load_be32(s + 0x104) + 1);
    memcpy(text, s + 0x60, 32);
    memcpy(text + 32, s + 0xc0, 32);
    tree_keccak(w->crypto, text, sizeof text, &root);
    memcpy(s + 0x60, root.b, 32);
}

static void end(uint8_t *s)
{
    s[5] = 0;
    s[6] = 0;
    store_be64(s + 0x30, load_be64(s + 0x30) + 1);
    store_be64(s + 0x38, load_be64(s + 0x38) + 1);
    memset(s + 0xc0, 0, TREE_STATE_SIZE - 0xc0);
}

bool world_step(const struct world *w, const uint8_t *pre, uint64_t target, uint8_t *post)
{
    memmove(post, pre, TREE_STATE_SIZE);
    if (tree_state_halted(pre, target)) return false;
    if (tree_state_phase(pre) == 0)
        begin(w, post);
    else if (load_be32(pre + 0x100) > 0)
        item(w, post);
    else
        end(post);
    return true;
}

void world_corrupt(const struct world *w, uint8_t *state, uint64_t tag)
{
    uint8_t text[40];
    bytes32 root;
    store_be64(text, tag);
    memcpy(text + 8, state + 0x60, 32);
    tree_keccak(w->crypto, text, sizeof text, &root);
    memcpy(state + 0x60, root.b, 32);
}

void world_invalid(uint8_t *s)
{
    s[5] = 2;
    s[6] = 0;
    memset(s + 0xc0, 0, TREE_STATE_SIZE - 0xc0);
}

bool world_verifier(void *ctx, uint64_t target, const bytes32 *input_hash, const uint8_t *pre,
                    wh_span proof, bytes32 *post)
{
    const struct world *w = ctx;
    uint8_t after[TREE_STATE_SIZE];
    bytes32 want = {{0}}, leaf;
    uint64_t at = tree_state_inbox_pos(pre);
    (void)proof;
    if (memcmp(pre, "WSG1", 4) != 0 || tree_state_phase(pre) > 2) return false;
    if (tree_state_phase(pre) == 0) {
        if (at >= w->inputs) return false;
        want = w->hash[at];
    }
    if (!bytes32_eq(&want, input_hash)) return false;
    tree_leaf(w->crypto, pre, &leaf);
    if (leaf.b[0] < w->mute) return false;
    if (!world_step(w, pre, target, after)) return false;
    tree_leaf(w->crypto, after, post);
    return true;
}

static wh_status own_state(void *ctx, uint64_t index, uint8_t out[TREE_STATE_SIZE])
{
    const struct chain *c = ctx;
    if (index > c->have) return WH_E_MISSING;
    memcpy(out, c->state[index], TREE_STATE_SIZE);
    return WH_OK;
}

static wh_status own_leaf(void *ctx, uint64_t index, bytes32 *out)
{
    struct chain *c = ctx;
    return own_leaves_leaf(&c->leaves, index, out);
}

/* The history of a game with the lie in its padding. */
static const struct tree *padded(struct chain *c, const struct solver_range *r)
{
    unsigned k = c->leaves.k;
    uint64_t n = UINT64_C(1) << k;
    struct wh_arena arena;
    if (c->pad.used && c->pad.first == r->first && c->pad.len == r->len) return &c->pad.tree;
    for (uint64_t i = 1; i <= n; i++)
        c->pad.leaf[i - 1] = c->leaf[r->first + (i < r->len ? i : r->len)];
    tree_keccak(c->w->crypto, &c->pad_lie, sizeof c->pad_lie,
                &c->pad.leaf[r->len + c->pad_lie - 1]);
    wh_arena_init(&arena, c->pad.block, sizeof c->pad.block);
    if (tree_build(&c->pad.tree, &arena, c->w->crypto, k, &c->leaf[r->first], c->pad.leaf, n) !=
        WH_OK)
        abort();
    c->pad.used = true;
    c->pad.first = r->first;
    c->pad.len = r->len;
    return &c->pad.tree;
}

static wh_status own_span(void *ctx, const struct solver_range *r, uint64_t pos, unsigned h,
                          bytes32 *out)
{
    struct chain *c = ctx;
    if (c->pad_lie != 0 && c->leaves.k <= WORLD_PAD_K &&
        r->len + c->pad_lie < UINT64_C(1) << c->leaves.k) {
        if (r->first + r->len > c->have) return WH_E_MISSING;
        *out = *tree_span(padded(c, r), pos, h);
        return WH_OK;
    }
    return own_leaves_span(&c->leaves, r, pos, h, out);
}

static wh_status own_proof(void *ctx, uint64_t index, uint64_t target, struct solver_proof *out)
{
    (void)ctx;
    (void)index;
    (void)target;
    *out = (struct solver_proof){.ready = true, .proof_len = 1};
    return WH_OK;
}

void chain_init(struct chain *c, const struct world *w, const struct chain *truth,
                const uint8_t *lies, uint64_t lie_count, uint64_t cap)
{
    memset(c, 0, sizeof *c);
    c->w = w;
    c->truth = truth;
    c->lies = lies;
    c->lie_count = lie_count;
    c->cap = cap;
    c->invalid_at = UINT64_MAX;
    c->state = malloc((cap + 1) * TREE_STATE_SIZE);
    c->leaf = malloc((cap + 1) * sizeof *c->leaf);
    size_t room = 65536 + 160 * (cap + 1) * 4;
    wh_arena_init(&c->trees, malloc(room), room);
    if (c->state == NULL || c->leaf == NULL || c->trees.base == NULL) abort();
    memcpy(c->state[0], w->genesis, TREE_STATE_SIZE);
    tree_leaf(w->crypto, c->state[0], &c->leaf[0]);
    chain_extend(c);
}

void chain_extend(struct chain *c)
{
    while (c->have < c->cap && c->have < c->invalid_at) {
        uint64_t i = c->have;
        uint8_t *next = c->state[i + 1];
        if (!world_step(c->w, c->state[i], c->w->inputs, next)) break;
        uint8_t how = i < c->lie_count ? c->lies[i] : (uint8_t)WORLD_STEP;
        if (how == WORLD_TRUTH) {
            if (c->truth == NULL || i + 1 > c->truth->have) abort();
            memcpy(next, c->truth->state[i + 1], TREE_STATE_SIZE);
        } else if (how == WORLD_HALT) {
            world_invalid(next);
            c->invalid_at = i + 1;
        } else if (how >= WORLD_LIE) {
            world_corrupt(c->w, next, how);
        }
        tree_leaf(c->w->crypto, next, &c->leaf[i + 1]);
        c->have = i + 1;
    }
}

void chain_free(struct chain *c)
{
    free(c->state);
    free(c->leaf);
    free(c->trees.base);
}

const struct solver_own *chain_own(struct chain *c, unsigned k)
{
    if (c->own.ctx != NULL && c->leaves.have == c->have && c->leaves.k == k &&
        c->trees.used < c->trees.cap / 2)
        return &c->own;
    wh_arena_rewind(&c->trees, 0);
    c->pad.used = false;
    own_leaves_init(&c->leaves, c->w->crypto, &c->trees, k, c->leaf, c->have);
    c->own = (struct solver_own){.ctx = c,
                                 .have = c->have,
                                 .invalid_at = c->invalid_at,
                                 .leaf = own_leaf,
                                 .span = own_span,
                                 .state = own_state,
                                 .proof = own_proof};
    return &c->own;
}
