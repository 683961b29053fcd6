/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_INTERP_VM_H
#define WH_EVM_INTERP_VM_H

/* What the files of the interpreter share: frames and the machine that stacks them.
 *
 * Memory of one run, in evm->arena:
 *     mark | frame 0 | stack 0 | memory 0 | frame 1 | stack 1 | memory 1 ->        <- return data | cap
 * Only the innermost frame's memory grows, so it grows in place. At any time one return data buffer is
 * alive, that of the innermost frame (a call drops its caller's), so it sits alone at the far end. */

#include "evm/interp/evm.h"
#include "evm/interp/rules.h"

struct frame {
    struct frame *parent; /* NULL: the outermost */
    size_t mark;          /* arena->used before it */
    const uint8_t *pc;    /* these three are saved while another frame, or an operation, runs */
    u256 *sp;             /* top of the stack; stack - 1 when empty */
    int64_t gas;
    const uint8_t *code; /* padded */
    size_t code_len;
    const uint64_t *jumpdests; /* NULL: not analysed yet */
    uint64_t *own_jumpdests;   /* room for those of init code */
    struct code *object;       /* NULL: init code */
    u256 *stack;
    uint8_t *memory;
    size_t memory_len; /* a multiple of 32 */
    struct account *self;
    size_t out_at, out_len; /* where the parent wants the output */
    struct state_checkpoint checkpoint;
    struct evm_message msg; /* input: call data, empty in creations */
};

struct vm {
    struct evm *evm;
    struct state *st;
    struct wh_arena *arena;
    const struct evm_rules *rules;
    struct frame *frame;
    const uint8_t *ret; /* return data of the innermost frame */
    size_t ret_len;
    wh_status status;
    size_t mark; /* arena->used at entry */
    struct evm_result result;
};

/* How an operation ends. */
enum vm_next {
    VM_GO = 0, /* goes on in this frame; sp, gas (and memory) may have changed */
    VM_FAIL,   /* exceptional halt of this frame */
    VM_SWITCH, /* vm->frame is another one */
    VM_DONE,   /* the outermost frame has ended, or status is not WH_OK */
};

static inline enum vm_next vm_stop(struct vm *vm, wh_status status)
{
    vm->status = status;
    return VM_DONE;
}

/* VM_TRY ends the run on a status. */
#define VM_TRY(expr)                                                            \
    do {                                                                        \
        wh_status vm_try_ = (expr);                                             \
        if (__builtin_expect(vm_try_ != WH_OK, 0)) return vm_stop(vm, vm_try_); \
    } while (0)

/* VM_CHARGE takes gas from the frame or fails it. */
#define VM_CHARGE(frame_, amount)                                                 \
    do {                                                                          \
        if (__builtin_expect(((frame_)->gas -= (amount)) < 0, 0)) return VM_FAIL; \
    } while (0)

/* Words of 32 bytes that hold len bytes; len < 2^63. */
static inline int64_t vm_words(uint64_t len)
{
    return (int64_t)((len + 31) / 32);
}

/* ---- memory.c ---- */

/* vm_memory pays for and gives [at, at + len) of the frame's memory (Yellow Paper, appendix H.1, M). On
 * VM_GO *from and *size are valid; a size of 0 ignores at. */
enum vm_next vm_memory(struct vm *vm, struct frame *f, const u256 *at, const u256 *len,
                       size_t *from, size_t *size);
/* vm_reserve takes size bytes behind arena->used; NULL: no room below the return data. */
void *vm_reserve(struct vm *vm, size_t size);
wh_status vm_set_return(struct vm *vm, wh_span data);

/* ---- call.c ---- */

/* A call or creation that is about to begin: charges, depth, balance and nonce are settled. */
struct vm_call {
    struct evm_message msg;
    struct account *from;   /* caller that pays the value; NULL in system calls */
    struct account *to;     /* whose storage runs */
    struct account *source; /* whose code runs */
    bool delegated;         /* source is the target of a delegation: no precompile */
    size_t out_at, out_len;
};

enum vm_next vm_begin_call(struct vm *vm, struct vm_call *c);
enum vm_next vm_begin_create(struct vm *vm, struct vm_call *c);
/* vm_leave ends the innermost frame. */
enum vm_next vm_leave(struct vm *vm, enum evm_halt halt, wh_span output);
/* vm_analyse fills f->jumpdests, once per code and cache. */
void vm_analyse(struct frame *f);
/* vm_collides: EIP-684, EIP-7610. a is loaded. */
bool vm_collides(const struct account *a);

/* ---- loop.c ---- */
void vm_run(struct vm *vm);

/* ---- operations out of line; each pops, charges and pushes itself ---- */
enum vm_next op_exp(struct vm *vm, struct frame *f);
enum vm_next op_keccak256(struct vm *vm, struct frame *f);
enum vm_next op_calldatacopy(struct vm *vm, struct frame *f);
enum vm_next op_codecopy(struct vm *vm, struct frame *f);
enum vm_next op_returndatacopy(struct vm *vm, struct frame *f);
enum vm_next op_mcopy(struct vm *vm, struct frame *f);
enum vm_next op_log(struct vm *vm, struct frame *f, unsigned topics);
enum vm_next op_balance(struct vm *vm, struct frame *f);
enum vm_next op_extcodesize(struct vm *vm, struct frame *f);
enum vm_next op_extcodecopy(struct vm *vm, struct frame *f);
enum vm_next op_extcodehash(struct vm *vm, struct frame *f);
enum vm_next op_blockhash(struct vm *vm, struct frame *f);
enum vm_next op_sload(struct vm *vm, struct frame *f);
enum vm_next op_sstore(struct vm *vm, struct frame *f);
enum vm_next op_tload(struct vm *vm, struct frame *f);
enum vm_next op_tstore(struct vm *vm, struct frame *f);
enum vm_next op_selfdestruct(struct vm *vm, struct frame *f);
enum vm_next op_call(struct vm *vm, struct frame *f, enum evm_call_kind kind);
enum vm_next op_create(struct vm *vm, struct frame *f, enum evm_call_kind kind);

static inline address address_of_word(const u256 *w)
{
    address a;
    uint8_t b[32];
    u256_to_be(w, b);
    memcpy(a.b, b + 12, 20);
    return a;
}

static inline u256 word_of_address(const address *a)
{
    uint8_t b[32] = {0};
    memcpy(b + 12, a->b, 20);
    return u256_from_be(b);
}

#endif
