/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SOLVER_SOLVER_PRIVATE_H
#define WH_GAME_SOLVER_SOLVER_PRIVATE_H

#include "game/core/clock.h"
#include "game/solver/solver.h"

/* The most visits that one shown tree may ask of the contract. */
static inline uint32_t solver_max_visits(const struct solver_me *me)
{
    return me->max_visits != 0 ? me->max_visits : SOLVER_REFRESH_NODES;
}

/* One call of solver_moves. */
struct solver {
    const struct game *view;
    const struct solver_own *own;
    const struct solver_me *me;
    struct wh_arena *arena;
    struct game_pool moves; /* struct solver_move, in the order found */
    struct game_pool lines; /* struct solver_line */
    struct solver_out *out;
    uint32_t account; /* own record in the view, or GAME_NONE */
};

/* solver_emit appends a move with its key and gas limit not yet set; NULL: arena full. The caller
 * fills what is special, then calls solver_seal. */
struct solver_move *solver_emit(struct solver *s, unsigned kind, const bytes32 *id, uint64_t epoch);
void solver_seal(struct solver *s, struct solver_move *m, uint64_t nodes, uint64_t bytes);
/* A move whose only argument is its id. */
WH_MUST wh_status solver_emit_plain(struct solver *s, unsigned kind, const bytes32 *id,
                                    uint64_t epoch);
void solver_account_id(const address *who, bytes32 *id);

/* Writes a tree into the arena piece by piece; nothing else may be allocated meanwhile. */
struct solver_writer {
    struct wh_arena *arena;
    uint8_t *start;
    size_t len;
    bool full; /* the arena was too small */
};
void solver_write_stop(struct solver_writer *w);
void solver_write_spans(struct solver_writer *w, const struct game *g, const struct game_node *n);

/* solver_sort orders, drops repeated keys and hands the moves out. */
WH_MUST wh_status solver_sort(struct solver *s);

/* How the histories of core read own spans of one game. */
struct own_reader {
    const struct solver_own *own;
    const struct solver_range *range;
};
struct tree_reader solver_reader(const struct own_reader *r);

/* answers.c: walk of one own root. line->open counts what it asked for, line->beta is beta of the root. */
WH_MUST wh_status solver_answers(struct solver *s, struct solver_line *line, uint32_t root);
/* answers.c: what the proofs asked for cost of prepaid balance. */
WH_MUST wh_status solver_deposits(struct solver *s);
/* trees.c: refreshes and the decision, once beta of the own root has reached T. */
WH_MUST wh_status solver_decide(struct solver *s, const struct solver_line *line, uint32_t root);
/* claim.c: the claim of own rewards in a decided game. */
WH_MUST wh_status solver_claim(struct solver *s, uint32_t gid);
/* upkeep.c: confirm, reject, slash, claim, sweep, unstake, withdraw. */
WH_MUST wh_status solver_upkeep(struct solver *s);

#endif
