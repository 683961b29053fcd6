/* SPDX-License-Identifier: MIT */
/* Methods that read accounts and slots, with their proofs (EIP-1186). */
#include <string.h>

#include "deploy/devnet/rpc.h"
#include "deploy/devnet/run.h"

enum { PROOF_SLOTS_MAX = 1024 };

/* Opens the state after the block of parameter i. */
static bool open_state(struct rpc *c, size_t i, struct run *r)
{
    struct block *b;
    if (!arg_block(c, i, &b, NULL)) return false;
    const wh_status status = run_open_at(r, c->node, b);
    return status == WH_OK ? true : rpc_trouble(c, status);
}

/* Ends a read: the state is given back, trouble is told. */
static bool close_state(struct rpc *c, struct run *r, wh_status status)
{
    run_close(r);
    return status == WH_OK ? true : rpc_trouble(c, status);
}

bool rpc_get_balance(struct rpc *c)
{
    address who;
    struct run r;
    struct state_info info;
    if (!arg_address(c, 0, &who) || !open_state(c, 1, &r)) return false;
    const wh_status status = state_get(&r.state, &who, &info);
    if (status == WH_OK) wh_jw_qty256(&c->w, NULL, &info.balance);
    return close_state(c, &r, status);
}

bool rpc_get_nonce(struct rpc *c)
{
    address who;
    struct run r;
    struct state_info info;
    struct block *b;
    bool pending;
    if (!arg_address(c, 0, &who) || !arg_block(c, 1, &b, &pending) || !open_state(c, 1, &r))
        return false;
    const wh_status status = state_get(&r.state, &who, &info);
    if (status == WH_OK && pending) info.nonce = pool_next_nonce(&c->node->pool, &who, info.nonce);
    if (status == WH_OK) wh_jw_qty(&c->w, NULL, info.nonce);
    return close_state(c, &r, status);
}

bool rpc_get_code(struct rpc *c)
{
    address who;
    struct run r;
    wh_span code;
    if (!arg_address(c, 0, &who) || !open_state(c, 1, &r)) return false;
    const wh_status status = state_get_code(&r.state, &who, &code);
    if (status == WH_OK) wh_jw_data(&c->w, NULL, code.ptr, code.len);
    return close_state(c, &r, status);
}

bool rpc_get_storage(struct rpc *c)
{
    address who;
    u256 key, value;
    struct run r;
    if (!arg_address(c, 0, &who) || !arg_slot(c, 1, &key) || !open_state(c, 2, &r)) return false;
    const wh_status status = state_get_slot(&r.state, &who, &key, &value);
    if (status == WH_OK) {
        bytes32 word;
        u256_to_be(&value, word.b);
        wh_jw_b32(&c->w, NULL, &word);
    }
    return close_state(c, &r, status);
}

static wh_status show_node(void *ctx, wh_span bytes)
{
    wh_jw_data(ctx, NULL, bytes.ptr, bytes.len);
    return WH_OK;
}

static wh_status prove_account(struct rpc *c, struct run *r, const address *who)
{
    struct wh_jw *w = &c->w;
    struct state_info info;
    WH_TRY(state_get(&r->state, who, &info));
    const struct account *a = state_account(&r->state, who);
    if (a == NULL) return WH_E_NOMEM;
    wh_jw_addr(w, "address", who);
    wh_jw_arr(w, "accountProof");
    WH_TRY(state_prove_account(&r->state, who, show_node, w));
    wh_jw_end(w);
    wh_jw_qty256(w, "balance", &info.balance);
    wh_jw_b32(w, "codeHash", &info.code_hash);
    wh_jw_qty(w, "nonce", info.nonce);
    wh_jw_b32(w, "storageHash", &a->base_storage_root);
    return WH_OK;
}

static wh_status prove_slot(struct rpc *c, struct run *r, const address *who, const json_t *text,
                            const u256 *key)
{
    struct wh_jw *w = &c->w;
    u256 value;
    WH_TRY(state_get_slot(&r->state, who, key, &value));
    wh_jw_obj(w, NULL);
    if (json_is_string(text) && strncmp(json_string_value(text), "0x", 2) == 0)
        wh_jw_str(w, "key", json_string_value(text)); /* as it was asked for */
    else
        wh_jw_qty256(w, "key", key);
    wh_jw_qty256(w, "value", &value);
    wh_jw_arr(w, "proof");
    WH_TRY(state_prove_slot(&r->state, who, key, show_node, w));
    wh_jw_end(w);
    wh_jw_end(w);
    return WH_OK;
}

bool rpc_get_proof(struct rpc *c)
{
    address who;
    struct run r;
    const json_t *keys = arg_at(c, 1);
    if (!arg_address(c, 0, &who)) return false;
    if (!json_is_array(keys)) return rpc_fail(c, RPC_INVALID_PARAMS, "want a list of storage keys");
    const size_t n = json_array_size(keys);
    if (n > PROOF_SLOTS_MAX) return rpc_fail(c, RPC_INVALID_PARAMS, "too many storage keys");
    u256 slots[PROOF_SLOTS_MAX];
    for (size_t i = 0; i < n; i++) {
        if (!value_u256(c, json_array_get(keys, i), "storage key", &slots[i])) return false;
    }
    if (!open_state(c, 2, &r)) return false;
    wh_jw_obj(&c->w, NULL);
    wh_status status = prove_account(c, &r, &who);
    if (status == WH_OK) wh_jw_arr(&c->w, "storageProof");
    for (size_t i = 0; i < n && status == WH_OK; i++)
        status = prove_slot(c, &r, &who, json_array_get(keys, i), &slots[i]);
    if (status == WH_OK) {
        wh_jw_end(&c->w);
        wh_jw_end(&c->w);
    }
    return close_state(c, &r, status);
}
