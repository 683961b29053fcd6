/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/rpc.h"

#include "tests/unit/devnet/harness.h"

/* Requests of all kinds, good and bad, as they come in one HTTP body. */

static int code_of_body(const char *body)
{
    json_t *answer = post(body, strlen(body));
    const int code =
        (int)json_integer_value(json_object_get(json_object_get(answer, "error"), "code"));
    json_decref(answer);
    return code;
}

static void test_body__malformed(void)
{
    static const struct {
        const char *body;
        int code;
    } rows[] = {
        {"", -32700},
        {" ", -32700},
        {"{", -32700},
        {"nonsense", -32700},
        {"<html>", -32700},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\"}x", -32700},
        {"{\"jsonrpc\":\"2.0\",\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\"}", -32700},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", -32700},
        {"1", -32600},
        {"\"x\"", -32600},
        {"null", -32600},
        {"[]", -32600},
        {"{}", -32600},
        {"{\"id\":1,\"method\":\"eth_chainId\"}", -32600},
        {"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"eth_chainId\"}", -32600},
        {"{\"jsonrpc\":2.0,\"id\":1,\"method\":\"eth_chainId\"}", -32600},
        {"{\"jsonrpc\":\"2.0\",\"id\":1}", -32600},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", -32600},
        {"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"eth_chainId\"}", -32600},
        {"{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"eth_chainId\"}", -32600},
        {"{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"eth_chainId\"}", -32600},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":{}}", -32602},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":\"x\"}", -32602},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":[1]}", -32602},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_nothing\"}", -32601},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\"}", -32601},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainI\\u0064\"}", 0},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":null}", 0},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":[null]}", 0},
    };
    node_start((size_t)1 << 30);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const int code = code_of_body(rows[i].body);
        if (code != rows[i].code) printf("# %s\n", rows[i].body);
        CHECK_EQ(code, rows[i].code);
    }
    /* deep nesting is refused, not followed */
    struct wh_buf deep = {0};
    for (int i = 0; i < 100000; i++)
        wh_buf_str(&deep, "[");
    json_t *answer = post((const char *)deep.ptr, deep.len);
    CHECK(json_object_get(answer, "error") != NULL);
    json_decref(answer);
    wh_buf_done(&deep);
    node_stop();
}

static void test_body__ids_come_back(void)
{
    static const char *const ids[] = {"0", "-5", "\"a\\\"\\u0001\"", "null", "1.5", "\"\""};
    node_start((size_t)1 << 30);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        char body[200];
        const int len =
            snprintf(body, sizeof body,
                     "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"eth_chainId\"}", ids[i]);
        json_t *answer = post(body, (size_t)len), *want = json_loads(ids[i], JSON_DECODE_ANY, NULL);
        CHECK(json_equal(json_object_get(answer, "id"), want));
        CHECK(json_object_get(answer, "result") != NULL);
        json_decref(answer);
        json_decref(want);
    }
    node_stop();
}

static void test_body__batches_and_notifications(void)
{
    node_start((size_t)1 << 30);
    static const char one[] = "{\"jsonrpc\":\"2.0\",\"method\":\"evm_mine\"}";
    CHECK(post(one, sizeof one - 1) == NULL); /* run, not answered */
    CHECK_EQ(node->count, 2);
    static const char batch[] = "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_blockNumber\"},"
                                "{\"jsonrpc\":\"2.0\",\"method\":\"evm_mine\"},7,"
                                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"eth_blockNumber\"},"
                                "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"no\"}]";
    json_t *answer = post(batch, sizeof batch - 1);
    CHECK_EQ(json_array_size(answer), 4);
    const json_t *third = json_array_get(answer, 2);
    CHECK(strcmp(json_string_value(json_object_get(third, "result")), "0x2") == 0);
    CHECK_EQ(json_integer_value(
                 json_object_get(json_object_get(json_array_get(answer, 1), "error"), "code")),
             -32600);
    json_decref(answer);
    static const char silent[] = "[{\"jsonrpc\":\"2.0\",\"method\":\"evm_mine\"}]";
    CHECK(post(silent, sizeof silent - 1) == NULL);
    struct wh_buf large = {0};
    for (unsigned i = 0; i <= RPC_BATCH_MAX; i++)
        wh_buf_str(&large, i == 0 ? "[1" : ",1");
    wh_buf_str(&large, "]");
    answer = post((const char *)large.ptr, large.len);
    CHECK_EQ(error_of(answer), -32600);
    wh_buf_done(&large);
    node_stop();
}

static void test_params__wrong(void)
{
    static const struct {
        const char *method, *params;
        int code;
    } rows[] = {
        {"eth_getBalance", "[]", -32602},
        {"eth_getBalance", "[null]", -32602},
        {"eth_getBalance", "[\"0x12\"]", -32602},
        {"eth_getBalance", "[12]", -32602},
        {"eth_getBalance", "[\"0x00000000000000000000000000000000000000zz\"]", -32602},
        {"eth_getBalance", "[\"0x0000000000000000000000000000000000000001\",\"newest\"]", -32602},
        {"eth_getBalance", "[\"0x0000000000000000000000000000000000000001\",\"0x99\"]", -32000},
        {"eth_getBalance", "[\"0x0000000000000000000000000000000000000001\",{}]", -32602},
        {"eth_getBalance",
         "[\"0x0000000000000000000000000000000000000001\",{\"blockHash\":\"0x12\"}]", -32602},
        {"eth_getBalance", "[\"0x0000000000000000000000000000000000000001\",\"latest\",1]", -32602},
        {"eth_getBlockByNumber", "[\"0x1ffffffffffffffff\",false]", -32602},
        {"eth_getBlockByNumber", "[\"latest\",\"yes\"]", -32602},
        {"eth_getStorageAt", "[\"0x0000000000000000000000000000000000000001\",\"0xq\"]", -32602},
        {"eth_getProof", "[\"0x0000000000000000000000000000000000000001\",\"0x0\"]", -32602},
        {"eth_call", "[\"0x\"]", -32602},
        {"eth_call", "[{\"to\":\"0x1\"}]", -32602},
        {"eth_call", "[{\"data\":\"0x123\"}]", -32602},
        {"eth_call", "[{\"data\":\"0x12\",\"input\":\"0x34\"}]", -32000},
        {"eth_call", "[{\"gasPrice\":\"0x1\",\"maxFeePerGas\":\"0x1\"}]", -32000},
        {"eth_call", "[{\"value\":\"0x1\"}]", -32000},
        {"eth_call", "[{\"gas\":\"0x1\"}]", -32000},
        {"eth_call", "[{\"chainId\":\"0x1\"}]", -32000},
        {"eth_call", "[{},\"latest\",{\"0x0000000000000000000000000000000000000001\":{}}]", -32602},
        {"eth_sendRawTransaction", "[\"0x\"]", -32000},
        {"eth_sendRawTransaction", "[\"0xc0\"]", -32000},
        {"eth_sendRawTransaction", "[\"0x02\"]", -32000},
        {"eth_sendRawTransaction", "[\"02\"]", -32602},
        {"eth_sendTransaction", "[{}]", -32602},
        {"eth_sendTransaction", "[{\"from\":\"0x0000000000000000000000000000000000000001\"}]",
         -32000},
        {"eth_getLogs", "[{\"fromBlock\":\"0x0\",\"toBlock\":\"0x0\",\"topics\":[1]}]", -32602},
        {"eth_getLogs", "[{\"topics\":[null,null,null,null,null]}]", -32602},
        {"eth_getLogs", "[{\"address\":[\"0x1\"]}]", -32602},
        {"eth_getLogs",
         "[{\"blockHash\":"
         "\"0x0000000000000000000000000000000000000000000000000000000000000001\"}]",
         -32000},
        {"eth_getFilterChanges", "[\"0x77\"]", -32000},
        {"eth_feeHistory", "[\"0x1\",\"latest\",[50,20]]", -32000},
        {"eth_feeHistory", "[\"0x1\",\"latest\",[101]]", -32000},
        {"evm_increaseTime", "[-1]", -32602},
        {"evm_increaseTime", "[\"soon\"]", -32602},
        {"evm_setNextBlockTimestamp", "[1]", -32602},
        {"evm_mine", "[{\"blocks\":100000000}]", -32602},
        {"evm_revert", "[]", -32602},
        {"whittle_reorg", "[0]", -32602},
        {"whittle_reorg", "[1]", -32602}, /* genesis stays */
        {"whittle_reorg", "[1,{\"transactions\":\"what\"}]", -32602},
        {"debug_executionWitness", "[\"0x0\"]", -32000},
        {"debug_executionWitness", "[\"0x5\"]", -32000},
    };
    node_start((size_t)1 << 30);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const int code = error_of(ask(rows[i].method, "%s", rows[i].params));
        if (code != rows[i].code) printf("# %s %s\n", rows[i].method, rows[i].params);
        CHECK_EQ(code, rows[i].code);
    }
    CHECK_EQ(node->count, 1);
    node_stop();
}

/* What is not there is null; it is no error. */
static void test_unknown__is_null(void)
{
    static const char hash[] =
        "\"0x00000000000000000000000000000000000000000000000000000000000000ff\"";
    static const char *const methods[] = {
        "eth_getBlockByHash", "eth_getTransactionByHash", "eth_getTransactionReceipt",
        "eth_getBlockTransactionCountByHash", "eth_getBlockReceipts"};
    node_start((size_t)1 << 30);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        json_t *answer = ask(methods[i], "[%s]", hash);
        CHECK(json_is_null(json_object_get(answer, "result")));
        json_decref(answer);
    }
    json_t *answer = ask("eth_getBlockByNumber", "[\"0x99\",false]");
    CHECK(json_is_null(json_object_get(answer, "result")));
    json_decref(answer);
    node_stop();
}

static void test_tags__and_eip1898(void)
{
    node_start((size_t)1 << 30);
    json_decref(ask("evm_mine", "[{\"blocks\":70}]"));
    static const struct {
        const char *tag;
        uint64_t number;
    } rows[] = {{"\"latest\"", 70},   {"\"safe\"", 38},
                {"\"finalized\"", 6}, {"\"earliest\"", 0},
                {"\"pending\"", 71},  {"\"0x11\"", 17},
                {"17", 17},           {"{\"blockNumber\":\"0x3\"}", 3}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *answer = ask("eth_getBlockByNumber", "[%s,false]", rows[i].tag);
        const json_t *n = json_object_get(json_object_get(answer, "result"), "number");
        CHECK_EQ(strtoull(json_string_value(n), NULL, 16), rows[i].number);
        json_decref(answer);
    }
    /* a dropped block: its state can be read, unless it must be canonical */
    const bytes32 gone = node_head(node)->hash;
    json_decref(ask("whittle_reorg", "[2]"));
    const char *who = "0x0000000000000000000000000000000000000001";
    CHECK_EQ(
        error_of(ask("eth_getBalance", "[\"%s\",{\"blockHash\":\"%s\"}]", who, wh_hex32(&gone).s)),
        0);
    CHECK_EQ(
        error_of(ask("eth_getBalance", "[\"%s\",{\"blockHash\":\"%s\",\"requireCanonical\":true}]",
                     who, wh_hex32(&gone).s)),
        -32000);
    node_stop();
}

int main(void)
{
    RUN(test_body__malformed);
    RUN(test_body__ids_come_back);
    RUN(test_body__batches_and_notifications);
    RUN(test_params__wrong);
    RUN(test_unknown__is_null);
    RUN(test_tags__and_eip1898);
    return tap_done();
}
