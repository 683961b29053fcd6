/* SPDX-License-Identifier: MIT */
/* BoLD: honest moves. */
#include "game/sim/bold.h"

static uint64_t weight_above(const struct bold *b, uint32_t at, uint64_t now)
{
    /* Spots are few steps apart from the top: walk down along the position. */
    uint64_t w = 0;
    for (uint32_t i = 0; i != BOLD_NONE;) {
        const struct bold_spot *p = &b->spot[i];
        w += bold_lambda(p, BOLD_HONEST, now);
        if (i == at) break;
        i = p->kid[bold_half(b, p, b->spot[at].pos)];
    }
    return w;
}

static wh_status answer(struct sim *s, uint32_t party, uint32_t at)
{
    struct bold *b = bold_of(s);
    const struct bold_spot *p = &b->spot[at];
    if (sim_sent(s, party, (uint64_t)at + 16)) return WH_OK;
    uint64_t w = weight_above(b, at, s->now);
    if (sim_get(s, SIM_STOP) == 1 && w >= sim_get(s, SIM_T)) return WH_OK;
    bool proof = p->stage + 1u == b->stages;
    struct sim_tx tx = {.order = w << 8,
                        .key = (uint64_t)at + 16,
                        .weight = w,
                        .pos = p->pos,
                        .a = at,
                        .party = party,
                        .depth = p->stage,
                        .kind = proof              ? SIM_MOVE_PROVE
                                : b->sub[p->stage] ? SIM_MOVE_SUBROOT
                                                   : SIM_MOVE_SPLIT,
                        .last = p->stage + 2u >= b->stages};
    if (b->sub[p->stage]) tx.stake = bold_level_stake(s, bold_level_at(b, at) + 1u, 0);
    return sim_send(s, &tx);
}

static wh_status finish(struct sim *s, bool complete)
{
    struct bold *b = bold_of(s);
    if (s->winner == SIM_HONEST && s->confirmed_at == SIM_NEVER) {
        sim_confirm(s);
        uint64_t all = s->evil.stake;
        sim_lose(s, all);
        s->honest.stake = 0;
    }
    (void)b;
    if (complete && s->winner != SIM_NOBODY) s->over = true;
    return WH_OK;
}

static wh_status updates(struct sim *s, uint32_t party)
{
    struct bold *b = bold_of(s);
    if (!b->updating) {
        unsigned deepest = 0;
        for (uint32_t i = 0; i < b->spots; i++)
            if (b->spot[i].honest && b->spot[i].stage > deepest) deepest = b->spot[i].stage;
        b->updating = true;
        b->updates_left = deepest + 1;
    }
    if (party != 0 || sim_sent(s, 0, 2 + UINT64_C(0x100000000) * b->updates_left)) return WH_OK;
    return sim_send(s, &(struct sim_tx){.key = 2 + UINT64_C(0x100000000) * b->updates_left,
                                        .kind = SIM_MOVE_REFRESH,
                                        .weight = SIM_NEVER,
                                        .depth = b->updates_left - 1});
}

wh_status bold_look(struct sim *s, uint32_t party)
{
    struct bold *b = bold_of(s);
    uint64_t t = sim_get(s, SIM_T), now = s->now;
    if (!b->honest_posted) {
        bool rivals = s->roots != 0;
        if (party != 0 || sim_sent(s, 0, 1) || (!rivals && sim_get(s, SIM_FIRST) == 1))
            return WH_OK;
        return sim_send(s, &(struct sim_tx){.key = 1,
                                            .kind = SIM_MOVE_POST,
                                            .weight = SIM_NEVER,
                                            .stake = sim_bond(s, b->posted)});
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < b->opens; i++) {
        if (b->spot[b->open[i]].answered) continue;
        b->open[kept++] = b->open[i];
        if (s->winner == SIM_NOBODY) WH_TRY(answer(s, party, b->open[i]));
    }
    b->opens = kept;
    uint64_t finite = bold_honest_beta(b, 0, now, true), beta = bold_honest_beta(b, 0, now, false);
    if (finite >= t && s->complete_at == SIM_NEVER) s->complete_at = now;
    if (finite < t) sim_wake_at(s, now + t - finite);
    if (s->winner != SIM_NOBODY) return finish(s, finite >= t);
    if (beta < t) {
        sim_wake_at(s, now + t - beta);
        return WH_OK;
    }
    if (sim_get(s, SIM_DECIDE) == 2) return WH_OK;
    if (sim_get(s, SIM_UPDATES) == 1 && !(b->updating && b->updates_left == 0))
        return updates(s, party);
    if (sim_get(s, SIM_DECIDE) == 1) {
        sim_decide(s, SIM_HONEST);
        return finish(s, finite >= t);
    }
    if (sim_sent(s, party, 3)) return WH_OK;
    return sim_send(s, &(struct sim_tx){.key = 3,
                                        .kind = SIM_MOVE_DECIDE,
                                        .party = party,
                                        .weight = SIM_NEVER,
                                        .order = UINT64_C(1) << 60});
}

wh_status bold_apply(struct sim *s, struct sim_tx *tx, enum sim_outcome *how, const char **why)
{
    struct bold *b = bold_of(s);
    *why = "";
    if (tx->kind == SIM_MOVE_POST) {
        tx->gas = SIM_GAS_BOLD_ROOT;
        tx->bytes = 1500;
        b->honest_posted = true;
        b->spot[0].honest = true;
        b->posted++;
        if (b->first_post == SIM_NEVER) b->first_post = s->now;
        return bold_arrive(s, 0, BOLD_HONEST);
    }
    if (tx->kind == SIM_MOVE_REFRESH) {
        uint64_t nodes = 0;
        for (uint32_t i = 0; i < b->spots; i++)
            nodes += b->spot[i].honest && b->spot[i].stage == tx->depth;
        tx->gas = 21000 + SIM_GAS_BOLD_UPDATE * (2 * nodes);
        b->updates_left = tx->depth;
        if (b->updates_left == 0 && sim_get(s, SIM_DECIDE) == 1) sim_decide(s, SIM_HONEST);
        return WH_OK;
    }
    if (tx->kind == SIM_MOVE_DECIDE) {
        tx->gas = SIM_GAS_BOLD_CONFIRM;
        if (s->winner != SIM_NOBODY) *how = SIM_AGAIN;
        sim_decide(s, SIM_HONEST);
        return WH_OK;
    }
    uint32_t at = (uint32_t)tx->a;
    unsigned stage = b->spot[at].stage, height = b->k - b->depth_of[stage];
    tx->bytes = 4 + 32 * (6 + 2 * height);
    tx->gas = tx->kind == SIM_MOVE_PROVE ? sim_get(s, SIM_PROVE_GAS)
              : tx->kind == SIM_MOVE_SUBROOT
                  ? SIM_GAS_BOLD_ROOT
                  : SIM_GAS_BOLD_SPLIT_BASE + SIM_GAS_BOLD_SPLIT_HEIGHT * height;
    if (b->spot[at].answered) {
        tx->gas = 30000;
        *how = SIM_AGAIN;
        return WH_OK;
    }
    b->spot[at].answered = true;
    if (tx->kind == SIM_MOVE_PROVE) {
        b->spot[at].proven = true;
        b->spot[at].proven_at = s->now;
        tx->bytes += (uint32_t)sim_get(s, SIM_PROVE_BYTES);
        return WH_OK;
    }
    if (tx->kind == SIM_MOVE_SUBROOT) s->honest.sub_stakes += tx->stake;
    /* The true nodes of both parts stand now, if they did not before as part of a false split. */
    for (unsigned side = 0; side < (b->sub[stage] ? 1u : 2u); side++) {
        uint32_t kid = b->spot[at].kid[side];
        if (kid == BOLD_NONE && !b->sub[stage] && b->spot[at].kid[!side] != BOLD_NONE) {
            if (b->spot[at].side_at == SIM_NEVER) b->spot[at].side_at = s->now;
            continue;
        }
        if (kid == BOLD_NONE && (kid = bold_spot_kid(s, at, side)) == BOLD_NONE) return WH_E_NOMEM;
        b->spot[kid].honest = true;
        if (b->spot[kid].stands)
            WH_TRY(bold_wake(s, kid));
        else
            WH_TRY(bold_arrive(s, kid, BOLD_HONEST));
    }
    return WH_OK;
}
