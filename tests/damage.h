/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_DAMAGE_H
#define WH_TESTS_DAMAGE_H

/* Damaged copies of a good trace. For each the outcome must be a refusal, or the same post leaf; never
 * another leaf (PROTOCOL 5, F4; docs/TRAPS.md R2). */

#include "evm/hash/keccak.h"
#include "evm/segment/execute.h"
#include "evm/segment/trace.h"
#include "tests/plain_crypto.h"
#include "tests/tap.h"

/* Replays a trace; the caller knows pre state and input. */
struct damage_target {
    void *ctx;
    wh_status (*replay)(void *ctx, wh_span trace, bytes32 *leaf);
    bytes32 leaf; /* of the good trace */
    uint64_t tried, refused, same;
};

static inline void damage_try(struct damage_target *d, wh_span trace, const char *what)
{
    bytes32 leaf;
    wh_status status = d->replay(d->ctx, trace, &leaf);
    d->tried++;
    if (status != WH_OK) {
        if (status < 0) printf("# %s: trouble %d\n", what, (int)status);
        CHECK(status > 0);
        d->refused++;
        return;
    }
    if (!bytes32_eq(&leaf, &d->leaf)) printf("# %s: another leaf\n", what);
    CHECK_MEM(leaf.b, d->leaf.b, 32);
    d->same++;
}

/* Entries of the good trace in memory of malloc, with room for one more. */
static inline uint32_t damage_entries(wh_span trace, struct trace_entry **out)
{
    uint32_t n = load_be32(trace.ptr + 8);
    struct trace_entry *e = calloc(n + 1, sizeof *e);
    size_t at = TRACE_HEADER;
    for (uint32_t i = 0; i < n; i++) {
        size_t len = load_be32(trace.ptr + at);
        e[i].bytes = wh_span_of(trace.ptr + at + 4, len);
        keccak256(e[i].bytes.ptr, len, &e[i].hash);
        at += 4 + len;
    }
    *out = e;
    return n;
}

/* Entries as they stand, in this order. */
static inline wh_span damage_join(uint8_t kind, const struct trace_entry *e, uint32_t n,
                                  uint8_t *buf)
{
    static const uint8_t magic[4] = {'W', 'T', 'R', '2'};
    uint8_t *p = buf;
    memcpy(p, magic, 4);
    p[4] = kind;
    p[5] = p[6] = p[7] = 0;
    store_be32(p + 8, n);
    p += TRACE_HEADER;
    for (uint32_t i = 0; i < n; i++) {
        store_be32(p, (uint32_t)e[i].bytes.len);
        memcpy(p + 4, e[i].bytes.ptr, e[i].bytes.len);
        p += 4 + e[i].bytes.len;
    }
    return wh_span_of(buf, (size_t)(p - buf));
}

static inline int damage_order(const void *a, const void *b)
{
    return bytes32_cmp(&((const struct trace_entry *)a)->hash,
                       &((const struct trace_entry *)b)->hash);
}

/* Every way of one fault: each entry removed, doubled, swapped with its neighbour, one bit of it flipped
 * in place and with the list sorted anew; one foreign entry added. Each must be refused. */
static inline void damage_all_entries(struct damage_target *d, wh_span trace)
{
    struct trace_entry *e, *c;
    uint8_t kind = trace.ptr[4], *buf = malloc(2 * trace.len + 64), *bent = malloc(trace.len + 64);
    uint32_t n = damage_entries(trace, &e);
    uint64_t same = d->same;
    c = calloc(n + 2, sizeof *c);
    for (uint32_t i = 0; i < n; i++) {
        memcpy(c, e, i * sizeof *c);
        memcpy(c + i, e + i + 1, (n - i - 1) * sizeof *c);
        damage_try(d, damage_join(kind, c, n - 1, buf), "removed");
        memcpy(c, e, n * sizeof *c);
        memmove(c + i + 1, c + i, (n - i) * sizeof *c);
        damage_try(d, damage_join(kind, c, n + 1, buf), "doubled");
        memcpy(c, e, n * sizeof *c);
        memcpy(bent, e[i].bytes.ptr, e[i].bytes.len);
        bent[(i * 7919u) % e[i].bytes.len] ^= (uint8_t)(1u << i % 8);
        c[i].bytes.ptr = bent;
        damage_try(d, damage_join(kind, c, n, buf), "bit flipped");
        keccak256(bent, c[i].bytes.len, &c[i].hash);
        qsort(c, n, sizeof *c, damage_order);
        damage_try(d, damage_join(kind, c, n, buf), "bit flipped, sorted");
        if (i + 1 < n) {
            memcpy(c, e, n * sizeof *c);
            c[i] = e[i + 1];
            c[i + 1] = e[i];
            damage_try(d, damage_join(kind, c, n, buf), "swapped");
        }
    }
    static const uint8_t junk[] = "a preimage that nobody asks for";
    memcpy(c, e, n * sizeof *c);
    c[n].bytes = wh_span_of(junk, sizeof junk);
    keccak256(junk, sizeof junk, &c[n].hash);
    qsort(c, n + 1, sizeof *c, damage_order);
    damage_try(d, damage_join(kind, c, n + 1, buf), "junk");
    CHECK_EQ(d->same, same);
    free(e);
    free(c);
    free(buf);
    free(bent);
}

/* Cut at every step-th length, bytes appended, each bit of the header flipped. Each must be refused. */
static inline void damage_all_bytes(struct damage_target *d, wh_span trace, size_t step)
{
    uint8_t *buf = malloc(trace.len + 1);
    uint64_t same = d->same;
    memcpy(buf, trace.ptr, trace.len);
    for (size_t len = 0; len < trace.len; len += step)
        damage_try(d, wh_span_of(buf, len), "truncated");
    buf[trace.len] = 0;
    damage_try(d, wh_span_of(buf, trace.len + 1), "byte appended");
    for (unsigned bit = 0; bit < 8 * TRACE_HEADER; bit++) {
        buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
        damage_try(d, wh_span_of(buf, trace.len), "header bit");
        buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    CHECK_EQ(d->same, same);
    free(buf);
}

#endif
