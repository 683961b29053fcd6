/* SPDX-License-Identifier: MIT */
/* whittle-blockbench [--json] [--runs N] FILE...: what a block costs on one thread, from witness bytes
 * to the verified hash and the leaf of every segment.
 *
 * Phases: load+hash (keccak of every node and code, index), recover (senders), execute (one run whose
 * tries are written at END alone), leaves (what settling every segment adds). Medians of N runs, CPU
 * time of one thread. Reading JSON is not counted. Units of the machine: one keccak-f, one recovery. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "evm/native/crypto.h"
#include "evm/segment/cache.h"
#include "evm/segment/input.h"
#include "evm/segment/run.h"
#include "evm/state/code.h"
#include "evm/tx/tx.h"
#include "proto/block/blockfile.h"
#include "proto/sys/error.h"

enum { RUNS_MAX = 101, KECCAK_RUNS = 20000, RECOVER_RUNS = 50, RATE = 136 };

struct timing {
    double load, recover, execute, leaves, total; /* ms */
};

struct bench {
    const struct evm_crypto *crypto;
    struct blockfile file;
    struct blockfile_chain chain;
    struct wh_arena arena;
    unsigned runs;
    bool json;
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double keccak_ns(const struct evm_crypto *crypto)
{
    static uint8_t data[(size_t)RATE * KECCAK_RUNS];
    bytes32 hash;
    double start = now_ms();
    crypto->keccak256(crypto->ctx, data, sizeof data, &hash);
    return (now_ms() - start) * 1e6 / KECCAK_RUNS;
}

/* x of the generator as r, and s = 1: a recovery like any other. */
static double recover_us(const struct evm_crypto *crypto)
{
    static const uint8_t r[32] = {0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62,
                                  0x95, 0xce, 0x87, 0x0b, 0x07, 0x02, 0x9b, 0xfc, 0xdb, 0x2d, 0xce,
                                  0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17, 0x98};
    uint8_t hash[32] = {1}, s[32] = {[31] = 1}, out[64];
    double start = now_ms();
    for (unsigned i = 0; i < RECOVER_RUNS; i++) {
        hash[1] = (uint8_t)i;
        if (crypto->ecrecover(crypto->ctx, hash, r, s, 0, out) != WH_OK) return 0;
    }
    return (now_ms() - start) * 1e3 / RECOVER_RUNS;
}

/* Senders into the cache, as a first thread might do while another hashes. */
static wh_status recover_all(struct bench *b, struct seg_cache *cache)
{
    for (size_t i = 0; i < b->file.tx_count; i++) {
        struct tx tx;
        address sender;
        bytes32 item;
        wh_span bytes = b->chain.items[i];
        WH_TRY(tx_decode(b->crypto, b->file.txs[i], &tx));
        WH_TRY(tx_sender(b->crypto, &tx, true, &sender));
        b->crypto->keccak256(b->crypto->ctx, bytes.ptr, bytes.len, &item);
        seg_cache_keep_sender(cache, &item, true, &sender);
    }
    return WH_OK;
}

static wh_status run_block(struct bench *b, struct seg_cache *cache, bool defer, bool *agrees)
{
    struct wh_preimages preimages;
    uint8_t state[SEG_STATE_SIZE];
    size_t count, max = b->chain.item_count + 2;
    struct seg_result *results = WH_NEW(&b->arena, struct seg_result, max);
    blockfile_chain_preimages(&b->file, &b->chain, &preimages);
    struct seg_env env = {.preimages = &preimages,
                          .arena = &b->arena,
                          .crypto = b->crypto,
                          .cache = cache,
                          .defer_settle = defer};
    memcpy(state, b->chain.pre, sizeof state);
    WH_TRY(seg_run(&env, 1, &b->chain.input_hash, 0, state, results, max, &count));
    *agrees = count == max && memcmp(state + 0x040, b->file.hash.b, 32) == 0;
    return WH_OK;
}

/* One run: fresh caches, the arena from its start. */
static wh_status run_once(struct bench *b, bool defer, struct timing *t)
{
    struct code_cache codes;
    struct seg_cache cache;
    bool agrees = false;
    b->arena.used = 0;
    double start = now_ms();
    WH_TRY(blockfile_index(&b->file, b->crypto));
    double loaded = now_ms();
    WH_TRY(code_cache_init(&codes, &b->arena));
    WH_TRY(seg_cache_init(&cache, &b->arena, b->chain.item_count, &codes));
    WH_TRY(recover_all(b, &cache));
    double recovered = now_ms();
    wh_status status = run_block(b, &cache, defer, &agrees);
    double end = now_ms();
    if (status == WH_OK && !agrees) status = WH_E_MISMATCH;
    *t = (struct timing){.load = loaded - start,
                         .recover = recovered - loaded,
                         .execute = end - recovered,
                         .total = end - start};
    return status;
}

static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const struct timing *t, unsigned n, size_t field)
{
    double v[RUNS_MAX];
    for (unsigned i = 0; i < n; i++)
        v[i] = *(const double *)(const void *)((const char *)&t[i] + field);
    qsort(v, n, sizeof *v, order);
    return v[n / 2];
}

static wh_status measure(struct bench *b, struct timing *out)
{
    struct timing full[RUNS_MAX], deferred[RUNS_MAX];
    const struct chain_fork *fork =
        chain_config_active(&b->chain.config, b->file.number, b->file.head.timestamp);
    bool defer = fork->fork >= FORK_BYZANTIUM; /* before, receipts hold the roots */
    for (unsigned i = 0; i < b->runs; i++) {
        WH_TRY(run_once(b, false, &full[i]));
        if (defer) WH_TRY(run_once(b, true, &deferred[i]));
    }
#define MEDIAN(t, f) median(t, b->runs, offsetof(struct timing, f))
    *out = (struct timing){.load = MEDIAN(full, load),
                           .recover = MEDIAN(full, recover),
                           .execute = MEDIAN(full, execute),
                           .total = MEDIAN(full, total)};
    double once = defer ? MEDIAN(deferred, execute) : out->execute;
    out->leaves = out->execute > once ? out->execute - once : 0;
    out->execute -= out->leaves;
    return WH_OK;
}

static void print(const struct bench *b, const struct timing *t)
{
    double mgas = (double)b->file.head.gas_used / 1e6;
    double hash = keccak_ns(b->crypto), recover = recover_us(b->crypto);
    if (b->json) {
        printf("{\"block\":%" PRIu64 ",\"mgas\":%.3f,\"txs\":%zu,\"total_ms\":%.3f,\"phases\":"
               "{\"load_hash\":%.3f,\"recover\":%.3f,\"execute\":%.3f,\"leaves\":%.3f},"
               "\"threads\":1,\"keccak_ns\":%.1f,\"recover_us\":%.2f}\n",
               b->file.number, mgas, b->file.tx_count, t->total, t->load, t->recover, t->execute,
               t->leaves, hash, recover);
        return;
    }
    printf("%9" PRIu64 " %7.2f %5zu %8.2f %8.2f %8.2f %8.2f %8.2f %8.1f %8.2f\n", b->file.number,
           mgas, b->file.tx_count, t->load, t->recover, t->execute, t->leaves, t->total, hash,
           recover);
}

static wh_status bench_file(struct bench *b, const char *path)
{
    struct wh_error err = {0};
    struct chain_config config;
    struct timing t;
    wh_status status = blockfile_open(path, b->crypto, &b->file, &err);
    if (status == WH_OK && !blockfile_config(&b->file, CHAIN_WITNESS_UNLIMITED, &config))
        status = wh_fail(&err, WH_ERR_FILE_FORM, "%s: no rules are known for its chain", path);
    if (status == WH_OK)
        status = blockfile_chain_open(&b->file, &config, b->crypto, &b->chain, &err);
    if (status == WH_OK) {
        status = measure(b, &t);
        if (status == WH_OK)
            print(b, &t);
        else
            fprintf(stderr, "whittle-blockbench: %s: status %d, no figures\n", path, (int)status);
    } else {
        (void)wh_error_print(stderr, "whittle-blockbench", &err);
    }
    blockfile_chain_close(&b->chain);
    blockfile_close(&b->file);
    return status;
}

int main(int argc, char **argv)
{
    struct bench b = {.crypto = wh_native_crypto(), .runs = 9};
    int i = 1, bad = 0;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--json") == 0)
            b.json = true;
        else if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc)
            b.runs = (unsigned)strtoul(argv[++i], NULL, 10);
        else
            i = argc;
    }
    if (i >= argc || b.runs < 1 || b.runs > RUNS_MAX || b.crypto == NULL) {
        fprintf(stderr, "usage: whittle-blockbench [--json] [--runs 1..%d] FILE...\n", RUNS_MAX);
        return WH_EXIT_USAGE;
    }
    size_t size = (size_t)8 << 30;
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED) return WH_EXIT_BUG;
    wh_arena_init(&b.arena, block, size);
    if (!b.json)
        printf("    block    Mgas   txs load+hash recover  execute   leaves total,ms keccak,ns "
               "recover,us\n");
    for (; i < argc; i++)
        bad |= bench_file(&b, argv[i]) != WH_OK;
    return bad ? WH_EXIT_UNKNOWN : WH_EXIT_OK;
}
