/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/pool.h"

#include <stdlib.h>

#include "evm/tx/validate.h"

struct txn *pool_find(const struct pool *p, const address *sender, uint64_t nonce)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i]->tx.nonce == nonce && address_eq(&p->items[i]->sender, sender))
            return p->items[i];
    return NULL;
}

/* new >= old * percent / 100; a product over 2^256 asks for more than anyone can offer. */
static bool outbids(const u256 *fresh, const u256 *old, unsigned percent)
{
    const u256 p = u256_from_u64(percent), hundred = u256_from_u64(100);
    u256 want, have;
    if (u256_mul_overflow(&want, old, &p)) return false;
    if (u256_mul_overflow(&have, fresh, &hundred)) return true;
    return !u256_lt(&have, &want);
}

static bool replaces(const struct txn *fresh, const struct txn *old)
{
    const bool blobs = old->tx.type == TX_BLOB || fresh->tx.type == TX_BLOB;
    const unsigned percent = blobs ? 200 : 110;
    if (!outbids(&fresh->tx.max_fee, &old->tx.max_fee, percent)) return false;
    if (!outbids(&fresh->tx.max_priority, &old->tx.max_priority, percent)) return false;
    return old->tx.type != TX_BLOB ||
           outbids(&fresh->tx.max_blob_fee, &old->tx.max_blob_fee, percent);
}

enum pool_answer pool_put(struct pool *p, struct txn *t)
{
    struct txn *old = pool_find(p, &t->sender, t->tx.nonce);
    if (old != NULL) {
        if (!replaces(t, old)) return POOL_UNDERPRICED;
        pool_remove(p, old);
    }
    if (p->count >= POOL_MAX) return POOL_FULL;
    if (p->count == p->cap) {
        const size_t cap = p->cap ? p->cap * 2 : 64;
        struct txn **items = realloc(p->items, cap * sizeof(*items));
        if (items == NULL) return POOL_NOMEM;
        p->items = items;
        p->cap = cap;
    }
    p->items[p->count++] = t;
    t->arrival = ++p->arrivals;
    t->pooled = true;
    t->build = 0;
    return old != NULL ? POOL_REPLACED : POOL_ADDED;
}

void pool_remove(struct pool *p, struct txn *t)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->items[i] != t) continue;
        memmove(&p->items[i], &p->items[i + 1], (p->count - i - 1) * sizeof(*p->items));
        p->count--;
        t->pooled = false;
        return;
    }
}

void pool_clear(struct pool *p)
{
    for (size_t i = 0; i < p->count; i++)
        p->items[i]->pooled = false;
    p->count = 0;
}

void pool_done(struct pool *p)
{
    free(p->items);
    *p = (struct pool){0};
}

uint64_t pool_next_nonce(const struct pool *p, const address *sender, uint64_t nonce)
{
    while (pool_find(p, sender, nonce) != NULL)
        nonce++;
    return nonce;
}

wh_status pool_pick(const struct pool *p, const u256 *base_fee, uint64_t build, pool_nonce *nonce,
                    void *ctx, struct txn **out)
{
    u256 best_tip = {{0}};
    *out = NULL;
    for (size_t i = 0; i < p->count; i++) {
        struct txn *t = p->items[i];
        if (t->build == build || u256_lt(&t->tx.max_fee, base_fee)) continue;
        u256 price, tip;
        tx_effective_price(&t->tx, base_fee, &price, &tip);
        if (*out != NULL && !u256_lt(&best_tip, &tip)) continue;
        uint64_t next;
        WH_TRY(nonce(ctx, &t->sender, &next));
        if (t->tx.nonce != next) continue;
        *out = t;
        best_tip = tip;
    }
    return WH_OK;
}

wh_status pool_drop_used(struct pool *p, pool_nonce *nonce, void *ctx)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++) {
        uint64_t next;
        const wh_status status = nonce(ctx, &p->items[i]->sender, &next);
        if (status != WH_OK) {
            memmove(&p->items[kept], &p->items[i], (p->count - i) * sizeof(*p->items));
            p->count -= i - kept;
            return status;
        }
        if (p->items[i]->tx.nonce < next)
            p->items[i]->pooled = false;
        else
            p->items[kept++] = p->items[i];
    }
    p->count = kept;
    return WH_OK;
}
