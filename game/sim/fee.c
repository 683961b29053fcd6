/* SPDX-License-Identifier: MIT */
/* The base fee (EIP-1559). Other users want half a block at the price the L1 returns to, and less or
 * more of it as the price is above or below; what the game uses comes on top. */
#include "game/sim/sim.h"

#define SETTLED 256u /* blocks after which the price of before does not show any more */

static uint64_t anchor(const struct sim *s, uint64_t t)
{
    uint64_t base = sim_get(s, SIM_BASEFEE);
    if (sim_get(s, SIM_GAS_PROCESS) != 2) return base;
    uint64_t every = sim_get(s, SIM_SPIKE_EVERY), length = sim_get(s, SIM_SPIKE_LENGTH);
    uint64_t room = every > length ? every - length : 1;
    uint64_t from = sim_at(&s->price_rng, (uint32_t)(t / every)) % room;
    bool in = t % every >= from && t % every - from < length;
    return in ? base * sim_get(s, SIM_SPIKE_FACTOR) : base;
}

static uint64_t next_fee(const struct sim *s, uint64_t fee, uint64_t want, uint64_t own, bool full)
{
    uint64_t limit = sim_get(s, SIM_GAS_LIMIT), target = limit / 2;
    u128 others = (u128)target * want / fee;
    uint64_t used = others + own > limit || full ? limit : (uint64_t)others + own;
    u128 f = fee;
    if (used >= target)
        f += f * (used - target) / target / 8;
    else
        f -= f * (target - used) / target / 8;
    return f < 1 ? 1 : (uint64_t)f;
}

void sim_fee_start(struct sim *s)
{
    s->basefee = anchor(s, 0);
    s->basefee_at = 0;
}

void sim_fee_advance(struct sim *s, uint64_t t)
{
    uint64_t slot = sim_get(s, SIM_SLOT);
    if (sim_get(s, SIM_GAS_PROCESS) == 0) return;
    if (t - s->basefee_at > SETTLED * slot) {
        s->basefee_at = t - SETTLED * slot;
        s->basefee = anchor(s, s->basefee_at);
    }
    for (; s->basefee_at < t; s->basefee_at += slot)
        s->basefee = next_fee(s, s->basefee, anchor(s, s->basefee_at), 0, false);
}

void sim_fee_used(struct sim *s, uint64_t gas, bool full)
{
    if (sim_get(s, SIM_GAS_PROCESS) == 0) return;
    s->basefee = next_fee(s, s->basefee, anchor(s, s->now), gas, full);
    s->basefee_at = s->now + sim_get(s, SIM_SLOT);
}
