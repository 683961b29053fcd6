/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_PORTABLE_PORTABLE_H
#define WH_EVM_PRECOMPILE_PORTABLE_PORTABLE_H

/* The crypto table in plain C, for a guest without libraries, and as a second opinion on the
 * libraries of evm/native. Contracts of the slots: evm/base/crypto.h. */

#include "evm/base/arena.h"
#include "evm/base/crypto.h"

/* evm_crypto_portable fills the table. scratch (borrowed, becomes ctx) holds numbers of modexp
 * during a call and is rewound after it, so a table serves one thread. bls: where the slots of
 * BLS12-381 and KZG come from (they are called with this table's ctx and must not need another);
 * NULL leaves them answering WH_E_CRYPTO. */
void evm_crypto_portable(struct evm_crypto *out, struct wh_arena *scratch,
                         const struct evm_crypto *bls);

wh_status portable_ecrecover(void *ctx, const uint8_t hash[32], const uint8_t r[32],
                             const uint8_t s[32], unsigned parity, uint8_t out[64]);
wh_status portable_p256_verify(void *ctx, const uint8_t in[160], bool *valid);
wh_status portable_ripemd160(void *ctx, const uint8_t *data, size_t len, uint8_t out[20]);
/* ctx: struct wh_arena *. WH_E_NOMEM if it is full. */
wh_status portable_modexp(void *ctx, wh_span base, wh_span exp, wh_span mod, uint8_t *out);

#endif
