/* SPDX-License-Identifier: MIT */
#include "evm/segment/fees.h"

#include "tests/tap.h"

static u256 base_after(uint64_t base, uint64_t limit, uint64_t used)
{
    struct block_header p = {.base_fee = u256_from_u64(base), .gas_limit = limit, .gas_used = used};
    return fee_next_base(&p);
}

static void check_base(uint64_t base, uint64_t limit, uint64_t used, uint64_t want)
{
    u256 got = base_after(base, limit, used);
    CHECK(u256_fits_u64(&got));
    CHECK_EQ(got.w[0], want);
}

/* EIP-1559: at most one eighth up or down, at least one wei up. */
static void test_fee_next_base__moves_by_an_eighth(void)
{
    check_base(1000000000, 30000000, 15000000, 1000000000);
    check_base(1000000000, 30000000, 30000000, 1125000000);
    check_base(1000000000, 30000000, 0, 875000000);
    check_base(1, 30000000, 15000001, 2);
    check_base(7, 30000000, 14999999, 7);
    check_base(0, 30000000, 30000000, 1);
}

static void check_blob(uint64_t factor, uint64_t num, uint64_t den, uint64_t want)
{
    u256 got = fee_exponential(factor, num, den);
    CHECK(u256_fits_u64(&got));
    CHECK_EQ(got.w[0], want);
}

/* Values of the test table in ethereum/execution-specs for fake_exponential (EIP-4844). */
static void test_fee_exponential__known_values(void)
{
    check_blob(1, 0, 1, 1);
    check_blob(38493, 0, 1000, 38493);
    check_blob(0, 1234, 2345, 0);
    check_blob(1, 2, 1, 6);
    check_blob(1, 4, 2, 6);
    check_blob(1, 3, 1, 16);
    check_blob(1, 6, 2, 18);
    check_blob(1, 4, 1, 49);
    check_blob(1, 8, 2, 50);
    check_blob(10, 8, 2, 542);
    check_blob(11, 8, 2, 596);
    check_blob(1, 5, 1, 136);
    check_blob(1, 5, 2, 11);
    check_blob(2, 5, 2, 23);
    check_blob(1, 50000000, 2225652, 5709098764u);
    check_blob(1, 380928, 3338477, 1);
    u256 huge = fee_exponential(1, UINT64_MAX, 1);
    CHECK(huge.w[3] == UINT64_MAX); /* ends, saturated */
}

static void test_fee_next_excess__target_by_the_blocks_own_entry(void)
{
    const struct chain_fork cancun = {FORK_CANCUN, 1, 0, 3, 6, 3338477};
    const struct chain_fork prague = {FORK_PRAGUE, 1, 0, 6, 9, 5007716};
    struct block_header p = {.excess_blob_gas = 131072, .blob_gas_used = 6 * 131072};
    CHECK_EQ(fee_next_excess(&cancun, &p), 4 * 131072);
    CHECK_EQ(fee_next_excess(&prague, &p), 131072);
    p.blob_gas_used = 2 * 131072;
    CHECK_EQ(fee_next_excess(&cancun, &p), 0);
    struct block_header none = {0};
    CHECK_EQ(fee_next_excess(&cancun, &none), 0);
}

/* EIP-7918: with a base fee above the price of blobs the target is not taken off. */
static void test_fee_next_excess__reserve_price_from_osaka_on(void)
{
    const struct chain_fork prague = {FORK_PRAGUE, 1, 0, 6, 9, 5007716};
    const struct chain_fork osaka = {FORK_OSAKA, 1, 0, 6, 9, 5007716};
    struct block_header p = {
        .excess_blob_gas = 10 * 131072, .blob_gas_used = 9 * 131072, .base_fee = u256_from_u64(16)};
    /* 2^13 * 16 = 2^17 * 1: not above, so as before */
    CHECK_EQ(fee_next_excess(&osaka, &p), 13 * 131072);
    p.base_fee = u256_from_u64(17);
    CHECK_EQ(fee_next_excess(&osaka, &p), 10 * 131072 + 9 * 131072 * 3 / 9);
    CHECK_EQ(fee_next_excess(&prague, &p), 13 * 131072);
}

int main(void)
{
    RUN(test_fee_next_base__moves_by_an_eighth);
    RUN(test_fee_exponential__known_values);
    RUN(test_fee_next_excess__target_by_the_blocks_own_entry);
    RUN(test_fee_next_excess__reserve_price_from_osaka_on);
    return tap_done();
}
