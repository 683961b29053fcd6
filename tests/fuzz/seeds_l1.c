/* SPDX-License-Identifier: MIT */
/* Seeds of what the L1 brings: ABI, logs, calldata, messages, answers of nodes. */
#include "evm/segment/seg_state.h"
#include "game/core/config.h"
#include "game/core/game.h"
#include "proto/l1/calls.h"
#include "proto/messages.h"
#include "proto/whittle.pb-c.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/seeds.h"

static void put_text(const char *target, const char *text)
{
    put(target, wh_span_of(text, strlen(text)));
}

static void abi_seeds(void)
{
    struct wh_buf b = {0};
    const wh_span items[2] = {{(const uint8_t *)"one", 3}, {(const uint8_t *)"two2", 4}};
    bytes32 h;
    memset(h.b, 7, 32);
    const address a = {{1, 2, 3}};
    wh_buf_put(&b, "\x06\x00\x02\x03\x05\x06\x07", 7); /* uint8, bytes32, address, tails */
    abi_put_u64(&b, 200);
    abi_put_b32(&b, &h);
    abi_put_addr(&b, &a);
    abi_put_u64(&b, 192);
    abi_put_u64(&b, 256);
    abi_put_u64(&b, 320);
    abi_put_bytes(&b, items[0]);
    abi_put_words(&b, &h, 1);
    abi_put_list(&b, items, 2);
    put("abi", wh_buf_span(&b));
    wh_buf_reset(&b);
    calls_trace_post(items[1], &b);
    put_kind("calldata", 1, wh_buf_span(&b));
    struct game_config c = {.k = 10, .a = 2, .t = 120, .bond = 1000, .burn_bps = 5000};
    uint8_t config[GAME_CONFIG_SIZE];
    game_config_encode(&c, config);
    put_kind("calldata", 2, wh_span_of(config, sizeof config));
    put_kind("calldata", 3, wh_span_of("\x08\xc3\x79\xa0", 4));
    wh_buf_done(&b);
}

/* Logs with as many topics as the contracts give them. */
static void log_seeds(unsigned span_count)
{
    static const uint8_t topics[] = {2, 4, 3, 2, 2, 2, 3, 2, 3, 4, 3, 2, 2, 2, 2, 2, 2, 2};
    static const wh_span items[2] = {{(const uint8_t *)"\x02one", 4},
                                     {(const uint8_t *)"\x02two", 4}};
    for (uint8_t event = 0; event < sizeof topics; event++) {
        if (span_count > TREE_ARITY_MAX && event != 3) continue;
        struct wh_buf b = {0};
        bytes32 h, spans[TREE_ARITY_MAX + 1];
        uint8_t shape = (uint8_t)(topics[event] - 1), input[256] = {0};
        memset(h.b, event, 32);
        for (unsigned i = 0; i <= TREE_ARITY_MAX; i++)
            spans[i] = h;
        wh_buf_put(&b, &shape, 1);
        wh_buf_put(&b, &event, 1);
        for (unsigned i = 1; i < topics[event]; i++)
            wh_buf_put(&b, h.b, 20); /* an address in a word */
        if (event == 3) {            /* Split: who, spans */
            abi_put_u64(&b, 5);
            abi_put_u64(&b, 64);
            abi_put_words(&b, spans, span_count);
        } else if (event == 14) { /* Input: hash, forced, bytes, items */
            const uint64_t head[5] = {77, 1, 1, 160, 160 + abi_bytes_size(256)};
            for (unsigned i = 0; i < 5; i++)
                abi_put_u64(&b, head[i]);
            abi_put_bytes(&b, wh_span_of(input, 256));
            abi_put_list(&b, items, 2);
        } else if (event == 15) { /* EthereumInput: hash, header, withdrawals, ommers, items */
            const uint64_t head[5] = {77, 160, 224, 288, 352};
            for (unsigned i = 0; i < 5; i++)
                abi_put_u64(&b, head[i]);
            for (unsigned i = 0; i < 3; i++)
                abi_put_bytes(&b, items[0]);
            abi_put_list(&b, items, 2);
        } else if (event == 16) { /* Forced: item */
            abi_put_u64(&b, 32);
            abi_put_bytes(&b, items[0]);
        } else {
            static const uint8_t words[] = {0, 4, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 1};
            for (unsigned i = 0; i < words[event]; i++)
                abi_put_u64(&b, i + 3);
        }
        put_kind("calldata", 0, wh_buf_span(&b));
        wh_buf_done(&b);
    }
}

/* One sibling more than there is room for; the writer would not. */
static void put_long_evidence(void)
{
    static uint8_t zeros[SEG_STATE_SIZE], out[16384];
    const ProtobufCBinaryData word = {32, zeros};
    ProtobufCBinaryData mp[EVIDENCE_MP_MAX + 1];
    Whittle__StepEvidence m = WHITTLE__STEP_EVIDENCE__INIT;
    Whittle__NodePlace place = WHITTLE__NODE_PLACE__INIT;
    for (size_t i = 0; i <= EVIDENCE_MP_MAX; i++)
        mp[i] = word;
    m.version = 1;
    m.input_hash = m.post_leaf = word;
    m.pre = (ProtobufCBinaryData){SEG_STATE_SIZE, zeros};
    place.l1_chain_id = 1;
    place.a = 2;
    place.game = (ProtobufCBinaryData){20, zeros};
    place.gid = place.base_hash = word;
    place.n_mp = EVIDENCE_MP_MAX + 1;
    place.mp = mp;
    m.place = &place;
    if (protobuf_c_message_get_packed_size(&m.base) > sizeof out) exit(1);
    put_kind("evidence", 0, wh_span_of(out, protobuf_c_message_pack(&m.base, out)));
}

static void evidence_seeds(void)
{
    static struct step_evidence e;
    static const uint8_t trace[] = {'W', 'T', 'R', '2', 1, 0, 0, 0, 0, 0, 0, 0};
    struct wh_buf b = {0};
    struct wh_error err;
    e.target = 7;
    e.claimed_count = 2;
    e.trace = wh_span_of(trace, sizeof trace);
    if (evidence_write(&e, &b, &err) != WH_OK) exit(1);
    put_kind("evidence", 0, wh_buf_span(&b));
    e.has_place = true;
    e.place = (struct step_place){.l1_chain_id = 31337, .pos = 13, .a = 2, .mp_count = 3};
    wh_buf_reset(&b);
    if (evidence_write(&e, &b, &err) != WH_OK) exit(1);
    put_kind("evidence", 0, wh_buf_span(&b));
    struct transcript_log logs[2] = {{.l1_block = 5, .topic_count = 2, .data = e.trace},
                                     {.l1_block = 6, .log_index = 1, .topic_count = 1}};
    struct transcript t = {.l1_chain_id = 1, .deployed_at = 4, .count = 2, .logs = logs};
    wh_buf_reset(&b);
    if (transcript_write(&t, &b, &err) != WH_OK) exit(1);
    put_kind("evidence", 1, wh_buf_span(&b));
    wh_buf_done(&b);
    put_long_evidence();
}

static void json_seeds(void)
{
    static const char *const texts[] = {
        "{\"a\":\"0x1f\",\"b\":[1,\"0x00\",null,true],\"c\":{\"d\":\"12\"}}",
        "[\"0x0\",\"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\",\"007\"]",
        "{\"chainId\":5,\"homesteadBlock\":0,\"eip150Block\":0,\"eip158Block\":0,"
        "\"byzantiumBlock\":0,"
        "\"constantinopleBlock\":0,\"petersburgBlock\":0,\"istanbulBlock\":0,\"berlinBlock\":0,"
        "\"londonBlock\":0,\"mergeNetsplitBlock\":0,\"terminalTotalDifficulty\":"
        "58750000000000000000000,"
        "\"shanghaiTime\":0,\"cancunTime\":10,\"blobSchedule\":{\"cancun\":{\"target\":3,\"max\":6,"
        "\"baseFeeUpdateFraction\":3338477}}}",
        "\"0x0102030405060708090a0b0c0d0e0f1011121314\"",
        "{\"x\":\"\\u0000\",\"x\":1}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        put_text("json", texts[i]);
}

/* A node that serves this much, leaves out that much, and lies in a later answer. */
void fetch_seeds(void)
{
    static const char none[] = "\x3f\0\0\0\0\0\0\0\0";
    put("fetch", wh_span_of(none, 9));
    for (uint8_t serves = 0; serves < 64; serves += 3) {
        uint8_t in[40] = {serves | 32};
        memset(in + 1, serves % 2 == 0 ? 0xff : 0x5a, 8);
        in[9 + serves % 8] = serves % 7;
        in[10 + serves % 8] = serves;
        put("fetch", wh_span_of(in, sizeof in));
    }
}

#define H32 "0x0700000000000000000000000000000000000000000000000000000000000000"
#define A20 "0x0100000000000000000000000000000000000000"

static void answer_seeds(void)
{
    static const struct {
        uint8_t what;
        const char *text;
    } answers[] = {
        {0, "\"0x539\""},
        {1, "{\"number\":\"0x5\",\"hash\":\"" H32 "\",\"parentHash\":\"" H32
            "\",\"stateRoot\":\"" H32 "\",\"timestamp\":\"0x6\",\"gasLimit\":\"0x1c9c380\","
            "\"gasUsed\":\"0x5208\",\"baseFeePerGas\":\"0x7\"}"},
        {2, "{\"number\":\"0x1\",\"hash\":\"" H32 "\",\"parentHash\":\"" H32
            "\",\"stateRoot\":\"" H32 "\",\"timestamp\":\"0x6\",\"gasLimit\":\"0x1c9c380\","
            "\"gasUsed\":\"0x0\"}"},
        {4, "[{\"address\":\"" A20 "\",\"blockNumber\":\"0x5\",\"blockHash\":\"" H32
            "\",\"transactionHash\":\"" H32 "\",\"transactionIndex\":\"0x0\",\"logIndex\":\"0x0\","
            "\"topics\":[\"" H32 "\"],\"data\":\"0x01\",\"removed\":false}]"},
        {5, "\"0x0102\""},
        {6, "\"" H32 "\""},
        {7, "{\"transactionHash\":\"" H32 "\",\"blockHash\":\"" H32
            "\",\"blockNumber\":\"0x5\",\"gasUsed\":\"0x5208\",\"effectiveGasPrice\":\"0x1\","
            "\"status\":\"0x1\",\"contractAddress\":null}"},
        {8, "{\"hash\":\"" H32 "\",\"nonce\":\"0x1\",\"from\":\"" A20 "\",\"to\":\"" A20
            "\",\"value\":\"0x0\",\"input\":\"0x\",\"blockHash\":\"" H32
            "\",\"blockNumber\":\"0x5\"}"},
        {9, "\"0x7\""},
        {11, "\"0x6001\""},
        {13,
         "{\"oldestBlock\":\"0x1\",\"baseFeePerGas\":[\"0x7\",\"0x8\"],\"reward\":[[\"0x1\"]]}"},
        {14, "{\"address\":\"" A20
             "\",\"accountProof\":[\"0x80\"],\"balance\":\"0x0\",\"codeHash\":\"" H32
             "\",\"nonce\":\"0x0\",\"storageHash\":\"" H32 "\",\"storageProof\":[{\"key\":\"" H32
             "\",\"value\":\"0x0\",\"proof\":[]}]}"},
        {15, "\"0x1\""},
        {16, "[{\"address\":\"" A20 "\",\"blockNumber\":\"0x5\",\"blockHash\":\"" H32
             "\",\"transactionHash\":\"" H32 "\",\"transactionIndex\":\"0x0\",\"logIndex\":\"0x0\","
             "\"topics\":[\"" H32 "\"],\"data\":\"0x01\",\"removed\":false}]"},
        {16, "[{\"address\":\"" A20 "\",\"blockNumber\":\"0x5\",\"blockHash\":\"" H32
             "\",\"transactionHash\":\"" H32 "\",\"transactionIndex\":\"0x0\",\"logIndex\":\"0x0\","
             "\"topics\":[],\"data\":\"0x\"},{\"address\":\"" A20
             "\",\"blockNumber\":\"0x5\",\"blockHash\":\"" H32 "\",\"transactionHash\":\"" H32
             "\",\"transactionIndex\":\"0x0\",\"logIndex\":\"0x1\","
             "\"topics\":[],\"data\":\"0x\"}]"},
        {17, "{\"state\":[\"0x80\"],\"codes\":[],\"headers\":[]}"},
        {18, "\"0x6001\""},
        {19, "\"0x539\""},
        {20, "{\"number\":\"0x5\",\"hash\":\"" H32 "\",\"parentHash\":\"" H32
             "\",\"stateRoot\":\"" H32 "\",\"timestamp\":\"0x6\",\"gasLimit\":\"0x1c9c380\","
             "\"gasUsed\":\"0x5208\"}"},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct wh_buf b = {0};
        wh_buf_put(&b, &answers[i].what, 1);
        wh_buf_put(&b, "\0", 1);
        wh_buf_str(&b, answers[i].text);
        put("rpc_answer", wh_buf_span(&b));
        wh_buf_done(&b);
    }
    static const char *const bodies[] = {
        "\x05\x01{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":3,\"message\":\"execution "
        "reverted\",\"data\":\"0x08c379a0\"}}",
        "\x01\x01<html>busy</html>",
        "\x13\x01{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x539\"}",
        "\x09\x01{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x7\",\"error\":{\"code\":1,"
        "\"message\":"
        "\"busy\"}}",
        "\x09\x01{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x7\"}",
        "\x0f\x01[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1},{\"jsonrpc\":\"2.0\",\"id\":2,"
        "\"error\":{\"code\":-32005,\"message\":\"limit exceeded\"}}]",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        put_text("rpc_answer", bodies[i]);
}

void l1_seeds(void)
{
    abi_seeds();
    log_seeds(4);
    log_seeds(TREE_ARITY_MAX + 1); /* one too many */
    evidence_seeds();
    json_seeds();
    answer_seeds();
}
