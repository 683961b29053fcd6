/* SPDX-License-Identifier: MIT */
/* Invariants of PROTOCOL 11 over random scripts of moves (tests/support/script.h). A failure names
 * its seed: prop_game SEED runs that one alone. */
#include <stdio.h>
#include <stdlib.h>

#include "game/core/clock.h"
#include "game/core/view.h"
#include "tests/support/script.h"
#include "tests/tap.h"

enum { MANY = 4096 };

static struct script s;
static struct game view, twin; /* view: folded from events; twin: other gas, price and movers */
static uint8_t view_block[1 << 22], twin_block[1 << 22], saved[1 << 23];
static uint64_t seed, moves_ok, moves_refused, per_error[64];
static bool failed;

#define MUST(cond)                                                             \
    do {                                                                       \
        if (!(cond)) {                                                         \
            failed = true;                                                     \
            tap_bad++;                                                         \
            printf("# seed %" PRIu64 " line %d: %s\n", seed, __LINE__, #cond); \
        }                                                                      \
    } while (0)

/* What must not go back, by record number. */
static struct {
    uint8_t status[MANY];
    uint32_t winner[MANY], pot_gid[MANY];
    uint64_t beta[MANY], lambda[MANY];
    u128 slashed[MANY], paid[MANY]; /* by pot */
} last;

static void fold(void *ctx, const struct game_event *ev)
{
    (void)ctx;
    MUST(game_view_apply_event(&view, ev) == WH_OK); /* I15: every id is known from before */
    uint32_t gid = game_find_assertion(&s.g, &ev->gid);
    if (ev->kind == GAME_EVENT_SLASHED) last.slashed[gid] += ev->amount;
    if (ev->kind == GAME_EVENT_REWARDED || ev->kind == GAME_EVENT_SWEPT)
        last.paid[gid] += ev->amount;
}

static bool below(const struct game *g, uint32_t at, uint32_t top)
{
    while (at != GAME_NONE && at != top)
        at = game_assertion_at(g, at)->parent;
    return at == top;
}

/* I30: a pending assertion that nothing above rejects has a bond at or below it. */
static bool has_tip(const struct game *g, uint32_t i)
{
    for (uint32_t up = i; up != GAME_NONE; up = game_assertion_at(g, up)->parent)
        if (game_assertion_at(g, up)->status == GAME_REJECTED) return true;
    for (uint32_t j = 0; j < g->accounts.count; j++) {
        const struct game_account *a = game_account_at(g, j);
        if (a->bond != 0 && a->tip != GAME_NONE && below(g, a->tip, i)) return true;
    }
    return false;
}

static void check_assertions(const struct game *g)
{
    for (uint32_t i = 0; i < g->assertions.count && i < MANY; i++) {
        const struct game_assertion *a = game_assertion_at(g, i);
        uint32_t confirmed = 0, children = 0;
        for (uint32_t j = a->first_child; j != GAME_NONE;) {
            const struct game_assertion *c = game_assertion_at(g, j);
            confirmed += c->status == GAME_CONFIRMED;
            children++;
            MUST(c->parent == i);
            j = c->next_sibling;
        }
        MUST(confirmed <= 1); /* I1 */
        MUST(children == a->children && children == a->roots);
        MUST(last.winner[i] == GAME_NONE || last.winner[i] == a->winner); /* I2 */
        if (a->status == GAME_CONFIRMED && i != g->genesis)               /* I3 */
            MUST(game_assertion_at(g, a->parent)->status == GAME_CONFIRMED);
        MUST(last.status[i] == a->status || last.status[i] <= GAME_PENDING); /* I4 */
        if (a->status == GAME_REJECTED) {                                    /* I5 */
            const struct game_assertion *up = game_assertion_at(g, a->parent);
            bool other = up->status == GAME_CONFIRMED && up->winner != GAME_NONE && up->winner != i;
            MUST(up->status == GAME_REJECTED || other);
            MUST(a->pot_gid == (other ? a->parent : up->pot_gid));
        }
        MUST(last.paid[i] <= last.slashed[i]); /* I8 */
        MUST(a->pot == last.slashed[i] - last.paid[i]);
        if (a->status == GAME_PENDING) MUST(has_tip(g, i)); /* I30 */
        last.status[i] = a->status;
        last.winner[i] = a->winner;
    }
}

static void check_nodes(const struct game *g)
{
    unsigned a = g->cfg.a;
    for (uint32_t i = 0; i < g->nodes.count && i < MANY; i++) {
        const struct game_node *n = game_node_at(g, i);
        const struct game_context *c = game_context_at(g, n->ctx);
        uint64_t truth = clock_beta(g, i, g->now), lambda = clock_lambda(g, n, g->now);
        bool proven = (n->gas_flags & GAME_NODE_PROVEN) != 0;
        MUST(game_node_beta(n) >= last.beta[i] && game_node_beta(n) <= truth); /* I9 */
        MUST(lambda >= last.lambda[i]);                                        /* I10 */
        if (game_rivaled(c) && last.lambda[i] != 0) MUST(lambda <= c->rival_at - c->first_at);
        MUST(proven == (game_node_beta(n) == GAME_INF));
        last.beta[i] = game_node_beta(n);
        last.lambda[i] = lambda;
        uint64_t pos = c->pos_low, top = UINT64_C(1) << g->cfg.k; /* I26 */
        MUST(c->h % a == 0 && c->h <= g->cfg.k && pos % (UINT64_C(1) << c->h) == 0);
        MUST(pos + (UINT64_C(1) << c->h) <= top);
        if (!(n->gas_flags & GAME_NODE_SPLIT)) continue;
        bytes32 spans[TREE_ARITY_MAX], root; /* I13 */
        for (unsigned j = 0; j < 1u << a; j++)
            spans[j] = game_node_at(g, game_kids(g, n)[j])->span;
        tree_merkle(g->crypto, spans, a, &root);
        MUST(bytes32_eq(&root, &n->span));
    }
}

static void check_contexts(const struct game *g)
{
    for (uint32_t i = 0; i < g->contexts.count; i++) {
        const struct game_context *c = game_context_at(g, i);
        uint64_t sum = 0, count = 0;
        for (uint32_t j = c->first_node; j != GAME_NONE; j = game_node_at(g, j)->next) {
            sum += clock_lambda(g, game_node_at(g, j), g->now);
            count++;
        }
        MUST(count == c->count && sum <= g->now - c->first_at); /* I11 */
        MUST((c->count >= 2) == (c->rival_at != 0));            /* I12 */
        MUST(c->rival_at == 0 || c->rival_at >= c->first_at);
    }
}

static void check_money(const struct game *g)
{
    MUST(g->balance == game_sum_bonds(g) + game_sum_pots(g) + game_sum_credits(g)); /* I6, I7 */
    for (uint32_t i = 0; i < g->accounts.count; i++) {
        const struct game_account *a = game_account_at(g, i);
        MUST(a->bond == 0 || a->bond == g->cfg.bond);
        MUST(a->bond != 0 || a->tip == GAME_NONE);
    }
}

/* I25: the view is the twin, but for what logs do not tell. I24: no clock, id, winner or status
 * depends on price, gas or who is paid. */
static void check_replicas(void)
{
    bytes32 a, b;
    game_digest(&s.g, DIGEST_VIEW, &a);
    game_digest(&view, DIGEST_VIEW, &b);
    MUST(bytes32_eq(&a, &b) && view.balance == s.g.balance);
    game_digest(&s.g, DIGEST_CORE, &a);
    game_digest(&twin, DIGEST_CORE, &b);
    MUST(bytes32_eq(&a, &b));
}

/* The same move on the twin, with other metering and another payee. */
static void play_twin(enum game_error want)
{
    struct game_env env = s.env;
    struct game_args args = s.args;
    env.gasprice = 1;
    env.gas = 77;
    if (args.move == GAME_MOVE_SPLIT) args.u.split.to.b[0] ^= 0x55;
    if (args.move == GAME_MOVE_PROVE) args.u.prove.to.b[0] ^= 0x55;
    enum game_error e = game_apply(&twin, &env, &args);
    MUST(e == want || args.move == GAME_MOVE_WITHDRAW); /* credits depend on rewards */
}

/* I16: the move again, by anybody, changes nothing. */
static void twice(void)
{
    bytes32 before, after;
    struct game_env env = s.env;
    if (s.args.move != GAME_MOVE_SPLIT && s.args.move != GAME_MOVE_PROVE) return;
    env.caller.b[3] ^= 1;
    env.gasprice += 5;
    game_digest(&s.g, DIGEST_FULL, &before);
    MUST(game_apply(&s.g, &env, &s.args) == GAME_OK);
    game_digest(&s.g, DIGEST_FULL, &after);
    MUST(bytes32_eq(&before, &after));
}

/* I18, I22: a shown tree gives at most the true beta; decide succeeds iff what it shows reaches T. */
static void check_decide(enum game_error e)
{
    if (s.args.move != GAME_MOVE_DECIDE || (e != GAME_OK && e != GAME_E_TOO_EARLY)) return;
    const struct game_assertion *a = game_assertion_of(&s.g, &s.args.u.aid.aid);
    uint64_t truth = clock_beta(&s.g, a->root_node, s.g.now), bound = 0;
    MUST(clock_eval(&s.g, a->root_node, s.args.u.aid.tree, s.g.now, NULL, NULL, &bound) == GAME_OK);
    MUST(bound <= truth && (bound >= s.g.cfg.t) == (e == GAME_OK));
}

/* I17: two moves of one block in either order give the same betas (and all the rest). */
static void check_orders(void)
{
    struct solver_out out;
    unsigned who = (unsigned)script_below(&s.rng, s.parties);
    wh_arena_rewind(&s.scratch, 0);
    if (solver_moves(&s.g, chain_own(&s.chain[who], s.g.cfg.k), &s.me[who], &s.scratch, &out) !=
        WH_OK)
        return;
    const struct solver_move *a = NULL, *b = NULL;
    for (size_t i = 0; i < out.count; i++) {
        if (out.moves[i].kind != GAME_MOVE_SPLIT && out.moves[i].kind != GAME_MOVE_PROVE) continue;
        if (a == NULL)
            a = &out.moves[i];
        else
            b = &out.moves[i];
    }
    if (b == NULL) return;
    struct game_env env = s.env;
    env.time = s.now;
    bytes32 one, two;
    size_t size = game_save(&s.g, saved, sizeof saved);
    game_event_fn *emit = s.g.emit;
    s.g.emit = NULL;
    enum game_error e1 = game_apply(&s.g, &env, &a->args), e2 = game_apply(&s.g, &env, &b->args);
    game_digest(&s.g, DIGEST_CORE, &one);
    game_load(&s.g, saved, size);
    s.g.emit = NULL;
    MUST(game_apply(&s.g, &env, &b->args) == e2 && game_apply(&s.g, &env, &a->args) == e1);
    game_digest(&s.g, DIGEST_CORE, &two);
    MUST(bytes32_eq(&one, &two));
    game_load(&s.g, saved, size);
    s.g.emit = emit;
}

static void one_move(void)
{
    bytes32 before, after;
    game_digest(&s.g, DIGEST_FULL, &before);
    enum game_error could = game_check(&s.g, &s.env, &s.args);
    enum game_error e = game_apply(&s.g, &s.env, &s.args);
    MUST(e == could);
    per_error[e < 0 ? 63 : e]++;
    game_set_time(&view, s.now);
    play_twin(e);
    check_decide(e);
    if (e != GAME_OK) {
        moves_refused++;
        game_digest(&s.g, DIGEST_FULL, &after);
        MUST(bytes32_eq(&before, &after));
    } else {
        moves_ok++;
        twice();
    }
}

static void push(uint32_t items)
{
    script_push(&s, items, NULL);
    struct game_event ev = {.kind = GAME_EVENT_INPUT,
                            .time = s.now,
                            .number = s.w.inputs - 1,
                            .id = s.w.hash[s.w.inputs - 1],
                            .items_count = items};
    fold(NULL, &ev);
    if (game_push_input(&twin, &ev.id, items) != GAME_OK) abort();
}

static void run_script(uint64_t number, unsigned moves)
{
    struct script_rng r = {number};
    struct game_config cfg;
    struct wh_arena va, ta;
    seed = number;
    memset(&last, 0, sizeof last);
    memset(last.winner, 0xff, sizeof last.winner);
    script_config(&r, &cfg);
    script_init(&s, number, &cfg, world_fast_crypto(), 1000, number % 2 == 0);
    wh_arena_init(&va, view_block, sizeof view_block);
    wh_arena_init(&ta, twin_block, sizeof twin_block);
    if (game_init(&view, &s.g.cfg, &va, s.g.crypto, 1000) != GAME_OK) abort();
    if (game_init(&twin, &s.g.cfg, &ta, s.g.crypto, 1000) != GAME_OK) abort();
    twin.step = s.g.step;
    twin.step_ctx = s.g.step_ctx;
    s.g.emit = fold;
    for (unsigned i = 0; i < moves; i++) {
        uint32_t items;
        if (script_next(&s, &items) == SCRIPT_PUSH)
            push(items);
        else
            one_move();
        check_assertions(&s.g);
        check_nodes(&s.g);
        check_contexts(&s.g);
        check_money(&s.g);
        check_replicas();
        if (i % 8 == 0) check_orders();
    }
    script_free(&s);
}

static uint64_t first = 1, count = 3000;

static void prop_invariants_over_random_scripts(void)
{
    for (uint64_t i = 0; i < count && !failed; i++)
        run_script(first + i, 60);
    printf("# seeds %" PRIu64 "..%" PRIu64 ": %" PRIu64 " moves taken, %" PRIu64 " refused\n",
           first, first + count - 1, moves_ok, moves_refused);
    for (int e = 1; e < 63; e++)
        if (per_error[e] != 0)
            printf("# %s %" PRIu64 "\n", game_error_name((enum game_error)e), per_error[e]);
    /* Errors that no script can meet: the constructor's, re-entry's, gas's and the payee's. */
    for (int e = GAME_E_BAD_VALUE; e < GAME_E_PAY_FAILED && count >= 3000; e++)
        if (e != GAME_E_LOW_GAS && per_error[e] == 0) {
            printf("# no script met %s\n", game_error_name((enum game_error)e));
            tap_bad++;
        }
}

int main(int argc, char **argv)
{
    if (argc > 1) first = strtoull(argv[1], NULL, 10), count = 1;
    if (argc > 2) count = strtoull(argv[2], NULL, 10);
    RUN(prop_invariants_over_random_scripts);
    return tap_done();
}
