/* SPDX-License-Identifier: MIT */
/* What anybody may do as soon as its guards hold (PROTOCOL 10, last lines of moves). */
#include "game/solver/solver_private.h"

static wh_status assertion_upkeep(struct solver *s, uint32_t i)
{
    const struct game *g = s->view;
    const struct game_assertion *a = game_assertion_at(g, i);
    if (a->status != GAME_PENDING) return WH_OK;
    const struct game_assertion *up = game_assertion_at(g, a->parent);
    if (up->status == GAME_REJECTED) return solver_emit_plain(s, GAME_MOVE_REJECT, &a->aid, 0);
    if (up->status != GAME_CONFIRMED || up->winner == GAME_NONE) return WH_OK;
    if (up->winner != i) return solver_emit_plain(s, GAME_MOVE_REJECT, &a->aid, 0);
    if (up->roots < 2 || g->now >= clock_add(up->won_at, g->cfg.grace))
        return solver_emit_plain(s, GAME_MOVE_CONFIRM, &a->aid, 0);
    return WH_OK;
}

static wh_status game_upkeep(struct solver *s, uint32_t i)
{
    const struct game *g = s->view;
    const struct game_assertion *a = game_assertion_at(g, i);
    if (a->winner == GAME_NONE || a->pot == 0) return WH_OK;
    if (g->now > game_claim_end(g, a))
        return solver_emit_plain(s, GAME_MOVE_SWEEP, &a->aid, a->slashed_at);
    return solver_claim(s, i);
}

/* The first assertion from the tip up that is not pending; *steps counts the way. */
static uint32_t settled(const struct game *g, uint32_t at, uint64_t *steps)
{
    *steps = 0;
    while (at != GAME_NONE && game_assertion_at(g, at)->status == GAME_PENDING) {
        at = game_assertion_at(g, at)->parent;
        ++*steps;
    }
    return at;
}

static wh_status staker_upkeep(struct solver *s, uint32_t i)
{
    const struct game *g = s->view;
    const struct game_account *a = game_account_at(g, i);
    uint64_t steps;
    if (a->bond == 0) return WH_OK;
    uint32_t at = settled(g, a->tip, &steps);
    if (at == GAME_NONE || game_assertion_at(g, at)->status != GAME_REJECTED) return WH_OK;
    bytes32 id;
    solver_account_id(&a->who, &id);
    /* Staked, slashed and staked again is another bond: its stake numbers the move. */
    struct solver_move *m = solver_emit(s, GAME_MOVE_SLASH, &id, a->n_staked);
    if (m == NULL) return WH_E_NOMEM;
    m->args.u.account = a->who;
    solver_seal(s, m, steps, 0);
    return WH_OK;
}

wh_status solver_upkeep(struct solver *s)
{
    const struct game *g = s->view;
    for (uint32_t i = 0; i < g->assertions.count; i++) {
        WH_TRY(assertion_upkeep(s, i));
        WH_TRY(game_upkeep(s, i));
    }
    for (uint32_t i = 0; i < g->accounts.count; i++)
        WH_TRY(staker_upkeep(s, i));
    if (s->account == GAME_NONE) return WH_OK;
    const struct game_account *me = game_account_at(g, s->account);
    bytes32 id;
    solver_account_id(&me->who, &id);
    bool free = me->tip == GAME_NONE || game_assertion_at(g, me->tip)->status == GAME_CONFIRMED;
    if (s->me->leaving && me->bond != 0 && free)
        WH_TRY(solver_emit_plain(s, GAME_MOVE_UNSTAKE, &id, me->n_unstaked));
    if (me->credit != 0) WH_TRY(solver_emit_plain(s, GAME_MOVE_WITHDRAW, &id, me->n_withdrawn));
    return WH_OK;
}
