/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_RING_H
#define WH_EVM_SEGMENT_RING_H

/* The ring of the last 256 block hashes under anc_root: a Merkle tree of depth 8, slot n mod 256 = hash
 * of block n, slot 0 leftmost, node = keccak(l || r), leaves raw (PROTOCOL 2, 4.1 BLOCKHASH, 4.4). */

#include "evm/base/bytes.h"
#include "evm/base/preimage.h"
#include "evm/base/status.h"

enum { RING_SLOTS = 256, RING_DEPTH = 8 };

/* An opened slot: its value and the siblings on the way up, deepest first. */
struct ring_path {
    uint8_t slot;
    bytes32 value;
    bytes32 siblings[RING_DEPTH];
};

/* ring_root of all slots. emit (may be NULL) is told of each inner node: hash and its 64 bytes, which
 * are valid during the call alone. */
typedef void (*ring_node)(void *ctx, const bytes32 *hash, const uint8_t node[64]);
void ring_root(const bytes32 slots[RING_SLOTS], bytes32 *root, ring_node emit, void *ctx);

/* ring_open walks from root to slot through 8 preimages of kind DATA, always all 8. A node that is not
 * 64 bytes is WH_E_FORMAT. */
WH_MUST wh_status ring_open(const struct wh_preimages *preimages, const bytes32 *root, uint8_t slot,
                            struct ring_path *out);

/* ring_fold is the root after the opened slot got another value. path is unchanged. emit as above. */
void ring_fold(const struct ring_path *path, const bytes32 *value, bytes32 *root, ring_node emit,
               void *ctx);

/* ring_lookup is BLOCKHASH(n) in block number, for number-256 <= n < number: opens the slot; a zero slot
 * is WH_E_MISSING, never 0. */
WH_MUST wh_status ring_lookup(const struct wh_preimages *preimages, const bytes32 *root, uint64_t n,
                              bytes32 *out);

#endif
