/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_WHITTLE_GAME_H
#define WH_GAME_SIM_WHITTLE_GAME_H

/* Shared by whittle.c (the game), whittle_evil.c, whittle_honest.c (who moves in it), whittle_gas.c and
 * whittle_data.c (what that costs). */
#include "game/sim/whittle.h"

#define WHITTLE_EPOCH UINT64_C(1000000) /* L1 time of the start: 0 means "never" in the records */

struct whittle_liar {
    struct whittle_lie lie;
    struct solver_own own;
    address who;
    uint64_t honest_weight; /* of the true path down to, without, its lowest node */
    uint64_t weight;        /* of its own, likewise */
    uint64_t seen;          /* weight of its whole path at the last tick */
    uint32_t assertion;     /* GAME_NONE: not posted */
    uint32_t node;          /* lowest node of its own path */
    uint32_t next_waiting;
    uint64_t stake; /* gwei */
    bool decides;
};

struct whittle {
    struct game g;
    struct whittle_truth truth;
    struct solver_own own;
    struct wh_arena scratch; /* of the solver, begun anew at each look */
    address party[50];
    struct whittle_liar *liar;
    uint32_t posted;
    uint64_t beta_seen;  /* of the honest root at the last look */
    uint32_t ahead;      /* honest moves that the adversary made itself, not claimed for yet */
    uint64_t first_post; /* sim time */
    uint32_t honest_assertion;
    struct {
        uint32_t liar;   /* whose lowest node stands there unrivaled, + 1; then liar.next_waiting */
        uint32_t honest; /* the true node, + 1 */
    } * at;              /* per context */
    uint32_t at_cap;
    bool moved; /* the last call split or proved a node */
};

static inline struct whittle *whittle_of(const struct sim *s)
{
    return s->state;
}

/* Eighths of a byte of calldata: of the 32 bytes of a hash one eighth is 0 on average, whichever hash
 * it is. */
struct whittle_data {
    uint64_t full, zero;
};
/* whittle_data: of a call in a game of 2^a children, with a proof of so many bytes. */
struct whittle_data whittle_data(const struct game_args *args, unsigned a, uint64_t proof);

/* What a call costs: opened before it is played, closed after. */
struct whittle_bill {
    uint64_t gas;             /* of the transaction, refunds taken off */
    uint64_t metered;         /* what the contract writes down for a split or a proof */
    uint32_t bytes;           /* of calldata */
    uint64_t data, floor;     /* gas of the calldata; least gas of a transaction with it */
    uint32_t nodes, contexts; /* of the game when it was opened */
};
void whittle_bill_open(const struct sim *s, const struct game_env *env,
                       const struct game_args *args, struct whittle_bill *b);
void whittle_bill_close(const struct sim *s, const struct game_args *args, enum game_error e,
                        struct whittle_bill *b);

/* whittle_rival_gas: the most that one more false claim takes which plays to the end. */
uint64_t whittle_rival_gas(const struct sim_params *p);

/* whittle_call plays a call with its bill, and tells the hooks. node: what a split splits. */
WH_MUST enum game_error whittle_call(struct sim *s, const address *who, u128 value,
                                     const struct game_args *args, uint32_t node,
                                     struct whittle_bill *b);

/* whittle_wake: the true children of a split node stand, or a liar's do: who waited there has a rival. */
WH_MUST wh_status whittle_wake_children(struct sim *s, uint32_t node, bool honest);
WH_MUST wh_status whittle_wake_liars(struct sim *s, uint32_t ctx);
/* Room for every context that there is. */
WH_MUST wh_status whittle_room(struct sim *s);

wh_status whittle_evil(struct sim *s, const struct sim_chance *c, struct sim_done *done);
wh_status whittle_tick(struct sim *s);
uint64_t whittle_path_weight(const struct sim *s, const struct whittle_liar *l);
wh_status whittle_look(struct sim *s, uint32_t party);
wh_status whittle_apply(struct sim *s, struct sim_tx *tx, enum sim_outcome *how, const char **why);

#endif
