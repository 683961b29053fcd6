/* SPDX-License-Identifier: MIT */
/* What a call to contract Game costs: calldata byte by byte, storage by what it held, and the work between
 * by the rows of gas.def. */
#include <string.h>

#include "game/sim/whittle_game.h"

#define TRANSACTION 21000u
#define BYTE_FULL   16u /* EIP-2028 */
#define BYTE_ZERO   4u
#define FLOOR_FULL  40u /* EIP-7623: no transaction is cheaper than its calldata by these */
#define FLOOR_ZERO  10u
#define WORD        (32 * BYTE_FULL)

static uint64_t gas_of_data(struct whittle_data d)
{
    return (BYTE_FULL * d.full + BYTE_ZERO * d.zero) / 8;
}

/* --- trees that a call shows */
struct walk {
    const struct game *g;
    uint32_t mover; /* of a claim; GAME_NONE: none */
    u128 pot, paid;
    uint64_t visits, contexts, pays, splits, bound;
};

static void visit(void *ctx, uint32_t node)
{
    struct walk *w = ctx;
    const struct game_node *n = game_node_at(w->g, node);
    w->visits++;
    w->contexts += (n->gas_flags & (GAME_NODE_FIRST | GAME_NODE_PROVEN)) == GAME_NODE_FIRST;
    if (w->mover == GAME_NONE || n->mover != w->mover || n->gas_flags & GAME_NODE_CLAIMED) return;
    u128 pay = game_node_pay(w->g, n);
    if (pay > w->pot) return;
    w->pot -= pay;
    w->paid += pay;
    w->pays++;
}

static uint64_t walk_gas(struct walk *w, uint32_t root, wh_span tree, uint64_t now)
{
    uint64_t arity = UINT64_C(1) << w->g->cfg.a;
    if (clock_eval(w->g, root, tree, now, visit, w, &w->bound) != GAME_OK) return 0;
    w->splits = (w->visits - 1) / arity; /* all but the first are children of one shown */
    return w->visits * SIM_GAS_VISIT + w->splits * SIM_GAS_VISIT_SPLIT;
}

/* --- calls */
static const address burn_address = {{[18] = 0xde, [19] = 0xad}};

static const struct game_account *account_of(const struct game *g, const address *who)
{
    static const struct game_account none = {.tip = GAME_NONE};
    const struct game_account *a = game_account_of(g, who);
    return a == NULL ? &none : a;
}

/* Credit is added to a slot that was empty, or not. */
static uint64_t credit_gas(const struct game *g, const address *who)
{
    return account_of(g, who)->credit == 0 ? SIM_GAS_SLOT_NEW : 0;
}

static uint64_t post_gas(const struct sim *s)
{
    const struct game *g = &whittle_of(s)->g;
    uint64_t gas = SIM_GAS_POST + SIM_GAS_POST_LEVEL * (uint64_t)g->cfg.k;
    return game_assertion_at(g, g->genesis)->roots == 0 ? gas + SIM_GAS_POST_FIRST : gas;
}

/* prove_gas is a whole transaction at an odd position: one sibling, no trailing zero. */
static uint64_t prove_gas(const struct sim *s, const struct game_args *args)
{
    uint64_t gas = sim_get(s, SIM_PROVE_GAS), pos = args->u.prove.v.pos;
    uint64_t siblings = args->u.prove.mp_len;
    unsigned a = (unsigned)sim_get(s, SIM_A);
    if (tree_state_phase(args->u.prove.pre.ptr) == 0) gas += SIM_GAS_PROVE_INPUT;
    if (siblings == 0) return gas - WORD;
    return gas + (siblings - 1) * (WORD + SIM_GAS_PROVE_LEVEL) +
           tree_trailing_digits(pos, a) * SIM_GAS_PROVE_DIGIT;
}

/* Nothing burnt leaves the one slot as it is, all burnt the other, if another slash wrote its time. */
static uint64_t slash_gas(const struct sim *s)
{
    const struct game *g = &whittle_of(s)->g;
    uint64_t burn = sim_get(s, SIM_BURN);
    if (burn == 0) return SIM_GAS_SLASH - SIM_GAS_SLOT_SAME;
    bool same = game_assertion_at(g, g->genesis)->slashed_at == WHITTLE_EPOCH + s->now;
    return SIM_GAS_SLASH + credit_gas(g, &burn_address) -
           (burn == 10000 && same ? SIM_GAS_SLOT_SAME : 0);
}

static uint64_t claim_gas(const struct sim *s, const struct game_args *args)
{
    const struct game *g = &whittle_of(s)->g;
    const struct game_assertion *up = game_assertion_of(g, &args->u.gid.gid);
    if (up == NULL || up->winner == GAME_NONE) return 0;
    struct walk w = {.g = g, .mover = game_find_account(g, &args->u.gid.mover), .pot = up->pot};
    uint64_t gas = walk_gas(&w, game_assertion_at(g, up->winner)->root_node, args->u.gid.tree,
                            WHITTLE_EPOCH + s->now);
    gas += SIM_GAS_CLAIM + w.visits * SIM_GAS_CLAIM_VISIT + w.pays * SIM_GAS_CLAIM_PAID;
    if (w.paid == 0) return gas - 2 * SIM_GAS_SLOT_SAME;
    return gas + credit_gas(g, &args->u.gid.mover);
}

static uint64_t tree_gas(const struct sim *s, const struct game_args *args)
{
    const struct game *g = &whittle_of(s)->g;
    struct walk w = {.g = g, .mover = GAME_NONE};
    uint32_t root;
    wh_span tree = args->u.aid.tree;
    if (args->move == GAME_MOVE_REFRESH) {
        bytes32 id;
        node_id(g->crypto, &args->u.refresh.v, &id);
        root = game_find_node(g, &id);
        tree = args->u.refresh.tree;
    } else {
        const struct game_assertion *a = game_assertion_of(g, &args->u.aid.aid);
        root = a == NULL ? GAME_NONE : a->root_node;
    }
    if (root == GAME_NONE) return 0;
    uint64_t gas = walk_gas(&w, root, tree, WHITTLE_EPOCH + s->now);
    gas += w.contexts * SIM_GAS_VISIT_CONTEXT;
    if (args->move == GAME_MOVE_DECIDE) return gas + SIM_GAS_DECIDE;
    return gas + SIM_GAS_REFRESH +
           (w.bound > game_node_beta(game_node_at(g, root)) ? SIM_GAS_REFRESH_RAISED : 0);
}

/* Work and storage of a call that does what it should; splits are known when it is done. */
static uint64_t work_gas(const struct sim *s, const struct game_env *env,
                         const struct game_args *args)
{
    const struct game *g = &whittle_of(s)->g;
    switch ((int)args->move) {
    case GAME_MOVE_STAKE: return SIM_GAS_STAKE;
    case GAME_MOVE_POST: return post_gas(s);
    case GAME_MOVE_REFRESH:
    case GAME_MOVE_DECIDE: return tree_gas(s, args);
    case GAME_MOVE_CONFIRM: return SIM_GAS_CONFIRM;
    case GAME_MOVE_REJECT: return SIM_GAS_REJECT;
    case GAME_MOVE_SLASH: return slash_gas(s);
    case GAME_MOVE_CLAIM: return claim_gas(s, args);
    case GAME_MOVE_UNSTAKE: return SIM_GAS_UNSTAKE + credit_gas(g, &env->caller);
    case GAME_MOVE_WITHDRAW: return SIM_GAS_WITHDRAW;
    default: return 0;
    }
}

static uint64_t split_work(unsigned a, uint64_t first, uint64_t rivals)
{
    return SIM_GAS_SPLIT + ((uint64_t)SIM_GAS_CHILD << a) + first * SIM_GAS_CHILD_FIRST +
           rivals * SIM_GAS_CHILD_RIVAL;
}

static bool on_node(const struct game_args *args)
{
    return args->move == GAME_MOVE_SPLIT || args->move == GAME_MOVE_PROVE;
}

/* What the whole is: no less than the floor of its calldata; and what PROTOCOL 7.3 has the contract
 * count of it: not what comes after the count, and calldata as if no byte were 0. */
static void total(const struct sim *s, struct whittle_bill *b, const struct game_args *args,
                  uint64_t gas)
{
    uint64_t all = gas - b->data + BYTE_FULL * (uint64_t)b->bytes;
    uint64_t rest =
        args->move == GAME_MOVE_PROVE ? SIM_GAS_UNMETERED_PROOF : SIM_GAS_UNMETERED_SPLIT;
    b->gas = gas > b->floor ? gas : b->floor;
    b->metered = on_node(args) && all > rest ? (all - rest) * sim_get(s, SIM_REPRICING) / 10000 : 0;
}

void whittle_bill_open(const struct sim *s, const struct game_env *env,
                       const struct game_args *args, struct whittle_bill *b)
{
    const struct game *g = &whittle_of(s)->g;
    struct whittle_data d = whittle_data(args, g->cfg.a, sim_get(s, SIM_PROVE_BYTES));
    b->nodes = g->nodes.count;
    b->contexts = g->contexts.count;
    b->data = gas_of_data(d);
    b->floor = TRANSACTION + (FLOOR_FULL * d.full + FLOOR_ZERO * d.zero) / 8;
    b->bytes = (uint32_t)((d.full + d.zero) / 8);
    if (args->move == GAME_MOVE_PROVE)
        total(s, b, args, prove_gas(s, args));
    else
        total(s, b, args, b->data + work_gas(s, env, args));
}

void whittle_bill_close(const struct sim *s, const struct game_args *args, enum game_error e,
                        struct whittle_bill *b)
{
    const struct whittle *w = whittle_of(s);
    const struct game *g = &w->g;
    uint64_t gas = b->data;
    if (e == GAME_OK && (!on_node(args) || w->moved)) {
        if (args->move != GAME_MOVE_SPLIT) return;
        uint64_t first = g->contexts.count - b->contexts;
        gas += split_work(g->cfg.a, first, g->nodes.count - b->nodes - first);
    } else {
        gas += e == GAME_OK          ? SIM_GAS_AGAIN
               : e == GAME_E_DECIDED ? SIM_GAS_REFUSED_DECIDED
                                     : SIM_GAS_REFUSED;
    }
    total(s, b, args, gas);
}

uint64_t whittle_split_gas(unsigned a, uint64_t first, uint64_t rivals)
{
    struct game_args args = {.move = GAME_MOVE_SPLIT};
    args.u.split.span_count = (size_t)1 << a;
    memset(&args.u.split.to, 0xff, sizeof args.u.split.to);
    return split_work(a, first, rivals) + gas_of_data(whittle_data(&args, a, 0));
}

uint64_t whittle_rival_gas(const struct sim_params *p)
{
    uint64_t k = p->v[SIM_K], a = p->v[SIM_A];
    uint8_t state[TREE_STATE_SIZE] = {0};
    struct game_args args = {.move = GAME_MOVE_POST};
    args.u.post.path_len = k;
    args.u.post.state = wh_span_of(state, sizeof state);
    return SIM_GAS_STAKE + SIM_GAS_POST + k * SIM_GAS_POST_LEVEL +
           gas_of_data(whittle_data(&args, (unsigned)a, 0)) +
           k / a * whittle_split_gas((unsigned)a, UINT64_C(1) << a, 0);
}
