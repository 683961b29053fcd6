/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_BN254_TOWER_H
#define WH_EVM_PRECOMPILE_BN254_TOWER_H

/* Fp6 = Fp2[v] / (v^3 - xi) and Fp12 = Fp6[w] / (w^2 - v), xi = 9 + i. Outputs may be inputs.
 * The coefficient of w^k in Fp12 is c[k % 2].c[k / 2]. */

#include "evm/precompile/bn254_fp.h"

typedef struct fp6 {
    fp2 c[3];
} fp6;

typedef struct fp12 {
    fp6 c[2];
} fp12;

void fp12_set_one(fp12 *r);
bool fp12_is_one(const fp12 *a);
void fp12_mul(fp12 *r, const fp12 *a, const fp12 *b);
void fp12_sqr(fp12 *r, const fp12 *a);
void fp12_inv(fp12 *r, const fp12 *a); /* a != 0 */
/* a^(p^6): the inverse in the cyclotomic subgroup. */
void fp12_conj(fp12 *r, const fp12 *a);
/* a^(p^k), k = 1, 2, 3. */
void fp12_frobenius(fp12 *r, const fp12 *a, unsigned k);
/* Squaring in the cyclotomic subgroup (Granger, Scott, PKC 2010, 3.2). */
void fp12_cyclotomic_sqr(fp12 *r, const fp12 *a);
/* f = f (l0 + l1 w + l3 w^3): the shape of a line. */
void fp12_mul_line(fp12 *f, const fp2 *l0, const fp2 *l1, const fp2 *l3);

#endif
