/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_POOL_H
#define WH_TESTS_VECTORS_RUNNER_POOL_H

/* Workers are processes: a crash or a case over its time fails that case alone, and another process goes
 * on behind it. */

#include "tests/vectors/runner/plan.h"

struct pool {
    const struct runner_options *opt;
    const struct plan *plan;
    const struct skips *skips;
    struct shared *shared; /* mapped shared */
};

/* pool_run returns when all is run. False: something could not be read. */
bool pool_run(struct pool *p);

#endif
