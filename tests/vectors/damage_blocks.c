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
