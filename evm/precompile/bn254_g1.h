/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_BN254_G1_H
#define WH_EVM_PRECOMPILE_BN254_G1_H

#include "evm/precompile/bn254_fp.h"

/* A point of y^2 = x^3 + 3, affine. Infinity is (0, 0), which is not on the curve. */
typedef struct g1_affine {
    fp x, y;
} g1_affine;

FIELD4_INLINE bool g1_is_infinity(const g1_affine *p)
{
    return fp_is_zero(&p->x) && fp_is_zero(&p->y);
}

/* bn254_g1_decode: false unless both coordinates are below p and the point is on the curve. */
bool bn254_g1_decode(g1_affine *out, const uint8_t in[64]);

#endif
