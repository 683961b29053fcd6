/* SPDX-License-Identifier: MIT */
#include "deploy/tool/deploy.h"

#include <stdlib.h>
#include <string.h>

#include "deploy/tool/start.h"
#include "evm/hash/keccak.h"
#include "game/agent/network.h"
#include "game/contracts/generated/contracts.h"
#include "proto/l1/abi.h"
#include "proto/l1/send.h"
#include "proto/sys/hex.h"

/* Names what attesters of this build run (PROTOCOL 8). */
#define EXEC_ID_TEXT "whittle execute 1: rule sets ethereum (Frontier to Osaka) and rollup"

struct job {
    const struct deploy_config *cfg;
    struct l1_rpc *rpc;
    struct l1_key key;
    struct network net;
    struct deploy_start start;
    uint64_t force_delay; /* seconds */
    uint64_t chain_id;
};

static wh_status preset(const struct deploy_config *cfg, struct game_config *g,
                        uint64_t *force_delay, struct wh_error *err)
{
    static const struct {
        const char *name;
        uint8_t k;
        uint64_t t, grace, min_gap, bond, force_delay;
    } presets[] = {
#define PRESET(name, k, t, grace, gap, bond, delay) {name, k, t, grace, gap, bond, delay},
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
    *force_delay = cfg->force_delay_given ? cfg->force_delay_ms / 1000 : presets[i].force_delay;
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
    const struct chain_config *c = &j->start.config;
    const struct block_header *h = &j->start.anchor;
    const bool rollup = c->ruleset == RULESET_ROLLUP;
    const address nobody = {{0}};
    struct wh_buf args = {0};
    const address *sequencer = j->cfg->sequencer_given ? &j->cfg->sequencer : &j->key.addr;
    abi_put_u64(&args, h->timestamp);
    abi_put_u64(&args, c->ruleset);
    abi_put_addr(&args, sequencer);
    abi_put_addr(&args, rollup ? &h->coinbase : &nobody); /* of every block that the Inbox makes */
    abi_put_u64(&args, rollup ? h->gas_limit : 0);
    abi_put_u64(&args, c->item_max);
    abi_put_u64(&args, j->start.forced_max);
    abi_put_u64(&args, c->forced_gas_cap);
    abi_put_u64(&args, rollup ? j->force_delay : 0);
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
    WH_TRY(preset(cfg, &j->net.cfg, &j->force_delay, err));
    WH_TRY(start_load(cfg, &j->net, &j->start, err));
    j->net.kind = strcmp(cfg->verifier, "attested") == 0 ? NETWORK_ATTESTED : NETWORK_EXECUTE;
    if (j->net.kind == NETWORK_ATTESTED) WH_TRY(read_signers(j, err));
    (void)l1_tag_parse(cfg->tag, &j->net.tag);

    struct l1_rpc_config rc = {.urls = cfg->l1_rpc.v, .url_count = cfg->l1_rpc.count};
    WH_TRY(l1_rpc_open(&j->rpc, &rc, err));
    WH_TRY(l1_chain_id(j->rpc, &j->chain_id, err));
    j->net.l1_chain_id = j->chain_id;
    if (j->net.known_count < 256 && j->net.known_count < j->start.anchor.number + 1 &&
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
    network_done(&j->net);
    l1_key_wipe(&j->key);
    free(j);
    return st;
}
