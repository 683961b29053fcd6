/* SPDX-License-Identifier: MIT */
/* When the adversary uses what it could do. A strategy knows nothing of the protocol. */
#include "game/sim/sim.h"

/* The last moment, or now if none is known. */
static uint64_t last_moment(const struct sim *s, const struct sim_chance *c)
{
    return c->deadline == SIM_NEVER || c->deadline < s->now ? s->now : c->deadline;
}

static uint64_t part_way(const struct sim *s, uint64_t until, uint64_t parts)
{
    u128 wait = until - s->now;
    return s->now + (uint64_t)(wait * sim_get(s, SIM_STALL) / 10000 / parts);
}

static uint64_t sim_when_idle(struct sim *s, const struct sim_chance *c)
{
    return c->kind == SIM_MOVE_POST || c->kind == SIM_MOVE_DECIDE ? s->now : SIM_NEVER;
}

static uint64_t sim_when_rush(struct sim *s, const struct sim_chance *c)
{
    (void)c;
    return s->now;
}

static uint64_t sim_when_stall(struct sim *s, const struct sim_chance *c)
{
    if (c->kind == SIM_MOVE_POST || c->kind == SIM_MOVE_DECIDE) return s->now;
    return part_way(s, last_moment(s, c), 1);
}

static uint64_t sim_when_slow(struct sim *s, const struct sim_chance *c)
{
    if (c->kind == SIM_MOVE_POST || c->kind == SIM_MOVE_DECIDE) return s->now;
    return part_way(s, last_moment(s, c), c->levels > c->level ? c->levels - c->level : 1);
}

static uint64_t sim_when_edge(struct sim *s, const struct sim_chance *c)
{
    bool last = c->kind == SIM_MOVE_SPLIT && c->level + 1 == c->levels;
    return last ? part_way(s, last_moment(s, c), 1) : s->now;
}

static uint64_t sim_when_grind(struct sim *s, const struct sim_chance *c)
{
    if (c->kind == SIM_MOVE_POST || c->kind == SIM_MOVE_DECIDE) return s->now;
    return c->tier + 1 < c->tiers ? s->now : SIM_NEVER;
}

static uint64_t sim_when_late(struct sim *s, const struct sim_chance *c)
{
    return c->kind == SIM_MOVE_POST ? part_way(s, last_moment(s, c), 1) : s->now;
}

static uint64_t sim_when_after(struct sim *s, const struct sim_chance *c)
{
    if (c->kind != SIM_MOVE_POST) return s->now;
    return last_moment(s, c) + 2 * sim_get(s, SIM_SLOT);
}

/* Honest parties see the weight one block after the last moment, and decide a delay later. */
static uint64_t sim_when_last_block(struct sim *s, const struct sim_chance *c)
{
    if (c->kind != SIM_MOVE_POST) return s->now;
    return last_moment(s, c) + 2 * sim_get(s, SIM_SLOT) + s->party_delay[0];
}

static uint64_t sim_when_stagger(struct sim *s, const struct sim_chance *c)
{
    return c->kind == SIM_MOVE_POST ? s->now + c->rival * sim_get(s, SIM_GAP) : s->now;
}

static uint64_t sim_when_random(struct sim *s, const struct sim_chance *c)
{
    uint64_t until = last_moment(s, c);
    if (c->kind == SIM_MOVE_DECIDE) return s->now;
    if (sim_below(&s->evil_rng, 16) == 0 && c->kind != SIM_MOVE_POST) return SIM_NEVER;
    if (sim_below(&s->evil_rng, 2) == 0) return s->now;
    return s->now + sim_below(&s->evil_rng, until - s->now + 1);
}

static uint64_t sim_when_plugin(struct sim *s, const struct sim_chance *c)
{
    return sim_plugin_when(s, c);
}

static const struct sim_strategy table[] = {
#define STRATEGY(name, text) {#name, text, sim_when_##name},
#include "game/sim/strategies.def"
#undef STRATEGY
};
const uint64_t sim_strategy_count = sizeof table / sizeof *table;

const struct sim_strategy *sim_strategy(uint64_t number)
{
    return &table[number];
}
