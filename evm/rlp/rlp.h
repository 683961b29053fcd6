/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_RLP_RLP_H
#define WH_EVM_RLP_RLP_H

/* Recursive Length Prefix, strict: one byte string has one decoding and one value one encoding.
 *
 * Spec: Yellow Paper appendix B; PROTOCOL 1 ("Lists in RLP are canonical").
 * Decoding walks borrowed spans: nothing is copied, nothing allocated. A reader is a wh_span over
 * the items still to come; each rlp_next_* takes the first item off it. On any status but WH_OK the
 * reader and the outputs are untouched. All refusals are WH_E_FORMAT:
 *   - a length that is not the shortest form, or leads past the end,
 *   - a single byte below 0x80 behind a length prefix,
 *   - for scalars: a leading zero byte, or more bytes than the width. */

#include "evm/base/bytes.h"
#include "evm/base/status.h"
#include "evm/base/u256.h"

struct rlp_item {
    wh_span raw;     /* prefix and payload */
    wh_span payload; /* string bytes, or the items of a list */
    bool is_list;
};

/* rlp_next takes the first item of any kind. An empty reader is WH_E_FORMAT. Items inside a list
 * are not looked at: read them from its payload. */
WH_MUST wh_status rlp_next(wh_span *in, struct rlp_item *item);

/* rlp_next_list: the next item is a list; *payload is a reader of its items. */
WH_MUST wh_status rlp_next_list(wh_span *in, wh_span *payload);
/* rlp_next_string: the next item is a string. */
WH_MUST wh_status rlp_next_string(wh_span *in, wh_span *bytes);
/* rlp_next_fixed: a string of exactly n bytes, copied to out. */
WH_MUST wh_status rlp_next_fixed(wh_span *in, uint8_t *out, size_t n);
/* Scalars: no leading zero, zero is the empty string, at most 8 (32) bytes. */
WH_MUST wh_status rlp_next_u64(wh_span *in, uint64_t *v);
WH_MUST wh_status rlp_next_u256(wh_span *in, u256 *v);

/* rlp_list opens one list that fills in exactly. rlp_string likewise for a string. */
WH_MUST wh_status rlp_list(wh_span in, wh_span *payload);
WH_MUST wh_status rlp_string(wh_span in, wh_span *bytes);
/* rlp_end: WH_OK iff nothing is left. */
WH_MUST wh_status rlp_end(wh_span in);
/* rlp_count: number of items to come; each prefix is checked, the insides of lists are not. */
WH_MUST wh_status rlp_count(wh_span in, size_t *n);
/* ---- encoding: sizes, then forward into a buffer that is known to be large enough ---- */

/* Longest prefix: one byte and eight of length. */
enum { RLP_PREFIX_MAX = 9 };

size_t rlp_prefix_size(size_t payload_len); /* of a list, or of a string of 56 bytes and more */
size_t rlp_string_size(wh_span bytes);      /* prefix and payload */
size_t rlp_list_size(size_t payload_len);
size_t rlp_items_size(const wh_span *items, size_t n); /* payload of a list of encoded items */
size_t rlp_u64_size(uint64_t v);
size_t rlp_u256_size(const u256 *v);

/* Each rlp_put_* writes at p and returns the place behind. */
uint8_t *rlp_put_list(uint8_t *p, size_t payload_len); /* the prefix alone */
/* rlp_put_items: the list of n encoded items, which are copied as they are. */
uint8_t *rlp_put_items(uint8_t *p, const wh_span *items, size_t n);
uint8_t *rlp_put_string_prefix(uint8_t *p, size_t len); /* len != 1: the prefix alone */
uint8_t *rlp_put_string(uint8_t *p, wh_span bytes);
uint8_t *rlp_put_u64(uint8_t *p, uint64_t v);
uint8_t *rlp_put_u256(uint8_t *p, const u256 *v);

/* ---- encoding backward: the payload of a list is known when its prefix is written ----
 *
 *   struct rlp_back w;                  fields are pushed in reverse order
 *   rlp_back_init(&w, buf, sizeof buf);
 *   size_t list = rlp_back_mark(&w);
 *   rlp_back_u64(&w, nonce); ...
 *   rlp_back_list(&w, list);            everything since mark becomes one list
 *   wh_span out; WH_TRY(rlp_back_done(&w, &out));
 * Too small a buffer is sticky and shows at rlp_back_done as WH_E_NOMEM. */
struct rlp_back {
    uint8_t *base; /* borrowed */
    size_t at;     /* written: [at, cap) */
    size_t cap;
    bool full;
};

void rlp_back_init(struct rlp_back *w, uint8_t *buf, size_t cap);
static inline size_t rlp_back_mark(const struct rlp_back *w)
{
    return w->cap - w->at;
}
void rlp_back_raw(struct rlp_back *w, wh_span bytes); /* bytes as they are: items, a type byte */
void rlp_back_string(struct rlp_back *w, wh_span bytes);
void rlp_back_u64(struct rlp_back *w, uint64_t v);
void rlp_back_u256(struct rlp_back *w, const u256 *v);
void rlp_back_list(struct rlp_back *w, size_t mark);
void rlp_back_string_since(struct rlp_back *w, size_t mark); /* wraps as one string */
WH_MUST wh_status rlp_back_done(const struct rlp_back *w, wh_span *out);

#endif
