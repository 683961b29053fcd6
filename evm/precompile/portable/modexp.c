/* SPDX-License-Identifier: MIT */
/* base^exp mod m in plain C. m = odd 2^k: the power is taken modulo both parts, by Montgomery
 * products and by truncated ones, and joined (Koc, "Montgomery reduction with even modulus", 1994).
 * Numbers are little-endian arrays of 64-bit words in the arena. */

#include "evm/precompile/portable/portable.h"

__extension__ typedef unsigned __int128 u128;

/* A modulus of n words: odd (inv != 0), or 2^bits. */
struct modulus {
    const uint64_t *m; /* odd part; NULL for a power of two */
    size_t n;
    uint64_t inv;        /* -m^-1 mod 2^64 */
    uint64_t *rr, *work; /* R^2 mod m; n + 2 words for products */
    size_t bits;
};

static uint64_t *words(struct wh_arena *arena, size_t n)
{
    if (n > SIZE_MAX / 16) return NULL;
    uint64_t *p = WH_NEW(arena, uint64_t, n);
    if (p != NULL) memset(p, 0, 8 * n);
    return p;
}

static uint64_t multiply_add(uint64_t *t, const uint64_t *a, size_t n, uint64_t b)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < n; i++) {
        u128 v = (u128)a[i] * b + t[i] + carry;
        t[i] = (uint64_t)v;
        carry = (uint64_t)(v >> 64);
    }
    return carry;
}

static bool below(const uint64_t *a, const uint64_t *b, size_t n)
{
    for (size_t i = n; i-- > 0;)
        if (a[i] != b[i]) return a[i] < b[i];
    return false;
}

static void subtract(uint64_t *a, const uint64_t *b, size_t n)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < n; i++) {
        u128 v = (u128)a[i] - b[i] - borrow;
        a[i] = (uint64_t)v;
        borrow = (uint64_t)(v >> 64) & 1;
    }
}

/* r = a b / R mod m, for a < R, b < m. r may be a or b. */
static void montgomery(const struct modulus *m, uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    size_t n = m->n;
    uint64_t *t = m->work;
    memset(t, 0, 8 * (n + 2));
    for (size_t i = 0; i < n; i++) {
        uint64_t carry = multiply_add(t, b, n, a[i]);
        u128 v = (u128)t[n] + carry;
        t[n] = (uint64_t)v;
        t[n + 1] = (uint64_t)(v >> 64);

        uint64_t q = t[0] * m->inv;
        carry = multiply_add(t, m->m, n, q);
        v = (u128)t[n] + carry;
        t[n] = (uint64_t)v;
        t[n + 1] += (uint64_t)(v >> 64);
        memmove(t, t + 1, 8 * (n + 1)); /* t[0] is zero now */
        t[n + 1] = 0;
    }
    if (t[n] != 0 || !below(t, m->m, n)) subtract(t, m->m, n);
    memcpy(r, t, 8 * n);
}

static void mask_bits(uint64_t *a, size_t n, size_t bits)
{
    if (bits % 64 != 0) a[n - 1] &= UINT64_MAX >> (64 - bits % 64);
}

/* r = a b mod 2^bits. */
static void truncated(const struct modulus *m, uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    size_t n = m->n;
    uint64_t *t = m->work;
    memset(t, 0, 8 * n);
    for (size_t i = 0; i < n; i++)
        (void)multiply_add(t + i, b, n - i, a[i]);
    mask_bits(t, n, m->bits);
    memcpy(r, t, 8 * n);
}

/* The product for a modulus of one word. */
static uint64_t product_1(const struct modulus *m, uint64_t a, uint64_t b)
{
    if (m->m == NULL) return m->bits < 64 ? a * b & (((uint64_t)1 << m->bits) - 1) : a * b;
    const u128 t = (u128)a * b;
    const u128 u = (u128)((uint64_t)t * m->inv) * m->m[0];
    /* t + u is a multiple of 2^64; what it has above 2^128 is one more bit of v */
    const uint64_t carry = (uint64_t)t != 0;
    const u128 v = (t >> 64) + (u >> 64) + carry;
    return (uint64_t)(v >= m->m[0] ? v - m->m[0] : v);
}

static void product(const struct modulus *m, uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    if (m->n == 1) {
        *r = product_1(m, *a, *b);
        return;
    }
    if (m->m != NULL)
        montgomery(m, r, a, b);
    else
        truncated(m, r, a, b);
}

/* a = 2 a mod m, a < m. */
static void twice(const struct modulus *m, uint64_t *a)
{
    uint64_t carry = a[m->n - 1] >> 63;
    for (size_t i = m->n - 1; i > 0; i--)
        a[i] = a[i] << 1 | a[i - 1] >> 63;
    a[0] <<= 1;
    if (carry != 0 || !below(a, m->m, m->n)) subtract(a, m->m, m->n);
}

static uint64_t negative_inverse(uint64_t odd)
{
    uint64_t x = 1;
    for (int i = 0; i < 6; i++)
        x *= 2 - odd * x; /* doubles the bits that are right */
    return 0 - x;
}

/* Sets m up for Montgomery products: top word of odd not zero. one becomes R mod m. */
static wh_status open_odd(struct modulus *m, const uint64_t *odd, size_t n, uint64_t *one,
                          struct wh_arena *arena)
{
    *m =
        (struct modulus){odd, n, negative_inverse(odd[0]), words(arena, n), words(arena, n + 2), 0};
    if (m->rr == NULL || m->work == NULL) return WH_E_NOMEM;
    /* The highest power of two below m, doubled up to R: at most 64 times. */
    unsigned top = 63u - (unsigned)__builtin_clzll(odd[n - 1]);
    memset(one, 0, 8 * n);
    one[n - 1] = (uint64_t)1 << top;
    if (n == 1 && odd[0] == 1) one[0] = 0;
    for (unsigned i = top; i < 64; i++)
        twice(m, one);
    /* R 2^e: a product doubles e, twice adds one. Up to e = 64 n. */
    memcpy(m->rr, one, 8 * n);
    size_t e = 64 * n;
    for (int bit = 63 - __builtin_clzll(e); bit >= 0; bit--) {
        montgomery(m, m->rr, m->rr, m->rr);
        if ((e >> bit) & 1) twice(m, m->rr);
    }
    return WH_OK;
}

/* Words [at, at + n) of a big-endian number, zeros beyond. */
static void load_words(uint64_t *out, wh_span number, size_t at, size_t n)
{
    memset(out, 0, 8 * n);
    for (size_t i = 0; i < 8 * n; i++) {
        size_t byte = 8 * at + i;
        if (byte >= number.len) return;
        out[i / 8] |= (uint64_t)number.ptr[number.len - 1 - byte] << (i % 8 * 8);
    }
}

/* r = base in Montgomery form, whatever its length: Horner over pieces of n words. */
static wh_status enter_odd(const struct modulus *m, uint64_t *r, wh_span base,
                           struct wh_arena *arena)
{
    size_t n = m->n, pieces = (base.len + 8 * n - 1) / (8 * n);
    uint64_t *piece = words(arena, n);
    if (piece == NULL) return WH_E_NOMEM;
    memset(r, 0, 8 * n);
    for (size_t i = pieces; i-- > 0;) {
        montgomery(m, r, r, m->rr);
        load_words(piece, base, i * n, n);
        montgomery(m, piece, piece, m->rr);
        u128 carry = 0;
        for (size_t k = 0; k < n; k++) {
            carry += (u128)r[k] + piece[k];
            r[k] = (uint64_t)carry;
            carry >>= 64;
        }
        if (carry != 0 || !below(r, m->m, n)) subtract(r, m->m, n);
    }
    return WH_OK;
}

/* The i-th four bits from the top. */
static unsigned digit_of(wh_span exp, size_t i)
{
    return (exp.ptr[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 15;
}

/* The loop of power for one word. */
static uint64_t power_1(const struct modulus *m, const uint64_t table[16], uint64_t one,
                        wh_span exp)
{
    uint64_t r = one;
    for (size_t i = 0; i < 2 * exp.len; i++) {
        const unsigned digit = digit_of(exp, i);
        for (int k = 0; k < 4; k++)
            r = product_1(m, r, r);
        if (digit != 0) r = product_1(m, r, table[digit]);
    }
    return r;
}

/* r = b^exp, windows of four bits from the top; one is the unit of the form b is in. Powers that no digit asks for are
 * not made: a short exponent pays for few products. */
static wh_status power(const struct modulus *m, uint64_t *r, const uint64_t *b, const uint64_t *one,
                       wh_span exp, struct wh_arena *arena)
{
    size_t n = m->n;
    uint64_t *table = words(arena, 16 * n);
    if (table == NULL) return WH_E_NOMEM;
    memcpy(table, one, 8 * n);
    memcpy(table + n, b, 8 * n);
    unsigned most = 1;
    for (size_t i = 0; i < 2 * exp.len; i++)
        most = digit_of(exp, i) > most ? digit_of(exp, i) : most;
    for (size_t i = 2; i <= most; i++)
        product(m, table + i * n, table + (i - 1) * n, b);
    if (n == 1) { /* EIP-198 asks little for a long exponent over a byte */
        *r = power_1(m, table, *one, exp);
        return WH_OK;
    }
    memcpy(r, one, 8 * n);
    bool started = false;
    for (size_t i = 0; i < 2 * exp.len; i++) {
        const unsigned digit = digit_of(exp, i);
        for (int k = 0; started && k < 4; k++)
            product(m, r, r, r);
        if (digit == 0) continue;
        if (started)
            product(m, r, r, table + digit * n);
        else
            memcpy(r, table + digit * n, 8 * n);
        started = true;
    }
    return WH_OK;
}

/* r = base^exp mod odd, n words. */
static wh_status power_odd(uint64_t *r, const uint64_t *odd, size_t n, wh_span base, wh_span exp,
                           struct wh_arena *arena)
{
    struct modulus m;
    uint64_t *one = words(arena, n), *b = words(arena, n);
    if (one == NULL || b == NULL) return WH_E_NOMEM;
    WH_TRY(open_odd(&m, odd, n, one, arena));
    WH_TRY(enter_odd(&m, b, base, arena));
    WH_TRY(power(&m, r, b, one, exp, arena));
    memset(b, 0, 8 * n);
    b[0] = 1;
    montgomery(&m, r, b, r); /* leaves the Montgomery form */
    return WH_OK;
}

/* r = base^exp mod 2^bits, n words. */
static wh_status power_two(uint64_t *r, size_t n, size_t bits, wh_span base, wh_span exp,
                           struct wh_arena *arena)
{
    struct modulus m = {NULL, n, 0, NULL, words(arena, n + 2), bits};
    uint64_t *one = words(arena, n), *b = words(arena, n);
    if (m.work == NULL || one == NULL || b == NULL) return WH_E_NOMEM;
    one[0] = 1;
    mask_bits(one, n, bits);
    load_words(b, base, 0, n);
    mask_bits(b, n, bits);
    return power(&m, r, b, one, exp, arena);
}

/* r = odd^-1 mod 2^bits by Newton's iteration; odd has odd_n words. */
static wh_status inverse_two(uint64_t *r, size_t n, size_t bits, const uint64_t *odd, size_t odd_n,
                             struct wh_arena *arena)
{
    struct modulus m = {NULL, n, 0, NULL, words(arena, n + 2), bits};
    uint64_t *a = words(arena, n), *t = words(arena, n);
    if (m.work == NULL || a == NULL || t == NULL) return WH_E_NOMEM;
    memcpy(a, odd, 8 * (odd_n < n ? odd_n : n));
    mask_bits(a, n, bits);
    memset(r, 0, 8 * n);
    r[0] = 0 - negative_inverse(a[0]);
    for (size_t right = 64; right < bits; right *= 2) { /* r = r (2 - a r) */
        truncated(&m, t, a, r);
        uint64_t borrow = 0;
        for (size_t i = 0; i < n; i++) {
            u128 v = (u128)(i == 0 ? 2 : 0) - t[i] - borrow;
            t[i] = (uint64_t)v;
            borrow = (uint64_t)(v >> 64) & 1;
        }
        mask_bits(t, n, bits);
        truncated(&m, r, r, t);
    }
    mask_bits(r, n, bits);
    return WH_OK;
}

/* r = x1 + odd ((x2 - x1) / odd mod 2^bits): equal to x1 mod odd, to x2 mod 2^bits. r has n words,
 * enough for the whole modulus. */
static wh_status join(uint64_t *r, size_t n, const uint64_t *odd, size_t odd_n, const uint64_t *x1,
                      const uint64_t *x2, size_t two_n, size_t bits, struct wh_arena *arena)
{
    struct modulus m = {NULL, two_n, 0, NULL, words(arena, two_n + 2), bits};
    uint64_t *inverse = words(arena, two_n), *d = words(arena, two_n);
    uint64_t *sum = words(arena, odd_n + two_n + 1);
    if (m.work == NULL || inverse == NULL || d == NULL || sum == NULL) return WH_E_NOMEM;
    WH_TRY(inverse_two(inverse, two_n, bits, odd, odd_n, arena));
    memcpy(d, x1, 8 * (odd_n < two_n ? odd_n : two_n));
    uint64_t borrow = 0;
    for (size_t i = 0; i < two_n; i++) {
        u128 v = (u128)x2[i] - d[i] - borrow;
        d[i] = (uint64_t)v;
        borrow = (uint64_t)(v >> 64) & 1;
    }
    mask_bits(d, two_n, bits);
    truncated(&m, d, d, inverse);

    memcpy(sum, x1, 8 * odd_n);
    for (size_t i = 0; i < two_n; i++) {
        uint64_t carry = multiply_add(sum + i, odd, odd_n, d[i]);
        for (size_t k = i + odd_n; carry != 0; k++) {
            u128 v = (u128)sum[k] + carry;
            sum[k] = (uint64_t)v;
            carry = (uint64_t)(v >> 64);
        }
    }
    memcpy(r, sum, 8 * (odd_n + two_n < n ? odd_n + two_n : n));
    return WH_OK;
}

static wh_span strip(wh_span s)
{
    while (s.len > 0 && s.ptr[0] == 0) {
        s.ptr++;
        s.len--;
    }
    return s;
}

static wh_status modexp(struct wh_arena *arena, wh_span base, wh_span exp, wh_span mod,
                        uint8_t *out)
{
    size_t n = (mod.len + 7) / 8, zeros = 0;
    uint64_t *odd = words(arena, n), *r = words(arena, n);
    if (odd == NULL || r == NULL) return WH_E_NOMEM;
    load_words(odd, mod, 0, n);

    while (odd[zeros / 64] == 0)
        zeros += 64;
    zeros += (size_t)__builtin_ctzll(odd[zeros / 64]);
    size_t shift = zeros / 64, bits = zeros % 64;
    for (size_t i = 0; i < n; i++) {
        uint64_t low = i + shift < n ? odd[i + shift] : 0;
        uint64_t high = i + shift + 1 < n ? odd[i + shift + 1] : 0;
        odd[i] = bits == 0 ? low : low >> bits | high << (64 - bits);
    }
    size_t odd_n = n, two_n = (zeros + 63) / 64;
    while (odd_n > 1 && odd[odd_n - 1] == 0)
        odd_n--;

    if (zeros == 0) {
        WH_TRY(power_odd(r, odd, odd_n, base, exp, arena));
    } else {
        uint64_t *x1 = words(arena, odd_n), *x2 = words(arena, two_n);
        if (x1 == NULL || x2 == NULL) return WH_E_NOMEM;
        WH_TRY(power_odd(x1, odd, odd_n, base, exp, arena));
        WH_TRY(power_two(x2, two_n, zeros, base, exp, arena));
        WH_TRY(join(r, n, odd, odd_n, x1, x2, two_n, zeros, arena));
    }
    for (size_t i = 0; i < mod.len; i++)
        out[mod.len - 1 - i] = (uint8_t)(r[i / 8] >> (i % 8 * 8));
    return WH_OK;
}

wh_status portable_modexp(void *ctx, wh_span base, wh_span exp, wh_span mod, uint8_t *out)
{
    struct wh_arena *arena = (struct wh_arena *)ctx;
    size_t out_len = mod.len, mark = wh_arena_mark(arena);
    base = strip(base);
    exp = strip(exp);
    mod = strip(mod);
    memset(out, 0, out_len);
    if (mod.len == 0) return WH_OK; /* EIP-198: modulo 0 it is 0 */
    wh_status status = modexp(arena, base, exp, mod, out + (out_len - mod.len));
    wh_arena_rewind(arena, mark);
    return status;
}
