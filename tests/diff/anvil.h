/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_DIFF_ANVIL_H
#define WH_TESTS_DIFF_ANVIL_H

/* The other side: a process of anvil that mines on demand, asked over JSON-RPC. */

#include <jansson.h>

#include "evm/segment/header.h"
#include "proto/l1/rpc.h"
#include "tests/diff/case.h"
#include "tests/diff/process.h"

struct diff_anvil {
    struct anvil_process process;
    struct l1_rpc *rpc; /* of the process */
    char genesis[64];   /* path of the genesis file, removed at the end */
};

/* diff_anvil_start runs `program` on the genesis of a case. false says why on stderr. */
bool diff_anvil_start(struct diff_anvil *a, const char *program, const struct diff_case *c);
void diff_anvil_stop(struct diff_anvil *a);

/* diff_anvil_send gives raw transactions to the pool; wrong[i]: it is expected to be refused, which is
 * no failure. */
wh_status diff_anvil_send(struct diff_anvil *a, const struct wh_buf *raws, const bool *wrong,
                          unsigned n, struct wh_error *err);
/* diff_anvil_mine makes one block and empties the pool of what is left. */
wh_status diff_anvil_mine(struct diff_anvil *a, const address *coinbase, uint64_t timestamp,
                          struct wh_error *err);

struct diff_mined {
    struct block_header head;
    bytes32 hash;
    json_t *block, *receipts, *traces; /* owns */
};
/* diff_anvil_block reads a block; traces: with what each transaction returned. */
wh_status diff_anvil_block(struct diff_anvil *a, uint64_t number, bool traces,
                           struct diff_mined *out, struct wh_error *err);
void diff_mined_done(struct diff_mined *m);

/* diff_anvil_dump is the whole state: {"0x address": {nonce, balance, code, storage}}. */
wh_status diff_anvil_dump(struct diff_anvil *a, json_t **accounts, struct wh_error *err);

#endif
