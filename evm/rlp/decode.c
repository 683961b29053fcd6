/* SPDX-License-Identifier: MIT */
/* Strict RLP decoding, Yellow Paper appendix B. */
#include "evm/rlp/rlp.h"

/* long_length reads the n <= 8 length bytes of a long form: no leading zero, 56 or more. */
static wh_status long_length(const uint8_t *p, size_t n, uint64_t *len)
{
    if (p[0] == 0) return WH_E_FORMAT;
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    if (v < 56) return WH_E_FORMAT;
    *len = v;
    return WH_OK;
}

wh_status rlp_next(wh_span *in, struct rlp_item *item)
{
    if (in->len == 0) return WH_E_FORMAT;
    const uint8_t *p = in->ptr;
    uint8_t first = p[0];
    size_t head;
    uint64_t len;
    if (first < 0x80) {
        head = 0, len = 1;
    } else {
        unsigned form = first & 0x3f; /* 0..55: length; 56..63: length of the length, less 55 */
        if (form < 56) {
            head = 1, len = form;
        } else {
            size_t n = form - 55;
            if (in->len - 1 < n) return WH_E_FORMAT;
            WH_TRY(long_length(p + 1, n, &len));
            head = 1 + n;
        }
        if (len > in->len - head) return WH_E_FORMAT;
        if (first == 0x81 && p[1] < 0x80) return WH_E_FORMAT;
    }
    item->raw = wh_span_of(p, head + (size_t)len);
    item->payload = wh_span_of(p + head, (size_t)len);
    item->is_list = first >= 0xc0;
    *in = wh_span_of(p + head + len, in->len - head - (size_t)len);
    return WH_OK;
}

static wh_status next_kind(wh_span *in, bool is_list, wh_span *payload)
{
    wh_span rest = *in;
    struct rlp_item item;
    WH_TRY(rlp_next(&rest, &item));
    if (item.is_list != is_list) return WH_E_FORMAT;
    *in = rest;
    *payload = item.payload;
    return WH_OK;
}

wh_status rlp_next_list(wh_span *in, wh_span *payload)
{
    return next_kind(in, true, payload);
}

wh_status rlp_next_string(wh_span *in, wh_span *bytes)
{
    return next_kind(in, false, bytes);
}

wh_status rlp_next_fixed(wh_span *in, uint8_t *out, size_t n)
{
    wh_span rest = *in, bytes;
    WH_TRY(rlp_next_string(&rest, &bytes));
    if (bytes.len != n) return WH_E_FORMAT;
    if (n > 0) memcpy(out, bytes.ptr, n);
    *in = rest;
    return WH_OK;
}

/* next_scalar: a string without leading zero of at most width bytes. */
static wh_status next_scalar(wh_span *in, size_t width, wh_span *bytes)
{
    wh_span rest = *in, s;
    WH_TRY(rlp_next_string(&rest, &s));
    if (s.len > width || (s.len > 0 && s.ptr[0] == 0)) return WH_E_FORMAT;
    *in = rest;
    *bytes = s;
    return WH_OK;
}

wh_status rlp_next_u64(wh_span *in, uint64_t *v)
{
    wh_span s;
    WH_TRY(next_scalar(in, 8, &s));
    uint64_t x = 0;
    for (size_t i = 0; i < s.len; i++)
        x = x << 8 | s.ptr[i];
    *v = x;
    return WH_OK;
}

wh_status rlp_next_u256(wh_span *in, u256 *v)
{
    wh_span s;
    WH_TRY(next_scalar(in, 32, &s));
    uint8_t be[32] = {0};
    if (s.len > 0) memcpy(be + 32 - s.len, s.ptr, s.len);
    *v = u256_from_be(be);
    return WH_OK;
}

wh_status rlp_end(wh_span in)
{
    return in.len == 0 ? WH_OK : WH_E_FORMAT;
}

wh_status rlp_list(wh_span in, wh_span *payload)
{
    wh_span p;
    WH_TRY(rlp_next_list(&in, &p));
    WH_TRY(rlp_end(in));
    *payload = p;
    return WH_OK;
}

wh_status rlp_string(wh_span in, wh_span *bytes)
{
    wh_span p;
    WH_TRY(rlp_next_string(&in, &p));
    WH_TRY(rlp_end(in));
    *bytes = p;
    return WH_OK;
}

wh_status rlp_count(wh_span in, size_t *n)
{
    size_t count = 0;
    for (struct rlp_item item; in.len > 0; count++)
        WH_TRY(rlp_next(&in, &item));
    *n = count;
    return WH_OK;
}
