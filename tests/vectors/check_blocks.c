/* SPDX-License-Identifier: MIT */
/* Real blocks: check_blocks FILE... . For each file: the verdict of `check`; then every step captured
 * under the finite witness cap of a game, and run again from its own serialised trace alone, which must
 * give the same leaf and X. A file named *incomplete*, or without a parent header, must end in "cannot
 * tell". */
#include <inttypes.h>
#include <time.h>

#include "evm/segment/cache.h"
#include "evm/state/code.h"
#include "proto/block/check.h"
#include "proto/sys/hex.h"
#include "tests/block_prover.h"
#include "tests/tap.h"

static struct wh_arena arena;
static struct prover prover;
static const char *path;
static struct blockfile file;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void header_again(void)
{
    uint8_t bytes[HEADER_MAX];
    CHECK_EQ(header_encode(&file.head, bytes), file.header.len);
    CHECK_MEM(bytes, file.header.ptr, file.header.len);
}

static bool complete(void)
{
    return strstr(path, "incomplete") == NULL && file.has_parent;
}

static void check_agrees(const struct check_report *r)
{
    if (r->verdict != CHECK_AGREE) printf("# %s\n", r->why);
    CHECK_EQ(r->verdict, CHECK_AGREE);
    CHECK(r->derived_siblings || r->reference_checked == file.has_reference);
    CHECK_EQ(r->gas_used, file.head.gas_used);
    printf("# %" PRIu64 ": %zu segments, %" PRIu64 " gas, %.1f ms%s\n", r->number, r->segments,
           r->gas_used, r->execute_ms, r->derived_siblings ? ", siblings derived" : "");
}

static void check_refuses(const struct check_report *r)
{
    CHECK_EQ(r->verdict, CHECK_CANNOT_TELL);
    CHECK(!file.has_parent || (r->missing.known && r->missing.located));
    printf("# %" PRIu64 ": cannot tell: %s\n", r->number, r->why);
}

/* Every step from its own trace alone, without any cache. */
static void replay_steps(void)
{
    const struct evm_crypto *crypto = wh_native_crypto();
    size_t bytes = 0, largest = 0;
    double start = now_ms();
    for (size_t i = 0; i < prover.count; i++) {
        struct proved_step *s = &prover.steps[i];
        uint8_t post[SEG_STATE_SIZE];
        bytes32 leaf;
        uint64_t x = s->x;
        arena.used = 0;
        wh_status status = execute_trace(s->pre, 1, &prover.chain.input_hash, s->trace, &arena,
                                         crypto, NULL, post, &leaf, &x);
        CHECK_EQ(status, WH_OK);
        CHECK(x == s->x && x > 0);
        CHECK_MEM(leaf.b, s->result.leaf.b, 32);
        CHECK_MEM(post, s->post, SEG_STATE_SIZE);
        bytes += s->trace.len;
        if (s->trace.len > largest) largest = s->trace.len;
    }
    printf("# traces: %zu bytes, largest %zu, replayed in %.1f ms\n", bytes, largest,
           now_ms() - start);
}

/* The same leaves from a run over one state in memory, with caches or without. */
static void run_again(bool cached)
{
    struct code_cache codes;
    struct seg_cache cache;
    struct seg_result results[512];
    size_t count;
    uint8_t state[SEG_STATE_SIZE];
    struct seg_env env = {
        .preimages = &prover.below, .arena = &arena, .crypto = wh_native_crypto()};
    arena.used = 0;
    if (cached) {
        CHECK_EQ(code_cache_init(&codes, &arena), WH_OK);
        CHECK_EQ(seg_cache_init(&cache, &arena, file.tx_count, &codes), WH_OK);
        env.cache = &cache;
    }
    memcpy(state, prover.chain.pre, sizeof state);
    CHECK_EQ(seg_run(&env, 1, &prover.chain.input_hash, 0, state, results, 512, &count), WH_OK);
    CHECK_EQ(count, prover.count);
    for (size_t i = 0; i < count && i < prover.count; i++)
        CHECK_MEM(results[i].leaf.b, prover.steps[i].result.leaf.b, 32);
}

static void prove_steps(void)
{
    struct chain_config config;
    CHECK(blockfile_config(&file, CHAIN_WITNESS_CAP_ETHEREUM, &config));
    prover.keep.used = 0;
    wh_status status = prover_run(&prover, &file, &config);
    CHECK_EQ(status, WH_OK);
    if (status == WH_OK) {
        const uint8_t *last = prover.steps[prover.count - 1].post;
        CHECK_EQ(prover.count, file.tx_count + 2);
        CHECK_MEM(last + 0x040, file.hash.b, 32);
        replay_steps();
        run_again(false);
        run_again(true);
    }
    prover_done(&prover);
}

static void test_block(void)
{
    struct wh_error err = {0};
    struct check_report report;
    wh_status status = blockfile_open(path, wh_native_crypto(), &file, &err);
    if (status != WH_OK) printf("# %s\n", err.what);
    CHECK_EQ(status, WH_OK);
    if (status != WH_OK) return;
    header_again();
    arena.used = 0;
    CHECK_EQ(check_block(&file, wh_native_crypto(), &arena, &report), WH_OK);
    if (complete()) {
        check_agrees(&report);
        if (!report.derived_siblings) prove_steps();
    } else {
        check_refuses(&report);
    }
    blockfile_close(&file);
}

int main(int argc, char **argv)
{
    prover_arena(&arena, (size_t)8 << 30);
    prover_arena(&prover.arena, (size_t)8 << 30);
    prover_arena(&prover.keep, (size_t)4 << 30);
    for (int i = 1; i < argc; i++) {
        path = argv[i];
        tap_bad = 0;
        test_block();
        const char *name = strrchr(path, '/');
        tap_result(name ? name + 1 : path);
    }
    return tap_done();
}
