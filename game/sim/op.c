/* SPDX-License-Identifier: MIT */
/* The OP fault dispute game (specs: fault-proof, stage one), one game per false root claim.
 *
 * A line of claims goes from the root (depth 0, false) to depth k: odd depths are honest, even ones the
 * adversary's; the deepest claim is met by a step. Each side has a clock of T/2 per line, inherited down
 * the line; a claim resolves when the clock of who should answer it has run out. After a move the
 * answer has at least `extension` left. A claim at depth d carries a bond of
 * 400,000 * 1.09493^d gas at 200 gwei (0.08 ETH at 0, 60 ETH at 73). */
#include <string.h>

#include "game/sim/bonds.h"

/* 1.09493... = (300,000,000 / 400,000)^(1/73): 750 times as much at 73. By integers of 2^-60. */
uint64_t sim_op_bond(unsigned depth)
{
    /* 750^(1/73) * 2^60, rounded; 2^60 = 1152921504606846976 */
    const u128 factor = UINT64_C(1262362662459577619);
    u128 v = (u128)400000 * 200 << 20; /* gwei, with 20 bits of fraction */
    for (unsigned i = 0; i < depth; i++)
        v = (v * (factor >> 10)) >> 50;
    return (uint64_t)(v >> 20);
}

struct dispute {
    uint64_t clock[2]; /* used: by the honest side, by the adversary */
    uint64_t since;    /* of the last claim */
    uint64_t extra;    /* granted to the next move */
    uint32_t depth;    /* of the last claim; k + 1: it was stepped on */
    uint64_t staked[2];
    bool open, won, decides;
};

struct op {
    struct dispute *game;
    uint32_t posted, left;
    unsigned k;
    uint64_t clock;
};

static struct op *of(const struct sim *s)
{
    return s->state;
}

static bool honest_turn(const struct dispute *g)
{
    return g->depth % 2 == 0;
}

/* Time that the side to move still has, from `since` on. */
static uint64_t allowance(const struct op *x, const struct dispute *g)
{
    uint64_t used = g->clock[honest_turn(g) ? 0 : 1];
    uint64_t left = x->clock > used ? x->clock - used : 0;
    return left > g->extra ? left : g->extra;
}

static wh_status offer(struct sim *s, uint32_t i)
{
    struct op *x = of(s);
    const struct dispute *g = &x->game[i];
    uint64_t slot = sim_get(s, SIM_SLOT);
    uint64_t last = (g->since + allowance(x, g)) / slot * slot;
    sim_wake_at(s, g->since + allowance(x, g) + 1);
    if (g->depth + 1 > x->k) return WH_OK;
    return sim_chance(s, &(struct sim_chance){.kind = SIM_MOVE_MOVE,
                                              .rival = i,
                                              .level = g->depth,
                                              .levels = x->k,
                                              .opened = s->now,
                                              .deadline = last,
                                              .a = i,
                                              .b = g->depth});
}

/* A claim at the next depth now stands. */
static void stand(struct sim *s, struct dispute *g, unsigned side)
{
    uint64_t used = s->now - g->since;
    g->clock[side] += used;
    g->since = s->now;
    g->depth++;
    g->extra = sim_get(s, SIM_EXTENSION);
}

static wh_status op_evil(struct sim *s, const struct sim_chance *c, struct sim_done *done)
{
    struct op *x = of(s);
    if (s->winner != SIM_NOBODY) return WH_OK;
    struct dispute *g = &x->game[c->rival];
    done->pos = c->rival;
    if (c->kind == SIM_MOVE_DECIDE) {
        done->gas = SIM_GAS_OP_RESOLVE;
        sim_decide(s, SIM_EVIL);
        s->over = true;
        return WH_OK;
    }
    if (c->kind == SIM_MOVE_POST) {
        done->gas = SIM_GAS_OP_CREATE;
        done->bytes = 400;
        done->stake = sim_op_bond(0);
        *g = (struct dispute){.since = s->now, .open = true};
        g->staked[1] = done->stake;
        x->posted++;
        s->roots++;
        return WH_OK;
    }
    if (!g->open || g->depth != c->b || s->now > g->since + allowance(x, g)) return WH_OK;
    done->gas = SIM_GAS_OP_MOVE;
    done->bytes = 132;
    done->stake = sim_op_bond(g->depth + 1);
    g->staked[1] += done->stake;
    stand(s, g, 1);
    done->depth = g->depth;
    return WH_OK;
}

static wh_status close(struct sim *s, struct dispute *g)
{
    struct op *x = of(s);
    g->open = false;
    g->won = true;
    x->left--;
    sim_unstake(&s->honest, g->staked[0]);
    sim_unstake(&s->evil, g->staked[1]);
    s->evil.lost += g->staked[1];
    s->honest.reward += g->staked[1];
    if (x->left != 0 || x->posted != s->n_evil) return WH_OK;
    sim_decide(s, SIM_HONEST);
    sim_confirm(s);
    s->over = true;
    return WH_OK;
}

static wh_status op_look(struct sim *s, uint32_t party)
{
    struct op *x = of(s);
    uint64_t t = sim_get(s, SIM_T) / 2;
    if (s->n_evil == 0 && s->now >= t) {
        sim_decide(s, SIM_HONEST);
        sim_confirm(s);
        s->over = true;
        return WH_OK;
    }
    if (s->n_evil == 0) sim_wake_at(s, t);
    for (uint32_t i = 0; i < s->n_evil; i++) {
        struct dispute *g = &x->game[i];
        if (!g->open) continue;
        bool step = g->depth == x->k && honest_turn(g);
        uint64_t key = ((uint64_t)i << 20 | g->depth) + 100;
        if (honest_turn(g) && g->depth <= x->k) {
            if (sim_sent(s, party, key)) continue;
            WH_TRY(sim_send(s, &(struct sim_tx){.order = g->clock[0] > 0 ? 0 : 1,
                                                .key = key,
                                                .weight = SIM_NEVER,
                                                .pos = i,
                                                .a = i | (uint64_t)g->depth << 32,
                                                .party = party,
                                                .depth = g->depth + 1,
                                                .kind = step ? SIM_MOVE_PROVE : SIM_MOVE_MOVE,
                                                .stake = step ? 0 : sim_op_bond(g->depth + 1),
                                                .last = g->depth + 2 > x->k}));
            continue;
        }
        uint64_t end = g->since + allowance(x, g);
        if (s->now <= end) {
            sim_wake_at(s, end + 1);
        } else if (!sim_sent(s, party, key)) {
            WH_TRY(sim_send(s, &(struct sim_tx){.key = key,
                                                .kind = SIM_MOVE_DECIDE,
                                                .weight = SIM_NEVER,
                                                .party = party,
                                                .pos = i,
                                                .a = i | (uint64_t)g->depth << 32}));
        }
    }
    return WH_OK;
}

/* An honest clock that has run out lets the false claim stand. */
static wh_status op_tick(struct sim *s)
{
    struct op *x = of(s);
    if (s->winner != SIM_NOBODY) return WH_OK;
    for (uint32_t i = 0; i < s->n_evil; i++) {
        struct dispute *g = &x->game[i];
        if (!g->open || g->decides || !honest_turn(g) || g->depth > x->k) continue;
        uint64_t end = g->since + allowance(x, g);
        if (s->now <= end) {
            sim_wake_at(s, end + 1);
            continue;
        }
        g->decides = true;
        WH_TRY(sim_chance(
            s, &(struct sim_chance){.kind = SIM_MOVE_DECIDE, .rival = i, .deadline = SIM_NEVER}));
    }
    return WH_OK;
}

static wh_status op_apply(struct sim *s, struct sim_tx *tx, enum sim_outcome *how, const char **why)
{
    struct op *x = of(s);
    uint32_t i = (uint32_t)tx->a, depth = (uint32_t)(tx->a >> 32);
    struct dispute *g = &x->game[i];
    *why = "";
    tx->bytes = 132;
    tx->gas = tx->kind == SIM_MOVE_PROVE    ? sim_get(s, SIM_PROVE_GAS)
              : tx->kind == SIM_MOVE_DECIDE ? SIM_GAS_OP_RESOLVE * (g->depth + 1)
                                            : SIM_GAS_OP_MOVE;
    if (!g->open || g->depth != depth) {
        *how = SIM_AGAIN;
        tx->stake = 0;
        return WH_OK;
    }
    if (tx->kind == SIM_MOVE_DECIDE) return close(s, g);
    uint64_t left = allowance(x, g), used = s->now - g->since;
    sim_slack(s, left > used ? left - used : 0);
    if (used > left) {
        *how = SIM_REFUSED;
        *why = "ClockTimeExceeded";
        tx->stake = 0;
        return WH_OK;
    }
    if (tx->kind == SIM_MOVE_PROVE) tx->bytes += (uint32_t)sim_get(s, SIM_PROVE_BYTES);
    g->staked[0] += tx->stake;
    stand(s, g, 0);
    return offer(s, i);
}

static wh_status op_start(struct sim *s)
{
    struct op *x = SIM_NEW(s, struct op, 1);
    if (x == NULL) return WH_E_NOMEM;
    s->state = x;
    x->k = (unsigned)sim_get(s, SIM_K) & ~1u; /* the deepest claim is the adversary's */
    x->clock = sim_get(s, SIM_T) / 2;
    x->left = (uint32_t)s->n_evil;
    x->game = SIM_NEW(s, struct dispute, s->n_evil + 1);
    if (x->game == NULL) return WH_E_NOMEM;
    s->undisputed = x->clock;
    uint64_t slot = sim_get(s, SIM_SLOT);
    for (uint32_t i = 0; i < s->n_evil; i++)
        WH_TRY(sim_chance(s, &(struct sim_chance){.kind = SIM_MOVE_POST,
                                                  .rival = i,
                                                  .levels = x->k,
                                                  .deadline = (x->clock - 1) / slot * slot}));
    return WH_OK;
}

static uint64_t op_rival_cost(const struct sim *s, uint64_t i)
{
    uint64_t sum = 0, k = sim_get(s, SIM_K);
    (void)i;
    for (unsigned d = 0; d <= k; d += 2)
        sum += sim_op_bond(d);
    u128 gas = SIM_GAS_OP_CREATE + k / 2 * SIM_GAS_OP_MOVE;
    return sum + (uint64_t)(gas * (sim_get(s, SIM_BASEFEE) + sim_get(s, SIM_TIP)) / 1000000000);
}

const struct sim_protocol sim_op = {.name = "op",
                                    .start = op_start,
                                    .look = op_look,
                                    .tick = op_tick,
                                    .apply = op_apply,
                                    .evil = op_evil,
                                    .rival_cost = op_rival_cost};
