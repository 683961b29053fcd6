/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_CORE_CLOCK_H
#define WH_GAME_CORE_CLOCK_H

/* Clocks of nodes (PROTOCOL 7.2): lambda, beta, and the bound that a shown tree gives.
 *   lambda(v)  time that v stood first in its context without a rival
 *   beta(v)    INF if proven; lambda(v) if not split; else lambda(v) + min over the children
 * Sums saturate at GAME_INF. Twin: ClockLib. */

#include "game/core/game.h"

static inline uint64_t clock_add(uint64_t a, uint64_t b)
{
    uint64_t s = a + b;
    return s < GAME_INF ? s : GAME_INF;
}

static inline uint64_t clock_lambda(const struct game *g, const struct game_node *n, uint64_t now)
{
    if (!(n->gas_flags & GAME_NODE_FIRST)) return 0;
    const struct game_context *c = game_context_at(g, n->ctx);
    return (c->rival_at != 0 ? c->rival_at : now) - c->first_at;
}

/* clock_beta: true beta of record number node, over all splits that the game knows. */
uint64_t clock_beta(const struct game *g, uint32_t node, uint64_t now);

/* What clock_eval tells about each visited node, in preorder; NULL: nobody asks. */
typedef void clock_visit_fn(void *ctx, uint32_t node);

/* clock_eval: eval(v, tree) at time now into *bound. GAME_E_BAD_TREE: a byte other than 00 and 01,
 * 01 at a node that is not split, spans that do not recombine, short data, bytes left. */
WH_MUST enum game_error clock_eval(const struct game *g, uint32_t node, wh_span tree, uint64_t now,
                                   clock_visit_fn *visit, void *visit_ctx, uint64_t *bound);

#endif
