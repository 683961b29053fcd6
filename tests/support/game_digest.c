/* SPDX-License-Identifier: MIT */
#include "tests/support/game_digest.h"

#include <stdlib.h>

struct text {
    uint8_t *p;
    size_t n, cap;
};

static void put(struct text *t, const void *p, size_t n)
{
    if (t->n + n > t->cap) {
        t->cap = 2 * (t->cap + n) + 4096;
        t->p = realloc(t->p, t->cap);
        if (t->p == NULL) abort();
    }
    memcpy(t->p + t->n, p, n);
    t->n += n;
}

static void put_int(struct text *t, u128 v, unsigned bytes)
{
    uint8_t b[16];
    for (unsigned i = 0; i < bytes; i++)
        b[bytes - 1 - i] = (uint8_t)(v >> (8 * i));
    put(t, b, bytes);
}

/* Keys come first in every record, so rows sort by their bytes. */
static int by_key32(const void *a, const void *b)
{
    return memcmp(*(const uint8_t *const *)a, *(const uint8_t *const *)b, 32);
}

static int by_key20(const void *a, const void *b)
{
    return memcmp(*(const uint8_t *const *)a, *(const uint8_t *const *)b, 20);
}

typedef bool keep_fn(const void *record);

static const void **sorted(const struct game_pool *p, int (*cmp)(const void *, const void *),
                           keep_fn *keep, uint32_t *n)
{
    const void **rows = malloc((p->count + 1) * sizeof *rows);
    if (rows == NULL) abort();
    *n = 0;
    for (uint32_t i = 0; i < p->count; i++)
        if (keep == NULL || keep(pool_at(p, i))) rows[(*n)++] = pool_at(p, i);
    qsort(rows, *n, sizeof *rows, cmp);
    return rows;
}

static void put_aid(struct text *t, const struct game *g, uint32_t i)
{
    const bytes32 zero = {{0}};
    put(t, i == GAME_NONE ? zero.b : game_assertion_at(g, i)->aid.b, 32);
}

static bool has_game(const void *r)
{
    return ((const struct game_assertion *)r)->roots > 0;
}
static bool has_bond(const void *r)
{
    return ((const struct game_account *)r)->bond > 0;
}
static bool has_credit(const void *r)
{
    return ((const struct game_account *)r)->credit > 0;
}

static void put_assertions(struct text *t, const struct game *g)
{
    uint32_t n;
    const void **rows = sorted(&g->assertions, by_key32, NULL, &n);
    put_int(t, n, 4);
    for (uint32_t i = 0; i < n; i++) {
        const struct game_assertion *a = rows[i];
        put(t, a->aid.b, 32);
        put_aid(t, g, a->parent);
        put(t, a->last_leaf.b, 32);
        put(t, a->span.b, 32);
        put_int(t, a->input_end, 8);
        put_int(t, a->next_input, 8);
        put_int(t, a->created_at, 5);
        put_int(t, a->status, 1);
        put_int(t, a->children, 4);
        put_aid(t, g, a->pot_gid);
    }
    free(rows);
}

static void put_games(struct text *t, const struct game *g, enum digest_kind kind)
{
    uint32_t n;
    const void **rows = sorted(&g->assertions, by_key32, has_game, &n);
    put_int(t, n, 4);
    for (uint32_t i = 0; i < n; i++) {
        const struct game_assertion *a = rows[i];
        put(t, a->aid.b, 32);
        put_aid(t, g, a->winner);
        put_int(t, a->won_at, 5);
        put_int(t, a->slashed_at, 5);
        put_int(t, kind == DIGEST_CORE ? 0 : a->pot, 12);
        put_int(t, a->roots, 4);
    }
    free(rows);
}

static void put_stakers(struct text *t, const struct game *g)
{
    uint32_t n;
    const void **rows = sorted(&g->accounts, by_key20, has_bond, &n);
    put_int(t, n, 4);
    for (uint32_t i = 0; i < n; i++) {
        const struct game_account *a = rows[i];
        put(t, a->who.b, 20);
        put_int(t, a->bond, 12);
        put_aid(t, g, a->tip);
    }
    free(rows);
}

static void put_contexts(struct text *t, const struct game *g)
{
    uint32_t n;
    const void **rows = sorted(&g->contexts, by_key32, NULL, &n);
    put_int(t, n, 4);
    for (uint32_t i = 0; i < n; i++) {
        const struct game_context *c = rows[i];
        put(t, c->ctx.b, 32);
        put_int(t, c->first_at, 5);
        put_int(t, c->rival_at, 5);
        put_int(t, c->count, 4);
    }
    free(rows);
}

static void put_nodes(struct text *t, const struct game *g, enum digest_kind kind)
{
    uint32_t n;
    const void **rows = sorted(&g->nodes, by_key32, NULL, &n);
    put_int(t, n, 4);
    for (uint32_t i = 0; i < n; i++) {
        const struct game_node *v = rows[i];
        uint8_t word[32];
        game_node_word(g, v, word);
        if (kind == DIGEST_CORE) memset(word, 0, 20);
        if (kind != DIGEST_FULL) {
            memset(word + 25, 0, 6);
            word[31] &= (uint8_t)~GAME_NODE_CLAIMED;
        }
        put(t, v->id.b, 32);
        put(t, word, 32);
    }
    free(rows);
}

static void put_credits(struct text *t, const struct game *g, enum digest_kind kind)
{
    uint32_t n;
    const void **rows = sorted(&g->accounts, by_key20, has_credit, &n);
    if (kind == DIGEST_CORE) n = 0;
    put_int(t, n, 4);
    for (uint32_t i = 0; i < n; i++) {
        const struct game_account *a = rows[i];
        put(t, a->who.b, 20);
        put_int(t, a->credit, 16);
    }
    free(rows);
}

void game_digest(const struct game *g, enum digest_kind kind, bytes32 *out)
{
    struct text t = {0};
    bytes32 acc;
    put_assertions(&t, g);
    put_games(&t, g, kind);
    put_stakers(&t, g);
    put_contexts(&t, g);
    put_nodes(&t, g, kind);
    put_credits(&t, g, kind);
    put_aid(&t, g, g->anchor);
    put_int(&t, game_inbox_count(g), 8);
    game_acc(g, game_inbox_count(g), &acc);
    put(&t, acc.b, 32);
    tree_keccak(NULL, t.p, t.n, out);
    free(t.p);
}

u128 game_sum_bonds(const struct game *g)
{
    u128 sum = 0;
    for (uint32_t i = 0; i < g->accounts.count; i++)
        sum += game_account_at(g, i)->bond;
    return sum;
}

u128 game_sum_credits(const struct game *g)
{
    u128 sum = 0;
    for (uint32_t i = 0; i < g->accounts.count; i++)
        sum += game_account_at(g, i)->credit;
    return sum;
}

u128 game_sum_pots(const struct game *g)
{
    u128 sum = 0;
    for (uint32_t i = 0; i < g->assertions.count; i++)
        sum += game_assertion_at(g, i)->pot;
    return sum;
}
