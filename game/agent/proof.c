/* SPDX-License-Identifier: MIT */
/* The proof bytes that the game's verifier takes (PROTOCOL 8): EXECUTE with the trace or its chunks,
 * or k signatures of attesters over the step. */
#include "game/agent/agent.h"

#include <string.h>

#include "game/agent/attest.h"
#include "proto/sys/json.h"
#include "proto/sys/log.h"

static void put_u64(struct wh_buf *out, uint64_t v, unsigned bytes)
{
    uint8_t b[8];
    store_be64(b, v);
    wh_buf_put(out, b + 8 - bytes, bytes);
}

static void execute_proof(struct agent *a, const struct wh_buf *trace, uint64_t x,
                          struct wh_buf *proof)
{
    put_u64(proof, x, 8);
    if (trace->len <= SOLVER_CHUNK) {
        put_u64(proof, 0, 1);
        wh_buf_put(proof, trace->ptr, trace->len);
        return;
    }
    size_t n = (trace->len + SOLVER_CHUNK - 1) / SOLVER_CHUNK;
    put_u64(proof, 1, 1);
    put_u64(proof, trace->len, 4);
    put_u64(proof, n, 2);
    for (size_t i = 0; i < n; i++) {
        size_t at = i * SOLVER_CHUNK;
        bytes32 h;
        tree_keccak(a->opt.crypto, trace->ptr + at,
                    trace->len - at < SOLVER_CHUNK ? trace->len - at : SOLVER_CHUNK, &h);
        wh_buf_put(proof, h.b, 32);
    }
}

/* ask sends one step to an attester; *sig is its signature over digest. */
static wh_status ask(struct l1_rpc *rpc, const struct attest_step *step, const bytes32 *digest,
                     uint8_t sig[65], address *signer, struct wh_error *err)
{
    json_t *result = NULL;
    WH_TRY(l1_rpc_call(rpc, "whittle_attestStep", attest_params(step), &result, err));
    struct wh_json root = wh_json_root(result, "whittle_attestStep");
    wh_status st = wh_json_fixed(&root, sig, 65, err);
    json_decref(result);
    WH_TRY(st);
    if (!attest_signer(digest, sig, signer))
        return wh_fail(err, WH_ERR_RPC_FORM, "an attester answered a signature that is none");
    return WH_OK;
}

struct signature {
    address signer;
    uint8_t sig[65];
};

static bool is_signer(const struct network *net, const address *who)
{
    for (unsigned i = 0; i < net->signer_count; i++)
        if (address_eq(&net->signers[i], who)) return true;
    return false;
}

/* insert keeps sigs ascending by signer, each signer once. */
static size_t insert(struct signature *sigs, size_t n, const struct signature *s)
{
    size_t i = 0;
    while (i < n && memcmp(sigs[i].signer.b, s->signer.b, 20) < 0)
        i++;
    if (i < n && address_eq(&sigs[i].signer, &s->signer)) return n;
    memmove(sigs + i + 1, sigs + i, (n - i) * sizeof *sigs);
    sigs[i] = *s;
    return n + 1;
}

static wh_status attested_proof(struct agent *a, const struct attest_step *step,
                                struct wh_buf *proof, struct wh_error *err)
{
    const struct network *net = a->opt.net;
    struct signature sigs[NETWORK_SIGNERS + 1];
    size_t n = 0;
    bytes32 digest;
    attest_digest(net, step, &digest);
    for (size_t i = 0; i < a->opt.attester_count && n < net->threshold; i++) {
        struct signature s;
        wh_status st = ask(a->attesters[i], step, &digest, s.sig, &s.signer, err);
        if (st == WH_E_NOMEM) return st;
        if (st != WH_OK) {
            wh_log_error(WH_LEVEL_WARN, WH_EV_RPC_ERROR, err);
            continue;
        }
        if (is_signer(net, &s.signer)) n = insert(sigs, n, &s);
    }
    if (n < net->threshold)
        return wh_fail(err, WH_ERR_RPC_QUORUM, "%zu of %u attesters signed the step", n,
                       net->threshold);
    wh_buf_put(proof, step->post_leaf.b, 32);
    for (size_t i = 0; i < net->threshold; i++)
        wh_buf_put(proof, sigs[i].sig, 65);
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
    if (st == WH_OK && a->opt.net->kind == NETWORK_EXECUTE) execute_proof(a, &trace, x, proof);
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
