/* SPDX-License-Identifier: MIT */
/* The outbox's journal: intents, and every transaction signed for them. */
#include <string.h>

#include "game/store/store_private.h"

static void bind_intent(struct query *q, const struct store_intent *i)
{
    query_b32(q, &i->key);
    query_text(q, i->kind);
    query_u64(q, i->state);
    query_blob(q, i->to.b, 20);
    query_u256(q, &i->value);
    query_u64(q, i->gas_limit);
    query_u64(q, i->priority);
    if (i->has_nonce)
        query_u64(q, i->nonce);
    else
        query_null(q);
    query_u64(q, i->queued_ms);
    query_u64(q, i->sent_ms);
    query_u64(q, i->sends);
    query_u64(q, i->tries);
    query_u64(q, i->mined_block);
    query_u64(q, i->gas_used);
    query_b32(q, &i->mined_tx);
    query_b32(q, &i->mined_hash);
    query_u64(q, i->reverted);
    query_u64(q, i->round);
}

wh_status store_intent_put(struct store *s, const struct store_intent *i, wh_span data,
                           struct wh_error *err)
{
    struct query q;
    if (data.ptr)
        WH_TRY(query_open(s, &q,
                          "INSERT OR REPLACE INTO intents (key, kind, state, recipient, value, "
                          "gas_limit, priority, nonce, queued_ms, sent_ms, sends, tries, "
                          "mined_block, gas_used, mined_tx, mined_hash, reverted, round, data) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                          err));
    else
        WH_TRY(query_open(s, &q,
                          "INSERT INTO intents (key, kind, state, recipient, value, gas_limit, "
                          "priority, nonce, queued_ms, sent_ms, sends, tries, mined_block, "
                          "gas_used, mined_tx, mined_hash, reverted, round, data) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, x'') "
                          "ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, "
                          "state = excluded.state, recipient = excluded.recipient, "
                          "value = excluded.value, gas_limit = excluded.gas_limit, "
                          "priority = excluded.priority, nonce = excluded.nonce, "
                          "queued_ms = excluded.queued_ms, sent_ms = excluded.sent_ms, "
                          "sends = excluded.sends, tries = excluded.tries, "
                          "mined_block = excluded.mined_block, gas_used = excluded.gas_used, "
                          "mined_tx = excluded.mined_tx, mined_hash = excluded.mined_hash, "
                          "reverted = excluded.reverted, round = excluded.round",
                          err));
    bind_intent(&q, i);
    if (data.ptr) query_blob(&q, data.ptr, data.len);
    return query_run(&q, err);
}

static struct store_intent intent_of(const struct query *q)
{
    struct store_intent i = {.key = column_b32(q, 0),
                             .state = (enum store_intent_state)column_u64(q, 2),
                             .to = column_addr(q, 3),
                             .value = column_u256(q, 4),
                             .gas_limit = column_u64(q, 5),
                             .priority = column_u64(q, 6),
                             .has_nonce = !column_is_null(q, 7),
                             .nonce = column_u64(q, 7),
                             .queued_ms = column_u64(q, 8),
                             .sent_ms = column_u64(q, 9),
                             .sends = (uint32_t)column_u64(q, 10),
                             .tries = (uint32_t)column_u64(q, 11),
                             .mined_block = column_u64(q, 12),
                             .gas_used = column_u64(q, 13),
                             .mined_tx = column_b32(q, 14),
                             .mined_hash = column_b32(q, 15),
                             .reverted = column_u64(q, 16) != 0,
                             .round = column_u64(q, 17)};
    snprintf(i.kind, sizeof i.kind, "%s", column_text(q, 1));
    return i;
}

#define COLUMNS                                                                                   \
    "SELECT key, kind, state, recipient, value, gas_limit, priority, nonce, queued_ms, sent_ms, " \
    "sends, tries, mined_block, gas_used, mined_tx, mined_hash, reverted, round"

wh_status store_intent_get(struct store *s, const bytes32 *key, struct store_intent *i,
                           struct wh_buf *data, bool *found, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q, COLUMNS ", data FROM intents WHERE key = ?", err));
    query_b32(&q, key);
    wh_status st = query_row(&q, found, err);
    if (st == WH_OK && *found) {
        *i = intent_of(&q);
        if (data) st = column_append(&q, 18, data, err);
    }
    query_close(&q);
    return st;
}

wh_status store_intent_drop(struct store *s, const bytes32 *key, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q, "DELETE FROM intents WHERE key = ?", err));
    query_b32(&q, key);
    return query_run(&q, err);
}

wh_status store_intents_each(struct store *s, bool all, store_intent_visit *visit, void *ctx,
                             struct wh_error *err)
{
    struct query q;
    bool found = true;
    if (all)
        WH_TRY(query_open(s, &q, COLUMNS " FROM intents ORDER BY queued_ms, key", err));
    else
        WH_TRY(query_open(s, &q,
                          COLUMNS " FROM intents WHERE state IN (0, 1, 2) "
                                  "ORDER BY nonce IS NULL, nonce, priority, key",
                          err));
    wh_status st = WH_OK;
    while (st == WH_OK) {
        st = query_row(&q, &found, err);
        if (st != WH_OK || !found) break;
        struct store_intent i = intent_of(&q);
        st = visit(ctx, &i, err);
    }
    query_close(&q);
    return st;
}

wh_status store_intent_tx_put(struct store *s, const struct store_intent_tx *t, wh_span raw,
                              struct wh_error *err)
{
    struct query q;
    if (raw.ptr)
        WH_TRY(query_open(s, &q,
                          "INSERT OR REPLACE INTO intent_txs (hash, key, nonce, sent_ms, max_fee, "
                          "tip, live, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                          err));
    else
        WH_TRY(query_open(s, &q,
                          "UPDATE intent_txs SET key = ?2, nonce = ?3, sent_ms = ?4, max_fee = ?5, "
                          "tip = ?6, live = ?7 WHERE hash = ?1",
                          err));
    query_b32(&q, &t->hash);
    query_b32(&q, &t->key);
    query_u64(&q, t->nonce);
    query_u64(&q, t->sent_ms);
    query_u256(&q, &t->max_fee);
    query_u256(&q, &t->tip);
    query_u64(&q, t->live);
    if (raw.ptr) query_blob(&q, raw.ptr, raw.len);
    return query_run(&q, err);
}

wh_status store_intent_txs_each(struct store *s, uint64_t nonce, store_intent_tx_visit *visit,
                                void *ctx, struct wh_error *err)
{
    struct query q;
    bool found = true;
    WH_TRY(query_open(s, &q,
                      "SELECT hash, key, nonce, sent_ms, max_fee, tip, live, raw FROM intent_txs "
                      "WHERE nonce = ? ORDER BY max_fee DESC, rowid DESC",
                      err));
    query_u64(&q, nonce);
    wh_status st = WH_OK;
    while (st == WH_OK) {
        st = query_row(&q, &found, err);
        if (st != WH_OK || !found) break;
        struct store_intent_tx t = {.hash = column_b32(&q, 0),
                                    .key = column_b32(&q, 1),
                                    .nonce = column_u64(&q, 2),
                                    .sent_ms = column_u64(&q, 3),
                                    .max_fee = column_u256(&q, 4),
                                    .tip = column_u256(&q, 5),
                                    .live = column_u64(&q, 6) != 0};
        st = visit(ctx, &t, column_blob(&q, 7), err);
    }
    query_close(&q);
    return st;
}

wh_status store_nonce_next(struct store *s, uint64_t *next, bool *found, struct wh_error *err)
{
    struct query q;
    bool row = false;
    WH_TRY(query_open(s, &q, "SELECT nonce + 1 FROM intent_txs ORDER BY nonce DESC LIMIT 1", err));
    wh_status st = query_row(&q, &row, err);
    if (st == WH_OK) {
        *found = row;
        if (row) *next = column_u64(&q, 0);
    }
    query_close(&q);
    return st;
}
