/* SPDX-License-Identifier: MIT */
/* damage_blocks SHARE FILE...: steps of real blocks with damaged traces. SHARE n: every n-th step. */
#include <inttypes.h>
#include <stdlib.h>

#include "tests/block_prover.h"
#include "tests/damage.h"
#include "tests/tap.h"

enum { BLOOM_AT = 0x300 };

static struct prover prover;
static struct wh_arena arena;
static const struct proved_step *step;
static const char *path;
static size_t share;

static wh_status replay(void *ctx, wh_span trace, bytes32 *leaf)
{
    uint8_t post[SEG_STATE_SIZE];
    uint64_t x = 0;
    (void)ctx;
    arena.used = 0;
    return execute_trace(step->pre, 1, &prover.chain.input_hash, trace, &arena, wh_native_crypto(),
                         NULL, post, leaf, &x);
}

static void damage_step(struct damage_target *d)
{
    d->leaf = step->result.leaf;
    damage_try(d, step->trace, "whole");
    CHECK_EQ(d->same, 1);
    damage_all_entries(d, step->trace);
    damage_all_bytes(d, step->trace, 1 + step->trace.len / 4096);
}

/* The pre state is the statement itself: another one is refused or leads elsewhere, without a crash. END
 * alone forgets fields that it does not read (tx_index, burned_fees, ...), and a bit of the bloom may be
 * set by the step anyway. */
static void bend_state(void)
{
    struct proved_step other = *step;
    const struct proved_step *good = step;
    step = &other;
    for (size_t byte = 0; byte < SEG_STATE_SIZE; byte++) {
        bytes32 leaf;
        other.pre[byte] ^= 1;
        wh_status status = replay(NULL, good->trace, &leaf);
        CHECK(status >= 0);
        if (status == WH_OK && good->result.kind != SEG_END && byte < BLOOM_AT)
            CHECK(!bytes32_eq(&leaf, &good->result.leaf));
        other.pre[byte] ^= 1;
    }
    step = good;
}

/* Hides one object of the file from a run of the whole block. */
struct hiding {
    const struct wh_preimages *below;
    const bytes32 *hash;
};

static wh_status hiding_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    const struct hiding *h = ctx;
    if (bytes32_eq(hash, h->hash)) return WH_E_MISSING;
    return h->below->get(h->below->ctx, kind, hash, bytes);
}

/* Either nobody needs it, or the run ends with WH_E_MISSING; never another hash. */
static bool hide(const struct blockfile *file, const bytes32 *hash)
{
    static struct seg_result results[512];
    size_t count;
    uint8_t state[SEG_STATE_SIZE];
    struct hiding h = {.below = &prover.below, .hash = hash};
    struct wh_preimages io = {.ctx = &h, .get = hiding_get};
    struct seg_env env = {.preimages = &io, .arena = &arena, .crypto = wh_native_crypto()};
    arena.used = 0;
    memcpy(state, prover.chain.pre, sizeof state);
    wh_status status = seg_run(&env, 1, &prover.chain.input_hash, 0, state, results, 512, &count);
    CHECK(status == WH_OK || status == WH_E_MISSING);
    if (status == WH_OK) CHECK_MEM(state + 0x040, file->hash.b, 32);
    return status == WH_E_MISSING;
}

static void hide_each(const struct blockfile *file)
{
    size_t hidden = 0, missing = 0;
    for (size_t i = 0; i < prover.count; i++) {
        struct trace_entry *e;
        uint32_t n = damage_entries(prover.steps[i].trace, &e);
        for (uint32_t k = 0; k < n; k += (uint32_t)share, hidden++)
            missing += hide(file, &e[k].hash);
        free(e);
    }
    CHECK(missing > hidden / 4);
    printf("# %" PRIu64 ": %zu objects hidden from the whole block, %zu times missing\n",
           file->number, hidden, missing);
}

static void test_file(void)
{
    struct blockfile file;
    struct wh_error err = {0};
    struct chain_config config;
    uint64_t tried = 0, refused = 0;
    CHECK_EQ(blockfile_open(path, wh_native_crypto(), &file, &err), WH_OK);
    CHECK(blockfile_config(&file, CHAIN_WITNESS_CAP_ETHEREUM, &config));
    prover.keep.used = 0;
    CHECK_EQ(prover_run(&prover, &file, &config), WH_OK);
    for (size_t i = 0; i < prover.count; i++) {
        if (i % share != 0 && i + 1 != prover.count) continue;
        struct damage_target d = {.replay = replay};
        step = &prover.steps[i];
        damage_step(&d);
        bend_state();
        tried += d.tried;
        refused += d.refused;
    }
    printf("# %" PRIu64 ": %" PRIu64 " damaged traces, %" PRIu64 " refused\n", file.number, tried,
           refused);
    hide_each(&file);
    prover_done(&prover);
    blockfile_close(&file);
}

int main(int argc, char **argv)
{
    prover_arena(&arena, (size_t)8 << 30);
    prover_arena(&prover.arena, (size_t)8 << 30);
    prover_arena(&prover.keep, (size_t)4 << 30);
    share = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    for (int i = 2; i < argc; i++) {
        path = argv[i];
        tap_bad = 0;
        test_file();
        const char *name = strrchr(path, '/');
        tap_result(name ? name + 1 : path);
    }
    return tap_done();
}
