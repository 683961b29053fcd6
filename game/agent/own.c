/* SPDX-License-Identifier: MIT */
/* Own leaves, states and proofs, as the solver asks for them. */
#include "game/agent/agent.h"

#include <stdlib.h>
#include <string.h>

#include "game/contracts/generated/contracts.h"
#include "proto/l1/abi.h"
#include "proto/sys/file.h"
#include "proto/sys/log.h"

static wh_status leaf(void *ctx, uint64_t index, bytes32 *out)
{
    const struct agent *a = (const struct agent *)ctx;
    if (index > a->chain.have) return WH_E_MISSING;
    *out = a->chain.leaves[index];
    return WH_OK;
}

static wh_status span(void *ctx, const struct solver_range *r, uint64_t pos, unsigned h,
                      bytes32 *out)
{
    struct agent *a = (struct agent *)ctx;
    return own_leaves_span(&a->own, r, pos, h, out);
}

static wh_status state(void *ctx, uint64_t index, uint8_t out[TREE_STATE_SIZE])
{
    struct agent *a = (struct agent *)ctx;
    if (index > a->chain.have) return WH_E_MISSING;
    return chain_state(&a->chain, &a->view, index, out, &a->err);
}

/* hold says that a step cannot be proven now: once a minute, as the strategy asks at every look. */
static void hold(struct agent *a, uint64_t step)
{
    uint64_t now = wh_mono_ms();
    if (a->held_ms == 0 || a->held_step != step || now - a->held_ms > 60000) {
        wh_log_error(WH_LEVEL_ERROR, WH_EV_DISPUTE_HELD, &a->err);
        a->held_ms = now;
        a->held_step = step;
    }
    wh_error_clear(&a->err);
}

static wh_status execute_size(struct agent *a, uint64_t index, uint64_t target,
                              struct solver_proof *out)
{
    struct wh_buf trace = {0};
    bytes32 post;
    wh_status st = chain_trace(&a->chain, &a->view, index, target, &trace, &out->x, &post, &a->err);
    out->execute = true;
    out->ready = st == WH_OK;
    out->trace_len = trace.len;
    wh_buf_done(&trace);
    if (st == WH_OK) return WH_OK;
    /* an object that nobody has now: no proof of this step yet, the other moves go on */
    if (a->err.code == WH_ERR_STORE_MISSING) {
        hold(a, index);
        return WH_E_MISSING;
    }
    /* a history that is not EXECUTE's own has steps that nobody can prove */
    if (a->opt.history.run) return WH_OK;
    /* own work that does not agree with itself holds back this proof, and nothing else */
    if (a->err.code != WH_ERR_STORE_CORRUPT && a->err.code != WH_ERR_SYS) return st;
    hold(a, index);
    return WH_E_MISSING;
}

static wh_status proof(void *ctx, uint64_t index, uint64_t target, struct solver_proof *out)
{
    struct agent *a = (struct agent *)ctx;
    memset(out, 0, sizeof *out);
    if (a->opt.net->kind == NETWORK_EXECUTE) return execute_size(a, index, target, out);
    struct wh_buf bytes = {0};
    wh_status st = agent_proof(a, index, target, &bytes, &a->err);
    out->ready = st == WH_OK;
    out->proof_len = bytes.len;
    wh_buf_done(&bytes);
    /* signatures that are not to be had now are no trouble of this call: ask again */
    return st == WH_E_NET ? WH_OK : st;
}

static wh_status chunk(void *ctx, uint64_t index, uint64_t target, uint32_t i, bytes32 *hash,
                       uint64_t *newest)
{
    struct agent *a = (struct agent *)ctx;
    struct wh_buf trace = {0};
    uint64_t x;
    bytes32 post;
    wh_status st = chain_trace(&a->chain, &a->view, index, target, &trace, &x, &post, &a->err);
    size_t at = (size_t)i * SOLVER_CHUNK;
    if (st == WH_OK && at >= trace.len) st = WH_E_MISSING;
    if (st == WH_OK) {
        size_t len = trace.len - at < SOLVER_CHUNK ? trace.len - at : SOLVER_CHUNK;
        tree_keccak(a->opt.crypto, trace.ptr + at, len, hash);
        st = agent_chunk_newest(a, hash, newest, &a->err);
    }
    wh_buf_done(&trace);
    return st;
}

/* word_place is where the answer about a node is kept. Rewards of a decided game are looked at for as
 * long as its pot may pay, at every look, node by node. NULL: no memory. */
static struct agent_word *word_place(struct agent *a, const bytes32 *id)
{
    if (!a->words) a->words = (struct agent_word *)calloc(AGENT_WORDS, sizeof *a->words);
    return a->words ? &a->words[load_be64(id->b) % AGENT_WORDS] : NULL;
}

static wh_status node_word(void *ctx, const bytes32 *id, uint8_t word[32])
{
    struct agent *a = (struct agent *)ctx;
    struct agent_word *kept = word_place(a, id);
    if (kept && kept->since == a->word_age && bytes32_eq(&kept->id, id)) {
        memcpy(word, kept->word, 32);
        return WH_OK;
    }
    uint8_t call[36];
    store_be32(call, CONTRACT_SEL_GAME_NODE);
    memcpy(call + 4, id->b, 32);
    struct l1_at at = l1_at_hash(&a->head_hash);
    struct wh_buf out = {0};
    wh_status st = l1_call(a->opt.rpc, NULL, &a->opt.net->game, wh_span_of(call, sizeof call), &at,
                           &out, &a->err);
    if (st == WH_OK && out.len != 32)
        st = wh_fail(&a->err, WH_ERR_ABI_FORM, "node(id) answered %zu bytes", out.len);
    if (st == WH_OK) memcpy(word, out.ptr, 32);
    if (st == WH_OK && kept) {
        *kept = (struct agent_word){.id = *id, .since = a->word_age};
        memcpy(kept->word, word, 32);
    }
    wh_buf_done(&out);
    return st;
}

void agent_own(struct agent *a, struct solver_own *own)
{
    own_leaves_init(&a->own, a->opt.crypto, &a->tick_arena, a->view.cfg.k, a->chain.leaves,
                    a->chain.have);
    *own = (struct solver_own){
        .ctx = a,
        .have = a->chain.have,
        .invalid_at = a->chain.invalid_at,
        .leaf = leaf,
        .span = span,
        .state = state,
        .proof = proof,
        .chunk = chunk,
        .node_word = node_word,
    };
}

static wh_status read_span(void *ctx, uint64_t pos, unsigned h, bytes32 *out)
{
    const struct own_reader *r = (const struct own_reader *)ctx;
    return r->own->span(r->own->ctx, r->range, pos, h, out);
}

void own_reader_init(struct tree_reader *out, struct own_reader *ctx)
{
    *out = (struct tree_reader){ctx, read_span};
}
