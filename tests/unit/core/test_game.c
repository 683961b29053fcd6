/* SPDX-License-Identifier: MIT */
/* The scripted games of tests/vectors/protocol: after every move the same result, digest, core,
 * balance and sums as the independent model; and the view folded from the events of the twin equals
 * the twin (I25), also after going back to a snapshot and folding again. */
#include "game/core/game.h"

#include <stdlib.h>

#include "game/core/view.h"
#include "tests/support/game_digest.h"
#include "tests/support/vec_game.h"
#include "tests/tap.h"

static const char *dir;
static uint8_t twin_block[1 << 22], view_block[1 << 22], save_block[1 << 22];
static uint64_t moves_played, events_folded;

struct answers {
    const json_t *list;
};

static bool step(void *ctx, uint64_t target, const bytes32 *input_hash, const uint8_t *pre,
                 wh_span proof, bytes32 *post)
{
    const struct answers *a = ctx;
    bytes32 leaf;
    (void)proof;
    tree_leaf(NULL, pre, &leaf);
    for (size_t i = 0; i < json_array_size(a->list); i++) {
        const json_t *row = json_array_get(a->list, i);
        if ((uint64_t)json_integer_value(json_array_get(row, 0)) != target) continue;
        bytes32 input = vec_hex32(json_string_value(json_array_get(row, 1)));
        bytes32 want = vec_hex32(json_string_value(json_array_get(row, 2)));
        if (!bytes32_eq(&input, input_hash) || !bytes32_eq(&want, &leaf)) continue;
        *post = vec_hex32(json_string_value(json_array_get(row, 3)));
        return true;
    }
    return false;
}

static void fold(void *ctx, const struct game_event *ev)
{
    struct game *view = ctx;
    CHECK_EQ(game_view_apply_event(view, ev), WH_OK);
    events_folded++;
}

static void check_sum(const json_t *m, const char *key, u128 got)
{
    uint64_t hi, lo;
    vec_u128(m, key, &hi, &lo);
    CHECK(got == ((u128)hi << 64 | lo));
}

static void check_after(struct game *g, struct game *view, const json_t *m, const char *result)
{
    bytes32 want, got, folded;
    if (strcmp(result, "ok") != 0) return;
    game_digest(g, DIGEST_FULL, &got);
    want = vec_b32(m, "digest");
    CHECK_MEM(got.b, want.b, 32);
    game_digest(g, DIGEST_CORE, &got);
    want = vec_b32(m, "core");
    CHECK_MEM(got.b, want.b, 32);
    check_sum(m, "balance", g->balance);
    check_sum(m, "pots", game_sum_pots(g));
    check_sum(m, "credits", game_sum_credits(g));
    CHECK(g->balance == game_sum_bonds(g) + game_sum_pots(g) + game_sum_credits(g));
    if (json_object_get(m, "node") != NULL) {
        struct wh_node v = vec_node(json_object_get(json_object_get(m, "args"), "v"));
        uint8_t word[32];
        node_id(NULL, &v, &got);
        const struct game_node *n = game_node_of(g, &got);
        CHECK(n != NULL);
        want = vec_b32(m, "node");
        if (n != NULL) game_node_word(g, n, word);
        CHECK_MEM(word, want.b, 32);
    }
    game_digest(g, DIGEST_VIEW, &got);
    game_digest(view, DIGEST_VIEW, &folded);
    CHECK_MEM(folded.b, got.b, 32);
    CHECK(view->balance == g->balance);
}

static void play(struct game *g, struct game *view, const json_t *script, const json_t *m)
{
    const char *result = vec_str(m, "result");
    struct vec_args a;
    if (!vec_args_read(m, &a)) { /* push */
        struct game_event ev = {.kind = GAME_EVENT_INPUT,
                                .time = vec_u64(m, "t"),
                                .number = game_inbox_count(g),
                                .id = vec_b32(m, "input")};
        CHECK(strcmp(vec_str(m, "move"), "push") == 0);
        CHECK_EQ(game_push_input(g, &ev.id, 0), GAME_OK);
        fold(view, &ev);
        return;
    }
    struct game_env env = {.caller = vec_addr(m, "from"),
                           .time = vec_u64(m, "t"),
                           .gasprice = vec_u64(script, "gasprice"),
                           .basefee = vec_u64(script, "basefee"),
                           .gas_left = UINT64_MAX};
    if (json_object_get(m, "gas") != NULL) env.gas = vec_u64(m, "gas");
    if (json_object_get(m, "value") != NULL) {
        uint64_t hi, lo;
        vec_u128(m, "value", &hi, &lo);
        env.value = (u128)hi << 64 | lo;
    }
    bytes32 before, after;
    game_digest(g, DIGEST_FULL, &before);
    CHECK(strcmp(game_error_name(game_check(g, &env, &a.args)), result) == 0);
    game_digest(g, DIGEST_FULL, &after);
    CHECK_MEM(after.b, before.b, 32);
    const char *got = game_error_name(game_apply(g, &env, &a.args));
    if (strcmp(got, result) != 0) {
        printf("# t %" PRIu64 " %s: %s, want %s\n", env.time, vec_str(m, "move"), got, result);
        CHECK(0 && "same result");
    }
    if (strcmp(result, "ok") != 0) {
        game_digest(g, DIGEST_FULL, &after);
        CHECK_MEM(after.b, before.b, 32);
    }
    check_after(g, view, m, result);
    vec_args_free(&a);
    moves_played++;
}

static void one_game(const json_t *script)
{
    static struct game g, view;
    struct wh_arena twin, folded;
    struct game_config cfg = vec_config(json_object_get(script, "config"));
    struct answers answers = {json_object_get(script, "verifier")};
    bytes32 want = vec_b32(script, "configHash");
    wh_arena_init(&twin, twin_block, sizeof twin_block);
    wh_arena_init(&folded, view_block, sizeof view_block);
    CHECK_EQ(game_init(&g, &cfg, &twin, NULL, vec_u64(script, "deployedAt")), GAME_OK);
    CHECK_EQ(game_init(&view, &cfg, &folded, NULL, vec_u64(script, "deployedAt")), GAME_OK);
    CHECK_MEM(g.cfg_hash.b, want.b, 32);
    want = vec_b32(script, "genesisAid");
    CHECK_MEM(game_assertion_at(&g, g.genesis)->aid.b, want.b, 32);
    g.step = step;
    g.step_ctx = &answers;
    g.emit = fold;
    g.emit_ctx = &view;
    const json_t *moves = json_object_get(script, "moves");
    for (size_t i = 0; i < json_array_size(moves); i++)
        play(&g, &view, script, json_array_get(moves, i));
}

static void test_games__every_move_as_the_model(void)
{
    json_t *root = vec_load(dir, "games.json.zst");
    const json_t *games = json_object_get(root, "games");
    for (size_t i = 0; i < json_array_size(games); i++)
        one_game(json_array_get(games, i));
    printf("# %zu games, %" PRIu64 " moves, %" PRIu64 " events\n", json_array_size(games),
           moves_played, events_folded);
    CHECK(moves_played > 10000 && events_folded > 5000);
    json_decref(root);
}

/* A reorg: back to the snapshot, fold another branch, back again. */
static void test_game_save__load_gives_the_same_state_again(void)
{
    static struct game g;
    struct wh_arena arena;
    const struct game_config cfg = {.k = 4, .a = 2, .t = 10, .bond = 5, .step_gas = 1};
    bytes32 before, after, input = {{1}};
    wh_arena_init(&arena, twin_block, sizeof twin_block);
    CHECK_EQ(game_init(&g, &cfg, &arena, NULL, 1), GAME_OK);
    struct game_env env = {.time = 2, .value = 5, .caller = {{1}}};
    CHECK_EQ(game_apply(&g, &env, &(struct game_args){.move = GAME_MOVE_STAKE}), GAME_OK);
    size_t size = game_save(&g, NULL, 0);
    CHECK(size < 20000);
    CHECK_EQ(game_save(&g, save_block, sizeof save_block), size);
    game_digest(&g, DIGEST_FULL, &before);
    for (uint8_t i = 2; i < 200; i++) {
        env.caller.b[0] = i;
        CHECK_EQ(game_apply(&g, &env, &(struct game_args){.move = GAME_MOVE_STAKE}), GAME_OK);
        CHECK_EQ(game_push_input(&g, &input, 1), GAME_OK);
    }
    game_load(&g, save_block, size);
    game_digest(&g, DIGEST_FULL, &after);
    CHECK_MEM(after.b, before.b, 32);
    CHECK_EQ(game_inbox_count(&g), 0);
}

/* The arena is full: GAME_NOMEM, and nothing changed. */
static void test_game_apply__full_arena_changes_nothing(void)
{
    static struct game g;
    struct wh_arena arena;
    const struct game_config cfg = {.k = 4, .a = 2, .t = 10, .bond = 5, .step_gas = 1};
    bytes32 before, after;
    wh_arena_init(&arena, twin_block, 8192);
    CHECK_EQ(game_init(&g, &cfg, &arena, NULL, 1), GAME_OK);
    struct game_env env = {.time = 2, .value = 5};
    enum game_error e = GAME_OK;
    uint32_t i = 0;
    for (; e == GAME_OK && i < 1000; i++) {
        store_be32(env.caller.b, i);
        game_digest(&g, DIGEST_FULL, &before);
        e = game_apply(&g, &env, &(struct game_args){.move = GAME_MOVE_STAKE});
    }
    CHECK_EQ(e, GAME_NOMEM);
    CHECK(i > 8);
    game_digest(&g, DIGEST_FULL, &after);
    CHECK_MEM(after.b, before.b, 32);
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    dir = argv[1];
    RUN(test_games__every_move_as_the_model);
    RUN(test_game_save__load_gives_the_same_state_again);
    RUN(test_game_apply__full_arena_changes_nothing);
    return tap_done();
}
