/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_RUN_H
#define WH_EVM_SEGMENT_RUN_H

/* Many steps in a row: what proposer, challenger and `check` do with a whole block. Every result is
 * the one that execute_step would give step by step. */

#include "evm/base/arena.h"
#include "evm/base/preimage.h"
#include "evm/segment/execute.h"

struct evm_tracer; /* evm/interp/evm.h */

/* What a step reads and where it writes; all borrowed. */
struct seg_env {
    const struct wh_preimages *preimages;
    const struct wh_sink *made; /* receives each object that a step makes; may be NULL */
    struct wh_arena *arena;     /* grows with the run: what was made stays readable in it */
    const struct evm_crypto *crypto;
    struct seg_cache *cache;         /* may be NULL */
    const struct evm_tracer *tracer; /* observes each instruction; may be NULL */
    bool defer_settle; /* seg_run alone: tries are written at END only, so that a per-block witness
                        * suffices; leaves and roots before END mean nothing, Byzantium on */
};

struct seg_result {
    enum seg_kind kind;
    uint8_t phase; /* of the post state */
    bytes32 leaf;
    bytes32 state_root; /* of the post state */
    uint64_t gas;       /* gas used by this step's transaction; 0 for BEGIN and END */
    bool included;      /* TX: counted in the block (false: no-op or INVALID) */
};

/* seg_execute is execute_step that also hands out what the step made (trie nodes, codes, frontiers,
 * ring nodes, the sealed header), so that the next step finds it. */
WH_MUST wh_status seg_execute(const struct seg_env *env, const uint8_t pre[SEG_STATE_SIZE],
                              uint64_t target, const bytes32 *input_hash,
                              uint8_t post[SEG_STATE_SIZE], struct seg_result *result);

/* seg_capture is execute_capture that also hands out what the step made. The check of the produced bytes
 * (F6) is included; its failure is WH_E_IO. */
WH_MUST wh_status seg_capture(const struct seg_env *env, const uint8_t pre[SEG_STATE_SIZE],
                              uint64_t target, const bytes32 *input_hash,
                              uint8_t post[SEG_STATE_SIZE], struct seg_result *result,
                              wh_span *trace, uint64_t *x_gas);

/* seg_run executes steps from state on until it halts or max steps are done. inputs(n) answers the
 * Inbox entry n. The objects made by earlier steps are found by later ones. WH_OK: *count steps,
 * state is the last post state. Else the status is that of step *count, the steps before it stand,
 * and state is the pre state of the failing step. results has max places. */
WH_MUST wh_status seg_run(const struct seg_env *env, uint64_t target, const bytes32 *inputs,
                          uint64_t first_input, uint8_t state[SEG_STATE_SIZE],
                          struct seg_result *results, size_t max, size_t *count);

#endif
