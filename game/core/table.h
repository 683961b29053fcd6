/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_CORE_TABLE_H
#define WH_GAME_CORE_TABLE_H

/* Memory of the engine: pools of records and hash indices, both in the game's arena.
 *
 * A pool keeps its records in segments of doubling size, so growth copies nothing and a pointer to
 * a record stays good. An index is open addressing over record numbers, load at most 1/2; growing
 * it leaves the old array behind in the arena (a geometric sum: at most as much again). Nothing is
 * ever removed. Iteration is by record number, which is the order of insertion, never by hash. */

#include "evm/base/arena.h"
#include "evm/base/bytes.h"

#define GAME_POOL_SEGMENTS 26u /* 8 << 26 records: more than an L1 can ever hold */
#define GAME_NONE          UINT32_MAX

struct game_pool {
    uint8_t *seg[GAME_POOL_SEGMENTS];
    uint32_t count;
    uint32_t size; /* bytes of a record, a multiple of 8 (4 for lists of record numbers) */
};

/* The hash stands beside the number: records of other keys are mostly not touched, and growing touches
 * none. */
struct game_slot {
    uint32_t number; /* of the record, + 1; 0 = empty */
    uint32_t hash;   /* of its key; its low bits say where the search begins */
};

struct game_index {
    struct game_slot *slot;
    uint32_t mask;
};

static inline void *pool_at(const struct game_pool *p, uint32_t i)
{
    uint32_t v = i + 8u;
    unsigned s = 28u - (unsigned)__builtin_clz(v);
    return p->seg[s] + (size_t)(v - (8u << s)) * p->size;
}

void pool_init(struct game_pool *p, uint32_t size);
/* pool_reserve makes room for n more records; false: the arena is full and nothing changed. */
bool pool_reserve(struct game_pool *p, struct wh_arena *arena, uint32_t n);
/* pool_push gives the next record, zeroed; room was reserved. */
void *pool_push(struct game_pool *p);

/* index_reserve keeps the load at most 1/2 with n more records of pool. Keys are the first keylen
 * bytes of a record. false: the arena is full and nothing changed. */
bool index_reserve(struct game_index *x, struct wh_arena *arena, const struct game_pool *p,
                   uint32_t n);
/* index_find: number of the record that starts with key, or GAME_NONE. */
uint32_t index_find(const struct game_index *x, const struct game_pool *p, const uint8_t *key,
                    size_t keylen);
/* index_expect: the place of key will be asked for soon. */
void index_expect(const struct game_index *x, const uint8_t *key, size_t keylen);
/* index_add enters record number i, whose key is not there yet; room was reserved. */
void index_add(struct game_index *x, const struct game_pool *p, uint32_t i, size_t keylen);

#endif
