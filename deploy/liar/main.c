/* SPDX-License-Identifier: MIT */
/* whittle-liar: a staker who posts a false history and defends it as well as it can be defended. A
 * program of its own, for the demo and the tests; no daemon holds any of its code. */
#include "deploy/liar/lie.h"
#include "game/agent/daemon.h"

#define NAME "whittle-liar"

struct config {
    struct daemon_config daemon; /* first: its options are offsets into it */
    const char *lie;
};

static const struct wh_option options[] = {
    DAEMON_OPTIONS,
    {"lie", WH_OPT_STRING, offsetof(struct config, lie), "KIND@[I.]N", "balance@0", "Dispute",
     "what to claim about transaction N (of input I, else of each): balance nonce storage code log "
     "gas dropped swapped"},
};

static const struct wh_command commands[] = {
    {"run", "", 0, 0, "follow, lie, defend the lie until SIGTERM"},
};

static const char *const examples[] = {
    "whittle-liar --lie balance@12 --network net.json --l1-eth-rpc URL --datadir d --key-file key",
    NULL};

static const struct wh_program program = {
    .name = NAME,
    .summary = "posts a false history, for demonstrations and tests",
    .commands = commands,
    .command_count = 1,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples,
};

int main(int argc, char **argv)
{
    struct wh_cli cli;
    struct config cfg = {0};
    struct lie lie;
    int code = 0;
    if (!wh_cli_start(&cli, &program, argc, argv, &cfg, &code)) return code;
    if (!lie_parse(cfg.lie, &lie)) {
        struct wh_error err = {0};
        (void)wh_fail(&err, WH_ERR_CLI_VALUE, "--lie %s: KIND@N is wanted", cfg.lie);
        code = wh_error_print(stderr, NAME, &err);
    } else {
        struct daemon_role role = {.name = NAME, .propose = true, .history = lie_history(&lie)};
        code = daemon_run(&cfg.daemon, &role);
    }
    wh_cli_done(&cli);
    return code;
}
