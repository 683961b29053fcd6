/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_LOCATE_H
#define WH_PROTO_BLOCK_LOCATE_H

/* Where in the state a node belongs that a file lacks: so that it can be fetched by eth_getProof. */

#include "proto/block/check.h"

/* locate_node searches the tries under root, as far as known->get answers (it asks nobody), for the parent
 * of m->hash, and fills owner and path. located stays false if no known node refers to it (the parent was
 * made inside the block) or memory runs out. */
void locate_node(const struct wh_preimages *known, const bytes32 *root, struct check_missing *m);

#endif
