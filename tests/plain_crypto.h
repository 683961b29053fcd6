/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_PLAIN_CRYPTO_H
#define WH_TESTS_PLAIN_CRYPTO_H

/* A crypto table with hashes alone, from the portable code: for tests that need no curve. */

#include "evm/base/crypto.h"
#include "evm/hash/keccak.h"
#include "evm/hash/sha256.h"

static inline void plain_keccak(void *ctx, const uint8_t *data, size_t len, bytes32 *out)
{
    (void)ctx;
    keccak256(data, len, out);
}

static inline void plain_keccak_many(void *ctx, size_t n, const wh_span *in, bytes32 *out)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        keccak256(in[i].ptr, in[i].len, &out[i]);
}

static inline wh_status plain_sha256(void *ctx, const uint8_t *data, size_t len, uint8_t out[32])
{
    (void)ctx;
    bytes32 hash;
    sha256(data, len, &hash);
    memcpy(out, hash.b, 32);
    return WH_OK;
}

static const struct evm_crypto plain_crypto = {
    .keccak256 = plain_keccak, .keccak_many = plain_keccak_many, .sha256 = plain_sha256};

#endif
