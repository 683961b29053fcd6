/* SPDX-License-Identifier: MIT */
/* Writes the first inputs of the corpora: fuzz_seeds FOLDER BLOCKS... (block files of tests/data/blocks).
 * Run by hand when a target is added; what the fuzzers find joins them. */
#include <sys/stat.h>

#include "evm/hash/keccak.h"
#include "evm/mpt/mpt.h"
#include "evm/native/crypto.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/chain_config.h"
#include "evm/segment/frontier.h"
#include "evm/segment/input.h"
#include "evm/segment/seg_state.h"
#include "game/core/config.h"
#include "proto/block/write.h"
#include "proto/l1/calls.h"
#include "proto/messages.h"
#include "proto/sys/file.h"
#include "proto/whittle.pb-c.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/seeds.h"
#include "tests/plain_crypto.h"

static const char *folder;
static unsigned number;

void put(const char *target, wh_span bytes)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, target);
    (void)mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/seed-%03u", folder, target, number++);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(bytes.ptr, 1, bytes.len, f) != bytes.len || fclose(f) != 0) exit(1);
}

void put_kind(const char *target, uint8_t kind, wh_span bytes)
{
    struct wh_buf b = {0};
    wh_buf_put(&b, &kind, 1);
    wh_buf_put(&b, bytes.ptr, bytes.len);
    put(target, wh_buf_span(&b));
    wh_buf_done(&b);
}

static void put_text(const char *target, const char *text)
{
    put(target, wh_span_of(text, strlen(text)));
}

static void segment_seeds(void)
{
    struct chain_config c;
    uint8_t bytes[CHAIN_CONFIG_MAX], state[SEG_STATE_SIZE], input[BLOCK_INPUT_SIZE];
    chain_config_mainnet(&c);
    put_kind("seg_state", 1, wh_span_of(bytes, chain_config_encode(&c, bytes)));
    chain_config_rollup(1337, 1000000, &c);
    put_kind("seg_state", 1, wh_span_of(bytes, chain_config_encode(&c, bytes)));
    struct seg_state s = {.ruleset = 1, .chain_id = 1, .number = 41, .inbox_pos = 3};
    seg_state_encode(&s, state);
    put_kind("seg_state", 0, wh_span_of(state, sizeof state));
    s.phase = SEG_OPEN;
    s.fork = FORK_OSAKA;
    s.items_left = 3;
    s.base_fee = u256_from_u64(7);
    seg_state_encode(&s, state);
    put_kind("seg_state", 0, wh_span_of(state, sizeof state));
    struct block_input b = {
        .items_count = 2, .l1_number = 5, .timestamp = 6, .gas_limit = 30000000};
    block_input_encode(&b, input);
    put_kind("seg_state", 2, wh_span_of(input, BLOCK_INPUT_SIZE));
    struct eth_input e = {.items_count = 2};
    memset(e.block_hash.b, 1, 32);
    eth_input_encode(&e, input);
    put_kind("seg_state", 2, wh_span_of(input, ETH_INPUT_SIZE));
}

static void frontier_seeds(void)
{
    static const uint32_t sizes[] = {0, 1, 2, 3, 17, 127, 128, 129, 257, 300};
    struct frontier f;
    uint8_t value[40] = {0}, out[FRONTIER_BYTES_MAX];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        frontier_init(&f);
        for (uint32_t n = 0; n < sizes[i]; n++) {
            store_be32(value, n + 1);
            wh_span v = wh_span_of(value, n % 3 == 0 ? 4 : sizeof value);
            if (frontier_push(&f, &plain_crypto, v) != WH_OK) exit(1);
        }
        put_kind("header", 1, wh_span_of(out, frontier_encode(&f, out, sizeof out)));
    }
}

/* ---- tries: nodes parents first, references to them as fuzz_mpt_node reads them ---- */

struct made {
    struct {
        bytes32 hash;
        struct wh_buf bytes;
    } v[64];
    size_t n;
};

static wh_status collect(void *ctx, const bytes32 *hash, wh_span bytes)
{
    struct made *m = ctx;
    if (m->n == 64) return WH_E_NOMEM;
    m->v[m->n].hash = *hash;
    m->v[m->n].bytes = (struct wh_buf){0};
    wh_buf_put(&m->v[m->n++].bytes, bytes.ptr, bytes.len);
    return WH_OK;
}

/* The first `from` nodes are left out, and `more` stand before the others. */
static void put_nodes(const struct made *m, size_t from, size_t more, struct wh_buf *out)
{
    for (size_t i = m->n - from; i-- > 0;) { /* children come first from a commit */
        const struct wh_buf *node = &m->v[i].bytes;
        uint8_t len[2];
        store_be16(len, (uint16_t)node->len);
        wh_buf_put(out, len, 2);
        size_t at = out->len;
        wh_buf_put(out, node->ptr, node->len);
        for (size_t k = 0; k + 32 <= node->len; k++)
            for (size_t c = 0; c < i; c++)
                if (memcmp(node->ptr + k, m->v[c].hash.b, 32) == 0) {
                    memset(out->ptr + at + k, 0, 32);
                    memset(out->ptr + at + k, '@', 2);
                    out->ptr[at + k + 2] = (uint8_t)(m->n - 1 - c - from + more);
                }
    }
}

/* Nodes that no trie has: an extension of no nibbles above the root; the root's extension as two. */
static void put_extension(struct wh_buf *out, wh_span path, uint8_t child)
{
    uint8_t node[64] = {0}, len[2];
    size_t n = 1;
    if (path.len > 1) node[n++] = (uint8_t)(0x80 + path.len);
    memcpy(node + n, path.ptr, path.len);
    n += path.len;
    node[n++] = 0xa0;
    node[n] = node[n + 1] = '@';
    node[n + 2] = child;
    n += 32;
    node[0] = (uint8_t)(0xc0 + n - 1);
    store_be16(len, (uint16_t)n);
    wh_buf_put(out, len, 2);
    wh_buf_put(out, node, n);
}

enum hostile { SOUND, NO_NIBBLES, TWO_EXTENSIONS };

static void put_trie(const struct made *m, enum hostile how, struct wh_buf *out)
{
    static const uint8_t one[1] = {0x10}, ten[6] = {0};
    if (how == NO_NIBBLES) put_extension(out, wh_span_of(ten, 1), 1);
    if (how == TWO_EXTENSIONS) { /* of eleven nibbles, all zero */
        put_extension(out, wh_span_of(one, 1), 1);
        put_extension(out, wh_span_of(ten, 6), 2);
    }
    put_nodes(m, how == TWO_EXTENSIONS ? 1 : 0, how == SOUND ? 0 : how == NO_NIBBLES ? 1 : 2, out);
}

static void trie_seed(unsigned keys, unsigned shift, uint16_t ops, enum hostile how)
{
    static struct wh_arena arena;
    struct mpt_pool pool;
    struct made made = {.n = 0};
    bytes32 key[16];
    struct mpt_change changes[16];
    struct wh_buf out = {0};
    static const uint8_t value[40] = {0x11, 0x22, 0x33};
    mpt_pool_init(&pool, fuzz_arena(&arena, 1 << 24), NULL, &plain_crypto);
    pool.step = 1;
    struct mpt t = mpt_empty(&pool, false), *list = &t;
    for (unsigned i = 0; i < keys; i++) {
        memset(key[i].b, 0, 32);
        key[i].b[shift / 2] = (uint8_t)(shift % 2 == 0 ? i << 4 : i);
        key[i].b[31] = (uint8_t)i;
        changes[i] = (struct mpt_change){wh_span_of(key[i].b, 32),
                                         wh_span_of(value, i % 2 == 0 ? 2 : sizeof value)};
    }
    if (mpt_update(&t, changes, keys) != WH_OK ||
        mpt_commit_many(&list, 1, collect, &made) != WH_OK)
        exit(1);
    uint8_t head[3] = {(uint8_t)(ops >> 8), (uint8_t)ops, (uint8_t)(keys < 6 ? keys : 6)};
    wh_buf_put(&out, head, 3);
    for (unsigned i = 0; i < head[2]; i++)
        wh_buf_put(&out, key[i].b, 32);
    put_trie(&made, how, &out);
    put("mpt_node", wh_buf_span(&out));
    wh_buf_done(&out);
    for (size_t i = 0; i < made.n; i++)
        wh_buf_done(&made.v[i].bytes);
}

/* ---- blocks ---- */

static void block_seeds(const char *path)
{
    struct blockfile f;
    struct wh_error err;
    struct wh_buf out = {0};
    enum block_form form;
    unsigned types = 0;
    if (blockfile_open(path, wh_native_crypto(), &f, &err) != WH_OK) {
        fprintf(stderr, "%s: %s\n", path, err.what);
        exit(1);
    }
    if (wh_file_read(path, 8192, &out, &err) == WH_OK) put("witness", wh_buf_span(&out));
    wh_buf_reset(&out);
    put_kind("header", 0, f.header);
    put("rlp", f.header);
    for (size_t i = 0; i < f.tx_count; i++) {
        unsigned bit = 1u << (f.txs[i].ptr[0] < 0xc0 ? f.txs[i].ptr[0] : 0);
        if ((types & bit) != 0 || f.txs[i].len > 1000) continue;
        types |= bit;
        put("tx", f.txs[i]);
    }
    if (f.node_count > 0) put("rlp", f.nodes[0]);
    if (f.tx_count < 6 && block_form_find("block", &form) &&
        block_write(&f, form, &out, &err) == WH_OK) {
        put_kind("header", 2, wh_buf_span(&out));
        put("rlp", wh_buf_span(&out));
    }
    static const char *const forms[] = {"stateless-block", "bundle", "payload", "pair", "block"};
    for (size_t i = 0; f.tx_count < 6 && i < 5; i++) {
        wh_buf_reset(&out);
        if (!block_form_find(forms[i], &form) || block_write(&f, form, &out, &err) != WH_OK)
            continue;
        put("witness", wh_buf_span(&out));
        if (i == 1) put_kind("evidence", 2, wh_buf_span(&out));
    }
    wh_buf_done(&out);
    blockfile_close(&f);
}

static void list_seeds(void)
{
    uint8_t buf[200];
    struct rlp_back w;
    wh_span list;
    rlp_back_init(&w, buf, sizeof buf);
    for (unsigned i = 0; i < 2; i++) {
        size_t one = rlp_back_mark(&w);
        rlp_back_u64(&w, 1000 + i);
        rlp_back_string(&w, wh_span_of("twenty bytes address", 20));
        rlp_back_u64(&w, 7);
        rlp_back_u64(&w, i);
        rlp_back_list(&w, one);
    }
    rlp_back_list(&w, 0);
    if (rlp_back_done(&w, &list) != WH_OK) exit(1);
    put_kind("header", 3, list);
    put("rlp", list);
}

/* ---- ABI and JSON ---- */

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
static void fetch_seeds(void)
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

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    folder = argv[1];
    (void)mkdir(folder, 0777);
    for (int i = 2; i < argc; i++)
        block_seeds(argv[i]);
    segment_seeds();
    frontier_seeds();
    for (unsigned i = 0; i < 6; i++)
        trie_seed(2 + 2 * i, i * 11, (uint16_t)(0x1b6d + 977 * i), SOUND);
    trie_seed(2, 0, 1, NO_NIBBLES); /* one of the two is taken out */
    trie_seed(4, 11, 0x1b6d, TWO_EXTENSIONS);
    list_seeds();
    abi_seeds();
    log_seeds(4);
    log_seeds(TREE_ARITY_MAX + 1); /* one too many */
    evidence_seeds();
    json_seeds();
    answer_seeds();
    chain_seeds();
    fetch_seeds();
    return 0;
}
