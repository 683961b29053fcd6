/* SPDX-License-Identifier: MIT */
/* The adversary: every false claim follows its own path down to its lie. */
#include "game/core/view.h"
#include "game/sim/whittle_game.h"

#include <string.h>

/* --- the adversary */
/* Weight of the honest path at the child of n that holds the lie, if it were there at time t. */
static uint64_t split_deadline(struct sim *s, const struct whittle_liar *l,
                               const struct game_node *n)
{
    struct whittle *w = whittle_of(s);
    const struct game *g = &w->g;
    const struct game_context *c = game_context_at(g, n->ctx);
    uint64_t weight = l->honest_weight, t = sim_get(s, SIM_T), slot = sim_get(s, SIM_SLOT);
    const struct game_node *first = game_node_at(g, c->first_node);
    if (bytes32_eq(&first->span, &w->truth.pad[c->h])) weight += c->rival_at - c->first_at;
    if (weight >= t) return s->now;
    /* The honest node splits one answer later, unless it has already: then its child ticks. */
    uint64_t from = s->now + slot + s->party_delay[0];
    if (w->at[n->ctx].honest != 0) {
        const struct game_node *h = game_node_at(g, w->at[n->ctx].honest - 1);
        if (h->gas_flags & GAME_NODE_SPLIT) {
            unsigned low = (unsigned)c->h - g->cfg.a;
            uint32_t kid = game_kids(g, h)[(l->lie.pos >> low) & ((1u << g->cfg.a) - 1u)];
            from = game_context_at(g, game_node_at(g, kid)->ctx)->first_at - WHITTLE_EPOCH;
        }
    }
    uint64_t last = from + t - weight - 1;
    return last / slot * slot;
}

static wh_status offer_split(struct sim *s, uint32_t i)
{
    struct whittle *w = whittle_of(s);
    const struct whittle_liar *l = &w->liar[i];
    const struct game_node *n = game_node_at(&w->g, l->node);
    const struct game_context *c = game_context_at(&w->g, n->ctx);
    if (c->h == 0) return WH_OK; /* nothing more to say */
    unsigned a = w->g.cfg.a, levels = w->g.cfg.k / a;
    return sim_chance(s, &(struct sim_chance){.kind = SIM_MOVE_SPLIT,
                                              .rival = i,
                                              .level = levels - c->h / a,
                                              .levels = levels,
                                              .opened = s->now,
                                              .deadline = split_deadline(s, l, n),
                                              .a = l->node});
}

/* The liar stands at a new lowest node: it can split, or waits for a rival. */
static wh_status stand(struct sim *s, uint32_t i)
{
    struct whittle *w = whittle_of(s);
    uint32_t ctx = game_node_at(&w->g, w->liar[i].node)->ctx;
    if (game_rivaled(game_context_at(&w->g, ctx))) return offer_split(s, i);
    w->liar[i].next_waiting = w->at[ctx].liar;
    w->at[ctx].liar = i + 1;
    return WH_OK;
}

/* A context got a node: who waited there has a rival now. */
wh_status whittle_wake_liars(struct sim *s, uint32_t ctx)
{
    struct whittle *w = whittle_of(s);
    if (w->at[ctx].liar == 0 || !game_rivaled(game_context_at(&w->g, ctx))) return WH_OK;
    uint32_t i = w->at[ctx].liar;
    w->at[ctx].liar = 0;
    for (; i != 0; i = w->liar[i - 1].next_waiting)
        WH_TRY(offer_split(s, i - 1));
    return WH_OK;
}

wh_status whittle_wake_children(struct sim *s, uint32_t node, bool honest)
{
    struct whittle *w = whittle_of(s);
    const struct game_node *n = game_node_at(&w->g, node);
    WH_TRY(whittle_room(s));
    for (unsigned j = 0; j < 1u << w->g.cfg.a; j++) {
        uint32_t kid = game_kids(&w->g, n)[j], ctx = game_node_at(&w->g, kid)->ctx;
        if (honest) w->at[ctx].honest = kid + 1;
        WH_TRY(whittle_wake_liars(s, ctx));
    }
    return WH_OK;
}

static void add_bill(struct sim_done *done, const struct whittle_bill *b)
{
    done->gas += b->gas;
    done->bytes += b->bytes;
}

static wh_status evil_post(struct sim *s, uint32_t i, struct sim_done *done)
{
    struct whittle *w = whittle_of(s);
    struct whittle_liar *l = &w->liar[i];
    struct game *g = &w->g;
    const struct game_assertion *up = game_assertion_at(g, g->genesis);
    if (up->winner != GAME_NONE) return WH_OK;
    bytes32 path[TREE_K_MAX], acc;
    uint8_t state[TREE_STATE_SIZE];
    whittle_lie_init(&l->lie, &w->truth, l->lie.pos, i); /* not before: it is at hand now */
    uint64_t end = UINT64_C(1) << g->cfg.k;
    for (unsigned h = 0; h < g->cfg.k; h++)
        whittle_lie_span(&l->lie, end - (UINT64_C(2) << h), h, &path[h]);
    if (l->lie.pos + 1 == end)
        whittle_lie_state(&l->lie, state);
    else
        memcpy(state, w->truth.open, sizeof state);
    struct game_args args = {.move = GAME_MOVE_POST};
    args.u.post.parent = up->aid;
    args.u.post.last_leaf = l->lie.pos + 1 == end ? l->lie.leaf : w->truth.leaf_open;
    args.u.post.span = l->lie.path[g->cfg.k];
    args.u.post.path = path;
    args.u.post.path_len = g->cfg.k;
    args.u.post.state = wh_span_of(state, sizeof state);
    game_acc(g, up->next_input, &acc);
    node_aid(g->crypto, &up->aid, &g->cfg_hash, up->next_input, &acc, &args.u.post.last_leaf,
             &args.u.post.span, &args.u.post.expected_aid);
    struct game_args stake = {.move = GAME_MOVE_STAKE};
    struct whittle_bill bill;
    enum game_error e = whittle_call(s, &l->who, g->cfg.bond, &stake, GAME_NONE, &bill);
    add_bill(done, &bill);
    if (e == GAME_OK) {
        e = whittle_call(s, &l->who, 0, &args, GAME_NONE, &bill);
        add_bill(done, &bill);
    }
    if (e == GAME_NOMEM) return WH_E_NOMEM;
    done->outcome = e == GAME_OK ? "ok" : game_error_name(e);
    if (e != GAME_OK) return WH_OK;
    done->stake = l->stake = sim_bond(s, w->posted++);
    s->roots++;
    l->assertion = g->assertions.count - 1;
    l->node = game_assertion_at(g, l->assertion)->root_node;
    if (w->first_post == SIM_NEVER) w->first_post = s->now;
    WH_TRY(whittle_room(s));
    WH_TRY(whittle_wake_liars(s, game_node_at(g, l->node)->ctx));
    return stand(s, i);
}

static wh_status evil_split(struct sim *s, uint32_t i, uint32_t node, struct sim_done *done)
{
    struct whittle *w = whittle_of(s);
    struct whittle_liar *l = &w->liar[i];
    struct game *g = &w->g;
    if (l->node != node || game_assertion_at(g, g->genesis)->winner != GAME_NONE) return WH_OK;
    bytes32 spans[TREE_ARITY_MAX];
    struct game_args args = {.move = GAME_MOVE_SPLIT};
    unsigned a = g->cfg.a, arity = 1u << a;
    game_node_ref(g, game_node_at(g, node), &args.u.split.v);
    unsigned low = (unsigned)args.u.split.v.h - a;
    for (unsigned j = 0; j < arity; j++)
        whittle_lie_span(&l->lie, args.u.split.v.pos + ((uint64_t)j << low), low, &spans[j]);
    args.u.split.spans = spans;
    args.u.split.span_count = arity;
    args.u.split.to = l->who;
    const struct game_context *c = game_context_at(g, game_node_at(g, node)->ctx);
    const struct game_node *first = game_node_at(g, c->first_node);
    bool honest_first = bytes32_eq(&first->span, &w->truth.pad[c->h]);
    bool mine_first = c->first_node == node;
    uint64_t waited = c->rival_at - c->first_at;
    struct whittle_bill bill;
    enum game_error e = whittle_call(s, &l->who, 0, &args, node, &bill);
    if (e == GAME_NOMEM) return WH_E_NOMEM;
    add_bill(done, &bill);
    done->depth = (unsigned)(g->cfg.k - args.u.split.v.h) / a;
    done->pos = args.u.split.v.pos;
    done->outcome = e == GAME_OK ? "ok" : game_error_name(e);
    if (e != GAME_OK) return WH_OK;
    if (honest_first) l->honest_weight += waited;
    if (mine_first) l->weight += waited;
    l->node = game_kids(g, game_node_at(g, node))[(l->lie.pos >> low) & (arity - 1)];
    WH_TRY(whittle_wake_children(s, node, false));
    return stand(s, i);
}

/* A false root weighs T: it is decided as an honest party would, by the solver on its own leaves. */
static wh_status evil_decide(struct sim *s, uint32_t i, struct sim_done *done)
{
    struct whittle *w = whittle_of(s);
    struct whittle_liar *l = &w->liar[i];
    struct solver_out out;
    struct solver_me me = {.who = l->who};
    game_set_time(&w->g, WHITTLE_EPOCH + s->now);
    wh_arena_rewind(&w->scratch, 0);
    whittle_lie_own(&l->lie, &l->own);
    WH_TRY(solver_moves(&w->g, &l->own, &me, &w->scratch, &out));
    for (size_t m = 0; m < out.count; m++) {
        if (out.moves[m].kind != GAME_MOVE_DECIDE && out.moves[m].kind != GAME_MOVE_REFRESH)
            continue;
        struct whittle_bill bill;
        enum game_error e = whittle_call(s, &l->who, 0, &out.moves[m].args, GAME_NONE, &bill);
        if (e == GAME_NOMEM) return WH_E_NOMEM;
        add_bill(done, &bill);
        done->outcome = e == GAME_OK ? "ok" : game_error_name(e);
    }
    l->decides = false;
    return WH_OK;
}

/* The reward for honest moves that it made itself, once every bond is in the pot. */
static wh_status evil_claim(struct sim *s, struct sim_done *done)
{
    struct whittle *w = whittle_of(s);
    struct solver_out out;
    struct solver_me me = {.who = w->liar[0].who};
    game_set_time(&w->g, WHITTLE_EPOCH + s->now);
    wh_arena_rewind(&w->scratch, 0);
    WH_TRY(solver_moves(&w->g, &w->own, &me, &w->scratch, &out));
    for (size_t m = 0; m < out.count; m++) {
        if (out.moves[m].kind != GAME_MOVE_CLAIM) continue;
        struct whittle_bill bill;
        enum game_error e = whittle_call(s, &me.who, 0, &out.moves[m].args, GAME_NONE, &bill);
        if (e == GAME_NOMEM) return WH_E_NOMEM;
        done->outcome = e == GAME_OK ? "ok" : game_error_name(e);
        add_bill(done, &bill);
    }
    return WH_OK;
}

wh_status whittle_evil(struct sim *s, const struct sim_chance *c, struct sim_done *done)
{
    switch ((int)c->kind) {
    case SIM_MOVE_POST: return evil_post(s, c->rival, done);
    case SIM_MOVE_SPLIT: return evil_split(s, c->rival, (uint32_t)c->a, done);
    case SIM_MOVE_CLAIM: return evil_claim(s, done);
    default: return evil_decide(s, c->rival, done);
    }
}

/* Its timer is the least weight of its paths, so no more than that of the false one. */
uint64_t whittle_path_weight(const struct sim *s, const struct whittle_liar *l)
{
    const struct game *g = &whittle_of(s)->g;
    return l->weight + clock_lambda(g, game_node_at(g, l->node), WHITTLE_EPOCH + s->now);
}

/* No false root can weigh T before T has passed: the clocks of a path never run at the same time. */
wh_status whittle_tick(struct sim *s)
{
    struct whittle *w = whittle_of(s);
    uint64_t t = sim_get(s, SIM_T), next = SIM_NEVER;
    if (s->winner != SIM_NOBODY && w->ahead != 0 && s->evil.stake == 0) {
        w->ahead = 0;
        return sim_chance(s, &(struct sim_chance){.kind = SIM_MOVE_CLAIM, .deadline = SIM_NEVER});
    }
    if (s->roots == 0 || s->winner != SIM_NOBODY) return WH_OK;
    if (s->now < w->first_post + t) {
        sim_wake_at(s, w->first_post + t);
        return WH_OK;
    }
    for (uint32_t i = 0; i < s->n_evil; i++) {
        struct whittle_liar *l = &w->liar[i];
        if (l->assertion == GAME_NONE || l->decides) continue;
        uint64_t beta = whittle_path_weight(s, l);
        if (beta >= t)
            beta = clock_beta(&w->g, game_assertion_at(&w->g, l->assertion)->root_node,
                              WHITTLE_EPOCH + s->now);
        if (beta < t) {
            bool runs = s->news || beta != l->seen; /* as the honest side's */
            if (runs && s->now + t - beta < next) next = s->now + t - beta;
            l->seen = beta;
            continue;
        }
        l->decides = true;
        WH_TRY(sim_chance(
            s, &(struct sim_chance){
                   .kind = SIM_MOVE_DECIDE, .rival = i, .opened = s->now, .deadline = SIM_NEVER}));
    }
    if (next != SIM_NEVER) sim_wake_at(s, next);
    return WH_OK;
}
