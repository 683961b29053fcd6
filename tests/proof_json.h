/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_PROOF_JSON_H
#define WH_TESTS_PROOF_JSON_H

/* eth_getProof and eth_getCode of a test's node, from the preimages that it has. */

#include "evm/mpt/mpt.h"
#include "evm/native/crypto.h"
#include "evm/rlp/rlp.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

struct proof_source {
    struct wh_preimages io;
    struct wh_arena *walk; /* scratch */
    bool lies;             /* the last bit of every node is turned */
};

struct proof_writer {
    struct wh_jw *w;
    bool lies;
};

static inline wh_status proof_put_node(void *ctx, wh_span bytes)
{
    uint8_t copy[1024];
    const struct proof_writer *to = ctx;
    if (bytes.len > sizeof copy) return WH_E_LIMIT;
    memcpy(copy, bytes.ptr, bytes.len);
    copy[bytes.len - 1] ^= to->lies;
    wh_jw_data(to->w, NULL, copy, bytes.len);
    return WH_OK;
}

/* The nodes on the way to a key, as far as they are there; the value where all are. */
static inline void proof_nodes(const struct proof_source *from, const bytes32 *root,
                               struct wh_jw *w, const char *key, wh_span preimage,
                               struct wh_buf *value)
{
    struct mpt_pool pool;
    struct mpt trie;
    struct wh_preimages io = from->io;
    struct proof_writer to = {w, from->lies};
    const struct evm_crypto *c = wh_native_crypto();
    bytes32 hash;
    wh_span leaf;
    from->walk->used = 0;
    c->keccak256(c->ctx, preimage.ptr, preimage.len, &hash);
    mpt_pool_init(&pool, from->walk, &io, c);
    wh_jw_arr(w, key);
    if (mpt_open(&trie, &pool, root) == WH_OK &&
        mpt_prove(&trie, &hash, proof_put_node, &to) == WH_OK && value != NULL &&
        mpt_get(&trie, &hash, &leaf) == WH_OK)
        wh_buf_put(value, leaf.ptr, leaf.len);
    wh_jw_end(w);
}

/* Writes "accountProof"; the account's roots, if there is one. */
static inline bool proof_account(const struct proof_source *from, const bytes32 *root,
                                 const json_t *at, struct wh_jw *w, bytes32 *storage, bytes32 *code)
{
    uint8_t who[20];
    wh_span in, skipped;
    struct wh_buf leaf = {0};
    if (!wh_hex_parse(json_string_value(at), who, 20)) return false;
    proof_nodes(from, root, w, "accountProof", wh_span_of(who, 20), &leaf);
    const bool found =
        leaf.len > 0 && rlp_list(wh_buf_span(&leaf), &in) == WH_OK &&
        rlp_next_string(&in, &skipped) == WH_OK && rlp_next_string(&in, &skipped) == WH_OK &&
        rlp_next_fixed(&in, storage->b, 32) == WH_OK && rlp_next_fixed(&in, code->b, 32) == WH_OK;
    wh_buf_done(&leaf);
    return found;
}

static inline void json_proof(const struct proof_source *from, const bytes32 *root,
                              const json_t *params, struct wh_jw *w, const char *key)
{
    bytes32 storage, code;
    const json_t *slots = json_array_get(params, 1);
    wh_jw_obj(w, key);
    const bool found = proof_account(from, root, json_array_get(params, 0), w, &storage, &code);
    wh_jw_arr(w, "storageProof");
    for (size_t i = 0; found && i < json_array_size(slots); i++) {
        uint8_t slot[32];
        if (!wh_hex_parse(json_string_value(json_array_get(slots, i)), slot, 32)) continue;
        wh_jw_obj(w, NULL);
        proof_nodes(from, &storage, w, "proof", wh_span_of(slot, 32), NULL);
        wh_jw_end(w);
    }
    wh_jw_end(w);
    wh_jw_end(w);
}

/* False: no such account, or its code is not there; then nothing is written. */
static inline bool json_code(const struct proof_source *from, const bytes32 *root,
                             const json_t *params, struct wh_jw *w, const char *key)
{
    bytes32 storage, code;
    wh_span bytes;
    struct wh_buf unused = {0};
    struct wh_jw nowhere;
    wh_jw_init(&nowhere, &unused);
    wh_jw_obj(&nowhere, NULL);
    const bool found =
        proof_account(from, root, json_array_get(params, 0), &nowhere, &storage, &code) &&
        from->io.get(from->io.ctx, WH_OBJECT_DATA, &code, &bytes) == WH_OK;
    wh_buf_done(&unused);
    if (found) wh_jw_data(w, key, bytes.ptr, bytes.len);
    return found;
}

#endif
