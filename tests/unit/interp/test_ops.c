/* SPDX-License-Identifier: MIT */
/* Instructions one by one: values, forks, stack bounds, constant gas; memory, return data, jumps. The
 * bulk of the proof is the official state tests. */
#include <stdio.h>

#include "tests/support/ground.h"
#include "tests/tap.h"

#define RETURN_TOP "5f5260205ff3" /* MSTORE at 0, RETURN 32 bytes */

static struct evm_result run(struct ground *w, enum evm_fork fork, const char *code, int64_t gas)
{
    struct evm_result r;
    memset(&r, 0, sizeof r);
    ground_open(w, fork);
    ground_account(w, 0xaa, 1, 1000, code);
    ground_account(w, GROUND_CALLER, 1, 1000, "");
    ground_seal(w);
    CHECK_EQ(ground_call(w, 0xaa, gas, "0102030405060708", &r), WH_OK);
    return r;
}

static void check_word(const char *code, const char *want)
{
    struct ground w;
    char text[512];
    uint8_t bytes[32];
    size_t n = ground_hex(want, bytes, sizeof bytes);
    uint8_t padded[32] = {0};
    memcpy(padded + 32 - n, bytes, n);
    snprintf(text, sizeof text, "%s" RETURN_TOP, code);
    struct evm_result r = run(&w, FORK_OSAKA, text, 100000);
    CHECK_EQ(r.halt, EVM_SUCCESS);
    CHECK_EQ(r.output.len, 32);
    if (r.output.len == 32) CHECK_MEM(r.output.ptr, padded, 32);
    ground_close(&w);
}

#define MINUS_1 "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define MIN_INT "7f8000000000000000000000000000000000000000000000000000000000000000"

static void test_ops_arithmetic__edge_values(void)
{
    check_word("6002"
               "600a"
               "04",
               "05"); /* 10 / 2 */
    check_word("5f"
               "600a"
               "04",
               "00"); /* 10 / 0 */
    check_word("5f"
               "600a"
               "06",
               "00"); /* 10 mod 0 */
    check_word(MINUS_1 MIN_INT "05",
               "8000000000000000000000000000000000000000000000000000000000000000");
    check_word("6003" MINUS_1 "07",
               "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    check_word("6005" MINUS_1 MINUS_1 "08", "00"); /* (2 (2^256-1)) mod 5: 2^256 = 1 mod 5 */
    check_word("6007" MINUS_1 "6002"
               "09",
               "02"); /* 2 (2^256-1) mod 7: 2^256 = 2 mod 7 */
    check_word("6064"
               "6002"
               "0a",
               "10000000000000000000000000"); /* 2^100 */
    check_word("60ff"
               "5f"
               "0b",
               "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    check_word("607f"
               "5f"
               "0b",
               "7f");
    check_word("6180ff"
               "6001"
               "0b",
               "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80ff");
    check_word("60ff"
               "601f"
               "0b",
               "ff");
    check_word("6001"
               "5f"
               "03",
               "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
}

static void test_ops_bits__edge_values(void)
{
    check_word("5f" MINUS_1 "12", "01"); /* -1 < 0 */
    check_word("5f" MINUS_1 "11", "01"); /* unsigned it is greater */
    check_word("6001"
               "60ff"
               "1b",
               "8000000000000000000000000000000000000000000000000000000000000000");
    check_word("6001"
               "610100"
               "1b",
               "00");
    check_word(MIN_INT "60ff"
                       "1c",
               "01");
    check_word(MIN_INT "610100"
                       "1d",
               "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    check_word(MIN_INT "60ff"
                       "1d",
               "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    check_word("611234"
               "601e"
               "1a",
               "12");
    check_word("611234"
               "6020"
               "1a",
               "00");
}

static void test_eip7939_clz__values_and_fork(void)
{
    struct ground w;
    check_word("5f"
               "1e",
               "0100");
    check_word("6001"
               "1e",
               "ff");
    check_word(MIN_INT "1e", "00");
    check_word("7f0000000000000000000000000000000100000000000000000000000000000000"
               "1e",
               "7f");
    struct evm_result r = run(&w, FORK_PRAGUE,
                              "6001"
                              "1e",
                              100000);
    CHECK_EQ(r.halt, EVM_FAILURE);
    ground_close(&w);
    r = run(&w, FORK_OSAKA,
            "6001"
            "1e",
            100000);
    CHECK_EQ(r.gas_left, 100000 - 3 - 5);
    ground_close(&w);
}

static void test_eip3855_push0__from_shanghai(void)
{
    struct ground w;
    struct evm_result r = run(&w, FORK_PARIS, "5f", 100);
    CHECK_EQ(r.halt, EVM_FAILURE);
    ground_close(&w);
    r = run(&w, FORK_SHANGHAI, "5f", 100);
    CHECK_EQ(r.gas_left, 98);
    ground_close(&w);
}

static void test_ops_push__cut_off_by_the_end_reads_zeros(void)
{
    struct ground w;
    /* PUSH1 0, JUMPI skipped; the last byte is PUSH32 without data */
    struct evm_result r = run(&w, FORK_OSAKA, "7f", 100);
    CHECK_EQ(r.halt, EVM_SUCCESS);
    CHECK_EQ(r.gas_left, 97);
    ground_close(&w);
}

static void test_eip5656_mcopy__overlap_and_growth(void)
{
    check_word("600160005360026001536003600253"
               "6003"
               "5f"
               "6001"
               "5e"
               "5f51", /* [1 2 3] one up */
               "0101020300000000000000000000000000000000000000000000000000000000");
    struct ground w;
    struct evm_result r = run(&w, FORK_OSAKA,
                              "6001"
                              "5f"
                              "603f"
                              "5e"
                              "59" RETURN_TOP,
                              100000);
    CHECK_EQ(ground_word(&r).w[0], 64);
    ground_close(&w);
}

static void test_eip1153_transient__reads_back_and_fails_in_static(void)
{
    check_word("602a"
               "6001"
               "5d"
               "6001"
               "5c",
               "2a");
    struct ground w;
    ground_open(&w, FORK_CANCUN);
    ground_account(&w, 0xaa, 1, 0,
                   "5f5f5f5f60bb61ffff"
                   "fa" RETURN_TOP);
    ground_account(&w, 0xbb, 1, 0, "600160015d");
    ground_seal(&w);
    struct evm_result r;
    CHECK_EQ(ground_call(&w, 0xaa, 100000, "", &r), WH_OK);
    CHECK_EQ(ground_word(&r).w[0], 0);
    ground_close(&w);
}

static const struct {
    uint8_t byte;
    const char *name;
    int pops, pushes;
    enum evm_fork since;
} OPS[] = {
#define OP(byte, name, pops, pushes, gas, since) {byte, #name, pops, pushes, FORK_##since},
#include "evm/interp/opcodes.def"
#undef OP
};

/* One opcode on a stack of `depth` zeros. */
static enum evm_halt run_op(enum evm_fork fork, uint8_t op, int depth)
{
    static char code[8192];
    struct ground w;
    size_t n = 0;
    for (int i = 0; i < depth; i++)
        n += (size_t)snprintf(code + n, sizeof code - n, "6000");
    snprintf(code + n, sizeof code - n, "%02x", op);
    struct evm_result r = run(&w, fork, code, 1000000);
    ground_close(&w);
    return r.halt;
}

static void test_ops_every_opcode__absent_before_its_fork(void)
{
    for (size_t i = 0; i < sizeof OPS / sizeof *OPS; i++)
        for (enum evm_fork f = FORK_FRONTIER; f < OPS[i].since; f++)
            CHECK_EQ(run_op(f, OPS[i].byte, 17), EVM_FAILURE);
}

static void test_ops_every_opcode__stack_bounds(void)
{
    for (size_t i = 0; i < sizeof OPS / sizeof *OPS; i++) {
        if (OPS[i].pops > 0)
            CHECK_EQ(run_op(FORK_OSAKA, OPS[i].byte, OPS[i].pops - 1), EVM_FAILURE);
        if (OPS[i].pushes > OPS[i].pops)
            CHECK_EQ(run_op(FORK_OSAKA, OPS[i].byte, EVM_STACK_MAX), EVM_FAILURE);
        /* zeros are harmless operands of all but these */
        bool jumps = strncmp(OPS[i].name, "JUMP", 4) == 0, reverts = OPS[i].byte == 0xfd;
        if (!jumps && !reverts) CHECK_EQ(run_op(FORK_OSAKA, OPS[i].byte, OPS[i].pops), EVM_SUCCESS);
    }
}

static void test_ops_undefined__bytes_without_a_name_fail(void)
{
    for (unsigned op = 0; op < 256; op++)
        if (evm_opcode_name((uint8_t)op) == NULL)
            CHECK_EQ(run_op(FORK_OSAKA, (uint8_t)op, 17), EVM_FAILURE);
}

static void test_ops_memory__too_far_is_out_of_gas(void)
{
    struct ground w;
    const char *codes[] = {
        "6001" MINUS_1 "52", /* MSTORE at 2^255 - 1 */
        "6001"
        "67ffffffffffffffff"
        "52", /* at 2^64 - 1: the end wraps in 64 bits */
        "6001"
        "673fffffffffffffff"
        "53", /* MSTORE8 at 2^62 - 1 */
        MINUS_1 "5f"
                "20", /* KECCAK256 of so many bytes */
        MINUS_1 "51",
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct evm_result r = run(&w, FORK_OSAKA, codes[i], 30000000);
        CHECK_EQ(r.halt, EVM_FAILURE);
        CHECK_EQ(r.gas_left, 0);
        ground_close(&w);
    }
    /* no bytes: any place is free of charge */
    struct evm_result r = run(&w, FORK_OSAKA, "5f" MINUS_1 "20" RETURN_TOP, 100000);
    CHECK_EQ(r.halt, EVM_SUCCESS);
    ground_close(&w);
}

static void test_ops_memory__gas_is_linear_and_quadratic(void)
{
    struct ground w;
    /* MSTORE8 at 31 KiB: 992 words, 3 * 992 + 992^2 / 512 */
    struct evm_result r = run(&w, FORK_OSAKA,
                              "6001"
                              "617bff"
                              "53",
                              100000);
    CHECK_EQ(r.gas_left, 100000 - 3 - 3 - 3 - (3 * 992 + 992 * 992 / 512));
    ground_close(&w);
}

static void test_ops_jump__only_to_a_jumpdest_that_is_no_data(void)
{
    struct ground w;
    struct evm_result r = run(&w, FORK_OSAKA,
                              "600456"
                              "60"
                              "5b",
                              1000); /* 4 is push data */
    CHECK_EQ(r.halt, EVM_FAILURE);
    ground_close(&w);
    r = run(&w, FORK_OSAKA,
            "600456"
            "00"
            "5b",
            1000);
    CHECK_EQ(r.gas_left, 1000 - 3 - 8 - 1);
    ground_close(&w);
    r = run(&w, FORK_OSAKA,
            "68010000000000000004"
            "56"
            "5b",
            1000); /* beyond 2^64 */
    CHECK_EQ(r.halt, EVM_FAILURE);
    ground_close(&w);
}

static void test_eip211_return_data__bounds_and_life(void)
{
    struct ground w;
    ground_open(&w, FORK_OSAKA);
    /* callee returns 64 bytes ending in 0x2a; caller grows its memory to 64 KiB, then copies the second */
    ground_account(&w, 0xbb, 1, 0,
                   "602a602052"
                   "60405ff3");
    ground_account(&w, 0xaa, 1, 0,
                   "5f5f5f5f5f60bb61fffff150"
                   "600161ffff53"
                   "602060205f3e"
                   "5f51" RETURN_TOP);
    ground_account(&w, 0xcc, 1, 0,
                   "5f5f5f5f5f60bb61fffff150"
                   "602160205f3e"); /* one byte too far */
    ground_account(&w, 0xdd, 1, 0,
                   "5f5f5f5f5f60bb61fffff150"
                   "5f60415f3e"); /* none, but past it */
    ground_seal(&w);
    struct evm_result r;
    CHECK_EQ(ground_call(&w, 0xaa, 1000000, "", &r), WH_OK);
    CHECK_EQ(ground_word(&r).w[0], 0x2a);
    CHECK_EQ(ground_call(&w, 0xcc, 1000000, "", &r), WH_OK);
    CHECK_EQ(r.halt, EVM_FAILURE);
    CHECK_EQ(ground_call(&w, 0xdd, 1000000, "", &r), WH_OK);
    CHECK_EQ(r.halt, EVM_FAILURE);
    ground_close(&w);
}

static void test_ops_block_hash__range(void)
{
    struct ground w;
    const uint64_t none[] = {1000, 1001, 743, 0}; /* number is 1000: 744..999 are in range */
    for (size_t i = 0; i < 4; i++) {
        char code[64];
        snprintf(code, sizeof code, "61%04x40" RETURN_TOP, (unsigned)none[i]);
        struct evm_result r = run(&w, FORK_OSAKA, code, 100000);
        CHECK(ground_word(&r).w[0] == 0);
        ground_close(&w);
    }
}

static void test_t6_block_hash_that_is_not_known_is_missing(void)
{
    const char *codes[] = {"6102e840", "6103e740"};
    for (int i = 0; i < 2; i++) {
        struct ground w;
        struct evm_result r;
        ground_open(&w, FORK_OSAKA);
        ground_account(&w, 0xaa, 1, 0, codes[i]);
        ground_seal(&w);
        CHECK_EQ(ground_call(&w, 0xaa, 100000, "", &r), WH_E_MISSING);
        ground_close(&w);
    }
}

struct seen {
    unsigned steps;
    uint64_t pc[16];
    size_t depth[16];
};

static void see(void *ctx, const struct evm_step *s)
{
    struct seen *seen = ctx;
    if (seen->steps < 16) {
        seen->pc[seen->steps] = s->pc;
        seen->depth[seen->steps] = s->stack_len;
    }
    seen->steps++;
}

static void test_tracer__sees_each_instruction_and_changes_nothing(void)
{
    struct ground w;
    struct seen seen = {0};
    struct evm_tracer tracer = {&seen, see};
    struct evm_result plain, traced;
    ground_open(&w, FORK_OSAKA);
    ground_account(&w, 0xaa, 1, 0,
                   "6001600201600556"
                   "5b00");
    ground_seal(&w);
    CHECK_EQ(ground_call(&w, 0xaa, 1000, "", &plain), WH_OK);
    w.evm.tracer = &tracer;
    CHECK_EQ(ground_call(&w, 0xaa, 1000, "", &traced), WH_OK);
    CHECK_EQ(plain.halt, traced.halt);
    CHECK_EQ(plain.gas_left, traced.gas_left);
    CHECK_EQ(seen.steps, 5); /* the jump to 5 fails: PUSH1 PUSH1 ADD PUSH1 JUMP */
    CHECK_EQ(seen.pc[2], 4);
    CHECK_EQ(seen.depth[2], 2);
    CHECK_EQ(seen.pc[4], 7);
    ground_close(&w);
}

int main(void)
{
    RUN(test_ops_arithmetic__edge_values);
    RUN(test_ops_bits__edge_values);
    RUN(test_eip7939_clz__values_and_fork);
    RUN(test_eip3855_push0__from_shanghai);
    RUN(test_ops_push__cut_off_by_the_end_reads_zeros);
    RUN(test_eip5656_mcopy__overlap_and_growth);
    RUN(test_eip1153_transient__reads_back_and_fails_in_static);
    RUN(test_ops_every_opcode__absent_before_its_fork);
    RUN(test_ops_every_opcode__stack_bounds);
    RUN(test_ops_undefined__bytes_without_a_name_fail);
    RUN(test_ops_memory__too_far_is_out_of_gas);
    RUN(test_ops_memory__gas_is_linear_and_quadratic);
    RUN(test_ops_jump__only_to_a_jumpdest_that_is_no_data);
    RUN(test_eip211_return_data__bounds_and_life);
    RUN(test_ops_block_hash__range);
    RUN(test_t6_block_hash_that_is_not_known_is_missing);
    RUN(test_tracer__sees_each_instruction_and_changes_nothing);
    return tap_done();
}
