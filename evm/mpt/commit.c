/* SPDX-License-Identifier: MIT */
/* Encodes and hashes pending nodes, deepest level first, each level in one batch. */
#include "evm/mpt/mpt.h"
#include "evm/mpt/node.h"

enum { BATCH = 40 }; /* of 64 bytes each: on the stack */

/* The pending nodes of a commit by their distance from the root, as lists through node->next. */
struct levels {
    struct mpt_node *head[MPT_DEPTH_MAX + 2];
    unsigned n;
};

static void push(struct mpt_node **head, mpt_ref r)
{
    if (mpt_tag_of(r) != MPT_REF_NODE) return;
    struct mpt_node *n = mpt_node_of(r);
    if (n->enc != NULL) return;
    WH_ASSERT(!n->queued); /* a pending node belongs to one version alone */
    n->queued = true;
    n->next = *head;
    *head = n;
}

static void collect(struct levels *v, struct mpt *const *tries, size_t n)
{
    v->n = 0;
    v->head[0] = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!mpt_is_pending(tries[i])) continue;
        push(&v->head[0], tries[i]->root);
        mpt_node_of(tries[i]->root)->is_root = true;
    }
    while (v->head[v->n] != NULL) {
        struct mpt_node **below = &v->head[v->n + 1];
        *below = NULL;
        for (struct mpt_node *p = v->head[v->n]; p != NULL; p = p->next) {
            if (p->kind == MPT_EXT) push(below, p->u.child[0]);
            if (p->kind != MPT_BRANCH) continue;
            for (uint32_t m = p->mask & 0xffff; m != 0; m &= m - 1)
                push(below, p->u.child[__builtin_ctz(m)]);
        }
        v->n++;
        WH_ASSERT(v->n < MPT_DEPTH_MAX + 1);
    }
}

/* Nodes encoded and waiting for their hash. */
struct batch {
    size_t n;
    struct {
        struct mpt_node *node;
        uint8_t *hash; /* its place, before the encoding */
    } to[BATCH];
    wh_span in[BATCH];
    bytes32 out[BATCH];
};

static wh_status flush(struct mpt_pool *pool, struct batch *b, mpt_new_node emit, void *ctx)
{
    if (b->n == 0) return WH_OK;
    pool->crypto->keccak_many(pool->crypto->ctx, b->n, b->in, b->out);
    for (size_t i = 0; i < b->n; i++) {
        memcpy(b->to[i].hash, b->out[i].b, 32);
        b->to[i].node->hash = b->to[i].hash;
    }
    size_t n = b->n;
    b->n = 0;
    for (size_t i = 0; emit != NULL && i < n; i++)
        WH_TRY(emit(ctx, &b->out[i], b->in[i]));
    return WH_OK;
}

static wh_status seal(struct mpt_pool *pool, struct batch *b, struct mpt_node *n, mpt_new_node emit,
                      void *ctx)
{
    /* hash, then the encoding; what the bound had too much goes back to the arena */
    uint8_t *place = wh_arena_alloc(pool->arena, 32 + mpt_node_bound(n), 1);
    if (place == NULL) return WH_E_NOMEM;
    mpt_node_encode(n, place + 32);
    pool->arena->used = (size_t)(n->enc + n->enc_len - pool->arena->base);
    n->step = pool->step;
    n->queued = false;
    if (n->enc_len < 32 && !n->is_root) return WH_OK;
    b->to[b->n].node = n;
    b->to[b->n].hash = place;
    b->in[b->n] = wh_span_of(n->enc, n->enc_len);
    return ++b->n == BATCH ? flush(pool, b, emit, ctx) : WH_OK;
}

wh_status mpt_commit_many(struct mpt *const *tries, size_t n, mpt_new_node emit, void *ctx)
{
    struct levels v;
    collect(&v, tries, n);
    if (v.n == 0) return WH_OK;
    struct mpt_pool *pool = tries[0]->pool;
    struct batch b;
    b.n = 0;
    for (unsigned d = v.n; d > 0; d--) {
        struct mpt_node *next;
        for (struct mpt_node *p = v.head[d - 1]; p != NULL; p = next) {
            next = p->next;
            WH_TRY(seal(pool, &b, p, emit, ctx));
        }
        WH_TRY(flush(pool, &b, emit, ctx));
    }
    for (size_t i = 0; i < n; i++)
        if (tries[i]->root != 0 && !tries[i]->any_key && mpt_tag_of(tries[i]->root) == MPT_REF_NODE)
            WH_TRY(mpt_roots_add(pool, mpt_node_of(tries[i]->root)));
    return WH_OK;
}

wh_status mpt_commit(struct mpt *t)
{
    struct mpt *one[1] = {t};
    return mpt_commit_many(one, 1, NULL, NULL);
}
