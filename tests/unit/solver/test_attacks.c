/* SPDX-License-Identifier: MIT */
/* The attacks of docs/ATTACKS.md that the twin and the strategy meet, under their names. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/stage.h"
#include "tests/tap.h"

static struct stage s;
static uint8_t saved[1 << 22];

#define LIES(...) ((const uint64_t[][2]){__VA_ARGS__, {0, 0}})
#define LIE       WORLD_LIE

/* Honest and one liar have posted: the shape that most plays start from. */
static unsigned two_roots(unsigned k, unsigned a, uint64_t t, uint32_t items, uint64_t leaf)
{
    stage_open(&s, k, a, t, 1, items);
    unsigned l = stage_party(&s, LIES({leaf, LIE}));
    CHECK_EQ(stage_block(&s, 0, 1), 1);
    CHECK(stage_do(&s, l, GAME_MOVE_POST));
    return l;
}

/* The honest side plays alone until the game is decided; the block count, 0: too late. */
static unsigned until_decided(unsigned i, unsigned most)
{
    for (unsigned n = 1; n <= most; n++) {
        stage_block(&s, i, 1);
        if (stage_winner(&s) != GAME_NONE) return n;
    }
    return 0;
}

static bool honest_won(void)
{
    return stage_winner(&s) != GAME_NONE &&
           game_assertion_at(&s.g, stage_winner(&s)) == stage_own(&s, 0);
}

/* Everything after the decision: confirm, reject, slash, claims, sweeps, the own bond back. */
static void settle(void)
{
    s.me[0].leaving = true;
    for (int i = 0; i < 6; i++)
        stage_block(&s, 0, s.g.cfg.grace + 1);
    stage_wait(&s, 2 * s.g.cfg.t);
    for (int i = 0; i < 4; i++)
        stage_block(&s, 0, 1);
    const struct game_account *me = game_account_of(&s.g, &s.me[0].who);
    CHECK(me->bond == 0 && me->credit == 0);
    CHECK(s.g.balance == game_sum_bonds(&s.g) + game_sum_pots(&s.g) + game_sum_credits(&s.g));
}

/* 1. A thousand rivals that never split: one split answers all of them. */
static void t_attack_1000_roots_one_split(void)
{
    stage_open(&s, 8, 2, 100, 1, 40);
    CHECK_EQ(stage_block(&s, 0, 1), 1);
    for (uint64_t i = 0; i < 1000; i++) {
        unsigned l = stage_party(&s, LIES({1 + i % 42, LIE + i / 42}));
        CHECK(stage_do(&s, l, GAME_MOVE_POST));
    }
    CHECK(until_decided(0, 200) != 0);
    CHECK(honest_won());
    CHECK_EQ(s.made[GAME_MOVE_SPLIT], 1);
    CHECK_EQ(s.made[GAME_MOVE_PROVE], 0);
    settle();
    CHECK_EQ(s.made[GAME_MOVE_SLASH], 1000);
    CHECK_EQ(s.made[GAME_MOVE_REJECT], 1000);
    stage_close(&s);
}

/* 2. A thousand rivals down to the leaves: splits are shared, one proof per disputed leaf, and the
 * decision's tree, though large, is shown in pieces of at most 2,000 visits. */
static void t_attack_1000_roots_full(void)
{
    stage_open(&s, 8, 2, 100, 1, 254);
    CHECK_EQ(stage_block(&s, 0, 1), 1);
    for (uint64_t i = 0; i < 1000; i++) {
        unsigned l = stage_party(&s, LIES({1 + i % 250, LIE + i / 250}));
        CHECK(stage_do(&s, l, GAME_MOVE_POST));
    }
    for (int round = 0; round < 6; round++) {
        stage_block(&s, 0, 1);
        for (unsigned l = 1; l < s.parties; l++)
            stage_storm(&s, l, 1 + (l - 1) % 250);
    }
    CHECK(until_decided(0, 250) != 0);
    CHECK(honest_won());
    /* 1 + 4 + 16 + 64 inner nodes, less those that cover no disputed leaf */
    CHECK(s.made[GAME_MOVE_SPLIT] <= 85 && s.made[GAME_MOVE_SPLIT] >= 80);
    /* one per leaf in dispute, whatever the number of liars */
    CHECK_EQ(s.made[GAME_MOVE_PROVE], 250);
    stage_close(&s);
}

/* 3. The rival moves just before T each time: it gains nothing by it. */
static void t_slow_play_every_depth(void)
{
    const uint64_t t = 60;
    unsigned l = two_roots(8, 2, t, 254, 100);
    uint64_t from = s.now;
    for (int i = 0; i < 400 && stage_winner(&s) == GAME_NONE; i++) {
        const struct game_assertion *own = stage_own(&s, 0);
        stage_block(&s, 0, 1);
        if (stage_winner(&s) == GAME_NONE && clock_beta(&s.g, own->root_node, s.now) + 2 >= t)
            stage_storm(&s, l, 0);
        CHECK(clock_beta(&s.g, stage_own(&s, l)->root_node, s.now) < t);
    }
    CHECK(honest_won());
    CHECK(s.now - from <= t + 2 * (8 / 2 + 4)); /* N* */
    stage_close(&s);
}

/* 4. A rival in the block of the decision cannot take back time that has passed. */
static void t_last_block_rival(void)
{
    stage_open(&s, 4, 2, 50, 1, 6);
    unsigned l = stage_party(&s, LIES({3, LIE}));
    CHECK_EQ(stage_block(&s, 0, 1), 1);
    stage_wait(&s, 50);
    CHECK(stage_do(&s, l, GAME_MOVE_POST)); /* same second, ahead of decide */
    CHECK(stage_do(&s, 0, GAME_MOVE_DECIDE));
    CHECK(honest_won());
    stage_close(&s);
}

/* 5. Who posts after T and before the decision loses the bond. */
static void t_late_rival_loses_bond(void)
{
    stage_open(&s, 4, 2, 50, 1, 6);
    unsigned l = stage_party(&s, LIES({3, LIE}));
    stage_block(&s, 0, 1);
    stage_wait(&s, 60);
    CHECK(stage_do(&s, l, GAME_MOVE_POST));
    CHECK(until_decided(0, 3) != 0);
    settle();
    const struct game_account *a = game_account_of(&s.g, &s.me[l].who);
    CHECK(a->bond == 0 && a->credit == 0);
    stage_close(&s);
}

/* 6. Somebody made the same move before: ours changes nothing, and the strategy drops it. */
static void t_frontrun_same_move_noop(void)
{
    two_roots(4, 2, 50, 6, 3);
    unsigned other = stage_party(&s, NULL); /* a second honest party */
    struct solver_out out = stage_ask(&s, 0);
    const struct solver_move *split = stage_find(&out, GAME_MOVE_SPLIT);
    CHECK(split != NULL);
    struct game_args args = split->args;
    bytes32 spans[4], before, after;
    memcpy(spans, args.u.split.spans, sizeof spans);
    args.u.split.spans = spans;
    CHECK(stage_do(&s, other, GAME_MOVE_SPLIT));
    game_digest(&s.g, DIGEST_FULL, &before);
    CHECK_EQ(stage_args(&s, 0, &args, 0), GAME_OK);
    game_digest(&s.g, DIGEST_FULL, &after);
    CHECK_MEM(after.b, before.b, 32);
    out = stage_ask(&s, 0);
    CHECK(stage_find(&out, GAME_MOVE_SPLIT) == NULL);
    stage_close(&s);
}

/* 7. A copied move with another payee steals a reward, never more than the pot, once. */
static void t_reward_frontrun_bounded(void)
{
    unsigned l = two_roots(4, 2, 50, 6, 3);
    struct solver_out out = stage_ask(&s, 0);
    struct game_args args = stage_find(&out, GAME_MOVE_SPLIT)->args;
    args.u.split.to = s.me[l].who;
    CHECK_EQ(stage_args(&s, l, &args, 0), GAME_OK);
    CHECK(until_decided(0, 100) != 0);
    for (int i = 0; i < 4; i++)
        stage_block(&s, 0, 6);
    const struct game_assertion *gid = game_assertion_at(&s.g, s.g.genesis);
    u128 pot = gid->pot;
    struct game_args claim = {.move = GAME_MOVE_CLAIM};
    uint8_t tree[1 + 4 * 32 + 4] = {1};
    const struct game_node *root =
        game_node_at(&s.g, game_assertion_at(&s.g, gid->winner)->root_node);
    for (unsigned j = 0; j < 4; j++)
        memcpy(tree + 1 + 32 * j, game_node_at(&s.g, game_kids(&s.g, root)[j])->span.b, 32);
    claim.u.gid.gid = gid->aid;
    claim.u.gid.mover = s.me[l].who;
    claim.u.gid.tree = wh_span_of(tree, sizeof tree);
    CHECK_EQ(stage_args(&s, l, &claim, 0), GAME_OK);
    u128 paid = game_account_of(&s.g, &s.me[l].who)->credit;
    CHECK(paid == (u128)(200000 >> 8 << 8) * 20000000000u);
    CHECK(gid->pot == pot - paid);
    CHECK_EQ(stage_args(&s, l, &claim, 0), GAME_OK); /* 12: once */
    CHECK(game_account_of(&s.g, &s.me[l].who)->credit == paid);
    stage_close(&s);
}

/* 8. A copy of the honest assertion is no second assertion. */
static void t_duplicate_post_reverts(void)
{
    stage_open(&s, 4, 2, 50, 1, 6);
    unsigned other = stage_party(&s, NULL);
    struct solver_out out = stage_ask(&s, other);
    struct game_args args = stage_find(&out, GAME_MOVE_POST)->args;
    bytes32 path[4];
    uint8_t state[TREE_STATE_SIZE];
    memcpy(path, args.u.post.path, sizeof path);
    memcpy(state, args.u.post.state.ptr, sizeof state);
    args.u.post.path = path;
    args.u.post.state.ptr = state;
    CHECK_EQ(stage_block(&s, 0, 1), 1);
    CHECK_EQ(stage_args(&s, other, &args, 0), GAME_E_ASSERTION_EXISTS);
    /* the strategy joins it instead */
    CHECK(stage_do(&s, other, GAME_MOVE_POST) == false);
    CHECK_EQ(game_assertion_at(&s.g, s.g.genesis)->roots, 1);
    stage_close(&s);
}

/* 9. Both sides are one: the burnt share is lost whatever the rewards. */
static void t_selfdeal_net_loss(void)
{
    unsigned l = two_roots(4, 2, 50, 6, 3);
    s.gas = 16000000;
    s.gasprice = 400000000000;
    s.basefee = 399000000000;
    for (int i = 0; i < 4; i++) {
        stage_storm(&s, l, 0);
        stage_block(&s, 0, 1);
    }
    CHECK(until_decided(0, 100) != 0);
    settle();
    const address burn = {{[18] = 0xde, [19] = 0xad}};
    CHECK(game_account_of(&s.g, &burn)->credit == s.g.cfg.bond / 2);
    stage_close(&s);
}

/* 10. A padded gas price drains nothing: base fee + 2 gwei and maxPrice cap what is noted. */
static void t_price_capped_basefee_plus_tip(void)
{
    static const struct {
        uint64_t gasprice, basefee;
        uint32_t noted; /* 0.01 gwei */
    } row[] = {{5000000000, 4000000000, 500},
               {900000000000, 4000000000, 600},
               {900000000000, 899000000000, 20000},
               {UINT64_MAX, UINT64_MAX, 20000},
               {0, 0, 0}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        two_roots(4, 2, 50, 6, 3);
        s.gasprice = row[i].gasprice;
        s.basefee = row[i].basefee;
        struct solver_out out = stage_ask(&s, 0);
        bytes32 id = stage_find(&out, GAME_MOVE_SPLIT)->id;
        CHECK(stage_do(&s, 0, GAME_MOVE_SPLIT));
        CHECK_EQ(game_node_price(game_node_of(&s.g, &id)), row[i].noted);
        stage_close(&s);
    }
}

/* 11. Only nodes of the winner's tree are paid. */
static void t_claim_needs_winner_path(void)
{
    unsigned l = two_roots(4, 2, 50, 6, 3);
    stage_block(&s, 0, 1);
    stage_storm(&s, l, 0); /* the liar's moves on its own root */
    CHECK(until_decided(0, 100) != 0);
    for (int i = 0; i < 4; i++)
        stage_block(&s, 0, 6);
    const struct game_node *bad = game_node_at(&s.g, stage_own(&s, l)->root_node);
    CHECK(bad->gas_flags & GAME_NODE_SPLIT);
    uint8_t tree[1 + 4 * 32 + 4] = {1};
    for (unsigned j = 0; j < 4; j++)
        memcpy(tree + 1 + 32 * j, game_node_at(&s.g, game_kids(&s.g, bad)[j])->span.b, 32);
    struct game_args claim = {.move = GAME_MOVE_CLAIM};
    claim.u.gid.gid = game_assertion_at(&s.g, s.g.genesis)->aid;
    claim.u.gid.mover = s.me[l].who;
    claim.u.gid.tree = wh_span_of(tree, sizeof tree);
    CHECK_EQ(stage_args(&s, l, &claim, 0), GAME_E_BAD_TREE);
    stage_close(&s);
}

/* 13. Every id binds the game, its configuration and the chain. */
static void t_ids_bind_gid_cfg_chain(void)
{
    struct game_config a = {.k = 4, .a = 2, .t = 1, .bond = 1, .step_gas = 1, .chain_id = 1}, b = a;
    bytes32 ha, hb, one, two, leaf = {{1}}, zero = {{0}};
    b.chain_id = 2;
    game_config_hash(NULL, &a, &ha);
    game_config_hash(NULL, &b, &hb);
    CHECK(!bytes32_eq(&ha, &hb));
    node_aid(NULL, &zero, &ha, 1, &zero, &leaf, &leaf, &one);
    node_aid(NULL, &zero, &hb, 1, &zero, &leaf, &leaf, &two);
    CHECK(!bytes32_eq(&one, &two));
    node_aid(NULL, &zero, &ha, 1, &leaf, &leaf, &leaf, &two); /* I28: other inputs, other aid */
    CHECK(!bytes32_eq(&one, &two));
    struct wh_node v = {.gid = one, .h = 2}, w = v;
    w.gid = two;
    node_id(NULL, &v, &ha);
    node_id(NULL, &w, &hb);
    CHECK(!bytes32_eq(&ha, &hb));
}

/* 14. A history that halts early, or lies in the padding, is beaten; in the padding by a proof
 * without a witness. */
static void t_padding_long_short_split(void)
{
    for (unsigned kind = 0; kind < 2; kind++) {
        stage_open(&s, 4, 2, 50, 1, 6);
        unsigned l =
            kind == 0 ? stage_party(&s, LIES({3, WORLD_HALT})) : stage_party(&s, LIES({40, LIE}));
        if (kind == 1) s.chain[l]->pad_lie = 3;
        CHECK_EQ(stage_block(&s, 0, 1), 1);
        CHECK(stage_do(&s, l, GAME_MOVE_POST));
        bool idle = false;
        for (int i = 0; i < 100 && stage_winner(&s) == GAME_NONE; i++) {
            stage_storm(&s, l, 0);
            struct solver_out out = stage_ask(&s, 0);
            const struct solver_move *m = stage_find(&out, GAME_MOVE_PROVE);
            idle = idle || (m != NULL && m->idle);
            stage_block(&s, 0, 1);
        }
        CHECK(honest_won());
        CHECK_EQ(s.made[GAME_MOVE_PROVE], 1);
        CHECK_EQ(idle, kind == 1);
        stage_close(&s);
    }
}

/* 15. The right end behind a wrong interior is a rival, and loses. */
static void t_same_lastleaf_wrong_history(void)
{
    stage_open(&s, 4, 2, 50, 1, 6);
    unsigned l = stage_party(&s, LIES({3, LIE}, {4, WORLD_TRUTH}));
    stage_block(&s, 0, 1);
    CHECK(stage_do(&s, l, GAME_MOVE_POST));
    CHECK(bytes32_eq(&stage_own(&s, l)->last_leaf, &stage_own(&s, 0)->last_leaf));
    for (int i = 0; i < 100 && stage_winner(&s) == GAME_NONE; i++) {
        stage_storm(&s, l, 0);
        stage_block(&s, 0, 1);
    }
    CHECK(honest_won());
    CHECK_EQ(s.made[GAME_MOVE_PROVE], 1); /* base commits to the prefix: one dispute, not many */
    stage_close(&s);
}

/* 16. Spans that hash right under a wrong number or height. */
static void t_split_arity_height_guard(void)
{
    two_roots(4, 2, 50, 6, 3);
    struct solver_out out = stage_ask(&s, 0);
    struct game_args args = stage_find(&out, GAME_MOVE_SPLIT)->args;
    bytes32 two[2], eight[8];
    tree_merkle(s.w.crypto, args.u.split.spans, 1, &two[0]);
    tree_merkle(s.w.crypto, args.u.split.spans + 2, 1, &two[1]);
    for (unsigned i = 0; i < 4; i++)
        eight[2 * i] = eight[2 * i + 1] = args.u.split.spans[i];
    args.u.split.spans = two;
    args.u.split.span_count = 2;
    CHECK_EQ(stage_args(&s, 0, &args, 0), GAME_E_BAD_ARITY);
    args.u.split.spans = eight;
    args.u.split.span_count = 8;
    CHECK_EQ(stage_args(&s, 0, &args, 0), GAME_E_BAD_ARITY);
    args.u.split.span_count = 4;
    CHECK_EQ(stage_args(&s, 0, &args, 0), GAME_E_BAD_SPANS);
    args.u.split.v.h = 2; /* the same node under another height does not exist */
    CHECK_EQ(stage_args(&s, 0, &args, 0), GAME_E_NO_NODE);
    stage_close(&s);
}

/* Plays until the honest side wants to prove; its move. */
static struct solver_out until_prove(unsigned l)
{
    for (int i = 0; i < 20; i++) {
        stage_storm(&s, l, 0);
        struct solver_out out = stage_ask(&s, 0);
        if (stage_find(&out, GAME_MOVE_PROVE) != NULL) return out;
        stage_block(&s, 0, 1);
    }
    abort();
}

/* 17. Leaves are not split, others not proven. */
static void t_move_kind_guard(void)
{
    unsigned l = two_roots(4, 2, 50, 6, 3);
    struct solver_out out = stage_ask(&s, 0);
    struct game_args split = stage_find(&out, GAME_MOVE_SPLIT)->args;
    bytes32 spans[4];
    memcpy(spans, split.u.split.spans, sizeof spans);
    struct game_args prove = {.move = GAME_MOVE_PROVE};
    prove.u.prove.v = split.u.split.v;
    prove.u.prove.pre = wh_span_of(s.w.genesis, TREE_STATE_SIZE);
    CHECK_EQ(stage_args(&s, 0, &prove, 0), GAME_E_NOT_TERMINAL);
    out = until_prove(l);
    split.u.split.v = stage_find(&out, GAME_MOVE_PROVE)->args.u.prove.v;
    split.u.split.spans = spans;
    CHECK_EQ(stage_args(&s, 0, &split, 0), GAME_E_TERMINAL);
    stage_close(&s);
}

/* 18. Too little gas for the verifier is no verdict, at any limit below the guard. */
static void t_prove_low_gas_reverts_no_verdict(void)
{
    unsigned l = two_roots(4, 2, 50, 6, 3);
    struct solver_out out = until_prove(l);
    const struct solver_move *m = stage_find(&out, GAME_MOVE_PROVE);
    uint64_t need = (uint64_t)s.g.cfg.step_gas * 64 / 63 + 60000;
    struct game_env env = {.caller = s.me[0].who, .time = s.now};
    for (env.gas_left = 0; env.gas_left < need; env.gas_left += 40009)
        CHECK_EQ(game_check(&s.g, &env, &m->args), GAME_E_LOW_GAS);
    env.gas_left = need - 1;
    CHECK_EQ(game_check(&s.g, &env, &m->args), GAME_E_LOW_GAS);
    env.gas_left = need;
    CHECK_EQ(game_check(&s.g, &env, &m->args), GAME_OK);
    stage_close(&s);
}

/* 21. A payee that refuses harms only its own withdrawal. */
static void t_reverting_payee_isolated(void)
{
    two_roots(4, 2, 50, 6, 3);
    CHECK(until_decided(0, 100) != 0);
    for (int i = 0; i < 4; i++) {
        struct solver_out out = stage_ask(&s, 0);
        stage_wait(&s, 6);
        for (size_t j = 0; j < out.count; j++)
            if (out.moves[j].kind != GAME_MOVE_WITHDRAW) (void)stage_move(&s, 0, &out.moves[j]);
    }
    u128 credit = game_account_of(&s.g, &s.me[0].who)->credit;
    CHECK(credit > 0);
    struct game_env env = {.caller = s.me[0].who, .time = s.now, .pay_fails = true};
    struct game_args args = {.move = GAME_MOVE_WITHDRAW};
    args.u.account = s.me[0].who;
    CHECK_EQ(game_apply(&s.g, &env, &args), GAME_E_PAY_FAILED);
    CHECK(game_account_of(&s.g, &s.me[0].who)->credit == credit);
    args.u.account = (address){{[18] = 0xde, [19] = 0xad}};
    CHECK_EQ(stage_args(&s, 0, &args, 0), GAME_OK);
    stage_close(&s);
}

/* 23. A reorg swaps two posts: nodes are named by content, so the moves mean the same. */
static void t_reorg_content_addressed(void)
{
    stage_open(&s, 4, 2, 50, 1, 6);
    unsigned l = stage_party(&s, LIES({3, LIE}));
    size_t size = game_save(&s.g, saved, sizeof saved);
    bytes32 key[2];
    for (int order = 0; order < 2; order++) {
        CHECK(stage_do(&s, order == 0 ? 0 : l, GAME_MOVE_POST));
        CHECK(stage_do(&s, order == 0 ? l : 0, GAME_MOVE_POST));
        struct solver_out out = stage_ask(&s, 0);
        key[order] = stage_find(&out, GAME_MOVE_SPLIT)->key;
        game_load(&s.g, saved, size);
    }
    CHECK_MEM(key[0].b, key[1].b, 32);
    stage_close(&s);
}

/* 28. Clocks count seconds: half the slot time, the same T. */
static void t_slot_6s_same_T(void)
{
    uint64_t decided[2];
    for (unsigned i = 0; i < 2; i++) {
        stage_open(&s, 4, 2, 600, 1, 6);
        uint64_t from = s.now;
        for (int n = 0; n < 400 && stage_winner(&s) == GAME_NONE; n++)
            stage_block(&s, 0, i == 0 ? 12 : 6);
        decided[i] = s.now - from;
        stage_close(&s);
    }
    CHECK(decided[0] >= 600 && decided[0] <= 600 + 36);
    CHECK(decided[1] >= 600 && decided[1] <= 600 + 18);
}

/* 29. Blocks of one timestamp: rivals of the same second have no time at all. */
static void t_timestamp_equal_blocks(void)
{
    unsigned l = two_roots(4, 2, 50, 6, 3);
    for (int i = 0; i < 10; i++) {
        stage_storm(&s, l, 0);
        stage_block(&s, 0, 0);
    }
    CHECK_EQ(clock_lambda(&s.g, game_node_at(&s.g, stage_own(&s, 0)->root_node), s.now), 0);
    CHECK_EQ(clock_beta(&s.g, stage_own(&s, l)->root_node, s.now), 0);
    CHECK(until_decided(0, 60) != 0);
    CHECK(honest_won());
    stage_close(&s);
}

/* 30. A child that two parents share lends its time to none: the other children count. */
static void t_merged_child_min_rule(void)
{
    stage_open(&s, 4, 2, 50, 1, 14);
    unsigned a = stage_party(&s, LIES({13, LIE})), b = stage_party(&s, LIES({13, LIE + 1}));
    CHECK(stage_do(&s, a, GAME_MOVE_POST));
    CHECK(stage_do(&s, b, GAME_MOVE_POST));
    CHECK_EQ(stage_block(&s, 0, 1), 1);
    CHECK(stage_do(&s, a, GAME_MOVE_SPLIT));
    stage_wait(&s, 30); /* a's left children, true ones, run without a rival */
    CHECK(stage_do(&s, b, GAME_MOVE_SPLIT));
    const struct game_node *rb = game_node_at(&s.g, stage_own(&s, b)->root_node);
    CHECK(clock_beta(&s.g, game_kids(&s.g, rb)[0], s.now) >= 30); /* shared */
    CHECK_EQ(clock_beta(&s.g, stage_own(&s, b)->root_node, s.now), 0);
    CHECK(until_decided(0, 100) != 0);
    CHECK(honest_won());
    stage_close(&s);
}

/* 31, 32. Forged, repeated and truncated trees change no beta beyond the true one. */
static void t_refresh_tree_fuzz(void)
{
    unsigned l = two_roots(4, 2, 50, 6, 3);
    stage_block(&s, 0, 1);
    stage_storm(&s, l, 0);
    stage_block(&s, 0, 1);
    stage_wait(&s, 20);
    uint32_t root = stage_own(&s, 0)->root_node;
    uint64_t truth = clock_beta(&s.g, root, s.now), x = 12345;
    uint8_t tree[600];
    unsigned fine = 0;
    for (int i = 0; i < 20000; i++) {
        size_t len = 0;
        struct game_args r = {.move = GAME_MOVE_REFRESH};
        game_node_ref(&s.g, game_node_at(&s.g, root), &r.u.refresh.v);
        /* a true tree: root open, then stops or opened children; then damaged */
        tree[len++] = 1;
        const uint32_t *kids = game_kids(&s.g, game_node_at(&s.g, root));
        for (unsigned j = 0; j < 4; j++, len += 32)
            memcpy(tree + len, game_node_at(&s.g, kids[j])->span.b, 32);
        for (unsigned j = 0; j < 4; j++) {
            const struct game_node *kid = game_node_at(&s.g, kids[j]);
            x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
            bool open = (kid->gas_flags & GAME_NODE_SPLIT) && (x >> 40) % 2 != 0;
            tree[len++] = open;
            for (unsigned m = 0; open && m < 4; m++, len += 32)
                memcpy(tree + len, game_node_at(&s.g, game_kids(&s.g, kid)[m])->span.b, 32);
            for (unsigned m = 0; open && m < 4; m++)
                tree[len++] = 0;
        }
        x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
        if (i % 3 == 1) tree[(x >> 33) % len] ^= (uint8_t)(1u << (x >> 20) % 8);
        if (i % 3 == 2) len = (x >> 33) % (len + 20);
        r.u.refresh.tree = wh_span_of(tree, len);
        size_t size = game_save(&s.g, saved, sizeof saved);
        enum game_error e = stage_args(&s, l, &r, 0);
        CHECK(e == GAME_OK || e == GAME_E_BAD_TREE);
        fine += e == GAME_OK;
        CHECK(game_node_beta(game_node_at(&s.g, root)) <= truth);
        game_load(&s.g, saved, size);
    }
    CHECK(fine > 6000 && fine < 9000);
    stage_close(&s);
}

static void t_refresh_truncated(void)
{
    two_roots(4, 2, 50, 6, 3);
    stage_block(&s, 0, 1);
    uint32_t root = stage_own(&s, 0)->root_node;
    uint8_t tree[1 + 128 + 4 + 1] = {1};
    const uint32_t *kids = game_kids(&s.g, game_node_at(&s.g, root));
    for (unsigned j = 0; j < 4; j++)
        memcpy(tree + 1 + 32 * j, game_node_at(&s.g, kids[j])->span.b, 32);
    for (size_t len = 0; len <= sizeof tree; len++) {
        uint64_t bound;
        enum game_error e =
            clock_eval(&s.g, root, wh_span_of(tree, len), s.now, NULL, NULL, &bound);
        CHECK_EQ(e, len == 133 ? GAME_OK : GAME_E_BAD_TREE);
    }
    stage_close(&s);
}

/* 33. A deep chain under a rejected assertion falls with it, each staker's bond once. */
static void t_descendants_rejected_slash(void)
{
    stage_open(&s, 4, 2, 50, 1, 2);
    unsigned l[3];
    for (int i = 0; i < 3; i++)
        l[i] = stage_party(&s, LIES({2, LIE}));
    stage_block(&s, 0, 1);
    for (int i = 0; i < 3; i++) { /* each posts one below the one before */
        CHECK(stage_do(&s, l[i], GAME_MOVE_POST));
        stage_input(&s, 2);
    }
    CHECK(until_decided(0, 200) != 0);
    settle();
    for (uint32_t i = 1; i < s.g.assertions.count; i++) {
        const struct game_assertion *a = game_assertion_at(&s.g, i);
        const struct game_assertion *own = stage_own(&s, 0);
        bool mine = a == own;
        for (uint32_t up = i; up != GAME_NONE; up = game_assertion_at(&s.g, up)->parent)
            mine = mine || game_assertion_at(&s.g, up) == own;
        CHECK(mine ? a->status == GAME_CONFIRMED : a->status == GAME_REJECTED);
        if (!mine) CHECK_EQ(a->pot_gid, s.g.genesis);
    }
    CHECK_EQ(s.made[GAME_MOVE_SLASH], 3);
    stage_close(&s);
}

/* 34. A bond stands at one tip: who rode the honest line cannot also stand on a fork. */
static void t_tip_moves_bond_once(void)
{
    stage_open(&s, 4, 2, 50, 2, 2);
    unsigned l = stage_party(&s, LIES({3, LIE})); /* true at first: leaf 3 lies in the first game */
    stage_block(&s, 0, 1);
    struct game_args join = {.move = GAME_MOVE_JOIN};
    join.u.aid.aid = stage_own_aid(&s, 0);
    CHECK_EQ(stage_args(&s, l, &join, 0), GAME_OK);
    struct solver_out out = stage_ask(&s, l);
    CHECK(stage_find(&out, GAME_MOVE_POST) == NULL); /* its own root is out of reach now */
    CHECK_EQ(stage_args(&s, l, &join, 0), GAME_E_WRONG_TIP);
    struct game_args unstake = {.move = GAME_MOVE_UNSTAKE};
    CHECK_EQ(stage_args(&s, l, &unstake, 0), GAME_E_TIP_PENDING); /* 35 */
    stage_close(&s);
}

/* 35. The bond comes back when the tip is confirmed, not before. */
static void t_unstake_only_confirmed(void)
{
    stage_open(&s, 4, 2, 50, 1, 2);
    struct game_args unstake = {.move = GAME_MOVE_UNSTAKE};
    stage_block(&s, 0, 1);
    CHECK_EQ(stage_args(&s, 0, &unstake, 0), GAME_E_TIP_PENDING);
    CHECK(until_decided(0, 100) != 0);
    CHECK_EQ(stage_args(&s, 0, &unstake, 0), GAME_E_TIP_PENDING);
    CHECK(stage_do(&s, 0, GAME_MOVE_CONFIRM));
    CHECK_EQ(stage_args(&s, 0, &unstake, 0), GAME_OK);
    CHECK(game_account_of(&s.g, &s.me[0].who)->credit == s.g.cfg.bond);
    stage_close(&s);
}

/* 40. Client and contract agree at equality: T decides, T - 1 does not. */
static void t_threshold_exact(void)
{
    stage_open(&s, 4, 2, 50, 1, 2);
    stage_block(&s, 0, 1);
    struct game_args decide = {.move = GAME_MOVE_DECIDE};
    decide.u.aid.aid = stage_own_aid(&s, 0);
    decide.u.aid.tree = wh_span_of((const uint8_t *)"", 1);
    stage_wait(&s, 49);
    CHECK_EQ(stage_args(&s, 0, &decide, 0), GAME_E_TOO_EARLY);
    struct solver_out out = stage_ask(&s, 0);
    CHECK(stage_find(&out, GAME_MOVE_DECIDE) == NULL);
    stage_wait(&s, 1);
    out = stage_ask(&s, 0);
    CHECK(stage_find(&out, GAME_MOVE_DECIDE) != NULL);
    CHECK_EQ(stage_args(&s, 0, &decide, 0), GAME_OK);
    stage_close(&s);
}

/* 43. A child of a false assertion with the right last leaf is not the honest line's child. */
static void t_child_on_right_lastleaf_wrong_interior(void)
{
    stage_open(&s, 4, 2, 50, 2, 2);
    unsigned l = stage_party(&s, LIES({2, LIE}, {3, WORLD_TRUTH}));
    CHECK(stage_do(&s, l, GAME_MOVE_POST));
    stage_block(&s, 0, 1);
    const struct game_assertion *bad = stage_own(&s, l), *good = stage_own(&s, 0);
    CHECK(bytes32_eq(&bad->last_leaf, &good->last_leaf) && bad != good);
    stage_wait(&s, 1);
    CHECK(stage_do(&s, l, GAME_MOVE_POST)); /* a child below its false one */
    struct solver_out out = stage_ask(&s, 0);
    for (size_t i = 0; i < out.count; i++) {
        if (out.moves[i].kind == GAME_MOVE_JOIN) CHECK(bytes32_eq(&out.moves[i].id, &good->aid));
        if (out.moves[i].kind == GAME_MOVE_POST)
            CHECK(bytes32_eq(&out.moves[i].args.u.post.parent, &good->aid));
    }
    CHECK(out.line_count == 2 && bytes32_eq(&out.line[1].range.gid, &good->aid));
    stage_close(&s);
}

/* 44. A reorg of the inputs makes a signed post another claim: it reverts. */
static void t_reorg_inputs_post_reverts(void)
{
    stage_open(&s, 4, 2, 50, 0, 0);
    size_t size = game_save(&s.g, saved, sizeof saved);
    stage_input(&s, 2);
    struct solver_out out = stage_ask(&s, 0);
    struct game_args post = stage_find(&out, GAME_MOVE_POST)->args;
    bytes32 path[4], other = {{0x55}};
    uint8_t state[TREE_STATE_SIZE];
    memcpy(path, post.u.post.path, sizeof path);
    memcpy(state, post.u.post.state.ptr, sizeof state);
    post.u.post.path = path;
    post.u.post.state.ptr = state;
    game_load(&s.g, saved, size);
    CHECK_EQ(game_push_input(&s.g, &other, 2), GAME_OK);
    CHECK_EQ(stage_args(&s, 0, &post, 0), GAME_E_AID_MISMATCH);
    stage_close(&s);
}

/* 45. Somebody posts our assertion before us, then a false child: we join and answer. */
static void t_copied_post_then_false_child(void)
{
    stage_open(&s, 4, 2, 50, 1, 2);
    unsigned l = stage_party(&s, LIES({10, LIE})); /* true in two games, false in the third */
    stage_block(&s, 0, 1);
    stage_input(&s, 2);
    stage_wait(&s, 1);
    CHECK(stage_do(&s, l, GAME_MOVE_POST)); /* what we would have posted */
    stage_input(&s, 2);
    stage_wait(&s, 1);
    CHECK(stage_do(&s, l, GAME_MOVE_POST)); /* and a false child of it */
    struct solver_out out = stage_ask(&s, 0);
    CHECK_EQ(out.count, 2);
    CHECK_EQ(out.moves[0].kind, GAME_MOVE_JOIN);
    CHECK_EQ(out.moves[1].kind, GAME_MOVE_POST);
    CHECK_EQ(stage_block(&s, 0, 1), out.count);
    for (int i = 0; i < 200; i++) {
        stage_storm(&s, l, 0);
        stage_block(&s, 0, 1);
    }
    settle();
    CHECK_EQ(s.made[GAME_MOVE_SLASH], 1);
    for (uint32_t i = 1; i < s.g.assertions.count; i++)
        CHECK(game_assertion_at(&s.g, i)->status != GAME_PENDING);
    stage_close(&s);
}

/* 48. Proof bytes for a step that changes nothing, to overstate a reward: refused. */
static void t_idle_proof_not_empty_reverts(void)
{
    stage_open(&s, 4, 2, 50, 1, 2);
    unsigned l = stage_party(&s, LIES({40, LIE}));
    s.chain[l]->pad_lie = 3;
    stage_block(&s, 0, 1);
    CHECK(stage_do(&s, l, GAME_MOVE_POST));
    struct solver_out out = until_prove(l);
    const struct solver_move *m = stage_find(&out, GAME_MOVE_PROVE);
    CHECK(m->idle);
    struct game_args args = m->args;
    args.u.prove.proof = wh_span_of((const uint8_t *)"x", 1);
    CHECK_EQ(stage_args(&s, 0, &args, 0), GAME_E_BAD_PROOF);
    CHECK_EQ(stage_move(&s, 0, m), GAME_OK);
    stage_close(&s);
}

/* 50. A claim before the slash takes nothing away from one after it. */
static void t_claim_before_slash_pays_later(void)
{
    unsigned l = two_roots(4, 2, 50, 6, 3);
    CHECK(stage_do(&s, 0, GAME_MOVE_SPLIT));
    CHECK(until_decided(0, 100) != 0);
    struct game_args claim = {.move = GAME_MOVE_CLAIM};
    claim.u.gid.gid = game_assertion_at(&s.g, s.g.genesis)->aid;
    claim.u.gid.mover = s.me[0].who;
    claim.u.gid.tree = wh_span_of((const uint8_t *)"", 1);
    CHECK_EQ(stage_args(&s, l, &claim, 0), GAME_OK); /* on our behalf: the pot is empty */
    CHECK(game_account_of(&s.g, &s.me[0].who)->credit == 0);
    const struct game_node *root = game_node_at(&s.g, stage_own(&s, 0)->root_node);
    CHECK(!(root->gas_flags & GAME_NODE_CLAIMED));
    for (int i = 0; i < 5; i++)
        stage_block(&s, 0, 6);
    CHECK_EQ(s.made[GAME_MOVE_CLAIM], 1);
    CHECK(root->gas_flags & GAME_NODE_CLAIMED);
    stage_close(&s);
}

/* D7. Rivals are answered until the decision is mined: with decide withheld for 20 T no false root
 * ever reaches T. */
static void t_answers_until_decide_is_mined(void)
{
    unsigned l = two_roots(8, 2, 40, 254, 100);
    unsigned m = stage_party(&s, LIES({99, LIE}, {101, LIE}));
    uint64_t top = 0;
    for (int i = 0; i < 800; i++) {
        if (i % 35 == 34) stage_storm(&s, l, 0);
        if (i == 100) CHECK(stage_do(&s, m, GAME_MOVE_POST));
        if (i > 100 && i % 21 == 0) stage_storm(&s, m, 0);
        struct solver_out out = stage_ask(&s, 0);
        s.now++;
        for (size_t j = 0; j < out.count; j++)
            if (out.moves[j].kind != GAME_MOVE_DECIDE)
                CHECK_EQ(stage_move(&s, 0, &out.moves[j]), GAME_OK);
        for (uint32_t j = 1; j < s.g.assertions.count; j++) {
            const struct game_assertion *a = game_assertion_at(&s.g, j);
            if (a == stage_own(&s, 0)) continue;
            uint64_t beta = clock_beta(&s.g, a->root_node, s.now);
            if (beta > top) top = beta;
        }
    }
    CHECK(top < 40);
    CHECK(until_decided(0, 2) != 0);
    CHECK(honest_won());
    stage_close(&s);
}

int main(void)
{
    RUN(t_attack_1000_roots_one_split);
    RUN(t_attack_1000_roots_full);
    RUN(t_slow_play_every_depth);
    RUN(t_last_block_rival);
    RUN(t_late_rival_loses_bond);
    RUN(t_frontrun_same_move_noop);
    RUN(t_reward_frontrun_bounded);
    RUN(t_duplicate_post_reverts);
    RUN(t_selfdeal_net_loss);
    RUN(t_price_capped_basefee_plus_tip);
    RUN(t_claim_needs_winner_path);
    RUN(t_ids_bind_gid_cfg_chain);
    RUN(t_padding_long_short_split);
    RUN(t_same_lastleaf_wrong_history);
    RUN(t_split_arity_height_guard);
    RUN(t_move_kind_guard);
    RUN(t_prove_low_gas_reverts_no_verdict);
    RUN(t_reverting_payee_isolated);
    RUN(t_reorg_content_addressed);
    RUN(t_slot_6s_same_T);
    RUN(t_timestamp_equal_blocks);
    RUN(t_merged_child_min_rule);
    RUN(t_refresh_tree_fuzz);
    RUN(t_refresh_truncated);
    RUN(t_descendants_rejected_slash);
    RUN(t_tip_moves_bond_once);
    RUN(t_unstake_only_confirmed);
    RUN(t_threshold_exact);
    RUN(t_child_on_right_lastleaf_wrong_interior);
    RUN(t_reorg_inputs_post_reverts);
    RUN(t_copied_post_then_false_child);
    RUN(t_idle_proof_not_empty_reverts);
    RUN(t_claim_before_slash_pays_later);
    RUN(t_answers_until_decide_is_mined);
    return tap_done();
}
