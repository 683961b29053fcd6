/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_AGENT_PICTURE_H
#define WH_GAME_AGENT_PICTURE_H

/* The picture of a dispute: one row a level of the tree, the own claim in green, rivals in red, who
 * moved when, the clocks, and the segment that decided it. Plain SVG, no other program needed. */

#include "game/agent/agent.h"

/* picture_name: who an address is; NULL from it, or no function: the address is shown short. */
typedef const char *picture_name(void *ctx, const address *who);

/* picture_draw appends the SVG of the latest game on the own line that had rivals (of the first game,
 * if none had). */
WH_MUST wh_status picture_draw(struct agent *a, picture_name *name, void *ctx, struct wh_buf *out,
                               struct wh_error *err);

#endif
