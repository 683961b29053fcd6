/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_BASE_FORK_H
#define WH_EVM_BASE_FORK_H

/* Fork ids, as they stand in the chain configuration and in SegState (PROTOCOL 1, 2). They ascend
 * in time, so "since a fork" is fork >= FORK_X. DAO is homestead with one irregular change of
 * state; the BPO forks are Osaka with other blob limits. 0 is no fork. */
enum evm_fork {
    FORK_FRONTIER = 1,
    FORK_HOMESTEAD = 2,
    FORK_DAO = 3,
    FORK_TANGERINE = 4, /* EIP-150 */
    FORK_SPURIOUS = 5,  /* EIP-158 */
    FORK_BYZANTIUM = 6,
    FORK_CONSTANTINOPLE = 7,
    FORK_PETERSBURG = 8,
    FORK_ISTANBUL = 9,
    FORK_BERLIN = 10,
    FORK_LONDON = 11,
    FORK_PARIS = 12,
    FORK_SHANGHAI = 13,
    FORK_CANCUN = 14,
    FORK_PRAGUE = 15,
    FORK_OSAKA = 16,
    FORK_BPO1 = 17,
    FORK_BPO2 = 18,
    FORK_BPO3 = 19,
    FORK_BPO4 = 20,
    FORK_BPO5 = 21,
};

enum { FORK_COUNT = 22 }; /* rows of a table indexed by fork; row 0 is unused */

#endif
