/* SPDX-License-Identifier: MIT */
/* ns per operation of the trie: a state of 100,000 accounts, of which a block reads and writes 1,500.
 * stateless = a fresh pool over hash-checked nodes (the index look-up is part of it). */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "evm/hash/keccak.h"
#include "evm/mpt/mpt.h"
#include "evm/native/crypto.h"

enum {
    ACCOUNTS = 100000,
    TOUCHED = 1500,
    INDEX = 1 << 18,
    PACKED = 1 << 14,
    REPEAT = 15,
    STEPS = 30
};

struct slot {
    bytes32 hash;
    wh_span bytes;
};

/* All nodes; and those of the block alone, packed like a witness. */
static struct slot *all, *packed;
static uint8_t *pack;
static size_t served;

static struct slot *find(struct slot *table, const bytes32 *hash)
{
    size_t cap = table == all ? INDEX : PACKED;
    size_t i = load_be32(hash->b) % cap;
    while (table[i].bytes.ptr != NULL && !bytes32_eq(&table[i].hash, hash))
        i = (i + 1) % cap;
    return &table[i];
}

static wh_status put_all(void *ctx, const bytes32 *hash, wh_span bytes)
{
    (void)ctx;
    *find(all, hash) = (struct slot){*hash, bytes};
    return WH_OK;
}

static wh_status get_all(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    (void)ctx, (void)kind;
    struct slot *s = find(all, hash);
    if (s->bytes.ptr == NULL) return WH_E_MISSING;
    *bytes = s->bytes;
    memcpy(pack, bytes->ptr, bytes->len);
    *find(packed, hash) = (struct slot){*hash, wh_span_of(pack, bytes->len)};
    pack += bytes->len;
    served++;
    return WH_OK;
}

static wh_status get_packed(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    (void)ctx, (void)kind;
    *bytes = find(packed, hash)->bytes;
    return bytes->ptr != NULL ? WH_OK : WH_E_MISSING;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_key(const void *a, const void *b)
{
    const struct mpt_change *x = a, *y = b;
    return memcmp(x->key.ptr, y->key.ptr, 32);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void die(wh_status s)
{
    fprintf(stderr, "bench_mpt: status %d\n", (int)s);
    exit(1);
}

#define MUST(e)                   \
    do {                          \
        wh_status s_ = (e);       \
        if (s_ != WH_OK) die(s_); \
    } while (0)

static bytes32 keys[ACCOUNTS];
static uint8_t value[2][104];
static struct mpt_change changes[ACCOUNTS];

static void *block(size_t n)
{
    void *p = malloc(n);
    if (p == NULL) die(WH_E_NOMEM);
    return p;
}

static void touched(size_t n, size_t from, int v)
{
    for (size_t i = 0; i < n; i++)
        changes[i] = (struct mpt_change){wh_span_of(keys[(from + i) * 61 % ACCOUNTS].b, 32),
                                         wh_span_of(value[v], 104)};
    qsort(changes, n, sizeof changes[0], by_key);
}

static void report(const char *what, double *v, double per)
{
    qsort(v, REPEAT, sizeof *v, by_value);
    printf("%-44s %10.1f\n", what, v[REPEAT / 2] / per);
}

int main(void)
{
    const struct evm_crypto *crypto = wh_native_crypto();
    struct wh_preimages pre = {NULL, get_all, NULL};
    struct wh_arena arena, fresh;
    struct mpt_pool pool;
    all = calloc(INDEX, sizeof *all);
    packed = calloc(PACKED, sizeof *packed);
    pack = block((size_t)16 << 20);
    if (all == NULL || packed == NULL || crypto == NULL) die(WH_E_NOMEM);
    wh_arena_init(&arena, block((size_t)512 << 20), (size_t)512 << 20);
    wh_arena_init(&fresh, block((size_t)64 << 20), (size_t)64 << 20);
    memset(value, 0x55, sizeof value);
    value[1][50] = 1;
    for (size_t i = 0; i < ACCOUNTS; i++) {
        keccak256((const uint8_t *)&i, sizeof i, &keys[i]);
        changes[i] = (struct mpt_change){wh_span_of(keys[i].b, 32), wh_span_of(value[0], 104)};
    }
    qsort(changes, ACCOUNTS, sizeof changes[0], by_key);

    mpt_pool_init(&pool, &arena, &pre, crypto);
    struct mpt t = mpt_empty(&pool, false), *one[1] = {&t};
    double start = now();
    MUST(mpt_update(&t, changes, ACCOUNTS));
    double built = now();
    MUST(mpt_commit_many(one, 1, put_all, NULL));
    printf("%-44s %10.1f\n", "build: insert, ns per key", (built - start) / ACCOUNTS);
    printf("%-44s %10.1f\n", "build: commit, ns per key", (now() - built) / ACCOUNTS);
    bytes32 root = mpt_root(&t);

    double get[REPEAT], again[REPEAT], update[REPEAT], commit[REPEAT], steps[REPEAT];
    size_t nodes = 0;
    for (int r = -1; r < REPEAT; r++) { /* round -1 packs the witness */
        struct mpt f;
        struct mpt *tries[1] = {&f};
        wh_span v;
        fresh.used = 0;
        mpt_pool_init(&pool, &fresh, &pre, crypto);
        MUST(mpt_open(&f, &pool, &root));
        double a = now();
        for (size_t i = 0; i < TOUCHED; i++)
            MUST(mpt_get(&f, &keys[i * 61 % ACCOUNTS], &v));
        double b = now();
        if (r < 0) {
            nodes = served;
            pre.get = get_packed;
            continue;
        }
        for (size_t i = 0; i < TOUCHED; i++)
            MUST(mpt_get(&f, &keys[i * 61 % ACCOUNTS], &v));
        double c = now();
        touched(TOUCHED, 0, 1);
        double d = now();
        MUST(mpt_update(&f, changes, TOUCHED));
        double e = now();
        MUST(mpt_commit_many(tries, 1, NULL, NULL));
        double g = now();
        get[r] = b - a, again[r] = c - b, update[r] = e - d, commit[r] = g - e;
        steps[r] = 0; /* the same amount of writing, cut into steps */
        for (size_t k = 0; k < STEPS; k++) {
            touched(TOUCHED / STEPS, k * (TOUCHED / STEPS), 0);
            double h = now();
            pool.step++;
            MUST(mpt_update(&f, changes, TOUCHED / STEPS));
            MUST(mpt_commit_many(tries, 1, NULL, NULL));
            steps[r] += now() - h;
        }
    }
    printf("nodes %zu of %d keys, arena %zu KiB\n", nodes, TOUCHED, fresh.used >> 10);
    report("stateless first get, ns per node", get, (double)nodes);
    report("get again, ns per key", again, TOUCHED);
    report("update, ns per key", update, TOUCHED);
    report("commit, ns per key", commit, TOUCHED);
    report("update and commit in 30 steps, ns per key", steps, TOUCHED);
    return 0;
}
