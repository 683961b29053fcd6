/* SPDX-License-Identifier: MIT */
/* What L1 said: followed blocks, events, counted chunks. */
#include <string.h>

#include "game/store/store_private.h"

static struct store_l1_block l1_block_of(const struct query *q)
{
    return (struct store_l1_block){.number = column_u64(q, 0),
                                   .hash = column_b32(q, 1),
                                   .parent = column_b32(q, 2),
                                   .timestamp = column_u64(q, 3)};
}

wh_status store_l1_put(struct store *s, const struct store_l1_block *b, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "INSERT INTO l1_blocks (number, hash, parent, time) VALUES (?, ?, ?, ?) "
                      "ON CONFLICT (number) DO UPDATE SET hash = excluded.hash, "
                      "parent = excluded.parent, time = excluded.time",
                      err));
    query_u64(&q, b->number);
    query_b32(&q, &b->hash);
    query_b32(&q, &b->parent);
    query_u64(&q, b->timestamp);
    return query_run(&q, err);
}

static wh_status one_block(struct query *q, struct store_l1_block *b, bool *found,
                           struct wh_error *err)
{
    wh_status st = query_row(q, found, err);
    if (st == WH_OK && *found) *b = l1_block_of(q);
    query_close(q);
    return st;
}

wh_status store_l1_get(struct store *s, uint64_t number, struct store_l1_block *b, bool *found,
                       struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q, "SELECT number, hash, parent, time FROM l1_blocks WHERE number = ?",
                      err));
    query_u64(&q, number);
    return one_block(&q, b, found, err);
}

wh_status store_l1_head(struct store *s, struct store_l1_block *b, bool *found,
                        struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "SELECT number, hash, parent, time FROM l1_blocks "
                      "ORDER BY number DESC LIMIT 1",
                      err));
    return one_block(&q, b, found, err);
}

wh_status store_l1_below(struct store *s, uint64_t below, struct store_l1_block *b, bool *found,
                         struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "SELECT number, hash, parent, time FROM l1_blocks WHERE number < ? "
                      "ORDER BY number DESC LIMIT 1",
                      err));
    query_u64(&q, below);
    return one_block(&q, b, found, err);
}

/* Runs one statement with one integer. */
static wh_status run_u64(struct store *s, const char *sql, uint64_t v, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q, sql, err));
    query_u64(&q, v);
    return query_run(&q, err);
}

wh_status store_l1_rollback(struct store *s, uint64_t keep, struct wh_error *err)
{
    WH_TRY(store_begin(s, err));
    wh_status st = run_u64(s, "DELETE FROM l1_blocks WHERE number > ?", keep, err);
    if (st == WH_OK) st = run_u64(s, "DELETE FROM events WHERE l1_block > ?", keep, err);
    if (st == WH_OK) st = run_u64(s, "DELETE FROM inputs WHERE l1_block > ?", keep, err);
    if (st == WH_OK) st = run_u64(s, "DELETE FROM chunks WHERE l1_block > ?", keep, err);
    if (st == WH_OK) return store_commit(s, err);
    store_rollback(s);
    return st;
}

wh_status store_l1_prune(struct store *s, uint64_t below, struct wh_error *err)
{
    return run_u64(s,
                   "DELETE FROM l1_blocks WHERE number < ? "
                   "AND NOT EXISTS (SELECT 1 FROM events WHERE l1_block = number)",
                   below, err);
}

/* --- events */
wh_status store_event_put(struct store *s, struct store_event *e, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "INSERT INTO events (l1_block, log_index, time, tx, address, topics, data) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?)",
                      err));
    query_u64(&q, e->l1_block);
    query_u64(&q, e->log_index);
    query_u64(&q, e->l1_time);
    query_b32(&q, &e->tx_hash);
    query_blob(&q, e->addr.b, 20);
    query_blob(&q, e->topics, 32 * (size_t)e->topic_count);
    query_blob(&q, e->data.ptr, e->data.len);
    WH_TRY(query_run(&q, err));
    e->seq = (uint64_t)sqlite3_last_insert_rowid(s->db);
    return WH_OK;
}

static struct store_event event_of(const struct query *q)
{
    struct store_event e = {.seq = column_u64(q, 0),
                            .l1_block = column_u64(q, 1),
                            .log_index = (uint32_t)column_u64(q, 2),
                            .l1_time = column_u64(q, 3),
                            .tx_hash = column_b32(q, 4),
                            .addr = column_addr(q, 5)};
    wh_span topics = column_blob(q, 6);
    size_t n = topics.len < sizeof e.topics ? topics.len : sizeof e.topics;
    e.topic_count = (unsigned)(n / 32);
    if (n) memcpy(e.topics, topics.ptr, n);
    e.data = column_blob(q, 7);
    return e;
}

/* The visitors' writes are one transaction, so that folding thousands of events costs one sync. It is
 * committed whatever a visitor says: each write is right by itself. */
wh_status store_events_each(struct store *s, uint64_t after, store_event_visit *visit, void *ctx,
                            struct wh_error *err)
{
    struct query q;
    bool own = s->depth == 0 && !s->read_only, found = true;
    if (own) WH_TRY(store_begin(s, err));
    wh_status st = query_open(s, &q,
                              "SELECT seq, l1_block, log_index, time, tx, address, topics, data "
                              "FROM events WHERE seq > ? ORDER BY seq",
                              err);
    if (st == WH_OK) {
        query_u64(&q, after);
        while (st == WH_OK) {
            st = query_row(&q, &found, err);
            if (st != WH_OK || !found) break;
            struct store_event e = event_of(&q);
            st = visit(ctx, &e, err);
        }
        query_close(&q);
    }
    if (!own) return st;
    if (s->broken) {
        store_rollback(s);
        return st == WH_OK ? wh_fail(err, WH_ERR_STORE_IO, "a write of a visitor failed") : st;
    }
    struct wh_error late = {0};
    wh_status committed = store_commit(s, &late);
    if (st == WH_OK && committed != WH_OK) {
        if (err) *err = late;
        st = committed;
    }
    return st;
}

wh_status store_event_last(struct store *s, uint64_t *seq, struct wh_error *err)
{
    struct query q;
    bool found = false;
    WH_TRY(query_open(s, &q, "SELECT seq FROM events ORDER BY seq DESC LIMIT 1", err));
    wh_status st = query_row(&q, &found, err);
    if (st == WH_OK) *seq = found ? column_u64(&q, 0) : 0;
    query_close(&q);
    return st;
}

/* --- chunks */
wh_status store_chunk_put(struct store *s, const bytes32 *hash, uint64_t l1_block,
                          const bytes32 *tx, uint32_t length, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "INSERT OR IGNORE INTO chunks (hash, l1_block, tx, length) "
                      "VALUES (?, ?, ?, ?)",
                      err));
    query_b32(&q, hash);
    query_u64(&q, l1_block);
    query_b32(&q, tx);
    query_u64(&q, length);
    return query_run(&q, err);
}

wh_status store_chunk_newest(struct store *s, const bytes32 *hash, uint64_t *l1_block, bool *found,
                             struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "SELECT l1_block FROM chunks WHERE hash = ? AND length > 0 "
                      "ORDER BY l1_block DESC LIMIT 1",
                      err));
    query_b32(&q, hash);
    wh_status st = query_row(&q, found, err);
    if (st == WH_OK && *found) *l1_block = column_u64(&q, 0);
    query_close(&q);
    return st;
}

wh_status store_chunk_unseen(struct store *s, const bytes32 *hash, uint64_t above,
                             uint64_t *l1_block, bytes32 *tx, bool *found, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "SELECT l1_block, tx FROM chunks WHERE hash = ? AND l1_block > ? AND "
                      "length = 0 ORDER BY l1_block DESC LIMIT 1",
                      err));
    query_b32(&q, hash);
    query_u64(&q, above);
    wh_status st = query_row(&q, found, err);
    if (st == WH_OK && *found) {
        *l1_block = column_u64(&q, 0);
        *tx = column_b32(&q, 1);
    }
    query_close(&q);
    return st;
}

wh_status store_chunk_settle(struct store *s, const bytes32 *hash, uint64_t l1_block,
                             const bytes32 *tx, uint32_t length, struct wh_error *err)
{
    struct query q;
    if (length) {
        WH_TRY(query_open(
            s, &q, "UPDATE chunks SET length = ? WHERE hash = ? AND l1_block = ? AND tx = ?", err));
        query_u64(&q, length);
    } else {
        WH_TRY(query_open(s, &q, "DELETE FROM chunks WHERE hash = ? AND l1_block = ? AND tx = ?",
                          err));
    }
    query_b32(&q, hash);
    query_u64(&q, l1_block);
    query_b32(&q, tx);
    return query_run(&q, err);
}
