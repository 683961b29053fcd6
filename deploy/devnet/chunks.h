/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_CHUNKS_H
#define WH_DEPLOY_DEVNET_CHUNKS_H

/* The index of trace chunks: which bytes canonical transactions gave to TraceStore (PROTOCOL 6).
 *
 * Invariants
 *   - A chunk counts iff a canonical transaction has to == TraceStore, status 1, value 0 and
 *     calldata exactly post(bytes) in canonical ABI with 1..100,000 bytes. A call by a contract
 *     leaves no such calldata and does not count.
 *   - In block b only chunks of blocks b-8191..b-1 are available, never those of b itself.
 *   - Entries are in chain order, so a reorg takes them off the end. */

#include "evm/base/bytes.h"
#include "evm/base/status.h"

#define CHUNK_WINDOW 8191u /* blocks */

struct chunk {
    bytes32 hash; /* keccak of bytes */
    uint64_t number;
    wh_span bytes;   /* borrows from the block's transaction */
    uint32_t before; /* older entry of the same bucket + 1; 0 none */
};

struct chunks {
    struct chunk *items; /* owns */
    uint32_t *buckets;   /* owns; newest entry + 1 */
    size_t count, cap;
};

/* chunk_of_calldata: the bytes of a canonical post(bytes) call, or false. */
bool chunk_of_calldata(wh_span calldata, wh_span *bytes);

WH_MUST wh_status chunks_add(struct chunks *c, const bytes32 *hash, uint64_t number, wh_span bytes);

/* chunks_truncate forgets all entries of blocks above number. */
void chunks_truncate(struct chunks *c, uint64_t number);

/* chunks_find answers for a run in block b. WH_E_MISSING: not available there. */
WH_MUST wh_status chunks_find(const struct chunks *c, const bytes32 *hash, uint64_t block,
                              wh_span *bytes);
void chunks_done(struct chunks *c);

#endif
