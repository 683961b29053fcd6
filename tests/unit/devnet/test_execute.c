/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/execute.h"

#include "evm/native/crypto.h"
#include "evm/segment/execute.h"
#include "evm/segment/run.h"
#include "proto/block/blockfile.h"
#include "tests/unit/devnet/harness.h"

/* EXECUTE on the node, with steps of a real block: what is paid, what is refused, what survives. */

#define PRICE 1000000u /* wei per X while the excess is 0 */

/* ---- steps of mainnet block 22615247 ---- */

struct step {
    uint8_t pre[SEG_STATE_SIZE];
    bytes32 input_hash, post_leaf;
    wh_span trace;
    uint64_t x;
};

static struct blockfile block;
static struct blockfile_chain chain;
static struct wh_preimages from_file;
static struct objects made;
static struct wh_arena arena;
static struct step begin_step, long_step; /* long_step: its trace takes two chunks */
static const uint64_t target = 1;

static wh_status get_any(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    (void)ctx;
    if (objects_get(&made, hash, bytes) == WH_OK) return WH_OK;
    return from_file.get(from_file.ctx, kind, hash, bytes);
}

/* Walks the block from BEGIN until a step with a trace of more than one chunk. */
static bool capture_steps(void)
{
    const struct evm_crypto *crypto = wh_native_crypto();
    const struct wh_preimages io = {.get = get_any};
    const struct wh_sink sink = objects_sink(&made);
    uint8_t state[SEG_STATE_SIZE], post_state[SEG_STATE_SIZE];
    memcpy(state, chain.pre, sizeof state);
    for (unsigned i = 0; i < chain.item_count + 1; i++) {
        struct step s = {.input_hash = chain.input_hash};
        memcpy(s.pre, state, sizeof state);
        if (execute_capture(state, target, &chain.input_hash, &io, &arena, crypto, NULL, post_state,
                            &s.post_leaf, &s.trace, &s.x) != WH_OK)
            return false;
        if (i == 0) begin_step = s;
        if (s.trace.len > EXECUTE_CHUNK_MAX) {
            long_step = s;
            printf("# step %u has a trace of %zu bytes\n", i, s.trace.len);
            return true;
        }
        struct seg_result result;
        const struct seg_env env = {
            .preimages = &io, .made = &sink, .arena = &arena, .crypto = crypto};
        if (seg_execute(&env, state, target, &chain.input_hash, post_state, &result) != WH_OK)
            return false;
        memcpy(state, post_state, sizeof state);
    }
    return false;
}

static bool load_steps(const char *root)
{
    char path[4096];
    struct chain_config config;
    struct wh_error err = {0};
    snprintf(path, sizeof path, "%s/tests/data/blocks/mainnet-22615247.json.zst", root);
    const size_t size = (size_t)1 << 30;
    void *memory = malloc(size);
    if (memory == NULL) return false;
    wh_arena_init(&arena, memory, size);
    const bool ok =
        blockfile_open(path, wh_native_crypto(), &block, &err) == WH_OK &&
        blockfile_config(&block, CHAIN_WITNESS_CAP_ETHEREUM, &config) &&
        blockfile_chain_open(&block, &config, wh_native_crypto(), &chain, &err) == WH_OK;
    if (!ok) return false;
    blockfile_chain_preimages(&block, &chain, &from_file);
    return capture_steps();
}

/* ---- calls ---- */

static struct wh_buf input;

static wh_span run_input(const struct step *s, uint64_t x)
{
    uint8_t head[52];
    wh_buf_reset(&input);
    store_be32(head, EXECUTE_SELECTOR_RUN);
    store_be64(head + 4, x);
    store_be64(head + 12, target);
    memcpy(head + 20, s->input_hash.b, 32);
    wh_buf_put(&input, head, sizeof head);
    wh_buf_put(&input, s->pre, sizeof s->pre);
    wh_buf_put(&input, s->trace.ptr, s->trace.len);
    return wh_buf_span(&input);
}

static wh_span chunks_input(const struct step *s, uint64_t x, const bytes32 *chunks, uint16_t n)
{
    uint8_t tail[6];
    run_input(s, x);
    store_be32(input.ptr, EXECUTE_SELECTOR_CHUNKS);
    input.len = 52 + SEG_STATE_SIZE;
    store_be32(tail, (uint32_t)s->trace.len);
    store_be16(tail + 4, n);
    wh_buf_put(&input, tail, sizeof tail);
    wh_buf_put(&input, chunks, (size_t)n * 32);
    return wh_buf_span(&input);
}

static wh_span deposit_input(const address *who)
{
    static uint8_t bytes[24];
    store_be32(bytes, EXECUTE_SELECTOR_DEPOSIT);
    memcpy(bytes + 4, who->b, 20);
    return wh_span_of(bytes, sizeof bytes);
}

static uint64_t balance_of(unsigned account)
{
    const u256 slot = execute_balance_slot(&node->accounts[account].at);
    bytes32 key;
    u256_to_be(&slot, key.b);
    return number_of(ask("eth_getStorageAt", "[\"%s\",\"%s\",\"latest\"]",
                         wh_hex20(&EXECUTE_ADDRESS).s, wh_hex32(&key).s));
}

static void deposit(unsigned account, uint64_t amount)
{
    const u256 value = u256_from_u64(amount);
    const char *hash = send_tx(account, &EXECUTE_ADDRESS, &value,
                               deposit_input(&node->accounts[account].at), 100000);
    CHECK_EQ(status_of(hash), 1);
}

/* eth_call of 0x0101 by account 0: the 128 bytes, or false if the call failed. */
static bool call_execute(wh_span data, uint8_t out[128])
{
    char *text = hex_of(data.ptr, data.len);
    json_t *answer = ask("eth_call", "[{\"from\":\"%s\",\"to\":\"%s\",\"data\":\"%s\"},\"latest\"]",
                         wh_hex20(&node->accounts[0].at).s, wh_hex20(&EXECUTE_ADDRESS).s, text);
    free(text);
    if (json_object_get(answer, "result") == NULL) {
        json_decref(answer);
        return false;
    }
    return wh_hex_parse(result_of(answer), out, 128);
}

static bool all_zero(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] != 0) return false;
    return true;
}

static void check_status_0(wh_span data)
{
    uint8_t out[128];
    CHECK(call_execute(data, out));
    CHECK(all_zero(out, 128));
}

static void check_status_1(const struct step *s, wh_span data)
{
    uint8_t out[128] = {0};
    bytes32 pre_leaf;
    seg_leaf(node->crypto, s->pre, &pre_leaf);
    CHECK(call_execute(data, out));
    CHECK(all_zero(out, 31) && out[31] == 1);
    CHECK_MEM(out + 32, pre_leaf.b, 32);
    CHECK_MEM(out + 64, s->post_leaf.b, 32);
    CHECK(all_zero(out + 96, 24));
    CHECK_EQ(load_be64(out + 120), s->x);
}

/* A contract that hands its calldata to 0x0101 by the given opcode and returns success || output, or
 * reverts with it. It passes the value on where the opcode takes one. */
static address forwarder(uint8_t opcode, bool reverts)
{
    uint8_t code[64];
    size_t n = 9;
    const bool takes_value = opcode == 0xf1 || opcode == 0xf2;
    /* CALLDATASIZE PUSH0 PUSH0 CALLDATACOPY PUSH0 PUSH0 CALLDATASIZE PUSH0 */
    static const uint8_t head[] = {0x36, 0x5f, 0x5f, 0x37, 0x5f, 0x5f, 0x36, 0x5f};
    memcpy(code + n, head, sizeof head);
    n += sizeof head;
    if (takes_value) code[n++] = 0x34; /* CALLVALUE */
    /* PUSH2 0x0101 GAS op PUSH0 MSTORE RETURNDATASIZE PUSH0 PUSH1 32 RETURNDATACOPY
     * RETURNDATASIZE PUSH1 32 ADD PUSH0 RETURN or REVERT */
    const uint8_t tail[] = {0x61, 0x01, 0x01, 0x5a, opcode, 0x5f,
                            0x52, 0x3d, 0x5f, 0x60, 0x20,   0x3e,
                            0x3d, 0x60, 0x20, 0x01, 0x5f,   reverts ? 0xfd : 0xf3};
    memcpy(code + n, tail, sizeof tail);
    n += sizeof tail;
    /* PUSH1 len DUP1 PUSH1 9 PUSH0 CODECOPY PUSH0 RETURN */
    const uint8_t deploy[] = {0x60, (uint8_t)(n - 9), 0x80, 0x60, 0x09, 0x5f, 0x39, 0x5f, 0xf3};
    memcpy(code, deploy, sizeof deploy);
    const char *hash = send_tx(2, NULL, &ZERO, wh_span_of(code, n), 300000);
    json_t *answer = ask("eth_getTransactionReceipt", "[\"%s\"]", hash);
    address at = {{0}};
    const json_t *text = json_object_get(json_object_get(answer, "result"), "contractAddress");
    CHECK(json_is_string(text) && wh_hex_parse(json_string_value(text), at.b, 20));
    json_decref(answer);
    return at;
}

static uint64_t cost(const struct step *s)
{
    return s->x * PRICE;
}

/* ---- tests ---- */

static void test_price__query_by_call_and_static(void)
{
    node_start((size_t)1 << 32);
    const char *got =
        result_of(ask("eth_call", "[{\"to\":\"%s\"},\"latest\"]", wh_hex20(&EXECUTE_ADDRESS).s));
    bytes32 want = {{0}};
    store_be32(want.b + 28, PRICE);
    CHECK(strcmp(got, wh_hex32(&want).s) == 0);
    const address by_static = forwarder(0xfa, false), by_delegate = forwarder(0xf4, false);
    got = result_of(ask("eth_call", "[{\"to\":\"%s\"},\"latest\"]", wh_hex20(&by_static).s));
    CHECK_EQ(strlen(got), 2 + 128);
    CHECK(strcmp(got + 2 + 64, wh_hex32(&want).s + 2) == 0);
    got = result_of(ask("eth_call", "[{\"to\":\"%s\"},\"latest\"]", wh_hex20(&by_delegate).s));
    CHECK_EQ(strlen(got), 2 + 64); /* failed, no output */
    /* value without a deposit's form */
    CHECK_EQ(error_of(ask("eth_call", "[{\"from\":\"%s\",\"to\":\"%s\",\"value\":\"0x1\"}]",
                          wh_hex20(&node->accounts[0].at).s, wh_hex20(&EXECUTE_ADDRESS).s)),
             -32000);
    node_stop();
}

static void test_run__real_step_pays_once(void)
{
    node_start((size_t)1 << 32);
    deposit(0, 3 * cost(&begin_step));
    CHECK_EQ(balance_of(0), 3 * cost(&begin_step));
    check_status_1(&begin_step, run_input(&begin_step, begin_step.x));
    CHECK_EQ(balance_of(0), 3 * cost(&begin_step)); /* eth_call costs nothing */
    const char *hash =
        send_tx(0, &EXECUTE_ADDRESS, &ZERO, run_input(&begin_step, begin_step.x), 16777216);
    CHECK_EQ(status_of(hash), 1);
    CHECK_EQ(balance_of(0), 2 * cost(&begin_step));
    CHECK_EQ(node_head(node)->execute_used, begin_step.x);
    node_stop();
}

static void test_run__paid_whatever_comes(void)
{
    node_start((size_t)1 << 32);
    struct step s = begin_step;
    deposit(0, 100 * cost(&s));
    check_status_0(run_input(&s, s.x + 1));
    check_status_0(run_input(&s, s.x - 1));
    check_status_0(run_input(&s, 50000));
    check_status_0(run_input(&s, 0));
    check_status_0(wh_span_of(run_input(&s, s.x).ptr, input.len - 1)); /* cut */
    run_input(&s, s.x);
    input.ptr[input.len - 1] ^= 1; /* a trace that lies */
    check_status_0(wh_buf_span(&input));
    run_input(&s, s.x);
    input.ptr[52] ^= 1; /* the magic of pre */
    check_status_0(wh_buf_span(&input));
    run_input(&s, s.x);
    store_be64(input.ptr + 12, 0); /* halted: IDLE is not callable */
    check_status_0(wh_buf_span(&input));
    run_input(&s, s.x);
    input.ptr[20] ^= 1; /* another input */
    check_status_0(wh_buf_span(&input));
    check_status_1(&s, run_input(&s, s.x)); /* it remembers nothing of them (T20) */
    /* and the debit stays, in a transaction that succeeds */
    const uint64_t before = balance_of(0);
    const char *hash = send_tx(0, &EXECUTE_ADDRESS, &ZERO, run_input(&s, s.x + 1), 16777216);
    CHECK_EQ(status_of(hash), 1);
    CHECK_EQ(balance_of(0), before - (s.x + 1) * PRICE);
    node_stop();
}

static void test_run__refused_forms_cost_nothing(void)
{
    node_start((size_t)1 << 32);
    const struct step *s = &begin_step;
    uint8_t out[128];
    const u256 one = u256_from_u64(1);
    /* no prepaid balance */
    CHECK(!call_execute(run_input(s, s->x), out));
    CHECK_EQ(status_of(send_tx(0, &EXECUTE_ADDRESS, &ZERO, run_input(s, s->x), 16777216)), 0);
    /* one wei short */
    deposit(0, cost(s) - 1);
    CHECK(!call_execute(run_input(s, s->x), out));
    deposit(0, 1);
    CHECK(call_execute(run_input(s, s->x), out));
    /* value, static, delegated */
    CHECK_EQ(status_of(send_tx(0, &EXECUTE_ADDRESS, &one, run_input(s, s->x), 16777216)), 0);
    static const uint8_t opcodes[] = {0xf2, 0xf4, 0xfa}; /* CALLCODE DELEGATECALL STATICCALL */
    for (unsigned i = 0; i < 3; i++) {
        const address by = forwarder(opcodes[i], false);
        CHECK_EQ(status_of(send_tx(0, &by, &ZERO, run_input(s, s->x), 16777216)), 1);
    }
    /* forms that are none */
    CHECK(!call_execute(wh_span_of("\x57\x48\x00\x04", 4), out));
    CHECK(!call_execute(wh_span_of("\x57\x48\x00", 3), out));
    CHECK(!call_execute(wh_span_of(run_input(s, s->x).ptr, 52 + 1023), out));
    CHECK(!call_execute(wh_span_of(deposit_input(&node->accounts[0].at).ptr, 23), out));
    CHECK_EQ(balance_of(0), cost(s));
    node_stop();
}

/* T31, I31: no revert undoes what a run cost. */
static void test_execute_fee_survives_revert(void)
{
    node_start((size_t)1 << 32);
    const struct step *s = &begin_step;
    const address good = forwarder(0xf1, false), bad = forwarder(0xf1, true);
    deposit(0, 3 * cost(s));
    CHECK_EQ(status_of(send_tx(0, &good, &ZERO, run_input(s, s->x), 16777216)), 1);
    CHECK_EQ(balance_of(0), 2 * cost(s));
    CHECK_EQ(status_of(send_tx(0, &bad, &ZERO, run_input(s, s->x), 16777216)), 0);
    CHECK_EQ(balance_of(0), cost(s));
    CHECK_EQ(node_head(node)->execute_used, s->x);
    /* a deposit is journaled: a revert takes it back */
    const u256 value = u256_from_u64(77);
    CHECK_EQ(status_of(send_tx(0, &bad, &value, deposit_input(&node->accounts[0].at), 200000)), 0);
    CHECK_EQ(balance_of(0), cost(s));
    CHECK_EQ(status_of(send_tx(0, &good, &value, deposit_input(&node->accounts[0].at), 200000)), 1);
    CHECK_EQ(balance_of(0), cost(s) + 77);
    node_stop();
}

/* Two runs in one block share LIMIT; what is used raises the price of later blocks. */
static void test_run__limit_and_price_of_a_block(void)
{
    node_start((size_t)1 << 32);
    const struct step *s = &begin_step;
    deposit(0, UINT64_MAX / 2);
    deposit(1, UINT64_MAX / 2);
    node->config.automine = false;
    run_input(s, EXECUTE_LIMIT); /* a wrong X is paid for all the same */
    char hashes[2][67];
    snprintf(hashes[0], 67, "%s",
             send_tx(0, &EXECUTE_ADDRESS, &ZERO, wh_buf_span(&input), 16777216));
    snprintf(hashes[1], 67, "%s",
             send_tx(1, &EXECUTE_ADDRESS, &ZERO, run_input(s, s->x), 16777216));
    json_decref(ask("evm_mine", "[]"));
    CHECK_EQ(node_head(node)->tx_count, 2);
    CHECK_EQ(status_of(hashes[0]) + status_of(hashes[1]), 1); /* the second finds no room */
    CHECK_EQ(node_head(node)->execute_used, EXECUTE_LIMIT);
    const char *price =
        result_of(ask("eth_call", "[{\"to\":\"%s\"},\"latest\"]", wh_hex20(&EXECUTE_ADDRESS).s));
    CHECK_EQ(strtoull(price + 50, NULL, 16), price_of(EXECUTE_LIMIT - EXECUTE_TARGET).w[0]);
    CHECK(price_of(EXECUTE_TARGET).w[0] > PRICE);
    json_decref(ask("evm_mine", "[]"));
    price =
        result_of(ask("eth_call", "[{\"to\":\"%s\"},\"latest\"]", wh_hex20(&EXECUTE_ADDRESS).s));
    CHECK_EQ(strtoull(price + 50, NULL, 16), PRICE); /* an empty block takes it back */
    node_stop();
}

static wh_span post_chunk(wh_span chunk)
{
    static uint8_t bytes[68 + 100032];
    static const uint8_t selector[4] = {0xba, 0xf9, 0xb3, 0x69};
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, selector, 4);
    bytes[35] = 0x20;
    store_be32(bytes + 64, (uint32_t)chunk.len);
    memcpy(bytes + 68, chunk.ptr, chunk.len);
    return wh_span_of(bytes, 68 + (chunk.len + 31) / 32 * 32);
}

static uint16_t split_trace(const struct step *s, wh_span parts[8], bytes32 hashes[8])
{
    uint16_t n = 0;
    for (size_t at = 0; at < s->trace.len; at += EXECUTE_CHUNK_MAX, n++) {
        const size_t left = s->trace.len - at;
        parts[n] =
            wh_span_of(s->trace.ptr + at, left < EXECUTE_CHUNK_MAX ? left : EXECUTE_CHUNK_MAX);
        node->crypto->keccak256(node->crypto->ctx, parts[n].ptr, parts[n].len, &hashes[n]);
    }
    return n;
}

static void test_chunks__only_canonical_calldata_counts(void)
{
    node_start((size_t)1 << 32);
    const struct step *s = &long_step;
    const address store = node->trace_store;
    wh_span parts[8];
    bytes32 hashes[8];
    const uint16_t n = split_trace(s, parts, hashes);
    CHECK(n >= 2);
    deposit(0, 1000 * cost(s));
    check_status_0(chunks_input(s, s->x, hashes, n)); /* nothing is there */
    const u256 one = u256_from_u64(1);
    for (uint16_t i = 0; i + 1 < n; i++)
        CHECK_EQ(status_of(send_tx(1, &store, &ZERO, post_chunk(parts[i]), 16777216)), 1);
    check_status_0(chunks_input(s, s->x, hashes, n)); /* the last is missing */
    /* value: TraceStore refuses, and the node does not count it */
    CHECK_EQ(status_of(send_tx(1, &store, &one, post_chunk(parts[n - 1]), 16777216)), 0);
    check_status_0(chunks_input(s, s->x, hashes, n));
    /* by another contract: the store knows it, the node's index does not */
    const wh_span inner = post_chunk(parts[n - 1]);
    struct wh_buf creation = {0};
    /* PUSH3 len PUSH1 25 PUSH0 CODECOPY PUSH0 PUSH0 PUSH3 len PUSH0 PUSH0 PUSH4 store GAS CALL STOP */
    uint8_t code[] = {0x62, 0,    0, 0, 0x60, 28, 0x5f, 0x39, 0x5f, 0x5f, 0x62, 0,    0,   0, 0x5f,
                      0x5f, 0x63, 0, 0, 0,    0,  0x5a, 0xf1, 0x5f, 0x52, 0x00, 0x00, 0x00};
    code[1] = code[11] = (uint8_t)(inner.len >> 16);
    code[2] = code[12] = (uint8_t)(inner.len >> 8);
    code[3] = code[13] = (uint8_t)inner.len;
    memcpy(code + 17, store.b + 16, 4);
    wh_buf_put(&creation, code, sizeof code);
    wh_buf_put(&creation, inner.ptr, inner.len);
    const bool fits = creation.len <= 49152; /* init code (EIP-3860) */
    CHECK(fits);
    CHECK_EQ(status_of(send_tx(1, NULL, &ZERO, wh_buf_span(&creation), 16777216)), 1);
    wh_buf_done(&creation);
    json_t *logs =
        ask("eth_getLogs", "[{\"fromBlock\":\"latest\",\"address\":\"%s\"}]", wh_hex20(&store).s);
    CHECK_EQ(json_array_size(json_object_get(logs, "result")), 1); /* Chunk was emitted */
    json_decref(logs);
    check_status_0(chunks_input(s, s->x, hashes, n));
    /* now by a transaction of its own */
    CHECK_EQ(status_of(send_tx(1, &store, &ZERO, post_chunk(parts[n - 1]), 16777216)), 1);
    check_status_1(s, chunks_input(s, s->x, hashes, n));
    /* wrong counts and lengths are paid for */
    check_status_0(chunks_input(s, s->x, hashes, (uint16_t)(n - 1)));
    bytes32 twisted[8];
    memcpy(twisted, hashes, sizeof twisted);
    twisted[0] = hashes[n - 1];
    check_status_0(chunks_input(s, s->x, twisted, n));
    /* a length that does not fit the number of hashes fails */
    uint8_t out[128];
    chunks_input(s, s->x, hashes, n);
    CHECK(!call_execute(wh_span_of(input.ptr, input.len - 1), out));
    /* a reorg takes it away, mining brings it back */
    json_decref(ask("whittle_reorg", "[1]"));
    check_status_0(chunks_input(s, s->x, hashes, n));
    json_decref(ask("evm_mine", "[]"));
    check_status_1(s, chunks_input(s, s->x, hashes, n));
    /* the transaction itself */
    const char *hash =
        send_tx(0, &EXECUTE_ADDRESS, &ZERO, chunks_input(s, s->x, hashes, n), 16777216);
    CHECK_EQ(status_of(hash), 1);
    CHECK_EQ(node_head(node)->execute_used, s->x);
    node_stop();
}

static void test_chunks__not_in_their_own_block_nor_after_8191(void)
{
    node_start((size_t)1 << 32);
    const struct step *s = &begin_step;
    const address store = node->trace_store;
    wh_span parts[8];
    bytes32 hashes[8];
    const uint16_t n = split_trace(s, parts, hashes);
    CHECK_EQ(n, 1);
    deposit(0, 4 * cost(s));
    node->config.automine = false;
    send_tx(0, &store, &ZERO, post_chunk(parts[0]), 16777216);
    send_tx(0, &EXECUTE_ADDRESS, &ZERO, chunks_input(s, s->x, hashes, n), 10000000);
    json_decref(ask("evm_mine", "[]"));
    CHECK_EQ(node_head(node)->tx_count, 2);
    CHECK_EQ(balance_of(0), 3 * cost(s)); /* status 0: the chunk is of this very block */
    json_decref(ask("evm_mine", "[{\"blocks\":8190}]"));
    check_status_1(s, chunks_input(s, s->x, hashes, n));
    json_decref(ask("evm_mine", "[]"));
    check_status_0(chunks_input(s, s->x, hashes, n));
    node_stop();
}

static void test_reorg__takes_the_debit_back(void)
{
    node_start((size_t)1 << 32);
    const struct step *s = &begin_step;
    deposit(0, 2 * cost(s));
    send_tx(0, &EXECUTE_ADDRESS, &ZERO, run_input(s, s->x), 16777216);
    CHECK_EQ(balance_of(0), cost(s));
    json_decref(ask("whittle_reorg", "[1,{\"transactions\":\"drop\"}]"));
    CHECK_EQ(balance_of(0), 2 * cost(s));
    CHECK_EQ(node->pool.count, 0);
    node_stop();
}

/* A run that this machine cannot finish is nobody's fault: no block, and the node stops. */
static void test_run__trouble_stops_the_node(void)
{
    node_start(4096);
    const struct step *s = &begin_step;
    deposit(0, 2 * cost(s));
    const uint64_t head = node->count;
    uint8_t out[128];
    CHECK(!call_execute(run_input(s, s->x), out)); /* a call alone does not stop it */
    CHECK_EQ(node->stopped, WH_OK);
    char *text = hex_of(run_input(s, s->x).ptr, input.len);
    CHECK_EQ(error_of(ask("eth_sendTransaction",
                          "[{\"from\":\"%s\",\"to\":\"%s\",\"gas\":\"0xf00000\",\"data\":\"%s\"}]",
                          wh_hex20(&node->accounts[0].at).s, wh_hex20(&EXECUTE_ADDRESS).s, text)),
             -32603);
    free(text);
    CHECK(node->stopped < 0);
    CHECK_EQ(node->count, head);
    CHECK_EQ(error_of(ask("evm_mine", "[]")), -32603);
    CHECK_EQ(number_of(ask("eth_blockNumber", "[]")), head - 1); /* it still answers */
    node_stop();
}

int main(int argc, char **argv)
{
    if (!load_steps(argc > 1 ? argv[1] : ".")) {
        printf("Bail out! no steps of the block file\n");
        return 1;
    }
    RUN(test_price__query_by_call_and_static);
    RUN(test_run__real_step_pays_once);
    RUN(test_run__paid_whatever_comes);
    RUN(test_run__refused_forms_cost_nothing);
    RUN(test_execute_fee_survives_revert);
    RUN(test_run__limit_and_price_of_a_block);
    RUN(test_chunks__only_canonical_calldata_counts);
    RUN(test_chunks__not_in_their_own_block_nor_after_8191);
    RUN(test_reorg__takes_the_debit_back);
    RUN(test_run__trouble_stops_the_node);
    wh_buf_done(&input);
    objects_done(&made);
    blockfile_chain_close(&chain);
    blockfile_close(&block);
    free(arena.base);
    return tap_done();
}
