/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_CACHE_H
#define WH_EVM_SEGMENT_CACHE_H

/* What may be kept from step to step because it never changes a result: recovered senders and
 * jumpdest maps. Each is a function of bytes whose hash is the key. One cache per thread. */

#include "evm/base/arena.h"
#include "evm/base/bytes.h"
#include "evm/base/status.h"

struct code_cache; /* evm/interp */

struct seg_sender {
    bytes32 item; /* keccak(kind || bytes); zero: free place */
    address sender;
    bool low_s; /* the rule it was recovered under (Homestead) */
};

struct seg_cache {
    struct code_cache *codes; /* borrowed, may be NULL */
    struct seg_sender *senders;
    size_t sender_places; /* power of two, or 0 */
    size_t sender_count;
};

/* seg_cache_init: room for at least senders entries from arena; what does not fit is not kept. */
WH_MUST wh_status seg_cache_init(struct seg_cache *c, struct wh_arena *arena, size_t senders,
                                 struct code_cache *codes);

bool seg_cache_sender(const struct seg_cache *c, const bytes32 *item, bool low_s, address *out);
void seg_cache_keep_sender(struct seg_cache *c, const bytes32 *item, bool low_s,
                           const address *sender);

#endif
