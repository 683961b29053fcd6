/* SPDX-License-Identifier: MIT */
/* KZG point evaluation (EIP-4844, consensus-specs deneb/polynomial-commitments: verify_kzg_proof).
 *
 * The proof holds iff e(C - [y]G1 + [z]W, -G2) * e(W, [tau]G2) = 1: the form with both points of G2
 * fixed, whose line functions are computed once per process (a freestanding build has no place for
 * them and computes them each time). Of the trusted set-up only [tau]G2 is needed. */

#include "evm/native/private.h"

#include <blst.h>

/* [tau]G2 of the public ceremony, compressed (second point of g2_monomial). */
static const uint8_t tau_g2[96] = {
    0xb5, 0xbf, 0xd7, 0xdd, 0x8c, 0xde, 0xb1, 0x28, 0x84, 0x3b, 0xc2, 0x87, 0x23, 0x0a, 0xf3, 0x89,
    0x26, 0x18, 0x70, 0x75, 0xcb, 0xfb, 0xef, 0xa8, 0x10, 0x09, 0xa2, 0xce, 0x61, 0x5a, 0xc5, 0x3d,
    0x29, 0x14, 0xe5, 0x87, 0x0c, 0xb4, 0x52, 0xd2, 0xaf, 0xaa, 0xab, 0x24, 0xf3, 0x49, 0x9f, 0x72,
    0x18, 0x5c, 0xbf, 0xee, 0x53, 0x49, 0x27, 0x14, 0x73, 0x44, 0x29, 0xb7, 0xb3, 0x86, 0x08, 0xe2,
    0x39, 0x26, 0xc9, 0x11, 0xcc, 0xec, 0xea, 0xc9, 0xa3, 0x68, 0x51, 0x47, 0x7b, 0xa4, 0xc6, 0x0b,
    0x08, 0x70, 0x41, 0xde, 0x62, 0x10, 0x00, 0xed, 0xc9, 0x8e, 0xda, 0xda, 0x20, 0xc1, 0xde, 0xf2};

#if __STDC_HOSTED__
/* Read-only after native_kzg_init. */
static blst_fp6 lines_minus_g2[68], lines_tau_g2[68];

bool native_kzg_init(void)
{
    blst_p2 g2 = *blst_p2_generator();
    blst_p2_cneg(&g2, true);
    blst_p2_affine minus_g2, tau;
    blst_p2_to_affine(&minus_g2, &g2);
    if (blst_p2_uncompress(&tau, tau_g2) != BLST_SUCCESS || !blst_p2_affine_in_g2(&tau))
        return false;
    blst_precompute_lines(lines_minus_g2, &minus_g2);
    blst_precompute_lines(lines_tau_g2, &tau);
    return true;
}

static void miller_of_lines(blst_fp12 *f, const blst_fp6 lines[68], const blst_p1_affine *p)
{
    if (blst_p1_affine_is_inf(p))
        *f = *blst_fp12_one();
    else
        blst_miller_loop_lines(f, lines, p);
}

static void miller(blst_fp12 *f, const blst_p1_affine *left, const blst_p1_affine *w)
{
    blst_fp12 a, b;
    miller_of_lines(&a, lines_minus_g2, left);
    miller_of_lines(&b, lines_tau_g2, w);
    blst_fp12_mul(f, &a, &b);
}
#else
static void miller(blst_fp12 *f, const blst_p1_affine *left, const blst_p1_affine *w)
{
    blst_p2_affine q[2];
    blst_p1_affine p[2], minus = *left;
    size_t n = 0;
    if (!blst_p1_affine_is_inf(left)) {
        blst_fp_cneg(&minus.y, &left->y, true); /* e(-P, Q) = e(P, -Q) */
        p[n] = minus;
        q[n++] = *blst_p2_affine_generator();
    }
    if (!blst_p1_affine_is_inf(w)) {
        p[n] = *w;
        WH_ASSERT(blst_p2_uncompress(&q[n++], tau_g2) == BLST_SUCCESS);
    }
    const blst_p1_affine *const ps[2] = {p, NULL};
    const blst_p2_affine *const qs[2] = {q, NULL};
    *f = *blst_fp12_one();
    if (n > 0) blst_miller_loop_n(f, qs, ps, n);
}
#endif

static bool point_decode(blst_p1_affine *out, const uint8_t in[48])
{
    if (blst_p1_uncompress(out, in) != BLST_SUCCESS) return false;
    return blst_p1_affine_is_inf(out) || blst_p1_affine_in_g1(out);
}

static bool scalar_decode(blst_scalar *out, const uint8_t in[32])
{
    blst_scalar_from_bendian(out, in);
    return blst_scalar_fr_check(out);
}

wh_status native_kzg_verify(void *ctx, const uint8_t commitment[48], const uint8_t z[32],
                            const uint8_t y[32], const uint8_t proof[48], bool *valid)
{
    (void)ctx;
    blst_p1_affine c, w;
    blst_scalar z_scalar, y_scalar;
    if (!scalar_decode(&z_scalar, z) || !scalar_decode(&y_scalar, y)) return WH_E_FORMAT;
    if (!point_decode(&c, commitment) || !point_decode(&w, proof)) return WH_E_FORMAT;

    blst_p1 sum, term;
    blst_p1_mult(&sum, blst_p1_generator(), y_scalar.b, 255);
    blst_p1_cneg(&sum, true);
    blst_p1_add_or_double_affine(&sum, &sum, &c);
    blst_p1_from_affine(&term, &w);
    blst_p1_mult(&term, &term, z_scalar.b, 255);
    blst_p1_add_or_double(&sum, &sum, &term);

    blst_p1_affine left;
    blst_p1_to_affine(&left, &sum);
    blst_fp12 f, e;
    miller(&f, &left, &w);
    blst_final_exp(&e, &f);
    *valid = blst_fp12_is_one(&e);
    return WH_OK;
}
