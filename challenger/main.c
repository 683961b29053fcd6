/* SPDX-License-Identifier: MIT */
/* whittle-challenger: the watchtower. Follows L1, runs every input, judges every assertion, disputes
 * the false ones; and the same engine for single questions: check, evidence, attest, status. */
#include <string.h>
#include <sys/stat.h>

#include "challenger/attest.h"
#include "challenger/check.h"
#include "challenger/evidence.h"
#include "challenger/status.h"
#include "challenger/transcript.h"
#include "game/agent/daemon.h"
#include "proto/block/chainspec.h"
#include "proto/block/write.h"

#define NAME "whittle-challenger"
enum { ARGS_MAX = 4096 };

struct config {
    struct daemon_config daemon; /* first: its options are offsets into it */
    uint64_t port, l2_chain_id;
    const char *form;
    bool json, quiet;
};

#define AT(field) offsetof(struct config, field)
static const struct wh_option options[] = {
    DAEMON_OPTIONS,
    {"l2-chain-id", WH_OPT_U64, AT(l2_chain_id), NULL, "0", "L2",
     "chain of the blocks to check, where neither file nor transactions say it"},
    {"port", WH_OPT_U64, AT(port), NULL, "0", "Dispute",
     "port of `attest` on loopback; 0: a free one"},
    {"form", WH_OPT_CHOICE, AT(form), BLOCK_FORMS_WRITTEN, "witness", "Output",
     "what `convert` writes"},
    {"json", WH_OPT_FLAG, AT(json), NULL, NULL, "Output", "one JSON object a line on stdout"},
    {"quiet", WH_OPT_FLAG, AT(quiet), NULL, NULL, "Output", "verdicts alone"},
};

enum { RUN, CHECK, CONVERT, STATUS, EXPORT, REPLAY, RECORD, REFOLD, ATTEST };
static const struct wh_command commands[] = {
    [RUN] = {"run", "", 0, 0, "follow, judge, dispute until SIGTERM"},
    [CHECK] = {"check", "FILE|N|A:B|CLAIM...", 1, ARGS_MAX,
               "re-execute block files or blocks of --l2-eth-rpc, or ask the store about a claim"},
    [CONVERT] = {"convert", "FILE... OUT", 2, ARGS_MAX,
                 "write one block file in another form (--form), for other stateless validators"},
    [STATUS] = {"status", "", 0, 0, "what the store of a running daemon says"},
    [EXPORT] = {"evidence export", "STEP FILE", 2, 2,
                "write the evidence of one own step: all that a stranger needs to run it"},
    [REPLAY] = {"evidence replay", "FILE", 1, 1,
                "run that step from the file alone: true or false"},
    [RECORD] = {"transcript export", "FILE", 1, 1, "write everything that the contracts logged"},
    [REFOLD] = {"transcript replay", "FILE", 1, 1,
                "fold a transcript into the game, from the file alone"},
    [ATTEST] = {"attest", "", 0, 0, "sign steps for an attested verifier (JSON-RPC on loopback)"},
};

static const char *const examples[] = {
    "whittle-challenger check mainnet-22615247.json.zst",
    "whittle-challenger check witness.json block.rlp",
    "whittle-challenger check 22615247:22615250 --l2-eth-rpc URL",
    "whittle-challenger convert mainnet-22615247.json.zst witness.json",
    "whittle-challenger --network net.json --l1-eth-rpc URL --datadir /var/lib/whittle --watch",
    "whittle-challenger --network net.json --l1-eth-rpc URL --datadir /var/lib/whittle \\\n"
    "      --key-file key --l2-eth-rpc URL",
    NULL};

static const struct wh_program program = {
    .name = NAME,
    .summary = "re-executes a chain and disputes what is false",
    .commands = commands,
    .command_count = sizeof commands / sizeof commands[0],
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples,
};

/* A claim is 0x and 64 hex digits; anything else names a file. */
static bool is_claim(const char *arg)
{
    return strlen(arg) == 66 && arg[0] == '0' && arg[1] == 'x' &&
           strspn(arg + 2, "0123456789abcdefABCDEF") == 64;
}

/* What the options say about checking; *spec receives the rules. */
static wh_status how_of(const struct config *cfg, struct check_how *how, struct chain_config *spec,
                        struct wh_error *err)
{
    *how = (struct check_how){.program = NAME,
                              .json = cfg->json,
                              .quiet = cfg->quiet,
                              .hints = {.chain_id = cfg->l2_chain_id},
                              .l2_rpc = &cfg->daemon.l2_rpc};
    if (cfg->daemon.l2_genesis == NULL) return WH_OK;
    how->hints.spec = spec;
    return chainspec_open(cfg->daemon.l2_genesis, spec, err);
}

static int check_claims(const struct config *cfg, const struct wh_cli *cli)
{
    int code = WH_EXIT_OK;
    const char *dir;
    struct wh_error err = {0};
    if (daemon_dir(&cfg->daemon, &dir, &err) != WH_OK) return wh_error_print(stderr, NAME, &err);
    for (int i = 0; i < cli->arg_count; i++) {
        int one = check_claim(NAME, dir, cli->args[i], cfg->json);
        if (one == WH_EXIT_INVALID || code == WH_EXIT_OK) code = one;
    }
    return code;
}

/* What exists as a path is a file, whatever its name; then numbers are blocks. */
static bool is_range(const char *arg, uint64_t *first, uint64_t *last)
{
    struct stat st;
    return stat(arg, &st) != 0 && check_range_parse(arg, first, last);
}

/* Files first, together: a witness and its block may be two of them. Then blocks by number. */
static int check_things(const struct check_how *how, const struct wh_cli *cli)
{
    const char *files[ARGS_MAX];
    size_t count = 0;
    uint64_t first, last;
    for (int i = 0; i < cli->arg_count; i++)
        if (!is_range(cli->args[i], &first, &last)) files[count++] = cli->args[i];
    int code = count > 0 ? check_files(how, files, count) : WH_EXIT_OK;
    for (int i = 0; i < cli->arg_count; i++)
        if (is_range(cli->args[i], &first, &last))
            code = check_worse(code, check_range(how, first, last));
    return code;
}

static int check(const struct config *cfg, const struct wh_cli *cli)
{
    struct check_how how;
    struct chain_config spec;
    struct wh_error err = {0};
    if (is_claim(cli->args[0])) return check_claims(cfg, cli);
    if (how_of(cfg, &how, &spec, &err) != WH_OK) return wh_error_print(stderr, NAME, &err);
    return check_things(&how, cli);
}

static int convert(const struct config *cfg, const struct wh_cli *cli)
{
    struct check_how how;
    struct chain_config spec;
    struct wh_error err = {0};
    const size_t last = (size_t)cli->arg_count - 1;
    if (how_of(cfg, &how, &spec, &err) != WH_OK) return wh_error_print(stderr, NAME, &err);
    return convert_files(&how, cli->args, last, cfg->form, cli->args[last]);
}

int main(int argc, char **argv)
{
    struct wh_cli cli;
    struct config cfg = {0};
    int code = 0;
    if (!wh_cli_start(&cli, &program, argc, argv, &cfg, &code)) return code;
    switch ((int)(cli.command - commands)) {
    case RUN: {
        struct daemon_role role = {.name = NAME};
        code = daemon_run(&cfg.daemon, &role);
        break;
    }
    case CHECK: code = check(&cfg, &cli); break;
    case CONVERT: code = convert(&cfg, &cli); break;
    case STATUS: code = status_print(&cfg.daemon, NAME, cfg.json); break;
    case EXPORT: code = evidence_export(&cfg.daemon, NAME, cli.args[0], cli.args[1]); break;
    case REPLAY: code = evidence_replay(NAME, cli.args[0], cfg.json); break;
    case RECORD: code = transcript_export(&cfg.daemon, NAME, cli.args[0]); break;
    case REFOLD: code = transcript_replay(NAME, cli.args[0]); break;
    case ATTEST: code = attest_serve(&cfg.daemon, NAME, cfg.port); break;
    default: break;
    }
    wh_cli_done(&cli);
    return code;
}
