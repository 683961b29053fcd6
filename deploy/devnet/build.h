/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_BUILD_H
#define WH_DEPLOY_DEVNET_BUILD_H

/* One block: system calls, transactions, requests, EXECUTE's excess, settled and sealed
 * (EIP-4788, 2935, 7002, 7251, 7685; PROTOCOL 6). */

#include "deploy/devnet/node.h"
#include "proto/sys/buf.h"

extern const address GENESIS_TRACE_STORE; /* TraceStore stands here from genesis on */

#define BLOCK_BODY_MAX 8380416u /* bytes of transactions; EIP-7934 less header and lists */

/* build_header fills the fields of the child of parent that are known before it runs. */
void build_header(const struct node *n, const struct block *parent, uint64_t timestamp,
                  struct block_header *out);

/* build_block makes the child of the head from the pool's transactions, without appending it. What
 * the pool holds and can never be mined is removed from it. Any status but WH_OK: no block. */
WH_MUST wh_status build_block(struct node *n, uint64_t timestamp, struct block **out);

/* What a block reads: objects of its parent's state, keys (a length byte, then an address or slot),
 * and the lowest block number that BLOCKHASH was asked for. */
struct build_witness {
    struct hash_set objects;
    struct wh_buf keys;
    uint64_t oldest_hash;
};
void build_witness_done(struct build_witness *w);

/* build_again runs a block once more on its parent's state. WH_E_MISMATCH: another state root came
 * out (the chunks that it saw are no longer canonical). */
WH_MUST wh_status build_again(struct node *n, const struct block *b, struct build_witness *witness);

/* build_genesis makes block 0 with its state: dev accounts, the contracts of system.def, 0x0101,
 * TraceStore. */
WH_MUST wh_status build_genesis(struct node *n, struct block **out);

#endif
