/* SPDX-License-Identifier: MIT */
/* eth_getProof (EIP-1186) and eth_getCode, as sources of bytes. */
#include "proto/fetch/private.h"
#include "proto/sys/hex.h"

enum {
    NODES_MAX = 80,     /* of one proof: a path has at most 64 nibbles */
    NODE_MAX = 1 << 16, /* bytes; a branch has 532 */
    CODE_MAX = 1 << 20,
};

static json_t *hex_of(const uint8_t *bytes, size_t len)
{
    char text[67] = "0x";
    wh_hex_encode(bytes, len, text + 2);
    return json_string(text);
}

static json_t *quantity_of(uint64_t n)
{
    char text[67];
    const u256 v = u256_from_u64(n);
    wh_quantity_print(&v, text);
    return json_string(text);
}

/* The empty trie is [], or its one node 0x80; nodes shorter than a hash stand in their parents too. */
static wh_status keep_nodes(struct fetch *f, const struct wh_json *list, struct block_list *proof,
                            struct wh_error *err)
{
    size_t count;
    struct wh_buf node = {0};
    WH_TRY(wh_json_array(list, NODES_MAX, &count, err));
    wh_status status = WH_OK;
    for (size_t i = 0; status == WH_OK && i < count; i++) {
        struct wh_json j = wh_json_at(list, i);
        wh_buf_reset(&node);
        status = wh_json_data(&j, NODE_MAX, &node, err);
        if (status == WH_OK) status = fetch_keep(f, wh_buf_span(&node));
        if (status != WH_OK || proof == NULL) continue;
        bytes32 hash;
        wh_span kept;
        f->inner->keccak256(NULL, node.ptr, node.len, &hash);
        if (fetch_at_hand(f, &hash, &kept) == WH_OK) status = parts_add(proof, kept, err);
    }
    wh_buf_done(&node);
    return status;
}

static wh_status keep_proof(struct fetch *f, const struct wh_json *answer, bool of_slot,
                            struct block_list *proof, struct wh_error *err)
{
    size_t count;
    struct wh_json nodes, slots;
    WH_TRY(wh_json_get(answer, "accountProof", &nodes, err));
    WH_TRY(keep_nodes(f, &nodes, of_slot ? NULL : proof, err));
    if (!of_slot) return WH_OK;
    WH_TRY(wh_json_get(answer, "storageProof", &slots, err));
    WH_TRY(wh_json_array(&slots, 1, &count, err));
    if (count == 0) return WH_OK;
    struct wh_json one = wh_json_at(&slots, 0);
    WH_TRY(wh_json_get(&one, "proof", &nodes, err));
    return keep_nodes(f, &nodes, proof, err);
}

wh_status ask_proof(struct fetch *f, const uint8_t at[20], const uint8_t *slot, uint64_t number,
                    struct block_list *proof)
{
    bool refused;
    json_t *result = NULL, *slots = json_array();
    if (slot != NULL) json_array_append_new(slots, hex_of(slot, 32));
    WH_TRY(fetch_ask(f, "eth_getProof",
                     json_pack("[o,o,o]", hex_of(at, 20), slots, quantity_of(number)), &result,
                     &refused, &f->trouble));
    if (refused) return WH_E_MISSING;
    f->counts.proofs++;
    struct wh_json answer = wh_json_root(result, "result");
    wh_status status = keep_proof(f, &answer, slot != NULL, proof, &f->trouble);
    if (status < 0 && status != WH_E_NOMEM) status = fetch_nonsense("eth_getProof", &f->trouble);
    json_decref(result);
    return status;
}

wh_status ask_code(struct fetch *f, const uint8_t at[20])
{
    bool refused;
    json_t *result = NULL;
    struct wh_buf code = {0};
    WH_TRY(fetch_ask(f, "eth_getCode",
                     json_pack("[o,o]", hex_of(at, 20), quantity_of(f->number - 1)), &result,
                     &refused, &f->trouble));
    if (refused) return WH_E_MISSING;
    f->counts.codes++;
    struct wh_json answer = wh_json_root(result, "result");
    wh_status status = wh_json_data(&answer, CODE_MAX, &code, &f->trouble);
    if (status < 0) status = fetch_nonsense("eth_getCode", &f->trouble);
    if (status == WH_OK) status = fetch_keep(f, wh_buf_span(&code));
    json_decref(result);
    wh_buf_done(&code);
    return status;
}
