/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_FIELD4_INV_H
#define WH_EVM_PRECOMPILE_FIELD4_INV_H

#include "evm/precompile/field4.h"

/* field4_inv: out = a^-1 mod m as plain integers (no Montgomery form), 0 for 0. m is an odd prime,
 * a < m, inv = -m^-1 mod 2^64. out may be a. */
void field4_inv(uint64_t out[4], const uint64_t a[4], const uint64_t m[4], uint64_t inv);

#endif
