/* SPDX-License-Identifier: MIT */
/* whittle-demo: what ./deploy/demo runs. Exit 0 only if the true history was confirmed and every false
 * one was rejected. */
#include <stdlib.h>

#include "deploy/show/show.h"
#include "proto/sys/log.h"

#define NAME "whittle-demo"

#define AT(field) offsetof(struct show_config, field)
static const struct wh_option options[] = {
    {"block", WH_OPT_STRING, AT(block), "FILE", NULL, "Dispute",
     "block file to dispute (the demo's own block if run by ./deploy/demo)"},
    {"lie", WH_OPT_STRING, AT(lie), "KIND@N", NULL, "Dispute",
     "what the liar claims of transaction N: balance nonce storage code log gas dropped swapped; "
     "balance of the middle one if not given"},
    {"rivals", WH_OPT_U64, AT(rivals), NULL, "1", "Dispute",
     "liars at once; each further one lies in another way about another transaction"},
    {"l1", WH_OPT_STRING, AT(l1), "URL", NULL, "L1",
     "play on this L1 (a development node with unlocked accounts) with the attested verifier, 2 of "
     "3"},
    {"svg", WH_OPT_STRING, AT(svg), "FILE", NULL, "Output", "draw the dispute"},
    {"json", WH_OPT_FLAG, AT(json), NULL, NULL, "Output", "one JSON object as the last line"},
    {"bin", WH_OPT_STRING, AT(bin), "DIR", "build", "Output", "build directory with the programs"},
    {"dir", WH_OPT_STRING, AT(dir), "DIR", NULL, "Output",
     "where stores and logs go; a temporary directory if not given"},
    {"keep", WH_OPT_FLAG, AT(keep), NULL, NULL, "Output", "leave that directory behind"},
    {"timeout", WH_OPT_DURATION, AT(timeout_ms), "DUR", "120s", "Output",
     "give up after this time"},
    {"kill", WH_OPT_U64, AT(kills), NULL, "0", "Drill",
     "kill a random daemon (SIGKILL) at that many random moments and start it again"},
    {"reorg", WH_OPT_U64, AT(reorg), NULL, "0", "Drill",
     "drop that many of L1's last blocks in the middle of the dispute"},
    {"seed", WH_OPT_U64, AT(seed), NULL, "1", "Drill", "of the random moments"},
};

static const struct wh_command commands[] = {
    {"run", "", 0, 0, "run the demo"},
};

static const char *const examples[] = {"./deploy/demo",
                                       "./deploy/demo --lie storage@3 --svg dispute.svg --json",
                                       "./deploy/demo --rivals 3", NULL};

static const struct wh_program program = {
    .name = NAME,
    .summary = "a false claim about a real block, and how it is rejected on L1",
    .commands = commands,
    .command_count = 1,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples,
};

int main(int argc, char **argv)
{
    struct wh_cli cli;
    struct show_config cfg = {0};
    struct wh_error err = {0};
    int code = 0;
    bool won = false;
    if (!wh_cli_start(&cli, &program, argc, argv, &cfg, &code)) return code;
    wh_log_init(stderr, WH_LEVEL_OFF, WH_LOG_TEXT);
    struct show *s = (struct show *)calloc(1, sizeof *s);
    if (!s) return WH_EXIT_BUG;
    s->cfg = &cfg;
    wh_status st = show_open(s, &err);
    if (st == WH_OK) st = show_play(s, &err);
    if (st == WH_OK) st = show_sum(s, &won, &err);
    show_close(s);
    if (st != WH_OK)
        code = wh_error_print(stderr, NAME, &err);
    else
        code = won ? WH_EXIT_OK : WH_EXIT_NO;
    free(s);
    wh_cli_done(&cli);
    return code;
}
