/* SPDX-License-Identifier: MIT */
/* Trees to show: for decide and refresh (PROTOCOL 7.2, 10).
 *
 * A decision needs every path of the own root to weigh T. The shown tree goes no deeper than that
 * takes: it stops at v as soon as the weight above plus max(stored beta, lambda) reaches T. Too many
 * visits for one transaction are cut by refreshes below, lowest first; the decision follows when
 * they are mined, as their effect is then in the view. */
#include "game/solver/solver_private.h"

#define DEPTH (TREE_K_MAX + 1u)

/* What a stop at n is worth. */
static uint64_t stop_value(const struct game *g, const struct game_node *n)
{
    uint64_t lambda = clock_lambda(g, n, g->now);
    return game_node_beta(n) > lambda ? game_node_beta(n) : lambda;
}

struct frame {
    uint32_t node, next;
    uint64_t above; /* weight of the path down to, without this node */
    uint32_t size;  /* visits of the tree below, this node with it */
    uint32_t kid_size[TREE_ARITY_MAX];
    bool waits; /* something below is to be refreshed first */
    bool kid_waits[TREE_ARITY_MAX];
};

static void enter(struct frame *f, uint32_t node, uint64_t above)
{
    f->node = node;
    f->next = 0;
    f->above = above;
    f->size = 1;
    f->waits = false;
}

static bool enough(const struct game *g, const struct game_node *n, uint64_t above)
{
    return clock_add(above, stop_value(g, n)) >= g->cfg.t;
}

/* The tree of node that suffices under a weight of `above`, as bytes. */
static wh_status write_tree(struct solver *s, uint32_t node, uint64_t above, wh_span *out,
                            uint64_t *visits)
{
    const struct game *g = s->view;
    struct {
        uint32_t node, next;
        uint64_t above;
    } stack[DEPTH];
    struct solver_writer w = {.arena = s->arena};
    unsigned arity = 1u << g->cfg.a, top = 0;
    stack[0].node = node;
    stack[0].next = 0;
    stack[0].above = above;
    *visits = 0;
    for (;;) {
        const struct game_node *n = game_node_at(g, stack[top].node);
        if (stack[top].next == 0) {
            ++*visits;
            if (enough(g, n, stack[top].above)) {
                solver_write_stop(&w);
                stack[top].next = arity;
            } else {
                WH_ASSERT(n->gas_flags & GAME_NODE_SPLIT); /* or beta would not have reached T */
                solver_write_spans(&w, g, n);
            }
        }
        if (stack[top].next < arity) {
            uint32_t kid = game_kids(g, n)[stack[top].next++];
            uint64_t down = clock_add(stack[top].above, clock_lambda(g, n, g->now));
            top++;
            WH_ASSERT(top < DEPTH);
            stack[top].node = kid;
            stack[top].next = 0;
            stack[top].above = down;
            continue;
        }
        if (top == 0) break;
        top--;
    }
    *out = wh_span_of(w.start, w.len);
    return w.full ? WH_E_NOMEM : WH_OK;
}

static wh_status emit_refresh(struct solver *s, uint32_t node, uint64_t above)
{
    const struct game_node *n = game_node_at(s->view, node);
    wh_span tree;
    uint64_t visits;
    WH_TRY(write_tree(s, node, above, &tree, &visits));
    /* The stored beta is the running number: a mined refresh raises it. */
    struct solver_move *m = solver_emit(s, GAME_MOVE_REFRESH, &n->id, game_node_beta(n));
    if (m == NULL) return WH_E_NOMEM;
    game_node_ref(s->view, n, &m->args.u.refresh.v);
    m->h = m->args.u.refresh.v.h;
    m->args.u.refresh.tree = tree;
    solver_seal(s, m, visits, 0);
    return WH_OK;
}

/* Cuts the largest children off until the node fits one transaction. */
static wh_status cut(struct solver *s, struct frame *f)
{
    const struct game *g = s->view;
    const struct game_node *n = game_node_at(g, f->node);
    uint64_t down = clock_add(f->above, clock_lambda(g, n, g->now));
    unsigned arity = 1u << g->cfg.a;
    while (f->size > solver_max_visits(s->me)) {
        unsigned big = arity;
        for (unsigned j = 0; j < arity; j++) {
            if (f->kid_waits[j] || f->kid_size[j] <= 1) continue;
            if (big == arity || f->kid_size[j] > f->kid_size[big]) big = j;
        }
        f->waits = true;
        if (big == arity) return WH_OK; /* all of it waits for refreshes below */
        WH_TRY(emit_refresh(s, game_kids(g, n)[big], down));
        f->size -= f->kid_size[big] - 1;
        f->kid_size[big] = 1;
    }
    return WH_OK;
}

wh_status solver_decide(struct solver *s, const struct solver_line *line, uint32_t root)
{
    const struct game *g = s->view;
    unsigned arity = 1u << g->cfg.a, top = 0;
    struct frame *stack = WH_NEW(s->arena, struct frame, DEPTH);
    if (stack == NULL) return WH_E_NOMEM;
    enter(&stack[0], root, 0);
    for (;;) {
        struct frame *f = &stack[top];
        const struct game_node *n = game_node_at(g, f->node);
        bool stop = f->next == 0 && enough(g, n, f->above);
        if (!stop && f->next < arity) {
            WH_ASSERT(n->gas_flags & GAME_NODE_SPLIT);
            uint32_t kid = game_kids(g, n)[f->next++];
            uint64_t down = clock_add(f->above, clock_lambda(g, n, g->now));
            top++;
            WH_ASSERT(top < DEPTH);
            enter(&stack[top], kid, down);
            continue;
        }
        if (!stop) WH_TRY(cut(s, f));
        if (top == 0) break;
        struct frame *up = &stack[top - 1];
        up->kid_size[up->next - 1] = f->size;
        up->kid_waits[up->next - 1] = f->waits;
        up->size += f->size;
        up->waits = up->waits || f->waits;
        top--;
    }
    if (stack[0].waits) return WH_OK;

    wh_span tree;
    uint64_t visits;
    WH_TRY(write_tree(s, root, 0, &tree, &visits));
    struct solver_move *m = solver_emit(s, GAME_MOVE_DECIDE, &line->aid, 0);
    if (m == NULL) return WH_E_NOMEM;
    m->args.u.aid.aid = line->aid;
    m->args.u.aid.tree = tree;
    solver_seal(s, m, visits, 0);
    return WH_OK;
}
