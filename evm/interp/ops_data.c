/* SPDX-License-Identifier: MIT */
/* Operations on byte strings: hash, copies, logs; and EXP, whose gas depends on its operand. */
#include "evm/interp/vm.h"

enum vm_next op_exp(struct vm *vm, struct frame *f)
{
    u256 *s = f->sp;
    VM_CHARGE(f, vm->rules->gas_exp_byte * (int64_t)u256_byte_len(&s[-1]));
    u256 out;
    u256_exp(&out, &s[0], &s[-1]);
    s[-1] = out;
    f->sp = s - 1;
    return VM_GO;
}

enum vm_next op_keccak256(struct vm *vm, struct frame *f)
{
    u256 *s = f->sp;
    size_t at, len;
    enum vm_next n = vm_memory(vm, f, &s[0], &s[-1], &at, &len);
    if (n != VM_GO) return n;
    VM_CHARGE(f, GAS_KECCAK_WORD * vm_words(len));
    bytes32 hash;
    vm->evm->crypto->keccak256(vm->evm->crypto->ctx, f->memory + at, len, &hash);
    s[-1] = u256_from_be(hash.b);
    f->sp = s - 1;
    return VM_GO;
}

/* copy_in writes source[from, from + size) to memory, zero where the source has ended. */
static void copy_in(uint8_t *to, size_t size, const u256 *from, const uint8_t *source, size_t len)
{
    size_t have = 0;
    if (u256_fits_u64(from) && from->w[0] < len) {
        have = len - from->w[0] < size ? len - from->w[0] : size;
        memcpy(to, source + from->w[0], have);
    }
    memset(to + have, 0, size - have);
}

static enum vm_next copy_op(struct vm *vm, struct frame *f, const uint8_t *source, size_t len)
{
    u256 *s = f->sp;
    size_t at, size;
    enum vm_next n = vm_memory(vm, f, &s[0], &s[-2], &at, &size);
    if (n != VM_GO) return n;
    VM_CHARGE(f, GAS_COPY_WORD * vm_words(size));
    if (size != 0) copy_in(f->memory + at, size, &s[-1], source, len);
    f->sp = s - 3;
    return VM_GO;
}

enum vm_next op_calldatacopy(struct vm *vm, struct frame *f)
{
    return copy_op(vm, f, f->msg.input.ptr, f->msg.input.len);
}

enum vm_next op_codecopy(struct vm *vm, struct frame *f)
{
    return copy_op(vm, f, f->code, f->code_len);
}

enum vm_next op_returndatacopy(struct vm *vm, struct frame *f)
{
    const u256 *s = f->sp;
    /* EIP-211: reading past the end fails, also for no bytes */
    if (!u256_fits_u64(&s[-1]) || !u256_fits_u64(&s[-2])) return VM_FAIL;
    if (s[-1].w[0] > vm->ret_len || s[-2].w[0] > vm->ret_len - s[-1].w[0]) return VM_FAIL;
    return copy_op(vm, f, vm->ret, vm->ret_len);
}

enum vm_next op_mcopy(struct vm *vm, struct frame *f)
{
    u256 *s = f->sp;
    size_t to, from, size;
    const u256 *far = u256_lt(&s[0], &s[-1]) ? &s[-1] : &s[0];
    enum vm_next n = vm_memory(vm, f, far, &s[-2], &to, &size);
    if (n != VM_GO) return n;
    VM_CHARGE(f, GAS_COPY_WORD * vm_words(size));
    to = (size_t)s[0].w[0];
    from = (size_t)s[-1].w[0];
    if (size != 0) memmove(f->memory + to, f->memory + from, size);
    f->sp = s - 3;
    return VM_GO;
}

enum vm_next op_log(struct vm *vm, struct frame *f, unsigned topics)
{
    u256 *s = f->sp;
    if (f->msg.is_static) return VM_FAIL;
    size_t at, len;
    enum vm_next n = vm_memory(vm, f, &s[0], &s[-1], &at, &len);
    if (n != VM_GO) return n;
    VM_CHARGE(f, GAS_LOG_BYTE * (int64_t)len);
    bytes32 topic[4];
    for (unsigned i = 0; i < topics; i++)
        u256_to_be(&s[-2 - (int)i], topic[i].b);
    wh_span data = wh_span_of(len == 0 ? NULL : f->memory + at, len);
    VM_TRY(state_log(vm->st, &f->self->at, topic, topics, data));
    f->sp = s - 2 - topics;
    return VM_GO;
}
