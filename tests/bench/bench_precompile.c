/* SPDX-License-Identifier: MIT */
/* Time of precompile calls over files of cases (tests/unit/precompile/cases.h): median of runs, CPU
 * time of this thread. Usage: bench_precompile [-f SUBSTRING] FILE... */

#include <time.h>

#include "evm/native/crypto.h"
#include "evm/precompile/precompile.h"
#include "tests/unit/precompile/cases.h"

static struct wh_arena scratch;

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Microseconds of one call: median of 9 samples of about a millisecond each. */
static double measure(const struct precompile_case *c)
{
    enum { SAMPLES = 9 };
    const struct evm_crypto *crypto = wh_native_crypto();
    unsigned index;
    if (crypto == NULL || !precompile_find(c->fork, &c->at, &index)) abort();
    struct precompile_result r;
    double sample[SAMPLES];
    unsigned rounds = 1;
    for (int i = 0; i < SAMPLES;) {
        double start = now_us();
        for (unsigned k = 0; k < rounds; k++) {
            size_t mark = wh_arena_mark(&scratch);
            if (precompile_run(index, c->fork, crypto, wh_span_of(c->input, c->input_len),
                               INT64_MAX, &scratch, &r) != WH_OK)
                abort();
            wh_arena_rewind(&scratch, mark);
        }
        double spent = now_us() - start;
        if (spent < 1000 && rounds < 1u << 20) {
            rounds *= 2;
            continue;
        }
        sample[i++] = spent / rounds;
    }
    qsort(sample, SAMPLES, sizeof sample[0], compare);
    return sample[SAMPLES / 2];
}

int main(int argc, char **argv)
{
    enum { CAP = 1 << 24 };
    const char *filter = "";
    int i = 1;
    if (argc > 2 && strcmp(argv[1], "-f") == 0) {
        filter = argv[2];
        i = 3;
    }
    void *block = malloc(CAP);
    if (block == NULL) return 1;
    wh_arena_init(&scratch, block, CAP);
    for (; i < argc; i++) {
        FILE *f = fopen(argv[i], "r");
        if (f == NULL) {
            perror(argv[i]);
            return 1;
        }
        struct precompile_case c;
        while (case_next(f, &c)) {
            if (!c.fails && strstr(c.name, filter) != NULL)
                printf("%12.3f us  %02x %zu B  %s\n", measure(&c), load_be16(c.at.b + 18),
                       c.input_len, c.name);
            case_free(&c);
        }
        fclose(f);
    }
    free(block);
    return 0;
}
