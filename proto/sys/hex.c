/* SPDX-License-Identifier: MIT */
#include "proto/sys/hex.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

static int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void wh_hex_encode(const uint8_t *bytes, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = 0;
}

bool wh_hex_decode(const char *text, size_t text_len, uint8_t *out, size_t len)
{
    if (text_len != 2 * len) return false;
    for (size_t i = 0; i < len; i++) {
        int hi = digit(text[2 * i]), lo = digit(text[2 * i + 1]);
        if (hi < 0 || lo < 0) return false;
        out[i] = (uint8_t)(hi << 4 | lo);
    }
    return true;
}

bool wh_hex_parse(const char *text, uint8_t *out, size_t len)
{
    if (text[0] != '0' || text[1] != 'x') return false;
    return wh_hex_decode(text + 2, strlen(text + 2), out, len);
}

struct wh_hex32 wh_hex32(const bytes32 *h)
{
    struct wh_hex32 x = {"0x"};
    wh_hex_encode(h->b, 32, x.s + 2);
    return x;
}

struct wh_hex20 wh_hex20(const address *a)
{
    struct wh_hex20 x = {"0x"};
    wh_hex_encode(a->b, 20, x.s + 2);
    return x;
}

bool wh_quantity_parse(const char *text, u256 *out)
{
    if (text[0] != '0' || text[1] != 'x') return false;
    const char *p = text + 2;
    size_t n = strlen(p);
    if (n == 0 || n > 64 || (p[0] == '0' && n > 1)) return false;
    u256 v = {{0}};
    for (size_t i = 0; i < n; i++) {
        int d = digit(p[i]);
        if (d < 0) return false;
        size_t bit = (n - 1 - i) * 4;
        v.w[bit / 64] |= (uint64_t)d << (bit % 64);
    }
    *out = v;
    return true;
}

void wh_quantity_print(const u256 *v, char out[67])
{
    uint8_t be[32];
    char hex[65];
    u256_to_be(v, be);
    wh_hex_encode(be, 32, hex);
    size_t skip = strspn(hex, "0");
    if (skip > 63) skip = 63;
    out[0] = '0';
    out[1] = 'x';
    memcpy(out + 2, hex + skip, 65 - skip);
}

/* Division by ten, limb by limb: sys must not wait for the 256-bit divider of evm/base. */
static unsigned div10(u256 *v)
{
    __extension__ typedef unsigned __int128 u128;
    uint64_t rem = 0;
    for (int i = 3; i >= 0; i--) {
        u128 cur = (u128)rem << 64 | v->w[i];
        v->w[i] = (uint64_t)(cur / 10);
        rem = (uint64_t)(cur % 10);
    }
    return (unsigned)rem;
}

void wh_dec_print(const u256 *v, char out[80])
{
    char back[80];
    size_t n = 0;
    u256 x = *v;
    do {
        back[n++] = digits[div10(&x)];
    } while (!u256_is_zero(&x));
    for (size_t i = 0; i < n; i++)
        out[i] = back[n - 1 - i];
    out[n] = 0;
}

bool wh_dec_parse(const char *text, size_t len, u256 *out)
{
    __extension__ typedef unsigned __int128 u128;
    if (len == 0 || len > 78) return false;
    u256 v = {{0}};
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        u128 carry = (unsigned)(text[i] - '0');
        for (int k = 0; k < 4; k++) {
            carry += (u128)v.w[k] * 10;
            v.w[k] = (uint64_t)carry;
            carry >>= 64;
        }
        if (carry) return false;
    }
    *out = v;
    return true;
}
