/* SPDX-License-Identifier: MIT */
/* Known answers: tests/vectors/protocol, made by the independent model in Python. */
#include "game/core/tree.h"

#include <stdlib.h>

#include "evm/hash/keccak.h"
#include "game/core/node.h"
#include "tests/support/vec.h"
#include "tests/tap.h"

static const char *dir;
static uint8_t block[1 << 22];

/* A table whose functions are the portable ones: the way through struct evm_crypto. */
static void table_keccak(void *ctx, const uint8_t *data, size_t len, bytes32 *out)
{
    (void)ctx;
    keccak256(data, len, out);
}

static void table_keccak_many(void *ctx, size_t n, const wh_span *in, bytes32 *out)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        keccak256(in[i].ptr, in[i].len, &out[i]);
}

static const struct evm_crypto table = {.keccak256 = table_keccak,
                                        .keccak_many = table_keccak_many};

static void check_nodes(const json_t *c, const struct evm_crypto *crypto, const struct tree *t,
                        unsigned k, unsigned a)
{
    struct tree_reader r = tree_reader_of(t);
    bytes32 gid = vec_b32(c, "gid"), leaf0 = vec_b32(c, "leaf0");
    const json_t *nodes = json_object_get(c, "nodes");
    for (size_t i = 0; i < json_array_size(nodes); i++) {
        const json_t *n = json_array_get(nodes, i);
        uint64_t pos = vec_u64(n, "pos");
        unsigned h = (unsigned)vec_u64(n, "h");
        struct wh_node v = {.gid = gid, .pos = pos, .h = (uint8_t)h, .span = *tree_span(t, pos, h)};
        bytes32 want = vec_b32(n, "span"), got, ctx;
        CHECK_MEM(v.span.b, want.b, 32);
        CHECK(tree_base(crypto, &r, k, a, &leaf0, pos, h, &v.base) == WH_OK);
        want = vec_b32(n, "base");
        CHECK_MEM(v.base.b, want.b, 32);
        node_keys(crypto, &v, 1, &ctx, &got);
        want = vec_b32(n, "ctx");
        CHECK_MEM(ctx.b, want.b, 32);
        want = vec_b32(n, "id");
        CHECK_MEM(got.b, want.b, 32);
        node_id(crypto, &v, &ctx);
        CHECK_MEM(ctx.b, want.b, 32);
        if (h != 0) {
            struct wh_node kid[16];
            size_t spans_n, bases_n;
            bytes32 *spans = vec_b32s(json_object_get(n, "childSpans"), &spans_n);
            bytes32 *bases = vec_b32s(json_object_get(n, "childBases"), &bases_n);
            CHECK_EQ(spans_n, 1u << a);
            CHECK_EQ(bases_n, 1u << a);
            tree_merkle(crypto, spans, a, &got);
            CHECK_MEM(got.b, v.span.b, 32);
            node_children(crypto, &v, spans, a, kid);
            for (unsigned j = 0; j < 1u << a; j++) {
                CHECK_MEM(kid[j].base.b, bases[j].b, 32);
                CHECK_MEM(tree_span(t, kid[j].pos, kid[j].h)->b, spans[j].b, 32);
            }
            free(spans);
            free(bases);
        }
        if (h == 0) {
            size_t want_n, mp_n;
            bytes32 *mp = vec_b32s(json_object_get(n, "mp"), &want_n), made[TREE_K_MAX + 1];
            CHECK(tree_pre_proof(crypto, &r, k, a, &leaf0, pos, made, &mp_n) == WH_OK);
            CHECK_EQ(mp_n, want_n);
            CHECK_MEM(made, mp, 32 * want_n);
            bytes32 pre = vec_b32(n, "preLeaf");
            CHECK_MEM(tree_leaf_at(t, pos)->b, pre.b, 32);
            CHECK(tree_pre_ok(crypto, pos, &v.base, a, &pre, made, mp_n));
            CHECK(!tree_pre_ok(crypto, pos, &v.base, a, &pre, made, mp_n + 1));
            pre.b[7] ^= 1;
            CHECK(!tree_pre_ok(crypto, pos, &v.base, a, &pre, made, mp_n));
            free(mp);
        }
    }
}

static void one_tree(const json_t *c, const struct evm_crypto *crypto)
{
    struct wh_arena arena;
    struct tree t;
    size_t n, path_n;
    unsigned k = (unsigned)vec_u64(c, "K"), a = (unsigned)vec_u64(c, "A");
    bytes32 *leaves = vec_b32s(json_object_get(c, "leaves"), &n), leaf0 = vec_b32(c, "leaf0");
    wh_arena_init(&arena, block, sizeof block);
    CHECK(tree_build(&t, &arena, crypto, k, &leaf0, leaves, n) == WH_OK);
    bytes32 want = vec_b32(c, "root");
    CHECK_MEM(tree_span(&t, 0, k)->b, want.b, 32);
    want = vec_b32(c, "lastLeaf");
    CHECK_MEM(tree_leaf_at(&t, UINT64_C(1) << k)->b, want.b, 32);
    struct tree_reader r = tree_reader_of(&t);
    bytes32 path[TREE_K_MAX], *want_path = vec_b32s(json_object_get(c, "path"), &path_n);
    CHECK(tree_path(&r, k, path) == WH_OK);
    CHECK_EQ(path_n, k);
    CHECK_MEM(path, want_path, 32 * path_n);
    tree_fold(crypto, &want, path, k, &want);
    CHECK_MEM(want.b, tree_span(&t, 0, k)->b, 32);
    check_nodes(c, crypto, &t, k, a);
    free(want_path);
    free(leaves);
}

static void test_tree__vectors_with_and_without_a_table(void)
{
    json_t *root = vec_load(dir, "tree.json.zst");
    for (size_t i = 0; i < json_array_size(root); i++) {
        one_tree(json_array_get(root, i), NULL);
        one_tree(json_array_get(root, i), &table);
    }
    CHECK(json_array_size(root) >= 10);
    json_decref(root);
}

static void test_tree_hashes__vectors(void)
{
    json_t *root = vec_load(dir, "hashes.json");
    const json_t *o = json_object_get(root, "node");
    bytes32 a = vec_b32(o, "l"), b = vec_b32(o, "r"), want = vec_b32(o, "hash"), got;
    tree_pair(NULL, &a, &b, &got);
    CHECK_MEM(got.b, want.b, 32);
    o = json_object_get(root, "base");
    a = vec_b32(o, "base"), b = vec_b32(o, "span"), want = vec_b32(o, "hash");
    tree_base_step(NULL, &a, &b, &got);
    CHECK_MEM(got.b, want.b, 32);
    json_decref(root);
}

/* t_domain_separation: no hash of one kind can be read as one of another: the tag or the length
 * differs (PROTOCOL 1). */
static void t_domain_separation(void)
{
    uint8_t state[TREE_STATE_SIZE] = {0};
    struct wh_node v = {.pos = 0};
    bytes32 h[6], zero = {{0}}, ctx;
    tree_leaf(NULL, state, &h[0]);
    tree_pair(NULL, &zero, &zero, &h[1]);
    tree_base_step(NULL, &zero, &zero, &h[2]);
    node_ctx(NULL, &v, &h[3]);
    node_id_of(NULL, &zero, &zero, &h[4]);
    node_aid(NULL, &zero, &zero, 0, &zero, &zero, &zero, &h[5]);
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < i; j++)
            CHECK(!bytes32_eq(&h[i], &h[j]));
    /* h and pos do not run into each other */
    v.pos = 1;
    node_ctx(NULL, &v, &ctx);
    v.pos = 0, v.h = 1;
    node_ctx(NULL, &v, &h[0]);
    CHECK(!bytes32_eq(&ctx, &h[0]));
}

/* A tree of 2^20 leaves that is nearly all padding costs a few hashes: 1 KB of arena is enough. */
static void test_tree_build__padding_is_cheap(void)
{
    struct wh_arena arena;
    struct tree t, full;
    bytes32 leaf0 = {{1}}, leaves[5] = {{{2}}, {{3}}, {{4}}, {{5}}, {{6}}}, all[64];
    wh_arena_init(&arena, block, 1024);
    CHECK(tree_build(&t, &arena, NULL, 20, &leaf0, leaves, 5) == WH_OK);
    for (int i = 0; i < 64; i++)
        all[i] = leaves[i < 5 ? i : 4];
    wh_arena_init(&arena, block + 1024, sizeof block - 1024);
    CHECK(tree_build(&full, &arena, NULL, 6, &leaf0, all, 64) == WH_OK);
    for (unsigned h = 0; h <= 6; h++)
        for (uint64_t pos = 0; pos < 64; pos += UINT64_C(1) << h)
            CHECK_MEM(tree_span(&t, pos, h)->b, tree_span(&full, pos, h)->b, 32);
    CHECK_MEM(tree_leaf_at(&t, 1u << 20)->b, leaves[4].b, 32);
    CHECK(tree_leaf_at(&t, 0) == &t.leaf0);
}

static void test_tree_build__bounds_and_full_arena(void)
{
    struct wh_arena arena;
    struct tree t;
    bytes32 leaf0 = {{1}}, leaves[5] = {{{2}}};
    wh_arena_init(&arena, block, 64);
    CHECK(tree_build(&t, &arena, NULL, 2, &leaf0, leaves, 0) == WH_E_LIMIT);
    CHECK(tree_build(&t, &arena, NULL, 2, &leaf0, leaves, 5) == WH_E_LIMIT);
    CHECK(tree_build(&t, &arena, NULL, 3, &leaf0, leaves, 5) == WH_E_NOMEM);
    CHECK_EQ(arena.used, 0);
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    dir = argv[1];
    RUN(test_tree__vectors_with_and_without_a_table);
    RUN(test_tree_hashes__vectors);
    RUN(t_domain_separation);
    RUN(test_tree_build__padding_is_cheap);
    RUN(test_tree_build__bounds_and_full_arena);
    return tap_done();
}
