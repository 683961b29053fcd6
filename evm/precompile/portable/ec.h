/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_PORTABLE_EC_H
#define WH_EVM_PRECOMPILE_PORTABLE_EC_H

/* Short Weierstrass curves y^2 = x^3 + a x + b over 256-bit primes, in plain C, for machines that
 * have no library: secp256k1 and P-256. Nothing here is secret; time depends on the values. */

#include "evm/precompile/field4.h"

struct ec_modulus {
    uint64_t m[4];
    uint64_t inv; /* -m^-1 mod 2^64 */
    fe4 one, rr;  /* R and R^2 mod m, R = 2^256 */
};

struct ec_affine {
    fe4 x, y; /* Montgomery form */
};

struct ec_curve {
    struct ec_modulus p, n; /* field, order of G */
    fe4 a, b;
    struct ec_affine g;
};

/* Arithmetic modulo m; all values below it, in Montgomery form. Outputs may be inputs. */
void ec_mul(const struct ec_modulus *m, fe4 *r, const fe4 *a, const fe4 *b);
void ec_add(const struct ec_modulus *m, fe4 *r, const fe4 *a, const fe4 *b);
void ec_sub(const struct ec_modulus *m, fe4 *r, const fe4 *a, const fe4 *b);
void ec_inv(const struct ec_modulus *m, fe4 *r, const fe4 *a); /* 0 gives 0 */
/* ec_decode reads 32 bytes; false if the number is not below m. ec_decode_reduce subtracts m once,
 * which suffices for moduli above 2^255. */
bool ec_decode(const struct ec_modulus *m, fe4 *r, const uint8_t in[32]);
void ec_decode_reduce(const struct ec_modulus *m, fe4 *r, const uint8_t in[32]);
/* ec_plain leaves the Montgomery form. */
void ec_plain(const struct ec_modulus *m, fe4 *r, const fe4 *a);

/* right side of the curve equation at x */
void ec_curve_right(const struct ec_curve *c, fe4 *r, const fe4 *x);
/* ec_double_mul: u G + v q; u and v are plain numbers below 2^256, q is on the curve. false: the
 * sum is infinity. */
bool ec_double_mul(const struct ec_curve *c, struct ec_affine *r, const fe4 *u, const fe4 *v,
                   const struct ec_affine *q);

#endif
