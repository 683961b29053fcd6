/* SPDX-License-Identifier: MIT */
/* The client against a stub node that answers whatever a test tells it to. */
#include "proto/l1/rpc.h"

#include <stdlib.h>
#include <unistd.h>

#include "proto/sys/hex.h"
#include "proto/sys/http.h"
#include "proto/sys/json.h"
#include "proto/sys/log.h"
#include "tests/tap.h"

/* The stub: raw text, or a result put into a right answer; %I in raw text is the request's id. */
struct stub {
    struct wh_http *http;
    const char *raw;    /* whole body */
    const char *result; /* JSON of the result */
    unsigned status;
    unsigned calls;
    size_t fill; /* answer with that many bytes of blanks */
    /* eth_getLogs: ranges wider than this are refused; 0: no bound */
    uint64_t max_range;
    char url[64];
};
static struct stub stubs[2];

static void put_one(struct stub *s, const json_t *req, struct wh_buf *out)
{
    json_int_t id = json_integer_value(json_object_get(req, "id"));
    const char *method = json_string_value(json_object_get(req, "method"));
    if (s->max_range && strcmp(method, "eth_getLogs") == 0) {
        const json_t *q = json_array_get(json_object_get(req, "params"), 0);
        u256 a, b;
        CHECK(wh_quantity_parse(json_string_value(json_object_get(q, "fromBlock")), &a));
        CHECK(wh_quantity_parse(json_string_value(json_object_get(q, "toBlock")), &b));
        if (b.w[0] - a.w[0] + 1 > s->max_range) {
            wh_buf_printf(out,
                          "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":-32602,"
                          "\"message\":\"block range\"}}",
                          (long long)id);
            return;
        }
        /* one log in the first block of each range */
        wh_buf_printf(out,
                      "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":[{\"address\":\"0x%040x\","
                      "\"blockNumber\":\"0x%llx\",\"blockHash\":\"0x%064x\",\"transactionHash\":"
                      "\"0x%064x\",\"transactionIndex\":\"0x0\",\"logIndex\":\"0x0\",\"topics\":[],"
                      "\"data\":\"0x%02x\"}]}",
                      (long long)id, 5, (unsigned long long)a.w[0], 1, 2, (unsigned)a.w[0] & 255);
        return;
    }
    wh_buf_printf(out, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":%s}", (long long)id, s->result);
}

static void serve(void *ctx, const struct wh_http_request *req, struct wh_http_reply *reply)
{
    struct stub *s = ctx;
    s->calls++;
    if (s->status) reply->status = s->status;
    if (s->fill) {
        uint8_t *p = wh_buf_grow(&reply->body, s->fill);
        memset(p, ' ', s->fill);
        return;
    }
    json_t *v = json_loadb((const char *)req->body.ptr, req->body.len, 0, NULL);
    if (s->raw) {
        const char *p = strstr(s->raw, "%I");
        if (p == NULL) {
            wh_buf_str(&reply->body, s->raw);
        } else {
            wh_buf_put(&reply->body, s->raw, (size_t)(p - s->raw));
            wh_buf_printf(&reply->body, "%lld%s",
                          (long long)json_integer_value(json_object_get(v, "id")), p + 2);
        }
    } else if (json_is_array(v)) {
        wh_buf_str(&reply->body, "[");
        for (size_t i = json_array_size(v); i-- > 0;) { /* any order is right */
            put_one(s, json_array_get(v, i), &reply->body);
            if (i) wh_buf_str(&reply->body, ",");
        }
        wh_buf_str(&reply->body, "]");
    } else {
        put_one(s, v, &reply->body);
    }
    json_decref(v);
}

static struct l1_rpc *open_client(size_t n, unsigned quorum)
{
    const char *urls[2];
    for (size_t i = 0; i < n; i++) {
        struct wh_http *keep = stubs[i].http;
        char url[64];
        memcpy(url, stubs[i].url, sizeof url);
        memset(&stubs[i], 0, sizeof stubs[i]);
        stubs[i].http = keep;
        memcpy(stubs[i].url, url, sizeof url);
        stubs[i].result = "\"0x1\"";
        urls[i] = stubs[i].url;
    }
    struct l1_rpc *r = NULL;
    struct l1_rpc_config c = {.urls = urls, .url_count = n, .quorum = quorum, .max_body = 20000};
    c.timeout_ms = 2000;
    CHECK(l1_rpc_open(&r, &c, NULL) == WH_OK);
    return r;
}

static void refused(const char *raw, enum wh_err code)
{
    struct l1_rpc *r = open_client(1, 1);
    struct wh_error err = {0};
    uint64_t id = 77;
    stubs[0].raw = raw;
    wh_status st = l1_chain_id(r, &id, &err);
    CHECK(st < 0);
    if (err.code != code) printf("# %.60s: %s %s\n", raw, wh_err_id(err.code), err.what);
    CHECK_EQ(err.code, code);
    CHECK_EQ(err.exit_code, 4);
    CHECK_EQ(id, 77);
    l1_rpc_close(r);
}

static void test_rpc__malformed_answers(void)
{
    refused("<html>502</html>", WH_ERR_RPC_JSON);
    refused("", WH_ERR_RPC_JSON);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I,\"resu", WH_ERR_RPC_JSON);
    refused("[]", WH_ERR_RPC_FORM);
    refused("7", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"2.0\",\"id\":999999,\"result\":\"0x1\"}", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"2.0\",\"result\":\"0x1\"}", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"2.0\",\"id\":\"%I\",\"result\":\"0x1\"}", WH_ERR_RPC_FORM);
    refused("{\"id\":%I,\"result\":\"0x1\"}", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"1.0\",\"id\":%I,\"result\":\"0x1\"}", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I}", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I,\"result\":\"0x1\",\"error\":{}}", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I,\"error\":\"no\"}", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I,\"error\":{\"code\":1}}", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I,\"result\":null}", WH_ERR_RPC_NULL);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I,\"result\":1}", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I,\"result\":\"1\"}", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I,\"result\":\"0x01\"}", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I,\"result\":{}}", WH_ERR_RPC_FORM);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I,\"error\":{\"code\":-32601,\"message\":\"no method\"}}",
            WH_ERR_RPC_ERROR);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I,\"error\":{\"code\":-32005,\"message\":\"x\"}}",
            WH_ERR_RPC_LIMIT);
    refused("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"parse\"}}",
            WH_ERR_RPC_ERROR);
    refused("{\"jsonrpc\":\"2.0\",\"id\":%I,\"error\":{\"code\":-32000,\"message\":"
            "\"header not found\"}}",
            WH_ERR_RPC_PRUNED);
}

static void test_rpc__http_trouble(void)
{
    struct l1_rpc *r = open_client(1, 1);
    struct wh_error err = {0};
    uint64_t id;
    stubs[0].status = 503;
    CHECK(l1_chain_id(r, &id, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_RPC_HTTP);
    stubs[0].status = 429;
    CHECK(l1_chain_id(r, &id, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_RPC_LIMIT);
    stubs[0].status = 0;
    stubs[0].fill = 30000;
    CHECK(l1_chain_id(r, &id, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_RPC_SIZE);
    stubs[0].fill = 0;
    CHECK(l1_chain_id(r, &id, &err) == WH_OK && id == 1);
    l1_rpc_close(r);
    const char *nobody[] = {"http://127.0.0.1:1"}; /* nothing listens there */
    struct l1_rpc_config c = {.urls = nobody, .url_count = 1};
    CHECK(l1_rpc_open(&r, &c, &err) == WH_OK);
    CHECK(l1_chain_id(r, &id, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_RPC_CONNECT);
    l1_rpc_close(r);
}

static void test_rpc__chain_and_quorum(void)
{
    struct l1_rpc *r = open_client(2, 2);
    struct wh_error err = {0};
    CHECK(l1_rpc_check_chain(r, 1, &err) == WH_OK);
    CHECK(l1_rpc_check_chain(r, 2, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_RPC_CHAIN);
    stubs[1].result = "\"0x2\""; /* the second endpoint alone is on another chain */
    CHECK(l1_rpc_check_chain(r, 1, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_RPC_CHAIN);
    stubs[1].status = 500; /* one of two answers: no quorum of 2 */
    CHECK(l1_rpc_check_chain(r, 1, &err) < 0);

    bytes32 h = {{0}};
    h.b[31] = 7;
    static const char seven[] =
        "{\"hash\":\"0x0000000000000000000000000000000000000000000000000000000000000007\"}";
    static const char eight[] =
        "{\"hash\":\"0x0000000000000000000000000000000000000000000000000000000000000008\"}";
    stubs[0].result = stubs[1].result = seven;
    CHECK(l1_quorum_hash(r, 9, &h, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_RPC_QUORUM);
    stubs[1].status = 0;
    CHECK(l1_quorum_hash(r, 9, &h, &err) == WH_OK);
    stubs[1].result = eight;
    CHECK(l1_quorum_hash(r, 9, &h, &err) < 0);
    CHECK(strstr(err.what, "endpoint #2") != NULL);
    stubs[1].result = "null";
    CHECK(l1_quorum_hash(r, 9, &h, &err) < 0);
    l1_rpc_close(r);
}

static void test_rpc__fail_over(void)
{
    struct l1_rpc *r = open_client(2, 1);
    struct wh_error err = {0};
    uint64_t id = 0;
    stubs[0].raw = "<html>";
    stubs[1].result = "\"0x5\"";
    CHECK(l1_chain_id(r, &id, &err) == WH_OK && id == 5);
    unsigned first = stubs[0].calls;
    CHECK(l1_chain_id(r, &id, &err) == WH_OK);
    CHECK_EQ(stubs[0].calls, first); /* it stays with the one that works */
    /* an error object is the node's word: nobody else is asked */
    stubs[1].raw = "{\"jsonrpc\":\"2.0\",\"id\":%I,\"error\":{\"code\":3,\"message\":\"execution "
                   "reverted\",\"data\":\"0x0badf00d\"}}";
    address a = {{1}};
    struct wh_buf out = {0};
    struct l1_at at = L1_AT_LATEST;
    CHECK(l1_call(r, NULL, &a, (wh_span){NULL, 0}, &at, &out, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_RPC_REVERT);
    CHECK_EQ(l1_rpc_fault(r)->data.len, 4);
    CHECK_EQ(stubs[0].calls, first);
    wh_buf_done(&out);
    l1_rpc_close(r);
}

static void test_rpc__no_code_at_an_address(void)
{
    struct l1_rpc *r = open_client(1, 1);
    struct wh_error err = {0};
    address a = {{1}};
    stubs[0].result = "\"0x\"";
    CHECK(l1_check_code(r, &a, "Game", &err) < 0);
    CHECK_EQ(err.code, WH_ERR_CFG_NOCODE);
    CHECK_EQ(err.exit_code, 3);
    stubs[0].result = "\"0x60\"";
    CHECK(l1_check_code(r, &a, "Game", &err) == WH_OK);
    l1_rpc_close(r);
}

static void test_rpc__logs_halve_and_check(void)
{
    struct l1_rpc *r = open_client(1, 1);
    struct wh_error err = {0};
    address a = {{[19] = 5}}, b = {{[19] = 6}};
    struct l1_logs logs = {0};
    stubs[0].max_range = 10;
    CHECK(l1_get_logs(r, 100, 199, &a, 1, &logs, &err) == WH_OK);
    CHECK(logs.count >= 10 && logs.count < 40);
    CHECK_EQ(logs.v[0].block_number, 100);
    for (size_t i = 0; i < logs.count; i++)
        CHECK(logs.v[i].data.len == 1 && logs.v[i].data.ptr[0] == (logs.v[i].block_number & 255));
    size_t n = logs.count;
    CHECK(l1_get_logs(r, 100, 105, &b, 1, &logs, &err) < 0); /* a log of a foreign address */
    CHECK_EQ(err.code, WH_ERR_RPC_FORM);
    CHECK_EQ(logs.count, n);
    stubs[0].max_range = 0;
    stubs[0].result = "null";
    CHECK(l1_get_logs(r, 1, 2, &a, 1, &logs, &err) < 0); /* null is not "no logs" */
    CHECK_EQ(err.code, WH_ERR_RPC_NULL);
    stubs[0].result = "[]";
    CHECK(l1_get_logs(r, 1, 2, &a, 1, &logs, &err) == WH_OK);
    CHECK_EQ(logs.count, n);
    l1_logs_done(&logs);
    l1_rpc_close(r);
}

static void test_rpc__blocks_and_batches(void)
{
    struct l1_rpc *r = open_client(1, 1);
    struct wh_error err = {0};
    static const char block[] =
        "{\"number\":\"0x9\",\"hash\":\"0x0000000000000000000000000000000000000000000000000000000"
        "000000007\",\"parentHash\":\"0x00000000000000000000000000000000000000000000000000000000"
        "00000006\",\"stateRoot\":\"0x00000000000000000000000000000000000000000000000000000000000"
        "00005\",\"timestamp\":\"0x64\",\"gasLimit\":\"0x1c9c380\",\"gasUsed\":\"0x0\","
        "\"baseFeePerGas\":\"0x7\"}";
    stubs[0].result = block;
    struct l1_at at = l1_at_number(9);
    struct l1_block b;
    bool found = false;
    CHECK(l1_block_at(r, &at, &b, &found, &err) == WH_OK && found);
    CHECK_EQ(b.timestamp, 100);
    at = l1_at_number(10); /* the node answers with another block */
    CHECK(l1_block_at(r, &at, &b, &found, &err) < 0);
    stubs[0].result = "null";
    CHECK(l1_block_at(r, &at, &b, &found, &err) == WH_OK && !found);

    json_t *params[50], *results[50];
    for (int i = 0; i < 50; i++)
        params[i] = json_array();
    stubs[0].result = "\"0x1\"";
    unsigned calls = stubs[0].calls;
    CHECK(l1_rpc_batch(r, "x", 50, params, results, &err) == WH_OK);
    CHECK_EQ(stubs[0].calls - calls, 3); /* 20 + 20 + 10 */
    for (int i = 0; i < 50; i++)
        json_decref(results[i]);
    stubs[0].raw = "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}]";
    for (int i = 0; i < 3; i++)
        params[i] = json_array();
    CHECK(l1_rpc_batch(r, "x", 3, params, results, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_RPC_FORM);
    l1_rpc_close(r);
}

static void test_rpc__send_raw(void)
{
    struct l1_rpc *r = open_client(1, 1);
    struct wh_error err = {0};
    bytes32 h = {{[31] = 9}};
    wh_span raw = wh_span_of("\x02\x01", 2);
    stubs[0].result = "\"0x0000000000000000000000000000000000000000000000000000000000000009\"";
    CHECK(l1_send_raw(r, raw, &h, &err) == WH_OK);
    stubs[0].result = "\"0x0000000000000000000000000000000000000000000000000000000000000008\"";
    CHECK(l1_send_raw(r, raw, &h, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_RPC_FORM);
    stubs[0].raw =
        "{\"jsonrpc\":\"2.0\",\"id\":%I,\"error\":{\"code\":-32000,\"message\":\"already "
        "known\"}}";
    CHECK(l1_send_raw(r, raw, &h, &err) == WH_OK);
    stubs[0].raw =
        "{\"jsonrpc\":\"2.0\",\"id\":%I,\"error\":{\"code\":-32000,\"message\":\"insufficient"
        " funds for gas\"}}";
    CHECK(l1_send_raw(r, raw, &h, &err) < 0);
    CHECK_EQ(err.exit_code, 9);
    stubs[0].raw =
        "{\"jsonrpc\":\"2.0\",\"id\":%I,\"error\":{\"code\":-32000,\"message\":\"nonce too "
        "low\"}}";
    CHECK(l1_send_raw(r, raw, &h, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_TX_REFUSED);
    CHECK(strcmp(l1_rpc_fault(r)->message, "nonce too low") == 0);
    l1_rpc_close(r);
}

/* Answers with changed bytes, served without a network: refused, or read as what they say. */
static struct wh_buf damaged;

static wh_status serve_damaged(void *ctx, const char *url, wh_span body, size_t max_reply,
                               long *http_status, struct wh_buf *reply, struct wh_error *err)
{
    (void)ctx, (void)url, (void)body, (void)max_reply, (void)err;
    wh_buf_put(reply, damaged.ptr, damaged.len);
    *http_status = 200;
    return WH_OK;
}

static void test_rpc__damaged_answers(void)
{
    static const char good[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[{\"address\":"
        "\"0x0500000000000000000000000000000000"
        "000000\",\"blockNumber\":\"0x9\",\"blockHash\":"
        "\"0x000000000000000000000000000000000000000000"
        "0000000000000000000007\",\"transactionHash\":"
        "\"0x00000000000000000000000000000000000000000000"
        "00000000000000000008\",\"transactionIndex\":\"0x0\",\"logIndex\":\"0x2\",\"topics\":["
        "\"0x00000000"
        "00000000000000000000000000000000000000000000000000000009\"],\"data\":\"0x0102\"}]}";
    const char *url[] = {"http://fake"};
    address a = {{5}};
    uint32_t seed = 12345;
    unsigned taken = 0, refused_count = 0;
    for (unsigned round = 0; round < 4000; round++) {
        struct l1_rpc_config c = {.urls = url, .url_count = 1, .transport = serve_damaged};
        struct l1_rpc *r = NULL;
        struct l1_logs logs = {0};
        struct wh_error err = {0};
        CHECK(l1_rpc_open(&r, &c, NULL) == WH_OK);
        wh_buf_reset(&damaged);
        wh_buf_put(&damaged, good, sizeof good - 1);
        for (unsigned k = 0; k < round % 3 + (round > 0); k++) {
            seed = seed * 1664525 + 1013904223;
            size_t at = (seed >> 8) % damaged.len;
            if (round % 5 == 0)
                damaged.len = at; /* cut */
            else
                damaged.ptr[at] =
                    (uint8_t)(round % 2 ? seed >> 24 : damaged.ptr[at] ^ 1u << (seed & 7));
            if (damaged.len == 0) break;
        }
        wh_status st = l1_get_logs(r, 9, 9, &a, 1, &logs, &err);
        if (st == WH_OK) {
            taken++;
            CHECK(logs.count <= 1);
            if (logs.count) CHECK(logs.v[0].block_number == 9 && address_eq(&logs.v[0].addr, &a));
        } else {
            refused_count++;
            CHECK(st == WH_E_NET && err.exit_code == 4 && logs.count == 0);
        }
        if (round == 0) CHECK(st == WH_OK && logs.count == 1 && logs.v[0].data.len == 2);
        l1_logs_done(&logs);
        l1_rpc_close(r);
    }
    printf("# %u taken, %u refused\n", taken, refused_count);
    CHECK(taken > 100 && refused_count > 1000);
    wh_buf_done(&damaged);
}

int main(void)
{
    wh_log_init(stderr, WH_LEVEL_ERROR, WH_LOG_TEXT);
    for (int i = 0; i < 2; i++) {
        struct wh_http_config c = {.handler = serve, .ctx = &stubs[i]};
        if (wh_http_start(&stubs[i].http, &c, NULL) != WH_OK) return 1;
        snprintf(stubs[i].url, sizeof stubs[i].url, "http://127.0.0.1:%u",
                 wh_http_port(stubs[i].http));
    }
    RUN(test_rpc__malformed_answers);
    RUN(test_rpc__http_trouble);
    RUN(test_rpc__chain_and_quorum);
    RUN(test_rpc__fail_over);
    RUN(test_rpc__no_code_at_an_address);
    RUN(test_rpc__logs_halve_and_check);
    RUN(test_rpc__blocks_and_batches);
    RUN(test_rpc__send_raw);
    RUN(test_rpc__damaged_answers);
    for (int i = 0; i < 2; i++)
        wh_http_stop(stubs[i].http);
    return tap_done();
}
