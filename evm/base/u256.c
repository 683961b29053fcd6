/* SPDX-License-Identifier: MIT */
/* Products, powers and shifts of 256-bit words. Division is u256_div.c. */
#include "evm/base/u256.h"

__extension__ typedef unsigned __int128 u128;

/* One column step of a product by rows: (carry, *acc) = *acc + a * b + carry; never overflows 128 bits. */
static inline uint64_t mac(uint64_t *acc, uint64_t a, uint64_t b, uint64_t carry)
{
    u128 t = (u128)a * b + *acc + carry;
    *acc = (uint64_t)t;
    return (uint64_t)(t >> 64);
}

void u256_mul(u256 *out, const u256 *a, const u256 *b)
{
    if ((a->w[1] | a->w[2] | a->w[3] | b->w[1] | b->w[2] | b->w[3]) == 0) {
        u128 p = (u128)a->w[0] * b->w[0];
        *out = (u256){{(uint64_t)p, (uint64_t)(p >> 64), 0, 0}};
        return;
    }
    uint64_t a0 = a->w[0], a1 = a->w[1], a2 = a->w[2], a3 = a->w[3];
    uint64_t b0 = b->w[0], b1 = b->w[1], b2 = b->w[2], b3 = b->w[3];
    uint64_t r0 = 0, r1 = 0, r2 = 0, r3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0;
    uint64_t c;
    c = mac(&r0, a0, b0, 0);
    c = mac(&r1, a0, b1, c);
    c = mac(&r2, a0, b2, c);
    r3 += c;
    c = mac(&r1, a1, b0, 0);
    c = mac(&r2, a1, b1, c);
    r3 += c;
    c = mac(&r2, a2, b0, 0);
    r3 += c;
    *out = (u256){{r0, r1, r2, r3}};
}

bool u256_mul_overflow(u256 *out, const u256 *a, const u256 *b)
{
    uint64_t p[8] = {0};
    for (int i = 0; i < 4; i++) {
        uint64_t c = 0;
        for (int j = 0; j < 4; j++)
            c = mac(&p[i + j], a->w[i], b->w[j], c);
        p[i + 4] = c;
    }
    memcpy(out->w, p, sizeof out->w);
    return (p[4] | p[5] | p[6] | p[7]) != 0;
}

/* square: the low half of a^2; the cross products count twice. */
static void square(u256 *a)
{
    uint64_t a0 = a->w[0], a1 = a->w[1], a2 = a->w[2], a3 = a->w[3];
    u128 p01 = (u128)a0 * a1, p02 = (u128)a0 * a2;
    u128 x1 = (uint64_t)p01;
    u128 x2 = (p01 >> 64) + (uint64_t)p02;
    uint64_t x3 = (uint64_t)(x2 >> 64) + (uint64_t)(p02 >> 64) + a0 * a3 + a1 * a2;
    uint64_t d1 = (uint64_t)x1 << 1, d2 = (uint64_t)x2 << 1 | (uint64_t)x1 >> 63;
    uint64_t d3 = x3 << 1 | (uint64_t)x2 >> 63;

    u128 s0 = (u128)a0 * a0, s1 = (u128)a1 * a1;
    u128 t = (s0 >> 64) + d1;
    u128 u = (t >> 64) + d2 + (uint64_t)s1;
    *a = (u256){
        {(uint64_t)s0, (uint64_t)t, (uint64_t)u, (uint64_t)(u >> 64) + d3 + (uint64_t)(s1 >> 64)}};
}

void u256_exp(u256 *out, const u256 *a, const u256 *e)
{
    u256 base = *a, r = u256_from_u64(1);
    if (base.w[0] == 2 && u256_fits_u64(&base)) {
        bool wide = !u256_fits_u64(e) || e->w[0] > 255;
        u256_shl(out, &r, wide ? 256 : (unsigned)e->w[0]);
        return;
    }
    bool started = false; /* skips the squarings of 1 */
    for (int limb = 3; limb >= 0; limb--) {
        uint64_t w = e->w[limb];
        for (int bit = 63; bit >= 0; bit--) {
            if (started) square(&r);
            if ((w >> bit & 1) == 0) continue;
            if (started)
                u256_mul(&r, &r, &base);
            else
                r = base;
            started = true;
        }
    }
    *out = r;
}

/* Shifts take the four limbs that they need out of a wider number: no branch on the distance. The second
 * half of a limb is shifted in two parts, as a shift by 64 is undefined. */
void u256_shl(u256 *out, const u256 *a, unsigned n)
{
    if (n >= 256) {
        *out = (u256){{0, 0, 0, 0}};
        return;
    }
    uint64_t wide[8] = {0, 0, 0, 0, a->w[0], a->w[1], a->w[2], a->w[3]};
    const uint64_t *p = wide + 4 - n / 64;
    unsigned bits = n % 64;
    *out =
        (u256){{p[0] << bits | p[-1] >> 1 >> (63 - bits), p[1] << bits | p[0] >> 1 >> (63 - bits),
                p[2] << bits | p[1] >> 1 >> (63 - bits), p[3] << bits | p[2] >> 1 >> (63 - bits)}};
}

/* shr_fill shifts right and lets fill (0 or all ones) come in from the left. */
static u256 shr_fill(const u256 *a, unsigned n, uint64_t fill)
{
    if (n >= 256) return (u256){{fill, fill, fill, fill}};
    uint64_t wide[8] = {a->w[0], a->w[1], a->w[2], a->w[3], fill, fill, fill, fill};
    const uint64_t *p = wide + n / 64;
    unsigned bits = n % 64;
    return (u256){{p[0] >> bits | p[1] << 1 << (63 - bits), p[1] >> bits | p[2] << 1 << (63 - bits),
                   p[2] >> bits | p[3] << 1 << (63 - bits),
                   p[3] >> bits | p[4] << 1 << (63 - bits)}};
}

void u256_shr(u256 *out, const u256 *a, unsigned n)
{
    *out = shr_fill(a, n, 0);
}

void u256_sar(u256 *out, const u256 *a, unsigned n)
{
    *out = shr_fill(a, n, (uint64_t)((int64_t)a->w[3] >> 63));
}
