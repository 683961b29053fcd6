/* SPDX-License-Identifier: MIT */
/* SHA-256 with the SHA extensions of x86-64, for short inputs above all: OpenSSL's own kernel is as
 * fast, but its calls cost as much as two blocks. Built with -msha -msse4.1; crypto.c asks the CPU. */

#include <immintrin.h>

#include "evm/hash/sha256.h"
#include "evm/native/private.h"

static __m128i load(const void *p)
{
    __m128i v;
    memcpy(&v, p, 16);
    return v;
}

/* The instructions keep the state as (A, B, E, F) and (C, D, G, H), high word first. */
struct state {
    __m128i abef, cdgh;
};

static void blocks(struct state *s, const uint8_t *data, size_t n)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    for (; n > 0; n--, data += 64) {
        __m128i abef = s->abef, cdgh = s->cdgh, w[4], t;
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) {
            if (i < 4) {
                w[i] = _mm_shuffle_epi8(load(data + 16 * i), swap);
            } else {
                t = _mm_sha256msg1_epu32(w[i % 4], w[(i + 1) % 4]);
                t = _mm_add_epi32(t, _mm_alignr_epi8(w[(i + 3) % 4], w[(i + 2) % 4], 4));
                w[i % 4] = _mm_sha256msg2_epu32(t, w[(i + 3) % 4]);
            }
            t = _mm_add_epi32(w[i % 4], load(SHA256_K + 4 * i));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, t);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(t, 0x0e));
        }
        s->abef = _mm_add_epi32(s->abef, abef);
        s->cdgh = _mm_add_epi32(s->cdgh, cdgh);
    }
}

wh_status native_sha256_ni(void *ctx, const uint8_t *data, size_t len, uint8_t out[32])
{
    (void)ctx;
    struct state s = {_mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c),
                      _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19)};
    uint8_t tail[128] = {0};
    size_t whole = len / 64, rest = len % 64, tail_blocks = rest < 56 ? 1 : 2;
    blocks(&s, data, whole);
    if (rest > 0) memcpy(tail, data + 64 * whole, rest);
    tail[rest] = 0x80;
    store_be64(tail + 64 * tail_blocks - 8, (uint64_t)len * 8);
    blocks(&s, tail, tail_blocks);

    uint32_t abef[4], cdgh[4];
    memcpy(abef, &s.abef, 16);
    memcpy(cdgh, &s.cdgh, 16);
    store_be32(out, abef[3]);
    store_be32(out + 4, abef[2]);
    store_be32(out + 8, cdgh[3]);
    store_be32(out + 12, cdgh[2]);
    store_be32(out + 16, abef[1]);
    store_be32(out + 20, abef[0]);
    store_be32(out + 24, cdgh[1]);
    store_be32(out + 28, cdgh[0]);
    return WH_OK;
}
