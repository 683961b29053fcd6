/* SPDX-License-Identifier: MIT */
/* Mutations that keep RLP well formed: one item somewhere in the tree is changed, taken out, doubled or made
 * another kind, and the lengths above it are written anew. Without it a length that no longer fits hides
 * whatever else was changed. One time in three libFuzzer's own mutation. A byte below 0xc0 in front (a
 * type, a choice of the target) stays. */
#include <stdlib.h>

#include "evm/rlp/rlp.h"
#include "tests/fuzz/fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

enum { DEPTH = 8 };

static unsigned next(unsigned *seed, unsigned n)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 8) % n;
}

/* The way to an item: the payload of each list, and of the last the item. */
struct way {
    wh_span list[DEPTH];
    struct rlp_item item[DEPTH];
    unsigned depth;
};

static bool choose(wh_span payload, unsigned *seed, struct way *w)
{
    for (w->depth = 0; w->depth < DEPTH;) {
        size_t n, at;
        if (rlp_count(payload, &n) != WH_OK || n == 0) break;
        w->list[w->depth] = payload;
        at = next(seed, (unsigned)n);
        for (size_t i = 0; i <= at; i++)
            if (rlp_next(&payload, &w->item[w->depth]) != WH_OK) return false;
        payload = w->item[w->depth++].payload;
        if (!w->item[w->depth - 1].is_list || next(seed, 4) == 0) break;
    }
    return w->depth > 0;
}

/* Puts an item around payload at p; p and payload may not overlap. */
static size_t wrap(uint8_t *p, wh_span payload, bool list)
{
    if (!list) return (size_t)(rlp_put_string(p, payload) - p);
    size_t n = (size_t)(rlp_put_list(p, payload.len) - p);
    if (payload.len > 0) memcpy(p + n, payload.ptr, payload.len);
    return n + payload.len;
}

static size_t change(const struct rlp_item *item, unsigned *seed, uint8_t *out, uint8_t *room,
                     size_t max)
{
    size_t n = item->payload.len;
    switch (next(seed, 10)) {
    case 0: return 0;
    case 1: out[0] = item->is_list ? 0xc0 : 0x80; return 1;
    case 2: /* twice */
        memcpy(out, item->raw.ptr, item->raw.len);
        memcpy(out + item->raw.len, item->raw.ptr, item->raw.len);
        return 2 * item->raw.len;
    case 3: return wrap(out, item->payload, !item->is_list);
    case 4: return wrap(out, item->raw, true);
    default:
        if (n > 0) memcpy(room, item->payload.ptr, n);
        n = LLVMFuzzerMutate(room, n, max);
        return wrap(out, wh_span_of(room, n), item->is_list);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    static uint8_t made[2][4 << 20], room[1 << 20];
    struct way w;
    wh_span payload;
    size_t skip = size > 1 && data[0] < 0xc0;
    if (next(&seed, 3) == 0 || 2 * size > sizeof room || max > sizeof room ||
        rlp_list(wh_span_of(data + skip, size - skip), &payload) != WH_OK ||
        !choose(payload, &seed, &w))
        return LLVMFuzzerMutate(data, size, max);
    unsigned side = 0;
    const struct rlp_item *item = &w.item[w.depth - 1];
    size_t n =
        change(item, &seed, made[side], room, max > size ? max - size + item->payload.len : 1);
    for (unsigned i = w.depth; i-- > 0;) {
        wh_span list = w.list[i], old = w.item[i].raw;
        size_t before = (size_t)(old.ptr - list.ptr), after = list.len - before - old.len;
        uint8_t *p = made[1 - side];
        p = rlp_put_list(p, before + n + after);
        if (before > 0) memcpy(p, list.ptr, before);
        memcpy(p + before, made[side], n);
        if (after > 0) memcpy(p + before + n, old.ptr + old.len, after);
        n = (size_t)(p - made[1 - side]) + before + n + after;
        side = 1 - side;
    }
    if (skip + n > max) return LLVMFuzzerMutate(data, size, max);
    memcpy(data + skip, made[side], n);
    return skip + n;
}
