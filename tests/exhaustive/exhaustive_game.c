/* SPDX-License-Identifier: MIT */
/* Every small game: 4 leaves at A = 1 and 2, 8 leaves at A = 1 and 3; the honest side, which is
 * solver_moves on real records, wins each one in time (PROTOCOL 10, I19, I20).
 *
 * Claims. At each leaf a false claim either makes a step (F of its own previous state), or states the
 * truth, or lies. Where the previous state is true, step and truth are the same. So 4 leaves have 33
 * false claims, 8 leaves 1,596.
 * Orders and stalls. Between two blocks the adversary makes any of the moves that its claims allow
 * (post, split, prove of what is a step), or lets time pass: one block; half of T; or up to the last
 * second before the honest root is decided; at most twice in a row (8 leaves at A = 1, and three
 * parties: once). Every sequence is tried, on snapshots.
 * The honest side sees a block and answers in the next one (delta = 1).
 *
 * Three parties: one honest, two adversaries that act together. At the same second their moves are
 * taken in the order of their keys, as all moves of one second commute (I17; the two-party runs try
 * every order). Claims of three parties: one first false leaf, then steps, or one more lie, or the
 * truth again; 8 leaves: stalls up to the last second, and at A = 1 of one block, with
 * steps after the lie alone.
 *
 * Hashes are world_fast_crypto: the structure is what is tried here, not the hash. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "game/core/clock.h"
#include "game/core/view.h"
#include "tests/support/world.h"
#include "tests/tap.h"

enum { MAX_DEPTH = 64, MAX_OPTIONS = 24 };

static uint8_t game_block[1 << 21], scratch_block[1 << 20], saved[MAX_DEPTH][1 << 18];
static struct world w;
static struct chain honest, liar[2];
static unsigned liars;
static struct game g;
static struct wh_arena arena, scratch;
static struct solver_me me[3];
static uint64_t plays, ticks, nodes_visited, worst_decided;
static bool all_orders;
static unsigned stalls;    /* bit 0: one block, 1: half of T, 2: last second */
static unsigned max_waits; /* stalls in a row */
static bytes32 honest_aid;

static struct solver_out ask(struct chain *c, const struct solver_me *who)
{
    struct solver_out out;
    wh_arena_init(&scratch, scratch_block, sizeof scratch_block);
    wh_status st = solver_moves(&g, chain_own(c, g.cfg.k), who, &scratch, &out);
    if (st != WH_OK) abort();
    return out;
}

static void apply(const struct solver_move *m, const struct solver_me *who, uint64_t now)
{
    struct game_env env = {.caller = who->who,
                           .time = now,
                           .value = m->value,
                           .gasprice = 1000000000,
                           .basefee = 1000000000,
                           .gas = 200000,
                           .gas_left = UINT64_MAX};
    struct game_args args = m->args;
    static const uint8_t proof = 1;
    if (m->kind == GAME_MOVE_PROVE && !m->idle) args.u.prove.proof = wh_span_of(&proof, 1);
    enum game_error e = game_apply(&g, &env, &args);
    if (e != GAME_OK) {
        printf("# refused: %s %s\n", solver_kind_name(m->kind), game_error_name(e));
        CHECK(0 && "a move of the strategy is refused");
    }
}

/* One block: what the honest side wants at the view's time is mined at now. */
static size_t honest_block(uint64_t now)
{
    struct solver_me who = me[0];
    who.propose = game_assertion_of(&g, &honest_aid) == NULL; /* one game is what is played here */
    struct solver_out out = ask(&honest, &who);
    CHECK(out.verdict == SOLVER_FINE);
    for (size_t i = 0; i < out.count; i++) {
        if (out.moves[i].kind == GAME_MOVE_POST) honest_aid = out.moves[i].id;
        apply(&out.moves[i], &me[0], now);
    }
    game_set_time(&g, now);
    ticks++;
    return out.count;
}

static uint32_t winner(void)
{
    return game_assertion_at(&g, g.genesis)->winner;
}

/* No false root ever reaches T while the honest side may play. */
static void check_safe(void)
{
    for (uint32_t i = 1; i < g.assertions.count; i++) {
        const struct game_assertion *a = game_assertion_at(&g, i);
        if (a->parent != g.genesis || bytes32_eq(&a->aid, &honest_aid)) continue;
        if (clock_beta(&g, a->root_node, g.now) >= g.cfg.t) CHECK(0 && "a false root reaches T");
    }
}

static uint64_t honest_beta(void)
{
    const struct game_assertion *a = game_assertion_of(&g, &honest_aid);
    return a == NULL ? 0 : clock_beta(&g, a->root_node, g.now);
}

/* d rounds of splits, one proof, two of refresh and decide; each takes delta + one block. */
static uint64_t bound(void)
{
    return g.cfg.t + 2 * (g.cfg.k / g.cfg.a + 4u);
}

static void settle(void)
{
    struct solver_me leave = me[0];
    leave.leaving = true;
    for (int round = 0; round < 8; round++) {
        uint64_t now = g.now + (round == 5 ? g.cfg.t + 1 : 1);
        struct solver_out out = ask(&honest, &leave);
        for (size_t i = 0; i < out.count; i++)
            apply(&out.moves[i], &leave, now);
        game_set_time(&g, now);
    }
    const struct game_account *a = game_account_of(&g, &me[0].who);
    CHECK(a->bond == 0 && a->credit == 0);
    for (uint32_t i = 1; i < g.assertions.count; i++) {
        const struct game_assertion *x = game_assertion_at(&g, i);
        bool own = bytes32_eq(&x->aid, &honest_aid);
        CHECK_EQ(x->status, own ? GAME_CONFIRMED : GAME_REJECTED);
    }
    for (unsigned i = 0; i < liars; i++) {
        const struct game_account *l = game_account_of(&g, &me[1 + i].who);
        if (l->tip != GAME_NONE) CHECK(0 && "a liar keeps its bond");
    }
    CHECK(g.balance == game_sum_bonds(&g) + game_sum_pots(&g) + game_sum_credits(&g));
}

/* The adversary is done: the honest side must win, and in time. */
static void finish(void)
{
    uint64_t last = game_assertion_at(&g, g.genesis)->created_at + 1 + bound();
    const struct game_assertion *own = game_assertion_of(&g, &honest_aid);
    if (own != NULL && game_assertion_at(&g, g.genesis)->roots > 1) {
        const struct game_context *c = game_context_at(&g, game_node_at(&g, own->root_node)->ctx);
        last = c->rival_at + bound();
    }
    while (winner() == GAME_NONE && g.now <= last + 1) {
        size_t moves = honest_block(g.now + 1);
        check_safe();
        uint64_t beta = honest_beta();
        /* nothing was open: only time is missing */
        if (moves == 0 && ask(&honest, &me[0]).count == 0 && beta + 2 < g.cfg.t)
            game_set_time(&g, g.now + g.cfg.t - beta - 2);
    }
    CHECK(winner() != GAME_NONE && g.now <= last);
    if (winner() != GAME_NONE)
        CHECK(bytes32_eq(&game_assertion_at(&g, winner())->aid, &honest_aid));
    if (g.now - game_assertion_at(&g, g.genesis)->created_at > worst_decided)
        worst_decided = g.now - game_assertion_at(&g, g.genesis)->created_at;
    if (plays++ % 16 == 0) settle();
}

struct option {
    struct solver_move move; /* its arguments are copied out of the scratch arena */
    unsigned who;
    bytes32 lists[40];
    uint8_t state[TREE_STATE_SIZE];
};

static struct option options[MAX_DEPTH][MAX_OPTIONS];

static void keep(struct option *o, const struct solver_move *m, unsigned who)
{
    o->move = *m;
    o->who = who;
    struct game_args *a = &o->move.args;
    if (m->kind == GAME_MOVE_POST) {
        memcpy(o->lists, a->u.post.path, 32 * a->u.post.path_len);
        memcpy(o->state, a->u.post.state.ptr, TREE_STATE_SIZE);
        a->u.post.path = o->lists;
        a->u.post.state.ptr = o->state;
    } else if (m->kind == GAME_MOVE_SPLIT) {
        memcpy(o->lists, a->u.split.spans, 32 * a->u.split.span_count);
        a->u.split.spans = o->lists;
    } else {
        memcpy(o->lists, a->u.prove.mp, 32 * a->u.prove.mp_len);
        memcpy(o->state, a->u.prove.pre.ptr, TREE_STATE_SIZE);
        a->u.prove.mp = o->lists;
        a->u.prove.pre.ptr = o->state;
    }
}

/* Moves of the adversary that the contract would take now. */
static unsigned collect(unsigned depth)
{
    unsigned n = 0;
    for (unsigned i = 0; i < liars; i++) {
        struct solver_out out = ask(&liar[i], &me[1 + i]);
        for (size_t j = 0; j < out.count; j++) {
            const struct solver_move *m = &out.moves[j];
            if (m->kind != GAME_MOVE_POST && m->kind != GAME_MOVE_SPLIT &&
                m->kind != GAME_MOVE_PROVE)
                continue;
            if (m->kind == GAME_MOVE_POST &&
                !bytes32_eq(&m->args.u.post.parent, &game_assertion_at(&g, g.genesis)->aid))
                continue; /* one game is what is played here */
            static const uint8_t proof = 1;
            struct game_env env = {.caller = me[1 + i].who, .time = g.now, .gas_left = UINT64_MAX};
            struct game_args args = m->args;
            if (m->kind == GAME_MOVE_PROVE && !m->idle) args.u.prove.proof = wh_span_of(&proof, 1);
            if (game_check(&g, &env, &args) != GAME_OK) continue;
            bool twice = false;
            for (unsigned k = 0; k < n; k++)
                twice = twice || bytes32_eq(&options[depth][k].move.key, &m->key);
            if (twice) continue;
            if (n == MAX_OPTIONS) abort();
            keep(&options[depth][n++], m, i);
        }
    }
    return n;
}

/* last: key of the move made before at this second, for the canonical order; NULL: none. waited:
 * stalls since the last move. */
static void play(unsigned depth, const bytes32 *last, unsigned waited)
{
    nodes_visited++;
    unsigned n = winner() == GAME_NONE ? collect(depth) : 0;
    if (n == 0 && game_assertion_of(&g, &honest_aid) != NULL) {
        /* Moves may come back when the honest side has answered. */
        size_t size = game_save(&g, saved[depth], sizeof saved[depth]);
        bool open = false;
        if (winner() == GAME_NONE) {
            honest_block(g.now + 1);
            check_safe();
            open = collect(depth) != 0;
        }
        if (open) {
            play(depth + 1, NULL, waited);
        } else {
            game_load(&g, saved[depth], size);
            finish();
        }
        return;
    }
    if (depth + 1 == MAX_DEPTH) abort();
    size_t size = game_save(&g, saved[depth], sizeof saved[depth]);
    for (unsigned i = 0; i < n; i++) {
        const struct option *o = &options[depth][i];
        if (!all_orders && last != NULL && bytes32_cmp(&o->move.key, last) < 0) continue;
        bytes32 key = o->move.key;
        apply(&o->move, &me[1 + o->who], g.now);
        play(depth + 1, &key, 0);
        game_load(&g, saved[depth], size);
    }
    uint64_t steps[3] = {1, g.cfg.t / 2, 0}, done = 0;
    uint64_t beta = honest_beta();
    if (beta + 2 < g.cfg.t) steps[2] = g.cfg.t - beta - 1;
    for (unsigned i = 0; i < 3; i++) {
        if (waited == max_waits || !(stalls >> i & 1) || steps[i] <= done) continue;
        done = steps[i];
        uint64_t to = g.now + steps[i];
        honest_block(g.now + 1);
        check_safe();
        while (g.now < to && winner() == GAME_NONE) {
            honest_block(g.now + 1);
            check_safe();
        }
        play(depth + 1, NULL, waited + 1);
        game_load(&g, saved[depth], size);
    }
    /* and never again */
    if (n != 0) {
        finish();
        game_load(&g, saved[depth], size);
    }
}

static void start(unsigned k, unsigned a)
{
    struct game_config cfg = {.k = (uint8_t)k,
                              .a = (uint8_t)a,
                              .t = 2 * (k / a + 4u) + 1,
                              .grace = 0,
                              .bond = 1000000000000000000,
                              .burn_bps = 5000,
                              .reward_bps = 10000,
                              .max_price = 20000,
                              .step_gas = 1000};
    tree_leaf(w.crypto, w.genesis, &cfg.genesis_leaf);
    wh_arena_init(&arena, game_block, sizeof game_block);
    if (game_init(&g, &cfg, &arena, w.crypto, 1000) != GAME_OK) abort();
    g.step = world_verifier;
    g.step_ctx = &w;
    for (uint32_t i = 0; i < w.inputs; i++)
        if (game_push_input(&g, &w.hash[i], w.items[i]) != GAME_OK) abort();
    for (unsigned i = 0; i < 3; i++) {
        me[i] = (struct solver_me){.who = {{(uint8_t)(i + 1)}}, .propose = true};
        struct game_env env = {.caller = me[i].who, .time = 1000, .value = cfg.bond};
        if (game_apply(&g, &env, &(struct game_args){.move = GAME_MOVE_STAKE}) != GAME_OK) abort();
    }
    memset(&honest_aid, 0, sizeof honest_aid);
}

/* The next sequence of choices in base 3; false after the last. */
static bool next_claim(uint8_t *lies, unsigned n)
{
    for (unsigned i = n; i-- > 0;) {
        if (++lies[i] < 3) return true;
        lies[i] = 0;
    }
    return false;
}

/* Is this sequence the one name of a false claim? 0 step, 1 truth, 2 lie; where the previous state
 * is true, 0 and 1 are one. */
static bool is_false_claim(const uint8_t *lies, unsigned n)
{
    bool right = true, any = false;
    for (unsigned i = 0; i < n; i++) {
        if (right && lies[i] == 1) return false;
        if (lies[i] == 2) right = false, any = true;
        if (lies[i] == 1) right = true;
    }
    return any;
}

/* First false leaf, then steps; or one more lie somewhere; or the truth again from somewhere. */
static bool is_simple_claim(const uint8_t *lies, unsigned n, bool steps_only)
{
    unsigned seen = 0, truths = 0;
    if (!is_false_claim(lies, n)) return false;
    for (unsigned i = 0; i < n; i++) {
        if (lies[i] == 2 && truths != 0) return false;
        seen += lies[i] == 2;
        truths += lies[i] == 1;
    }
    if (steps_only) return seen == 1 && truths == 0;
    return seen <= 2 && truths <= 1 && seen + truths <= 2;
}

static void set_liar(unsigned i, const uint8_t *lies, unsigned n, uint8_t tag, uint8_t *store)
{
    for (unsigned j = 0; j < n; j++)
        store[j] = lies[j] == 2 ? (uint8_t)(WORLD_LIE + tag) : lies[j];
    chain_free(&liar[i]);
    chain_init(&liar[i], &w, &honest, store, n, 16);
}

static void make_world(uint32_t items)
{
    world_init(&w, world_fast_crypto(), 7);
    world_push(&w, items);
    chain_free(&honest);
    chain_init(&honest, &w, NULL, NULL, 0, 16);
}

/* items = steps - 2 of the one input: 0 leaves padding, more than 2^k - 2 overflows. */
static void two_parties(unsigned k, unsigned a, uint32_t items, unsigned how, unsigned waits)
{
    uint8_t lies[8] = {0}, store[8];
    unsigned n = 1u << k, steps = items + 2 < n ? items + 2 : n;
    uint64_t claims = 0, before = plays;
    liars = 1;
    all_orders = true;
    stalls = how;
    max_waits = waits;
    make_world(items);
    do {
        if (!is_false_claim(lies, steps)) continue;
        set_liar(0, lies, steps, 0, store);
        start(k, a);
        play(0, NULL, 0);
        claims++;
    } while (next_claim(lies, steps));
    printf("# 2 parties, %u leaves (%u steps), A = %u: %" PRIu64 " claims, %" PRIu64 " plays\n", n,
           steps, a, claims, plays - before);
}

static void three_parties(unsigned k, unsigned a, uint32_t items, unsigned how, bool steps_only)
{
    uint8_t one[8] = {0}, two[8], store[2][8];
    unsigned n = 1u << k, steps = items + 2 < n ? items + 2 : n;
    uint64_t pairs = 0, before = plays;
    liars = 2;
    all_orders = false;
    stalls = how;
    max_waits = 1;
    make_world(items);
    do {
        if (!is_simple_claim(one, steps, steps_only)) continue;
        memcpy(two, one, sizeof two);
        for (bool more = true; more; more = next_claim(two, steps)) {
            if (!is_simple_claim(two, steps, steps_only)) continue;
            for (uint8_t tag = 0; tag < 2; tag++) { /* the same lie, or another */
                if (tag == 0 && memcmp(one, two, steps) == 0) continue;
                set_liar(0, one, steps, 0, store[0]);
                set_liar(1, two, steps, tag, store[1]);
                start(k, a);
                play(0, NULL, 0);
                pairs++;
            }
        }
    } while (next_claim(one, steps));
    printf("# 3 parties, %u leaves (%u steps), A = %u: %" PRIu64 " pairs, %" PRIu64 " plays\n", n,
           steps, a, pairs, plays - before);
}

static void test_two_parties__4_leaves_arity_2(void)
{
    two_parties(2, 1, 2, 7, 2);
    two_parties(2, 1, 1, 7, 2);
    two_parties(2, 1, 4, 7, 2);
}

static void test_two_parties__4_leaves_arity_4(void)
{
    two_parties(2, 2, 2, 7, 2);
    two_parties(2, 2, 0, 7, 2);
    two_parties(2, 2, 4, 7, 2);
}

static void test_two_parties__8_leaves_arity_2(void)
{
    two_parties(3, 1, 6, 5, 1);
}
static void test_two_parties__8_leaves_arity_8(void)
{
    two_parties(3, 3, 6, 7, 2);
}
static void test_three_parties__4_leaves_arity_2(void)
{
    three_parties(2, 1, 2, 5, false);
}
static void test_three_parties__4_leaves_arity_4(void)
{
    three_parties(2, 2, 2, 5, false);
}
static void test_three_parties__8_leaves_arity_2(void)
{
    three_parties(3, 1, 6, 4, true);
    three_parties(3, 1, 6, 1, true);
}
static void test_three_parties__8_leaves_arity_8(void)
{
    three_parties(3, 3, 6, 4, false);
}

#define TIMED(test)                                                                         \
    do {                                                                                    \
        clock_t from_ = clock();                                                            \
        RUN(test);                                                                          \
        printf("# %.1f s, nodes %" PRIu64 "\n", (double)(clock() - from_) / CLOCKS_PER_SEC, \
               nodes_visited);                                                              \
    } while (0)

int main(void)
{
    TIMED(test_two_parties__4_leaves_arity_2);
    TIMED(test_two_parties__4_leaves_arity_4);
    TIMED(test_two_parties__8_leaves_arity_2);
    TIMED(test_two_parties__8_leaves_arity_8);
    TIMED(test_three_parties__4_leaves_arity_2);
    TIMED(test_three_parties__4_leaves_arity_4);
    TIMED(test_three_parties__8_leaves_arity_2);
    TIMED(test_three_parties__8_leaves_arity_8);
    printf("# %" PRIu64 " plays, %" PRIu64 " blocks, latest decision after %" PRIu64 " s\n", plays,
           ticks, worst_decided);
    return tap_done();
}
