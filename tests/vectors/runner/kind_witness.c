/* SPDX-License-Identifier: MIT */
/* Stateless tests (EIP-8025): a block of Amsterdam with its witness, good or damaged on purpose. Its rules are
 * not implemented, so a witness is judged by what can be judged without them:
 *   headers  decode, chain up to the parent, and answer every BLOCKHASH asked for
 *   codes    a run of the block by Osaka's rules over the witness alone finds each code it loads, and the
 *            code of each delegate that is called, also by a call that then fails
 *   tries    every account and slot of the block's access list is resolved, and the state root of the
 *            header follows from the list's changes
 * Each block is a case: accepted or refused as the file says. */
#include <inttypes.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/interp/evm.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/fees.h"
#include "evm/segment/sender.h"
#include "evm/tx/execute.h"
#include "tests/vectors/runner/access_list.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/trace_lines.h"
#include "tests/vectors/runner/value.h"

enum { HEADERS_MAX = 257, HEADER_FIELDS = 23, SYSTEM_CALLS = 2, CALLED_MAX = 4096 };

/* A header of the witness. */
struct link {
    bytes32 hash, parent, state_root;
    uint64_t number;
};

struct witness {
    struct runner *r;
    const json_t *block;
    struct link links[HEADERS_MAX];
    size_t link_count;
    struct evm_block env;
    bytes32 parent_hash, beacon_root, state_root;
    uint64_t excess_blob_gas;
    struct wh_preimages io;
    struct state state;
    address called[CALLED_MAX]; /* targets of CALL, CALLCODE, DELEGATECALL, STATICCALL */
    size_t called_count;
};

/* ---- headers ---- */

static wh_status skip(wh_span *in, unsigned n)
{
    struct rlp_item item;
    for (unsigned i = 0; i < n; i++)
        WH_TRY(rlp_next(in, &item));
    return WH_OK;
}

/* parentHash, uncleHash, coinbase, stateRoot, two roots, bloom, difficulty, number, ... */
static wh_status link_read(wh_span rlp, struct link *out)
{
    wh_span in;
    size_t fields;
    WH_TRY(rlp_list(rlp, &in));
    WH_TRY(rlp_count(in, &fields));
    if (fields != HEADER_FIELDS) return WH_E_FORMAT;
    WH_TRY(rlp_next_fixed(&in, out->parent.b, 32));
    WH_TRY(skip(&in, 2));
    WH_TRY(rlp_next_fixed(&in, out->state_root.b, 32));
    WH_TRY(skip(&in, 4));
    WH_TRY(rlp_next_u64(&in, &out->number));
    keccak256(rlp.ptr, rlp.len, &out->hash);
    return WH_OK;
}

/* Oldest first, each the parent of the next, the last one the block's parent. */
static wh_status headers_read(struct witness *w, const json_t *headers)
{
    size_t i;
    json_t *text;
    json_array_foreach(headers, i, text)
    {
        struct wh_buf b = {0};
        if (i == HEADERS_MAX) return WH_E_FORMAT;
        wh_status status = value_bytes(text, &b) ? WH_OK : WH_E_FORMAT;
        if (status == WH_OK) status = link_read(wh_buf_span(&b), &w->links[i]);
        wh_buf_done(&b);
        WH_TRY(status);
        if (i > 0 && !bytes32_eq(&w->links[i].parent, &w->links[i - 1].hash)) return WH_E_MISMATCH;
    }
    w->link_count = json_array_size(headers);
    if (w->link_count == 0) return WH_E_MISSING;
    return bytes32_eq(&w->links[w->link_count - 1].hash, &w->parent_hash) ? WH_OK : WH_E_MISMATCH;
}

/* BLOCKHASH is answered by headers that are in the witness themselves. */
static wh_status block_hash(void *ctx, uint64_t n, bytes32 *out)
{
    const struct witness *w = ctx;
    for (size_t i = 0; i < w->link_count; i++)
        if (w->links[i].number == n) {
            *out = w->links[i].hash;
            return WH_OK;
        }
    return WH_E_MISSING;
}

/* ---- preimages ---- */

static bool objects_put(struct runner *r, const json_t *list)
{
    size_t i;
    json_t *text;
    json_array_foreach(list, i, text)
    {
        struct wh_buf b = {0};
        bool ok = value_bytes(text, &b);
        if (ok) (void)store_put(&r->store, wh_buf_span(&b));
        wh_buf_done(&b);
        if (!ok) return false;
    }
    return true;
}

static bool env_read(struct witness *w)
{
    const json_t *h = json_object_get(w->block, "blockHeader");
    struct evm_block *b = &w->env;
    static const struct chain_fork AMSTERDAM = {FORK_OSAKA, 1, 0, 14, 21, 11684671};
    *b = (struct evm_block){
        .fork = FORK_OSAKA, .chain_id = 1, .block_hash = block_hash, .block_hash_ctx = w};
    bool ok = value_u64(json_object_get(h, "number"), &b->number) &&
              value_u64(json_object_get(h, "timestamp"), &b->timestamp) &&
              value_u64(json_object_get(h, "gasLimit"), &b->gas_limit) &&
              value_address(json_object_get(h, "coinbase"), &b->coinbase) &&
              value_u256(json_object_get(h, "baseFeePerGas"), &b->base_fee) &&
              value_b32(json_object_get(h, "mixHash"), &b->randao) &&
              value_u64(json_object_get(h, "excessBlobGas"), &w->excess_blob_gas) &&
              value_b32(json_object_get(h, "parentHash"), &w->parent_hash) &&
              value_b32(json_object_get(h, "parentBeaconBlockRoot"), &w->beacon_root) &&
              value_b32(json_object_get(h, "stateRoot"), &w->state_root);
    b->blob_base_fee = fee_blob_base(&AMSTERDAM, w->excess_blob_gas);
    return ok;
}

/* ---- the run by Osaka's rules: only what it loads counts ---- */

/* Our calls load a delegate's code when its frame is entered (PROTOCOL 4.3). EIP-8025's witness holds it
 * also when depth or balance forbids the frame. */
static void see_step(void *ctx, const struct evm_step *s)
{
    struct witness *w = ctx;
    uint8_t word[32];
    bool call = s->op == 0xf1 || s->op == 0xf2 || s->op == 0xf4 || s->op == 0xfa;
    if (w->r->opt->trace) TRACE_LINES.step(NULL, s);
    if (!call || s->stack_len < 2 || w->called_count == CALLED_MAX) return;
    u256_to_be(&s->stack[s->stack_len - 2], word);
    memcpy(w->called[w->called_count++].b, word + 12, 20);
}

/* Over the state before the block: what became a delegation in it was made, not read. */
static wh_status delegates_check(struct witness *w)
{
    for (size_t i = 0; i < w->called_count; i++) {
        address to;
        wh_span code;
        struct account *a = state_account(&w->state, &w->called[i]);
        if (a == NULL) return w->state.failure;
        WH_TRY(state_load(&w->state, a));
        if (!a->f.has_code ||
            w->io.get(w->io.ctx, WH_OBJECT_CODE, &a->f.code_hash, &code) != WH_OK ||
            !code_is_delegation(code, &to))
            continue;
        if ((a = state_account(&w->state, &to)) == NULL) return w->state.failure;
        WH_TRY(state_load_code(&w->state, a));
    }
    return WH_OK;
}

static const address BEFORE[SYSTEM_CALLS] = {
    {{0x00, 0x0f, 0x3d, 0xf6, 0xd7, 0x32, 0x80, 0x7e, 0xf1, 0x31,
      0x9f, 0xb7, 0xb8, 0xbb, 0x85, 0x22, 0xd0, 0xbe, 0xac, 0x02}},
    {{0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5, 0x3a, 0x10, 0xcb,
      0x7a, 0x02, 0x33, 0x5b, 0x17, 0x53, 0x20, 0x00, 0x29, 0x35}}};
static const address AFTER[SYSTEM_CALLS] = {
    {{0x00, 0x00, 0x09, 0x61, 0xef, 0x48, 0x0e, 0xb5, 0x5e, 0x80,
      0xd1, 0x9a, 0xd8, 0x35, 0x79, 0xa6, 0x4c, 0x00, 0x70, 0x02}},
    {{0x00, 0x00, 0xbb, 0xdd, 0xc7, 0xce, 0x48, 0x86, 0x42, 0xfb,
      0x57, 0x9f, 0x8b, 0x00, 0xf3, 0xa5, 0x90, 0x00, 0x72, 0x51}}};

static wh_status tx_run(struct witness *w, struct evm *evm, wh_span raw)
{
    struct tx tx;
    struct tx_result result;
    address sender;
    enum tx_reject reject;
    struct tx_rules rules = {.fork = FORK_OSAKA,
                             .chain_id = 1,
                             .gas_limit = w->env.gas_limit,
                             .blob_gas_limit = UINT64_MAX,
                             .base_fee = w->env.base_fee,
                             .blob_base_fee = w->env.blob_base_fee};
    reject = tx_check_decode(w->r->crypto, &rules, raw, &tx);
    if (reject == TX_ACCEPTED) reject = tx_check_static(&rules, &tx, 1);
    if (reject != TX_ACCEPTED) return WH_E_CONFIG;
    WH_TRY(tx_check_signature(w->r->crypto, &rules, &tx, &sender, &reject));
    if (reject != TX_ACCEPTED) return WH_E_CONFIG;
    WH_TRY(tx_check_state(&w->state, &rules, &tx, &sender, &reject));
    if (reject != TX_ACCEPTED) return WH_E_CONFIG;
    return tx_execute(evm, &tx, &sender, &result);
}

static wh_status txs_run(struct witness *w, struct evm *evm, wh_span rlp)
{
    wh_span in, txs;
    struct rlp_item item;
    WH_TRY(rlp_list(rlp, &in));
    WH_TRY(skip(&in, 1));
    WH_TRY(rlp_next_list(&in, &txs));
    while (txs.len > 0) {
        WH_TRY(rlp_next(&txs, &item));
        wh_arena_rewind(&w->r->frames, 0);
        WH_TRY(tx_run(w, evm, item.is_list ? item.raw : item.payload));
    }
    return WH_OK;
}

static wh_status block_run(struct witness *w, wh_span rlp)
{
    bool has_code;
    struct evm_result out;
    const bytes32 *words[SYSTEM_CALLS] = {&w->beacon_root, &w->parent_hash};
    const struct evm_tracer tracer = {w, see_step};
    struct evm evm = {.state = &w->state,
                      .crypto = w->r->crypto,
                      .block = &w->env,
                      .arena = &w->r->frames,
                      .tracer = &tracer};
    wh_arena_rewind(&w->r->frames, 0);
    for (size_t i = 0; i < SYSTEM_CALLS; i++)
        WH_TRY(evm_system_call(&evm, &BEFORE[i], wh_span_of(words[i]->b, 32), &has_code, NULL));
    WH_TRY(txs_run(w, &evm, rlp));
    for (size_t i = 0; i < SYSTEM_CALLS; i++)
        WH_TRY(evm_system_call(&evm, &AFTER[i], wh_span_of(NULL, 0), &has_code, &out));
    return WH_OK;
}

static wh_status state_open(struct witness *w)
{
    wh_arena_rewind(&w->r->work, 0);
    return state_init(&w->state, &w->r->work, &w->io, w->r->crypto, NULL,
                      &w->links[w->link_count - 1].state_root);
}

/* ---- a witness ---- */

/* *where tells which part judged. */
static wh_status judge(struct witness *w, wh_span rlp, const char **where)
{
    bytes32 root;
    const json_t *given = json_object_get(w->block, "executionWitness");
    *where = "headers";
    WH_TRY(headers_read(w, json_object_get(given, "headers")));
    *where = "codes";
    WH_TRY(state_open(w));
    WH_TRY(block_run(w, rlp));
    WH_TRY(state_open(w));
    WH_TRY(delegates_check(w));
    *where = "tries";
    WH_TRY(state_open(w));
    WH_TRY(access_list_apply(&w->state, json_object_get(w->block, "blockAccessList"), NULL, &root));
    return bytes32_eq(&root, &w->state_root) ? WH_OK : WH_E_MISMATCH;
}

static void run_case(struct runner *r, const json_t *block, bool good)
{
    static struct witness w;
    struct wh_buf rlp = {0};
    const char *where = "";
    const json_t *given = json_object_get(block, "executionWitness");
    w = (struct witness){.r = r, .block = block};
    wh_arena_rewind(&r->keep, 0);
    store_reset(&r->store);
    w.io = store_preimages(&r->store);
    if (!env_read(&w) || !value_bytes(json_object_get(block, "rlp"), &rlp) ||
        !objects_put(r, json_object_get(given, "state")) ||
        !objects_put(r, json_object_get(given, "codes"))) {
        case_differs(r, "test", "understood", "not");
    } else {
        wh_status status = judge(&w, wh_buf_span(&rlp), &where);
        if (status < 0 || (status == WH_OK) != good)
            case_differs_f(r, "witness", good ? "accepted" : "refused", "status %d (%s)",
                           (int)status, where);
    }
    wh_buf_done(&rlp);
}

/* 32 bytes of a root, then 01 or 00. */
static bool output_read(const json_t *block, bool *good)
{
    struct wh_buf b = {0};
    bool ok = value_bytes(json_object_get(block, "statelessOutputBytes"), &b) && b.len > 32;
    if (ok) *good = b.ptr[32] == 1;
    wh_buf_done(&b);
    return ok;
}

bool kind_witness_is(const struct member *m, const json_t *file)
{
    (void)m;
    const json_t *block = json_array_get(json_object_get(kind_first(file), "blocks"), 0);
    return json_object_get(block, "executionWitness") != NULL;
}

void kind_witness_run(struct runner *r, json_t *file)
{
    const char *name;
    json_t *test, *block;
    size_t i;
    json_object_foreach(file, name, test)
    {
        json_array_foreach(json_object_get(test, "blocks"), i, block)
        {
            char title[1024];
            bool good;
            if (!output_read(block, &good)) continue;
            snprintf(title, sizeof title, "%s #%zu", name, i);
            if (!case_begin(r, title, good ? "Amsterdam, tries" : "Amsterdam, damaged")) continue;
            run_case(r, block, good);
            case_end(r);
        }
    }
}
