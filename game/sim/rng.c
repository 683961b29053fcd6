/* SPDX-License-Identifier: MIT */
#include "game/sim/rng.h"

void philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)c0 * 0xd2511f53u, p1 = (uint64_t)c2 * 0xcd9e8d57u;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        k0 += 0x9e3779b9u;
        k1 += 0xbb67ae85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void sim_rng_init(struct sim_rng *r, uint64_t seed, uint32_t cell, uint32_t run, uint32_t purpose)
{
    r->key[0] = (uint32_t)seed;
    r->key[1] = (uint32_t)(seed >> 32);
    r->counter[0] = cell;
    r->counter[1] = run;
    r->counter[2] = purpose;
    r->counter[3] = 0;
    r->left = 0;
}

uint32_t sim_u32(struct sim_rng *r)
{
    if (r->left == 0) {
        philox4x32_10(r->counter, r->key, r->out);
        r->counter[3]++;
        r->left = 4;
    }
    return r->out[4 - r->left--];
}

uint64_t sim_u64(struct sim_rng *r)
{
    uint64_t low = sim_u32(r);
    return (uint64_t)sim_u32(r) << 32 | low;
}

uint64_t sim_below(struct sim_rng *r, uint64_t n)
{
    uint64_t least = (0 - n) % n; /* 2^64 mod n: values below it would weigh double */
    for (;;) {
        uint64_t x = sim_u64(r);
        if (x >= least) return x % n;
    }
}

uint64_t sim_at(const struct sim_rng *r, uint32_t n)
{
    uint32_t counter[4] = {r->counter[0], r->counter[1], r->counter[2], n}, out[4];
    philox4x32_10(counter, r->key, out);
    return (uint64_t)out[1] << 32 | out[0];
}
