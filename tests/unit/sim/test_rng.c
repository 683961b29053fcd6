/* SPDX-License-Identifier: MIT */
/* Known answers of Philox4x32-10: the test vectors that its authors publish with Random123. */
#include "game/sim/rng.h"
#include "tests/tap.h"

static void one(const uint32_t counter[4], const uint32_t key[2], const uint32_t want[4])
{
    uint32_t out[4];
    philox4x32_10(counter, key, out);
    CHECK_MEM(out, want, sizeof out);
}

static void test_philox__published_answers(void)
{
    const uint32_t zero[4] = {0}, ones[4] = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    const uint32_t pi[4] = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
    const uint32_t key[2] = {0xa4093822, 0x299f31d0};
    one(zero, zero, (const uint32_t[]){0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    one(ones, ones, (const uint32_t[]){0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    one(pi, key, (const uint32_t[]){0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

static void test_streams__differ_by_each_part_of_their_name(void)
{
    struct sim_rng a, b;
    sim_rng_init(&a, 1, 2, 3, 4);
    uint64_t first = sim_u64(&a);
    const uint64_t other[5][4] = {
        {2, 2, 3, 4}, {1, 3, 3, 4}, {1, 2, 4, 4}, {1, 2, 3, 5}, {UINT64_C(1) << 32 | 1, 2, 3, 4}};
    for (int i = 0; i < 5; i++) {
        sim_rng_init(&b, other[i][0], (uint32_t)other[i][1], (uint32_t)other[i][2],
                     (uint32_t)other[i][3]);
        CHECK(sim_u64(&b) != first);
    }
    sim_rng_init(&b, 1, 2, 3, 4);
    CHECK(sim_u64(&b) == first);
    CHECK(sim_at(&b, 0) == first);
}

static void test_below__is_uniform(void)
{
    struct sim_rng r;
    unsigned seen[7] = {0};
    sim_rng_init(&r, 9, 0, 0, 0);
    for (int i = 0; i < 70000; i++)
        seen[sim_below(&r, 7)]++;
    for (int i = 0; i < 7; i++)
        CHECK(seen[i] > 9600 && seen[i] < 10400); /* 4 standard deviations are 370 */
    CHECK(sim_below(&r, 1) == 0);
}

int main(void)
{
    RUN(test_philox__published_answers);
    RUN(test_streams__differ_by_each_part_of_their_name);
    RUN(test_below__is_uniform);
    return tap_done();
}
