/* SPDX-License-Identifier: MIT */
/* Known answers: tests/vectors/protocol/items.json, from the Python model of the protocol. */
#include "evm/segment/input.h"

#include "tests/plain_crypto.h"
#include "tests/tap.h"
#include "tests/vec.h"

static json_t *vectors;

static void check_list(const json_t *list)
{
    json_t *items = vec_get(list, "items"), *rest = vec_get(list, "rest"), *row;
    size_t n = json_array_size(items), i;
    bytes32 h[64], chain[65], want;
    CHECK(n < 64 && json_array_size(rest) == n + 1);
    json_array_foreach(items, i, row)
    {
        uint8_t scratch[2048];
        item_hash(&plain_crypto, (uint8_t)vec_u64(vec_get(row, "kind")),
                  vec_bytes(vec_get(row, "bytes")), scratch, &h[i]);
        vec_fixed(vec_get(row, "hash"), want.b, 32);
        CHECK_MEM(h[i].b, want.b, 32);
    }
    items_chain(&plain_crypto, h, n, chain);
    for (i = 0; i <= n; i++) {
        vec_fixed(json_array_get(rest, i), want.b, 32);
        CHECK_MEM(chain[i].b, want.b, 32);
    }
}

static void test_items_chain__is_the_models(void)
{
    size_t i;
    json_t *list;
    json_array_foreach(vec_get(vectors, "lists"), i, list) check_list(list);
    CHECK(i >= 5);
}

static wh_status recode(const char *kind, wh_span raw, uint8_t again[BLOCK_INPUT_SIZE])
{
    struct eth_input e;
    struct block_input b;
    if (strcmp(kind, "EthInput") == 0) {
        WH_TRY(eth_input_decode(raw, &e));
        eth_input_encode(&e, again);
        return WH_OK;
    }
    WH_TRY(block_input_decode(raw, &b));
    block_input_encode(&b, again);
    return WH_OK;
}

static void test_inputs__decode_and_encode(void)
{
    size_t i;
    json_t *row;
    bytes32 hash, want;
    json_array_foreach(vec_get(vectors, "inputs"), i, row)
    {
        uint8_t again[BLOCK_INPUT_SIZE];
        wh_span raw = vec_bytes(vec_get(row, "bytes"));
        CHECK_EQ(recode(json_string_value(vec_get(row, "kind")), raw, again), WH_OK);
        CHECK_MEM(again, raw.ptr, raw.len);
        keccak256(raw.ptr, raw.len, &hash);
        vec_fixed(vec_get(row, "inputHash"), want.b, 32);
        CHECK_MEM(hash.b, want.b, 32);
    }
    CHECK(i >= 12);
}

static void test_block_input_decode__refuses_reserved_bytes(void)
{
    static const uint8_t spots[] = {0, 1, 3, 192, 223, 244, 255};
    struct block_input b;
    uint8_t raw[BLOCK_INPUT_SIZE] = {0};
    CHECK_EQ(block_input_decode(wh_span_of(raw, sizeof raw), &b), WH_OK);
    CHECK_EQ(block_input_decode(wh_span_of(raw, sizeof raw - 1), &b), WH_E_FORMAT);
    for (size_t i = 0; i < sizeof spots; i++) {
        raw[spots[i]] = 1;
        CHECK_EQ(block_input_decode(wh_span_of(raw, sizeof raw), &b), WH_E_FORMAT);
        raw[spots[i]] = 0;
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    vectors = vec_load(argv[1], "tests/vectors/protocol/items.json");
    RUN(test_items_chain__is_the_models);
    RUN(test_inputs__decode_and_encode);
    RUN(test_block_input_decode__refuses_reserved_bytes);
    json_decref(vectors);
    return tap_done();
}
