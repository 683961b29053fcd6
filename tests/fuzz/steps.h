/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_FUZZ_STEPS_H
#define WH_TESTS_FUZZ_STEPS_H

/* Honest steps of three small chains, for traces to be compared with and as seeds: `rollup` (Osaka),
 * `ethereum` in Osaka (every type of transaction, requests, a withdrawal) and in London (a reward). */

#include "tests/diff/case.h"
#include "tests/toy_chain.h"

struct fuzz_step {
    struct toy_step step;
    bytes32 input_hash;
};

enum { FUZZ_STEPS_MAX = 48, FUZZ_TXS_MAX = 32 };

struct fuzz_steps {
    struct toy rollup, osaka, london;
    struct fuzz_step v[FUZZ_STEPS_MAX];
    unsigned count;
    unsigned osaka_end;        /* the END step of the Osaka block that has transactions */
    wh_span txs[FUZZ_TXS_MAX]; /* of the Osaka block, without the kind byte */
    unsigned tx_count;
    wh_span header, parent, withdrawals; /* of the Osaka block */
};

/* fuzz_steps builds them at the first call. A failure ends the program. */
const struct fuzz_steps *fuzz_steps(void);

#endif
