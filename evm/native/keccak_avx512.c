/* SPDX-License-Identifier: MIT */
/* Eight messages side by side in zmm registers, up to four in ymm: vprolq rotates, vpternlogq does
 * three-operand xor and chi. */
#include <immintrin.h>

#include "evm/hash/keccak.h"
#include "evm/native/keccak_native.h"
#include "evm/native/keccak_order.h"

/* ---- eight lanes ---- */

#define KF_T         __m512i
#define KF_XOR(a, b) _mm512_xor_si512(a, b)
#define KF_XOR5(a, b, c, d, e) \
    _mm512_ternarylogic_epi64(_mm512_ternarylogic_epi64(a, b, c, 0x96), d, e, 0x96)
#define KF_ROL(a, n)    _mm512_rol_epi64(a, n)
#define KF_CHI(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0xd2)
#define KF_RC(a, i)     _mm512_xor_si512(a, _mm512_set1_epi64((long long)keccak_rc[i]))
#include "evm/hash/keccak_f.h"

static void permute8(__m512i s[25])
{
    KECCAK_F_BODY
}

/* absorb8 xors words w..w+7 of eight blocks into the state: a transposition of 8 x 8 words. */
static inline void absorb8(__m512i *s, const uint8_t *const b[8], int w)
{
    __m512i r[8], t[8], u[8];
    for (int i = 0; i < 8; i++)
        r[i] = _mm512_loadu_si512(b[i] + 8 * w);
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm512_unpacklo_epi64(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi64(r[i], r[i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        u[i] = _mm512_shuffle_i64x2(t[i], t[i + 2], 0x88);
        u[i + 2] = _mm512_shuffle_i64x2(t[i], t[i + 2], 0xdd);
        u[i + 4] = _mm512_shuffle_i64x2(t[i + 4], t[i + 6], 0x88);
        u[i + 6] = _mm512_shuffle_i64x2(t[i + 4], t[i + 6], 0xdd);
    }
    for (int i = 0; i < 4; i++) {
        s[w + i] = KF_XOR(s[w + i], _mm512_shuffle_i64x2(u[i], u[i + 4], 0x88));
        s[w + i + 4] = KF_XOR(s[w + i + 4], _mm512_shuffle_i64x2(u[i], u[i + 4], 0xdd));
    }
}

static inline void step8(uint64_t lanes[25][8], const uint8_t *const b[8])
{
    __m512i *s = (__m512i *)(void *)lanes;
    absorb8(s, b, 0);
    absorb8(s, b, 8);
    uint64_t w[8];
    for (int i = 0; i < 8; i++)
        w[i] = load_le64(b[i] + 128);
    s[16] = KF_XOR(s[16], _mm512_loadu_si512(w));
    permute8(s);
}

#define KL_NAME       lanes8
#define KL_W          8
#define KL_STEP(s, b) step8(s, b)
#include "evm/native/keccak_lanes.inc"
#undef KL_NAME
#undef KL_W
#undef KL_STEP

/* ---- four lanes ---- */

#undef KF_T
#undef KF_XOR
#undef KF_XOR5
#undef KF_ROL
#undef KF_CHI
#undef KF_RC
#define KF_T         __m256i
#define KF_XOR(a, b) _mm256_xor_si256(a, b)
#define KF_XOR5(a, b, c, d, e) \
    _mm256_ternarylogic_epi64(_mm256_ternarylogic_epi64(a, b, c, 0x96), d, e, 0x96)
#define KF_ROL(a, n)    _mm256_rol_epi64(a, n)
#define KF_CHI(a, b, c) _mm256_ternarylogic_epi64(a, b, c, 0xd2)
#define KF_RC(a, i)     _mm256_xor_si256(a, _mm256_set1_epi64x((long long)keccak_rc[i]))

static void permute4(__m256i s[25])
{
    KECCAK_F_BODY
}

static inline void absorb4(__m256i *s, const uint8_t *const b[4], int w)
{
    __m256i r[4];
    for (int i = 0; i < 4; i++)
        r[i] = _mm256_loadu_si256((const __m256i *)(const void *)(b[i] + 8 * w));
    __m256i t0 = _mm256_unpacklo_epi64(r[0], r[1]), t1 = _mm256_unpackhi_epi64(r[0], r[1]);
    __m256i t2 = _mm256_unpacklo_epi64(r[2], r[3]), t3 = _mm256_unpackhi_epi64(r[2], r[3]);
    s[w] = KF_XOR(s[w], _mm256_permute2x128_si256(t0, t2, 0x20));
    s[w + 1] = KF_XOR(s[w + 1], _mm256_permute2x128_si256(t1, t3, 0x20));
    s[w + 2] = KF_XOR(s[w + 2], _mm256_permute2x128_si256(t0, t2, 0x31));
    s[w + 3] = KF_XOR(s[w + 3], _mm256_permute2x128_si256(t1, t3, 0x31));
}

static inline void step4(uint64_t lanes[25][4], const uint8_t *const b[4])
{
    __m256i *s = (__m256i *)(void *)lanes;
    for (int w = 0; w < 16; w += 4)
        absorb4(s, b, w);
    s[16] = KF_XOR(s[16], _mm256_set_epi64x(
                              (long long)load_le64(b[3] + 128), (long long)load_le64(b[2] + 128),
                              (long long)load_le64(b[1] + 128), (long long)load_le64(b[0] + 128)));
    permute4(s);
}

#define KL_NAME       lanes4
#define KL_W          4
#define KL_STEP(s, b) step4(s, b)
#include "evm/native/keccak_lanes.inc"

/* ---- one lane: the same instructions on xmm still beat the scalar form ---- */

#undef KF_T
#undef KF_XOR
#undef KF_XOR5
#undef KF_ROL
#undef KF_CHI
#undef KF_RC
#undef KF_LOAD
#undef KF_STORE
#define KF_T         __m128i
#define KF_XOR(a, b) _mm_xor_si128(a, b)
#define KF_XOR5(a, b, c, d, e) \
    _mm_ternarylogic_epi64(_mm_ternarylogic_epi64(a, b, c, 0x96), d, e, 0x96)
#define KF_ROL(a, n)    _mm_rol_epi64(a, n)
#define KF_CHI(a, b, c) _mm_ternarylogic_epi64(a, b, c, 0xd2)
#define KF_RC(a, i)     _mm_xor_si128(a, _mm_cvtsi64_si128((long long)keccak_rc[i]))
#define KF_LOAD(v, i)   v = _mm_cvtsi64_si128((long long)s[i]);
#define KF_STORE(v, i)  s[i] = (uint64_t)_mm_cvtsi128_si64(v);

static void permute1(uint64_t s[25])
{
    KECCAK_F_BODY
}

#define KO_NAME one
#define KO_F(s) permute1(s)
#include "evm/native/keccak_one.inc"

static void many(void *ctx, size_t n, const wh_span *in, bytes32 *out)
{
    uint16_t order[KECCAK_CHUNK];
    for (size_t done = 0, chunk; done < n; done += chunk) {
        chunk = n - done < KECCAK_CHUNK ? n - done : KECCAK_CHUNK;
        if (chunk == 1) {
            one(ctx, in[done].ptr, in[done].len, &out[done]);
            continue;
        }
        keccak_order(chunk, in + done, order);
        if (chunk <= 4)
            lanes4(chunk, in + done, order, out + done);
        else
            lanes8(chunk, in + done, order, out + done);
    }
}

const struct wh_keccak_ops wh_keccak_avx512 = {"avx512", 8, one, many};
