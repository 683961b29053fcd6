/* SPDX-License-Identifier: MIT */
/* State tests (ethereum/tests, legacytests, execution-spec-tests): one transaction on a small state; state
 * root and hash of the logs are compared. In memory it runs over the whole state; statelessly it is the
 * item of an OPEN block, captured and run by EXECUTE from the serialised trace alone. */
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/fees.h"
#include "evm/segment/sender.h"
#include "evm/tx/execute.h"
#include "evm/tx/validate.h"
#include "tests/vectors/runner/forks.h"
#include "tests/vectors/runner/genesis.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/reasons.h"
#include "tests/vectors/runner/state_case.h"
#include "tests/vectors/runner/trace_lines.h"
#include "tests/vectors/runner/value.h"

/* ---- block ---- */

/* BLOCKHASH(n) is the hash of the decimal digits of n. */
void state_block_hash(uint64_t n, bytes32 *out)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    keccak256((const uint8_t *)text, (size_t)len, out);
}

static wh_status block_hash(void *ctx, uint64_t n, bytes32 *out)
{
    (void)ctx;
    state_block_hash(n, out);
    return WH_OK;
}

static bool read_block(struct state_case *c)
{
    const json_t *env = json_object_get(c->test, "env");
    const json_t *config = json_object_get(c->test, "config");
    const json_t *chain = json_object_get(config, "chainid");
    struct evm_block *b = &c->block;
    enum evm_fork fork = c->fork.fork;
    memset(b, 0, sizeof *b);
    b->fork = fork;
    b->chain_id = 1;
    b->block_hash = block_hash;
    if (chain != NULL && !value_u64(chain, &b->chain_id)) return false;
    bool ok = value_address(json_object_get(env, "currentCoinbase"), &b->coinbase) &&
              value_u64(json_object_get(env, "currentNumber"), &b->number) &&
              value_u64(json_object_get(env, "currentTimestamp"), &b->timestamp) &&
              value_u64(json_object_get(env, "currentGasLimit"), &b->gas_limit) &&
              value_u64(json_object_get(env, "currentExcessBlobGas"), &c->excess_blob_gas);
    const json_t *random = json_object_get(env, "currentRandom");
    if (fork < FORK_LONDON || random == NULL) random = json_object_get(env, "currentDifficulty");
    ok = ok && value_b32(random, &b->randao);
    const json_t *fee = json_object_get(env, "currentBaseFee");
    if (fork >= FORK_LONDON) {
        b->base_fee = u256_from_u64(10);
        if (fee != NULL) ok = ok && value_u256(fee, &b->base_fee);
    }
    ok = ok && fork_blobs(json_object_get(config, "blobSchedule"), &c->fork);
    if (ok && fork >= FORK_CANCUN) b->blob_base_fee = fee_blob_base(&c->fork, c->excess_blob_gas);
    c->rules = (struct tx_rules){.fork = fork,
                                 .chain_id = b->chain_id,
                                 .gas_limit = b->gas_limit,
                                 .blob_gas_limit = (uint64_t)c->fork.blob_max * FEE_GAS_PER_BLOB,
                                 .base_fee = b->base_fee,
                                 .blob_base_fee = b->blob_base_fee};
    return ok;
}

/* ---- in memory ---- */

struct outcome {
    enum tx_reject reject;
    struct tx_result result;
    bytes32 root; /* of the state that the transaction leaves */
    bytes32 last; /* and after the touch of the coinbase */
    bytes32 logs;
};

/* c2..c9: fills tx and sender, or says why there is none. */
static wh_status read_tx(struct state_case *c)
{
    c->reject = tx_check_decode(c->r->crypto, &c->rules, wh_buf_span(&c->raw), &c->tx);
    if (c->reject == TX_ACCEPTED) c->reject = tx_check_static(&c->rules, &c->tx, 1);
    if (c->reject != TX_ACCEPTED) return WH_OK;
    WH_TRY(tx_check_signature(c->r->crypto, &c->rules, &c->tx, &c->sender, &c->reject));
    address named;
    const json_t *sender = json_object_get(json_object_get(c->test, "transaction"), "sender");
    if (c->reject == TX_ACCEPTED && value_address(sender, &named) &&
        !address_eq(&named, &c->sender))
        case_differs(c->r, "sender", json_string_value(sender), "another");
    return WH_OK;
}

static wh_status hash_logs(const struct tx_result *r, bytes32 *out)
{
    struct wh_buf b = {0};
    size_t size = 16;
    for (size_t i = 0; i < r->log_count; i++)
        size += r->logs[i].data.len + 256;
    uint8_t *p = wh_buf_grow(&b, size);
    if (p == NULL) return WH_E_NOMEM;
    struct rlp_back w;
    rlp_back_init(&w, p, size);
    size_t all = rlp_back_mark(&w);
    for (size_t i = r->log_count; i-- > 0;) {
        const struct state_log *log = &r->logs[i];
        size_t one = rlp_back_mark(&w);
        rlp_back_string(&w, log->data);
        size_t topics = rlp_back_mark(&w);
        for (unsigned k = log->topic_count; k-- > 0;)
            rlp_back_string(&w, wh_span_of(log->topics[k].b, 32));
        rlp_back_list(&w, topics);
        rlp_back_string(&w, wh_span_of(log->at.b, 20));
        rlp_back_list(&w, one);
    }
    rlp_back_list(&w, all);
    wh_span bytes;
    wh_status s = rlp_back_done(&w, &bytes);
    if (s == WH_OK) keccak256(bytes.ptr, bytes.len, out);
    wh_buf_done(&b);
    return s;
}

/* The coinbase is touched also by a rejected transaction, but not in fills of execution-spec-tests,
 * which show the state (vectors.md, section 5). */
static wh_status touch_coinbase(const struct state_case *c, struct state *st, bool rejected)
{
    if (rejected && json_object_get(c->post, "state") != NULL) return WH_OK;
    struct account *a = state_account(st, &c->block.coinbase);
    if (a == NULL) return st->failure;
    state_begin_tx(st);
    WH_TRY(state_load(st, a));
    if (c->fork.fork < FORK_SPURIOUS)
        WH_TRY(state_make(st, a));
    else
        WH_TRY(state_touch(st, a));
    return state_commit_tx(st, (enum evm_fork)c->fork.fork);
}

static wh_status run_memory(struct state_case *c, struct outcome *out)
{
    struct runner *r = c->r;
    struct wh_preimages preimages = store_preimages(&r->store);
    struct state *st = &c->state;
    wh_arena_rewind(&r->work, 0);
    wh_arena_rewind(&r->frames, 0);
    struct evm evm = {.state = st,
                      .crypto = r->crypto,
                      .block = &c->block,
                      .arena = &r->frames,
                      .tracer = r->opt->trace ? &TRACE_LINES : NULL};
    *out = (struct outcome){.reject = c->reject};
    WH_TRY(state_init(st, &r->work, &preimages, r->crypto, NULL, &c->pre_root));
    if (out->reject == TX_ACCEPTED)
        WH_TRY(tx_check_state(st, &c->rules, &c->tx, &c->sender, &out->reject));
    if (out->reject == TX_ACCEPTED) WH_TRY(tx_execute(&evm, &c->tx, &c->sender, &out->result));
    WH_TRY(hash_logs(&out->result, &out->logs));
    WH_TRY(state_settle(st, NULL, &out->root));
    if (out->reject == TX_ACCEPTED)
        WH_TRY(state_case_receipt(c, &out->result, &out->root, &c->want_receipt));
    WH_TRY(touch_coinbase(c, st, out->reject != TX_ACCEPTED));
    return state_settle(st, NULL, &out->last);
}

/* ---- a case ---- */

static bool expects_refusal(const struct state_case *c)
{
    return json_object_get(c->post, "expectException") != NULL;
}

static void judge_refusal(struct state_case *c, bool refused, const char *why)
{
    bool want = expects_refusal(c);
    if (want != refused)
        case_differs(c->r, "transaction", want ? "refused" : "accepted",
                     refused ? why : "accepted");
}

static void judge_hash(struct state_case *c, const char *what, const char *field,
                       const bytes32 *got)
{
    bytes32 want;
    if (!value_b32(json_object_get(c->post, field), &want))
        case_differs(c->r, what, "a hash in the file", "none");
    else
        case_hash(c->r, what, &want, got);
}

static bool case_in_memory(struct state_case *c, struct outcome *o)
{
    wh_status status = run_memory(c, o);
    if (status != WH_OK) {
        case_differs_f(c->r, "run in memory", "an outcome", "status %d", (int)status);
        return false;
    }
    judge_refusal(c, o->reject != TX_ACCEPTED, tx_reject_text(o->reject));
    judge_hash(c, "state root", "hash", &o->last);
    judge_hash(c, "hash of logs", "logs", &o->logs);
    if (c->r->opt->trace)
        trace_lines_summary(&o->last, o->result.output, o->result.gas_used, !c->r->bad);
    if (c->r->opt->reasons && o->reject != TX_ACCEPTED && expects_refusal(c))
        reason_compare(c->r, json_string_value(json_object_get(c->post, "expectException")),
                       o->reject);
    return true;
}

/* The root after the touch, from the root and the objects that the step made. */
static wh_status touch_after(struct state_case *c, const bytes32 *root, bool refused, bytes32 *last)
{
    struct wh_preimages preimages = store_preimages(&c->r->store);
    wh_arena_rewind(&c->r->work, 0);
    WH_TRY(state_init(&c->state, &c->r->work, &preimages, c->r->crypto, NULL, root));
    WH_TRY(touch_coinbase(c, &c->state, refused));
    return state_settle(&c->state, NULL, last);
}

static void case_from_trace(struct state_case *c, const struct outcome *memory)
{
    struct state_step step;
    bytes32 last;
    wh_status status = state_case_step(c, &step);
    if (status == WH_OK)
        status = touch_after(c, step.refused ? &c->pre_root : &step.post.state_root, step.refused,
                             &last);
    if (status != WH_OK) {
        case_differs_f(c->r, "run from a trace", "an outcome", "status %d", (int)status);
        return;
    }
    judge_refusal(c, step.refused, "INVALID");
    judge_hash(c, "state root from a trace", "hash", &last);
    if (memory == NULL || memory->reject != TX_ACCEPTED || step.refused) return;
    case_hash(c->r, "root of the step", &memory->root, &step.post.state_root);
    case_hash(c->r, "receipt of the step", &c->want_receipt, &step.post.rcpts_acc);
    case_u64(c->r, "gas of the step", memory->result.gas_used, step.post.gas_used);
}

static void run_case(struct state_case *c)
{
    struct outcome memory;
    bool ran = false;
    if (!read_block(c) || !state_case_raw(c)) {
        case_differs(c->r, "test", "understood", "not");
        return;
    }
    wh_status status = read_tx(c);
    if (status != WH_OK) {
        case_differs_f(c->r, "sender", "an answer", "status %d", (int)status);
        return;
    }
    if (case_memory(c->r)) ran = case_in_memory(c, &memory);
    if (!case_stateless(c->r)) return;
    c->r->stateless = true;
    case_from_trace(c, ran ? &memory : NULL);
}

static void run_entry(struct runner *r, const json_t *test, const char *name, const char *fork,
                      size_t i, const json_t *post, const bytes32 *pre_root)
{
    static struct state_case c;
    char title[1024];
    snprintf(title, sizeof title, "%s #%zu", name, i);
    if (!case_begin(r, title, fork)) return;
    c = (struct state_case){.r = r, .test = test, .post = post, .pre_root = *pre_root};
    if (fork_find(fork, &c.fork))
        run_case(&c);
    else
        case_differs(r, "fork", "a known one", fork);
    wh_buf_done(&c.raw);
    case_end(r);
}

static void run_test(struct runner *r, const char *name, const json_t *test)
{
    const char *fork;
    json_t *entries, *post;
    size_t i;
    bytes32 root;
    bool built = false;
    json_object_foreach(json_object_get(test, "post"), fork, entries)
    {
        json_array_foreach(entries, i, post)
        {
            if (!built) {
                wh_arena_rewind(&r->keep, 0);
                store_reset(&r->store);
                built = genesis_state(r, json_object_get(test, "pre"), &root);
            }
            if (!built) memset(root.b, 0, sizeof root.b); /* fails every case */
            run_entry(r, test, name, fork, i, post, &root);
        }
    }
}

bool kind_state_is(const struct member *m, const json_t *file)
{
    (void)m;
    const json_t *t = kind_first(file);
    return json_object_get(t, "post") != NULL && json_object_get(t, "transaction") != NULL;
}

void kind_state_run(struct runner *r, json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach(file, name, test)
    {
        if (json_object_get(test, "post") != NULL) run_test(r, name, test);
    }
}
