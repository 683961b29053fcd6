/* SPDX-License-Identifier: MIT */
/* ns per operation of evm/base/u256: each result feeds the next operation. CPU time, median of 9. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "evm/base/u256.h"

enum { REPEAT = 9, ROUNDS = 20000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int cmp(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static u256 full(uint64_t k)
{
    return (u256){{k * 0x9e3779b97f4a7c15, k * 0xbf58476d1ce4e5b9, k * 0x94d049bb133111eb,
                   k * 0xd6e8feb86659fd93 | (uint64_t)1 << 63}};
}

static u256 sink;

#define BENCH(name, rounds, op)                       \
    do {                                              \
        double v[REPEAT];                             \
        for (int r = 0; r < REPEAT; r++) {            \
            u256 x = full(3), y;                      \
            double t = now();                         \
            for (int i = 0; i < (rounds); i++) {      \
                op;                                   \
                x.w[0] ^= y.w[0];                     \
                x.w[3] |= (uint64_t)1 << 62;          \
            }                                         \
            v[r] = (now() - t) / (rounds);            \
            sink.w[0] ^= x.w[0];                      \
        }                                             \
        qsort(v, REPEAT, sizeof *v, cmp);             \
        printf("%-24s %8.1f\n", name, v[REPEAT / 2]); \
    } while (0)

int main(void)
{
    u256 b = full(7), m = full(11), q;
    u256 b64 = u256_from_u64(b.w[1]), b128 = {{b.w[0], b.w[1], 0, 0}}, b192 = b;
    b192.w[3] = 0;
    BENCH("mul", ROUNDS, u256_mul(&y, &x, &b));
    BENCH("div 256/64", ROUNDS, u256_divmod(&x, &b64, &y, NULL));
    BENCH("div 256/128", ROUNDS, u256_divmod(&x, &b128, &y, NULL));
    BENCH("div 256/192", ROUNDS, u256_divmod(&x, &b192, &y, NULL));
    BENCH("mod 256/256", ROUNDS, u256_divmod(&x, &m, &q, &y));
    BENCH("sdiv 256/128", ROUNDS, u256_sdivmod(&x, &b128, &y, NULL));
    BENCH("addmod 256", ROUNDS, u256_addmod(&y, &x, &b, &m));
    BENCH("addmod by 128", ROUNDS, u256_addmod(&y, &x, &b, &b128));
    BENCH("mulmod 256", ROUNDS, u256_mulmod(&y, &x, &b, &m));
    BENCH("mulmod by 128", ROUNDS, u256_mulmod(&y, &x, &b, &b128));
    BENCH("exp, 256-bit exponent", ROUNDS / 100, u256_exp(&y, &b, &x));
    BENCH("shl", ROUNDS, u256_shl(&y, &x, (unsigned)x.w[0] & 255));
    BENCH("sar", ROUNDS, u256_sar(&y, &x, (unsigned)x.w[0] & 255));
    printf("# %u\n", (unsigned)sink.w[0]);
    return 0;
}
