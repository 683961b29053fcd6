/* SPDX-License-Identifier: MIT */
#include "evm/native/crypto.h"
#include "evm/hash/keccak.h"
#include "evm/native/private.h"
#include "evm/precompile/bn254.h"

#include <pthread.h>

static void native_keccak256(void *ctx, const uint8_t *data, size_t len, bytes32 *out)
{
    (void)ctx;
    keccak256(data, len, out);
}

static void native_keccak_many(void *ctx, size_t n, const wh_span *in, bytes32 *out)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        keccak256(in[i].ptr, in[i].len, &out[i]);
}

static const struct evm_crypto table = {
    .ctx = NULL,
    .keccak256 = native_keccak256,
    .keccak_many = native_keccak_many,
    .ecrecover = native_ecrecover,
    .sha256 = native_sha256,
    .ripemd160 = native_ripemd160,
    .modexp = native_modexp,
    .bn254_add = bn254_add,
    .bn254_mul = bn254_mul,
    .bn254_pairing = bn254_pairing,
    .bls_g1_add = native_bls_g1_add,
    .bls_g1_msm = native_bls_g1_msm,
    .bls_g2_add = native_bls_g2_add,
    .bls_g2_msm = native_bls_g2_msm,
    .bls_pairing = native_bls_pairing,
    .bls_map_fp = native_bls_map_fp,
    .bls_map_fp2 = native_bls_map_fp2,
    .kzg_verify = native_kzg_verify,
    .p256_verify = native_p256_verify,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool ready;

static void init(void)
{
    ready = native_p256_init() && native_kzg_init();
}

const struct evm_crypto *wh_native_crypto(void)
{
    pthread_once(&once, init);
    return ready ? &table : NULL;
}
