/* SPDX-License-Identifier: MIT */
/* CALL, CALLCODE, DELEGATECALL, STATICCALL, CREATE, CREATE2: operands, charges, refusals. What happens
 * inside is call.c. */
#include "evm/interp/vm.h"

struct operands {
    const u256 *gas, *to, *value, *in, *in_len, *out, *out_len;
    int count;
};

static const u256 no_value = {{0, 0, 0, 0}};

static struct operands operands_of(const u256 *s, enum evm_call_kind kind)
{
    if (kind == EVM_CALL || kind == EVM_CALLCODE)
        return (struct operands){&s[0], &s[-1], &s[-2], &s[-3], &s[-4], &s[-5], &s[-6], 7};
    return (struct operands){&s[0], &s[-1], &no_value, &s[-2], &s[-3], &s[-4], &s[-5], 6};
}

/* account_charge: 25,000 if a CALL makes its target (Yellow Paper; EIP-161: only if ether does). */
static enum vm_next account_charge(struct vm *vm, struct frame *f, struct account *to, bool value)
{
    if (vm->rules->clear_empty) {
        if (!value) return VM_GO;
        VM_TRY(state_load(vm->st, to));
        if (account_is_empty(to)) VM_CHARGE(f, GAS_NEW_ACCOUNT);
        return VM_GO;
    }
    VM_TRY(state_load(vm->st, to));
    if (!to->f.exists) VM_CHARGE(f, GAS_NEW_ACCOUNT);
    return VM_GO;
}

/* delegation follows one hop of EIP-7702 and charges for reaching it. */
static enum vm_next delegation(struct vm *vm, struct frame *f, struct vm_call *c)
{
    if (!c->source->f.has_code) return VM_GO;
    VM_TRY(state_load_code(vm->st, c->source));
    address at;
    const struct code *code = c->source->f.code;
    if (!code_is_delegation(wh_span_of(code->bytes, code->len), &at)) return VM_GO;
    c->source = state_account(vm->st, &at);
    if (c->source == NULL) return vm_stop(vm, WH_E_NOMEM);
    c->delegated = true;
    bool cold;
    VM_TRY(state_warm(vm->st, c->source, &cold));
    VM_CHARGE(f, cold ? GAS_COLD_ACCOUNT : GAS_WARM);
    return VM_GO;
}

/* child_gas takes from the frame what the call gets (EIP-150), the stipend not included. */
static enum vm_next child_gas(struct vm *vm, struct frame *f, const u256 *wanted, int64_t *out)
{
    int64_t most = f->gas;
    bool over = !u256_fits_u64(wanted) || wanted->w[0] > INT64_MAX;
    if (vm->rules->keep_64th) {
        most -= most / 64;
        *out = over || (int64_t)wanted->w[0] > most ? most : (int64_t)wanted->w[0];
    } else {
        if (over) return VM_FAIL;
        *out = (int64_t)wanted->w[0];
    }
    VM_CHARGE(f, *out);
    return VM_GO;
}

static enum vm_next push_result(struct frame *f, int pops, uint64_t result)
{
    f->sp -= pops - 1;
    *f->sp = u256_from_u64(result);
    return VM_GO;
}

/* charge_call: memory, access, value. The target is loaded after it. */
static enum vm_next charge_call(struct vm *vm, struct frame *f, const struct operands *o,
                                struct vm_call *c, size_t *in_at, size_t *in_len)
{
    enum vm_next n = vm_memory(vm, f, o->in, o->in_len, in_at, in_len);
    if (n != VM_GO) return n;
    n = vm_memory(vm, f, o->out, o->out_len, &c->out_at, &c->out_len);
    if (n != VM_GO) return n;
    address at = address_of_word(o->to);
    c->source = state_account(vm->st, &at);
    if (c->source == NULL) return vm_stop(vm, WH_E_NOMEM);
    int64_t gas = vm->rules->gas_call;
    if (vm->rules->access_sets) {
        bool cold;
        VM_TRY(state_warm(vm->st, c->source, &cold));
        gas = cold ? GAS_COLD_ACCOUNT : GAS_WARM;
    }
    if (!u256_is_zero(o->value)) gas += GAS_CALL_VALUE;
    VM_CHARGE(f, gas);
    return VM_GO;
}

static void fill_message(const struct frame *f, enum evm_call_kind kind, const struct operands *o,
                         int64_t gas, wh_span input, struct vm_call *c)
{
    struct evm_message *m = &c->msg;
    bool same = kind == EVM_DELEGATECALL;
    m->kind = kind;
    m->is_static = f->msg.is_static || kind == EVM_STATICCALL;
    m->depth = (uint16_t)(f->msg.depth + 1);
    m->gas = gas;
    m->caller = same ? f->msg.caller : f->self->at;
    m->to = c->to->at;
    m->value = same ? f->msg.value : *o->value;
    m->input = input;
}

enum vm_next op_call(struct vm *vm, struct frame *f, enum evm_call_kind kind)
{
    struct operands o = operands_of(f->sp, kind);
    bool value = !u256_is_zero(o.value);
    if (kind == EVM_CALL && value && f->msg.is_static) return VM_FAIL;
    struct vm_call c = {.from = f->self};
    size_t in_at, in_len;
    enum vm_next n = charge_call(vm, f, &o, &c, &in_at, &in_len);
    if (n != VM_GO) return n;
    c.msg.code_from = c.source->at;
    c.to = kind == EVM_CALL || kind == EVM_STATICCALL ? c.source : f->self;
    if (vm->rules->delegations) VM_TRY(state_load(vm->st, c.source));
    if (kind == EVM_CALL) {
        n = account_charge(vm, f, c.source, value);
        if (n != VM_GO) return n;
    }
    if (vm->rules->delegations) {
        n = delegation(vm, f, &c);
        if (n != VM_GO) return n;
    }
    int64_t gas;
    n = child_gas(vm, f, o.gas, &gas);
    if (n != VM_GO) return n;
    if (value) gas += GAS_CALL_STIPEND;
    vm->ret_len = 0;
    if (f->msg.depth >= EVM_DEPTH_MAX || (value && u256_lt(&f->self->f.balance, o.value))) {
        f->gas += gas;
        return push_result(f, o.count, 0);
    }
    fill_message(f, kind, &o, gas, wh_span_of(f->memory + in_at, in_len), &c);
    f->sp -= o.count;
    return vm_begin_call(vm, &c);
}

/* charge_create: memory, init code, for CREATE2 its hash. */
static enum vm_next charge_create(struct vm *vm, struct frame *f, bool hashed, wh_span *init)
{
    size_t at, len;
    enum vm_next n = vm_memory(vm, f, &f->sp[-1], &f->sp[-2], &at, &len);
    if (n != VM_GO) return n;
    if ((int64_t)len > vm->rules->init_max) return VM_FAIL;
    int64_t word = vm->rules->gas_init_word + (hashed ? GAS_KECCAK_WORD : 0);
    VM_CHARGE(f, word * vm_words(len));
    *init = wh_span_of(f->memory + at, len);
    return VM_GO;
}

static void new_address(const struct vm *vm, const struct frame *f, bool hashed, wh_span init,
                        address *out)
{
    const struct evm_crypto *crypto = vm->evm->crypto;
    if (!hashed) {
        evm_create_address(crypto, &f->self->at, f->self->f.nonce, out);
        return;
    }
    bytes32 salt, hash;
    u256_to_be(&f->sp[-3], salt.b);
    crypto->keccak256(crypto->ctx, init.ptr, init.len, &hash);
    evm_create2_address(crypto, &f->self->at, &salt, &hash, out);
}

enum vm_next op_create(struct vm *vm, struct frame *f, enum evm_call_kind kind)
{
    if (f->msg.is_static) return VM_FAIL;
    bool hashed = kind == EVM_CREATE2;
    int pops = hashed ? 4 : 3;
    wh_span init;
    enum vm_next n = charge_create(vm, f, hashed, &init);
    if (n != VM_GO) return n;
    vm->ret_len = 0;
    u256 value = f->sp[0];
    if (f->msg.depth >= EVM_DEPTH_MAX || f->self->f.nonce == UINT64_MAX ||
        u256_lt(&f->self->f.balance, &value))
        return push_result(f, pops, 0);
    struct vm_call c = {.from = f->self};
    c.msg = (struct evm_message){.kind = kind,
                                 .depth = (uint16_t)(f->msg.depth + 1),
                                 .caller = f->self->at,
                                 .value = value,
                                 .input = init};
    new_address(vm, f, hashed, init, &c.msg.to);
    c.msg.code_from = c.msg.to;
    c.msg.gas = vm->rules->keep_64th ? f->gas - f->gas / 64 : f->gas;
    f->gas -= c.msg.gas;
    c.to = state_account(vm->st, &c.msg.to);
    if (c.to == NULL) return vm_stop(vm, WH_E_NOMEM);
    bool cold;
    if (vm->rules->access_sets) VM_TRY(state_warm(vm->st, c.to, &cold));
    VM_TRY(state_set_nonce(vm->st, f->self, f->self->f.nonce + 1));
    VM_TRY(state_load(vm->st, c.to));
    if (vm_collides(c.to)) return push_result(f, pops, 0); /* the child's gas is gone */
    f->sp -= pops;
    return vm_begin_create(vm, &c);
}
