/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_UNIT_L1_FAKE_L1_H
#define WH_TESTS_UNIT_L1_FAKE_L1_H

/* A chain in memory behind the transport of l1_rpc: blocks, a pool, reorgs, lost replies. One account
 * matters. A transaction's first data byte names its move; contracts are not run: `executed` counts
 * the moves in canonical blocks whose transaction did not revert. */

#include <stdlib.h>

#include "evm/hash/keccak.h"
#include "evm/rlp/rlp.h"
#include "proto/l1/rpc.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

#define FAKE_BLOCKS 400
#define FAKE_TXS    400

struct fake_tx {
    bytes32 hash;
    uint64_t nonce, max_fee, tip, gas, value_lo;
    address to;
    uint8_t move; /* first data byte; 0: no data */
    bool foreign, in_pool;
    int block; /* -1: none */
    bool reverted;
};

struct fake_block {
    bytes32 hash;
    unsigned logs; /* number of logs to show */
    uint64_t time;
};

struct fake {
    struct fake_block blocks[FAKE_BLOCKS];
    unsigned head; /* index of the newest block; 0 is genesis */
    struct fake_tx txs[FAKE_TXS];
    unsigned tx_count;
    uint64_t salt, base_fee, chain_id, start_nonce;
    u256 balance;
    uint8_t revert_once; /* the next transaction of this move reverts */
    bool mute_pool;      /* takes transactions and forgets them */
    bool idle;           /* blocks take none of ours */
    /* Faults: request number fail_at ends in a broken connection, before or after its effect. */
    unsigned requests, fail_at;
    bool fail_after;
    /* eth_getLogs shows its logs under another block hash */
    bool torn_logs;
    bool no_receipts;
    unsigned lost_logs;     /* of each block, silently */
    unsigned lag;           /* requests for the newest block see one that much lower */
    unsigned reorg_in_logs; /* depth of a reorg that happens right after eth_getLogs */
    address log_addr;
};

static inline bytes32 fake_hash(uint64_t a, uint64_t b, const bytes32 *c)
{
    uint8_t bytes[48];
    bytes32 h;
    store_be64(bytes, a);
    store_be64(bytes + 8, b);
    memcpy(bytes + 16, c->b, 32);
    keccak256(bytes, sizeof bytes, &h);
    return h;
}

static inline void fake_init(struct fake *f)
{
    static const bytes32 zero;
    memset(f, 0, sizeof *f);
    f->base_fee = 10;
    f->chain_id = 31337;
    f->balance = (u256){{0, 1000, 0, 0}};
    f->blocks[0].hash = fake_hash(0, 0, &zero);
    f->blocks[0].time = 1000;
}

static inline uint64_t fake_nonce_at(const struct fake *f, uint64_t block)
{
    uint64_t n = f->start_nonce;
    for (bool more = true; more;) {
        more = false;
        for (unsigned i = 0; i < f->tx_count; i++)
            if (f->txs[i].block >= 0 && (uint64_t)f->txs[i].block <= block &&
                f->txs[i].nonce == n) {
                n++;
                more = true;
                break;
            }
    }
    return n;
}

static inline uint64_t fake_nonce(const struct fake *f)
{
    return fake_nonce_at(f, UINT64_MAX);
}

/* Takes what is next by nonce, best fee first. */
static inline void fake_take(struct fake *f, unsigned block)
{
    for (;;) {
        uint64_t n = fake_nonce(f);
        struct fake_tx *best = NULL;
        for (unsigned i = 0; i < f->tx_count; i++) {
            struct fake_tx *t = &f->txs[i];
            if (t->block < 0 && t->in_pool && t->nonce == n && t->max_fee >= f->base_fee &&
                (best == NULL || t->max_fee > best->max_fee))
                best = t;
        }
        if (best == NULL) return;
        best->block = (int)block;
        best->reverted = f->revert_once && best->move == f->revert_once;
        if (best->reverted) f->revert_once = 0;
        best->in_pool = false;
    }
}

static inline void fake_mine(struct fake *f)
{
    struct fake_block *b = &f->blocks[f->head + 1];
    *b = (struct fake_block){.hash = fake_hash(f->head + 1, f->salt, &f->blocks[f->head].hash),
                             .time = f->blocks[f->head].time + 12};
    f->head++;
    if (!f->idle) fake_take(f, f->head);
}

/* Drops the newest blocks; their transactions go back to the pool or are forgotten. The next blocks
 * have other hashes. */
static inline void fake_reorg(struct fake *f, unsigned depth, bool back_to_pool)
{
    f->head -= depth;
    f->salt++;
    for (unsigned i = 0; i < f->tx_count; i++)
        if (f->txs[i].block > (int)f->head) {
            f->txs[i].block = -1;
            f->txs[i].in_pool = back_to_pool;
        }
}

static inline unsigned fake_executed(const struct fake *f, uint8_t move)
{
    unsigned n = 0;
    for (unsigned i = 0; i < f->tx_count; i++)
        n += f->txs[i].block >= 0 && f->txs[i].move == move && !f->txs[i].reverted &&
             !f->txs[i].foreign;
    return n;
}

static inline struct fake_tx *fake_find(struct fake *f, const bytes32 *hash)
{
    for (unsigned i = 0; i < f->tx_count; i++)
        if (bytes32_eq(&f->txs[i].hash, hash)) return &f->txs[i];
    return NULL;
}

/* Another program's transaction with our key, mined at once. */
static inline void fake_foreign(struct fake *f, uint64_t nonce)
{
    static const bytes32 zero;
    struct fake_tx *t = &f->txs[f->tx_count++];
    *t = (struct fake_tx){.hash = fake_hash(nonce, 77, &zero),
                          .nonce = nonce,
                          .foreign = true,
                          .max_fee = UINT64_MAX,
                          .in_pool = true,
                          .block = -1};
    fake_mine(f);
}

static inline bool fake_parse(const uint8_t *raw, size_t len, struct fake_tx *t)
{
    wh_span in, list, to, data;
    u256 tip, max, value;
    uint64_t chain;
    if (len < 2 || raw[0] != 2) return false;
    in = wh_span_of(raw + 1, len - 1);
    if (rlp_list(in, &list) != WH_OK || rlp_next_u64(&list, &chain) != WH_OK ||
        rlp_next_u64(&list, &t->nonce) != WH_OK || rlp_next_u256(&list, &tip) != WH_OK ||
        rlp_next_u256(&list, &max) != WH_OK || rlp_next_u64(&list, &t->gas) != WH_OK ||
        rlp_next_string(&list, &to) != WH_OK || rlp_next_u256(&list, &value) != WH_OK ||
        rlp_next_string(&list, &data) != WH_OK)
        return false;
    t->max_fee = max.w[0];
    t->tip = tip.w[0];
    t->value_lo = value.w[0];
    t->move = data.len ? data.ptr[0] : 0;
    if (to.len == 20) memcpy(t->to.b, to.ptr, 20);
    t->block = -1;
    keccak256(raw, len, &t->hash);
    return true;
}

/* --- methods: write a result, or return an error message */
static inline const char *fake_send(struct fake *f, const json_t *params, struct wh_jw *w)
{
    const char *hex = json_string_value(json_array_get(params, 0));
    size_t len = strlen(hex) / 2 - 1;
    uint8_t *raw = malloc(len);
    struct fake_tx t = {.in_pool = !f->mute_pool};
    bool ok = wh_hex_parse(hex, raw, len) && fake_parse(raw, len, &t);
    free(raw);
    if (!ok) return "malformed";
    struct fake_tx *old = fake_find(f, &t.hash);
    if (old && (old->block >= 0 || old->in_pool)) return "already known";
    if (t.nonce < fake_nonce(f)) return "nonce too low";
    for (unsigned i = 0; i < f->tx_count; i++) {
        struct fake_tx *x = &f->txs[i];
        if (x->block >= 0 || !x->in_pool || x->nonce != t.nonce) continue;
        /* the rule of geth, and a little more, as reth has it */
        if (t.max_fee * 100 <= x->max_fee * 110 || t.tip * 100 <= x->tip * 110)
            return "replacement transaction underpriced";
        x->in_pool = false;
    }
    if (old)
        old->in_pool = !f->mute_pool;
    else
        f->txs[f->tx_count++] = t;
    wh_jw_b32(w, NULL, &t.hash);
    return NULL;
}

static inline void fake_block_json(struct fake *f, unsigned n, struct wh_jw *w)
{
    static const bytes32 zero;
    wh_jw_obj(w, NULL);
    wh_jw_qty(w, "number", n);
    wh_jw_b32(w, "hash", &f->blocks[n].hash);
    wh_jw_b32(w, "parentHash", n ? &f->blocks[n - 1].hash : &zero);
    wh_jw_b32(w, "stateRoot", &zero);
    wh_jw_qty(w, "timestamp", f->blocks[n].time);
    wh_jw_qty(w, "gasLimit", 30000000);
    wh_jw_qty(w, "gasUsed", 0);
    wh_jw_qty(w, "baseFeePerGas", f->base_fee);
    wh_jw_end(w);
}

static inline void fake_tx_json(struct fake *f, const struct fake_tx *t, struct wh_jw *w)
{
    static const address zero;
    wh_jw_obj(w, NULL);
    wh_jw_b32(w, "hash", &t->hash);
    wh_jw_qty(w, "nonce", t->nonce);
    wh_jw_addr(w, "from", &zero);
    wh_jw_addr(w, "to", &t->to);
    wh_jw_qty(w, "value", 0);
    wh_jw_data(w, "input", &t->move, 1);
    if (t->block >= 0) {
        wh_jw_b32(w, "blockHash", &f->blocks[t->block].hash);
        wh_jw_qty(w, "blockNumber", (uint64_t)t->block);
    }
    wh_jw_end(w);
}

static inline void fake_receipt_json(struct fake *f, const struct fake_tx *t, struct wh_jw *w)
{
    wh_jw_obj(w, NULL);
    wh_jw_b32(w, "transactionHash", &t->hash);
    wh_jw_b32(w, "blockHash", &f->blocks[t->block].hash);
    wh_jw_qty(w, "blockNumber", (uint64_t)t->block);
    wh_jw_qty(w, "gasUsed", 21000);
    wh_jw_qty(w, "status", t->reverted ? 0 : 1);
    wh_jw_end(w);
}

static inline uint64_t fake_quantity(const json_t *v)
{
    u256 q = {{0}};
    if (!json_is_string(v) || !wh_quantity_parse(json_string_value(v), &q)) return UINT64_MAX;
    return q.w[0];
}

static inline const char *fake_logs(struct fake *f, const json_t *query, struct wh_jw *w)
{
    static const bytes32 zero;
    uint64_t from = fake_quantity(json_object_get(query, "fromBlock"));
    uint64_t to = fake_quantity(json_object_get(query, "toBlock"));
    const json_t *by_hash = json_object_get(query, "blockHash");
    bytes32 h = zero;
    if (by_hash) {
        wh_hex_parse(json_string_value(by_hash), h.b, 32);
        for (from = 0; from <= f->head && !bytes32_eq(&f->blocks[from].hash, &h);)
            from++;
        if (from > f->head) return "unknown block";
        to = from;
    }
    wh_jw_arr(w, NULL);
    for (uint64_t n = from; n <= to && n <= f->head; n++)
        for (unsigned k = 0; k + f->lost_logs < f->blocks[n].logs; k++) {
            uint8_t data = (uint8_t)n;
            wh_jw_obj(w, NULL);
            wh_jw_addr(w, "address", &f->log_addr);
            wh_jw_qty(w, "blockNumber", n);
            wh_jw_b32(w, "blockHash", f->torn_logs ? &zero : &f->blocks[n].hash);
            wh_jw_b32(w, "transactionHash", &zero);
            wh_jw_qty(w, "transactionIndex", 0);
            wh_jw_qty(w, "logIndex", k);
            wh_jw_arr(w, "topics");
            wh_jw_b32(w, NULL, &f->blocks[n].hash);
            wh_jw_end(w);
            wh_jw_data(w, "data", &data, 1);
            wh_jw_end(w);
        }
    wh_jw_end(w);
    if (f->reorg_in_logs) {
        unsigned depth = f->reorg_in_logs;
        f->reorg_in_logs = 0;
        fake_reorg(f, depth, true);
        for (unsigned i = 0; i < depth; i++)
            fake_mine(f);
    }
    return NULL;
}

static inline const char *fake_method(struct fake *f, const char *m, const json_t *params,
                                      struct wh_jw *w)
{
    const json_t *a = json_array_get(params, 0);
    bytes32 h = {{0}};
    if (json_is_string(a)) wh_hex_parse(json_string_value(a), h.b, 32);
    if (strcmp(m, "eth_sendRawTransaction") == 0) return fake_send(f, params, w);
    if (strcmp(m, "eth_chainId") == 0) {
        wh_jw_qty(w, NULL, f->chain_id);
    } else if (strcmp(m, "eth_getTransactionCount") == 0) {
        wh_jw_qty(w, NULL, fake_nonce_at(f, fake_quantity(json_array_get(params, 1))));
    } else if (strcmp(m, "eth_getBalance") == 0) {
        wh_jw_qty256(w, NULL, &f->balance);
    } else if (strcmp(m, "eth_feeHistory") == 0) {
        wh_jw_obj(w, NULL);
        wh_jw_arr(w, "baseFeePerGas");
        wh_jw_qty(w, NULL, f->base_fee);
        wh_jw_end(w);
        wh_jw_end(w);
    } else if (strcmp(m, "eth_getBlockByNumber") == 0) {
        uint64_t n = fake_quantity(a);
        if (n == UINT64_MAX) n = f->head - f->lag;
        if (n > f->head)
            wh_jw_null(w, NULL);
        else
            fake_block_json(f, (unsigned)n, w);
    } else if (strcmp(m, "eth_getTransactionReceipt") == 0) {
        const struct fake_tx *t = fake_find(f, &h);
        if (t == NULL || t->block < 0 || f->no_receipts)
            wh_jw_null(w, NULL);
        else
            fake_receipt_json(f, t, w);
    } else if (strcmp(m, "eth_getTransactionByHash") == 0) {
        const struct fake_tx *t = fake_find(f, &h);
        if (t == NULL || (t->block < 0 && !t->in_pool))
            wh_jw_null(w, NULL);
        else
            fake_tx_json(f, t, w);
    } else if (strcmp(m, "eth_getLogs") == 0) {
        return fake_logs(f, a, w);
    } else {
        return "no such method";
    }
    return NULL;
}

static inline void fake_answer(struct fake *f, const json_t *req, struct wh_buf *out)
{
    struct wh_buf result = {0};
    struct wh_jw w;
    wh_jw_init(&w, &result);
    const char *bad = fake_method(f, json_string_value(json_object_get(req, "method")),
                                  json_object_get(req, "params"), &w);
    long long id = (long long)json_integer_value(json_object_get(req, "id"));
    if (bad)
        wh_buf_printf(out,
                      "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":-32000,\"message\":"
                      "\"%s\"}}",
                      id, bad);
    else
        wh_buf_printf(out, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":%s}", id,
                      wh_buf_cstr(&result));
    wh_buf_done(&result);
}

static inline wh_status fake_post(void *ctx, const char *url, wh_span body, size_t max_reply,
                                  long *http_status, struct wh_buf *reply, struct wh_error *err)
{
    (void)url, (void)max_reply;
    struct fake *f = ctx;
    bool fail = ++f->requests == f->fail_at;
    if (fail && !f->fail_after) return wh_fail(err, WH_ERR_RPC_CONNECT, "cut before");
    json_t *v = json_loadb((const char *)body.ptr, body.len, 0, NULL);
    if (json_is_array(v)) {
        for (size_t i = 0; i < json_array_size(v); i++) {
            wh_buf_str(reply, i ? "," : "[");
            fake_answer(f, json_array_get(v, i), reply);
        }
        wh_buf_str(reply, "]");
    } else {
        fake_answer(f, v, reply);
    }
    json_decref(v);
    if (fail) {
        wh_buf_reset(reply);
        return wh_fail(err, WH_ERR_RPC_CONNECT, "cut after");
    }
    *http_status = 200;
    return WH_OK;
}

static inline struct l1_rpc *fake_open(struct fake *f)
{
    static const char *const urls[] = {"http://fake"};
    struct l1_rpc *r = NULL;
    struct l1_rpc_config c = {
        .urls = urls, .url_count = 1, .transport = fake_post, .transport_ctx = f};
    return l1_rpc_open(&r, &c, NULL) == WH_OK ? r : NULL;
}

#endif
