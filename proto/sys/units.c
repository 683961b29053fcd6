/* SPDX-License-Identifier: MIT */
/* Values with units, and the nearest known word (cli.h). */
#include <stdlib.h>
#include <string.h>

#include "proto/sys/cli.h"
#include "proto/sys/hex.h"

bool wh_parse_u64(const char *text, uint64_t *out)
{
    u256 v;
    if (!wh_dec_parse(text, strlen(text), &v) || !u256_fits_u64(&v)) return false;
    *out = v.w[0];
    return true;
}

/* Digits with an optional fraction, then the unit's name; value = digits * 10^shift. *unit points
 * at the rest. places: decimals that were given, at most 18. */
static bool split_number(const char *text, u256 *digits, unsigned *places, const char **unit)
{
    char all[80];
    size_t n = 0;
    unsigned frac = 0;
    bool dot = false;
    const char *p = text;
    for (; (*p >= '0' && *p <= '9') || (*p == '.' && !dot && n > 0); p++) {
        if (*p == '.') {
            dot = true;
            continue;
        }
        if (n >= 60) return false;
        all[n++] = *p;
        frac += dot;
    }
    if (n == 0 || frac > 18 || (dot && frac == 0)) return false;
    *places = frac;
    *unit = p;
    return wh_dec_parse(all, n, digits);
}

/* v *= 10^n; false on overflow. */
static bool scale(u256 *v, unsigned n)
{
    for (; n > 0; n--) {
        u256 x2, x8, t;
        if (v->w[3] >> 60) return false; /* room for one more decimal digit, roughly */
        u256_add(&x2, v, v);
        u256_add(&t, &x2, &x2);
        u256_add(&x8, &t, &t);
        if (u256_add(v, &x8, &x2)) return false;
    }
    return true;
}

struct unit {
    const char *name;
    uint64_t factor; /* in the base unit */
    unsigned zeros;  /* further decimal zeros */
};

/* value of text in base units; the fraction must come out whole. */
static bool parse_units(const char *text, const struct unit *units, size_t count, u256 *out)
{
    u256 v;
    unsigned places;
    const char *name;
    if (!split_number(text, &v, &places, &name)) return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, units[i].name) != 0) continue;
        unsigned zeros = units[i].zeros;
        if (places <= zeros) {
            if (!scale(&v, zeros - places)) return false;
            places = 0;
        } else {
            places -= zeros;
        }
        if (units[i].factor != 1) {
            __extension__ typedef unsigned __int128 u128;
            if (!u256_fits_u64(&v)) return false;
            u128 wide = (u128)v.w[0] * units[i].factor;
            v.w[0] = (uint64_t)wide;
            v.w[1] = (uint64_t)(wide >> 64);
        }
        for (; places > 0; places--) {
            if (v.w[2] | v.w[3] | v.w[1] || v.w[0] % 10 != 0) return false;
            v.w[0] /= 10;
        }
        *out = v;
        return true;
    }
    return false;
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

bool wh_parse_duration(const char *text, uint64_t *ms)
{
    static const struct unit units[] = {
        {"ms", 1, 0}, {"s", 1, 3}, {"m", 60, 3}, {"h", 3600, 3}, {"d", 86400, 3}};
    u256 v;
    if (!parse_units(text, units, COUNT(units), &v) || !u256_fits_u64(&v)) return false;
    *ms = v.w[0];
    return true;
}

bool wh_parse_amount(const char *text, u256 *wei)
{
    static const struct unit units[] = {{"wei", 1, 0}, {"gwei", 1, 9}, {"eth", 1, 18}};
    return parse_units(text, units, COUNT(units), wei);
}

bool wh_parse_percent(const char *text, uint64_t *bps)
{
    static const struct unit units[] = {{"%", 1, 2}};
    u256 v;
    if (!parse_units(text, units, COUNT(units), &v) || !u256_fits_u64(&v)) return false;
    *bps = v.w[0];
    return true;
}

/* Levenshtein distance of words up to 63 characters. */
static size_t distance(const char *a, const char *b)
{
    size_t row[64];
    size_t n = strlen(b);
    if (n > 63) return 64;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diag = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = diag + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            diag = row[j];
            row[j] = best;
        }
    }
    return row[n];
}

const char *wh_nearest(const char *text, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t best_d = 2 + strlen(text) / 3;
    if (strlen(text) > 63) return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(text, words[i]);
        if (d < best_d) {
            best_d = d;
            best = words[i];
        }
    }
    return best;
}
