/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_BN254_H
#define WH_EVM_PRECOMPILE_BN254_H

/* bn254 (alt_bn128) in plain C, in the shape of the slots of struct evm_crypto; ctx is unused.
 * Spec: EIP-196, EIP-197. WH_E_FORMAT: a coordinate not below p, a point not on its curve, a point
 * of G2 outside the subgroup. Zeros are infinity. No memory, no failure of its own. */

#include "evm/base/bytes.h"
#include "evm/base/status.h"

wh_status bn254_add(void *ctx, const uint8_t in[128], uint8_t out[64]);
wh_status bn254_mul(void *ctx, const uint8_t in[96], uint8_t out[64]);
wh_status bn254_pairing(void *ctx, const uint8_t *in, size_t pairs, bool *one);

#endif
