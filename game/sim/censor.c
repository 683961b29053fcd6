/* SPDX-License-Identifier: MIT */
/* Keeping honest moves out of a block: by a budget of time, or by filling blocks for money. */
#include "game/sim/engine.h"

/* Seconds for which the pattern wants honest moves out from now on. */
static uint64_t censor_wish(struct sim *s)
{
    uint64_t left = s->censor_left, slot = sim_get(s, SIM_SLOT);
    bool last = false, proof = false, fresh = false;
    if (left < slot) return 0;
    for (uint32_t i = 0; i < s->ready.count; i++) {
        const struct sim_tx *tx = &s->tx[s->ready.at[i].number];
        last = last || tx->last;
        proof = proof || tx->kind == SIM_MOVE_PROVE;
        fresh = fresh || !(s->censor_levels >> (tx->depth < 63 ? tx->depth : 63) & 1);
    }
    switch (sim_get(s, SIM_CENSOR_PATTERN)) {
    case 0: return left;
    case 1: return last || proof ? left : 0;
    case 2: return sim_below(&s->censor_rng, 10000) < sim_get(s, SIM_CENSOR_RATE) ? slot : 0;
    case 3: {
        uint64_t a = sim_get(s, SIM_A), levels = (sim_get(s, SIM_K) + a - 1) / a + 2;
        uint64_t share = sim_get(s, SIM_CENSOR) / levels;
        return fresh ? (share < left ? share : left) : 0;
    }
    default: return proof ? left : 0;
    }
}

static bool stuffed(struct sim *s)
{
    u128 cost = (u128)s->basefee * sim_get(s, SIM_GAS_LIMIT);
    if (s->stuff_left < cost) return false;
    s->stuff_left -= cost;
    s->evil.fees += cost;
    return true;
}

bool sim_held(struct sim *s, bool *full)
{
    uint64_t slot = sim_get(s, SIM_SLOT);
    if (s->now < s->censor_until) return true;
    uint64_t wish = censor_wish(s) / slot * slot;
    if (wish != 0) {
        s->censor_left -= wish;
        s->censored += wish;
        s->censor_until = s->now + wish;
        return true;
    }
    if (s->stuff_left != 0 && stuffed(s)) {
        s->censored += slot;
        *full = true;
        return true;
    }
    return false;
}
