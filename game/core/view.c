/* SPDX-License-Identifier: MIT */
/* Folding logs into the view. Every case checks what it needs, then changes records: a log that does
 * not fit leaves the view as it was. */
#include "game/core/view.h"

#include "game/core/game_private.h"

#define FITS(cond)                         \
    do {                                   \
        if (!(cond)) return WH_E_MISMATCH; \
    } while (0)
#define ROOM(cond)                      \
    do {                                \
        if (!(cond)) return WH_E_NOMEM; \
    } while (0)

void game_set_time(struct game *view, uint64_t now)
{
    if (now > view->now) view->now = now;
}

static wh_status staker(const struct game *g, const address *who, struct game_account **out)
{
    *out = game_account_of(g, who);
    FITS(*out != NULL && (*out)->bond != 0);
    return WH_OK;
}

static wh_status on_staked(struct game *g, const struct game_event *ev)
{
    struct game_account *a = game_account_of(g, &ev->who);
    FITS(a == NULL || a->bond == 0);
    ROOM(game_reserve_accounts(g, 1));
    game_credit(g, &ev->who, 0);
    a = game_account_of(g, &ev->who);
    a->bond = g->cfg.bond;
    a->tip = GAME_NONE;
    a->n_staked++;
    g->balance += g->cfg.bond;
    return WH_OK;
}

static wh_status on_posted(struct game *g, const struct game_event *ev)
{
    struct game_account *a;
    uint32_t parent = game_find_assertion(g, &ev->gid);
    FITS(parent != GAME_NONE && game_find_assertion(g, &ev->aid) == GAME_NONE);
    FITS(game_assertion_at(g, parent)->next_input == ev->input_end);
    WH_TRY(staker(g, &ev->who, &a));
    ROOM(game_reserve_assertion(g) && game_reserve_nodes(g, 1));
    a->tip =
        game_effect_post(g, parent, &ev->aid, &ev->last_leaf, &ev->span, ev->next_input, ev->time);
    return WH_OK;
}

static wh_status on_joined(struct game *g, const struct game_event *ev)
{
    struct game_account *a;
    uint32_t aid = game_find_assertion(g, &ev->aid);
    FITS(aid != GAME_NONE);
    WH_TRY(staker(g, &ev->who, &a));
    a->tip = aid;
    return WH_OK;
}

static wh_status on_split(struct game *g, const struct game_event *ev)
{
    uint32_t node = game_find_node(g, &ev->id), arity = 1u << g->cfg.a;
    FITS(node != GAME_NONE && ev->span_count == arity);
    const struct game_node *n = game_node_at(g, node);
    FITS((n->gas_flags & GAME_NODE_SPLIT) == 0);
    FITS(game_context_at(g, n->ctx)->h >= g->cfg.a);
    bytes32 root;
    tree_merkle(g->crypto, ev->spans, g->cfg.a, &root);
    FITS(bytes32_eq(&root, &n->span));
    ROOM(game_reserve_nodes(g, arity) && game_reserve_accounts(g, 1));
    game_effect_split(g, node, ev->spans, game_account_get(g, &ev->who), ev->time);
    return WH_OK;
}

static wh_status on_proven(struct game *g, const struct game_event *ev)
{
    uint32_t node = game_find_node(g, &ev->id);
    FITS(node != GAME_NONE && game_context_at(g, game_node_at(g, node)->ctx)->h == 0);
    ROOM(game_reserve_accounts(g, 1));
    game_effect_prove(g, node, game_account_get(g, &ev->who));
    return WH_OK;
}

static wh_status on_timer(struct game *g, const struct game_event *ev)
{
    struct game_node *n = game_node_of(g, &ev->id);
    FITS(n != NULL && ev->number <= GAME_INF);
    if (ev->number > game_node_beta(n)) game_node_set_beta(n, ev->number);
    return WH_OK;
}

static wh_status on_decided(struct game *g, const struct game_event *ev)
{
    struct game_assertion *gid = game_assertion_of(g, &ev->gid);
    uint32_t a = game_find_assertion(g, &ev->aid);
    FITS(gid != NULL && a != GAME_NONE && gid->winner == GAME_NONE);
    FITS(game_assertion_at(g, a)->parent == game_find_assertion(g, &ev->gid));
    gid->winner = a;
    gid->won_at = ev->time;
    return WH_OK;
}

static wh_status on_confirmed(struct game *g, const struct game_event *ev)
{
    uint32_t a = game_find_assertion(g, &ev->aid);
    FITS(a != GAME_NONE && game_assertion_at(g, a)->status == GAME_PENDING);
    game_assertion_at(g, a)->status = GAME_CONFIRMED;
    g->anchor = a;
    return WH_OK;
}

static wh_status on_rejected(struct game *g, const struct game_event *ev)
{
    struct game_assertion *a = game_assertion_of(g, &ev->aid);
    uint32_t pot = game_find_assertion(g, &ev->gid);
    FITS(a != NULL && pot != GAME_NONE && a->status == GAME_PENDING);
    a->status = GAME_REJECTED;
    a->pot_gid = pot;
    return WH_OK;
}

static wh_status on_slashed(struct game *g, const struct game_event *ev)
{
    struct game_account *a;
    uint32_t pot = game_find_assertion(g, &ev->gid);
    FITS(pot != GAME_NONE);
    WH_TRY(staker(g, &ev->who, &a));
    FITS(ev->amount <= a->bond);
    ROOM(game_reserve_accounts(g, 1));
    game_effect_slash(g, game_find_account(g, &ev->who), pot, ev->amount, ev->time);
    return WH_OK;
}

static wh_status on_rewarded(struct game *g, const struct game_event *ev)
{
    uint32_t number = game_find_assertion(g, &ev->gid);
    FITS(number != GAME_NONE && ev->amount <= game_assertion_at(g, number)->pot);
    struct game_assertion *gid = game_assertion_at(g, number);
    ROOM(game_reserve_accounts(g, 1));
    gid->pot -= ev->amount;
    if (ev->amount == 0) return WH_OK;
    game_credit(g, &ev->who, ev->amount);
    /* Which nodes were paid stands in no log: all of this mover's count as paid, until
     * game_view_set_word says better. */
    uint32_t mover = game_find_account(g, &ev->who);
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        struct game_node *n = game_node_at(g, i);
        if (n->mover == mover && game_context_at(g, n->ctx)->gid == number)
            n->gas_flags |= GAME_NODE_CLAIMED;
    }
    return WH_OK;
}

static wh_status on_unstaked(struct game *g, const struct game_event *ev)
{
    struct game_account *a;
    WH_TRY(staker(g, &ev->who, &a));
    a->credit += a->bond;
    a->bond = 0;
    a->tip = GAME_NONE;
    a->n_unstaked++;
    return WH_OK;
}

static wh_status on_withdrawn(struct game *g, const struct game_event *ev)
{
    struct game_account *a = game_account_of(g, &ev->who);
    FITS(a != NULL && a->credit == ev->amount);
    a->credit = 0;
    a->n_withdrawn++;
    g->balance -= ev->amount;
    return WH_OK;
}

static wh_status on_swept(struct game *g, const struct game_event *ev)
{
    struct game_assertion *gid = game_assertion_of(g, &ev->gid);
    FITS(gid != NULL && gid->pot == ev->amount);
    ROOM(game_reserve_accounts(g, 1));
    gid->pot = 0;
    if (ev->amount != 0) game_credit(g, &g->cfg.treasury, ev->amount);
    return WH_OK;
}

static wh_status on_input(struct game *g, const struct game_event *ev)
{
    FITS(ev->number == game_inbox_count(g));
    ROOM(game_push_input(g, &ev->id, ev->items_count) == GAME_OK);
    return WH_OK;
}

static wh_status fold(struct game *g, const struct game_event *ev)
{
    switch (ev->kind) {
    case GAME_EVENT_STAKED: return on_staked(g, ev);
    case GAME_EVENT_POSTED: return on_posted(g, ev);
    case GAME_EVENT_JOINED: return on_joined(g, ev);
    case GAME_EVENT_SPLIT: return on_split(g, ev);
    case GAME_EVENT_PROVEN: return on_proven(g, ev);
    case GAME_EVENT_TIMER_UPDATED: return on_timer(g, ev);
    case GAME_EVENT_DECIDED: return on_decided(g, ev);
    case GAME_EVENT_CONFIRMED: return on_confirmed(g, ev);
    case GAME_EVENT_REJECTED: return on_rejected(g, ev);
    case GAME_EVENT_SLASHED: return on_slashed(g, ev);
    case GAME_EVENT_REWARDED: return on_rewarded(g, ev);
    case GAME_EVENT_UNSTAKED: return on_unstaked(g, ev);
    case GAME_EVENT_WITHDRAWN: return on_withdrawn(g, ev);
    case GAME_EVENT_SWEPT: return on_swept(g, ev);
    case GAME_EVENT_INPUT:
    case GAME_EVENT_ETHEREUM_INPUT: return on_input(g, ev);
    case GAME_EVENT_COUNT: break;
    }
    return WH_E_MISMATCH;
}

wh_status game_view_apply_event(struct game *view, const struct game_event *ev)
{
    FITS(ev->time >= view->now);
    WH_TRY(fold(view, ev));
    view->now = ev->time;
    return WH_OK;
}

wh_status game_view_set_word(struct game *view, const bytes32 *id, const uint8_t word[32])
{
    struct game_node *n = game_node_of(view, id);
    FITS(n != NULL);
    uint64_t beta_price = load_be64(word + 20);
    uint32_t gas_flags = load_be32(word + 28);
    uint32_t known = GAME_NODE_EXISTS | GAME_NODE_SPLIT | GAME_NODE_PROVEN | GAME_NODE_FIRST;
    FITS(((gas_flags ^ n->gas_flags) & known) == 0 && beta_price >> 24 == game_node_beta(n));
    n->beta_price = beta_price;
    n->gas_flags = gas_flags;
    return WH_OK;
}
