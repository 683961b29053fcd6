/* SPDX-License-Identifier: MIT */
/* Choice of the keccak level by CPU. */
#include "evm/native/keccak_native.h"

#include "evm/hash/keccak.h"

static void plain_one(void *ctx, const uint8_t *data, size_t len, bytes32 *out)
{
    (void)ctx;
    keccak256(data, len, out);
}

static void plain_many(void *ctx, size_t n, const wh_span *in, bytes32 *out)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        keccak256(in[i].ptr, in[i].len, &out[i]);
}

static const struct wh_keccak_ops plain = {"c", 1, plain_one, plain_many};

const struct wh_keccak_ops *wh_keccak_ops(enum wh_keccak_level level)
{
#if defined(__x86_64__)
    bool bmi2 = __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    bool avx2 = bmi2 && __builtin_cpu_supports("avx2");
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
    switch (level) {
    case WH_KECCAK_C: return &plain;
    case WH_KECCAK_BMI2: return bmi2 ? &wh_keccak_bmi2 : NULL;
    case WH_KECCAK_AVX2: return avx2 ? &wh_keccak_avx2 : NULL;
    case WH_KECCAK_AVX512: return avx512 ? &wh_keccak_avx512 : NULL;
    case WH_KECCAK_LEVELS: break;
    }
    return NULL;
#else
    return level == WH_KECCAK_C ? &plain : NULL;
#endif
}

const struct wh_keccak_ops *wh_keccak_best(void)
{
    for (int level = WH_KECCAK_LEVELS - 1; level > WH_KECCAK_C; level--) {
        const struct wh_keccak_ops *ops = wh_keccak_ops((enum wh_keccak_level)level);
        if (ops != NULL) return ops;
    }
    return &plain;
}
