/* SPDX-License-Identifier: MIT */
/* whittle-proposer: follows the Inbox, runs it, posts assertions with a bond, defends and collects.
 * Also the sequencer's hand for an `ethereum` chain: post-block puts a block into the Inbox. */
#include "game/agent/daemon.h"
#include "proposer/post_block.h"

#define NAME "whittle-proposer"

struct config {
    struct daemon_config daemon; /* first: its options are offsets into it */
    bool yes;
};

static const struct wh_option options[] = {
    DAEMON_OPTIONS,
    {"yes", WH_OPT_FLAG, offsetof(struct config, yes), NULL, NULL, "Fees",
     "post-block: also a block that does not follow the last one, or behind a waiting transaction"},
};

static const struct wh_command commands[] = {
    {"run", "", 0, 0, "follow, run, post, defend until SIGTERM"},
    {"post-block", "FILE", 1, 1, "post one block of a block file to the Inbox (sequencer's key)"},
};

static const char *const examples[] = {
    "whittle-proposer --network net.json --l1-eth-rpc http://127.0.0.1:8545 --datadir /var/lib/w "
    "\\\n"
    "      --key-file key",
    "whittle-proposer post-block block.json.zst --network net.json --l1-eth-rpc URL --key-file key",
    NULL};

static const struct wh_program program = {
    .name = NAME,
    .summary = "posts what it computed, with a bond, and defends it",
    .commands = commands,
    .command_count = sizeof commands / sizeof commands[0],
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples,
};

int main(int argc, char **argv)
{
    struct wh_cli cli;
    struct config cfg = {0};
    int code = 0;
    if (!wh_cli_start(&cli, &program, argc, argv, &cfg, &code)) return code;
    if (cli.command == &commands[1]) {
        code = proposer_post_block(&cfg.daemon, NAME, cli.args[0], cfg.yes);
    } else {
        struct daemon_role role = {.name = NAME, .propose = true};
        code = daemon_run(&cfg.daemon, &role);
    }
    wh_cli_done(&cli);
    return code;
}
