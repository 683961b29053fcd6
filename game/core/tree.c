/* SPDX-License-Identifier: MIT */
#include "game/core/tree.h"

#include "evm/hash/keccak.h"

#define BATCH 32u /* pairs hashed at once; 65 bytes each on the stack */

void tree_keccak(const struct evm_crypto *crypto, const void *data, size_t len, bytes32 *out)
{
    if (crypto != NULL)
        crypto->keccak256(crypto->ctx, (const uint8_t *)data, len, out);
    else
        keccak256((const uint8_t *)data, len, out);
}

void tree_keccak_many(const struct evm_crypto *crypto, size_t n, const wh_span *in, bytes32 *out)
{
    if (crypto != NULL) {
        crypto->keccak_many(crypto->ctx, n, in, out);
        return;
    }
    for (size_t i = 0; i < n; i++)
        keccak256(in[i].ptr, in[i].len, &out[i]);
}

void tree_leaf(const struct evm_crypto *crypto, const uint8_t state[TREE_STATE_SIZE], bytes32 *out)
{
    uint8_t buf[1 + TREE_STATE_SIZE];
    buf[0] = 0x00;
    memcpy(buf + 1, state, TREE_STATE_SIZE);
    tree_keccak(crypto, buf, sizeof buf, out);
}

static void tagged(const struct evm_crypto *crypto, uint8_t tag, const bytes32 *a, const bytes32 *b,
                   bytes32 *out)
{
    uint8_t buf[65];
    buf[0] = tag;
    memcpy(buf + 1, a->b, 32);
    memcpy(buf + 33, b->b, 32);
    tree_keccak(crypto, buf, sizeof buf, out);
}

void tree_pair(const struct evm_crypto *crypto, const bytes32 *left, const bytes32 *right,
               bytes32 *out)
{
    tagged(crypto, 0x01, left, right, out);
}

void tree_base_step(const struct evm_crypto *crypto, const bytes32 *base, const bytes32 *span,
                    bytes32 *out)
{
    tagged(crypto, 0x02, base, span, out);
}

void tree_acc(const struct evm_crypto *crypto, const bytes32 *acc, const bytes32 *input_hash,
              bytes32 *out)
{
    tagged(crypto, 0x12, acc, input_hash, out);
}

/* One layer up: out[i] = node(in[2i], in[2i+1]); an odd last one is paired with pad. */
static void layer_up(const struct evm_crypto *crypto, const bytes32 *in, uint64_t n,
                     const bytes32 *pad, bytes32 *out)
{
    uint8_t buf[BATCH][65];
    wh_span span[BATCH];
    uint64_t total = n / 2 + n % 2;
    for (uint64_t i = 0; i < total;) {
        size_t m = 0;
        for (; m < BATCH && i + m < total; m++) {
            uint64_t at = 2 * (i + m);
            buf[m][0] = 0x01;
            memcpy(buf[m] + 1, in[at].b, 32);
            memcpy(buf[m] + 33, at + 1 < n ? in[at + 1].b : pad->b, 32);
            span[m] = wh_span_of(buf[m], 65);
        }
        tree_keccak_many(crypto, m, span, out + i);
        i += m;
    }
}

void tree_merkle(const struct evm_crypto *crypto, const bytes32 *spans, unsigned levels,
                 bytes32 *out)
{
    bytes32 tmp[TREE_ARITY_MAX / 2];
    WH_ASSERT(levels <= 4);
    if (levels == 0) {
        *out = spans[0];
        return;
    }
    unsigned n = 1u << levels;
    layer_up(crypto, spans, n, NULL, tmp);
    for (n /= 2; n > 1; n /= 2)
        layer_up(crypto, tmp, n, NULL, tmp);
    *out = tmp[0];
}

void tree_fold(const struct evm_crypto *crypto, const bytes32 *leaf, const bytes32 *path, size_t n,
               bytes32 *out)
{
    bytes32 cur = *leaf;
    for (size_t i = 0; i < n; i++)
        tree_pair(crypto, &path[i], &cur, &cur);
    *out = cur;
}

unsigned tree_trailing_digits(uint64_t pos, unsigned a)
{
    WH_ASSERT(pos != 0 && a >= 1);
    return (unsigned)__builtin_ctzll(pos) / a;
}

bool tree_pre_ok(const struct evm_crypto *crypto, uint64_t pos, const bytes32 *base, unsigned a,
                 const bytes32 *leaf, const bytes32 *mp, size_t n)
{
    if (pos == 0) return n == 0 && bytes32_eq(base, leaf);
    size_t up = (size_t)a * tree_trailing_digits(pos, a);
    if (n != up + 1) return false;
    bytes32 cur;
    tree_fold(crypto, leaf, mp, up, &cur);
    tree_base_step(crypto, &mp[up], &cur, &cur);
    return bytes32_eq(&cur, base);
}

wh_status tree_build(struct tree *t, struct wh_arena *arena, const struct evm_crypto *crypto,
                     unsigned k, const bytes32 *leaf0, const bytes32 *leaves, uint64_t n)
{
    WH_ASSERT(k <= TREE_K_MAX);
    if (n == 0 || n > UINT64_C(1) << k) return WH_E_LIMIT;
    struct tree made = {.k = k, .n = n, .leaf0 = *leaf0};
    size_t mark = wh_arena_mark(arena);
    made.layer[0] = leaves;
    made.pad[0] = leaves[n - 1];
    for (unsigned h = 0; h < k; h++, n = n / 2 + n % 2) {
        tree_pair(crypto, &made.pad[h], &made.pad[h], &made.pad[h + 1]);
        bytes32 *up = WH_NEW(arena, bytes32, n / 2 + n % 2);
        if (up == NULL) {
            wh_arena_rewind(arena, mark);
            return WH_E_NOMEM;
        }
        layer_up(crypto, made.layer[h], n, &made.pad[h], up);
        made.layer[h + 1] = up;
    }
    *t = made;
    return WH_OK;
}

const bytes32 *tree_span(const struct tree *t, uint64_t pos, unsigned h)
{
    WH_ASSERT(h <= t->k && (pos & ((UINT64_C(1) << h) - 1)) == 0 && pos < UINT64_C(1) << t->k);
    uint64_t i = pos >> h;
    return i << h < t->n ? &t->layer[h][i] : &t->pad[h];
}

const bytes32 *tree_leaf_at(const struct tree *t, uint64_t index)
{
    return index == 0 ? &t->leaf0 : tree_span(t, index - 1, 0);
}

static wh_status read_tree(void *ctx, uint64_t pos, unsigned h, bytes32 *out)
{
    *out = *tree_span((const struct tree *)ctx, pos, h);
    return WH_OK;
}

struct tree_reader tree_reader_of(const struct tree *t)
{
    struct tree_reader r = {.span = read_tree};
    memcpy(&r.ctx, &t, sizeof t); /* read_tree takes it back as const */
    return r;
}

wh_status tree_path(const struct tree_reader *r, unsigned k, bytes32 *path)
{
    uint64_t end = UINT64_C(1) << k;
    for (unsigned h = 0; h < k; h++)
        WH_TRY(r->span(r->ctx, end - (UINT64_C(2) << h), h, &path[h]));
    return WH_OK;
}

/* The spans that base(pos, h) chains over stand in order of pos: at each height from k-a down to h,
 * one per unit of that digit of pos. *last, if asked for, keeps the height of the last one, *before
 * the chain without it. */
static wh_status chain(const struct evm_crypto *crypto, const struct tree_reader *r, unsigned k,
                       unsigned a, const bytes32 *leaf0, uint64_t pos, unsigned h, bytes32 *base,
                       bytes32 *before)
{
    bytes32 cur = *leaf0, prev = *leaf0;
    uint64_t at = 0;
    WH_ASSERT(k % a == 0 && h % a == 0 && h <= k);
    for (unsigned height = k; height > h;) {
        height -= a;
        while (at + (UINT64_C(1) << height) <= pos) {
            bytes32 span;
            WH_TRY(r->span(r->ctx, at, height, &span));
            prev = cur;
            tree_base_step(crypto, &cur, &span, &cur);
            at += UINT64_C(1) << height;
        }
    }
    *base = cur;
    if (before != NULL) *before = prev;
    return WH_OK;
}

wh_status tree_base(const struct evm_crypto *crypto, const struct tree_reader *r, unsigned k,
                    unsigned a, const bytes32 *leaf0, uint64_t pos, unsigned h, bytes32 *base)
{
    return chain(crypto, r, k, a, leaf0, pos, h, base, NULL);
}

wh_status tree_pre_proof(const struct evm_crypto *crypto, const struct tree_reader *r, unsigned k,
                         unsigned a, const bytes32 *leaf0, uint64_t pos, bytes32 *mp, size_t *n)
{
    *n = 0;
    if (pos == 0) return WH_OK;
    unsigned up = a * tree_trailing_digits(pos, a);
    bytes32 base;
    for (unsigned i = 0; i < up; i++)
        WH_TRY(r->span(r->ctx, pos - (UINT64_C(2) << i), i, &mp[i]));
    WH_TRY(chain(crypto, r, k, a, leaf0, pos, 0, &base, &mp[up]));
    *n = up + 1u;
    return WH_OK;
}
