/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_DIFF_COMPARE_H
#define WH_TESTS_DIFF_COMPARE_H

/* Compares one block of both sides: which transactions are in it, receipts, outputs, header fields, and
 * the state. Each difference is a line of the report. */

#include "tests/diff/anvil.h"
#include "tests/diff/chain.h"

struct diff_report {
    struct wh_buf lines;
    unsigned count; /* differences */
    unsigned known; /* differences that known.def explains */
};

/* diff_compare_block: outcomes and head are ours. head->excess_blob_gas and base_fee are compared as
 * well; state_root is not: see diff_compare_state. */
void diff_compare_block(struct diff_report *r, enum evm_fork fork, const struct diff_block *b,
                        const struct diff_outcome *outcomes, const struct block_header *head,
                        const struct diff_mined *mined);

/* diff_compare_state rebuilds the state trie from the other side's accounts. That side keeps slots of
 * value zero and accounts that were only looked at, and its header's root covers them; so the root that
 * the Yellow Paper (4.1) defines is built from the dump here, and must be ours. */
wh_status diff_compare_state(struct diff_report *r, struct diff_chain *ch, const json_t *accounts);

#endif
