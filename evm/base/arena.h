/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_BASE_ARENA_H
#define WH_EVM_BASE_ARENA_H

/* A bump allocator over a block that the caller brings. Nothing is freed singly: take a mark and
 * rewind to it. A full arena is trouble of this process (WH_E_NOMEM), never an outcome. */

#include "evm/base/bytes.h"
#include "evm/base/status.h"

/* MemorySanitizer sees what is read before it is written, also where memory is used again. */
#if defined(__has_feature)
#    if __has_feature(memory_sanitizer)
void __msan_allocated_memory(const volatile void *p, size_t size);
#        define WH_ARENA_FRESH(p, size) __msan_allocated_memory((p), (size))
#    endif
#endif
#ifndef WH_ARENA_FRESH
#    define WH_ARENA_FRESH(p, size) ((void)0)
#endif

struct wh_arena {
    uint8_t *base; /* borrowed */
    size_t used;
    size_t cap;
};

static inline void wh_arena_init(struct wh_arena *a, void *block, size_t cap)
{
    a->base = (uint8_t *)block;
    a->used = 0;
    a->cap = cap;
}

/* wh_arena_alloc returns size bytes aligned to align (a power of two), not cleared; NULL if the
 * arena is full. */
static inline void *wh_arena_alloc(struct wh_arena *a, size_t size, size_t align)
{
    size_t at = (a->used + (align - 1)) & ~(align - 1);
    if (at > a->cap || size > a->cap - at) return NULL;
    a->used = at + size;
    WH_ARENA_FRESH(a->base + at, size);
    return a->base + at;
}

static inline size_t wh_arena_mark(const struct wh_arena *a)
{
    return a->used;
}

static inline void wh_arena_rewind(struct wh_arena *a, size_t mark)
{
    WH_ASSERT(mark <= a->used);
    a->used = mark;
}

/* WH_NEW(arena, type, n) is an uninitialised array of n objects or NULL. */
#define WH_NEW(arena, type, n) \
    ((type *)wh_arena_alloc((arena), sizeof(type) * (size_t)(n), _Alignof(type)))

#endif
