/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_NATIVE_PRIVATE_H
#define WH_EVM_NATIVE_PRIVATE_H

/* The slots of the host's crypto table. Contracts: evm/base/crypto.h. */

#include "evm/base/crypto.h"

wh_status native_ecrecover(void *ctx, const uint8_t hash[32], const uint8_t r[32],
                           const uint8_t s[32], unsigned parity, uint8_t out[64]);
wh_status native_sha256(void *ctx, const uint8_t *data, size_t len, uint8_t out[32]);
wh_status native_modexp(void *ctx, wh_span base, wh_span exp, wh_span mod, uint8_t *out);
wh_status native_p256_verify(void *ctx, const uint8_t in[160], bool *valid);

wh_status native_bls_g1_add(void *ctx, const uint8_t in[256], uint8_t out[128]);
wh_status native_bls_g1_msm(void *ctx, const uint8_t *in, size_t n, uint8_t out[128]);
wh_status native_bls_g2_add(void *ctx, const uint8_t in[512], uint8_t out[256]);
wh_status native_bls_g2_msm(void *ctx, const uint8_t *in, size_t n, uint8_t out[256]);
wh_status native_bls_pairing(void *ctx, const uint8_t *in, size_t pairs, bool *one);
wh_status native_bls_map_fp(void *ctx, const uint8_t in[64], uint8_t out[128]);
wh_status native_bls_map_fp2(void *ctx, const uint8_t in[128], uint8_t out[256]);
wh_status native_kzg_verify(void *ctx, const uint8_t commitment[48], const uint8_t z[32],
                            const uint8_t y[32], const uint8_t proof[48], bool *valid);

/* For CPUs with the SHA extensions. */
wh_status native_sha256_ni(void *ctx, const uint8_t *data, size_t len, uint8_t out[32]);

/* bn254 for CPUs with ADX: evm/precompile/bn254.h, built a second time. */
wh_status bn254_add_adx(void *ctx, const uint8_t in[128], uint8_t out[64]);
wh_status bn254_mul_adx(void *ctx, const uint8_t in[96], uint8_t out[64]);
wh_status bn254_pairing_adx(void *ctx, const uint8_t *in, size_t pairs, bool *one);

/* Set-up of one process, called once before any slot; false: no memory. */
bool native_p256_init(void);
bool native_kzg_init(void);

#endif
