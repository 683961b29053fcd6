/* SPDX-License-Identifier: MIT */
/* What the game says, as rows for those who look at the store from outside (status, pages): written with
 * each event that is folded. The truth stays the fold of the events. */
#include "game/agent/agent.h"

#include <string.h>

static wh_status put_node(struct agent *a, const struct store_event *e, const struct game_node *n,
                          bool moved, struct wh_error *err)
{
    const struct game_context *c = game_context_at(&a->view, n->ctx);
    struct store_node row = {.id = n->id,
                             .gid = game_assertion_at(&a->view, c->gid)->aid,
                             .base = c->base,
                             .span = n->span,
                             .tx_hash = e->tx_hash,
                             .pos = c->pos_low,
                             .born_at = e->l1_time,
                             .h = (uint8_t)c->h,
                             .flags = game_node_flags(n)};
    struct store_node old;
    bool found = false;
    WH_TRY(store_node_get(a->opt.store, &n->id, &old, &found, err));
    if (found) row.born_at = old.born_at;
    if (found && !moved) row.tx_hash = old.tx_hash;
    if (moved) row.moved_at = e->l1_time;
    if (n->mover != GAME_NONE) row.mover = game_account_at(&a->view, n->mover)->who;
    return store_node_put(a->opt.store, &row, err);
}

static wh_status put_assertion(struct agent *a, const struct store_event *e,
                               const struct game_event *ev, struct wh_error *err)
{
    const struct game_assertion *x = game_assertion_of(&a->view, &ev->aid);
    struct store_assertion row = {.aid = ev->aid, .l1_block = e->l1_block, .tx_hash = e->tx_hash};
    bool found = false;
    WH_TRY(store_assertion_get(a->opt.store, &ev->aid, &row, &found, err));
    if (!x) return WH_OK;
    if (ev->kind == GAME_EVENT_POSTED) {
        row.staker = ev->who;
        row.l1_block = e->l1_block;
        row.tx_hash = e->tx_hash;
    }
    row.aid = ev->aid;
    if (x->parent != GAME_NONE) row.parent = game_assertion_at(&a->view, x->parent)->aid;
    if (x->pot_gid != GAME_NONE) row.pot_gid = game_assertion_at(&a->view, x->pot_gid)->aid;
    row.last_leaf = x->last_leaf;
    row.span = x->span;
    row.input_end = x->input_end;
    row.next_input = x->next_input;
    row.created_at = x->created_at;
    row.status = x->status;
    WH_TRY(store_assertion_put(a->opt.store, &row, err));
    if (ev->kind != GAME_EVENT_POSTED || x->root_node == GAME_NONE) return WH_OK;
    return put_node(a, e, game_node_at(&a->view, x->root_node), false, err);
}

wh_status agent_record(struct agent *a, const struct store_event *e, const struct game_event *ev,
                       struct wh_error *err)
{
    if (ev->kind == GAME_EVENT_POSTED || ev->kind == GAME_EVENT_CONFIRMED ||
        ev->kind == GAME_EVENT_REJECTED)
        return put_assertion(a, e, ev, err);
    if (ev->kind != GAME_EVENT_SPLIT && ev->kind != GAME_EVENT_PROVEN) return WH_OK;
    const struct game_node *n = game_node_of(&a->view, &ev->id);
    if (!n) return WH_OK;
    WH_TRY(put_node(a, e, n, true, err));
    if (n->kids == GAME_NONE || ev->kind != GAME_EVENT_SPLIT) return WH_OK;
    const uint32_t *kids = game_kids(&a->view, n);
    for (unsigned i = 0; i < 1u << a->view.cfg.a; i++)
        WH_TRY(put_node(a, e, game_node_at(&a->view, kids[i]), false, err));
    return WH_OK;
}
