/* SPDX-License-Identifier: MIT */
/* Moves of stakers: stake, post, join, unstake (PROTOCOL 7.3, 1-3 and 12). */
#include "game/core/clock.h"
#include "game/core/game_private.h"

static struct game_account *staker_of(struct game *g, const address *who, uint32_t *number)
{
    *number = game_find_account(g, who);
    if (*number == GAME_NONE) return NULL;
    struct game_account *a = game_account_at(g, *number);
    return a->bond == 0 ? NULL : a;
}

static uint8_t status_of(const struct game *g, uint32_t assertion)
{
    return assertion == GAME_NONE ? (uint8_t)GAME_NO_ASSERTION
                                  : game_assertion_at(g, assertion)->status;
}

static bool open_status(uint8_t status)
{
    return status == GAME_PENDING || status == GAME_CONFIRMED;
}

enum game_error game_can_stake(struct game *g, const struct game_env *env,
                               const struct game_args *args, struct game_plan *plan)
{
    (void)args;
    NEED(env->value == g->cfg.bond, BAD_VALUE);
    NEED(staker_of(g, &env->caller, &plan->account) == NULL, STAKED);
    return game_reserve_accounts(g, 1) ? GAME_OK : GAME_NOMEM;
}

enum game_error game_do_stake(struct game *g, const struct game_env *env,
                              const struct game_args *args, const struct game_plan *plan)
{
    (void)args;
    (void)plan;
    game_credit(g, &env->caller, 0); /* makes the account */
    struct game_account *a = game_account_of(g, &env->caller);
    a->bond = env->value;
    a->tip = GAME_NONE;
    a->n_staked++;
    g->balance += env->value;
    game_emit(
        g, &(struct game_event){.kind = GAME_EVENT_STAKED, .time = env->time, .who = env->caller});
    return GAME_OK;
}

enum game_error game_can_post(struct game *g, const struct game_env *env,
                              const struct game_args *args, struct game_plan *plan)
{
    const bytes32 *leaf = &args->u.post.last_leaf, *span = &args->u.post.span;
    wh_span state = args->u.post.state;
    const struct game_account *staker = staker_of(g, &env->caller, &plan->account);
    NEED(staker != NULL, NOT_STAKED);
    plan->parent = game_find_assertion(g, &args->u.post.parent);
    NEED(staker->tip == GAME_NONE || staker->tip == plan->parent, WRONG_TIP);
    NEED(open_status(status_of(g, plan->parent)), BAD_PARENT);
    const struct game_assertion *up = game_assertion_at(g, plan->parent);
    NEED(up->winner == GAME_NONE, DECIDED);
    NEED(up->children > 0 || env->time >= clock_add(up->created_at, g->cfg.min_gap), TOO_SOON);
    NEED(up->next_input <= game_inbox_count(g), INBOX_SHORT);

    bytes32 cur, acc;
    NEED(state.len == TREE_STATE_SIZE, BAD_STATE);
    tree_leaf(g->crypto, state.ptr, &cur);
    NEED(bytes32_eq(&cur, leaf), BAD_STATE);
    NEED(args->u.post.path_len == g->cfg.k, BAD_PATH);
    tree_fold(g->crypto, leaf, args->u.post.path, g->cfg.k, &cur);
    NEED(bytes32_eq(&cur, span), BAD_PATH);
    game_acc(g, up->next_input, &acc);
    node_aid(g->crypto, &up->aid, &g->cfg_hash, up->next_input, &acc, leaf, span, &plan->key);
    NEED(bytes32_eq(&plan->key, &args->u.post.expected_aid), AID_MISMATCH);
    NEED(game_find_assertion(g, &plan->key) == GAME_NONE, ASSERTION_EXISTS);

    plan->value = up->next_input;
    if (tree_state_halted(state.ptr, up->next_input)) {
        plan->value = up->next_input + 1;
        if (game_inbox_count(g) > plan->value) plan->value = game_inbox_count(g);
    }
    return game_reserve_assertion(g) && game_reserve_nodes(g, 1) ? GAME_OK : GAME_NOMEM;
}

enum game_error game_do_post(struct game *g, const struct game_env *env,
                             const struct game_args *args, const struct game_plan *plan)
{
    uint32_t i = game_effect_post(g, plan->parent, &plan->key, &args->u.post.last_leaf,
                                  &args->u.post.span, plan->value, env->time);
    game_account_at(g, plan->account)->tip = i;
    const struct game_assertion *a = game_assertion_at(g, i);
    game_emit(g, &(struct game_event){.kind = GAME_EVENT_POSTED,
                                      .time = env->time,
                                      .who = env->caller,
                                      .gid = args->u.post.parent,
                                      .aid = a->aid,
                                      .last_leaf = a->last_leaf,
                                      .span = a->span,
                                      .input_end = a->input_end,
                                      .next_input = a->next_input});
    return GAME_OK;
}

enum game_error game_can_join(struct game *g, const struct game_env *env,
                              const struct game_args *args, struct game_plan *plan)
{
    const struct game_account *staker = staker_of(g, &env->caller, &plan->account);
    NEED(staker != NULL, NOT_STAKED);
    plan->a = game_find_assertion(g, &args->u.aid.aid);
    NEED(open_status(status_of(g, plan->a)), BAD_ASSERTION);
    NEED(staker->tip == GAME_NONE || staker->tip == game_assertion_at(g, plan->a)->parent,
         WRONG_TIP);
    return GAME_OK;
}

enum game_error game_do_join(struct game *g, const struct game_env *env,
                             const struct game_args *args, const struct game_plan *plan)
{
    game_account_at(g, plan->account)->tip = plan->a;
    game_emit(g, &(struct game_event){.kind = GAME_EVENT_JOINED,
                                      .time = env->time,
                                      .who = env->caller,
                                      .aid = args->u.aid.aid});
    return GAME_OK;
}

enum game_error game_can_unstake(struct game *g, const struct game_env *env,
                                 const struct game_args *args, struct game_plan *plan)
{
    (void)args;
    const struct game_account *staker = staker_of(g, &env->caller, &plan->account);
    NEED(staker != NULL, NOT_STAKED);
    NEED(staker->tip == GAME_NONE || status_of(g, staker->tip) == GAME_CONFIRMED, TIP_PENDING);
    return GAME_OK;
}

enum game_error game_do_unstake(struct game *g, const struct game_env *env,
                                const struct game_args *args, const struct game_plan *plan)
{
    (void)args;
    struct game_account *staker = game_account_at(g, plan->account);
    staker->credit += staker->bond;
    staker->bond = 0;
    staker->tip = GAME_NONE;
    staker->n_unstaked++;
    game_emit(g, &(struct game_event){
                     .kind = GAME_EVENT_UNSTAKED, .time = env->time, .who = env->caller});
    return GAME_OK;
}
