/* SPDX-License-Identifier: MIT */
/* One game: L1 is a struct game, honest parties ask the solver, false claims follow their lie down. */
#include "game/sim/whittle.h"

#include <string.h>

#include "evm/native/crypto.h"
#include "game/core/view.h"
#include "game/sim/hash.h"

#define EPOCH UINT64_C(1000000) /* L1 time of the start: 0 means "never" in the records */

struct liar {
    struct whittle_lie lie;
    struct solver_own own;
    address who;
    uint64_t honest_weight; /* of the true path down to, without, its lowest node */
    uint64_t weight;        /* of its own, likewise */
    uint32_t assertion;     /* GAME_NONE: not posted */
    uint32_t node;          /* lowest node of its own path */
    uint32_t next_waiting;
    uint64_t stake; /* gwei */
    bool decides;
};

struct whittle {
    struct game g;
    struct whittle_truth truth;
    struct solver_own own;
    struct wh_arena scratch;
    address party[50];
    struct liar *liar;
    uint32_t posted;
    uint64_t first_post; /* sim time */
    uint32_t honest_assertion;
    struct {
        uint32_t liar;   /* whose lowest node stands there unrivaled, + 1; then liar.next_waiting */
        uint32_t honest; /* the true node, + 1 */
    } * at;              /* per context */
    uint32_t at_cap;
};

/* A copy of what a move needs until it is mined. */
struct kept {
    struct game_args args;
    u128 value;
    uint64_t visits;
    bytes32 lists[];
};

static struct whittle *of(struct sim *s)
{
    return s->state;
}

static const struct liar *liar_of(const struct sim *s, const address *who)
{
    const struct whittle *w = s->state;
    uint32_t i = load_be32(who->b + 16) - 1;
    if (i < s->n_evil && address_eq(&w->liar[i].who, who)) return &w->liar[i];
    for (i = 0; s->p->hooks != NULL && i < s->n_evil; i++)
        if (address_eq(&w->liar[i].who, who)) return &w->liar[i];
    return NULL;
}

static void on_event(void *ctx, const struct game_event *ev)
{
    struct sim *s = ctx;
    struct whittle *w = of(s);
    switch ((int)ev->kind) {
    case GAME_EVENT_DECIDED: {
        uint32_t a = game_find_assertion(&w->g, &ev->aid);
        sim_decide(s, a == w->honest_assertion ? SIM_HONEST : SIM_EVIL);
        break;
    }
    case GAME_EVENT_CONFIRMED: sim_confirm(s); break;
    case GAME_EVENT_SLASHED: {
        const struct liar *l = liar_of(s, &ev->who);
        if (l != NULL) sim_lose(s, l->stake);
        break;
    }
    case GAME_EVENT_REWARDED: {
        uint64_t gwei = (uint64_t)(ev->amount / 1000000000);
        *(liar_of(s, &ev->who) != NULL ? &s->evil.reward : &s->honest.reward) += gwei;
        break;
    }
    case GAME_EVENT_UNSTAKED: sim_unstake(&s->honest, s->honest.stake); break;
    default: break;
    }
}

static struct game_env env_of(const struct sim *s, const address *who, u128 value, uint64_t gas)
{
    return (struct game_env){.caller = *who,
                             .time = EPOCH + s->now,
                             .value = value,
                             .gasprice = sim_price(s),
                             .basefee = s->basefee,
                             .gas = gas,
                             .gas_left = UINT64_MAX};
}

/* Executes a move; gas is what L1 would take for it, as far as that is known beforehand. */
static enum game_error execute(struct sim *s, const struct game_env *env,
                               const struct game_args *args)
{
    return game_apply(&of(s)->g, env, args);
}

static void tell(struct sim *s, const struct game_env *env, const struct game_args *args,
                 uint64_t gas, enum game_error e)
{
    const struct whittle_hooks *h = s->p->hooks;
    if (h != NULL && h->call != NULL) h->call(h->ctx, env, args, gas, e);
}

/* The table's posts have paths of 20 words. */
static uint64_t post_gas(const struct sim *s)
{
    const struct game *g = &((const struct whittle *)s->state)->g;
    uint64_t full = game_assertion_at(g, 0)->roots == 0 ? SIM_GAS_POST_FIRST : SIM_GAS_POST_RIVAL;
    return full + SIM_GAS_POST_LEVEL * (uint64_t)g->cfg.k - SIM_GAS_POST_LEVEL * 20;
}

/* --- the adversary */
/* Weight of the honest path at the child of n that holds the lie, if it were there at time t. */
static uint64_t split_deadline(struct sim *s, const struct liar *l, const struct game_node *n)
{
    struct whittle *w = of(s);
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
            from = game_context_at(g, game_node_at(g, kid)->ctx)->first_at - EPOCH;
        }
    }
    uint64_t last = from + t - weight - 1;
    return last / slot * slot;
}

static wh_status offer_split(struct sim *s, uint32_t i)
{
    struct whittle *w = of(s);
    const struct liar *l = &w->liar[i];
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

/* Room for every context that there is. */
static wh_status room(struct sim *s)
{
    struct whittle *w = of(s);
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

/* The liar stands at a new lowest node: it can split, or waits for a rival. */
static wh_status stand(struct sim *s, uint32_t i)
{
    struct whittle *w = of(s);
    uint32_t ctx = game_node_at(&w->g, w->liar[i].node)->ctx;
    if (game_rivaled(game_context_at(&w->g, ctx))) return offer_split(s, i);
    w->liar[i].next_waiting = w->at[ctx].liar;
    w->at[ctx].liar = i + 1;
    return WH_OK;
}

/* A context got a node: who waited there has a rival now. */
static wh_status wake_liars(struct sim *s, uint32_t ctx)
{
    struct whittle *w = of(s);
    if (w->at[ctx].liar == 0 || !game_rivaled(game_context_at(&w->g, ctx))) return WH_OK;
    uint32_t i = w->at[ctx].liar;
    w->at[ctx].liar = 0;
    for (; i != 0; i = w->liar[i - 1].next_waiting)
        WH_TRY(offer_split(s, i - 1));
    return WH_OK;
}

static wh_status wake_children(struct sim *s, uint32_t node, bool honest)
{
    struct whittle *w = of(s);
    const struct game_node *n = game_node_at(&w->g, node);
    WH_TRY(room(s));
    for (unsigned j = 0; j < 1u << w->g.cfg.a; j++) {
        uint32_t kid = game_kids(&w->g, n)[j], ctx = game_node_at(&w->g, kid)->ctx;
        if (honest) w->at[ctx].honest = kid + 1;
        WH_TRY(wake_liars(s, ctx));
    }
    return WH_OK;
}

static wh_status evil_post(struct sim *s, uint32_t i, struct sim_done *done)
{
    struct whittle *w = of(s);
    struct liar *l = &w->liar[i];
    struct game *g = &w->g;
    const struct game_assertion *up = game_assertion_at(g, g->genesis);
    if (up->winner != GAME_NONE) return WH_OK;
    bytes32 path[TREE_K_MAX], acc;
    uint8_t state[TREE_STATE_SIZE];
    uint64_t end = UINT64_C(1) << g->cfg.k;
    for (unsigned h = 0; h < g->cfg.k; h++)
        whittle_lie_span(&l->lie, end - (UINT64_C(2) << h), h, &path[h]);
    if (l->lie.pos + 1 == end)
        whittle_lie_state(&l->lie, state);
    else
        memcpy(state, w->truth.open, sizeof state);
    done->gas = SIM_GAS_STAKE + post_gas(s);
    done->bytes = 4 + 32 * (8 + (uint32_t)g->cfg.k) + TREE_STATE_SIZE;
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
    struct game_env env = env_of(s, &l->who, g->cfg.bond, done->gas);
    struct game_args stake = {.move = GAME_MOVE_STAKE};
    enum game_error e = execute(s, &env, &stake);
    tell(s, &env, &stake, SIM_GAS_STAKE, e);
    env.value = 0;
    if (e == GAME_OK) {
        e = execute(s, &env, &args);
        tell(s, &env, &args, done->gas - SIM_GAS_STAKE, e);
    }
    if (e == GAME_NOMEM) return WH_E_NOMEM;
    done->outcome = e == GAME_OK ? "ok" : game_error_name(e);
    if (e != GAME_OK) return WH_OK;
    done->stake = l->stake = sim_bond(s, w->posted++);
    s->roots++;
    l->assertion = g->assertions.count - 1;
    l->node = game_assertion_at(g, l->assertion)->root_node;
    if (w->first_post == SIM_NEVER) w->first_post = s->now;
    WH_TRY(room(s));
    WH_TRY(wake_liars(s, game_node_at(g, l->node)->ctx));
    return stand(s, i);
}

static wh_status evil_split(struct sim *s, uint32_t i, uint32_t node, struct sim_done *done)
{
    struct whittle *w = of(s);
    struct liar *l = &w->liar[i];
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
    uint32_t nodes = g->nodes.count, contexts = g->contexts.count;
    struct game_env env = env_of(s, &l->who, 0, 0);
    enum game_error e = game_apply(g, &env, &args);
    if (e == GAME_NOMEM) return WH_E_NOMEM;
    nodes = g->nodes.count - nodes;
    contexts = g->contexts.count - contexts;
    done->gas = whittle_split_gas(contexts, nodes - contexts, arity - nodes);
    tell(s, &env, &args, done->gas, e);
    done->bytes = 4 + 32 * (8 + arity);
    done->depth = (unsigned)(g->cfg.k - args.u.split.v.h) / a;
    done->pos = args.u.split.v.pos;
    done->outcome = e == GAME_OK ? "ok" : game_error_name(e);
    if (e != GAME_OK) return WH_OK;
    if (honest_first) l->honest_weight += waited;
    if (mine_first) l->weight += waited;
    l->node = game_kids(g, game_node_at(g, node))[(l->lie.pos >> low) & (arity - 1)];
    WH_TRY(wake_children(s, node, false));
    return stand(s, i);
}

/* A false root weighs T: it is decided as an honest party would, by the solver on its own leaves. */
static wh_status evil_decide(struct sim *s, uint32_t i, struct sim_done *done)
{
    struct whittle *w = of(s);
    struct liar *l = &w->liar[i];
    struct solver_out out;
    struct solver_me me = {.who = l->who};
    game_set_time(&w->g, EPOCH + s->now);
    wh_arena_rewind(&w->scratch, 0);
    whittle_lie_own(&l->lie, &l->own);
    WH_TRY(solver_moves(&w->g, &l->own, &me, &w->scratch, &out));
    for (size_t m = 0; m < out.count; m++) {
        if (out.moves[m].kind != GAME_MOVE_DECIDE && out.moves[m].kind != GAME_MOVE_REFRESH)
            continue;
        uint64_t visits = out.moves[m].args.u.aid.tree.len / 33 + 1;
        struct game_env env = env_of(s, &l->who, 0, 0);
        enum game_error e = game_apply(&w->g, &env, &out.moves[m].args);
        if (e == GAME_NOMEM) return WH_E_NOMEM;
        done->gas += SIM_GAS_DECIDE_BASE + visits * SIM_GAS_TREE_NODE;
        tell(s, &env, &out.moves[m].args, SIM_GAS_DECIDE_BASE + visits * SIM_GAS_TREE_NODE, e);
        done->bytes += (uint32_t)out.moves[m].args.u.aid.tree.len + 132;
        done->outcome = e == GAME_OK ? "ok" : game_error_name(e);
    }
    l->decides = false;
    return WH_OK;
}

static wh_status whittle_evil(struct sim *s, const struct sim_chance *c, struct sim_done *done)
{
    switch ((int)c->kind) {
    case SIM_MOVE_POST: return evil_post(s, c->rival, done);
    case SIM_MOVE_SPLIT: return evil_split(s, c->rival, (uint32_t)c->a, done);
    default: return evil_decide(s, c->rival, done);
    }
}

/* Its timer is the least weight of its paths, so no more than that of the false one. */
static uint64_t path_weight(const struct sim *s, const struct liar *l)
{
    const struct game *g = &((const struct whittle *)s->state)->g;
    return l->weight + clock_lambda(g, game_node_at(g, l->node), EPOCH + s->now);
}

/* No false root can weigh T before T has passed: the clocks of a path never run at the same time. */
static wh_status whittle_tick(struct sim *s)
{
    struct whittle *w = of(s);
    uint64_t t = sim_get(s, SIM_T), next = SIM_NEVER;
    if (s->roots == 0 || s->winner != SIM_NOBODY) return WH_OK;
    if (s->now < w->first_post + t) {
        sim_wake_at(s, w->first_post + t);
        return WH_OK;
    }
    for (uint32_t i = 0; i < s->n_evil; i++) {
        struct liar *l = &w->liar[i];
        if (l->assertion == GAME_NONE || l->decides) continue;
        uint64_t beta = path_weight(s, l);
        if (beta >= t)
            beta = clock_beta(&w->g, game_assertion_at(&w->g, l->assertion)->root_node,
                              EPOCH + s->now);
        if (beta < t) {
            if (s->now + t - beta < next) next = s->now + t - beta;
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

/* --- honest parties */
static wh_status keep(struct sim *s, const struct solver_move *m, struct kept **out)
{
    const struct game_args *from = &m->args;
    struct whittle *w = of(s);
    size_t n = 0;
    wh_span tree = {NULL, 0};
    const bytes32 *list = NULL;
    switch ((int)m->kind) {
    case GAME_MOVE_POST: n = from->u.post.path_len, list = from->u.post.path; break;
    case GAME_MOVE_SPLIT: n = from->u.split.span_count, list = from->u.split.spans; break;
    case GAME_MOVE_PROVE: n = from->u.prove.mp_len, list = from->u.prove.mp; break;
    case GAME_MOVE_REFRESH: tree = from->u.refresh.tree; break;
    case GAME_MOVE_DECIDE: tree = from->u.aid.tree; break;
    case GAME_MOVE_CLAIM: tree = from->u.gid.tree; break;
    default: break;
    }
    struct kept *k = wh_arena_alloc(s->arena, sizeof *k + 32 * n + tree.len, 16);
    if (k == NULL) return WH_E_NOMEM;
    k->args = *from;
    k->value = m->value;
    /* every opened node shows 2^a spans and 2^a subtrees: 33 * 2^a bytes, and one for the top */
    k->visits = tree.len == 0 ? 1 : 1 + ((tree.len - 1) / (33u << w->g.cfg.a) << w->g.cfg.a);
    if (n != 0) memcpy(k->lists, list, 32 * n);
    uint8_t *bytes = (uint8_t *)k->lists;
    if (tree.len != 0) memcpy(bytes, tree.ptr, tree.len);
    static const uint8_t proof = 1;
    switch ((int)m->kind) {
    case GAME_MOVE_POST:
        k->args.u.post.path = k->lists;
        k->args.u.post.state.ptr = w->truth.open;
        break;
    case GAME_MOVE_SPLIT: k->args.u.split.spans = k->lists; break;
    case GAME_MOVE_PROVE:
        k->args.u.prove.mp = k->lists;
        k->args.u.prove.pre.ptr = m->step == 0 ? w->truth.sealed : w->truth.open;
        k->args.u.prove.proof = wh_span_of(&proof, 1);
        break;
    case GAME_MOVE_REFRESH: k->args.u.refresh.tree.ptr = bytes; break;
    case GAME_MOVE_DECIDE: k->args.u.aid.tree.ptr = bytes; break;
    case GAME_MOVE_CLAIM: k->args.u.gid.tree.ptr = bytes; break;
    default: break;
    }
    *out = k;
    return WH_OK;
}

static const uint8_t kind_of[GAME_MOVE_COUNT] = {
    [GAME_MOVE_STAKE] = SIM_MOVE_STAKE,     [GAME_MOVE_POST] = SIM_MOVE_POST,
    [GAME_MOVE_SPLIT] = SIM_MOVE_SPLIT,     [GAME_MOVE_PROVE] = SIM_MOVE_PROVE,
    [GAME_MOVE_REFRESH] = SIM_MOVE_REFRESH, [GAME_MOVE_DECIDE] = SIM_MOVE_DECIDE,
    [GAME_MOVE_CONFIRM] = SIM_MOVE_CONFIRM, [GAME_MOVE_REJECT] = SIM_MOVE_REJECT,
    [GAME_MOVE_SLASH] = SIM_MOVE_SLASH,     [GAME_MOVE_CLAIM] = SIM_MOVE_CLAIM,
    [GAME_MOVE_UNSTAKE] = SIM_MOVE_UNSTAKE, [GAME_MOVE_WITHDRAW] = SIM_MOVE_WITHDRAW,
    [GAME_MOVE_SWEEP] = SIM_MOVE_SWEEP,
};

static void count_second(void *ctx, uint32_t node)
{
    struct {
        const struct game *g;
        uint64_t n;
    } *c = ctx;
    c->n += !(game_node_at(c->g, node)->gas_flags & GAME_NODE_FIRST);
}

/* Visits of a shown tree: a node that is not first in its context is read without it. */
static uint64_t tree_gas(const struct sim *s, uint32_t node, wh_span tree, uint64_t visits)
{
    const struct game *g = &((const struct whittle *)s->state)->g;
    struct {
        const struct game *g;
        uint64_t n;
    } second = {g, 0};
    uint64_t bound;
    if (clock_eval(g, node, tree, EPOCH + s->now, count_second, &second, &bound) != GAME_OK)
        return 0;
    return (visits - 1) * SIM_GAS_TREE_NODE - second.n * SIM_GAS_TREE_RIVAL;
}

/* Gas before the move, for what it depends on; splits are priced by what their children were. */
static uint64_t gas_of(const struct sim *s, const struct game_args *args, const struct kept *k)
{
    const struct game *g = &((const struct whittle *)s->state)->g;
    switch ((int)args->move) {
    case GAME_MOVE_STAKE: return SIM_GAS_STAKE;
    case GAME_MOVE_POST: return post_gas(s);
    case GAME_MOVE_PROVE: return sim_get(s, SIM_PROVE_GAS);
    case GAME_MOVE_REFRESH: {
        bytes32 id;
        node_id(g->crypto, &args->u.refresh.v, &id);
        return SIM_GAS_REFRESH_STOP +
               tree_gas(s, game_find_node(g, &id), args->u.refresh.tree, k->visits);
    }
    case GAME_MOVE_DECIDE: {
        const struct game_assertion *a = game_assertion_of(g, &args->u.aid.aid);
        return SIM_GAS_DECIDE_BASE + tree_gas(s, a->root_node, args->u.aid.tree, k->visits);
    }
    case GAME_MOVE_CONFIRM: return SIM_GAS_CONFIRM;
    case GAME_MOVE_REJECT: return SIM_GAS_REJECT;
    case GAME_MOVE_SLASH: return s->burnt == 0 ? SIM_GAS_SLASH : SIM_GAS_SLASH_MORE;
    case GAME_MOVE_CLAIM: /* what a party moved, it is paid for */
        return SIM_GAS_CLAIM_BASE + SIM_GAS_CLAIM_NODE * k->visits +
               SIM_GAS_CLAIM_PAID * (s->honest.splits + s->honest.proofs - s->duplicates);
    case GAME_MOVE_UNSTAKE: return SIM_GAS_UNSTAKE;
    case GAME_MOVE_WITHDRAW: return SIM_GAS_WITHDRAW;
    default: return SIM_GAS_SWEEP;
    }
}

static uint32_t bytes_of(const struct sim *s, const struct game_args *args)
{
    uint64_t proof = sim_get(s, SIM_PROVE_BYTES);
    switch ((int)args->move) {
    case GAME_MOVE_POST: return (uint32_t)(4 + 32 * (8 + args->u.post.path_len) + TREE_STATE_SIZE);
    case GAME_MOVE_SPLIT: return (uint32_t)(4 + 32 * (8 + args->u.split.span_count));
    case GAME_MOVE_PROVE:
        return (uint32_t)(4 + 32 * (44 + args->u.prove.mp_len + (proof + 31) / 32));
    case GAME_MOVE_REFRESH: return (uint32_t)(4 + 32 * 7 + args->u.refresh.tree.len);
    case GAME_MOVE_DECIDE: return (uint32_t)(4 + 32 * 3 + args->u.aid.tree.len);
    case GAME_MOVE_CLAIM: return (uint32_t)(4 + 32 * 4 + args->u.gid.tree.len);
    case GAME_MOVE_STAKE:
    case GAME_MOVE_UNSTAKE: return 4;
    default: return 36;
    }
}

/* The moves of a party in the game below genesis, once it is decided by nobody that this run has
 * further claims: next assertions are not played. */
static bool wanted(struct sim *s, uint32_t party, const struct solver_move *m)
{
    struct whittle *w = of(s);
    if (m->kind >= GAME_MOVE_COUNT || m->kind == GAME_MOVE_JOIN || m->kind == GAME_MOVE_SWEEP)
        return false;
    if (m->kind == GAME_MOVE_POST &&
        !bytes32_eq(&m->args.u.post.parent, &game_assertion_at(&w->g, w->g.genesis)->aid))
        return false;
    if (party != 0 && (m->kind == GAME_MOVE_STAKE || m->kind == GAME_MOVE_POST)) return false;
    if (m->kind == GAME_MOVE_DECIDE && sim_get(s, SIM_DECIDE) == 2) return false;
    if (sim_get(s, SIM_STOP) == 1 && (m->kind == GAME_MOVE_SPLIT || m->kind == GAME_MOVE_PROVE) &&
        m->weight >= sim_get(s, SIM_T))
        return false;
    return !sim_sent(s, party, load_le64(m->key.b));
}

static uint64_t order_of(const struct solver_move *m, size_t i)
{
    uint64_t w = m->weight < UINT64_C(1) << 43 ? m->weight : (UINT64_C(1) << 43) - 1;
    if (m->kind == GAME_MOVE_STAKE || m->kind == GAME_MOVE_POST) w = 0;
    return w << 20 | (i < 0xfffff ? i : 0xfffff);
}

static wh_status send(struct sim *s, uint32_t party, const struct solver_move *m, size_t i)
{
    struct whittle *w = of(s);
    struct kept *k;
    WH_TRY(keep(s, m, &k));
    struct sim_tx tx = {
        .order = order_of(m, i),
        .key = load_le64(m->key.b),
        .weight = m->kind == GAME_MOVE_SPLIT || m->kind == GAME_MOVE_PROVE ? m->weight : SIM_NEVER,
        .arg = k,
        .party = party,
        .kind = kind_of[m->kind]};
    if (m->kind == GAME_MOVE_SPLIT || m->kind == GAME_MOVE_PROVE) {
        tx.depth = (unsigned)(w->g.cfg.k - m->h) / w->g.cfg.a;
        tx.pos = m->kind == GAME_MOVE_SPLIT ? m->args.u.split.v.pos : m->args.u.prove.v.pos;
        tx.last = m->h <= w->g.cfg.a;
    }
    return sim_send(s, &tx);
}

static wh_status whittle_apply(struct sim *s, struct sim_tx *tx, enum sim_outcome *how,
                               const char **why)
{
    struct whittle *w = of(s);
    struct kept *k = tx->arg;
    struct game *g = &w->g;
    const struct game_args *args = &k->args;
    tx->gas = gas_of(s, args, k);
    tx->bytes = bytes_of(s, args);
    uint32_t nodes = g->nodes.count, contexts = g->contexts.count, target = GAME_NONE;
    bool again = false;
    if (args->move == GAME_MOVE_SPLIT || args->move == GAME_MOVE_PROVE) {
        bytes32 id;
        node_id(g->crypto, args->move == GAME_MOVE_SPLIT ? &args->u.split.v : &args->u.prove.v,
                &id);
        target = game_find_node(g, &id);
        unsigned flag = args->move == GAME_MOVE_SPLIT ? GAME_NODE_SPLIT : GAME_NODE_PROVEN;
        again = target != GAME_NONE && (game_node_at(g, target)->gas_flags & flag) != 0;
        /* What the node meters is known before: its children that stand already were looked up. */
        if (args->move == GAME_MOVE_SPLIT)
            tx->gas = whittle_split_gas((uint64_t)1 << g->cfg.a, 0, 0);
    }
    struct game_env env = env_of(s, &w->party[tx->party], k->value, tx->gas);
    enum game_error e = execute(s, &env, args);
    if (e == GAME_NOMEM) return WH_E_NOMEM;
    if (again) {
        tx->gas = args->move == GAME_MOVE_SPLIT ? SIM_GAS_SPLIT_AGAIN : SIM_GAS_PROVE_AGAIN;
        *how = SIM_AGAIN;
        tell(s, &env, args, tx->gas, e);
        return WH_OK;
    }
    if (e != GAME_OK) {
        bool late = e == GAME_E_BAD_ASSERTION || e == GAME_E_DECIDED || e == GAME_E_NOT_STAKED ||
                    e == GAME_E_NO_CREDIT;
        tx->gas = SIM_GAS_SPLIT_AGAIN;
        *how = late ? SIM_AGAIN : SIM_REFUSED;
        *why = game_error_name(e);
        tell(s, &env, args, tx->gas, e);
        return WH_OK;
    }
    if (args->move != GAME_MOVE_SPLIT) tell(s, &env, args, tx->gas, e);
    switch ((int)args->move) {
    case GAME_MOVE_SPLIT: {
        uint64_t arity = (uint64_t)1 << g->cfg.a;
        nodes = g->nodes.count - nodes;
        contexts = g->contexts.count - contexts;
        tx->gas = whittle_split_gas(contexts, nodes - contexts, arity - nodes);
        struct game_node *n = game_node_at(g, target); /* the metered gas is the real one */
        n->gas_flags = (uint32_t)(tx->gas >> 8) << 8 | (n->gas_flags & 0xffu);
        tell(s, &env, args, tx->gas, e);
        return wake_children(s, target, true);
    }
    case GAME_MOVE_POST:
        w->honest_assertion = g->assertions.count - 1;
        w->first_post = w->first_post == SIM_NEVER ? s->now : w->first_post;
        if (sim_get(s, SIM_FIRST) == 1) tx->stake = sim_bond(s, w->posted++);
        target = game_assertion_at(g, w->honest_assertion)->root_node;
        WH_TRY(room(s));
        w->at[game_node_at(g, target)->ctx].honest = target + 1;
        return wake_liars(s, game_node_at(g, target)->ctx);
    default: break;
    }
    return WH_OK;
}

/* With nothing left to send the game is over for this run. */
static wh_status rest(struct sim *s, const struct solver_out *out)
{
    const struct whittle *w = of(s);
    uint64_t t = sim_get(s, SIM_T);
    for (size_t i = 0; i < out->line_count; i++) {
        const struct solver_line *line = &out->line[i];
        if (!line->posted || line->decided || i != 0) continue;
        if (line->beta < t) sim_wake_at(s, s->now + t - line->beta);
    }
    const struct game_assertion *up = game_assertion_at(&w->g, w->g.genesis);
    if (up->winner != GAME_NONE && up->roots >= 2) {
        uint64_t confirm = up->won_at - EPOCH + sim_get(s, SIM_GRACE);
        if (confirm > s->now) sim_wake_at(s, confirm);
    }
    if (out->verdict == SOLVER_ALARM) s->over = true;
    return WH_OK;
}

static wh_status whittle_look(struct sim *s, uint32_t party)
{
    struct whittle *w = of(s);
    struct solver_out out;
    struct solver_me me = {.who = w->party[party],
                           .propose = party == 0 && sim_get(s, SIM_FIRST) == 0,
                           .leaving = s->winner != SIM_NOBODY};
    game_set_time(&w->g, EPOCH + s->now);
    wh_arena_rewind(&w->scratch, 0);
    WH_TRY(solver_moves(&w->g, &w->own, &me, &w->scratch, &out));
    for (size_t i = 0; i < out.count; i++) {
        const struct solver_move *m = &out.moves[i];
        if (!wanted(s, party, m)) continue;
        if (m->kind == GAME_MOVE_DECIDE && sim_get(s, SIM_DECIDE) == 1) {
            struct game_env env = env_of(s, &w->party[party], 0, 0);
            if (game_apply(&w->g, &env, &m->args) == GAME_NOMEM) return WH_E_NOMEM;
            sim_wake_at(s, s->now);
            return WH_OK;
        }
        WH_TRY(send(s, party, m, i));
    }
    return rest(s, &out);
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
    if (game_init(&w->g, &cfg, s->arena, w->truth.crypto, EPOCH) != GAME_OK) return WH_E_NOMEM;
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
    struct whittle *w = of(s);
    struct game_env env = env_of(s, &w->party[0], w->g.cfg.bond, SIM_GAS_STAKE);
    struct game_args args = {.move = GAME_MOVE_STAKE};
    if (execute(s, &env, &args) != GAME_OK) return WH_E_NOMEM;
    tell(s, &env, &args, SIM_GAS_STAKE, GAME_OK);
    if (sim_get(s, SIM_FIRST) == 0) sim_stake(&s->honest, sim_bond(s, w->posted++));
    uint64_t t = sim_get(s, SIM_T), slot = sim_get(s, SIM_SLOT), from = 0;
    if (sim_get(s, SIM_FIRST) == 0) {
        uint64_t delay = s->party_delay[0];
        s->party_delay[0] = 0;
        WH_TRY(whittle_look(s, 0)); /* asks for the post */
        s->party_delay[0] = delay;
        for (uint32_t i = 0; i < s->tx_count; i++)
            s->tx[i].ready = 0;
    } else {
        from = slot + s->party_delay[0];
    }
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
    w->liar = SIM_NEW(s, struct liar, s->n_evil == 0 ? 1 : s->n_evil);
    if (w->liar == NULL) return WH_E_NOMEM;
    for (uint32_t i = 0; i < s->n_evil; i++) {
        struct liar *l = &w->liar[i];
        whittle_lie_init(&l->lie, &w->truth,
                         sim_lie_pos(s, i, s->n_evil, (unsigned)sim_get(s, SIM_K)), i);
        whittle_address(1, i, &l->who);
        if (h != NULL && i < h->evil_count) l->who = h->evil[i];
        l->assertion = l->node = GAME_NONE;
    }
    return begin(s);
}

static void whittle_end(struct sim *s, struct sim_result *r)
{
    struct whittle *w = of(s);
    const struct whittle_hooks *h = s->p->hooks;
    (void)r;
    if (h != NULL && h->ended != NULL) h->ended(h->ctx, &w->g);
    for (uint32_t i = 0; i < s->n_evil; i++) {
        if (w->liar[i].assertion == GAME_NONE) continue;
        uint64_t weight = path_weight(s, &w->liar[i]);
        if (weight > s->evil_weight) s->evil_weight = weight;
    }
}

static uint64_t whittle_rival_cost(const struct sim *s, uint64_t i)
{
    uint64_t levels = sim_get(s, SIM_K) / sim_get(s, SIM_A), arity = UINT64_C(1)
                                                                     << sim_get(s, SIM_A);
    uint64_t gas = SIM_GAS_STAKE + SIM_GAS_POST_RIVAL + levels * whittle_split_gas(0, 1, arity - 1);
    u128 fee = (u128)gas * (sim_get(s, SIM_BASEFEE) + sim_get(s, SIM_TIP));
    return sim_bond(s, i) + (uint64_t)(fee / 1000000000);
}

const struct sim_protocol sim_whittle = {
    .name = "whittle",
    .text = "game/core and game/solver",
    .start = whittle_start,
    .look = whittle_look,
    .tick = whittle_tick,
    .apply = whittle_apply,
    .evil = whittle_evil,
    .end = whittle_end,
    .rival_cost = whittle_rival_cost,
};
