/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_SUPPORT_VEC_GAME_H
#define WH_TESTS_SUPPORT_VEC_GAME_H

/* Parts of the game's vectors as the engine's types. */

#include "game/core/game.h"
#include "tests/support/vec.h"

struct game_config vec_config(const json_t *o);
struct wh_node vec_node(const json_t *o);

/* vec_args reads the arguments of one recorded move; memory it needs is malloc'ed and never freed
 * singly: call vec_args_free. */
struct vec_args {
    struct game_args args;
    void *mem[4];
    unsigned n;
};
bool vec_args_read(const json_t *move, struct vec_args *out); /* false: not a move of Game */
void vec_args_free(struct vec_args *a);

#endif
