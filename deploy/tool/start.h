/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_TOOL_START_H
#define WH_DEPLOY_TOOL_START_H

/* The block from which a chain is disputed, and its rules: the parent of a block file's block (rule set
 * `ethereum`), or the genesis of a rollup. */

#include "deploy/tool/deploy.h"
#include "evm/segment/chain_config.h"
#include "evm/segment/header.h"
#include "game/agent/network.h"

struct deploy_start {
    struct chain_config config;
    struct block_header anchor; /* the last block that nobody disputes */
    uint64_t run_gas;           /* most gas of one step */
    uint32_t forced_max;        /* `rollup` */
    size_t accounts;            /* of a genesis file */
};

/* start_load reads --block or --genesis, and writes what the network says of the start: state, rules, anchor,
 * known hashes, genesisLeaf, chainCfgHash. Checks the cap of a step's cost (PROTOCOL 6). */
WH_MUST wh_status start_load(const struct deploy_config *cfg, struct network *net,
                             struct deploy_start *out, struct wh_error *err);

#endif
