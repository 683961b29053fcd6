/* SPDX-License-Identifier: MIT */
/* The loop of the interpreter.
 *
 * pc, sp and gas live in registers; an operation out of line gets them saved in its frame. Stack and gas
 * checks compile to immediates from opcodes.def. Code is padded, so no instruction looks for its end.
 * Two forms from one body: computed goto over label differences (int32, no relocation), one row a fork,
 * in which an instruction that the fork lacks leads to `undefined`; and a switch (EVM_SWITCH), its
 * oracle and the form for compilers without the extension. */
#include "evm/interp/opcodes.h"
#include "evm/interp/vm.h"

#if !defined(EVM_SWITCH) && !defined(__GNUC__)
#    define EVM_SWITCH 1
#elif !defined(EVM_SWITCH)
#    define EVM_SWITCH 0
#endif

#if !EVM_SWITCH
#    pragma GCC diagnostic ignored "-Wpedantic"
#    pragma GCC diagnostic ignored "-Wpointer-arith"
#    ifdef __clang__
#        pragma GCC diagnostic ignored "-Wgnu-label-as-value"
#    endif
#endif

#if EVM_SWITCH
/* Since which fork an opcode exists; 0: never. */
static const uint8_t op_since[256] = {
#define OP(byte, name, pops, pushes, gas, since) [byte] = FORK_##since,
#include "evm/interp/opcodes.def"
#undef OP
};
#endif

const char *evm_opcode_name(uint8_t op)
{
    switch (op) {
#define OP(byte, name, pops, pushes, gas, since) \
    case byte:                                   \
        return #name;
#include "evm/interp/opcodes.def"
#undef OP
    default: return NULL;
    }
}

/* push_bytes reads n <= 32 big-endian bytes; up to 8 bytes more may be read, code is padded. */
static inline __attribute__((always_inline)) void push_bytes(u256 *out, const uint8_t *p,
                                                             unsigned n)
{
    for (unsigned i = 0; i < 4; i++) {
        if (n >= 8 * (i + 1))
            out->w[i] = load_be64(p + n - 8 * (i + 1));
        else if (n > 8 * i)
            out->w[i] = load_be64(p) >> (64 - 8 * (n - 8 * i));
        else
            out->w[i] = 0;
    }
}

static inline bool is_negative(const u256 *a)
{
    return a->w[3] >> 63 != 0;
}

static inline bool signed_lt(const u256 *a, const u256 *b)
{
    bool na = is_negative(a), nb = is_negative(b);
    return na != nb ? na : u256_lt(a, b);
}

static inline unsigned shift_of(const u256 *n)
{
    return u256_fits_u64(n) && n->w[0] < 256 ? (unsigned)n->w[0] : 256;
}

static inline void sign_extend(const u256 *byte, u256 *x)
{
    if (!u256_fits_u64(byte) || byte->w[0] >= 31) return;
    unsigned shift = 248 - 8 * (unsigned)byte->w[0];
    u256_shl(x, x, shift);
    u256_sar(x, x, shift);
}

static inline uint64_t byte_of(const u256 *i, const u256 *x)
{
    if (!u256_fits_u64(i) || i->w[0] >= 32) return 0;
    unsigned at = 31 - (unsigned)i->w[0];
    return x->w[at / 8] >> (8 * (at % 8)) & 0xff;
}

static inline uint64_t leading_zeros(const u256 *x)
{
    for (int i = 3; i >= 0; i--)
        if (x->w[i] != 0) return (uint64_t)(3 - i) * 64 + (uint64_t)__builtin_clzll(x->w[i]);
    return 256;
}

static void load_call_data(const wh_span *data, u256 *word)
{
    uint8_t b[32] = {0};
    if (u256_fits_u64(word) && word->w[0] < data->len) {
        size_t at = word->w[0], n = data->len - at < 32 ? data->len - at : 32;
        memcpy(b, data->ptr + at, n);
    }
    *word = u256_from_be(b);
}

/* jump_target gives the place of a valid destination, NULL else. */
static inline const uint8_t *jump_target(struct frame *f, const u256 *to)
{
    if (f->jumpdests == NULL) vm_analyse(f);
    if (!u256_fits_u64(to) || to->w[0] >= f->code_len) return NULL;
    if ((f->jumpdests[to->w[0] / 64] >> (to->w[0] % 64) & 1) == 0) return NULL;
    return f->code + to->w[0];
}

static void trace(struct vm *vm, const struct frame *f, const uint8_t *pc, const u256 *sp,
                  int64_t gas)
{
    const struct evm_tracer *t = vm->evm->tracer;
    struct evm_step step = {.pc = (uint64_t)(pc - f->code),
                            .op = *pc,
                            .depth = (uint16_t)(f->msg.depth + 1),
                            .gas = gas,
                            .memory_len = f->memory_len,
                            .refund = vm->st->refund,
                            .stack = f->stack,
                            .stack_len = (size_t)(sp + 1 - f->stack),
                            .at = &f->self->at};
    t->step(t->ctx, &step);
}

#define LIKELY(c)   __builtin_expect(!!(c), 1)
#define UNLIKELY(c) __builtin_expect(!!(c), 0)

#define LOAD_FRAME() (f = vm->frame, pc = f->pc, sp = f->sp, gas = f->gas, bottom = f->stack - 1)

/* CHECK: stack and constant gas of an instruction. */
#define CHECK(name)                                                               \
    if (OP_POPS_##name > 0 && UNLIKELY(sp - bottom < OP_POPS_##name)) goto fail;  \
    if (OP_GROWS_##name > 0 && UNLIKELY(sp - bottom >= EVM_STACK_MAX)) goto fail; \
    if (OP_GAS_##name > 0 && UNLIKELY((gas -= OP_GAS_##name) < 0)) goto fail;

#if EVM_SWITCH
#    define DISPATCH() goto dispatch
#    define CASE(name) case OP_##name:
#else
#    define DISPATCH() goto *(&&undefined + table[*pc])
#    define CASE(name) op_##name:
#endif

#define OPERATION(name) CASE(name) CHECK(name)
#define NEXT()      \
    do {            \
        pc++;       \
        DISPATCH(); \
    } while (0)

/* OUT_OF_LINE calls an operation with the registers saved, and goes on by its result. */
#define OUT_OF_LINE(call)                        \
    do {                                         \
        f->pc = pc + 1;                          \
        f->sp = sp;                              \
        f->gas = gas;                            \
        next = (call);                           \
        if (UNLIKELY(next != VM_GO)) goto leave; \
        sp = f->sp;                              \
        gas = f->gas;                            \
        NEXT();                                  \
    } while (0)

#define PUSH_WORD(value) \
    do {                 \
        sp++;            \
        *sp = (value);   \
        NEXT();          \
    } while (0)
#define PUSH_U64(value) PUSH_WORD(u256_from_u64(value))

#define UNARY(expr) \
    do {            \
        expr;       \
        NEXT();     \
    } while (0)
/* a: top, b: below it and place of the result */
#define BINARY(expr)               \
    do {                           \
        u256 *a = sp, *b = sp - 1; \
        expr;                      \
        sp--;                      \
        NEXT();                    \
    } while (0)
#define COMPARE(cond) BINARY(*b = u256_from_u64(cond))

#define PUSH_N(n)                    \
    OPERATION(PUSH##n)               \
    {                                \
        sp++;                        \
        push_bytes(sp, pc + 1, (n)); \
        pc += (n);                   \
        NEXT();                      \
    }
#define DUP_N(n)        \
    OPERATION(DUP##n)   \
    {                   \
        sp++;           \
        *sp = sp[-(n)]; \
        NEXT();         \
    }
#define SWAP_N(n)       \
    OPERATION(SWAP##n)  \
    {                   \
        u256 t = *sp;   \
        *sp = sp[-(n)]; \
        sp[-(n)] = t;   \
        NEXT();         \
    }
#define LOG_N(n)      \
    OPERATION(LOG##n) \
    OUT_OF_LINE(op_log(vm, f, (n)));

#if !EVM_SWITCH
#    define LABEL(name) (int32_t)(&&op_##name - &&undefined)
#endif

void vm_run(struct vm *vm)
{
    struct frame *f;
    const uint8_t *pc;
    u256 *sp, *bottom;
    int64_t gas;
    enum vm_next next;
    const struct evm *evm = vm->evm;
    const struct evm_block *block = evm->block;
    enum evm_fork fork = block->fork > FORK_OSAKA ? FORK_OSAKA : block->fork;

#if !EVM_SWITCH
    /* clang-format off */
    static const int32_t tables[FORK_OSAKA + 2][256] = {
#define OP(byte, name, pops, pushes, gas, since) [byte] = FORK_##since <= TABLE_FORK ? LABEL(name) : 0,
#define TABLE_FORK FORK_FRONTIER
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_HOMESTEAD
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_DAO
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_TANGERINE
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_SPURIOUS
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_BYZANTIUM
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_CONSTANTINOPLE
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_PETERSBURG
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_ISTANBUL
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_BERLIN
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_LONDON
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_PARIS
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_SHANGHAI
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_CANCUN
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_PRAGUE
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#define TABLE_FORK FORK_OSAKA
        [TABLE_FORK] = {
#include "evm/interp/opcodes.def"
        },
#undef TABLE_FORK
#undef OP
        /* with an observer every byte leads to it first */
        [FORK_OSAKA + 1] = { [0 ... 255] = (int32_t)(&&observe - &&undefined) },
    };
    /* clang-format on */
    const int32_t *const plain = tables[fork];
    const int32_t *const table = evm->tracer != NULL ? tables[FORK_OSAKA + 1] : plain;
#endif

    LOAD_FRAME();
    DISPATCH();

#if !EVM_SWITCH
observe:
    trace(vm, f, pc, sp, gas);
    goto *(&&undefined + plain[*pc]);
#else
dispatch:
    if (UNLIKELY(evm->tracer != NULL)) trace(vm, f, pc, sp, gas);
    if (UNLIKELY(op_since[*pc] == 0 || op_since[*pc] > fork)) goto undefined;
    switch ((enum opcode) * pc) {
#endif

    OPERATION(STOP)
    {
        f->gas = gas;
        next = vm_leave(vm, EVM_SUCCESS, wh_span_of(NULL, 0));
        goto left;
    }
    OPERATION(ADD) BINARY((void)u256_add(b, a, b));
    OPERATION(MUL) BINARY(u256_mul(b, a, b));
    OPERATION(SUB) BINARY((void)u256_sub(b, a, b));
    OPERATION(DIV) BINARY(u256_divmod(a, b, b, NULL));
    OPERATION(SDIV) BINARY(u256_sdivmod(a, b, b, NULL));
    OPERATION(MOD) BINARY(u256_divmod(a, b, NULL, b));
    OPERATION(SMOD) BINARY(u256_sdivmod(a, b, NULL, b));
    OPERATION(ADDMOD)
    {
        u256_addmod(&sp[-2], &sp[0], &sp[-1], &sp[-2]);
        sp -= 2;
        NEXT();
    }
    OPERATION(MULMOD)
    {
        u256_mulmod(&sp[-2], &sp[0], &sp[-1], &sp[-2]);
        sp -= 2;
        NEXT();
    }
    OPERATION(EXP) OUT_OF_LINE(op_exp(vm, f));
    OPERATION(SIGNEXTEND) BINARY(sign_extend(a, b));

    OPERATION(LT) COMPARE(u256_lt(a, b));
    OPERATION(GT) COMPARE(u256_lt(b, a));
    OPERATION(SLT) COMPARE(signed_lt(a, b));
    OPERATION(SGT) COMPARE(signed_lt(b, a));
    OPERATION(EQ) COMPARE(u256_eq(a, b));
    OPERATION(ISZERO) UNARY(*sp = u256_from_u64(u256_is_zero(sp)));
    OPERATION(AND) BINARY(for (int i = 0; i < 4; i++) b->w[i] &= a->w[i]);
    OPERATION(OR) BINARY(for (int i = 0; i < 4; i++) b->w[i] |= a->w[i]);
    OPERATION(XOR) BINARY(for (int i = 0; i < 4; i++) b->w[i] ^= a->w[i]);
    OPERATION(NOT) UNARY(for (int i = 0; i < 4; i++) sp->w[i] = ~sp->w[i]);
    OPERATION(BYTE) COMPARE(byte_of(a, b));
    OPERATION(SHL) BINARY(u256_shl(b, b, shift_of(a)));
    OPERATION(SHR) BINARY(u256_shr(b, b, shift_of(a)));
    OPERATION(SAR) BINARY(u256_sar(b, b, shift_of(a)));
    OPERATION(CLZ) UNARY(*sp = u256_from_u64(leading_zeros(sp)));

    OPERATION(KECCAK256) OUT_OF_LINE(op_keccak256(vm, f));

    OPERATION(ADDRESS) PUSH_WORD(word_of_address(&f->self->at));
    OPERATION(BALANCE) OUT_OF_LINE(op_balance(vm, f));
    OPERATION(ORIGIN) PUSH_WORD(word_of_address(&evm->origin->origin));
    OPERATION(CALLER) PUSH_WORD(word_of_address(&f->msg.caller));
    OPERATION(CALLVALUE) PUSH_WORD(f->msg.value);
    OPERATION(CALLDATALOAD) UNARY(load_call_data(&f->msg.input, sp));
    OPERATION(CALLDATASIZE) PUSH_U64(f->msg.input.len);
    OPERATION(CALLDATACOPY) OUT_OF_LINE(op_calldatacopy(vm, f));
    OPERATION(CODESIZE) PUSH_U64(f->code_len);
    OPERATION(CODECOPY) OUT_OF_LINE(op_codecopy(vm, f));
    OPERATION(GASPRICE) PUSH_WORD(evm->origin->gas_price);
    OPERATION(EXTCODESIZE) OUT_OF_LINE(op_extcodesize(vm, f));
    OPERATION(EXTCODECOPY) OUT_OF_LINE(op_extcodecopy(vm, f));
    OPERATION(RETURNDATASIZE) PUSH_U64(vm->ret_len);
    OPERATION(RETURNDATACOPY) OUT_OF_LINE(op_returndatacopy(vm, f));
    OPERATION(EXTCODEHASH) OUT_OF_LINE(op_extcodehash(vm, f));

    OPERATION(BLOCKHASH) OUT_OF_LINE(op_blockhash(vm, f));
    OPERATION(COINBASE) PUSH_WORD(word_of_address(&block->coinbase));
    OPERATION(TIMESTAMP) PUSH_U64(block->timestamp);
    OPERATION(NUMBER) PUSH_U64(block->number);
    OPERATION(PREVRANDAO) PUSH_WORD(u256_from_be(block->randao.b));
    OPERATION(GASLIMIT) PUSH_U64(block->gas_limit);
    OPERATION(CHAINID) PUSH_U64(block->chain_id);
    OPERATION(SELFBALANCE) PUSH_WORD(f->self->f.balance);
    OPERATION(BASEFEE) PUSH_WORD(block->base_fee);
    OPERATION(BLOBHASH)
    {
        bool in = u256_fits_u64(sp) && sp->w[0] < evm->origin->blob_count;
        *sp = in ? u256_from_be(evm->origin->blobs[sp->w[0]].b) : u256_from_u64(0);
        NEXT();
    }
    OPERATION(BLOBBASEFEE) PUSH_WORD(block->blob_base_fee);

    OPERATION(POP)
    {
        sp--;
        NEXT();
    }
    OPERATION(MLOAD)
    {
        if (UNLIKELY(!u256_fits_u64(sp) || f->memory_len < 32 || sp->w[0] > f->memory_len - 32)) {
            size_t at, size;
            const u256 len = {{32, 0, 0, 0}};
            f->gas = gas;
            next = vm_memory(vm, f, sp, &len, &at, &size);
            if (next != VM_GO) goto leave;
            gas = f->gas;
        }
        *sp = u256_from_be(f->memory + sp->w[0]);
        NEXT();
    }
    OPERATION(MSTORE)
    {
        if (UNLIKELY(!u256_fits_u64(sp) || f->memory_len < 32 || sp->w[0] > f->memory_len - 32)) {
            size_t at, size;
            const u256 len = {{32, 0, 0, 0}};
            f->gas = gas;
            next = vm_memory(vm, f, sp, &len, &at, &size);
            if (next != VM_GO) goto leave;
            gas = f->gas;
        }
        u256_to_be(&sp[-1], f->memory + sp->w[0]);
        sp -= 2;
        NEXT();
    }
    OPERATION(MSTORE8)
    {
        size_t at, size;
        const u256 len = {{1, 0, 0, 0}};
        f->gas = gas;
        next = vm_memory(vm, f, sp, &len, &at, &size);
        if (next != VM_GO) goto leave;
        gas = f->gas;
        f->memory[at] = (uint8_t)sp[-1].w[0];
        sp -= 2;
        NEXT();
    }
    OPERATION(SLOAD) OUT_OF_LINE(op_sload(vm, f));
    OPERATION(SSTORE) OUT_OF_LINE(op_sstore(vm, f));
    OPERATION(JUMP)
    {
        pc = jump_target(f, sp);
        if (UNLIKELY(pc == NULL)) goto fail;
        sp--;
        DISPATCH();
    }
    OPERATION(JUMPI)
    {
        sp -= 2;
        if (u256_is_zero(&sp[1])) NEXT();
        pc = jump_target(f, &sp[2]);
        if (UNLIKELY(pc == NULL)) goto fail;
        DISPATCH();
    }
    OPERATION(PC) PUSH_U64((uint64_t)(pc - f->code));
    OPERATION(MSIZE) PUSH_U64(f->memory_len);
    OPERATION(GAS) PUSH_U64((uint64_t)gas);
    OPERATION(JUMPDEST) NEXT();
    OPERATION(TLOAD) OUT_OF_LINE(op_tload(vm, f));
    OPERATION(TSTORE) OUT_OF_LINE(op_tstore(vm, f));
    OPERATION(MCOPY) OUT_OF_LINE(op_mcopy(vm, f));

    OPERATION(PUSH0) PUSH_U64(0);
    /* clang-format off */
    PUSH_N(1) PUSH_N(2) PUSH_N(3) PUSH_N(4) PUSH_N(5) PUSH_N(6) PUSH_N(7) PUSH_N(8)
    PUSH_N(9) PUSH_N(10) PUSH_N(11) PUSH_N(12) PUSH_N(13) PUSH_N(14) PUSH_N(15) PUSH_N(16)
    PUSH_N(17) PUSH_N(18) PUSH_N(19) PUSH_N(20) PUSH_N(21) PUSH_N(22) PUSH_N(23) PUSH_N(24)
    PUSH_N(25) PUSH_N(26) PUSH_N(27) PUSH_N(28) PUSH_N(29) PUSH_N(30) PUSH_N(31) PUSH_N(32)
    DUP_N(1) DUP_N(2) DUP_N(3) DUP_N(4) DUP_N(5) DUP_N(6) DUP_N(7) DUP_N(8)
    DUP_N(9) DUP_N(10) DUP_N(11) DUP_N(12) DUP_N(13) DUP_N(14) DUP_N(15) DUP_N(16)
    SWAP_N(1) SWAP_N(2) SWAP_N(3) SWAP_N(4) SWAP_N(5) SWAP_N(6) SWAP_N(7) SWAP_N(8)
    SWAP_N(9) SWAP_N(10) SWAP_N(11) SWAP_N(12) SWAP_N(13) SWAP_N(14) SWAP_N(15) SWAP_N(16)
    LOG_N(0) LOG_N(1) LOG_N(2) LOG_N(3) LOG_N(4)
        /* clang-format on */

        OPERATION(CREATE) OUT_OF_LINE(op_create(vm, f, EVM_CREATE));
    OPERATION(CREATE2) OUT_OF_LINE(op_create(vm, f, EVM_CREATE2));
    OPERATION(CALL) OUT_OF_LINE(op_call(vm, f, EVM_CALL));
    OPERATION(CALLCODE) OUT_OF_LINE(op_call(vm, f, EVM_CALLCODE));
    OPERATION(DELEGATECALL) OUT_OF_LINE(op_call(vm, f, EVM_DELEGATECALL));
    OPERATION(STATICCALL) OUT_OF_LINE(op_call(vm, f, EVM_STATICCALL));
    OPERATION(RETURN)
    {
        size_t at, size;
        f->gas = gas;
        next = vm_memory(vm, f, &sp[0], &sp[-1], &at, &size);
        if (next != VM_GO) goto leave;
        next = vm_leave(vm, EVM_SUCCESS, wh_span_of(f->memory + at, size));
        goto left;
    }
    OPERATION(REVERT)
    {
        size_t at, size;
        f->gas = gas;
        next = vm_memory(vm, f, &sp[0], &sp[-1], &at, &size);
        if (next != VM_GO) goto leave;
        next = vm_leave(vm, EVM_REVERT, wh_span_of(f->memory + at, size));
        goto left;
    }
    OPERATION(SELFDESTRUCT) OUT_OF_LINE(op_selfdestruct(vm, f));

#if EVM_SWITCH
}
#endif

undefined :
    fail : next = VM_FAIL;
leave : if (next == VM_FAIL) next = vm_leave(vm, EVM_FAILURE, wh_span_of(NULL, 0));
left : if (LIKELY(next == VM_SWITCH))
{
    LOAD_FRAME();
    DISPATCH();
}
WH_ASSERT(next == VM_DONE);
}
