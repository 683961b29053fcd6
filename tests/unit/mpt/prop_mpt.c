/* SPDX-License-Identifier: MIT */
/* Random histories of a trie against the sorted map of model.h.
 *
 * Each step runs twice: in a pool that lives through all steps, and in a fresh pool that has to fetch
 * everything by hash. Both give the model's root and depend on the same objects; without any one of
 * them the fresh run says WH_E_MISSING, without any other it is not affected. */
#include "evm/mpt/mpt.h"
#include "tests/plain_crypto.h"
#include "tests/unit/mpt/model.h"

static uint64_t seed;

static uint64_t rnd(void)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed;
}

static size_t below(size_t n)
{
    return (size_t)(rnd() % n);
}

/* Keys that are alike: a long common beginning, a choice in a few nibbles, little or nothing behind. */
static void rnd_key(uint8_t key[32])
{
    static const uint8_t bytes[] = {0x00, 0x01, 0x10, 0x11, 0x80, 0xff};
    memset(key, 0x11, 32);
    size_t kind = below(4);
    if (kind == 0) {
        for (int i = 0; i < 32; i++)
            key[i] = (uint8_t)rnd();
        return;
    }
    size_t at = kind == 1 ? 0 : kind == 2 ? 28 : below(31);
    for (size_t i = at; i < 32 && i < at + 3; i++)
        key[i] = bytes[below(sizeof bytes)];
    if (below(3) == 0) key[31] = (uint8_t)rnd();
}

static size_t rnd_value(uint8_t *v)
{
    size_t kind = below(3), n = kind == 0 ? 1 : kind == 1 ? 1 + below(33) : 60 + below(50);
    for (size_t i = 0; i < n; i++)
        v[i] = (uint8_t)(1 + rnd() % 200);
    return n;
}

struct batch {
    size_t n;
    struct model_entry e[40];
    struct mpt_change c[40];
};

/* A batch of changes: new and known keys, deletes of present and of absent ones. */
static void rnd_batch(struct batch *b, const struct model *m, size_t max)
{
    static uint8_t filler[1] = {1};
    struct model *set = calloc(1, sizeof *set);
    for (size_t i = 1 + below(max); i > 0; i--) {
        uint8_t key[32];
        rnd_key(key);
        if (m->n > 0 && below(2) == 0) memcpy(key, m->e[below(m->n)].key, 32);
        model_set(set, key, 32, filler, 1);
    }
    b->n = set->n;
    for (size_t i = 0; i < set->n; i++) {
        b->e[i] = set->e[i];
        b->e[i].value_len = 0;
        bool mostly_delete = m->n > 150;
        if (below(5) < (mostly_delete ? 1u : 3u)) b->e[i].value_len = rnd_value(b->e[i].value);
        b->c[i].key = wh_span_of(b->e[i].key, 32);
        b->c[i].value = wh_span_of(b->e[i].value, b->e[i].value_len);
    }
    free(set);
}

static uint8_t arena_block[24 << 20], fresh_block[8 << 20];

/* A step in a fresh pool: read, update, commit. */
static wh_status fresh_step(struct store *s, const bytes32 *pre, const struct batch *b,
                            const struct model_entry *read, bytes32 *post)
{
    struct wh_arena arena;
    struct mpt_pool pool;
    struct mpt t;
    wh_arena_init(&arena, fresh_block, sizeof fresh_block);
    mpt_pool_init(&pool, &arena, &s->pre, &plain_crypto);
    WH_TRY(mpt_open(&t, &pool, pre));
    wh_span v;
    bytes32 key;
    memcpy(key.b, read->key, 32);
    WH_TRY(mpt_get(&t, &key, &v));
    wh_status st = mpt_update(&t, b->c, b->n);
    if (st != WH_OK) {
        bytes32 same = mpt_root(&t); /* a failed update left the trie as it was */
        CHECK(bytes32_eq(&same, pre));
        return st;
    }
    WH_TRY(mpt_commit(&t));
    *post = mpt_root(&t);
    return WH_OK;
}

static void check_drops(struct store *s, const bytes32 *pre, const struct batch *b,
                        const struct model_entry *read, const bytes32 *post, unsigned run)
{
    static bool is_needed[STORE_CAP];
    for (size_t i = 0; i < STORE_CAP; i++)
        is_needed[i] = s->e[i].asked == run;
    for (size_t i = 0; i < STORE_CAP && tap_bad == 0; i++) {
        if (s->e[i].bytes == NULL) continue;
        bool needed = is_needed[i];
        if (!needed && below(20) != 0) continue;
        if (needed && below(3) != 0) continue;
        bytes32 hash = s->e[i].hash, got;
        s->dropped = &hash;
        wh_status st = fresh_step(s, pre, b, read, &got);
        s->dropped = NULL;
        CHECK_EQ(st, needed ? WH_E_MISSING : WH_OK);
        if (!needed) CHECK(bytes32_eq(&got, post));
    }
}

static struct store store;
static struct model model;

static void history(uint64_t start, unsigned steps, size_t max)
{
    seed = start;
    store_clear(&store);
    memset(&model, 0, sizeof model);
    struct wh_arena arena;
    struct mpt_pool pool;
    wh_arena_init(&arena, arena_block, sizeof arena_block);
    mpt_pool_init(&pool, &arena, &store.pre, &plain_crypto);
    struct mpt t = mpt_empty(&pool, false);

    for (unsigned step = 1; step <= steps && tap_bad == 0; step++) {
        struct batch b;
        rnd_batch(&b, &model, max);
        bytes32 pre = model_root(&model, &store), post;
        struct model_entry read = model.n > 0 && below(2) ? model.e[below(model.n)] : b.e[0];

        store_new_run(&store);
        wh_status st = fresh_step(&store, &pre, &b, &read, &post);
        CHECK_EQ(st, WH_OK);
        size_t asked = store.asked;
        CHECK_EQ(store.gets, asked); /* each object once */
        unsigned fresh_run = store.run;

        /* The same in the long-lived pool; the trie is reopened by hash now and then. */
        store_new_run(&store);
        pool.step = step;
        if (below(3) == 0) CHECK_EQ(mpt_open(&t, &pool, &pre), WH_OK);
        struct mpt before = t;
        bytes32 key, r = mpt_root(&t);
        CHECK(bytes32_eq(&r, &pre));
        wh_span v;
        memcpy(key.b, read.key, 32);
        CHECK_EQ(mpt_get(&t, &key, &v), WH_OK);
        struct model_entry *want = model_find(&model, read.key, 32);
        CHECK_EQ(v.len, want != NULL ? want->value_len : 0);
        if (want != NULL) CHECK_MEM(v.ptr, want->value, v.len);
        CHECK_EQ(mpt_update(&t, b.c, b.n), WH_OK);
        CHECK_EQ(mpt_commit(&t), WH_OK);
        CHECK_EQ(store.asked, asked);
        for (size_t i = 0; i < STORE_CAP; i++)
            if (store.e[i].asked == store.run) store.e[i].asked = fresh_run, asked--;
        CHECK_EQ(asked, 0);
        r = mpt_root(&before);
        CHECK(bytes32_eq(&r, &pre)); /* the old version is still there */

        check_drops(&store, &pre, &b, &read, &post, fresh_run);
        for (size_t i = 0; i < b.n; i++)
            model_set(&model, b.e[i].key, 32, b.e[i].value, b.e[i].value_len);
        r = mpt_root(&t);
        bytes32 model_says = model_root(&model, NULL);
        CHECK(bytes32_eq(&post, &model_says));
        CHECK(bytes32_eq(&r, &model_says));
        if (tap_bad) printf("# seed %" PRIu64 " step %u\n", start, step);
    }
}

static void prop_mpt__long_history(void)
{
    history(77, 120, 12);
}

static void prop_mpt__small_tries(void)
{
    for (uint64_t s = 1; s <= 60 && tap_bad == 0; s++)
        history(s * 7919, 12, 4);
}

/* Damaged nodes, each served under the hash of its own bytes: a walk or an update ends in WH_OK,
 * WH_E_FORMAT or WH_E_MISSING, and the same way twice. */
static void prop_mpt__damaged_nodes(void)
{
    static struct store damaged;
    unsigned refused = 0, passed = 0;
    for (uint64_t s = 1; s <= 30 && tap_bad == 0; s++) {
        seed = s * 15485863;
        store_clear(&store);
        memset(&model, 0, sizeof model);
        for (int i = 0; i < 40; i++) {
            uint8_t key[32], value[MODEL_VALUE];
            rnd_key(key);
            model_set(&model, key, 32, value, rnd_value(value));
        }
        (void)model_root(&model, &store);
        for (size_t i = 0; i < STORE_CAP && tap_bad == 0; i++) {
            if (store.e[i].bytes == NULL) continue;
            uint8_t bytes[1300];
            size_t len = store.e[i].len;
            memcpy(bytes, store.e[i].bytes, len);
            size_t how = below(4), at = below(len);
            if (how == 0) len = at;
            if (how == 1) bytes[at] = (uint8_t)rnd();
            if (how == 2) bytes[below(len < 4 ? len : 4)] ^= (uint8_t)(1u << below(8));
            if (how == 3) bytes[len] = (uint8_t)rnd(), len++;
            bytes32 root;
            store_clear(&damaged);
            store_put(&damaged, bytes, len, &root);
            struct batch b;
            rnd_batch(&b, &model, 4);
            wh_status st[2];
            bytes32 post[2];
            for (int twice = 0; twice < 2; twice++) {
                store_new_run(&damaged);
                st[twice] = fresh_step(&damaged, &root, &b, &b.e[0], &post[twice]);
            }
            CHECK_EQ(st[0], st[1]);
            CHECK(st[0] == WH_OK || st[0] == WH_E_FORMAT || st[0] == WH_E_MISSING);
            CHECK(st[0] != WH_OK || bytes32_eq(&post[0], &post[1]));
            if (st[0] == WH_E_FORMAT)
                refused++;
            else
                passed++;
        }
    }
    store_clear(&damaged);
    CHECK(refused > 100 && passed > 100);
}

/* Keys of any length, one a prefix of another: values in branches. */
static void prop_mpt__any_key(void)
{
    for (uint64_t s = 1; s <= 40 && tap_bad == 0; s++) {
        seed = s * 104729;
        memset(&model, 0, sizeof model);
        struct wh_arena arena;
        struct mpt_pool pool;
        wh_arena_init(&arena, arena_block, sizeof arena_block);
        mpt_pool_init(&pool, &arena, NULL, &plain_crypto);
        struct mpt t = mpt_empty(&pool, true);
        for (int step = 0; step < 60 && tap_bad == 0; step++) {
            uint8_t key[64], value[MODEL_VALUE];
            size_t key_len = below(6), len = below(3) == 0 ? 0 : rnd_value(value);
            for (size_t i = 0; i < key_len; i++)
                key[i] = (uint8_t)("\x11\x12\x21\x10"[below(4)]);
            struct mpt_change c = {wh_span_of(key, key_len), wh_span_of(value, len)};
            CHECK_EQ(mpt_update(&t, &c, 1), WH_OK);
            CHECK_EQ(mpt_commit(&t), WH_OK);
            memset(value + len, 0xee, sizeof value - len);
            model_set(&model, key, key_len, value, len);
            memset(value, 0xee, sizeof value); /* borrowed until the commit alone */
            memset(key, 0xee, sizeof key);
            bytes32 got = mpt_root(&t), want = model_root(&model, NULL);
            CHECK(bytes32_eq(&got, &want));
            for (size_t i = 0; i < model.n; i++) {
                wh_span v;
                CHECK_EQ(mpt_get_any(&t, wh_span_of(model.e[i].key, model.e[i].key_len), &v),
                         WH_OK);
                CHECK(v.len == model.e[i].value_len && memcmp(v.ptr, model.e[i].value, v.len) == 0);
            }
        }
        if (tap_bad) printf("# seed %" PRIu64 "\n", s);
    }
}

int main(void)
{
    RUN(prop_mpt__long_history);
    RUN(prop_mpt__small_tries);
    RUN(prop_mpt__damaged_nodes);
    RUN(prop_mpt__any_key);
    return tap_done();
}
