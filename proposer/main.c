/* SPDX-License-Identifier: MIT */
/* whittle-proposer: follows the Inbox, runs it, posts assertions with a bond, defends and collects.
 * Also the hands of a sequencer: post-block (rule set `ethereum`), post-batch (`rollup`), and of its users:
 * send-forced, post-forced. */
#include "game/agent/daemon.h"
#include "proposer/post_batch.h"
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

enum { RUN, POST_BLOCK, POST_BATCH, SEND_FORCED, POST_FORCED };
static const struct wh_command commands[] = {
    [RUN] = {"run", "", 0, 0, "follow, run, post, defend until SIGTERM"},
    [POST_BLOCK] = {"post-block", "FILE", 1, 1,
                    "post one block of a block file to the Inbox (sequencer's key)"},
    [POST_BATCH] = {"post-batch", "FILE", 1, 1,
                    "rollup: post transactions, one 0x... a line, as the next block"},
    [SEND_FORCED] = {"send-forced", "FILE", 1, 1,
                     "rollup: queue a transaction that the sequencer cannot leave out"},
    [POST_FORCED] = {"post-forced", "", 0, 0, "rollup: make a block of what is due in that queue"},
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
    const struct daemon_role role = {.name = NAME, .propose = true};
    switch ((int)(cli.command - commands)) {
    case POST_BLOCK: code = proposer_post_block(&cfg.daemon, NAME, cli.args[0], cfg.yes); break;
    case POST_BATCH: code = proposer_post_batch(&cfg.daemon, NAME, cli.args[0]); break;
    case SEND_FORCED: code = proposer_send_forced(&cfg.daemon, NAME, cli.args[0]); break;
    case POST_FORCED: code = proposer_post_forced(&cfg.daemon, NAME); break;
    default: code = daemon_run(&cfg.daemon, &role); break;
    }
    wh_cli_done(&cli);
    return code;
}
