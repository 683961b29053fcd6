/* SPDX-License-Identifier: MIT */
/* usage: test_frontier SOURCE_ROOT. Vectors of the independent model, tests/vectors/protocol. */
#include "evm/mpt/mpt.h"
#include "evm/segment/frontier.h"
#include "tests/plain_crypto.h"
#include "tests/tap.h"
#include "tests/vec.h"

static json_t *vectors;

/* value i of a list: the first lengths[i mod n] bytes of keccak(seed || u32 i), repeated. */
static wh_span value_of(const json_t *list, uint32_t i, uint8_t *buf)
{
    const char *seed = json_string_value(vec_get(list, "seed"));
    size_t seed_len = strlen(seed);
    const json_t *lengths = vec_get(list, "lengths");
    size_t len = (size_t)json_integer_value(json_array_get(lengths, i % json_array_size(lengths)));
    uint8_t in[64], be[4];
    bytes32 h;
    store_be32(be, i);
    memcpy(in, seed, seed_len);
    memcpy(in + seed_len, be, 4);
    keccak256(in, seed_len + 4, &h);
    for (size_t k = 0; k < len; k++)
        buf[k] = h.b[k % 32];
    return wh_span_of(buf, len);
}

static void check_size(const struct frontier *f, const json_t *row)
{
    bytes32 acc, root, want;
    frontier_hash(f, &plain_crypto, &acc);
    vec_fixed(vec_get(row, "acc"), want.b, 32);
    CHECK(bytes32_eq(&acc, &want));
    frontier_root(f, &plain_crypto, &root);
    vec_fixed(vec_get(row, "root"), want.b, 32);
    CHECK(bytes32_eq(&root, &want));
    uint8_t bytes[FRONTIER_BYTES_MAX];
    size_t n = frontier_encode(f, bytes, sizeof bytes);
    CHECK(n > 0);
    CHECK_EQ(frontier_encode(f, bytes, n - 1), 0);
    CHECK_EQ(frontier_encode(f, bytes, n), n);
    if (json_object_get(row, "bytes") != NULL) {
        wh_span w = vec_bytes_owned(vec_get(row, "bytes"));
        CHECK_EQ(n, w.len);
        CHECK_MEM(bytes, w.ptr, w.len);
        free((void *)(uintptr_t)w.ptr);
    }
    if (tap_bad) printf("# at n = %u\n", f->n);
}

static void test_frontier_push__vectors(void)
{
    size_t i;
    json_t *list;
    static uint8_t buf[1 << 16];
    json_array_foreach(vec_get(vectors, "lists"), i, list)
    {
        struct frontier f;
        frontier_init(&f);
        const json_t *sizes = vec_get(list, "sizes");
        for (size_t at = 0; at < json_array_size(sizes) && tap_bad == 0;) {
            const json_t *row = json_array_get(sizes, at);
            if (f.n == vec_u64(vec_get(row, "n"))) {
                check_size(&f, row);
                at++;
                continue;
            }
            /* Through its bytes and back between any two items, as steps do. */
            uint8_t bytes[FRONTIER_BYTES_MAX];
            size_t n = frontier_encode(&f, bytes, sizeof bytes);
            struct frontier g;
            CHECK_EQ(frontier_decode(wh_span_of(bytes, n), &g), WH_OK);
            f = g;
            CHECK_EQ(frontier_push(&f, &plain_crypto, value_of(list, f.n, buf)), WH_OK);
        }
    }
}

/* Values around the sizes where nodes become short, or are no longer put together; and no memory. */
static void test_frontier_push_in__as_without_memory(void)
{
    static const size_t sizes[] = {1, 2, 20, 24, 28, 29, 55, 56, 255, 256, 1000, 4096, 4097, 9000};
    static uint8_t block[40000], value[9000];
    struct wh_arena scratch;
    struct frontier alone, together, none;
    frontier_init(&alone);
    together = none = alone;
    memset(value, 0x77, sizeof value);
    for (size_t i = 0; i < 300; i++) {
        wh_span v = wh_span_of(value, sizes[i % (sizeof sizes / sizeof *sizes)]);
        bytes32 a, b, c;
        value[0] = (uint8_t)i;
        CHECK_EQ(frontier_push(&alone, &plain_crypto, v), WH_OK);
        wh_arena_init(&scratch, block, sizeof block);
        CHECK_EQ(frontier_push_in(&together, &plain_crypto, &scratch, v), WH_OK);
        CHECK_EQ(wh_arena_mark(&scratch), 0);
        wh_arena_init(&scratch, block, 100);
        CHECK_EQ(frontier_push_in(&none, &plain_crypto, &scratch, v), WH_OK);
        frontier_hash(&alone, &plain_crypto, &a);
        frontier_hash(&together, &plain_crypto, &b);
        frontier_hash(&none, &plain_crypto, &c);
        CHECK_MEM(b.b, a.b, 32);
        CHECK_MEM(c.b, a.b, 32);
        frontier_root(&alone, &plain_crypto, &a);
        frontier_root(&together, &plain_crypto, &b);
        CHECK_MEM(b.b, a.b, 32);
    }
}

static void test_frontier_decode__refuses_malformed(void)
{
    size_t i;
    json_t *bad;
    json_array_foreach(vec_get(vectors, "malformed"), i, bad)
    {
        wh_span b = vec_bytes_owned(bad);
        struct frontier f;
        CHECK_EQ(frontier_decode(b, &f), WH_E_FORMAT);
        free((void *)(uintptr_t)b.ptr);
    }
    CHECK(i > 5);
}

/* All truncations of a good one, and one byte more. */
static void test_frontier_decode__exact_end(void)
{
    struct frontier f, g;
    frontier_init(&f);
    for (int i = 0; i < 150; i++)
        CHECK_EQ(
            frontier_push(&f, &plain_crypto, wh_span_of("value of an item", (size_t)(1 + i % 16))),
            WH_OK);
    uint8_t bytes[FRONTIER_BYTES_MAX + 1];
    size_t n = frontier_encode(&f, bytes, sizeof bytes);
    for (size_t len = 0; len <= n + 1; len++)
        CHECK_EQ(frontier_decode(wh_span_of(bytes, len), &g), len == n ? WH_OK : WH_E_FORMAT);
}

/* The other way to a list's root agrees: mpt_list_root (T13: values that make nodes of < 32 bytes). */
static void test_frontier_root__is_the_trie(void)
{
    static uint8_t block[8 << 20], data[6000];
    static const size_t length[] = {1, 3, 40, 12, 5000, 200, 28, 31, 4096, 4097};
    static wh_span items[700];
    struct wh_arena arena;
    wh_arena_init(&arena, block, sizeof block);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 31 + 7);
    struct frontier f;
    frontier_init(&f);
    for (size_t n = 0; n <= 700 && tap_bad == 0; n++) {
        if (n < 140 || n % 50 == 0 || (n > 250 && n < 262)) {
            bytes32 a, b;
            frontier_root(&f, &plain_crypto, &a);
            CHECK_EQ(mpt_list_root(&arena, &plain_crypto, items, n, &b), WH_OK);
            CHECK(bytes32_eq(&a, &b));
            CHECK_EQ(arena.used, 0);
        }
        if (n == 700) break;
        items[n] = wh_span_of(data + n, length[n % 10]);
        CHECK_EQ(frontier_push(&f, &plain_crypto, items[n]), WH_OK);
    }
}

static void test_frontier_push__full(void)
{
    struct frontier f;
    frontier_init(&f);
    f.n = FRONTIER_ITEMS_MAX;
    CHECK_EQ(frontier_push(&f, &plain_crypto, wh_span_of("x", 1)), WH_E_FORMAT);
    CHECK_EQ(f.n, FRONTIER_ITEMS_MAX);
}

/* PROTOCOL 4.5 states the largest sizes. */
static void test_frontier_encode__largest_sizes(void)
{
    struct frontier f;
    frontier_init(&f);
    uint8_t value[40] = {1}, bytes[FRONTIER_BYTES_MAX];
    size_t most = 0;
    for (uint32_t n = 1; n <= FRONTIER_ITEMS_MAX; n++) {
        CHECK_EQ(frontier_push(&f, &plain_crypto, wh_span_of(value, sizeof value)), WH_OK);
        size_t size = frontier_encode(&f, bytes, sizeof bytes);
        if (size == 0 || tap_bad) break;
        most = size > most ? size : most;
        if (n == 128) CHECK_EQ(most, 940);
        if (n == 256) CHECK_EQ(most, 1204);
        if (n == 2857) CHECK_EQ(most, 1864);
    }
    CHECK_EQ(most, FRONTIER_BYTES_MAX);
}

int main(int argc, char **argv)
{
    vectors = vec_load(argc > 1 ? argv[1] : ".", "tests/vectors/protocol/frontier.json.zst");
    RUN(test_frontier_push__vectors);
    RUN(test_frontier_push_in__as_without_memory);
    RUN(test_frontier_decode__refuses_malformed);
    RUN(test_frontier_decode__exact_end);
    RUN(test_frontier_root__is_the_trie);
    RUN(test_frontier_push__full);
    RUN(test_frontier_encode__largest_sizes);
    json_decref(vectors);
    return tap_done();
}
