/* SPDX-License-Identifier: MIT */
/* eth_getLogs, every log checked against what was asked. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l1/rpc_private.h"

#define MAX_LOGS ((size_t)1 << 20)
#define MAX_DATA ((size_t)16 << 20)

void l1_logs_done(struct l1_logs *logs)
{
    free(logs->v);
    wh_buf_done(&logs->bytes);
    memset(logs, 0, sizeof *logs);
}

/* What the logs of one answer must match. */
struct filter {
    uint64_t first, last;
    const bytes32 *block; /* NULL: by range */
    const address *addrs;
    size_t addr_count;
};

/* data is first an offset into bytes (which may move), a pointer once all are read. */
static wh_status read_log(const struct wh_json *j, const struct filter *f, struct l1_log *l,
                          struct wh_buf *bytes, struct wh_error *err)
{
    struct wh_json m;
    bool removed = false;
    uint64_t v = 0;
    memset(l, 0, sizeof *l);
    WH_TRY(wh_json_get_address(j, "address", &l->addr, err));
    WH_TRY(wh_json_get_u64(j, "blockNumber", &l->block_number, err));
    WH_TRY(wh_json_get_bytes32(j, "blockHash", &l->block_hash, err));
    WH_TRY(wh_json_get_bytes32(j, "transactionHash", &l->tx_hash, err));
    WH_TRY(wh_json_get_u64(j, "transactionIndex", &v, err));
    if (v > UINT32_MAX) return wh_json_fail(j, err, "transactionIndex over 32 bits");
    l->tx_index = (uint32_t)v;
    WH_TRY(wh_json_get_u64(j, "logIndex", &v, err));
    if (v > UINT32_MAX) return wh_json_fail(j, err, "logIndex over 32 bits");
    l->log_index = (uint32_t)v;
    if (wh_json_opt(j, "removed", &m)) WH_TRY(wh_json_bool(&m, &removed, err));
    if (removed) return wh_json_fail(j, err, "a removed log");
    struct wh_json topics;
    size_t n = 0;
    WH_TRY(wh_json_get(j, "topics", &topics, err));
    WH_TRY(wh_json_array(&topics, 4, &n, err));
    l->topic_count = (unsigned)n;
    for (size_t i = 0; i < n; i++) {
        m = wh_json_at(&topics, i);
        WH_TRY(wh_json_bytes32(&m, &l->topics[i], err));
    }
    size_t from = bytes->len;
    WH_TRY(wh_json_get_data(j, "data", MAX_DATA, bytes, err));
    l->data.len = bytes->len - from;

    if (l->block_number < f->first || l->block_number > f->last)
        return wh_json_fail(j, err, "block %" PRIu64 " was not asked for", l->block_number);
    if (f->block && !bytes32_eq(f->block, &l->block_hash))
        return wh_json_fail(j, err, "of another block than asked for");
    for (size_t i = 0; i < f->addr_count; i++)
        if (address_eq(&f->addrs[i], &l->addr)) return WH_OK;
    return wh_json_fail(j, err, "of an address that was not asked for");
}

static bool in_order(const struct l1_log *a, const struct l1_log *b)
{
    if (a->block_number != b->block_number) return a->block_number < b->block_number;
    return a->log_index < b->log_index && bytes32_eq(&a->block_hash, &b->block_hash);
}

static wh_status reserve(struct l1_logs *logs, size_t more, struct wh_error *err)
{
    if (more <= logs->cap - logs->count) return WH_OK;
    size_t cap = logs->cap ? logs->cap : 64;
    while (cap - logs->count < more)
        cap *= 2;
    struct l1_log *v = realloc(logs->v, cap * sizeof *v);
    if (v == NULL) return wh_fail(err, WH_ERR_NOMEM, "%zu logs", cap);
    logs->v = v;
    logs->cap = cap;
    return WH_OK;
}

static wh_status read_logs(const json_t *result, const struct filter *f, struct l1_logs *out,
                           struct wh_error *err)
{
    struct wh_json root = wh_json_root(result, "result");
    size_t n = 0, start = out->count, mark = out->bytes.len;
    wh_status st = wh_json_array(&root, MAX_LOGS, &n, err);
    if (st == WH_OK && (st = reserve(out, n, err)) != WH_OK) return st;
    for (size_t i = 0; i < n && st == WH_OK; i++) {
        struct wh_json j = wh_json_at(&root, i);
        struct l1_log *l = &out->v[out->count];
        st = read_log(&j, f, l, &out->bytes, err);
        if (st == WH_OK && out->count > start && !in_order(l - 1, l))
            st = wh_json_fail(&j, err, "out of order");
        if (st == WH_OK) out->count++;
    }
    if (st == WH_OK) return WH_OK;
    out->count = start;
    out->bytes.len = mark;
    return st == WH_E_NOMEM ? st : l1_bad_form("eth_getLogs", err);
}

static void point_data(struct l1_logs *logs)
{
    const uint8_t *p = logs->bytes.ptr;
    for (size_t i = 0; i < logs->count; i++) {
        logs->v[i].data.ptr = p;
        p += logs->v[i].data.len;
    }
}

static json_t *address_list(const address *addrs, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, l1_json_addr(&addrs[i]));
    return list;
}

/* Refusals that a smaller range may cure; nodes use four codes for it. */
static bool range_trouble(const struct l1_rpc *r, const struct wh_error *e)
{
    if (e->code == WH_ERR_RPC_LIMIT || e->code == WH_ERR_RPC_SIZE || e->code == WH_ERR_RPC_TIMEOUT)
        return true;
    int64_t c = r->fault.code;
    return e->code == WH_ERR_RPC_ERROR &&
           (c == -32005 || c == -32600 || c == -32602 || c == -32616);
}

wh_status l1_get_logs(struct l1_rpc *r, uint64_t first, uint64_t last, const address *addrs,
                      size_t addr_count, struct l1_logs *out, struct wh_error *err)
{
    size_t count = out->count, mark = out->bytes.len;
    wh_status st = WH_OK;
    for (uint64_t from = first; from <= last && st == WH_OK;) {
        uint64_t span = r->config.max_log_blocks;
        uint64_t to = last - from < span ? last : from + span - 1;
        json_t *query = json_pack("[{s:o,s:o,s:o}]", "fromBlock", l1_json_qty(from), "toBlock",
                                  l1_json_qty(to), "address", address_list(addrs, addr_count));
        json_t *result = NULL;
        struct wh_error local = {0};
        st = l1_rpc_call(r, "eth_getLogs", query, &result, &local);
        if (st != WH_OK && to > from && range_trouble(r, &local)) {
            r->config.max_log_blocks = (to - from + 1) / 2;
            st = WH_OK;
            continue;
        }
        if (st != WH_OK) {
            if (err) *err = local;
            break;
        }
        struct filter f = {from, to, NULL, addrs, addr_count};
        st = read_logs(result, &f, out, err);
        json_decref(result);
        if (to == UINT64_MAX) break;
        from = to + 1;
    }
    if (st != WH_OK) {
        out->count = count;
        out->bytes.len = mark;
    }
    point_data(out);
    return st;
}

wh_status l1_get_logs_of(struct l1_rpc *r, const struct l1_block *blocks, size_t n,
                         const address *addrs, size_t addr_count, struct l1_logs *out,
                         struct wh_error *err)
{
    size_t count = out->count, mark = out->bytes.len;
    json_t **params = calloc(2 * n + 1, sizeof *params);
    if (params == NULL) return wh_fail(err, WH_ERR_NOMEM, "%zu blocks", n);
    json_t **results = params + n;
    for (size_t i = 0; i < n; i++)
        params[i] = json_pack("[{s:o,s:o}]", "blockHash", l1_json_b32(&blocks[i].hash), "address",
                              address_list(addrs, addr_count));
    wh_status st = l1_rpc_batch(r, "eth_getLogs", n, params, results, err);
    bool have = st == WH_OK;
    for (size_t i = 0; i < n && st == WH_OK; i++) {
        struct filter f = {blocks[i].number, blocks[i].number, &blocks[i].hash, addrs, addr_count};
        st = read_logs(results[i], &f, out, err);
    }
    for (size_t i = 0; have && i < n; i++)
        json_decref(results[i]);
    free(params);
    if (st != WH_OK) {
        out->count = count;
        out->bytes.len = mark;
    }
    point_data(out);
    return st;
}
