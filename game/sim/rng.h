/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_RNG_H
#define WH_GAME_SIM_RNG_H

/* Random streams by counter: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers, as
 * easy as 1, 2, 3; SC 2011). A stream is (seed, cell, run, purpose), so what a run draws depends on
 * nothing that any other run, thread or machine did. */

#include <stdint.h>

struct sim_rng {
    uint32_t key[2];
    uint32_t counter[4]; /* cell, run, purpose, block number */
    uint32_t out[4];
    unsigned left;
};

/* philox4x32_10: the bare function, for its known answers. */
void philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

void sim_rng_init(struct sim_rng *r, uint64_t seed, uint32_t cell, uint32_t run, uint32_t purpose);
uint32_t sim_u32(struct sim_rng *r);
uint64_t sim_u64(struct sim_rng *r);
/* sim_below: uniform in 0..n-1, n > 0, without bias. */
uint64_t sim_below(struct sim_rng *r, uint64_t n);
/* sim_at: word number n of a stream, whatever was drawn before. */
uint64_t sim_at(const struct sim_rng *r, uint32_t n);

#endif
