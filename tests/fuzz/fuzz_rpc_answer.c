/* SPDX-License-Identifier: MIT */
/* Answers of a node. First byte: the question; second: HTTP status and form. The rest is the body, or the
 * result inside a right answer. Whatever comes, an answer is data of the right kind or an error with
 * words; nothing is half filled. */
#include "proto/l1/rpc.h"
#include "proto/l1/rpc_private.h"
#include "tests/fuzz/fuzz.h"

/* The client waits a little before it asks again; here it does not. */
void __wrap_wh_sleep_ms(uint64_t ms);
void __wrap_wh_sleep_ms(uint64_t ms)
{
    (void)ms;
}

struct stub {
    const struct l1_rpc *rpc;
    wh_span body;
    long status;
    bool wrapped;
    unsigned calls;
    bool batch;      /* the last request */
    int64_t last_id; /* of a request that is no batch */
};

static void put_wrapped(struct stub *s, wh_span request, struct wh_buf *reply)
{
    json_t *q = json_loadb((const char *)request.ptr, request.len, 0, NULL);
    size_t n = json_is_array(q) ? json_array_size(q) : 1;
    if (json_is_array(q)) wh_buf_str(reply, "[");
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_is_array(q) ? json_array_get(q, i) : q;
        wh_buf_printf(reply, "%s{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":", i > 0 ? "," : "",
                      (long long)json_integer_value(json_object_get(one, "id")));
        wh_buf_put(reply, s->body.ptr, s->body.len);
        wh_buf_str(reply, "}");
    }
    if (json_is_array(q)) wh_buf_str(reply, "]");
    json_decref(q);
}

static wh_status answer(void *ctx, const char *url, wh_span request, size_t max_reply, long *status,
                        struct wh_buf *reply, struct wh_error *err)
{
    struct stub *s = ctx;
    (void)url;
    (void)max_reply;
    if (s->calls++ > 40) return wh_fail(err, WH_ERR_RPC_CONNECT, "enough");
    *status = s->status;
    json_t *q = json_loadb((const char *)request.ptr, request.len, 0, NULL);
    s->batch = json_is_array(q);
    s->last_id = json_integer_value(json_object_get(q, "id"));
    json_decref(q);
    if (s->wrapped)
        put_wrapped(s, request, reply);
    else
        wh_buf_put(reply, s->body.ptr, s->body.len);
    return WH_OK;
}

/* JSON-RPC 2.0: what was taken as an answer has the version, one of result and error, and is for the
 * question asked last. */
static void check_envelope(const struct stub *s)
{
    json_t *v = json_loadb((const char *)s->body.ptr, s->body.len, 0, NULL);
    size_t n = json_is_array(v) ? json_array_size(v) : 1;
    FUZZ_MUST(v != NULL && s->batch == json_is_array(v));
    for (size_t i = 0; i < n; i++) {
        const json_t *one = s->batch ? json_array_get(v, i) : v;
        const char *version = json_string_value(json_object_get(one, "jsonrpc"));
        FUZZ_MUST(version != NULL && strcmp(version, "2.0") == 0);
        FUZZ_MUST(json_object_get(one, "result") != NULL && json_object_get(one, "error") == NULL);
        const json_t *id = json_object_get(one, "id");
        FUZZ_MUST(json_is_integer(id) && (s->batch || json_integer_value(id) == s->last_id));
    }
    json_decref(v);
}

/* By hash: a block, of which each log must be. */
static wh_status ask_logs_of(struct l1_rpc *r, struct wh_error *err)
{
    static const address at = {{1}};
    const struct l1_block block = {.number = 5, .hash = {{7}}};
    struct l1_logs logs;
    memset(&logs, 0, sizeof logs);
    wh_status s = l1_get_logs_of(r, &block, 1, &at, 1, &logs, err);
    if (s != WH_OK) FUZZ_MUST(logs.count == 0);
    for (size_t i = 0; i < logs.count; i++) {
        const struct l1_log *l = &logs.v[i];
        FUZZ_MUST(address_eq(&l->addr, &at) && l->topic_count <= 4);
        FUZZ_MUST(l->block_number == 5 && bytes32_eq(&l->block_hash, &block.hash));
    }
    l1_logs_done(&logs);
    return s;
}

static wh_status ask_blocks(struct l1_rpc *r, struct wh_error *err)
{
    static const uint64_t numbers[3] = {1, 2, 3};
    struct l1_block blocks[3];
    wh_status s = l1_blocks(r, numbers, 3, blocks, err);
    for (size_t i = 0; s == WH_OK && i < 3; i++)
        FUZZ_MUST(blocks[i].number == numbers[i]);
    return s;
}

static wh_status ask_receipt(struct l1_rpc *r, struct wh_error *err)
{
    static const bytes32 h = {{7}};
    struct l1_receipt receipt;
    bool found = false;
    wh_status s = l1_get_receipt(r, &h, &receipt, &found, err);
    if (s == WH_OK && found) FUZZ_MUST(bytes32_eq(&receipt.tx_hash, &h));
    return s;
}

static void ask_logs(struct l1_rpc *r, struct wh_error *err, wh_status *out)
{
    static const address at = {{1}};
    struct l1_logs logs;
    memset(&logs, 0, sizeof logs);
    *out = l1_get_logs(r, 5, 9, &at, 1, &logs, err);
    if (*out != WH_OK) FUZZ_MUST(logs.count == 0);
    for (size_t i = 0; i < logs.count; i++) {
        const struct l1_log *l = &logs.v[i];
        FUZZ_MUST(address_eq(&l->addr, &at) && l->topic_count <= 4);
        FUZZ_MUST(l->block_number >= 5 && l->block_number <= 9);
        if (i > 0) FUZZ_MUST(l->block_number >= logs.v[i - 1].block_number);
    }
    l1_logs_done(&logs);
}

static wh_status ask_tx(struct l1_rpc *r, struct wh_error *err)
{
    static const bytes32 h = {{7}};
    struct l1_tx tx;
    bool found = false;
    memset(&tx, 0, sizeof tx);
    wh_status s = l1_get_tx(r, &h, &tx, &found, err);
    if (s == WH_OK && found) FUZZ_MUST(bytes32_eq(&tx.hash, &h));
    l1_tx_done(&tx);
    return s;
}

static wh_status ask_many(struct l1_rpc *r, struct wh_error *err)
{
    json_t *params[3] = {json_array(), json_array(), json_array()}, *results[3] = {NULL};
    wh_status s = l1_rpc_batch(r, "eth_chainId", 3, params, results, err);
    for (size_t i = 0; i < 3; i++) {
        if (s == WH_OK) FUZZ_MUST(results[i] != NULL);
        if (s == WH_OK) json_decref(results[i]);
    }
    return s;
}

static wh_status ask(struct l1_rpc *r, unsigned what, struct wh_error *err)
{
    static const bytes32 h = {{7}};
    static const address a = {{1}};
    struct l1_block block;
    struct l1_fees fees;
    struct wh_buf bytes = {0};
    json_t *json = NULL;
    bytes32 word;
    u256 wei;
    uint64_t n;
    bool found;
    wh_status s = WH_OK;
    switch (what % 21) {
    case 0: s = l1_chain_id(r, &n, err); break;
    case 1: s = l1_block_at(r, &L1_AT_LATEST, &block, &found, err); break;
    case 2: s = ask_blocks(r, err); break;
    case 3: s = l1_quorum_hash(r, 5, &h, err); break;
    case 4: ask_logs(r, err, &s); break;
    case 5: s = l1_call(r, &a, &a, wh_span_of(h.b, 4), &L1_AT_LATEST, &bytes, err); break;
    case 6: s = l1_send_raw(r, wh_span_of(h.b, 32), &h, err); break;
    case 7: s = ask_receipt(r, err); break;
    case 8: s = ask_tx(r, err); break;
    case 9: s = l1_nonce(r, &a, &L1_AT_LATEST, &n, err); break;
    case 10: s = l1_balance(r, &a, &L1_AT_LATEST, &wei, err); break;
    case 11: s = l1_code(r, &a, &L1_AT_LATEST, &bytes, err); break;
    case 12: s = l1_storage(r, &a, &h, &L1_AT_LATEST, &word, err); break;
    case 13: s = l1_get_fees(r, &fees, err); break;
    case 14: s = l1_get_proof(r, &a, &h, 1, &L1_AT_LATEST, &json, err); break;
    case 15: s = ask_many(r, err); break;
    case 16: s = ask_logs_of(r, err); break;
    case 17: s = l1_execution_witness(r, 5, &json, err); break;
    case 18: s = l1_check_code(r, &a, "the contract", err); break;
    case 19: s = l1_rpc_check_chain(r, 1337, err); break;
    default: s = l1_quorum_tip(r, &L1_AT_LATEST, &n, err); break;
    }
    json_decref(json);
    wh_buf_done(&bytes);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const long statuses[4] = {200, 200, 429, 500};
    static const char *const urls[] = {"http://127.0.0.1:1"};
    struct fuzz_in in = {data, size};
    unsigned what = fuzz_u8(&in), form = fuzz_u8(&in);
    struct stub s = {.status = statuses[form >> 1 & 3], .wrapped = (form & 1) == 0};
    struct l1_rpc_config config = {
        .urls = urls, .url_count = 1, .transport = answer, .transport_ctx = &s};
    struct l1_rpc *r = NULL;
    struct wh_error err;
    wh_error_clear(&err);
    s.body = wh_span_of(in.p, in.left);
    if (l1_rpc_open(&r, &config, &err) != WH_OK) exit(1);
    wh_status got = ask(r, what, &err);
    FUZZ_MUST(got <= 0);
    if (got != WH_OK) FUZZ_MUST(err.what[0] != 0 && err.status == got);
    /* A node that refuses what it knows already has taken it. */
    if (got == WH_OK && !s.wrapped && what % 21 != 6) check_envelope(&s);
    l1_rpc_close(r);
    return 0;
}
