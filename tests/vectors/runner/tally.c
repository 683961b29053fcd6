/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/tally.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* In order of time; what is not here comes behind, by name. */
static const char *const FORK_ORDER[] = {
    "Frontier",
    "FrontierToHomesteadAt5",
    "Homestead",
    "HomesteadToDaoAt5",
    "Dao",
    "HomesteadToEIP150At5",
    "EIP150",
    "EIP158",
    "EIP158ToByzantiumAt5",
    "Byzantium",
    "ByzantiumToConstantinopleFixAt5",
    "Constantinople",
    "ConstantinopleFix",
    "Istanbul",
    "MuirGlacier",
    "Berlin",
    "BerlinToLondonAt5",
    "London",
    "ArrowGlacier",
    "GrayGlacier",
    "ArrowGlacierToParisAtDiffC0000",
    "Paris",
    "ParisToShanghaiAtTime15k",
    "Shanghai",
    "ShanghaiToCancunAtTime15k",
    "Cancun",
    "CancunToPragueAtTime15k",
    "Prague",
    "PragueToOsakaAtTime15k",
    "Osaka",
    "OsakaToBPO1AtTime15k",
    "BPO1",
    "BPO1ToBPO2AtTime15k",
    "BPO2",
    "BPO2ToBPO3AtTime15k",
    "BPO3",
    "BPO3ToBPO4AtTime15k",
    "BPO4",
    "BPO2ToAmsterdamAtTime15k",
    "Amsterdam",
    "Amsterdam, tries",
    "Amsterdam, damaged",
    "-",
};

static struct tally_row *find(struct tally *t, const char *suite, const char *fork)
{
    size_t n = atomic_load(&t->count);
    for (size_t i = 0; i < n; i++)
        if (strcmp(t->rows[i].fork, fork) == 0 && strcmp(t->rows[i].suite, suite) == 0)
            return &t->rows[i];
    return NULL;
}

struct tally_row *tally_row(struct tally *t, const char *suite, const char *fork)
{
    char s[64], f[64];
    snprintf(s, sizeof s, "%s", suite);
    snprintf(f, sizeof f, "%s", fork);
    struct tally_row *row = find(t, s, f);
    if (row != NULL) return row;
    while (atomic_flag_test_and_set(&t->lock)) {
    }
    row = find(t, s, f);
    if (row == NULL) {
        size_t n = atomic_load(&t->count);
        if (n == TALLY_ROWS) abort();
        row = &t->rows[n];
        memcpy(row->suite, s, sizeof s);
        memcpy(row->fork, f, sizeof f);
        atomic_store(&t->count, n + 1);
    }
    atomic_flag_clear(&t->lock);
    return row;
}

uint64_t tally_sum(const struct tally *t, enum tally_kind kind)
{
    uint64_t sum = 0;
    size_t n = atomic_load(&t->count);
    for (size_t i = 0; i < n; i++)
        sum += atomic_load(&t->rows[i].n[kind]);
    return sum;
}

static size_t fork_rank(const char *fork)
{
    size_t n = sizeof FORK_ORDER / sizeof *FORK_ORDER;
    for (size_t i = 0; i < n; i++)
        if (strcmp(FORK_ORDER[i], fork) == 0) return i;
    return n;
}

static int by_fork(const char *a, const char *b)
{
    size_t x = fork_rank(a), y = fork_rank(b);
    if (x != y) return x < y ? -1 : 1;
    return strcmp(a, b);
}

static int by_suite_and_fork(const void *a, const void *b)
{
    const struct tally_row *x = *(const struct tally_row *const *)a;
    const struct tally_row *y = *(const struct tally_row *const *)b;
    int suite = strcmp(x->suite, y->suite);
    return suite != 0 ? suite : by_fork(x->fork, y->fork);
}

static size_t sorted(const struct tally *t, const struct tally_row **rows)
{
    size_t n = atomic_load(&t->count);
    for (size_t i = 0; i < n; i++)
        rows[i] = &t->rows[i];
    qsort(rows, n, sizeof *rows, by_suite_and_fork);
    return n;
}

void tally_print(const struct tally *t, FILE *out)
{
    static const struct tally_row *rows[TALLY_ROWS];
    size_t n = sorted(t, rows);
    if (n > 0)
        fprintf(out, "%-24s %-32s %8s %7s %7s %9s\n", "suite", "fork", "passed", "failed",
                "skipped", "stateless");
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%-24s %-32s %8" PRIu64 " %7" PRIu64 " %7" PRIu64 " %9" PRIu64 "\n",
                rows[i]->suite, rows[i]->fork, rows[i]->n[TALLY_PASSED], rows[i]->n[TALLY_FAILED],
                rows[i]->n[TALLY_SKIPPED], rows[i]->n[TALLY_STATELESS]);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_fork_name(const void *a, const void *b)
{
    return by_fork(*(const char *const *)a, *(const char *const *)b);
}

/* The different names of one column, sorted. */
static size_t names_of(const struct tally *t, bool forks, const char **out)
{
    size_t n = 0, count = atomic_load(&t->count);
    for (size_t i = 0; i < count; i++) {
        const char *name = forks ? t->rows[i].fork : t->rows[i].suite;
        size_t k = 0;
        while (k < n && strcmp(out[k], name) != 0)
            k++;
        if (k == n) out[n++] = name;
    }
    qsort(out, n, sizeof *out, forks ? by_fork_name : by_name);
    return n;
}

static void cell(FILE *out, const uint64_t n[TALLY_KINDS])
{
    if (n[TALLY_PASSED] + n[TALLY_FAILED] + n[TALLY_SKIPPED] == 0)
        fprintf(out, " |");
    else
        fprintf(out, " %" PRIu64 "/%" PRIu64 "/%" PRIu64 " |", n[TALLY_PASSED], n[TALLY_FAILED],
                n[TALLY_SKIPPED]);
}

static void add(uint64_t sum[TALLY_KINDS], const struct tally_row *row)
{
    for (unsigned k = 0; row != NULL && k < TALLY_KINDS; k++)
        sum[k] += atomic_load(&row->n[k]);
}

bool tally_markdown(const struct tally *t, FILE *out)
{
    static const char *suites[TALLY_ROWS], *forks[TALLY_ROWS];
    struct tally *rows = (struct tally *)(uintptr_t)t;
    size_t suite_count = names_of(t, false, suites), fork_count = names_of(t, true, forks);
    fprintf(out, "| fork |");
    for (size_t s = 0; s < suite_count; s++)
        fprintf(out, " %s |", suites[s]);
    fprintf(out, "\n| --- |");
    for (size_t s = 0; s < suite_count; s++)
        fprintf(out, " --- |");
    for (size_t f = 0; f <= fork_count; f++) {
        fprintf(out, "\n| %s |", f < fork_count ? forks[f] : "**all**");
        for (size_t s = 0; s < suite_count; s++) {
            uint64_t sum[TALLY_KINDS] = {0};
            for (size_t k = 0; k < fork_count; k++)
                if (f == fork_count || k == f) add(sum, find(rows, suites[s], forks[k]));
            cell(out, sum);
        }
    }
    fprintf(out, "\n| run from traces as well |");
    for (size_t s = 0; s < suite_count; s++) {
        uint64_t sum[TALLY_KINDS] = {0};
        for (size_t k = 0; k < fork_count; k++)
            add(sum, find(rows, suites[s], forks[k]));
        if (sum[TALLY_STATELESS] > 0)
            fprintf(out, " %" PRIu64 " |", sum[TALLY_STATELESS]);
        else
            fprintf(out, " |");
    }
    fprintf(out, "\n");
    return ferror(out) == 0;
}

/* A name is part of a path: it may need escapes. */
static void json_name(FILE *out, const char *key, const char *name)
{
    json_t *v = json_string(name);
    fprintf(out, "\"%s\":", key);
    if (v == NULL || json_dumpf(v, out, JSON_ENCODE_ANY) != 0) fprintf(out, "null");
    json_decref(v);
    fprintf(out, ",");
}

void tally_json(const struct tally *t, FILE *out)
{
    static const struct tally_row *rows[TALLY_ROWS];
    size_t n = sorted(t, rows);
    fprintf(out,
            "{\"passed\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"skipped\":%" PRIu64 ",\"rows\":[",
            tally_sum(t, TALLY_PASSED), tally_sum(t, TALLY_FAILED), tally_sum(t, TALLY_SKIPPED));
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "%s{", i ? "," : "");
        json_name(out, "suite", rows[i]->suite);
        json_name(out, "fork", rows[i]->fork);
        fprintf(out,
                "\"passed\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"skipped\":%" PRIu64
                ",\"stateless\":%" PRIu64 "}",
                rows[i]->n[TALLY_PASSED], rows[i]->n[TALLY_FAILED], rows[i]->n[TALLY_SKIPPED],
                rows[i]->n[TALLY_STATELESS]);
    }
    fprintf(out, "],\"files_not_run\":%" PRIu64 "}\n", atomic_load(&t->not_run));
}

void tally_tap(const struct tally *t, FILE *out)
{
    static const struct tally_row *rows[TALLY_ROWS];
    size_t n = sorted(t, rows);
    for (size_t i = 0; i < n; i++)
        fprintf(out,
                "%sok %zu - %s, %s: %" PRIu64 " passed (%" PRIu64 " from traces), %" PRIu64
                " failed, %" PRIu64 " skipped\n",
                rows[i]->n[TALLY_FAILED] > 0 ? "not " : "", i + 1, rows[i]->suite, rows[i]->fork,
                rows[i]->n[TALLY_PASSED], rows[i]->n[TALLY_STATELESS], rows[i]->n[TALLY_FAILED],
                rows[i]->n[TALLY_SKIPPED]);
    fprintf(out, "1..%zu\n", n);
}
