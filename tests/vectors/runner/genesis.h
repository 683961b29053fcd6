/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_GENESIS_H
#define WH_TESTS_VECTORS_RUNNER_GENESIS_H

/* Lists of accounts (pre, post, alloc) as states, and genesis headers. */

#include "evm/segment/header.h"
#include "tests/vectors/runner/runner.h"

/* genesis_state writes the accounts into r->store and gives the root. False: not understood. work is
 * rewound. */
bool genesis_state(struct runner *r, const json_t *accounts, bytes32 *root);

/* genesis_header reads the fields of a header. What is missing is empty or zero; without "stateRoot" the
 * root that *out holds before stays. */
bool genesis_header(const json_t *fields, struct block_header *out);

#endif
