/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_BLOCK_H
#define WH_DEPLOY_DEVNET_BLOCK_H

/* Transactions, their outcomes and blocks as the node keeps them. All of them live until the node ends:
 * a reorg changes which blocks are canonical, never a block. */

#include "evm/segment/header.h"
#include "evm/tx/execute.h"
#include "evm/tx/tx.h"

struct block;

struct txn {
    bytes32 hash;
    address sender;
    struct tx tx;        /* borrows from raw */
    struct block *block; /* canonical block that holds it, or NULL */
    uint32_t index;      /* in that block */
    bool pooled;
    uint64_t arrival; /* order of entry into the pool */
    uint64_t build;   /* number of the build that left it out; see pool_pick */
    struct txn *next; /* list of all; owns */
    uint8_t raw[];    /* EIP-2718 bytes, without a blob sidecar */
};

/* What a mined transaction did. */
struct outcome {
    bool ok;
    bool created; /* contract is set */
    address contract;
    uint64_t gas_used, cumulative_gas, blob_gas;
    u256 price; /* effective, wei per gas */
    uint8_t bloom[256];
    uint32_t first_log, log_count; /* first_log: index of its first log in the block */
    struct state_log *logs;        /* owns, with the data behind them */
};

struct block {
    struct block_header head;
    bytes32 hash;
    wh_span header;       /* owns: its RLP */
    struct block *parent; /* NULL: genesis */
    uint32_t tx_count;
    struct txn **txs;         /* owns the array */
    struct outcome *outcomes; /* owns */
    uint64_t size;            /* bytes of the block's RLP */
    uint64_t execute_used;    /* X of all EXECUTE runs */
    struct block *next;       /* list of all; owns */
};

/* txn_new copies raw and decodes it; sender recovered. WH_E_FORMAT: not a transaction; MISMATCH:
 * no valid signature. The caller owns *out (free) until the node takes it. */
WH_MUST wh_status txn_new(const struct evm_crypto *crypto, wh_span raw, struct txn **out);

/* block_seal makes a block of a finished header, without transactions yet. The caller owns *out. */
WH_MUST wh_status block_seal(const struct evm_crypto *crypto, const struct block_header *head,
                             struct block *parent, struct block **out);
void block_free(struct block *b); /* takes NULL */

/* outcome_make copies the logs to the heap (one allocation, o->logs). first_log and cumulative_gas
 * count within the block; scratch is rewound. */
WH_MUST wh_status outcome_make(const struct evm_crypto *crypto, struct wh_arena *scratch,
                               const struct tx_result *result, uint32_t first_log,
                               uint64_t cumulative_gas, struct outcome *o);
/* outcome_encode writes the receipt's EIP-2718 bytes into the arena. */
WH_MUST wh_status outcome_encode(struct wh_arena *arena, enum tx_type type, const struct outcome *o,
                                 wh_span *out);

/* bloom_has: may the bytes be in the filter? (Yellow Paper, 4.4.3) */
bool bloom_has(const struct evm_crypto *crypto, const uint8_t bloom[256], const uint8_t *bytes,
               size_t len);

#endif
