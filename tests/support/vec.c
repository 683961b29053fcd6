/* SPDX-License-Identifier: MIT */
#include "tests/support/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

_Noreturn static void stop(const char *what, const char *which)
{
    printf("Bail out! %s: %s\n", what, which);
    exit(1);
}

static void *must(void *p)
{
    if (p == NULL) stop("memory", "spent");
    return p;
}

static uint8_t *read_file(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) stop("cannot open", path);
    size_t cap = 1u << 16, n = 0;
    uint8_t *buf = must(malloc(cap));
    for (size_t got; (got = fread(buf + n, 1, cap - n, f)) > 0;) {
        n += got;
        if (n == cap) buf = must(realloc(buf, cap *= 2));
    }
    if (ferror(f)) stop("cannot read", path);
    fclose(f);
    *len = n;
    return buf;
}

static uint8_t *unpack(uint8_t *in, size_t *len, const char *path)
{
    ZSTD_DStream *z = must(ZSTD_createDStream());
    size_t cap = 1u << 20, n = 0;
    uint8_t *out = must(malloc(cap));
    ZSTD_inBuffer src = {in, *len, 0};
    for (size_t left = 1; left != 0;) {
        if (n == cap) out = must(realloc(out, cap *= 2));
        ZSTD_outBuffer dst = {out, cap, n};
        left = ZSTD_decompressStream(z, &dst, &src);
        if (ZSTD_isError(left) || (src.pos == src.size && dst.pos == n && left != 0))
            stop("bad zstd", path);
        n = dst.pos;
    }
    ZSTD_freeDStream(z);
    free(in);
    *len = n;
    return out;
}

/* jansson stops at 2^63; longer integers become strings, which vec_u128 reads as well. */
static uint8_t *quote_long(uint8_t *in, size_t *len)
{
    uint8_t *out = must(malloc(*len + *len / 8 + 16));
    size_t n = 0;
    bool text = false;
    for (size_t i = 0; i < *len;) {
        size_t run = 0;
        while (!text && i + run < *len && in[i + run] >= '0' && in[i + run] <= '9')
            run++;
        if (run >= 19) out[n++] = '"';
        memcpy(out + n, in + i, run);
        n += run;
        if (run >= 19) out[n++] = '"';
        i += run;
        if (run != 0) continue;
        if (in[i] == '"') text = !text;
        out[n++] = in[i++];
    }
    free(in);
    *len = n;
    return out;
}

json_t *vec_load(const char *dir, const char *name)
{
    char path[1024];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
        stop("path too long", name);
    size_t len, at = strlen(name);
    uint8_t *text = read_file(path, &len);
    if (at > 4 && strcmp(name + at - 4, ".zst") == 0) text = unpack(text, &len, path);
    text = quote_long(text, &len);
    json_error_t e;
    json_t *root = json_loadb((const char *)text, len, 0, &e);
    free(text);
    if (root == NULL) stop(e.text, path);
    return root;
}

static const json_t *field(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (v == NULL) stop("missing field", key);
    return v;
}

const char *vec_str(const json_t *o, const char *key)
{
    const char *s = json_string_value(field(o, key));
    if (s == NULL) stop("not a string", key);
    return s;
}

void vec_u128(const json_t *o, const char *key, uint64_t *hi, uint64_t *lo)
{
    const json_t *v = field(o, key);
    __extension__ unsigned __int128 n = 0;
    if (json_is_integer(v)) {
        n = (uint64_t)json_integer_value(v);
    } else {
        const char *s = json_string_value(v);
        if (s == NULL || *s == 0) stop("not a number", key);
        for (; *s; s++) {
            if (*s < '0' || *s > '9') stop("not a number", key);
            n = n * 10 + (unsigned)(*s - '0');
        }
    }
    *hi = (uint64_t)(n >> 64);
    *lo = (uint64_t)n;
}

uint64_t vec_u64(const json_t *o, const char *key)
{
    uint64_t hi, lo;
    vec_u128(o, key, &hi, &lo);
    if (hi != 0) stop("too large", key);
    return lo;
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

uint8_t *vec_hex(const char *text, size_t *len)
{
    size_t n = strlen(text);
    if (n < 2 || n % 2 != 0 || text[0] != '0' || text[1] != 'x') stop("not hex", text);
    *len = n / 2 - 1;
    uint8_t *out = must(malloc(*len + 1));
    for (size_t i = 0; i < *len; i++) {
        int h = nibble(text[2 + 2 * i]), l = nibble(text[3 + 2 * i]);
        if (h < 0 || l < 0) stop("not hex", text);
        out[i] = (uint8_t)(h << 4 | l);
    }
    return out;
}

bytes32 vec_hex32(const char *text)
{
    size_t len;
    uint8_t *p = vec_hex(text, &len);
    if (len != 32) stop("not 32 bytes", text);
    bytes32 out;
    memcpy(out.b, p, 32);
    free(p);
    return out;
}

bytes32 vec_b32(const json_t *o, const char *key)
{
    return vec_hex32(vec_str(o, key));
}

address vec_addr(const json_t *o, const char *key)
{
    size_t len;
    uint8_t *p = vec_hex(vec_str(o, key), &len);
    if (len != 20) stop("not an address", key);
    address out;
    memcpy(out.b, p, 20);
    free(p);
    return out;
}

bytes32 *vec_b32s(const json_t *list, size_t *n)
{
    *n = json_array_size(list);
    bytes32 *out = must(malloc((*n + 1) * sizeof *out));
    for (size_t i = 0; i < *n; i++) {
        const char *s = json_string_value(json_array_get(list, i));
        if (s == NULL) stop("not a string", "list of 32-byte words");
        out[i] = vec_hex32(s);
    }
    return out;
}
