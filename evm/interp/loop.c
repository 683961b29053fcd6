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
#    define OP(byte, name, pops, pushes, gas, since) [byte] = FORK_##since,
#    include "evm/interp/opcodes.def"
#    undef OP
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

/* sign_extend fills everything above the named byte with its top bit. */
static inline void sign_extend(const u256 *byte, u256 *x)
{
    if (!u256_fits_u64(byte) || byte->w[0] >= 31) return;
    unsigned limb = (unsigned)byte->w[0] / 8, shift = 56 - 8 * ((unsigned)byte->w[0] % 8);
    uint64_t sign = 0 - (x->w[limb] << shift >> 63);
    x->w[limb] = (x->w[limb] << shift >> shift) | (sign << 8 << (56 - shift));
    for (unsigned i = limb + 1; i < 4; i++)
        x->w[i] = sign;
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
                            .gas_above = f->parent != NULL ? f->parent->gas : 0,
                            .memory_len = f->memory_len,
                            .refund = vm->st->refund,
                            .stack = f->stack,
                            .stack_len = (size_t)(sp + 1 - f->stack),
                            .returned = wh_span_of(vm->ret, vm->ret_len),
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

    /* clang-format off */
#if !EVM_SWITCH
    static const int32_t tables[FORK_OSAKA + 2][256] = {
#define OP(byte, name, pops, pushes, gas, since) [byte] = FORK_##since <= ROW_FORK ? LABEL(name) : 0,
#include "evm/interp/dispatch.def"
#undef OP
        /* with an observer every byte leads to it first */
        [FORK_OSAKA + 1] = { [0 ... 255] = (int32_t)(&&observe - &&undefined) },
    };
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
    switch ((enum opcode)*pc) {
#endif

#include "evm/interp/bodies.def"

#if EVM_SWITCH
    }
#endif

undefined:
fail:
    next = VM_FAIL;
leave:
    if (next == VM_FAIL) next = vm_leave(vm, EVM_FAILURE, wh_span_of(NULL, 0));
left:
    if (LIKELY(next == VM_SWITCH)) {
        LOAD_FRAME();
        DISPATCH();
    }
    WH_ASSERT(next == VM_DONE);
/* clang-format on */
}
