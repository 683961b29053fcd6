/* SPDX-License-Identifier: MIT */
/* Answers to rivals: the walk down one own root (PROTOCOL 10, walk). */
#include "game/solver/solver_private.h"

#define DEPTH      (TREE_K_MAX + 1u)
#define CHUNK_LIVE 8000u /* blocks in which a chunk surely counts; the rule says 8,191 */

static wh_status read_own(void *ctx, uint64_t pos, unsigned h, bytes32 *out)
{
    const struct own_reader *r = (const struct own_reader *)ctx;
    return r->own->span(r->own->ctx, r->range, pos, h, out);
}

struct tree_reader solver_reader(const struct own_reader *r)
{
    struct tree_reader out = {.span = read_own};
    memcpy(&out.ctx, &r, sizeof r); /* read_own takes it back as const */
    return out;
}

static wh_status answer_split(struct solver *s, const struct solver_range *range,
                              const struct game_node *n, const struct wh_node *v, uint64_t weight)
{
    unsigned a = s->view->cfg.a, h = v->h - a;
    bytes32 *spans = WH_NEW(s->arena, bytes32, 1u << a);
    if (spans == NULL) return WH_E_NOMEM;
    for (unsigned j = 0; j < 1u << a; j++)
        WH_TRY(s->own->span(s->own->ctx, range, v->pos + ((uint64_t)j << h), h, &spans[j]));
    struct solver_move *m = solver_emit(s, GAME_MOVE_SPLIT, &n->id, 0);
    if (m == NULL) return WH_E_NOMEM;
    m->weight = weight;
    m->h = v->h;
    m->args.u.split.v = *v;
    m->args.u.split.spans = spans;
    m->args.u.split.span_count = (size_t)1 << a;
    m->args.u.split.to = s->me->who;
    solver_seal(s, m, 0, 0);
    return WH_OK;
}

/* Chunks of a long trace: shows those that nobody showed, or long ago. */
static wh_status uploads(struct solver *s, const struct solver_move *prove, bool *all)
{
    uint64_t len = prove->proof.trace_len;
    uint32_t n = (uint32_t)((len + SOLVER_CHUNK - 1) / SOLVER_CHUNK);
    *all = true;
    for (uint32_t i = 0; i < n; i++) {
        bytes32 hash;
        uint64_t newest = 0, now = s->me->l1_block;
        WH_ASSERT(s->own->chunk != NULL);
        WH_TRY(s->own->chunk(s->own->ctx, prove->step, prove->target, i, &hash, &newest));
        uint64_t age = newest != 0 && newest <= now ? now - newest : 0;
        if (newest == 0 || age > CHUNK_LIVE) *all = false;
        if (newest != 0 && age <= SOLVER_CHUNK_AGE) continue;
        struct solver_move *m = solver_emit(s, SOLVER_UPLOAD, &hash, newest);
        if (m == NULL) return WH_E_NOMEM;
        m->weight = prove->weight;
        m->h = prove->h;
        m->step = prove->step;
        m->target = prove->target;
        m->chunk = i;
        uint64_t bytes = i + 1 < n ? SOLVER_CHUNK : len - (uint64_t)i * SOLVER_CHUNK;
        solver_seal(s, m, 0, bytes);
    }
    return WH_OK;
}

/* Fills in a proof by the verifier. *ready: it can be sent now. */
static wh_status with_proof(struct solver *s, struct solver_move *m, bool *ready)
{
    *ready = false;
    WH_TRY(s->own->proof(s->own->ctx, m->step, m->target, &m->proof));
    if (!m->proof.ready) return WH_OK;
    *ready = true;
    if (!m->proof.execute) return WH_OK;
    if (m->proof.trace_len <= SOLVER_CHUNK) {
        m->proof.proof_len = 9 + m->proof.trace_len;
        return WH_OK;
    }
    m->proof.proof_len = 15 + 32 * ((m->proof.trace_len + SOLVER_CHUNK - 1) / SOLVER_CHUNK);
    return uploads(s, m, ready);
}

static wh_status answer_prove(struct solver *s, const struct solver_range *range,
                              const struct game_node *n, const struct wh_node *v, uint64_t weight)
{
    const struct game_config *cfg = &s->view->cfg;
    struct own_reader own = {s->own, range};
    struct tree_reader reader = solver_reader(&own);
    struct solver_move m = {.weight = weight, .target = range->target};
    bool ready = true;
    m.idle = v->pos >= range->len;
    m.step = range->first + (m.idle ? range->len : v->pos);
    if (!m.idle) WH_TRY(with_proof(s, &m, &ready));
    if (!ready) return WH_OK;

    bytes32 leaf0, *mp = WH_NEW(s->arena, bytes32, cfg->k + 1u);
    uint8_t *pre = WH_NEW(s->arena, uint8_t, TREE_STATE_SIZE);
    size_t mp_len;
    if (mp == NULL || pre == NULL) return WH_E_NOMEM;
    WH_TRY(s->own->leaf(s->own->ctx, range->first, &leaf0));
    WH_TRY(tree_pre_proof(s->view->crypto, &reader, cfg->k, cfg->a, &leaf0, v->pos, mp, &mp_len));
    WH_TRY(s->own->state(s->own->ctx, m.step, pre));

    struct solver_move *out = solver_emit(s, GAME_MOVE_PROVE, &n->id, 0);
    if (out == NULL) return WH_E_NOMEM;
    out->weight = weight;
    out->idle = m.idle;
    out->step = m.step;
    out->target = m.target;
    out->proof = m.proof;
    out->h = 0;
    out->args.u.prove.v = *v;
    out->args.u.prove.pre = wh_span_of(pre, TREE_STATE_SIZE);
    out->args.u.prove.mp = mp;
    out->args.u.prove.mp_len = mp_len;
    out->args.u.prove.to = s->me->who;
    solver_seal(s, out, 0, out->proof.proof_len);
    return WH_OK;
}

/* The records of the children are asked for together: large trees are all waiting for memory. */
static void expect_kids(const struct game *g, const struct game_node *n)
{
    for (unsigned j = 0; j < 1u << g->cfg.a; j++) {
        const struct game_node *kid = game_node_at(g, game_kids(g, n)[j]);
        __builtin_prefetch(&game_context_at(g, kid->ctx)->first_at);
    }
}

/* Down the own tree: what is open is answered. The same walk brings beta of the root up (clock_beta). */
wh_status solver_answers(struct solver *s, struct solver_line *line, uint32_t root)
{
    struct {
        uint32_t node, next;
        uint64_t weight; /* of the path down to and with this node */
        uint64_t lambda; /* of this node */
        uint64_t least;  /* beta of its children so far */
    } stack[DEPTH];
    const struct game *g = s->view;
    unsigned arity = 1u << g->cfg.a, top = 0;
    stack[0].node = root;
    stack[0].next = 0;
    stack[0].weight = stack[0].lambda = clock_lambda(g, game_node_at(g, root), g->now);
    stack[0].least = GAME_INF;
    for (;;) {
        const struct game_node *n = game_node_at(g, stack[top].node);
        unsigned done = n->gas_flags & (GAME_NODE_SPLIT | GAME_NODE_PROVEN);
        if (done == GAME_NODE_SPLIT && stack[top].next < arity) {
            if (stack[top].next == 0) expect_kids(g, n);
            uint32_t kid = game_kids(g, n)[stack[top].next++];
            uint64_t lambda = clock_lambda(g, game_node_at(g, kid), g->now);
            top++;
            WH_ASSERT(top < DEPTH);
            stack[top].node = kid;
            stack[top].next = 0;
            stack[top].lambda = lambda;
            stack[top].weight = clock_add(stack[top - 1].weight, lambda);
            stack[top].least = GAME_INF;
            continue;
        }
        if (done == 0 && game_rivaled(game_context_at(g, n->ctx))) {
            struct wh_node v;
            game_node_ref(g, n, &v);
            wh_status st = v.h > 0 ? answer_split(s, &line->range, n, &v, stack[top].weight)
                                   : answer_prove(s, &line->range, n, &v, stack[top].weight);
            if (st != WH_OK && st != WH_E_MISSING) return st; /* missing: ask again later */
            line->open++;
        }
        uint64_t beta = done & GAME_NODE_PROVEN ? GAME_INF
                        : done == 0             ? stack[top].lambda
                                                : clock_add(stack[top].lambda, stack[top].least);
        if (top == 0) {
            line->beta = beta;
            return WH_OK;
        }
        top--;
        if (beta < stack[top].least) stack[top].least = beta;
    }
}

/* One deposit for all proofs of this round: twice what they cost must be there, and four times that
 * much is paid in, as the price doubles in six full blocks. */
wh_status solver_deposits(struct solver *s)
{
    u128 need = 0;
    uint64_t weight = UINT64_MAX, step = 0;
    for (uint32_t i = 0; i < s->moves.count; i++) {
        const struct solver_move *m = (const struct solver_move *)pool_at(&s->moves, i);
        if (m->kind != GAME_MOVE_PROVE || m->idle || !m->proof.execute) continue;
        need += (u128)m->proof.x * s->me->price;
        if (m->weight <= weight) weight = m->weight, step = m->step;
    }
    if (s->me->prepaid >= 2 * need) return WH_OK;
    bytes32 id;
    solver_account_id(&s->me->who, &id);
    struct solver_move *m = solver_emit(s, SOLVER_DEPOSIT, &id, s->me->deposits);
    if (m == NULL) return WH_E_NOMEM;
    m->weight = weight;
    m->h = 0;
    m->step = step;
    m->value = 4 * need;
    solver_seal(s, m, 0, 0);
    return WH_OK;
}
