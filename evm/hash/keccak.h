/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_HASH_KECCAK_H
#define WH_EVM_HASH_KECCAK_H

/* Keccak-256 as Ethereum uses it: rate 136, padding byte 0x01 (not SHA-3's 0x06).
 *
 * Spec: Keccak reference 3.0; Yellow Paper appendix (KEC).
 * Plain portable C. Rooms that hash much go through struct evm_crypto, which brings the SIMD forms
 * of evm/native; this one is their oracle, and serves where no table is at hand. */

#include "evm/base/bytes.h"

enum { KECCAK_RATE = 136 };

/* keccak256 of data[0..len). data may be NULL if len is 0. out may lie inside data. */
void keccak256(const uint8_t *data, size_t len, bytes32 *out);

/* keccak256_2 hashes a || b. */
void keccak256_2(wh_span a, wh_span b, bytes32 *out);

/* keccak_node is keccak256(l || r), the inner node of a 64-byte Merkle tree (PROTOCOL 1, anc node,
 * rest). */
void keccak_node(const bytes32 *l, const bytes32 *r, bytes32 *out);

/* Incremental form: init, any number of updates, one final. */
struct keccak {
    uint64_t s[25];
    uint32_t at; /* bytes absorbed into the open block, < KECCAK_RATE */
};

void keccak_init(struct keccak *k);
void keccak_update(struct keccak *k, const uint8_t *data, size_t len);
void keccak_final(struct keccak *k, bytes32 *out);

/* keccak_f1600 is the permutation on 25 little-endian lanes in host words. */
void keccak_f1600(uint64_t s[25]);

/* Constants of PROTOCOL 1. */
extern const bytes32 KECCAK_EMPTY;      /* EMPTY_CODE: keccak("") */
extern const bytes32 KECCAK_EMPTY_TRIE; /* EMPTY_TRIE: keccak(0x80) */
extern const bytes32 KECCAK_EMPTY_LIST; /* EMPTY_LIST: keccak(0xc0) */

#endif
