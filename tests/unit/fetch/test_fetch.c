/* SPDX-License-Identifier: MIT */
/* A node made of the demo block's file: mainnet by proofs alone, by parts of a witness, by a rebuilt
 * block; and a node that refuses, lies or stops in between. */
#include "proto/fetch/fetch.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "proto/block/write.h"
#include "proto/sys/hex.h"
#include "tests/block_json.h"
#include "tests/proof_json.h"
#include "tests/tap.h"

static struct blockfile demo;
static struct wh_arena arena, walk_arena;

/* What the node serves, and how. */
static struct {
    bool raw, witness, proofs, codes, db, lie;
    size_t drop;       /* node of the witness that is left out; demo.node_count: none */
    uint64_t requests; /* so far */
    uint64_t dies_at;  /* request that is not answered; 0: none */
} node;

/* ---- answers ---- */

static wh_status file_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    (void)ctx;
    (void)kind;
    return blockfile_get(&demo, hash, bytes);
}

static void put_list(struct wh_jw *w, const char *key, const wh_span *v, size_t n, size_t drop)
{
    wh_jw_arr(w, key);
    for (size_t i = 0; i < n; i++)
        if (i != drop) json_span(w, NULL, v[i]);
    wh_jw_end(w);
}

static void get_witness(struct wh_jw *w)
{
    wh_jw_obj(w, "result");
    put_list(w, "state", demo.nodes, demo.node_count, node.drop);
    put_list(w, "codes", demo.codes, demo.code_count, SIZE_MAX);
    put_list(w, "headers", &demo.parent_header, 1, SIZE_MAX);
    wh_jw_end(w);
}

static void get_raw(struct wh_jw *w)
{
    struct wh_buf raw = {0};
    struct wh_error err;
    if (block_write(&demo, FORM_BLOCK, &raw, &err) == WH_OK)
        wh_jw_data(w, "result", raw.ptr, raw.len);
    wh_buf_done(&raw);
}

/* True: a result was written. */
static bool answer(struct wh_jw *w, const char *method, const json_t *params)
{
    bytes32 hash;
    wh_span bytes;
    const struct proof_source from = {{.get = file_get}, &walk_arena, node.lie};
    const json_t *first = json_array_get(params, 0);
    const char *text = first != NULL ? json_string_value(first) : NULL;
    if (strcmp(method, "eth_chainId") == 0) {
        wh_jw_qty(w, "result", 1);
    } else if (strcmp(method, "eth_blockNumber") == 0) {
        wh_jw_qty(w, "result", demo.number);
    } else if (strcmp(method, "debug_getRawBlock") == 0 && node.raw) {
        get_raw(w);
    } else if (strcmp(method, "eth_getBlockByNumber") == 0) {
        char number[32];
        snprintf(number, sizeof number, "0x%" PRIx64, demo.number);
        if (strcmp(text, number) == 0)
            json_block(w, "result", &demo);
        else
            wh_jw_null(w, "result");
    } else if (strcmp(method, "eth_getBlockByHash") == 0) {
        json_header(w, "result", demo.parent_header);
    } else if (strcmp(method, "debug_executionWitness") == 0 && node.witness) {
        get_witness(w);
    } else if (strcmp(method, "eth_getProof") == 0 && node.proofs) {
        json_proof(&from, &demo.parent.state_root, params, w, "result");
    } else if (strcmp(method, "eth_getCode") == 0 && node.codes) {
        return json_code(&from, &demo.parent.state_root, params, w, "result");
    } else if (strcmp(method, "debug_dbGet") == 0 && node.db) {
        if (!wh_hex_parse(text, hash.b, 32) || blockfile_get(&demo, &hash, &bytes) != WH_OK)
            return false;
        json_span(w, "result", bytes);
    } else {
        return false;
    }
    return true;
}

static wh_status transport(void *ctx, const char *url, wh_span body, size_t max_reply,
                           long *http_status, struct wh_buf *reply, struct wh_error *err)
{
    struct wh_jw w;
    json_error_t fault;
    (void)ctx;
    (void)url;
    (void)max_reply;
    if (node.dies_at != 0 && ++node.requests >= node.dies_at)
        return wh_fail(err, WH_ERR_RPC_CONNECT, "the node is gone");
    json_t *q = json_loadb((const char *)body.ptr, body.len, 0, &fault);
    wh_jw_init(&w, reply);
    wh_jw_obj(&w, NULL);
    wh_jw_str(&w, "jsonrpc", "2.0");
    wh_jw_u64(&w, "id", (uint64_t)json_integer_value(json_object_get(q, "id")));
    if (!answer(&w, json_string_value(json_object_get(q, "method")),
                json_object_get(q, "params"))) {
        wh_jw_obj(&w, "error");
        wh_jw_i64(&w, "code", -32601);
        wh_jw_str(&w, "message", "the method is not served");
        wh_jw_end(&w);
    }
    wh_jw_end(&w);
    json_decref(q);
    *http_status = 200;
    return WH_OK;
}

/* ---- one check through the node ---- */

struct outcome {
    wh_status status;
    bool found;
    struct check_report report;
    struct fetch_counts counts;
    struct wh_error err;
};

static struct outcome check(uint64_t number)
{
    static const char *const urls[] = {"stub"};
    struct outcome o = {.status = WH_OK};
    struct l1_rpc *rpc = NULL;
    struct fetch *f = NULL;
    struct blockfile file = {0};
    const struct l1_rpc_config config = {.urls = urls, .url_count = 1, .transport = transport};
    o.status = l1_rpc_open(&rpc, &config, &o.err);
    if (o.status == WH_OK) o.status = fetch_open(&f, rpc, wh_native_crypto(), NULL, &o.err);
    if (o.status == WH_OK) o.status = fetch_block(f, number, 1, &file, &o.found, &o.err);
    if (o.status == WH_OK && o.found) {
        const struct check_more more = fetch_more(f, &file);
        arena.used = 0;
        o.status = check_block_with(&file, fetch_crypto(f), &arena, &more, &o.report);
        if (o.status != WH_OK && fetch_trouble(f) != NULL) o.err = *fetch_trouble(f);
        o.counts = fetch_counts(f);
    }
    blockfile_close(&file);
    fetch_close(f);
    l1_rpc_close(rpc);
    return o;
}

static void serve_all(void)
{
    memset(&node, 0, sizeof node);
    node.raw = node.witness = node.proofs = node.codes = node.db = true;
    node.drop = SIZE_MAX;
}

static void check_agrees(const struct outcome *o)
{
    CHECK_EQ(o->status, WH_OK);
    if (o->status != WH_OK) printf("# %s\n", o->err.what);
    CHECK(o->found);
    if (o->report.verdict != CHECK_AGREE) printf("# %s\n", o->report.why);
    CHECK_EQ(o->report.verdict, CHECK_AGREE);
    CHECK(!o->report.derived_siblings);
    CHECK(bytes32_eq(&o->report.hash, &demo.hash));
}

static void test_fetch__whole_witness(void)
{
    serve_all();
    const struct outcome o = check(demo.number);
    check_agrees(&o);
    CHECK(o.counts.witnesses && o.counts.raw && o.counts.proofs == 0 && o.report.fetched == 0);
}

static void test_fetch__mainnet_by_proofs_alone(void)
{
    serve_all();
    node.witness = node.raw = false;
    const struct outcome o = check(demo.number);
    check_agrees(&o);
    CHECK(!o.counts.witnesses && !o.counts.raw);
    CHECK(o.report.fetched > 500 && o.counts.proofs > 100 && o.counts.codes > 20);
    printf("# %" PRIu64 " objects by %" PRIu64 " requests: %" PRIu64 " proofs, %" PRIu64
           " codes, %" PRIu64 " siblings by hash; %.1f ms\n",
           o.report.fetched, o.counts.requests, o.counts.proofs, o.counts.codes, o.counts.by_hash,
           o.report.execute_ms);
}

/* Each of some nodes left out of the witness comes by a proof. */
static void test_fetch__witness_completed_by_proofs(void)
{
    for (size_t drop = 0; drop < demo.node_count; drop += 41) {
        serve_all();
        node.drop = drop;
        const struct outcome o = check(demo.number);
        check_agrees(&o);
        CHECK(o.report.fetched >= 1 && o.report.fetched <= 2);
    }
}

static void check_missing(const struct outcome *o)
{
    CHECK_EQ(o->status, WH_OK);
    CHECK_EQ(o->report.verdict, CHECK_CANNOT_TELL);
    CHECK(o->report.missing.known);
}

static void test_fetch__what_is_refused_is_missing_by_name(void)
{
    serve_all();
    node.witness = node.proofs = node.db = false;
    struct outcome o = check(demo.number);
    check_missing(&o);
    CHECK(o.report.missing.located && o.report.missing.path_len == 0);
    CHECK(bytes32_eq(&o.report.missing.hash, &demo.parent.state_root));
    serve_all();
    node.witness = node.codes = node.db = false;
    o = check(demo.number);
    check_missing(&o);
    CHECK(o.report.missing.is_code);
    serve_all();
    node.witness = node.db = false;
    node.lie = true;
    o = check(demo.number);
    check_missing(&o);
    CHECK(o.report.missing.located && o.report.missing.path_len == 0);
}

static void test_fetch__a_node_that_dies_ends_the_check(void)
{
    for (uint64_t at = 1; at < 200; at += 13) {
        serve_all();
        node.witness = false;
        node.dies_at = at;
        const struct outcome o = check(demo.number);
        CHECK(o.status < 0);
        CHECK_EQ(o.err.code, WH_ERR_RPC_CONNECT);
        CHECK_EQ(o.err.exit_code, WH_EXIT_RPC);
    }
}

static void test_fetch__a_block_that_is_not_there(void)
{
    serve_all();
    node.raw = false;
    const struct outcome o = check(demo.number + 1);
    CHECK_EQ(o.status, WH_OK);
    CHECK(!o.found);
    serve_all(); /* the raw block of another number */
    const struct outcome other = check(demo.number + 1);
    CHECK(other.status < 0);
    CHECK_EQ(other.err.code, WH_ERR_RPC_FORM);
}

static void open_arena(struct wh_arena *a, size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED) exit(1);
    wh_arena_init(a, p, size);
}

int main(int argc, char **argv)
{
    char path[1024];
    struct wh_error err = {0};
    (void)argc;
    open_arena(&arena, (size_t)4 << 30);
    open_arena(&walk_arena, (size_t)1 << 26);
    snprintf(path, sizeof path, "%s/tests/data/blocks/mainnet-22615247.json.zst", argv[1]);
    if (blockfile_open(path, wh_native_crypto(), &demo, &err) != WH_OK) {
        printf("Bail out! %s\n", err.what);
        return 1;
    }
    RUN(test_fetch__whole_witness);
    RUN(test_fetch__mainnet_by_proofs_alone);
    RUN(test_fetch__witness_completed_by_proofs);
    RUN(test_fetch__what_is_refused_is_missing_by_name);
    RUN(test_fetch__a_node_that_dies_ends_the_check);
    RUN(test_fetch__a_block_that_is_not_there);
    blockfile_close(&demo);
    return tap_done();
}
