/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_CORE_TREE_H
#define WH_GAME_CORE_TREE_H

/* Hashes of the history of an assertion, and the history itself (PROTOCOL 1, 7.2).
 *
 *   leaf(S)    keccak(0x00 || 1,024-byte SegState)
 *   node(l,r)  keccak(0x01 || l || r)
 *   base step  keccak(0x02 || base || span)
 *   acc[i+1]   keccak(0x12 || acc[i] || inputHash)
 *
 * A history has 2^K leaves after leaf 0. Short lists are padded with their last leaf: halted states
 * repeat. The padding is never walked: a subtree of it is one table entry per height.
 *
 * Every function takes the crypto table first; NULL means the portable keccak256. Twin: the
 * library TreeLib of game/contracts. */

#include "evm/base/arena.h"
#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/status.h"

#define TREE_K_MAX      32u
#define TREE_ARITY_MAX  16u
#define TREE_STATE_SIZE 1024u

/* tree_keccak hashes len bytes through crypto, or portably if crypto is NULL. */
void tree_keccak(const struct evm_crypto *crypto, const void *data, size_t len, bytes32 *out);
/* tree_keccak_many: out[i] = keccak(in[i]), as many at once as the CPU can. */
void tree_keccak_many(const struct evm_crypto *crypto, size_t n, const wh_span *in, bytes32 *out);

void tree_leaf(const struct evm_crypto *crypto, const uint8_t state[TREE_STATE_SIZE], bytes32 *out);
void tree_pair(const struct evm_crypto *crypto, const bytes32 *left, const bytes32 *right,
               bytes32 *out);
void tree_base_step(const struct evm_crypto *crypto, const bytes32 *base, const bytes32 *span,
                    bytes32 *out);
/* tree_acc: the inputs so far, one more; out may be acc. */
void tree_acc(const struct evm_crypto *crypto, const bytes32 *acc, const bytes32 *input_hash,
              bytes32 *out);
/* tree_merkle: root of the perfect tree over 2^levels spans, levels 0..4. out may alias spans. */
void tree_merkle(const struct evm_crypto *crypto, const bytes32 *spans, unsigned levels,
                 bytes32 *out);
/* tree_fold: cur = leaf, then cur = node(path[i], cur): leaf as the right-most of 2^n leaves. */
void tree_fold(const struct evm_crypto *crypto, const bytes32 *leaf, const bytes32 *path, size_t n,
               bytes32 *out);

/* tree_trailing_digits: trailing zero digits of pos in base 2^a; pos != 0. */
unsigned tree_trailing_digits(uint64_t pos, unsigned a);

/* tree_pre_ok: is leaf the last leaf that base commits to before position pos (PROTOCOL 7.3 move 5,
 * BadPre)? mp: a*t left siblings from the bottom, then the previous base; empty at pos 0. */
bool tree_pre_ok(const struct evm_crypto *crypto, uint64_t pos, const bytes32 *base, unsigned a,
                 const bytes32 *leaf, const bytes32 *mp, size_t n);

/* SegState by its fixed offsets: the game reads nothing else of a state (PROTOCOL 2). */
static inline uint8_t tree_state_phase(const uint8_t *state)
{
    return state[5];
}
static inline uint64_t tree_state_inbox_pos(const uint8_t *state)
{
    return load_be64(state + 0x38);
}
static inline bool tree_state_halted(const uint8_t *state, uint64_t target)
{
    return tree_state_phase(state) == 2 ||
           (tree_state_phase(state) == 0 && tree_state_inbox_pos(state) >= target);
}

/* A history with all its layers: 64 bytes and two hashes per leaf that is not padding. */
struct tree {
    unsigned k;
    uint64_t n;                           /* leaves that are not padding, 1..2^k */
    bytes32 leaf0;                        /* last leaf of the parent */
    const bytes32 *layer[TREE_K_MAX + 1]; /* layer[h][i] = span(i << h, h), ceil(n / 2^h) entries */
    bytes32 pad[TREE_K_MAX + 1];          /* pad[h] = span of 2^h copies of the last leaf */
};

/* tree_build makes the layers over leaves[0..n-1] = leaf 1..n. leaves is borrowed and must outlive
 * the tree; the upper layers live in arena. WH_E_LIMIT: n is 0 or over 2^k. WH_E_NOMEM. */
WH_MUST wh_status tree_build(struct tree *t, struct wh_arena *arena,
                             const struct evm_crypto *crypto, unsigned k, const bytes32 *leaf0,
                             const bytes32 *leaves, uint64_t n);

/* tree_span: Merkle root of leaves pos+1 .. pos+2^h; 2^h divides pos, pos + 2^h <= 2^k. O(1). */
const bytes32 *tree_span(const struct tree *t, uint64_t pos, unsigned h);
/* tree_leaf_at: leaf by index 0..2^k. */
const bytes32 *tree_leaf_at(const struct tree *t, uint64_t index);

/* How the walks below read spans: a tree, a store, or a liar's history.
 * span gives the Merkle root of leaves pos+1..pos+2^h of one assertion. */
struct tree_reader {
    void *ctx; /* borrowed */
    wh_status (*span)(void *ctx, uint64_t pos, unsigned h, bytes32 *out);
};
struct tree_reader tree_reader_of(const struct tree *t);

/* tree_path: the left siblings of the right-most leaf, from the bottom; k entries. */
WH_MUST wh_status tree_path(const struct tree_reader *r, unsigned k, bytes32 *path);
/* tree_base: base of the node (pos, h): chain over its left siblings, from leaf0 on. */
WH_MUST wh_status tree_base(const struct evm_crypto *crypto, const struct tree_reader *r,
                            unsigned k, unsigned a, const bytes32 *leaf0, uint64_t pos, unsigned h,
                            bytes32 *base);
/* tree_pre_proof: mp of `prove` at pos; at most TREE_K_MAX + 1 entries, *n tells how many. */
WH_MUST wh_status tree_pre_proof(const struct evm_crypto *crypto, const struct tree_reader *r,
                                 unsigned k, unsigned a, const bytes32 *leaf0, uint64_t pos,
                                 bytes32 *mp, size_t *n);

#endif
