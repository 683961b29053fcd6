/* SPDX-License-Identifier: MIT */
#include "evm/base/arena.h"
#include "tests/tap.h"

static void test_arena_alloc__full_arena_is_null_and_unchanged(void)
{
    _Alignas(16) uint8_t block[64];
    struct wh_arena a;
    wh_arena_init(&a, block, sizeof block);
    CHECK(wh_arena_alloc(&a, 60, 1) == block);
    size_t mark = wh_arena_mark(&a);
    CHECK(wh_arena_alloc(&a, 5, 1) == NULL);
    CHECK(wh_arena_alloc(&a, SIZE_MAX, 8) == NULL);
    CHECK_EQ(a.used, mark);
    CHECK(wh_arena_alloc(&a, 4, 1) == block + 60);
}

static void test_arena_rewind__gives_the_same_place_again(void)
{
    _Alignas(16) uint8_t block[64];
    struct wh_arena a;
    wh_arena_init(&a, block, sizeof block);
    (void)wh_arena_alloc(&a, 3, 1);
    size_t mark = wh_arena_mark(&a);
    void *p = wh_arena_alloc(&a, 8, 8);
    CHECK(p == block + 8);
    wh_arena_rewind(&a, mark);
    CHECK(wh_arena_alloc(&a, 8, 8) == p);
}

int main(void)
{
    RUN(test_arena_alloc__full_arena_is_null_and_unchanged);
    RUN(test_arena_rewind__gives_the_same_place_again);
    return tap_done();
}
