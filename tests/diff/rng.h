/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_DIFF_RNG_H
#define WH_TESTS_DIFF_RNG_H

/* SplitMix64: one word of state, so a seed names a whole run. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t s;
};

static inline uint64_t rng_next(struct rng *r)
{
    uint64_t z = (r->s += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* rng_below: 0 <= result < n. The bias of the modulus does not matter here. */
static inline uint64_t rng_below(struct rng *r, uint64_t n)
{
    return rng_next(r) % n;
}

/* rng_in: low <= result <= high. */
static inline uint64_t rng_in(struct rng *r, uint64_t low, uint64_t high)
{
    return low + rng_below(r, high - low + 1);
}

static inline bool rng_chance(struct rng *r, unsigned percent)
{
    return rng_below(r, 100) < percent;
}

static inline void rng_bytes(struct rng *r, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)rng_next(r);
}

/* rng_weighted picks an index of weights[0..n) by weight. */
static inline unsigned rng_weighted(struct rng *r, const unsigned *weights, unsigned n)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum += weights[i];
    uint64_t at = rng_below(r, sum);
    for (unsigned i = 0; i < n; i++) {
        if (at < weights[i]) return i;
        at -= weights[i];
    }
    return n - 1;
}

#endif
