/* SPDX-License-Identifier: MIT */
/* Games of two: moves of both sides, set-up, the three rows of the table. */
#include <inttypes.h>

#include "game/sim/match.h"

static uint64_t line_key(uint32_t line, uint32_t step)
{
    return ((uint64_t)line << 20 | step) + 100;
}

static wh_status line_offer(struct sim *s, uint32_t i)
{
    struct match *x = match_of(s);
    struct match_line *l = &x->line[i];
    l->since = s->now;
    /* A block before the clock runs out is the last moment; not moving at all burns it whole. */
    uint64_t slot = sim_get(s, SIM_SLOT), last = (s->now + l->clock) / slot * slot;
    sim_wake_at(s, s->now + l->clock + 1);
    return sim_chance(s, &(struct sim_chance){.kind = SIM_MOVE_MOVE,
                                              .rival = l->number,
                                              .level = l->step,
                                              .levels = match_moves(s, x, l->level),
                                              .tier = l->level,
                                              .tiers = x->levels,
                                              .opened = s->now,
                                              .deadline = last,
                                              .a = i,
                                              .b = l->step});
}

static wh_status honest_move(struct sim *s, uint32_t party, uint32_t i, bool timeout)
{
    struct match *x = match_of(s);
    const struct match_line *l = &x->line[i];
    uint64_t key = line_key(i, l->step) | (timeout ? UINT64_C(1) << 60 : 0);
    if (sim_sent(s, party, key)) return WH_OK;
    unsigned moves = match_moves(s, x, l->level);
    bool last = l->step + 2 > moves;
    bool proof = last && l->level + 1 == x->levels;
    return sim_send(
        s,
        &(struct sim_tx){.order = l->step,
                         .key = key,
                         .weight = SIM_NEVER,
                         .pos = l->number,
                         .a = i | (uint64_t)l->step << 32,
                         .party = party,
                         .depth = l->level * 20 + l->step,
                         .kind = timeout ? SIM_MOVE_TIMEOUT
                                 : proof ? SIM_MOVE_PROVE
                                 : last  ? SIM_MOVE_SUBROOT
                                         : SIM_MOVE_MOVE,
                         .stake = last && !proof && !timeout ? match_stake_at(s, l->level + 1) : 0,
                         .last = last});
}

static wh_status match_evil(struct sim *s, const struct sim_chance *c, struct sim_done *done)
{
    struct match *x = match_of(s);
    if (s->winner != SIM_NOBODY) return WH_OK;
    if (c->kind == SIM_MOVE_DECIDE) { /* the honest clock has run out */
        if (!x->lost) return WH_OK;
        done->gas = x->tournament ? SIM_GAS_PRT_TIMEOUT : SIM_GAS_CLASSIC_TIMEOUT;
        sim_decide(s, SIM_EVIL);
        s->over = true;
        return WH_OK;
    }
    if (c->kind == SIM_MOVE_POST) {
        done->gas = x->tournament ? SIM_GAS_PRT_JOIN : SIM_GAS_CLASSIC_STAKE;
        done->bytes = 1500;
        done->stake =
            sim_get(s, SIM_BOND_RULE) == 1 ? sim_bond(s, x->posted) : match_stake_at(s, 0);
        x->posted++;
        x->level[0].rivals++;
        s->roots++;
        return WH_OK;
    }
    if (c->kind == SIM_MOVE_START) {
        if (x->busy_until == SIM_NEVER || x->level[0].rivals != c->a) return WH_OK;
        done->gas = SIM_GAS_CLASSIC_START;
        done->pos = c->a;
        x->busy_until = s->now;
        return WH_OK;
    }
    struct match_line *l = &x->line[c->a];
    if (l->done || l->step != c->b || l->level != x->depth) return WH_OK;
    uint64_t used = s->now - l->since;
    if (used > l->clock) return WH_OK;
    if (l->step + 1 >= match_moves(s, x, l->level) + 1) return WH_OK;
    l->clock -= used;
    l->since = SIM_NEVER;
    l->step++;
    done->depth = l->step;
    done->pos = l->number;
    done->bytes = 200;
    done->gas = x->tournament ? SIM_GAS_PRT_ADVANCE : SIM_GAS_CLASSIC_BISECT;
    if (x->turn_since == SIM_NEVER) x->turn_since = s->now;
    return WH_OK;
}

/* Is it the honest side's turn in some line? Its clock runs meanwhile. */
static bool running(const struct match *x)
{
    const struct match_level *lv = &x->level[x->depth];
    for (uint32_t i = 0; lv->open && i < lv->count; i++)
        if (match_honest_turn(&x->line[lv->from + i])) return true;
    return false;
}

static wh_status match_tick(struct sim *s)
{
    struct match *x = match_of(s);
    struct match_level *lv = &x->level[x->depth];
    if (!lv->open || x->turn_since == SIM_NEVER || s->winner != SIM_NOBODY) return WH_OK;
    uint64_t used = s->now - x->turn_since;
    if (used <= lv->clock) {
        sim_wake_at(s, x->turn_since + lv->clock + 1);
        return WH_OK;
    }
    if (x->lost) return WH_OK;
    x->lost = true;
    return sim_chance(s, &(struct sim_chance){.kind = SIM_MOVE_DECIDE, .deadline = SIM_NEVER});
}

static wh_status match_look(struct sim *s, uint32_t party)
{
    struct match *x = match_of(s);
    struct match_level *lv = &x->level[x->depth];
    if (!x->honest_posted) {
        if (party != 0 || sim_sent(s, 0, 1)) return WH_OK;
        if (sim_get(s, SIM_FIRST) == 1 && x->posted == 0) return WH_OK;
        return sim_send(s, &(struct sim_tx){.key = 1,
                                            .kind = SIM_MOVE_POST,
                                            .weight = SIM_NEVER,
                                            .stake = match_stake_at(s, 0)});
    }
    if (x->busy_until != SIM_NEVER) {
        if (s->now < x->busy_until) {
            sim_wake_at(s, x->busy_until);
            return WH_OK;
        }
        x->busy_until = SIM_NEVER;
        lv->rivals--;
    }
    if (!lv->open && x->depth == 0 && lv->rivals != 0) {
        WH_TRY(match_next(s));
        lv = &x->level[x->depth];
    }
    if (!lv->open && x->posted == 0 && s->now >= sim_get(s, SIM_T)) { /* nobody disputed */
        sim_decide(s, SIM_HONEST);
        sim_confirm(s);
        s->over = true;
        return WH_OK;
    }
    if (!lv->open && x->posted == 0) sim_wake_at(s, sim_get(s, SIM_T));
    for (uint32_t i = 0; lv->open && i < lv->count; i++) {
        uint32_t at = lv->from + i;
        struct match_line *l = &x->line[at];
        if (l->done) continue;
        if (match_honest_turn(l)) {
            WH_TRY(honest_move(s, party, at, false));
        } else if (l->since < SIM_NEVER - 1) {
            if (s->now > l->since + l->clock)
                WH_TRY(honest_move(s, party, at, true));
            else
                sim_wake_at(s, l->since + l->clock + 1);
        }
    }
    return WH_OK;
}

static wh_status match_apply(struct sim *s, struct sim_tx *tx, enum sim_outcome *how,
                             const char **why)
{
    struct match *x = match_of(s);
    *why = "";
    if (tx->kind == SIM_MOVE_POST) {
        tx->gas = x->tournament ? SIM_GAS_PRT_JOIN : SIM_GAS_CLASSIC_STAKE;
        tx->bytes = 1500;
        x->honest_posted = true;
        return WH_OK;
    }
    uint32_t i = (uint32_t)tx->a, step = (uint32_t)(tx->a >> 32);
    struct match_line *l = &x->line[i];
    tx->bytes = 200;
    tx->gas = x->tournament ? SIM_GAS_PRT_ADVANCE : SIM_GAS_CLASSIC_BISECT;
    if (tx->kind == SIM_MOVE_TIMEOUT)
        tx->gas = x->tournament ? SIM_GAS_PRT_TIMEOUT : SIM_GAS_CLASSIC_TIMEOUT;
    if (tx->kind == SIM_MOVE_PROVE)
        tx->gas =
            sim_get(s, SIM_PROVE_GAS) + (x->tournament ? SIM_GAS_PRT_SEAL + SIM_GAS_PRT_WIN : 0);
    if (tx->kind == SIM_MOVE_SUBROOT) tx->gas = SIM_GAS_PRT_SEAL + SIM_GAS_PRT_JOIN;
    if (l->done || l->step != step || l->level != x->depth) {
        *how = SIM_AGAIN;
        tx->stake = 0;
        return WH_OK;
    }
    if (tx->kind == SIM_MOVE_TIMEOUT) {
        if (s->now <= l->since + l->clock) {
            *how = SIM_REFUSED;
            *why = "ClockRuns";
            return WH_OK;
        }
        l->done = true;
        return match_lines_done(s);
    }
    struct match_level *lv = &x->level[x->depth];
    uint64_t used = x->turn_since == SIM_NEVER ? 0 : s->now - x->turn_since;
    sim_slack(s, lv->clock > used ? lv->clock - used : 0);
    if (used > lv->clock) {
        *how = SIM_REFUSED;
        *why = "ClockOut";
        return WH_OK;
    }
    if (tx->kind == SIM_MOVE_PROVE) {
        l->done = true;
        tx->bytes += (uint32_t)sim_get(s, SIM_PROVE_BYTES);
    } else if (tx->kind != SIM_MOVE_SUBROOT) {
        l->step++;
    }
    if (tx->kind == SIM_MOVE_SUBROOT) l->step++, s->honest.sub_stakes += tx->stake;
    if (!running(x)) {
        lv->clock -= used;
        x->turn_since = SIM_NEVER;
    }
    if (tx->kind == SIM_MOVE_SUBROOT) return match_go_below(s, i);
    if (tx->kind == SIM_MOVE_PROVE) return match_lines_done(s);
    return line_offer(s, i);
}

static wh_status match_begin(struct sim *s, bool tournament, bool at_once)
{
    struct match *x = SIM_NEW(s, struct match, 1);
    if (x == NULL) return WH_E_NOMEM;
    s->state = x;
    x->tournament = tournament;
    x->at_once = at_once;
    x->levels = tournament ? (unsigned)sim_get(s, SIM_LEVELS) : 1;
    x->m = tournament ? sim_get(s, SIM_M) : 2;
    x->turn_since = x->busy_until = SIM_NEVER;
    x->level[0].clock = sim_get(s, SIM_T);
    uint64_t t = sim_get(s, SIM_T), slot = sim_get(s, SIM_SLOT);
    s->undisputed = t;
    if (sim_get(s, SIM_FIRST) == 0) WH_TRY(sim_stand_first(s));
    for (uint32_t i = 0; i < s->n_evil; i++)
        WH_TRY(sim_chance(s, &(struct sim_chance){.kind = SIM_MOVE_POST,
                                                  .rival = i,
                                                  .levels = (uint32_t)sim_get(s, SIM_K),
                                                  .deadline = (t - 1) / slot * slot}));
    return WH_OK;
}

static wh_status prt_start(struct sim *s)
{
    return match_begin(s, true, false);
}

static wh_status classic_start(struct sim *s)
{
    return match_begin(s, false, false);
}

static wh_status classic_full_start(struct sim *s)
{
    return match_begin(s, false, true);
}

static uint64_t prt_rival_cost(const struct sim *s, uint64_t i)
{
    u128 gas = SIM_GAS_PRT_JOIN + sim_get(s, SIM_K) / 2 * SIM_GAS_PRT_ADVANCE;
    return sim_bond(s, i) +
           (uint64_t)(gas * (sim_get(s, SIM_BASEFEE) + sim_get(s, SIM_TIP)) / 1000000000);
}

static uint64_t classic_rival_cost(const struct sim *s, uint64_t i)
{
    u128 gas = SIM_GAS_CLASSIC_STAKE + sim_get(s, SIM_K) / 2 * SIM_GAS_CLASSIC_BISECT;
    return sim_bond(s, i) +
           (uint64_t)(gas * (sim_get(s, SIM_BASEFEE) + sim_get(s, SIM_TIP)) / 1000000000);
}

static wh_status prt_check(const struct sim_params *p, enum wh_err code, struct wh_error *err)
{
    if (p->v[SIM_M] > 2 && p->v[SIM_LEVELS] > 1)
        return wh_fail(err, code, "m: matches of %" PRIu64 " parties need levels = 1", p->v[SIM_M]);
    return sim_check_levels(p, code, err);
}

#define ROWS(title, checks, begin, cost)                                                        \
    {                                                                                           \
        .name = title, .check = checks, .start = begin, .look = match_look, .tick = match_tick, \
        .apply = match_apply, .evil = match_evil, .rival_cost = cost                            \
    }
const struct sim_protocol sim_prt = ROWS("prt", prt_check, prt_start, prt_rival_cost);
const struct sim_protocol sim_classic = ROWS("classic", NULL, classic_start, classic_rival_cost);
const struct sim_protocol sim_classic_full =
    ROWS("classic_full", NULL, classic_full_start, classic_rival_cost);
