/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_DIFF_GENERATE_H
#define WH_TESTS_DIFF_GENERATE_H

/* Makes a case out of a seed: 24 contracts, accounts with keys, delegated accounts, and blocks of
 * transactions of every type that the fork has. */

#include "evm/base/crypto.h"
#include "tests/diff/case.h"

void diff_generate(uint64_t seed, enum evm_fork fork, unsigned blocks, unsigned txs_per_block,
                   const struct evm_crypto *crypto, struct diff_case *out);

#endif
