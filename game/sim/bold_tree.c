/* SPDX-License-Identifier: MIT */
/* BoLD: places of the tree, who stands there since when, and who may go on. */
#include <string.h>

#include "game/sim/bold.h"

uint64_t bold_level_stake(const struct sim *s, unsigned level, uint64_t i)
{
    uint64_t stake = sim_bond(s, i);
    for (; level > 0; level--)
        stake = (uint64_t)((u128)stake * sim_get(s, SIM_SUB_BOND) / 10000);
    return stake;
}

static void *bold_more(struct sim *s, void *old, size_t size, uint32_t count, uint32_t *cap)
{
    if (count < *cap) return old;
    uint32_t n = *cap == 0 ? 64 : 2 * *cap;
    void *p = sim_new(s, size * n);
    if (p == NULL) return NULL;
    if (count != 0) memcpy(p, old, size * count);
    *cap = n;
    return p;
}

uint32_t bold_spot_new(struct sim *s, unsigned stage, uint64_t pos)
{
    struct bold *b = bold_of(s);
    struct bold_spot *all = bold_more(s, b->spot, sizeof *all, b->spots, &b->spot_cap);
    if (all == NULL) return BOLD_NONE;
    b->spot = all;
    b->spot[b->spots] = (struct bold_spot){.pos = pos,
                                           .first_at = SIM_NEVER,
                                           .rival_at = SIM_NEVER,
                                           .side_at = SIM_NEVER,
                                           .first = BOLD_NONE - 1,
                                           .kid = {BOLD_NONE, BOLD_NONE},
                                           .stage = (uint8_t)stage};
    return b->spots++;
}

/* Which half of a spot holds the step; sub-games have one part. */
unsigned bold_half(const struct bold *b, const struct bold_spot *p, uint64_t step)
{
    if (b->sub[p->stage]) return 0;
    return (unsigned)(step >> (b->k - b->depth_of[p->stage] - 1)) & 1u;
}

uint32_t bold_spot_kid(struct sim *s, uint32_t at, unsigned side)
{
    struct bold *b = bold_of(s);
    if (b->spot[at].kid[side] != BOLD_NONE) return b->spot[at].kid[side];
    const struct bold_spot *p = &b->spot[at];
    uint64_t width = UINT64_C(1) << (b->k - b->depth_of[p->stage]);
    uint64_t pos = p->pos + (b->sub[p->stage] ? 0 : side * (width / 2));
    bool honest_there = p->side_at != SIM_NEVER;
    uint64_t since = p->side_at;
    uint32_t kid = bold_spot_new(s, p->stage + 1u, pos);
    if (kid == BOLD_NONE) return BOLD_NONE;
    b->spot[at].kid[side] = kid;
    /* A part that stood undisputed so far has its true node in it already. */
    if (honest_there && b->spot[at].kid[!side] != BOLD_NONE) {
        b->spot[kid].stands = true;
        b->spot[kid].honest = b->spot[at].answered;
        b->spot[kid].first = BOLD_HONEST;
        b->spot[kid].first_at = since;
        b->spot[kid].count = 1;
        b->spot[at].side_at = SIM_NEVER;
    }
    return kid;
}

static wh_status bold_list_open(struct sim *s, uint32_t at)
{
    struct bold *b = bold_of(s);
    struct bold_spot *p = &b->spot[at];
    if (p->listed || !p->honest || p->count < 2 || p->answered) return WH_OK;
    uint32_t *all = bold_more(s, b->open, sizeof *all, b->opens, &b->open_cap);
    if (all == NULL) return WH_E_NOMEM;
    b->open = all;
    b->open[b->opens++] = at;
    p->listed = true;
    return WH_OK;
}

uint64_t bold_lambda(const struct bold_spot *p, uint32_t who, uint64_t now)
{
    if (p->first != who) return 0;
    return (p->rival_at == SIM_NEVER ? now : p->rival_at) - p->first_at;
}

/* Time from which the true node stands in the half that no false claim is in. */
static uint64_t side_weight(const struct bold_spot *p, uint64_t now)
{
    return p->side_at == SIM_NEVER ? 0 : now - p->side_at;
}

/* Bottom-up timer of the true node; finite: a proof counts as a clock since it was made. */
uint64_t bold_honest_beta(const struct bold *b, uint32_t at, uint64_t now, bool finite)
{
    const struct bold_spot *p = &b->spot[at];
    uint64_t w = bold_lambda(p, BOLD_HONEST, now);
    if (!p->honest) return 0;
    if (p->proven) return finite ? w + now - p->proven_at : BOLD_INF;
    if (!p->answered) return w;
    uint64_t least = BOLD_INF;
    for (unsigned side = 0; side < (b->sub[p->stage] ? 1u : 2u); side++) {
        uint64_t part = p->kid[side] == BOLD_NONE ? side_weight(p, now)
                                                  : bold_honest_beta(b, p->kid[side], now, finite);
        if (part < least) least = part;
    }
    return w + least < BOLD_INF ? w + least : BOLD_INF;
}

static wh_status bold_offer(struct sim *s, uint32_t i)
{
    struct bold *b = bold_of(s);
    const struct bold_claim *c = &b->claim[i];
    const struct bold_spot *p = &b->spot[c->spot];
    unsigned level = b->level_of[p->stage];
    if (p->stage + 1u >= b->stages) return WH_OK;
    uint64_t t = sim_get(s, SIM_T), slot = sim_get(s, SIM_SLOT);
    uint64_t weight = c->honest_weight + (p->first == BOLD_HONEST ? p->rival_at - p->first_at : 0);
    uint64_t from = s->now + slot + s->party_delay[0], last = s->now;
    if (p->answered) {
        uint32_t kid = p->kid[bold_half(b, p, c->pos)];
        from = kid != BOLD_NONE && b->spot[kid].first == BOLD_HONEST ? b->spot[kid].first_at
               : p->side_at != SIM_NEVER                             ? p->side_at
                                                                     : s->now;
    }
    if (weight < t) last = (from + t - weight - 1) / slot * slot;
    struct sim_chance chance = {.kind = b->sub[p->stage] ? SIM_MOVE_SUBROOT : SIM_MOVE_SPLIT,
                                .rival = i,
                                .level = p->stage,
                                .levels = b->stages - 1,
                                .tier = level,
                                .tiers = b->levels,
                                .opened = s->now,
                                .deadline = last < s->now ? s->now : last,
                                .a = c->spot};
    if (!b->sub[p->stage]) return sim_chance(s, &chance);
    uint64_t group = b->width[level], part = b->width[level + 1];
    for (uint64_t j = i; j < i + group; j += part) {
        b->claim[j].weight = c->weight;
        b->claim[j].honest_weight = c->honest_weight;
        b->claim[j].spot = c->spot;
        chance.rival = (uint32_t)j;
        WH_TRY(sim_chance(s, &chance));
    }
    return WH_OK;
}

wh_status bold_wake(struct sim *s, uint32_t at)
{
    struct bold *b = bold_of(s);
    WH_TRY(bold_list_open(s, at));
    if (b->spot[at].count < 2) return WH_OK;
    uint32_t i = b->spot[at].waiting;
    b->spot[at].waiting = 0;
    while (i != 0) {
        uint32_t next = b->claim[i - 1].next_waiting;
        WH_TRY(bold_offer(s, i - 1));
        i = next;
    }
    return WH_OK;
}

/* A node of who comes to stand at the spot. */
wh_status bold_arrive(struct sim *s, uint32_t at, uint32_t who)
{
    struct bold_spot *p = &bold_of(s)->spot[at];
    p->count++;
    if (who == BOLD_HONEST) p->stands = true;
    if (p->count == 1) {
        p->first = who;
        p->first_at = s->now;
    } else if (p->count == 2) {
        p->rival_at = s->now;
    }
    return bold_wake(s, at);
}

wh_status bold_stand(struct sim *s, uint32_t i, uint32_t at)
{
    struct bold *b = bold_of(s);
    b->claim[i].spot = at;
    WH_TRY(bold_arrive(s, at, i));
    if (b->spot[at].count >= 2) return bold_offer(s, i);
    b->claim[i].next_waiting = b->spot[at].waiting;
    b->spot[at].waiting = i + 1;
    return WH_OK;
}

/* The node of claim i at spot `at` is split or refined. */
wh_status bold_go_down(struct sim *s, uint32_t i, uint32_t at)
{
    struct bold *b = bold_of(s);
    struct bold_claim *c = &b->claim[i];
    unsigned side = bold_half(b, &b->spot[at], c->pos);
    if (b->spot[at].first == BOLD_HONEST)
        c->honest_weight += b->spot[at].rival_at - b->spot[at].first_at;
    if (b->spot[at].first == i) c->weight += bold_lambda(&b->spot[at], i, s->now);
    uint32_t kid = bold_spot_kid(s, at, side);
    if (kid == BOLD_NONE) return WH_E_NOMEM;
    /* A lie in the right half leaves the left part as the truth has it: that node stands now. */
    if (!b->sub[b->spot[at].stage] && side == 1) {
        uint32_t left = b->spot[at].kid[0];
        if (left == BOLD_NONE && b->spot[at].side_at == SIM_NEVER) b->spot[at].side_at = s->now;
        if (left != BOLD_NONE && !b->spot[left].stands) WH_TRY(bold_arrive(s, left, BOLD_HONEST));
    }
    return bold_stand(s, i, kid);
}
