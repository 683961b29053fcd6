/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_DIFF_SEGMENTS_H
#define WH_TESTS_DIFF_SEGMENTS_H

/* The blocks of a case as steps of EXECUTE: each block is cut into BEGIN, its transactions, END; one run goes
 * over all of them in memory, then each step is captured and executed from its serialised trace alone. All
 * leaves must be the same, gas and roots those of chain.c, and a trace with one bit turned is refused or
 * gives the same leaf. Rule set `ethereum` from Paris on (before, anvil pays no reward); from Osaka on
 * `rollup` as well, where what chain.c refuses is posted too and must be a no-op. */

#include "tests/diff/chain.h"
#include "tests/diff/compare.h"

struct diff_segments {
    uint64_t steps, bytes; /* traces */
    uint64_t refused;      /* damaged traces that were; the others gave the same leaf */
};

/* diff_segments_run restarts the chain on the case (gas_near is resolved by now) and adds to *n. A
 * difference is told to r. */
wh_status diff_segments_run(struct diff_chain *ch, struct diff_case *c, struct diff_report *r,
                            struct diff_segments *n);

#endif
