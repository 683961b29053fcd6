/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_TALLY_H
#define WH_TESTS_VECTORS_RUNNER_TALLY_H

/* Counts per suite and fork, shared by all workers. */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum tally_kind {
    TALLY_PASSED,
    TALLY_FAILED,
    TALLY_SKIPPED,
    TALLY_STATELESS, /* of the passed: also from serialised traces alone */
    TALLY_KINDS
};

#define TALLY_ROWS 1024

struct tally_row {
    char suite[64], fork[64];
    _Atomic uint64_t n[TALLY_KINDS];
};

struct tally {
    atomic_flag lock; /* held while a row is added */
    _Atomic size_t count;
    struct tally_row rows[TALLY_ROWS];
    _Atomic uint64_t not_run; /* files of forks that were not asked for */
};

/* tally_row is the row of that suite and fork, made if it is new. */
struct tally_row *tally_row(struct tally *t, const char *suite, const char *fork);

uint64_t tally_sum(const struct tally *t, enum tally_kind kind);

/* tally_print writes one line per row. tally_markdown writes the table fork x suite. tally_json writes one
 * JSON object. The closing line is the caller's. */
void tally_print(const struct tally *t, FILE *out);
bool tally_markdown(const struct tally *t, FILE *out);
void tally_json(const struct tally *t, FILE *out);
/* tally_tap writes one TAP test per row, and says what each counts. */
void tally_tap(const struct tally *t, FILE *out);

#endif
