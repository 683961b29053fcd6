/* SPDX-License-Identifier: MIT */
#include "evm/native/crypto.h"
#include "evm/native/keccak_native.h"
#include "evm/native/private.h"
#include "evm/precompile/bn254.h"
#include "evm/precompile/portable/portable.h"

#include <pthread.h>
#if defined(__x86_64__)
#    include <cpuid.h>
#endif

/* init overwrites the slots that depend on the CPU: keccak, SHA-256, bn254. */
static struct evm_crypto table = {
    .ctx = NULL,
    .ecrecover = native_ecrecover,
    .sha256 = native_sha256,
    .ripemd160 = portable_ripemd160,
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
/* CPUID by hand: clang 14 knows no __builtin_cpu_supports("adx") or ("sha"). */
static void cpu_init(void)
{
    enum {
        BMI2 = 1 << 8,
        ADX = 1 << 19,
        SHA = 1 << 29, /* leaf 7, EBX */
        SSSE3 = 1 << 9,
        SSE41 = 1 << 19 /* leaf 1, ECX */
    };
    unsigned a, b, c, d, ecx1;
    if (!__get_cpuid(1, &a, &b, &ecx1, &d) || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    if ((b & BMI2) != 0 && (b & ADX) != 0) {
        table.bn254_add = bn254_add_adx;
        table.bn254_mul = bn254_mul_adx;
        table.bn254_pairing = bn254_pairing_adx;
    }
    if ((b & SHA) != 0 && (ecx1 & SSSE3) != 0 && (ecx1 & SSE41) != 0)
        table.sha256 = native_sha256_ni;
}
#else
static void cpu_init(void) {}
#endif

static void init(void)
{
    cpu_init();
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
