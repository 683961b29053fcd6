/* SPDX-License-Identifier: MIT */
/* Known answers: tests/vectors/protocol/price.json, from the Python model of the protocol. */
#include "evm/segment/price.h"

#include "tests/tap.h"
#include "tests/vec.h"

static json_t *vectors;

static uint64_t x_of(const json_t *row)
{
    const char *step = json_string_value(vec_get(row, "step"));
    uint64_t len = vec_u64(vec_get(row, "len"));
    if (strcmp(step, "BEGIN") == 0) return seg_x_begin(len);
    if (strcmp(step, "END") == 0)
        return seg_x_end(!json_is_true(vec_get(row, "ethereum")),
                         vec_u64(vec_get(row, "withdrawals")), len);
    const json_t *limit = vec_get(row, "blockGasLimit");
    bool osaka = json_is_null(limit);
    return seg_x_tx(osaka ? FORK_OSAKA : FORK_PRAGUE, vec_u64(vec_get(row, "gas")),
                    osaka ? 36000000 : vec_u64(limit), len);
}

static void test_seg_x__is_the_models(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(vec_get(vectors, "x"), i, row)
        CHECK(x_of(row) == vec_u64(vec_get(row, "x")));
    CHECK(i > 30);
}

static void test_seg_x_max__is_the_models(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(vec_get(vectors, "xMax"), i, row) CHECK(
        seg_x_max(vec_u64(json_array_get(row, 0)), 114688, 0) == vec_u64(json_array_get(row, 1)));
}

static void test_seg_x__saturates(void)
{
    CHECK(seg_x_least(UINT64_MAX) == UINT64_MAX);
    CHECK(seg_x_tx(FORK_FRONTIER, UINT64_MAX, UINT64_MAX, 5) == UINT64_MAX);
    CHECK(seg_x_end(false, UINT64_MAX, 0) == UINT64_MAX);
}

int main(int argc, char **argv)
{
    (void)argc;
    vectors = vec_load(argv[1], "tests/vectors/protocol/price.json");
    RUN(test_seg_x__is_the_models);
    RUN(test_seg_x_max__is_the_models);
    RUN(test_seg_x__saturates);
    json_decref(vectors);
    return tap_done();
}
