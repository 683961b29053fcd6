/* SPDX-License-Identifier: MIT */
/* Money, verdicts, and what a run comes to. */
#include <inttypes.h>
#include <string.h>

#include "game/sim/bonds.h"
#include "game/sim/engine.h"

static const struct sim_result_row rows[] = {
#define RESULT(id, name, kind, unit, help) {#name, unit, help, SIM_IS_##kind},
#include "game/sim/results.def"
#undef RESULT
};

const struct sim_result_row *sim_result_row(enum sim_result_id id)
{
    return &rows[id];
}

void sim_result_text(enum sim_result_id id, const struct sim_result *r, char out[48])
{
    static const char *const words[] = {"none", "honest", "evil"};
    uint64_t u = r->v[id].u;
    switch (rows[id].kind) {
    case SIM_IS_WORD: snprintf(out, 48, "%s", words[u]); return;
    case SIM_IS_COUNT: snprintf(out, 48, "%" PRIu64, u); return;
    case SIM_IS_SECONDS: /* never: empty, as in any table */
        if (u == SIM_NEVER)
            out[0] = 0;
        else
            snprintf(out, 48, "%" PRIu64, u);
        return;
    case SIM_IS_ETHER: {
        int64_t v = (int64_t)u; /* rewards may exceed a loss */
        uint64_t m = v < 0 ? 0 - u : u;
        snprintf(out, 48, "%s%" PRIu64 ".%09" PRIu64, v < 0 ? "-" : "", m / 1000000000,
                 m % 1000000000);
        return;
    }
    case SIM_IS_RATIO: snprintf(out, 48, "%.6g", r->v[id].r); return;
    case SIM_IS_HASH: snprintf(out, 48, "%016" PRIx64, u); return;
    }
}

uint64_t sim_price(const struct sim *s)
{
    return s->basefee + sim_get(s, SIM_TIP);
}

uint64_t sim_bond(const struct sim *s, uint64_t i)
{
    uint64_t bond = sim_get(s, SIM_BOND);
    return sim_get(s, SIM_BOND_RULE) == 1 ? bond * (i + 1) : bond;
}

uint64_t sim_rival_bond(const struct sim *s, uint64_t i)
{
    return sim_bond(s, i + (sim_get(s, SIM_FIRST) == 0));
}

void sim_stake(struct sim_side *side, uint64_t gwei)
{
    side->stake += gwei;
    side->stake_all += gwei;
    if (side->stake > side->stake_peak) side->stake_peak = side->stake;
}

void sim_unstake(struct sim_side *side, uint64_t gwei)
{
    side->stake -= gwei < side->stake ? gwei : side->stake;
}

void sim_lose(struct sim *s, uint64_t gwei)
{
    uint64_t burnt = (uint64_t)((u128)gwei * sim_get(s, SIM_BURN) / 10000);
    sim_unstake(&s->evil, gwei);
    s->evil.lost += gwei;
    s->burnt += burnt;
}

void sim_slack(struct sim *s, uint64_t seconds)
{
    if (seconds < s->min_slack) s->min_slack = seconds;
}

void sim_decide(struct sim *s, enum sim_winner w)
{
    if (s->winner != SIM_NOBODY) return;
    s->winner = w;
    s->decided_at = s->now;
    if (w == SIM_EVIL) s->min_slack = 0;
    if (sim_get(s, SIM_SETTLE) == 0) s->over = true;
}

void sim_confirm(struct sim *s)
{
    if (s->confirmed_at == SIM_NEVER) s->confirmed_at = s->now;
}

uint64_t sim_lie_pos(struct sim *s, uint64_t i, uint64_t n, unsigned k)
{
    u128 steps = (u128)1 << (k < 64 ? k : 63);
    switch (sim_get(s, SIM_LIE)) {
    case 0: { /* the same draw for every i */
        struct sim_rng r = s->setup;
        r.counter[3] = 1u << 20;
        r.left = 0;
        return (uint64_t)(sim_u64(&r) % steps);
    }
    case 1: return (uint64_t)(steps * (2 * i + 1) / (2 * n));
    case 2: return (uint64_t)(steps - 1);
    default: return 0;
    }
}

static uint64_t gwei_of(u128 wei)
{
    return (uint64_t)(wei / 1000000000);
}

uint64_t sim_delay_cost(uint64_t tvl, uint64_t rate, uint64_t seconds)
{
    return (uint64_t)((double)tvl * (double)rate / 10000.0 * (double)seconds / (365.0 * 86400.0));
}

static void money(struct sim *s, struct sim_result *out)
{
    uint64_t fees = gwei_of(s->evil.fees), pot = s->evil.lost - s->burnt;
    if (sim_get(s, SIM_PAYOUT) == 2 && s->honest.reward == 0) s->honest.reward = pot;
    uint64_t paid = s->honest.reward + s->evil.reward;
    out->v[SIM_R_HONEST_FEES].u = gwei_of(s->honest.fees);
    out->v[SIM_R_EVIL_FEES].u = fees;
    out->v[SIM_R_HONEST_STAKE].u = s->honest.stake_peak;
    out->v[SIM_R_EVIL_STAKE].u = s->evil.stake_peak;
    out->v[SIM_R_HONEST_REWARD].u = s->honest.reward;
    out->v[SIM_R_EVIL_REWARD].u = s->evil.reward;
    out->v[SIM_R_EVIL_LOSS].u = s->evil.lost + fees - s->evil.reward;
    out->v[SIM_R_BURNT].u = s->burnt;
    out->v[SIM_R_TREASURY].u = pot > paid ? pot - paid : 0;
    uint64_t end = s->confirmed_at != SIM_NEVER ? s->confirmed_at : s->horizon;
    out->v[SIM_R_PROFIT].u = s->honest.reward - gwei_of(s->honest.fees) -
                             sim_delay_cost(s->honest.stake_peak, sim_get(s, SIM_RATE), end);
    double honest = (double)gwei_of(s->honest.fees) + (double)s->honest.sub_stakes;
    out->v[SIM_R_RATIO].r = honest > 0 ? ((double)s->evil.stake_all + (double)fees) / honest : 0;
    uint64_t delay = out->v[SIM_R_DELAY].u;
    if (delay == SIM_NEVER) delay = s->horizon;
    out->v[SIM_R_DELAY_COST].u = sim_delay_cost(sim_get(s, SIM_TVL), sim_get(s, SIM_RATE), delay);
}

void sim_sum_up(struct sim *s, struct sim_result *out)
{
    memset(out, 0, sizeof *out);
    out->v[SIM_R_WINNER].u = s->winner;
    out->v[SIM_R_WRONG].u = s->winner == SIM_EVIL;
    out->v[SIM_R_DECIDED].u = s->decided_at;
    out->v[SIM_R_CONFIRMED].u = s->confirmed_at;
    out->v[SIM_R_COMPLETE].u = s->complete_at;
    uint64_t done = s->confirmed_at != SIM_NEVER ? s->confirmed_at : s->decided_at;
    out->v[SIM_R_DELAY].u = done == SIM_NEVER      ? SIM_NEVER
                            : done > s->undisputed ? done - s->undisputed
                                                   : 0;
    out->v[SIM_R_HONEST_GAS].u = s->honest.gas;
    out->v[SIM_R_EVIL_GAS].u = s->evil.gas;
    out->v[SIM_R_MIN_SLACK].u = s->min_slack;
    out->v[SIM_R_L1_BYTES].u = s->bytes;
    out->v[SIM_R_BLOCKS].u = s->blocks;
    out->v[SIM_R_HONEST_MOVES].u = s->honest.moves;
    out->v[SIM_R_EVIL_MOVES].u = s->evil.moves;
    out->v[SIM_R_HONEST_SPLITS].u = s->honest.splits;
    out->v[SIM_R_EVIL_SPLITS].u = s->evil.splits;
    out->v[SIM_R_PROOFS].u = s->honest.proofs;
    out->v[SIM_R_DEPTH].u = s->depth;
    out->v[SIM_R_DUPLICATES].u = s->duplicates;
    out->v[SIM_R_REFUSED].u = s->refused;
    out->v[SIM_R_ROOTS].u = s->roots;
    out->v[SIM_R_CENSORED].u = s->censored;
    out->v[SIM_R_BASEFEE].u = s->basefee_peak;
    out->v[SIM_R_STARVED].u = s->starved;
    out->v[SIM_R_LOG].u = s->log_hash;
    if (s->protocol->end != NULL) s->protocol->end(s, out);
    out->v[SIM_R_EVIL_WEIGHT].u = s->evil_weight;
    money(s, out);
}
