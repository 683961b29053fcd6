/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_SVG_H
#define WH_GAME_SIM_SVG_H

/* Parts of pictures: svg.c lays out and writes frame, axes and legend; svg_plots.c draws in it. */
#include "game/sim/plot.h"

#define WIDTH  760.0
#define HEIGHT 440.0
#define LEFT   100.0
#define RIGHT  170.0 /* legend */
#define TOP    44.0
#define BOTTOM 58.0

struct span {
    double low, high;
    bool log;
};

double svg_x(const struct span *s, double v);
double svg_y(const struct span *s, double v);
/* svg_widen gives a span its margins. zero: an amount, whose axis begins at 0 unless that wastes most of it. */
void svg_widen(struct span *s, bool zero);
void svg_number(double v, char out[32]);
/* svg_named: name and unit of an axis. */
void svg_named(const struct plot_axis *a, char out[120]);

void svg_begin(struct wh_buf *out, const struct plot *p, const char *what);
void svg_end(struct wh_buf *out);
void svg_label(struct wh_buf *out, double x, double y, const char *anchor, const char *s);
void svg_axis_names(struct wh_buf *out, const char *x, const char *y);
void svg_grid_x(struct wh_buf *out, double x, const char *s);
void svg_ticks(struct wh_buf *out, const struct span *s, bool is_x);
void svg_legend(struct wh_buf *out, const struct plot *p);
/* svg_stroke: attributes of line number i; lines that lie on each other show through their gaps. */
void svg_stroke(struct wh_buf *out, int i);
const char *svg_colour(int i);
/* svg_dot: its marker. */
void svg_dot(struct wh_buf *out, int i, double x, double y);

#endif
