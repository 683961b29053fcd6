/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_ENGINE_H
#define WH_GAME_SIM_ENGINE_H

/* Shared by engine.c and sum.c. */
#include "game/sim/sim.h"

void sim_sum_up(struct sim *s, struct sim_result *out);

#endif
