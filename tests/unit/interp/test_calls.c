/* SPDX-License-Identifier: MIT */
/* Frames: depth, value, creation, destruction, host contracts, gas that a call gets. */
#include "tests/support/ground.h"
#include "tests/tap.h"

#define RETURN_TOP "5f5260205ff3"

static struct evm_result call(struct ground *w, uint64_t at, int64_t gas)
{
    struct evm_result r;
    memset(&r, 0, sizeof r);
    CHECK_EQ(ground_call(w, at, gas, "", &r), WH_OK);
    return r;
}

static void test_depth__1025_frames_and_no_recursion(void)
{
    struct ground w;
    ground_open(&w, FORK_OSAKA);
    /* count in transient slot 0, then call itself with all gas */
    ground_account(&w, 0xaa, 1, 0,
                   "5f5c6001015f5d"
                   "5f5f5f5f5f60aa5af1");
    ground_seal(&w);
    struct evm_result r = call(&w, 0xaa, (int64_t)1 << 50);
    CHECK_EQ(r.halt, EVM_SUCCESS);
    u256 key = u256_from_u64(0), n;
    CHECK_EQ(state_get_transient(&w.st, ground_find(&w, 0xaa), &key, &n), WH_OK);
    CHECK_EQ(n.w[0], EVM_DEPTH_MAX + 1);
    ground_close(&w);
}

static void test_eip150__a_call_gets_all_but_one_64th(void)
{
    struct ground w;
    ground_open(&w, FORK_OSAKA);
    ground_account(&w, 0xaa, 1, 0,
                   "60205f5f5f5f60bb5af1"
                   "5f51" RETURN_TOP);
    ground_account(&w, 0xbb, 1, 0, "5a" RETURN_TOP);
    ground_seal(&w);
    struct evm_result r = call(&w, 0xaa, 100000);
    int64_t left =
        100000 - 3 - 4 * 2 - 3 - 2 - 3 - 2600; /* pushes, GAS, one word of memory, access */
    CHECK_EQ(ground_word(&r).w[0], left - left / 64 - 2);
    ground_close(&w);
}

static void test_call_value__stipend_and_refusal_give_gas_back(void)
{
    struct ground w;
    ground_open(&w, FORK_OSAKA);
    ground_account(&w, 0xaa, 1, 5, "5f5f5f5f600160bb5ff1"); /* gas 0: the stipend alone */
    ground_account(&w, 0xcc, 1, 0, "5f5f5f5f600160bb5ff1"); /* has no ether */
    ground_account(&w, 0xbb, 1, 0, "00");
    ground_seal(&w);
    struct evm_result r = call(&w, 0xaa, 100000);
    int64_t cost = 4 * 2 + 3 + 3 + 2 + 2600 + 9000;
    CHECK_EQ(r.gas_left, 100000 - cost + 2300);
    CHECK_EQ(ground_balance(&w, 0xbb), 1);
    ground_restart(&w);
    r = call(&w, 0xcc, 100000);
    CHECK_EQ(r.gas_left, 100000 - cost + 2300);
    CHECK_EQ(ground_balance(&w, 0xbb), 0);
    ground_close(&w);
}

static void test_call__new_account_charge_by_era(void)
{
    static const struct {
        enum evm_fork fork;
        const char *code;
        int64_t cost;
    } rows[] = {
        {FORK_FRONTIER, "600060006000600060006099600af1", 7 * 3 + 40 + 25000},
        {FORK_TANGERINE, "600060006000600060006099600af1", 7 * 3 + 700 + 25000},
        {FORK_SPURIOUS, "600060006000600060006099600af1", 7 * 3 + 700},
        {FORK_SPURIOUS, "600060006000600060016099600af1", 7 * 3 + 700 + 9000 + 25000 - 2300},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ground w;
        ground_open(&w, rows[i].fork);
        ground_account(&w, 0xaa, 1, 5, rows[i].code);
        ground_seal(&w);
        struct evm_result r = call(&w, 0xaa, 100000);
        CHECK_EQ(100000 - r.gas_left, rows[i].cost);
        CHECK_EQ(ground_find(&w, 0x99)->f.exists, i != 2);
        ground_close(&w);
    }
}

/* CREATE of a contract whose code is the byte 0x00 repeated `len` times. */
static void open_creator(struct ground *w, enum evm_fork fork, const char *init_push,
                         const char *tail)
{
    char code[256];
    snprintf(code, sizeof code, "%s600052%s", init_push, tail);
    ground_open(w, fork);
    ground_account(w, 0xaa, 1, 5, code);
    ground_seal(w);
}

static void test_create__nonces_addresses_and_code(void)
{
    struct ground w;
    /* init code 6001600081... : returns one zero byte: PUSH1 1 PUSH1 0 RETURN = 60016000f3 */
    open_creator(&w, FORK_OSAKA, "6460016000f3", "6005601b6002f0" RETURN_TOP);
    struct evm_result r = call(&w, 0xaa, 200000);
    address from = ground_address(0xaa), want;
    evm_create_address(w.crypto, &from, 1, &want);
    CHECK_EQ(r.output.len, 32);
    if (r.output.len == 32) CHECK_MEM(r.output.ptr + 12, want.b, 20);
    struct account *a = state_account(&w.st, &want);
    CHECK_EQ(a->f.nonce, 1);
    CHECK_EQ(a->f.balance.w[0], 2);
    CHECK(a->f.has_code && a->f.code->len == 1);
    CHECK_EQ(ground_find(&w, 0xaa)->f.nonce, 2);
    CHECK_EQ(ground_balance(&w, 0xaa), 3);
    ground_close(&w);
}

static void test_eip3541__code_that_starts_with_ef_is_refused_from_london(void)
{
    for (enum evm_fork fork = FORK_BERLIN; fork <= FORK_LONDON; fork++) {
        struct ground w;
        /* init: MSTORE8 0xef at 0, return one byte: 60ef60005360016000f3 */
        open_creator(&w, fork, "6960ef60005360016000f3",
                     "600a60166000f0"
                     "60005260206000f3");
        struct evm_result r = call(&w, 0xaa, 200000);
        CHECK_EQ(u256_is_zero(&(u256){{ground_word(&r).w[0], 0, 0, 0}}), fork == FORK_LONDON);
        ground_close(&w);
    }
}

static void test_eip2__deposit_that_cannot_be_paid(void)
{
    for (enum evm_fork fork = FORK_FRONTIER; fork <= FORK_HOMESTEAD; fork++) {
        struct ground w;
        /* 160 bytes of code cost 32,000: more than what is left */
        open_creator(&w, fork, "6460a06000f3",
                     "6005601b6000f0"
                     "60005260206000f3");
        struct evm_result r = call(&w, 0xaa, 32000 + 1000);
        CHECK_EQ(r.halt, fork == FORK_FRONTIER ? EVM_SUCCESS : EVM_FAILURE);
        if (fork == FORK_FRONTIER) {
            address from = ground_address(0xaa), made;
            evm_create_address(w.crypto, &from, 1, &made);
            CHECK(ground_word(&r).w[0] != 0);
            CHECK(!state_account(&w.st, &made)->f.has_code);
        }
        ground_close(&w);
    }
}

static void test_eip7610__storage_alone_refuses_a_creation(void)
{
    struct ground w;
    address from = ground_address(0xaa), at;
    ground_open(&w, FORK_OSAKA);
    evm_create_address(w.crypto, &from, 1, &at);
    ground_account(&w, 0xaa, 1, 5, "5f5f5ff0" RETURN_TOP);
    u256 zero = {{0, 0, 0, 0}}, one = u256_from_u64(1);
    CHECK_EQ(state_put_account(&w.st, &at, 0, &one, wh_span_of(NULL, 0)), WH_OK);
    CHECK_EQ(state_put_slot(&w.st, &at, &zero, &one), WH_OK);
    ground_seal(&w);
    struct evm_result r = call(&w, 0xaa, 200000);
    u256 word = ground_word(&r);
    CHECK(r.halt == EVM_SUCCESS && u256_is_zero(&word));
    CHECK_EQ(ground_find(&w, 0xaa)->f.nonce, 2); /* stays raised */
    ground_close(&w);
}

static void test_eip3860__init_code_over_the_limit_fails_the_frame(void)
{
    struct ground w;
    ground_open(&w, FORK_SHANGHAI);
    ground_account(&w, 0xaa, 1, 0, "61c0005f5ff000"); /* 49,152 bytes */
    ground_account(&w, 0xbb, 1, 0, "61c0015f5ff000");
    ground_seal(&w);
    struct evm_result r = call(&w, 0xaa, 10000000);
    CHECK_EQ(r.halt, EVM_SUCCESS);
    r = call(&w, 0xbb, 10000000);
    CHECK_EQ(r.halt, EVM_FAILURE);
    ground_close(&w);
}

static void test_eip6780__selfdestruct_of_an_old_contract_moves_ether_alone(void)
{
    for (enum evm_fork fork = FORK_SHANGHAI; fork <= FORK_CANCUN; fork++) {
        struct ground w;
        ground_open(&w, fork);
        ground_account(&w, 0xaa, 1, 5, "60bbff");
        ground_account(&w, 0xcc, 1, 5, "60ccff"); /* to itself */
        ground_seal(&w);
        (void)call(&w, 0xaa, 100000);
        CHECK_EQ(state_commit_tx(&w.st, fork), WH_OK);
        (void)call(&w, 0xcc, 100000);
        CHECK_EQ(state_commit_tx(&w.st, fork), WH_OK);
        CHECK_EQ(ground_find(&w, 0xaa)->f.exists, fork == FORK_CANCUN);
        CHECK_EQ(ground_balance(&w, 0xbb), 5);
        CHECK_EQ(ground_find(&w, 0xcc)->f.exists, fork == FORK_CANCUN);
        CHECK_EQ(ground_balance(&w, 0xcc), fork == FORK_CANCUN ? 5 : 0);
        ground_close(&w);
    }
}

static void test_sstore__gas_and_refund_by_era(void)
{
    /* slot 0 is 5: set 0, then 5 again */
    static const struct {
        enum evm_fork fork;
        int64_t gas, refund;
    } rows[] = {
        {FORK_FRONTIER, 12 + 5000 + 20000, 15000},   {FORK_CONSTANTINOPLE, 12 + 5000 + 200, 4800},
        {FORK_PETERSBURG, 12 + 5000 + 20000, 15000}, {FORK_ISTANBUL, 12 + 5000 + 800, 4200},
        {FORK_BERLIN, 12 + 2100 + 2900 + 100, 2800}, {FORK_LONDON, 12 + 2100 + 2900 + 100, 2800},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ground w;
        ground_open(&w, rows[i].fork);
        ground_account(&w, 0xaa, 1, 0,
                       "6000600055"
                       "6005600055");
        ground_slot(&w, 0xaa, 0, 5);
        ground_seal(&w);
        struct evm_result r = call(&w, 0xaa, 100000);
        CHECK_EQ(100000 - r.gas_left, rows[i].gas);
        CHECK_EQ(w.st.refund, rows[i].refund);
        ground_close(&w);
    }
}

/* ---- host contracts ---- */

struct host_note {
    unsigned calls;
    struct evm_message last;
    uint8_t answer[4];
    wh_status status;
};

static wh_status host_call(void *ctx, struct evm *evm, const struct evm_message *msg,
                           struct evm_result *out)
{
    struct host_note *n = ctx;
    (void)evm;
    n->calls++;
    n->last = *msg;
    out->halt = msg->kind == EVM_CALL ? EVM_SUCCESS : EVM_FAILURE;
    out->gas_left = msg->gas - 100;
    out->output = wh_span_of(n->answer, sizeof n->answer);
    return n->status;
}

static void test_t18_without_a_host_0101_is_an_ordinary_address(void)
{
    struct ground w;
    struct host_note note = {.answer = {1, 2, 3, 4}};
    struct evm_host_contract host = {.at = ground_address(0x101), .ctx = &note, .call = host_call};
    ground_open(&w, FORK_OSAKA);
    ground_account(&w, 0xaa, 1, 0,
                   "5f5f5f5f5f6101015af1"
                   "3d" RETURN_TOP);
    ground_account(&w, 0xbb, 1, 0, "5f5f5f5f6101015af4" RETURN_TOP);
    ground_seal(&w);
    struct evm_result r = call(&w, 0xaa, 100000);
    CHECK_EQ(ground_word(&r).w[0], 0); /* no return data */
    w.evm.host = &host;
    r = call(&w, 0xaa, 100000);
    CHECK_EQ(ground_word(&r).w[0], 4);
    CHECK_EQ(note.calls, 1);
    CHECK_EQ(note.last.depth, 1);
    r = call(&w, 0xbb, 100000);
    CHECK_EQ(ground_word(&r).w[0], 0); /* DELEGATECALL: the host refused */
    note.status = WH_E_NOMEM;
    CHECK_EQ(ground_call(&w, 0xaa, 100000, "", &r), WH_E_NOMEM);
    ground_close(&w);
}

static void test_system_call__caller_is_not_read(void)
{
    struct ground w;
    address to = ground_address(0xaa);
    struct evm_result r;
    bool has_code;
    ground_open(&w, FORK_OSAKA);
    ground_account(&w, 0xaa, 1, 0, "335f5260205ff3"); /* returns CALLER */
    ground_account(&w, 0xbb, 1, 0, "");
    ground_seal(&w);
    CHECK_EQ(evm_system_call(&w.evm, &to, wh_span_of(NULL, 0), &has_code, &r), WH_OK);
    CHECK(has_code);
    CHECK_EQ(r.gas_left, 30000000 - 2 - 2 - 3 - 3 - 3 - 2);
    address caller;
    memcpy(caller.b, r.output.ptr + 12, 20);
    CHECK_EQ(caller.b[19], 0xfe);
    CHECK(!state_account(&w.st, &caller)->known);
    to = ground_address(0xbb);
    CHECK_EQ(evm_system_call(&w.evm, &to, wh_span_of(NULL, 0), &has_code, NULL), WH_OK);
    CHECK(!has_code);
    ground_close(&w);
}

int main(void)
{
    RUN(test_depth__1025_frames_and_no_recursion);
    RUN(test_eip150__a_call_gets_all_but_one_64th);
    RUN(test_call_value__stipend_and_refusal_give_gas_back);
    RUN(test_call__new_account_charge_by_era);
    RUN(test_create__nonces_addresses_and_code);
    RUN(test_eip3541__code_that_starts_with_ef_is_refused_from_london);
    RUN(test_eip2__deposit_that_cannot_be_paid);
    RUN(test_eip7610__storage_alone_refuses_a_creation);
    RUN(test_eip3860__init_code_over_the_limit_fails_the_frame);
    RUN(test_eip6780__selfdestruct_of_an_old_contract_moves_ether_alone);
    RUN(test_sstore__gas_and_refund_by_era);
    RUN(test_t18_without_a_host_0101_is_an_ordinary_address);
    RUN(test_system_call__caller_is_not_read);
    return tap_done();
}
