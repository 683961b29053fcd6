/* SPDX-License-Identifier: MIT */
/* The walk down the own line (PROTOCOL 10, moves). */
#include "game/solver/solver.h"

#include "game/solver/solver_private.h"

/* What the walk carries from game to game. */
struct walk {
    uint32_t g;     /* assertion whose children are looked at */
    uint64_t first; /* own state at its end */
    uint32_t tip;   /* own tip, with the joins asked for */
    bool staked;
    uint32_t line;
};

/* The own range of the game below g; false: own leaves or the Inbox end before it. */
static bool range_of(const struct solver *s, const struct walk *w, struct solver_range *r)
{
    const struct game_assertion *up = game_assertion_at(s->view, w->g);
    if (up->next_input > game_inbox_count(s->view)) return false;
    uint64_t end = game_steps(s->view, up->next_input), most = UINT64_C(1) << s->view->cfg.k;
    if (s->own->invalid_at < end) end = s->own->invalid_at;
    if (end < w->first) return false;
    r->gid = up->aid;
    r->first = w->first;
    r->len = end - w->first < most ? end - w->first : most;
    r->target = up->next_input;
    return true;
}

static wh_status own_aid(const struct solver *s, const struct solver_range *r, bytes32 *last_leaf,
                         bytes32 *span, bytes32 *aid)
{
    bytes32 acc;
    WH_TRY(s->own->leaf(s->own->ctx, r->first + r->len, last_leaf));
    WH_TRY(s->own->span(s->own->ctx, r, 0, s->view->cfg.k, span));
    game_acc(s->view, r->target, &acc);
    node_aid(s->view->crypto, &r->gid, &s->view->cfg_hash, r->target, &acc, last_leaf, span, aid);
    return WH_OK;
}

static wh_status emit_post(struct solver *s, const struct solver_line *line,
                           const bytes32 *last_leaf, const bytes32 *span)
{
    const struct solver_range *r = &line->range;
    struct own_reader own = {s->own, r};
    struct tree_reader reader = solver_reader(&own);
    unsigned k = s->view->cfg.k;
    bytes32 *path = WH_NEW(s->arena, bytes32, k);
    uint8_t *state = WH_NEW(s->arena, uint8_t, TREE_STATE_SIZE);
    if (path == NULL || state == NULL) return WH_E_NOMEM;
    WH_TRY(tree_path(&reader, k, path));
    WH_TRY(s->own->state(s->own->ctx, r->first + r->len, state));
    struct solver_move *m = solver_emit(s, GAME_MOVE_POST, &line->aid, 0);
    if (m == NULL) return WH_E_NOMEM;
    m->args.u.post.parent = r->gid;
    m->args.u.post.expected_aid = line->aid;
    m->args.u.post.last_leaf = *last_leaf;
    m->args.u.post.span = *span;
    m->args.u.post.path = path;
    m->args.u.post.path_len = k;
    m->args.u.post.state = wh_span_of(state, TREE_STATE_SIZE);
    m->step = r->first + r->len;
    solver_seal(s, m, 0, 0);
    return WH_OK;
}

/* The own assertion is not there: post it, or get ready to. */
static wh_status missing_root(struct solver *s, const struct walk *w,
                              const struct solver_line *line, const bytes32 *last_leaf,
                              const bytes32 *span)
{
    const struct game *g = s->view;
    const struct game_assertion *up = game_assertion_at(g, w->g);
    bool propose = s->me->propose && !s->me->leaving && w->first < s->own->invalid_at;
    if (up->roots == 0 && !propose) return WH_OK;
    if (up->children == 0 && g->now < clock_add(up->created_at, g->cfg.min_gap)) return WH_OK;
    const struct game_account *me = s->account == GAME_NONE ? NULL : game_account_at(g, s->account);
    bytes32 id;
    solver_account_id(&s->me->who, &id);
    if (!w->staked) {
        if (s->me->leaving) return WH_OK; /* or leaving would never end */
        return solver_emit_plain(s, GAME_MOVE_STAKE, &id, me == NULL ? 0 : me->n_staked);
    }
    if (w->tip == GAME_NONE || w->tip == w->g) return emit_post(s, line, last_leaf, span);
    if (game_assertion_at(g, w->tip)->status != GAME_CONFIRMED) return WH_OK;
    WH_TRY(solver_emit_plain(s, GAME_MOVE_UNSTAKE, &id, me->n_unstaked));
    return WH_OK; /* withdrawn when it is a credit; then staked again */
}

/* One game of the line; *more: go on below. */
static wh_status one_game(struct solver *s, struct walk *w, bool *more)
{
    const struct game *g = s->view;
    struct solver_line row = {0};
    bytes32 last_leaf, span;
    *more = false;
    if (!range_of(s, w, &row.range)) return WH_OK;
    if (s->own->have < row.range.first + row.range.len) {
        s->out->verdict = SOLVER_BEHIND;
        return WH_OK;
    }
    wh_status st = own_aid(s, &row.range, &last_leaf, &span, &row.aid);
    if (st == WH_E_MISSING) {
        s->out->verdict = SOLVER_BEHIND;
        return WH_OK;
    }
    WH_TRY(st);
    const struct game_assertion *up = game_assertion_at(g, w->g);
    const struct game_assertion *a = game_assertion_of(g, &row.aid);
    row.posted = a != NULL;
    row.roots = up->roots;
    row.decided = up->winner != GAME_NONE;
    if (!pool_reserve(&s->lines, s->arena, 1)) return WH_E_NOMEM;
    struct solver_line *line = (struct solver_line *)pool_push(&s->lines);
    *line = row;
    if (row.decided && (a == NULL || game_assertion_at(g, up->winner) != a)) {
        s->out->verdict = SOLVER_ALARM;
        s->out->alarm_gid = up->aid;
        s->out->alarm_winner = game_assertion_at(g, up->winner)->aid;
        return WH_OK;
    }
    if (a == NULL) {
        st = missing_root(s, w, line, &last_leaf, &span);
        if (st == WH_E_MISSING) s->out->verdict = SOLVER_BEHIND;
        return st == WH_E_MISSING ? WH_OK : st;
    }

    uint32_t number = a->root_node, below = game_find_assertion(g, &row.aid);
    if (w->staked && w->tip == w->g && !s->me->leaving) {
        WH_TRY(solver_emit_plain(s, GAME_MOVE_JOIN, &row.aid, 0));
        ((struct solver_move *)pool_at(&s->moves, s->moves.count - 1))->line = w->line;
        w->tip = below;
    }
    if (!row.decided) {
        WH_TRY(solver_answers(s, line, number));
        if (line->beta >= g->cfg.t) WH_TRY(solver_decide(s, line, number));
    }
    w->g = below;
    w->first = row.range.first + row.range.len;
    w->line++;
    *more = true;
    return WH_OK;
}

static wh_status run(struct solver *s)
{
    const struct game *g = s->view;
    struct walk w = {.g = g->genesis, .tip = GAME_NONE};
    bool more = true;
    if (s->account != GAME_NONE) {
        w.staked = game_account_at(g, s->account)->bond != 0;
        w.tip = game_account_at(g, s->account)->tip;
    }
    while (more)
        WH_TRY(one_game(s, &w, &more));
    if (s->out->verdict == SOLVER_ALARM) {
        s->moves.count = 0;
        return WH_OK;
    }
    WH_TRY(solver_upkeep(s));
    if (s->me->watch) s->moves.count = 0;
    return WH_OK;
}

wh_status solver_moves(const struct game *view, const struct solver_own *own,
                       const struct solver_me *me, struct wh_arena *arena, struct solver_out *out)
{
    struct solver s = {.view = view, .own = own, .me = me, .arena = arena, .out = out};
    memset(out, 0, sizeof *out);
    pool_init(&s.moves, sizeof(struct solver_move));
    pool_init(&s.lines, sizeof(struct solver_line));
    s.account = game_find_account(view, &me->who);
    wh_status st = run(&s);
    if (st == WH_OK) st = solver_deposits(&s);
    if (st == WH_OK) st = solver_sort(&s);
    struct solver_line *lines = WH_NEW(arena, struct solver_line, s.lines.count);
    if (lines == NULL && st == WH_OK) st = WH_E_NOMEM;
    if (st != WH_OK) {
        memset(out, 0, sizeof *out);
        return st;
    }
    for (uint32_t i = 0; i < s.lines.count; i++)
        lines[i] = *(const struct solver_line *)pool_at(&s.lines, i);
    out->line = lines;
    out->line_count = s.lines.count;
    return WH_OK;
}
