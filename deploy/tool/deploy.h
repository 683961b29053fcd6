/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_TOOL_DEPLOY_H
#define WH_DEPLOY_TOOL_DEPLOY_H

#include "proto/sys/cli.h"

struct deploy_config {
    struct wh_strlist l1_rpc, signers;
    const char *key_file, *block, *genesis, *preset, *verifier, *tag, *out;
    uint64_t k, a, t_ms, threshold, forced_max, forced_gas_cap, force_delay_ms;
    u256 bond;
    address sequencer, treasury, trace_store;
    bool force_delay_given, sequencer_given, treasury_given, trace_store_given, bond_given,
        partial_ring;
};

/* deploy_contracts checks, deploys, writes the deployment file, and prints one line a contract. */
WH_MUST wh_status deploy_contracts(const struct deploy_config *cfg, struct wh_error *err);

#endif
