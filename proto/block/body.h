/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_BODY_H
#define WH_PROTO_BLOCK_BODY_H

/* Does a body belong to its header? Private to proto/block. */

#include "proto/block/blockfile.h"

/* body_check compares transactions, ommers and withdrawals with the roots in the header. A body that is
 * another block's says nothing about this one: WH_ERR_FILE_FORM. */
WH_MUST wh_status body_check(const struct blockfile *f, const struct evm_crypto *crypto,
                             struct wh_error *err);

/* body_chain_id is what the first transaction with a chain id says; 0: none does. */
uint64_t body_chain_id(const struct blockfile *f, const struct evm_crypto *crypto);

#endif
