/* SPDX-License-Identifier: MIT */
/* Operations on accounts and storage. Each charges all that is known without the object, then loads
 * (PROTOCOL 4.3, load points). */
#include "evm/hash/keccak.h"
#include "evm/interp/vm.h"

/* access_account charges for reaching a: row before Berlin, warm or cold after (EIP-2929). */
static enum vm_next access_account(struct vm *vm, struct frame *f, const u256 *word, int64_t row,
                                   struct account **out)
{
    address at = address_of_word(word);
    struct account *a = state_account(vm->st, &at);
    if (a == NULL) return vm_stop(vm, WH_E_NOMEM);
    if (vm->rules->access_sets) {
        bool cold;
        VM_TRY(state_warm(vm->st, a, &cold));
        row = cold ? GAS_COLD_ACCOUNT : GAS_WARM;
    }
    VM_CHARGE(f, row);
    *out = a;
    return VM_GO;
}

enum vm_next op_balance(struct vm *vm, struct frame *f)
{
    struct account *a;
    enum vm_next n = access_account(vm, f, f->sp, vm->rules->gas_balance, &a);
    if (n != VM_GO) return n;
    VM_TRY(state_load(vm->st, a));
    *f->sp = a->f.balance;
    return VM_GO;
}

enum vm_next op_extcodesize(struct vm *vm, struct frame *f)
{
    struct account *a;
    enum vm_next n = access_account(vm, f, f->sp, vm->rules->gas_extcode, &a);
    if (n != VM_GO) return n;
    VM_TRY(state_load_code(vm->st, a));
    *f->sp = u256_from_u64(a->f.code->len);
    return VM_GO;
}

enum vm_next op_extcodehash(struct vm *vm, struct frame *f)
{
    struct account *a;
    enum vm_next n = access_account(vm, f, f->sp, vm->rules->gas_extcodehash, &a);
    if (n != VM_GO) return n;
    VM_TRY(state_load(vm->st, a));
    *f->sp = account_is_empty(a) ? u256_from_u64(0) : u256_from_be(a->f.code_hash.b);
    return VM_GO;
}

enum vm_next op_extcodecopy(struct vm *vm, struct frame *f)
{
    u256 *s = f->sp;
    size_t at, size;
    enum vm_next n = vm_memory(vm, f, &s[-1], &s[-3], &at, &size);
    if (n != VM_GO) return n;
    VM_CHARGE(f, GAS_COPY_WORD * vm_words(size));
    struct account *a;
    n = access_account(vm, f, &s[0], vm->rules->gas_extcode, &a);
    if (n != VM_GO) return n;
    if (size != 0) {
        VM_TRY(state_load_code(vm->st, a));
        const struct code *c = a->f.code;
        size_t have = 0;
        if (u256_fits_u64(&s[-2]) && s[-2].w[0] < c->len) {
            have = c->len - s[-2].w[0] < size ? c->len - s[-2].w[0] : size;
            memcpy(f->memory + at, c->bytes + s[-2].w[0], have);
        }
        memset(f->memory + at + have, 0, size - have);
    }
    f->sp = s - 4;
    return VM_GO;
}

enum vm_next op_blockhash(struct vm *vm, struct frame *f)
{
    const struct evm_block *b = vm->evm->block;
    u256 *s = f->sp;
    bytes32 hash = {{0}};
    if (u256_fits_u64(s) && s->w[0] < b->number && b->number - s->w[0] <= 256)
        VM_TRY(b->block_hash(b->block_hash_ctx, s->w[0], &hash));
    *s = u256_from_be(hash.b);
    return VM_GO;
}

enum vm_next op_sload(struct vm *vm, struct frame *f)
{
    struct slot *slot = state_slot(vm->st, f->self, f->sp);
    if (slot == NULL) return vm_stop(vm, WH_E_NOMEM);
    int64_t gas = vm->rules->gas_sload;
    if (vm->rules->access_sets) {
        bool cold;
        VM_TRY(state_warm_slot(vm->st, slot, &cold));
        gas = cold ? GAS_COLD_SLOT : GAS_WARM;
    }
    VM_CHARGE(f, gas);
    VM_TRY(state_load_slot(vm->st, slot));
    *f->sp = slot->value;
    return VM_GO;
}

/* sstore_plain: by current and new value (Yellow Paper, appendix G). */
static int64_t sstore_plain(struct vm *vm, const struct slot *slot, const u256 *value)
{
    bool was = !u256_is_zero(&slot->value), is = !u256_is_zero(value);
    if (was && !is) state_refund(vm->st, vm->rules->sstore_clear);
    return !was && is ? GAS_SSTORE_SET : vm->rules->sstore_reset;
}

/* sstore_net: EIP-2200 with the constants of the fork; EIP-1283 is the same table. */
static int64_t sstore_net(struct vm *vm, const struct slot *slot, const u256 *value)
{
    const struct evm_rules *r = vm->rules;
    if (u256_eq(&slot->value, value)) return r->sstore_same;
    bool had = !u256_is_zero(&slot->original);
    if (u256_eq(&slot->value, &slot->original)) {
        if (!had) return GAS_SSTORE_SET;
        if (u256_is_zero(value)) state_refund(vm->st, r->sstore_clear);
        return r->sstore_reset;
    }
    if (had) {
        if (u256_is_zero(&slot->value))
            state_refund(vm->st, -r->sstore_clear);
        else if (u256_is_zero(value))
            state_refund(vm->st, r->sstore_clear);
    }
    if (u256_eq(value, &slot->original))
        state_refund(vm->st, (had ? r->sstore_reset : GAS_SSTORE_SET) - r->sstore_same);
    return r->sstore_same;
}

enum vm_next op_sstore(struct vm *vm, struct frame *f)
{
    const struct evm_rules *r = vm->rules;
    u256 *s = f->sp;
    if (f->msg.is_static) return VM_FAIL;
    if (f->gas <= r->sstore_sentry && r->sstore_sentry != 0) return VM_FAIL;
    struct slot *slot = state_slot(vm->st, f->self, &s[0]);
    if (slot == NULL) return vm_stop(vm, WH_E_NOMEM);
    if (r->access_sets) {
        bool cold;
        VM_TRY(state_warm_slot(vm->st, slot, &cold));
        if (cold) VM_CHARGE(f, GAS_COLD_SLOT);
    }
    VM_TRY(state_load_slot(vm->st, slot));
    int64_t gas = r->sstore_net ? sstore_net(vm, slot, &s[-1]) : sstore_plain(vm, slot, &s[-1]);
    VM_CHARGE(f, gas);
    VM_TRY(state_set_slot(vm->st, slot, &s[-1]));
    f->sp = s - 2;
    return VM_GO;
}

enum vm_next op_tload(struct vm *vm, struct frame *f)
{
    u256 value;
    VM_TRY(state_get_transient(vm->st, f->self, f->sp, &value));
    *f->sp = value;
    return VM_GO;
}

enum vm_next op_tstore(struct vm *vm, struct frame *f)
{
    u256 *s = f->sp;
    if (f->msg.is_static) return VM_FAIL;
    VM_TRY(state_set_transient(vm->st, f->self, &s[0], &s[-1]));
    f->sp = s - 2;
    return VM_GO;
}

/* new_account_charge: 25,000 if the beneficiary comes into being (EIP-150; EIP-161: only if ether does). */
static enum vm_next new_account_charge(struct vm *vm, struct frame *f, struct account *to)
{
    const struct evm_rules *r = vm->rules;
    if (!r->destruct_new_account) return VM_GO;
    if (r->clear_empty) {
        if (u256_is_zero(&f->self->f.balance)) return VM_GO;
        VM_TRY(state_load(vm->st, to));
        if (account_is_empty(to)) VM_CHARGE(f, GAS_NEW_ACCOUNT);
        return VM_GO;
    }
    VM_TRY(state_load(vm->st, to));
    if (!to->f.exists) VM_CHARGE(f, GAS_NEW_ACCOUNT);
    return VM_GO;
}

/* move_all gives the whole balance to the beneficiary. Before Cancun, and in the transaction that
 * created it, what a contract gives to itself is burnt. */
static wh_status move_all(struct vm *vm, struct account *self, struct account *to, bool destroy)
{
    static const u256 zero = {{0, 0, 0, 0}};
    u256 balance = self->f.balance;
    if (u256_is_zero(&balance)) {
        if (vm->rules->clear_empty) return state_touch(vm->st, to);
        return state_make(vm->st, to);
    }
    if (self != to) {
        WH_TRY(state_add_balance(vm->st, to, &balance));
        return state_set_balance(vm->st, self, &zero);
    }
    return destroy ? state_set_balance(vm->st, self, &zero) : WH_OK;
}

enum vm_next op_selfdestruct(struct vm *vm, struct frame *f)
{
    const struct evm_rules *r = vm->rules;
    if (f->msg.is_static) return VM_FAIL;
    address at = address_of_word(f->sp);
    struct account *self = f->self, *to = state_account(vm->st, &at);
    if (to == NULL) return vm_stop(vm, WH_E_NOMEM);
    int64_t gas = r->gas_selfdestruct;
    if (r->access_sets) {
        bool cold;
        VM_TRY(state_warm(vm->st, to, &cold));
        if (cold) gas += GAS_COLD_ACCOUNT;
    }
    VM_CHARGE(f, gas);
    enum vm_next n = new_account_charge(vm, f, to);
    if (n != VM_GO) return n;
    bool destroy = !r->destruct_created_only || state_is_created(vm->st, self);
    VM_TRY(move_all(vm, self, to, destroy));
    if (destroy && !self->f.destructed) {
        state_refund(vm->st, r->destruct_refund);
        VM_TRY(state_mark_destructed(vm->st, self));
    }
    return vm_leave(vm, EVM_SUCCESS, wh_span_of(NULL, 0));
}
