/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_MPT_MPT_H
#define WH_EVM_MPT_MPT_H

/* mpt reads and updates Merkle Patricia Tries of which only some nodes are at hand.
 *
 * Spec: Yellow Paper appendix D over hex-prefix keys (appendix C); PROTOCOL 4.1 (Settle), 5 (F1-F3).
 *
 * Invariants
 *   - A node reached by hash came through wh_preimages, which has checked the hash.
 *   - A missing node is WH_E_MISSING, never an absent key. Absence is what resolved nodes prove: an
 *     empty branch slot, a diverging path, or the empty trie. 64 nibbles is the only depth bound.
 *   - A malformed node (F3) is WH_E_FORMAT. The inside of a node embedded in its parent (less than 32
 *     bytes) is looked at when a walk enters it.
 *   - Nodes are values: nothing changes a node that an older struct mpt can see. So two accounts may
 *     share subtrees, and a struct mpt may be copied to keep a version.
 *   - Fetched nodes are not copied: what wh_preimages serves outlives the pool.
 *
 * One pool serves all tries of one state over many steps. Fetched and new nodes stay decoded in its
 * arena, so a later step walks them without a fetch; what a step depends on is still reported: in each
 * step the first visit of an in-memory node that a parent holds by hash (or of a root) goes to
 * wh_preimages.use, a fetch goes to .get. Nodes made in the step itself are not reported. A node that
 * is in memory twice (equal subtrees) may be reported twice: who counts, counts by hash.
 *
 * A step: mpt_pool.step + 1 | mpt_open, mpt_get, ... | mpt_update on the changed storage tries,
 * mpt_commit_many over them | mpt_update with the new accounts, mpt_commit_many on the account trie. */

#include "evm/base/arena.h"
#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/preimage.h"
#include "evm/base/status.h"

/* A reference to a node: 0 = none; else a tagged pointer, private to evm/mpt. */
typedef uint64_t mpt_ref;

enum { MPT_KEY_MAX = 64 }; /* bytes; a state trie's keys have 32 */

struct mpt_node; /* private, node.h */

struct mpt_pool {
    struct wh_arena *arena;               /* borrowed; never rewound below a living trie */
    const struct wh_preimages *preimages; /* borrowed; NULL: nothing can be fetched */
    const struct evm_crypto *crypto;      /* borrowed */
    uint32_t step;                        /* set by the caller: another value in each step */
    /* private */
    uint32_t edit;           /* number of the last update */
    struct mpt_node **roots; /* open addressing by hash: tries in memory */
    uint32_t roots_n, roots_cap;
};

struct mpt {
    struct mpt_pool *pool; /* borrowed */
    mpt_ref root;          /* 0: empty */
    bool any_key;          /* keys of any length, and one may begin another (not a state trie) */
};

void mpt_pool_init(struct mpt_pool *pool, struct wh_arena *arena,
                   const struct wh_preimages *preimages, const struct evm_crypto *crypto);

/* mpt_open is the trie of that root. Nothing is asked for yet; KECCAK_EMPTY_TRIE never is. Keys have
 * exactly 32 bytes. WH_E_NOMEM alone can happen. */
WH_MUST wh_status mpt_open(struct mpt *t, struct mpt_pool *pool, const bytes32 *root);
/* mpt_empty is the empty trie; any_key: for keys of any length up to MPT_KEY_MAX. */
struct mpt mpt_empty(struct mpt_pool *pool, bool any_key);

/* mpt_get looks key up. On WH_OK *value is borrowed from the pool or from preimages (as long as the
 * pool lives), and value->len == 0 is a proof of absence. */
WH_MUST wh_status mpt_get(struct mpt *t, const bytes32 *key, wh_span *value);
WH_MUST wh_status mpt_get_any(struct mpt *t, wh_span key, wh_span *value);

/* A change: value.len == 0 deletes the key. key and value are borrowed until the trie is committed. */
struct mpt_change {
    wh_span key;
    wh_span value;
};

/* mpt_update applies n changes, keys strictly ascending: first all inserts and updates in that order,
 * then the deletes (PROTOCOL 4.1). A sibling that a collapsing branch needs is asked for (T3). Deleting
 * an absent key walks to the proof of absence and changes nothing. On any status but WH_OK the trie is
 * as before. The root hash is pending until mpt_commit_many. */
WH_MUST wh_status mpt_update(struct mpt *t, const struct mpt_change *changes, size_t n);

/* mpt_new_node is told of each node with a hash that a commit made: 32 bytes and more, or a root.
 * bytes live as long as the pool. Order: children before parents, otherwise unspecified. A status
 * other than WH_OK ends the commit, and the pool is spent. */
typedef wh_status (*mpt_new_node)(void *ctx, const bytes32 *hash, wh_span bytes);

/* mpt_commit_many encodes and hashes all pending nodes of the n tries of one pool, level by level, each
 * level through crypto->keccak_many. emit may be NULL. Tries without pending nodes cost nothing. Two
 * pending versions of one trie cannot be in one call (asserted). WH_E_NOMEM: the pool is spent. */
WH_MUST wh_status mpt_commit_many(struct mpt *const *tries, size_t n, mpt_new_node emit, void *ctx);
WH_MUST wh_status mpt_commit(struct mpt *t);

/* mpt_root is the root hash of a trie without pending nodes (asserted). */
bytes32 mpt_root(const struct mpt *t);
bool mpt_is_pending(const struct mpt *t);

/* mpt_prove hands out the encodings of the nodes on the way to key, root first, that stand for
 * themselves (held by hash, or the root): the proof of EIP-1186, of presence or of absence. Nothing for
 * the empty trie. The trie has no pending nodes (asserted). */
typedef wh_status (*mpt_proof_node)(void *ctx, wh_span bytes);
WH_MUST wh_status mpt_prove(struct mpt *t, const bytes32 *key, mpt_proof_node emit, void *ctx);

/* mpt_list_root is the root of the trie that maps RLP(i) to items[i] (transactions, receipts and
 * withdrawals of a block). arena is scratch, rewound before return. No item is empty. */
WH_MUST wh_status mpt_list_root(struct wh_arena *arena, const struct evm_crypto *crypto,
                                const wh_span *items, size_t n, bytes32 *root);

#endif
