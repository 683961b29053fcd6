/* SPDX-License-Identifier: MIT */
/* Each rule of PROTOCOL 10, on plays that show it. */
#include "game/solver/solver.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/stage.h"
#include "tests/tap.h"

static struct stage s;

#define LIES(...) ((const uint64_t[][2]){__VA_ARGS__, {0, 0}})
#define LIE       WORLD_LIE

/* What EXECUTE's bookkeeping says, for the proofs of a test. */
static struct {
    struct solver_own inner; /* of the chain */
    bool ready, execute;
    uint64_t len, x;
    uint64_t newest[4]; /* by chunk */
    wh_status status;
    unsigned words;
} ext;

static wh_status ext_leaf(void *ctx, uint64_t i, bytes32 *out)
{
    (void)ctx;
    return ext.inner.leaf(ext.inner.ctx, i, out);
}
static wh_status ext_span(void *ctx, const struct solver_range *r, uint64_t pos, unsigned h,
                          bytes32 *out)
{
    (void)ctx;
    return ext.inner.span(ext.inner.ctx, r, pos, h, out);
}
static wh_status ext_state(void *ctx, uint64_t i, uint8_t out[TREE_STATE_SIZE])
{
    (void)ctx;
    return ext.inner.state(ext.inner.ctx, i, out);
}
static wh_status ext_proof(void *ctx, uint64_t i, uint64_t target, struct solver_proof *out)
{
    (void)ctx;
    (void)i;
    (void)target;
    if (ext.status != WH_OK) return ext.status;
    *out = (struct solver_proof){
        .ready = ext.ready, .execute = ext.execute, .trace_len = ext.len, .x = ext.x};
    if (!ext.execute) out->proof_len = 292;
    return WH_OK;
}
static wh_status ext_chunk(void *ctx, uint64_t i, uint64_t target, uint32_t n, bytes32 *hash,
                           uint64_t *newest)
{
    (void)ctx;
    (void)target;
    memset(hash, 0, sizeof *hash);
    hash->b[0] = (uint8_t)i;
    hash->b[1] = (uint8_t)n;
    *newest = ext.newest[n];
    return WH_OK;
}

static struct solver_own ext_own(unsigned i)
{
    ext.inner = *chain_own(s.chain[i], s.g.cfg.k);
    struct solver_own own = ext.inner;
    own.ctx = &ext;
    own.leaf = ext_leaf;
    own.span = ext_span;
    own.state = ext_state;
    own.proof = ext_proof;
    own.chunk = ext_chunk;
    return own;
}

static struct solver_out ask_ext(unsigned i)
{
    struct solver_out out;
    struct solver_own own = ext_own(i);
    game_set_time(&s.g, s.now);
    wh_arena_rewind(&s.scratch, 0);
    if (solver_moves(&s.g, &own, &s.me[i], &s.scratch, &out) != WH_OK) abort();
    return out;
}

static unsigned count(const struct solver_out *out, unsigned kind)
{
    unsigned n = 0;
    for (size_t i = 0; i < out->count; i++)
        n += out->moves[i].kind == kind;
    return n;
}

/* A game in which the honest side has one proof to make. */
static void one_proof(void)
{
    stage_open(&s, 4, 2, 50, 1, 6);
    unsigned l = stage_party(&s, LIES({3, LIE}));
    stage_block(&s, 0, 1);
    if (!stage_do(&s, l, GAME_MOVE_POST)) abort();
    for (int i = 0; i < 20; i++) {
        stage_storm(&s, l, 3);
        struct solver_out out = stage_ask(&s, 0);
        if (stage_find(&out, GAME_MOVE_PROVE) != NULL) break;
        stage_block(&s, 0, 1);
    }
    memset(&ext, 0, sizeof ext);
    ext.ready = true;
    ext.execute = true;
    ext.len = 5000;
    ext.x = 1000000;
    s.me[0].price = 1000000;
    s.me[0].l1_block = 100000;
}

static void test_solver__stakes_then_posts_with_constant_keys(void)
{
    stage_open(&s, 4, 2, 50, 1, 6);
    struct game_args unstake = {.move = GAME_MOVE_UNSTAKE}, take = {.move = GAME_MOVE_WITHDRAW};
    take.u.account = s.me[0].who;
    CHECK_EQ(stage_args(&s, 0, &unstake, 0), GAME_OK);
    CHECK_EQ(stage_args(&s, 0, &take, 0), GAME_OK);
    struct solver_out out = stage_ask(&s, 0);
    CHECK_EQ(out.count, 1);
    CHECK_EQ(out.moves[0].kind, GAME_MOVE_STAKE);
    CHECK(out.moves[0].value == s.g.cfg.bond);
    CHECK_EQ(out.moves[0].epoch, 1); /* the second stake of this account */
    bytes32 key = out.moves[0].key, want, id;
    memset(id.b, 0, 32);
    memcpy(id.b + 12, s.me[0].who.b, 20);
    solver_key(s.w.crypto, GAME_MOVE_STAKE, &id, 1, &want);
    CHECK_MEM(key.b, want.b, 32);
    stage_wait(&s, 7);
    out = stage_ask(&s, 0); /* again, later: the same key */
    CHECK_MEM(out.moves[0].key.b, key.b, 32);
    CHECK_EQ(stage_move(&s, 0, &out.moves[0]), GAME_OK);
    out = stage_ask(&s, 0);
    CHECK_EQ(out.count, 1);
    CHECK_EQ(out.moves[0].kind, GAME_MOVE_POST);
    CHECK_EQ(stage_move(&s, 0, &out.moves[0]), GAME_OK);
    out = stage_ask(&s, 0);
    CHECK_EQ(out.count, 0);
    CHECK(out.line[0].posted && !out.line[0].decided && out.line[0].roots == 1);
    stage_close(&s);
}

static void test_solver__same_view_same_moves(void)
{
    one_proof();
    struct solver_out a = stage_ask(&s, 0);
    bytes32 keys[64];
    size_t n = a.count;
    for (size_t i = 0; i < n && i < 64; i++)
        keys[i] = a.moves[i].key;
    a = stage_ask(&s, 0);
    CHECK_EQ(a.count, n);
    for (size_t i = 0; i < n && i < 64; i++)
        CHECK_MEM(a.moves[i].key.b, keys[i].b, 32);
    stage_close(&s);
}

static void test_solver__min_gap_and_no_proposal(void)
{
    stage_open(&s, 4, 2, 50, 1, 6);
    s.g.cfg.min_gap = 9;
    CHECK_EQ(stage_ask(&s, 0).count, 0);
    stage_wait(&s, 9);
    CHECK_EQ(stage_ask(&s, 0).count, 1);
    s.me[0].propose = false; /* a challenger posts only where somebody else did */
    CHECK_EQ(stage_ask(&s, 0).count, 0);
    unsigned l = stage_party(&s, LIES({3, LIE}));
    CHECK(stage_do(&s, l, GAME_MOVE_POST));
    struct solver_out out = stage_ask(&s, 0);
    CHECK_EQ(out.count, 1);
    CHECK_EQ(out.moves[0].kind, GAME_MOVE_POST);
    CHECK_EQ(out.line[0].roots, 1);
    CHECK(!out.line[0].posted);
    stage_close(&s);
}

static void test_solver__watch_emits_nothing(void)
{
    one_proof();
    s.me[0].watch = true;
    struct solver_out out = stage_ask(&s, 0);
    CHECK_EQ(out.count, 0);
    CHECK_EQ(out.line_count, 1);
    CHECK_EQ(out.line[0].open, 1);
    stage_close(&s);
}

static void test_solver__alarm_when_another_won(void)
{
    stage_open(&s, 4, 2, 50, 1, 6);
    unsigned l = stage_party(&s, LIES({3, LIE}));
    CHECK(stage_do(&s, l, GAME_MOVE_POST));
    stage_wait(&s, 50);
    CHECK(stage_do(&s, l, GAME_MOVE_DECIDE)); /* nobody answered */
    struct solver_out out = stage_ask(&s, 0);
    CHECK_EQ(out.verdict, SOLVER_ALARM);
    CHECK_EQ(out.count, 0);
    CHECK_MEM(out.alarm_winner.b, stage_own(&s, l)->aid.b, 32);
    CHECK_MEM(out.alarm_gid.b, game_assertion_at(&s.g, s.g.genesis)->aid.b, 32);
    stage_close(&s);
}

static void test_solver__behind_is_not_a_verdict(void)
{
    stage_open(&s, 4, 2, 50, 1, 6);
    struct solver_own own = *chain_own(s.chain[0], 4);
    struct solver_out out;
    own.have = 5;
    CHECK_EQ(solver_moves(&s.g, &own, &s.me[0], &s.scratch, &out), WH_OK);
    CHECK_EQ(out.verdict, SOLVER_BEHIND);
    CHECK_EQ(out.count, 0);
    s.g.inputs.count = 0; /* the Inbox is empty: nothing to do, and nothing missing */
    CHECK_EQ(solver_moves(&s.g, &own, &s.me[0], &s.scratch, &out), WH_OK);
    CHECK_EQ(out.verdict, SOLVER_FINE);
    stage_close(&s);
}

static void test_solver__own_trouble_fails_the_call(void)
{
    struct solver_out out;
    one_proof();
    struct solver_own own = ext_own(0);
    ext.status = WH_E_IO;
    CHECK_EQ(solver_moves(&s.g, &own, &s.me[0], &s.scratch, &out), WH_E_IO);
    CHECK_EQ(out.count, 0);
    ext.status = WH_E_MISSING; /* not there yet: this move waits, the call goes on */
    CHECK_EQ(solver_moves(&s.g, &own, &s.me[0], &s.scratch, &out), WH_OK);
    CHECK_EQ(count(&out, GAME_MOVE_PROVE), 0);
    CHECK_EQ(out.line[0].open, 1);
    struct wh_arena small;
    uint8_t block[256];
    wh_arena_init(&small, block, sizeof block);
    CHECK_EQ(solver_moves(&s.g, &own, &s.me[0], &small, &out), WH_E_NOMEM);
    CHECK_EQ(out.count, 0);
    stage_close(&s);
}

static void test_solver__nothing_is_proposed_after_invalid(void)
{
    stage_open(&s, 4, 2, 50, 2, 2);
    unsigned l = stage_party(&s, LIES({3, WORLD_HALT})); /* its own chain ends there */
    CHECK(stage_do(&s, l, GAME_MOVE_POST));
    struct solver_out out = stage_ask(&s, l);
    CHECK_EQ(count(&out, GAME_MOVE_POST), 0);
    CHECK_EQ(out.line_count, 2);
    CHECK_EQ(out.line[1].range.len, 0);
    stage_close(&s);
}

static void test_solver__long_history_takes_several_assertions(void)
{
    stage_open(&s, 2, 2, 50, 1, 8); /* 10 steps, 4 per assertion */
    for (int i = 0; i < 4; i++)
        stage_block(&s, 0, 1);
    struct solver_out out = stage_ask(&s, 0);
    CHECK_EQ(out.line_count, 3);
    CHECK_EQ(out.line[1].range.first, 4);
    CHECK_EQ(out.line[1].range.len, 4);
    CHECK_EQ(out.line[2].range.len, 2);
    CHECK_EQ(out.line[2].range.target, 1);
    CHECK(out.line[2].posted);
    stage_close(&s);
}

static void test_solver__order_of_moves(void)
{
    stage_open(&s, 8, 2, 100, 1, 254);
    stage_block(&s, 0, 1);
    for (uint64_t i = 0; i < 12; i++) {
        unsigned l = stage_party(&s, LIES({1 + 20 * i, LIE}));
        CHECK(stage_do(&s, l, GAME_MOVE_POST));
    }
    for (int round = 0; round < 7; round++) {
        for (unsigned l = 1 + (unsigned)round % 3; l < s.parties; l += 2)
            stage_storm(&s, l, 1 + 20 * (l - 1));
        struct solver_out out = stage_ask(&s, 0);
        for (size_t i = 1; i < out.count; i++) {
            const struct solver_move *a = &out.moves[i - 1], *b = &out.moves[i];
            CHECK(a->weight < b->weight || (a->weight == b->weight && a->h <= b->h));
        }
        stage_block(&s, 0, 2);
    }
    CHECK(s.made[GAME_MOVE_SPLIT] > 10);
    stage_close(&s);
}

static void test_solver__deposit_before_a_proof(void)
{
    one_proof();
    struct solver_out out = ask_ext(0);
    CHECK_EQ(out.count, 2);
    CHECK_EQ(out.moves[0].kind, SOLVER_DEPOSIT);
    CHECK(out.moves[0].value == (u128)4 * 1000000 * 1000000);
    CHECK_EQ(out.moves[1].kind, GAME_MOVE_PROVE);
    CHECK_EQ(out.moves[1].proof.proof_len, 5009);
    CHECK(out.moves[1].gas_limit >= 1000000 + 42 * 5009);
    bytes32 key = out.moves[0].key;
    s.me[0].prepaid = (u128)2 * 1000000 * 1000000 - 1;
    CHECK_EQ(ask_ext(0).count, 2);
    s.me[0].prepaid++;
    CHECK_EQ(ask_ext(0).count, 1);
    s.me[0].prepaid = 0;
    s.me[0].deposits = 1; /* the next one has another key */
    out = ask_ext(0);
    CHECK(!bytes32_eq(&out.moves[0].key, &key));
    ext.execute = false; /* attested: nothing is prepaid */
    out = ask_ext(0);
    CHECK_EQ(out.count, 1);
    CHECK_EQ(out.moves[0].proof.proof_len, 292);
    ext.ready = false; /* signatures are missing */
    CHECK_EQ(ask_ext(0).count, 0);
    stage_close(&s);
}

/* 26, 49: a long trace goes in chunks; a chunk without a counted copy, or with an old one, is shown
 * again; the proof follows when all are there. */
static void t_witness_over_tx_cap(void)
{
    one_proof();
    s.me[0].prepaid = (u128)1 << 100;
    ext.len = 250000;
    struct solver_out out = ask_ext(0);
    CHECK_EQ(count(&out, SOLVER_UPLOAD), 3);
    CHECK_EQ(count(&out, GAME_MOVE_PROVE), 0);
    CHECK_EQ(out.moves[0].epoch, 0);
    CHECK(out.moves[2].gas_limit < out.moves[0].gas_limit || out.moves[2].chunk != 2);
    bytes32 key = out.moves[0].key;
    ext.newest[0] = ext.newest[1] = s.me[0].l1_block - 10;
    out = ask_ext(0);
    CHECK_EQ(count(&out, SOLVER_UPLOAD), 1);
    CHECK_EQ(count(&out, GAME_MOVE_PROVE), 0);
    ext.newest[2] = s.me[0].l1_block - 10;
    out = ask_ext(0);
    CHECK_EQ(count(&out, SOLVER_UPLOAD), 0);
    CHECK_EQ(count(&out, GAME_MOVE_PROVE), 1);
    CHECK_EQ(out.moves[0].proof.proof_len, 15 + 3 * 32);
    ext.newest[0] = s.me[0].l1_block - 7001; /* getting old: shown again, still good */
    out = ask_ext(0);
    CHECK_EQ(count(&out, SOLVER_UPLOAD), 1);
    CHECK_EQ(count(&out, GAME_MOVE_PROVE), 1);
    CHECK(!bytes32_eq(&out.moves[0].key, &key) && out.moves[0].epoch == ext.newest[0]);
    ext.newest[0] = s.me[0].l1_block - 8100; /* nearly out: not relied on */
    out = ask_ext(0);
    CHECK_EQ(count(&out, SOLVER_UPLOAD), 1);
    CHECK_EQ(count(&out, GAME_MOVE_PROVE), 0);
    stage_close(&s);
}

static void t_chunk_by_inner_call_is_uploaded_again(void)
{
    one_proof();
    s.me[0].prepaid = (u128)1 << 100;
    ext.len = 150000;
    ext.newest[1] = s.me[0].l1_block; /* chunk 0: an event, but no counted copy */
    struct solver_out out = ask_ext(0);
    CHECK_EQ(count(&out, SOLVER_UPLOAD), 1);
    CHECK_EQ(out.moves[0].chunk, 0);
    CHECK_EQ(count(&out, GAME_MOVE_PROVE), 0);
    stage_close(&s);
}

/* A tree of too many visits is shown in pieces, lowest first; they end in the decision. */
static void test_solver__refresh_batches_then_decide(void)
{
    stage_open(&s, 8, 2, 60, 1, 254);
    s.me[0].max_visits = 40;
    stage_block(&s, 0, 1);
    for (uint64_t i = 0; i < 60; i++) {
        unsigned l = stage_party(&s, LIES({1 + 4 * i, LIE}));
        CHECK(stage_do(&s, l, GAME_MOVE_POST));
    }
    for (int round = 0; round < 6; round++) {
        stage_block(&s, 0, 1);
        for (unsigned l = 1; l < s.parties; l++)
            stage_storm(&s, l, 1 + 4 * (l - 1));
    }
    unsigned rounds = 0, early = 0;
    for (int i = 0; i < 100 && stage_winner(&s) == GAME_NONE; i++) {
        struct solver_out out = stage_ask(&s, 0);
        rounds += count(&out, GAME_MOVE_REFRESH) != 0;
        early += count(&out, GAME_MOVE_REFRESH) != 0 && count(&out, GAME_MOVE_DECIDE) != 0;
        for (size_t j = 0; j < out.count; j++) {
            wh_span tree = out.moves[j].args.u.refresh.tree;
            if (out.moves[j].kind == GAME_MOVE_REFRESH) /* 1 byte a visit, 128 a split */
                CHECK(tree.len <= 40 + 128 * 10);
        }
        stage_block(&s, 0, 1);
    }
    CHECK(stage_winner(&s) != GAME_NONE);
    CHECK(s.made[GAME_MOVE_REFRESH] >= 6 && rounds >= 1 && rounds <= 4);
    CHECK_EQ(early, 0);
    CHECK_EQ(s.made[GAME_MOVE_DECIDE], 1);
    stage_close(&s);
}

static void test_solver__leaving_ends_with_the_bond_back(void)
{
    stage_open(&s, 4, 2, 20, 1, 2);
    stage_block(&s, 0, 1);
    stage_input(&s, 2);
    s.me[0].leaving =
        true; /* it has a tip: it stays until that is confirmed, and goes no further */
    for (int i = 0; i < 60; i++)
        stage_block(&s, 0, 1);
    const struct game_account *a = game_account_of(&s.g, &s.me[0].who);
    CHECK(a->bond == 0 && a->credit == 0);
    CHECK_EQ(s.made[GAME_MOVE_POST], 1);
    CHECK_EQ(s.made[GAME_MOVE_UNSTAKE], 1);
    CHECK_EQ(s.made[GAME_MOVE_WITHDRAW], 1);
    CHECK_EQ(stage_ask(&s, 0).count, 0);
    CHECK_EQ(s.made[GAME_MOVE_STAKE], 0);
    stage_close(&s);
}

static void test_solver__gas_limits_are_constants(void)
{
    CHECK_EQ(solver_gas_limit(GAME_MOVE_SPLIT, 2, 20, 1000000, 0, 0), 260000);
    CHECK_EQ(solver_gas_limit(GAME_MOVE_SPLIT, 2, 32, 1, 9, 9), 260000);
    for (unsigned k = 0; k < SOLVER_KIND_COUNT; k++) {
        CHECK(solver_gas_limit(k, 2, 20, 1000000, 1, 100) >= 90000);
        CHECK(solver_gas_limit(k, 4, 32, UINT32_MAX, SOLVER_REFRESH_NODES, 1 << 20) <= 16777216);
        CHECK(solver_kind_name(k)[0] != '?');
    }
}

int main(void)
{
    RUN(test_solver__stakes_then_posts_with_constant_keys);
    RUN(test_solver__same_view_same_moves);
    RUN(test_solver__min_gap_and_no_proposal);
    RUN(test_solver__watch_emits_nothing);
    RUN(test_solver__alarm_when_another_won);
    RUN(test_solver__behind_is_not_a_verdict);
    RUN(test_solver__own_trouble_fails_the_call);
    RUN(test_solver__nothing_is_proposed_after_invalid);
    RUN(test_solver__long_history_takes_several_assertions);
    RUN(test_solver__order_of_moves);
    RUN(test_solver__deposit_before_a_proof);
    RUN(t_witness_over_tx_cap);
    RUN(t_chunk_by_inner_call_is_uploaded_again);
    RUN(test_solver__refresh_batches_then_decide);
    RUN(test_solver__leaving_ends_with_the_bond_back);
    RUN(test_solver__gas_limits_are_constants);
    return tap_done();
}
