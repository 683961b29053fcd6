/* SPDX-License-Identifier: MIT */
#include "game/agent/attest.h"

#include <stdlib.h>
#include <string.h>

#include "evm/native/crypto.h"
#include "evm/segment/execute.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

#define TRACE_MAX (8u << 20)

void attest_statement(const struct network *net, const struct attest_step *step,
                      struct l1_statement *out)
{
    *out = (struct l1_statement){.l1_chain_id = net->l1_chain_id,
                                 .target = step->target,
                                 .verifier = net->verifier,
                                 .exec_id = net->cfg.exec_id,
                                 .input_hash = step->input_hash,
                                 .post_leaf = step->post_leaf};
    seg_leaf(wh_native_crypto(), step->pre, &out->pre_leaf);
}

static json_t *hex_of(const uint8_t *bytes, size_t len)
{
    char *text = (char *)malloc(2 * len + 3);
    if (!text) return NULL;
    text[0] = '0';
    text[1] = 'x';
    wh_hex_encode(bytes, len, text + 2);
    json_t *v = json_string(text);
    free(text);
    return v;
}

json_t *attest_params(const struct attest_step *step)
{
    json_t *o = json_object();
    json_object_set_new(o, "target", json_integer((json_int_t)step->target));
    json_object_set_new(o, "inputHash", json_string(wh_hex32(&step->input_hash).s));
    json_object_set_new(o, "pre", hex_of(step->pre, sizeof step->pre));
    json_object_set_new(o, "trace", hex_of(step->trace.ptr, step->trace.len));
    json_t *params = json_array();
    json_array_append_new(params, o);
    return params;
}

wh_status attest_read(const json_t *params, struct attest_step *out, struct wh_buf *trace,
                      struct wh_error *err)
{
    struct wh_json root = wh_json_root(params, "params"), o, j;
    size_t n;
    memset(out, 0, sizeof *out);
    WH_TRY(wh_json_array(&root, 1, &n, err));
    if (n != 1) return wh_fail(err, WH_ERR_JSON_FIELD, "params: one object is wanted");
    o = wh_json_at(&root, 0);
    WH_TRY(wh_json_get(&o, "target", &j, err));
    WH_TRY(wh_json_number(&j, &out->target, err));
    WH_TRY(wh_json_get(&o, "inputHash", &j, err));
    WH_TRY(wh_json_bytes32(&j, &out->input_hash, err));
    WH_TRY(wh_json_get(&o, "pre", &j, err));
    WH_TRY(wh_json_fixed(&j, out->pre, sizeof out->pre, err));
    WH_TRY(wh_json_get(&o, "trace", &j, err));
    WH_TRY(wh_json_data(&j, TRACE_MAX, trace, err));
    out->trace = wh_buf_span(trace);
    return WH_OK;
}

wh_status attest_sign(const struct network *net, const struct evm_crypto *crypto,
                      struct wh_arena *arena, const struct l1_key *key, struct attest_step *step,
                      uint8_t sig[65], struct wh_error *err)
{
    uint8_t post[SEG_STATE_SIZE];
    uint64_t x = 0;
    struct l1_statement statement;
    struct l1_attestation signed_one;
    arena->used = 0;
    wh_status st = execute_trace(step->pre, step->target, &step->input_hash, step->trace, arena,
                                 crypto, NULL, post, &step->post_leaf, &x);
    if (st > 0)
        return wh_fail(err, WH_ERR_MSG_FORM, "the trace proves no step (status %d)", (int)st);
    if (st != WH_OK) return wh_fail(err, WH_ERR_SYS, "EXECUTE (status %d)", (int)st);
    attest_statement(net, step, &statement);
    WH_TRY(l1_attest(&statement, key->secret, &signed_one, err));
    memcpy(sig, signed_one.sig, 65);
    return WH_OK;
}
