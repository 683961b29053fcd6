/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_PLAN_H
#define WH_TESTS_VECTORS_RUNNER_PLAN_H

/* What is to be run, and how workers share it: each goes through all sources in the same order and runs
 * the units that it claims. Archives are streamed by each worker, nothing is kept. Slow members
 * (slow.def) come first, then files by size, largest first, then archives. */

#include "tests/vectors/runner/runner.h"

struct plan_source {
    char *path;  /* owns */
    char *suite; /* owns */
    char *shown; /* owns: path inside the argument */
    uint64_t size;
    bool archive;
};

struct plan {
    struct plan_source *sources; /* owns */
    size_t count;
};

/* plan_add takes a file, an archive or a folder with all below it. False: not found, not readable or
 * nothing to run in it (said on stderr). */
bool plan_add(struct plan *p, const char *path);
void plan_sort(struct plan *p);
void plan_done(struct plan *p);

/* plan_run is a worker's whole life. False: something could not be read (said on stderr). */
bool plan_run(const struct plan *p, struct runner *r);

#endif
