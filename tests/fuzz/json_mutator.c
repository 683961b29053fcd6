/* SPDX-License-Identifier: MIT */
/* Mutations of JSON that stays readable: a digit of a hex string, its length, one string in place of another, a
 * value of another kind, a member or element taken out or doubled. One time in three libFuzzer's own. */
#include "tests/fuzz/fuzz.h"

/* Weak: the driver of AFL++ has none, and never calls the mutator. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

enum { STRINGS = 4096 };

static unsigned next(unsigned *seed, unsigned n)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 8) % n;
}

/* Strings between quotes, without them. */
struct strings {
    struct {
        size_t at, len;
    } v[STRINGS];
    unsigned count;
};

static void find(const uint8_t *data, size_t size, struct strings *s)
{
    size_t open = 0;
    bool within = false;
    s->count = 0;
    for (size_t i = 0; i < size && s->count < STRINGS; i++) {
        if (data[i] != '"') continue;
        if (within) {
            s->v[s->count].at = open + 1;
            s->v[s->count++].len = i - open - 1;
        }
        open = i;
        within = !within;
    }
}

/* Puts n bytes in place of len at `at`; the new size, or 0 if there is no room. */
static size_t splice(uint8_t *data, size_t size, size_t max, size_t at, size_t len,
                     const uint8_t *bytes, size_t n)
{
    if (size - len + n > max) return 0;
    memmove(data + at + n, data + at + len, size - at - len);
    if (n > 0) memcpy(data + at, bytes, n);
    return size - len + n;
}

static bool is_hex(const uint8_t *p, size_t len)
{
    return len > 2 && p[0] == '0' && p[1] == 'x';
}

static size_t other_kind(uint8_t *data, size_t size, size_t max, size_t at, size_t len,
                         unsigned *seed)
{
    static const char *const values[] = {
        "null", "true", "0", "-1", "[]", "{}", "\"\"", "\"0x\"", "\"0x0\"", "18446744073709551616",
        "1.5"};
    const char *v = values[next(seed, sizeof values / sizeof *values)];
    return splice(data, size, max, at - 1, len + 2, (const uint8_t *)v, strlen(v));
}

/* From one comma to the next, on any level. */
static size_t take_out(uint8_t *data, size_t size, size_t max, size_t at, bool twice)
{
    static uint8_t copy[4096];
    size_t from = at, to = at;
    while (from > 0 && data[from - 1] != ',' && data[from - 1] != '{' && data[from - 1] != '[')
        from--;
    while (to < size && data[to] != ',' && data[to] != '}' && data[to] != ']')
        to++;
    if (to < size && data[to] == ',') to++;
    if (!twice) return splice(data, size, max, from, to - from, NULL, 0);
    if (to - from > sizeof copy) return 0;
    memcpy(copy, data + from, to - from);
    return splice(data, size, max, to, 0, copy, to - from);
}

/* A digit behind a colon, from `from` on. */
static size_t number(uint8_t *data, size_t size, size_t from, uint8_t digit)
{
    for (size_t i = from; i + 1 < size; i++) {
        if (data[i] != ':' || data[i + 1] < '0' || data[i + 1] > '9') continue;
        data[i + 1] = digit;
        return size;
    }
    return 0;
}

static size_t change(uint8_t *data, size_t size, size_t max, const struct strings *s,
                     unsigned *seed)
{
    static uint8_t copy[1 << 16];
    unsigned i = next(seed, s->count), k = next(seed, s->count);
    size_t at = s->v[i].at, len = s->v[i].len;
    for (unsigned more = 0; more < 8 && !is_hex(data + at, len); more++) { /* mostly values */
        i = next(seed, s->count);
        at = s->v[i].at, len = s->v[i].len;
    }
    uint8_t digit = (uint8_t) "0123456789abcdef"[next(seed, 16)];
    switch (next(seed, 9)) {
    case 0: return splice(data, size, max, at + len, 0, &digit, 1);
    case 1: return splice(data, size, max, at, len > 2 ? 3 : len, (const uint8_t *)"0x", 2);
    case 2:
        if (s->v[k].len > sizeof copy) return 0;
        memcpy(copy, data + s->v[k].at, s->v[k].len);
        return splice(data, size, max, at, len, copy, s->v[k].len);
    case 3: return other_kind(data, size, max, at, len, seed);
    case 5: return number(data, size, next(seed, (unsigned)size), (uint8_t)('0' + next(seed, 10)));
    case 4: return take_out(data, size, max, s->v[k].at, next(seed, 2) == 0);
    default:
        if (!is_hex(data + at, len)) return 0;
        data[at + 2 + next(seed, (unsigned)len - 2)] = digit;
        return size;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    static struct strings s;
    if (next(&seed, 3) > 0) {
        find(data, size, &s);
        size_t n = s.count > 0 ? change(data, size, max, &s, &seed) : 0;
        if (n > 0) return n;
    }
    return LLVMFuzzerMutate(data, size, max);
}
