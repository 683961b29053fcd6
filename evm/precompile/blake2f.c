/* SPDX-License-Identifier: MIT */
#include "evm/precompile/blake2f.h"

static const uint64_t iv[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static inline uint64_t ror(uint64_t x, unsigned n)
{
    return (x >> n) | (x << (64 - n));
}

#define G(a, b, c, d, x, y) \
    do {                    \
        a += b + (x);       \
        d = ror(d ^ a, 32); \
        c += d;             \
        b = ror(b ^ c, 24); \
        a += b + (y);       \
        d = ror(d ^ a, 16); \
        c += d;             \
        b = ror(b ^ c, 63); \
    } while (0)

/* The ten permutations are spelled out so that every index is a constant. */
#define ROUND(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, sa, sb, sc, sd, se, sf) \
    do {                                                                      \
        G(v0, v4, v8, v12, m[s0], m[s1]);                                     \
        G(v1, v5, v9, v13, m[s2], m[s3]);                                     \
        G(v2, v6, v10, v14, m[s4], m[s5]);                                    \
        G(v3, v7, v11, v15, m[s6], m[s7]);                                    \
        G(v0, v5, v10, v15, m[s8], m[s9]);                                    \
        G(v1, v6, v11, v12, m[sa], m[sb]);                                    \
        G(v2, v7, v8, v13, m[sc], m[sd]);                                     \
        G(v3, v4, v9, v14, m[se], m[sf]);                                     \
        if (--rounds == 0) goto done;                                         \
    } while (0)

void blake2f(uint32_t rounds, uint64_t h[8], const uint64_t m[16], const uint64_t t[2], bool final)
{
    uint64_t v0 = h[0], v1 = h[1], v2 = h[2], v3 = h[3];
    uint64_t v4 = h[4], v5 = h[5], v6 = h[6], v7 = h[7];
    uint64_t v8 = iv[0], v9 = iv[1], v10 = iv[2], v11 = iv[3];
    uint64_t v12 = iv[4] ^ t[0], v13 = iv[5] ^ t[1], v14 = final ? ~iv[6] : iv[6], v15 = iv[7];

    if (rounds == 0) goto done;
    for (;;) {
        ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3);
        ROUND(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4);
        ROUND(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8);
        ROUND(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13);
        ROUND(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9);
        ROUND(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11);
        ROUND(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10);
        ROUND(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5);
        ROUND(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0);
    }
done:
    h[0] ^= v0 ^ v8;
    h[1] ^= v1 ^ v9;
    h[2] ^= v2 ^ v10;
    h[3] ^= v3 ^ v11;
    h[4] ^= v4 ^ v12;
    h[5] ^= v5 ^ v13;
    h[6] ^= v6 ^ v14;
    h[7] ^= v7 ^ v15;
}
