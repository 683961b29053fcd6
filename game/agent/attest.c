/* SPDX-License-Identifier: MIT */
#include "game/agent/attest.h"

#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/native/crypto.h"
#include "evm/native/sign.h"
#include "evm/segment/execute.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

#define TRACE_MAX (8u << 20)

static void hash_text(const char *text, uint8_t out[32])
{
    bytes32 h;
    keccak256((const uint8_t *)text, strlen(text), &h);
    memcpy(out, h.b, 32);
}

/* EIP-712: domain {name "WhittleStep", version "1", chainId, verifyingContract}. */
static void domain_separator(const struct network *net, bytes32 *out)
{
    uint8_t words[5 * 32];
    memset(words, 0, sizeof words);
    hash_text("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
              words);
    hash_text("WhittleStep", words + 32);
    hash_text("1", words + 64);
    store_be64(words + 96 + 24, net->l1_chain_id);
    memcpy(words + 128 + 12, net->verifier.b, 20);
    keccak256(words, sizeof words, out);
}

void attest_digest(const struct network *net, const struct attest_step *step, bytes32 *out)
{
    uint8_t words[6 * 32], all[66];
    bytes32 domain, pre, struct_hash;
    memset(words, 0, sizeof words);
    hash_text(
        "Step(bytes32 execId,bytes32 preLeaf,uint64 target,bytes32 inputHash,bytes32 postLeaf)",
        words);
    memcpy(words + 32, net->cfg.exec_id.b, 32);
    seg_leaf(wh_native_crypto(), step->pre, &pre);
    memcpy(words + 64, pre.b, 32);
    store_be64(words + 96 + 24, step->target);
    memcpy(words + 128, step->input_hash.b, 32);
    memcpy(words + 160, step->post_leaf.b, 32);
    keccak256(words, sizeof words, &struct_hash);
    domain_separator(net, &domain);
    all[0] = 0x19;
    all[1] = 0x01;
    memcpy(all + 2, domain.b, 32);
    memcpy(all + 34, struct_hash.b, 32);
    keccak256(all, sizeof all, out);
}

/* n / 2 of secp256k1: a higher s is the other form of the same signature (EIP-2). */
static const uint8_t half_order[32] = {
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0};

bool attest_signer(const bytes32 *digest, const uint8_t sig[65], address *out)
{
    if (sig[64] != 27 && sig[64] != 28) return false;
    if (memcmp(sig + 32, half_order, 32) > 0) return false;
    return wh_recover_address(digest, sig, sig + 32, sig[64] - 27u, out) == WH_OK;
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
    bytes32 digest;
    unsigned parity;
    arena->used = 0;
    wh_status st = execute_trace(step->pre, step->target, &step->input_hash, step->trace, arena,
                                 crypto, NULL, post, &step->post_leaf, &x);
    if (st > 0)
        return wh_fail(err, WH_ERR_MSG_FORM, "the trace proves no step (status %d)", (int)st);
    if (st != WH_OK) return wh_fail(err, WH_ERR_SYS, "EXECUTE (status %d)", (int)st);
    attest_digest(net, step, &digest);
    st = wh_sign(key->secret, &digest, sig, sig + 32, &parity);
    if (st != WH_OK) return wh_fail(err, WH_ERR_KEY_SIGN, "signing a step");
    sig[64] = (uint8_t)(27 + parity);
    return WH_OK;
}
