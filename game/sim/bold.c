/* SPDX-License-Identifier: MIT */
/* BoLD: levels and stages, false claims and where they lie, the two rows of the table. */
#include <inttypes.h>

#include "game/sim/bold.h"

static void lay_stages(struct bold *b)
{
    unsigned depth = 0, n = 0;
    for (unsigned level = 0; level < b->levels; level++) {
        unsigned end = b->k * (level + 1) / b->levels;
        for (; depth < end; depth++) {
            b->level_of[n] = (uint8_t)level;
            b->depth_of[n++] = (uint8_t)depth;
        }
        b->level_of[n] = (uint8_t)level; /* the single step at this level's scale */
        b->depth_of[n] = (uint8_t)depth;
        b->sub[n] = level + 1 < b->levels;
        n++;
    }
    b->stages = n;
}

/* The step of a refinement: the top part from its claim, each lower part from its place in the group. */
static uint64_t step_of(struct sim *s, uint64_t i)
{
    struct bold *b = bold_of(s);
    uint64_t n = s->n_evil, subs = sim_get(s, SIM_N_SUB);
    uint64_t pos = sim_lie_pos(s, i / b->width[0], n, b->k);
    for (unsigned level = 1; level < b->levels; level++) {
        unsigned from = b->k * level / b->levels;
        uint64_t j = i / b->width[level] % subs, mask = (UINT64_C(1) << (b->k - from)) - 1;
        if (sim_get(s, SIM_LIE) != 1 || subs == 1) continue;
        uint64_t low = (uint64_t)(((u128)mask + 1) * (2 * j + 1) / (2 * subs));
        pos = (pos & ~mask) | low;
    }
    return pos;
}

static wh_status bold_begin(struct sim *s, unsigned levels)
{
    struct bold *b = SIM_NEW(s, struct bold, 1);
    if (b == NULL) return WH_E_NOMEM;
    s->state = b;
    b->k = (unsigned)sim_get(s, SIM_K);
    b->levels = levels;
    b->first_post = SIM_NEVER;
    lay_stages(b);
    b->width[levels - 1] = 1;
    for (unsigned l = levels - 1; l > 0; l--)
        b->width[l - 1] = b->width[l] * sim_get(s, SIM_N_SUB);
    b->total = s->n_evil * b->width[0];
    b->claim = SIM_NEW(s, struct bold_claim, b->total + 1);
    if (b->claim == NULL) return WH_E_NOMEM;
    for (uint64_t i = 0; i < b->total; i++)
        b->claim[i] = (struct bold_claim){.pos = step_of(s, i), .spot = BOLD_NONE};
    if (bold_spot_new(s, 0, 0) == BOLD_NONE) return WH_E_NOMEM;
    uint64_t t = sim_get(s, SIM_T), slot = sim_get(s, SIM_SLOT), from = slot + s->party_delay[0];
    s->undisputed = t + (sim_get(s, SIM_DECIDE) == 0 ? slot + sim_get(s, SIM_DELTA) : 0);
    if (sim_get(s, SIM_FIRST) == 0) {
        from = 0;
        WH_TRY(sim_stand_first(s));
    }
    for (uint64_t i = 0; i < b->total; i += b->width[0])
        WH_TRY(sim_chance(s, &(struct sim_chance){.kind = SIM_MOVE_POST,
                                                  .rival = (uint32_t)i,
                                                  .levels = b->stages - 1,
                                                  .deadline = (from + t - 1) / slot * slot}));
    return WH_OK;
}

static wh_status bold_start(struct sim *s)
{
    return bold_begin(s, 1);
}

static wh_status bold3_start(struct sim *s)
{
    return bold_begin(s, (unsigned)sim_get(s, SIM_LEVELS));
}

static uint64_t bold_rival_cost(const struct sim *s, uint64_t i)
{
    uint64_t k = sim_get(s, SIM_K);
    u128 gas = SIM_GAS_BOLD_ROOT + k * SIM_GAS_BOLD_SPLIT_BASE +
               SIM_GAS_BOLD_SPLIT_HEIGHT * k * (k + 1) / 2;
    return sim_rival_bond(s, i) +
           (uint64_t)(gas * (sim_get(s, SIM_BASEFEE) + sim_get(s, SIM_TIP)) / 1000000000);
}

static wh_status bold_check(const struct sim_params *p, enum wh_err code, struct wh_error *err)
{
    if (p->v[SIM_K] <= 63) return WH_OK;
    return wh_fail(err, code, "k: bold and bold3 take at most 63, not %" PRIu64, p->v[SIM_K]);
}

static wh_status bold3_check(const struct sim_params *p, enum wh_err code, struct wh_error *err)
{
    WH_TRY(bold_check(p, code, err));
    return sim_check_levels(p, code, err);
}

#define ROWS(title, begin, checks)                                                             \
    {                                                                                          \
        .name = title, .check = checks, .start = begin, .look = bold_look, .tick = bold_tick,  \
        .apply = bold_apply, .evil = bold_evil, .end = bold_end, .rival_cost = bold_rival_cost \
    }
const struct sim_protocol sim_bold = ROWS("bold", bold_start, bold_check);
const struct sim_protocol sim_bold3 = ROWS("bold3", bold3_start, bold3_check);
