/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_KINDS_H
#define WH_TESTS_VECTORS_RUNNER_KINDS_H

/* The formats of official vectors: how one is told from the others, and who runs it. A new format is a
 * row of kinds.def and a function. */

#include "tests/vectors/runner/runner.h"

/* kinds_run finds the format of r->member and runs its cases. What is no known format fails. */
void kinds_run(struct runner *r);

#define KIND(name, text)                                        \
    bool name##_is(const struct member *m, const json_t *file); \
    void name##_run(struct runner *r, json_t *file);
#include "tests/vectors/runner/kinds.def"
#undef KIND

/* kind_first is the first test of a file that is an object of tests; NULL: it is none. */
const json_t *kind_first(const json_t *file);
/* kind_fork_fits is used by kinds whose cases know no fork. */
#define NO_FORK "-"

#endif
