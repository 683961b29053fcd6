/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_BASE_U256_H
#define WH_EVM_BASE_U256_H

/* 256-bit words of the EVM. w[0] is the least significant limb. All arithmetic is modulo 2^256
 * (Yellow Paper, appendix H.1). Crossing to bytes is by u256_from_be and u256_to_be alone. */

#include "evm/base/bytes.h"

typedef struct u256 {
    uint64_t w[4];
} u256;

static inline u256 u256_from_u64(uint64_t v)
{
    return (u256){{v, 0, 0, 0}};
}

static inline u256 u256_from_be(const uint8_t b[32])
{
    return (u256){{load_be64(b + 24), load_be64(b + 16), load_be64(b + 8), load_be64(b)}};
}

static inline void u256_to_be(const u256 *a, uint8_t b[32])
{
    store_be64(b, a->w[3]);
    store_be64(b + 8, a->w[2]);
    store_be64(b + 16, a->w[1]);
    store_be64(b + 24, a->w[0]);
}

static inline bool u256_is_zero(const u256 *a)
{
    return (a->w[0] | a->w[1] | a->w[2] | a->w[3]) == 0;
}

static inline bool u256_eq(const u256 *a, const u256 *b)
{
    return ((a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1]) | (a->w[2] ^ b->w[2]) |
            (a->w[3] ^ b->w[3])) == 0;
}

static inline bool u256_fits_u64(const u256 *a)
{
    return (a->w[1] | a->w[2] | a->w[3]) == 0;
}

/* u256_add returns the carry. out may be a or b. */
static inline bool u256_add(u256 *out, const u256 *a, const u256 *b)
{
    unsigned long long c = 0;
    for (int i = 0; i < 4; i++) {
        unsigned long long s;
        unsigned long long c1 = __builtin_uaddll_overflow(a->w[i], b->w[i], &s);
        unsigned long long c2 = __builtin_uaddll_overflow(s, c, &s);
        out->w[i] = s;
        c = c1 | c2;
    }
    return c != 0;
}

/* u256_sub returns the borrow. out may be a or b. */
static inline bool u256_sub(u256 *out, const u256 *a, const u256 *b)
{
    unsigned long long c = 0;
    for (int i = 0; i < 4; i++) {
        unsigned long long s;
        unsigned long long c1 = __builtin_usubll_overflow(a->w[i], b->w[i], &s);
        unsigned long long c2 = __builtin_usubll_overflow(s, c, &s);
        out->w[i] = s;
        c = c1 | c2;
    }
    return c != 0;
}

static inline bool u256_lt(const u256 *a, const u256 *b)
{
    __extension__ typedef unsigned __int128 half;
    half ah = (half)a->w[3] << 64 | a->w[2], bh = (half)b->w[3] << 64 | b->w[2];
    half al = (half)a->w[1] << 64 | a->w[0], bl = (half)b->w[1] << 64 | b->w[0];
    return (ah < bh) | ((ah == bh) & (al < bl)); /* no branch: operands are anything */
}

/* u256_mul: low 256 bits. out may be a or b. */
void u256_mul(u256 *out, const u256 *a, const u256 *b);
/* u256_mul_overflow: as u256_mul; true if the product does not fit 256 bits. */
bool u256_mul_overflow(u256 *out, const u256 *a, const u256 *b);
/* u256_divmod: quotient and remainder; both 0 if d is 0 (as DIV and MOD). Either may be NULL. */
void u256_divmod(const u256 *n, const u256 *d, u256 *quot, u256 *rem);
/* Signed forms (SDIV, SMOD): two's complement, truncating toward zero, sign of the dividend. */
void u256_sdivmod(const u256 *n, const u256 *d, u256 *quot, u256 *rem);
/* u256_addmod, u256_mulmod: over the integers, then modulo m; 0 if m is 0. */
void u256_addmod(u256 *out, const u256 *a, const u256 *b, const u256 *m);
void u256_mulmod(u256 *out, const u256 *a, const u256 *b, const u256 *m);
/* u256_exp: a^e modulo 2^256. */
void u256_exp(u256 *out, const u256 *a, const u256 *e);

/* Shifts; n >= 256 gives 0 (sar: the sign). out may be a. */
void u256_shl(u256 *out, const u256 *a, unsigned n);
void u256_shr(u256 *out, const u256 *a, unsigned n);
void u256_sar(u256 *out, const u256 *a, unsigned n);

/* u256_byte_len: bytes without leading zeros, 0 for 0. */
static inline unsigned u256_byte_len(const u256 *a)
{
    for (int i = 3; i >= 0; i--)
        if (a->w[i] != 0) return (unsigned)i * 8u + (71u - (unsigned)__builtin_clzll(a->w[i])) / 8u;
    return 0;
}

#endif
