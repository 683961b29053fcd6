/* SPDX-License-Identifier: MIT */
#include "evm/state/code.h"
#include "tests/tap.h"

static void test_code_find_jumpdests__push_data_is_no_destination(void)
{
    /* JUMPDEST, PUSH2 5b5b, JUMPDEST, PUSH32 cut off by the end */
    const uint8_t code[] = {0x5b, 0x61, 0x5b, 0x5b, 0x5b, 0x7f, 0x5b, 0x5b};
    uint64_t map[1];
    code_find_jumpdests(code, sizeof code, map);
    CHECK_EQ(map[0], 1u << 0 | 1u << 4);
}

static void test_code_find_jumpdests__across_words(void)
{
    uint8_t code[200];
    uint64_t map[4], want[4] = {0, 0, 0, 0};
    memset(code, 0x5b, sizeof code);
    code[63] = 0x7f; /* PUSH32: 64..95 are data */
    for (unsigned i = 0; i < 200; i++)
        if (i < 63 || i > 95) want[i / 64] |= (uint64_t)1 << (i % 64);
    code_find_jumpdests(code, sizeof code, map);
    CHECK_MEM(map, want, sizeof want);
}

static void test_code_cache__keeps_many_and_pads(void)
{
    static uint8_t block[1 << 20];
    struct wh_arena arena;
    struct code_cache cache;
    wh_arena_init(&arena, block, sizeof block);
    CHECK_EQ(code_cache_init(&cache, &arena), WH_OK);
    for (uint32_t i = 0; i < 1000; i++) {
        bytes32 hash = {{0}};
        struct code *c;
        store_be32(hash.b + 28, i); /* equal first bytes: one long probe sequence */
        CHECK_EQ(code_cache_add(&cache, &hash, wh_span_of(&i, sizeof i), &c), WH_OK);
    }
    for (uint32_t i = 0; i < 1000; i++) {
        bytes32 hash = {{0}};
        store_be32(hash.b + 28, i);
        const struct code *c = code_cache_find(&cache, &hash);
        CHECK(c != NULL && c->len == 4 && memcmp(c->bytes, &i, 4) == 0);
        for (unsigned k = 0; c != NULL && k < CODE_PADDING; k++)
            CHECK_EQ(c->bytes[4 + k], 0);
    }
}

static void test_code_is_delegation__exact_form(void)
{
    uint8_t code[24] = {0xef, 0x01, 0x00, 0xaa};
    address to;
    CHECK(code_is_delegation(wh_span_of(code, 23), &to));
    CHECK_EQ(to.b[0], 0xaa);
    CHECK(!code_is_delegation(wh_span_of(code, 22), &to));
    CHECK(!code_is_delegation(wh_span_of(code, 24), &to));
    code[2] = 1;
    CHECK(!code_is_delegation(wh_span_of(code, 23), &to));
}

int main(void)
{
    RUN(test_code_find_jumpdests__push_data_is_no_destination);
    RUN(test_code_find_jumpdests__across_words);
    RUN(test_code_cache__keeps_many_and_pads);
    RUN(test_code_is_delegation__exact_form);
    return tap_done();
}
