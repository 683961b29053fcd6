/* SPDX-License-Identifier: MIT */
/* The strategy against random adversaries under delay and censorship: I19 (decided by N*), I20 (no
 * false root reaches T), I21 (honest splits <= adversarial + 1), I23 (the bond comes back in time),
 * I29 (the own tip is on an own aid).
 *
 * A honest move is mined delta + 1 seconds after the view that asked for it, later if the adversary
 * censors: it may hold all honest moves back for C seconds in all, early, late or at random. It mines
 * its own moves at once: any that its liars' own strategies would make, at random times. A failure
 * names its seed: prop_match SEED runs that one alone. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/script.h"
#include "tests/support/stage.h"
#include "tests/tap.h"

enum { LIARS_MAX = 6, WAITING_MAX = 512 };

static struct stage s;
static struct script_rng rng;
static uint64_t seed, games, blocks, worst_slack = UINT64_MAX;
static bool failed;

#define MUST(cond)                                                             \
    do {                                                                       \
        if (!(cond)) {                                                         \
            failed = true;                                                     \
            tap_bad++;                                                         \
            printf("# seed %" PRIu64 " line %d: %s\n", seed, __LINE__, #cond); \
        }                                                                      \
    } while (0)

/* What the honest side has sent and L1 has not mined. */
static struct {
    bytes32 key;
    uint64_t due;
} waiting[WAITING_MAX];
static unsigned waiting_count;

static uint64_t delta, budget, censored, bound, honest_splits, other_splits;
static unsigned pattern; /* of censorship: early, late, random, at proofs */

static uint64_t due_of(const bytes32 *key)
{
    for (unsigned i = 0; i < waiting_count; i++)
        if (bytes32_eq(&waiting[i].key, key)) return waiting[i].due;
    if (waiting_count == WAITING_MAX) abort();
    waiting[waiting_count].key = *key;
    waiting[waiting_count].due = s.now + delta + 1;
    return waiting[waiting_count++].due;
}

static bool censor(const struct solver_out *out)
{
    if (censored == budget || out->count == 0) return false;
    switch (pattern) {
    case 0: break;
    case 1:
        if (s.now < 1000 + s.g.cfg.t / 2) return false;
        break;
    case 2:
        if (script_below(&rng, 3) != 0) return false;
        break;
    default:
        if (stage_find(out, GAME_MOVE_PROVE) == NULL) return false;
        break;
    }
    censored++;
    for (unsigned i = 0; i < waiting_count; i++)
        waiting[i].due++;
    return true;
}

/* One second: what is due is mined. */
static void honest_second(void)
{
    struct solver_out out = stage_ask(&s, 0);
    MUST(out.verdict == SOLVER_FINE);
    const struct game_account *me = game_account_of(&s.g, &s.me[0].who);
    if (me->tip != GAME_NONE) { /* I29 */
        bool own = me->tip == s.g.genesis;
        for (size_t i = 0; i < out.line_count; i++)
            own = own || bytes32_eq(&out.line[i].aid, &game_assertion_at(&s.g, me->tip)->aid);
        MUST(own);
    }
    for (size_t i = 0; i < out.count; i++)
        (void)due_of(&out.moves[i].key);
    bool held = censor(&out);
    stage_wait(&s, 1);
    blocks++;
    for (size_t i = 0; i < out.count && !held; i++) {
        const struct solver_move *m = &out.moves[i];
        if (due_of(&m->key) > s.now) continue;
        if (stage_move(&s, 0, m) != GAME_OK) {
            printf("# %s %s\n", solver_kind_name(m->kind), game_error_name(s.last));
            MUST(s.last == GAME_OK);
        }
        honest_splits += m->kind == GAME_MOVE_SPLIT;
    }
}

static void adversary(unsigned liar, unsigned eager)
{
    if (script_below(&rng, 100) >= eager) return;
    struct solver_out out = stage_ask(&s, liar);
    for (size_t i = 0; i < out.count; i++) {
        const struct solver_move *m = &out.moves[i];
        if (m->kind != GAME_MOVE_POST && m->kind != GAME_MOVE_SPLIT && m->kind != GAME_MOVE_PROVE)
            continue;
        if (script_below(&rng, 2) == 0) continue;
        uint32_t before = s.g.kids.count;
        (void)stage_move(&s, liar, m);
        other_splits += s.g.kids.count - before;
    }
}

static void check_safe(const bytes32 *own)
{
    for (uint32_t i = 1; i < s.g.assertions.count; i++) {
        const struct game_assertion *a = game_assertion_at(&s.g, i);
        if (a->parent != s.g.genesis || bytes32_eq(&a->aid, own)) continue;
        MUST(clock_beta(&s.g, a->root_node, s.now) < s.g.cfg.t); /* I20 */
    }
}

static void open_game(unsigned *liars)
{
    static const unsigned shape[][2] = {{2, 1}, {4, 1}, {6, 1}, {4, 2},
                                        {6, 2}, {8, 2}, {6, 3}, {8, 4}};
    const unsigned *sh = shape[script_below(&rng, sizeof shape / sizeof *shape)];
    static const uint64_t deltas[] = {0, 1, 3}, budgets[] = {0, 10, 30};
    delta = deltas[script_below(&rng, 3)];
    budget = budgets[script_below(&rng, 3)];
    pattern = (unsigned)script_below(&rng, 4);
    uint64_t d = (delta + 1) * (sh[0] / sh[1] + 4), t = budget + d + 1;
    bound = t + budget + d;
    uint64_t steps = 2 + script_below(&rng, (1u << sh[0]) - 1);
    stage_open(&s, sh[0], sh[1], t, 1, (uint32_t)(steps - 2));
    *liars = 1 + (unsigned)script_below(&rng, LIARS_MAX);
    for (unsigned i = 0; i < *liars; i++) {
        uint64_t lies[4][2] = {{0}};
        unsigned n = 1 + (unsigned)script_below(&rng, 3);
        for (unsigned j = 0; j < n; j++) {
            lies[j][0] = 1 + script_below(&rng, steps);
            lies[j][1] =
                j == 0 || script_below(&rng, 2) ? WORLD_LIE + script_below(&rng, 2) : WORLD_TRUTH;
        }
        (void)stage_party(&s, (const uint64_t(*)[2])lies);
    }
    waiting_count = 0;
    censored = honest_splits = other_splits = 0;
}

static void one_match(uint64_t number)
{
    unsigned liars;
    seed = number;
    rng.s = number * 7919;
    open_game(&liars);
    unsigned eager = 5 + (unsigned)script_below(&rng, 90);
    bool late = script_below(&rng, 3) == 0; /* only from T/2 on */
    bytes32 own = stage_own_aid(&s, 0);
    s.me[0].propose = script_below(&rng, 4) != 0;
    uint64_t from = 0; /* the honest root is due */
    for (uint64_t i = 0; i < 4 * bound && stage_winner(&s) == GAME_NONE && !failed; i++) {
        if (!late || i > s.g.cfg.t / 2)
            for (unsigned l = 1; l <= liars; l++)
                adversary(l, eager);
        if (from == 0 && (s.me[0].propose || game_assertion_at(&s.g, 0)->roots > 0)) from = s.now;
        honest_second();
        check_safe(&own);
    }
    const struct game_assertion *a = game_assertion_of(&s.g, &own);
    uint32_t won = stage_winner(&s);
    if (from == 0) { /* nobody ever posted */
        MUST(won == GAME_NONE);
    } else {
        MUST(won != GAME_NONE && game_assertion_at(&s.g, won) == a);
        /* N*: after the first rival, if that came later than the root */
        const struct game_context *c = game_context_at(&s.g, game_node_at(&s.g, a->root_node)->ctx);
        uint64_t start = c->rival_at > from ? c->rival_at : from;
        uint64_t end = game_assertion_at(&s.g, 0)->won_at;
        MUST(end <= start + bound + delta + 1); /* I19; the root's own way to L1 comes on top */
        if (start + bound + delta + 1 - end < worst_slack)
            worst_slack = start + bound + delta + 1 - end;
        MUST(honest_splits <= other_splits + 1); /* I21 */
        s.me[0].leaving = true;
        while (game_account_of(&s.g, &s.me[0].who)->bond != 0 && s.now < a->created_at + 9 * bound)
            honest_second();
        MUST(s.now <= a->created_at + bound + s.g.cfg.grace + 3 * (delta + 1) + budget); /* I23 */
        MUST(s.g.balance == game_sum_bonds(&s.g) + game_sum_pots(&s.g) + game_sum_credits(&s.g));
    }
    games++;
    stage_close(&s);
}

static uint64_t first = 1, count = 3000;

static void prop_matches_under_delay_and_censorship(void)
{
    for (uint64_t i = 0; i < count && !failed; i++)
        one_match(first + i);
    printf("# %" PRIu64 " games, %" PRIu64 " blocks, least slack to N* %" PRIu64 " s\n", games,
           blocks, worst_slack);
}

int main(int argc, char **argv)
{
    if (argc > 1) first = strtoull(argv[1], NULL, 10), count = 1;
    if (argc > 2) count = strtoull(argv[2], NULL, 10);
    RUN(prop_matches_under_delay_and_censorship);
    return tap_done();
}
