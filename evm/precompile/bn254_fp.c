/* SPDX-License-Identifier: MIT */
#include "evm/precompile/bn254_fp.h"
#include "evm/precompile/field4_inv.h"

/* (xa ya - xb yb) + ((xa + xb)(ya + yb) - xa ya - xb yb) i, on double-width values. The sums stay
 * below 2p < 2^255, their product below 2^510. */
void fp2_mul(fp2 *r, const fp2 *x, const fp2 *y)
{
    fp sx, sy;
    uint64_t cx = 0, cy = 0;
    for (int i = 0; i < 4; i++)
        sx.w[i] = field4_adc(x->a.w[i], x->b.w[i], &cx);
    for (int i = 0; i < 4; i++)
        sy.w[i] = field4_adc(y->a.w[i], y->b.w[i], &cy);

    fp_wide aa, bb, ab;
    fp_wide_mul(&aa, &x->a, &y->a);
    fp_wide_mul(&bb, &x->b, &y->b);
    fp_wide_mul(&ab, &sx, &sy);
    (void)fp_wide_sub(&ab, &ab, &aa);
    (void)fp_wide_sub(&ab, &ab, &bb);
    /* A negative difference is made positive by p 2^256, which reduces to nothing. */
    uint64_t mask = 0 - fp_wide_sub(&aa, &aa, &bb), carry = 0;
    for (int i = 0; i < 4; i++)
        aa.w[i + 4] = field4_adc(aa.w[i + 4], bn254_p[i] & mask, &carry);
    fp_wide_reduce(&r->b, &ab);
    fp_wide_reduce(&r->a, &aa);
}

/* (a + b)(a - b) + 2 a b i. */
void fp2_sqr(fp2 *r, const fp2 *x)
{
    fp sum, difference, twice;
    uint64_t carry = 0;
    for (int i = 0; i < 4; i++)
        sum.w[i] = field4_adc(x->a.w[i], x->b.w[i], &carry);
    fp_sub(&difference, &x->a, &x->b);
    carry = 0;
    for (int i = 0; i < 4; i++)
        twice.w[i] = field4_adc(x->a.w[i], x->a.w[i], &carry);
    fp_mul(&r->b, &twice, &x->b);
    fp_mul(&r->a, &sum, &difference);
}

void fp_inv(fp *r, const fp *a)
{
    static const fp rrr = {
        /* 2^768 mod p */
        {0xb1cd6dafda1530df, 0x62f210e6a7283db6, 0xef7f0b0c0ada0afb, 0x20fd6e902d592544}};
    fp t;
    field4_inv(t.w, a->w, bn254_p, BN254_P_INV); /* a^-1 R^-1 */
    fp_mul(r, &t, &rrr);
}

/* 1 / (a + b i) = (a - b i) / (a^2 + b^2). */
void fp2_inv(fp2 *r, const fp2 *x)
{
    fp norm, t;
    fp_sqr(&norm, &x->a);
    fp_sqr(&t, &x->b);
    fp_add(&norm, &norm, &t);
    fp_inv(&norm, &norm);
    fp_mul(&r->a, &x->a, &norm);
    fp_neg(&norm, &norm);
    fp_mul(&r->b, &x->b, &norm);
}

bool fp_decode(fp *r, const uint8_t in[32])
{
    fp v;
    field4_load(v.w, in);
    if (!field4_below(v.w, bn254_p)) return false;
    fp_mul(r, &v, &fp_rr);
    return true;
}

void fp_encode(uint8_t out[32], const fp *a)
{
    static const fp plain_one = {{1, 0, 0, 0}};
    fp v;
    fp_mul(&v, a, &plain_one);
    field4_store(out, v.w);
}
