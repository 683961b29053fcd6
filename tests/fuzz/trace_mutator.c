/* SPDX-License-Identifier: MIT */
/* Mutations that know what a trace is: an entry is changed, taken out, doubled or added, then the entries stand
 * in the order of their hashes again and are counted, mostly. One time in three libFuzzer's own mutation. */
#include "evm/hash/keccak.h"
#include "evm/segment/seg_state.h"
#include "tests/fuzz/fuzz.h"

/* Weak: the driver of AFL++ has none, and never calls the mutator. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

enum { ENTRIES = 256, HEAD = 12, ROOM = 1 << 18 };

static unsigned next(unsigned *seed, unsigned n)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 8) % n;
}

struct entries {
    wh_span v[ENTRIES];
    unsigned count;
};

static bool split(wh_span in, struct entries *e)
{
    for (e->count = 0; in.len > 4 && e->count < ENTRIES - 1;) {
        size_t len = load_be32(in.ptr);
        if (len > in.len - 4) break;
        e->v[e->count++] = wh_span_of(in.ptr + 4, len);
        in = wh_span_of(in.ptr + 4 + len, in.len - 4 - len);
    }
    return e->count > 0;
}

static void sort(struct entries *e)
{
    bytes32 hash[ENTRIES];
    for (unsigned i = 0; i < e->count; i++)
        keccak256(e->v[i].ptr, e->v[i].len, &hash[i]);
    for (unsigned i = 1; i < e->count; i++)
        for (unsigned k = i; k > 0 && bytes32_cmp(&hash[k - 1], &hash[k]) > 0; k--) {
            bytes32 h = hash[k];
            wh_span s = e->v[k];
            hash[k] = hash[k - 1], e->v[k] = e->v[k - 1];
            hash[k - 1] = h, e->v[k - 1] = s;
        }
}

static void change(struct entries *e, unsigned *seed, uint8_t *room)
{
    unsigned at = next(seed, e->count);
    size_t n = e->v[at].len;
    switch (next(seed, 6)) {
    case 0: e->v[at] = e->v[--e->count]; break;
    case 1: e->v[e->count++] = e->v[at]; break;
    case 2: /* a part of one is one more */
        n = n > 1 ? 1 + next(seed, (unsigned)n - 1) : n;
        e->v[e->count++] = wh_span_of(e->v[at].ptr, n);
        break;
    default:
        if (n > ROOM / 2) break;
        if (n > 0) memcpy(room, e->v[at].ptr, n);
        n = LLVMFuzzerMutate(room, n, n + 64);
        if (next(seed, 4) > 0)
            e->v[at] = wh_span_of(room, n);
        else
            e->v[e->count++] = wh_span_of(room, n);
        break;
    }
    if (next(seed, 16) > 0) sort(e);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    static uint8_t room[ROOM], made[2 * ROOM];
    struct entries e;
    size_t at = 1 + (size > 0 && data[0] >= 0x80 ? SEG_STATE_SIZE + 32 : 0), n = 0;
    if (size >= at + HEAD && next(&seed, 16) == 0) { /* magic, kind, reserved, count */
        data[at + next(&seed, HEAD)] = (uint8_t)next(&seed, 256);
        return size;
    }
    if (next(&seed, 3) == 0 || size < at + HEAD || size > ROOM || max > ROOM ||
        !split(wh_span_of(data + at + HEAD, size - at - HEAD), &e))
        return LLVMFuzzerMutate(data, size, max);
    change(&e, &seed, room);
    for (unsigned i = 0; i < e.count; i++) {
        if (n + 4 + e.v[i].len > sizeof made) return LLVMFuzzerMutate(data, size, max);
        store_be32(made + n, (uint32_t)e.v[i].len);
        if (e.v[i].len > 0) memcpy(made + n + 4, e.v[i].ptr, e.v[i].len);
        n += 4 + e.v[i].len;
    }
    if (at + HEAD + n > max) return LLVMFuzzerMutate(data, size, max);
    memcpy(data + at + HEAD, made, n);
    if (next(&seed, 16) > 0) store_be32(data + at + 8, e.count);
    return at + HEAD + n;
}
