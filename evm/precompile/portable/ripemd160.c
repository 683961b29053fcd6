/* SPDX-License-Identifier: MIT */
/* RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996). */

#include "evm/precompile/portable/portable.h"

static const uint8_t index_left[80] = {
    0,  1, 2,  3, 4,  5,  6, 7,  8, 9,  10, 11, 12, 13, 14, 15, 7,  4,  13, 1,
    10, 6, 15, 3, 12, 0,  9, 5,  2, 14, 11, 8,  3,  10, 14, 4,  9,  15, 8,  1,
    2,  7, 0,  6, 13, 11, 5, 12, 1, 9,  11, 10, 0,  8,  12, 4,  13, 3,  7,  15,
    14, 5, 6,  2, 4,  0,  5, 9,  7, 12, 2,  10, 14, 1,  3,  8,  11, 6,  15, 13};
static const uint8_t index_right[80] = {
    5,  14, 7,  0,  9,  2,  11, 4,  13, 6, 15, 8, 1,  10, 3,  12, 6, 11, 3, 7,
    0,  13, 5,  10, 14, 15, 8,  12, 4,  9, 1,  2, 15, 5,  1,  3,  7, 14, 6, 9,
    11, 8,  12, 2,  10, 0,  4,  13, 8,  6, 4,  1, 3,  11, 15, 0,  5, 12, 2, 13,
    9,  7,  10, 14, 12, 15, 10, 4,  1,  5, 8,  7, 6,  2,  13, 14, 0, 3,  9, 11};
static const uint8_t shift_left[80] = {
    11, 14, 15, 12, 5, 8,  7,  9,  11, 13, 14, 15, 6,  7,  9,  8,  7,  6,  8,  13,
    11, 9,  7,  15, 7, 12, 15, 9,  11, 7,  13, 12, 11, 13, 6,  7,  14, 9,  13, 15,
    14, 8,  13, 6,  5, 12, 7,  5,  11, 12, 14, 15, 14, 15, 9,  8,  9,  14, 5,  6,
    8,  6,  5,  12, 9, 15, 5,  11, 6,  8,  13, 12, 5,  12, 13, 14, 11, 8,  5,  6};
static const uint8_t shift_right[80] = {
    8,  9,  9,  11, 13, 15, 15, 5, 7,  7,  8,  11, 14, 14, 12, 6,  9,  13, 15, 7,
    12, 8,  9,  11, 7,  7,  12, 7, 6,  15, 13, 11, 9,  7,  15, 11, 8,  6,  6,  14,
    12, 13, 5,  14, 13, 13, 7,  5, 15, 5,  8,  11, 14, 14, 6,  14, 6,  9,  12, 9,
    12, 5,  15, 8,  8,  5,  12, 9, 12, 5,  14, 6,  8,  13, 6,  5,  15, 13, 11, 11};
static const uint32_t constant_left[5] = {0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e};
static const uint32_t constant_right[5] = {0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0};

static uint32_t rol(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static uint32_t mix(int round, uint32_t x, uint32_t y, uint32_t z)
{
    switch (round) {
    case 0: return x ^ y ^ z;
    case 1: return (x & y) | (~x & z);
    case 2: return (x | ~y) ^ z;
    case 3: return (x & z) | (y & ~z);
    default: return x ^ (y | ~z);
    }
}

static uint32_t load_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void compress(uint32_t h[5], const uint8_t block[64])
{
    uint32_t x[16], a[2][5];
    for (int i = 0; i < 16; i++)
        x[i] = load_le32(block + 4 * i);
    memcpy(a[0], h, 20);
    memcpy(a[1], h, 20);
    for (int i = 0; i < 80; i++) {
        for (int line = 0; line < 2; line++) {
            uint32_t *v = a[line];
            int round = i / 16;
            uint32_t f =
                line == 0 ? mix(round, v[1], v[2], v[3]) : mix(4 - round, v[1], v[2], v[3]);
            uint32_t k = line == 0 ? constant_left[round] : constant_right[round];
            unsigned at = line == 0 ? index_left[i] : index_right[i];
            unsigned by = line == 0 ? shift_left[i] : shift_right[i];
            uint32_t t = rol(v[0] + f + x[at] + k, by) + v[4];
            v[0] = v[4];
            v[4] = v[3];
            v[3] = rol(v[2], 10);
            v[2] = v[1];
            v[1] = t;
        }
    }
    uint32_t t = h[1] + a[0][2] + a[1][3];
    h[1] = h[2] + a[0][3] + a[1][4];
    h[2] = h[3] + a[0][4] + a[1][0];
    h[3] = h[4] + a[0][0] + a[1][1];
    h[4] = h[0] + a[0][1] + a[1][2];
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
