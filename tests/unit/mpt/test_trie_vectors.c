/* SPDX-License-Identifier: MIT */
/* usage: test_trie_vectors SOURCE_ROOT. TrieTests of ethereum/tests. */
#include "evm/mpt/mpt.h"
#include "tests/plain_crypto.h"
#include "tests/tap.h"
#include "tests/vec.h"

static const char *root_dir;
static uint8_t arena_block[4 << 20];

/* A key or value: 0x = hex, else the characters; null = nothing. */
static wh_span text_of(const json_t *j)
{
    const char *s = json_string_value(j);
    if (s == NULL) return wh_span_of(NULL, 0);
    if (s[0] == '0' && s[1] == 'x') return vec_bytes_owned(j);
    return wh_span_of(strdup(s), strlen(s));
}

struct ops {
    size_t n;
    wh_span key[64], value[64];
};

static void add_op(struct ops *o, wh_span key, wh_span value, bool secure)
{
    if (o->n == 64) vec_die("too many entries", "trie test");
    if (secure) {
        bytes32 *h = malloc(sizeof *h);
        if (h == NULL) vec_die("no memory", "trie test");
        keccak256(key.ptr, key.len, h);
        free((void *)(uintptr_t)key.ptr);
        key = wh_span_of(h->b, 32);
    }
    o->key[o->n] = key;
    o->value[o->n++] = value;
}

static void load_ops(json_t *in, bool secure, struct ops *o)
{
    size_t i;
    json_t *pair, *v;
    const char *k;
    o->n = 0;
    json_array_foreach(in, i, pair)
        add_op(o, text_of(json_array_get(pair, 0)), text_of(json_array_get(pair, 1)), secure);
    if (!json_is_object(in)) return;
    json_object_foreach(in, k, v)
    {
        json_t *name = json_string(k);
        add_op(o, text_of(name), text_of(v), secure);
        json_decref(name);
    }
}

/* The ops one by one, starting at `first` and going round; committed after each or at the end. */
static bytes32 run(const struct ops *o, size_t first, bool secure, bool each)
{
    struct wh_arena arena;
    struct mpt_pool pool;
    wh_arena_init(&arena, arena_block, sizeof arena_block);
    mpt_pool_init(&pool, &arena, NULL, &plain_crypto);
    struct mpt t = mpt_empty(&pool, !secure);
    for (size_t i = 0; i < o->n; i++) {
        size_t at = (first + i) % o->n;
        struct mpt_change c = {o->key[at], o->value[at]};
        CHECK_EQ(mpt_update(&t, &c, 1), WH_OK);
        if (each) CHECK_EQ(mpt_commit(&t), WH_OK);
    }
    CHECK_EQ(mpt_commit(&t), WH_OK);
    return mpt_root(&t);
}

static unsigned check_file(const char *rel, bool secure, bool any_order)
{
    json_t *file = vec_load(root_dir, rel), *test;
    const char *name;
    unsigned tests = 0;
    json_object_foreach(file, name, test)
    {
        struct ops o;
        bytes32 want;
        load_ops(vec_get(test, "in"), secure, &o);
        vec_fixed(vec_get(test, "root"), want.b, 32);
        for (size_t first = 0; first < (any_order ? o.n : 1); first++) {
            bytes32 a = run(&o, first, secure, true), b = run(&o, first, secure, false);
            CHECK(bytes32_eq(&a, &want));
            CHECK(bytes32_eq(&b, &want));
        }
        if (tap_bad) printf("# %s %s\n", rel, name);
        for (size_t i = 0; i < o.n; i++) {
            free((void *)(uintptr_t)o.key[i].ptr);
            free((void *)(uintptr_t)o.value[i].ptr);
        }
        tests++;
    }
    json_decref(file);
    return tests;
}

static void test_mpt__trieanyorder(void)
{
    CHECK_EQ(check_file("tests/data/mpt/trieanyorder.json", false, true), 7);
    CHECK_EQ(check_file("tests/data/mpt/trieanyorder_secureTrie.json", true, true), 7);
}

static void test_mpt__trietest_secure(void)
{
    CHECK_EQ(check_file("tests/data/mpt/trietest_secureTrie.json", true, false), 3);
}

static void test_mpt__hex_encoded_securetrie(void)
{
    CHECK_EQ(check_file("tests/data/mpt/hex_encoded_securetrie_test.json", true, true), 3);
}

int main(int argc, char **argv)
{
    root_dir = argc > 1 ? argv[1] : ".";
    RUN(test_mpt__trieanyorder);
    RUN(test_mpt__trietest_secure);
    RUN(test_mpt__hex_encoded_securetrie);
    return tap_done();
}
