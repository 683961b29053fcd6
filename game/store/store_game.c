/* SPDX-License-Identifier: MIT */
/* The game as last folded, and own verdicts. */
#include <string.h>

#include "game/store/store_private.h"

/* --- assertions */
wh_status store_assertion_put(struct store *s, const struct store_assertion *a,
                              struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "INSERT OR REPLACE INTO assertions (aid, parent, last_leaf, span, pot_gid, "
                      "staker, input_end, next_input, created_at, l1_block, status, tx) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      err));
    query_b32(&q, &a->aid);
    query_b32(&q, &a->parent);
    query_b32(&q, &a->last_leaf);
    query_b32(&q, &a->span);
    query_b32(&q, &a->pot_gid);
    query_blob(&q, a->staker.b, 20);
    query_u64(&q, a->input_end);
    query_u64(&q, a->next_input);
    query_u64(&q, a->created_at);
    query_u64(&q, a->l1_block);
    query_u64(&q, a->status);
    query_b32(&q, &a->tx_hash);
    return query_run(&q, err);
}

static struct store_assertion assertion_of(const struct query *q)
{
    return (struct store_assertion){.aid = column_b32(q, 0),
                                    .parent = column_b32(q, 1),
                                    .last_leaf = column_b32(q, 2),
                                    .span = column_b32(q, 3),
                                    .pot_gid = column_b32(q, 4),
                                    .staker = column_addr(q, 5),
                                    .input_end = column_u64(q, 6),
                                    .next_input = column_u64(q, 7),
                                    .created_at = column_u64(q, 8),
                                    .l1_block = column_u64(q, 9),
                                    .status = (uint8_t)column_u64(q, 10),
                                    .tx_hash = column_b32(q, 11)};
}

wh_status store_assertion_get(struct store *s, const bytes32 *aid, struct store_assertion *a,
                              bool *found, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "SELECT aid, parent, last_leaf, span, pot_gid, staker, input_end, "
                      "next_input, created_at, l1_block, status, tx FROM assertions WHERE aid = ?",
                      err));
    query_b32(&q, aid);
    wh_status st = query_row(&q, found, err);
    if (st == WH_OK && *found) *a = assertion_of(&q);
    query_close(&q);
    return st;
}

wh_status store_assertions_each(struct store *s, store_assertion_visit *visit, void *ctx,
                                struct wh_error *err)
{
    struct query q;
    bool found = true;
    WH_TRY(query_open(s, &q,
                      "SELECT aid, parent, last_leaf, span, pot_gid, staker, input_end, "
                      "next_input, created_at, l1_block, status, tx FROM assertions "
                      "ORDER BY l1_block, created_at, aid",
                      err));
    wh_status st = WH_OK;
    while (st == WH_OK) {
        st = query_row(&q, &found, err);
        if (st != WH_OK || !found) break;
        struct store_assertion a = assertion_of(&q);
        st = visit(ctx, &a, err);
    }
    query_close(&q);
    return st;
}

/* --- nodes */
wh_status store_node_put(struct store *s, const struct store_node *n, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "INSERT OR REPLACE INTO game_nodes (id, gid, pos, h, base, span, flags, "
                      "mover, born_at, moved_at, tx) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      err));
    query_b32(&q, &n->id);
    query_b32(&q, &n->gid);
    query_u64(&q, n->pos);
    query_u64(&q, n->h);
    query_b32(&q, &n->base);
    query_b32(&q, &n->span);
    query_u64(&q, n->flags);
    query_blob(&q, n->mover.b, 20);
    query_u64(&q, n->born_at);
    query_u64(&q, n->moved_at);
    query_b32(&q, &n->tx_hash);
    return query_run(&q, err);
}

static struct store_node node_of(const struct query *q)
{
    return (struct store_node){.id = column_b32(q, 0),
                               .gid = column_b32(q, 1),
                               .pos = column_u64(q, 2),
                               .h = (uint8_t)column_u64(q, 3),
                               .base = column_b32(q, 4),
                               .span = column_b32(q, 5),
                               .flags = (uint8_t)column_u64(q, 6),
                               .mover = column_addr(q, 7),
                               .born_at = column_u64(q, 8),
                               .moved_at = column_u64(q, 9),
                               .tx_hash = column_b32(q, 10)};
}

wh_status store_node_get(struct store *s, const bytes32 *id, struct store_node *n, bool *found,
                         struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "SELECT id, gid, pos, h, base, span, flags, mover, born_at, moved_at, tx "
                      "FROM game_nodes WHERE id = ?",
                      err));
    query_b32(&q, id);
    wh_status st = query_row(&q, found, err);
    if (st == WH_OK && *found) *n = node_of(&q);
    query_close(&q);
    return st;
}

wh_status store_nodes_each(struct store *s, const bytes32 *gid, store_node_visit *visit, void *ctx,
                           struct wh_error *err)
{
    struct query q;
    bool found = true;
    WH_TRY(query_open(s, &q,
                      "SELECT id, gid, pos, h, base, span, flags, mover, born_at, moved_at, tx "
                      "FROM game_nodes WHERE gid = ? ORDER BY h DESC, pos, born_at, id",
                      err));
    query_b32(&q, gid);
    wh_status st = WH_OK;
    while (st == WH_OK) {
        st = query_row(&q, &found, err);
        if (st != WH_OK || !found) break;
        struct store_node n = node_of(&q);
        st = visit(ctx, &n, err);
    }
    query_close(&q);
    return st;
}

wh_status store_game_clear(struct store *s, struct wh_error *err)
{
    WH_TRY(store_begin(s, err));
    wh_status st = store_exec(s, "DELETE FROM assertions", err);
    if (st == WH_OK) st = store_exec(s, "DELETE FROM game_nodes", err);
    if (st == WH_OK) return store_commit(s, err);
    store_rollback(s);
    return st;
}

/* --- verdicts */
wh_status store_verdict_put(struct store *s, const struct store_verdict_row *v, wh_span evidence,
                            struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "INSERT OR REPLACE INTO verdicts (aid, verdict, first_wrong, at_ms, reason, "
                      "evidence) VALUES (?, ?, ?, ?, ?, ?)",
                      err));
    query_b32(&q, &v->aid);
    query_u64(&q, v->verdict);
    query_u64(&q, v->first_wrong);
    query_u64(&q, v->at_ms);
    query_text(&q, v->reason);
    query_blob(&q, evidence.ptr, evidence.len);
    return query_run(&q, err);
}

wh_status store_verdict_get(struct store *s, const bytes32 *aid, struct store_verdict_row *v,
                            struct wh_buf *evidence, bool *found, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(
        s, &q, "SELECT verdict, first_wrong, at_ms, reason, evidence FROM verdicts WHERE aid = ?",
        err));
    query_b32(&q, aid);
    wh_status st = query_row(&q, found, err);
    if (st == WH_OK && *found) {
        *v = (struct store_verdict_row){.aid = *aid,
                                        .verdict = (enum store_verdict)column_u64(&q, 0),
                                        .first_wrong = column_u64(&q, 1),
                                        .at_ms = column_u64(&q, 2)};
        snprintf(v->reason, sizeof v->reason, "%s", column_text(&q, 3));
        if (evidence) st = column_append(&q, 4, evidence, err);
    }
    query_close(&q);
    return st;
}
