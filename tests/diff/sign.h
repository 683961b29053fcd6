/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_DIFF_SIGN_H
#define WH_TESTS_DIFF_SIGN_H

/* Encodes and signs the transactions of a case. */

#include "tests/diff/case.h"

/* What the state says when it is signed: nonces[i] is the nonce of key i. */
struct diff_nonces {
    uint64_t of[DIFF_KEYS];
};

/* diff_sign appends the EIP-2718 bytes as a block holds them. */
void diff_sign(const struct diff_tx *t, const struct diff_nonces *n, struct wh_buf *out);

/* diff_pooled appends what eth_sendRawTransaction takes: for type 3 with blobs, commitments and
 * proofs (EIP-4844; cells: EIP-7594), else raw itself. All blobs are zero: commitments and proofs are
 * the point at infinity. */
void diff_pooled(const struct diff_tx *t, wh_span raw, bool cells, struct wh_buf *out);

#endif
