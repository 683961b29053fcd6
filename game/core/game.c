/* SPDX-License-Identifier: MIT */
/* Records of the game: construction, look-ups, adding nodes, snapshots. */
#include "game/core/game_private.h"

const address game_burn_address = {
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xde, 0xad}};

enum game_error game_init(struct game *g, const struct game_config *cfg, struct wh_arena *arena,
                          const struct evm_crypto *crypto, uint64_t now)
{
    if (!game_config_ok(cfg)) return GAME_E_BAD_CONFIG;
    memset(g, 0, sizeof *g);
    g->crypto = crypto;
    g->arena = arena;
    g->arena_from = wh_arena_mark(arena);
    g->cfg = *cfg;
    g->now = now;
    game_config_hash(crypto, cfg, &g->cfg_hash);
    pool_init(&g->assertions, sizeof(struct game_assertion));
    pool_init(&g->accounts, sizeof(struct game_account));
    pool_init(&g->contexts, sizeof(struct game_context));
    pool_init(&g->nodes, sizeof(struct game_node));
    pool_init(&g->kids, 4u << cfg->a);
    pool_init(&g->inputs, sizeof(struct game_input));
    if (!game_reserve_assertion(g)) return GAME_NOMEM;

    struct game_assertion *a = (struct game_assertion *)pool_push(&g->assertions);
    const bytes32 zero = {{0}};
    node_aid(crypto, &zero, &g->cfg_hash, 0, &zero, &cfg->genesis_leaf, &zero, &a->aid);
    a->last_leaf = cfg->genesis_leaf;
    a->next_input = 1;
    a->created_at = now;
    a->status = GAME_CONFIRMED;
    a->parent = a->pot_gid = a->winner = a->root_node = GAME_NONE;
    a->first_child = a->last_child = a->next_sibling = GAME_NONE;
    index_add(&g->by_aid, &g->assertions, 0, 32);
    return GAME_OK;
}

size_t game_save(const struct game *g, void *buf, size_t cap)
{
    size_t records = wh_arena_mark(g->arena) - g->arena_from;
    size_t size = sizeof *g + records;
    if (buf == NULL) return size;
    WH_ASSERT(cap >= size);
    memcpy(buf, g, sizeof *g);
    memcpy((uint8_t *)buf + sizeof *g, g->arena->base + g->arena_from, records);
    return size;
}

void game_load(struct game *g, const void *buf, size_t size)
{
    WH_ASSERT(size >= sizeof *g);
    memcpy(g, buf, sizeof *g);
    size_t records = size - sizeof *g;
    WH_ASSERT(g->arena_from + records <= g->arena->cap);
    memcpy(g->arena->base + g->arena_from, (const uint8_t *)buf + sizeof *g, records);
    g->arena->used = g->arena_from + records;
}

uint32_t game_find_assertion(const struct game *g, const bytes32 *aid)
{
    return index_find(&g->by_aid, &g->assertions, aid->b, 32);
}

uint32_t game_find_account(const struct game *g, const address *who)
{
    return index_find(&g->by_address, &g->accounts, who->b, 20);
}

uint32_t game_find_node(const struct game *g, const bytes32 *id)
{
    return index_find(&g->by_id, &g->nodes, id->b, 32);
}

struct game_assertion *game_assertion_of(const struct game *g, const bytes32 *aid)
{
    uint32_t i = game_find_assertion(g, aid);
    return i == GAME_NONE ? NULL : game_assertion_at(g, i);
}

struct game_account *game_account_of(const struct game *g, const address *who)
{
    uint32_t i = game_find_account(g, who);
    return i == GAME_NONE ? NULL : game_account_at(g, i);
}

struct game_context *game_context_of(const struct game *g, const bytes32 *ctx)
{
    uint32_t i = index_find(&g->by_ctx, &g->contexts, ctx->b, 32);
    return i == GAME_NONE ? NULL : game_context_at(g, i);
}

struct game_node *game_node_of(const struct game *g, const bytes32 *id)
{
    uint32_t i = game_find_node(g, id);
    return i == GAME_NONE ? NULL : game_node_at(g, i);
}

bool game_reserve_nodes(struct game *g, uint32_t n)
{
    return pool_reserve(&g->contexts, g->arena, n) && pool_reserve(&g->nodes, g->arena, n) &&
           pool_reserve(&g->kids, g->arena, 1) &&
           index_reserve(&g->by_ctx, g->arena, &g->contexts, n) &&
           index_reserve(&g->by_id, g->arena, &g->nodes, n);
}

bool game_reserve_accounts(struct game *g, uint32_t n)
{
    return pool_reserve(&g->accounts, g->arena, n) &&
           index_reserve(&g->by_address, g->arena, &g->accounts, n);
}

bool game_reserve_assertion(struct game *g)
{
    return pool_reserve(&g->assertions, g->arena, 1) &&
           index_reserve(&g->by_aid, g->arena, &g->assertions, 1);
}

static uint32_t account_make(struct game *g, const address *who)
{
    uint32_t i = game_find_account(g, who);
    if (i != GAME_NONE) return i;
    i = g->accounts.count;
    struct game_account *a = (struct game_account *)pool_push(&g->accounts);
    a->who = *who;
    a->tip = GAME_NONE;
    index_add(&g->by_address, &g->accounts, i, 20);
    return i;
}

uint32_t game_account_get(struct game *g, const address *who)
{
    static const address nobody = {{0}};
    return address_eq(who, &nobody) ? GAME_NONE : account_make(g, who);
}

void game_credit(struct game *g, const address *who, u128 amount)
{
    game_account_at(g, account_make(g, who))->credit += amount;
}

uint32_t game_add(struct game *g, const struct wh_node *v, uint32_t gid, const bytes32 *ctx,
                  const bytes32 *id, uint64_t now)
{
    uint32_t i = game_find_node(g, id);
    if (i != GAME_NONE) return i;
    i = g->nodes.count;
    struct game_node *n = (struct game_node *)pool_push(&g->nodes);
    n->id = *id;
    n->span = v->span;
    n->gas_flags = GAME_NODE_EXISTS;
    n->mover = n->kids = n->next = GAME_NONE;
    n->ctx = index_find(&g->by_ctx, &g->contexts, ctx->b, 32);
    index_add(&g->by_id, &g->nodes, i, 32);
    if (n->ctx != GAME_NONE) {
        struct game_context *c = game_context_at(g, n->ctx);
        if (++c->count == 2) c->rival_at = now;
        game_node_at(g, c->last_node)->next = i;
        c->last_node = i;
        return i;
    }
    n->gas_flags |= GAME_NODE_FIRST;
    n->ctx = g->contexts.count;
    struct game_context *c = (struct game_context *)pool_push(&g->contexts);
    c->ctx = *ctx;
    c->base = v->base;
    c->first_at = now;
    c->pos_low = (uint32_t)v->pos;
    c->h = v->h;
    c->gid = gid;
    c->count = 1;
    c->first_node = c->last_node = i;
    index_add(&g->by_ctx, &g->contexts, n->ctx, 32);
    return i;
}

void game_root_ref(const struct game *g, uint32_t parent, const bytes32 *span, struct wh_node *out)
{
    const struct game_assertion *p = game_assertion_at(g, parent);
    *out = (struct wh_node){
        .gid = p->aid, .pos = 0, .h = g->cfg.k, .base = p->last_leaf, .span = *span};
}

void game_node_ref(const struct game *g, const struct game_node *n, struct wh_node *out)
{
    const struct game_context *c = game_context_at(g, n->ctx);
    out->gid = game_assertion_at(g, c->gid)->aid;
    out->pos = c->pos_low;
    out->h = (uint8_t)c->h;
    out->base = c->base;
    out->span = n->span;
}

void game_node_word(const struct game *g, const struct game_node *n, uint8_t word[32])
{
    memset(word, 0, 20);
    if (n->mover != GAME_NONE) memcpy(word, game_account_at(g, n->mover)->who.b, 20);
    store_be64(word + 20, n->beta_price);
    store_be32(word + 28, n->gas_flags);
}

void game_node_set_beta(struct game_node *n, uint64_t beta)
{
    n->beta_price = beta << 24 | game_node_price(n);
}

uint64_t game_inbox_count(const struct game *g)
{
    return g->inputs.count;
}

void game_acc(const struct game *g, uint64_t n, bytes32 *out)
{
    if (n == 0)
        memset(out->b, 0, 32);
    else
        *out = game_input_at(g, (uint32_t)(n - 1))->acc;
}

uint64_t game_steps(const struct game *g, uint64_t n)
{
    return n == 0 ? 0 : game_input_at(g, (uint32_t)(n - 1))->steps;
}

enum game_error game_push_input(struct game *g, const bytes32 *input_hash, uint32_t items_count)
{
    if (!pool_reserve(&g->inputs, g->arena, 1)) return GAME_NOMEM;
    bytes32 acc;
    game_acc(g, g->inputs.count, &acc);
    uint64_t steps = game_steps(g, g->inputs.count);
    struct game_input *in = (struct game_input *)pool_push(&g->inputs);
    in->hash = *input_hash;
    in->steps = steps + 2u + items_count;
    tree_acc(g->crypto, &acc, input_hash, &in->acc);
    return GAME_OK;
}

void game_emit(struct game *g, const struct game_event *ev)
{
    if (g->emit != NULL) g->emit(g->emit_ctx, ev);
}
