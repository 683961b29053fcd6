/* SPDX-License-Identifier: MIT */
/* Four messages side by side in ymm registers; a single one runs on BMI2. */
#include <immintrin.h>

#include "evm/hash/keccak.h"
#include "evm/native/keccak_native.h"
#include "evm/native/keccak_order.h"

#define V __m256i

/* Rotations by whole bytes are one shuffle. */
#define ROT8                                                                                     \
    _mm256_set_epi8(14, 13, 12, 11, 10, 9, 8, 15, 6, 5, 4, 3, 2, 1, 0, 7, 14, 13, 12, 11, 10, 9, \
                    8, 15, 6, 5, 4, 3, 2, 1, 0, 7)
#define ROT56                                                                                    \
    _mm256_set_epi8(8, 15, 14, 13, 12, 11, 10, 9, 0, 7, 6, 5, 4, 3, 2, 1, 8, 15, 14, 13, 12, 11, \
                    10, 9, 0, 7, 6, 5, 4, 3, 2, 1)

#define KF_T                   V
#define KF_XOR(a, b)           _mm256_xor_si256(a, b)
#define KF_XOR5(a, b, c, d, e) KF_XOR(KF_XOR(KF_XOR(a, b), KF_XOR(c, d)), e)
#define KF_ROL(a, n)                             \
    ((n) == 8    ? _mm256_shuffle_epi8(a, ROT8)  \
     : (n) == 56 ? _mm256_shuffle_epi8(a, ROT56) \
                 : _mm256_or_si256(_mm256_slli_epi64(a, n), _mm256_srli_epi64(a, 64 - (n))))
#define KF_CHI(a, b, c) _mm256_xor_si256(a, _mm256_andnot_si256(b, c))
#define KF_RC(a, i)     _mm256_xor_si256(a, _mm256_set1_epi64x((long long)keccak_rc[i]))
#include "evm/hash/keccak_f.h"

static void permute(V s[25])
{
    KECCAK_F_BODY
}

static inline V load(const uint8_t *p)
{
    return _mm256_loadu_si256((const V *)(const void *)p);
}

/* absorb4 xors words w..w+3 of four blocks into the state. */
static inline void absorb4(V *s, const uint8_t *const b[4], int w)
{
    V r0 = load(b[0] + 8 * w), r1 = load(b[1] + 8 * w);
    V r2 = load(b[2] + 8 * w), r3 = load(b[3] + 8 * w);
    V t0 = _mm256_unpacklo_epi64(r0, r1), t1 = _mm256_unpackhi_epi64(r0, r1);
    V t2 = _mm256_unpacklo_epi64(r2, r3), t3 = _mm256_unpackhi_epi64(r2, r3);
    s[w] = KF_XOR(s[w], _mm256_permute2x128_si256(t0, t2, 0x20));
    s[w + 1] = KF_XOR(s[w + 1], _mm256_permute2x128_si256(t1, t3, 0x20));
    s[w + 2] = KF_XOR(s[w + 2], _mm256_permute2x128_si256(t0, t2, 0x31));
    s[w + 3] = KF_XOR(s[w + 3], _mm256_permute2x128_si256(t1, t3, 0x31));
}

static inline void step(uint64_t lanes[25][4], const uint8_t *const b[4])
{
    V *s = (V *)(void *)lanes;
    for (int w = 0; w < 16; w += 4)
        absorb4(s, b, w);
    s[16] = KF_XOR(s[16], _mm256_set_epi64x(
                              (long long)load_le64(b[3] + 128), (long long)load_le64(b[2] + 128),
                              (long long)load_le64(b[1] + 128), (long long)load_le64(b[0] + 128)));
    permute(s);
}

#define KL_NAME       lanes4
#define KL_W          4
#define KL_STEP(s, b) step(s, b)
#include "evm/native/keccak_lanes.inc"

static void one(void *ctx, const uint8_t *data, size_t len, bytes32 *out)
{
    wh_keccak_bmi2.one(ctx, data, len, out);
}

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
        lanes4(chunk, in + done, order, out + done);
    }
}

const struct wh_keccak_ops wh_keccak_avx2 = {"avx2", 4, one, many};
