/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_PRECOMPILE_H
#define WH_EVM_PRECOMPILE_PRECOMPILE_H

/* precompile runs the contracts that exist by rule alone: addresses 0x01..0x11 and 0x100.
 *
 * Spec: Yellow Paper appendix E; EIP-196, 197, 198, 152, 1108, 2565, 4844, 2537, 7823, 7883, 7951.
 * Which exist since when, and what they cost in which fork, are rows of precompiles.def.
 * Invariants
 *   - Gas is computed from lengths and checked before any work on the input.
 *   - Indexes ascend with the fork: the precompiles of a fork are the indexes
 *     [0, precompile_count(fork)).
 *   - A refused input is an outcome (ok false); a negative status is trouble of this process. */

#include "evm/base/arena.h"
#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/fork.h"
#include "evm/base/status.h"

struct precompile_result {
    bool ok;          /* false: the call fails, all gas of the frame is gone, no output */
    int64_t gas_used; /* <= gas_limit; == gas_limit if ok is false */
    wh_span output;   /* in the scratch arena, or empty */
};

/* precompile_find: is there a precompile at a in this fork? *index is set on true alone. */
bool precompile_find(enum evm_fork fork, const address *a, unsigned *index);

/* precompile_count is the number of precompiles of a fork; with precompile_address it lists the
 * addresses that are warm from the start of a transaction (EIP-2929). index < count of Osaka. */
unsigned precompile_count(enum evm_fork fork);
void precompile_address(unsigned index, address *out);
const char *precompile_name(unsigned index); /* "ECRECOVER", for traces and messages */

/* precompile_gas is the price of a call with this input, saturated at INT64_MAX. */
int64_t precompile_gas(unsigned index, enum evm_fork fork, wh_span input);

/* precompile_run executes the precompile with that index. gas_limit >= 0: gas of the frame.
 * WH_OK: *out is the outcome, scratch has grown by the output alone. Negative: WH_E_NOMEM (scratch
 * full) or what the crypto table reports; *out is undefined. Never a positive status. input may lie
 * in scratch. */
WH_MUST wh_status precompile_run(unsigned index, enum evm_fork fork,
                                 const struct evm_crypto *crypto, wh_span input, int64_t gas_limit,
                                 struct wh_arena *scratch, struct precompile_result *out);

#endif
