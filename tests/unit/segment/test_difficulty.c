/* SPDX-License-Identifier: MIT */
#include "evm/segment/difficulty.h"

#include "tests/tap.h"

static u256 next(enum difficulty_rule rule, uint64_t parent, bool ommers, uint64_t number,
                 uint64_t seconds)
{
    struct difficulty_parent p = {u256_from_u64(parent), 1000, ommers};
    return difficulty_next(rule, &p, number, 1000 + seconds);
}

static void check(u256 got, uint64_t want)
{
    CHECK(u256_fits_u64(&got));
    CHECK_EQ(got.w[0], want);
}

/* Block 1 of mainnet, 1,438,269,988 seconds after a genesis of difficulty 2^34. */
static void test_difficulty_next__first_block_of_mainnet(void)
{
    check(next(DIFFICULTY_FRONTIER, 17179869184u, false, 1, 1438269988), 17171480576u);
}

static void test_difficulty_next__formulas(void)
{
    const uint64_t p = 2048u * 1000;
    check(next(DIFFICULTY_FRONTIER, p, false, 1, 12), p + 1000);
    check(next(DIFFICULTY_FRONTIER, p, false, 1, 13), p - 1000);
    check(next(DIFFICULTY_HOMESTEAD, p, false, 1, 9), p + 1000);
    check(next(DIFFICULTY_HOMESTEAD, p, false, 1, 19), p);
    check(next(DIFFICULTY_HOMESTEAD, p, false, 1, 20), p - 1000);
    check(next(DIFFICULTY_HOMESTEAD, p, false, 1, UINT64_MAX / 2), p - 99000);
    check(next(DIFFICULTY_BYZANTIUM, p, false, 1, 8), p + 1000);
    check(next(DIFFICULTY_BYZANTIUM, p, true, 1, 8), p + 2000);
    check(next(DIFFICULTY_BYZANTIUM, p, true, 1, 17), p + 1000);
    check(next(DIFFICULTY_BYZANTIUM, p, true, 1, 101 * 9), p - 99000);
    check(next(DIFFICULTY_BYZANTIUM, p, true, 1, 200 * 9), p - 99000);
}

static void test_difficulty_next__never_below_the_minimum(void)
{
    check(next(DIFFICULTY_FRONTIER, 131072, false, 1, 100), 131072);
    check(next(DIFFICULTY_LONDON, 131072, false, 1, 100000), 131072);
}

/* 2^(period - 2) once period is above 1, counted from the rule's delay. */
static void test_difficulty_next__bomb(void)
{
    const uint64_t p = 131072;
    check(next(DIFFICULTY_HOMESTEAD, p, false, 199999, 10), p);
    check(next(DIFFICULTY_HOMESTEAD, p, false, 200000, 10), p + 1);
    check(next(DIFFICULTY_HOMESTEAD, p, false, 1000000, 10), p + 256);
    check(next(DIFFICULTY_BYZANTIUM, p, false, 3199999, 9), p);
    check(next(DIFFICULTY_BYZANTIUM, p, false, 3200000, 9), p + 1);
    check(next(DIFFICULTY_CONSTANTINOPLE, p, false, 5300000, 9), p + 2);
    check(next(DIFFICULTY_MUIR_GLACIER, p, false, 9300000, 9), p + 2);
    check(next(DIFFICULTY_LONDON, p, false, 10000000, 9), p + 2);
    check(next(DIFFICULTY_ARROW_GLACIER, p, false, 11000000, 9), p + 2);
    check(next(DIFFICULTY_GRAY_GLACIER, p, false, 11700000, 9), p + 2);
    u256 far = next(DIFFICULTY_HOMESTEAD, p, false, 25700000, 10); /* 2^255 */
    CHECK(far.w[3] == (uint64_t)1 << 63 && far.w[0] == p);
}

static void test_difficulty_rule_of__forks(void)
{
    CHECK_EQ(difficulty_rule_of(FORK_FRONTIER), DIFFICULTY_FRONTIER);
    CHECK_EQ(difficulty_rule_of(FORK_SPURIOUS), DIFFICULTY_HOMESTEAD);
    CHECK_EQ(difficulty_rule_of(FORK_BYZANTIUM), DIFFICULTY_BYZANTIUM);
    CHECK_EQ(difficulty_rule_of(FORK_ISTANBUL), DIFFICULTY_CONSTANTINOPLE);
    CHECK_EQ(difficulty_rule_of(FORK_BERLIN), DIFFICULTY_MUIR_GLACIER);
    CHECK_EQ(difficulty_rule_of(FORK_LONDON), DIFFICULTY_LONDON);
}

int main(void)
{
    RUN(test_difficulty_next__first_block_of_mainnet);
    RUN(test_difficulty_next__formulas);
    RUN(test_difficulty_next__never_below_the_minimum);
    RUN(test_difficulty_next__bomb);
    RUN(test_difficulty_rule_of__forks);
    return tap_done();
}
