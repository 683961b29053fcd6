/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_SUPPORT_STAGE_H
#define WH_TESTS_SUPPORT_STAGE_H

/* A stage for single plays: one world, one game, parties that move when the test says so. */

#include "game/core/clock.h"
#include "game/core/view.h"
#include "tests/support/world.h"

#define STAGE_PARTIES 1100u

struct stage {
    struct world w;
    struct game g;
    struct wh_arena arena, scratch;
    struct chain *chain[STAGE_PARTIES]; /* 0 is honest */
    uint8_t *lies[STAGE_PARTIES];
    struct solver_me me[STAGE_PARTIES];
    unsigned parties;
    uint64_t now;
    uint64_t gas, gasprice, basefee;  /* of the moves played */
    uint32_t made[SOLVER_KIND_COUNT]; /* accepted moves by kind, of stage_block */
    enum game_error last;
};

/* stage_open: K, A, T; inputs with that many items each are published. */
void stage_open(struct stage *s, unsigned k, unsigned a, uint64_t t, uint32_t inputs,
                uint32_t items);
void stage_close(struct stage *s);
void stage_input(struct stage *s, uint32_t items);

/* stage_party adds a party whose chain lies so (list of {index of the leaf, how}, 0-ended), staked.
 * NULL: an honest one. Returns its number. */
unsigned stage_party(struct stage *s, const uint64_t (*lies)[2]);

/* stage_ask: what party i wants now. Good until the next ask. */
struct solver_out stage_ask(struct stage *s, unsigned i);
/* stage_find: the first move of that kind, NULL: none. */
const struct solver_move *stage_find(const struct solver_out *out, unsigned kind);

/* stage_move plays one move as party i at s->now; the result is also in s->last. */
enum game_error stage_move(struct stage *s, unsigned i, const struct solver_move *m);
/* stage_do plays the first move of that kind that party i wants; false: it wants none, or refused. */
bool stage_do(struct stage *s, unsigned i, unsigned kind);
/* stage_args: a move made by hand. */
enum game_error stage_args(struct stage *s, unsigned i, const struct game_args *args, u128 value);
/* stage_block: s->now + step; then party i plays all it wanted before. Returns how many. */
size_t stage_block(struct stage *s, unsigned i, uint64_t step);
/* stage_storm: party i splits and proves whatever it may, again and again, at s->now. leaf != 0: only
 * nodes over that leaf, or a liar also does the work of those whose prefix it shares. */
void stage_storm(struct stage *s, unsigned i, uint64_t leaf);
void stage_wait(struct stage *s, uint64_t seconds);

/* The game below genesis. */
uint32_t stage_winner(const struct stage *s); /* assertion or GAME_NONE */
bytes32 stage_own_aid(struct stage *s, unsigned i);
const struct game_assertion *stage_own(struct stage *s, unsigned i);

#endif
