/* SPDX-License-Identifier: MIT */
/* BLS12-381 precompiles (EIP-2537) and KZG point evaluation (EIP-4844) on blst.
 *
 * Encodings: a field element is 64 bytes, the first 16 zero, the value below the modulus; a point
 * of zeros is infinity. Additions take any point of the curve, the others of the subgroup alone.
 *
 * Numbers of an MSM take memory: of the arena that ctx is, or of the heap if ctx is NULL, which a
 * freestanding build (a guest with its own blst) does not have. */

#include "evm/native/private.h"

#include "evm/base/arena.h"

#include <blst.h>
#if __STDC_HOSTED__
#    include <stdlib.h>
#endif

static const uint8_t modulus[48] = {
    0x1a, 0x01, 0x11, 0xea, 0x39, 0x7f, 0xe6, 0x9a, 0x4b, 0x1b, 0xa7, 0xb6, 0x43, 0x4b, 0xac, 0xd7,
    0x64, 0x77, 0x4b, 0x84, 0xf3, 0x85, 0x12, 0xbf, 0x67, 0x30, 0xd2, 0xa0, 0xf6, 0xb0, 0xf6, 0x24,
    0x1e, 0xab, 0xff, 0xfe, 0xb1, 0x53, 0xff, 0xff, 0xb9, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xaa, 0xab};

static bool fp_decode(blst_fp *out, const uint8_t in[64])
{
    static const uint8_t zero[16];
    if (memcmp(in, zero, 16) != 0 || memcmp(in + 16, modulus, 48) >= 0) return false;
    blst_fp_from_bendian(out, in + 16);
    return true;
}

static void fp_encode(uint8_t out[64], const blst_fp *a)
{
    memset(out, 0, 16);
    blst_bendian_from_fp(out + 16, a);
}

static bool fp2_decode(blst_fp2 *out, const uint8_t in[128])
{
    return fp_decode(&out->fp[0], in) && fp_decode(&out->fp[1], in + 64);
}

/* A point of zeros stays all zero, which is blst's affine infinity as well. */
static bool g1_decode(blst_p1_affine *out, const uint8_t in[128])
{
    if (!fp_decode(&out->x, in) || !fp_decode(&out->y, in + 64)) return false;
    return blst_p1_affine_is_inf(out) || blst_p1_affine_on_curve(out);
}

static bool g2_decode(blst_p2_affine *out, const uint8_t in[256])
{
    if (!fp2_decode(&out->x, in) || !fp2_decode(&out->y, in + 128)) return false;
    return blst_p2_affine_is_inf(out) || blst_p2_affine_on_curve(out);
}

static bool g1_decode_subgroup(blst_p1_affine *out, const uint8_t in[128])
{
    return g1_decode(out, in) && (blst_p1_affine_is_inf(out) || blst_p1_affine_in_g1(out));
}

static bool g2_decode_subgroup(blst_p2_affine *out, const uint8_t in[256])
{
    return g2_decode(out, in) && (blst_p2_affine_is_inf(out) || blst_p2_affine_in_g2(out));
}

static void g1_encode(uint8_t out[128], const blst_p1 *p)
{
    if (blst_p1_is_inf(p)) {
        memset(out, 0, 128);
        return;
    }
    blst_p1_affine a;
    blst_p1_to_affine(&a, p);
    fp_encode(out, &a.x);
    fp_encode(out + 64, &a.y);
}

static void g2_encode(uint8_t out[256], const blst_p2 *p)
{
    if (blst_p2_is_inf(p)) {
        memset(out, 0, 256);
        return;
    }
    blst_p2_affine a;
    blst_p2_to_affine(&a, p);
    for (size_t i = 0; i < 2; i++) {
        fp_encode(out + 64 * i, &a.x.fp[i]);
        fp_encode(out + 128 + 64 * i, &a.y.fp[i]);
    }
}

wh_status native_bls_g1_add(void *ctx, const uint8_t in[256], uint8_t out[128])
{
    (void)ctx;
    blst_p1_affine a, b;
    if (!g1_decode(&a, in) || !g1_decode(&b, in + 128)) return WH_E_FORMAT;
    blst_p1 sum;
    blst_p1_from_affine(&sum, &a);
    blst_p1_add_or_double_affine(&sum, &sum, &b);
    g1_encode(out, &sum);
    return WH_OK;
}

wh_status native_bls_g2_add(void *ctx, const uint8_t in[512], uint8_t out[256])
{
    (void)ctx;
    blst_p2_affine a, b;
    if (!g2_decode(&a, in) || !g2_decode(&b, in + 256)) return WH_E_FORMAT;
    blst_p2 sum;
    blst_p2_from_affine(&sum, &a);
    blst_p2_add_or_double_affine(&sum, &sum, &b);
    g2_encode(out, &sum);
    return WH_OK;
}

/* Points of the subgroup: the scalar may be reduced by its order. 0 if nothing is left. */
static bool scalar_decode(blst_scalar *out, const uint8_t in[32])
{
    return blst_scalar_from_be_bytes(out, in, 32);
}

enum { SCALAR_BITS = 255 };

struct temp {
    struct wh_arena *arena; /* borrowed; NULL: heap */
    size_t mark;
    void *block;
};

static void *temp_open(struct temp *t, void *ctx, size_t size)
{
    *t = (struct temp){(struct wh_arena *)ctx, 0, NULL};
    if (t->arena != NULL) {
        t->mark = wh_arena_mark(t->arena);
        t->block = wh_arena_alloc(t->arena, size, 16);
    }
#if __STDC_HOSTED__
    else {
        t->block = malloc(size);
    }
#endif
    return t->block;
}

static void temp_close(struct temp *t)
{
    if (t->arena != NULL) wh_arena_rewind(t->arena, t->mark);
#if __STDC_HOSTED__
    else
        free(t->block);
#endif
}

/* One MSM of each group. Infinities and zero scalars are left out: blst's bucket method does not
 * take the former, and neither adds anything. A NULL behind a pointer tells blst that the rest of
 * the array is contiguous. */
static bool g1_terms(const uint8_t *in, size_t n, blst_p1_affine *points, blst_scalar *scalars,
                     size_t *used)
{
    *used = 0;
    for (size_t i = 0; i < n; i++, in += 160) {
        if (!g1_decode_subgroup(&points[*used], in)) return false;
        if (!scalar_decode(&scalars[*used], in + 128)) continue;
        if (!blst_p1_affine_is_inf(&points[*used])) ++*used;
    }
    return true;
}

static bool g2_terms(const uint8_t *in, size_t n, blst_p2_affine *points, blst_scalar *scalars,
                     size_t *used)
{
    *used = 0;
    for (size_t i = 0; i < n; i++, in += 288) {
        if (!g2_decode_subgroup(&points[*used], in)) return false;
        if (!scalar_decode(&scalars[*used], in + 256)) continue;
        if (!blst_p2_affine_is_inf(&points[*used])) ++*used;
    }
    return true;
}

wh_status native_bls_g1_msm(void *ctx, const uint8_t *in, size_t n, uint8_t out[128])
{
    struct temp temp;
    size_t used, scratch_len = blst_p1s_mult_pippenger_scratch_sizeof(n);
    blst_p1_affine *points = (blst_p1_affine *)temp_open(
        &temp, ctx, n * (sizeof *points + sizeof(blst_scalar)) + scratch_len);
    if (points == NULL) return WH_E_NOMEM;
    limb_t *scratch = (limb_t *)(points + n);
    blst_scalar *scalars = (blst_scalar *)((uint8_t *)scratch + scratch_len);
    wh_status status = WH_E_FORMAT;
    if (g1_terms(in, n, points, scalars, &used)) {
        blst_p1 sum = {0};
        if (used == 1) {
            blst_p1_from_affine(&sum, &points[0]);
            blst_p1_mult(&sum, &sum, scalars[0].b, SCALAR_BITS);
        } else if (used > 1) {
            const blst_p1_affine *const list[2] = {points, NULL};
            const byte *const bytes[2] = {scalars[0].b, NULL};
            blst_p1s_mult_pippenger(&sum, list, used, bytes, SCALAR_BITS, scratch);
        }
        g1_encode(out, &sum);
        status = WH_OK;
    }
    temp_close(&temp);
    return status;
}

wh_status native_bls_g2_msm(void *ctx, const uint8_t *in, size_t n, uint8_t out[256])
{
    struct temp temp;
    size_t used, scratch_len = blst_p2s_mult_pippenger_scratch_sizeof(n);
    blst_p2_affine *points = (blst_p2_affine *)temp_open(
        &temp, ctx, n * (sizeof *points + sizeof(blst_scalar)) + scratch_len);
    if (points == NULL) return WH_E_NOMEM;
    limb_t *scratch = (limb_t *)(points + n);
    blst_scalar *scalars = (blst_scalar *)((uint8_t *)scratch + scratch_len);
    wh_status status = WH_E_FORMAT;
    if (g2_terms(in, n, points, scalars, &used)) {
        blst_p2 sum = {0};
        if (used == 1) {
            blst_p2_from_affine(&sum, &points[0]);
            blst_p2_mult(&sum, &sum, scalars[0].b, SCALAR_BITS);
        } else if (used > 1) {
            const blst_p2_affine *const list[2] = {points, NULL};
            const byte *const bytes[2] = {scalars[0].b, NULL};
            blst_p2s_mult_pippenger(&sum, list, used, bytes, SCALAR_BITS, scratch);
        }
        g2_encode(out, &sum);
        status = WH_OK;
    }
    temp_close(&temp);
    return status;
}

/* Pairs are taken eight at a time: one squaring of the accumulator serves the batch, and the stack
 * stays small. A pair with an infinity contributes one. */
wh_status native_bls_pairing(void *ctx, const uint8_t *in, size_t pairs, bool *one)
{
    enum { BATCH = 8 };
    (void)ctx;
    blst_p1_affine p[BATCH];
    blst_p2_affine q[BATCH];
    blst_fp12 product = *blst_fp12_one();
    size_t held = 0;
    for (size_t i = 0; i < pairs; i++, in += 384) {
        if (!g1_decode_subgroup(&p[held], in) || !g2_decode_subgroup(&q[held], in + 128))
            return WH_E_FORMAT;
        if (!blst_p1_affine_is_inf(&p[held]) && !blst_p2_affine_is_inf(&q[held])) held++;
        if (held == 0 || (held < BATCH && i + 1 < pairs)) continue;
        const blst_p1_affine *const ps[2] = {p, NULL};
        const blst_p2_affine *const qs[2] = {q, NULL};
        blst_fp12 f;
        blst_miller_loop_n(&f, qs, ps, held);
        blst_fp12_mul(&product, &product, &f);
        held = 0;
    }
    blst_fp12 e;
    blst_final_exp(&e, &product);
    *one = blst_fp12_is_one(&e);
    return WH_OK;
}

wh_status native_bls_map_fp(void *ctx, const uint8_t in[64], uint8_t out[128])
{
    (void)ctx;
    blst_fp u;
    if (!fp_decode(&u, in)) return WH_E_FORMAT;
    blst_p1 p;
    blst_map_to_g1(&p, &u, NULL);
    g1_encode(out, &p);
    return WH_OK;
}

wh_status native_bls_map_fp2(void *ctx, const uint8_t in[128], uint8_t out[256])
{
    (void)ctx;
    blst_fp2 u;
    if (!fp2_decode(&u, in)) return WH_E_FORMAT;
    blst_p2 p;
    blst_map_to_g2(&p, &u, NULL);
    g2_encode(out, &p);
    return WH_OK;
}
