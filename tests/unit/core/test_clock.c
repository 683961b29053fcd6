/* SPDX-License-Identifier: MIT */
#include "game/core/clock.h"

#include "tests/support/stage.h"
#include "tests/tap.h"

static struct stage s;

#define LIES(...) ((const uint64_t[][2]){__VA_ARGS__, {0, 0}})

static void until(uint64_t t)
{
    stage_wait(&s, 1000 + t - s.now);
}

static uint32_t kid(uint32_t node, unsigned j)
{
    return game_kids(&s.g, game_node_at(&s.g, node))[j];
}

static uint64_t lambda(uint32_t node)
{
    return clock_lambda(&s.g, game_node_at(&s.g, node), s.now);
}

/* The run of Figure 1 of the BoLD paper: n = 4, moves at 5, 12, 15, 20, 24, 29, 35. */
static void test_clock__figure_1_of_the_bold_paper(void)
{
    stage_open(&s, 2, 1, 30, 1, 2);
    unsigned a = stage_party(&s, LIES({4, WORLD_LIE})), b = stage_party(&s, LIES({1, WORLD_LIE}));
    until(5);
    CHECK(stage_do(&s, 0, GAME_MOVE_POST));
    until(12);
    CHECK(stage_do(&s, a, GAME_MOVE_POST) && stage_do(&s, a, GAME_MOVE_SPLIT));
    until(15);
    CHECK(stage_do(&s, 0, GAME_MOVE_SPLIT));
    until(20);
    CHECK(stage_do(&s, b, GAME_MOVE_POST) && stage_do(&s, b, GAME_MOVE_SPLIT));
    until(24);
    CHECK(stage_do(&s, 0, GAME_MOVE_SPLIT) && stage_do(&s, 0, GAME_MOVE_SPLIT));
    until(29);
    stage_storm(&s, a, 4);
    until(35);
    CHECK(stage_do(&s, 0, GAME_MOVE_PROVE));

    uint32_t root = stage_own(&s, 0)->root_node, left = kid(root, 0), right = kid(root, 1);
    uint32_t ra = stage_own(&s, a)->root_node, rb = stage_own(&s, b)->root_node;
    CHECK_EQ(lambda(root), 7);
    CHECK_EQ(lambda(left), 8);
    CHECK_EQ(lambda(right), 0);
    CHECK_EQ(lambda(kid(ra, 1)), 3);
    CHECK_EQ(lambda(kid(left, 0)), 11);
    CHECK_EQ(lambda(kid(left, 1)), 11);
    CHECK_EQ(lambda(kid(right, 0)), 11);
    CHECK_EQ(lambda(kid(right, 1)), 5);
    CHECK_EQ(clock_beta(&s.g, kid(right, 1), s.now), GAME_INF);
    CHECK_EQ(clock_beta(&s.g, root, s.now), 18);
    CHECK_EQ(clock_beta(&s.g, ra, s.now), 3);
    CHECK_EQ(clock_beta(&s.g, rb, s.now), 0);
    until(46);
    CHECK_EQ(clock_beta(&s.g, root, s.now), 29);
    CHECK(!stage_do(&s, 0, GAME_MOVE_DECIDE));
    until(47);
    CHECK_EQ(clock_beta(&s.g, root, s.now), 30);
    CHECK(stage_do(&s, 0, GAME_MOVE_DECIDE));
    stage_close(&s);
}

static void test_clock_add__saturates(void)
{
    CHECK_EQ(clock_add(3, 4), 7);
    CHECK_EQ(clock_add(GAME_INF, 0), GAME_INF);
    CHECK_EQ(clock_add(GAME_INF, 1), GAME_INF);
    CHECK_EQ(clock_add(GAME_INF - 1, 1), GAME_INF);
    CHECK_EQ(clock_add(GAME_INF - 2, 1), GAME_INF - 1);
    CHECK_EQ(clock_add(GAME_INF, GAME_INF), GAME_INF);
}

/* A proof makes the path above it worth what stands on it. */
static void test_clock_beta__a_proof_is_no_limit(void)
{
    stage_open(&s, 2, 1, 30, 1, 2);
    unsigned a = stage_party(&s, LIES({4, WORLD_LIE}));
    CHECK(stage_do(&s, 0, GAME_MOVE_POST) && stage_do(&s, a, GAME_MOVE_POST));
    for (int i = 0; i < 4; i++) {
        stage_storm(&s, a, 4);
        stage_block(&s, 0, 0);
    }
    uint32_t root = stage_own(&s, 0)->root_node;
    CHECK_EQ(clock_beta(&s.g, root, s.now), 0); /* the true siblings have no time yet */
    CHECK_EQ(clock_beta(&s.g, kid(kid(root, 1), 1), s.now), GAME_INF);
    stage_wait(&s, 30);
    CHECK_EQ(clock_beta(&s.g, root, s.now), 30);
    stage_close(&s);
}

int main(void)
{
    RUN(test_clock__figure_1_of_the_bold_paper);
    RUN(test_clock_add__saturates);
    RUN(test_clock_beta__a_proof_is_no_limit);
    return tap_done();
}
