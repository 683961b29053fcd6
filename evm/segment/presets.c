/* SPDX-License-Identifier: MIT */
/* Chain configurations of public networks: facts of those chains, as their configuration files and
 * the EIPs state them (EIP-4844, 7691, 7892 for the blob rows). */
#include "evm/segment/chain_config.h"

static const struct chain_fork MAINNET[] = {
    {FORK_FRONTIER, 0, 0, 0, 0, 0},
    {FORK_HOMESTEAD, 0, 1150000, 0, 0, 0},
    {FORK_DAO, 0, 1920000, 0, 0, 0},
    {FORK_TANGERINE, 0, 2463000, 0, 0, 0},
    {FORK_SPURIOUS, 0, 2675000, 0, 0, 0},
    {FORK_BYZANTIUM, 0, 4370000, 0, 0, 0},
    {FORK_CONSTANTINOPLE, 0, 7280000, 0, 0, 0},
    {FORK_PETERSBURG, 0, 7280000, 0, 0, 0},
    {FORK_ISTANBUL, 0, 9069000, 0, 0, 0},
    {FORK_BERLIN, 0, 12244000, 0, 0, 0},
    {FORK_LONDON, 0, 12965000, 0, 0, 0},
    {FORK_PARIS, 0, 15537394, 0, 0, 0},
    {FORK_SHANGHAI, 1, 1681338455, 0, 0, 0},
    {FORK_CANCUN, 1, 1710338135, 3, 6, 3338477},
    {FORK_PRAGUE, 1, 1746612311, 6, 9, 5007716},
    {FORK_OSAKA, 1, 1764798551, 6, 9, 5007716},
    {FORK_BPO1, 1, 1765290071, 10, 15, 8346193},
    {FORK_BPO2, 1, 1767747671, 14, 21, 11684671},
};

static const struct chain_fork HOODI[] = {
    {FORK_PARIS, 0, 0, 0, 0, 0},
    {FORK_SHANGHAI, 1, 0, 0, 0, 0},
    {FORK_CANCUN, 1, 0, 3, 6, 3338477},
    {FORK_PRAGUE, 1, 1742999832, 6, 9, 5007716},
    {FORK_OSAKA, 1, 1761677592, 6, 9, 5007716},
    {FORK_BPO1, 1, 1762365720, 10, 15, 8346193},
    {FORK_BPO2, 1, 1762955544, 14, 21, 11684671},
};

static const struct chain_fork ROLLUP[] = {
    {FORK_OSAKA, 1, 0, 0, 0, 0},
};

/* The deposit contract of mainnet and Hoodi. */
static const address DEPOSIT = {{0x00, 0x00, 0x00, 0x00, 0x21, 0x9a, 0xb5, 0x40, 0x35, 0x6c,
                                 0xbb, 0x83, 0x9c, 0xbe, 0x05, 0x30, 0x3d, 0x77, 0x05, 0xfa}};

static void preset(struct chain_config *out, uint64_t chain_id, const struct chain_fork *forks,
                   size_t count)
{
    *out = (struct chain_config){.ruleset = RULESET_ETHEREUM,
                                 .fork_count = (uint16_t)count,
                                 .chain_id = chain_id,
                                 .deposit_contract = DEPOSIT,
                                 .witness_cap = CHAIN_WITNESS_CAP_ETHEREUM,
                                 .item_max = CHAIN_ITEM_MAX};
    memcpy(out->forks, forks, count * sizeof *forks);
}

void chain_config_mainnet(struct chain_config *out)
{
    preset(out, 1, MAINNET, sizeof MAINNET / sizeof *MAINNET);
}

void chain_config_hoodi(struct chain_config *out)
{
    preset(out, 560048, HOODI, sizeof HOODI / sizeof *HOODI);
}

void chain_config_rollup(uint64_t chain_id, uint64_t forced_gas_cap, struct chain_config *out)
{
    preset(out, chain_id, ROLLUP, sizeof ROLLUP / sizeof *ROLLUP);
    out->ruleset = RULESET_ROLLUP;
    memset(out->deposit_contract.b, 0, 20);
    out->witness_cap = CHAIN_WITNESS_CAP_ROLLUP;
    out->forced_gas_cap = forced_gas_cap;
}
