/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_TX_INTRINSIC_H
#define WH_EVM_TX_INTRINSIC_H

/* Gas that a transaction owes before it runs (Yellow Paper 6.2, g0; EIP-2, 2028, 2930, 3860, 7623,
 * 7702). */

#include "evm/base/fork.h"
#include "evm/tx/tx.h"

struct tx_intrinsic {
    uint64_t gas;   /* must be <= tx.gas */
    uint64_t floor; /* EIP-7623: must be <= tx.gas, least gas used; 0 before Prague */
};

/* tx_intrinsic_gas: saturates at UINT64_MAX. */
struct tx_intrinsic tx_intrinsic_gas(const struct tx *tx, enum evm_fork fork);

#define TX_GAS_MAX  16777216u /* EIP-7825, Osaka */
#define TX_INIT_MAX 49152u    /* EIP-3860, Shanghai */

#endif
