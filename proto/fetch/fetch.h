/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_FETCH_FETCH_H
#define WH_PROTO_FETCH_FETCH_H

/* Blocks from a node, with all that a stateless run of them reads: the raw block (debug_getRawBlock, or
 * rebuilt from eth_getBlockByNumber), the witness (debug_executionWitness, where the node has it), and
 * what the witness lacks, key by key while the block runs: eth_getProof at the parent, eth_getCode. A
 * sibling that only a collapsing branch needs has no key of its own: it is looked for by its hash
 * (debug_dbGet), derived from the proof after the block, where it stands merged into a longer path, or
 * reached by a key found for its path (siblings.c).
 *
 * The node is believed nothing: bytes are kept under their hash, and what nobody can bring is missing,
 * by name, never absent. One block at a time; not thread-safe. */

#include "proto/block/check.h"
#include "proto/block/fileset.h"
#include "proto/l1/rpc.h"

struct fetch;

/* fetch_open borrows rpc and crypto (whose functions need no context of their own). hints may be NULL. */
WH_MUST wh_status fetch_open(struct fetch **out, struct l1_rpc *rpc,
                             const struct evm_crypto *crypto, const struct fileset_hints *hints,
                             struct wh_error *err);
void fetch_close(struct fetch *f); /* takes NULL */

/* fetch_head is the number of the newest block. */
WH_MUST wh_status fetch_head(struct fetch *f, uint64_t *number, struct wh_error *err);

/* fetch_block brings block number >= 1 with the headers of its `headers` (1..256) ancestors at least,
 * and makes it the current one. *found false: the node has no such block. A block without a usable
 * witness comes with an empty one. WH_ERR_RPC_*: the node does not answer, or nonsense. *out is closed
 * by the caller before the next one. */
WH_MUST wh_status fetch_block(struct fetch *f, uint64_t number, unsigned headers,
                              struct blockfile *out, bool *found, struct wh_error *err);

/* What check_block takes for the current block, while *file lives: a crypto table that notes the keys
 * that are looked up, and who brings what is missing. */
const struct evm_crypto *fetch_crypto(struct fetch *f);
struct check_more fetch_more(struct fetch *f, const struct blockfile *file);

/* fetch_trouble is why the last check ended with a negative status; NULL: not because of the node.
 * fetch_fault is what the node said when it refused last; "" if it never did. */
const struct wh_error *fetch_trouble(const struct fetch *f);
const char *fetch_fault(const struct fetch *f);

/* How the blocks came so far. */
struct fetch_counts {
    uint64_t requests, proofs, codes;
    uint64_t derived;    /* siblings from proofs after the block */
    uint64_t by_hash;    /* objects of debug_dbGet */
    uint64_t by_key;     /* siblings reached by a key found for their path */
    bool raw, witnesses; /* the node serves debug_getRawBlock, debug_executionWitness */
};
struct fetch_counts fetch_counts(const struct fetch *f);

#endif
