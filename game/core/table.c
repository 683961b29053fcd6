/* SPDX-License-Identifier: MIT */
#include "game/core/table.h"

void pool_init(struct game_pool *p, uint32_t size)
{
    memset(p, 0, sizeof *p);
    p->size = size;
}

static unsigned segment_of(uint32_t i)
{
    return 28u - (unsigned)__builtin_clz(i + 8u);
}

bool pool_reserve(struct game_pool *p, struct wh_arena *arena, uint32_t n)
{
    if (n == 0) return true;
    WH_ASSERT(p->count < (UINT32_C(1) << 28) && n < (UINT32_C(1) << 28));
    unsigned last = segment_of(p->count + n - 1);
    size_t mark = wh_arena_mark(arena);
    unsigned first = last + 1;
    while (first > 0 && p->seg[first - 1] == NULL)
        first--;
    for (unsigned s = first; s <= last; s++) {
        p->seg[s] = (uint8_t *)wh_arena_alloc(arena, (size_t)(8u << s) * p->size, 16);
        if (p->seg[s] == NULL) {
            for (unsigned t = first; t < s; t++)
                p->seg[t] = NULL;
            wh_arena_rewind(arena, mark);
            return false;
        }
    }
    return true;
}

void *pool_push(struct game_pool *p)
{
    WH_ASSERT(p->seg[segment_of(p->count)] != NULL);
    void *r = pool_at(p, p->count++);
    memset(r, 0, p->size);
    return r;
}

/* Keys are keccak outputs or addresses; the multiplication spreads ground prefixes. */
static uint32_t hash_of(const uint8_t *key, size_t keylen)
{
    /* Of 20 bytes the last 8; of more not, as a load across two stores is slow. */
    uint64_t v = load_le64(key) ^ load_le64(key + (keylen == 20 ? 12 : 8));
    v ^= v >> 32; /* or addresses that differ in their last bytes alone would share a place */
    return (uint32_t)((v * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

static void enter(struct game_index *x, struct game_slot s)
{
    uint32_t at = s.hash & x->mask;
    while (x->slot[at].number != 0)
        at = (at + 1) & x->mask;
    x->slot[at] = s;
}

bool index_reserve(struct game_index *x, struct wh_arena *arena, const struct game_pool *p,
                   uint32_t n)
{
    uint64_t want = 2 * ((uint64_t)p->count + n);
    uint64_t size = x->slot == NULL ? 16 : (uint64_t)x->mask + 1, old = x->slot == NULL ? 0 : size;
    if (x->slot != NULL && want <= size) return true;
    while (size < want)
        size *= 2;
    WH_ASSERT(size <= UINT64_C(1) << 31);
    struct game_index bigger = {.slot = WH_NEW(arena, struct game_slot, size),
                                .mask = (uint32_t)(size - 1)};
    if (bigger.slot == NULL) return false;
    memset(bigger.slot, 0, size * sizeof *bigger.slot);
    for (uint64_t i = 0; i < old; i++)
        if (x->slot[i].number != 0) enter(&bigger, x->slot[i]);
    *x = bigger;
    return true;
}

/* Keys of 20 or 32 bytes; mostly equal in full or different at once. */
static inline bool same_key(const uint8_t *a, const uint8_t *b, size_t keylen)
{
    uint64_t x = load_le64(a) ^ load_le64(b);
    if (x != 0) return false;
    x = (load_le64(a + 8) ^ load_le64(b + 8)) |
        (load_le64(a + keylen - 16) ^ load_le64(b + keylen - 16)) |
        (load_le64(a + keylen - 8) ^ load_le64(b + keylen - 8));
    return x == 0;
}

uint32_t index_find(const struct game_index *x, const struct game_pool *p, const uint8_t *key,
                    size_t keylen)
{
    if (x->slot == NULL) return GAME_NONE;
    uint32_t hash = hash_of(key, keylen);
    for (uint32_t at = hash & x->mask; x->slot[at].number != 0; at = (at + 1) & x->mask) {
        uint32_t i = x->slot[at].number - 1;
        if (x->slot[at].hash == hash && same_key((const uint8_t *)pool_at(p, i), key, keylen))
            return i;
    }
    return GAME_NONE;
}

void index_expect(const struct game_index *x, const uint8_t *key, size_t keylen)
{
    if (x->slot != NULL) __builtin_prefetch(&x->slot[hash_of(key, keylen) & x->mask]);
}

void index_add(struct game_index *x, const struct game_pool *p, uint32_t i, size_t keylen)
{
    enter(x, (struct game_slot){i + 1, hash_of((const uint8_t *)pool_at(p, i), keylen)});
}
