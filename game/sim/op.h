/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_OP_H
#define WH_GAME_SIM_OP_H

#include "game/sim/sim.h"

/* sim_op_bond: gwei for a claim at this depth. */
uint64_t sim_op_bond(unsigned depth);

#endif
