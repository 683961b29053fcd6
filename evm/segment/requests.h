/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_REQUESTS_H
#define WH_EVM_SEGMENT_REQUESTS_H

/* Requests of a block (EIP-7685): deposits read from logs (EIP-6110), withdrawals (EIP-7002) and
 * consolidations (EIP-7251) from system calls at END. Deposits of many steps go into one SHA-256 by its
 * chaining value (PROTOCOL 4.3). */

#include "evm/base/crypto.h"
#include "evm/hash/sha256.h"
#include "evm/segment/seg_state.h"
#include "evm/state/state.h"

enum request_type { REQUEST_DEPOSIT = 0, REQUEST_WITHDRAWAL = 1, REQUEST_CONSOLIDATION = 2 };

enum { DEPOSIT_SIZE = 192 }; /* pubkey 48 | credentials 32 | amount 8 | signature 96 | index 8 */

/* deposit_log: is this log a DepositEvent of contract? */
bool deposit_log(const struct state_log *log, const address *contract);

/* deposit_read checks the layout of a DepositEvent's data and packs the 192 bytes. False: wrong layout,
 * the block is invalid. */
bool deposit_read(wh_span data, uint8_t out[DEPOSIT_SIZE]);

/* deposits_start sets dep_mid, dep_tail, dep_n of a block that reads deposits; deposits_add appends one;
 * deposits_hash is sha256(0x00 || all of them). */
void deposits_start(struct seg_state *s);
void deposits_add(struct seg_state *s, const uint8_t deposit[DEPOSIT_SIZE]);
void deposits_hash(const struct seg_state *s, bytes32 *out);

/* requests_hash of EIP-7685: sha256 of the concatenated sha256(type || data) of those with data. Each
 * entry of hashes is NULL or such a hash, in order of type. */
WH_MUST wh_status requests_hash(const struct evm_crypto *crypto, const bytes32 *const hashes[3],
                                bytes32 *out);

/* request_hash is sha256(type || data). scratch is rewound. */
WH_MUST wh_status request_hash(const struct evm_crypto *crypto, struct wh_arena *scratch,
                               uint8_t type, wh_span data, bytes32 *out);

#endif
