/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VEC_H
#define WH_TESTS_VEC_H

/* Reading of JSON vectors (plain or zstd) for unit tests. The first argument of a test program is the
 * project's source root; what is missing or malformed ends the program: a vector is never skipped. */

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "evm/base/bytes.h"

static inline void vec_die(const char *what, const char *name)
{
    printf("Bail out! %s: %s\n", name, what);
    exit(1);
}

/* vec_read: whole file in memory of malloc; .zst files unpacked. */
static inline uint8_t *vec_read(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) vec_die("cannot open", path);
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    if (size < 0) vec_die("cannot tell its size", path);
    uint8_t *raw = malloc((size_t)size + 1);
    if (raw == NULL || fread(raw, 1, (size_t)size, f) != (size_t)size) vec_die("cannot read", path);
    fclose(f);
    *len = (size_t)size;
    size_t n = strlen(path);
    if (n < 4 || strcmp(path + n - 4, ".zst") != 0) return raw;

    unsigned long long full = ZSTD_getFrameContentSize(raw, *len);
    if (full == ZSTD_CONTENTSIZE_ERROR || full == ZSTD_CONTENTSIZE_UNKNOWN)
        vec_die("zstd frame without a size", path);
    uint8_t *out = malloc((size_t)full + 1);
    if (out == NULL) vec_die("no memory", path);
    *len = ZSTD_decompress(out, (size_t)full, raw, *len);
    if (ZSTD_isError(*len)) vec_die("zstd", path);
    free(raw);
    return out;
}

/* vec_load: root/rel as JSON; json_decref when done. */
static inline json_t *vec_load(const char *root, const char *rel)
{
    char path[1024];
    size_t len;
    json_error_t e;
    snprintf(path, sizeof path, "%s/%s", root, rel);
    uint8_t *raw = vec_read(path, &len);
    json_t *j = json_loadb((const char *)raw, len, JSON_ALLOW_NUL, &e);
    if (j == NULL) vec_die(e.text, path);
    free(raw);
    return j;
}

static inline json_t *vec_get(const json_t *j, const char *key)
{
    json_t *v = json_object_get(j, key);
    if (v == NULL) vec_die("key is missing", key);
    return v;
}

static inline int vec_nibble(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    vec_die("hex digit", "vector");
    return 0;
}

/* What vec_bytes handed out lives as long as the program and is freed with it. */
struct vec_kept {
    struct vec_kept *next;
    uint8_t bytes[];
};
static struct vec_kept *vec_all;

static inline void vec_free_all(void)
{
    while (vec_all != NULL) {
        struct vec_kept *next = vec_all->next;
        free(vec_all);
        vec_all = next;
    }
}

static inline void vec_hex(const char *s, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(vec_nibble(s[2 + 2 * i]) << 4 | vec_nibble(s[3 + 2 * i]));
}

static inline const char *vec_hex_text(const json_t *j, size_t *n)
{
    const char *s = json_string_value(j);
    if (s == NULL || s[0] != '0' || s[1] != 'x' || strlen(s) % 2 != 0)
        vec_die("hex expected", "vector");
    *n = strlen(s) / 2 - 1;
    return s;
}

/* vec_bytes: "0x.." as bytes (room for at least 1), until the program ends. */
static inline wh_span vec_bytes(const json_t *j)
{
    size_t n;
    const char *s = vec_hex_text(j, &n);
    struct vec_kept *kept = malloc(sizeof *kept + n + 1);
    if (kept == NULL) vec_die("no memory", "vector");
    if (vec_all == NULL) atexit(vec_free_all);
    kept->next = vec_all;
    vec_all = kept;
    vec_hex(s, kept->bytes, n);
    return wh_span_of(kept->bytes, n);
}

/* vec_bytes_owned: as vec_bytes, in memory of malloc that the caller frees. */
static inline wh_span vec_bytes_owned(const json_t *j)
{
    size_t n;
    const char *s = vec_hex_text(j, &n);
    uint8_t *out = malloc(n + 1);
    if (out == NULL) vec_die("no memory", "vector");
    vec_hex(s, out, n);
    return wh_span_of(out, n);
}

/* vec_fixed: exactly n bytes into out. */
static inline void vec_fixed(const json_t *j, void *out, size_t n)
{
    wh_span b = vec_bytes(j);
    if (b.len != n) vec_die("length", "vector");
    memcpy(out, b.ptr, n);
}

/* vec_u64: a JSON integer or a decimal string. */
static inline uint64_t vec_u64(const json_t *j)
{
    if (json_is_integer(j)) return (uint64_t)json_integer_value(j);
    if (!json_is_string(j)) vec_die("number expected", "vector");
    return strtoull(json_string_value(j), NULL, 10);
}

#endif
