/* SPDX-License-Identifier: MIT */
/* RLP encoding, Yellow Paper appendix B: forward with known sizes, and backward. */
#include "evm/rlp/rlp.h"

static size_t u64_len(uint64_t v)
{
    return v == 0 ? 0 : (71u - (unsigned)__builtin_clzll(v)) / 8u;
}

/* put_be writes the n low bytes of v, most significant first. */
static uint8_t *put_be(uint8_t *p, uint64_t v, size_t n)
{
    for (size_t i = n; i > 0; i--)
        p[n - i] = (uint8_t)(v >> (8 * (i - 1)));
    return p + n;
}

size_t rlp_prefix_size(size_t payload_len)
{
    return payload_len < 56 ? 1 : 1 + u64_len(payload_len);
}

static bool is_own_encoding(wh_span s)
{
    return s.len == 1 && s.ptr[0] < 0x80;
}

size_t rlp_string_size(wh_span bytes)
{
    return is_own_encoding(bytes) ? 1 : rlp_prefix_size(bytes.len) + bytes.len;
}

size_t rlp_list_size(size_t payload_len)
{
    return rlp_prefix_size(payload_len) + payload_len;
}

size_t rlp_u64_size(uint64_t v)
{
    return v < 0x80 ? 1 : 1 + u64_len(v);
}

size_t rlp_u256_size(const u256 *v)
{
    return u256_fits_u64(v) ? rlp_u64_size(v->w[0]) : 1 + (size_t)u256_byte_len(v);
}

static uint8_t *put_prefix(uint8_t *p, uint8_t base, size_t len)
{
    if (len < 56) {
        *p = (uint8_t)(base + len);
        return p + 1;
    }
    size_t n = u64_len(len);
    *p = (uint8_t)(base + 55 + n);
    return put_be(p + 1, len, n);
}

uint8_t *rlp_put_list(uint8_t *p, size_t payload_len)
{
    return put_prefix(p, 0xc0, payload_len);
}

size_t rlp_items_size(const wh_span *items, size_t n)
{
    size_t size = 0;
    for (size_t i = 0; i < n; i++)
        size += items[i].len;
    return size;
}

uint8_t *rlp_put_items(uint8_t *p, const wh_span *items, size_t n)
{
    p = rlp_put_list(p, rlp_items_size(items, n));
    for (size_t i = 0; i < n; i++) {
        memcpy(p, items[i].ptr, items[i].len);
        p += items[i].len;
    }
    return p;
}

uint8_t *rlp_put_string_prefix(uint8_t *p, size_t len)
{
    return put_prefix(p, 0x80, len);
}

uint8_t *rlp_put_string(uint8_t *p, wh_span bytes)
{
    if (!is_own_encoding(bytes)) p = put_prefix(p, 0x80, bytes.len);
    if (bytes.len > 0) memcpy(p, bytes.ptr, bytes.len);
    return p + bytes.len;
}

uint8_t *rlp_put_u64(uint8_t *p, uint64_t v)
{
    size_t n = u64_len(v);
    if (v == 0 || v >= 0x80) *p++ = (uint8_t)(0x80 + n);
    return put_be(p, v, n);
}

uint8_t *rlp_put_u256(uint8_t *p, const u256 *v)
{
    if (u256_fits_u64(v)) return rlp_put_u64(p, v->w[0]);
    uint8_t be[32];
    u256_to_be(v, be);
    size_t n = u256_byte_len(v);
    *p++ = (uint8_t)(0x80 + n);
    memcpy(p, be + 32 - n, n);
    return p + n;
}

void rlp_back_init(struct rlp_back *w, uint8_t *buf, size_t cap)
{
    *w = (struct rlp_back){.base = buf, .at = cap, .cap = cap, .full = false};
}

/* claim moves back by n bytes; NULL once the buffer has been too small. */
static uint8_t *claim(struct rlp_back *w, size_t n)
{
    if (w->full || n > w->at) {
        w->full = true;
        return NULL;
    }
    w->at -= n;
    return w->base + w->at;
}

void rlp_back_raw(struct rlp_back *w, wh_span bytes)
{
    uint8_t *p = claim(w, bytes.len);
    if (p != NULL && bytes.len > 0) memcpy(p, bytes.ptr, bytes.len);
}

void rlp_back_string(struct rlp_back *w, wh_span bytes)
{
    uint8_t *p = claim(w, rlp_string_size(bytes));
    if (p != NULL) (void)rlp_put_string(p, bytes);
}

void rlp_back_u64(struct rlp_back *w, uint64_t v)
{
    uint8_t *p = claim(w, rlp_u64_size(v));
    if (p != NULL) (void)rlp_put_u64(p, v);
}

void rlp_back_u256(struct rlp_back *w, const u256 *v)
{
    uint8_t *p = claim(w, rlp_u256_size(v));
    if (p != NULL) (void)rlp_put_u256(p, v);
}

void rlp_back_list(struct rlp_back *w, size_t mark)
{
    size_t len = rlp_back_mark(w) - mark;
    uint8_t *p = claim(w, rlp_prefix_size(len));
    if (p != NULL) (void)rlp_put_list(p, len);
}

void rlp_back_string_since(struct rlp_back *w, size_t mark)
{
    size_t len = rlp_back_mark(w) - mark;
    if (!w->full && len == 1 && w->base[w->at] < 0x80) return;
    uint8_t *p = claim(w, rlp_prefix_size(len));
    if (p != NULL) (void)rlp_put_string_prefix(p, len);
}

wh_status rlp_back_done(const struct rlp_back *w, wh_span *out)
{
    if (w->full) return WH_E_NOMEM;
    *out = wh_span_of(w->base + w->at, w->cap - w->at);
    return WH_OK;
}
