/* SPDX-License-Identifier: MIT */
/* Games of two: stakes, levels, rounds, and which match follows. */
#include <string.h>

#include "game/sim/match.h"

static unsigned level_height(const struct sim *s, const struct match *x, unsigned level)
{
    unsigned k = (unsigned)sim_get(s, SIM_K);
    return k * (level + 1) / x->levels - k * level / x->levels;
}

uint64_t sim_prt_bond(unsigned height)
{
    return (SIM_GAS_PRT_ADVANCE * (uint64_t)height + SIM_GAS_PRT_BOND_BASE) * 50;
}

uint64_t match_stake_at(const struct sim *s, unsigned level)
{
    if (sim_get(s, SIM_BOND_RULE) == 2 && match_of(s)->tournament)
        return sim_prt_bond(level_height(s, match_of(s), level));
    uint64_t stake = sim_get(s, SIM_BOND);
    for (; level > 0; level--)
        stake = (uint64_t)((u128)stake * sim_get(s, SIM_SUB_BOND) / 10000);
    return stake;
}

/* Moves of a match: the height, the honest side first; then its last word. */
unsigned match_moves(const struct sim *s, const struct match *x, unsigned level)
{
    return level_height(s, x, level) + 1;
}

static wh_status match_line_new(struct sim *s, unsigned level)
{
    struct match *x = match_of(s);
    if (x->lines == x->line_cap) {
        uint32_t cap = x->line_cap == 0 ? 64 : 2 * x->line_cap;
        struct match_line *more = SIM_NEW(s, struct match_line, cap);
        if (more == NULL) return WH_E_NOMEM;
        if (x->lines != 0) memcpy(more, x->line, sizeof *more * x->lines);
        x->line = more;
        x->line_cap = cap;
    }
    x->line[x->lines++] = (struct match_line){.clock = sim_get(s, SIM_T),
                                              .since = SIM_NEVER,
                                              .number = (uint32_t)x->made++,
                                              .level = level,
                                              .live = true};
    return WH_OK;
}

/* The next match of the honest claim at the level being played. */
wh_status match_next(struct sim *s)
{
    struct match *x = match_of(s);
    struct match_level *lv = &x->level[x->depth];
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
        WH_TRY(match_line_new(s, x->depth));
    x->turn_since = s->now;
    s->changed = true;
    return WH_OK;
}

/* The honest claim has won at the level being played; goes on above, or is done. */
static wh_status level_won(struct sim *s)
{
    struct match *x = match_of(s);
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
wh_status match_lines_done(struct sim *s)
{
    struct match *x = match_of(s);
    for (;;) {
        struct match_level *lv = &x->level[x->depth];
        if (!lv->open) return WH_OK;
        for (uint32_t i = 0; i < lv->count; i++)
            if (!x->line[lv->from + i].done) return WH_OK;
        /* Of the other false claims one in m survives the round, by matches among themselves. */
        uint64_t others = lv->rivals - lv->count;
        lv->rivals = x->tournament ? (others + x->m - 1) / x->m : others;
        if (lv->rivals != 0) return match_next(s);
        unsigned depth = x->depth;
        WH_TRY(level_won(s));
        if (depth == 0) return WH_OK;
        /* It was the last word of a line above. */
        lv = &x->level[x->depth];
        for (uint32_t i = 0; i < lv->count; i++) {
            struct match_line *l = &x->line[lv->from + i];
            if (!l->done && l->since == SIM_NEVER - 1) l->done = true;
        }
    }
}

/* A line's last word above the lowest level: a tournament below. */
wh_status match_go_below(struct sim *s, uint32_t i)
{
    struct match *x = match_of(s);
    x->line[i].since = SIM_NEVER - 1; /* waits for the level below */
    x->depth++;
    struct match_level *lv = &x->level[x->depth];
    *lv = (struct match_level){.rivals = sim_get(s, SIM_N_SUB), .clock = sim_get(s, SIM_T)};
    uint64_t stake = match_stake_at(s, x->depth) * lv->rivals;
    sim_stake(&s->evil, stake);
    s->evil.gas += SIM_GAS_PRT_JOIN * lv->rivals;
    s->evil.moves += lv->rivals;
    s->evil.fees += (u128)SIM_GAS_PRT_JOIN * lv->rivals * sim_price(s);
    return match_next(s);
}
