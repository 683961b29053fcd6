/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_PRICE_H
#define WH_EVM_SEGMENT_PRICE_H

/* X: what EXECUTE charges for a step, known once the item (END: the withdrawals) is decoded and before
 * anything is run (PROTOCOL 6). len: bytes of the trace. All saturate at 2^64-1. */

#include "evm/base/bytes.h"
#include "evm/base/fork.h"

/* seg_x_least: no step of that trace length costs less. */
uint64_t seg_x_least(uint64_t len);
uint64_t seg_x_begin(uint64_t len);
/* item_gas: gas of the item, 0 if c1 or c2 refuses it; at most 2^24 counts from Osaka on, at most
 * block_gas_limit before. */
uint64_t seg_x_tx(enum evm_fork fork, uint64_t item_gas, uint64_t block_gas_limit, uint64_t len);
/* withdrawals: entries of the list, 0 if it is malformed. */
uint64_t seg_x_end(bool rollup, uint64_t withdrawals, uint64_t len);
/* seg_x_max of any step: checked at deployment against LIMIT. block_gas_max: 0 from Osaka on, else the
 * largest block gas limit. */
uint64_t seg_x_max(uint64_t witness_cap, uint64_t item_max, uint64_t block_gas_max);

#endif
