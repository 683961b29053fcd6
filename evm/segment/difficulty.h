/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_DIFFICULTY_H
#define WH_EVM_SEGMENT_DIFFICULTY_H

/* Difficulty of a block before Paris (Yellow Paper 4.4.4; EIP-2, 100 and the bomb's delays). No step judges
 * it (PROTOCOL 4.1): who follows a chain does. */

#include "evm/base/fork.h"
#include "evm/base/u256.h"

enum difficulty_rule {
#define RULE(id, since, formula, delay) DIFFICULTY_##id,
#include "evm/segment/difficulty.def"
#undef RULE
};

/* difficulty_rule_of: the rule that a fork brought or kept. The glaciers of London's time are not forks
 * of the chain configuration; name them. */
enum difficulty_rule difficulty_rule_of(enum evm_fork fork);

struct difficulty_parent {
    u256 difficulty;
    uint64_t timestamp; /* seconds */
    bool has_ommers;    /* its list of ommers is not empty */
};

/* difficulty_next is the difficulty of block number with that timestamp, >= the parent's. */
u256 difficulty_next(enum difficulty_rule rule, const struct difficulty_parent *parent,
                     uint64_t number, uint64_t timestamp);

#endif
