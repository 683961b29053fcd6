/* SPDX-License-Identifier: MIT */
#include "game/core/config.h"

#include <stdlib.h>

#include "game/core/game.h"
#include "game/core/node.h"
#include "game/core/tree.h"
#include "tests/support/vec_game.h"
#include "tests/tap.h"

static const char *dir;

static void test_push_input__acc_and_steps(void)
{
    static uint8_t block[1 << 20];
    const struct game_config cfg = {.k = 20, .a = 2, .t = 1, .bond = 1, .step_gas = 1};
    struct wh_arena arena;
    struct game g;
    wh_arena_init(&arena, block, sizeof block);
    CHECK_EQ(game_init(&g, &cfg, &arena, NULL, 0), GAME_OK);
    json_t *root = vec_load(dir, "items.json");
    const json_t *inputs = json_object_get(root, "inputs");
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        const json_t *in = json_array_get(inputs, i), *f = json_object_get(in, "fields");
        const char *count = json_object_get(f, "count") ? "count" : "items_count";
        bytes32 hash = vec_b32(in, "inputHash"), want = vec_b32(in, "acc"), acc;
        CHECK_EQ(game_push_input(&g, &hash, (uint32_t)vec_u64(f, count)), GAME_OK);
        game_acc(&g, i + 1, &acc);
        CHECK_MEM(acc.b, want.b, 32);
        CHECK_EQ(game_steps(&g, i + 1), vec_u64(in, "steps"));
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
    tree_acc(NULL, &acc, &leaf, &hash);
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
    RUN(test_push_input__acc_and_steps);
    RUN(test_config_and_ids__vectors);
    RUN(test_config_ok__each_rule);
    return tap_done();
}
