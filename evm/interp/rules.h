/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_INTERP_RULES_H
#define WH_EVM_INTERP_RULES_H

/* What the active fork changes, as data (rules.def). */

#include "evm/base/fork.h"

#include <stdint.h>

struct evm_rules {
#define RULE(name, row) int64_t name;
#include "evm/interp/rules.def"
#undef RULE
};

/* evm_rules_of: fork is one of enum evm_fork. */
const struct evm_rules *evm_rules_of(enum evm_fork fork);

/* Prices that no fork has changed. */
enum {
    GAS_COLD_ACCOUNT = 2600, /* EIP-2929 */
    GAS_COLD_SLOT = 2100,
    GAS_WARM = 100,
    GAS_SSTORE_SET = 20000,
    GAS_CALL_VALUE = 9000,
    GAS_CALL_STIPEND = 2300,
    GAS_NEW_ACCOUNT = 25000,
    GAS_COPY_WORD = 3,
    GAS_KECCAK_WORD = 6,
    GAS_LOG_BYTE = 8,
    GAS_CODE_BYTE = 200,
    GAS_MEMORY_WORD = 3,
    GAS_MEMORY_DIVISOR = 512,
};

#endif
