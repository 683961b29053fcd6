/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_OBJECTS_H
#define WH_PROTO_BLOCK_OBJECTS_H

/* Bytes by their keccak: the index of a block file. Private to proto/block and proto/fetch. */

#include "evm/base/bytes.h"

struct block_object {
    bytes32 hash;
    wh_span bytes; /* borrowed; ptr NULL: free place */
};

struct block_objects {
    struct block_object *places; /* owns; open addressing */
    size_t place_count, count;
};

/* block_objects_add: false if out of memory. Later bytes of the same hash are the same bytes. */
bool block_objects_add(struct block_objects *o, const bytes32 *hash, wh_span bytes);
/* block_objects_reserve: room for n more without growing. */
bool block_objects_reserve(struct block_objects *o, size_t n);
bool block_objects_find(const struct block_objects *o, const bytes32 *hash, wh_span *bytes);
void block_objects_done(struct block_objects *o);

#endif
