/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_FETCH_PRIVATE_H
#define WH_PROTO_FETCH_PRIVATE_H

/* Shared by the files of proto/fetch. */

#include "proto/block/objects.h"
#include "proto/fetch/fetch.h"
#include "proto/sys/json.h"

/* A key that was looked up: the bytes whose hash leads through a trie. */
struct fetch_key {
    bytes32 hash;
    uint8_t bytes[32];
    uint8_t len;   /* 20 an account, 32 a slot */
    bool resolved; /* account: the next two are known */
    bytes32 storage_root, code_hash;
};

struct fetch_keys {
    struct fetch_key *v; /* owns; in the order of their first use */
    size_t count, cap;
    uint32_t *places; /* owns; open addressing: index + 1 */
    size_t place_count;
    bool failed; /* out of memory: keys are lost, objects will be missing */
};

/* Capabilities of a node, learnt by asking. */
enum method_state { METHOD_UNKNOWN = 0, METHOD_SERVED, METHOD_REFUSED };

enum { FETCH_SCRATCH = 1 << 18 }; /* a path of 64 decoded nodes, twice */

struct fetch {
    struct l1_rpc *rpc;             /* borrowed */
    const struct evm_crypto *inner; /* borrowed */
    struct evm_crypto crypto;       /* inner, but keccak256 notes keys */
    struct fileset_hints hints;
    struct fetch_keys keys;
    /* what the node brought, by hash; kept over blocks */
    struct block_objects objects;
    void *block; /* address space of arena */
    struct wh_arena arena;
    void *scratch; /* of a walk */
    /* the current block */
    const struct blockfile *file; /* borrowed */
    uint64_t number;
    enum method_state raw, witness, db;
    unsigned db_misses;
    struct wh_error trouble;
    char fault[300];
    struct fetch_counts counts;
};

/* keys.c */
void keys_note(struct fetch_keys *k, const uint8_t *bytes, size_t len, const bytes32 *hash);
void keys_clear(struct fetch_keys *k);
void keys_done(struct fetch_keys *k);
void keys_crypto(struct fetch *f); /* fills f->crypto */

/* store: fetch.c. keep copies bytes and puts them under their hash. */
wh_status fetch_keep(struct fetch *f, wh_span bytes);
wh_status fetch_at_hand(const struct fetch *f, const bytes32 *hash, wh_span *bytes);

/* fetch_ask asks one method. refused: the node answered with an error (*refused true, WH_OK). */
wh_status fetch_ask(struct fetch *f, const char *method, json_t *params, json_t **result,
                    bool *refused, struct wh_error *err);
/* An answer that cannot be read is the endpoint's fault, not a file's. */
wh_status fetch_nonsense(const char *method, struct wh_error *err);

/* proofs.c. ask_proof brings the nodes of one account (key of 20 bytes) or of one slot of it at a block,
 * and keeps them. proof: receives the nodes of the slot's proof (slot NULL: the account's); may be NULL. */
wh_status ask_proof(struct fetch *f, const uint8_t at[20], const uint8_t *slot, uint64_t number,
                    struct block_list *proof);
wh_status ask_code(struct fetch *f, const uint8_t at[20]);

/* walk.c: the pre-state's tries as far as they are at hand. walk looks key up under root: WH_OK with the
 * value (empty: absent), or WH_E_MISSING with the hash that is not at hand. */
wh_status walk(const struct fetch *f, const bytes32 *root, const bytes32 *key, struct wh_buf *value,
               bytes32 *missing);
/* account_of resolves an account's storage root and code hash; false: not at hand, or absent. */
bool account_of(const struct fetch *f, struct fetch_key *k);

/* siblings.c: finds where hash belongs in the pre-state's tries, and who could bring it. WH_OK if it is at
 * hand afterwards. */
wh_status find_by_place(struct fetch *f, const bytes32 *hash);

#endif
