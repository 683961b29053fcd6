/* SPDX-License-Identifier: MIT */
/* whittle-deploy: puts Inbox, TraceStore, verifier and Game on an L1 and writes the deployment file
 * that the daemons read (--network). It checks what PROTOCOL 1 demands of a configuration before it
 * sends anything. */
#include <stdlib.h>
#include <string.h>

#include "deploy/tool/deploy.h"
#include "proto/sys/log.h"

#define NAME "whittle-deploy"

#define AT(field) offsetof(struct deploy_config, field)
static const struct wh_option options[] = {
    {"l1-eth-rpc", WH_OPT_LIST, AT(l1_rpc), "URL", NULL, "L1", "L1 endpoint"},
    {"key-file", WH_OPT_STRING, AT(key_file), "FILE", NULL, "Key",
     "private key in hex, file mode 0600; pays for the contracts"},
    {"block", WH_OPT_STRING, AT(block), "FILE", NULL, "Chain",
     "block file; the chain starts at the parent of its block (rule set ethereum)"},
    {"genesis", WH_OPT_STRING, AT(genesis), "FILE", NULL, "Chain",
     "genesis file of go-ethereum's form; a rollup starts there (rule set rollup)"},
    {"forced-max", WH_OPT_U64, AT(forced_max), NULL, "0", "Chain",
     "rollup: most forced transactions of one batch; 0: a tenth of the block's gas"},
    {"forced-gas-cap", WH_OPT_U64, AT(forced_gas_cap), NULL, "0", "Chain",
     "rollup: gas of a forced transaction; 0: a block's share"},
    {"force-delay", WH_OPT_DURATION, AT(force_delay_ms), "DUR", NULL, "Chain",
     "rollup: after this time a forced transaction goes before all others; the preset's if not "
     "given"},
    {"preset", WH_OPT_CHOICE, AT(preset), "mainnet-like|devnet", "mainnet-like", "Game",
     "clocks, depth and bond (docs: PROTOCOL 7.4)"},
    {"k", WH_OPT_U64, AT(k), NULL, NULL, "Game", "log2 of the steps of an assertion"},
    {"a", WH_OPT_U64, AT(a), NULL, NULL, "Game", "log2 of the children of a split"},
    {"t", WH_OPT_DURATION, AT(t_ms), "DUR", NULL, "Game", "unrivaled time that decides"},
    {"bond", WH_OPT_AMOUNT, AT(bond), "AMOUNT", NULL, "Game", "what a staker locks"},
    {"sequencer", WH_OPT_ADDRESS, AT(sequencer), "ADDRESS", NULL, "Chain",
     "who may post blocks; the key's own address if not given"},
    {"treasury", WH_OPT_ADDRESS, AT(treasury), "ADDRESS", NULL, "Game",
     "receiver of what is left of a pot; the key's own address if not given"},
    {"trace-store", WH_OPT_ADDRESS, AT(trace_store), "ADDRESS", NULL, "Game",
     "the TraceStore that this L1's EXECUTE reads; a new one is deployed if not given"},
    {"verifier", WH_OPT_CHOICE, AT(verifier), "execute|attested", "execute", "Game",
     "how a step is proven: EXECUTE at 0x0101, or signatures of attesters"},
    {"signer", WH_OPT_LIST, AT(signers), "ADDRESS", NULL, "Game", "attester; repeat for more"},
    {"threshold", WH_OPT_U64, AT(threshold), NULL, "2", "Game", "signatures that make a proof"},
    {"rpc-block-number", WH_OPT_CHOICE, AT(tag), "finalized|safe|latest", "finalized", "L1",
     "up to which block the daemons take inputs"},
    {"partial-ring", WH_OPT_FLAG, AT(partial_ring), NULL, NULL, "Chain",
     "accept a start whose last 256 block hashes are not all known (demos and tests)"},
    {"out", WH_OPT_STRING, AT(out), "FILE", NULL, "Output", "where the deployment file goes"},
};

static const struct wh_command commands[] = {
    {"contracts", "", 0, 0, "deploy the contracts"},
};

static const char *const examples[] = {
    "whittle-deploy --l1-eth-rpc http://127.0.0.1:8545 --key-file key --preset devnet \\\n"
    "      --block mainnet-22615247.json.zst --partial-ring --rpc-block-number latest --out "
    "net.json",
    "whittle-deploy --l1-eth-rpc URL --key-file key --genesis genesis.json --out net.json", NULL};

static const struct wh_program program = {
    .name = NAME,
    .summary = "deploys a dispute game and its Inbox",
    .commands = commands,
    .command_count = 1,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples,
};

int main(int argc, char **argv)
{
    struct wh_cli cli;
    struct deploy_config cfg = {0};
    struct wh_error err = {0};
    int code = 0;
    if (!wh_cli_start(&cli, &program, argc, argv, &cfg, &code)) return code;
    cfg.sequencer_given = wh_cli_given(&cli, "sequencer");
    cfg.treasury_given = wh_cli_given(&cli, "treasury");
    cfg.trace_store_given = wh_cli_given(&cli, "trace-store");
    cfg.force_delay_given = wh_cli_given(&cli, "force-delay");
    cfg.bond_given = wh_cli_given(&cli, "bond");
    if (deploy_contracts(&cfg, &err) != WH_OK) code = wh_error_print(stderr, NAME, &err);
    wh_cli_done(&cli);
    return code;
}
