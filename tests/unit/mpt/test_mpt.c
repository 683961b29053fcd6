/* SPDX-License-Identifier: MIT */
/* Single behaviours of the trie: strict nodes, absence, siblings, shared subtrees, proofs, memory. */
#include "evm/mpt/mpt.h"
#include "tests/plain_crypto.h"
#include "tests/unit/mpt/model.h"

static struct store store;
static struct model model;
static uint8_t arena_block[1 << 20];
static struct wh_arena arena;
static struct mpt_pool pool;

static void fresh_pool(void)
{
    store_new_run(&store);
    wh_arena_init(&arena, arena_block, sizeof arena_block);
    mpt_pool_init(&pool, &arena, &store.pre, &plain_crypto);
}

/* key_of: a key with these first nibbles (hex), the rest `fill`. */
static bytes32 key_of(const char *hex, uint8_t fill)
{
    bytes32 k;
    memset(k.b, fill, 32);
    for (size_t i = 0; hex[i] != 0; i++) {
        unsigned v = (unsigned)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
        k.b[i / 2] = (uint8_t)(i % 2 == 0 ? v << 4 | (k.b[i / 2] & 15u) : (k.b[i / 2] & 0xf0u) | v);
    }
    return k;
}

static void set(const char *hex, const char *value)
{
    bytes32 k = key_of(hex, 0);
    model_set(&model, k.b, 32, (const uint8_t *)value, strlen(value));
}

static struct mpt open_model(void)
{
    bytes32 root = model_root(&model, &store);
    struct mpt t;
    fresh_pool();
    CHECK_EQ(mpt_open(&t, &pool, &root), WH_OK);
    return t;
}

static wh_status change(struct mpt *t, const bytes32 *key, const char *value)
{
    struct mpt_change c = {wh_span_of(key->b, 32), wh_span_of(value, strlen(value))};
    return mpt_update(t, &c, 1);
}

#define LONG "a value of forty bytes or so, to be hashed"

static void test_mpt_open__empty_trie_asks_nothing(void)
{
    struct mpt t;
    wh_span v;
    bytes32 k = key_of("12", 7);
    fresh_pool();
    CHECK_EQ(mpt_open(&t, &pool, &KECCAK_EMPTY_TRIE), WH_OK);
    CHECK_EQ(mpt_get(&t, &k, &v), WH_OK);
    CHECK_EQ(v.len, 0);
    CHECK_EQ(change(&t, &k, ""), WH_OK);
    CHECK_EQ(store.gets, 0);
    bytes32 r = mpt_root(&t);
    CHECK(bytes32_eq(&r, &KECCAK_EMPTY_TRIE));
}

/* T1: a node that nobody has is never an absent key. */
static void test_mpt_get__missing_node_is_not_absence(void)
{
    memset(&model, 0, sizeof model);
    set("11", LONG), set("12", LONG), set("2", LONG);
    struct mpt t = open_model();
    bytes32 present = key_of("11", 0), absent = key_of("3", 0);
    wh_span v;
    CHECK_EQ(mpt_get(&t, &absent, &v), WH_OK); /* an empty slot of the root proves it */
    CHECK_EQ(v.len, 0);
    CHECK_EQ(store.asked, 1);
    CHECK_EQ(mpt_get(&t, &present, &v), WH_OK);
    CHECK_EQ(v.len, strlen(LONG));
    CHECK_EQ(store.asked, 3);

    static bool needed[STORE_CAP];
    for (size_t i = 0; i < STORE_CAP; i++)
        needed[i] = store.e[i].bytes != NULL && store.e[i].asked == store.run;
    for (size_t i = 0; i < STORE_CAP; i++) {
        if (!needed[i]) continue;
        bytes32 hash = store.e[i].hash, root = model_root(&model, NULL);
        fresh_pool();
        store.dropped = &hash;
        CHECK_EQ(mpt_open(&t, &pool, &root), WH_OK);
        wh_span untouched = {NULL, 99};
        CHECK_EQ(mpt_get(&t, &present, &untouched), WH_E_MISSING);
        CHECK_EQ(untouched.len, 99);
        CHECK_EQ(change(&t, &present, "x"), WH_E_MISSING);
        CHECK_EQ(change(&t, &present, ""), WH_E_MISSING);
        store.dropped = NULL;
        CHECK_EQ(change(&t, &present, "x"), WH_OK); /* and the trie is as it was */
    }
}

/* T3: what a collapse needs is asked for, and nothing else. */
static void test_mpt_update__sibling_of_a_collapse(void)
{
    static const struct {
        const char *delete;
        size_t asked; /* nodes of the walk and the sibling */
    } rows[] = {
        {"11", 4},             /* root, branch 1, leaf 11; sibling leaf 12 */
        {"2", 2},              /* root, leaf: three slots are left */
        {"311", 5},            /* root, extension 3-1, branch 31, leaf; sibling */
        {"4", 2},   {"55", 1}, /* absent: the root's empty slot */
        {"13", 2},             /* absent below branch 1 */
        {"119", 3},            /* absent: the leaf 11 diverges */
    };
    memset(&model, 0, sizeof model);
    /* values differ, or equal leaves would be one object */
    set("11", LONG "a"), set("12", LONG "b"), set("2", LONG "c");
    set("311", LONG "d"), set("312", LONG "e"), set("4", LONG "f");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mpt t = open_model();
        bytes32 k = key_of(rows[i].delete, 0);
        CHECK_EQ(change(&t, &k, ""), WH_OK);
        CHECK_EQ(store.asked, rows[i].asked);
        CHECK_EQ(store.gets, rows[i].asked);
        CHECK_EQ(mpt_commit(&t), WH_OK);
        static struct model after;
        after = model;
        model_set(&after, k.b, 32, NULL, 0);
        bytes32 got = mpt_root(&t), want = model_root(&after, NULL);
        CHECK(bytes32_eq(&got, &want));
        if (tap_bad) printf("# delete %s: asked %zu\n", rows[i].delete, store.asked);
    }
}

/* T4: inserts come first, so a branch that an insert keeps needs no sibling, whatever the key order. */
static void test_mpt_update__inserts_before_deletes(void)
{
    memset(&model, 0, sizeof model);
    set("11", LONG), set("12", LONG), set("2", LONG);
    struct mpt t = open_model();
    bytes32 gone = key_of("11", 0), made = key_of("13", 0);
    struct mpt_change c[2] = {{wh_span_of(gone.b, 32), {NULL, 0}},
                              {wh_span_of(made.b, 32), wh_span_of(LONG, strlen(LONG))}};
    CHECK_EQ(mpt_update(&t, c, 2), WH_OK);
    CHECK_EQ(store.asked, 3); /* root, branch 1, leaf 11; not leaf 12 */
}

/* T11: two tries of one root; a change of one leaves the other alone. */
static void test_mpt_update__shared_subtrees(void)
{
    memset(&model, 0, sizeof model);
    set("11", LONG), set("12", LONG), set("2", LONG);
    struct mpt a = open_model(), b;
    bytes32 root = mpt_root(&a), k = key_of("11", 0), other = key_of("12", 0);
    wh_span v;
    CHECK_EQ(mpt_get(&a, &k, &v), WH_OK);
    CHECK_EQ(mpt_open(&b, &pool, &root), WH_OK);
    size_t gets = store.gets;
    CHECK_EQ(mpt_get(&b, &k, &v), WH_OK);
    CHECK_EQ(store.gets, gets); /* the same nodes in memory */
    CHECK_EQ(change(&a, &k, "new"), WH_OK);
    CHECK_EQ(change(&b, &other, ""), WH_OK);
    struct mpt *both[2] = {&a, &b};
    CHECK_EQ(mpt_commit_many(both, 2, NULL, NULL), WH_OK);
    CHECK_EQ(mpt_get(&b, &k, &v), WH_OK);
    CHECK_EQ(v.len, strlen(LONG));
    CHECK_EQ(mpt_get(&a, &other, &v), WH_OK);
    CHECK_EQ(v.len, strlen(LONG));
    struct model first = model;
    set("11", "new");
    bytes32 got = mpt_root(&a), want = model_root(&model, NULL);
    CHECK(bytes32_eq(&got, &want));
    model = first;
    set("12", "");
    got = mpt_root(&b), want = model_root(&model, NULL);
    CHECK(bytes32_eq(&got, &want));
}

/* Nodes made in a step are not reported in it, and in the next one they are. */
static void test_mpt_visit__reports_once_per_step(void)
{
    memset(&model, 0, sizeof model);
    set("11", LONG), set("12", LONG), set("2", LONG);
    struct mpt t = open_model();
    bytes32 k = key_of("11", 0);
    wh_span v;
    CHECK_EQ(mpt_get(&t, &k, &v), WH_OK);
    CHECK_EQ(change(&t, &k, LONG "!"), WH_OK);
    CHECK_EQ(mpt_commit(&t), WH_OK);
    CHECK_EQ(mpt_get(&t, &k, &v), WH_OK);
    CHECK_EQ(store.asked, 3);
    set("11", LONG "!");
    (void)model_root(&model, &store);

    store_new_run(&store);
    pool.step++;
    CHECK_EQ(mpt_get(&t, &k, &v), WH_OK);
    CHECK_EQ(mpt_get(&t, &k, &v), WH_OK);
    CHECK_EQ(store.asked, 3);
    CHECK_EQ(store.gets, 0);
}

/* ---- strict nodes (F3, T5) ---- */

static unsigned digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* A node's items as hex digits; H = the hash of a node that nobody has. */
static wh_status get_from_root(const char *hex, const bytes32 *key, wh_span *v)
{
    uint8_t node[1200];
    size_t n = 0;
    for (const char *p = hex; *p != 0;) {
        if (*p == 'H') {
            node[n++] = 0xa0;
            memset(node + n, 0x77, 32);
            n += 32;
            p++;
        } else {
            node[n++] = (uint8_t)(digit(p[0]) << 4 | digit(p[1]));
            p += 2;
        }
    }
    uint8_t whole[1300];
    struct text t = {.n = 0};
    text_head(&t, 0xc0, n);
    memcpy(whole, t.b, t.n);
    memcpy(whole + t.n, node, n);
    bytes32 root;
    store_put(&store, whole, t.n + n, &root);
    struct mpt trie;
    fresh_pool();
    CHECK_EQ(mpt_open(&trie, &pool, &root), WH_OK);
    return mpt_get(&trie, key, v);
}

#define E4    "80808080"
#define E12   E4 E4 E4
#define KEY62 "00000000000000000000000000000000000000000000000000000000000000"

static void test_mpt_node__malformed_is_refused(void)
{
    static const struct {
        const char *node;
        wh_status status;
        const char *why;
    } rows[] = {
        {"a120"
         "00" KEY62 "01",
         WH_OK, "leaf, 64 nibbles"},
        {"a120"
         "00" KEY62 "80",
         WH_E_FORMAT, "leaf without a value"},
        {"a121"
         "00" KEY62 "01",
         WH_E_FORMAT, "padding nibble set"},
        {"a140"
         "00" KEY62 "01",
         WH_E_FORMAT, "unknown flag"},
        {"a0"
         "30" KEY62 "01",
         WH_E_FORMAT, "leaf at the wrong depth"},
        {"a220"
         "0000" KEY62 "01",
         WH_E_FORMAT, "leaf longer than a key"},
        {"a120"
         "00" KEY62 "8101",
         WH_E_FORMAT, "value in long form"},
        {"a120"
         "00" KEY62 "c101",
         WH_E_FORMAT, "value is a list"},
        {"a120"
         "00" KEY62 "0101",
         WH_E_FORMAT, "three items"},
        {"a120"
         "00" KEY62,
         WH_E_FORMAT, "one item"},
        {"", WH_E_FORMAT, "no item"},
        {"00H", WH_E_FORMAT, "extension with an empty path"},
        {"10H", WH_E_MISSING, "extension to a node nobody has"},
        {"1080", WH_E_FORMAT, "extension to nothing"},
        {"1001", WH_E_FORMAT, "extension to a byte"},
        {"a100"
         "00" KEY62 "H",
         WH_E_FORMAT, "extension as long as a key"},
        {"10c22001", WH_E_FORMAT, "extension to an embedded leaf"},
        {"10c210c0", WH_E_FORMAT, "extension to an extension"},
        {"80H" E12 "808080", WH_E_FORMAT, "branch with one child"},
        {"HH" E12 "808080", WH_E_MISSING, "branch with two"},
        {"HH" E12 "808001", WH_E_FORMAT, "branch with a value"},
        {"HH" E12 "8080", WH_E_FORMAT, "16 items"},
        {"HH" E12 "80808080", WH_E_FORMAT, "18 items"},
        {"HH01" E12 "8080", WH_E_FORMAT, "child of one byte"},
        {"HH8177" E12 "8080", WH_E_FORMAT, "child in long form"},
        {"HHc0" E12 "8080", WH_E_FORMAT, "child is an empty list"},
        {"HHdf"
         "00000000000000000000000000000000000000000000000000000000000000" E12 "8080",
         WH_E_FORMAT, "embedded child of 32 bytes"},
        {"HH9f"
         "00000000000000000000000000000000000000000000000000000000000000" E12 "8080",
         WH_E_FORMAT, "hash of 31 bytes"},
        {"c22001H" E12 "808080", WH_E_FORMAT, "embedded leaf at depth 1"},
    };
    bytes32 zero = key_of("", 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_span v = {NULL, 5};
        wh_status st = get_from_root(rows[i].node, &zero, &v);
        CHECK_EQ(st, rows[i].status);
        if (st != rows[i].status) printf("# %s\n", rows[i].why);
    }
}

/* A child by hash must not be short enough to be embedded; a root may be. */
static void test_mpt_node__short_child_by_hash(void)
{
    struct text branch = {.n = 0}, out, leaf = {.n = 0};
    bytes32 hash, root, key = key_of("", 0);
    text_put(&leaf, "\xc2\x20\x01", 3); /* a leaf with an empty path: only at depth 64 */
    store_put(&store, leaf.b, leaf.n, &hash);
    for (int i = 0; i < 2; i++)
        text_string(&branch, hash.b, 32);
    for (int i = 2; i < 17; i++)
        text_string(&branch, NULL, 0);
    text_close(&out, &branch);
    store_put(&store, out.b, out.n, &root);
    struct mpt t;
    wh_span v;
    fresh_pool();
    CHECK_EQ(mpt_open(&t, &pool, &root), WH_OK);
    CHECK_EQ(mpt_get(&t, &key, &v), WH_E_FORMAT);
}

/* ---- proofs ---- */

struct proof {
    size_t n;
    wh_span node[70];
};

static wh_status take_node(void *ctx, wh_span bytes)
{
    struct proof *p = ctx;
    p->node[p->n++] = bytes;
    return WH_OK;
}

/* A proof alone lets a fresh trie answer; of absent keys, too. */
static void test_mpt_prove__proof_stands_alone(void)
{
    memset(&model, 0, sizeof model);
    set("11", LONG), set("12", LONG), set("2", "x"), set("311", LONG), set("312", LONG);
    static const char *keys[] = {"11", "2", "311", "5", "32", "119"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct mpt t = open_model();
        bytes32 k = key_of(keys[i], 0), root = mpt_root(&t);
        struct proof p = {.n = 0};
        CHECK_EQ(mpt_prove(&t, &k, take_node, &p), WH_OK);
        bytes32 first;
        keccak256(p.node[0].ptr, p.node[0].len, &first);
        CHECK(bytes32_eq(&first, &root));

        static struct store alone;
        store_clear(&alone);
        store_new_run(&alone);
        for (size_t j = 0; j < p.n; j++)
            store_put(&alone, p.node[j].ptr, p.node[j].len, &first);
        CHECK_EQ(alone.n, p.n);
        struct mpt_pool pool2;
        struct mpt t2;
        wh_span v, want;
        mpt_pool_init(&pool2, &arena, &alone.pre, &plain_crypto);
        CHECK_EQ(mpt_open(&t2, &pool2, &root), WH_OK);
        CHECK_EQ(mpt_get(&t2, &k, &v), WH_OK);
        CHECK_EQ(mpt_get(&t, &k, &want), WH_OK);
        CHECK_EQ(v.len, want.len);
        CHECK_MEM(v.ptr, want.ptr, v.len);
        CHECK_EQ(alone.asked, p.n);
    }
}

/* ---- memory ---- */

/* However small the arena: WH_E_NOMEM or the right root, never another. */
static void test_mpt__full_arena(void)
{
    memset(&model, 0, sizeof model);
    set("11", LONG), set("12", LONG), set("2", LONG), set("311", LONG);
    bytes32 root = model_root(&model, &store), gone = key_of("11", 0), made = key_of("4", 0);
    static struct model after;
    after = model;
    model_set(&after, gone.b, 32, NULL, 0);
    model_set(&after, made.b, 32, (const uint8_t *)"new", 3);
    bytes32 want = model_root(&after, NULL);
    unsigned done = 0, full = 0;
    for (size_t cap = 0; cap < 6000; cap += 8) {
        struct mpt t;
        fresh_pool();
        arena.cap = cap;
        struct mpt_change c[2] = {{wh_span_of(gone.b, 32), {NULL, 0}},
                                  {wh_span_of(made.b, 32), wh_span_of("new", 3)}};
        wh_status st = mpt_open(&t, &pool, &root);
        if (st == WH_OK) st = mpt_update(&t, c, 2);
        if (st == WH_OK) st = mpt_commit(&t);
        if (st == WH_OK) {
            bytes32 got = mpt_root(&t);
            CHECK(bytes32_eq(&got, &want));
            done++;
        } else {
            CHECK_EQ(st, WH_E_NOMEM);
            full++;
        }
    }
    CHECK(done > 0 && full > 0);
}

struct made {
    size_t n;
};

static wh_status count_node(void *ctx, const bytes32 *hash, wh_span bytes)
{
    struct made *m = ctx;
    bytes32 again;
    keccak256(bytes.ptr, bytes.len, &again);
    CHECK(bytes32_eq(hash, &again));
    struct store_entry *e = store_find(&store, hash);
    CHECK(e->bytes != NULL); /* the model has that node as well */
    m->n++;
    return WH_OK;
}

/* A commit tells exactly the nodes that the new trie has and the old one had not. */
static void test_mpt_commit_many__new_nodes(void)
{
    memset(&model, 0, sizeof model);
    set("11", LONG), set("12", LONG), set("2", LONG);
    struct mpt t = open_model();
    bytes32 k = key_of("311", 0);
    CHECK_EQ(change(&t, &k, "tiny"), WH_OK);
    size_t before = store.n;
    set("311", "tiny");
    (void)model_root(&model, &store);
    struct made m = {0};
    struct mpt *one[1] = {&t};
    CHECK_EQ(mpt_commit_many(one, 1, count_node, &m), WH_OK);
    CHECK_EQ(m.n, store.n - before);
    CHECK_EQ(mpt_commit_many(one, 1, count_node, &m), WH_OK);
    CHECK_EQ(m.n, store.n - before);
}

int main(void)
{
    RUN(test_mpt_open__empty_trie_asks_nothing);
    RUN(test_mpt_get__missing_node_is_not_absence);
    RUN(test_mpt_update__sibling_of_a_collapse);
    RUN(test_mpt_update__inserts_before_deletes);
    RUN(test_mpt_update__shared_subtrees);
    RUN(test_mpt_visit__reports_once_per_step);
    RUN(test_mpt_node__malformed_is_refused);
    RUN(test_mpt_node__short_child_by_hash);
    RUN(test_mpt_prove__proof_stands_alone);
    RUN(test_mpt__full_arena);
    RUN(test_mpt_commit_many__new_nodes);
    store_clear(&store);
    return tap_done();
}
