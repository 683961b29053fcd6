/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_FIELD4_H
#define WH_EVM_PRECOMPILE_FIELD4_H

/* Prime fields of up to 256 bits, four limbs, least first, Montgomery form (a R mod m, R = 2^256).
 * All inputs and outputs are below m. Time may depend on the values: nothing here is secret.
 *
 * The modulus comes as constants of the caller, so that after inlining each field has its own code.
 * field4_mul wants two spare bits (m < 2^254), field4_mul_full takes any odd m. */

#include "evm/base/bytes.h"

__extension__ typedef unsigned __int128 field4_u128;

typedef struct fe4 {
    uint64_t w[4];
} fe4;

#define FIELD4_INLINE static inline __attribute__((always_inline))

/* A guest and the oracle of the tests take the plain forms; so does a build without optimisation,
 * where operands of inline assembly need more registers than there are. */
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(FIELD4_PLAIN)
#    include "evm/precompile/field4_x86.h"
#    define FIELD4_X86 1
#    if defined(__ADX__) && defined(__BMI2__)
#        define FIELD4_ADX 1
#    endif
#endif

/* Low word of acc + a b + carry; the high word becomes the new carry. */
FIELD4_INLINE uint64_t field4_mac(uint64_t acc, uint64_t a, uint64_t b, uint64_t *carry)
{
    field4_u128 t = (field4_u128)a * b + acc + *carry;
    *carry = (uint64_t)(t >> 64);
    return (uint64_t)t;
}

FIELD4_INLINE uint64_t field4_adc(uint64_t a, uint64_t b, uint64_t *carry)
{
    field4_u128 t = (field4_u128)a + b + *carry;
    *carry = (uint64_t)(t >> 64);
    return (uint64_t)t;
}

FIELD4_INLINE uint64_t field4_sbb(uint64_t a, uint64_t b, uint64_t *borrow)
{
    field4_u128 t = (field4_u128)a - b - *borrow;
    *borrow = (uint64_t)(t >> 64) & 1;
    return (uint64_t)t;
}

FIELD4_INLINE bool field4_is_zero(const fe4 *a)
{
    return (a->w[0] | a->w[1] | a->w[2] | a->w[3]) == 0;
}

FIELD4_INLINE bool field4_eq(const fe4 *a, const fe4 *b)
{
    return ((a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1]) | (a->w[2] ^ b->w[2]) |
            (a->w[3] ^ b->w[3])) == 0;
}

/* out = (high, a) - m if that is not negative, else a. */
FIELD4_INLINE void field4_reduce(fe4 *out, const uint64_t a[4], uint64_t high, const uint64_t m[4])
{
    uint64_t t[4], borrow = 0;
    for (int i = 0; i < 4; i++)
        t[i] = field4_sbb(a[i], m[i], &borrow);
    uint64_t keep = 0 - (uint64_t)(high < borrow);
    for (int i = 0; i < 4; i++)
        out->w[i] = (a[i] & keep) | (t[i] & ~keep);
}

FIELD4_INLINE void field4_add(fe4 *out, const fe4 *a, const fe4 *b, const uint64_t m[4])
{
#ifdef FIELD4_X86
    field4_x86_add(out->w, a->w, b->w, m);
#else
    uint64_t t[4], carry = 0;
    for (int i = 0; i < 4; i++)
        t[i] = field4_adc(a->w[i], b->w[i], &carry);
    field4_reduce(out, t, carry, m);
#endif
}

FIELD4_INLINE void field4_sub(fe4 *out, const fe4 *a, const fe4 *b, const uint64_t m[4])
{
#ifdef FIELD4_X86
    field4_x86_sub(out->w, a->w, b->w, m);
#else
    uint64_t t[4], borrow = 0, carry = 0;
    for (int i = 0; i < 4; i++)
        t[i] = field4_sbb(a->w[i], b->w[i], &borrow);
    uint64_t mask = 0 - borrow;
    for (int i = 0; i < 4; i++)
        out->w[i] = field4_adc(t[i], m[i] & mask, &carry);
#endif
}

/* Montgomery product, operand scanning (Koc, Acar, Kaliski 1996). inv = -m^-1 mod 2^64. With two
 * spare bits the running sum never leaves five words. Inputs up to 2m are fine as well. */
FIELD4_INLINE void field4_mul(fe4 *out, const fe4 *a, const fe4 *b, const uint64_t m[4],
                              uint64_t inv)
{
#ifdef FIELD4_ADX
    field4_adx_mul(out->w, a->w, b->w, m, inv);
#else
    uint64_t t[4] = {0, 0, 0, 0};
#    pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        uint64_t c = 0, d = 0, bi = b->w[i];
        t[0] = field4_mac(t[0], a->w[0], bi, &c);
        uint64_t q = t[0] * inv;
        (void)field4_mac(t[0], q, m[0], &d);
#    pragma GCC unroll 3
        for (int j = 1; j < 4; j++) {
            uint64_t v = field4_mac(t[j], a->w[j], bi, &c);
            t[j - 1] = field4_mac(v, q, m[j], &d);
        }
        t[3] = c + d;
    }
    field4_reduce(out, t, 0, m);
#endif
}

FIELD4_INLINE void field4_mul_full(fe4 *out, const fe4 *a, const fe4 *b, const uint64_t m[4],
                                   uint64_t inv)
{
    uint64_t t[5] = {0, 0, 0, 0, 0};
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        uint64_t c = 0, d = 0, bi = b->w[i];
        t[0] = field4_mac(t[0], a->w[0], bi, &c);
        uint64_t q = t[0] * inv;
        (void)field4_mac(t[0], q, m[0], &d);
#pragma GCC unroll 3
        for (int j = 1; j < 4; j++) {
            uint64_t v = field4_mac(t[j], a->w[j], bi, &c);
            t[j - 1] = field4_mac(v, q, m[j], &d);
        }
        uint64_t e = 0;
        t[3] = field4_adc(t[4], c, &e);
        uint64_t f = 0;
        t[3] = field4_adc(t[3], d, &f);
        t[4] = e + f;
    }
    field4_reduce(out, t, t[4], m);
}

FIELD4_INLINE bool field4_below(const uint64_t a[4], const uint64_t m[4])
{
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++)
        (void)field4_sbb(a[i], m[i], &borrow);
    return borrow != 0;
}

FIELD4_INLINE void field4_load(uint64_t out[4], const uint8_t in[32])
{
    for (int i = 0; i < 4; i++)
        out[i] = load_be64(in + 24 - 8 * i);
}

FIELD4_INLINE void field4_store(uint8_t out[32], const uint64_t a[4])
{
    for (int i = 0; i < 4; i++)
        store_be64(out + 24 - 8 * i, a[i]);
}

#endif
