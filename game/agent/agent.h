/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_AGENT_AGENT_H
#define WH_GAME_AGENT_AGENT_H

/* The honest party as a process: follow L1, run the inputs, judge, play. Proposer and challenger are
 * this with other options.
 *
 *   agent_tick:  follower -> events -> view          (fold.c)
 *                inputs -> own states and leaves     (chain.c)
 *                (view, own) -> verdicts             (judge.c)
 *                (view, own, me) -> moves -> outbox  (play.c)
 *
 * A tick keeps nothing that the store and the chain do not have, so a process may be killed at any
 * instant. Trouble ends the tick with a negative status, and the caller ticks again later. */

#include "game/agent/chain.h"
#include "game/agent/l2.h"
#include "game/core/view.h"
#include "game/solver/own.h"
#include "proto/l1/follower.h"
#include "proto/l1/outbox.h"

#define AGENT_ATTESTERS 16u
#define AGENT_LOOKED    "looked" /* meta of the store: hash of the L1 head of the last whole look */

struct agent_options {
    const char *name;                /* of the program, for the log */
    const struct network *net;       /* borrowed */
    struct l1_rpc *rpc;              /* borrowed */
    struct store *store;             /* borrowed */
    const struct evm_crypto *crypto; /* borrowed */
    struct agent_l2 *l2;             /* borrowed; may be NULL */
    const struct l1_key *key;        /* borrowed; NULL: watch */
    bool propose;                    /* post where nobody did */
    bool leaving;                    /* unstake when possible */
    uint64_t defend_delay; /* seconds of L1 time that a dispute's move waits for somebody else */
    const char *attesters[AGENT_ATTESTERS]; /* URLs that sign steps; borrowed */
    size_t attester_count;
    struct outbox_config outbox;
    uint64_t max_log_blocks;
    struct agent_history history; /* run NULL: honest */
};

/* Moves that wait for defend_delay, by key. */
struct agent_wait {
    bytes32 key;
    uint64_t since;
};

/* What node(id) answered. In a decided game only a claim changes what counts of it. */
struct agent_word {
    bytes32 id;
    uint8_t word[32];
    uint64_t since; /* word_age of then; 0: free */
};
#define AGENT_WORDS 4096u

struct agent {
    struct agent_options opt;
    struct follower *follower;
    struct outbox *outbox; /* NULL: watch */
    struct agent_chain chain;
    struct game view;
    struct wh_arena view_arena, tick_arena; /* own mappings */
    uint64_t folded;                        /* seq of the last event in the view */
    uint64_t word_age;           /* grows with each event about a pot, and when the view is begun */
    struct agent_word *words;    /* owns, AGENT_WORDS by their id; NULL: none yet */
    bool view_ready, folded_any; /* view_ready false: fold from the start */
    uint64_t told;               /* seq up to which events were logged */
    uint64_t distrust;           /* blocks to read again when events do not fit */
    uint64_t folding;            /* L1 block of the event at hand */
    bytes32 verified;            /* head at which the view was held against the contract */
    bytes32 doubted;             /* head at which a move that was made was asked for again */
    bytes32 looked;              /* head of the last look that came to its end */
    size_t verify_next;          /* row of the own line to begin with */
    uint64_t head, head_time, final_block;
    bytes32 head_hash;
    bool caught_up;
    struct solver_out out; /* of the last tick, in tick_arena */
    struct solver_me me;
    struct own_leaves own;
    struct agent_wait *waits; /* owns */
    size_t wait_count, wait_places;
    struct l1_rpc *attesters[AGENT_ATTESTERS]; /* own */
    struct wh_buf proof;                       /* last attested proof, own */
    uint64_t proof_step;                       /* whose it is; UINT64_MAX: none */
    bytes32 proof_pre;                         /* own leaf that it starts from */
    uint64_t held_step, held_ms;               /* a proof that cannot be made: told when */
    struct wh_error err;                       /* behind a negative status of a callback */
};

struct agent_news {
    bool caught_up; /* the view stands at the chain's head */
    bool reorged;
    uint64_t steps; /* run in this tick */
    size_t moves;   /* wanted now */
    struct outbox_report outbox;
    enum solver_verdict verdict;
    unsigned invalid, unknown; /* pending assertions judged so */
};

/* agent_open checks the deployment, binds the store to it and opens follower, chain and outbox. */
WH_MUST wh_status agent_open(struct agent *a, const struct agent_options *opt,
                             struct wh_error *err);
void agent_close(struct agent *a); /* safe on zeroed objects */
WH_MUST wh_status agent_tick(struct agent *a, struct agent_news *news, struct wh_error *err);

/* --- the parts of a tick */

/* fold.c: brings the view to the chain's head. */
WH_MUST wh_status agent_follow(struct agent *a, struct agent_news *news, struct wh_error *err);
/* agent_read_again: the events do not fit together, so some are missing or wrong. Those of the last
 * blocks up to `block` are read again, and more with each time that this does not help. */
void agent_read_again(struct agent *a, uint64_t block);
/* verify.c: is the view what the contract has? Logs that an endpoint left out show here: trouble, and
 * all is read again. */
WH_MUST wh_status agent_verify(struct agent *a, struct wh_error *err);
/* chunk.c: a Chunk event is a hint that costs its maker little (PROTOCOL 6), so its transaction is looked
 * at when that chunk is wanted, and not before. agent_chunk_newest: the newest L1 block with a counted
 * copy; 0: none. */
WH_MUST wh_status agent_chunk_seen(struct agent *a, const struct store_event *e,
                                   const bytes32 *hash, struct wh_error *err);
WH_MUST wh_status agent_chunk_newest(struct agent *a, const bytes32 *hash, uint64_t *newest,
                                     struct wh_error *err);
/* record.c: one event, just applied to the view, as rows of the store. */
WH_MUST wh_status agent_record(struct agent *a, const struct store_event *e,
                               const struct game_event *ev, struct wh_error *err);
/* judge.c: own verdict on each pending assertion, stored and logged when new. */
WH_MUST wh_status agent_judge(struct agent *a, struct agent_news *news, struct wh_error *err);
/* play.c: what to do (a->out), and doing it: moves into the outbox, the outbox to the chain. */
WH_MUST wh_status agent_plan(struct agent *a, struct agent_news *news, struct wh_error *err);
WH_MUST wh_status agent_send(struct agent *a, struct agent_news *news, struct wh_error *err);
/* own.c: own leaves and proofs as the solver asks for them. */
void agent_own(struct agent *a, struct solver_own *own);

/* own_reader: a solver_own's spans of one range, as the walks of tree.h read them. */
struct own_reader {
    const struct solver_own *own;
    const struct solver_range *range;
};
void own_reader_init(struct tree_reader *out, struct own_reader *ctx);

/* proof.c: the verifier's proof bytes for the step from own state number index. */
WH_MUST wh_status agent_proof(struct agent *a, uint64_t index, uint64_t target,
                              struct wh_buf *proof, struct wh_error *err);

/* agent_where names a step: its input and what it does there. */
struct agent_where {
    uint64_t input;
    uint64_t at; /* 0 BEGIN, 1..items TX, items + 1 END */
    uint32_t items;
    bool is_tx;
    bytes32 tx_hash; /* keccak of the transaction's bytes, if is_tx */
};
WH_MUST wh_status agent_locate(struct agent *a, uint64_t step, struct agent_where *out,
                               struct wh_error *err);

#endif
