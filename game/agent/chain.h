/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_AGENT_CHAIN_H
#define WH_GAME_AGENT_CHAIN_H

/* The chain as this party computed it: state 0 is genesis, state i follows from state i-1 by one step
 * that is not IDLE (solver.h). Every input is run twice: once in a row, once step by step from the
 * trace that each step leaves; both must give the same leaves before any counts (PROTOCOL F6, 10).
 *
 * What was run is in the store, bound to the inputs by acc: after an L1 reorg chain_align drops what
 * other inputs led to. Trouble and missing bytes block the chain at an input ("cannot tell") and are
 * tried again at the next call; they never become a leaf. */

#include "evm/hash/keccak.h"
#include "evm/segment/execute.h"
#include "evm/segment/run.h"
#include "game/agent/network.h"
#include "game/agent/objects.h"
#include "game/core/game.h"

/* How the states of one input are computed; NULL: honestly. Tests and the liar bring their own.
 * states receives *count post states of 1,024 bytes. */
struct agent_history {
    void *ctx; /* borrowed */
    wh_status (*run)(void *ctx, const struct seg_env *env, uint64_t target, const bytes32 *inputs,
                     uint64_t first_input, uint64_t first_step, const uint8_t pre[SEG_STATE_SIZE],
                     struct seg_result *results, uint8_t *states, size_t max, size_t *count);
};

enum chain_block { /* why the chain does not go on */
                   CHAIN_RUNS = 0,
                   CHAIN_MISSING, /* an object that nobody has */
                   CHAIN_DIFFERS, /* the two runs gave different leaves: a fault of ours */
                   CHAIN_TROUBLE, /* memory, disk, a library */
};

#define CHAIN_CHECKED 64u

struct agent_chain {
    const struct network *net;       /* borrowed */
    const struct evm_crypto *crypto; /* borrowed */
    struct store *store;             /* borrowed */
    struct agent_objects objects;
    struct agent_history history;
    struct wh_arena arena; /* owns its mapping; rewound per input */
    bytes32 *leaves;       /* owns; leaf of state 0..have */
    size_t leaf_places;
    struct keccak sum;           /* over leaves 1..have; its digest is in the store */
    uint64_t have;               /* steps done */
    uint64_t inputs;             /* inputs run to their end */
    uint64_t invalid_at;         /* index of the INVALID state, UINT64_MAX: none */
    uint64_t gas;                /* since genesis */
    uint8_t tip[SEG_STATE_SIZE]; /* state number have */
    struct { /* traces that this process has run from their bytes alone, the last ones */
        uint64_t index, x;
        bytes32 pre, post;
        bool used;
    } checked[CHAIN_CHECKED];
    unsigned check_next;
    enum chain_block blocked;
    char why[200];
};

/* chain_open reads what the store has; a new store gets the genesis objects. */
WH_MUST wh_status chain_open(struct agent_chain *c, const struct network *net, struct store *store,
                             const struct evm_crypto *crypto, const struct agent_source *source,
                             struct wh_error *err);
void chain_close(struct agent_chain *c); /* safe on zeroed objects */

/* chain_align drops what was computed from inputs that are not the view's. */
WH_MUST wh_status chain_align(struct agent_chain *c, const struct game *view, struct wh_error *err);

/* chain_advance runs the next input, if the view has one. *ran: an input was run. A blocked chain
 * is WH_OK with *ran false and c->blocked, c->why set. Negative: the store failed. */
WH_MUST wh_status chain_advance(struct agent_chain *c, const struct game *view, bool *ran,
                                struct wh_error *err);

/* chain_state: the bytes of own state number index (<= have). */
WH_MUST wh_status chain_state(struct agent_chain *c, const struct game *view, uint64_t index,
                              uint8_t out[SEG_STATE_SIZE], struct wh_error *err);

/* chain_trace: trace of the step from state number index, captured or from the store, and run once
 * more from its bytes alone: *post_leaf must be the own leaf index + 1, else WH_E_MISMATCH and
 * nothing may be sent. X as PROTOCOL 6. */
WH_MUST wh_status chain_trace(struct agent_chain *c, const struct game *view, uint64_t index,
                              uint64_t target, struct wh_buf *trace, uint64_t *x,
                              bytes32 *post_leaf, struct wh_error *err);

/* chain_fresh gives the arena and the objects in memory back: before a run. */
void chain_fresh(struct agent_chain *c);

/* chain_input_hash: what a step from pre is given as input_hash: of its input for BEGIN, else 0. */
void chain_input_hash(const struct game *view, const uint8_t pre[SEG_STATE_SIZE], bytes32 *out);

#endif
