/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_MATCH_H
#define WH_GAME_SIM_MATCH_H

/* Games of two with chess clocks: the tournament of Cartesi (PRT, arXiv 2212.12439; with matches of m
 * parties and with levels: BoLD paper 7.1, 7.2) and Arbitrum Classic (BoLD paper 2.1).
 *
 * A match with the honest claim is played move by move. In a round of the tournament, matches between
 * false claims last as long as the honest one, as the adversary plays both sides of them, and leave one
 * claim with its clock untouched. Each claim has one clock of T for its tournament. The last step of a
 * match above the lowest level is a tournament below it, during which clocks above stand still; the
 * adversary enters it with n_sub claims. Matches of m parties are played as the m - 1 false claims'
 * lines at once, of which the slowest counts.
 *
 * Classic, partial concurrency: a staker is in one match at a time, so a false claim first plays its
 * confederates, each of them up to two clocks of T, and then the honest claim. Full concurrency: the
 * honest claim meets all false ones at once.
 *
 * match.c moves and sets up, match_rounds.c knows what follows on what. */
#include "game/sim/bonds.h"

#define LEVELS_MAX 8u

struct match_line {  /* one false claim against the honest one */
    uint64_t clock;  /* left, of the false claim */
    uint64_t since;  /* its clock runs from then on */
    uint32_t number; /* of the claim */
    uint32_t step;   /* moves made; even: the honest side's turn */
    uint32_t level;
    bool live, done;
};

struct match_level {
    uint64_t rivals; /* false claims left in this tournament */
    uint64_t clock;  /* left, of the honest claim here */
    uint32_t from;   /* lines of the match that is on */
    uint32_t count;
    bool open;
};

struct match {
    bool tournament, at_once;
    unsigned levels;
    uint64_t m;
    struct match_level level[LEVELS_MAX];
    unsigned depth; /* level being played */
    struct match_line *line;
    uint32_t lines, line_cap;
    uint64_t turn_since; /* the honest clock of the open match runs from then; SIM_NEVER: stands */
    uint64_t made;       /* numbers of lines */
    uint64_t posted;
    uint64_t busy_until; /* classic: two false claims play each other; SIM_NEVER: none do */
    bool honest_posted, lost;
};

static inline struct match *match_of(const struct sim *s)
{
    return s->state;
}

static inline bool match_honest_turn(const struct match_line *l)
{
    return l->live && !l->done && l->step % 2 == 0;
}

/* match_stake_at: stake of a claim in a tournament of a level. */
uint64_t match_stake_at(const struct sim *s, unsigned level);
/* match_moves: moves of a match: the height, the honest side first; then its last word. */
unsigned match_moves(const struct sim *s, const struct match *x, unsigned level);
/* match_next: the next match of the honest claim at the level being played. */
WH_MUST wh_status match_next(struct sim *s);
/* match_lines_done: a line has ended for the honest side; when all of a match have, its round is over. */
WH_MUST wh_status match_lines_done(struct sim *s);
/* match_go_below: a line's last word above the lowest level: a tournament below. */
WH_MUST wh_status match_go_below(struct sim *s, uint32_t i);

#endif
