/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_RUN_H
#define WH_DEPLOY_DEVNET_RUN_H

/* A state opened for execution: of a block that is built or built again, or of an eth_call. */

#include "deploy/devnet/execute.h"
#include "deploy/devnet/node.h"
#include "evm/tx/execute.h"
#include "evm/tx/validate.h"

struct run {
    struct node *node;
    const struct block *parent; /* BLOCKHASH looks from here on */
    size_t state_mark, frame_mark;
    struct objects_view view;
    struct wh_preimages preimages;
    struct state state;
    struct evm_block block;
    struct evm_origin origin;
    struct evm_host_contract host;
    struct execute execute;
    struct evm evm;
    uint64_t gas_used, blob_gas_used; /* of the block so far */
    uint64_t oldest_hash;             /* lowest number that BLOCKHASH was asked for */
};

/* run_open opens the state after parent. head gives number, time and so on of the block that runs;
 * base_fee and blob base fee follow from it. record: NULL, or collects the objects that are read. */
WH_MUST wh_status run_open(struct run *r, struct node *n, const struct block *parent,
                           const struct block_header *head, struct hash_set *record);
/* run_open_at opens the state of block b as eth_call sees it: b's own environment. */
WH_MUST wh_status run_open_at(struct run *r, struct node *n, const struct block *b);
void run_close(struct run *r); /* gives the arenas back; outputs are gone */

/* run_check applies the rules of validate.h to a transaction in this block and state (c3..c8, c10,
 * c11). WH_OK: *reject is the answer. */
WH_MUST wh_status run_check(struct run *r, const struct tx *tx, const address *sender,
                            enum tx_reject *reject);

/* run_tx runs a transaction that run_check accepted, with the debits of EXECUTE. Logs and output
 * live until the next run of this state. Gas used is added up. */
WH_MUST wh_status run_tx(struct run *r, const struct tx *tx, const address *sender,
                         struct tx_result *out);

#endif
