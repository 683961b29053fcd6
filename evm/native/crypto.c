/* SPDX-License-Identifier: MIT */
#include "evm/native/crypto.h"
#include "evm/native/keccak_native.h"
#include "evm/native/private.h"
#include "evm/precompile/bn254.h"

#include <pthread.h>

/* Both keccak slots are filled by init, by what the CPU can do. */
static struct evm_crypto table = {
    .ctx = NULL,
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
    const struct wh_keccak_ops *keccak = wh_keccak_best();
    table.keccak256 = keccak->one;
    table.keccak_many = keccak->many;
    ready = native_p256_init() && native_kzg_init();
}

const struct evm_crypto *wh_native_crypto(void)
{
    pthread_once(&once, init);
    return ready ? &table : NULL;
}
