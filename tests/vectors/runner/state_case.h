/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_STATE_CASE_H
#define WH_TESTS_VECTORS_RUNNER_STATE_CASE_H

/* One case of a state test: what both ways of running it share, and the way of steps. */

#include "evm/interp/evm.h"
#include "evm/segment/chain_config.h"
#include "evm/segment/seg_state.h"
#include "evm/state/state.h"
#include "evm/tx/execute.h"
#include "evm/tx/validate.h"
#include "tests/vectors/runner/runner.h"

struct state_case {
    struct runner *r;
    const json_t *test, *post;
    struct chain_fork fork; /* active, with its blob fields */
    bytes32 pre_root;
    struct evm_block block;
    uint64_t excess_blob_gas;
    struct tx_rules rules;
    struct wh_buf raw; /* EIP-2718 bytes of the transaction; owns */
    struct tx tx;
    address sender;
    enum tx_reject reject; /* c2..c9 */
    bytes32
        want_receipt; /* accumulator of receipts after the transaction, from the run in memory */
    struct state state;
};

/* BLOCKHASH(n) of state tests. */
void state_block_hash(uint64_t n, bytes32 *out);

/* state_case_raw fills c->raw: the bytes of the test, or those of the fields, signed with its key. */
bool state_case_raw(struct state_case *c);

/* state_case_receipt is the accumulator that holds this one receipt. */
wh_status state_case_receipt(const struct state_case *c, const struct tx_result *result,
                             const bytes32 *root, bytes32 *out);

struct state_step {
    bool refused; /* INVALID */
    struct seg_state post;
};

/* state_case_step makes an OPEN block of the case's environment with the transaction as its one item,
 * captures the step and runs it from the serialised trace alone. What it made goes into the store. */
wh_status state_case_step(struct state_case *c, struct state_step *out);

#endif
