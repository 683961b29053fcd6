/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_FUZZ_FUZZ_H
#define WH_TESTS_FUZZ_FUZZ_H

/* What fuzz targets share. A target is one function over bytes of a stranger; it checks properties
 * (FUZZ_MUST) beyond not crashing. It is linked with main.c, which replays files, or with libFuzzer
 * (meson option fuzz), or with AFL++'s driver, which takes the same function. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "evm/base/arena.h"
#include "evm/base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_MUST(cond)                                                        \
    do {                                                                       \
        if (!(cond)) {                                                         \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #cond); \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* The input as a stream; what is beyond its end reads as zero bytes, or as nothing. */
struct fuzz_in {
    const uint8_t *p;
    size_t left;
};

static inline wh_span fuzz_take(struct fuzz_in *in, size_t n)
{
    wh_span s = wh_span_of(in->p, n < in->left ? n : in->left);
    if (s.len > 0) in->p += s.len;
    in->left -= s.len;
    return s;
}

static inline uint8_t fuzz_u8(struct fuzz_in *in)
{
    wh_span s = fuzz_take(in, 1);
    return s.len == 1 ? s.ptr[0] : 0;
}

static inline uint16_t fuzz_u16(struct fuzz_in *in)
{
    unsigned high = fuzz_u8(in);
    return (uint16_t)(high << 8 | fuzz_u8(in));
}

static inline void fuzz_fixed(struct fuzz_in *in, uint8_t *out, size_t n)
{
    wh_span s = fuzz_take(in, n);
    memset(out, 0, n);
    if (s.len > 0) memcpy(out, s.ptr, s.len);
}

/* fuzz_arena: address space that is mapped once and rewound by each call. */
static inline struct wh_arena *fuzz_arena(struct wh_arena *a, size_t size)
{
    if (a->base == NULL) {
        void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED) exit(1);
        wh_arena_init(a, p, size);
    }
    wh_arena_rewind(a, 0);
    return a;
}

static inline bool fuzz_same(wh_span a, wh_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

#endif
