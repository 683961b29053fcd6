/* SPDX-License-Identifier: MIT */
/* Genesis files against the genesis blocks of official blockchain tests: accounts and header fields as
 * a genesis file has them give the hash that the test has. */
#include "proto/block/genesis.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evm/native/crypto.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "tests/tap.h"

static const char *root;
static char path[] = "/tmp/whittle-genesis-XXXXXX";

#define BLOCKS                                                                                     \
    "\"chainId\":1,\"homesteadBlock\":0,\"eip150Block\":0,\"eip158Block\":0,\"byzantiumBlock\":0," \
    "\"constantinopleBlock\":0,\"petersburgBlock\":0,\"istanbulBlock\":0,\"berlinBlock\":0"
#define MERGED ",\"londonBlock\":0,\"terminalTotalDifficulty\":0"
static const struct {
    const char *fork, *config;
} RULES[] = {
    {"Frontier", "{\"chainId\":1}"},
    {"Berlin", "{" BLOCKS "}"},
    {"London", "{" BLOCKS ",\"londonBlock\":0}"},
    {"Paris", "{" BLOCKS MERGED "}"},
    {"Shanghai", "{" BLOCKS MERGED ",\"shanghaiTime\":0}"},
    {"Cancun", "{" BLOCKS MERGED ",\"shanghaiTime\":0,\"cancunTime\":0}"},
    {"Prague", "{" BLOCKS MERGED ",\"shanghaiTime\":0,\"cancunTime\":0,\"pragueTime\":0}"},
    {"Osaka",
     "{" BLOCKS MERGED ",\"shanghaiTime\":0,\"cancunTime\":0,\"pragueTime\":0,\"osakaTime\":0}"},
};

static void write_text(const char *text)
{
    FILE *f = fopen(path, "w");
    CHECK(f != NULL && fputs(text, f) >= 0);
    if (f != NULL) (void)fclose(f);
}

static wh_status open_text(const char *text, enum chain_ruleset ruleset, struct genesis *g,
                           struct wh_error *err)
{
    const struct genesis_rules rules = {ruleset, ruleset == RULESET_ROLLUP ? 1000000 : 0};
    write_text(text);
    return genesis_open(path, &rules, wh_native_crypto(), g, err);
}

/* The genesis block of one test as a genesis file: fields that the fork has by itself are left out. */
static char *genesis_text(const json_t *test, const char *config)
{
    static const char *const names[] = {"timestamp", "gasLimit",  "difficulty",
                                        "coinbase",  "extraData", "baseFeePerGas",
                                        "nonce",     "mixHash",   "excessBlobGas"};
    const json_t *header = json_object_get(test, "genesisBlockHeader");
    json_t *file = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(header, names[i]) != NULL)
            json_object_set(file, names[i], json_object_get(header, names[i]));
    json_object_set(file, "alloc", json_object_get(test, "pre"));
    json_object_set_new(file, "config", json_loads(config, 0, NULL));
    char *text = json_dumps(file, 0);
    json_decref(file);
    return text;
}

static unsigned check_file(const char *fork, const char *config)
{
    char name[512];
    struct wh_buf text = {0};
    struct wh_error err = {0};
    const char *key;
    json_t *test;
    unsigned n = 0;
    snprintf(name, sizeof name, "%s/tests/data/vectors/chains/%s.json.zst", root, fork);
    CHECK_EQ(wh_file_read_any(name, 1 << 28, &text, &err), WH_OK);
    json_t *tests = json_loadb((const char *)text.ptr, text.len, 0, NULL);
    json_object_foreach(tests, key, test)
    {
        struct genesis g;
        bytes32 want;
        const json_t *header = json_object_get(test, "genesisBlockHeader");
        char *file = genesis_text(test, config);
        CHECK(wh_hex_parse(json_string_value(json_object_get(header, "hash")), want.b, 32));
        wh_status st = open_text(file, RULESET_ETHEREUM, &g, &err);
        CHECK_EQ(st, WH_OK);
        if (st != WH_OK) printf("# %s: %s\n", key, err.what);
        CHECK_MEM(g.hash.b, want.b, 32);
        CHECK_EQ(g.accounts, json_object_size(json_object_get(test, "pre")));
        genesis_close(&g);
        free(file);
        n++;
    }
    json_decref(tests);
    wh_buf_done(&text);
    return n;
}

static void test_genesis__hashes_of_official_tests(void)
{
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++)
        CHECK(check_file(RULES[i].fork, RULES[i].config) >= 5);
}

#define OSAKA MERGED ",\"shanghaiTime\":0,\"cancunTime\":0,\"pragueTime\":0,\"osakaTime\":0}"

static void test_genesis__rollup_starts_sealed_at_input_0(void)
{
    struct genesis g;
    struct wh_error err = {0};
    uint8_t pre[SEG_STATE_SIZE];
    struct seg_state s;
    CHECK_EQ(open_text("{\"config\":{" BLOCKS OSAKA ",\"gasLimit\":30000000,\"alloc\":{"
                       "\"00000000000000000000000000000000000000c0\":{\"balance\":\"1000\","
                       "\"code\":\"0x00\",\"storage\":{\"0x01\":\"0x02\"}}}}",
                       RULESET_ROLLUP, &g, &err),
             WH_OK);
    genesis_pre(&g, pre);
    CHECK_EQ(seg_state_decode(pre, &s), WH_OK);
    CHECK_EQ(s.phase, SEG_SEALED);
    CHECK_EQ(s.inbox_pos, 0);
    CHECK_EQ(s.ruleset, RULESET_ROLLUP);
    CHECK_MEM(s.head_hash.b, g.hash.b, 32);
    CHECK_MEM(s.state_root.b, g.head.state_root.b, 32);
    CHECK_EQ(g.config.forced_gas_cap, 1000000);
    CHECK_EQ(g.head.gas_limit, 30000000);
    CHECK_EQ(g.head.base_fee.w[0], 1000000000);
    genesis_close(&g);
}

static void test_genesis__what_is_wrong_is_named(void)
{
    static const struct {
        const char *text, *says;
    } BAD[] = {
        {"", "JSON"},
        {"[]", "not an object"},
        {"{\"config\":{\"chainId\":1}}", "alloc"},
        {"{\"config\":{\"chainId\":1},\"alloc\":{\"0x12\":{}}}", "alloc.0x12"},
        {"{\"config\":{\"chainId\":1},\"alloc\":{\"00000000000000000000000000000000000000c0\":"
         "{\"balance\":\"0x1g\"}}}",
         "balance"},
        {"{\"config\":{\"chainId\":1},\"alloc\":{\"00000000000000000000000000000000000000c0\":"
         "{\"nonce\":\"0x10000000000000000\"}}}",
         "nonce"},
        {"{\"config\":{\"chainId\":1},\"alloc\":{\"00000000000000000000000000000000000000c0\":"
         "{\"storage\":{\"0xzz\":\"0x1\"}}}}",
         "storage.0xzz"},
        {"{\"config\":{\"chainId\":1},\"alloc\":{},\"extraData\":\"0x"
         "000000000000000000000000000000000000000000000000000000000000000000\"}",
         "extraData"},
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct genesis g;
        struct wh_error err = {0};
        CHECK(open_text(BAD[i].text, RULESET_ETHEREUM, &g, &err) < 0);
        CHECK(strstr(err.what, BAD[i].says) != NULL || strstr(BAD[i].says, "JSON") != NULL);
        if (strstr(err.what, BAD[i].says) == NULL) printf("# %s\n", err.what);
    }
    struct genesis g;
    struct wh_error err = {0};
    CHECK(open_text("{\"config\":{\"chainId\":1},\"alloc\":{}}", RULESET_ROLLUP, &g, &err) < 0);
    CHECK(strstr(err.what, "Osaka") != NULL);
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    root = argv[1];
    int fd = mkstemp(path);
    if (fd < 0) return 2;
    (void)close(fd);
    RUN(test_genesis__hashes_of_official_tests);
    RUN(test_genesis__rollup_starts_sealed_at_input_0);
    RUN(test_genesis__what_is_wrong_is_named);
    (void)unlink(path);
    return tap_done();
}
