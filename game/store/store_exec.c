/* SPDX-License-Identifier: MIT */
/* What execution reads and made: preimages, inputs, states, traces, blocks. Steps: store_steps.c. */
#include <string.h>

#include "game/store/store_private.h"
#include "proto/sys/file.h"

#define STATE_BYTES 1024
#define TRACE_MAX   ((size_t)64 << 20) /* unpacked; far over any witness cap in use */

/* --- preimages */
wh_status store_preimage_put(struct store *s, enum store_kind kind, const bytes32 *hash,
                             wh_span bytes, struct wh_error *err)
{
    struct query q;
    wh_status st = WH_OK;
    switch (kind) {
    case STORE_NODE:
        st = query_open(s, &q,
                        "INSERT INTO nodes (hash, bytes, generation) VALUES (?, ?, ?) "
                        "ON CONFLICT (hash) DO UPDATE SET bytes = excluded.bytes "
                        "WHERE bytes <> excluded.bytes",
                        err);
        break;
    case STORE_CODE:
        st = query_open(s, &q,
                        "INSERT INTO codes (hash, bytes) VALUES (?, ?) ON CONFLICT (hash) DO "
                        "UPDATE SET bytes = excluded.bytes WHERE bytes <> excluded.bytes",
                        err);
        break;
    case STORE_DATA:
        st = query_open(s, &q,
                        "INSERT INTO objects (hash, bytes) VALUES (?, ?) ON CONFLICT (hash) DO "
                        "UPDATE SET bytes = excluded.bytes WHERE bytes <> excluded.bytes",
                        err);
        break;
    }
    if (st != WH_OK) return st;
    query_b32(&q, hash);
    query_blob(&q, bytes.ptr, bytes.len);
    if (kind == STORE_NODE) query_u64(&q, s->generation);
    return query_run(&q, err);
}

wh_status store_preimage_get(struct store *s, enum store_kind kind, const bytes32 *hash,
                             struct wh_buf *out, bool *found, struct wh_error *err)
{
    struct query q;
    wh_status st = WH_OK;
    switch (kind) {
    case STORE_NODE: st = query_open(s, &q, "SELECT bytes FROM nodes WHERE hash = ?", err); break;
    case STORE_CODE: st = query_open(s, &q, "SELECT bytes FROM codes WHERE hash = ?", err); break;
    case STORE_DATA: st = query_open(s, &q, "SELECT bytes FROM objects WHERE hash = ?", err); break;
    }
    if (st != WH_OK) return st;
    query_b32(&q, hash);
    st = query_row(&q, found, err);
    if (st == WH_OK && *found) st = column_append(&q, 0, out, err);
    query_close(&q);
    return st;
}

/* --- inputs */
wh_status store_input_put(struct store *s, const struct store_input *in, struct wh_error *err)
{
    struct query q;
    WH_TRY(store_begin(s, err));
    wh_status st = WH_OK;
    if (in->bytes.ptr) st = store_preimage_put(s, STORE_DATA, &in->hash, in->bytes, err);
    if (st == WH_OK)
        st = query_open(s, &q,
                        "INSERT INTO inputs (n, l1_block, hash, acc, first_step, items) "
                        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (n) DO UPDATE SET "
                        "l1_block = excluded.l1_block, hash = excluded.hash, acc = excluded.acc, "
                        "first_step = excluded.first_step, items = excluded.items",
                        err);
    if (st == WH_OK) {
        query_u64(&q, in->n);
        query_u64(&q, in->l1_block);
        query_b32(&q, &in->hash);
        query_b32(&q, &in->acc);
        query_u64(&q, in->first_step);
        query_u64(&q, in->items);
        st = query_run(&q, err);
    }
    if (st == WH_OK) return store_commit(s, err);
    store_rollback(s);
    return st;
}

wh_status store_input_get(struct store *s, uint64_t n, struct store_input *in, bool *found,
                          struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(
        s, &q, "SELECT n, l1_block, hash, acc, first_step, items FROM inputs WHERE n = ?", err));
    query_u64(&q, n);
    wh_status st = query_row(&q, found, err);
    if (st == WH_OK && *found)
        *in = (struct store_input){.n = column_u64(&q, 0),
                                   .l1_block = column_u64(&q, 1),
                                   .hash = column_b32(&q, 2),
                                   .acc = column_b32(&q, 3),
                                   .first_step = column_u64(&q, 4),
                                   .items = (uint32_t)column_u64(&q, 5)};
    query_close(&q);
    return st;
}

wh_status store_input_count(struct store *s, uint64_t *count, struct wh_error *err)
{
    return store_pragma(s, "SELECT coalesce(max(n) + 1, 0) FROM inputs", count, err);
}

/* --- states */
wh_status store_state_put(struct store *s, uint64_t steps, const uint8_t state[1024],
                          struct wh_error *err)
{
    struct wh_buf packed = {0};
    struct query q;
    WH_TRY(wh_zstd_pack(wh_span_of(state, STATE_BYTES), 1, &packed, err));
    wh_status st =
        query_open(s, &q, "INSERT OR REPLACE INTO states (steps, packed) VALUES (?, ?)", err);
    if (st == WH_OK) {
        query_u64(&q, steps);
        query_blob(&q, packed.ptr, packed.len);
        st = query_run(&q, err);
    }
    wh_buf_done(&packed);
    return st;
}

/* unpack: what does not is damage, unless it is the memory that is missing. */
static wh_status unpack(const struct query *q, size_t max, const char *what, struct wh_buf *out,
                        struct wh_error *err)
{
    struct wh_buf packed = {0};
    struct wh_error why = {0};
    wh_status st = column_append(q, 0, &packed, err);
    if (st == WH_OK && wh_zstd_unpack(wh_buf_span(&packed), max, out, &why) != WH_OK)
        st = wh_fail(err, why.code == WH_ERR_NOMEM ? WH_ERR_NOMEM : WH_ERR_STORE_CORRUPT,
                     "a stored %s does not unpack: %.80s", what, why.what);
    wh_buf_done(&packed);
    return st;
}

static wh_status unpack_state(const struct query *q, uint8_t state[1024], struct wh_error *err)
{
    struct wh_buf b = {0};
    wh_status st = unpack(q, STATE_BYTES, "state", &b, err);
    if (st == WH_OK && b.len == STATE_BYTES)
        memcpy(state, b.ptr, STATE_BYTES);
    else if (st == WH_OK)
        st = wh_fail(err, WH_ERR_STORE_CORRUPT, "a stored state has %zu bytes", b.len);
    wh_buf_done(&b);
    return st;
}

wh_status store_state_get(struct store *s, uint64_t steps, uint8_t state[1024], bool *found,
                          struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q, "SELECT packed FROM states WHERE steps = ?", err));
    query_u64(&q, steps);
    wh_status st = query_row(&q, found, err);
    if (st == WH_OK && *found) st = unpack_state(&q, state, err);
    query_close(&q);
    return st;
}

wh_status store_state_below(struct store *s, uint64_t at, uint64_t *steps, uint8_t state[1024],
                            bool *found, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "SELECT packed, steps FROM states WHERE steps <= ? "
                      "ORDER BY steps DESC LIMIT 1",
                      err));
    query_u64(&q, at);
    wh_status st = query_row(&q, found, err);
    if (st == WH_OK && *found) {
        st = unpack_state(&q, state, err);
        if (st == WH_OK) *steps = column_u64(&q, 1);
    }
    query_close(&q);
    return st;
}

/* --- traces */
wh_status store_trace_put(struct store *s, uint64_t step, const bytes32 *pre_leaf, wh_span trace,
                          struct wh_error *err)
{
    struct wh_buf packed = {0};
    struct query q;
    if (trace.len > TRACE_MAX)
        return wh_fail(err, WH_ERR_STORE_IO, "a trace of %zu bytes is not stored", trace.len);
    WH_TRY(wh_zstd_pack(trace, 1, &packed, err));
    wh_status st = query_open(
        s, &q, "INSERT OR REPLACE INTO traces (step, pre_leaf, packed) VALUES (?, ?, ?)", err);
    if (st == WH_OK) {
        query_u64(&q, step);
        query_b32(&q, pre_leaf);
        query_blob(&q, packed.ptr, packed.len);
        st = query_run(&q, err);
    }
    wh_buf_done(&packed);
    return st;
}

wh_status store_trace_get(struct store *s, uint64_t step, const bytes32 *pre_leaf,
                          struct wh_buf *out, bool *found, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q, "SELECT packed FROM traces WHERE step = ? AND pre_leaf = ?", err));
    query_u64(&q, step);
    query_b32(&q, pre_leaf);
    wh_status st = query_row(&q, found, err);
    if (st == WH_OK && *found) st = unpack(&q, TRACE_MAX, "trace", out, err);
    query_close(&q);
    return st;
}

/* --- blocks */
wh_status store_block_put(struct store *s, const struct store_block *b, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "INSERT OR REPLACE INTO blocks (number, hash, state_root, input, first_step, "
                      "steps, gas_used, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      err));
    query_u64(&q, b->number);
    query_b32(&q, &b->hash);
    query_b32(&q, &b->state_root);
    query_u64(&q, b->input);
    query_u64(&q, b->first_step);
    query_u64(&q, b->steps);
    query_u64(&q, b->gas_used);
    query_u64(&q, b->timestamp);
    return query_run(&q, err);
}

static wh_status one_block(struct query *q, struct store_block *b, bool *found,
                           struct wh_error *err)
{
    wh_status st = query_row(q, found, err);
    if (st == WH_OK && *found)
        *b = (struct store_block){.number = column_u64(q, 0),
                                  .hash = column_b32(q, 1),
                                  .state_root = column_b32(q, 2),
                                  .input = column_u64(q, 3),
                                  .first_step = column_u64(q, 4),
                                  .steps = (uint32_t)column_u64(q, 5),
                                  .gas_used = column_u64(q, 6),
                                  .timestamp = column_u64(q, 7)};
    query_close(q);
    return st;
}

wh_status store_block_get(struct store *s, uint64_t number, struct store_block *b, bool *found,
                          struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "SELECT number, hash, state_root, input, first_step, steps, gas_used, time "
                      "FROM blocks WHERE number = ?",
                      err));
    query_u64(&q, number);
    return one_block(&q, b, found, err);
}

wh_status store_block_head(struct store *s, struct store_block *b, bool *found,
                           struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "SELECT number, hash, state_root, input, first_step, steps, gas_used, time "
                      "FROM blocks ORDER BY number DESC LIMIT 1",
                      err));
    return one_block(&q, b, found, err);
}
