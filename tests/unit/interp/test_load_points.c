/* SPDX-License-Identifier: MIT */
/* When an account, slot or code is asked for: the table of PROTOCOL 4.3, row by row; and what happens
 * when it is not there. 0xaa runs, 0xbb is the object. */
#include "evm/native/sign.h"
#include "tests/support/ground.h"
#include "tests/tap.h"

struct shape {
    enum evm_fork fork;
    const char *code;
    int64_t gas;
    uint64_t balance; /* of 0xaa */
};

static struct evm_result run(struct ground *w, struct shape s)
{
    struct evm_result r;
    memset(&r, 0, sizeof r);
    ground_open(w, s.fork);
    ground_account(w, 0xaa, 1, s.balance, s.code);
    ground_slot(w, 0xaa, 0, 5);
    ground_account(w, 0xbb, 1, 1, "60016002");
    ground_account(w, 2, 1, 1, "");
    ground_account(w, GROUND_CALLER, 1, 1000, "");
    ground_seal(w);
    CHECK_EQ(ground_call(w, 0xaa, s.gas, "", &r), WH_OK);
    return r;
}

static void test_lp_sload__after_its_charge(void)
{
    struct ground w;
    struct evm_result r = run(&w, (struct shape){FORK_OSAKA, "5f54", 2 + 2099, 0});
    CHECK_EQ(r.halt, EVM_FAILURE);
    CHECK(!ground_asked_slot(&w, 0xaa, 0));
    ground_close(&w);
    r = run(&w, (struct shape){FORK_OSAKA, "5f54", 2 + 2100, 0});
    CHECK_EQ(r.halt, EVM_SUCCESS);
    CHECK(ground_asked_slot(&w, 0xaa, 0));
    ground_close(&w);
}

static void test_lp_sstore__after_the_sentry_and_the_access_charge(void)
{
    struct ground w;
    struct evm_result r = run(&w, (struct shape){FORK_OSAKA, "60015f55", 5 + 2300, 0});
    CHECK_EQ(r.halt, EVM_FAILURE);
    CHECK(!ground_asked_slot(&w, 0xaa, 0));
    ground_close(&w);
    /* 2,301 pays the access (2,100), not the write: the slot decides how much that is */
    r = run(&w, (struct shape){FORK_OSAKA, "60015f55", 5 + 2301, 0});
    CHECK_EQ(r.halt, EVM_FAILURE);
    CHECK(ground_asked_slot(&w, 0xaa, 0));
    ground_close(&w);
}

static void test_lp_static__a_forbidden_write_loads_nothing(void)
{
    struct ground w;
    const char *codes[] = {"60015f55", "60bbff", "5f5f5f5f600160bb61fffff1"};
    for (size_t i = 0; i < 3; i++) {
        struct evm_result r;
        ground_open(&w, FORK_OSAKA);
        ground_account(&w, 0xaa, 1, 9, codes[i]);
        ground_slot(&w, 0xaa, 0, 5);
        ground_account(&w, 0xbb, 1, 1, "00");
        ground_account(&w, 0xcc, 1, 1, "5f5f5f5f60aa62fffffffa");
        ground_seal(&w);
        CHECK_EQ(ground_call(&w, 0xcc, 1000000, "", &r), WH_OK);
        CHECK(!ground_asked_slot(&w, 0xaa, 0));
        CHECK(!ground_asked(&w, 0xbb));
        ground_close(&w);
    }
}

static void test_lp_account__balance_extcode_after_their_charge(void)
{
    struct ground w;
    const char *codes[] = {"60bb31", "60bb3b", "60bb3f", "60015f5f60bb3c"};
    for (size_t i = 0; i < 4; i++) {
        int64_t cost = i == 3 ? 3 + 2 + 2 + 3 + 3 + 3 + 2600 : 3 + 2600;
        struct evm_result r = run(&w, (struct shape){FORK_OSAKA, codes[i], cost - 1, 0});
        CHECK_EQ(r.halt, EVM_FAILURE);
        CHECK(!ground_asked(&w, 0xbb));
        ground_close(&w);
        r = run(&w, (struct shape){FORK_OSAKA, codes[i], cost, 0});
        CHECK_EQ(r.halt, EVM_SUCCESS);
        CHECK(ground_asked(&w, 0xbb));
        CHECK_EQ(ground_asked_code(&w, 0xbb), i == 1 || i == 3);
        ground_close(&w);
    }
}

static void test_lp_extcodecopy__of_no_bytes_asks_for_nothing(void)
{
    struct ground w;
    struct evm_result r = run(&w, (struct shape){FORK_OSAKA, "5f5f5f60bb3c", 100000, 0});
    CHECK_EQ(r.halt, EVM_SUCCESS);
    CHECK(!ground_asked(&w, 0xbb));
    ground_close(&w);
}

/* CALL 0xbb with value 1, all gas offered. */
#define CALL_VALUE "5f5f5f5f600160bb5af1"

static void test_lp_call__after_access_and_value_charges(void)
{
    struct ground w;
    int64_t base = 4 * 2 + 3 + 3 + 2 + 2600 + 9000;
    for (int k = 0; k < 2; k++) {
        enum evm_fork fork = k ? FORK_PRAGUE : FORK_CANCUN;
        struct evm_result r = run(&w, (struct shape){fork, CALL_VALUE, base - 1, 10});
        CHECK_EQ(r.halt, EVM_FAILURE);
        CHECK(!ground_asked(&w, 0xbb));
        ground_close(&w);
        r = run(&w, (struct shape){fork, CALL_VALUE, base, 10});
        CHECK_EQ(r.halt, EVM_SUCCESS);
        CHECK(ground_asked(&w, 0xbb) && ground_asked_code(&w, 0xbb));
        ground_close(&w);
    }
}

static void test_lp_call__refused_for_balance(void)
{
    struct ground w;
    struct evm_result r = run(&w, (struct shape){FORK_CANCUN, CALL_VALUE, 100000, 0});
    CHECK_EQ(r.halt, EVM_SUCCESS);
    CHECK(ground_asked(&w, 0xbb));       /* the new-account charge */
    CHECK(!ground_asked_code(&w, 0xbb)); /* nothing runs */
    ground_close(&w);
    r = run(&w, (struct shape){FORK_PRAGUE, CALL_VALUE, 100000, 0});
    CHECK(ground_asked(&w, 0xbb) && ground_asked_code(&w, 0xbb)); /* is it a delegation? */
    ground_close(&w);
}

static void test_lp_call__of_a_precompile(void)
{
    struct ground w;
    const char *code = "5f5f5f5f5f60025af1"; /* SHA256 */
    struct evm_result r = run(&w, (struct shape){FORK_CANCUN, code, 100000, 0});
    CHECK_EQ(r.halt, EVM_SUCCESS);
    CHECK(!ground_asked(&w, 2));
    ground_close(&w);
    (void)run(&w, (struct shape){FORK_PRAGUE, code, 100000, 0});
    CHECK(ground_asked(&w, 2));
    ground_close(&w);
}

static void test_lp_callcode_delegatecall__value_and_depth(void)
{
    struct ground w;
    /* CALLCODE with a value that is not there: before Prague not even the account is needed */
    struct evm_result r = run(&w, (struct shape){FORK_CANCUN, "5f5f5f5f600160bb5af2", 100000, 0});
    CHECK_EQ(r.halt, EVM_SUCCESS);
    CHECK(!ground_asked(&w, 0xbb));
    ground_close(&w);
    r = run(&w, (struct shape){FORK_CANCUN, "5f5f5f5f60bb5af4", 100000, 0});
    CHECK(ground_asked(&w, 0xbb) && ground_asked_code(&w, 0xbb));
    ground_close(&w);
}

static void test_lp_selfdestruct__beneficiary(void)
{
    static const struct {
        enum evm_fork fork;
        uint64_t balance;
        bool at_once, at_the_end;
    } rows[] = {
        {FORK_HOMESTEAD, 0, true, true}, {FORK_TANGERINE, 0, true, true},
        {FORK_SPURIOUS, 0, false, true}, {FORK_LONDON, 0, false, true},
        {FORK_PARIS, 0, false, false},   {FORK_OSAKA, 0, false, false},
        {FORK_LONDON, 7, true, true},    {FORK_OSAKA, 7, true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ground w;
        (void)run(&w, (struct shape){rows[i].fork, "60bbff", 100000, rows[i].balance});
        CHECK_EQ(ground_asked(&w, 0xbb), rows[i].at_once);
        CHECK_EQ(state_commit_tx(&w.st, rows[i].fork), WH_OK);
        CHECK_EQ(ground_asked(&w, 0xbb), rows[i].at_the_end);
        ground_close(&w);
    }
    /* 5,000 and the cold access come before the load */
    struct ground w;
    (void)run(&w, (struct shape){FORK_OSAKA, "60bbff", 3 + 7599, 7});
    CHECK(!ground_asked(&w, 0xbb));
    ground_close(&w);
}

static void test_lp_touch__a_call_of_no_value(void)
{
    /* the target is a precompile, so that nothing but the touch could ask for it */
    const char *code = "60006000600060006000600261fffff1";
    static const struct {
        enum evm_fork fork;
        bool at_once, at_the_end;
    } rows[] = {{FORK_TANGERINE, true, true},
                {FORK_SPURIOUS, false, true},
                {FORK_LONDON, false, true},
                {FORK_PARIS, false, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ground w;
        (void)run(&w, (struct shape){rows[i].fork, code, 100000, 0});
        CHECK_EQ(ground_asked(&w, 2), rows[i].at_once);
        CHECK_EQ(state_commit_tx(&w.st, rows[i].fork), WH_OK);
        CHECK_EQ(ground_asked(&w, 2), rows[i].at_the_end);
        ground_close(&w);
    }
}

/* 0xaa creates; the new address is planted as an account of its own. */
static void test_lp_create__new_address_after_balance_depth_and_nonce(void)
{
    for (int poor = 0; poor < 2; poor++) {
        struct ground w;
        struct evm_result r;
        address from = ground_address(0xaa), at;
        ground_open(&w, FORK_OSAKA);
        evm_create_address(w.crypto, &from, 1, &at);
        ground_account(&w, 0xaa, 1, poor ? 0 : 10, "5f5f6001f0");
        ground_account(&w, 0xbb, 1, 1, "");
        u256 one = u256_from_u64(1);
        CHECK_EQ(state_put_account(&w.st, &at, 0, &one, wh_span_of(NULL, 0)), WH_OK);
        ground_seal(&w);
        CHECK_EQ(ground_call(&w, 0xaa, 100000, "", &r), WH_OK);
        CHECK_EQ(state_account(&w.st, &at)->known, !poor);
        ground_close(&w);
    }
}

static void test_lp_delegation__delegate_when_the_frame_is_entered(void)
{
    const char *delegated = "ef0100"
                            "00000000000000000000000000000000000000dd";
    for (int poor = 0; poor < 2; poor++) {
        struct ground w;
        struct evm_result r;
        ground_open(&w, FORK_PRAGUE);
        ground_account(&w, 0xaa, 1, poor ? 0 : 5, CALL_VALUE);
        ground_account(&w, 0xbb, 1, 1, delegated);
        ground_account(&w, 0xdd, 1, 1, "60015f55");
        ground_seal(&w);
        CHECK_EQ(ground_call(&w, 0xaa, 100000, "", &r), WH_OK);
        CHECK(ground_asked_code(&w, 0xbb));
        CHECK_EQ(ground_asked(&w, 0xdd), !poor);
        CHECK_EQ(ground_asked_code(&w, 0xdd), !poor);
        if (!poor) CHECK_EQ(ground_read(&w, 0xbb, 0).w[0], 1); /* 0xbb's storage, 0xdd's code */
        ground_close(&w);
    }
}

/* ---- what is missing is no outcome ---- */

/* 0xcc calls 0xaa and reverts whatever happens; 0xaa calls 0xbb and goes on whatever happens. */
static void open_nested(struct ground *w)
{
    ground_open(w, FORK_OSAKA);
    ground_account(w, 0xcc, 1, 1,
                   "5f5f5f5f5f60aa5af1"
                   "5f5ffd");
    ground_account(w, 0xaa, 1, 1,
                   "5f5f5f5f5f60bb5af1"
                   "5f54");
    ground_slot(w, 0xaa, 0, 5);
    ground_account(w, 0xbb, 1, 1, "60015f52");
    ground_seal(w);
}

static void test_f1_missing_code_unwinds_all_frames_and_sticks(void)
{
    struct ground w;
    struct evm_result r;
    open_nested(&w);
    CHECK_EQ(ground_call(&w, 0xcc, 1000000, "", &r), WH_OK);
    CHECK_EQ(r.halt, EVM_REVERT);
    ground_restart(&w);
    ground_drop_code(&w, 0xbb);
    size_t used = w.frames.used;
    CHECK_EQ(ground_call(&w, 0xcc, 1000000, "", &r), WH_E_MISSING);
    CHECK_EQ(w.frames.used, used);
    CHECK_EQ(ground_call(&w, 0xaa, 1000000, "", &r), WH_E_MISSING);
    ground_close(&w);
}

static void test_t1_missing_account_or_slot_is_not_absent(void)
{
    struct ground w;
    struct evm_result r;
    open_nested(&w);
    ground_drop(&w, 0xbb);
    CHECK_EQ(ground_call(&w, 0xcc, 1000000, "", &r), WH_E_MISSING);
    ground_close(&w);
    open_nested(&w);
    ground_drop_slot(&w, 0xaa, 0);
    CHECK_EQ(ground_call(&w, 0xcc, 1000000, "", &r), WH_E_MISSING);
    ground_close(&w);
}

static void test_t2_missing_code_is_not_empty_code(void)
{
    const char *codes[] = {"60bb3b", "60015f5f60bb3c", "5f5f5f5f5f60bb5af1", "5f5f5f5f60bb5af4"};
    for (size_t i = 0; i < 4; i++) {
        struct ground w;
        struct evm_result r;
        ground_open(&w, FORK_OSAKA);
        ground_account(&w, 0xaa, 1, 1, codes[i]);
        ground_account(&w, 0xbb, 1, 1, "60015f52");
        ground_seal(&w);
        ground_drop_code(&w, 0xbb);
        CHECK_EQ(ground_call(&w, 0xaa, 1000000, "", &r), WH_E_MISSING);
        ground_close(&w);
    }
    struct ground w;
    struct evm_result r;
    ground_open(&w, FORK_OSAKA);
    ground_account(&w, 0xaa, 1, 1, "60bb3f"); /* EXTCODEHASH needs the leaf alone */
    ground_account(&w, 0xbb, 1, 1, "60015f52");
    ground_seal(&w);
    ground_drop_code(&w, 0xbb);
    CHECK_EQ(ground_call(&w, 0xaa, 1000000, "", &r), WH_OK);
    ground_close(&w);
}

static void test_t9_extcodehash__absent_empty_and_codeless(void)
{
    static const uint8_t empty_code[32] = {0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c,
                                           0x92, 0x7e, 0x7d, 0xb2, 0xdc, 0xc7, 0x03, 0xc0,
                                           0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82, 0x27, 0x3b,
                                           0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70};
    static const uint8_t zero[32];
    const char *codes[] = {"60b03f5f5260205ff3", "60b13f5f5260205ff3", "60b23f5f5260205ff3"};
    for (size_t i = 0; i < 3; i++) {
        struct ground w;
        struct evm_result r;
        ground_open(&w, FORK_OSAKA);
        ground_account(&w, 0xaa, 1, 1, codes[i]);
        ground_account(&w, 0xb1, 0, 0, ""); /* exists, empty */
        ground_account(&w, 0xb2, 0, 1, "");
        ground_seal(&w);
        CHECK_EQ(ground_call(&w, 0xaa, 100000, "", &r), WH_OK);
        CHECK_EQ(r.output.len, 32);
        if (r.output.len == 32) CHECK_MEM(r.output.ptr, i == 2 ? empty_code : zero, 32);
        ground_close(&w);
    }
}

int main(void)
{
    RUN(test_lp_sload__after_its_charge);
    RUN(test_lp_sstore__after_the_sentry_and_the_access_charge);
    RUN(test_lp_static__a_forbidden_write_loads_nothing);
    RUN(test_lp_account__balance_extcode_after_their_charge);
    RUN(test_lp_extcodecopy__of_no_bytes_asks_for_nothing);
    RUN(test_lp_call__after_access_and_value_charges);
    RUN(test_lp_call__refused_for_balance);
    RUN(test_lp_call__of_a_precompile);
    RUN(test_lp_callcode_delegatecall__value_and_depth);
    RUN(test_lp_selfdestruct__beneficiary);
    RUN(test_lp_touch__a_call_of_no_value);
    RUN(test_lp_create__new_address_after_balance_depth_and_nonce);
    RUN(test_lp_delegation__delegate_when_the_frame_is_entered);
    RUN(test_f1_missing_code_unwinds_all_frames_and_sticks);
    RUN(test_t1_missing_account_or_slot_is_not_absent);
    RUN(test_t2_missing_code_is_not_empty_code);
    RUN(test_t9_extcodehash__absent_empty_and_codeless);
    return tap_done();
}
