/* SPDX-License-Identifier: MIT */
#include "deploy/tool/start.h"

#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/native/crypto.h"
#include "proto/block/blockfile.h"
#include "proto/block/genesis.h"

/* PROTOCOL 6: what one EXECUTE may cost, and what an L1 block takes. */
#define EXECUTE_LIMIT (UINT64_C(1) << 27)

/* PROTOCOL 3: the forced queue may take a tenth of a block, 45,000 gas an entry. */
#define FORCED_SHARE 450000u

static wh_status check_cost(const struct deploy_start *s, struct wh_error *err)
{
    const struct chain_config *c = &s->config;
    uint64_t most = 50000 + s->run_gas + 16 * (c->witness_cap + 24580 + c->item_max + 14328);
    if (most > EXECUTE_LIMIT)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "a step may cost %llu, an L1 block takes %llu",
                       (unsigned long long)most, (unsigned long long)EXECUTE_LIMIT);
    return WH_OK;
}

static void put_rules(struct network *n, const struct deploy_start *s)
{
    uint8_t bytes[CHAIN_CONFIG_MAX];
    size_t len = chain_config_encode(&s->config, bytes);
    wh_buf_put(&n->chain_config, bytes, len);
    keccak256(bytes, len, &n->cfg.chain_cfg_hash);
}

static void put_known(struct network *n, const struct blockfile *f)
{
    n->known[n->known_count++] = f->head.parent_hash;
    if (f->has_parent) n->known[n->known_count++] = f->parent.parent_hash;
    for (size_t i = 0; i < f->ancestor_count && n->known_count < NETWORK_KNOWN; i++) {
        struct block_header h;
        if (header_decode(f->ancestors[i], &h) == WH_OK) n->known[n->known_count++] = h.parent_hash;
    }
}

static wh_status of_block(const char *path, const struct evm_crypto *crypto, struct network *n,
                          struct deploy_start *s, struct wh_error *err)
{
    struct blockfile f = {0};
    struct blockfile_chain chain = {0};
    WH_TRY(blockfile_open(path, crypto, &f, err));
    wh_status st = WH_OK;
    if (!blockfile_config(&f, CHAIN_WITNESS_CAP_ETHEREUM, &s->config))
        st = wh_fail(err, WH_ERR_FILE_FORM, "%s: no preset for chain %llu", path,
                     (unsigned long long)f.chain_id);
    if (st == WH_OK) st = blockfile_chain_open(&f, &s->config, crypto, &chain, err);
    if (st == WH_OK) {
        const struct chain_fork *fork =
            chain_config_active(&s->config, f.head.number, f.head.timestamp);
        s->run_gas = fork->fork < FORK_OSAKA ? f.head.gas_limit : UINT64_C(1) << 24;
        s->anchor = f.parent;
        memcpy(n->genesis, chain.pre, sizeof n->genesis);
        wh_buf_put(&n->anchor_header, f.parent_header.ptr, f.parent_header.len);
        put_known(n, &f);
    }
    blockfile_chain_close(&chain);
    blockfile_close(&f);
    return st;
}

/* forced_rules: how much of a block forced transactions may take, if the options do not say. */
static wh_status forced_rules(const struct deploy_config *cfg, uint64_t gas_limit,
                              struct deploy_start *s, struct genesis_rules *rules,
                              struct wh_error *err)
{
    uint64_t max = cfg->forced_max ? cfg->forced_max : gas_limit / FORCED_SHARE + 1;
    uint64_t cap = cfg->forced_gas_cap ? cfg->forced_gas_cap : gas_limit / max;
    if (gas_limit < 5000 || gas_limit > UINT64_C(1) << 30)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "genesis: a gas limit of %llu; 5,000 to 2^30",
                       (unsigned long long)gas_limit);
    if (max > 65535 || cap == 0 || cap > gas_limit / max)
        return wh_fail(
            err, WH_ERR_CLI_VALUE,
            "--forced-max %llu of --forced-gas-cap %llu do not fit into a block of %llu gas",
            (unsigned long long)max, (unsigned long long)cap, (unsigned long long)gas_limit);
    s->forced_max = (uint32_t)max;
    rules->forced_gas_cap = cap;
    return WH_OK;
}

static wh_status of_genesis(const struct deploy_config *cfg, const struct evm_crypto *crypto,
                            struct network *n, struct deploy_start *s, struct wh_error *err)
{
    struct genesis g;
    struct genesis_rules rules = {RULESET_ROLLUP, 1};
    WH_TRY(genesis_open(cfg->genesis, &rules, crypto, &g, err));
    wh_status st = forced_rules(cfg, g.head.gas_limit, s, &rules, err);
    if (st == WH_OK) {
        g.config.forced_gas_cap = rules.forced_gas_cap;
        s->config = g.config;
        s->anchor = g.head;
        s->run_gas = UINT64_C(1) << 24;
        s->accounts = g.accounts;
        genesis_pre(&g, n->genesis);
        wh_buf_put(&n->anchor_header, g.header.ptr, g.header.len);
        n->known[n->known_count++] = g.hash;
    }
    genesis_close(&g);
    return st;
}

wh_status start_load(const struct deploy_config *cfg, struct network *net, struct deploy_start *out,
                     struct wh_error *err)
{
    const struct evm_crypto *crypto = wh_native_crypto();
    *out = (struct deploy_start){0};
    if (!crypto) return wh_fail(err, WH_ERR_CRYPTO, "setting up the crypto libraries");
    if (cfg->block && cfg->genesis)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--block and --genesis: one start, please");
    if (cfg->genesis)
        WH_TRY(of_genesis(cfg, crypto, net, out, err));
    else if (cfg->block)
        WH_TRY(of_block(cfg->block, crypto, net, out, err));
    else
        return wh_fail(err, WH_ERR_CLI_MISSING, "--block FILE or --genesis FILE");
    put_rules(net, out);
    seg_leaf(crypto, net->genesis, &net->cfg.genesis_leaf);
    return check_cost(out, err);
}
