/* SPDX-License-Identifier: MIT */
#include "evm/native/crypto.h"
#include "evm/precompile/precompile.h"
#include "tests/tap.h"

static struct wh_arena scratch;
static uint8_t block[1 << 16];

static bool find(enum evm_fork fork, uint32_t low, unsigned *index)
{
    address a = {{0}};
    store_be32(a.b + 16, low);
    return precompile_find(fork, &a, index);
}

static void test_precompile_count__per_fork(void)
{
    CHECK_EQ(precompile_count(FORK_FRONTIER), 4);
    CHECK_EQ(precompile_count(FORK_SPURIOUS), 4);
    CHECK_EQ(precompile_count(FORK_BYZANTIUM), 8);
    CHECK_EQ(precompile_count(FORK_PETERSBURG), 8);
    CHECK_EQ(precompile_count(FORK_ISTANBUL), 9);
    CHECK_EQ(precompile_count(FORK_SHANGHAI), 9);
    CHECK_EQ(precompile_count(FORK_CANCUN), 10);
    CHECK_EQ(precompile_count(FORK_PRAGUE), 17);
    CHECK_EQ(precompile_count(FORK_OSAKA), 18);
    CHECK_EQ(precompile_count(FORK_BPO5), 18);
}

static void test_precompile_find__agrees_with_the_list_in_every_fork(void)
{
    for (unsigned fork = FORK_FRONTIER; fork < FORK_COUNT; fork++) {
        unsigned found = 0, index, n = precompile_count((enum evm_fork)fork);
        for (uint32_t low = 0; low < 0x300; low++) {
            if (!find((enum evm_fork)fork, low, &index)) continue;
            address a;
            precompile_address(index, &a);
            CHECK_EQ(load_be32(a.b + 16), low);
            CHECK(index < n);
            found++;
        }
        CHECK_EQ(found, n);
    }
}

static void test_precompile_find__every_byte_of_the_address_counts(void)
{
    unsigned index;
    for (int i = 0; i < 18; i++) {
        address a = {{0}};
        a.b[19] = 1;
        a.b[i] = 1;
        CHECK(!precompile_find(FORK_OSAKA, &a, &index));
    }
    CHECK(!find(FORK_OSAKA, 0, &index));
    CHECK(!find(FORK_OSAKA, 0x12, &index));
    CHECK(!find(FORK_OSAKA, 0x101, &index));
    CHECK(!find(FORK_PRAGUE, 0x100, &index));
    CHECK(find(FORK_OSAKA, 0x100, &index));
}

static int64_t modexp_gas(enum evm_fork fork, const uint8_t head[96])
{
    unsigned index = 99;
    CHECK(find(fork, 5, &index));
    return precompile_gas(index, fork, wh_span_of(head, 96));
}

static void test_precompile_gas__modexp_lengths_saturate(void)
{
    static const enum evm_fork forks[] = {FORK_BYZANTIUM, FORK_BERLIN, FORK_OSAKA};
    for (size_t f = 0; f < 3; f++) {
        for (int field = 0; field < 3; field++) {
            uint8_t head[96] = {0};
            for (int i = 0; i < 3; i++)
                head[32 * i + 31] = 1;
            memset(head + 32 * field, 0xff, 32);
            CHECK_EQ(modexp_gas(forks[f], head), INT64_MAX);
        }
        uint8_t head[96];
        memset(head, 0xff, 96);
        CHECK_EQ(modexp_gas(forks[f], head), INT64_MAX);
    }
    /* Without base and modulus the exponent's length costs nothing before Osaka. */
    uint8_t head[96] = {0};
    memset(head + 32, 0xff, 32);
    CHECK_EQ(modexp_gas(FORK_BYZANTIUM, head), 0);
    CHECK_EQ(modexp_gas(FORK_BERLIN, head), 200);
    CHECK_EQ(modexp_gas(FORK_OSAKA, head), INT64_MAX);
}

static void run(enum evm_fork fork, uint32_t low, wh_span input, int64_t gas_limit,
                struct precompile_result *r)
{
    unsigned index = 99;
    CHECK(find(fork, low, &index));
    wh_arena_init(&scratch, block, sizeof block);
    CHECK_EQ(precompile_run(index, fork, wh_native_crypto(), input, gas_limit, &scratch, r), WH_OK);
}

static void test_precompile_run__modexp_huge_exponent_without_modulus(void)
{
    uint8_t head[96] = {0};
    memset(head + 32, 0xff, 32);
    struct precompile_result r;
    run(FORK_BYZANTIUM, 5, wh_span_of(head, 96), 0, &r);
    CHECK(r.ok && r.output.len == 0 && r.gas_used == 0);
    run(FORK_BERLIN, 5, wh_span_of(head, 96), 200, &r);
    CHECK(r.ok && r.output.len == 0 && r.gas_used == 200);
    run(FORK_OSAKA, 5, wh_span_of(head, 96), INT64_MAX, &r);
    CHECK(!r.ok && r.gas_used == INT64_MAX); /* EIP-7823 */
}

static void test_precompile_run__modexp_length_bound_of_eip7823(void)
{
    for (int field = 0; field < 3; field++) {
        uint8_t input[96] = {0};
        store_be16(input + 32 * field + 30, 1024);
        struct precompile_result r;
        run(FORK_OSAKA, 5, wh_span_of(input, 96), INT64_MAX, &r);
        CHECK(r.ok);
        store_be16(input + 32 * field + 30, 1025);
        run(FORK_OSAKA, 5, wh_span_of(input, 96), INT64_MAX, &r);
        CHECK(!r.ok);
        run(FORK_PRAGUE, 5, wh_span_of(input, 96), INT64_MAX, &r);
        CHECK(r.ok);
    }
}

static void test_precompile_run__scratch_full_is_trouble_and_changes_nothing(void)
{
    uint8_t input[64] = {0};
    struct precompile_result r;
    unsigned index = 99;
    CHECK(find(FORK_OSAKA, 4, &index));
    wh_arena_init(&scratch, block, 63);
    CHECK_EQ(precompile_run(index, FORK_OSAKA, wh_native_crypto(), wh_span_of(input, 64), 1000,
                            &scratch, &r),
             WH_E_NOMEM);
    CHECK_EQ(scratch.used, 0);
}

/* A crypto table whose every slot is out of memory: never a failed call, always trouble. */
static wh_status broken_hash(void *ctx, const uint8_t *data, size_t len, uint8_t out[32])
{
    (void)ctx;
    (void)data;
    (void)len;
    (void)out;
    return WH_E_CRYPTO;
}

static void test_precompile_run__library_trouble_is_no_outcome(void)
{
    struct evm_crypto crypto = *wh_native_crypto();
    crypto.sha256 = broken_hash;
    struct precompile_result r;
    unsigned index = 99;
    CHECK(find(FORK_FRONTIER, 2, &index));
    wh_arena_init(&scratch, block, sizeof block);
    CHECK_EQ(
        precompile_run(index, FORK_FRONTIER, &crypto, wh_span_of(block, 3), 1000, &scratch, &r),
        WH_E_CRYPTO);
    CHECK_EQ(scratch.used, 0);
}

int main(void)
{
    if (wh_native_crypto() == NULL) return 1;
    RUN(test_precompile_count__per_fork);
    RUN(test_precompile_find__agrees_with_the_list_in_every_fork);
    RUN(test_precompile_find__every_byte_of_the_address_counts);
    RUN(test_precompile_gas__modexp_lengths_saturate);
    RUN(test_precompile_run__modexp_huge_exponent_without_modulus);
    RUN(test_precompile_run__modexp_length_bound_of_eip7823);
    RUN(test_precompile_run__scratch_full_is_trouble_and_changes_nothing);
    RUN(test_precompile_run__library_trouble_is_no_outcome);
    return tap_done();
}
