/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_BOLD_H
#define WH_GAME_SIM_BOLD_H

/* The game of the BoLD paper (section 4; with levels: section 5), written from the paper and apart from
 * game/core, so that each checks the other. Binary, k splits down to one step.
 *
 * Every false claim leaves the truth at one step, so below a true base each place of a path is a
 * `spot`: a context in which the true node and the nodes of false claims stand. A stage is one answer:
 * a split, or (at the end of a level) the root of a sub-game, or the proof. False claims form groups:
 * a claim at level l stands for all its refinements below.
 *
 * bold.c sets up, bold_tree.c holds spots and timers, bold_evil.c and bold_honest.c move. */
#include "game/sim/sim.h"

#define BOLD_HONEST UINT32_MAX
#define BOLD_NONE   UINT32_MAX
#define BOLD_INF    (UINT64_MAX / 4)
#define BOLD_STAGES 80u

struct bold_spot {
    uint64_t pos; /* first step */
    uint64_t first_at, rival_at;
    uint64_t proven_at;
    uint64_t
        side_at;    /* when the true node of the other half came to stand, if nobody disputes it */
    uint32_t first; /* BOLD_HONEST or a false claim */
    uint32_t count;
    uint32_t kid[2];  /* spots */
    uint32_t waiting; /* claims whose lowest node is here unrivaled: claim + 1, then next_waiting */
    uint8_t stage;
    bool stands; /* the true node is there */
    bool honest; /* and it is part of the honest claim's tree */
    bool answered, proven, listed;
};

struct bold_claim { /* the lowest node of a group's own path; kept at the group's first member */
    uint64_t pos;
    uint64_t weight, honest_weight;
    uint32_t spot; /* BOLD_NONE: not posted */
    uint32_t next_waiting;
    bool decides;
};

struct bold {
    unsigned k, levels, stages;
    uint8_t level_of[BOLD_STAGES], depth_of[BOLD_STAGES];
    bool sub[BOLD_STAGES]; /* this stage's answer is a sub-root */
    uint64_t total;        /* refinements of all claims */
    uint64_t width[9];     /* members of a group at a level */
    struct bold_spot *spot;
    uint32_t spots, spot_cap;
    struct bold_claim *claim;
    uint32_t *open; /* spots that wait for an honest answer */
    uint32_t opens, open_cap;
    uint64_t first_post;
    uint64_t posted;
    unsigned updates_left;
    bool updating, honest_posted;
};

static inline struct bold *bold_of(const struct sim *s)
{
    return s->state;
}

static inline unsigned bold_level_at(const struct bold *b, uint32_t at)
{
    return b->level_of[b->spot[at].stage];
}

/* bold_level_stake: stake of the i-th claim at a level. */
uint64_t bold_level_stake(const struct sim *s, unsigned level, uint64_t i);
/* bold_half: which half of a spot holds the step; sub-games have one part. */
unsigned bold_half(const struct bold *b, const struct bold_spot *p, uint64_t step);
/* bold_spot_new: NONE: out of memory. */
uint32_t bold_spot_new(struct sim *s, unsigned stage, uint64_t pos);
/* bold_spot_kid: the spot of a part, made if need be; NONE: out of memory. */
uint32_t bold_spot_kid(struct sim *s, uint32_t at, unsigned side);
/* bold_wake: who waited at a spot that has two nodes now. */
WH_MUST wh_status bold_wake(struct sim *s, uint32_t at);
/* bold_arrive: a node of who (HONEST or a claim) comes to stand. */
WH_MUST wh_status bold_arrive(struct sim *s, uint32_t at, uint32_t who);
/* bold_stand: claim i stands at a new lowest node: it can go on, or waits for a rival. */
WH_MUST wh_status bold_stand(struct sim *s, uint32_t i, uint32_t at);
/* bold_go_down: the node of claim i is split or refined. */
WH_MUST wh_status bold_go_down(struct sim *s, uint32_t i, uint32_t at);
/* bold_honest_beta: bottom-up timer of the true node; finite: a proof counts as a clock since it was made. */
uint64_t bold_honest_beta(const struct bold *b, uint32_t at, uint64_t now, bool finite);
/* bold_lambda: time that it stood first and alone. */
uint64_t bold_lambda(const struct bold_spot *p, uint32_t who, uint64_t now);

/* As struct sim_protocol says. */
wh_status bold_tick(struct sim *s);
wh_status bold_evil(struct sim *s, const struct sim_chance *c, struct sim_done *done);
void bold_end(struct sim *s, struct sim_result *r);
wh_status bold_look(struct sim *s, uint32_t party);
wh_status bold_apply(struct sim *s, struct sim_tx *tx, enum sim_outcome *how, const char **why);

#endif
