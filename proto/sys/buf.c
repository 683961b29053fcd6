/* SPDX-License-Identifier: MIT */
#include "proto/sys/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wh_buf_done(struct wh_buf *b)
{
    free(b->ptr);
    memset(b, 0, sizeof *b);
}

void wh_buf_reset(struct wh_buf *b)
{
    b->len = 0;
    b->failed = false;
}

uint8_t *wh_buf_grow(struct wh_buf *b, size_t len)
{
    if (b->failed) return NULL;
    if (b->ptr == NULL || len > b->cap - b->len) {
        size_t cap = b->cap ? b->cap : 256;
        while (cap - b->len < len) {
            if (cap > SIZE_MAX / 2) {
                b->failed = true;
                return NULL;
            }
            cap *= 2;
        }
        uint8_t *p = realloc(b->ptr, cap);
        if (p == NULL) {
            b->failed = true;
            return NULL;
        }
        b->ptr = p;
        b->cap = cap;
    }
    uint8_t *at = b->ptr + b->len;
    b->len += len;
    return at;
}

void wh_buf_put(struct wh_buf *b, const void *bytes, size_t len)
{
    if (len == 0) return;
    uint8_t *at = wh_buf_grow(b, len);
    if (at) memcpy(at, bytes, len);
}

void wh_buf_str(struct wh_buf *b, const char *s)
{
    wh_buf_put(b, s, strlen(s));
}

void wh_buf_printf(struct wh_buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0) {
        uint8_t *at = wh_buf_grow(b, (size_t)n + 1);
        if (at) {
            vsnprintf((char *)at, (size_t)n + 1, fmt, again);
            b->len--; /* the NUL */
        }
    } else {
        b->failed = true;
    }
    va_end(again);
}

const char *wh_buf_cstr(struct wh_buf *b)
{
    uint8_t *at = wh_buf_grow(b, 1);
    if (at == NULL) return NULL;
    *at = 0;
    b->len--;
    return (const char *)b->ptr;
}
