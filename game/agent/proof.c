/* SPDX-License-Identifier: MIT */
/* The proof bytes that the game's verifier takes (PROTOCOL 8): EXECUTE with the trace or its chunks,
 * or k signatures of attesters over the step. */
#include "game/agent/agent.h"

#include <stdlib.h>

#include "game/agent/attest.h"
#include "proto/sys/json.h"
#include "proto/sys/log.h"

static wh_status execute_proof(struct agent *a, const struct wh_buf *trace, uint64_t x,
                               struct wh_buf *proof, struct wh_error *err)
{
    if (trace->len <= SOLVER_CHUNK) {
        l1_proof_run(x, wh_buf_span(trace), proof);
        return WH_OK;
    }
    size_t n = (trace->len + SOLVER_CHUNK - 1) / SOLVER_CHUNK;
    bytes32 *chunks = (bytes32 *)calloc(n, sizeof *chunks);
    if (!chunks) return wh_fail(err, WH_ERR_NOMEM, "%zu chunks", n);
    for (size_t i = 0; i < n; i++) {
        size_t at = i * SOLVER_CHUNK;
        size_t len = trace->len - at < SOLVER_CHUNK ? trace->len - at : SOLVER_CHUNK;
        tree_keccak(a->opt.crypto, trace->ptr + at, len, &chunks[i]);
    }
    l1_proof_chunks(x, (uint32_t)trace->len, chunks, (uint16_t)n, proof);
    free(chunks);
    return WH_OK;
}

/* ask sends one step to an attester and checks its signature. */
static wh_status ask(struct l1_rpc *rpc, const struct attest_step *step,
                     const struct l1_statement *statement, struct l1_attestation *out,
                     struct wh_error *err)
{
    json_t *result = NULL;
    WH_TRY(l1_rpc_call(rpc, "whittle_attestStep", attest_params(step), &result, err));
    struct wh_json root = wh_json_root(result, "whittle_attestStep");
    wh_status st = wh_json_fixed(&root, out->sig, sizeof out->sig, err);
    json_decref(result);
    WH_TRY(st);
    return l1_attest_check(statement, out->sig, &out->signer, err);
}

/* wanted: one of the game's signers, and not here already. */
static bool wanted(const struct network *net, const struct l1_attestation *v, size_t n,
                   const address *signer)
{
    for (size_t i = 0; i < n; i++)
        if (address_eq(&v[i].signer, signer)) return false;
    for (unsigned i = 0; i < net->signer_count; i++)
        if (address_eq(&net->signers[i], signer)) return true;
    return false;
}

static wh_status attested_proof(struct agent *a, const struct attest_step *step,
                                struct wh_buf *proof, struct wh_error *err)
{
    const struct network *net = a->opt.net;
    struct l1_attestation v[NETWORK_SIGNERS];
    struct l1_statement statement;
    size_t n = 0;
    attest_statement(net, step, &statement);
    for (size_t i = 0; i < a->opt.attester_count && n < net->threshold; i++) {
        wh_status st = ask(a->attesters[i], step, &statement, &v[n], err);
        if (st == WH_E_NOMEM) return st;
        if (st != WH_OK) /* this one says nothing; the others may be enough */
            wh_log_error(WH_LEVEL_WARN, WH_EV_RPC_ERROR, err);
        else if (wanted(net, v, n, &v[n].signer))
            n++;
    }
    if (n < net->threshold)
        return wh_fail(err, WH_ERR_RPC_QUORUM, "%zu of %u attesters signed the step", n,
                       net->threshold);
    l1_proof_attested(&step->post_leaf, v, n, proof);
    return WH_OK;
}

wh_status agent_proof(struct agent *a, uint64_t index, uint64_t target, struct wh_buf *proof,
                      struct wh_error *err)
{
    struct attest_step step = {.target = target};
    struct wh_buf trace = {0};
    uint64_t x = 0;
    wh_status st = WH_OK;
    /* a proof that was gathered a moment ago is good for ever: a statement is a fact */
    if (a->opt.net->kind == NETWORK_ATTESTED && a->proof_step == index && a->proof.len &&
        bytes32_eq(&a->proof_pre, &a->chain.leaves[index])) {
        wh_buf_put(proof, a->proof.ptr, a->proof.len);
        return wh_buf_ok(proof) ? WH_OK : wh_fail(err, WH_ERR_NOMEM, "proof");
    }
    st = chain_trace(&a->chain, &a->view, index, target, &trace, &x, &step.post_leaf, err);
    if (st == WH_OK && a->opt.net->kind == NETWORK_EXECUTE)
        st = execute_proof(a, &trace, x, proof, err);
    if (st == WH_OK && a->opt.net->kind == NETWORK_ATTESTED) {
        step.trace = wh_buf_span(&trace);
        st = chain_state(&a->chain, &a->view, index, step.pre, err);
        chain_input_hash(&a->view, step.pre, &step.input_hash);
        if (st == WH_OK) st = attested_proof(a, &step, proof, err);
        if (st == WH_OK) {
            wh_buf_reset(&a->proof);
            wh_buf_put(&a->proof, proof->ptr, proof->len);
            a->proof_step = index;
            a->proof_pre = a->chain.leaves[index];
        }
    }
    wh_buf_done(&trace);
    if (st == WH_OK && !wh_buf_ok(proof)) st = wh_fail(err, WH_ERR_NOMEM, "proof");
    return st;
}
