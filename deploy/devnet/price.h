/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_PRICE_H
#define WH_DEPLOY_DEVNET_PRICE_H

/* What EXECUTE costs and who may pay: price, excess, and the ledger of one L1 block (PROTOCOL 6).
 *
 * Invariants
 *   - used and the debits live outside the EVM's journal: no revert undoes them (I31, T16).
 *   - A run may spend what the payer had when the transaction started, less the debits of this
 *     transaction; a deposit of the same transaction does not count yet.
 *   - The price is fixed when the block is opened. */

#include "evm/base/bytes.h"
#include "evm/base/u256.h"

#define EXECUTE_LIMIT       ((uint64_t)1 << 27) /* X per L1 block */
#define EXECUTE_TARGET      ((uint64_t)1 << 26)
#define EXECUTE_PRICE_MIN   1000000u   /* wei per X */
#define EXECUTE_DENOMINATOR 569766805u /* TARGET / ln 1.125: at most +12.5 % per full block */
#define EXECUTE_CHUNK_MAX   100000u    /* bytes of one chunk of a trace */

/* price_of is the price in wei per X at an excess: fake_exponential of EIP-4844. Saturates at
 * 2^256 - 1 (from an excess near 10^11 on, which no one can pay for). */
u256 price_of(uint64_t excess);

/* price_next_excess is the excess that the next block starts with. Saturates at 2^64 - 1. */
uint64_t price_next_excess(uint64_t excess, uint64_t used);

struct ledger {
    uint64_t excess; /* at the start of the block */
    uint64_t used;   /* X of all runs of the block so far */
    u256 price;      /* wei per X in this block */
    u256 balance;    /* prepaid by tx.origin, at the start of the transaction */
    u256 debits;     /* of this transaction */
};

enum ledger_answer {
    LEDGER_OK = 0,
    LEDGER_VALUE,  /* a run takes no value */
    LEDGER_STATIC, /* a static frame cannot pay */
    LEDGER_UNPAID, /* available < X * price */
    LEDGER_LIMIT,  /* used + X > LIMIT */
};

/* ledger_open_block fixes the price; ledger_open_tx takes the prepaid balance of tx.origin. */
void ledger_open_block(struct ledger *l, uint64_t excess);
void ledger_open_tx(struct ledger *l, const u256 *balance);

/* ledger_run charges a run of X. Any answer but LEDGER_OK leaves the ledger as it was: the call
 * fails and no work is done. */
enum ledger_answer ledger_run(struct ledger *l, uint64_t x, const u256 *value, bool is_static);

#endif
