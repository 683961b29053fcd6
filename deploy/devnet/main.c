/* SPDX-License-Identifier: MIT */
/* whittle-devnet: options, start, the timer of blocks, stop. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "deploy/devnet/execute.h"
#include "deploy/devnet/miner.h"
#include "deploy/devnet/rpc.h"
#include "proto/sys/cli.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/http.h"

struct config {
    uint64_t port, accounts, chain_id, gas_limit, block_time, slots, timestamp, execute_memory,
        memory;
    const char *host, *config_out;
    u256 balance, base_fee;
    address coinbase, trace_store;
    bool quiet, no_mining;
};

#define OPT(flag, type, field, unit, def, group, help)                     \
    {                                                                      \
        flag, type, offsetof(struct config, field), unit, def, group, help \
    }
static const struct wh_option OPTIONS[] = {
    OPT("port", WH_OPT_U64, port, "N", "8545", "Server", "TCP port; 0 takes a free one"),
    OPT("host", WH_OPT_STRING, host, "ADDR", "127.0.0.1", "Server",
        "loopback address to listen on"),
    OPT("config-out", WH_OPT_STRING, config_out, "FILE", NULL, "Server",
        "write url, chain id, accounts and keys as JSON"),
    OPT("quiet", WH_OPT_FLAG, quiet, NULL, "false", "Server", "do not list accounts at start"),
    OPT("accounts", WH_OPT_U64, accounts, "N", "10", "Chain", "number of accounts with ether"),
    OPT("balance", WH_OPT_AMOUNT, balance, "AMOUNT", "10000eth", "Chain", "of each account"),
    OPT("chain-id", WH_OPT_U64, chain_id, "N", "31337", "Chain", "chain id"),
    OPT("gas-limit", WH_OPT_U64, gas_limit, "GAS", "60000000", "Chain", "gas limit of a block"),
    OPT("base-fee", WH_OPT_AMOUNT, base_fee, "AMOUNT", "1gwei", "Chain", "base fee of genesis"),
    OPT("coinbase", WH_OPT_ADDRESS, coinbase, "ADDR", "0x000000000000000000000000000000006d696e65",
        "Chain", "who receives the tips"),
    OPT("timestamp", WH_OPT_U64, timestamp, "SECONDS", "0", "Chain", "time of genesis; 0: now"),
    OPT("slots-in-an-epoch", WH_OPT_U64, slots, "N", "32", "Chain",
        "safe is N blocks behind the head, finalized 2N"),
    OPT("block-time", WH_OPT_DURATION, block_time, "DUR", "0s", "Mining",
        "a block at this interval; 0s: a block per transaction"),
    OPT("no-mining", WH_OPT_FLAG, no_mining, NULL, "false", "Mining", "blocks by evm_mine alone"),
    OPT("trace-store", WH_OPT_ADDRESS, trace_store, "ADDR", NULL, "Execute",
        "TraceStore whose calldata is indexed, instead of the one of genesis"),
    OPT("execute-memory", WH_OPT_U64, execute_memory, "BYTES", "4294967296", "Execute",
        "address space of one EXECUTE run"),
    OPT("evm-memory", WH_OPT_U64, memory, "BYTES", "8589934592", "Execute",
        "address space of a block's state, and of its frames"),
};

static const char *const EXAMPLES[] = {
    "whittle-devnet --port 0 --config-out devnet.json",
    "whittle-devnet --block-time 1s --accounts 4 --balance 1000eth",
    "whittle-devnet --no-mining --chain-id 900",
    NULL,
};

static const struct wh_program PROGRAM = {
    .name = "whittle-devnet",
    .summary = "an Ethereum L1 node (Osaka) on loopback with the EXECUTE precompile at 0x0101",
    .options = OPTIONS,
    .option_count = sizeof OPTIONS / sizeof *OPTIONS,
    .examples = EXAMPLES,
};

static void on_http(void *ctx, const struct wh_http_request *req, struct wh_http_reply *reply)
{
    if (strcmp(req->method, "POST") != 0) {
        reply->status = 405;
        reply->content_type = "text/plain";
        wh_buf_str(&reply->body, "JSON-RPC 2.0 by POST\n");
        return;
    }
    rpc_handle(ctx, req->body, &reply->body);
}

static wh_status check(const struct config *c, struct wh_error *err)
{
    if (strcmp(c->host, "127.0.0.1") != 0 && strcmp(c->host, "localhost") != 0)
        return wh_fail(err, WH_ERR_CFG_LISTEN,
                       "--host %s: accounts are open to every caller, so "
                       "only 127.0.0.1 is allowed",
                       c->host);
    if (c->port > 65535) return wh_fail(err, WH_ERR_CLI_VALUE, "--port is above 65535");
    if (c->accounts > NODE_ACCOUNTS_MAX)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--accounts is above %u", NODE_ACCOUNTS_MAX);
    if (c->gas_limit < 5000 || c->gas_limit > (uint64_t)1 << 40)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--gas-limit is not between 5,000 and 2^40");
    if (c->chain_id == 0) return wh_fail(err, WH_ERR_CLI_VALUE, "--chain-id is 0");
    if (c->execute_memory < 4096 || c->memory < (1 << 24))
        return wh_fail(err, WH_ERR_CLI_VALUE, "memory below 4 kB (EXECUTE) or 16 MB (EVM)");
    return WH_OK;
}

static wh_status write_config(const struct node *n, const char *url, const char *path,
                              struct wh_error *err)
{
    struct wh_buf out = {0};
    struct wh_jw w;
    wh_jw_init(&w, &out);
    wh_jw_obj(&w, NULL);
    wh_jw_str(&w, "url", url);
    wh_jw_u64(&w, "chainId", n->config.chain_id);
    wh_jw_u64(&w, "gasLimit", n->config.gas_limit);
    wh_jw_b32(&w, "genesisHash", &n->canon[0]->hash);
    wh_jw_addr(&w, "execute", &EXECUTE_ADDRESS);
    wh_jw_addr(&w, "traceStore", &n->trace_store);
    wh_jw_arr(&w, "accounts");
    for (size_t i = 0; i < n->config.accounts; i++) {
        wh_jw_obj(&w, NULL);
        wh_jw_addr(&w, "address", &n->accounts[i].at);
        wh_jw_data(&w, "key", n->accounts[i].key, 32);
        wh_jw_end(&w);
    }
    wh_jw_end(&w);
    wh_jw_end(&w);
    wh_buf_str(&out, "\n");
    const wh_status status = wh_buf_ok(&out) ? wh_file_write(path, out.ptr, out.len, 0600, err)
                                             : wh_fail(err, WH_ERR_NOMEM, "--config-out");
    wh_buf_done(&out);
    return status;
}

static void list_accounts(const struct node *n)
{
    char balance[80];
    wh_dec_print(&n->config.balance, balance);
    fprintf(stderr, "chain %" PRIu64 ", %" PRIu64 " accounts with %s wei each; keys are public\n",
            n->config.chain_id, n->config.accounts, balance);
    for (size_t i = 0; i < n->config.accounts; i++) {
        bytes32 key;
        memcpy(key.b, n->accounts[i].key, 32);
        fprintf(stderr, "  (%zu) %s  key %s\n", i, wh_hex20(&n->accounts[i].at).s,
                wh_hex32(&key).s);
    }
    fprintf(stderr, "EXECUTE %s, TraceStore %s\n", wh_hex20(&EXECUTE_ADDRESS).s,
            wh_hex20(&n->trace_store).s);
}

/* Waits for SIGTERM or SIGINT; mines when the interval is over; ends when the node has stopped. */
static int serve(struct node *n, uint64_t block_time_ms, const sigset_t *signals)
{
    uint64_t next = wh_mono_ms() + block_time_ms;
    for (;;) {
        const uint64_t now = wh_mono_ms();
        uint64_t wait = 200;
        if (block_time_ms > 0 && next < now + wait) wait = next > now ? next - now : 0;
        const struct timespec timeout = {(time_t)(wait / 1000), (long)(wait % 1000) * 1000000};
        const int sig = sigtimedwait(signals, NULL, &timeout);
        if (sig > 0) return WH_EXIT_OK;
        struct wh_error err = {0};
        pthread_mutex_lock(&n->lock);
        wh_status status = n->stopped;
        if (block_time_ms > 0 && wh_mono_ms() >= next) {
            status = miner_mine(n, &err);
            next += block_time_ms;
        }
        if (status != WH_OK) status = miner_mine(n, &err); /* tells why it has stopped */
        pthread_mutex_unlock(&n->lock);
        if (status != WH_OK) {
            wh_sleep_ms(100); /* the caller's answer goes out first */
            return wh_error_print(stderr, PROGRAM.name, &err);
        }
    }
}

static int run(const struct wh_cli *cli, const struct config *c, struct wh_error *err)
{
    struct node *n = NULL;
    struct wh_http *http = NULL;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL); /* before any thread starts */
    const struct node_config config = {.chain_id = c->chain_id,
                                       .gas_limit = c->gas_limit,
                                       .genesis_time = c->timestamp,
                                       .accounts = c->accounts,
                                       .finality = c->slots,
                                       .balance = c->balance,
                                       .base_fee = c->base_fee,
                                       .coinbase = c->coinbase,
                                       .automine = !c->no_mining && c->block_time == 0,
                                       .memory = c->memory,
                                       .execute_memory = c->execute_memory};
    wh_status status = check(c, err);
    if (status == WH_OK) status = node_open(&n, &config, err);
    if (status == WH_OK && wh_cli_given(cli, "trace-store"))
        status = chain_set_trace_store(n, &c->trace_store);
    char url[64];
    if (status == WH_OK) {
        const struct wh_http_config server = {.addr = "127.0.0.1",
                                              .port = (uint16_t)c->port,
                                              .max_body = (size_t)32 << 20,
                                              .handler = on_http,
                                              .ctx = n};
        status = wh_http_start(&http, &server, err);
    }
    if (status == WH_OK) {
        snprintf(url, sizeof url, "http://127.0.0.1:%u", wh_http_port(http));
        if (c->config_out != NULL) status = write_config(n, url, c->config_out, err);
    }
    int code;
    if (status == WH_OK) {
        if (!c->quiet) list_accounts(n);
        printf("%s\n", url);
        fflush(stdout);
        code = serve(n, c->block_time, &signals);
    } else {
        code = wh_error_print(stderr, PROGRAM.name, err);
    }
    wh_http_stop(http);
    node_close(n);
    return code;
}

int main(int argc, char **argv)
{
    struct wh_cli cli = {0};
    struct config config = {0};
    struct wh_error err = {0};
    int code = 0;
    if (wh_cli_start(&cli, &PROGRAM, argc, argv, &config, &code)) code = run(&cli, &config, &err);
    wh_cli_done(&cli);
    return code;
}
