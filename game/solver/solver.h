/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SOLVER_SOLVER_H
#define WH_GAME_SOLVER_SOLVER_H

/* solver is the honest strategy as one pure function of (view, own leaves, own account):
 * PROTOCOL 10. It keeps nothing between calls; the outbox does, by the key of each move.
 *
 * Own chain. What this party computed itself is one list of states without padding: state 0 is
 * genesis, state i follows from state i-1 by one step that is not IDLE (BEGIN, TX or END). Block b
 * of the Inbox ends at state steps[b+1]. A game on the own line covers the states from `first` on,
 * at most 2^K steps, as far as its target or the INVALID state; its other leaves are padding.
 *
 * Invariants
 *   - An own aid is computed from own leaves, acc[inputEnd] and its parent; a lastLeaf alone is never
 *     compared (attack 43).
 *   - No move is left out because it does not pay; rivals are answered until `decide` is mined (D7).
 *   - The same view, leaves and account give the same moves in the same order, byte for byte. */

#include "game/core/game.h"

/* One game on the own line. */
struct solver_range {
    bytes32 gid;     /* parent assertion */
    uint64_t first;  /* own state behind leaf 0 */
    uint64_t len;    /* steps until the history halts or is full; 0: it stands on INVALID */
    uint64_t target; /* parent.nextInput */
};

/* What a proof of one step needs, as far as the strategy cares. */
struct solver_proof {
    bool ready;         /* false: not to be had now (signatures are missing): no move, ask again */
    bool execute;       /* by EXECUTE: trace_len and x count, and the prepaid balance */
    uint64_t trace_len; /* bytes */
    uint64_t x;         /* PROTOCOL 6 */
    uint64_t proof_len; /* bytes of the proof argument, if not execute */
};

/* Own leaves and traces. Every function: WH_OK; WH_E_MISSING = not computed yet (the strategy goes
 * no further there); negative = trouble, the whole call fails. */
struct solver_own {
    void *ctx;           /* borrowed */
    uint64_t have;       /* states 0..have are computed, twice and equal */
    uint64_t invalid_at; /* index of the INVALID state; UINT64_MAX: none */
    /* leaf of own state number index. */
    wh_status (*leaf)(void *ctx, uint64_t index, bytes32 *out);
    /* Merkle root of leaves pos+1..pos+2^h of that game, padding included (own.h has one ready). */
    wh_status (*span)(void *ctx, const struct solver_range *r, uint64_t pos, unsigned h,
                      bytes32 *out);
    /* the 1,024 bytes of own state number index. */
    wh_status (*state)(void *ctx, uint64_t index, uint8_t out[TREE_STATE_SIZE]);
    /* the proof of the step from own state number index, self-checked. Never asked for IDLE. */
    wh_status (*proof)(void *ctx, uint64_t index, uint64_t target, struct solver_proof *out);
    /* chunk number i of that trace: its keccak, and the L1 block of its newest counted copy (0:
     * none). NULL if no proof is ever longer than SOLVER_CHUNK. */
    wh_status (*chunk)(void *ctx, uint64_t index, uint64_t target, uint32_t i, bytes32 *hash,
                       uint64_t *newest);
    /* what the contract's view node(id) says; for rewards alone. NULL: rewards are guessed. */
    wh_status (*node_word)(void *ctx, const bytes32 *id, uint8_t word[32]);
};

struct solver_me {
    address who;
    bool watch;          /* emit nothing */
    bool propose;        /* post where nobody did */
    bool leaving;        /* do not join, stake or propose; unstake when possible */
    uint64_t l1_block;   /* number of the view's block: ages of chunks */
    u128 prepaid, price; /* of EXECUTE, wei */
    uint64_t deposits;   /* running number: deposits mined so far */
    uint32_t max_visits; /* of a shown tree; 0: SOLVER_REFRESH_NODES */
};

/* Kinds: the moves of moves.def, then what goes to other contracts. */
enum { SOLVER_UPLOAD = GAME_MOVE_COUNT, SOLVER_DEPOSIT, SOLVER_KIND_COUNT };

#define SOLVER_CHUNK         100000u /* bytes of trace per TraceStore chunk (PROTOCOL 6) */
#define SOLVER_CHUNK_AGE     7000u   /* L1 blocks after which a chunk is shown again */
#define SOLVER_REFRESH_NODES 2000u   /* visited per transaction */

struct solver_move {
    unsigned kind;
    bytes32 key; /* keccak(u8 kind || id || u64 epoch): what the outbox goes by */
    bytes32 id;  /* node id, aid, gid, chunk hash, or account (left-padded with zeros) */
    uint64_t epoch;
    uint64_t weight; /* of the path, for split, prove, upload, deposit; else UINT64_MAX */
    uint32_t line;   /* join: how far down the line */
    uint8_t h;
    bool idle;                 /* prove: the pre state is halted, the proof is empty */
    uint32_t chunk;            /* upload: which */
    uint64_t step;             /* prove, upload, deposit: own state number of the pre state */
    uint64_t target;           /* prove: the game's */
    struct solver_proof proof; /* prove, not idle */
    uint64_t gas_limit;        /* a constant of kind, arity and sizes; never an estimate */
    u128 value;                /* wei to send: stake, deposit */
    struct game_args args; /* moves of Game; pointers into the arena; prove.proof is left empty */
};

/* One row per game of the own line that the view reaches. */
struct solver_line {
    struct solver_range range;
    bytes32 aid; /* own */
    bool posted, decided;
    uint32_t roots; /* assertions in this game; others than aid are false */
    uint64_t beta;  /* of the own root, if posted and undecided */
    uint32_t open;  /* own nodes that wait for an answer of ours */
};

enum solver_verdict {
    SOLVER_FINE = 0,
    SOLVER_BEHIND = 1, /* own leaves end before the view does: cannot tell what lies beyond */
    SOLVER_ALARM = 2,  /* a game on the own line was won by another assertion: exit 11, no moves */
};

struct solver_out {
    struct solver_move *moves; /* in the order of sending; in the arena */
    size_t count;
    struct solver_line *line;
    size_t line_count;
    enum solver_verdict verdict;
    bytes32 alarm_gid, alarm_winner;
};

/* solver_moves: all moves that this party wants at view->now, most urgent first. Everything handed
 * out lives in arena. WH_E_NOMEM or own's negative status: out is empty. */
WH_MUST wh_status solver_moves(const struct game *view, const struct solver_own *own,
                               const struct solver_me *me, struct wh_arena *arena,
                               struct solver_out *out);

const char *solver_kind_name(unsigned kind); /* "split", "upload", ... */

/* solver_key: the key of a move. */
void solver_key(const struct evm_crypto *crypto, unsigned kind, const bytes32 *id, uint64_t epoch,
                bytes32 *key);
/* solver_gas_limit: the constant for a kind; n = nodes visited by a tree, bytes = proof or chunk. */
uint64_t solver_gas_limit(unsigned kind, unsigned a, unsigned k, uint64_t step_gas, uint64_t n,
                          uint64_t bytes);

#endif
