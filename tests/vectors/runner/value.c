/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/value.h"

#include <string.h>

static int nibble(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool hex_u256(const char *s, u256 *out)
{
    *out = u256_from_u64(0);
    for (; *s != 0; s++) {
        int d = nibble(*s);
        if (d < 0 || out->w[3] >> 60 != 0) return false;
        u256_shl(out, out, 4);
        out->w[0] |= (uint64_t)d;
    }
    return true;
}

static bool decimal_u256(const char *s, u256 *out)
{
    const u256 ten = {{10, 0, 0, 0}};
    *out = u256_from_u64(0);
    if (*s == 0) return false;
    for (; *s != 0; s++) {
        if (*s < '0' || *s > '9') return false;
        u256 digit = u256_from_u64((uint64_t)(*s - '0'));
        if (u256_mul_overflow(out, out, &ten) || u256_add(out, out, &digit)) return false;
    }
    return true;
}

bool value_text_u256(const char *text, u256 *out)
{
    if (strncmp(text, "0x:bigint ", 10) == 0) text += 10;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) return hex_u256(text + 2, out);
    return decimal_u256(text, out);
}

bool value_u256(const json_t *v, u256 *out)
{
    if (v == NULL) {
        *out = u256_from_u64(0);
        return true;
    }
    if (json_is_integer(v) && json_integer_value(v) >= 0) {
        *out = u256_from_u64((uint64_t)json_integer_value(v));
        return true;
    }
    return json_is_string(v) && value_text_u256(json_string_value(v), out);
}

bool value_u64(const json_t *v, uint64_t *out)
{
    u256 w;
    if (!value_u256(v, &w) || !u256_fits_u64(&w)) return false;
    *out = w.w[0];
    return true;
}

static bool text_bytes(const char *s, struct wh_buf *out)
{
    if (s[0] == '0' && s[1] == 'x') s += 2;
    size_t n = strlen(s);
    if (n % 2 != 0) return false;
    uint8_t *p = wh_buf_grow(out, n / 2);
    if (p == NULL) return n == 0;
    for (size_t i = 0; i < n / 2; i++) {
        int h = nibble(s[2 * i]), l = nibble(s[2 * i + 1]);
        if (h < 0 || l < 0) return false;
        p[i] = (uint8_t)(h * 16 + l);
    }
    return true;
}

bool value_bytes(const json_t *v, struct wh_buf *out)
{
    return json_is_string(v) && text_bytes(json_string_value(v), out);
}

bool value_text_address(const char *text, address *out)
{
    struct wh_buf b = {0};
    bool ok = text_bytes(text, &b) && b.len == sizeof out->b;
    if (ok) memcpy(out->b, b.ptr, sizeof out->b);
    wh_buf_done(&b);
    return ok;
}

bool value_address(const json_t *v, address *out)
{
    return json_is_string(v) && value_text_address(json_string_value(v), out);
}

bool value_b32(const json_t *v, bytes32 *out)
{
    u256 w;
    if (!value_u256(v, &w)) return false;
    u256_to_be(&w, out->b);
    return true;
}
