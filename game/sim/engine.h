/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_ENGINE_H
#define WH_GAME_SIM_ENGINE_H

/* Shared by the parts of the engine: engine.c, queue.c, censor.c, sum.c. */
#include "game/sim/sim.h"

/* queue.c */
/* sim_note_sent: this move of this party is on its way, or (again) not. */
WH_MUST wh_status sim_note_sent(struct sim *s, uint32_t party, uint64_t move, bool sent);
/* sim_come: honest moves whose time has come can stand in this block. */
WH_MUST wh_status sim_come(struct sim *s);
/* sim_most_urgent takes one of those (s->ready is not empty). */
struct sim_tx *sim_most_urgent(struct sim *s);
/* sim_next_chance takes what the adversary does next in this block; false: nothing more. */
bool sim_next_chance(struct sim *s, struct sim_chance *out);

/* sim_held: are honest moves kept out of this block? *full: because it was filled. */
bool sim_held(struct sim *s, bool *full);

void sim_sum_up(struct sim *s, struct sim_result *out);

#endif
