/* SPDX-License-Identifier: MIT */
#include "game/sim/sweep.h"

wh_status sim_plot(const char *dir, const struct sim_plot *o, struct wh_error *err)
{
    (void)o;
    return wh_fail(err, WH_ERR_SIM_RESULTS, "%s", dir);
}
