/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_EXECUTE_H
#define WH_EVM_SEGMENT_EXECUTE_H

/* EXECUTE: one step of the chain as one pure function (PROTOCOL 2, 4, 5). Proposer, challenger, the
 * check before sending and the devnet's precompile all call this very code. */

#include "evm/base/arena.h"
#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/preimage.h"
#include "evm/base/status.h"
#include "evm/segment/seg_state.h"

struct seg_cache; /* cache.h: borrowed, result-neutral; may be NULL */

/* execute_step computes the SegState after pre. target: the assertion's nextInput; input_hash: the
 * Inbox entry at pre.inbox_pos, used by BEGIN alone. post receives 1,024 bytes and post_leaf
 * keccak(0x00 || post) on WH_OK, the only result that speaks about a claim. */
WH_MUST wh_status execute_step(const uint8_t pre[SEG_STATE_SIZE], uint64_t target,
                               const bytes32 *input_hash, const struct wh_preimages *preimages,
                               struct wh_arena *arena, const struct evm_crypto *crypto,
                               struct seg_cache *cache, uint8_t post[SEG_STATE_SIZE],
                               bytes32 *post_leaf);

/* execute_trace runs execute_step from a serialised trace alone: parses it strictly ("WTR2"), checks
 * the step kind, answers only from it and demands that each entry was used.
 *
 * X (PROTOCOL 6) bounds the work, so it is judged before the run: on entry *x_gas is the declared X,
 * or 0 if the caller wants no check. Declared: X below 50,000 + 16 len is WH_E_MISMATCH before any
 * hashing; X other than the step's own, known once the item (END: the withdrawals) is decoded, is
 * WH_E_MISMATCH before anything is run. On return *x_gas is X of this step and trace length, set
 * even when the run is refused later (0 if it could not be computed). */
WH_MUST wh_status execute_trace(const uint8_t pre[SEG_STATE_SIZE], uint64_t target,
                                const bytes32 *input_hash, wh_span trace, struct wh_arena *arena,
                                const struct evm_crypto *crypto, struct seg_cache *cache,
                                uint8_t post[SEG_STATE_SIZE], bytes32 *post_leaf, uint64_t *x_gas);

/* execute_capture runs the step over preimages, records what it asked for, writes the trace
 * (canonical bytes, arena memory) and checks the produced bytes with execute_trace (F6). */
WH_MUST wh_status execute_capture(const uint8_t pre[SEG_STATE_SIZE], uint64_t target,
                                  const bytes32 *input_hash, const struct wh_preimages *preimages,
                                  struct wh_arena *arena, const struct evm_crypto *crypto,
                                  struct seg_cache *cache, uint8_t post[SEG_STATE_SIZE],
                                  bytes32 *post_leaf, wh_span *trace, uint64_t *x_gas);

#endif
