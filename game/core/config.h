/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_CORE_CONFIG_H
#define WH_GAME_CORE_CONFIG_H

/* The game configuration: 22 words, hashed into every aid (PROTOCOL 1, "Game configuration"). */

#include "evm/base/bytes.h"
#include "evm/base/crypto.h"

__extension__ typedef unsigned __int128 u128;

#define GAME_CONFIG_SIZE 704u

struct game_config {
    uint8_t k, a;     /* 2^k steps per assertion, 2^a children per split */
    uint64_t t;       /* seconds, uint40: beta that decides */
    uint64_t grace;   /* seconds between decision and confirmation if there were rivals */
    uint64_t min_gap; /* seconds before the first child */
    u128 bond;        /* wei, uint96 */
    uint16_t burn_bps, reward_bps;
    uint32_t max_price; /* 0.01 gwei, uint24 */
    uint32_t step_gas;
    address verifier, treasury;
    uint64_t chain_id; /* of L1 */
    address inbox, trace_store;
    bytes32 genesis_leaf, chain_cfg_hash, exec_id;
    bytes32 image_root, entry, step_contract, spare; /* zero until the RISC-V level */
};

/* game_config_encode: abi.encode(Config). Fields wider than their type are a bug of the caller. */
void game_config_encode(const struct game_config *cfg, uint8_t out[GAME_CONFIG_SIZE]);
void game_config_hash(const struct evm_crypto *crypto, const struct game_config *cfg, bytes32 *out);
/* game_config_ok: the constructor's checks that look at the configuration alone (BadConfig). */
bool game_config_ok(const struct game_config *cfg);

#endif
