/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_PLOT_H
#define WH_GAME_SIM_PLOT_H

/* Between plot.c, which reads and groups, and svg.c, which draws. Host room: doubles are at home. */

#include "game/sim/sweep.h"

#define PLOT_WORDS 24

struct plot_axis {
    char name[48], unit[8];
    bool is_text; /* values are numbers of words */
    int words;
    char word[PLOT_WORDS][48];
};

struct plot_row {
    double x, y;
    int by;
};

struct plot_point {
    double x, mean, low, high;
    int by;
};

struct plot {
    struct plot_axis x, y, by;
    const char *title; /* NULL: made from the names */
    bool log_x, log_y;
    struct plot_row *row; /* owns; sorted by (by, x, y) once reduced */
    size_t rows, cap;
    struct plot_point *point; /* owns */
    size_t points;
};

WH_MUST wh_status plot_lines(const struct plot *p, struct wh_buf *out, struct wh_error *err);
WH_MUST wh_status plot_heat(const struct plot *p, struct wh_buf *out, struct wh_error *err);
WH_MUST wh_status plot_cdf(const struct plot *p, struct wh_buf *out, struct wh_error *err);

#endif
