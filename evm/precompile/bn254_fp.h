/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_BN254_FP_H
#define WH_EVM_PRECOMPILE_BN254_FP_H

/* Fp and Fp2 = Fp[i] / (i^2 + 1) of bn254. Outputs may be inputs. */

#include "evm/precompile/bn254_names.h"
#include "evm/precompile/field4.h"

typedef fe4 fp;
typedef struct fp2 {
    fp a, b; /* a + b i */
} fp2;

static const uint64_t bn254_p[4] = {0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d,
                                    0x30644e72e131a029};
#define BN254_P_INV 0x87d20782e4866389u /* -p^-1 mod 2^64 */

static const fp fp_one = {
    {0xd35d438dc58f0d9d, 0x0a78eb28f5c70b3d, 0x666ea36f7879462c, 0x0e0a77c19a07df2f}};
static const fp fp_rr = {/* 2^512 mod p */
                         {0xf32cfc5b538afa89, 0xb5e71911d44501fb, 0x47ab1eff0a417ff6,
                          0x06d89f71cab8351f}};

FIELD4_INLINE void fp_add(fp *r, const fp *a, const fp *b)
{
    field4_add(r, a, b, bn254_p);
}
FIELD4_INLINE void fp_sub(fp *r, const fp *a, const fp *b)
{
    field4_sub(r, a, b, bn254_p);
}
FIELD4_INLINE void fp_double(fp *r, const fp *a)
{
    field4_add(r, a, a, bn254_p);
}
FIELD4_INLINE bool fp_is_zero(const fp *a)
{
    return field4_is_zero(a);
}
FIELD4_INLINE bool fp_eq(const fp *a, const fp *b)
{
    return field4_eq(a, b);
}

FIELD4_INLINE void fp_mul(fp *r, const fp *a, const fp *b)
{
    field4_mul(r, a, b, bn254_p, BN254_P_INV);
}

FIELD4_INLINE void fp_sqr(fp *r, const fp *a)
{
    fp_mul(r, a, a);
}

FIELD4_INLINE void fp_neg(fp *r, const fp *a)
{
    const fp zero = {{0, 0, 0, 0}};
    fp_sub(r, &zero, a);
}

/* a / 2: an odd value is made even by p first. */
FIELD4_INLINE void fp_half(fp *r, const fp *a)
{
    uint64_t mask = 0 - (a->w[0] & 1), carry = 0, t[4];
    for (int i = 0; i < 4; i++)
        t[i] = field4_adc(a->w[i], bn254_p[i] & mask, &carry);
    for (int i = 0; i < 3; i++)
        r->w[i] = (t[i] >> 1) | (t[i + 1] << 63);
    r->w[3] = t[3] >> 1;
}

/* Double-width sums for lazy reduction: Fp2 products need two reductions, not three. */
typedef struct fp_wide {
    uint64_t w[8];
} fp_wide;

FIELD4_INLINE void fp_wide_mul(fp_wide *r, const fp *a, const fp *b)
{
#ifdef FIELD4_ADX
    field4_adx_wide_mul(r->w, a->w, b->w);
#else
    uint64_t t[8] = {0};
#    pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        uint64_t c = 0;
#    pragma GCC unroll 4
        for (int j = 0; j < 4; j++)
            t[i + j] = field4_mac(t[i + j], a->w[j], b->w[i], &c);
        t[i + 4] = c;
    }
    for (int i = 0; i < 8; i++)
        r->w[i] = t[i];
#endif
}

/* r = a - b; the borrow. */
FIELD4_INLINE uint64_t fp_wide_sub(fp_wide *r, const fp_wide *a, const fp_wide *b)
{
#ifdef FIELD4_X86
    return field4_x86_wide_sub(r->w, a->w, b->w);
#else
    uint64_t borrow = 0;
#    pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r->w[i] = field4_sbb(a->w[i], b->w[i], &borrow);
    return borrow;
#endif
}

/* Montgomery reduction of a value below p 2^256. */
FIELD4_INLINE void fp_wide_reduce(fp *r, const fp_wide *a)
{
#ifdef FIELD4_ADX
    field4_adx_wide_reduce(r->w, a->w, bn254_p, BN254_P_INV);
#else
    uint64_t t[8], top = 0;
    for (int i = 0; i < 8; i++)
        t[i] = a->w[i];
#    pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        uint64_t q = t[i] * BN254_P_INV, c = 0;
#    pragma GCC unroll 4
        for (int j = 0; j < 4; j++)
            t[i + j] = field4_mac(t[i + j], q, bn254_p[j], &c);
        t[i + 4] = field4_adc(t[i + 4], c, &top);
    }
    field4_reduce(r, t + 4, 0, bn254_p);
#endif
}

FIELD4_INLINE void fp2_add(fp2 *r, const fp2 *x, const fp2 *y)
{
    fp_add(&r->a, &x->a, &y->a);
    fp_add(&r->b, &x->b, &y->b);
}

FIELD4_INLINE void fp2_sub(fp2 *r, const fp2 *x, const fp2 *y)
{
    fp_sub(&r->a, &x->a, &y->a);
    fp_sub(&r->b, &x->b, &y->b);
}

FIELD4_INLINE void fp2_double(fp2 *r, const fp2 *x)
{
    fp2_add(r, x, x);
}

FIELD4_INLINE void fp2_neg(fp2 *r, const fp2 *x)
{
    fp_neg(&r->a, &x->a);
    fp_neg(&r->b, &x->b);
}

FIELD4_INLINE void fp2_conj(fp2 *r, const fp2 *x)
{
    r->a = x->a;
    fp_neg(&r->b, &x->b);
}

FIELD4_INLINE void fp2_half(fp2 *r, const fp2 *x)
{
    fp_half(&r->a, &x->a);
    fp_half(&r->b, &x->b);
}

FIELD4_INLINE bool fp2_is_zero(const fp2 *x)
{
    return fp_is_zero(&x->a) && fp_is_zero(&x->b);
}

FIELD4_INLINE bool fp2_eq(const fp2 *x, const fp2 *y)
{
    return fp_eq(&x->a, &y->a) && fp_eq(&x->b, &y->b);
}

FIELD4_INLINE void fp2_mul_fp(fp2 *r, const fp2 *x, const fp *k)
{
    fp_mul(&r->a, &x->a, k);
    fp_mul(&r->b, &x->b, k);
}

/* r = x xi, xi = 9 + i: (9 a - b) + (9 b + a) i. */
FIELD4_INLINE void fp2_mul_xi(fp2 *r, const fp2 *x)
{
    fp2 t;
    fp2_double(&t, x);
    fp2_double(&t, &t);
    fp2_double(&t, &t);
    fp2_add(&t, &t, x);
    fp a = x->a, b = x->b;
    fp_sub(&r->a, &t.a, &b);
    fp_add(&r->b, &t.b, &a);
}

/* bn254_fp.c; linkage names by bn254_names.h */
void fp2_mul(fp2 *r, const fp2 *x, const fp2 *y);
void fp2_sqr(fp2 *r, const fp2 *x);
void fp_inv(fp *r, const fp *a); /* 0 gives 0 */
void fp2_inv(fp2 *r, const fp2 *x);
/* fp_decode reads 32 bytes, big-endian; false if the value is not below p. */
bool fp_decode(fp *r, const uint8_t in[32]);
void fp_encode(uint8_t out[32], const fp *a);

#endif
