/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_HEADER_RULES_H
#define WH_EVM_SEGMENT_HEADER_RULES_H

/* What a header may claim after its parent, by the chain configuration alone (PROTOCOL 4.2, 2). BEGIN
 * judges a block by it, a follower of the chain its ommers. */

#include "evm/segment/chain_config.h"
#include "evm/segment/header.h"

/* header_base_fee is the base fee of a block under entry after parent: 0 before London, the initial one
 * at the first block of London (EIP-1559). number and timestamp of the parent tell which that is. */
u256 header_base_fee(const struct chain_config *c, const struct chain_fork *entry,
                     const struct block_header *parent);

/* header_follows: field count, timestamp, gas limit, gas used, extra data of the DAO fork, merge fields,
 * base fee, excess blob gas. entry is the active one of h. Not judged: parent hash, number, difficulty,
 * what stands in the body. */
bool header_follows(const struct chain_config *c, const struct chain_fork *entry,
                    const struct block_header *parent, const struct block_header *h);

#endif
