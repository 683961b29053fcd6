/* SPDX-License-Identifier: MIT */
/* One game: L1 is a struct game, honest parties ask the solver, false claims follow their lie down. */
#include "game/sim/whittle_game.h"

#include <inttypes.h>
#include <string.h>

#include "evm/native/crypto.h"
#include "game/sim/hash.h"

static const struct whittle_liar *liar_of(const struct sim *s, const address *who)
{
    const struct whittle *w = whittle_of(s);
    uint32_t i = load_be32(who->b + 16) - 1;
    if (i < s->n_evil && address_eq(&w->liar[i].who, who)) return &w->liar[i];
    for (i = 0; s->p->hooks != NULL && i < s->n_evil; i++)
        if (address_eq(&w->liar[i].who, who)) return &w->liar[i];
    return NULL;
}

static void on_event(void *ctx, const struct game_event *ev)
{
    struct sim *s = ctx;
    struct whittle *w = whittle_of(s);
    switch ((int)ev->kind) {
    case GAME_EVENT_DECIDED: {
        uint32_t a = game_find_assertion(&w->g, &ev->aid);
        sim_decide(s, a == w->honest_assertion ? SIM_HONEST : SIM_EVIL);
        break;
    }
    case GAME_EVENT_CONFIRMED: sim_confirm(s); break;
    case GAME_EVENT_SLASHED: {
        const struct whittle_liar *l = liar_of(s, &ev->who);
        if (l != NULL) sim_lose(s, l->stake);
        break;
    }
    case GAME_EVENT_REWARDED: {
        uint64_t gwei = (uint64_t)(ev->amount / 1000000000);
        *(liar_of(s, &ev->who) != NULL ? &s->evil.reward : &s->honest.reward) += gwei;
        break;
    }
    case GAME_EVENT_SPLIT:
    case GAME_EVENT_PROVEN: w->moved = true; break;
    case GAME_EVENT_UNSTAKED: sim_unstake(&s->honest, s->honest.stake); break;
    default: break;
    }
}

enum game_error whittle_call(struct sim *s, const address *who, u128 value,
                             const struct game_args *args, uint32_t node, struct whittle_bill *b)
{
    struct whittle *w = whittle_of(s);
    const struct whittle_hooks *h = s->p->hooks;
    struct game_env env = {.caller = *who,
                           .time = WHITTLE_EPOCH + s->now,
                           .value = value,
                           .gasprice = sim_price(s),
                           .basefee = s->basefee,
                           .gas_left = UINT64_MAX};
    w->moved = false;
    whittle_bill_open(s, &env, args, b);
    env.gas = b->metered;
    enum game_error e = game_apply(&w->g, &env, args);
    whittle_bill_close(s, args, e, b);
    if (args->move == GAME_MOVE_SPLIT && w->moved) {
        struct game_node *n = game_node_at(&w->g, node);
        n->gas_flags = (uint32_t)(b->metered >> 8) << 8 | (n->gas_flags & 0xffu);
    }
    env.gas = b->metered;
    if (h != NULL && h->call != NULL) h->call(h->ctx, &env, args, b->gas, e);
    return e;
}

/* Room for every context that there is. */
wh_status whittle_room(struct sim *s)
{
    struct whittle *w = whittle_of(s);
    uint32_t need = w->g.contexts.count, cap = w->at_cap == 0 ? 256 : w->at_cap;
    if (need <= w->at_cap) return WH_OK;
    while (cap < need)
        cap *= 2;
    __typeof__(w->at) more = sim_new(s, cap * sizeof *more);
    if (more == NULL) return WH_E_NOMEM;
    if (w->at_cap != 0) memcpy(more, w->at, sizeof *more * w->at_cap);
    w->at = more;
    w->at_cap = cap;
    return WH_OK;
}

/* --- set-up */
static wh_status start_game(struct sim *s, struct whittle *w)
{
    struct game_config cfg;
    bytes32 hash;
    uint32_t items;
    const struct whittle_hooks *h = s->p->hooks;
    whittle_config(s->p, &w->truth, &cfg);
    if (h != NULL && h->config != NULL) cfg = *h->config;
    if (game_init(&w->g, &cfg, s->arena, w->truth.crypto, WHITTLE_EPOCH) != GAME_OK)
        return WH_E_NOMEM;
    w->g.step = whittle_verifier;
    w->g.step_ctx = &w->truth;
    w->g.emit = on_event;
    w->g.emit_ctx = s;
    whittle_input(&w->truth, &hash, &items);
    if (h != NULL && h->input != NULL) hash = *h->input;
    if (game_push_input(&w->g, &hash, items) != GAME_OK) return WH_E_NOMEM;
    return WH_OK;
}

/* Stakes are deposited beforehand; the honest claim stands at the start, or answers the false one. */
static wh_status begin(struct sim *s)
{
    struct whittle *w = whittle_of(s);
    struct whittle_bill bill;
    struct game_args args = {.move = GAME_MOVE_STAKE};
    if (whittle_call(s, &w->party[0], w->g.cfg.bond, &args, GAME_NONE, &bill) != GAME_OK)
        return WH_E_NOMEM;
    if (sim_get(s, SIM_FIRST) == 0) sim_stake(&s->honest, sim_bond(s, w->posted++));
    uint64_t t = sim_get(s, SIM_T), slot = sim_get(s, SIM_SLOT), from = 0;
    if (sim_get(s, SIM_FIRST) == 0)
        WH_TRY(sim_stand_first(s));
    else
        from = slot + s->party_delay[0];
    for (uint32_t i = 0; i < s->n_evil; i++)
        WH_TRY(sim_chance(s, &(struct sim_chance){.kind = SIM_MOVE_POST,
                                                  .rival = i,
                                                  .levels = w->g.cfg.k / w->g.cfg.a,
                                                  .opened = 0,
                                                  .deadline = (from + t - 1) / slot * slot}));
    return WH_OK;
}

static wh_status whittle_start(struct sim *s)
{
    struct whittle *w = SIM_NEW(s, struct whittle, 1);
    if (w == NULL) return WH_E_NOMEM;
    s->state = w;
    /* The upper half of the arena is the solver's, begun anew at each look. */
    size_t half = s->arena->cap / 2;
    wh_arena_init(&w->scratch, s->arena->base + half, half);
    const struct evm_crypto *crypto =
        sim_get(s, SIM_HASH) == 0 ? sim_hash_mix() : wh_native_crypto();
    whittle_truth_init(&w->truth, crypto, (unsigned)sim_get(s, SIM_K));
    whittle_truth_own(&w->truth, &w->own);
    w->first_post = SIM_NEVER;
    w->honest_assertion = GAME_NONE;
    WH_TRY(start_game(s, w));
    s->undisputed = sim_get(s, SIM_T) + 2 * (sim_get(s, SIM_SLOT) + sim_get(s, SIM_DELTA));
    const struct whittle_hooks *h = s->p->hooks;
    for (uint32_t i = 0; i < s->parties; i++) {
        whittle_address(0, i, &w->party[i]);
        if (h != NULL && i < h->honest_count) w->party[i] = h->honest[i];
    }
    /* Not zeroed: of the kilobyte of each, most is written when it posts. */
    w->liar = wh_arena_alloc(s->arena, (s->n_evil + 1) * sizeof *w->liar, 16);
    if (w->liar == NULL) return WH_E_NOMEM;
    for (uint32_t i = 0; i < s->n_evil; i++) {
        struct whittle_liar *l = &w->liar[i];
        l->lie.pos = sim_lie_pos(s, i, s->n_evil, (unsigned)sim_get(s, SIM_K));
        whittle_address(1, i, &l->who);
        if (h != NULL && i < h->evil_count) l->who = h->evil[i];
        l->assertion = l->node = GAME_NONE;
        l->honest_weight = l->weight = l->stake = l->seen = 0;
        l->next_waiting = 0;
        l->decides = false;
    }
    return begin(s);
}

static void whittle_end(struct sim *s, struct sim_result *r)
{
    struct whittle *w = whittle_of(s);
    const struct whittle_hooks *h = s->p->hooks;
    (void)r;
    if (h != NULL && h->ended != NULL) h->ended(h->ctx, &w->g);
    for (uint32_t i = 0; i < s->n_evil; i++) {
        if (w->liar[i].assertion == GAME_NONE) continue;
        uint64_t weight = whittle_path_weight(s, &w->liar[i]);
        if (weight > s->evil_weight) s->evil_weight = weight;
    }
}

static uint64_t whittle_rival_cost(const struct sim *s, uint64_t i)
{
    uint64_t gas = whittle_rival_gas(s->p);
    u128 fee = (u128)gas * (sim_get(s, SIM_BASEFEE) + sim_get(s, SIM_TIP));
    return sim_rival_bond(s, i) + (uint64_t)(fee / 1000000000);
}

static wh_status whittle_check(const struct sim_params *p, enum wh_err code, struct wh_error *err)
{
    uint64_t k = p->v[SIM_K], a = p->v[SIM_A];
    if (k <= TREE_K_MAX && k % a == 0) return WH_OK;
    return wh_fail(err, code,
                   "k: whittle takes 1 to 32 and a multiple of a; k is %" PRIu64 ", a is %" PRIu64,
                   k, a);
}

const struct sim_protocol sim_whittle = {
    .name = "whittle",
    .check = whittle_check,
    .start = whittle_start,
    .look = whittle_look,
    .tick = whittle_tick,
    .apply = whittle_apply,
    .evil = whittle_evil,
    .end = whittle_end,
    .rival_cost = whittle_rival_cost,
};
