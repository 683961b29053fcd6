/* SPDX-License-Identifier: MIT */
/* ECDSA without a library: recovery over secp256k1 (SEC 1, 4.1.6) and verification over P-256
 * (SEC 1, 4.1.4; EIP-7951). */

#include "evm/precompile/portable/curves.h"
#include "evm/precompile/portable/portable.h"

/* r^((p + 1) / 4): a square root if there is one, p = 3 mod 4. */
static bool square_root(const struct ec_modulus *p, fe4 *r, const fe4 *a)
{
    uint64_t e[4], carry = 1;
    for (int i = 0; i < 4; i++)
        e[i] = field4_adc(p->m[i], 0, &carry);
    fe4 root = p->one, check;
    for (int i = 255; i >= 2; i--) {
        ec_mul(p, &root, &root, &root);
        if ((e[i / 64] >> (i % 64)) & 1) ec_mul(p, &root, &root, a);
    }
    ec_mul(p, &check, &root, &root);
    *r = root;
    return field4_eq(&check, a);
}

wh_status portable_ecrecover(void *ctx, const uint8_t hash[32], const uint8_t r[32],
                             const uint8_t s[32], unsigned parity, uint8_t out[64])
{
    (void)ctx;
    const struct ec_curve *c = &ec_secp256k1;
    const struct ec_modulus *n = &c->n;
    fe4 r_n, s_n, z, plain, u, v;
    struct ec_affine point, key;
    if (parity > 1) return WH_E_FORMAT;
    if (!ec_decode(n, &r_n, r) || field4_is_zero(&r_n)) return WH_E_FORMAT;
    if (!ec_decode(n, &s_n, s) || field4_is_zero(&s_n)) return WH_E_FORMAT;

    if (!ec_decode(&c->p, &point.x, r)) return WH_E_FORMAT;
    ec_curve_right(c, &plain, &point.x);
    if (!square_root(&c->p, &point.y, &plain)) return WH_E_FORMAT;
    ec_plain(&c->p, &plain, &point.y);
    if ((plain.w[0] & 1) != parity) {
        static const fe4 zero = {{0, 0, 0, 0}};
        ec_sub(&c->p, &point.y, &zero, &point.y);
    }

    /* key = (s R - z G) / r */
    static const fe4 zero = {{0, 0, 0, 0}};
    ec_decode_reduce(n, &z, hash);
    ec_inv(n, &r_n, &r_n);
    ec_mul(n, &u, &z, &r_n);
    ec_sub(n, &u, &zero, &u);
    ec_mul(n, &v, &s_n, &r_n);
    ec_plain(n, &u, &u);
    ec_plain(n, &v, &v);
    if (!ec_double_mul(c, &key, &u, &v, &point)) return WH_E_FORMAT;
    ec_plain(&c->p, &plain, &key.x);
    field4_store(out, plain.w);
    ec_plain(&c->p, &plain, &key.y);
    field4_store(out + 32, plain.w);
    return WH_OK;
}

wh_status portable_p256_verify(void *ctx, const uint8_t in[160], bool *valid)
{
    (void)ctx;
    const struct ec_curve *c = &ec_p256;
    const struct ec_modulus *n = &c->n;
    fe4 z, r, s, t, u, v;
    struct ec_affine key, sum;
    *valid = false;
    if (!ec_decode(n, &r, in + 32) || field4_is_zero(&r)) return WH_OK;
    if (!ec_decode(n, &s, in + 64) || field4_is_zero(&s)) return WH_OK;
    if (!ec_decode(&c->p, &key.x, in + 96) || !ec_decode(&c->p, &key.y, in + 128)) return WH_OK;
    ec_curve_right(c, &t, &key.x);
    ec_mul(&c->p, &u, &key.y, &key.y);
    if (!field4_eq(&t, &u)) return WH_OK; /* (0, 0), too, is off this curve */

    ec_decode_reduce(n, &z, in);
    ec_inv(n, &s, &s);
    ec_mul(n, &u, &z, &s);
    ec_mul(n, &v, &r, &s);
    ec_plain(n, &u, &u);
    ec_plain(n, &v, &v);
    if (!ec_double_mul(c, &sum, &u, &v, &key)) return WH_OK;
    /* x modulo the order: below the field's prime it takes one subtraction. */
    ec_plain(&c->p, &t, &sum.x);
    field4_reduce(&t, t.w, 0, n->m);
    ec_plain(n, &r, &r);
    *valid = field4_eq(&t, &r);
    return WH_OK;
}
