/* SPDX-License-Identifier: MIT */
#include "proto/l1/abi.h"

#include <string.h>

#include "evm/hash/keccak.h"

bytes32 abi_topic(const char *signature)
{
    bytes32 h;
    keccak256((const uint8_t *)signature, strlen(signature), &h);
    return h;
}

void abi_selector(const char *signature, uint8_t out[4])
{
    bytes32 h = abi_topic(signature);
    memcpy(out, h.b, 4);
}

void abi_put_u64(struct wh_buf *b, uint64_t v)
{
    uint8_t w[32] = {0};
    store_be64(w + 24, v);
    wh_buf_put(b, w, 32);
}

void abi_put_u256(struct wh_buf *b, const u256 *v)
{
    uint8_t w[32];
    u256_to_be(v, w);
    wh_buf_put(b, w, 32);
}

void abi_put_b32(struct wh_buf *b, const bytes32 *v)
{
    wh_buf_put(b, v->b, 32);
}

void abi_put_addr(struct wh_buf *b, const address *v)
{
    uint8_t w[32] = {0};
    memcpy(w + 12, v->b, 20);
    wh_buf_put(b, w, 32);
}

static size_t padded(size_t len)
{
    return (len + 31) & ~(size_t)31;
}

size_t abi_bytes_size(size_t len)
{
    return 32 + padded(len);
}

void abi_put_bytes(struct wh_buf *b, wh_span v)
{
    static const uint8_t zero[32];
    abi_put_u64(b, v.len);
    wh_buf_put(b, v.ptr, v.len);
    wh_buf_put(b, zero, padded(v.len) - v.len);
}

void abi_put_words(struct wh_buf *b, const bytes32 *v, size_t n)
{
    abi_put_u64(b, n);
    for (size_t i = 0; i < n; i++)
        wh_buf_put(b, v[i].b, 32);
}

void abi_put_list(struct wh_buf *b, const wh_span *v, size_t n)
{
    abi_put_u64(b, n);
    size_t at = 32 * n;
    for (size_t i = 0; i < n; i++) {
        abi_put_u64(b, at);
        at += abi_bytes_size(v[i].len);
    }
    for (size_t i = 0; i < n; i++)
        abi_put_bytes(b, v[i]);
}

/* --- reading */
void abi_read_init(struct abi_reader *r, wh_span bytes, size_t head_words)
{
    *r = (struct abi_reader){.base = bytes.ptr, .len = bytes.len};
    r->head_end = r->tail = 32 * head_words;
    if (head_words > bytes.len / 32) r->bad = true;
}

/* The next word of the head; zeros once something was bad. */
static const uint8_t *next_word(struct abi_reader *r)
{
    static const uint8_t zero[32];
    if (r->head >= r->head_end) r->bad = true;
    if (r->bad) return zero;
    const uint8_t *w = r->base + r->head;
    r->head += 32;
    return w;
}

uint64_t abi_read_uint(struct abi_reader *r, unsigned bits)
{
    const uint8_t *w = next_word(r);
    for (unsigned i = 0; i < 24; i++)
        r->bad |= w[i] != 0;
    uint64_t v = load_be64(w + 24);
    if (bits < 64 && v >> bits) r->bad = true;
    return r->bad ? 0 : v;
}

u256 abi_read_u256(struct abi_reader *r)
{
    return u256_from_be(next_word(r));
}

bytes32 abi_read_b32(struct abi_reader *r)
{
    bytes32 v;
    memcpy(v.b, next_word(r), 32);
    return v;
}

address abi_read_addr(struct abi_reader *r)
{
    const uint8_t *w = next_word(r);
    address a = {{0}};
    for (unsigned i = 0; i < 12; i++)
        r->bad |= w[i] != 0;
    if (!r->bad) memcpy(a.b, w + 12, 20);
    return a;
}

bool abi_read_bool(struct abi_reader *r)
{
    return abi_read_uint(r, 1) != 0;
}

/* Opens the next tail: its offset must be where the last one ended. *n = its length word. */
static bool open_tail(struct abi_reader *r, size_t *n)
{
    uint64_t at = abi_read_uint(r, 64);
    if (r->bad || at != r->tail || r->len - r->tail < 32) {
        r->bad = true;
        return false;
    }
    const uint8_t *w = r->base + r->tail;
    for (unsigned i = 0; i < 24; i++)
        r->bad |= w[i] != 0;
    *n = load_be64(w + 24);
    r->tail += 32;
    return !r->bad;
}

wh_span abi_read_bytes(struct abi_reader *r)
{
    size_t n = 0;
    if (!open_tail(r, &n)) return (wh_span){NULL, 0};
    if (n > r->len - r->tail || padded(n) > r->len - r->tail) {
        r->bad = true;
        return (wh_span){NULL, 0};
    }
    wh_span v = {r->base + r->tail, n};
    for (size_t i = n; i < padded(n); i++)
        r->bad |= v.ptr[i] != 0;
    r->tail += padded(n);
    return r->bad ? (wh_span){NULL, 0} : v;
}

const uint8_t *abi_read_words(struct abi_reader *r, size_t max, size_t *n)
{
    *n = 0;
    size_t count = 0;
    if (!open_tail(r, &count)) return NULL;
    if (count > max || count > (r->len - r->tail) / 32) {
        r->bad = true;
        return NULL;
    }
    const uint8_t *p = r->base + r->tail;
    r->tail += 32 * count;
    *n = count;
    return p;
}

struct abi_reader abi_read_list(struct abi_reader *r, size_t max, size_t *n)
{
    struct abi_reader list = {.bad = true};
    *n = 0;
    size_t count = 0;
    if (!open_tail(r, &count)) return list;
    if (count > max) {
        r->bad = true;
        return list;
    }
    abi_read_init(&list, (wh_span){r->base + r->tail, r->len - r->tail}, count);
    if (list.bad)
        r->bad = true;
    else
        *n = count;
    return list;
}

void abi_read_list_end(struct abi_reader *r, const struct abi_reader *list)
{
    if (list->bad || list->head != list->head_end) r->bad = true;
    if (!r->bad) r->tail += list->tail;
}

bool abi_read_ok(const struct abi_reader *r)
{
    return !r->bad && r->head == r->head_end && r->tail == r->len;
}
