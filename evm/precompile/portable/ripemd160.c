/* SPDX-License-Identifier: MIT */
/* RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996). The two lines are independent, so their steps
 * alternate: a CPU runs both at once, which is why this is faster than OpenSSL's, line after line. */

#include "evm/precompile/portable/portable.h"

static inline uint32_t rol(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static inline uint32_t load_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

#define F1(x, y, z) ((x) ^ (y) ^ (z))
#define F2(x, y, z) ((((y) ^ (z)) & (x)) ^ (z))
#define F3(x, y, z) (((x) | ~(y)) ^ (z))
#define F4(x, y, z) ((((x) ^ (y)) & (z)) ^ (y))
#define F5(x, y, z) ((x) ^ ((y) | ~(z)))

#define STEP(f, k, a, b, c, d, e, w, s)             \
    do {                                            \
        a = rol(a + f(b, c, d) + (w) + (k), s) + e; \
        c = rol(c, 10);                             \
    } while (0)

/* One step of each line: word and shift on the left, word and shift on the right. */
#define PAIR(l, r, a, b, c, d, e, wl, sl, wr, sr)                       \
    do {                                                                \
        STEP(F##l, left_##l, a, b, c, d, e, x[wl], sl);                 \
        STEP(F##r, right_##r, a##_, b##_, c##_, d##_, e##_, x[wr], sr); \
    } while (0)

/* Constants by function: the right line runs the functions in reverse order. */
#define left_1  0u
#define left_2  0x5a827999u
#define left_3  0x6ed9eba1u
#define left_4  0x8f1bbcdcu
#define left_5  0xa953fd4eu
#define right_5 0x50a28be6u
#define right_4 0x5c4dd124u
#define right_3 0x6d703ef3u
#define right_2 0x7a6d76e9u
#define right_1 0u

static void compress(uint32_t h[5], const uint8_t block[64])
{
    uint32_t x[16];
    for (int i = 0; i < 16; i++)
        x[i] = load_le32(block + 4 * i);
    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    uint32_t a_ = a, b_ = b, c_ = c, d_ = d, e_ = e;

    PAIR(1, 5, a, b, c, d, e, 0, 11, 5, 8);
    PAIR(1, 5, e, a, b, c, d, 1, 14, 14, 9);
    PAIR(1, 5, d, e, a, b, c, 2, 15, 7, 9);
    PAIR(1, 5, c, d, e, a, b, 3, 12, 0, 11);
    PAIR(1, 5, b, c, d, e, a, 4, 5, 9, 13);
    PAIR(1, 5, a, b, c, d, e, 5, 8, 2, 15);
    PAIR(1, 5, e, a, b, c, d, 6, 7, 11, 15);
    PAIR(1, 5, d, e, a, b, c, 7, 9, 4, 5);
    PAIR(1, 5, c, d, e, a, b, 8, 11, 13, 7);
    PAIR(1, 5, b, c, d, e, a, 9, 13, 6, 7);
    PAIR(1, 5, a, b, c, d, e, 10, 14, 15, 8);
    PAIR(1, 5, e, a, b, c, d, 11, 15, 8, 11);
    PAIR(1, 5, d, e, a, b, c, 12, 6, 1, 14);
    PAIR(1, 5, c, d, e, a, b, 13, 7, 10, 14);
    PAIR(1, 5, b, c, d, e, a, 14, 9, 3, 12);
    PAIR(1, 5, a, b, c, d, e, 15, 8, 12, 6);
    PAIR(2, 4, e, a, b, c, d, 7, 7, 6, 9);
    PAIR(2, 4, d, e, a, b, c, 4, 6, 11, 13);
    PAIR(2, 4, c, d, e, a, b, 13, 8, 3, 15);
    PAIR(2, 4, b, c, d, e, a, 1, 13, 7, 7);
    PAIR(2, 4, a, b, c, d, e, 10, 11, 0, 12);
    PAIR(2, 4, e, a, b, c, d, 6, 9, 13, 8);
    PAIR(2, 4, d, e, a, b, c, 15, 7, 5, 9);
    PAIR(2, 4, c, d, e, a, b, 3, 15, 10, 11);
    PAIR(2, 4, b, c, d, e, a, 12, 7, 14, 7);
    PAIR(2, 4, a, b, c, d, e, 0, 12, 15, 7);
    PAIR(2, 4, e, a, b, c, d, 9, 15, 8, 12);
    PAIR(2, 4, d, e, a, b, c, 5, 9, 12, 7);
    PAIR(2, 4, c, d, e, a, b, 2, 11, 4, 6);
    PAIR(2, 4, b, c, d, e, a, 14, 7, 9, 15);
    PAIR(2, 4, a, b, c, d, e, 11, 13, 1, 13);
    PAIR(2, 4, e, a, b, c, d, 8, 12, 2, 11);
    PAIR(3, 3, d, e, a, b, c, 3, 11, 15, 9);
    PAIR(3, 3, c, d, e, a, b, 10, 13, 5, 7);
    PAIR(3, 3, b, c, d, e, a, 14, 6, 1, 15);
    PAIR(3, 3, a, b, c, d, e, 4, 7, 3, 11);
    PAIR(3, 3, e, a, b, c, d, 9, 14, 7, 8);
    PAIR(3, 3, d, e, a, b, c, 15, 9, 14, 6);
    PAIR(3, 3, c, d, e, a, b, 8, 13, 6, 6);
    PAIR(3, 3, b, c, d, e, a, 1, 15, 9, 14);
    PAIR(3, 3, a, b, c, d, e, 2, 14, 11, 12);
    PAIR(3, 3, e, a, b, c, d, 7, 8, 8, 13);
    PAIR(3, 3, d, e, a, b, c, 0, 13, 12, 5);
    PAIR(3, 3, c, d, e, a, b, 6, 6, 2, 14);
    PAIR(3, 3, b, c, d, e, a, 13, 5, 10, 13);
    PAIR(3, 3, a, b, c, d, e, 11, 12, 0, 13);
    PAIR(3, 3, e, a, b, c, d, 5, 7, 4, 7);
    PAIR(3, 3, d, e, a, b, c, 12, 5, 13, 5);
    PAIR(4, 2, c, d, e, a, b, 1, 11, 8, 15);
    PAIR(4, 2, b, c, d, e, a, 9, 12, 6, 5);
    PAIR(4, 2, a, b, c, d, e, 11, 14, 4, 8);
    PAIR(4, 2, e, a, b, c, d, 10, 15, 1, 11);
    PAIR(4, 2, d, e, a, b, c, 0, 14, 3, 14);
    PAIR(4, 2, c, d, e, a, b, 8, 15, 11, 14);
    PAIR(4, 2, b, c, d, e, a, 12, 9, 15, 6);
    PAIR(4, 2, a, b, c, d, e, 4, 8, 0, 14);
    PAIR(4, 2, e, a, b, c, d, 13, 9, 5, 6);
    PAIR(4, 2, d, e, a, b, c, 3, 14, 12, 9);
    PAIR(4, 2, c, d, e, a, b, 7, 5, 2, 12);
    PAIR(4, 2, b, c, d, e, a, 15, 6, 13, 9);
    PAIR(4, 2, a, b, c, d, e, 14, 8, 9, 12);
    PAIR(4, 2, e, a, b, c, d, 5, 6, 7, 5);
    PAIR(4, 2, d, e, a, b, c, 6, 5, 10, 15);
    PAIR(4, 2, c, d, e, a, b, 2, 12, 14, 8);
    PAIR(5, 1, b, c, d, e, a, 4, 9, 12, 8);
    PAIR(5, 1, a, b, c, d, e, 0, 15, 15, 5);
    PAIR(5, 1, e, a, b, c, d, 5, 5, 10, 12);
    PAIR(5, 1, d, e, a, b, c, 9, 11, 4, 9);
    PAIR(5, 1, c, d, e, a, b, 7, 6, 1, 12);
    PAIR(5, 1, b, c, d, e, a, 12, 8, 5, 5);
    PAIR(5, 1, a, b, c, d, e, 2, 13, 8, 14);
    PAIR(5, 1, e, a, b, c, d, 10, 12, 7, 6);
    PAIR(5, 1, d, e, a, b, c, 14, 5, 6, 8);
    PAIR(5, 1, c, d, e, a, b, 1, 12, 2, 13);
    PAIR(5, 1, b, c, d, e, a, 3, 13, 13, 6);
    PAIR(5, 1, a, b, c, d, e, 8, 14, 14, 5);
    PAIR(5, 1, e, a, b, c, d, 11, 11, 0, 15);
    PAIR(5, 1, d, e, a, b, c, 6, 8, 3, 13);
    PAIR(5, 1, c, d, e, a, b, 15, 5, 9, 11);
    PAIR(5, 1, b, c, d, e, a, 13, 6, 11, 11);

    uint32_t t = h[1] + c + d_;
    h[1] = h[2] + d + e_;
    h[2] = h[3] + e + a_;
    h[3] = h[4] + a + b_;
    h[4] = h[0] + b + c_;
    h[0] = t;
}

wh_status portable_ripemd160(void *ctx, const uint8_t *data, size_t len, uint8_t out[20])
{
    (void)ctx;
    uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    size_t whole = len / 64;
    for (size_t i = 0; i < whole; i++)
        compress(h, data + 64 * i);
    uint8_t tail[128] = {0};
    size_t rest = len % 64, tail_len = rest < 56 ? 64 : 128;
    if (rest > 0) memcpy(tail, data + 64 * whole, rest);
    tail[rest] = 0x80;
    store_le64(tail + tail_len - 8, (uint64_t)len * 8);
    for (size_t at = 0; at < tail_len; at += 64)
        compress(h, tail + at);
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 4; k++)
            out[4 * i + k] = (uint8_t)(h[i] >> (8 * k));
    return WH_OK;
}
