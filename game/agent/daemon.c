/* SPDX-License-Identifier: MIT */
#include "game/agent/daemon.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "evm/native/crypto.h"
#include "evm/segment/seg_state.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/log.h"

#define BACKOFF_MAX_MS 60000u

static volatile sig_atomic_t stop_asked;

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

void daemon_signals(void)
{
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = on_signal;
    (void)sigemptyset(&sa.sa_mask);
    (void)sigaction(SIGTERM, &sa, NULL);
    (void)sigaction(SIGINT, &sa, NULL);
    sa.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &sa, NULL);
    /* a file size limit is a full disk to the store, which says so (exit 5) */
    (void)sigaction(SIGXFSZ, &sa, NULL);
}

bool daemon_stopped(void)
{
    return stop_asked != 0;
}

void daemon_log(const struct daemon_config *cfg)
{
    enum wh_level level = WH_LEVEL_INFO;
    enum wh_log_format format = WH_LOG_AUTO;
    (void)wh_level_parse(cfg->log_level, &level);
    (void)wh_log_format_parse(cfg->log_format, &format);
    wh_log_init(stderr, level, format);
}

wh_status daemon_dir(const struct daemon_config *cfg, const char **out, struct wh_error *err)
{
    *out = cfg->datadir ? cfg->datadir : getenv("STATE_DIRECTORY");
    if (!*out) return wh_fail(err, WH_ERR_CFG_DATADIR, "neither --datadir nor $STATE_DIRECTORY");
    return WH_OK;
}

wh_status daemon_network(const struct daemon_config *cfg, struct network *out, struct wh_error *err)
{
    if (!cfg->network) return wh_fail(err, WH_ERR_CLI_MISSING, "--network FILE");
    return network_load(cfg->network, out, err);
}

wh_status daemon_rpc(const struct daemon_config *cfg, struct l1_rpc **out, struct wh_error *err)
{
    if (cfg->l1_rpc.count == 0) return wh_fail(err, WH_ERR_CLI_MISSING, "--l1-eth-rpc URL");
    struct l1_rpc_config rc = {.urls = cfg->l1_rpc.v,
                               .url_count = cfg->l1_rpc.count,
                               .quorum = (unsigned)cfg->quorum,
                               .max_log_blocks = cfg->max_log_blocks};
    return l1_rpc_open(out, &rc, err);
}

wh_status daemon_key(const struct daemon_config *cfg, struct l1_key *out, bool *has,
                     struct wh_error *err)
{
    *has = false;
    if (cfg->watch) return WH_OK;
    if (cfg->key_file && cfg->keystore)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--key-file and --keystore: one key, please");
    if (cfg->key_file) {
        WH_TRY(l1_key_file(cfg->key_file, out, err));
    } else if (cfg->keystore) {
        if (!cfg->password_file) return wh_fail(err, WH_ERR_CLI_MISSING, "--password-file FILE");
        WH_TRY(l1_key_store(cfg->keystore, cfg->password_file, out, err));
    } else {
        return wh_fail(err, WH_ERR_CLI_MISSING, "--key-file FILE, --keystore FILE or --watch");
    }
    *has = true;
    return WH_OK;
}

/* Everything that a running daemon owns. */
struct daemon {
    struct network net;
    struct l1_rpc *rpc;
    struct store *store;
    struct agent_l2 l2;
    struct l1_key key;
    struct agent agent;
};

static void done(struct daemon *d)
{
    agent_close(&d->agent);
    l2_close(&d->l2);
    store_close(d->store);
    l1_rpc_close(d->rpc);
    network_done(&d->net);
    l1_key_wipe(&d->key);
}

static wh_status start(struct daemon *d, const struct daemon_config *cfg,
                       const struct daemon_role *role, struct wh_error *err)
{
    const char *dir;
    bool has_key;
    const struct evm_crypto *crypto = wh_native_crypto();
    if (!crypto) return wh_fail(err, WH_ERR_CRYPTO, "setting up the crypto libraries");
    WH_TRY(daemon_dir(cfg, &dir, err));
    WH_TRY(daemon_network(cfg, &d->net, err));
    WH_TRY(daemon_key(cfg, &d->key, &has_key, err));
    WH_TRY(daemon_rpc(cfg, &d->rpc, err));
    struct seg_state genesis;
    if (seg_state_decode(d->net.genesis, &genesis) != WH_OK)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "genesis_state is malformed");
    WH_TRY(l2_open(&d->l2, crypto, genesis.chain_id, cfg->l2_witness.v, cfg->l2_witness.count,
                   cfg->l2_rpc.v, cfg->l2_rpc.count, err));
    if (cfg->l2_genesis) {
        struct chain_config rules;
        if (chain_config_decode(wh_buf_span(&d->net.chain_config), &rules) != WH_OK)
            return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "chain_config is malformed");
        WH_TRY(l2_genesis(&d->l2, cfg->l2_genesis, &rules, &genesis.head_hash, err));
    }
    WH_TRY(store_open(&d->store, dir, err));
    struct agent_options opt = {
        .name = role->name,
        .net = &d->net,
        .rpc = d->rpc,
        .store = d->store,
        .crypto = crypto,
        .l2 = &d->l2,
        .key = has_key ? &d->key : NULL,
        .propose = role->propose && has_key,
        .leaving = cfg->leave,
        .defend_delay = cfg->defend_delay_ms / 1000,
        .attester_count = cfg->attesters.count,
        .outbox = {.max_fee = cfg->max_fee,
                   .min_tip = cfg->min_tip,
                   .bump_bps = cfg->bump_bps,
                   .resubmit_ms = cfg->resubmit_ms,
                   .confirmations = cfg->confirmations,
                   .max_pending = (unsigned)cfg->max_pending},
        .max_log_blocks = cfg->max_log_blocks,
        .history = role->history,
    };
    for (size_t i = 0; i < cfg->attesters.count; i++)
        opt.attesters[i] = cfg->attesters.v[i];
    return agent_open(&d->agent, &opt, err);
}

/* A failed tick: which failures end the daemon? What L1 or an endpoint did is waited out; what this
 * machine or its configuration did is not. */
static bool ends(const struct wh_error *err)
{
    switch ((enum wh_exit)err->exit_code) {
    case WH_EXIT_RPC:
    case WH_EXIT_UNKNOWN:
    case WH_EXIT_FUNDS:
    case WH_EXIT_TX: return false;
    case WH_EXIT_OK:
    case WH_EXIT_NO:
    case WH_EXIT_USAGE:
    case WH_EXIT_CONFIG:
    case WH_EXIT_STORE:
    case WH_EXIT_INVALID:
    case WH_EXIT_KEY:
    case WH_EXIT_SAFETY:
    case WH_EXIT_BUG: return true;
    }
    return true;
}

/* The exit code of --once: what could not be sent comes first, as somebody has to do something. */
static int once(const struct daemon *d, const struct daemon_role *role,
                const struct agent_news *news)
{
    struct wh_error err = {0};
    if (news->outbox.poor)
        (void)wh_fail(&err, WH_ERR_TX_FUNDS, "%s: %u moves wait", wh_hex20(&d->key.addr).s,
                      news->outbox.queued);
    else if (news->outbox.capped)
        (void)wh_fail(&err, WH_ERR_TX_CAP, "%u moves wait", news->outbox.queued);
    if (err.code != WH_ERR_NONE) return wh_error_print(stderr, role->name, &err);
    return news->invalid ? WH_EXIT_INVALID : news->unknown ? WH_EXIT_UNKNOWN : WH_EXIT_OK;
}

static int loop(struct daemon *d, const struct daemon_config *cfg, const struct daemon_role *role)
{
    uint64_t pause = cfg->poll_ms;
    while (!daemon_stopped()) {
        struct agent_news news;
        struct wh_error err = {0};
        wh_status st = agent_tick(&d->agent, &news, &err);
        if (st != WH_OK && (ends(&err) || cfg->once))
            return wh_error_print(stderr, role->name, &err);
        if (st != WH_OK) {
            wh_log_error(WH_LEVEL_WARN, WH_EV_RPC_ERROR, &err);
            pause = pause * 2 < BACKOFF_MAX_MS ? pause * 2 : BACKOFF_MAX_MS;
        } else {
            pause = cfg->poll_ms;
            if (news.verdict == SOLVER_ALARM) return WH_EXIT_SAFETY;
            if (cfg->once) return once(d, role, &news);
        }
        wh_sleep_ms(pause);
    }
    return WH_EXIT_OK;
}

/* start_patiently waits for an L1 that does not answer yet, as after a power cut, when all starts at
 * once. Another chain than the deployment's is nobody's outage. */
static wh_status start_patiently(struct daemon *d, const struct daemon_config *cfg,
                                 const struct daemon_role *role, struct wh_error *err)
{
    uint64_t pause = cfg->poll_ms;
    for (;;) {
        wh_status st = start(d, cfg, role, err);
        if (st == WH_OK || cfg->once || daemon_stopped()) return st;
        if (err->exit_code != WH_EXIT_RPC || err->code == WH_ERR_RPC_CHAIN) return st;
        wh_log_error(WH_LEVEL_WARN, WH_EV_RPC_ERROR, err);
        done(d);
        memset(d, 0, sizeof *d);
        wh_error_clear(err);
        wh_sleep_ms(pause);
        pause = pause * 2 < BACKOFF_MAX_MS ? pause * 2 : BACKOFF_MAX_MS;
    }
}

int daemon_run(const struct daemon_config *cfg, const struct daemon_role *role)
{
    struct wh_error err = {0};
    struct daemon *d = (struct daemon *)calloc(1, sizeof *d);
    if (!d) return WH_EXIT_BUG;
    daemon_log(cfg);
    daemon_signals();
    int code;
    if (start_patiently(d, cfg, role, &err) != WH_OK) {
        code = wh_error_print(stderr, role->name, &err);
    } else {
        WH_LOG(INFO, START, d->agent.outbox ? "defend" : "watch", WH_F_ADDR("game", &d->net.game),
               WH_F_U64("steps", d->agent.chain.have));
        code = loop(d, cfg, role);
        WH_LOG(INFO, STOP, "", WH_F_U64("exit", (uint64_t)code));
    }
    done(d);
    free(d);
    return code;
}

int daemon_with_agent(const struct daemon_config *cfg, const char *program, daemon_fn *fn,
                      void *ctx)
{
    struct wh_error err = {0};
    struct daemon_config quiet = *cfg;
    struct daemon_role role = {.name = program};
    struct daemon *d = (struct daemon *)calloc(1, sizeof *d);
    if (!d) return WH_EXIT_BUG;
    quiet.watch = true;
    daemon_log(cfg);
    wh_status st = start(d, &quiet, &role, &err);
    if (st == WH_OK) st = fn(&d->agent, ctx, &err);
    int code = st == WH_OK ? WH_EXIT_OK : wh_error_print(stderr, program, &err);
    done(d);
    free(d);
    return code;
}
