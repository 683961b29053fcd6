/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/execute.h"

#include "evm/segment/execute.h"

const address EXECUTE_ADDRESS = {{[18] = 0x01, [19] = 0x01}};

enum {
    RUN_HEAD = 4 + 8 + 8 + 32 + SEG_STATE_SIZE, /* selector, X, target, input hash, pre */
    CHUNKS_HEAD = RUN_HEAD + 4 + 2,             /* and trace length, n */
};

/* A run as the input spells it. */
struct run_call {
    uint64_t x, target;
    bytes32 input_hash;
    const uint8_t *pre;
    uint64_t trace_len;
    wh_span trace;         /* kind run */
    const uint8_t *chunks; /* kind chunks: n hashes */
    uint32_t n;
};

u256 execute_balance_slot(const address *account)
{
    uint8_t key[32] = {[11] = 1};
    memcpy(key + 12, account->b, 20);
    return u256_from_be(key);
}

wh_status execute_open_block(struct execute *e, struct state *st, uint64_t number)
{
    const u256 slot = {{0}};
    u256 excess;
    WH_TRY(state_get_slot(st, &EXECUTE_ADDRESS, &slot, &excess));
    ledger_open_block(&e->ledger, excess.w[0]);
    e->number = number;
    e->trouble = WH_OK;
    return WH_OK;
}

wh_status execute_open_tx(struct execute *e, struct state *st, const address *origin)
{
    const u256 slot = execute_balance_slot(origin);
    u256 balance;
    WH_TRY(state_get_slot(st, &EXECUTE_ADDRESS, &slot, &balance));
    ledger_open_tx(&e->ledger, &balance);
    return WH_OK;
}

wh_status execute_close_tx(struct execute *e, struct state *st, const address *origin)
{
    if (u256_is_zero(&e->ledger.debits)) return WH_OK;
    const u256 slot = execute_balance_slot(origin);
    u256 balance;
    WH_TRY(state_get_slot(st, &EXECUTE_ADDRESS, &slot, &balance));
    const bool short_of = u256_sub(&balance, &balance, &e->ledger.debits);
    WH_ASSERT(!short_of); /* balances only grow inside a transaction */
    return state_put_slot(st, &EXECUTE_ADDRESS, &slot, &balance);
}

wh_status execute_close_block(struct execute *e, struct state *st)
{
    const u256 slot = {{0}};
    const uint64_t next = price_next_excess(e->ledger.excess, e->ledger.used);
    if (next == e->ledger.excess) return WH_OK;
    const u256 value = u256_from_u64(next);
    return state_put_slot(st, &EXECUTE_ADDRESS, &slot, &value);
}

/* The frame fails: all its gas is gone. */
static wh_status fails(struct evm_result *out)
{
    *out = (struct evm_result){.halt = EVM_FAILURE};
    return WH_OK;
}

static wh_status succeeds(const struct evm_message *msg, int64_t gas, wh_span output,
                          struct evm_result *out)
{
    *out = (struct evm_result){.halt = EVM_SUCCESS, .gas_left = msg->gas - gas, .output = output};
    return WH_OK;
}

static wh_status call_price(struct execute *e, const struct evm_message *msg,
                            struct evm_result *out)
{
    if (msg->gas < EXECUTE_GAS_PRICE || !u256_is_zero(&msg->value)) return fails(out);
    u256_to_be(&e->ledger.price, e->output);
    return succeeds(msg, EXECUTE_GAS_PRICE, wh_span_of(e->output, 32), out);
}

static wh_status call_deposit(struct evm *evm, const struct evm_message *msg,
                              struct evm_result *out)
{
    if (msg->gas < EXECUTE_GAS_DEPOSIT || msg->is_static || msg->input.len != 24) return fails(out);
    address who;
    memcpy(who.b, msg->input.ptr + 4, 20);
    const u256 key = execute_balance_slot(&who);
    struct account *at = state_account(evm->state, &EXECUTE_ADDRESS);
    if (at == NULL) return WH_E_NOMEM;
    struct slot *slot = state_slot(evm->state, at, &key);
    if (slot == NULL) return WH_E_NOMEM;
    WH_TRY(state_load_slot(evm->state, slot));
    u256 sum;
    if (u256_add(&sum, &slot->value, &msg->value)) return fails(out);
    WH_TRY(state_set_slot(evm->state, slot, &sum));
    return succeeds(msg, EXECUTE_GAS_DEPOSIT, wh_span_of(NULL, 0), out);
}

/* Lengths alone: whatever else is wrong in a well-formed call is paid for. */
static bool read_run(wh_span in, bool chunks, struct run_call *r)
{
    if (in.len < (chunks ? (size_t)CHUNKS_HEAD : (size_t)RUN_HEAD)) return false;
    *r = (struct run_call){
        .x = load_be64(in.ptr + 4), .target = load_be64(in.ptr + 12), .pre = in.ptr + 52};
    memcpy(r->input_hash.b, in.ptr + 20, 32);
    if (!chunks) {
        r->trace = wh_span_of(in.ptr + RUN_HEAD, in.len - RUN_HEAD);
        r->trace_len = r->trace.len;
        return true;
    }
    r->trace_len = load_be32(in.ptr + RUN_HEAD);
    r->n = load_be16(in.ptr + RUN_HEAD + 4);
    r->chunks = in.ptr + CHUNKS_HEAD;
    return in.len == CHUNKS_HEAD + (size_t)r->n * 32;
}

/* Joins the chunks in the arena. MISSING: one is not available in this block; FORMAT: their number
 * or lengths do not fit. */
static wh_status join_chunks(struct execute *e, struct run_call *r)
{
    if (r->n != (r->trace_len + EXECUTE_CHUNK_MAX - 1) / EXECUTE_CHUNK_MAX) return WH_E_FORMAT;
    uint8_t *joined = WH_NEW(e->arena, uint8_t, r->trace_len);
    if (joined == NULL) return WH_E_NOMEM;
    for (uint32_t i = 0; i < r->n; i++) {
        const uint64_t at = (uint64_t)i * EXECUTE_CHUNK_MAX;
        const uint64_t left = r->trace_len - at;
        bytes32 hash;
        wh_span bytes;
        memcpy(hash.b, r->chunks + (size_t)i * 32, 32);
        WH_TRY(chunks_find(e->chunks, &hash, e->number, &bytes));
        if (bytes.len != (left < EXECUTE_CHUNK_MAX ? left : EXECUTE_CHUNK_MAX)) return WH_E_FORMAT;
        memcpy(joined + at, bytes.ptr, bytes.len);
    }
    r->trace = wh_span_of(joined, r->trace_len);
    return WH_OK;
}

/* Paid for; the only result that speaks about the step is WH_OK. */
static wh_status run_step(struct execute *e, struct run_call *r, bool chunks, bytes32 *post_leaf)
{
    uint8_t post[SEG_STATE_SIZE];
    if (r->x < 50000 + 16 * r->trace_len) return WH_E_MISMATCH;
    if (seg_halted(r->pre, r->target)) return WH_E_MISMATCH; /* IDLE is not callable */
    if (chunks) WH_TRY(join_chunks(e, r));
    uint64_t x = r->x;
    WH_TRY(execute_trace(r->pre, r->target, &r->input_hash, r->trace, e->arena, e->crypto, NULL,
                         post, post_leaf, &x));
    return x == r->x ? WH_OK : WH_E_MISMATCH;
}

static wh_status call_run(struct execute *e, const struct evm_message *msg, bool chunks,
                          struct evm_result *out)
{
    struct run_call r;
    if (msg->gas < EXECUTE_GAS_RUN || !read_run(msg->input, chunks, &r)) return fails(out);
    if (ledger_run(&e->ledger, r.x, &msg->value, msg->is_static) != LEDGER_OK) return fails(out);

    const size_t mark = wh_arena_mark(e->arena);
    bytes32 leaf;
    const wh_status status = run_step(e, &r, chunks, &leaf);
    wh_arena_rewind(e->arena, mark);
    if (status < 0) {
        e->trouble = status;
        return status;
    }
    memset(e->output, 0, sizeof e->output);
    if (status == WH_OK) {
        bytes32 pre_leaf;
        e->output[31] = 1;
        seg_leaf(e->crypto, r.pre, &pre_leaf);
        memcpy(e->output + 32, pre_leaf.b, 32);
        memcpy(e->output + 64, leaf.b, 32);
        store_be64(e->output + 120, r.x);
    }
    return succeeds(msg, EXECUTE_GAS_RUN, wh_span_of(e->output, sizeof e->output), out);
}

static wh_status execute_call(void *ctx, struct evm *evm, const struct evm_message *msg,
                              struct evm_result *out)
{
    struct execute *e = ctx;
    if (msg->kind != EVM_CALL && msg->kind != EVM_STATICCALL) return fails(out);
    if (!address_eq(&msg->to, &EXECUTE_ADDRESS)) return fails(out);
    if (msg->input.len == 0) return call_price(e, msg, out);
    if (msg->kind != EVM_CALL || msg->input.len < 4) return fails(out);
    switch (load_be32(msg->input.ptr)) {
    case EXECUTE_SELECTOR_RUN: return call_run(e, msg, false, out);
    case EXECUTE_SELECTOR_CHUNKS: return call_run(e, msg, true, out);
    case EXECUTE_SELECTOR_DEPOSIT: return call_deposit(evm, msg, out);
    default: return fails(out);
    }
}

struct evm_host_contract execute_host(struct execute *e)
{
    return (struct evm_host_contract){.at = EXECUTE_ADDRESS, .ctx = e, .call = execute_call};
}
