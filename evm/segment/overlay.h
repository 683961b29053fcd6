/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_OVERLAY_H
#define WH_EVM_SEGMENT_OVERLAY_H

/* What earlier steps made, in front of another source: a later step finds both. */

#include "evm/base/arena.h"
#include "evm/base/preimage.h"

struct overlay_object {
    bytes32 hash;
    wh_span bytes;
};

struct overlay {
    const struct wh_preimages *below; /* borrowed; may be NULL: nothing below */
    const struct wh_sink *next;       /* borrowed: told as well; may be NULL */
    struct wh_arena *arena;           /* borrowed */
    struct overlay_object *objects;   /* open addressing; bytes.ptr NULL: free */
    size_t places, count;
};

void overlay_init(struct overlay *o, struct wh_arena *arena, const struct wh_preimages *below,
                  const struct wh_sink *next);

/* overlay_put remembers bytes, which must live as long as the overlay. WH_E_NOMEM alone. */
WH_MUST wh_status overlay_put(struct overlay *o, enum wh_object kind, const bytes32 *hash,
                              wh_span bytes);

/* The two faces. *out borrows o. */
void overlay_preimages(struct overlay *o, struct wh_preimages *out);
void overlay_sink(struct overlay *o, struct wh_sink *out);

#endif
