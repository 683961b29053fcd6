/* SPDX-License-Identifier: MIT */
#include "evm/precompile/portable/portable.h"
#include "evm/hash/keccak.h"
#include "evm/hash/sha256.h"
#include "evm/precompile/bn254.h"

static void portable_keccak256(void *ctx, const uint8_t *data, size_t len, bytes32 *out)
{
    (void)ctx;
    keccak256(data, len, out);
}

static void portable_keccak_many(void *ctx, size_t n, const wh_span *in, bytes32 *out)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        keccak256(in[i].ptr, in[i].len, &out[i]);
}

static wh_status portable_sha256(void *ctx, const uint8_t *data, size_t len, uint8_t out[32])
{
    (void)ctx;
    bytes32 hash;
    sha256(data, len, &hash);
    memcpy(out, hash.b, 32);
    return WH_OK;
}

/* No BLS12-381 in this program: trouble of the process, never a refused input. */
static wh_status no_g1_add(void *ctx, const uint8_t in[256], uint8_t out[128])
{
    (void)ctx;
    (void)in;
    (void)out;
    return WH_E_CRYPTO;
}

static wh_status no_g2_add(void *ctx, const uint8_t in[512], uint8_t out[256])
{
    (void)ctx;
    (void)in;
    (void)out;
    return WH_E_CRYPTO;
}

static wh_status no_msm(void *ctx, const uint8_t *in, size_t n, uint8_t *out)
{
    (void)ctx;
    (void)in;
    (void)n;
    (void)out;
    return WH_E_CRYPTO;
}

static wh_status no_pairing(void *ctx, const uint8_t *in, size_t pairs, bool *one)
{
    (void)ctx;
    (void)in;
    (void)pairs;
    (void)one;
    return WH_E_CRYPTO;
}

static wh_status no_map(void *ctx, const uint8_t *in, uint8_t *out)
{
    (void)ctx;
    (void)in;
    (void)out;
    return WH_E_CRYPTO;
}

static wh_status no_kzg(void *ctx, const uint8_t commitment[48], const uint8_t z[32],
                        const uint8_t y[32], const uint8_t proof[48], bool *valid)
{
    (void)ctx;
    (void)commitment;
    (void)z;
    (void)y;
    (void)proof;
    (void)valid;
    return WH_E_CRYPTO;
}

void evm_crypto_portable(struct evm_crypto *out, struct wh_arena *scratch,
                         const struct evm_crypto *bls)
{
    *out = (struct evm_crypto){
        .ctx = scratch,
        .keccak256 = portable_keccak256,
        .keccak_many = portable_keccak_many,
        .ecrecover = portable_ecrecover,
        .sha256 = portable_sha256,
        .ripemd160 = portable_ripemd160,
        .modexp = portable_modexp,
        .bn254_add = bn254_add,
        .bn254_mul = bn254_mul,
        .bn254_pairing = bn254_pairing,
        .p256_verify = portable_p256_verify,
    };
    out->bls_g1_add = bls != NULL ? bls->bls_g1_add : no_g1_add;
    out->bls_g1_msm = bls != NULL ? bls->bls_g1_msm : no_msm;
    out->bls_g2_add = bls != NULL ? bls->bls_g2_add : no_g2_add;
    out->bls_g2_msm = bls != NULL ? bls->bls_g2_msm : no_msm;
    out->bls_pairing = bls != NULL ? bls->bls_pairing : no_pairing;
    out->bls_map_fp = bls != NULL ? bls->bls_map_fp : no_map;
    out->bls_map_fp2 = bls != NULL ? bls->bls_map_fp2 : no_map;
    out->kzg_verify = bls != NULL ? bls->kzg_verify : no_kzg;
}
