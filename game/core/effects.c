/* SPDX-License-Identifier: MIT */
/* What moves and events have in common: the change of records, without guards. */
#include "game/core/clock.h"
#include "game/core/game_private.h"

#define GWEI       UINT64_C(1000000000)
#define PRICE_UNIT UINT64_C(10000000) /* 0.01 gwei */

uint32_t game_effect_post(struct game *g, uint32_t parent, const bytes32 *aid,
                          const bytes32 *last_leaf, const bytes32 *span, uint64_t next_input,
                          uint64_t now)
{
    struct game_assertion *up = game_assertion_at(g, parent);
    uint32_t i = g->assertions.count;
    struct game_assertion *a = (struct game_assertion *)pool_push(&g->assertions);
    a->aid = *aid;
    a->last_leaf = *last_leaf;
    a->span = *span;
    a->input_end = up->next_input;
    a->next_input = next_input;
    a->created_at = now;
    a->status = GAME_PENDING;
    a->parent = parent;
    a->pot_gid = a->winner = GAME_NONE;
    a->first_child = a->last_child = a->next_sibling = GAME_NONE;
    index_add(&g->by_aid, &g->assertions, i, 32);

    up->children++;
    up->roots++;
    if (up->first_child == GAME_NONE)
        up->first_child = i;
    else
        game_assertion_at(g, up->last_child)->next_sibling = i;
    up->last_child = i;

    struct wh_node root;
    bytes32 ctx, id;
    game_root_ref(g, parent, span, &root);
    node_keys(g->crypto, &root, 1, &ctx, &id);
    a->root_node = game_add(g, &root, parent, &ctx, &id, now);
    return i;
}

void game_effect_split(struct game *g, uint32_t node, const bytes32 *spans, uint32_t mover,
                       uint64_t now)
{
    struct wh_node v, kid[TREE_ARITY_MAX];
    bytes32 ctx[TREE_ARITY_MAX], id[TREE_ARITY_MAX];
    struct game_node *n = game_node_at(g, node);
    unsigned arity = 1u << g->cfg.a;
    game_node_ref(g, n, &v);
    node_children(g->crypto, &v, spans, g->cfg.a, kid);
    node_keys(g->crypto, kid, arity, ctx, id);
    for (unsigned j = 0; j < arity; j++)
        index_expect(&g->by_id, id[j].b, 32);
    n->gas_flags |= GAME_NODE_SPLIT;
    n->mover = mover;
    n->kids = g->kids.count;
    uint32_t gid = game_context_at(g, n->ctx)->gid;
    uint32_t *row = (uint32_t *)pool_push(&g->kids);
    for (unsigned j = 0; j < arity; j++)
        row[j] = game_add(g, &kid[j], gid, &ctx[j], &id[j], now);
}

void game_effect_prove(struct game *g, uint32_t node, uint32_t mover)
{
    struct game_node *n = game_node_at(g, node);
    n->gas_flags |= GAME_NODE_PROVEN;
    n->mover = mover;
    game_node_set_beta(n, GAME_INF);
}

void game_effect_slash(struct game *g, uint32_t account, uint32_t pot_gid, u128 rest, uint64_t now)
{
    struct game_account *staker = game_account_at(g, account);
    u128 burnt = staker->bond - rest;
    struct game_assertion *pot = game_assertion_at(g, pot_gid);
    staker->bond = 0;
    staker->tip = GAME_NONE;
    if (burnt != 0) game_credit(g, &game_burn_address, burnt);
    pot->pot += rest;
    pot->slashed_at = now;
}

/* What a reward is computed from: price in 0.01 gwei, gas in units of 256 (PROTOCOL 7.3). */
void game_node_meter(struct game *g, struct game_node *n, const struct game_env *env)
{
    uint64_t price = env->basefee > UINT64_MAX - 2 * GWEI ? UINT64_MAX : env->basefee + 2 * GWEI;
    if (env->gasprice < price) price = env->gasprice;
    uint64_t most = (uint64_t)g->cfg.max_price * PRICE_UNIT;
    if (most < price) price = most;
    uint64_t gas = env->gas < UINT32_MAX ? env->gas : UINT32_MAX;
    n->beta_price = game_node_beta(n) << 24 | price / PRICE_UNIT;
    n->gas_flags = (uint32_t)(gas >> 8) << 8 | (n->gas_flags & 0xffu);
}
