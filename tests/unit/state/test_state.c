/* SPDX-License-Identifier: MIT */
#include "evm/hash/keccak.h"
#include "tests/support/ground.h"
#include "tests/tap.h"

static const u256 K0 = {{0, 0, 0, 0}}, K1 = {{1, 0, 0, 0}};

static struct slot *slot_of(struct ground *w, struct account *a, uint64_t key)
{
    u256 k = u256_from_u64(key);
    struct slot *s = state_slot(&w->st, a, &k);
    CHECK(s != NULL && state_load_slot(&w->st, s) == WH_OK);
    return s;
}

static void write_slot(struct ground *w, struct account *a, uint64_t key, uint64_t value)
{
    u256 v = u256_from_u64(value);
    CHECK_EQ(state_set_slot(&w->st, slot_of(w, a, key), &v), WH_OK);
}

static void open_two(struct ground *w, enum evm_fork fork)
{
    ground_open(w, fork);
    ground_account(w, 0xaa, 1, 100, "6001");
    ground_slot(w, 0xaa, 0, 7);
    ground_slot(w, 0xaa, 1, 8);
    ground_account(w, 0xbb, 0, 50, "");
    ground_seal(w);
}

static void test_state_revert__undoes_all_that_a_frame_did(void)
{
    struct ground w;
    open_two(&w, FORK_OSAKA);
    struct state *st = &w.st;
    struct account *a = ground_find(&w, 0xaa), *b = ground_find(&w, 0xbb);
    state_begin_tx(st);
    u256 five = u256_from_u64(5), out;
    CHECK_EQ(state_set_transient(st, a, &K1, &five), WH_OK);
    struct state_checkpoint c = state_checkpoint(st);
    bool cold;
    CHECK_EQ(state_sub_balance(st, a, &five), WH_OK);
    CHECK_EQ(state_add_balance(st, b, &five), WH_OK);
    CHECK_EQ(state_set_nonce(st, a, 9), WH_OK);
    CHECK_EQ(state_set_code(st, b, wh_span_of("\x60", 1)), WH_OK);
    write_slot(&w, a, 0, 70);
    CHECK_EQ(state_set_transient(st, a, &K1, &K0), WH_OK);
    CHECK_EQ(state_warm(st, b, &cold), WH_OK);
    CHECK_EQ(state_warm_slot(st, slot_of(&w, a, 0), &cold), WH_OK);
    CHECK_EQ(state_mark_destructed(st, a), WH_OK);
    CHECK_EQ(state_log(st, &a->at, NULL, 0, wh_span_of("x", 1)), WH_OK);
    state_refund(st, 4800);
    state_revert(st, c);
    CHECK_EQ(a->f.balance.w[0], 100);
    CHECK_EQ(b->f.balance.w[0], 50);
    CHECK_EQ(a->f.nonce, 1);
    CHECK(!b->f.has_code && !a->f.destructed);
    CHECK_EQ(slot_of(&w, a, 0)->value.w[0], 7);
    CHECK_EQ(state_get_transient(st, a, &K1, &out), WH_OK);
    CHECK_EQ(out.w[0], 5);
    CHECK_EQ(state_warm(st, b, &cold), WH_OK);
    CHECK(cold);
    CHECK_EQ(state_warm_slot(st, slot_of(&w, a, 0), &cold), WH_OK);
    CHECK(cold);
    CHECK_EQ(st->log_count, 0);
    CHECK_EQ(st->refund, 0);
    bytes32 root = ground_settle(&w);
    CHECK_MEM(root.b, w.root.b, 32);
    ground_close(&w);
}

static void test_state_revert__inner_frame_leaves_the_outer_alone(void)
{
    struct ground w;
    open_two(&w, FORK_OSAKA);
    struct account *a = ground_find(&w, 0xaa);
    state_begin_tx(&w.st);
    struct state_checkpoint outer = state_checkpoint(&w.st);
    write_slot(&w, a, 0, 1);
    struct state_checkpoint inner = state_checkpoint(&w.st);
    write_slot(&w, a, 0, 2);
    write_slot(&w, a, 0, 3);
    state_revert(&w.st, inner);
    CHECK_EQ(slot_of(&w, a, 0)->value.w[0], 1);
    CHECK_EQ(slot_of(&w, a, 0)->original.w[0], 7);
    state_revert(&w.st, outer);
    CHECK_EQ(slot_of(&w, a, 0)->value.w[0], 7);
    ground_close(&w);
}

static void test_state_begin_tx__transient_and_access_sets_end_with_the_transaction(void)
{
    struct ground w;
    open_two(&w, FORK_OSAKA);
    struct account *a = ground_find(&w, 0xaa);
    u256 out;
    bool cold;
    state_begin_tx(&w.st);
    CHECK_EQ(state_set_transient(&w.st, a, &K0, &K1), WH_OK);
    CHECK_EQ(state_warm(&w.st, a, &cold), WH_OK);
    write_slot(&w, a, 0, 9);
    CHECK_EQ(state_commit_tx(&w.st, FORK_OSAKA), WH_OK);
    state_begin_tx(&w.st);
    CHECK_EQ(state_get_transient(&w.st, a, &K0, &out), WH_OK);
    CHECK(u256_is_zero(&out));
    CHECK_EQ(state_warm(&w.st, a, &cold), WH_OK);
    CHECK(cold);
    CHECK_EQ(slot_of(&w, a, 0)->original.w[0], 9);
    ground_close(&w);
}

static void test_t9_absent_account_has_the_empty_trie_as_storage_root(void)
{
    struct ground w, direct;
    open_two(&w, FORK_OSAKA);
    struct account *c = ground_find(&w, 0xcc);
    CHECK(!c->f.exists && !c->f.has_code);
    CHECK_MEM(c->base_storage_root.b, KECCAK_EMPTY_TRIE.b, 32);
    CHECK_MEM(c->f.code_hash.b, KECCAK_EMPTY.b, 32);
    state_begin_tx(&w.st);
    CHECK_EQ(state_add_balance(&w.st, c, &K1), WH_OK);
    bytes32 root = ground_settle(&w);
    open_two(&direct, FORK_OSAKA);
    ground_account(&direct, 0xcc, 0, 1, "");
    bytes32 want = ground_settle(&direct);
    CHECK_MEM(root.b, want.b, 32);
    ground_close(&w);
    ground_close(&direct);
}

static void test_t9_empty_accounts_stay_before_spurious_and_go_after_when_touched(void)
{
    for (enum evm_fork fork = FORK_TANGERINE; fork <= FORK_SPURIOUS; fork++) {
        struct ground w;
        ground_open(&w, fork);
        ground_account(&w, 0xaa, 1, 1, "");
        ground_account(&w, 0xee, 0, 0, "");
        ground_seal(&w);
        state_begin_tx(&w.st);
        CHECK_EQ(state_touch(&w.st, ground_find(&w, 0xee)), WH_OK);
        bytes32 root = ground_settle(&w);
        CHECK(bytes32_eq(&root, &w.root) == (fork < FORK_SPURIOUS));
        CHECK(ground_find(&w, 0xee)->f.exists == (fork < FORK_SPURIOUS));
        ground_close(&w);
    }
}

static void test_t9_existence_is_not_emptiness(void)
{
    struct ground w;
    open_two(&w, FORK_FRONTIER);
    state_begin_tx(&w.st);
    struct account *c = ground_find(&w, 0xcc);
    CHECK_EQ(state_make(&w.st, c), WH_OK);
    CHECK(c->f.exists && account_is_empty(c));
    bytes32 root = ground_settle(&w);
    CHECK(!bytes32_eq(&root, &w.root));
    ground_close(&w);
}

static void test_t9_storage_alone_makes_a_collision(void)
{
    struct ground w;
    ground_open(&w, FORK_OSAKA);
    ground_account(&w, 0xaa, 0, 0, "");
    ground_slot(&w, 0xaa, 3, 1);
    ground_seal(&w);
    const struct account *a = ground_find(&w, 0xaa);
    CHECK(account_is_empty(a) && account_has_storage(a));
    CHECK(!ground_asked_slot(&w, 0xaa, 3));
    ground_close(&w);
}

/* Destroys 0xaa in one transaction and makes it again in the next, both before one settle. */
static void destroy(struct ground *w, struct account *a)
{
    state_begin_tx(&w->st);
    CHECK_EQ(state_load(&w->st, a), WH_OK);
    CHECK_EQ(state_mark_destructed(&w->st, a), WH_OK);
    CHECK_EQ(state_commit_tx(&w->st, w->block.fork), WH_OK);
}

static void recreate(struct ground *w, struct account *a)
{
    state_begin_tx(&w->st);
    CHECK_EQ(state_load(&w->st, a), WH_OK);
    CHECK(!account_has_storage(a));
    CHECK_EQ(state_mark_created(&w->st, a), WH_OK);
    CHECK_EQ(state_set_nonce(&w->st, a, 1), WH_OK);
}

static void test_t10_destroyed_storage_reads_zero_also_where_it_was_cached(void)
{
    struct ground w;
    open_two(&w, FORK_SHANGHAI);
    struct account *a = ground_find(&w, 0xaa);
    CHECK_EQ(slot_of(&w, a, 0)->value.w[0], 7);
    destroy(&w, a);
    CHECK(!a->f.exists);
    recreate(&w, a);
    CHECK(u256_is_zero(&slot_of(&w, a, 0)->value));
    CHECK(u256_is_zero(&slot_of(&w, a, 1)->value));
    CHECK(u256_is_zero(&slot_of(&w, a, 0)->original));
    ground_close(&w);
}

static void test_t10_equal_values_written_after_a_wipe_reach_the_new_trie(void)
{
    for (int settle_between = 0; settle_between < 2; settle_between++) {
        struct ground w, direct;
        open_two(&w, FORK_SHANGHAI);
        struct account *a = ground_find(&w, 0xaa);
        destroy(&w, a);
        if (settle_between) {
            bytes32 mid;
            struct wh_sink sink = nodes_sink(&w.nodes); /* the next step finds what this one made */
            CHECK_EQ(state_settle(&w.st, &sink, &mid), WH_OK);
            state_begin_step(&w.st);
        }
        recreate(&w, a);
        write_slot(&w, a, 0, 7); /* as before the wipe; slot 1 stays zero */
        bytes32 root = ground_settle(&w);
        ground_open(&direct, FORK_SHANGHAI);
        ground_account(&direct, 0xaa, 1, 0, "");
        ground_slot(&direct, 0xaa, 0, 7);
        ground_account(&direct, 0xbb, 0, 50, "");
        ground_seal(&direct);
        CHECK_MEM(root.b, direct.root.b, 32);
        ground_close(&w);
        ground_close(&direct);
    }
}

static void test_t10_destroy_asks_for_no_storage_node(void)
{
    struct ground w;
    open_two(&w, FORK_SHANGHAI);
    destroy(&w, ground_find(&w, 0xaa));
    bytes32 root;
    CHECK_EQ(state_settle(&w.st, NULL, &root), WH_OK);
    CHECK(!ground_asked_slot(&w, 0xaa, 0) && !ground_asked_slot(&w, 0xaa, 1));
    ground_close(&w);
}

static void test_t10_destroy_in_a_reverted_frame_does_not_happen(void)
{
    struct ground w;
    open_two(&w, FORK_SHANGHAI);
    struct account *a = ground_find(&w, 0xaa);
    state_begin_tx(&w.st);
    struct state_checkpoint c = state_checkpoint(&w.st);
    CHECK_EQ(state_mark_destructed(&w.st, a), WH_OK);
    state_revert(&w.st, c);
    bytes32 root = ground_settle(&w);
    CHECK_MEM(root.b, w.root.b, 32);
    ground_close(&w);
}

static void test_t11_equal_storage_tries_are_changed_apart(void)
{
    struct ground w, direct;
    ground_open(&w, FORK_OSAKA);
    ground_open(&direct, FORK_OSAKA);
    for (uint64_t at = 0xaa; at <= 0xbb; at += 0x11) {
        ground_account(&w, at, 1, 1, "00");
        ground_account(&direct, at, 1, 1, "00");
        for (uint64_t k = 0; k < 20; k++) {
            if (k < 10) ground_slot(&w, at, k, k + 1);
            if (k < 10) ground_slot(&direct, at, k, at == 0xbb && k == 3 ? 99 : k + 1);
        }
    }
    ground_seal(&w);
    ground_seal(&direct);
    state_begin_tx(&w.st);
    write_slot(&w, ground_find(&w, 0xbb), 3, 99);
    bytes32 root = ground_settle(&w);
    CHECK_MEM(root.b, direct.root.b, 32);
    CHECK_EQ(slot_of(&w, ground_find(&w, 0xaa), 3)->value.w[0], 4);
    ground_close(&w);
    ground_close(&direct);
}

static void test_t4_inserts_come_before_deletes(void)
{
    /* keccak of slots 0, 1, 2 begins with nibbles 2, b, 4. Slot 0 is deleted and slot 2 written in the same
     * step: the branch never shrinks to one child, so the leaf of slot 1 is not needed. */
    struct ground w;
    open_two(&w, FORK_OSAKA);
    struct account *a = ground_find(&w, 0xaa);
    state_begin_tx(&w.st);
    write_slot(&w, a, 0, 0);
    write_slot(&w, a, 2, 1);
    ground_drop_slot(&w, 0xaa, 1);
    CHECK_EQ(state_commit_tx(&w.st, FORK_OSAKA), WH_OK);
    bytes32 root;
    CHECK_EQ(state_settle(&w.st, NULL, &root), WH_OK);
    ground_close(&w);
}

static void test_t3_sibling_of_a_collapse_is_asked_for(void)
{
    struct ground w;
    open_two(&w, FORK_OSAKA);
    state_begin_tx(&w.st);
    write_slot(&w, ground_find(&w, 0xaa), 0, 0);
    CHECK(!ground_asked_slot(&w, 0xaa, 1));
    ground_drop_slot(&w, 0xaa, 1);
    CHECK_EQ(state_commit_tx(&w.st, FORK_OSAKA), WH_OK);
    bytes32 root;
    CHECK_EQ(state_settle(&w.st, NULL, &root), WH_E_MISSING);
    CHECK_EQ(state_settle(&w.st, NULL, &root), WH_E_MISSING); /* sticky */
    ground_close(&w);
}

static void test_state_settle__net_changes_alone(void)
{
    struct ground w;
    open_two(&w, FORK_OSAKA);
    struct account *a = ground_find(&w, 0xaa);
    state_begin_tx(&w.st);
    write_slot(&w, a, 0, 1);
    CHECK_EQ(state_commit_tx(&w.st, FORK_OSAKA), WH_OK);
    state_begin_tx(&w.st);
    write_slot(&w, a, 0, 7);
    bytes32 root = ground_settle(&w);
    CHECK_MEM(root.b, w.root.b, 32);
    ground_close(&w);
}

static void test_state_begin_step__what_is_cached_is_reported_anew(void)
{
    struct ground w;
    open_two(&w, FORK_OSAKA);
    struct account *a = ground_find(&w, 0xaa);
    state_begin_tx(&w.st);
    (void)slot_of(&w, a, 0);
    CHECK_EQ(state_load_code(&w.st, a), WH_OK);
    CHECK(ground_asked(&w, 0xaa) && ground_asked_slot(&w, 0xaa, 0) && ground_asked_code(&w, 0xaa));
    CHECK_EQ(state_commit_tx(&w.st, FORK_OSAKA), WH_OK);
    nodes_begin(&w.nodes, false);
    state_begin_step(&w.st);
    CHECK(!ground_asked(&w, 0xaa));
    state_begin_tx(&w.st);
    CHECK_EQ(state_load(&w.st, a), WH_OK);
    CHECK(ground_asked(&w, 0xaa) && !ground_asked_slot(&w, 0xaa, 0) &&
          !ground_asked_code(&w, 0xaa));
    (void)slot_of(&w, a, 0);
    CHECK(ground_asked_slot(&w, 0xaa, 0));
    CHECK_EQ(state_load_code(&w.st, a), WH_OK);
    CHECK(ground_asked_code(&w, 0xaa));
    unsigned uses = w.uses;
    CHECK(uses > 0);
    CHECK_EQ(state_load_code(&w.st, a), WH_OK); /* once per step */
    (void)slot_of(&w, a, 0);
    CHECK_EQ(w.uses, uses);
    ground_close(&w);
}

static void test_state_begin_step__a_missing_cached_object_is_missing(void)
{
    struct ground w;
    open_two(&w, FORK_OSAKA);
    struct account *a = ground_find(&w, 0xaa);
    state_begin_step(&w.st);
    ground_drop(&w, 0xaa);
    CHECK_EQ(state_load(&w.st, a), WH_E_MISSING);
    ground_close(&w);
}

static void test_state_set_code__code_made_in_a_step_is_asked_for_in_the_next(void)
{
    struct ground w;
    open_two(&w, FORK_OSAKA);
    struct account *b = ground_find(&w, 0xbb);
    state_begin_tx(&w.st);
    CHECK_EQ(state_set_code(&w.st, b, wh_span_of("\x60\x02", 2)), WH_OK);
    (void)ground_settle(&w); /* hands the code to the store */
    w.uses = 0;
    CHECK_EQ(state_load_code(&w.st, b), WH_OK);
    CHECK_EQ(w.uses, 0);
    state_begin_step(&w.st);
    CHECK_EQ(state_load_code(&w.st, b), WH_OK);
    bytes32 hash;
    keccak256((const uint8_t *)"\x60\x02", 2, &hash);
    CHECK(nodes_asked(&w.nodes, &hash));
    ground_close(&w);
}

static void test_f1_status_is_sticky(void)
{
    struct ground w;
    open_two(&w, FORK_OSAKA);
    ground_drop(&w, 0xaa);
    address a = ground_address(0xaa), b = ground_address(0xbb);
    struct state_info info;
    bytes32 root;
    CHECK_EQ(state_get(&w.st, &a, &info), WH_E_MISSING);
    CHECK_EQ(state_get(&w.st, &b, &info), WH_E_MISSING);
    CHECK_EQ(state_commit_tx(&w.st, FORK_OSAKA), WH_E_MISSING);
    CHECK_EQ(state_settle(&w.st, NULL, &root), WH_E_MISSING);
    ground_restart(&w);
    CHECK_EQ(state_get(&w.st, &b, &info), WH_OK);
    CHECK_EQ(info.balance.w[0], 50);
    ground_close(&w);
}

static void test_state_touch__of_ripemd_survives_a_revert(void)
{
    /* block 2675119: 0x03 went although the frame that touched it failed */
    for (uint64_t at = 3; at <= 4; at++) {
        struct ground w;
        ground_open(&w, FORK_SPURIOUS);
        ground_account(&w, at, 0, 0, "");
        ground_account(&w, 0xaa, 1, 1, "");
        ground_seal(&w);
        state_begin_tx(&w.st);
        struct state_checkpoint c = state_checkpoint(&w.st);
        address a = ground_address(at);
        CHECK_EQ(state_touch(&w.st, state_account(&w.st, &a)), WH_OK);
        state_revert(&w.st, c);
        bytes32 root = ground_settle(&w);
        CHECK(bytes32_eq(&root, &w.root) == (at != 3));
        ground_close(&w);
    }
}

static void test_state_get__queries_read_code_and_slots(void)
{
    struct ground w;
    open_two(&w, FORK_OSAKA);
    address a = ground_address(0xaa), c = ground_address(0xcc);
    wh_span code;
    u256 v;
    CHECK_EQ(state_get_code(&w.st, &a, &code), WH_OK);
    CHECK_EQ(code.len, 2);
    CHECK_EQ(state_get_slot(&w.st, &a, &K1, &v), WH_OK);
    CHECK_EQ(v.w[0], 8);
    CHECK_EQ(state_get_slot(&w.st, &c, &K1, &v), WH_OK);
    CHECK(u256_is_zero(&v));
    CHECK_EQ(state_get_code(&w.st, &c, &code), WH_OK);
    CHECK_EQ(code.len, 0);
    ground_close(&w);
}

static void test_state_init__full_arena_is_trouble_not_an_outcome(void)
{
    static uint8_t block[40000];
    struct wh_arena small;
    struct state st;
    struct ground w;
    open_two(&w, FORK_OSAKA);
    wh_arena_init(&small, block, sizeof block);
    wh_status s = state_init(&st, &small, &w.source, w.crypto, NULL, &w.root);
    struct state_info info;
    for (uint64_t i = 0; s == WH_OK && i < 1000; i++) {
        address a = ground_address(i);
        s = state_get(&st, &a, &info);
    }
    CHECK_EQ(s, WH_E_NOMEM);
    ground_close(&w);
}

int main(void)
{
    RUN(test_state_revert__undoes_all_that_a_frame_did);
    RUN(test_state_revert__inner_frame_leaves_the_outer_alone);
    RUN(test_state_begin_tx__transient_and_access_sets_end_with_the_transaction);
    RUN(test_t9_absent_account_has_the_empty_trie_as_storage_root);
    RUN(test_t9_empty_accounts_stay_before_spurious_and_go_after_when_touched);
    RUN(test_t9_existence_is_not_emptiness);
    RUN(test_t9_storage_alone_makes_a_collision);
    RUN(test_t10_destroyed_storage_reads_zero_also_where_it_was_cached);
    RUN(test_t10_equal_values_written_after_a_wipe_reach_the_new_trie);
    RUN(test_t10_destroy_asks_for_no_storage_node);
    RUN(test_t10_destroy_in_a_reverted_frame_does_not_happen);
    RUN(test_t11_equal_storage_tries_are_changed_apart);
    RUN(test_t4_inserts_come_before_deletes);
    RUN(test_t3_sibling_of_a_collapse_is_asked_for);
    RUN(test_state_settle__net_changes_alone);
    RUN(test_state_begin_step__what_is_cached_is_reported_anew);
    RUN(test_state_begin_step__a_missing_cached_object_is_missing);
    RUN(test_state_set_code__code_made_in_a_step_is_asked_for_in_the_next);
    RUN(test_f1_status_is_sticky);
    RUN(test_state_touch__of_ripemd_survives_a_revert);
    RUN(test_state_get__queries_read_code_and_slots);
    RUN(test_state_init__full_arena_is_trouble_not_an_outcome);
    return tap_done();
}
