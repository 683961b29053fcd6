/* SPDX-License-Identifier: MIT */
/* Moves of money: claim, withdraw, sweep (PROTOCOL 7.3, 11, 13, 14). */
#include "game/core/clock.h"
#include "game/core/game_private.h"

uint64_t game_claim_end(const struct game *g, const struct game_assertion *a)
{
    return clock_add(a->won_at > a->slashed_at ? a->won_at : a->slashed_at, g->cfg.t);
}

u128 game_node_pay(const struct game *g, const struct game_node *n)
{
    /* u24 * 256 * u24 * 10^7 * 10^4 < 2^24 * 2^8 * 2^24 * 2^24 * 2^14: no overflow */
    return (u128)game_node_gas(n) * 256u * game_node_price(n) * 10000000u * g->cfg.reward_bps /
           10000u;
}

struct claim {
    struct game *g;
    uint32_t mover;
    uint32_t pot; /* assertion */
    u128 paid;
};

static void pay_node(void *ctx, uint32_t node)
{
    struct claim *c = (struct claim *)ctx;
    struct game_node *n = game_node_at(c->g, node);
    struct game_assertion *gid = game_assertion_at(c->g, c->pot);
    if (n->mover != c->mover || (n->gas_flags & GAME_NODE_CLAIMED)) return;
    u128 pay = game_node_pay(c->g, n);
    if (pay > gid->pot) return;
    n->gas_flags |= GAME_NODE_CLAIMED;
    gid->pot -= pay;
    c->paid += pay;
}

enum game_error game_can_claim(struct game *g, const struct game_env *env,
                               const struct game_args *args, struct game_plan *plan)
{
    plan->parent = game_find_assertion(g, &args->u.gid.gid);
    NEED(plan->parent != GAME_NONE, UNDECIDED);
    const struct game_assertion *gid = game_assertion_at(g, plan->parent);
    NEED(gid->winner != GAME_NONE, UNDECIDED);
    NEED(env->time <= game_claim_end(g, gid), CLAIM_CLOSED);
    plan->node = game_assertion_at(g, gid->winner)->root_node;
    enum game_error e =
        clock_eval(g, plan->node, args->u.gid.tree, env->time, NULL, NULL, &plan->value);
    if (e != GAME_OK) return e;
    return game_reserve_accounts(g, 1) ? GAME_OK : GAME_NOMEM;
}

enum game_error game_do_claim(struct game *g, const struct game_env *env,
                              const struct game_args *args, const struct game_plan *plan)
{
    const address nobody = {{0}};
    struct claim c = {.g = g, .pot = plan->parent};
    c.mover = game_find_account(g, &args->u.gid.mover);
    uint64_t bound;
    /* An address that never moved has no account: nothing matches but the zero mover. */
    if (address_eq(&args->u.gid.mover, &nobody)) c.mover = GAME_NONE;
    if (c.mover != GAME_NONE || address_eq(&args->u.gid.mover, &nobody)) {
        enum game_error e =
            clock_eval(g, plan->node, args->u.gid.tree, env->time, pay_node, &c, &bound);
        WH_ASSERT(e == GAME_OK);
    }
    if (c.paid != 0) game_credit(g, &args->u.gid.mover, c.paid);
    game_emit(g, &(struct game_event){.kind = GAME_EVENT_REWARDED,
                                      .time = env->time,
                                      .gid = args->u.gid.gid,
                                      .who = args->u.gid.mover,
                                      .amount = c.paid});
    return GAME_OK;
}

enum game_error game_can_withdraw(struct game *g, const struct game_env *env,
                                  const struct game_args *args, struct game_plan *plan)
{
    plan->account = game_find_account(g, &args->u.account);
    NEED(plan->account != GAME_NONE && game_account_at(g, plan->account)->credit != 0, NO_CREDIT);
    NEED(!env->pay_fails, PAY_FAILED);
    return GAME_OK;
}

enum game_error game_do_withdraw(struct game *g, const struct game_env *env,
                                 const struct game_args *args, const struct game_plan *plan)
{
    struct game_account *a = game_account_at(g, plan->account);
    u128 amount = a->credit;
    a->credit = 0;
    a->n_withdrawn++;
    g->balance -= amount;
    game_emit(g, &(struct game_event){.kind = GAME_EVENT_WITHDRAWN,
                                      .time = env->time,
                                      .who = args->u.account,
                                      .amount = amount});
    return GAME_OK;
}

enum game_error game_can_sweep(struct game *g, const struct game_env *env,
                               const struct game_args *args, struct game_plan *plan)
{
    plan->parent = game_find_assertion(g, &args->u.gid.gid);
    NEED(plan->parent != GAME_NONE, UNDECIDED);
    const struct game_assertion *gid = game_assertion_at(g, plan->parent);
    NEED(gid->winner != GAME_NONE, UNDECIDED);
    NEED(env->time > game_claim_end(g, gid), CLAIM_OPEN);
    return game_reserve_accounts(g, 1) ? GAME_OK : GAME_NOMEM;
}

enum game_error game_do_sweep(struct game *g, const struct game_env *env,
                              const struct game_args *args, const struct game_plan *plan)
{
    struct game_assertion *gid = game_assertion_at(g, plan->parent);
    u128 amount = gid->pot;
    gid->pot = 0;
    if (amount != 0) game_credit(g, &g->cfg.treasury, amount);
    game_emit(g, &(struct game_event){.kind = GAME_EVENT_SWEPT,
                                      .time = env->time,
                                      .gid = args->u.gid.gid,
                                      .amount = amount});
    return GAME_OK;
}
