/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/tar.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum {
    BLOCK = 512,
    IN_SIZE = 1 << 17,
    NAME_AT = 0,
    NAME_LEN = 100,
    SIZE_AT = 124,
    SIZE_LEN = 12,
    SUM_AT = 148,
    SUM_LEN = 8,
    TYPE_AT = 156,
    MAGIC_AT = 257,
    PREFIX_AT = 345,
    PREFIX_LEN = 155,
    META_MAX = 1 << 16, /* bytes of a long name or pax header */
};

bool tar_open(struct tar *t, const char *path)
{
    *t = (struct tar){.file = fopen(path, "rb")};
    t->zstd = ZSTD_createDStream();
    t->in = malloc(IN_SIZE);
    if (t->file != NULL && t->zstd != NULL && t->in != NULL) return true;
    tar_close(t);
    return false;
}

void tar_close(struct tar *t)
{
    if (t->file != NULL) fclose(t->file);
    ZSTD_freeDStream(t->zstd);
    free(t->in);
    *t = (struct tar){0};
}

static bool fault(struct tar *t, const char *why)
{
    t->fault = why;
    return false;
}

/* Unpacks exactly len bytes; *got is less at the end of the archive alone. */
static bool unpack(struct tar *t, uint8_t *out, size_t len, size_t *got)
{
    ZSTD_outBuffer o = {out, len, 0};
    while (o.pos < o.size) {
        if (t->in_at == t->in_len) {
            t->in_len = fread(t->in, 1, IN_SIZE, t->file);
            t->in_at = 0;
            if (t->in_len == 0) break;
        }
        ZSTD_inBuffer i = {t->in, t->in_len, t->in_at};
        size_t r = ZSTD_decompressStream(t->zstd, &o, &i);
        t->in_at = i.pos;
        if (ZSTD_isError(r)) return fault(t, ZSTD_getErrorName(r));
        t->frame_open = r != 0;
    }
    *got = o.pos;
    if (o.pos == o.size || !t->frame_open) return true;
    return fault(t, ferror(t->file) ? "cannot be read" : "archive is cut off");
}

static bool unpack_all(struct tar *t, uint8_t *out, size_t len)
{
    size_t got;
    if (!unpack(t, out, len, &got)) return false;
    return got == len || fault(t, "archive is cut off");
}

static bool pass_over(struct tar *t, uint64_t len)
{
    uint8_t waste[1 << 14];
    while (len > 0) {
        size_t n = len < sizeof waste ? (size_t)len : sizeof waste;
        if (!unpack_all(t, waste, n)) return false;
        len -= n;
    }
    return true;
}

static bool octal(const uint8_t *p, size_t len, uint64_t *out)
{
    *out = 0;
    size_t i = 0;
    while (i < len && p[i] == ' ')
        i++;
    for (; i < len && p[i] >= '0' && p[i] <= '7'; i++)
        *out = *out << 3 | (uint64_t)(p[i] - '0');
    return i == len || p[i] == 0 || p[i] == ' ';
}

static bool sum_fits(const uint8_t *h)
{
    uint64_t sum = 0, want;
    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= SUM_AT && i < SUM_AT + SUM_LEN ? ' ' : h[i];
    return octal(h + SUM_AT, SUM_LEN, &want) && sum == want;
}

static void name_of(const uint8_t *h, char *out, size_t cap)
{
    size_t prefix = 0;
    if (memcmp(h + MAGIC_AT, "ustar\0", 6) == 0)
        prefix = strnlen((const char *)h + PREFIX_AT, PREFIX_LEN);
    snprintf(out, cap, "%.*s%s%.*s", (int)prefix, (const char *)h + PREFIX_AT,
             prefix > 0 ? "/" : "", NAME_LEN, (const char *)h + NAME_AT);
}

static void name_put(char *out, size_t cap, const char *text, size_t len)
{
    if (len >= cap) len = cap - 1;
    memcpy(out, text, len);
    out[len] = 0;
}

/* "LEN path=VALUE\n" lines of a pax header. */
static void pax_path(const char *text, size_t len, char *out, size_t cap)
{
    for (size_t at = 0; at < len;) {
        char *end;
        unsigned long n = strtoul(text + at, &end, 10);
        if (n == 0 || n > len - at || *end != ' ') return;
        const char *key = end + 1, *stop = text + at + n - 1;
        if (stop - key > 5 && memcmp(key, "path=", 5) == 0)
            name_put(out, cap, key + 5, (size_t)(stop - key - 5));
        at += n;
    }
}

static bool long_name(struct tar *t, char type, uint64_t size, char *out, size_t cap)
{
    static char text[META_MAX + 1];
    if (size > META_MAX) return fault(t, "a name is too long");
    if (!unpack_all(t, (uint8_t *)text, (size_t)size)) return false;
    text[size] = 0;
    if (type == 'L')
        name_put(out, cap, text, strlen(text));
    else
        pax_path(text, (size_t)size, out, cap);
    return pass_over(t, -size & (BLOCK - 1));
}

bool tar_next(struct tar *t)
{
    char next[sizeof t->name] = "";
    if (!pass_over(t, t->pending + t->padding)) return false;
    t->pending = t->padding = 0;
    for (;;) {
        uint8_t h[BLOCK];
        size_t got;
        uint64_t size;
        if (!unpack(t, h, BLOCK, &got)) return false;
        if (got == 0) return fault(t, "archive without an end");
        if (got == BLOCK && h[0] == 0) return false;
        if (got != BLOCK || !sum_fits(h) || !octal(h + SIZE_AT, SIZE_LEN, &size))
            return fault(t, "no tar header");
        char type = (char)h[TYPE_AT];
        if (type == 'L' || type == 'x') {
            if (!long_name(t, type, size, next, sizeof next)) return false;
        } else if (type == '0' || type == 0) {
            if (next[0] != 0)
                memcpy(t->name, next, sizeof next);
            else
                name_of(h, t->name, sizeof t->name);
            t->size = (size_t)size;
            t->pending = size;
            t->padding = -size & (BLOCK - 1);
            return true;
        } else {
            if (!pass_over(t, size + (-size & (BLOCK - 1)))) return false;
            next[0] = 0;
        }
    }
}

bool tar_read(struct tar *t, struct wh_buf *out)
{
    uint8_t *p = wh_buf_grow(out, t->size);
    if (p == NULL && t->size > 0) return fault(t, "out of memory");
    t->pending = 0;
    return unpack_all(t, p, t->size);
}
