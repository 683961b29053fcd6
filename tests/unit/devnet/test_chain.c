/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/node.h"

#include "deploy/devnet/build.h"
#include "evm/hash/keccak.h"
#include "evm/mpt/mpt.h"
#include "tests/unit/devnet/harness.h"

/* The chain as its users see it: pool, blocks, snapshots, reorgs, time, logs, witness. */

static const address SOMEONE = {{[19] = 0xaa}};

static const char *pay(unsigned from, uint64_t nonce, uint64_t max_fee, uint64_t tip)
{
    return result_of(ask("eth_sendTransaction",
                         "[{\"from\":\"%s\",\"to\":\"%s\",\"value\":\"0x1\",\"nonce\":\"0x%" PRIx64
                         "\",\"gas\":\"0x5208\",\"maxFeePerGas\":\"0x%" PRIx64
                         "\",\"maxPriorityFeePerGas\":\"0x%" PRIx64 "\"}]",
                         wh_hex20(&node->accounts[from].at).s, wh_hex20(&SOMEONE).s, nonce, max_fee,
                         tip));
}

static uint64_t nonce_of(unsigned account, const char *tag)
{
    return number_of(ask("eth_getTransactionCount", "[\"%s\",\"%s\"]",
                         wh_hex20(&node->accounts[account].at).s, tag));
}

static uint64_t paid(void)
{
    return number_of(ask("eth_getBalance", "[\"%s\",\"latest\"]", wh_hex20(&SOMEONE).s));
}

static const uint64_t gwei = 1000000000;

static void test_pool__nonce_order_and_gaps(void)
{
    node_start((size_t)1 << 30);
    CHECK(*pay(0, 2, 10 * gwei, gwei) != '\0');
    CHECK(*pay(0, 1, 10 * gwei, gwei) != '\0');
    CHECK_EQ(node->count, 1); /* nothing can be mined yet */
    CHECK_EQ(nonce_of(0, "pending"), 0);
    CHECK(*pay(0, 0, 10 * gwei, gwei) != '\0');
    CHECK_EQ(node_head(node)->tx_count, 3);
    CHECK_EQ(nonce_of(0, "latest"), 3);
    CHECK_EQ(paid(), 3);
    CHECK(*pay(0, 1, 11 * gwei, gwei) == '\0'); /* nonce too low */
    CHECK_EQ(node->pool.count, 0);
    node_stop();
}

static void test_pool__replacement_needs_ten_percent(void)
{
    node_start((size_t)1 << 30);
    node->config.automine = false;
    char first[67];
    snprintf(first, sizeof first, "%s", pay(0, 0, 10 * gwei, 10 * gwei));
    CHECK(*pay(0, 0, 10 * gwei, 10 * gwei) == '\0'); /* known */
    CHECK(*pay(0, 0, 11 * gwei - 1, 11 * gwei - 1) == '\0');
    CHECK(*pay(0, 0, 12 * gwei, 11 * gwei - 1) == '\0');
    CHECK_EQ(node->pool.count, 1);
    CHECK(*pay(0, 0, 11 * gwei, 11 * gwei) != '\0');
    CHECK_EQ(node->pool.count, 1);
    CHECK_EQ(nonce_of(0, "pending"), 1);
    json_decref(ask("evm_mine", "[]"));
    CHECK_EQ(node_head(node)->tx_count, 1);
    CHECK(node_head(node)->txs[0]->tx.max_fee.w[0] == 11 * gwei);
    json_t *answer = ask("eth_getTransactionByHash", "[\"%s\"]", first);
    CHECK(json_is_null(json_object_get(answer, "result"))); /* replaced */
    json_decref(answer);
    node_stop();
}

static void test_pool__tips_decide_and_low_fees_wait(void)
{
    node_start((size_t)1 << 30);
    node->config.automine = false;
    pay(0, 0, 20 * gwei, 1 * gwei);
    pay(1, 0, 20 * gwei, 3 * gwei);
    pay(2, 0, gwei / 2, gwei / 2); /* below the base fee */
    pay(0, 1, 20 * gwei, 9 * gwei);
    json_decref(ask("evm_mine", "[]"));
    const struct block *b = node_head(node);
    CHECK_EQ(b->tx_count, 3);
    CHECK(b->tx_count == 3 && address_eq(&b->txs[0]->sender, &node->accounts[1].at) &&
          b->txs[1]->tx.nonce == 0 && b->txs[2]->tx.nonce == 1);
    CHECK_EQ(node->pool.count, 1);
    json_decref(ask("evm_mine", "[{\"blocks\":8}]")); /* the base fee falls */
    CHECK_EQ(node->pool.count, 0);
    CHECK_EQ(paid(), 4);
    node_stop();
}

static void test_pool__refusals(void)
{
    node_start((size_t)1 << 30);
    const char *from = strdup(wh_hex20(&node->accounts[0].at).s);
    static const char *const fields[] = {
        "\"gas\":\"0x5207\"",                                                    /* intrinsic gas */
        "\"gas\":\"0x1000001\"",                                                 /* EIP-7825 */
        "\"gas\":\"0x5208\",\"value\":\"0x1000000000000000000000000000000000\"", /* funds */
        "\"gas\":\"0x5208\",\"maxFeePerGas\":\"0x1\",\"maxPriorityFeePerGas\":\"0x2\"",
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        CHECK_EQ(error_of(ask("eth_sendTransaction", "[{\"from\":\"%s\",\"to\":\"%s\",%s}]", from,
                              wh_hex20(&SOMEONE).s, fields[i])),
                 -32000);
    CHECK_EQ(node->pool.count, 0);
    CHECK_EQ(node->count, 1);
    free((void *)(uintptr_t)from);
    node_stop();
}

static void test_reorg__to_the_pool_and_back(void)
{
    node_start((size_t)1 << 30);
    char hashes[4][67];
    for (unsigned i = 0; i < 4; i++)
        snprintf(hashes[i], 67, "%s", pay(0, i, 10 * gwei, gwei));
    CHECK_EQ(node->count, 5);
    const bytes32 old = node->canon[3]->hash;
    json_decref(ask("whittle_reorg", "[3]"));
    CHECK_EQ(node->count, 2);
    CHECK_EQ(node->pool.count, 3);
    CHECK_EQ(status_of(hashes[0]), 1);
    CHECK_EQ(status_of(hashes[1]), -1);
    CHECK_EQ(nonce_of(0, "latest"), 1);
    CHECK_EQ(nonce_of(0, "pending"), 4);
    CHECK_EQ(paid(), 1);
    json_decref(ask("evm_mine", "[]"));
    CHECK_EQ(node_head(node)->tx_count, 3);
    CHECK_EQ(paid(), 4);
    CHECK_EQ(status_of(hashes[3]), 1);
    json_decref(ask("evm_mine", "[]"));
    CHECK(!bytes32_eq(&node->canon[3]->hash, &old)); /* another branch, other hashes */
    json_decref(ask("whittle_reorg", "[2,{\"transactions\":\"drop\",\"mine\":5}]"));
    CHECK_EQ(node->count, 7);
    CHECK_EQ(paid(), 1);
    CHECK_EQ(status_of(hashes[3]), -1);
    node_stop();
}

static void test_snapshot__and_revert(void)
{
    node_start((size_t)1 << 30);
    pay(0, 0, 10 * gwei, gwei);
    json_decref(ask("evm_increaseTime", "[\"0x64\"]"));
    const int64_t ahead = node->clock_ahead;
    CHECK_EQ(number_of(ask("evm_snapshot", "[]")), 1);
    pay(0, 1, 10 * gwei, gwei);
    CHECK_EQ(number_of(ask("evm_snapshot", "[]")), 2);
    json_decref(ask("evm_increaseTime", "[500]"));
    pay(0, 2, 10 * gwei, gwei);
    json_t *answer = ask("evm_revert", "[\"0x1\"]");
    CHECK(json_is_true(json_object_get(answer, "result")));
    json_decref(answer);
    CHECK_EQ(node->count, 2);
    CHECK_EQ(paid(), 1);
    CHECK_EQ(node->clock_ahead, ahead);
    answer = ask("evm_revert", "[\"0x2\"]"); /* gone with the first */
    CHECK(json_is_false(json_object_get(answer, "result")));
    json_decref(answer);
    CHECK(*pay(0, 1, 10 * gwei, gwei) != '\0');
    node_stop();
}

static void test_time__moves_forward_alone(void)
{
    node_start((size_t)1 << 30);
    json_decref(ask("evm_mine", "[]"));
    const uint64_t t = node_head(node)->head.timestamp;
    json_decref(ask("evm_increaseTime", "[1000]"));
    json_decref(ask("evm_mine", "[]"));
    CHECK(node_head(node)->head.timestamp >= t + 1000);
    const uint64_t at = node_head(node)->head.timestamp + 50;
    json_decref(ask("evm_setNextBlockTimestamp", "[%" PRIu64 "]", at));
    json_decref(ask("evm_mine", "[]"));
    CHECK_EQ(node_head(node)->head.timestamp, at);
    json_decref(ask("evm_mine", "[{\"blocks\":3}]"));
    CHECK_EQ(node_head(node)->head.timestamp, at + 3); /* never twice the same */
    CHECK_EQ(error_of(ask("evm_setNextBlockTimestamp", "[%" PRIu64 "]", at)), -32602);
    node_stop();
}

/* init code that stores `runtime` (at most 32 bytes) as the contract's code. */
static address deploy(wh_span runtime)
{
    uint8_t code[64] = {0x60, (uint8_t)runtime.len, 0x80, 0x60, 0x09, 0x5f, 0x39, 0x5f, 0xf3};
    memcpy(code + 9, runtime.ptr, runtime.len);
    const char *hash = send_tx(1, NULL, &ZERO, wh_span_of(code, 9 + runtime.len), 200000);
    json_t *answer = ask("eth_getTransactionReceipt", "[\"%s\"]", hash);
    address at = {{0}};
    const json_t *text = json_object_get(json_object_get(answer, "result"), "contractAddress");
    CHECK(json_is_string(text) && wh_hex_parse(json_string_value(text), at.b, 20));
    json_decref(answer);
    return at;
}

static size_t count_logs(const char *filter)
{
    json_t *answer = ask("eth_getLogs", "[%s]", filter);
    const size_t n = json_array_size(json_object_get(answer, "result"));
    json_decref(answer);
    return n;
}

static void test_logs__ranges_topics_and_filters(void)
{
    node_start((size_t)1 << 30);
    /* log1(data = calldata, topic = calldataload(0)) */
    static const uint8_t runtime[] = {0x36, 0x5f, 0x5f, 0x37, 0x5f, 0x35, 0x36, 0x5f, 0xa1, 0x00};
    const address at = deploy(wh_span_of(runtime, sizeof runtime));
    json_t *answer = ask("eth_newFilter", "[{\"address\":\"%s\"}]", wh_hex20(&at).s);
    char id[20], filter[600];
    snprintf(id, sizeof id, "%s", json_string_value(json_object_get(answer, "result")));
    json_decref(answer);
    bytes32 word = {{0}};
    for (uint8_t i = 1; i <= 3; i++) {
        word.b[31] = i;
        CHECK_EQ(status_of(send_tx(1, &at, &ZERO, wh_span_of(word.b, 32), 100000)), 1);
    }
    snprintf(filter, sizeof filter, "{\"fromBlock\":\"earliest\",\"address\":\"%s\"}",
             wh_hex20(&at).s);
    CHECK_EQ(count_logs(filter), 3);
    word.b[31] = 2;
    snprintf(filter, sizeof filter, "{\"fromBlock\":\"0x0\",\"topics\":[[\"%s\"]]}",
             wh_hex32(&word).s);
    CHECK_EQ(count_logs(filter), 1);
    CHECK_EQ(count_logs("{\"fromBlock\":\"0x0\",\"topics\":[null]}"), 3);
    CHECK_EQ(count_logs("{\"fromBlock\":\"0x0\",\"topics\":[null,null]}"), 3);
    CHECK_EQ(count_logs("{\"fromBlock\":\"0x2\",\"toBlock\":\"0x3\"}"), 2);
    CHECK_EQ(count_logs("{}"), 1); /* the latest block */
    CHECK_EQ(count_logs("{\"fromBlock\":\"0x50\"}"), 0);
    snprintf(filter, sizeof filter, "{\"blockHash\":\"%s\"}", wh_hex32(&node->canon[3]->hash).s);
    CHECK_EQ(count_logs(filter), 1);
    snprintf(filter, sizeof filter, "{\"fromBlock\":\"0x0\",\"address\":[\"%s\"]}",
             wh_hex20(&SOMEONE).s);
    CHECK_EQ(count_logs(filter), 0);
    for (int i = 0; i < 2; i++) { /* told once */
        answer = ask("eth_getFilterChanges", "[\"%s\"]", id);
        CHECK_EQ(json_array_size(json_object_get(answer, "result")), i == 0 ? 3 : 0);
        json_decref(answer);
    }
    answer = ask("eth_getFilterLogs", "[\"%s\"]", id);
    CHECK_EQ(json_array_size(json_object_get(answer, "result")), 3); /* from where it was made */
    json_decref(answer);
    answer = ask("eth_uninstallFilter", "[\"%s\"]", id);
    CHECK(json_is_true(json_object_get(answer, "result")));
    json_decref(answer);
    CHECK_EQ(error_of(ask("eth_getFilterChanges", "[\"%s\"]", id)), -32000);
    node_stop();
}

/* ---- witness: a block runs again on what the witness holds alone ---- */

struct served {
    struct objects objects;
};

static void take_hex_list(struct served *s, const json_t *list)
{
    size_t i;
    const json_t *v;
    json_array_foreach(list, i, v)
    {
        const size_t len = (json_string_length(v) - 2) / 2;
        uint8_t *bytes = malloc(len + 1);
        bytes32 hash;
        if (bytes == NULL || !wh_hex_parse(json_string_value(v), bytes, len)) CHECK(false);
        keccak256(bytes, len, &hash);
        CHECK_EQ(objects_put(&s->objects, &hash, wh_span_of(bytes, len)), WH_OK);
        free(bytes);
    }
}

static void test_witness__suffices_and_holds_nothing_else(void)
{
    node_start((size_t)1 << 30);
    /* sstore(calldataload(0), calldataload(32)); blockhash(number - 3) is read */
    static const uint8_t runtime[] = {0x60, 0x20, 0x35, 0x5f, 0x35, 0x55, 0x60,
                                      0x03, 0x43, 0x03, 0x40, 0x50, 0x00};
    const address at = deploy(wh_span_of(runtime, sizeof runtime));
    json_decref(ask("evm_mine", "[{\"blocks\":4}]"));
    uint8_t words[64] = {0};
    for (uint8_t i = 0; i < 20; i++) {
        words[31] = i;
        words[63] = 1;
        send_tx(1, &at, &ZERO, wh_span_of(words, 64), 100000);
    }
    words[31] = 7;
    words[63] = 0; /* a delete: a branch may collapse */
    send_tx(1, &at, &ZERO, wh_span_of(words, 64), 100000);
    struct block *b = node_head(node);
    json_t *answer = ask("debug_executionWitness", "[\"latest\"]");
    const json_t *w = json_object_get(answer, "result");
    CHECK_EQ(json_array_size(json_object_get(w, "headers")), 3); /* parent .. number - 3 */
    CHECK(json_array_size(json_object_get(w, "keys")) > 6);
    struct served s = {0};
    take_hex_list(&s, json_object_get(w, "state"));
    take_hex_list(&s, json_object_get(w, "codes"));
    CHECK_EQ(s.objects.count, json_array_size(json_object_get(w, "state")) +
                                  json_array_size(json_object_get(w, "codes")));
    const size_t all = node->objects.count;
    CHECK(s.objects.count < all / 2);
    /* the node's own objects are taken away: the block must run on the witness */
    const struct objects own = node->objects;
    node->objects = s.objects;
    struct build_witness again = {0};
    CHECK_EQ(build_again(node, b, &again), WH_OK);
    CHECK_EQ(again.objects.count, s.objects.count);
    build_witness_done(&again);
    s.objects = node->objects;
    node->objects = own;
    objects_done(&s.objects);
    json_decref(answer);
    node_stop();
}

/* ---- proofs ---- */

static wh_status from_objects(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *out)
{
    (void)kind;
    return objects_get(ctx, hash, out);
}

static void test_proof__leads_to_the_state_root(void)
{
    node_start((size_t)1 << 30);
    for (unsigned i = 0; i < 5; i++)
        pay(0, i, 10 * gwei, gwei);
    const address absent = {{0xde, 0xad}};
    const address *who[] = {&node->accounts[0].at, &SOMEONE, &absent, &EXECUTE_ADDRESS};
    static uint8_t memory[1 << 20];
    for (unsigned i = 0; i < 4; i++) {
        struct served s = {0};
        struct wh_arena arena;
        struct mpt_pool pool;
        struct mpt trie;
        bytes32 key;
        wh_span value = {0};
        const struct wh_preimages io = {.ctx = &s.objects, .get = from_objects};
        json_t *answer = ask("eth_getProof", "[\"%s\",[\"0x0\"],\"latest\"]", wh_hex20(who[i]).s);
        take_hex_list(&s, json_object_get(json_object_get(answer, "result"), "accountProof"));
        wh_arena_init(&arena, memory, sizeof memory);
        mpt_pool_init(&pool, &arena, &io, node->crypto);
        CHECK_EQ(mpt_open(&trie, &pool, &node_head(node)->head.state_root), WH_OK);
        keccak256(who[i]->b, 20, &key);
        CHECK_EQ(mpt_get(&trie, &key, &value), WH_OK); /* the proof alone answers */
        CHECK_EQ(value.len == 0, who[i] == &absent);
        json_decref(answer);
        objects_done(&s.objects);
    }
    node_stop();
}

int main(void)
{
    RUN(test_pool__nonce_order_and_gaps);
    RUN(test_pool__replacement_needs_ten_percent);
    RUN(test_pool__tips_decide_and_low_fees_wait);
    RUN(test_pool__refusals);
    RUN(test_reorg__to_the_pool_and_back);
    RUN(test_snapshot__and_revert);
    RUN(test_time__moves_forward_alone);
    RUN(test_logs__ranges_topics_and_filters);
    RUN(test_witness__suffices_and_holds_nothing_else);
    RUN(test_proof__leads_to_the_state_root);
    return tap_done();
}
