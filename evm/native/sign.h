/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_NATIVE_SIGN_H
#define WH_EVM_NATIVE_SIGN_H

/* Signing with secp256k1 keys, for the L1 client, attesters and the devnet. Not for pure rooms.
 * Keys are 32 bytes, big-endian. Status: WH_E_FORMAT = not a key (0 or >= n); negative = trouble. */

#include "evm/base/bytes.h"
#include "evm/base/status.h"

/* wh_sign signs hash with a deterministic nonce (RFC 6979). s is in the lower half; parity 0 or 1
 * (recovery id of r, s). */
WH_MUST wh_status wh_sign(const uint8_t key[32], const bytes32 *hash, uint8_t r[32], uint8_t s[32],
                          unsigned *parity);

/* wh_key_public: x || y of the key's point. */
WH_MUST wh_status wh_key_public(const uint8_t key[32], uint8_t out[64]);

/* wh_key_address: the last 20 bytes of keccak256(x || y). */
WH_MUST wh_status wh_key_address(const uint8_t key[32], address *out);

/* wh_recover_address: who signed hash? WH_E_FORMAT: no such signature. */
WH_MUST wh_status wh_recover_address(const bytes32 *hash, const uint8_t r[32], const uint8_t s[32],
                                     unsigned parity, address *out);

#endif
