/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_AGENT_OBJECTS_H
#define WH_GAME_AGENT_OBJECTS_H

/* What execution reads by hash: made in this run (memory), kept (store), or brought from outside
 * (block files, an L2 node). Bytes from outside are hashed before they count. Nothing here answers
 * "absent": what nobody has is WH_E_MISSING, remembered by its hash for the message. */

#include "evm/base/arena.h"
#include "evm/base/crypto.h"
#include "evm/base/preimage.h"
#include "game/store/store.h"

/* A source outside: fills *out with bytes that hash to *hash, or WH_E_MISSING. It hashes them. */
struct agent_source {
    void *ctx; /* borrowed */
    wh_status (*fetch)(void *ctx, enum wh_object kind, const bytes32 *hash, struct wh_buf *out,
                       struct wh_error *err);
};

struct agent_object {
    bytes32 hash;
    wh_span bytes; /* ptr NULL: free place */
    uint8_t kind;
    bool fresh; /* not in the store yet */
};

struct agent_objects {
    const struct evm_crypto *crypto; /* borrowed */
    struct store *store;             /* borrowed */
    struct wh_arena *arena;          /* borrowed; holds all bytes until objects_clear */
    struct agent_source source;      /* fetch may be NULL */
    struct agent_object *places;     /* owns; open addressing */
    size_t place_count, used;        /* place_count is a power of two */
    bytes32 missing;                 /* last hash that nobody had */
    enum wh_object missing_kind;
    bool is_missing;
    struct wh_error err; /* trouble behind a negative status */
};

WH_MUST wh_status objects_init(struct agent_objects *o, const struct evm_crypto *crypto,
                               struct store *store, struct wh_arena *arena, struct wh_error *err);
void objects_done(struct agent_objects *o);

/* objects_clear forgets everything in memory; call it before the arena is rewound. */
void objects_clear(struct agent_objects *o);

/* Views for execution. */
struct wh_preimages objects_preimages(struct agent_objects *o);
struct wh_sink objects_sink(struct agent_objects *o);

/* objects_keep puts bytes (copied) under their hash; fresh until stored. hash may be NULL. */
WH_MUST wh_status objects_keep(struct agent_objects *o, enum wh_object kind, wh_span bytes,
                               const bytes32 *hash);

/* objects_store writes what is fresh; inside the caller's store transaction. */
WH_MUST wh_status objects_store(struct agent_objects *o, struct wh_error *err);

#endif
