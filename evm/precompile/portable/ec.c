/* SPDX-License-Identifier: MIT */
#include "evm/precompile/portable/ec.h"
#include "evm/precompile/field4_inv.h"

void ec_mul(const struct ec_modulus *m, fe4 *r, const fe4 *a, const fe4 *b)
{
    field4_mul_full(r, a, b, m->m, m->inv);
}

void ec_add(const struct ec_modulus *m, fe4 *r, const fe4 *a, const fe4 *b)
{
    field4_add(r, a, b, m->m);
}

void ec_sub(const struct ec_modulus *m, fe4 *r, const fe4 *a, const fe4 *b)
{
    field4_sub(r, a, b, m->m);
}

void ec_inv(const struct ec_modulus *m, fe4 *r, const fe4 *a)
{
    fe4 t;
    field4_inv(t.w, a->w, m->m, m->inv); /* a^-1 R^-1 */
    ec_mul(m, &t, &t, &m->rr);
    ec_mul(m, r, &t, &m->rr);
}

bool ec_decode(const struct ec_modulus *m, fe4 *r, const uint8_t in[32])
{
    fe4 v;
    field4_load(v.w, in);
    if (!field4_below(v.w, m->m)) return false;
    ec_mul(m, r, &v, &m->rr);
    return true;
}

void ec_decode_reduce(const struct ec_modulus *m, fe4 *r, const uint8_t in[32])
{
    fe4 v;
    field4_load(v.w, in);
    field4_reduce(&v, v.w, 0, m->m);
    ec_mul(m, r, &v, &m->rr);
}

void ec_plain(const struct ec_modulus *m, fe4 *r, const fe4 *a)
{
    static const fe4 one = {{1, 0, 0, 0}};
    ec_mul(m, r, a, &one);
}

void ec_curve_right(const struct ec_curve *c, fe4 *r, const fe4 *x)
{
    fe4 t;
    ec_mul(&c->p, &t, x, x);
    ec_add(&c->p, &t, &t, &c->a);
    ec_mul(&c->p, &t, &t, x);
    ec_add(&c->p, r, &t, &c->b);
}

/* Jacobian: x = X / Z^2, y = Y / Z^3; Z = 0 is infinity. */
struct point {
    fe4 x, y, z;
};

/* dbl-2007-bl of the Explicit-Formulas Database, any a. Infinity stays infinity. */
static void double_point(const struct ec_curve *c, struct point *r, const struct point *q)
{
    const struct ec_modulus *p = &c->p;
    fe4 xx, yy, yyyy, zz, s, m, t;
    ec_mul(p, &xx, &q->x, &q->x);
    ec_mul(p, &yy, &q->y, &q->y);
    ec_mul(p, &yyyy, &yy, &yy);
    ec_mul(p, &zz, &q->z, &q->z);
    ec_add(p, &s, &q->x, &yy);
    ec_mul(p, &s, &s, &s);
    ec_sub(p, &s, &s, &xx);
    ec_sub(p, &s, &s, &yyyy);
    ec_add(p, &s, &s, &s);
    ec_add(p, &m, &xx, &xx);
    ec_add(p, &m, &m, &xx);
    if (!field4_is_zero(&c->a)) {
        ec_mul(p, &t, &zz, &zz);
        ec_mul(p, &t, &t, &c->a);
        ec_add(p, &m, &m, &t);
    }
    ec_mul(p, &r->z, &q->y, &q->z);
    ec_add(p, &r->z, &r->z, &r->z);
    ec_mul(p, &t, &m, &m);
    ec_sub(p, &t, &t, &s);
    ec_sub(p, &r->x, &t, &s);
    ec_sub(p, &s, &s, &r->x);
    ec_mul(p, &s, &s, &m);
    for (int i = 0; i < 3; i++)
        ec_add(p, &yyyy, &yyyy, &yyyy);
    ec_sub(p, &r->y, &s, &yyyy);
}

/* add-1998-cmo-2: 12M + 4S; all cases. */
static void add_point(const struct ec_curve *c, struct point *r, const struct point *a,
                      const struct point *b)
{
    const struct ec_modulus *p = &c->p;
    if (field4_is_zero(&a->z) || field4_is_zero(&b->z)) {
        *r = field4_is_zero(&a->z) ? *b : *a;
        return;
    }
    fe4 za, zb, u1, u2, s1, s2, h, hh, t;
    ec_mul(p, &za, &a->z, &a->z);
    ec_mul(p, &zb, &b->z, &b->z);
    ec_mul(p, &u1, &a->x, &zb);
    ec_mul(p, &u2, &b->x, &za);
    ec_mul(p, &zb, &zb, &b->z);
    ec_mul(p, &za, &za, &a->z);
    ec_mul(p, &s1, &a->y, &zb);
    ec_mul(p, &s2, &b->y, &za);
    ec_sub(p, &h, &u2, &u1);
    ec_sub(p, &t, &s2, &s1);
    if (field4_is_zero(&h)) {
        if (field4_is_zero(&t))
            double_point(c, r, a);
        else
            memset(r, 0, sizeof *r);
        return;
    }
    ec_mul(p, &r->z, &a->z, &b->z);
    ec_mul(p, &r->z, &r->z, &h);
    ec_mul(p, &hh, &h, &h);
    ec_mul(p, &u1, &u1, &hh);
    ec_mul(p, &h, &h, &hh);
    ec_mul(p, &s1, &s1, &h);
    fe4 x;
    ec_mul(p, &x, &t, &t);
    ec_sub(p, &x, &x, &h);
    ec_sub(p, &x, &x, &u1);
    ec_sub(p, &r->x, &x, &u1);
    ec_sub(p, &u1, &u1, &r->x);
    ec_mul(p, &u1, &u1, &t);
    ec_sub(p, &r->y, &u1, &s1);
}

enum { WINDOW = 4, WINDOWS = 256 / WINDOW, MULTIPLES = 1 << WINDOW };

static void multiples(const struct ec_curve *c, struct point table[MULTIPLES],
                      const struct ec_affine *q)
{
    memset(&table[0], 0, sizeof table[0]);
    table[1] = (struct point){q->x, q->y, c->p.one};
    for (int i = 2; i < MULTIPLES; i++) {
        if (i % 2 == 0)
            double_point(c, &table[i], &table[i / 2]);
        else
            add_point(c, &table[i], &table[i - 1], &table[1]);
    }
}

/* Straus: both scalars share the doublings, four bits at a time. */
bool ec_double_mul(const struct ec_curve *c, struct ec_affine *r, const fe4 *u, const fe4 *v,
                   const struct ec_affine *q)
{
    struct point tg[MULTIPLES], tq[MULTIPLES], sum = {{{0}}, {{0}}, {{0}}};
    multiples(c, tg, &c->g);
    multiples(c, tq, q);
    for (int i = WINDOWS - 1; i >= 0; i--) {
        for (int k = 0; k < WINDOW; k++)
            double_point(c, &sum, &sum);
        unsigned du = (unsigned)(u->w[i / 16] >> (i % 16 * WINDOW)) & (MULTIPLES - 1);
        unsigned dv = (unsigned)(v->w[i / 16] >> (i % 16 * WINDOW)) & (MULTIPLES - 1);
        if (du != 0) add_point(c, &sum, &sum, &tg[du]);
        if (dv != 0) add_point(c, &sum, &sum, &tq[dv]);
    }
    if (field4_is_zero(&sum.z)) return false;
    fe4 z, zz;
    ec_inv(&c->p, &z, &sum.z);
    ec_mul(&c->p, &zz, &z, &z);
    ec_mul(&c->p, &r->x, &sum.x, &zz);
    ec_mul(&c->p, &zz, &zz, &z);
    ec_mul(&c->p, &r->y, &sum.y, &zz);
    return true;
}
