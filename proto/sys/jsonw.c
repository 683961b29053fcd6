/* SPDX-License-Identifier: MIT */
/* The writer of json.h. */
#include <inttypes.h>
#include <string.h>

#include "proto/sys/hex.h"
#include "proto/sys/json.h"

void wh_jw_init(struct wh_jw *w, struct wh_buf *out)
{
    *w = (struct wh_jw){.out = out};
}

static void put_string(struct wh_buf *b, const char *s, size_t len)
{
    wh_buf_put(b, "\"", 1);
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        wh_buf_put(b, s + from, i - from);
        if (c == '"' || c == '\\')
            wh_buf_printf(b, "\\%c", c);
        else
            wh_buf_printf(b, "\\u%04x", c);
        from = i + 1;
    }
    wh_buf_put(b, s + from, len - from);
    wh_buf_put(b, "\"", 1);
}

static void lead(struct wh_jw *w, const char *key)
{
    uint32_t bit = 1u << w->depth;
    WH_ASSERT(((w->is_obj & bit) != 0) == (key != NULL));
    if (w->depth > 0 && (w->has & bit)) wh_buf_put(w->out, ",", 1);
    w->has |= bit;
    if (key) {
        put_string(w->out, key, strlen(key));
        wh_buf_put(w->out, ":", 1);
    }
}

static void open_level(struct wh_jw *w, const char *key, bool obj)
{
    lead(w, key);
    WH_ASSERT(w->depth < 31);
    w->depth++;
    uint32_t bit = 1u << w->depth;
    w->has &= ~bit;
    w->is_obj = obj ? w->is_obj | bit : w->is_obj & ~bit;
    wh_buf_put(w->out, obj ? "{" : "[", 1);
}

void wh_jw_obj(struct wh_jw *w, const char *key)
{
    open_level(w, key, true);
}
void wh_jw_arr(struct wh_jw *w, const char *key)
{
    open_level(w, key, false);
}

void wh_jw_end(struct wh_jw *w)
{
    WH_ASSERT(w->depth > 0);
    wh_buf_put(w->out, w->is_obj >> w->depth & 1 ? "}" : "]", 1);
    w->depth--;
}

void wh_jw_strn(struct wh_jw *w, const char *key, const char *s, size_t len)
{
    lead(w, key);
    put_string(w->out, s, len);
}

void wh_jw_str(struct wh_jw *w, const char *key, const char *s)
{
    wh_jw_strn(w, key, s, strlen(s));
}

void wh_jw_raw(struct wh_jw *w, const char *key, const char *json, size_t len)
{
    lead(w, key);
    wh_buf_put(w->out, json, len);
}

void wh_jw_bool(struct wh_jw *w, const char *key, bool v)
{
    wh_jw_raw(w, key, v ? "true" : "false", v ? 4 : 5);
}

void wh_jw_null(struct wh_jw *w, const char *key)
{
    wh_jw_raw(w, key, "null", 4);
}

void wh_jw_u64(struct wh_jw *w, const char *key, uint64_t v)
{
    lead(w, key);
    wh_buf_printf(w->out, "%" PRIu64, v);
}

void wh_jw_i64(struct wh_jw *w, const char *key, int64_t v)
{
    lead(w, key);
    wh_buf_printf(w->out, "%" PRId64, v);
}

void wh_jw_qty(struct wh_jw *w, const char *key, uint64_t v)
{
    lead(w, key);
    wh_buf_printf(w->out, "\"0x%" PRIx64 "\"", v);
}

void wh_jw_qty256(struct wh_jw *w, const char *key, const u256 *v)
{
    char text[67];
    wh_quantity_print(v, text);
    wh_jw_str(w, key, text);
}

void wh_jw_dec256(struct wh_jw *w, const char *key, const u256 *v)
{
    char text[80];
    wh_dec_print(v, text);
    wh_jw_str(w, key, text);
}

void wh_jw_data(struct wh_jw *w, const char *key, const uint8_t *bytes, size_t len)
{
    lead(w, key);
    wh_buf_put(w->out, "\"0x", 3);
    char *at = (char *)wh_buf_grow(w->out, 2 * len + 1);
    if (at) {
        wh_hex_encode(bytes, len, at);
        at[2 * len] = '"'; /* in the place of the NUL */
    }
}

void wh_jw_b32(struct wh_jw *w, const char *key, const bytes32 *h)
{
    wh_jw_data(w, key, h->b, 32);
}

void wh_jw_addr(struct wh_jw *w, const char *key, const address *a)
{
    wh_jw_data(w, key, a->b, 20);
}
