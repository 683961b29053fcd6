/* SPDX-License-Identifier: MIT */
/* debug_executionWitness: all that a stateless run of a block reads. */
#include "deploy/devnet/build.h"
#include "deploy/devnet/rpc.h"
#include "deploy/devnet/run.h"

static void show_objects(struct rpc *c, const char *key, const struct build_witness *witness,
                         enum wh_object kind)
{
    const struct hash_set *set = &witness->objects;
    wh_jw_arr(&c->w, key);
    for (size_t i = 0; i < set->count; i++) {
        wh_span bytes;
        if (set->kinds[i] != kind) continue;
        const wh_status status = objects_get(&c->node->objects, &set->items[i], &bytes);
        WH_ASSERT(status == WH_OK);
        wh_jw_data(&c->w, NULL, bytes.ptr, bytes.len);
    }
    wh_jw_end(&c->w);
}

/* Preimages of the hashed keys: 20 bytes an account, 32 a slot. */
static void show_keys(struct rpc *c, const struct build_witness *witness)
{
    wh_jw_arr(&c->w, "keys");
    wh_span left = wh_buf_span(&witness->keys);
    while (left.len > 0) {
        const size_t len = left.ptr[0];
        wh_jw_data(&c->w, NULL, left.ptr + 1, len);
        left = wh_span_of(left.ptr + 1 + len, left.len - 1 - len);
    }
    wh_jw_end(&c->w);
}

/* The parent's header and those below it that BLOCKHASH needed, newest first. */
static void show_headers(struct rpc *c, const struct block *b, uint64_t oldest)
{
    wh_jw_arr(&c->w, "headers");
    for (const struct block *h = b->parent; h != NULL; h = h->parent) {
        wh_jw_data(&c->w, NULL, h->header.ptr, h->header.len);
        if (h->head.number <= oldest) break;
    }
    wh_jw_end(&c->w);
}

bool rpc_execution_witness(struct rpc *c)
{
    struct block *b;
    if (!arg_block(c, 0, &b, NULL)) return false;
    if (b->parent == NULL) return rpc_fail(c, RPC_SERVER, "genesis has no witness");
    struct build_witness witness = {0};
    const wh_status status = build_again(c->node, b, &witness);
    if (status == WH_OK) {
        wh_jw_obj(&c->w, NULL);
        show_objects(c, "state", &witness, WH_OBJECT_NODE);
        show_objects(c, "codes", &witness, WH_OBJECT_CODE);
        show_keys(c, &witness);
        show_headers(c, b, witness.oldest_hash);
        wh_jw_end(&c->w);
    }
    build_witness_done(&witness);
    return status == WH_OK ? true : rpc_trouble(c, status);
}

/* debug_dbGet(key): a trie node or code by its hash, as kona asks for it. */
bool rpc_db_get(struct rpc *c)
{
    bytes32 hash;
    wh_span bytes;
    if (!arg_b32(c, 0, &hash)) return false;
    if (objects_get(&c->node->objects, &hash, &bytes) != WH_OK)
        return rpc_fail(c, RPC_SERVER, "not found");
    wh_jw_data(&c->w, NULL, bytes.ptr, bytes.len);
    return true;
}
