/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_HASH_SHA256_H
#define WH_EVM_HASH_SHA256_H

/* SHA-256 (FIPS 180-4) in plain C, with the chaining value at hand: a deposit list is hashed over
 * several steps, and PROTOCOL 4.3 keeps the value after all whole blocks (dep_mid) in SegState. */

#include "evm/base/bytes.h"

/* The chaining value H, eight words. As 32 big-endian bytes it is SegState's dep_mid. */
struct sha256_mid {
    uint32_t h[8];
};

void sha256_init(struct sha256_mid *m);
/* sha256_blocks runs the compression function over n blocks of 64 bytes. */
void sha256_blocks(struct sha256_mid *m, const uint8_t *data, size_t n);
/* sha256_finish hashes the last tail_len < 64 bytes and the padding; total_len is the length in
 * bytes of the whole message, tail included. m is left as it was. */
void sha256_finish(const struct sha256_mid *m, const uint8_t *tail, size_t tail_len,
                   uint64_t total_len, bytes32 *out);

void sha256_mid_load(struct sha256_mid *m, const bytes32 *bytes);
void sha256_mid_store(const struct sha256_mid *m, bytes32 *bytes);

/* sha256 of data[0..len). */
void sha256(const uint8_t *data, size_t len, bytes32 *out);

extern const uint32_t SHA256_K[64]; /* the round constants, 4.2.2 */

/* NO_REQUESTS of PROTOCOL 1: sha256(""). */
extern const bytes32 SHA256_EMPTY;

#endif
