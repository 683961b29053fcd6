/* SPDX-License-Identifier: MIT */
/* Moves on nodes: split, prove, refresh (PROTOCOL 7.3, 4-6). */
#include "game/core/clock.h"
#include "game/core/game_private.h"

/* Finds v; GAME_NONE if it does not exist. */
static uint32_t find(struct game *g, const struct wh_node *v)
{
    bytes32 id;
    node_id(g->crypto, v, &id);
    return game_find_node(g, &id);
}

/* The guards that split and prove share. */
static enum game_error playable(const struct game *g, const struct game_node *n)
{
    const struct game_context *c = game_context_at(g, n->ctx);
    NEED(game_rivaled(c), NOT_RIVALED);
    NEED(game_assertion_at(g, c->gid)->winner == GAME_NONE, DECIDED);
    return GAME_OK;
}

enum game_error game_can_split(struct game *g, const struct game_env *env,
                               const struct game_args *args, struct game_plan *plan)
{
    (void)env;
    plan->node = find(g, &args->u.split.v);
    NEED(plan->node != GAME_NONE, NO_NODE);
    const struct game_node *n = game_node_at(g, plan->node);
    plan->again = (n->gas_flags & GAME_NODE_SPLIT) != 0;
    if (plan->again) return GAME_OK;
    NEED(args->u.split.v.h > 0, TERMINAL);
    enum game_error e = playable(g, n);
    if (e != GAME_OK) return e;
    uint32_t arity = 1u << g->cfg.a;
    NEED(args->u.split.span_count == arity, BAD_ARITY);
    bytes32 root;
    tree_merkle(g->crypto, args->u.split.spans, g->cfg.a, &root);
    NEED(bytes32_eq(&root, &n->span), BAD_SPANS);
    return game_reserve_nodes(g, arity) && game_reserve_accounts(g, 1) ? GAME_OK : GAME_NOMEM;
}

enum game_error game_do_split(struct game *g, const struct game_env *env,
                              const struct game_args *args, const struct game_plan *plan)
{
    if (plan->again) return GAME_OK;
    uint32_t mover = game_account_get(g, &args->u.split.to);
    game_effect_split(g, plan->node, args->u.split.spans, mover, env->time);
    struct game_node *n = game_node_at(g, plan->node);
    game_node_meter(g, n, env);
    game_emit(g, &(struct game_event){.kind = GAME_EVENT_SPLIT,
                                      .time = env->time,
                                      .who = args->u.split.to,
                                      .id = n->id,
                                      .spans = args->u.split.spans,
                                      .span_count = (uint32_t)args->u.split.span_count});
    return GAME_OK;
}

/* The post leaf of the step after pre, by the contract's own judgement or the verifier's. */
static enum game_error judge(struct game *g, const struct game_env *env, uint64_t target,
                             const bytes32 *pre_leaf, wh_span pre, wh_span proof, bytes32 *post)
{
    if (tree_state_halted(pre.ptr, target)) {
        NEED(proof.len == 0, BAD_PROOF);
        *post = *pre_leaf;
        return GAME_OK;
    }
    NEED(env->gas_left >= (uint64_t)g->cfg.step_gas * 64 / 63 + 60000, LOW_GAS);
    bytes32 input = {{0}};
    uint64_t at = tree_state_inbox_pos(pre.ptr);
    if (tree_state_phase(pre.ptr) == 0 && at < game_inbox_count(g))
        input = game_input_at(g, (uint32_t)at)->hash;
    NEED(g->step != NULL && g->step(g->step_ctx, target, &input, pre.ptr, proof, post), NO_VERDICT);
    return GAME_OK;
}

enum game_error game_can_prove(struct game *g, const struct game_env *env,
                               const struct game_args *args, struct game_plan *plan)
{
    const struct wh_node *v = &args->u.prove.v;
    wh_span pre = args->u.prove.pre;
    plan->node = find(g, v);
    NEED(plan->node != GAME_NONE, NO_NODE);
    const struct game_node *n = game_node_at(g, plan->node);
    plan->again = (n->gas_flags & GAME_NODE_PROVEN) != 0;
    if (plan->again) return GAME_OK;
    NEED(v->h == 0, NOT_TERMINAL);
    enum game_error e = playable(g, n);
    if (e != GAME_OK) return e;
    NEED(pre.len == TREE_STATE_SIZE, BAD_STATE);
    bytes32 leaf, post;
    tree_leaf(g->crypto, pre.ptr, &leaf);
    NEED(tree_pre_ok(g->crypto, v->pos, &v->base, g->cfg.a, &leaf, args->u.prove.mp,
                     args->u.prove.mp_len),
         BAD_PRE);
    uint64_t target = game_assertion_at(g, game_context_at(g, n->ctx)->gid)->next_input;
    e = judge(g, env, target, &leaf, pre, args->u.prove.proof, &post);
    if (e != GAME_OK) return e;
    NEED(bytes32_eq(&post, &v->span), WRONG_POST);
    return game_reserve_accounts(g, 1) ? GAME_OK : GAME_NOMEM;
}

enum game_error game_do_prove(struct game *g, const struct game_env *env,
                              const struct game_args *args, const struct game_plan *plan)
{
    if (plan->again) return GAME_OK;
    uint32_t mover = game_account_get(g, &args->u.prove.to);
    game_effect_prove(g, plan->node, mover);
    struct game_node *n = game_node_at(g, plan->node);
    game_node_meter(g, n, env);
    game_emit(
        g, &(struct game_event){
               .kind = GAME_EVENT_PROVEN, .time = env->time, .who = args->u.prove.to, .id = n->id});
    return GAME_OK;
}

enum game_error game_can_refresh(struct game *g, const struct game_env *env,
                                 const struct game_args *args, struct game_plan *plan)
{
    plan->node = find(g, &args->u.refresh.v);
    NEED(plan->node != GAME_NONE, NO_NODE);
    return clock_eval(g, plan->node, args->u.refresh.tree, env->time, NULL, NULL, &plan->value);
}

enum game_error game_do_refresh(struct game *g, const struct game_env *env,
                                const struct game_args *args, const struct game_plan *plan)
{
    (void)args;
    struct game_node *n = game_node_at(g, plan->node);
    game_node_set_beta(n, plan->value); /* eval is never below the stored one */
    game_emit(g, &(struct game_event){.kind = GAME_EVENT_TIMER_UPDATED,
                                      .time = env->time,
                                      .id = n->id,
                                      .number = plan->value});
    return GAME_OK;
}
