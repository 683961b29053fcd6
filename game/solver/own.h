/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SOLVER_OWN_H
#define WH_GAME_SOLVER_OWN_H

/* own is the ready-made part of struct solver_own: a flat array of leaves, and spans over it. Trees
 * are built on first use, one per game asked about, in an arena that the caller drops after the
 * call of solver_moves (64 bytes and two hashes per leaf of the game). */

#include "game/solver/solver.h"

#define OWN_TREES 8u

struct own_leaves {
    const struct evm_crypto *crypto; /* borrowed; may be NULL */
    struct wh_arena *arena;          /* borrowed */
    unsigned k;
    const bytes32 *leaves; /* borrowed: leaf of own state 0..have */
    uint64_t have;
    struct {
        uint64_t first, len;
        struct tree tree;
        bool used;
    } cache[OWN_TREES];
    unsigned next; /* slot to replace */
};

void own_leaves_init(struct own_leaves *o, const struct evm_crypto *crypto, struct wh_arena *arena,
                     unsigned k, const bytes32 *leaves, uint64_t have);

/* For struct solver_own with ctx = struct own_leaves, or called by a wrapper. */
wh_status own_leaves_leaf(void *ctx, uint64_t index, bytes32 *out);
wh_status own_leaves_span(void *ctx, const struct solver_range *r, uint64_t pos, unsigned h,
                          bytes32 *out);

#endif
