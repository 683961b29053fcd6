/* SPDX-License-Identifier: MIT */
/* ns per permutation of each keccak level: serial hashing, many equal messages, and messages with the
 * lengths of trie nodes. CPU time of the thread, median of 9. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "evm/hash/keccak.h"
#include "evm/native/keccak_native.h"

enum { N = 4704, REPEAT = 9 };

static uint8_t data[N * 560];
static wh_span in[N];
static bytes32 out[N];

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

static double median(double *v)
{
    qsort(v, REPEAT, sizeof *v, cmp);
    return v[REPEAT / 2];
}

static size_t permutations(size_t n)
{
    size_t p = 0;
    for (size_t i = 0; i < n; i++)
        p += in[i].len / KECCAK_RATE + 1;
    return p;
}

static double time_many(const struct wh_keccak_ops *ops, size_t n, size_t rounds)
{
    double v[REPEAT];
    for (int r = 0; r < REPEAT; r++) {
        double t = now();
        for (size_t k = 0; k < rounds; k++)
            ops->many(NULL, n, in, out);
        v[r] = (now() - t) / (double)(permutations(n) * rounds);
    }
    return median(v);
}

static double time_serial(const struct wh_keccak_ops *ops, size_t len)
{
    double v[REPEAT];
    bytes32 h = {{0}};
    for (int r = 0; r < REPEAT; r++) {
        double t = now();
        for (int k = 0; k < 3000; k++) { /* each hash is part of the next message */
            memcpy(data, h.b, 32);
            ops->one(NULL, data, len, &h);
        }
        v[r] = (now() - t) / 3000 / (double)(len / KECCAK_RATE + 1);
    }
    out[0] = h;
    return median(v);
}

int main(void)
{
    static const size_t node[8] = {532, 532, 532, 532, 115, 70, 104, 340};
    srand(1);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)rand();
    printf("%-8s %10s %10s %10s %10s %10s %10s\n", "level", "64 B", "532 B", "2 x 532", "4 x 532",
           "8 x 100", "nodes");
    unsigned sink = 0;
    for (int level = 0; level < WH_KECCAK_LEVELS; level++) {
        const struct wh_keccak_ops *ops = wh_keccak_ops((enum wh_keccak_level)level);
        if (ops == NULL) continue;
        double serial = time_serial(ops, 64), serial4 = time_serial(ops, 532);
        for (size_t i = 0; i < N; i++)
            in[i] = wh_span_of(data + i * 560, 532);
        double two = time_many(ops, 2, 500), four = time_many(ops, 4, 500);
        for (size_t i = 0; i < N; i++)
            in[i] = wh_span_of(data + i * 560, 100);
        double eight = time_many(ops, 8, 1000);
        for (size_t i = 0; i < N; i++)
            in[i] = wh_span_of(data + i * 560, node[rand() % 8]);
        double nodes = time_many(ops, N, 1);
        printf("%-8s %10.1f %10.1f %10.1f %10.1f %10.1f %10.1f\n", ops->name, serial, serial4, two,
               four, eight, nodes);
        sink += out[N - 1].b[0];
    }
    printf("# ns per permutation; %u\n", sink);
    return 0;
}
