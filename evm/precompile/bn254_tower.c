/* SPDX-License-Identifier: MIT */
#include "evm/precompile/bn254_tower.h"
#include "evm/precompile/bn254_const.h"

static void fp6_add(fp6 *r, const fp6 *a, const fp6 *b)
{
    for (int i = 0; i < 3; i++)
        fp2_add(&r->c[i], &a->c[i], &b->c[i]);
}

static void fp6_sub(fp6 *r, const fp6 *a, const fp6 *b)
{
    for (int i = 0; i < 3; i++)
        fp2_sub(&r->c[i], &a->c[i], &b->c[i]);
}

static void fp6_mul_v(fp6 *r, const fp6 *a)
{
    fp2 t;
    fp2_mul_xi(&t, &a->c[2]);
    r->c[2] = a->c[1];
    r->c[1] = a->c[0];
    r->c[0] = t;
}

/* cross = (a + b)(x + y) - ax - by = a y + b x. */
static void cross(fp2 *r, const fp2 *a, const fp2 *b, const fp2 *x, const fp2 *y, const fp2 *ax,
                  const fp2 *by)
{
    fp2 s, t;
    fp2_add(&s, a, b);
    fp2_add(&t, x, y);
    fp2_mul(&s, &s, &t);
    fp2_sub(&s, &s, ax);
    fp2_sub(r, &s, by);
}

/* Karatsuba, six products (Devegili et al., ePrint 2006/471, 4). */
static void fp6_mul(fp6 *r, const fp6 *a, const fp6 *b)
{
    fp2 v0, v1, v2, t01, t02, t12;
    fp2_mul(&v0, &a->c[0], &b->c[0]);
    fp2_mul(&v1, &a->c[1], &b->c[1]);
    fp2_mul(&v2, &a->c[2], &b->c[2]);
    cross(&t12, &a->c[1], &a->c[2], &b->c[1], &b->c[2], &v1, &v2);
    cross(&t01, &a->c[0], &a->c[1], &b->c[0], &b->c[1], &v0, &v1);
    cross(&t02, &a->c[0], &a->c[2], &b->c[0], &b->c[2], &v0, &v2);
    fp2_mul_xi(&t12, &t12);
    fp2_add(&r->c[0], &v0, &t12);
    fp2_mul_xi(&v2, &v2);
    fp2_add(&r->c[1], &t01, &v2);
    fp2_add(&r->c[2], &t02, &v1);
}

/* b = b0 + b1 v. */
static void fp6_mul_01(fp6 *r, const fp6 *a, const fp2 *b0, const fp2 *b1)
{
    fp2 v0, v1, t01, t12, t02;
    fp2_mul(&v0, &a->c[0], b0);
    fp2_mul(&v1, &a->c[1], b1);
    fp2_mul(&t12, &a->c[2], b1);
    fp2_mul(&t02, &a->c[2], b0);
    cross(&t01, &a->c[0], &a->c[1], b0, b1, &v0, &v1);
    fp2_mul_xi(&t12, &t12);
    fp2_add(&r->c[0], &v0, &t12);
    r->c[1] = t01;
    fp2_add(&r->c[2], &t02, &v1);
}

/* 1 / a by the adjoint (Beuchat et al., ePrint 2010/354, algorithm 17). */
static void fp6_inv(fp6 *r, const fp6 *a)
{
    fp2 t0, t1, t2, s, norm;
    fp2_sqr(&t0, &a->c[0]);
    fp2_mul(&s, &a->c[1], &a->c[2]);
    fp2_mul_xi(&s, &s);
    fp2_sub(&t0, &t0, &s); /* a0^2 - xi a1 a2 */
    fp2_sqr(&t1, &a->c[2]);
    fp2_mul_xi(&t1, &t1);
    fp2_mul(&s, &a->c[0], &a->c[1]);
    fp2_sub(&t1, &t1, &s); /* xi a2^2 - a0 a1 */
    fp2_sqr(&t2, &a->c[1]);
    fp2_mul(&s, &a->c[0], &a->c[2]);
    fp2_sub(&t2, &t2, &s); /* a1^2 - a0 a2 */

    fp2_mul(&norm, &a->c[2], &t1);
    fp2_mul(&s, &a->c[1], &t2);
    fp2_add(&norm, &norm, &s);
    fp2_mul_xi(&norm, &norm);
    fp2_mul(&s, &a->c[0], &t0);
    fp2_add(&norm, &norm, &s);
    fp2_inv(&norm, &norm);
    fp2_mul(&r->c[0], &t0, &norm);
    fp2_mul(&r->c[1], &t1, &norm);
    fp2_mul(&r->c[2], &t2, &norm);
}

void fp12_set_one(fp12 *r)
{
    memset(r, 0, sizeof *r);
    r->c[0].c[0].a = fp_one;
}

bool fp12_is_one(const fp12 *a)
{
    fp12 one;
    fp12_set_one(&one);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            if (!fp2_eq(&a->c[i].c[j], &one.c[i].c[j])) return false;
    return true;
}

void fp12_mul(fp12 *r, const fp12 *a, const fp12 *b)
{
    fp6 v0, v1, s, t;
    fp6_mul(&v0, &a->c[0], &b->c[0]);
    fp6_mul(&v1, &a->c[1], &b->c[1]);
    fp6_add(&s, &a->c[0], &a->c[1]);
    fp6_add(&t, &b->c[0], &b->c[1]);
    fp6_mul(&s, &s, &t);
    fp6_sub(&s, &s, &v0);
    fp6_sub(&r->c[1], &s, &v1);
    fp6_mul_v(&v1, &v1);
    fp6_add(&r->c[0], &v0, &v1);
}

/* (a + b w)^2 = (a + b)(a + v b) - (1 + v) a b + 2 a b w. */
void fp12_sqr(fp12 *r, const fp12 *x)
{
    fp6 ab, s, t;
    fp6_mul(&ab, &x->c[0], &x->c[1]);
    fp6_add(&s, &x->c[0], &x->c[1]);
    fp6_mul_v(&t, &x->c[1]);
    fp6_add(&t, &t, &x->c[0]);
    fp6_mul(&s, &s, &t);
    fp6_sub(&s, &s, &ab);
    fp6_mul_v(&t, &ab);
    fp6_sub(&r->c[0], &s, &t);
    fp6_add(&r->c[1], &ab, &ab);
}

void fp12_conj(fp12 *r, const fp12 *a)
{
    r->c[0] = a->c[0];
    for (int i = 0; i < 3; i++)
        fp2_neg(&r->c[1].c[i], &a->c[1].c[i]);
}

void fp12_inv(fp12 *r, const fp12 *x)
{
    fp6 s, t;
    fp6_mul(&s, &x->c[0], &x->c[0]);
    fp6_mul(&t, &x->c[1], &x->c[1]);
    fp6_mul_v(&t, &t);
    fp6_sub(&s, &s, &t);
    fp6_inv(&s, &s);
    fp12_conj(r, x);
    fp6_mul(&r->c[0], &r->c[0], &s);
    fp6_mul(&r->c[1], &r->c[1], &s);
}

void fp12_frobenius(fp12 *r, const fp12 *a, unsigned k)
{
    for (unsigned i = 0; i < 6; i++) {
        fp2 *out = &r->c[i % 2].c[i / 2];
        const fp2 *in = &a->c[i % 2].c[i / 2];
        if (k == 2) {
            fp2_mul_fp(out, in, &bn254_frobenius2[i]);
            continue;
        }
        fp2 t;
        fp2_conj(&t, in);
        fp2_mul(out, &t, k == 1 ? &bn254_frobenius1[i] : &bn254_frobenius3[i]);
    }
}

/* Square of (a + b s) in Fp4 = Fp2[s] / (s^2 - xi): even = a^2 + xi b^2, odd = 2 a b. */
static void fp4_sqr(fp2 *even, fp2 *odd, const fp2 *a, const fp2 *b)
{
    fp2 aa, bb, t;
    fp2_sqr(&aa, a);
    fp2_sqr(&bb, b);
    fp2_add(&t, a, b);
    fp2_sqr(&t, &t);
    fp2_sub(&t, &t, &aa);
    fp2_sub(odd, &t, &bb);
    fp2_mul_xi(&bb, &bb);
    fp2_add(even, &aa, &bb);
}

/* r = 3 t - 2 x and r = 3 t + 2 x. */
static void three_minus_two(fp2 *r, const fp2 *t, const fp2 *x)
{
    fp2 s;
    fp2_sub(&s, t, x);
    fp2_double(&s, &s);
    fp2_add(r, &s, t);
}

static void three_plus_two(fp2 *r, const fp2 *t, const fp2 *x)
{
    fp2 s;
    fp2_add(&s, t, x);
    fp2_double(&s, &s);
    fp2_add(r, &s, t);
}

void fp12_cyclotomic_sqr(fp12 *r, const fp12 *x)
{
    fp2 e0, o0, e1, o1, e2, o2;
    fp4_sqr(&e0, &o0, &x->c[0].c[0], &x->c[1].c[1]);
    fp4_sqr(&e1, &o1, &x->c[1].c[0], &x->c[0].c[2]);
    fp4_sqr(&e2, &o2, &x->c[0].c[1], &x->c[1].c[2]);
    fp2_mul_xi(&o2, &o2);
    three_minus_two(&r->c[0].c[0], &e0, &x->c[0].c[0]);
    three_minus_two(&r->c[0].c[1], &e1, &x->c[0].c[1]);
    three_minus_two(&r->c[0].c[2], &e2, &x->c[0].c[2]);
    three_plus_two(&r->c[1].c[0], &o2, &x->c[1].c[0]);
    three_plus_two(&r->c[1].c[1], &o0, &x->c[1].c[1]);
    three_plus_two(&r->c[1].c[2], &o1, &x->c[1].c[2]);
}

void fp12_mul_line(fp12 *f, const fp2 *l0, const fp2 *l1, const fp2 *l3)
{
    fp6 v0, v1, s;
    fp2 sum;
    for (int i = 0; i < 3; i++)
        fp2_mul(&v0.c[i], &f->c[0].c[i], l0);
    fp6_mul_01(&v1, &f->c[1], l1, l3);
    fp2_add(&sum, l0, l1);
    fp6_add(&s, &f->c[0], &f->c[1]);
    fp6_mul_01(&s, &s, &sum, l3);
    fp6_sub(&s, &s, &v0);
    fp6_sub(&f->c[1], &s, &v1);
    fp6_mul_v(&v1, &v1);
    fp6_add(&f->c[0], &v0, &v1);
}
