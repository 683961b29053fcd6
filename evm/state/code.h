/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_STATE_CODE_H
#define WH_EVM_STATE_CODE_H

/* Contract codes by hash, padded for the interpreter, with their jumpdest maps.
 *
 * A code_cache never changes a result: every entry is a function of bytes whose hash is its key. It may
 * outlive states and steps (one cache per thread); what a step depends on is still reported in that
 * step (evm/base/preimage.h). */

#include "evm/base/arena.h"
#include "evm/base/bytes.h"
#include "evm/base/status.h"

/* Zero bytes behind a code: a PUSH32 in the last byte reads 32 and stops at the next (STOP is 0). */
#define CODE_PADDING 40

struct code {
    bytes32 hash;
    const uint8_t *bytes; /* len bytes, then CODE_PADDING zero bytes */
    size_t len;
    uint64_t *jumpdests; /* code_words(len) words; bit i: byte i is a JUMPDEST */
    bool analysed;       /* jumpdests is filled; else it is room for it */
    uint64_t epoch;      /* step that reported (or made) it last */
};

struct code_cache {
    struct wh_arena *arena; /* borrowed; never rewound below the cache */
    struct code **places;   /* open addressing by hash */
    size_t mask;
    size_t count;
    uint64_t epoch; /* last number handed to a step */
};

/* code_cache_init: room for some places at first; the table grows in arena. WH_E_NOMEM alone. */
WH_MUST wh_status code_cache_init(struct code_cache *c, struct wh_arena *arena);

struct code *code_cache_find(const struct code_cache *c, const bytes32 *hash);

/* code_cache_add copies and pads bytes. hash is not in the cache yet. */
WH_MUST wh_status code_cache_add(struct code_cache *c, const bytes32 *hash, wh_span bytes,
                                 struct code **out);

/* code_words is the length of a jumpdest map in words. */
static inline size_t code_words(size_t len)
{
    return len / 64 + 1;
}

/* code_find_jumpdests fills map: a 0x5b that is not push data (Yellow Paper 9.4.3). */
void code_find_jumpdests(const uint8_t *bytes, size_t len, uint64_t *map);

/* code_is_delegation: 0xef0100 || address (EIP-7702). *to is set on true alone. */
bool code_is_delegation(wh_span code, address *to);

#endif
