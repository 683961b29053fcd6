/* SPDX-License-Identifier: MIT */
/* Honest parties: what the solver of the daemons asks for is kept until it is mined. */
#include "game/core/view.h"
#include "game/sim/whittle_game.h"

#include <string.h>

/* A copy of what a move needs until it is mined. */
struct kept {
    struct game_args args;
    u128 value;
    uint32_t node; /* that a split splits */
    bytes32 lists[];
};

/* --- honest parties */
static wh_status keep(struct sim *s, const struct solver_move *m, struct kept **out)
{
    const struct game_args *from = &m->args;
    struct whittle *w = whittle_of(s);
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
    k->node = m->kind == GAME_MOVE_SPLIT ? game_find_node(&w->g, &m->id) : GAME_NONE;
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

/* The moves of a party in the game below genesis, once it is decided by nobody that this run has
 * further claims: next assertions are not played. */
static bool wanted(struct sim *s, uint32_t party, const struct solver_move *m)
{
    struct whittle *w = whittle_of(s);
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
    struct whittle *w = whittle_of(s);
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

/* The adversary sees the move and makes it itself, a place earlier in the block. */
static wh_status front_run(struct sim *s, const struct sim_tx *tx)
{
    struct whittle *w = whittle_of(s);
    const struct kept *k = tx->arg;
    uint64_t share = sim_get(s, SIM_FRONTRUN);
    bool split = k->args.move == GAME_MOVE_SPLIT;
    if (share == 0 || s->n_evil == 0 || (!split && k->args.move != GAME_MOVE_PROVE) ||
        sim_below(&s->front_rng, 10000) >= share)
        return WH_OK;
    struct game_args args = k->args;
    *(split ? &args.u.split.to : &args.u.prove.to) = w->liar[0].who;
    struct whittle_bill bill;
    enum game_error e = whittle_call(s, &w->liar[0].who, 0, &args, k->node, &bill);
    if (e == GAME_NOMEM) return WH_E_NOMEM;
    if (e == GAME_OK && !w->moved) return WH_OK; /* somebody was there before: not worth the gas */
    struct sim_done done = {.outcome = e == GAME_OK ? "ok" : game_error_name(e),
                            .gas = bill.gas,
                            .bytes = bill.bytes,
                            .pos = tx->pos,
                            .depth = tx->depth};
    sim_evil_made(s, (enum sim_kind)tx->kind, 0, &done);
    w->ahead += e == GAME_OK;
    return e == GAME_OK && split ? whittle_wake_children(s, k->node, true) : WH_OK;
}

wh_status whittle_apply(struct sim *s, struct sim_tx *tx, enum sim_outcome *how, const char **why)
{
    struct whittle *w = whittle_of(s);
    const struct kept *k = tx->arg;
    const struct game *g = &w->g;
    struct whittle_bill bill;
    WH_TRY(front_run(s, tx));
    enum game_error e = whittle_call(s, &w->party[tx->party], k->value, &k->args, k->node, &bill);
    if (e == GAME_NOMEM) return WH_E_NOMEM;
    tx->gas = bill.gas;
    tx->bytes = bill.bytes;
    if (e != GAME_OK) {
        bool late = e == GAME_E_BAD_ASSERTION || e == GAME_E_DECIDED || e == GAME_E_NOT_STAKED ||
                    e == GAME_E_NO_CREDIT;
        *how = late ? SIM_AGAIN : SIM_REFUSED;
        *why = game_error_name(e);
        return WH_OK;
    }
    uint32_t root;
    switch ((int)k->args.move) {
    case GAME_MOVE_SPLIT:
        if (w->moved) return whittle_wake_children(s, k->node, true);
        *how = SIM_AGAIN;
        return WH_OK;
    case GAME_MOVE_PROVE:
        if (!w->moved) *how = SIM_AGAIN;
        return WH_OK;
    case GAME_MOVE_POST:
        w->honest_assertion = g->assertions.count - 1;
        w->first_post = w->first_post == SIM_NEVER ? s->now : w->first_post;
        if (sim_get(s, SIM_FIRST) == 1) tx->stake = sim_bond(s, w->posted++);
        root = game_assertion_at(g, w->honest_assertion)->root_node;
        WH_TRY(whittle_room(s));
        w->at[game_node_at(g, root)->ctx].honest = root + 1;
        return whittle_wake_liars(s, game_node_at(g, root)->ctx);
    default: break;
    }
    return WH_OK;
}

/* With nothing left to send the game is over for this run. */
static wh_status rest(struct sim *s, const struct solver_out *out)
{
    struct whittle *w = whittle_of(s);
    uint64_t t = sim_get(s, SIM_T);
    for (size_t i = 0; i < out->line_count; i++) {
        const struct solver_line *line = &out->line[i];
        if (!line->posted || line->decided || i != 0) continue;
        /* A timer that has not moved without news stands until there are some. */
        bool runs = s->news || line->beta != w->beta_seen;
        if (line->beta < t && runs) sim_wake_at(s, s->now + t - line->beta);
        w->beta_seen = line->beta;
    }
    const struct game_assertion *up = game_assertion_at(&w->g, w->g.genesis);
    if (up->winner != GAME_NONE && up->roots >= 2) {
        uint64_t confirm = up->won_at - WHITTLE_EPOCH + sim_get(s, SIM_GRACE);
        if (confirm > s->now) sim_wake_at(s, confirm);
    }
    if (out->verdict == SOLVER_ALARM) s->over = true;
    return WH_OK;
}

wh_status whittle_look(struct sim *s, uint32_t party)
{
    struct whittle *w = whittle_of(s);
    struct solver_out out;
    struct solver_me me = {.who = w->party[party],
                           .propose = party == 0 && sim_get(s, SIM_FIRST) == 0,
                           .leaving = s->winner != SIM_NOBODY};
    game_set_time(&w->g, WHITTLE_EPOCH + s->now);
    wh_arena_rewind(&w->scratch, 0);
    WH_TRY(solver_moves(&w->g, &w->own, &me, &w->scratch, &out));
    for (size_t i = 0; i < out.count; i++) {
        const struct solver_move *m = &out.moves[i];
        if (!wanted(s, party, m)) continue;
        if (m->kind == GAME_MOVE_DECIDE && sim_get(s, SIM_DECIDE) == 1) {
            struct whittle_bill free;
            if (whittle_call(s, &w->party[party], 0, &m->args, GAME_NONE, &free) == GAME_NOMEM)
                return WH_E_NOMEM;
            sim_wake_at(s, s->now);
            return WH_OK;
        }
        WH_TRY(send(s, party, m, i));
    }
    return rest(s, &out);
}
