/* SPDX-License-Identifier: MIT */
/* usage: test_ring SOURCE_ROOT. Vectors of the independent model, tests/vectors/protocol/ring.json. */
#include "evm/hash/keccak.h"
#include "evm/segment/ring.h"
#include "tests/tap.h"
#include "tests/vec.h"

static json_t *vectors;

/* The ring's nodes by hash. */
struct nodes {
    size_t n, gets;
    bytes32 hash[4096];
    uint8_t node[4096][64];
    size_t short_at; /* this one is served one byte short; SIZE_MAX: none */
};

static void keep(void *ctx, const bytes32 *hash, const uint8_t node[64])
{
    struct nodes *s = ctx;
    if (s->n == 4096) vec_die("too many nodes", "ring");
    s->hash[s->n] = *hash;
    memcpy(s->node[s->n++], node, 64);
}

static wh_status serve(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    struct nodes *s = ctx;
    s->gets++;
    CHECK_EQ(kind, WH_OBJECT_DATA);
    for (size_t i = 0; i < s->n; i++) {
        if (!bytes32_eq(&s->hash[i], hash)) continue;
        *bytes = wh_span_of(s->node[i], i == s->short_at ? 63 : 64);
        return WH_OK;
    }
    return WH_E_MISSING;
}

static struct nodes nodes;
static bytes32 slots[RING_SLOTS];

static struct wh_preimages from_nodes(void)
{
    memset(&nodes, 0, sizeof nodes);
    nodes.short_at = SIZE_MAX;
    return (struct wh_preimages){&nodes, serve, NULL};
}

static uint64_t big(const json_t *j)
{
    return strtoull(json_string_value(j), NULL, 10);
}

static void test_ring__writes(void)
{
    memset(slots, 0, sizeof slots);
    bytes32 root, want, hash;
    ring_root(slots, &root, NULL, NULL);
    vec_fixed(vec_get(vectors, "emptyRoot"), want.b, 32);
    CHECK(bytes32_eq(&root, &want));
    size_t i;
    json_t *row;
    json_array_foreach(vec_get(vectors, "writes"), i, row)
    {
        struct wh_preimages pre = from_nodes();
        ring_root(slots, &root, keep, &nodes);
        uint64_t number = big(vec_get(row, "number"));
        vec_fixed(vec_get(row, "hash"), hash.b, 32);
        struct ring_path path;
        CHECK_EQ(ring_open(&pre, &root, (uint8_t)(number % 256), &path), WH_OK);
        CHECK_EQ(nodes.gets, 8);
        CHECK(bytes32_eq(&path.value, &slots[number % 256]));
        bytes32 same;
        ring_fold(&path, &path.value, &same, NULL, NULL);
        CHECK(bytes32_eq(&same, &root));
        ring_fold(&path, &hash, &root, NULL, NULL);
        vec_fixed(vec_get(row, "root"), want.b, 32);
        CHECK(bytes32_eq(&root, &want));
        const json_t *siblings = vec_get(row, "siblings");
        for (size_t k = 0; json_is_array(siblings) && k < RING_DEPTH; k++) {
            vec_fixed(json_array_get(siblings, k), want.b, 32);
            CHECK(bytes32_eq(&path.siblings[k], &want));
        }
        slots[number % 256] = hash;
        ring_root(slots, &same, NULL, NULL);
        CHECK(bytes32_eq(&same, &root));
    }
    CHECK(i > 40);
}

/* The model's hash of block n: keccak of its name as the model prints it. */
static bytes32 block_hash(unsigned n)
{
    char text[32];
    int len = snprintf(text, sizeof text, "('block', %u)", n);
    bytes32 h;
    keccak256((const uint8_t *)text, (size_t)len, &h);
    return h;
}

static struct wh_preimages reads_ring(bytes32 *root)
{
    for (unsigned n = 744; n < 1000; n++)
        slots[n % 256] = block_hash(n);
    memset(&slots[900 % 256], 0, 32);
    struct wh_preimages pre = from_nodes();
    ring_root(slots, root, keep, &nodes);
    return pre;
}

static void test_ring_lookup__zero_slot_is_missing(void)
{
    bytes32 root, got, want;
    struct wh_preimages pre = reads_ring(&root);
    size_t i, in_range = 0;
    json_t *row;
    json_array_foreach(vec_get(vectors, "reads"), i, row)
    {
        const char *wanted = json_string_value(vec_get(row, "wanted"));
        uint64_t n = strtoull(wanted, NULL, 10);
        if (strlen(wanted) > 4 || n < 744 || n > 999) continue; /* answered without the ring */
        in_range++;
        nodes.gets = 0;
        wh_status st = ring_lookup(&pre, &root, n, &got);
        CHECK_EQ(nodes.gets, 8);
        CHECK_EQ(st, json_is_null(vec_get(row, "hash")) ? WH_E_MISSING : WH_OK);
        if (st != WH_OK) continue;
        vec_fixed(vec_get(row, "hash"), want.b, 32);
        CHECK(bytes32_eq(&got, &want));
    }
    CHECK(in_range >= 5);
}

/* A node that is missing or malformed ends the lookup. */
static void test_ring_lookup__damaged_path(void)
{
    bytes32 root, got;
    struct wh_preimages pre = reads_ring(&root);
    for (size_t i = 0; i < nodes.n; i++) {
        nodes.short_at = i;
        wh_status st = ring_lookup(&pre, &root, 999, &got);
        nodes.short_at = SIZE_MAX;
        bytes32 keep_hash = nodes.hash[i];
        memset(&nodes.hash[i], 0xee, 32);
        wh_status st2 = ring_lookup(&pre, &root, 999, &got);
        nodes.hash[i] = keep_hash;
        CHECK((st == WH_OK && st2 == WH_OK) || (st == WH_E_FORMAT && st2 == WH_E_MISSING));
    }
}

static void test_ring_open__pairs(void)
{
    bytes32 root, want;
    const json_t *p = vec_get(vectors, "pairs");
    struct wh_preimages pre = reads_ring(&root);
    slots[900 % 256] = block_hash(900);
    nodes.n = 0;
    ring_root(slots, &root, keep, &nodes);
    vec_fixed(vec_get(p, "root"), want.b, 32);
    CHECK(bytes32_eq(&root, &want));
    struct ring_path path;
    CHECK_EQ(ring_open(&pre, &root, 999 % 256, &path), WH_OK);
    struct nodes *rebuilt = calloc(1, sizeof *rebuilt);
    ring_fold(&path, &path.value, &root, keep, rebuilt);
    size_t found = 0, i;
    json_t *pair;
    json_array_foreach(vec_get(p, "pairs"), i, pair)
    {
        uint8_t node[64];
        vec_fixed(pair, node, 64);
        for (size_t k = 0; k < rebuilt->n; k++)
            found += memcmp(rebuilt->node[k], node, 64) == 0;
    }
    CHECK_EQ(found, 8);
    CHECK_EQ(rebuilt->n, 8);
    free(rebuilt);
}

int main(int argc, char **argv)
{
    vectors = vec_load(argc > 1 ? argv[1] : ".", "tests/vectors/protocol/ring.json");
    RUN(test_ring__writes);
    RUN(test_ring_lookup__zero_slot_is_missing);
    RUN(test_ring_lookup__damaged_path);
    RUN(test_ring_open__pairs);
    json_decref(vectors);
    return tap_done();
}
