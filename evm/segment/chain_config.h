/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_CHAIN_CONFIG_H
#define WH_EVM_SEGMENT_CHAIN_CONFIG_H

/* Chain configuration "WCF1": what execution needs beyond the state (PROTOCOL 1). Its hash stands in
 * every SegState; the bytes are a preimage of each step. */

#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/fork.h"
#include "evm/base/status.h"

enum chain_ruleset { RULESET_ETHEREUM = 1, RULESET_ROLLUP = 2 };

#define CHAIN_NO_REQUESTS          1u /* flags bit 0: a genesis without the contracts of EIP-7002, 7251 */
#define CHAIN_FORKS_MAX            21
#define CHAIN_CONFIG_MAX           (56 + 22 * CHAIN_FORKS_MAX)
#define CHAIN_WITNESS_CAP_MIN      262144u
#define CHAIN_WITNESS_CAP_ROLLUP   1048576u
#define CHAIN_WITNESS_CAP_ETHEREUM 4194304u
#define CHAIN_WITNESS_UNLIMITED    UINT64_MAX /* for `check` alone */
#define CHAIN_ITEM_MAX             114688u

struct chain_fork {
    uint8_t fork; /* enum evm_fork */
    uint8_t by;   /* 0 block number, 1 timestamp */
    uint64_t at;
    uint16_t blob_target; /* blobs; 0 before Cancun */
    uint16_t blob_max;
    uint64_t blob_fraction; /* update fraction of the blob base fee */
};

struct chain_config {
    uint8_t ruleset; /* enum chain_ruleset */
    uint8_t flags;
    uint16_t fork_count;
    uint64_t chain_id;
    struct chain_fork forks[CHAIN_FORKS_MAX];
    address deposit_contract;
    uint64_t witness_cap; /* bytes */
    uint32_t item_max;    /* bytes */
    uint64_t forced_gas_cap;
};

/* chain_config_decode reads the bytes and checks every rule of PROTOCOL 1. WH_E_FORMAT else. */
WH_MUST wh_status chain_config_decode(wh_span bytes, struct chain_config *out);

/* chain_config_encode returns the length, 56 + 22 n. Rules are not checked: decode does. */
size_t chain_config_encode(const struct chain_config *c, uint8_t out[CHAIN_CONFIG_MAX]);

void chain_config_hash(const struct evm_crypto *crypto, const struct chain_config *c, bytes32 *out);

/* chain_config_active is the last entry with number >= at (timestamp >= at). Never NULL for a
 * configuration that decode accepted. */
const struct chain_fork *chain_config_active(const struct chain_config *c, uint64_t number,
                                             uint64_t timestamp);

/* chain_config_entry is the entry of a fork id, NULL if the chain has none. */
const struct chain_fork *chain_config_entry(const struct chain_config *c, uint8_t fork);

/* Presets, rule set `ethereum`, witness cap 4 MiB (set it to unlimited for `check`).
 * Sources: EIP-150..EIP-7892 and the network configurations in ethereum/execution-specs. */
void chain_config_mainnet(struct chain_config *out);
void chain_config_hoodi(struct chain_config *out);
/* chain_config_rollup: Osaka from genesis, rule set `rollup`, cap 1 MiB. */
void chain_config_rollup(uint64_t chain_id, uint64_t forced_gas_cap, struct chain_config *out);

#endif
