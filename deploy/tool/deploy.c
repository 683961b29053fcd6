/* SPDX-License-Identifier: MIT */
#include "deploy/tool/deploy.h"

#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/native/crypto.h"
#include "game/agent/network.h"
#include "game/contracts/generated/contracts.h"
#include "proto/block/blockfile.h"
#include "proto/l1/abi.h"
#include "proto/l1/send.h"
#include "proto/sys/hex.h"

/* PROTOCOL 6: what one EXECUTE may cost, and what an L1 block takes. */
#define EXECUTE_LIMIT (UINT64_C(1) << 27)

/* Names what attesters of this build run (PROTOCOL 8). */
#define EXEC_ID_TEXT "whittle execute 1: rule set ethereum, Frontier to Osaka"

struct job {
    const struct deploy_config *cfg;
    struct l1_rpc *rpc;
    struct l1_key key;
    struct network net;
    struct blockfile file;
    struct blockfile_chain chain;
    uint64_t chain_id;
};

static wh_status preset(const struct deploy_config *cfg, struct game_config *g,
                        struct wh_error *err)
{
    static const struct {
        const char *name;
        uint8_t k;
        uint64_t t, grace, min_gap, bond;
    } presets[] = {
#define PRESET(name, k, t, grace, gap, bond) {name, k, t, grace, gap, bond},
#include "deploy/tool/presets.def"
#undef PRESET
    };
    size_t i = 0;
    while (strcmp(presets[i].name, cfg->preset) != 0)
        i++; /* the table of options checked it */
    g->k = cfg->k ? (uint8_t)cfg->k : presets[i].k;
    g->a = cfg->a ? (uint8_t)cfg->a : 2;
    g->t = cfg->t_ms ? cfg->t_ms / 1000 : presets[i].t;
    g->grace = presets[i].grace;
    g->min_gap = presets[i].min_gap;
    g->bond = (u128)presets[i].bond * 1000000000000000u;
    g->burn_bps = 5000;
    g->reward_bps = 10000;
    g->max_price = 20000;
    g->step_gas = 1000000;
    if (cfg->bond_given) {
        if (cfg->bond.w[1] >> 32 || cfg->bond.w[2] || cfg->bond.w[3])
            return wh_fail(err, WH_ERR_CLI_VALUE, "--bond is over 96 bits");
        g->bond = (u128)cfg->bond.w[1] << 64 | cfg->bond.w[0];
    }
    if (cfg->k > 32 || cfg->a > 4)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--k is at most 32, --a at most 4");
    return WH_OK;
}

/* --- the chain's start */

static wh_status check_cost(const struct job *j, struct wh_error *err)
{
    const struct chain_config *c = &j->chain.config;
    uint64_t run = UINT64_C(1) << 24;
    const struct chain_fork *fork =
        chain_config_active(c, j->file.head.number, j->file.head.timestamp);
    if (fork->fork < FORK_OSAKA) run = j->file.head.gas_limit;
    uint64_t most = 50000 + run + 16 * (c->witness_cap + 24580 + c->item_max + 14328);
    if (most > EXECUTE_LIMIT)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "a step may cost %llu, an L1 block takes %llu",
                       (unsigned long long)most, (unsigned long long)EXECUTE_LIMIT);
    return WH_OK;
}

static wh_status load_chain(struct job *j, struct wh_error *err)
{
    struct chain_config config;
    uint8_t bytes[CHAIN_CONFIG_MAX];
    const struct evm_crypto *crypto = wh_native_crypto();
    if (!crypto) return wh_fail(err, WH_ERR_CRYPTO, "setting up the crypto libraries");
    if (!j->cfg->block) return wh_fail(err, WH_ERR_CLI_MISSING, "--block FILE");
    WH_TRY(blockfile_open(j->cfg->block, crypto, &j->file, err));
    if (!blockfile_config(&j->file, CHAIN_WITNESS_CAP_ETHEREUM, &config))
        return wh_fail(err, WH_ERR_FILE_FORM, "%s: no preset for chain %llu", j->cfg->block,
                       (unsigned long long)j->file.chain_id);
    WH_TRY(blockfile_chain_open(&j->file, &config, crypto, &j->chain, err));

    struct network *n = &j->net;
    memcpy(n->genesis, j->chain.pre, sizeof n->genesis);
    size_t len = chain_config_encode(&j->chain.config, bytes);
    wh_buf_put(&n->chain_config, bytes, len);
    wh_buf_put(&n->anchor_header, j->file.parent_header.ptr, j->file.parent_header.len);
    n->known[n->known_count++] = j->file.head.parent_hash;
    if (j->file.has_parent) n->known[n->known_count++] = j->file.parent.parent_hash;
    for (size_t i = 0; i < j->file.ancestor_count && n->known_count < NETWORK_KNOWN; i++) {
        struct block_header h;
        if (header_decode(j->file.ancestors[i], &h) == WH_OK)
            n->known[n->known_count++] = h.parent_hash;
    }
    seg_leaf(crypto, n->genesis, &n->cfg.genesis_leaf);
    keccak256(bytes, len, &n->cfg.chain_cfg_hash);
    return check_cost(j, err);
}

/* --- one contract */

static wh_status create(struct job *j, const struct contract_code *code, const struct wh_buf *args,
                        const char *name, address *at, uint64_t *block, struct wh_error *err)
{
    struct wh_buf data = {0};
    struct l1_receipt receipt;
    wh_buf_put(&data, code->creation, code->creation_len);
    if (args) wh_buf_put(&data, args->ptr, args->len);
    struct l1_send send = {
        .rpc = j->rpc, .key = &j->key, .chain_id = j->chain_id, .data = wh_buf_span(&data)};
    wh_status st = wh_buf_ok(&data) ? l1_send_and_wait(&send, &receipt, err)
                                    : wh_fail(err, WH_ERR_NOMEM, "creation code");
    wh_buf_done(&data);
    if (st != WH_OK) {
        if (err) wh_error_prefix(err, "deploying %s: ", name);
        return st;
    }
    *at = receipt.contract;
    *block = receipt.block_number;
    printf("%-11s %s  gas %llu\n", name, wh_hex20(at).s, (unsigned long long)receipt.gas_used);
    return WH_OK;
}

static wh_status create_inbox(struct job *j, uint64_t *block, struct wh_error *err)
{
    const struct chain_config *c = &j->chain.config;
    struct wh_buf args = {0};
    address zero = {{0}};
    const address *sequencer = j->cfg->sequencer_given ? &j->cfg->sequencer : &j->key.addr;
    abi_put_u64(&args, j->file.parent.timestamp);
    abi_put_u64(&args, c->ruleset);
    abi_put_addr(&args, sequencer);
    abi_put_addr(&args, &zero); /* coinbase, gas limit: of `rollup` blocks alone */
    abi_put_u64(&args, 0);
    abi_put_u64(&args, c->item_max);
    abi_put_u64(&args, 0);
    abi_put_u64(&args, c->forced_gas_cap);
    abi_put_u64(&args, 0);
    wh_status st = create(j, &contract_inbox, &args, "Inbox", &j->net.inbox, block, err);
    wh_buf_done(&args);
    return st;
}

static int by_address(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(address));
}

static wh_status read_signers(struct job *j, struct wh_error *err)
{
    struct network *n = &j->net;
    for (size_t i = 0; i < j->cfg->signers.count; i++) {
        if (i == NETWORK_SIGNERS || !wh_hex_parse(j->cfg->signers.v[i], n->signers[i].b, 20))
            return wh_fail(err, WH_ERR_CLI_VALUE, "--signer %s", j->cfg->signers.v[i]);
        n->signer_count++;
    }
    qsort(n->signers, n->signer_count, sizeof(address), by_address);
    n->threshold = (unsigned)j->cfg->threshold;
    if (n->threshold == 0 || n->threshold > n->signer_count || 2 * n->threshold <= n->signer_count)
        return wh_fail(err, WH_ERR_CLI_VALUE,
                       "--threshold %u of %u signers: more than half, please", n->threshold,
                       n->signer_count);
    return WH_OK;
}

static wh_status create_verifier(struct job *j, uint64_t *block, struct wh_error *err)
{
    struct network *n = &j->net;
    struct wh_buf args = {0};
    wh_status st;
    if (n->kind == NETWORK_EXECUTE) {
        abi_put_addr(&args, &n->trace_store);
        st = create(j, &contract_execute_precompile, &args, "verifier", &n->verifier, block, err);
    } else {
        keccak256((const uint8_t *)EXEC_ID_TEXT, strlen(EXEC_ID_TEXT), &n->cfg.exec_id);
        abi_put_b32(&args, &n->cfg.exec_id);
        abi_put_u64(&args, 3 * 32);
        abi_put_u64(&args, n->threshold);
        abi_put_u64(&args, n->signer_count);
        for (unsigned i = 0; i < n->signer_count; i++)
            abi_put_addr(&args, &n->signers[i]);
        st = create(j, &contract_attested_execute, &args, "verifier", &n->verifier, block, err);
    }
    wh_buf_done(&args);
    return st;
}

static wh_status create_game(struct job *j, struct wh_error *err)
{
    struct network *n = &j->net;
    uint8_t words[GAME_CONFIG_SIZE];
    struct wh_buf args = {0};
    struct l1_block b;
    bool found = false;
    n->cfg.verifier = n->verifier;
    n->cfg.treasury = j->cfg->treasury_given ? j->cfg->treasury : j->key.addr;
    n->cfg.chain_id = j->chain_id;
    n->cfg.inbox = n->inbox;
    n->cfg.trace_store = n->trace_store;
    WH_TRY(network_fit(n, err));
    game_config_encode(&n->cfg, words);
    wh_buf_put(&args, words, sizeof words);
    wh_status st = create(j, &contract_game, &args, "Game", &n->game, &n->deploy_block, err);
    wh_buf_done(&args);
    WH_TRY(st);
    struct l1_at at = l1_at_number(n->deploy_block);
    WH_TRY(l1_block_at(j->rpc, &at, &b, &found, err));
    if (!found) return wh_fail(err, WH_ERR_RPC_NULL, "block of Game's creation");
    n->deploy_time = b.timestamp;
    return WH_OK;
}

static wh_status run(struct job *j, struct wh_error *err)
{
    const struct deploy_config *cfg = j->cfg;
    uint64_t block = 0, first = 0;
    if (!cfg->out) return wh_fail(err, WH_ERR_CLI_MISSING, "--out FILE");
    if (!cfg->key_file) return wh_fail(err, WH_ERR_CLI_MISSING, "--key-file FILE");
    if (cfg->l1_rpc.count == 0) return wh_fail(err, WH_ERR_CLI_MISSING, "--l1-eth-rpc URL");
    WH_TRY(l1_key_file(cfg->key_file, &j->key, err));
    WH_TRY(preset(cfg, &j->net.cfg, err));
    WH_TRY(load_chain(j, err));
    j->net.kind = strcmp(cfg->verifier, "attested") == 0 ? NETWORK_ATTESTED : NETWORK_EXECUTE;
    if (j->net.kind == NETWORK_ATTESTED) WH_TRY(read_signers(j, err));
    (void)l1_tag_parse(cfg->tag, &j->net.tag);

    struct l1_rpc_config rc = {.urls = cfg->l1_rpc.v, .url_count = cfg->l1_rpc.count};
    WH_TRY(l1_rpc_open(&j->rpc, &rc, err));
    WH_TRY(l1_chain_id(j->rpc, &j->chain_id, err));
    j->net.l1_chain_id = j->chain_id;
    if (j->net.known_count < 256 && j->net.known_count < j->file.parent.number + 1 &&
        !cfg->partial_ring)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT,
                       "the block file knows %zu of the last 256 block hashes (--partial-ring: a "
                       "demo may start so)",
                       j->net.known_count);

    WH_TRY(create_inbox(j, &first, err));
    j->net.trace_store = cfg->trace_store;
    if (!cfg->trace_store_given)
        WH_TRY(
            create(j, &contract_trace_store, NULL, "TraceStore", &j->net.trace_store, &block, err));
    WH_TRY(create_verifier(j, &block, err));
    WH_TRY(create_game(j, err));
    j->net.deploy_block = first; /* logs of the Inbox may be older than Game */
    return network_save(cfg->out, &j->net, err);
}

wh_status deploy_contracts(const struct deploy_config *cfg, struct wh_error *err)
{
    struct job *j = (struct job *)calloc(1, sizeof *j);
    if (!j) return wh_fail(err, WH_ERR_NOMEM, "deploying");
    j->cfg = cfg;
    wh_status st = run(j, err);
    l1_rpc_close(j->rpc);
    blockfile_chain_close(&j->chain);
    blockfile_close(&j->file);
    network_done(&j->net);
    l1_key_wipe(&j->key);
    free(j);
    return st;
}
