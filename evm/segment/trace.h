/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_TRACE_H
#define WH_EVM_SEGMENT_TRACE_H

/* Traces "WTR2": the untrusted helper bytes of one step (PROTOCOL 5). A set of preimages, strictly
 * ascending by keccak, each used. Nothing in it is believed but as a preimage. */

#include "evm/base/arena.h"
#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/preimage.h"
#include "evm/base/status.h"

#define TRACE_HEADER 12 /* magic, kind, 3 zero, u32 count */

struct trace_entry {
    bytes32 hash;
    wh_span bytes; /* borrows from the trace */
};

struct trace {
    uint8_t kind;
    uint32_t count;
    struct trace_entry *entries; /* ascending by hash */
    uint8_t *used;               /* one flag per entry */
};

/* trace_kind is the kind byte, 0xff if the header is short. */
uint8_t trace_kind(wh_span bytes);

/* trace_parse reads bytes; first fault counts: length, magic, zero bytes (WH_E_FORMAT), kind
 * (WH_E_MISMATCH), entries in their order, exact end (WH_E_FORMAT). Borrows from bytes. */
WH_MUST wh_status trace_parse(const struct evm_crypto *crypto, struct wh_arena *arena,
                              wh_span bytes, uint8_t kind, struct trace *out);

/* trace_preimages answers from the trace alone and flags what was asked for. */
void trace_preimages(struct trace *t, struct wh_preimages *out);

/* trace_all_used: each entry was asked for at least once. */
bool trace_all_used(const struct trace *t);

/* trace_write serialises entries (sorted in place, no two equal) into arena memory. */
WH_MUST wh_status trace_write(struct wh_arena *arena, uint8_t kind, struct trace_entry *entries,
                              uint32_t count, wh_span *out);

#endif
