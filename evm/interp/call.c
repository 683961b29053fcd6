/* SPDX-License-Identifier: MIT */
/* Frames: how a call or creation begins and ends (Yellow Paper 7, 8). */
#include "evm/interp/vm.h"
#include "evm/precompile/precompile.h"
#include "evm/rlp/rlp.h"

void evm_create_address(const struct evm_crypto *crypto, const address *sender, uint64_t nonce,
                        address *out)
{
    uint8_t buf[40], *p = rlp_put_list(buf, 21 + rlp_u64_size(nonce));
    p = rlp_put_string(p, wh_span_of(sender->b, sizeof sender->b));
    p = rlp_put_u64(p, nonce);
    bytes32 hash;
    crypto->keccak256(crypto->ctx, buf, (size_t)(p - buf), &hash);
    memcpy(out->b, hash.b + 12, 20);
}

void evm_create2_address(const struct evm_crypto *crypto, const address *sender,
                         const bytes32 *salt, const bytes32 *init_hash, address *out)
{
    uint8_t buf[85];
    buf[0] = 0xff;
    memcpy(buf + 1, sender->b, 20);
    memcpy(buf + 21, salt->b, 32);
    memcpy(buf + 53, init_hash->b, 32);
    bytes32 hash;
    crypto->keccak256(crypto->ctx, buf, sizeof buf, &hash);
    memcpy(out->b, hash.b + 12, 20);
}

bool vm_collides(const struct account *a)
{
    return a->f.nonce != 0 || a->f.has_code || account_has_storage(a);
}

static bool is_create(enum evm_call_kind kind)
{
    return kind == EVM_CREATE || kind == EVM_CREATE2;
}

/* ---- end ---- */

/* end_outermost keeps the output at the mark of entry. */
static enum vm_next end_outermost(struct vm *vm, enum evm_halt halt, int64_t gas, wh_span output)
{
    vm->arena->used = vm->mark;
    vm->ret_len = 0;
    vm->result.halt = halt;
    vm->result.gas_left = gas;
    vm->result.output = wh_span_of(NULL, 0);
    if (output.len != 0) {
        if (output.len > vm->arena->cap - vm->mark) return vm_stop(vm, WH_E_NOMEM);
        uint8_t *p = vm->arena->base + vm->mark;
        memmove(p, output.ptr, output.len);
        vm->arena->used += output.len;
        vm->result.output = wh_span_of(p, output.len);
    }
    return VM_DONE;
}

/* resume hands the outcome to the frame that called; vm->frame and arena are back at it. */
static enum vm_next resume(struct vm *vm, const struct evm_message *m, size_t out_at,
                           size_t out_len, enum evm_halt halt, int64_t gas, wh_span output)
{
    struct frame *f = vm->frame;
    if (f == NULL) return end_outermost(vm, halt, gas, output);
    f->gas += gas;
    f->sp++;
    if (is_create(m->kind)) {
        *f->sp = halt == EVM_SUCCESS ? word_of_address(&m->to) : u256_from_u64(0);
        if (halt == EVM_SUCCESS) output.len = 0;
    } else {
        *f->sp = u256_from_u64(halt == EVM_SUCCESS);
        size_t n = output.len < out_len ? output.len : out_len;
        if (n != 0) memmove(f->memory + out_at, output.ptr, n);
    }
    VM_TRY(vm_set_return(vm, output));
    return VM_SWITCH;
}

/* deposit stores the code that a creation returned (EIP-2, 170, 3541). False: the creation fails. */
static wh_status deposit(struct vm *vm, struct frame *f, wh_span *code, bool *ok)
{
    const struct evm_rules *r = vm->rules;
    *ok = false;
    if (r->reject_ef && code->len != 0 && code->ptr[0] == 0xef) return WH_OK;
    if ((int64_t)code->len > r->code_max) return WH_OK;
    int64_t gas = GAS_CODE_BYTE * (int64_t)code->len;
    if (gas > f->gas) {
        if (r->deposit_must_be_paid) return WH_OK;
        code->len = 0;
        gas = 0;
    }
    f->gas -= gas;
    *ok = true;
    return code->len == 0 ? WH_OK : state_set_code(vm->st, f->self, *code);
}

enum vm_next vm_leave(struct vm *vm, enum evm_halt halt, wh_span output)
{
    struct frame *f = vm->frame;
    if (halt == EVM_SUCCESS && is_create(f->msg.kind)) {
        bool ok;
        VM_TRY(deposit(vm, f, &output, &ok));
        if (!ok) halt = EVM_FAILURE;
    }
    if (halt != EVM_SUCCESS) state_revert(vm->st, f->checkpoint);
    if (halt == EVM_FAILURE) {
        output.len = 0;
        f->gas = 0;
    }
    vm->frame = f->parent;
    vm->arena->used = f->mark; /* the frame's bytes stay readable until the next reservation */
    vm->ret_len = 0;
    return resume(vm, &f->msg, f->out_at, f->out_len, halt, f->gas, output);
}

/* ---- begin ---- */

void vm_analyse(struct frame *f)
{
    struct code *object = f->object;
    if (object == NULL) {
        code_find_jumpdests(f->code, f->code_len, f->own_jumpdests);
        f->jumpdests = f->own_jumpdests;
        return;
    }
    if (!object->analysed) code_find_jumpdests(object->bytes, object->len, object->jumpdests);
    object->analysed = true;
    f->jumpdests = object->jumpdests;
}

static size_t round_up(size_t n)
{
    return (n + 31) & ~(size_t)31;
}

/* push_frame lays out a frame; init code (object NULL) is copied into it, padded. */
static wh_status push_frame(struct vm *vm, const struct vm_call *c, struct code *object,
                            wh_span init, struct state_checkpoint checkpoint)
{
    size_t mark = vm->arena->used;
    size_t start = round_up(mark) - mark;
    size_t head = round_up(sizeof(struct frame));
    size_t code = object == NULL ? round_up(init.len + CODE_PADDING) : 0;
    size_t map = object == NULL ? round_up(code_words(init.len) * sizeof(uint64_t)) : 0;
    size_t stack = sizeof(u256) * (EVM_STACK_MAX + 1);
    uint8_t *p = (uint8_t *)vm_reserve(vm, start + head + code + map + stack);
    if (p == NULL) return WH_E_NOMEM;
    p += start;
    struct frame *f = (struct frame *)(void *)p;
    uint8_t *at = p + head;
    f->parent = vm->frame;
    f->mark = mark;
    f->object = object;
    if (object == NULL) {
        if (init.len != 0) memcpy(at, init.ptr, init.len);
        memset(at + init.len, 0, code - init.len);
        f->code = at;
    } else {
        f->code = object->bytes;
    }
    f->code_len = object == NULL ? init.len : object->len;
    f->jumpdests = object != NULL && object->analysed ? object->jumpdests : NULL;
    f->own_jumpdests = (uint64_t *)(void *)(at + code);
    f->stack = (u256 *)(void *)(at + code + map) + 1;
    f->sp = f->stack - 1;
    f->pc = f->code;
    f->gas = c->msg.gas;
    f->memory = (uint8_t *)(f->stack + EVM_STACK_MAX);
    f->memory_len = 0;
    f->self = c->to;
    f->out_at = c->out_at;
    f->out_len = c->out_len;
    f->checkpoint = checkpoint;
    f->msg = c->msg;
    vm->frame = f;
    return WH_OK;
}

/* move_value: the value of a CALL, and the touch of EIP-161; before it a target comes into being. */
static wh_status move_value(struct vm *vm, const struct vm_call *c)
{
    enum evm_call_kind kind = c->msg.kind;
    if (c->from == NULL || (kind != EVM_CALL && kind != EVM_STATICCALL)) return WH_OK;
    if (!u256_is_zero(&c->msg.value)) {
        WH_TRY(state_sub_balance(vm->st, c->from, &c->msg.value));
        return state_add_balance(vm->st, c->to, &c->msg.value);
    }
    return vm->rules->clear_empty ? state_touch(vm->st, c->to) : state_make(vm->st, c->to);
}

/* A precompile or host contract has answered: no frame was needed. */
static enum vm_next answered(struct vm *vm, const struct vm_call *c,
                             struct state_checkpoint checkpoint, enum evm_halt halt, int64_t gas,
                             wh_span output)
{
    if (halt != EVM_SUCCESS) state_revert(vm->st, checkpoint);
    if (halt == EVM_FAILURE) {
        gas = 0;
        output.len = 0;
    }
    return resume(vm, &c->msg, c->out_at, c->out_len, halt, gas, output);
}

static enum vm_next run_precompile(struct vm *vm, const struct vm_call *c, unsigned index,
                                   struct state_checkpoint checkpoint)
{
    size_t mark = wh_arena_mark(vm->arena);
    struct precompile_result r;
    VM_TRY(precompile_run(index, vm->evm->block->fork, vm->evm->crypto, c->msg.input, c->msg.gas,
                          vm->arena, &r));
    wh_arena_rewind(vm->arena, mark);
    return answered(vm, c, checkpoint, r.ok ? EVM_SUCCESS : EVM_FAILURE, c->msg.gas - r.gas_used,
                    r.output);
}

static enum vm_next run_host(struct vm *vm, const struct vm_call *c,
                             struct state_checkpoint checkpoint)
{
    const struct evm_host_contract *host = vm->evm->host;
    struct evm_result r = {.halt = EVM_FAILURE, .gas_left = 0, .output = {NULL, 0}};
    VM_TRY(host->call(host->ctx, vm->evm, &c->msg, &r));
    return answered(vm, c, checkpoint, r.halt, r.gas_left, r.output);
}

enum vm_next vm_begin_call(struct vm *vm, struct vm_call *c)
{
    struct state_checkpoint checkpoint = state_checkpoint(vm->st);
    VM_TRY(move_value(vm, c));
    if (!c->delegated) {
        const struct evm_host_contract *host = vm->evm->host;
        unsigned index;
        if (host != NULL && address_eq(&c->msg.code_from, &host->at))
            return run_host(vm, c, checkpoint);
        if (precompile_find(vm->evm->block->fork, &c->msg.code_from, &index))
            return run_precompile(vm, c, index, checkpoint);
    }
    VM_TRY(state_load_code(vm->st, c->source));
    struct code *code = c->source->f.code;
    if (code->len == 0)
        return answered(vm, c, checkpoint, EVM_SUCCESS, c->msg.gas, wh_span_of(NULL, 0));
    VM_TRY(push_frame(vm, c, code, wh_span_of(NULL, 0), checkpoint));
    return VM_SWITCH;
}

enum vm_next vm_begin_create(struct vm *vm, struct vm_call *c)
{
    struct state_checkpoint checkpoint = state_checkpoint(vm->st);
    VM_TRY(state_mark_created(vm->st, c->to));
    if (vm->rules->clear_empty) VM_TRY(state_set_nonce(vm->st, c->to, 1));
    if (!u256_is_zero(&c->msg.value)) {
        VM_TRY(state_sub_balance(vm->st, c->from, &c->msg.value));
        VM_TRY(state_add_balance(vm->st, c->to, &c->msg.value));
    }
    wh_span init = c->msg.input;
    c->msg.input = wh_span_of(NULL, 0);
    VM_TRY(push_frame(vm, c, NULL, init, checkpoint));
    return VM_SWITCH;
}

/* ---- top ---- */

/* begin_outermost: code and delegation of a transaction's target are no access that it pays for. */
static enum vm_next begin_outermost(struct vm *vm, struct vm_call *c)
{
    struct state *st = vm->st;
    if (is_create(c->msg.kind)) {
        VM_TRY(state_load(st, c->to));
        if (vm_collides(c->to)) return end_outermost(vm, EVM_FAILURE, 0, wh_span_of(NULL, 0));
        return vm_begin_create(vm, c);
    }
    if (vm->rules->delegations) {
        address at;
        VM_TRY(state_load(st, c->source));
        if (c->source->f.has_code) VM_TRY(state_load_code(st, c->source));
        const struct code *code = c->source->f.code;
        if (c->source->f.has_code && code_is_delegation(wh_span_of(code->bytes, code->len), &at)) {
            bool cold;
            c->delegated = true;
            c->source = state_account(st, &at);
            if (c->source == NULL) return vm_stop(vm, WH_E_NOMEM);
            VM_TRY(state_warm(st, c->source, &cold));
        }
    }
    return vm_begin_call(vm, c);
}

wh_status evm_execute(struct evm *evm, const struct evm_message *msg, struct evm_result *out)
{
    struct vm vm = {.evm = evm,
                    .st = evm->state,
                    .arena = evm->arena,
                    .rules = evm_rules_of(evm->block->fork),
                    .mark = wh_arena_mark(evm->arena)};
    WH_ASSERT(evm->arena != evm->state->arena);
    struct vm_call c = {.msg = *msg};
    c.to = state_account(vm.st, &msg->to);
    c.source = state_account(vm.st, &msg->code_from);
    c.from = msg->is_system ? NULL : state_account(vm.st, &msg->caller);
    if (vm.st->failure != WH_OK) return vm.st->failure;
    if (begin_outermost(&vm, &c) == VM_SWITCH) vm_run(&vm);
    if (vm.status != WH_OK) {
        wh_arena_rewind(evm->arena, vm.mark);
        if (vm.st->failure == WH_OK) vm.st->failure = vm.status;
        return vm.status;
    }
    vm.result.created = msg->to;
    *out = vm.result;
    return WH_OK;
}

wh_status evm_system_call(struct evm *evm, const address *to, wh_span data, bool *has_code,
                          struct evm_result *out)
{
    static const address caller = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}};
    struct evm_origin origin = {.origin = caller, .gas_price = evm->block->base_fee};
    const struct evm_origin *before = evm->origin;
    struct evm_result result = {.halt = EVM_SUCCESS};
    state_begin_tx(evm->state);
    struct account *a = state_account(evm->state, to);
    if (a == NULL) return evm->state->failure;
    WH_TRY(state_load(evm->state, a));
    *has_code = a->f.has_code;
    if (a->f.has_code) {
        struct evm_message msg = {.kind = EVM_CALL,
                                  .is_system = true,
                                  .gas = 30000000,
                                  .caller = caller,
                                  .to = *to,
                                  .code_from = *to,
                                  .input = data};
        evm->origin = &origin;
        wh_status s = evm_execute(evm, &msg, &result);
        evm->origin = before;
        WH_TRY(s);
    }
    WH_TRY(state_commit_tx(evm->state, evm->block->fork));
    if (out != NULL) *out = result;
    return WH_OK;
}
