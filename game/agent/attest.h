/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_AGENT_ATTEST_H
#define WH_GAME_AGENT_ATTEST_H

/* Attested steps (PROTOCOL 8, AttestedExecute): who asks sends the step with its trace; who signs
 * runs it from those bytes alone and signs what came out, never what was asked for. Only positive
 * statements exist. */

#include <jansson.h>

#include "evm/base/arena.h"
#include "evm/base/crypto.h"
#include "game/agent/network.h"
#include "proto/l1/keys.h"
#include "proto/l1/proofs.h"

struct attest_step {
    uint64_t target;
    bytes32 input_hash, post_leaf;
    uint8_t pre[SEG_STATE_SIZE];
    wh_span trace; /* borrowed */
};

/* attest_statement: what is signed about a step whose post leaf is known. */
void attest_statement(const struct network *net, const struct attest_step *step,
                      struct l1_statement *out);

/* attest_params: the parameters of whittle_attestStep, [{target, inputHash, pre, trace}]. */
json_t *attest_params(const struct attest_step *step);

/* attest_read reads them back; the trace's bytes go to *trace. WH_ERR_JSON_FIELD. */
WH_MUST wh_status attest_read(const json_t *params, struct attest_step *out, struct wh_buf *trace,
                              struct wh_error *err);

/* attest_sign runs the step from its trace and signs. A refused trace: WH_ERR_MSG_FORM, no
 * signature. */
WH_MUST wh_status attest_sign(const struct network *net, const struct evm_crypto *crypto,
                              struct wh_arena *arena, const struct l1_key *key,
                              struct attest_step *step, uint8_t sig[65], struct wh_error *err);

#endif
