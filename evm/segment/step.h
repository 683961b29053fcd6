/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_STEP_H
#define WH_EVM_SEGMENT_STEP_H

/* One step while it runs, and the machine that runs steps one after another. Private to evm/segment.
 *
 * begin.c, item.c and end.c hold the rules of the three kinds (PROTOCOL 4.2, 4.3, 4.4); each turns
 * step->s from the pre state into the post state, or sets step->invalid. A status other than WH_OK is
 * no statement about the step at all. */

#include "evm/interp/evm.h"
#include "evm/segment/cache.h"
#include "evm/segment/chain_config.h"
#include "evm/segment/meter.h"
#include "evm/segment/run.h"
#include "evm/segment/seg_state.h"
#include "evm/state/state.h"

/* X of PROTOCOL 6: what EXECUTE charges for a step, known before anything is run. */
struct step_price {
    uint64_t declared; /* 0: no check */
    uint64_t trace_len;
    uint64_t x; /* 0 until known */
};

/* The machine keeps one state in memory over the steps of a run. */
struct seg_machine {
    const struct evm_crypto *crypto;
    struct wh_arena *arena;          /* borrowed: state, objects, whatever outlives the step */
    size_t arena_cap;                /* of the caller's arena; its upper half is lent to scratch */
    struct wh_arena scratch;         /* frames, receipts; rewound after each step */
    struct seg_cache *cache;         /* may be NULL */
    const struct wh_sink *made;      /* may be NULL */
    const struct evm_tracer *tracer; /* may be NULL */
    struct meter meter;
    struct state state;
    bool open;         /* state is at state_root(&state) and may be used again */
    bool defer_settle; /* `check` with derived siblings: tries are written at END alone */
};

struct step {
    struct seg_machine *m;
    const uint8_t *pre; /* 1,024 bytes, well formed */
    const bytes32 *input_hash;
    struct step_price *price; /* may be NULL */
    struct seg_state s;
    struct chain_config config;
    const struct chain_fork *entry; /* of s.fork, while OPEN */
    struct evm_block block;
    bool invalid;  /* the post state is INVALID(pre) */
    bool included; /* TX: counted */
    bool ending;   /* END */
    bool begun;    /* the state was asked for in this step */
    uint64_t gas;  /* TX: gas used */
};

/* Arena memory of the machine: init borrows env, done gives the arena its size back. remember: keep
 * what each step asks for (machine->meter). */
wh_status seg_machine_init(struct seg_machine *m, const struct seg_env *env,
                           const struct wh_preimages *source, bool remember);
void seg_machine_done(struct seg_machine *m);

/* seg_machine_step runs the step after pre. price may be NULL. */
wh_status seg_machine_step(struct seg_machine *m, const uint8_t pre[SEG_STATE_SIZE],
                           uint64_t target, const bytes32 *input_hash, struct step_price *price,
                           uint8_t post[SEG_STATE_SIZE], struct seg_result *result);

/* The three kinds. */
wh_status step_begin(struct step *step);
wh_status step_item(struct step *step);
wh_status step_end(struct step *step);

/* ---- shared by them ---- */

/* step_ask asks for the preimage of a DATA hash. */
wh_status step_ask(struct step *step, const bytes32 *hash, wh_span *bytes);
/* step_made hands out an object that the step made; bytes are copied into the arena. */
wh_status step_made(struct step *step, enum wh_object kind, const bytes32 *hash, wh_span bytes);
/* step_price_is fixes X (price.h). WH_E_MISMATCH: another one was declared. */
wh_status step_price_is(struct step *step, uint64_t x);
static inline uint64_t step_trace_len(const struct step *step)
{
    return step->price ? step->price->trace_len : 0;
}
/* step_state opens the state of s.state_root, or goes on with it. */
wh_status step_state(struct step *step, struct state **st);
/* step_block fills step->block from the open fields. */
void step_block(struct step *step);
/* step_evm is a machine over the state for this block. */
struct evm step_evm(struct step *step);
/* step_settle writes the tries and s.state_root. */
wh_status step_settle(struct step *step);
/* step_refuse: the block is invalid, whatever the reason (rule set `ethereum`). */
wh_status step_refuse(struct step *step);

/* dao.c: the irregular state change of EIP-779. */
wh_status step_dao_edit(struct step *step);
/* withdrawals.c: withdrawals_count is the number of entries of a well-formed list; WH_E_FORMAT else.
 * withdrawals_apply credits them; the list is well formed. */
wh_status withdrawals_count(wh_span list, size_t *count);
wh_status withdrawals_apply(struct step *step, wh_span list);
wh_status withdrawals_root(struct step *step, wh_span list, size_t count, bytes32 *root);
/* ommers.c: PROTOCOL 4.4, 2. Sets step->invalid if the list breaks a rule. */
wh_status step_rewards(struct step *step, wh_span ommers);

static inline bool step_is_rollup(const struct step *step)
{
    return step->s.ruleset == RULESET_ROLLUP;
}
/* Deposits are read in this block. */
static inline bool step_reads_requests(const struct step *step)
{
    return !step_is_rollup(step) && step->s.fork >= FORK_PRAGUE &&
           (step->config.flags & CHAIN_NO_REQUESTS) == 0;
}

#endif
