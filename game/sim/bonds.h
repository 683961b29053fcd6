/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_BONDS_H
#define WH_GAME_SIM_BONDS_H

#include "game/sim/sim.h"

/* sim_op_bond: gwei for a claim at this depth. */
uint64_t sim_op_bond(unsigned depth);
/* sim_prt_bond: gwei for a claim in a tournament of matches of this height, at 50 gwei. */
uint64_t sim_prt_bond(unsigned height);
/* sim_delay_cost: interest in the unit of tvl, rate in 1/10,000 a year. */
uint64_t sim_delay_cost(uint64_t tvl, uint64_t rate, uint64_t seconds);

#endif
