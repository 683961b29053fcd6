/* SPDX-License-Identifier: MIT */
#include "evm/segment/difficulty.h"

enum formula { FORMULA_STEP, FORMULA_TENTHS, FORMULA_OMMERS };

struct rule {
    uint8_t since;
    uint8_t formula;
    uint64_t delay;
};

static const struct rule RULES[] = {
#define RULE(id, since, formula, delay) {since, formula, delay},
#include "evm/segment/difficulty.def"
#undef RULE
};

enum {
    RULE_COUNT = sizeof RULES / sizeof *RULES,
    BOUND_DIVISOR = 2048,
    DIFFICULTY_MIN = 131072,
    STEP_SECONDS = 13, /* Frontier: faster than this raises */
    DOWN_MAX = 99,
    BOMB_PERIOD = 100000,
};

enum difficulty_rule difficulty_rule_of(enum evm_fork fork)
{
    unsigned best = DIFFICULTY_FRONTIER;
    for (unsigned i = 0; i < RULE_COUNT; i++)
        if (RULES[i].since != 0 && RULES[i].since <= fork) best = i;
    return (enum difficulty_rule)best;
}

static u256 at_least_min(u256 d)
{
    u256 min = u256_from_u64(DIFFICULTY_MIN);
    return u256_lt(&d, &min) ? min : d;
}

/* parent + parent / 2048 * (up - down). */
static u256 moved(const u256 *parent, uint64_t up, uint64_t down)
{
    u256 unit, divisor = u256_from_u64(BOUND_DIVISOR), out = *parent;
    u256_divmod(parent, &divisor, &unit, NULL);
    u256 n = u256_from_u64(up > down ? up - down : down - up);
    u256_mul(&unit, &unit, &n);
    if (up > down)
        (void)u256_add(&out, &out, &unit);
    else
        (void)u256_sub(&out, &out, &unit); /* at most 99/2048 of it */
    return out;
}

/* The two newer formulas: max(up - seconds / unit, -99). */
static u256 smooth(const struct difficulty_parent *parent, uint64_t up, uint64_t seconds,
                   uint64_t unit)
{
    uint64_t down = seconds / unit;
    if (down > up + DOWN_MAX) down = up + DOWN_MAX;
    return moved(&parent->difficulty, up, down);
}

static u256 before_bomb(uint8_t formula, const struct difficulty_parent *parent, uint64_t seconds)
{
    switch ((enum formula)formula) {
    case FORMULA_STEP: break;
    case FORMULA_TENTHS: return smooth(parent, 1, seconds, 10);
    case FORMULA_OMMERS: return smooth(parent, parent->has_ommers ? 2 : 1, seconds, 9);
    }
    bool up = seconds < STEP_SECONDS;
    return moved(&parent->difficulty, up, !up);
}

u256 difficulty_next(enum difficulty_rule rule, const struct difficulty_parent *parent,
                     uint64_t number, uint64_t timestamp)
{
    const struct rule *r = &RULES[rule];
    uint64_t seconds = timestamp > parent->timestamp ? timestamp - parent->timestamp : 0;
    u256 d = at_least_min(before_bomb(r->formula, parent, seconds));
    uint64_t period = (number > r->delay ? number - r->delay : 0) / BOMB_PERIOD;
    if (period <= 1) return d;
    u256 bomb = u256_from_u64(1);
    u256_shl(&bomb, &bomb, period - 2 > 256 ? 256 : (unsigned)(period - 2));
    (void)u256_add(&d, &d, &bomb);
    return d;
}
