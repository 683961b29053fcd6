/* SPDX-License-Identifier: MIT */
#include "proto/sys/json.h"

#include <string.h>

#include "proto/sys/hex.h"

wh_status wh_json_parse(const char *text, size_t len, json_t **out, struct wh_error *err)
{
    json_error_t je;
    json_t *v = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &je);
    if (v == NULL)
        return wh_fail(err, WH_ERR_JSON_SYNTAX, "not JSON: line %d column %d: %s", je.line,
                       je.column, je.text);
    *out = v;
    return WH_OK;
}

/* Writes the way from the root; deep ways are cut at the front. */
static void path_of(const struct wh_json *j, char *out, size_t cap)
{
    const struct wh_json *way[16];
    size_t n = 0;
    for (; j != NULL && n < 16; j = j->up)
        way[n++] = j;
    size_t at = 0;
    if (j != NULL) at = (size_t)snprintf(out, cap, "..");
    out[at] = 0;
    while (n-- > 0) {
        const struct wh_json *s = way[n];
        int w = s->key == NULL ? snprintf(out + at, cap - at, "[%zu]", s->index)
                               : snprintf(out + at, cap - at, "%s%s", at ? "." : "", s->key);
        if (w < 0 || (size_t)w >= cap - at) return;
        at += (size_t)w;
    }
}

wh_status wh_json_fail(const struct wh_json *j, struct wh_error *err, const char *fmt, ...)
{
    char path[200], why[200];
    path_of(j, path, sizeof path);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    return wh_fail(err, WH_ERR_JSON_FIELD, "%s: %s", path, why);
}

wh_status wh_json_get(const struct wh_json *obj, const char *key, struct wh_json *out,
                      struct wh_error *err)
{
    if (!json_is_object(obj->v)) return wh_json_fail(obj, err, "not an object");
    struct wh_json m = {json_object_get(obj->v, key), obj, key, 0};
    if (m.v == NULL) return wh_json_fail(&m, err, "missing");
    if (json_is_null(m.v)) return wh_json_fail(&m, err, "is null");
    *out = m;
    return WH_OK;
}

bool wh_json_opt(const struct wh_json *obj, const char *key, struct wh_json *out)
{
    const json_t *v = json_object_get(obj->v, key);
    if (v == NULL || json_is_null(v)) return false;
    *out = (struct wh_json){v, obj, key, 0};
    return true;
}

wh_status wh_json_array(const struct wh_json *arr, size_t max, size_t *len, struct wh_error *err)
{
    if (!json_is_array(arr->v)) return wh_json_fail(arr, err, "not an array");
    size_t n = json_array_size(arr->v);
    if (n > max) return wh_json_fail(arr, err, "%zu elements, at most %zu expected", n, max);
    *len = n;
    return WH_OK;
}

struct wh_json wh_json_at(const struct wh_json *arr, size_t i)
{
    const json_t *v = json_array_get(arr->v, i);
    WH_ASSERT(v != NULL);
    return (struct wh_json){v, arr, NULL, i};
}

wh_status wh_json_string(const struct wh_json *j, const char **out, struct wh_error *err)
{
    if (!json_is_string(j->v)) return wh_json_fail(j, err, "not a string");
    *out = json_string_value(j->v);
    return WH_OK;
}

wh_status wh_json_bool(const struct wh_json *j, bool *out, struct wh_error *err)
{
    if (!json_is_boolean(j->v)) return wh_json_fail(j, err, "not a boolean");
    *out = json_is_true(j->v);
    return WH_OK;
}

wh_status wh_json_number(const struct wh_json *j, uint64_t *out, struct wh_error *err)
{
    if (!json_is_integer(j->v)) return wh_json_fail(j, err, "not an integer");
    json_int_t v = json_integer_value(j->v);
    if (v < 0) return wh_json_fail(j, err, "below zero");
    *out = (uint64_t)v;
    return WH_OK;
}

wh_status wh_json_decimal(const struct wh_json *j, u256 *out, struct wh_error *err)
{
    const char *s = NULL;
    WH_TRY(wh_json_string(j, &s, err));
    if (!wh_dec_parse(s, strlen(s), out)) return wh_json_fail(j, err, "not a decimal number");
    return WH_OK;
}

wh_status wh_json_quantity(const struct wh_json *j, u256 *out, struct wh_error *err)
{
    const char *s = NULL;
    WH_TRY(wh_json_string(j, &s, err));
    if (!wh_quantity_parse(s, out))
        return wh_json_fail(j, err, "not a quantity (0x, no leading zeros, at most 256 bits)");
    return WH_OK;
}

wh_status wh_json_u64(const struct wh_json *j, uint64_t *out, struct wh_error *err)
{
    u256 v;
    WH_TRY(wh_json_quantity(j, &v, err));
    if (!u256_fits_u64(&v)) return wh_json_fail(j, err, "wider than 64 bits");
    *out = v.w[0];
    return WH_OK;
}

wh_status wh_json_fixed(const struct wh_json *j, uint8_t *out, size_t len, struct wh_error *err)
{
    const char *s = NULL;
    WH_TRY(wh_json_string(j, &s, err));
    if (!wh_hex_parse(s, out, len)) return wh_json_fail(j, err, "not 0x and %zu bytes of hex", len);
    return WH_OK;
}

wh_status wh_json_bytes32(const struct wh_json *j, bytes32 *out, struct wh_error *err)
{
    bytes32 v;
    WH_TRY(wh_json_fixed(j, v.b, 32, err));
    *out = v;
    return WH_OK;
}

wh_status wh_json_address(const struct wh_json *j, address *out, struct wh_error *err)
{
    address v;
    WH_TRY(wh_json_fixed(j, v.b, 20, err));
    *out = v;
    return WH_OK;
}

wh_status wh_json_data(const struct wh_json *j, size_t max, struct wh_buf *out,
                       struct wh_error *err)
{
    const char *s = NULL;
    WH_TRY(wh_json_string(j, &s, err));
    size_t n = strlen(s);
    if (n < 2 || s[0] != '0' || s[1] != 'x' || n % 2 != 0)
        return wh_json_fail(j, err, "not 0x and whole bytes of hex");
    n = (n - 2) / 2;
    if (n > max) return wh_json_fail(j, err, "%zu bytes, at most %zu expected", n, max);
    size_t mark = out->len;
    uint8_t *at = wh_buf_grow(out, n);
    if (at == NULL) return wh_fail(err, WH_ERR_NOMEM, "%zu bytes of JSON data", n);
    if (!wh_hex_decode(s + 2, 2 * n, at, n)) {
        out->len = mark;
        return wh_json_fail(j, err, "not hex");
    }
    return WH_OK;
}

/* Member and value in one. */
#define MEMBER(name, type, reader)                                                      \
    wh_status wh_json_get_##name(const struct wh_json *obj, const char *key, type *out, \
                                 struct wh_error *err)                                  \
    {                                                                                   \
        struct wh_json m;                                                               \
        WH_TRY(wh_json_get(obj, key, &m, err));                                         \
        return reader(&m, out, err);                                                    \
    }
MEMBER(u64, uint64_t, wh_json_u64)
MEMBER(quantity, u256, wh_json_quantity)
MEMBER(bytes32, bytes32, wh_json_bytes32)
MEMBER(address, address, wh_json_address)
MEMBER(string, const char *, wh_json_string)
MEMBER(number, uint64_t, wh_json_number)
#undef MEMBER

wh_status wh_json_get_data(const struct wh_json *obj, const char *key, size_t max,
                           struct wh_buf *out, struct wh_error *err)
{
    struct wh_json m;
    WH_TRY(wh_json_get(obj, key, &m, err));
    return wh_json_data(&m, max, out, err);
}
