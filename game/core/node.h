/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_CORE_NODE_H
#define WH_GAME_CORE_NODE_H

/* A node of a dispute: a claim about leaves pos+1..pos+2^h of one assertion (PROTOCOL 7.1, 7.2).
 *   ctx = keccak(gid || base || u256(pos << 8 | h))   everything but the claim itself
 *   id  = keccak(ctx || span)
 * Two nodes of one ctx with different spans are rivals. Twin: struct Ref and NodeLib. */

#include "game/core/tree.h"

struct wh_node {
    bytes32 gid;
    uint64_t pos;
    uint8_t h;
    bytes32 base;
    bytes32 span;
};

void node_ctx(const struct evm_crypto *crypto, const struct wh_node *v, bytes32 *ctx);
void node_id_of(const struct evm_crypto *crypto, const bytes32 *ctx, const bytes32 *span,
                bytes32 *id);
void node_id(const struct evm_crypto *crypto, const struct wh_node *v, bytes32 *id);

/* node_children fills 2^a children of v from their spans: child j at pos + j*2^(h-a), height h-a,
 * base_0 = v.base, base_(j+1) = keccak(0x02 || base_j || span_j). v.h >= a. */
void node_children(const struct evm_crypto *crypto, const struct wh_node *v, const bytes32 *spans,
                   unsigned a, struct wh_node *out);

/* node_keys: ctx and id of n nodes at once (n <= TREE_ARITY_MAX). */
void node_keys(const struct evm_crypto *crypto, const struct wh_node *v, size_t n, bytes32 *ctx,
               bytes32 *id);

/* node_aid = keccak(0x10 || parent || cfg || u64 input_end || acc || last_leaf || span). */
void node_aid(const struct evm_crypto *crypto, const bytes32 *parent, const bytes32 *cfg_hash,
              uint64_t input_end, const bytes32 *acc, const bytes32 *last_leaf, const bytes32 *span,
              bytes32 *aid);

#endif
