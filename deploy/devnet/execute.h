/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_EXECUTE_H
#define WH_DEPLOY_DEVNET_EXECUTE_H

/* EXECUTE, the contract that the node answers itself at 0x0101 (PROTOCOL 6).
 *
 *   execute_open_block | per transaction: execute_open_tx, run, execute_close_tx | execute_close_block
 *
 * Prepaid balances are slots 2^160 + account of 0x0101, the excess is its slot 0. */

#include "deploy/devnet/chunks.h"
#include "deploy/devnet/price.h"
#include "evm/interp/evm.h"

#define EXECUTE_SELECTOR_RUN     0x57480001u
#define EXECUTE_SELECTOR_CHUNKS  0x57480002u
#define EXECUTE_SELECTOR_DEPOSIT 0x57480003u
#define EXECUTE_GAS_PRICE        100
#define EXECUTE_GAS_RUN          50000
#define EXECUTE_GAS_DEPOSIT      25000

extern const address EXECUTE_ADDRESS;

struct execute {
    const struct evm_crypto *crypto; /* borrowed */
    const struct chunks *chunks;     /* borrowed */
    struct wh_arena *arena;          /* borrowed: memory of one run, rewound after it */
    uint64_t number;                 /* of the block that is built */
    struct ledger ledger;
    uint8_t output[128];
    wh_status trouble; /* the negative status of a run, if one had any */
};

/* The slot of an account's prepaid balance. */
u256 execute_balance_slot(const address *account);

/* execute_open_block reads the excess; execute_open_tx the origin's balance. The state has no open
 * transaction in all four. close_tx writes the debits, close_block the next excess. */
WH_MUST wh_status execute_open_block(struct execute *e, struct state *st, uint64_t number);
WH_MUST wh_status execute_open_tx(struct execute *e, struct state *st, const address *origin);
WH_MUST wh_status execute_close_tx(struct execute *e, struct state *st, const address *origin);
WH_MUST wh_status execute_close_block(struct execute *e, struct state *st);

/* execute_host is the entry for struct evm; e outlives it. */
struct evm_host_contract execute_host(struct execute *e);

#endif
