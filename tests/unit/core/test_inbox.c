/* SPDX-License-Identifier: MIT */
#include "game/core/inbox.h"

#include <stdlib.h>

#include "game/core/node.h"
#include "game/core/tree.h"
#include "tests/support/vec_game.h"
#include "tests/tap.h"

static const char *dir;

static void test_items__hashes_and_rest_chains(void)
{
    json_t *root = vec_load(dir, "items.json");
    const json_t *lists = json_object_get(root, "lists");
    for (size_t i = 0; i < json_array_size(lists); i++) {
        const json_t *l = json_array_get(lists, i), *items = json_object_get(l, "items");
        size_t n = json_array_size(items), want_n;
        bytes32 *h = calloc(n + 1, sizeof *h), *rest = calloc(n + 1, sizeof *rest);
        bytes32 *want = vec_b32s(json_object_get(l, "rest"), &want_n);
        for (size_t j = 0; j < n; j++) {
            const json_t *it = json_array_get(items, j);
            size_t len;
            uint8_t *p = vec_hex(vec_str(it, "bytes"), &len), *scratch = malloc(len + 1);
            bytes32 hash = vec_b32(it, "hash");
            inbox_item_hash(NULL, (uint8_t)vec_u64(it, "kind"), wh_span_of(p, len), scratch, &h[j]);
            CHECK_MEM(h[j].b, hash.b, 32);
            free(p);
            free(scratch);
        }
        inbox_rest_chain(NULL, h, n, rest);
        CHECK_EQ(want_n, n + 1);
        CHECK_MEM(rest, want, 32 * want_n);
        free(h);
        free(rest);
        free(want);
    }
    CHECK(json_array_size(lists) >= 5);
    json_decref(root);
}

static void check_input(const uint8_t *got, size_t n, const json_t *in, bytes32 *acc,
                        uint64_t *steps, uint32_t items)
{
    size_t len;
    uint8_t *want = vec_hex(vec_str(in, "bytes"), &len);
    bytes32 hash, h = vec_b32(in, "inputHash"), next = vec_b32(in, "acc");
    CHECK_EQ(len, n);
    CHECK_MEM(got, want, n);
    tree_keccak(NULL, got, n, &hash);
    CHECK_MEM(hash.b, h.b, 32);
    inbox_acc(NULL, acc, &hash, acc);
    CHECK_MEM(acc->b, next.b, 32);
    *steps = inbox_steps(*steps, items);
    CHECK_EQ(*steps, vec_u64(in, "steps"));
    free(want);
}

static void test_inputs__encodings_acc_and_steps(void)
{
    json_t *root = vec_load(dir, "items.json");
    const json_t *inputs = json_object_get(root, "inputs");
    bytes32 acc = {{0}};
    uint64_t steps = 0;
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        const json_t *in = json_array_get(inputs, i), *f = json_object_get(in, "fields");
        if (strcmp(vec_str(in, "kind"), "BlockInput") == 0) {
            uint8_t out[INBOX_BLOCK_INPUT_SIZE];
            struct inbox_block_input b = {.items_count = (uint32_t)vec_u64(f, "items_count"),
                                          .l1_number = vec_u64(f, "l1_number"),
                                          .timestamp = vec_u64(f, "timestamp"),
                                          .gas_limit = vec_u64(f, "gas_limit"),
                                          .l1_hash = vec_b32(f, "l1_hash"),
                                          .prev_randao = vec_b32(f, "prev_randao"),
                                          .anchor = vec_b32(f, "anchor"),
                                          .items_head = vec_b32(f, "items_head"),
                                          .wds_hash = vec_b32(f, "wds_hash"),
                                          .coinbase = vec_addr(f, "coinbase")};
            inbox_block_input_encode(&b, out);
            check_input(out, sizeof out, in, &acc, &steps, b.items_count);
        } else {
            uint8_t out[INBOX_ETH_INPUT_SIZE];
            const char *count = json_object_get(f, "count") ? "count" : "items_count";
            struct inbox_eth_input e = {.block_hash = vec_b32(f, "block_hash"),
                                        .items_head = vec_b32(f, "items_head"),
                                        .items_count = (uint32_t)vec_u64(f, count),
                                        .wds_hash = vec_b32(f, "wds_hash"),
                                        .ommers_hash = vec_b32(f, "ommers_hash")};
            inbox_eth_input_encode(&e, out);
            check_input(out, sizeof out, in, &acc, &steps, e.items_count);
        }
    }
    CHECK(json_array_size(inputs) >= 10);
    json_decref(root);
}

static void test_config_and_ids__vectors(void)
{
    json_t *root = vec_load(dir, "hashes.json");
    const json_t *o = json_object_get(root, "gameConfig");
    struct game_config c = vec_config(json_object_get(o, "fields"));
    uint8_t got[GAME_CONFIG_SIZE];
    size_t len;
    uint8_t *want = vec_hex(vec_str(o, "bytes"), &len);
    game_config_encode(&c, got);
    CHECK_EQ(len, GAME_CONFIG_SIZE);
    CHECK_MEM(got, want, GAME_CONFIG_SIZE);
    bytes32 hash, h = vec_b32(o, "hash");
    game_config_hash(NULL, &c, &hash);
    CHECK_MEM(hash.b, h.b, 32);
    CHECK(game_config_ok(&c));
    free(want);

    o = json_object_get(root, "aid");
    bytes32 parent = vec_b32(o, "parent"), cfg = vec_b32(o, "config"), acc = vec_b32(o, "acc"),
            leaf = vec_b32(o, "lastLeaf"), span = vec_b32(o, "span");
    h = vec_b32(o, "hash");
    node_aid(NULL, &parent, &cfg, vec_u64(o, "inputEnd"), &acc, &leaf, &span, &hash);
    CHECK_MEM(hash.b, h.b, 32);

    o = json_object_get(root, "ref");
    struct wh_node v = vec_node(json_object_get(o, "node"));
    h = vec_b32(o, "ctx");
    node_ctx(NULL, &v, &hash);
    CHECK_MEM(hash.b, h.b, 32);
    h = vec_b32(o, "id");
    node_id(NULL, &v, &hash);
    CHECK_MEM(hash.b, h.b, 32);

    o = json_object_get(root, "acc");
    acc = vec_b32(o, "acc");
    leaf = vec_b32(o, "inputHash");
    h = vec_b32(o, "hash");
    inbox_acc(NULL, &acc, &leaf, &hash);
    CHECK_MEM(hash.b, h.b, 32);
    json_decref(root);
}

static void test_config_ok__each_rule(void)
{
    const struct game_config good = {.k = 20, .a = 2, .t = 1, .bond = 1, .step_gas = 1};
    CHECK(game_config_ok(&good));
    struct game_config c = good;
#define REFUSED(change)             \
    do {                            \
        c = good;                   \
        change;                     \
        CHECK(!game_config_ok(&c)); \
    } while (0)
    REFUSED(c.a = 0);
    REFUSED(c.a = 5);
    REFUSED(c.k = 0);
    REFUSED(c.k = 21);
    REFUSED(c.k = 34);
    REFUSED(c.t = 0);
    REFUSED(c.bond = 0);
    REFUSED(c.burn_bps = 10001);
    REFUSED(c.reward_bps = 10001);
    REFUSED(c.step_gas = 0);
    REFUSED(c.image_root.b[0] = 1);
    REFUSED(c.entry.b[31] = 1);
    REFUSED(c.step_contract.b[1] = 1);
    REFUSED(c.spare.b[1] = 1);
#undef REFUSED
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    dir = argv[1];
    RUN(test_items__hashes_and_rest_chains);
    RUN(test_inputs__encodings_acc_and_steps);
    RUN(test_config_and_ids__vectors);
    RUN(test_config_ok__each_rule);
    return tap_done();
}
