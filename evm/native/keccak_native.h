/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_NATIVE_KECCAK_NATIVE_H
#define WH_EVM_NATIVE_KECCAK_NATIVE_H

/* Keccak-256 by what the CPU can do. Each level is tested against the plain C of evm/hash.
 *
 *   C       evm/hash/keccak.c
 *   BMI2    the same source compiled with andn and rorx
 *   AVX2    4 messages side by side
 *   AVX512  8 messages side by side in zmm, up to 4 in ymm (vprolq, vpternlogq) */

#include "evm/base/bytes.h"

enum wh_keccak_level {
    WH_KECCAK_C,
    WH_KECCAK_BMI2,
    WH_KECCAK_AVX2,
    WH_KECCAK_AVX512,
    WH_KECCAK_LEVELS,
};

/* The two hash slots of struct evm_crypto; ctx is not looked at. many: any n; messages of any lengths
 * share the lanes, longest first. out may not overlap the messages. */
struct wh_keccak_ops {
    const char *name;
    unsigned lanes;
    void (*one)(void *ctx, const uint8_t *data, size_t len, bytes32 *out);
    void (*many)(void *ctx, size_t n, const wh_span *in, bytes32 *out);
};

/* wh_keccak_ops of a level; NULL: not in this build, or not on this CPU. */
const struct wh_keccak_ops *wh_keccak_ops(enum wh_keccak_level level);

/* wh_keccak_best is the strongest level here. */
const struct wh_keccak_ops *wh_keccak_best(void);

/* Private to the level files: filled tables, there or not by architecture. */
extern const struct wh_keccak_ops wh_keccak_bmi2, wh_keccak_avx2, wh_keccak_avx512;

#endif
