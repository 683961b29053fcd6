/* SPDX-License-Identifier: MIT */
#include "proto/sys/cli.h"

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/sys/file.h"
#include "tests/tap.h"

struct conf {
    const char *datadir, *strategy, *password;
    struct wh_strlist rpc;
    uint64_t poll_ms, count, bump;
    u256 fee;
    bool json, quiet;
    address game;
};

#define AT(f) offsetof(struct conf, f)
static const struct wh_option options[] = {
    {"datadir", WH_OPT_STRING, AT(datadir), "DIR", NULL, "L1", "where the store is"},
    {"strategy", WH_OPT_CHOICE, AT(strategy), "watch|defend", "watch", "Dispute", "what to do"},
    {"password-token", WH_OPT_SECRET, AT(password), "T", NULL, "Key", "x"},
    {"l1-eth-rpc", WH_OPT_LIST, AT(rpc), "URL", NULL, "L1", "endpoints"},
    {"http-poll-interval", WH_OPT_DURATION, AT(poll_ms), "DUR", "12s", "L1", "pace"},
    {"count", WH_OPT_U64, AT(count), "N", "3", NULL, "n"},
    {"tx.max-fee", WH_OPT_AMOUNT, AT(fee), "AMOUNT", "200gwei", "Fees", "cap"},
    {"tx.bump", WH_OPT_PERCENT, AT(bump), "PERCENT", "12%", "Fees", "raise"},
    {"json", WH_OPT_FLAG, AT(json), NULL, NULL, "Output", "JSON"},
    {"quiet", WH_OPT_FLAG, AT(quiet), NULL, NULL, "Output", "less"},
    {"game", WH_OPT_ADDRESS, AT(game), "ADDR", NULL, "L1", "contract"},
};
static const struct wh_command commands[] = {
    {"run", NULL, 0, 0, "follow the chain"},
    {"check", "FILE...", 1, 9, "judge"},
    {"evidence replay", "FILE", 1, 1, "judge evidence"},
};
static const char *const examples[] = {"whittle-test --json", NULL};
static const struct wh_program program = {
    "whittle-test", "a test", commands, 3, options, sizeof options / sizeof *options, examples};

static struct wh_cli cli;
static struct conf conf;
static struct wh_error err;

/* Runs the parser over words (NULL-ended); the result is in cli, conf, err. */
static wh_status parse(const char *const *words)
{
    static char *argv[32];
    int n = 0;
    wh_cli_done(&cli);
    for (int i = 0; i < 32; i++) {
        free(argv[i]);
        argv[i] = NULL;
    }
    if (words == NULL) return WH_OK;
    while (words[n]) {
        argv[n] = strdup(words[n]); /* argv may be written to */
        n++;
    }
    memset(&conf, 0, sizeof conf);
    wh_error_clear(&err);
    return wh_cli_parse(&cli, &program, n, argv, &conf, &err);
}
#define PARSE(...) parse((const char *const[]){"whittle-test", __VA_ARGS__, NULL})

static void test_cli__defaults_and_flags(void)
{
    CHECK(PARSE("--count", "9", "--l1-eth-rpc=http://a,b", "--l1-eth-rpc", "http://c", "--json",
                "--tx.max-fee", "1eth") == WH_OK);
    CHECK(strcmp(cli.command->name, "run") == 0);
    CHECK_EQ(conf.count, 9);
    CHECK_EQ(conf.poll_ms, 12000);
    CHECK_EQ(conf.bump, 1200);
    CHECK_EQ(conf.rpc.count, 2);
    CHECK(strcmp(conf.rpc.v[0], "http://a,b") == 0);
    CHECK(conf.json && !conf.quiet && conf.datadir == NULL);
    CHECK(conf.fee.w[0] == 1000000000000000000u);
    CHECK(strcmp(conf.strategy, "watch") == 0);
    CHECK(wh_cli_given(&cli, "count") && !wh_cli_given(&cli, "strategy"));
}

static void test_cli__commands(void)
{
    CHECK(PARSE("check", "a", "--json", "b") == WH_OK);
    CHECK(strcmp(cli.command->name, "check") == 0);
    CHECK_EQ(cli.arg_count, 2);
    CHECK(strcmp(cli.args[1], "b") == 0);
    CHECK(PARSE("evidence", "replay", "f") == WH_OK);
    CHECK(strcmp(cli.command->name, "evidence replay") == 0);
    CHECK_EQ(cli.arg_count, 1);
    CHECK(PARSE("check") != WH_OK);
    CHECK_EQ(err.exit_code, 2);
    CHECK(PARSE("chekc", "x") != WH_OK);
    CHECK(strstr(err.what, "nearest: check") != NULL);
    CHECK(PARSE("run", "x") != WH_OK);
    CHECK(PARSE("check", "--", "--json") == WH_OK);
    CHECK(!conf.json);
}

static void test_cli__usage_errors_exit_2(void)
{
    CHECK(PARSE("--datdir", "x") == WH_E_CONFIG);
    CHECK_EQ(err.exit_code, 2);
    CHECK(strcmp(err.what, "unknown option --datdir; nearest: --datadir") == 0);
    CHECK(PARSE("--count", "x") != WH_OK);
    CHECK_EQ(err.exit_code, 2);
    CHECK(PARSE("--count") != WH_OK);
    CHECK_EQ(err.code, WH_ERR_CLI_MISSING);
    CHECK(PARSE("--http-poll-interval", "12") != WH_OK);
    CHECK(strstr(err.what, "a duration such as") != NULL);
    CHECK(PARSE("--strategy", "attack") != WH_OK);
    CHECK(PARSE("--strategy", "wat") != WH_OK);
    CHECK(PARSE("--count", "1", "--count", "2") != WH_OK);
    CHECK(PARSE("--game", "0x12") != WH_OK);
    CHECK(PARSE("--json=maybe") != WH_OK);
    CHECK(PARSE("-x") != WH_OK);
    CHECK(PARSE("--l1-eth-rpc", "") != WH_OK);
}

static void test_cli__secrets_are_refused(void)
{
    CHECK(PARSE("--private-key", "0xabc123") != WH_OK);
    CHECK_EQ(err.code, WH_ERR_CLI_SECRET);
    CHECK(strstr(err.what, "abc123") == NULL);
    CHECK(PARSE("--mnemonic=a b c") != WH_OK);
    CHECK_EQ(err.code, WH_ERR_CLI_SECRET);
    CHECK(strstr(err.what, "a b c") == NULL);
    setenv("WHITTLE_PRIVATE_KEY", "0xabc", 1);
    CHECK(PARSE("--json") != WH_OK);
    CHECK_EQ(err.code, WH_ERR_CLI_SECRET);
    unsetenv("WHITTLE_PRIVATE_KEY");
}

static void put_file(const char *path, const char *text)
{
    CHECK(wh_file_write(path, text, strlen(text), 0600, NULL) == WH_OK);
}

static void test_cli__precedence_and_file(void)
{
    char path[] = "cli_test_XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    put_file(path, "datadir = /d\ncount = 5\nl1-eth-rpc = http://x, http://y\n[tx]\n"
                   "max-fee = 3gwei\n");
    CHECK(PARSE("--config", path) == WH_OK);
    CHECK(strcmp(conf.datadir, "/d") == 0);
    CHECK_EQ(conf.count, 5);
    CHECK(conf.fee.w[0] == 3000000000u);
    CHECK_EQ(conf.rpc.count, 2);
    setenv("WHITTLE_COUNT", "6", 1);
    setenv("WHITTLE_TX_MAX_FEE", "4gwei", 1);
    CHECK(PARSE("--config", path) == WH_OK);
    CHECK_EQ(conf.count, 6);
    CHECK(conf.fee.w[0] == 4000000000u);
    CHECK(PARSE("--config", path, "--count", "7", "--l1-eth-rpc", "http://z") == WH_OK);
    CHECK_EQ(conf.count, 7);
    CHECK_EQ(conf.rpc.count, 1);
    setenv("WHITTLE_COUNT", "six", 1);
    CHECK(PARSE("--json") != WH_OK);
    CHECK_EQ(err.exit_code, 3);
    unsetenv("WHITTLE_COUNT");
    unsetenv("WHITTLE_TX_MAX_FEE");

    put_file(path, "[tx]\nmaxfee = 3gwei\n");
    CHECK(PARSE("--config", path) != WH_OK);
    CHECK_EQ(err.exit_code, 3);
    CHECK(strstr(err.what, "unknown key tx.maxfee; nearest: tx.max-fee") != NULL);
    put_file(path, "count = 5\ncount = 6\n");
    CHECK(PARSE("--config", path) != WH_OK);
    put_file(path, "no equals sign here\n");
    CHECK(PARSE("--config", path) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_CFG_FILE);
    unlink(path);
    CHECK(PARSE("--config", path) != WH_OK);
    CHECK_EQ(err.exit_code, 3);
}

static void test_cli__show_masks(void)
{
    CHECK(PARSE("--l1-eth-rpc", "https://u:p@h.example/v2/APIKEY", "--password-token", "hush",
                "--l1-eth-rpc", "http://h2:8545") == WH_OK);
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    wh_cli_show(f, &cli);
    wh_cli_help(f, &program);
    fclose(f);
    CHECK(strstr(text, "APIKEY") == NULL);
    CHECK(strstr(text, "u:p") == NULL);
    CHECK(strstr(text, "hush") == NULL);
    CHECK(strstr(text, "https://***@h.example/***,http://h2:8545") != NULL);
    CHECK(strstr(text, "WHITTLE_L1_ETH_RPC") != NULL);
    CHECK(strstr(text, "cannot tell") != NULL);
    free(text);
    wh_cli_done(&cli);
}

/* Every option that takes a value says so; a long name does not run into its text. */
static void test_cli__help_names_values(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    wh_cli_help(f, &program);
    wh_cli_completion(f, &program);
    fclose(f);
    CHECK(strstr(text, "--count N ") != NULL);
    CHECK(strstr(text, "--json  ") != NULL);
    CHECK(strstr(text, "config show") != NULL);
    CHECK(strstr(text, "complete -o default -W '--config") != NULL);
    CHECK(strstr(text, " --count ") != NULL && strstr(text, "whittle-test\n") != NULL);
    free(text);
    CHECK(PARSE("config", "show") == WH_OK && cli.show);
    wh_cli_done(&cli);
    CHECK(PARSE("completion") == WH_OK && cli.completion);
    wh_cli_done(&cli);
}

static void test_cli__help_needs_nothing_else(void)
{
    CHECK(PARSE("--help") == WH_OK);
    CHECK(cli.help);
    CHECK(PARSE("--version") == WH_OK);
    CHECK(cli.version);
}

int main(void)
{
    RUN(test_cli__defaults_and_flags);
    RUN(test_cli__commands);
    RUN(test_cli__usage_errors_exit_2);
    RUN(test_cli__secrets_are_refused);
    RUN(test_cli__precedence_and_file);
    RUN(test_cli__show_masks);
    RUN(test_cli__help_names_values);
    RUN(test_cli__help_needs_nothing_else);
    (void)parse(NULL);
    return tap_done();
}
