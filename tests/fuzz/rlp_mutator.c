/* SPDX-License-Identifier: MIT */
/* Mutations that keep RLP well formed: one item somewhere in the tree is changed, taken out, doubled or made
 * another kind, and the lengths above it are written anew. Without it a length that no longer fits hides
 * whatever else was changed. One time in three libFuzzer's own mutation. What is mutated is the input
 * behind a byte below 0xc0 (a type, a choice of the target), or what fuzz_rlp_place says. */
#include <stdlib.h>

#include "evm/rlp/rlp.h"
#include "tests/fuzz/fuzz.h"

/* Weak: the driver of AFL++ has none, and never calls the mutator. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

/* fuzz_rlp_place: where a list stands in the input; counted: its length stands before it, two bytes. */
bool fuzz_rlp_place(wh_span input, unsigned which, size_t *at, size_t *len, bool *counted);
__attribute__((weak)) bool fuzz_rlp_place(wh_span input, unsigned which, size_t *at, size_t *len,
                                          bool *counted)
{
    (void)which;
    *at = input.len > 1 && input.ptr[0] < 0xc0;
    *len = input.len - *at;
    *counted = false;
    return true;
}

enum { DEPTH = 8, ROOM = 1 << 20 };

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

/* The list with its item changed, in made; 0: none. */
static size_t rebuild(const struct way *w, unsigned *seed, size_t grow, uint8_t **out)
{
    static uint8_t made[2][4 << 20], room[ROOM];
    unsigned side = 0;
    const struct rlp_item *item = &w->item[w->depth - 1];
    size_t n = change(item, seed, made[side], room, grow + item->payload.len);
    for (unsigned i = w->depth; i-- > 0;) {
        wh_span list = w->list[i], old = w->item[i].raw;
        size_t before = (size_t)(old.ptr - list.ptr), after = list.len - before - old.len;
        uint8_t *p = rlp_put_list(made[1 - side], before + n + after);
        if (before > 0) memcpy(p, list.ptr, before);
        memcpy(p + before, made[side], n);
        if (after > 0) memcpy(p + before + n, old.ptr + old.len, after);
        n = (size_t)(p - made[1 - side]) + before + n + after;
        side = 1 - side;
    }
    *out = made[side];
    return n;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    struct way w;
    wh_span payload;
    size_t at, len;
    bool counted;
    uint8_t *made;
    if (next(&seed, 3) == 0 || 2 * size > ROOM || max > ROOM / 2 ||
        !fuzz_rlp_place(wh_span_of(data, size), next(&seed, 1u << 16), &at, &len, &counted) ||
        rlp_list(wh_span_of(data + at, len), &payload) != WH_OK || !choose(payload, &seed, &w))
        return LLVMFuzzerMutate(data, size, max);
    size_t n = rebuild(&w, &seed, max > size ? max - size : 1, &made);
    if (size - len + n > max || (counted && n > 0xffff)) return LLVMFuzzerMutate(data, size, max);
    memmove(data + at + n, data + at + len, size - at - len);
    memcpy(data + at, made, n);
    if (counted) store_be16(data + at - 2, (uint16_t)n);
    return size - len + n;
}
