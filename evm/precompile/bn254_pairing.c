/* SPDX-License-Identifier: MIT */
/* The optimal ate pairing of bn254 (Vercauteren 2010) over the D-type twist y^2 = x^3 + 3 / xi.
 *
 * A point (x, y) of the twist stands for (x w^2, y w^3). The line through two such points, with
 * slope l on the twist, at P = (xP, yP) of G1 is yP - l xP w + (l x - y) w^3; it may be scaled by
 * anything in Fp2, which the final exponentiation removes. Points run in homogeneous projective
 * coordinates (Costello, Lange, Naehrig, PKC 2010; Aranha et al., EUROCRYPT 2011). */

#include "evm/precompile/bn254_const.h"
#include "evm/precompile/bn254_g1.h"
#include "evm/precompile/bn254_tower.h"

#include "evm/precompile/bn254.h" /* after the names */

typedef struct g2_affine {
    fp2 x, y;
} g2_affine;

typedef struct g2 {
    fp2 x, y, z; /* x = X / Z, y = Y / Z */
} g2;

struct line {
    fp2 l0, l1, l3; /* l0 yP + l1 xP w + l3 w^3 */
};

static bool g2_is_infinity(const g2_affine *q)
{
    return fp2_is_zero(&q->x) && fp2_is_zero(&q->y);
}

/* t = 2 t, and the tangent there. */
static void double_step(g2 *t, struct line *l)
{
    fp2 a, b, c, e, f, g, h, s;
    fp2_mul(&a, &t->x, &t->y);
    fp2_half(&a, &a);
    fp2_sqr(&b, &t->y);
    fp2_sqr(&c, &t->z);
    fp2_mul(&e, &c, &bn254_twist_3b);
    fp2_double(&f, &e);
    fp2_add(&f, &f, &e);
    fp2_add(&g, &b, &f);
    fp2_half(&g, &g);
    fp2_add(&h, &t->y, &t->z);
    fp2_sqr(&h, &h);
    fp2_sub(&h, &h, &b);
    fp2_sub(&h, &h, &c); /* 2 y z */

    fp2_sqr(&s, &t->x);
    fp2_double(&l->l1, &s);
    fp2_add(&l->l1, &l->l1, &s);
    fp2_neg(&l->l1, &l->l1);
    fp2_sub(&l->l3, &b, &e);
    l->l0 = h;

    fp2_sub(&s, &b, &f);
    fp2_mul(&t->x, &a, &s);
    fp2_sqr(&g, &g);
    fp2_sqr(&e, &e);
    fp2_double(&s, &e);
    fp2_add(&s, &s, &e);
    fp2_sub(&t->y, &g, &s);
    fp2_mul(&t->z, &b, &h);
}

/* t = t + q, and the chord. t and q differ and neither is the other's negative: on the way to
 * [6u + 2]q, q of order r, the multiples never meet. */
static void add_step(g2 *t, const g2_affine *q, struct line *l)
{
    fp2 theta, lambda, c, d, e, f, g, h;
    fp2_mul(&theta, &q->y, &t->z);
    fp2_sub(&theta, &t->y, &theta);
    fp2_mul(&lambda, &q->x, &t->z);
    fp2_sub(&lambda, &t->x, &lambda);

    l->l0 = lambda;
    fp2_neg(&l->l1, &theta);
    fp2_mul(&c, &theta, &q->x);
    fp2_mul(&d, &lambda, &q->y);
    fp2_sub(&l->l3, &c, &d);

    fp2_sqr(&c, &theta);
    fp2_sqr(&d, &lambda);
    fp2_mul(&e, &lambda, &d);
    fp2_mul(&f, &t->z, &c);
    fp2_mul(&g, &t->x, &d);
    fp2_add(&h, &e, &f);
    fp2_sub(&h, &h, &g);
    fp2_sub(&h, &h, &g);
    fp2_mul(&t->x, &lambda, &h);
    fp2_sub(&g, &g, &h);
    fp2_mul(&g, &theta, &g);
    fp2_mul(&f, &e, &t->y);
    fp2_sub(&t->y, &g, &f);
    fp2_mul(&t->z, &t->z, &e);
}

static void apply_line(fp12 *f, const struct line *l, const g1_affine *p)
{
    fp2 l0, l1;
    fp2_mul_fp(&l0, &l->l0, &p->y);
    fp2_mul_fp(&l1, &l->l1, &p->x);
    fp12_mul_line(f, &l0, &l1, &l->l3);
}

/* psi = twist^-1 Frobenius twist, and its powers k = 1, 2, 3. */
static void psi(g2_affine *r, const g2_affine *q, unsigned k)
{
    if (k == 2) {
        fp2_mul_fp(&r->x, &q->x, &bn254_frobenius2[2]);
        fp2_mul_fp(&r->y, &q->y, &bn254_frobenius2[3]);
        return;
    }
    const fp2 *constants = k == 1 ? bn254_frobenius1 : bn254_frobenius3;
    fp2_conj(&r->x, &q->x);
    fp2_mul(&r->x, &r->x, &constants[2]);
    fp2_conj(&r->y, &q->y);
    fp2_mul(&r->y, &r->y, &constants[3]);
}

enum { BATCH = 8 };

/* Else frames would be added to that of the loop over pairs. */
#define NOT_IN_LINE __attribute__((noinline))

struct batch {
    unsigned n;
    g1_affine p[BATCH];
    g2_affine q[BATCH];
};

/* f = f times the Miller functions of the batch; the squarings are shared. */
NOT_IN_LINE static void miller(fp12 *f, const struct batch *b)
{
    g2 t[BATCH];
    struct line l;
    fp12 m;
    fp12_set_one(&m);
    const fp2 one = {fp_one, {{0}}};
    for (unsigned j = 0; j < b->n; j++)
        t[j] = (g2){b->q[j].x, b->q[j].y, one};

    for (int i = BN254_LOOP - 2; i >= 0; i--) {
        if (i != BN254_LOOP - 2) fp12_sqr(&m, &m);
        for (unsigned j = 0; j < b->n; j++) {
            double_step(&t[j], &l);
            apply_line(&m, &l, &b->p[j]);
            if (bn254_loop[i] == 0) continue;
            g2_affine q = b->q[j];
            if (bn254_loop[i] < 0) fp2_neg(&q.y, &q.y);
            add_step(&t[j], &q, &l);
            apply_line(&m, &l, &b->p[j]);
        }
    }
    for (unsigned j = 0; j < b->n; j++) {
        g2_affine q;
        psi(&q, &b->q[j], 1);
        add_step(&t[j], &q, &l);
        apply_line(&m, &l, &b->p[j]);
        psi(&q, &b->q[j], 2);
        fp2_neg(&q.y, &q.y);
        add_step(&t[j], &q, &l);
        apply_line(&m, &l, &b->p[j]);
    }
    fp12_mul(f, f, &m);
}

/* r = a^u in the cyclotomic subgroup, u in signed odd digits. */
static void power_u(fp12 *r, const fp12 *a)
{
    fp12 table[4], t;
    table[0] = *a;
    fp12_cyclotomic_sqr(&t, a);
    for (int i = 1; i < 4; i++)
        fp12_mul(&table[i], &table[i - 1], &t);
    fp12 out = *a; /* the leading digit is 1 */
    for (int i = BN254_U_DIGITS - 2; i >= 0; i--) {
        fp12_cyclotomic_sqr(&out, &out);
        int d = bn254_u_digits[i];
        if (d > 0) fp12_mul(&out, &out, &table[d / 2]);
        if (d < 0) {
            fp12_conj(&t, &table[-d / 2]);
            fp12_mul(&out, &out, &t);
        }
    }
    *r = out;
}

/* f^((p^12 - 1) / r), times an exponent prime to r (Fuentes-Castaneda, Knapp,
 * Rodriguez-Henriquez, SAC 2011, algorithm 6; tools/gen_bn254.py checks the exponent). */
NOT_IN_LINE static void final_exponentiation(fp12 *f)
{
    fp12 t0, t1, t2, t3, t4, g;
    fp12_conj(&t0, f);
    fp12_inv(&t1, f);
    fp12_mul(&t0, &t0, &t1); /* f^(p^6 - 1) */
    fp12_frobenius(&g, &t0, 2);
    fp12_mul(&g, &g, &t0); /* ^(p^2 + 1) */

    power_u(&t0, &g);
    fp12_conj(&t0, &t0);
    fp12_cyclotomic_sqr(&t0, &t0); /* g^-2u */
    fp12_cyclotomic_sqr(&t1, &t0);
    fp12_mul(&t1, &t0, &t1); /* g^-6u */
    power_u(&t2, &t1);
    fp12_conj(&t2, &t2); /* g^6u^2 */
    fp12_conj(&t3, &t1); /* g^6u */
    fp12_mul(&t1, &t2, &t3);
    fp12_cyclotomic_sqr(&t3, &t2);
    power_u(&t4, &t3);       /* g^12u^3 */
    fp12_mul(&t4, &t1, &t4); /* g^(12u^3 + 6u^2 + 6u) */
    fp12_mul(&t3, &t0, &t4); /* g^(12u^3 + 6u^2 + 4u) */
    fp12_mul(&t0, &t2, &t4);
    fp12_mul(&t0, &g, &t0); /* g^(12u^3 + 12u^2 + 6u + 1) */
    fp12_frobenius(&t2, &t3, 1);
    fp12_mul(&t0, &t2, &t0);
    fp12_frobenius(&t2, &t4, 2);
    fp12_mul(&t0, &t2, &t0);
    fp12_conj(&t2, &g);
    fp12_mul(&t2, &t2, &t3);
    fp12_frobenius(&t2, &t2, 3);
    fp12_mul(f, &t2, &t0);
}

/* Complete doubling and addition for points of unknown order, where chords may be tangents. */
static void g2_double(g2 *t)
{
    struct line unused;
    double_step(t, &unused);
}

static bool g2_equal(const g2 *a, const g2 *b)
{
    fp2 s, t, u, v;
    fp2_mul(&s, &a->x, &b->z);
    fp2_mul(&t, &b->x, &a->z);
    fp2_mul(&u, &a->y, &b->z);
    fp2_mul(&v, &b->y, &a->z);
    return fp2_eq(&s, &t) && fp2_eq(&u, &v);
}

/* t += (q.x, q.y, 1). */
static void g2_add_affine(g2 *t, const g2_affine *q)
{
    struct line unused;
    const fp2 one = {fp_one, {{0}}};
    g2 p = {q->x, q->y, one}, minus = p;
    fp2_neg(&minus.y, &p.y);
    if (fp2_is_zero(&t->z))
        *t = p;
    else if (g2_equal(t, &p))
        g2_double(t);
    else if (g2_equal(t, &minus))
        *t = (g2){{{{0}}, {{0}}}, one, {{{0}}, {{0}}}};
    else
        add_step(t, q, &unused);
}

/* q has order r iff [u+1]q + psi([u]q) + psi^2([u]q) = psi^3([2u]q) (Dai, Lin, Zhao, Zhou, ePrint
 * 2022/348, 3.1; tools/gen_bn254.py checks that the norm shares only r with the twist's order). */
static bool in_subgroup(const g2_affine *q)
{
    const fp2 one = {fp_one, {{0}}};
    g2_affine odd[4], minus;
    g2 t = {q->x, q->y, one};
    fp2 zi;

    /* Odd multiples 1, 3, 5, 7; a point whose small multiple is infinity is of small order. */
    odd[0] = *q;
    for (int i = 1; i < 4; i++) {
        g2_add_affine(&t, q);
        g2_add_affine(&t, q);
        if (fp2_is_zero(&t.z)) return false;
        fp2_inv(&zi, &t.z);
        fp2_mul(&odd[i].x, &t.x, &zi);
        fp2_mul(&odd[i].y, &t.y, &zi);
    }
    t = (g2){q->x, q->y, one};
    for (int i = BN254_U_DIGITS - 2; i >= 0; i--) {
        g2_double(&t);
        int d = bn254_u_digits[i];
        if (d > 0) g2_add_affine(&t, &odd[d / 2]);
        if (d < 0) {
            minus = odd[-d / 2];
            fp2_neg(&minus.y, &minus.y);
            g2_add_affine(&t, &minus);
        }
    }
    if (fp2_is_zero(&t.z)) return false;

    g2_affine uq, v;
    fp2_inv(&zi, &t.z);
    fp2_mul(&uq.x, &t.x, &zi);
    fp2_mul(&uq.y, &t.y, &zi);
    g2_add_affine(&t, q);
    psi(&v, &uq, 1);
    g2_add_affine(&t, &v);
    psi(&v, &uq, 2);
    g2_add_affine(&t, &v);

    psi(&v, &uq, 3);
    g2 right = {v.x, v.y, one};
    g2_double(&right);
    if (fp2_is_zero(&t.z) || fp2_is_zero(&right.z)) return false;
    return g2_equal(&t, &right);
}

/* EIP-197: x then y, each with the imaginary part first. */
static bool g2_decode(g2_affine *q, const uint8_t in[128])
{
    if (!fp_decode(&q->x.b, in) || !fp_decode(&q->x.a, in + 32) || !fp_decode(&q->y.b, in + 64) ||
        !fp_decode(&q->y.a, in + 96))
        return false;
    if (g2_is_infinity(q)) return true;
    fp2 left, right;
    fp2_sqr(&left, &q->y);
    fp2_sqr(&right, &q->x);
    fp2_mul(&right, &right, &q->x);
    fp2_add(&right, &right, &bn254_twist_b);
    return fp2_eq(&left, &right) && in_subgroup(q);
}

wh_status bn254_pairing(void *ctx, const uint8_t *in, size_t pairs, bool *one)
{
    (void)ctx;
    struct batch b;
    fp12 f;
    b.n = 0;
    fp12_set_one(&f);
    for (size_t i = 0; i < pairs; i++, in += 192) {
        if (!bn254_g1_decode(&b.p[b.n], in) || !g2_decode(&b.q[b.n], in + 64)) return WH_E_FORMAT;
        /* A pair with an infinity contributes one. */
        if (!g1_is_infinity(&b.p[b.n]) && !g2_is_infinity(&b.q[b.n])) b.n++;
        if (b.n == BATCH || (b.n > 0 && i + 1 == pairs)) {
            miller(&f, &b);
            b.n = 0;
        }
    }
    final_exponentiation(&f);
    *one = fp12_is_one(&f);
    return WH_OK;
}
