/* SPDX-License-Identifier: MIT */
/* A node that serves an honest block and lies about all that a check of it reads. The first byte says what it
 * serves, eight more which nodes its witness leaves out, then one byte an answer: as it is, null, refused,
 * or damaged (what comes next in the input says how). Whatever it answers, the block is never judged
 * invalid; if it tells the truth, the block agrees. */
#include "proto/block/write.h"
#include "proto/fetch/fetch.h"
#include "proto/sys/hex.h"
#include "tests/block_json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/steps.h"
#include "tests/proof_json.h"

enum { RAW = 1, WITNESS = 2, PROOFS = 4, CODES = 8, DB = 16, HEADERS = 32, ALL = 63, NODES = 512 };

void __wrap_wh_sleep_ms(uint64_t ms);
void __wrap_wh_sleep_ms(uint64_t ms)
{
    (void)ms; /* the client waits a little before it asks again; here it does not */
}

static struct {
    struct toy *toy;
    struct blockfile block; /* header, body */
    wh_span withdrawals[1];
    struct block_header parent;
    wh_span nodes[NODES], codes[NODES];
    size_t node_count, code_count;
    struct wh_arena walk;
} world;

static struct {
    struct fuzz_in in;
    uint8_t serves, left_out[8];
    bool lied;
} node;

/* ---- the truth ---- */

static void build_world(const struct fuzz_steps *all)
{
    wh_span in;
    world.toy = (struct toy *)(uintptr_t)&all->osaka;
    struct blockfile *b = &world.block;
    b->header = all->header;
    b->txs = (wh_span *)(uintptr_t)all->txs;
    b->tx_count = all->tx_count;
    b->has_withdrawals = true;
    b->withdrawals = world.withdrawals;
    b->withdrawal_count = 1;
    FUZZ_MUST(rlp_list(all->withdrawals, &world.withdrawals[0]) == WH_OK);
    FUZZ_MUST(header_decode(all->header, &b->head) == WH_OK);
    FUZZ_MUST(header_decode(all->parent, &world.parent) == WH_OK);
    const struct overlay *o = &world.toy->store;
    for (size_t i = 0; i < o->places; i++) {
        wh_span bytes = o->objects[i].bytes;
        if (bytes.ptr == NULL || bytes.len == 0 || bytes.len == 64) continue;
        if (rlp_list(bytes, &in) == WH_OK && world.node_count < NODES)
            world.nodes[world.node_count++] = bytes;
        else if (world.code_count < NODES)
            world.codes[world.code_count++] = bytes;
    }
    toy_arena(&world.walk, (size_t)1 << 26);
}

static wh_status known(const bytes32 *hash, wh_span *bytes)
{
    return world.toy->io.get(world.toy->io.ctx, WH_OBJECT_DATA, hash, bytes);
}

/* The state that a request names by its block: before the block, or after it. */
static const bytes32 *root_at(const json_t *params, unsigned at)
{
    uint64_t number = 0;
    struct wh_json j = wh_json_root(json_array_get(params, at), "block");
    struct wh_error err;
    if (wh_json_u64(&j, &number, &err) != WH_OK) return NULL;
    return number == world.block.head.number ? &world.block.head.state_root
                                             : &world.parent.state_root;
}

static void get_witness(struct wh_jw *w)
{
    wh_jw_obj(w, NULL);
    wh_jw_arr(w, "state");
    for (size_t i = 0; i < world.node_count; i++)
        if ((node.left_out[i / 8 % 8] >> i % 8 & 1) == 0) json_span(w, NULL, world.nodes[i]);
    wh_jw_end(w);
    wh_jw_arr(w, "codes");
    for (size_t i = 0; i < world.code_count; i++)
        if ((node.left_out[i % 8] & 1) == 0) json_span(w, NULL, world.codes[i]);
    wh_jw_end(w);
    wh_jw_arr(w, "headers");
    if (node.serves & HEADERS) json_span(w, NULL, fuzz_steps()->parent);
    wh_jw_end(w);
    wh_jw_end(w);
}

/* The result that the node ought to give; false: it does not serve that. */
static bool answer(struct wh_jw *w, const char *method, const json_t *params)
{
    bytes32 hash;
    wh_span bytes;
    const struct proof_source from = {world.toy->io, &world.walk, false};
    const json_t *first = json_array_get(params, 0);
    if (strcmp(method, "debug_executionWitness") == 0 && (node.serves & WITNESS)) {
        get_witness(w);
    } else if (strcmp(method, "eth_getBlockByHash") == 0 && (node.serves & HEADERS)) {
        if (!wh_hex_parse(json_string_value(first), hash.b, 32) ||
            !bytes32_eq(&hash, &world.block.head.parent_hash))
            wh_jw_null(w, NULL);
        else
            json_header(w, NULL, fuzz_steps()->parent);
    } else if (strcmp(method, "eth_getProof") == 0 && (node.serves & PROOFS)) {
        const bytes32 *root = root_at(params, 2);
        if (root == NULL) return false;
        json_proof(&from, root, params, w, NULL);
    } else if (strcmp(method, "eth_getCode") == 0 && (node.serves & CODES)) {
        const bytes32 *root = root_at(params, 1);
        return root != NULL && json_code(&from, root, params, w, NULL);
    } else if (strcmp(method, "debug_dbGet") == 0 && (node.serves & DB)) {
        if (!wh_hex_parse(json_string_value(first), hash.b, 32) || known(&hash, &bytes) != WH_OK)
            return false;
        json_span(w, NULL, bytes);
    } else {
        return false;
    }
    return true;
}

/* The block itself is what everybody agrees on. */
static bool block_answer(struct wh_jw *w, const char *method)
{
    struct wh_error err;
    struct wh_buf raw = {0};
    if (strcmp(method, "eth_chainId") == 0) {
        wh_jw_qty(w, NULL, DIFF_CHAIN_ID);
    } else if (strcmp(method, "eth_getBlockByNumber") == 0) {
        json_block(w, NULL, &world.block);
    } else if (strcmp(method, "debug_getRawBlock") == 0 && (node.serves & RAW)) {
        FUZZ_MUST(block_write(&world.block, FORM_BLOCK, &raw, &err) == WH_OK);
        wh_jw_data(w, NULL, raw.ptr, raw.len);
    } else {
        return false;
    }
    wh_buf_done(&raw);
    return true;
}

/* ---- lies ---- */

static void lie(struct wh_buf *result, bool *refuses)
{
    uint8_t how = fuzz_u8(&node.in);
    if (how == 0 || how > 6) return;
    node.lied = true;
    size_t at = result->len > 0 ? fuzz_u16(&node.in) * 257u % result->len : 0;
    wh_span more;
    switch (how) {
    case 1: *refuses = true; break;
    case 2:
        wh_buf_reset(result);
        wh_buf_str(result, "null");
        break;
    case 3: /* a digit of a hex string stays one */
        if (result->len == 0) break;
        result->ptr[at] = (uint8_t) "0123456789abcdef"[fuzz_u8(&node.in) & 15];
        break;
    case 4: result->len = at; break;
    case 5:
        more = fuzz_take(&node.in, fuzz_u8(&node.in));
        wh_buf_reset(result);
        wh_buf_put(result, more.ptr, more.len);
        break;
    default:
        more = fuzz_take(&node.in, fuzz_u8(&node.in));
        if (more.len <= result->len - at && more.len > 0)
            memcpy(result->ptr + at, more.ptr, more.len);
        break;
    }
}

static wh_status transport(void *ctx, const char *url, wh_span body, size_t max_reply,
                           long *http_status, struct wh_buf *reply, struct wh_error *err)
{
    struct wh_buf result = {0};
    struct wh_jw w;
    unsigned *asked = ctx;
    (void)url;
    (void)max_reply;
    if (++*asked > 2000) return wh_fail(err, WH_ERR_RPC_CONNECT, "enough");
    json_t *q = json_loadb((const char *)body.ptr, body.len, 0, NULL);
    const char *method = json_string_value(json_object_get(q, "method"));
    wh_jw_init(&w, &result);
    bool refuses = false;
    if (!block_answer(&w, method)) {
        refuses = !answer(&w, method, json_object_get(q, "params"));
        lie(&result, &refuses);
    }
    wh_buf_printf(reply, "{\"jsonrpc\":\"2.0\",\"id\":%lld,",
                  (long long)json_integer_value(json_object_get(q, "id")));
    if (refuses) {
        wh_buf_str(reply, "\"error\":{\"code\":-32601,\"message\":\"not served\"}}");
    } else {
        wh_buf_str(reply, "\"result\":");
        wh_buf_put(reply, result.ptr, result.len);
        wh_buf_str(reply, "}");
    }
    json_decref(q);
    wh_buf_done(&result);
    *http_status = 200;
    return WH_OK;
}

/* ---- the check ---- */

static void check(struct fetch *f, struct wh_arena *arena)
{
    struct blockfile file;
    struct wh_error err;
    bool found = false;
    wh_status s =
        fetch_block(f, world.block.head.number, 1 + (node.left_out[7] & 1), &file, &found, &err);
    if (s != WH_OK || !found) {
        FUZZ_MUST(s == WH_OK || err.what[0] != 0);
        return;
    }
    const struct check_more more = fetch_more(f, &file);
    struct check_report r = {.verdict = CHECK_CANNOT_TELL};
    s = check_block_with(&file, fetch_crypto(f), arena, &more, &r);
    if (s == WH_OK) {
        FUZZ_MUST(r.verdict != CHECK_INVALID);
        if (!node.lied && node.serves == ALL) FUZZ_MUST(r.verdict == CHECK_AGREE);
        if (r.verdict == CHECK_CANNOT_TELL) FUZZ_MUST(r.why[0] != 0);
    } else {
        FUZZ_MUST(fetch_trouble(f) != NULL || s == WH_E_NOMEM);
    }
    blockfile_close(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct wh_arena arena;
    static const char *const urls[] = {"http://127.0.0.1:1"};
    if (world.toy == NULL) build_world(fuzz_steps());
    unsigned asked = 0;
    struct fileset_hints hints = {DIFF_CHAIN_ID, &world.toy->config};
    struct l1_rpc_config config = {
        .urls = urls, .url_count = 1, .transport = transport, .transport_ctx = &asked};
    struct l1_rpc *rpc = NULL;
    struct fetch *f = NULL;
    struct wh_error err;
    memset(&node, 0, sizeof node);
    node.in = (struct fuzz_in){data, size};
    node.serves = fuzz_u8(&node.in) & ALL;
    fuzz_fixed(&node.in, node.left_out, sizeof node.left_out);
    if (l1_rpc_open(&rpc, &config, &err) != WH_OK) exit(1);
    if (fetch_open(&f, rpc, wh_native_crypto(), &hints, &err) == WH_OK)
        check(f, fuzz_arena(&arena, (size_t)4 << 30));
    fetch_close(f);
    l1_rpc_close(rpc);
    return 0;
}
