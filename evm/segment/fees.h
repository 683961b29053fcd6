/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_FEES_H
#define WH_EVM_SEGMENT_FEES_H

/* Fees that a block takes over from its parent: base fee (EIP-1559), blob base fee and excess blob gas
 * (EIP-4844, 7691, 7918). */

#include "evm/base/u256.h"
#include "evm/segment/chain_config.h"
#include "evm/segment/header.h"

#define FEE_INITIAL_BASE 1000000000u /* wei per gas, first London block */
#define FEE_GAS_PER_BLOB 131072u

/* fee_next_base is the base fee of the block after parent, a block with a base fee. */
u256 fee_next_base(const struct block_header *parent);

/* fee_exponential is factor * e^(numerator / denominator) as EIP-4844 computes it; denominator 0 gives
 * factor, and what does not fit 256 bits is 2^256-1. */
u256 fee_exponential(uint64_t factor, uint64_t numerator, uint64_t denominator);

/* fee_blob_base: wei per blob gas under this fork entry. */
u256 fee_blob_base(const struct chain_fork *entry, uint64_t excess_blob_gas);

/* fee_next_excess is excess_blob_gas of the block after parent, by the rules and fields of that
 * block's own entry. A parent without the two fields counts as 0, 0. */
uint64_t fee_next_excess(const struct chain_fork *entry, const struct block_header *parent);

#endif
