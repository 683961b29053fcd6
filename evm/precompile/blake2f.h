/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_BLAKE2F_H
#define WH_EVM_PRECOMPILE_BLAKE2F_H

#include "evm/base/bytes.h"

/* blake2f is BLAKE2b's compression function F with a free number of rounds (RFC 7693 3.2, EIP-152):
 * h is the state, changed in place; m the block; t the offset counter, low word first. */
void blake2f(uint32_t rounds, uint64_t h[8], const uint64_t m[16], const uint64_t t[2], bool final);

#endif
