/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_MPT_NODE_H
#define WH_EVM_MPT_NODE_H

/* Decoded nodes; private to evm/mpt.
 *
 * A node is pending (made by an update, enc is NULL) or sealed (enc is its encoding). Sealed nodes never
 * change but for a child reference that is replaced by the same node in memory. A pending node may be
 * changed in place by the update that made it (edit) and by no later one.
 * Paths are nibbles at [path_at, path_at + path_len) of the bytes at path: of a sealed node inside its
 * encoding, of a pending one inside the caller's key, another node, or the arena. */

#include "evm/mpt/mpt.h"

enum mpt_kind { MPT_LEAF = 1, MPT_EXT = 2, MPT_BRANCH = 3 };

enum {
    MPT_NIBBLES = 64,    /* of a state trie's key */
    MPT_TERMINATOR = 16, /* branch slot of the key that ends there (any_key tries alone) */
    MPT_DEPTH_MAX = 2 * MPT_KEY_MAX + 1, /* nodes on one path: each but the last takes a nibble */
};

struct mpt_node {
    const uint8_t *enc;    /* encoding; NULL: pending */
    const uint8_t *hash;   /* keccak(enc); NULL: pending, or embedded in the parent */
    const uint8_t *path;   /* leaf, extension */
    struct mpt_node *next; /* commit's list */
    uint32_t enc_len;
    uint32_t step; /* last step in which it was reported or made */
    uint32_t edit; /* update that made it; 0: decoded */
    uint32_t mask; /* branch: bit i = slot i is taken */
    uint8_t kind;
    uint8_t path_at;
    uint8_t path_len;
    bool queued;  /* in commit's list */
    bool is_root; /* commit: hash it whatever its length */
    union {
        wh_span value;     /* leaf */
        mpt_ref child[17]; /* extension: slot 0 alone is allocated */
    } u;
};

/* References. The tag sits below the pointer; the two top bits of a user-space pointer are clear. */
enum mpt_tag {
    MPT_REF_NODE = 1,   /* struct mpt_node in memory */
    MPT_REF_HASH = 2,   /* 32 bytes: hash of a node not fetched yet */
    MPT_REF_INLINE = 3, /* encoding of a node embedded in its parent, not decoded yet */
};

static inline mpt_ref mpt_ref_of(const void *p, enum mpt_tag tag)
{
    uint64_t v = (uint64_t)(uintptr_t)p;
    WH_ASSERT(v >> 62 == 0);
    return v << 2 | (uint64_t)tag;
}

static inline unsigned mpt_tag_of(mpt_ref r)
{
    return (unsigned)(r & 3);
}

static inline struct mpt_node *mpt_node_of(mpt_ref r)
{
    return (struct mpt_node *)(uintptr_t)(r >> 2);
}

static inline const uint8_t *mpt_bytes_of(mpt_ref r)
{
    return (const uint8_t *)(uintptr_t)(r >> 2);
}

static inline unsigned mpt_nibble(const uint8_t *p, unsigned i)
{
    return i % 2 == 0 ? p[i / 2] >> 4 : p[i / 2] & 15u;
}

/* A key as nibbles. */
struct mpt_key {
    const uint8_t *p;
    unsigned len;
};

/* mpt_key_at is the branch slot of key at depth. */
static inline unsigned mpt_key_at(struct mpt_key key, unsigned depth)
{
    return depth < key.len ? mpt_nibble(key.p, depth) : (unsigned)MPT_TERMINATOR;
}

/* mpt_common: number of nibbles that n's path and key from depth on have in common. */
unsigned mpt_common(const struct mpt_node *n, struct mpt_key key, unsigned depth);

/* mpt_node_new: a pending node of this kind, its union cleared. NULL: arena full. */
struct mpt_node *mpt_node_new(struct mpt_pool *pool, enum mpt_kind kind);

/* mpt_node_decode: the node of these bytes at depth of a state trie, strictly (PROTOCOL 5, F3; T5).
 * WH_E_FORMAT. The node borrows the bytes. */
WH_MUST wh_status mpt_node_decode(struct mpt_pool *pool, wh_span bytes, unsigned depth,
                                  struct mpt_node **out);

/* mpt_node_encode: of a pending node whose children are not pending, into out, which has
 * mpt_node_bound(n) bytes and lives as long as the pool. The encoding starts at or behind out; the node's
 * enc, path and value point into it. */
size_t mpt_node_bound(const struct mpt_node *n);
void mpt_node_encode(struct mpt_node *n, uint8_t *out);

/* mpt_visit is the node behind *slot (not 0) at depth; it is fetched, or reported, as mpt.h says. *slot
 * then refers to the node. under_ext: the parent is an extension, so this must be a branch. */
WH_MUST wh_status mpt_visit(struct mpt_pool *pool, mpt_ref *slot, unsigned depth, bool under_ext,
                            struct mpt_node **out);

/* The roots in memory by hash, so that a trie opened again finds its nodes. */
struct mpt_node *mpt_roots_find(const struct mpt_pool *pool, const uint8_t *hash);
WH_MUST wh_status mpt_roots_add(struct mpt_pool *pool, struct mpt_node *root);

#endif
