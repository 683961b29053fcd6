/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/chunks.h"

#include <stdlib.h>

#include "deploy/devnet/price.h"

/* First four bytes of keccak("post(bytes)"). */
static const uint8_t POST_SELECTOR[4] = {0xba, 0xf9, 0xb3, 0x69};

enum { BUCKETS = 4096 };

bool chunk_of_calldata(wh_span calldata, wh_span *bytes)
{
    if (calldata.len < 68 || memcmp(calldata.ptr, POST_SELECTOR, 4) != 0) return false;
    uint8_t word[32] = {0};
    word[31] = 0x20;
    if (memcmp(calldata.ptr + 4, word, 32) != 0) return false;
    memset(word, 0, 32);
    if (memcmp(calldata.ptr + 36, word, 28) != 0) return false;
    const size_t len = load_be32(calldata.ptr + 64);
    if (len == 0 || len > EXECUTE_CHUNK_MAX) return false;
    const size_t padded = (len + 31) / 32 * 32;
    if (calldata.len != 68 + padded) return false;
    for (size_t i = len; i < padded; i++)
        if (calldata.ptr[68 + i] != 0) return false;
    *bytes = (wh_span){calldata.ptr + 68, len};
    return true;
}

wh_status chunks_add(struct chunks *c, const bytes32 *hash, uint64_t number, wh_span bytes)
{
    if (c->buckets == NULL) {
        c->buckets = calloc(BUCKETS, sizeof *c->buckets);
        if (c->buckets == NULL) return WH_E_NOMEM;
    }
    WH_ASSERT(c->count == 0 || c->items[c->count - 1].number <= number);
    if (c->count == c->cap) {
        const size_t cap = c->cap ? c->cap * 2 : 64;
        struct chunk *items = realloc(c->items, cap * sizeof *items);
        if (items == NULL) return WH_E_NOMEM;
        c->items = items;
        c->cap = cap;
    }
    uint32_t *bucket = &c->buckets[load_be32(hash->b) % BUCKETS];
    c->items[c->count] = (struct chunk){*hash, number, bytes, *bucket};
    *bucket = (uint32_t)++c->count;
    return WH_OK;
}

void chunks_truncate(struct chunks *c, uint64_t number)
{
    while (c->count > 0 && c->items[c->count - 1].number > number) {
        const struct chunk *last = &c->items[--c->count];
        c->buckets[load_be32(last->hash.b) % BUCKETS] = last->before;
    }
}

wh_status chunks_find(const struct chunks *c, const bytes32 *hash, uint64_t block, wh_span *bytes)
{
    if (c->buckets == NULL) return WH_E_MISSING;
    for (uint32_t i = c->buckets[load_be32(hash->b) % BUCKETS]; i != 0;
         i = c->items[i - 1].before) {
        const struct chunk *at = &c->items[i - 1];
        if (at->number >= block || !bytes32_eq(&at->hash, hash)) continue;
        if (block - at->number > CHUNK_WINDOW) return WH_E_MISSING; /* the rest is older still */
        *bytes = at->bytes;
        return WH_OK;
    }
    return WH_E_MISSING;
}

void chunks_done(struct chunks *c)
{
    free(c->items);
    free(c->buckets);
    *c = (struct chunks){0};
}
