/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_BASE_BYTES_H
#define WH_EVM_BASE_BYTES_H

/* Byte strings and their loads and stores. Wire integers are big-endian (PROTOCOL 1). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evm/base/mem.h"

_Static_assert(sizeof(size_t) == 8, "64-bit targets only");

typedef struct bytes32 {
    uint8_t b[32];
} bytes32;

typedef struct address {
    uint8_t b[20];
} address;

/* wh_span is a borrowed, read-only byte string. ptr may be NULL if len is 0. */
typedef struct wh_span {
    const uint8_t *ptr;
    size_t len;
} wh_span;

static inline wh_span wh_span_of(const void *ptr, size_t len)
{
    return (wh_span){(const uint8_t *)ptr, len};
}

static inline bool bytes32_eq(const bytes32 *a, const bytes32 *b)
{
    return memcmp(a->b, b->b, 32) == 0;
}

static inline bool bytes32_is_zero(const bytes32 *a)
{
    uint64_t w[4];
    memcpy(w, a->b, 32);
    return (w[0] | w[1] | w[2] | w[3]) == 0;
}

static inline int bytes32_cmp(const bytes32 *a, const bytes32 *b)
{
    return memcmp(a->b, b->b, 32);
}

static inline bool address_eq(const address *a, const address *b)
{
    return memcmp(a->b, b->b, 20) == 0;
}

static inline uint16_t load_be16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, 2);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap16(v);
#endif
    return v;
}

static inline uint32_t load_be32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    return v;
}

static inline uint64_t load_be64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static inline uint64_t load_le64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static inline void store_be16(uint8_t *p, uint16_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap16(v);
#endif
    memcpy(p, &v, 2);
}

static inline void store_be32(uint8_t *p, uint32_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    memcpy(p, &v, 4);
}

static inline void store_be64(uint8_t *p, uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    memcpy(p, &v, 8);
}

static inline void store_le64(uint8_t *p, uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    memcpy(p, &v, 8);
}

#endif
