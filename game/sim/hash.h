/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_HASH_H
#define WH_GAME_SIM_HASH_H

#include "evm/base/crypto.h"

/* sim_hash_mix: a table whose keccak256 is a mixing function without cryptographic strength (two
 * lanes of folded multiplications), about 30 times as fast. Ids differ from those of
 * L1; the game does not: nobody here searches for collisions. Other entries are NULL. */
const struct evm_crypto *sim_hash_mix(void);

#endif
