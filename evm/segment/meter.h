/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_METER_H
#define WH_EVM_SEGMENT_METER_H

/* What a step asked for: between the step and its source of preimages stands the meter. It remembers
 * each distinct object (for the trace that capture writes) and sums up W, the size of distinct nodes and
 * codes, against the witness cap (PROTOCOL 4.3). Private to evm/segment. */

#include "evm/base/arena.h"
#include "evm/base/preimage.h"

struct meter_object {
    bytes32 hash;
    wh_span bytes;
    uint8_t kinds; /* 1 << enum wh_object, each kind it was asked for as */
};

struct meter {
    struct wh_preimages io; /* what the step reads through; io.ctx is this meter */
    const struct wh_preimages *source;
    struct wh_arena *arena;
    bool remember; /* what is asked for is kept in each step, for a trace */
    bool on;       /* ... in this step: for a trace, or because a cap is held */
    bool capped;   /* W is held against cap */
    bool crossed;  /* W went over the cap: the status was WH_E_LIMIT */
    uint64_t cap, w;
    struct meter_object *objects; /* in order of first use */
    uint32_t *places;             /* open addressing: index + 1, 0 is free */
    size_t count, object_cap, place_count;
};

/* meter_init: nothing remembered yet. Objects and table live in arena. m must stay where it is. */
void meter_init(struct meter *m, const struct wh_preimages *source, struct wh_arena *arena,
                bool remember);

/* meter_begin forgets what the last step asked for and starts a step without a cap. */
void meter_begin(struct meter *m);

/* meter_cap holds W against cap from here on; UINT64_MAX: no cap. No node or code has been asked for in
 * this step yet. meter_uncap ends that. */
void meter_cap(struct meter *m, uint64_t cap);
void meter_uncap(struct meter *m);

#endif
