/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "deploy/devnet/node.h"

struct block *chain_by_number(const struct node *n, uint64_t number)
{
    return number < n->count ? n->canon[number] : NULL;
}

struct block *chain_by_hash(const struct node *n, const bytes32 *hash)
{
    return table_get(&n->blocks, hash);
}

bool chain_is_canonical(const struct node *n, const struct block *b)
{
    return chain_by_number(n, b->head.number) == b;
}

wh_status chain_add_txn(struct node *n, struct txn **t)
{
    struct txn *known = table_get(&n->txns, &(*t)->hash);
    if (known != NULL) {
        free(*t);
        *t = known;
        return WH_OK;
    }
    WH_TRY(table_put(&n->txns, &(*t)->hash, *t));
    (*t)->next = n->all_txns;
    n->all_txns = *t;
    return WH_OK;
}

static bool posts_chunk(const struct node *n, const struct block *b, uint32_t i, wh_span *bytes)
{
    const struct tx *tx = &b->txs[i]->tx;
    return b->outcomes[i].ok && tx->has_to && address_eq(&tx->to, &n->trace_store) &&
           u256_is_zero(&tx->value) && chunk_of_calldata(tx->data, bytes);
}

static wh_status index_chunks(struct node *n, const struct block *b)
{
    for (uint32_t i = 0; i < b->tx_count; i++) {
        wh_span bytes;
        bytes32 hash;
        if (!posts_chunk(n, b, i, &bytes)) continue;
        n->crypto->keccak256(n->crypto->ctx, bytes.ptr, bytes.len, &hash);
        WH_TRY(chunks_add(&n->chunks, &hash, b->head.number, bytes));
    }
    return WH_OK;
}

wh_status chain_set_trace_store(struct node *n, const address *at)
{
    n->trace_store = *at;
    chunks_done(&n->chunks);
    for (uint64_t i = 0; i < n->count; i++)
        WH_TRY(index_chunks(n, n->canon[i]));
    return WH_OK;
}

wh_status chain_append(struct node *n, struct block *b)
{
    WH_ASSERT(b->head.number == n->count);
    if (n->count == n->cap) {
        const uint64_t cap = n->cap ? n->cap * 2 : 256;
        struct block **canon = realloc(n->canon, cap * sizeof(*canon));
        if (canon == NULL) return WH_E_NOMEM;
        n->canon = canon;
        n->cap = cap;
    }
    WH_TRY(table_put(&n->blocks, &b->hash, b));
    b->next = n->all_blocks;
    n->all_blocks = b;
    n->canon[n->count++] = b;
    for (uint32_t i = 0; i < b->tx_count; i++) {
        b->txs[i]->block = b;
        b->txs[i]->index = i;
        pool_remove(&n->pool, b->txs[i]);
    }
    return index_chunks(n, b);
}

wh_status chain_truncate(struct node *n, uint64_t number, bool keep)
{
    WH_ASSERT(number < n->count);
    const uint64_t count = n->count;
    n->count = number + 1;
    n->branches++;
    chunks_truncate(&n->chunks, number);
    for (uint64_t i = number + 1; i < count; i++) {
        struct block *b = n->canon[i];
        for (uint32_t t = 0; t < b->tx_count; t++) {
            b->txs[t]->block = NULL;
            if (keep && pool_put(&n->pool, b->txs[t]) == POOL_NOMEM) return WH_E_NOMEM;
        }
    }
    for (struct filter *f = n->filters; f != NULL; f = f->link)
        if (f->kind != FILTER_PENDING && f->next > n->count) f->next = n->count;
    return WH_OK;
}

wh_status chain_snapshot(struct node *n, uint64_t *id)
{
    if (n->snapshot_count == n->snapshot_cap) {
        const size_t cap = n->snapshot_cap ? n->snapshot_cap * 2 : 16;
        struct snapshot *s = realloc(n->snapshots, cap * sizeof *s);
        if (s == NULL) return WH_E_NOMEM;
        n->snapshots = s;
        n->snapshot_cap = cap;
    }
    *id = ++n->snapshot_id;
    n->snapshots[n->snapshot_count++] = (struct snapshot){*id, node_head(n), n->clock_ahead};
    return WH_OK;
}

wh_status chain_revert(struct node *n, uint64_t id, bool *found)
{
    size_t i = 0;
    while (i < n->snapshot_count && n->snapshots[i].id != id)
        i++;
    *found = i < n->snapshot_count && chain_is_canonical(n, n->snapshots[i].head);
    if (!*found) return WH_OK;
    WH_TRY(chain_truncate(n, n->snapshots[i].head->head.number, false));
    pool_clear(&n->pool);
    n->clock_ahead = n->snapshots[i].clock_ahead;
    n->next_timestamp = 0;
    n->snapshot_count = i;
    return WH_OK;
}
