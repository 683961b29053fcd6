/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_L1_ABI_H
#define WH_PROTO_L1_ABI_H

/* Solidity's ABI, by hand and strict. Encoding: words are appended; a dynamic value is an offset
 * word in the head (the *_size functions give what the tails before it take) and its tail behind
 * the head, in the same order. Decoding refuses what a
 * compiler would not produce: dirty padding, offsets that are not the canonical ones, bytes left
 * over (WH_ERR_ABI_FORM). Words are 32 bytes, big-endian. */

#include "evm/base/u256.h"
#include "proto/sys/buf.h"
#include "proto/sys/error.h"

/* abi_selector: first four bytes of keccak(signature), "split((bytes32,...),bytes32[],address)". */
void abi_selector(const char *signature, uint8_t out[4]);
/* abi_topic: keccak(signature) of an event. */
bytes32 abi_topic(const char *signature);

void abi_put_u64(struct wh_buf *b, uint64_t v);
void abi_put_u256(struct wh_buf *b, const u256 *v);
void abi_put_b32(struct wh_buf *b, const bytes32 *v);
void abi_put_addr(struct wh_buf *b, const address *v);
/* Tails: length word, then the bytes padded to words; length word, then the words. */
void abi_put_bytes(struct wh_buf *b, wh_span v);
void abi_put_words(struct wh_buf *b, const bytes32 *v, size_t n);
size_t abi_bytes_size(size_t len); /* 32 + len rounded up to words */
/* bytes[]: length word, offsets, elements. */
void abi_put_list(struct wh_buf *b, const wh_span *v, size_t n);

/* The reader walks a head from `at`; tails must follow each other without gap or overlap. */
struct abi_reader {
    const uint8_t *base;
    size_t len;  /* whole encoding */
    size_t head; /* next word of the head */
    size_t head_end;
    size_t tail; /* where the next tail must start */
    bool bad;    /* sticky; values read afterwards are 0 */
};
/* head_words = words of the static head. */
void abi_read_init(struct abi_reader *r, wh_span bytes, size_t head_words);
uint64_t abi_read_uint(struct abi_reader *r, unsigned bits); /* <= 64 */
u256 abi_read_u256(struct abi_reader *r);
bytes32 abi_read_b32(struct abi_reader *r);
address abi_read_addr(struct abi_reader *r);
bool abi_read_bool(struct abi_reader *r);
wh_span abi_read_bytes(struct abi_reader *r);
/* abi_read_words: count words, borrowed (32 * n bytes); n at most max. */
const uint8_t *abi_read_words(struct abi_reader *r, size_t max, size_t *n);
/* abi_read_list opens bytes[]: *n elements, each read by abi_read_bytes from the list's own reader;
 * abi_read_list_end closes it. */
struct abi_reader abi_read_list(struct abi_reader *r, size_t max, size_t *n);
void abi_read_list_end(struct abi_reader *r, const struct abi_reader *list);
/* abi_read_ok: nothing was bad, head and tails are used up. */
bool abi_read_ok(const struct abi_reader *r);

#endif
