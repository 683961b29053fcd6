/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_BASE_CRYPTO_H
#define WH_EVM_BASE_CRYPTO_H

/* Crypto as pure rooms see it: one table of functions. evm/native fills it with the fast libraries
 * (libsecp256k1, OpenSSL, GMP, blst, SIMD keccak); a guest brings portable C.
 *
 * Every function is a pure function of its bytes. Results: WH_OK; WH_E_FORMAT = the input is
 * refused by the specification (a fact); negative = trouble of this process, which must never be
 * read as a refusal. Integers are big-endian, fixed width; out is written on WH_OK alone. */

#include "evm/base/bytes.h"
#include "evm/base/status.h"

struct evm_crypto {
    void *ctx; /* borrowed; thread-safe for concurrent calls */

    /* keccak256 of one string. */
    void (*keccak256)(void *ctx, const uint8_t *data, size_t len, bytes32 *out);
    /* keccak_many hashes n strings, out[i] = keccak256(in[i]); multi-buffer where the CPU can. */
    void (*keccak_many)(void *ctx, size_t n, const wh_span *in, bytes32 *out);

    /* ecrecover: SEC 1 4.1.6 over secp256k1. hash, r, s 32 bytes; parity 0 or 1. 0 < r,s < n is
     * checked. out = x || y of the public key, 64 bytes. */
    wh_status (*ecrecover)(void *ctx, const uint8_t hash[32], const uint8_t r[32],
                           const uint8_t s[32], unsigned parity, uint8_t out[64]);

    wh_status (*sha256)(void *ctx, const uint8_t *data, size_t len, uint8_t out[32]);
    wh_status (*ripemd160)(void *ctx, const uint8_t *data, size_t len, uint8_t out[20]);

    /* modexp: out = base^exp mod mod, mod_len bytes; mod 0 gives 0 (EIP-198). */
    wh_status (*modexp)(void *ctx, wh_span base, wh_span exp, wh_span mod, uint8_t *out);

    /* bn254 (EIP-196, EIP-197): points are x || y, 64 bytes; G2 128 bytes, imaginary part first. */
    wh_status (*bn254_add)(void *ctx, const uint8_t in[128], uint8_t out[64]);
    wh_status (*bn254_mul)(void *ctx, const uint8_t in[96], uint8_t out[64]);
    wh_status (*bn254_pairing)(void *ctx, const uint8_t *in, size_t pairs, bool *one);

    /* BLS12-381 (EIP-2537): encodings of the EIP (64-byte field elements); len already checked to
     * be a non-zero multiple of the item length. */
    wh_status (*bls_g1_add)(void *ctx, const uint8_t in[256], uint8_t out[128]);
    wh_status (*bls_g1_msm)(void *ctx, const uint8_t *in, size_t n, uint8_t out[128]);
    wh_status (*bls_g2_add)(void *ctx, const uint8_t in[512], uint8_t out[256]);
    wh_status (*bls_g2_msm)(void *ctx, const uint8_t *in, size_t n, uint8_t out[256]);
    wh_status (*bls_pairing)(void *ctx, const uint8_t *in, size_t pairs, bool *one);
    wh_status (*bls_map_fp)(void *ctx, const uint8_t in[64], uint8_t out[128]);
    wh_status (*bls_map_fp2)(void *ctx, const uint8_t in[128], uint8_t out[256]);

    /* KZG point evaluation (EIP-4844): commitment 48, z 32, y 32, proof 48. *valid: proof holds.
     * WH_E_FORMAT: a point or field element is malformed. */
    wh_status (*kzg_verify)(void *ctx, const uint8_t commitment[48], const uint8_t z[32],
                            const uint8_t y[32], const uint8_t proof[48], bool *valid);

    /* P-256 verification (EIP-7951): hash, r, s, qx, qy, 32 bytes each. Any refusal: *valid false. */
    wh_status (*p256_verify)(void *ctx, const uint8_t in[160], bool *valid);
};

#endif
