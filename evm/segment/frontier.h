/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_FRONTIER_H
#define WH_EVM_SEGMENT_FRONTIER_H

/* The frontier accumulator: the left edge of the trie RLP(i) -> value, so that a step appends one
 * transaction (receipt) and END knows the root without any earlier one (PROTOCOL 4.5).
 *
 * Keys RLP(i) ascend in trie order but for i = 0, which waits aside until item 128 or the root. */

#include "evm/base/arena.h"
#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/status.h"

enum {
    FRONTIER_DEPTHS = 6,
    FRONTIER_ITEMS_MAX = 65535,
    FRONTIER_BYTES_MAX = 2524, /* of a frontier of up to FRONTIER_ITEMS_MAX items */
    FRONTIER_BYTES_EMPTY = 4 + 2 * FRONTIER_DEPTHS,
};

/* How a parent holds a node: its hash (len 32) or the node itself (1..31); len 0: none. */
struct frontier_ref {
    uint8_t len;
    uint8_t b[32];
};

struct frontier {
    uint32_t n;                                      /* items so far */
    struct frontier_ref zero[3];                     /* item 0 by remainder, if 1 <= n <= 128 */
    struct frontier_ref pend[7];                     /* item n-1 by remainder, if n >= 2 */
    uint16_t mask[FRONTIER_DEPTHS];                  /* bit = nibble of a closed child */
    struct frontier_ref closed[FRONTIER_DEPTHS][16]; /* children left of pend's path */
};

void frontier_init(struct frontier *f);

/* frontier_decode: strict; sizes follow from n, closed children only left of the newest path, exact
 * end. WH_E_FORMAT, and f is undefined. */
WH_MUST wh_status frontier_decode(wh_span bytes, struct frontier *f);

/* frontier_encode writes at most cap bytes and returns how many; 0: cap was too small. FRONTIER_BYTES_MAX
 * always suffices for a frontier that frontier_push built. */
size_t frontier_encode(const struct frontier *f, uint8_t *out, size_t cap);

/* frontier_hash is txs_acc or rcpts_acc of SegState: keccak of the encoding. */
void frontier_hash(const struct frontier *f, const struct evm_crypto *crypto, bytes32 *out);

/* frontier_push appends value (not empty). WH_E_FORMAT if the list is full. */
WH_MUST wh_status frontier_push(struct frontier *f, const struct evm_crypto *crypto, wh_span value);

/* frontier_push_in does the same; with memory to put them together (given back) the nodes of a short value are
 * hashed side by side. */
WH_MUST wh_status frontier_push_in(struct frontier *f, const struct evm_crypto *crypto,
                                   struct wh_arena *scratch, wh_span value);

/* frontier_root is the trie's root over the items so far; f is unchanged. */
void frontier_root(const struct frontier *f, const struct evm_crypto *crypto, bytes32 *root);

#endif
