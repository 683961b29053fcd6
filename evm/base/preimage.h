/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_BASE_PREIMAGE_H
#define WH_EVM_BASE_PREIMAGE_H

/* The one way in which pure rooms read anything: preimage(keccak) -> bytes (PROTOCOL 5).
 *
 * Invariants
 *   - get answers only bytes of that hash; who serves it (trace, store, witness) has checked it.
 *   - WH_E_MISSING never means absent: it ends the step at once, through all call frames (F1).
 *   - Every object that a step depends on is reported in that step: by get, or by use when a
 *     result-neutral cache already holds its bytes. So recording and the witness cap do not
 *     depend on caches.
 *   - keccak("") and keccak(0x80) are never asked for. */

#include "evm/base/bytes.h"
#include "evm/base/status.h"

enum wh_object {
    WH_OBJECT_NODE = 0, /* trie node; counts for the witness cap */
    WH_OBJECT_CODE = 1, /* contract code; counts for the witness cap */
    WH_OBJECT_DATA = 2, /* configuration, item, rest, frontier, header, list, ring node */
};

struct wh_preimages {
    void *ctx; /* borrowed */
    /* get finds the bytes of hash. *bytes outlives the step. */
    wh_status (*get)(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes);
    /* use reports the first use in this step of an object answered by a cache. NULL: nobody asks. */
    wh_status (*use)(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes);
};

/* Where a step hands out the objects that it made (new trie nodes, codes, frontiers, ring nodes,
 * headers), so that later steps find them. bytes lives in the arena of the step. */
struct wh_sink {
    void *ctx; /* borrowed */
    wh_status (*put)(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes);
};

#endif
