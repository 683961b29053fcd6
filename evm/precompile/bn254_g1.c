/* SPDX-License-Identifier: MIT */
/* G1 of bn254: addition and multiplication by a scalar. */

#include "evm/precompile/bn254_g1.h"
#include "evm/precompile/bn254.h"
#include "evm/precompile/bn254_const.h"

/* Jacobian: x = X / Z^2, y = Y / Z^3; Z = 0 is infinity. */
typedef struct g1 {
    fp x, y, z;
} g1;

bool bn254_g1_decode(g1_affine *out, const uint8_t in[64])
{
    if (!fp_decode(&out->x, in) || !fp_decode(&out->y, in + 32)) return false;
    if (g1_is_infinity(out)) return true;
    fp left, right;
    fp_sqr(&left, &out->y);
    fp_sqr(&right, &out->x);
    fp_mul(&right, &right, &out->x);
    fp_add(&right, &right, &bn254_three);
    return fp_eq(&left, &right);
}

static void encode(uint8_t out[64], const g1_affine *p)
{
    fp_encode(out, &p->x);
    fp_encode(out + 32, &p->y);
}

wh_status bn254_add(void *ctx, const uint8_t in[128], uint8_t out[64])
{
    (void)ctx;
    g1_affine a, b, sum;
    if (!bn254_g1_decode(&a, in) || !bn254_g1_decode(&b, in + 64)) return WH_E_FORMAT;
    if (g1_is_infinity(&a) || g1_is_infinity(&b)) {
        encode(out, g1_is_infinity(&a) ? &b : &a);
        return WH_OK;
    }

    fp slope, t;
    if (!fp_eq(&a.x, &b.x)) {
        fp_sub(&t, &b.x, &a.x);
        fp_sub(&slope, &b.y, &a.y);
    } else if (fp_eq(&a.y, &b.y)) { /* y = 0 has no point: the order is odd */
        fp_double(&t, &a.y);
        fp_sqr(&slope, &a.x);
        fp three;
        fp_double(&three, &slope);
        fp_add(&slope, &three, &slope);
    } else {
        memset(out, 0, 64);
        return WH_OK;
    }
    fp_inv(&t, &t);
    fp_mul(&slope, &slope, &t);
    fp_sqr(&sum.x, &slope);
    fp_sub(&sum.x, &sum.x, &a.x);
    fp_sub(&sum.x, &sum.x, &b.x);
    fp_sub(&t, &a.x, &sum.x);
    fp_mul(&sum.y, &slope, &t);
    fp_sub(&sum.y, &sum.y, &a.y);
    encode(out, &sum);
    return WH_OK;
}

/* dbl-2009-l of the Explicit-Formulas Database: 2M + 5S. Infinity stays infinity. */
static void g1_double(g1 *r, const g1 *p)
{
    fp a, b, c, d, e, f;
    fp_sqr(&a, &p->x);
    fp_sqr(&b, &p->y);
    fp_sqr(&c, &b);
    fp_add(&d, &p->x, &b);
    fp_sqr(&d, &d);
    fp_sub(&d, &d, &a);
    fp_sub(&d, &d, &c);
    fp_double(&d, &d);
    fp_double(&e, &a);
    fp_add(&e, &e, &a);
    fp_sqr(&f, &e);
    fp_mul(&r->z, &p->y, &p->z);
    fp_double(&r->z, &r->z);
    fp_sub(&f, &f, &d);
    fp_sub(&r->x, &f, &d);
    fp_sub(&d, &d, &r->x);
    fp_mul(&d, &e, &d);
    fp_double(&c, &c);
    fp_double(&c, &c);
    fp_double(&c, &c);
    fp_sub(&r->y, &d, &c);
}

/* r = p + q by the chord, all cases. add-2007-bl: 11M + 5S. */
static void g1_add(g1 *r, const g1 *p, const g1 *q)
{
    if (fp_is_zero(&p->z) || fp_is_zero(&q->z)) {
        *r = fp_is_zero(&p->z) ? *q : *p;
        return;
    }
    fp zz1, zz2, u1, u2, s1, s2, h, i, j, v, t;
    fp_sqr(&zz1, &p->z);
    fp_sqr(&zz2, &q->z);
    fp_mul(&u1, &p->x, &zz2);
    fp_mul(&u2, &q->x, &zz1);
    fp_mul(&s1, &p->y, &q->z);
    fp_mul(&s1, &s1, &zz2);
    fp_mul(&s2, &q->y, &p->z);
    fp_mul(&s2, &s2, &zz1);
    fp_sub(&h, &u2, &u1);
    fp_sub(&t, &s2, &s1);
    if (fp_is_zero(&h)) {
        if (fp_is_zero(&t))
            g1_double(r, p);
        else
            memset(r, 0, sizeof *r);
        return;
    }
    fp_double(&t, &t);
    fp_double(&i, &h);
    fp_sqr(&i, &i);
    fp_mul(&j, &h, &i);
    fp_mul(&v, &u1, &i);
    fp zsum;
    fp_add(&zsum, &p->z, &q->z);
    fp_sqr(&zsum, &zsum);
    fp_sub(&zsum, &zsum, &zz1);
    fp_sub(&zsum, &zsum, &zz2);
    fp_mul(&r->z, &zsum, &h);
    fp x;
    fp_sqr(&x, &t);
    fp_sub(&x, &x, &j);
    fp_sub(&x, &x, &v);
    fp_sub(&x, &x, &v);
    fp_sub(&v, &v, &x);
    fp_mul(&v, &v, &t);
    fp_mul(&s1, &s1, &j);
    fp_double(&s1, &s1);
    fp_sub(&r->y, &v, &s1);
    r->x = x;
}

/* 256 x (64 n) bits, words [4, 4 + n) of the product, n <= 3: multiplication by a fixed-point
 * fraction. */
static void mul_shift(uint64_t out[3], const uint64_t k[4], const uint64_t g[3])
{
    uint64_t t[7] = {0};
    for (int i = 0; i < 3; i++) {
        uint64_t c = 0;
        for (int j = 0; j < 4; j++)
            t[i + j] = field4_mac(t[i + j], k[j], g[i], &c);
        t[i + 4] = c;
    }
    memcpy(out, t + 4, 24);
}

/* acc -= c v modulo 2^256 (negative v: add). */
static void mul_accumulate(uint64_t acc[4], const uint64_t c[3], const uint64_t v[2], bool add)
{
    uint64_t t[4] = {0};
    for (int i = 0; i < 2; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < 3 && i + j < 4; j++)
            t[i + j] = field4_mac(t[i + j], c[j], v[i], &carry);
        if (i + 3 < 4) t[i + 3] = carry;
    }
    uint64_t carry = 0;
    for (int i = 0; i < 4; i++)
        acc[i] = add ? field4_adc(acc[i], t[i], &carry) : field4_sbb(acc[i], t[i], &carry);
}

static bool make_positive(uint64_t v[4])
{
    if ((v[3] >> 63) == 0) return false;
    uint64_t carry = 1;
    for (int i = 0; i < 4; i++)
        v[i] = field4_adc(~v[i], 0, &carry);
    return true;
}

_Static_assert(BN254_GLV_A1_NEGATIVE == 0 && BN254_GLV_B1_NEGATIVE == 1 &&
                   BN254_GLV_A2_NEGATIVE == 0 && BN254_GLV_B2_NEGATIVE == 0 &&
                   BN254_GLV_G1_NEGATIVE == 0 && BN254_GLV_G2_NEGATIVE == 0,
               "signs below");

/* k = k1 + k2 lambda modulo the order, both halves below 2^128 in size. */
static void split(const uint64_t k[4], uint64_t k1[4], uint64_t k2[4])
{
    uint64_t c1[3], c2[3];
    mul_shift(c1, k, bn254_glv_g1);
    mul_shift(c2, k, bn254_glv_g2);
    memcpy(k1, k, 32);
    memset(k2, 0, 32);
    mul_accumulate(k1, c1, bn254_glv_a1, false);
    mul_accumulate(k1, c2, bn254_glv_a2, false);
    mul_accumulate(k2, c1, bn254_glv_b1, true);
    mul_accumulate(k2, c2, bn254_glv_b2, false);
}

enum { WINDOW = 5, TABLE = 1 << (WINDOW - 2), DIGITS = 130 };

/* Width-5 non-adjacent form of k < 2^128: digits 0 or odd, at most 15 in size. Returns the
 * length. */
static int wnaf(int8_t digits[DIGITS], const uint64_t k[4])
{
    uint64_t low = k[0], high = k[1], top = 0;
    int n = 0;
    while ((low | high | top) != 0) {
        int d = 0;
        if (low & 1) {
            d = (int)(low & ((1 << WINDOW) - 1));
            uint64_t carry = 0;
            if (d >= 1 << (WINDOW - 1)) {
                d -= 1 << WINDOW;
                low = field4_adc(low, (uint64_t)-d, &carry);
            } else {
                low -= (uint64_t)d;
            }
            high = field4_adc(high, 0, &carry);
            top += carry;
        }
        digits[n++] = (int8_t)d;
        low = (low >> 1) | (high << 63);
        high = (high >> 1) | (top << 63);
        top >>= 1;
    }
    return n;
}

/* r += digit * base, odd multiples of which are in table. */
static void add_digit(g1 *r, const g1 table[TABLE], int digit, const fp *beta, bool negate)
{
    if (digit == 0) return;
    g1 t = table[(digit < 0 ? -digit : digit) / 2];
    if (beta != NULL) fp_mul(&t.x, &t.x, beta);
    if ((digit < 0) != negate) fp_neg(&t.y, &t.y);
    g1_add(r, r, &t);
}

/* Both halves of the scalar share the doublings (Straus). */
static void g1_mul(g1 *r, const g1_affine *p, const uint64_t k[4])
{
    uint64_t k1[4], k2[4];
    split(k, k1, k2);
    bool negative1 = make_positive(k1), negative2 = make_positive(k2);
    int8_t digits1[DIGITS] = {0}, digits2[DIGITS] = {0};
    int n1 = wnaf(digits1, k1), n2 = wnaf(digits2, k2);

    g1 table[TABLE], twice;
    table[0] = (g1){p->x, p->y, fp_one};
    g1_double(&twice, &table[0]);
    for (int i = 1; i < TABLE; i++)
        g1_add(&table[i], &table[i - 1], &twice);

    memset(r, 0, sizeof *r);
    for (int i = (n1 > n2 ? n1 : n2) - 1; i >= 0; i--) {
        g1_double(r, r);
        add_digit(r, table, digits1[i], NULL, negative1);
        add_digit(r, table, digits2[i], &bn254_beta, negative2);
    }
}

wh_status bn254_mul(void *ctx, const uint8_t in[96], uint8_t out[64])
{
    (void)ctx;
    g1_affine p;
    if (!bn254_g1_decode(&p, in)) return WH_E_FORMAT;
    uint64_t k[4];
    field4_load(k, in + 64);
    while (!field4_below(k, bn254_order)) { /* at most five times: 2^256 < 6 r */
        uint64_t borrow = 0;
        for (int i = 0; i < 4; i++)
            k[i] = field4_sbb(k[i], bn254_order[i], &borrow);
    }
    g1 product = {0};
    if (!g1_is_infinity(&p)) g1_mul(&product, &p, k);
    if (fp_is_zero(&product.z)) {
        memset(out, 0, 64);
        return WH_OK;
    }
    fp z, zz;
    fp_inv(&z, &product.z);
    fp_sqr(&zz, &z);
    g1_affine a;
    fp_mul(&a.x, &product.x, &zz);
    fp_mul(&zz, &zz, &z);
    fp_mul(&a.y, &product.y, &zz);
    encode(out, &a);
    return WH_OK;
}
