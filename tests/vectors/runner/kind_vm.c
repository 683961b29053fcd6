/* SPDX-License-Identifier: MIT */
/* VMTests: one frame of Frontier. No `gas` in the test: it halts exceptionally. What the file calls calls
 * and creates are recorded there, not run; no test of ours has any. */
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/interp/evm.h"
#include "tests/vectors/runner/genesis.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/state_case.h"
#include "tests/vectors/runner/trace_lines.h"
#include "tests/vectors/runner/value.h"

struct vm {
    struct runner *r;
    const json_t *test;
    struct evm_block block;
    struct evm_origin origin;
    struct evm_message msg;
    struct wh_buf code, data;
    bytes32 pre_root;
    struct wh_preimages io;
    struct state state;
};

static wh_status block_hash(void *ctx, uint64_t n, bytes32 *out)
{
    (void)ctx;
    state_block_hash(n, out);
    return WH_OK;
}

static bool read_vm(struct vm *v)
{
    const json_t *env = json_object_get(v->test, "env"), *exec = json_object_get(v->test, "exec");
    struct evm_block *b = &v->block;
    struct evm_message *m = &v->msg;
    uint64_t gas;
    *b = (struct evm_block){.fork = FORK_FRONTIER, .chain_id = 1, .block_hash = block_hash};
    bool ok = value_address(json_object_get(env, "currentCoinbase"), &b->coinbase) &&
              value_u64(json_object_get(env, "currentNumber"), &b->number) &&
              value_u64(json_object_get(env, "currentTimestamp"), &b->timestamp) &&
              value_u64(json_object_get(env, "currentGasLimit"), &b->gas_limit) &&
              value_b32(json_object_get(env, "currentDifficulty"), &b->randao) &&
              value_address(json_object_get(exec, "origin"), &v->origin.origin) &&
              value_u256(json_object_get(exec, "gasPrice"), &v->origin.gas_price);
    /* As a delegated call, so that no value moves: the file's balances are those of inside the call. */
    *m = (struct evm_message){.kind = EVM_DELEGATECALL};
    ok = ok && value_address(json_object_get(exec, "address"), &m->to) &&
         value_address(json_object_get(exec, "caller"), &m->caller) &&
         value_u256(json_object_get(exec, "value"), &m->value) &&
         value_u64(json_object_get(exec, "gas"), &gas) &&
         value_bytes(json_object_get(exec, "code"), &v->code) &&
         value_bytes(json_object_get(exec, "data"), &v->data);
    m->code_from = m->to;
    m->gas = ok ? (int64_t)gas : 0;
    m->input = wh_buf_span(&v->data);
    return ok && genesis_state(v->r, json_object_get(v->test, "pre"), &v->pre_root);
}

static wh_status run_vm(struct vm *v, struct evm_result *out)
{
    struct runner *r = v->r;
    v->io = store_preimages(&r->store);
    struct state *st = &v->state;
    wh_arena_rewind(&r->work, 0);
    wh_arena_rewind(&r->frames, 0);
    WH_TRY(state_init(st, &r->work, &v->io, r->crypto, NULL, &v->pre_root));
    state_begin_tx(st);
    struct evm evm = {.state = st,
                      .crypto = r->crypto,
                      .block = &v->block,
                      .origin = &v->origin,
                      .arena = &r->frames,
                      .tracer = r->opt->trace ? &TRACE_LINES : NULL};
    struct account *self = state_account(st, &v->msg.to); /* a caller would have loaded it */
    if (self == NULL) return st->failure;
    WH_TRY(state_load(st, self));
    WH_TRY(evm_execute(&evm, &v->msg, out));
    return state_commit_tx(st, FORK_FRONTIER);
}

static void judge_state(struct vm *v)
{
    bytes32 want, got;
    wh_status status = state_settle(&v->state, NULL, &got);
    if (status != WH_OK)
        case_differs_f(v->r, "state", "a root", "status %d", (int)status);
    else if (!genesis_state(v->r, json_object_get(v->test, "post"), &want))
        case_differs(v->r, "state of the file", "understood", "not");
    else
        case_hash(v->r, "state", &want, &got);
}

static void judge(struct vm *v, const struct evm_result *out)
{
    struct wh_buf want = {0};
    uint64_t gas;
    const json_t *left = json_object_get(v->test, "gas");
    bool halts = left == NULL;
    if (halts != (out->halt != EVM_SUCCESS)) {
        case_differs_f(v->r, "frame", halts ? "exceptional halt" : "success", "halt %d",
                       (int)out->halt);
    } else if (!halts) {
        if (value_u64(left, &gas)) case_u64(v->r, "gas left", gas, (uint64_t)out->gas_left);
        if (value_bytes(json_object_get(v->test, "out"), &want))
            case_bytes(v->r, "output", wh_buf_span(&want), out->output);
        judge_state(v);
    }
    wh_buf_done(&want);
}

bool kind_vm_is(const struct member *m, const json_t *file)
{
    (void)m;
    const json_t *t = kind_first(file);
    return json_object_get(t, "exec") != NULL && json_object_get(t, "pre") != NULL;
}

static void run_test(struct runner *r, const json_t *test)
{
    static struct vm v;
    struct evm_result out;
    v = (struct vm){.r = r, .test = test};
    wh_arena_rewind(&r->keep, 0);
    store_reset(&r->store);
    wh_status status = WH_OK;
    if (!read_vm(&v))
        case_differs(r, "test", "understood", "not");
    else if (json_array_size(json_object_get(test, "callcreates")) > 0)
        case_differs(r, "recorded calls", "none", "some");
    else if ((status = run_vm(&v, &out)) != WH_OK)
        case_differs_f(r, "frame", "an outcome", "status %d", (int)status);
    else
        judge(&v, &out);
    wh_buf_done(&v.code);
    wh_buf_done(&v.data);
}

void kind_vm_run(struct runner *r, json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach(file, name, test)
    {
        if (!case_begin(r, name, "Frontier")) continue;
        run_test(r, test);
        case_end(r);
    }
}
