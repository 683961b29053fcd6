/* SPDX-License-Identifier: MIT */
/* Games of two with chess clocks: the tournament of Cartesi (PRT, arXiv 2212.12439; with matches of m
 * parties and with levels: BoLD paper 7.1, 7.2) and Arbitrum Classic (BoLD paper 2.1).
 *
 * A match with the honest claim is played move by move. In a round of the tournament, matches between
 * false claims last as long as the honest one, as the adversary plays both sides of them, and leave one
 * claim with its clock untouched. Each claim has one clock of T for its tournament. The last step of a
 * match above the lowest level is a tournament below it, during which clocks above stand still; the
 * adversary enters it with n_sub claims. Matches of m parties are played as the m - 1 false claims'
 * lines at once, of which the slowest counts.
 *
 * Classic, partial concurrency: a staker is in one match at a time, so a false claim first plays its
 * confederates, each of them up to two clocks of T, and then the honest claim. Full concurrency: the
 * honest claim meets all false ones at once. */
#include <string.h>

#include "game/sim/bonds.h"

#define LEVELS_MAX 8u

struct line {        /* one false claim against the honest one */
    uint64_t clock;  /* left, of the false claim */
    uint64_t since;  /* its clock runs from then on */
    uint32_t number; /* of the claim */
    uint32_t step;   /* moves made; even: the honest side's turn */
    uint32_t level;
    bool live, done, stalls;
};

struct level {
    uint64_t rivals; /* false claims left in this tournament */
    uint64_t clock;  /* left, of the honest claim here */
    uint32_t from;   /* lines of the match that is on */
    uint32_t count;
    bool open;
};

struct match {
    bool tournament, at_once;
    unsigned levels, height; /* of the lowest tournament played; moves of a match */
    uint64_t m;
    struct level level[LEVELS_MAX];
    unsigned depth; /* level being played */
    struct line *line;
    uint32_t lines, line_cap;
    uint64_t turn_since; /* the honest clock of the open match runs from then; SIM_NEVER: stands */
    uint64_t made;       /* numbers of lines */
    uint64_t posted;
    uint64_t busy_until; /* classic: two false claims play each other; SIM_NEVER: none do */
    bool honest_posted, lost;
};

static struct match *of(const struct sim *s)
{
    return s->state;
}

static unsigned level_height(const struct sim *s, const struct match *x, unsigned level)
{
    unsigned k = (unsigned)sim_get(s, SIM_K);
    return k * (level + 1) / x->levels - k * level / x->levels;
}

uint64_t sim_prt_bond(unsigned height)
{
    return (SIM_GAS_PRT_ADVANCE * (uint64_t)height + SIM_GAS_PRT_BOND_BASE) * 50;
}

static uint64_t stake_at(const struct sim *s, unsigned level)
{
    if (sim_get(s, SIM_BOND_RULE) == 2 && of(s)->tournament)
        return sim_prt_bond(level_height(s, of(s), level));
    uint64_t stake = sim_get(s, SIM_BOND);
    for (; level > 0; level--)
        stake = (uint64_t)((u128)stake * sim_get(s, SIM_SUB_BOND) / 10000);
    return stake;
}

/* Moves of a match: the height, the honest side first; then its last word. */
static unsigned match_moves(const struct sim *s, const struct match *x, unsigned level)
{
    return level_height(s, x, level) + 1;
}

static uint64_t line_key(uint32_t line, uint32_t step)
{
    return ((uint64_t)line << 20 | step) + 100;
}

static bool honest_turn(const struct line *l)
{
    return l->live && !l->done && l->step % 2 == 0;
}

static wh_status honest_move(struct sim *s, uint32_t party, uint32_t i, bool timeout)
{
    struct match *x = of(s);
    const struct line *l = &x->line[i];
    uint64_t key = line_key(i, l->step) | (timeout ? UINT64_C(1) << 60 : 0);
    if (sim_sent(s, party, key)) return WH_OK;
    unsigned moves = match_moves(s, x, l->level);
    bool last = l->step + 2 > moves;
    bool proof = last && l->level + 1 == x->levels;
    return sim_send(
        s, &(struct sim_tx){.order = l->step,
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
                            .stake = last && !proof && !timeout ? stake_at(s, l->level + 1) : 0,
                            .last = last});
}

static wh_status line_offer(struct sim *s, uint32_t i)
{
    struct match *x = of(s);
    struct line *l = &x->line[i];
    l->since = s->now;
    l->stalls = false;
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

static wh_status line_new(struct sim *s, unsigned level)
{
    struct match *x = of(s);
    if (x->lines == x->line_cap) {
        uint32_t cap = x->line_cap == 0 ? 64 : 2 * x->line_cap;
        struct line *more = SIM_NEW(s, struct line, cap);
        if (more == NULL) return WH_E_NOMEM;
        if (x->lines != 0) memcpy(more, x->line, sizeof *more * x->lines);
        x->line = more;
        x->line_cap = cap;
    }
    x->line[x->lines++] = (struct line){.clock = sim_get(s, SIM_T),
                                        .since = SIM_NEVER,
                                        .number = (uint32_t)x->made++,
                                        .level = level,
                                        .live = true};
    return WH_OK;
}

/* The next match of the honest claim at the level being played. */
static wh_status next_match(struct sim *s)
{
    struct match *x = of(s);
    struct level *lv = &x->level[x->depth];
    if (!x->tournament && !x->at_once && lv->rivals > 1) {
        lv->open = false;
        x->busy_until = s->now + 2 * sim_get(s, SIM_T);
        sim_wake_at(s, x->busy_until);
        return sim_chance(s, &(struct sim_chance){.kind = SIM_MOVE_START,
                                                  .rival = (uint32_t)lv->rivals - 1,
                                                  .levels = 1,
                                                  .opened = s->now,
                                                  .deadline = x->busy_until,
                                                  .a = lv->rivals});
    }
    uint64_t n = x->tournament ? x->m - 1 : x->at_once ? lv->rivals : 1;
    if (n > lv->rivals) n = lv->rivals;
    lv->from = x->lines;
    lv->count = (uint32_t)n;
    lv->open = true;
    if (!x->tournament) lv->clock = sim_get(s, SIM_T); /* clocks are a match's own */
    for (uint64_t i = 0; i < n; i++)
        WH_TRY(line_new(s, x->depth));
    x->turn_since = s->now;
    s->changed = true;
    return WH_OK;
}

/* The honest claim has won at the level being played; goes on above, or is done. */
static wh_status level_won(struct sim *s)
{
    struct match *x = of(s);
    x->level[x->depth].open = false;
    if (x->depth == 0) {
        sim_decide(s, SIM_HONEST);
        sim_confirm(s);
        sim_lose(s, s->evil.stake);
        s->honest.stake = 0;
        s->over = true;
        return WH_OK;
    }
    x->depth--;
    return WH_OK;
}

/* A line has ended for the honest side; when all of a match have, its round is over. */
static wh_status lines_done(struct sim *s)
{
    struct match *x = of(s);
    for (;;) {
        struct level *lv = &x->level[x->depth];
        if (!lv->open) return WH_OK;
        for (uint32_t i = 0; i < lv->count; i++)
            if (!x->line[lv->from + i].done) return WH_OK;
        /* Of the other false claims one in m survives the round, by matches among themselves. */
        uint64_t others = lv->rivals - lv->count;
        lv->rivals = x->tournament ? (others + x->m - 1) / x->m : others;
        if (lv->rivals != 0) return next_match(s);
        unsigned depth = x->depth;
        WH_TRY(level_won(s));
        if (depth == 0) return WH_OK;
        /* It was the last word of a line above. */
        lv = &x->level[x->depth];
        for (uint32_t i = 0; i < lv->count; i++) {
            struct line *l = &x->line[lv->from + i];
            if (!l->done && l->since == SIM_NEVER - 1) l->done = true;
        }
    }
}

static wh_status match_evil(struct sim *s, const struct sim_chance *c, struct sim_done *done)
{
    struct match *x = of(s);
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
        done->stake = sim_get(s, SIM_BOND_RULE) == 1 ? sim_bond(s, x->posted) : stake_at(s, 0);
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
    struct line *l = &x->line[c->a];
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
    const struct level *lv = &x->level[x->depth];
    for (uint32_t i = 0; lv->open && i < lv->count; i++)
        if (honest_turn(&x->line[lv->from + i])) return true;
    return false;
}

static wh_status match_tick(struct sim *s)
{
    struct match *x = of(s);
    struct level *lv = &x->level[x->depth];
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
    struct match *x = of(s);
    struct level *lv = &x->level[x->depth];
    if (!x->honest_posted) {
        if (party != 0 || sim_sent(s, 0, 1)) return WH_OK;
        if (sim_get(s, SIM_FIRST) == 1 && x->posted == 0) return WH_OK;
        return sim_send(
            s, &(struct sim_tx){
                   .key = 1, .kind = SIM_MOVE_POST, .weight = SIM_NEVER, .stake = stake_at(s, 0)});
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
        WH_TRY(next_match(s));
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
        struct line *l = &x->line[at];
        if (l->done) continue;
        if (honest_turn(l)) {
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

/* A line's last word above the lowest level: a tournament below. */
static wh_status go_below(struct sim *s, uint32_t i)
{
    struct match *x = of(s);
    x->line[i].since = SIM_NEVER - 1; /* waits for the level below */
    x->depth++;
    struct level *lv = &x->level[x->depth];
    *lv = (struct level){.rivals = sim_get(s, SIM_N_SUB), .clock = sim_get(s, SIM_T)};
    uint64_t stake = stake_at(s, x->depth) * lv->rivals;
    sim_stake(&s->evil, stake);
    s->evil.gas += SIM_GAS_PRT_JOIN * lv->rivals;
    s->evil.moves += lv->rivals;
    s->evil.fees += (u128)SIM_GAS_PRT_JOIN * lv->rivals * sim_price(s);
    return next_match(s);
}

static wh_status match_apply(struct sim *s, struct sim_tx *tx, enum sim_outcome *how,
                             const char **why)
{
    struct match *x = of(s);
    *why = "";
    if (tx->kind == SIM_MOVE_POST) {
        tx->gas = x->tournament ? SIM_GAS_PRT_JOIN : SIM_GAS_CLASSIC_STAKE;
        tx->bytes = 1500;
        x->honest_posted = true;
        return WH_OK;
    }
    uint32_t i = (uint32_t)tx->a, step = (uint32_t)(tx->a >> 32);
    struct line *l = &x->line[i];
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
        return lines_done(s);
    }
    struct level *lv = &x->level[x->depth];
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
    if (tx->kind == SIM_MOVE_SUBROOT) return go_below(s, i);
    if (tx->kind == SIM_MOVE_PROVE) return lines_done(s);
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

#define ROWS(title, begin, cost)                                               \
    {                                                                          \
        .name = title, .start = begin, .look = match_look, .tick = match_tick, \
        .apply = match_apply, .evil = match_evil, .rival_cost = cost           \
    }
const struct sim_protocol sim_prt = ROWS("prt", prt_start, prt_rival_cost);
const struct sim_protocol sim_classic = ROWS("classic", classic_start, classic_rival_cost);
const struct sim_protocol sim_classic_full =
    ROWS("classic_full", classic_full_start, classic_rival_cost);
