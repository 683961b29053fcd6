/* SPDX-License-Identifier: MIT */
#include "tests/support/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { ROOM = 1 << 27, CHAIN = 1200 };

static void *must(void *p)
{
    if (p == NULL) abort();
    return p;
}

/* Touched page by page: a stage is opened thousands of times. */
static void map(struct wh_arena *a)
{
    void *p = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED) abort();
    wh_arena_init(a, p, ROOM);
}

void stage_open(struct stage *s, unsigned k, unsigned a, uint64_t t, uint32_t inputs,
                uint32_t items)
{
    memset(s, 0, sizeof *s);
    world_init(&s->w, world_fast_crypto(), 1);
    struct game_config cfg = {.k = (uint8_t)k,
                              .a = (uint8_t)a,
                              .t = t,
                              .grace = 5,
                              .bond = 1000000000000000000,
                              .burn_bps = 5000,
                              .reward_bps = 10000,
                              .max_price = 20000,
                              .treasury = {{0x77}},
                              .step_gas = 1000000};
    tree_leaf(s->w.crypto, s->w.genesis, &cfg.genesis_leaf);
    map(&s->arena);
    map(&s->scratch);
    s->now = 1000;
    s->gas = 200000;
    s->gasprice = 20000000000;
    s->basefee = 19000000000;
    if (game_init(&s->g, &cfg, &s->arena, s->w.crypto, s->now) != GAME_OK) abort();
    s->g.step = world_verifier;
    s->g.step_ctx = &s->w;
    for (uint32_t i = 0; i < inputs; i++)
        stage_input(s, items);
    stage_party(s, NULL);
}

void stage_close(struct stage *s)
{
    for (unsigned i = 0; i < s->parties; i++) {
        chain_free(s->chain[i]);
        free(s->chain[i]);
        free(s->lies[i]);
    }
    munmap(s->arena.base, ROOM);
    munmap(s->scratch.base, ROOM);
}

void stage_input(struct stage *s, uint32_t items)
{
    world_push(&s->w, items);
    if (game_push_input(&s->g, &s->w.hash[s->w.inputs - 1], items) != GAME_OK) abort();
    for (unsigned i = 0; i < s->parties; i++)
        chain_extend(s->chain[i]);
}

unsigned stage_party(struct stage *s, const uint64_t (*lies)[2])
{
    unsigned i = s->parties++;
    if (i == STAGE_PARTIES) abort();
    s->lies[i] = must(calloc(CHAIN, 1));
    s->chain[i] = must(calloc(1, sizeof **s->chain));
    for (; lies != NULL && (*lies)[0] != 0; lies++)
        s->lies[i][(*lies)[0] - 1] = (uint8_t)(*lies)[1];
    chain_init(s->chain[i], &s->w, i == 0 ? NULL : s->chain[0], s->lies[i], CHAIN,
               world_steps(&s->w, s->w.inputs) + 16);
    store_be32(s->me[i].who.b, 0x1000 + i);
    s->me[i].propose = true;
    struct game_args stake = {.move = GAME_MOVE_STAKE};
    if (stage_args(s, i, &stake, s->g.cfg.bond) != GAME_OK) abort();
    return i;
}

struct solver_out stage_ask(struct stage *s, unsigned i)
{
    struct solver_out out;
    game_set_time(&s->g, s->now);
    wh_arena_rewind(&s->scratch, 0);
    if (solver_moves(&s->g, chain_own(s->chain[i], s->g.cfg.k), &s->me[i], &s->scratch, &out) !=
        WH_OK)
        abort();
    return out;
}

const struct solver_move *stage_find(const struct solver_out *out, unsigned kind)
{
    for (size_t i = 0; i < out->count; i++)
        if (out->moves[i].kind == kind) return &out->moves[i];
    return NULL;
}

enum game_error stage_args(struct stage *s, unsigned i, const struct game_args *args, u128 value)
{
    struct game_env env = {.caller = s->me[i].who,
                           .time = s->now,
                           .value = value,
                           .gas = s->gas,
                           .gasprice = s->gasprice,
                           .basefee = s->basefee,
                           .gas_left = UINT64_MAX};
    return s->last = game_apply(&s->g, &env, args);
}

enum game_error stage_move(struct stage *s, unsigned i, const struct solver_move *m)
{
    static const uint8_t proof = 1;
    struct game_args args = m->args;
    if (m->kind == GAME_MOVE_PROVE && !m->idle) args.u.prove.proof = wh_span_of(&proof, 1);
    return stage_args(s, i, &args, m->value);
}

bool stage_do(struct stage *s, unsigned i, unsigned kind)
{
    struct solver_out out = stage_ask(s, i);
    const struct solver_move *m = stage_find(&out, kind);
    return m != NULL && stage_move(s, i, m) == GAME_OK;
}

size_t stage_block(struct stage *s, unsigned i, uint64_t step)
{
    struct solver_out out = stage_ask(s, i);
    s->now += step;
    for (size_t j = 0; j < out.count; j++) {
        if (stage_move(s, i, &out.moves[j]) == GAME_OK)
            s->made[out.moves[j].kind]++;
        else
            printf("# refused: %s %s\n", solver_kind_name(out.moves[j].kind),
                   game_error_name(s->last));
    }
    game_set_time(&s->g, s->now);
    return out.count;
}

void stage_storm(struct stage *s, unsigned i, uint64_t leaf)
{
    for (size_t taken = 1; taken != 0;) {
        struct solver_out out = stage_ask(s, i);
        taken = 0;
        for (size_t j = 0; j < out.count; j++) {
            const struct solver_move *m = &out.moves[j];
            if (m->kind != GAME_MOVE_SPLIT && m->kind != GAME_MOVE_PROVE) continue;
            const struct wh_node *v =
                m->kind == GAME_MOVE_SPLIT ? &m->args.u.split.v : &m->args.u.prove.v;
            if (leaf != 0 && (leaf <= v->pos || leaf > v->pos + (UINT64_C(1) << v->h))) continue;
            taken += stage_move(s, i, m) == GAME_OK;
        }
    }
}

void stage_wait(struct stage *s, uint64_t seconds)
{
    s->now += seconds;
    game_set_time(&s->g, s->now);
}

uint32_t stage_winner(const struct stage *s)
{
    return game_assertion_at(&s->g, s->g.genesis)->winner;
}

bytes32 stage_own_aid(struct stage *s, unsigned i)
{
    struct solver_out out = stage_ask(s, i);
    if (out.line_count == 0) abort();
    return out.line[0].aid;
}

const struct game_assertion *stage_own(struct stage *s, unsigned i)
{
    bytes32 aid = stage_own_aid(s, i);
    return game_assertion_of(&s->g, &aid);
}
