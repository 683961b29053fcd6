/* SPDX-License-Identifier: MIT */
/* Moves on assertions and stakers' bonds: decide, confirm, reject, slash (PROTOCOL 7.3, 7-10). */
#include "game/core/clock.h"
#include "game/core/game_private.h"

/* A pending assertion by aid, into plan->a and plan->parent. */
static bool pending(const struct game *g, const bytes32 *aid, struct game_plan *plan)
{
    plan->a = game_find_assertion(g, aid);
    if (plan->a == GAME_NONE) return false;
    const struct game_assertion *a = game_assertion_at(g, plan->a);
    plan->parent = a->parent;
    return a->status == GAME_PENDING;
}

enum game_error game_can_decide(struct game *g, const struct game_env *env,
                                const struct game_args *args, struct game_plan *plan)
{
    NEED(pending(g, &args->u.aid.aid, plan), BAD_ASSERTION);
    NEED(game_assertion_at(g, plan->parent)->winner == GAME_NONE, DECIDED);
    enum game_error e = clock_eval(g, game_assertion_at(g, plan->a)->root_node, args->u.aid.tree,
                                   env->time, NULL, NULL, &plan->value);
    if (e != GAME_OK) return e;
    NEED(plan->value >= g->cfg.t, TOO_EARLY);
    return GAME_OK;
}

enum game_error game_do_decide(struct game *g, const struct game_env *env,
                               const struct game_args *args, const struct game_plan *plan)
{
    struct game_assertion *up = game_assertion_at(g, plan->parent);
    up->winner = plan->a;
    up->won_at = env->time;
    game_emit(g, &(struct game_event){.kind = GAME_EVENT_DECIDED,
                                      .time = env->time,
                                      .gid = up->aid,
                                      .aid = args->u.aid.aid});
    return GAME_OK;
}

enum game_error game_can_confirm(struct game *g, const struct game_env *env,
                                 const struct game_args *args, struct game_plan *plan)
{
    NEED(pending(g, &args->u.aid.aid, plan), BAD_ASSERTION);
    const struct game_assertion *up = game_assertion_at(g, plan->parent);
    NEED(up->status == GAME_CONFIRMED, BAD_PARENT);
    NEED(up->winner == plan->a, NOT_WINNER);
    NEED(up->roots < 2 || env->time >= clock_add(up->won_at, g->cfg.grace), IN_GRACE);
    return GAME_OK;
}

enum game_error game_do_confirm(struct game *g, const struct game_env *env,
                                const struct game_args *args, const struct game_plan *plan)
{
    game_assertion_at(g, plan->a)->status = GAME_CONFIRMED;
    g->anchor = plan->a;
    game_emit(g, &(struct game_event){
                     .kind = GAME_EVENT_CONFIRMED, .time = env->time, .aid = args->u.aid.aid});
    return GAME_OK;
}

enum game_error game_can_reject(struct game *g, const struct game_env *env,
                                const struct game_args *args, struct game_plan *plan)
{
    (void)env;
    NEED(pending(g, &args->u.aid.aid, plan), BAD_ASSERTION);
    const struct game_assertion *up = game_assertion_at(g, plan->parent);
    if (up->status == GAME_REJECTED) {
        plan->node = up->pot_gid;
        return GAME_OK;
    }
    NEED(up->status == GAME_CONFIRMED && up->winner != GAME_NONE && up->winner != plan->a, NOT_YET);
    plan->node = plan->parent;
    return GAME_OK;
}

enum game_error game_do_reject(struct game *g, const struct game_env *env,
                               const struct game_args *args, const struct game_plan *plan)
{
    struct game_assertion *a = game_assertion_at(g, plan->a);
    a->status = GAME_REJECTED;
    a->pot_gid = plan->node;
    game_emit(g, &(struct game_event){.kind = GAME_EVENT_REJECTED,
                                      .time = env->time,
                                      .aid = args->u.aid.aid,
                                      .gid = game_assertion_at(g, a->pot_gid)->aid});
    return GAME_OK;
}

enum game_error game_can_slash(struct game *g, const struct game_env *env,
                               const struct game_args *args, struct game_plan *plan)
{
    (void)env;
    plan->account = game_find_account(g, &args->u.account);
    NEED(plan->account != GAME_NONE && game_account_at(g, plan->account)->bond != 0, NOT_STAKED);
    uint32_t at = game_account_at(g, plan->account)->tip;
    while (at != GAME_NONE && game_assertion_at(g, at)->status == GAME_PENDING)
        at = game_assertion_at(g, at)->parent;
    NEED(at != GAME_NONE && game_assertion_at(g, at)->status == GAME_REJECTED, NOT_REJECTED);
    plan->a = at;
    return game_reserve_accounts(g, 1) ? GAME_OK : GAME_NOMEM;
}

enum game_error game_do_slash(struct game *g, const struct game_env *env,
                              const struct game_args *args, const struct game_plan *plan)
{
    const struct game_assertion *a = game_assertion_at(g, plan->a);
    u128 bond = game_account_at(g, plan->account)->bond;
    u128 rest = bond - bond * g->cfg.burn_bps / 10000;
    game_effect_slash(g, plan->account, a->pot_gid, rest, env->time);
    game_emit(g, &(struct game_event){.kind = GAME_EVENT_SLASHED,
                                      .time = env->time,
                                      .who = args->u.account,
                                      .aid = a->aid,
                                      .gid = game_assertion_at(g, a->pot_gid)->aid,
                                      .amount = rest});
    return GAME_OK;
}
