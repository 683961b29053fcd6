/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_TX_EXECUTE_H
#define WH_EVM_TX_EXECUTE_H

/* Runs one valid transaction: buys gas, raises the nonce, warms the access list, sets delegations, runs
 * the message, pays refund and coinbase, ends the transaction of the state (Yellow Paper 6; EIP-1559,
 * 2929, 2930, 3529, 3651, 4844, 7623, 7702). Sits on evm/interp although decoding sits below it. */

#include "evm/interp/evm.h"
#include "evm/tx/tx.h"

struct tx_result {
    bool success;                 /* receipt status */
    uint64_t gas_used;            /* after refund and floor */
    uint64_t gas_refunded;        /* what the refund counter took off */
    u256 effective_price;         /* wei per gas */
    u256 priority;                /* wei per gas, to the coinbase */
    uint64_t blob_gas;            /* EIP-4844 */
    bool has_created;             /* a creation */
    address created;              /* its address, also of a failed one */
    wh_span output;               /* in evm->arena from its mark at entry on */
    const struct state_log *logs; /* in the state, until the next state_begin_tx */
    size_t log_count;
};

/* tx_execute: c1..c11 of PROTOCOL 4.3 have passed (validate.h), the sender's account is loaded and no
 * transaction of the state is open. Asks for the coinbase's account first. evm->origin is set for the
 * run. WH_OK: *out is the outcome; the state is committed, not settled. Any other status: as
 * evm_execute. */
WH_MUST wh_status tx_execute(struct evm *evm, const struct tx *tx, const address *sender,
                             struct tx_result *out);

#endif
