/* SPDX-License-Identifier: MIT */
/* Own steps, packed: 124 a row, so that a row of leaves fills one page (2^20 leaves in 0.16 s where a
 * row per leaf takes 0.9 s). */
#include <stdlib.h>
#include <string.h>

#include "game/store/store_private.h"

#define PER_ROW 124u

/* One row of each of the three tables. */
struct pack {
    uint64_t chunk;
    size_t n;
    uint8_t leaves[PER_ROW * 32], roots[PER_ROW * 32], gas[PER_ROW * 16];
};

static wh_status load_column(struct query *q, uint64_t chunk, uint8_t *out, size_t cap, size_t *len,
                             struct wh_error *err)
{
    bool found = false;
    query_u64(q, chunk);
    wh_status st = query_row(q, &found, err);
    *len = 0;
    if (st == WH_OK && found) {
        wh_span b = column_blob(q, 0);
        if (b.len > cap)
            st = wh_fail(err, WH_ERR_STORE_CORRUPT, "a row of steps has %zu bytes", b.len);
        else if (b.len) {
            memcpy(out, b.ptr, b.len);
            *len = b.len;
        }
    }
    query_close(q);
    return st;
}

static wh_status load_leaves(struct store *s, uint64_t chunk, uint8_t *out, size_t *n,
                             struct wh_error *err)
{
    struct query q;
    size_t len = 0;
    WH_TRY(query_open(s, &q, "SELECT v FROM leaves WHERE chunk = ?", err));
    WH_TRY(load_column(&q, chunk, out, PER_ROW * 32, &len, err));
    *n = len / 32;
    return WH_OK;
}

static wh_status load_pack(struct store *s, uint64_t chunk, struct pack *p, struct wh_error *err)
{
    struct query q;
    size_t roots = 0, gas = 0;
    p->chunk = chunk;
    WH_TRY(load_leaves(s, chunk, p->leaves, &p->n, err));
    WH_TRY(query_open(s, &q, "SELECT v FROM step_roots WHERE chunk = ?", err));
    WH_TRY(load_column(&q, chunk, p->roots, sizeof p->roots, &roots, err));
    WH_TRY(query_open(s, &q, "SELECT v FROM step_gas WHERE chunk = ?", err));
    WH_TRY(load_column(&q, chunk, p->gas, sizeof p->gas, &gas, err));
    if (roots != 32 * p->n || gas != 16 * p->n)
        return wh_fail(err, WH_ERR_STORE_CORRUPT, "rows of steps %llu differ in length",
                       (unsigned long long)(chunk * PER_ROW));
    return WH_OK;
}

static wh_status save_pack(struct store *s, const struct pack *p, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q, "INSERT OR REPLACE INTO leaves (chunk, v) VALUES (?, ?)", err));
    query_u64(&q, p->chunk);
    query_blob(&q, p->leaves, 32 * p->n);
    WH_TRY(query_run(&q, err));
    WH_TRY(query_open(s, &q, "INSERT OR REPLACE INTO step_roots (chunk, v) VALUES (?, ?)", err));
    query_u64(&q, p->chunk);
    query_blob(&q, p->roots, 32 * p->n);
    WH_TRY(query_run(&q, err));
    WH_TRY(query_open(s, &q, "INSERT OR REPLACE INTO step_gas (chunk, v) VALUES (?, ?)", err));
    query_u64(&q, p->chunk);
    query_blob(&q, p->gas, 16 * p->n);
    return query_run(&q, err);
}

wh_status store_steps_count(struct store *s, uint64_t *count, struct wh_error *err)
{
    struct query q;
    bool found = false;
    WH_TRY(query_open(s, &q, "SELECT chunk, length(v) / 32 FROM leaves ORDER BY chunk DESC LIMIT 1",
                      err));
    wh_status st = query_row(&q, &found, err);
    if (st == WH_OK) *count = found ? column_u64(&q, 0) * PER_ROW + column_u64(&q, 1) : 0;
    query_close(&q);
    return st;
}

static wh_status append(struct store *s, uint64_t first, const struct store_step *v, size_t count,
                        struct wh_error *err)
{
    uint64_t have = 0;
    WH_TRY(store_steps_count(s, &have, err));
    if (have != first)
        return wh_fail(err, WH_ERR_STORE_IO, "steps from %llu do not follow the %llu stored",
                       (unsigned long long)first, (unsigned long long)have);
    struct pack p = {.chunk = first / PER_ROW};
    if (first % PER_ROW) WH_TRY(load_pack(s, p.chunk, &p, err));
    for (size_t i = 0; i < count; i++) {
        memcpy(p.leaves + 32 * p.n, v[i].leaf.b, 32);
        memcpy(p.roots + 32 * p.n, v[i].state_root.b, 32);
        store_be64(p.gas + 16 * p.n, v[i].gas);
        store_be64(p.gas + 16 * p.n + 8, v[i].gas_cumulative);
        p.n++;
        if (p.n < PER_ROW && i + 1 < count) continue;
        WH_TRY(save_pack(s, &p, err));
        if (p.n == PER_ROW) {
            p.chunk++;
            p.n = 0;
        }
    }
    return WH_OK;
}

wh_status store_steps_append(struct store *s, uint64_t first, const struct store_step *v,
                             size_t count, struct wh_error *err)
{
    if (count == 0) return WH_OK;
    WH_TRY(store_begin(s, err));
    wh_status st = append(s, first, v, count, err);
    if (st == WH_OK) return store_commit(s, err);
    store_rollback(s);
    return st;
}

static wh_status missing(uint64_t step, struct wh_error *err)
{
    return wh_fail(err, WH_ERR_STORE_MISSING, "step %llu is not stored", (unsigned long long)step);
}

wh_status store_steps_get(struct store *s, uint64_t first, size_t count, struct store_step *out,
                          struct wh_error *err)
{
    struct pack p;
    bool loaded = false;
    for (size_t i = 0; i < count; i++) {
        uint64_t step = first + i;
        size_t at = step % PER_ROW;
        if (!loaded || p.chunk != step / PER_ROW) WH_TRY(load_pack(s, step / PER_ROW, &p, err));
        loaded = true;
        if (at >= p.n) return missing(step, err);
        memcpy(out[i].leaf.b, p.leaves + 32 * at, 32);
        memcpy(out[i].state_root.b, p.roots + 32 * at, 32);
        out[i].gas = load_be64(p.gas + 16 * at);
        out[i].gas_cumulative = load_be64(p.gas + 16 * at + 8);
    }
    return WH_OK;
}

wh_status store_leaves_get(struct store *s, uint64_t first, size_t count, bytes32 *out,
                           struct wh_error *err)
{
    uint8_t row[PER_ROW * 32];
    for (size_t i = 0; i < count;) {
        size_t n = 0, at = (first + i) % PER_ROW;
        WH_TRY(load_leaves(s, (first + i) / PER_ROW, row, &n, err));
        if (at >= n) return missing(first + i, err);
        size_t some = n - at < count - i ? n - at : count - i;
        memcpy(out[i].b, row + 32 * at, 32 * some);
        i += some;
    }
    return WH_OK;
}

static wh_status drop_after(struct store *s, const char *sql, uint64_t v, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q, sql, err));
    query_u64(&q, v);
    return query_run(&q, err);
}

static wh_status truncate_to(struct store *s, uint64_t count, struct wh_error *err)
{
    uint64_t chunk = count / PER_ROW;
    struct pack p = {.chunk = chunk};
    if (count % PER_ROW) {
        WH_TRY(load_pack(s, chunk, &p, err));
        if (p.n > count % PER_ROW) p.n = count % PER_ROW;
    }
    WH_TRY(drop_after(s, "DELETE FROM leaves WHERE chunk >= ?", chunk, err));
    WH_TRY(drop_after(s, "DELETE FROM step_roots WHERE chunk >= ?", chunk, err));
    WH_TRY(drop_after(s, "DELETE FROM step_gas WHERE chunk >= ?", chunk, err));
    if (p.n) WH_TRY(save_pack(s, &p, err));
    WH_TRY(drop_after(s, "DELETE FROM states WHERE steps > ?", count, err));
    WH_TRY(drop_after(s, "DELETE FROM traces WHERE step >= ?", count, err));
    return drop_after(s, "DELETE FROM blocks WHERE first_step + steps > ?", count, err);
}

wh_status store_steps_truncate(struct store *s, uint64_t count, struct wh_error *err)
{
    WH_TRY(store_begin(s, err));
    wh_status st = truncate_to(s, count, err);
    if (st == WH_OK) return store_commit(s, err);
    store_rollback(s);
    return st;
}
