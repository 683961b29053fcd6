/* SPDX-License-Identifier: MIT */
#include "game/core/clock.h"

/* A node splits at most k/a times on the way down, and k <= 32. */
#define DEPTH (TREE_K_MAX + 1u)

uint64_t clock_beta(const struct game *g, uint32_t node, uint64_t now)
{
    struct {
        uint32_t node, next; /* next child to visit */
        uint64_t least;
    } stack[DEPTH];
    unsigned arity = 1u << g->cfg.a, top = 0;
    uint64_t value;
    stack[0].node = node;
    stack[0].next = 0;
    stack[0].least = GAME_INF;
    for (;;) {
        const struct game_node *n = game_node_at(g, stack[top].node);
        bool split = (n->gas_flags & GAME_NODE_SPLIT) != 0;
        if (n->gas_flags & GAME_NODE_PROVEN) {
            value = GAME_INF;
        } else if (!split) {
            value = clock_lambda(g, n, now);
        } else if (stack[top].next < arity) {
            uint32_t kid = game_kids(g, n)[stack[top].next++];
            top++;
            WH_ASSERT(top < DEPTH);
            stack[top].node = kid;
            stack[top].next = 0;
            stack[top].least = GAME_INF;
            continue;
        } else {
            value = clock_add(clock_lambda(g, n, now), stack[top].least);
        }
        if (top == 0) return value;
        top--;
        if (value < stack[top].least) stack[top].least = value;
    }
}

enum game_error clock_eval(const struct game *g, uint32_t node, wh_span tree, uint64_t now,
                           clock_visit_fn *visit, void *visit_ctx, uint64_t *bound)
{
    struct {
        uint32_t node, next;
        uint64_t least;
    } stack[DEPTH];
    unsigned arity = 1u << g->cfg.a, top = 0;
    size_t at = 0;
    uint64_t value;
    stack[0].node = node;
    stack[0].next = UINT32_MAX; /* not read yet */
    for (;;) {
        const struct game_node *n = game_node_at(g, stack[top].node);
        uint64_t lambda = clock_lambda(g, n, now);
        bool stop = false;
        if (stack[top].next == UINT32_MAX) {
            if (visit != NULL) visit(visit_ctx, stack[top].node);
            if (at >= tree.len || tree.ptr[at] > 1) return GAME_E_BAD_TREE;
            stop = tree.ptr[at++] == 0;
            stack[top].next = 0;
            stack[top].least = GAME_INF;
            if (!stop) {
                /* The spans are those of the one split, or merkle collides. */
                bytes32 spans[TREE_ARITY_MAX], root;
                if (!(n->gas_flags & GAME_NODE_SPLIT)) return GAME_E_BAD_TREE;
                if (tree.len - at < 32u * arity) return GAME_E_BAD_TREE;
                memcpy(spans, tree.ptr + at, 32u * arity);
                at += 32u * arity;
                tree_merkle(g->crypto, spans, g->cfg.a, &root);
                if (!bytes32_eq(&root, &n->span)) return GAME_E_BAD_TREE;
            }
        }
        if (!stop && stack[top].next < arity) {
            uint32_t kid = game_kids(g, n)[stack[top].next++];
            top++;
            WH_ASSERT(top < DEPTH);
            stack[top].node = kid;
            stack[top].next = UINT32_MAX;
            continue;
        }
        value = stop ? lambda : clock_add(lambda, stack[top].least);
        if (value < game_node_beta(n)) value = game_node_beta(n);
        if (top == 0) break;
        top--;
        if (value < stack[top].least) stack[top].least = value;
    }
    if (at != tree.len) return GAME_E_BAD_TREE;
    *bound = value;
    return GAME_OK;
}
