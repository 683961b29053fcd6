/* SPDX-License-Identifier: MIT */
/* Claims of own rewards, and the writer of trees that all shown trees go through. */
#include "game/solver/solver_private.h"

#define DEPTH (TREE_K_MAX + 1u)

static void write(struct solver_writer *w, const void *p, size_t n)
{
    uint8_t *at = (uint8_t *)wh_arena_alloc(w->arena, n, 1);
    if (at == NULL) {
        w->full = true;
        return;
    }
    if (w->len == 0) w->start = at;
    memcpy(at, p, n);
    w->len += n;
}

void solver_write_stop(struct solver_writer *w)
{
    write(w, "\0", 1);
}

void solver_write_spans(struct solver_writer *w, const struct game *g, const struct game_node *n)
{
    write(w, "\1", 1);
    for (unsigned j = 0; j < 1u << g->cfg.a; j++)
        write(w, game_node_at(g, game_kids(g, n)[j])->span.b, 32);
}

/* What a claim would pay for n now; the word may bring what logs do not tell. */
static wh_status pay_of(struct solver *s, const struct game_node *n, u128 *pay)
{
    *pay = 0;
    if (n->mover == GAME_NONE || n->mover != s->account) return WH_OK;
    struct game_node seen = *n;
    if (s->own->node_word != NULL) {
        uint8_t word[32];
        WH_TRY(s->own->node_word(s->own->ctx, &n->id, word));
        if (memcmp(word, s->me->who.b, 20) != 0) return WH_OK;
        seen.beta_price = load_be64(word + 20);
        seen.gas_flags = load_be32(word + 28);
    }
    if (seen.gas_flags & GAME_NODE_CLAIMED) return WH_OK;
    *pay = game_node_pay(s->view, &seen);
    if (s->own->node_word == NULL && seen.gas_flags >> 8 == 0) *pay = 1; /* not known: a guess */
    return WH_OK;
}

/* The winner's tree in preorder. */
struct row {
    uint32_t node;
    uint32_t size; /* rows of the subtree, this one with it */
    uint32_t pays; /* nodes in it that would pay */
    bool self;     /* this one does */
};

/* Fills rows; *pays counts all nodes that would pay. */
static wh_status survey(struct solver *s, uint32_t root, struct game_pool *rows)
{
    const struct game *g = s->view;
    struct {
        uint32_t row, next;
    } stack[DEPTH];
    unsigned arity = 1u << g->cfg.a, top = 0;
    uint32_t node = root, pot = game_context_at(g, game_node_at(g, root)->ctx)->gid;
    for (bool fresh = true;;) {
        if (fresh) {
            u128 pay;
            if (!pool_reserve(rows, s->arena, 1)) return WH_E_NOMEM;
            WH_TRY(pay_of(s, game_node_at(g, node), &pay));
            stack[top].row = rows->count;
            stack[top].next = 0;
            struct row *r = (struct row *)pool_push(rows);
            r->node = node;
            r->self = pay != 0 && pay <= game_assertion_at(g, pot)->pot;
            r->pays = r->self;
        }
        struct row *r = (struct row *)pool_at(rows, stack[top].row);
        const struct game_node *n = game_node_at(g, r->node);
        fresh = (n->gas_flags & GAME_NODE_SPLIT) && stack[top].next < arity;
        if (fresh) {
            node = game_kids(g, n)[stack[top].next++];
            top++;
            WH_ASSERT(top < DEPTH);
            continue;
        }
        r->size = rows->count - stack[top].row;
        if (top == 0) return WH_OK;
        top--;
        ((struct row *)pool_at(rows, stack[top].row))->pays += r->pays;
    }
}

wh_status solver_claim(struct solver *s, uint32_t gid)
{
    const struct game *g = s->view;
    const struct game_assertion *up = game_assertion_at(g, gid);
    struct game_pool rows;
    if (up->pot == 0 || s->account == GAME_NONE || g->now > game_claim_end(g, up)) return WH_OK;
    pool_init(&rows, sizeof(struct row));
    wh_status st = survey(s, game_assertion_at(g, up->winner)->root_node, &rows);
    if (st == WH_E_MISSING) return WH_OK; /* a word is not to be had now */
    WH_TRY(st);
    if (((const struct row *)pool_at(&rows, 0))->pays == 0) return WH_OK;

    /* Only subtrees in which something pays are shown, and at most so many visits. */
    struct solver_writer w = {.arena = s->arena};
    uint64_t visits = 1;
    for (uint32_t i = 0; i < rows.count;) {
        const struct row *r = (const struct row *)pool_at(&rows, i);
        bool down = r->pays > r->self && visits + (1u << g->cfg.a) <= solver_max_visits(s->me);
        if (down) {
            visits += 1u << g->cfg.a;
            solver_write_spans(&w, g, game_node_at(g, r->node));
        } else {
            solver_write_stop(&w);
        }
        i += down ? 1 : r->size;
    }
    if (w.full) return WH_E_NOMEM;
    /* The last slash is the running number: only it brings something new to claim. */
    struct solver_move *m = solver_emit(s, GAME_MOVE_CLAIM, &up->aid, up->slashed_at);
    if (m == NULL) return WH_E_NOMEM;
    m->args.u.gid.gid = up->aid;
    m->args.u.gid.mover = s->me->who;
    m->args.u.gid.tree = wh_span_of(w.start, w.len);
    solver_seal(s, m, visits, 0);
    return WH_OK;
}
