/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_FEES_H
#define WH_DEPLOY_DEVNET_FEES_H

/* The fee market of this L1: the functions of evm/segment/fees.h under its one fork entry. */

#include "deploy/devnet/node.h"
#include "evm/segment/fees.h"

static inline struct chain_fork fees_fork(void)
{
    return (struct chain_fork){.fork = FORK_OSAKA,
                               .by = 1,
                               .blob_target = NODE_BLOB_TARGET,
                               .blob_max = NODE_BLOB_MAX,
                               .blob_fraction = NODE_BLOB_FRACTION};
}

/* wei per blob gas at an excess; excess of the block after parent. */
static inline u256 fees_blob_base(uint64_t excess)
{
    const struct chain_fork fork = fees_fork();
    return fee_blob_base(&fork, excess);
}

static inline uint64_t fees_excess_blob(const struct block_header *parent)
{
    const struct chain_fork fork = fees_fork();
    return fee_next_excess(&fork, parent);
}

#endif
