/* SPDX-License-Identifier: MIT */
#include "evm/native/crypto.h"
#include "evm/native/keccak_native.h"
#include "evm/native/private.h"
#include "evm/precompile/bn254.h"

#include <pthread.h>
#if defined(__x86_64__)
#    include <cpuid.h>
#endif

/* init overwrites the slots that depend on the CPU: both keccak, and bn254. */
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

#if defined(__x86_64__)
/* mulx and the two carry chains: CPUID leaf 7, EBX bits 8 (BMI2) and 19 (ADX). clang 14 knows no
 * __builtin_cpu_supports("adx"). */
static void bn254_init(void)
{
    unsigned a, b, c, d;
    const unsigned both = 1u << 8 | 1u << 19;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & both) != both) return;
    table.bn254_add = bn254_add_adx;
    table.bn254_mul = bn254_mul_adx;
    table.bn254_pairing = bn254_pairing_adx;
}
#else
static void bn254_init(void) {}
#endif

static void init(void)
{
    bn254_init();
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
