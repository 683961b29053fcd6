/* SPDX-License-Identifier: MIT */
#include "game/core/config.h"

#include "game/core/tree.h"

static uint8_t *word_int(uint8_t *at, u128 value, unsigned bits)
{
    WH_ASSERT(bits >= 128 || value >> bits == 0);
    memset(at, 0, 16);
    store_be64(at + 16, (uint64_t)(value >> 64));
    store_be64(at + 24, (uint64_t)value);
    return at + 32;
}

static uint8_t *word_address(uint8_t *at, const address *value)
{
    memset(at, 0, 12);
    memcpy(at + 12, value->b, 20);
    return at + 32;
}

static uint8_t *word_bytes(uint8_t *at, const bytes32 *value)
{
    memcpy(at, value->b, 32);
    return at + 32;
}

void game_config_encode(const struct game_config *cfg, uint8_t out[GAME_CONFIG_SIZE])
{
    uint8_t *at = out;
    at = word_int(at, cfg->k, 8);
    at = word_int(at, cfg->a, 8);
    at = word_int(at, cfg->t, 40);
    at = word_int(at, cfg->grace, 40);
    at = word_int(at, cfg->min_gap, 40);
    at = word_int(at, cfg->bond, 96);
    at = word_int(at, cfg->burn_bps, 16);
    at = word_int(at, cfg->reward_bps, 16);
    at = word_int(at, cfg->max_price, 24);
    at = word_int(at, cfg->step_gas, 32);
    at = word_address(at, &cfg->verifier);
    at = word_address(at, &cfg->treasury);
    at = word_int(at, cfg->chain_id, 64);
    at = word_address(at, &cfg->inbox);
    at = word_address(at, &cfg->trace_store);
    at = word_bytes(at, &cfg->genesis_leaf);
    at = word_bytes(at, &cfg->chain_cfg_hash);
    at = word_bytes(at, &cfg->exec_id);
    at = word_bytes(at, &cfg->image_root);
    at = word_bytes(at, &cfg->entry);
    at = word_bytes(at, &cfg->step_contract);
    at = word_bytes(at, &cfg->spare);
    WH_ASSERT(at == out + GAME_CONFIG_SIZE);
}

void game_config_hash(const struct evm_crypto *crypto, const struct game_config *cfg, bytes32 *out)
{
    uint8_t buf[GAME_CONFIG_SIZE];
    game_config_encode(cfg, buf);
    tree_keccak(crypto, buf, sizeof buf, out);
}

bool game_config_ok(const struct game_config *cfg)
{
    if (cfg->a < 1 || cfg->a > 4 || cfg->k < 1 || cfg->k > TREE_K_MAX || cfg->k % cfg->a != 0)
        return false;
    if (cfg->t == 0 || cfg->bond == 0 || cfg->step_gas == 0) return false;
    if (cfg->burn_bps > 10000 || cfg->reward_bps > 10000) return false;
    return bytes32_is_zero(&cfg->image_root) && bytes32_is_zero(&cfg->entry) &&
           bytes32_is_zero(&cfg->step_contract) && bytes32_is_zero(&cfg->spare);
}
