/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_AGENT_DAEMON_H
#define WH_GAME_AGENT_DAEMON_H

/* What proposer, challenger and liar share as programs: options, start, loop, stop. A program's
 * configuration struct begins with struct daemon_config, and its table with DAEMON_OPTIONS. */

#include "game/agent/agent.h"
#include "proto/sys/cli.h"

struct daemon_config {
    const char *network, *datadir, *l2_genesis;
    struct wh_strlist l1_rpc, l2_rpc, l2_witness, attesters;
    uint64_t quorum, poll_ms, max_log_blocks, confirmations, defend_delay_ms, bump_bps, resubmit_ms,
        max_pending;
    u256 max_fee, min_tip;
    const char *key_file, *keystore, *password_file;
    const char *log_level, *log_format;
    bool once, watch, leave;
};

#define DAEMON_AT(field) offsetof(struct daemon_config, field)
/* clang-format off */
#define DAEMON_OPTIONS \
    {"network", WH_OPT_STRING, DAEMON_AT(network), "FILE", NULL, "L1", \
     "deployment: contracts, game, start of the chain (written by whittle-deploy)"}, \
    {"l1-eth-rpc", WH_OPT_LIST, DAEMON_AT(l1_rpc), "URL", NULL, "L1", \
     "L1 endpoint; repeat for more. @FILE reads the URL from a file"}, \
    {"l1-quorum", WH_OPT_U64, DAEMON_AT(quorum), NULL, "1", "L1", \
     "endpoints that must agree on a block hash"}, \
    {"http-poll-interval", WH_OPT_DURATION, DAEMON_AT(poll_ms), "DUR", "12s", "L1", \
     "time between two looks at L1"}, \
    {"max-get-log-blocks", WH_OPT_U64, DAEMON_AT(max_log_blocks), NULL, "5000", "L1", \
     "blocks in one eth_getLogs; halved when the endpoint limits it"}, \
    {"l2-eth-rpc", WH_OPT_LIST, DAEMON_AT(l2_rpc), "URL", NULL, "L2", \
     "L2 endpoint that serves debug_executionWitness; a source of bytes, never of verdicts"}, \
    {"l2-witness", WH_OPT_LIST, DAEMON_AT(l2_witness), "FILE", NULL, "L2", \
     "block file whose witness may be used; repeat for more"}, \
    {"l2-genesis", WH_OPT_STRING, DAEMON_AT(l2_genesis), "FILE", NULL, "L2", \
     "genesis file of go-ethereum's form: the state that the chain starts from, and its rules"}, \
    {"datadir", WH_OPT_STRING, DAEMON_AT(datadir), "DIR", NULL, "Output", \
     "where the store is; $STATE_DIRECTORY if not given"}, \
    {"key-file", WH_OPT_STRING, DAEMON_AT(key_file), "FILE", NULL, "Key", \
     "private key in hex, file mode 0600"}, \
    {"keystore", WH_OPT_STRING, DAEMON_AT(keystore), "FILE", NULL, "Key", \
     "version 3 keystore; needs --password-file"}, \
    {"password-file", WH_OPT_STRING, DAEMON_AT(password_file), "FILE", NULL, "Key", \
     "one line, file mode 0600"}, \
    {"watch", WH_OPT_FLAG, DAEMON_AT(watch), NULL, NULL, "Dispute", \
     "judge, but send nothing; needs no key"}, \
    {"defend-delay", WH_OPT_DURATION, DAEMON_AT(defend_delay_ms), "DUR", "0s", "Dispute", \
     "L1 time that a dispute's move is left to somebody else first"}, \
    {"leave", WH_OPT_FLAG, DAEMON_AT(leave), NULL, NULL, "Dispute", \
     "post and join no more; take the bond back when possible"}, \
    {"attester", WH_OPT_LIST, DAEMON_AT(attesters), "URL", NULL, "Dispute", \
     "whittle-challenger attest that signs steps; repeat for more (attested verifier)"}, \
    {"tx.max-fee", WH_OPT_AMOUNT, DAEMON_AT(max_fee), "AMOUNT", "200gwei", "Fees", \
     "highest fee per gas"}, \
    {"tx.min-tip", WH_OPT_AMOUNT, DAEMON_AT(min_tip), "AMOUNT", "1gwei", "Fees", \
     "lowest priority fee per gas"}, \
    {"tx.bump", WH_OPT_PERCENT, DAEMON_AT(bump_bps), "PERCENT", "12%", "Fees", \
     "raise of both fees of a transaction that no block took"}, \
    {"tx.resubmit", WH_OPT_DURATION, DAEMON_AT(resubmit_ms), "DUR", "24s", "Fees", \
     "time after which it is raised"}, \
    {"num-confirmations", WH_OPT_U64, DAEMON_AT(confirmations), NULL, "3", "Fees", \
     "blocks on top after which a move is done for good"}, \
    {"tx.max-pending", WH_OPT_U64, DAEMON_AT(max_pending), NULL, "16", "Fees", \
     "transactions in flight at a time"}, \
    {"once", WH_OPT_FLAG, DAEMON_AT(once), NULL, NULL, "Output", \
     "look once, act once, end"}, \
    {"log.level", WH_OPT_CHOICE, DAEMON_AT(log_level), "debug|info|warn|error|off", "info", "Output", \
     "what is logged to stderr"}, \
    {"log.format", WH_OPT_CHOICE, DAEMON_AT(log_format), "auto|text|logfmt|json", "auto", "Output", \
     "auto: text on a terminal, logfmt else"}
/* clang-format on */

/* What a program adds. */
struct daemon_role {
    const char *name;
    bool propose;
    struct agent_history history; /* run NULL: honest */
};

/* daemon_run starts, loops until SIGTERM or SIGINT, and stops; errors are printed. Returns the exit
 * code. */
int daemon_run(const struct daemon_config *cfg, const struct daemon_role *role);

/* daemon_with_agent opens the same parts without a key (nothing is sent), calls fn, and closes them:
 * for commands that look at the store of a daemon that is not running. Errors are printed. */
typedef wh_status daemon_fn(struct agent *a, void *ctx, struct wh_error *err);
int daemon_with_agent(const struct daemon_config *cfg, const char *program, daemon_fn *fn,
                      void *ctx);

/* Parts for other commands. daemon_log sets up the log; daemon_dir is --datadir or
 * $STATE_DIRECTORY; daemon_key reads the configured key (*has false: none, or --watch). */
void daemon_log(const struct daemon_config *cfg);
WH_MUST wh_status daemon_dir(const struct daemon_config *cfg, const char **out,
                             struct wh_error *err);
WH_MUST wh_status daemon_key(const struct daemon_config *cfg, struct l1_key *out, bool *has,
                             struct wh_error *err);
WH_MUST wh_status daemon_network(const struct daemon_config *cfg, struct network *out,
                                 struct wh_error *err);
WH_MUST wh_status daemon_rpc(const struct daemon_config *cfg, struct l1_rpc **out,
                             struct wh_error *err);

/* daemon_stopped: a signal asked for the end. daemon_signals installs the handlers. */
void daemon_signals(void);
bool daemon_stopped(void);

#endif
