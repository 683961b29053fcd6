/* SPDX-License-Identifier: MIT */
/* Whole games of two parties, K = 20, A = 2, down to the proof: 2 stakes, 2 posts, 20 splits, a
 * proof, decide, confirm, reject, slash. Moves are made beforehand; what is timed is the engine, with
 * a cheap hash (a simulator's), with portable keccak, and with the native table. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "evm/native/crypto.h"
#include "tests/support/stage.h"

enum { MOVES_MAX = 64 };

struct shot {
    struct game_env env;
    struct game_args args;
    bytes32 list[32];
    uint8_t state[TREE_STATE_SIZE];
};

static struct shot shots[MOVES_MAX];
static unsigned shot_count;
static struct world w;
static struct chain chain[2];
static struct game g;
static struct wh_arena arena, scratch;
static uint8_t block[1 << 20], scratch_block[1 << 20];

static void record(const struct solver_move *m, const address *who, uint64_t now)
{
    struct shot *x = &shots[shot_count++];
    if (shot_count > MOVES_MAX) abort();
    x->env = (struct game_env){.caller = *who,
                               .time = now,
                               .value = m->value,
                               .gasprice = 1000000000,
                               .basefee = 1000000000,
                               .gas = 200000,
                               .gas_left = UINT64_MAX};
    x->args = m->args;
    struct game_args *a = &x->args;
    if (m->kind == GAME_MOVE_POST) {
        memcpy(x->list, a->u.post.path, 32 * a->u.post.path_len);
        memcpy(x->state, a->u.post.state.ptr, TREE_STATE_SIZE);
        a->u.post.path = x->list;
        a->u.post.state.ptr = x->state;
    } else if (m->kind == GAME_MOVE_SPLIT) {
        memcpy(x->list, a->u.split.spans, 128);
        a->u.split.spans = x->list;
    } else if (m->kind == GAME_MOVE_PROVE) {
        memcpy(x->list, a->u.prove.mp, 32 * a->u.prove.mp_len);
        memcpy(x->state, a->u.prove.pre.ptr, TREE_STATE_SIZE);
        a->u.prove.mp = x->list;
        a->u.prove.pre.ptr = x->state;
        a->u.prove.proof = wh_span_of(x->state, 1);
    } else if (m->kind == GAME_MOVE_DECIDE) {
        uint8_t *tree = malloc(a->u.aid.tree.len); /* kept for the process */
        if (tree == NULL) abort();
        memcpy(tree, a->u.aid.tree.ptr, a->u.aid.tree.len);
        a->u.aid.tree.ptr = tree;
    }
    enum game_error e = game_apply(&g, &x->env, &x->args);
    if (e != GAME_OK && e != GAME_E_WRONG_POST) abort();
    if (e != GAME_OK) shot_count--;
}

static void begin(const struct evm_crypto *crypto)
{
    struct game_config cfg = {.k = 20,
                              .a = 2,
                              .t = 600,
                              .bond = 1000,
                              .burn_bps = 5000,
                              .reward_bps = 10000,
                              .max_price = 20000,
                              .step_gas = 1};
    tree_leaf(crypto, w.genesis, &cfg.genesis_leaf);
    wh_arena_init(&arena, block, sizeof block);
    if (game_init(&g, &cfg, &arena, crypto, 1000) != GAME_OK) abort();
    g.step = world_verifier;
    g.step_ctx = &w;
    if (game_push_input(&g, &w.hash[0], w.items[0]) != GAME_OK) abort();
}

/* Plays one game by the strategy of both parties and keeps the moves. */
static void make(const struct evm_crypto *crypto)
{
    static uint8_t lies[64] = {[37] = WORLD_LIE};
    struct solver_me me[2] = {{.who = {{1}}, .propose = true}, {.who = {{2}}, .propose = true}};
    world_init(&w, crypto, 1);
    world_push(&w, 100);
    chain_init(&chain[0], &w, NULL, NULL, 0, 200);
    chain_init(&chain[1], &w, &chain[0], lies, 64, 200);
    shot_count = 0;
    begin(crypto);
    const struct game_assertion *own = NULL;
    for (uint64_t now = 1001; now < 1000 + 2000; now += now < 1060 ? 1 : 300) {
        for (unsigned i = 0; i < 2; i++) {
            struct solver_out out;
            wh_arena_init(&scratch, scratch_block, sizeof scratch_block);
            game_set_time(&g, now);
            if (solver_moves(&g, chain_own(&chain[i], 20), &me[i], &scratch, &out) != WH_OK)
                abort();
            for (size_t j = 0; j < out.count; j++)
                if (out.moves[j].kind != GAME_MOVE_CLAIM && out.moves[j].kind != GAME_MOVE_SWEEP)
                    record(&out.moves[j], &me[i].who, now);
        }
    }
    own = game_assertion_at(&g, game_assertion_at(&g, 0)->winner);
    if (own->status != GAME_CONFIRMED) abort();
    printf("# %u moves, %u nodes, %zu bytes of arena\n", shot_count, g.nodes.count, arena.used);
}

static void bench(const char *name, const struct evm_crypto *crypto)
{
    struct timespec a, b;
    unsigned n = 0;
    double seconds;
    make(crypto);
    clock_gettime(CLOCK_MONOTONIC, &a);
    do {
        for (unsigned r = 0; r < 100; r++, n++) {
            begin(crypto);
            for (unsigned i = 0; i < shot_count; i++)
                if (game_apply(&g, &shots[i].env, &shots[i].args) != GAME_OK) abort();
        }
        clock_gettime(CLOCK_MONOTONIC, &b);
        seconds = (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
    } while (seconds < 1);
    printf("bench_game/%s %.0f games/s, %.1f us a game\n", name, n / seconds, 1e6 * seconds / n);
    chain_free(&chain[0]);
    chain_free(&chain[1]);
}

int main(void)
{
    bench("fast", world_fast_crypto());
    bench("portable", NULL);
    bench("native", wh_native_crypto());
    return 0;
}
