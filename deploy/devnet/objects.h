/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_OBJECTS_H
#define WH_DEPLOY_DEVNET_OBJECTS_H

/* Everything the node knows by hash: trie nodes and codes of all states it ever had. Objects are
 * immutable and never removed, so a state root stays readable after any reorg or snapshot. */

#include "evm/base/bytes.h"
#include "evm/base/preimage.h"
#include "evm/base/status.h"

struct object {
    bytes32 hash;
    wh_span bytes; /* ptr == NULL: free place of the table */
};

struct object_slab;

struct objects {
    struct object *table; /* owns; open addressing, a power of two */
    size_t cap, count;
    size_t total_bytes;
    struct object_slab *slabs; /* owns the bytes */
};

/* A table starts zeroed. objects_done releases it. */
void objects_done(struct objects *o);

/* objects_put copies bytes in under their hash, which the caller vouches for. */
WH_MUST wh_status objects_put(struct objects *o, const bytes32 *hash, wh_span bytes);

/* objects_get: the bytes live as long as the table. WH_E_MISSING: not here. */
WH_MUST wh_status objects_get(const struct objects *o, const bytes32 *hash, wh_span *bytes);

/* objects_sink puts what a settle makes into the table. */
struct wh_sink objects_sink(struct objects *o);

/* A set of hashes, in order of first entry: what a recorded run asked for. Starts zeroed. */
struct hash_set {
    bytes32 *items;  /* owns */
    uint8_t *kinds;  /* owns; enum wh_object of each */
    uint32_t *index; /* owns; open addressing, item number + 1 */
    size_t count, cap;
};

WH_MUST wh_status hash_set_add(struct hash_set *s, enum wh_object kind, const bytes32 *hash);
void hash_set_done(struct hash_set *s);

/* objects_view serves a table as preimages; record may be NULL, else collects what is asked for. */
struct objects_view {
    const struct objects *objects;
    struct hash_set *record;
};
struct wh_preimages objects_preimages(struct objects_view *view);

#endif
