/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_NATIVE_CRYPTO_H
#define WH_EVM_NATIVE_CRYPTO_H

/* The crypto table of a host: libsecp256k1, OpenSSL, GMP, blst, own keccak and bn254. */

#include "evm/base/crypto.h"

/* wh_native_crypto returns the table of this process, built on the first call; thread-safe. NULL:
 * a library could not be set up (memory). */
const struct evm_crypto *wh_native_crypto(void);

#endif
