/* SPDX-License-Identifier: MIT */
/* Frame, axes and legend of a picture. */
#include <math.h>
#include <string.h>

#include "game/sim/svg.h"

static const char *const colours[] = {"#1b6ca8", "#d1495b", "#3a8f5c", "#8d5fa8", "#d98c1f",
                                      "#4aa6b5", "#7a5c45", "#5f6b7a", "#b0577f", "#8a9a2b"};
#define COLOURS (sizeof colours / sizeof *colours)

static double place(const struct span *s, double v)
{
    double a = s->low, b = s->high;
    if (s->log) a = log10(a), b = log10(b), v = log10(v);
    return b > a ? (v - a) / (b - a) : 0.5;
}

double svg_x(const struct span *s, double v)
{
    return LEFT + place(s, v) * (WIDTH - LEFT - RIGHT);
}

double svg_y(const struct span *s, double v)
{
    return HEIGHT - BOTTOM - place(s, v) * (HEIGHT - TOP - BOTTOM);
}

/* Names may hold what XML does not allow; the files they come from are anybody's. */
static void text(struct wh_buf *out, const char *s)
{
    for (; *s; s++)
        switch (*s) {
        case '&': wh_buf_str(out, "&amp;"); break;
        case '<': wh_buf_str(out, "&lt;"); break;
        case '>': wh_buf_str(out, "&gt;"); break;
        case '"': wh_buf_str(out, "&quot;"); break;
        default:
            if ((unsigned char)*s >= 32) wh_buf_put(out, s, 1);
        }
}

void svg_label(struct wh_buf *out, double x, double y, const char *anchor, const char *s)
{
    wh_buf_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    text(out, s);
    wh_buf_str(out, "</text>\n");
}

void svg_number(double v, char out[32])
{
    double a = fabs(v);
    if (a >= 1e9)
        snprintf(out, 32, "%.3gG", v / 1e9);
    else if (a >= 1e6)
        snprintf(out, 32, "%.3gM", v / 1e6);
    else if (a >= 1e4)
        snprintf(out, 32, "%.3gk", v / 1e3);
    else
        snprintf(out, 32, a < 100 ? "%.3g" : "%.4g", v);
}

/* A name in seconds is not, once they are scaled; a number without a unit says what it counts. */
void svg_named(const struct plot_axis *a, char out[120])
{
    size_t n = strlen(a->name);
    bool scaled = n > 2 && strcmp(a->name + n - 2, "_s") == 0 && strcmp(a->unit, "s") != 0;
    enum sim_param p = sim_param_find(a->name);
    if (a->unit[0] != 0)
        snprintf(out, 120, "%.*s [%s]", (int)(scaled ? n - 2 : n), a->name, a->unit);
    else if (p != SIM_PARAM_COUNT && sim_param(p)->kind == SIM_KIND_COUNT)
        snprintf(out, 120, "%s: %.70s", a->name, sim_param(p)->help);
    else
        snprintf(out, 120, "%s", a->name);
}

void svg_begin(struct wh_buf *out, const struct plot *p, const char *what)
{
    char title[200];
    wh_buf_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" width=\"%g\" "
                  "height=\"%g\" font-family=\"sans-serif\" font-size=\"12\">\n"
                  "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
                  WIDTH, HEIGHT, WIDTH, HEIGHT);
    if (p->title != NULL)
        snprintf(title, sizeof title, "%s", p->title);
    else
        snprintf(title, sizeof title, "%s", what);
    wh_buf_str(out, "<g font-size=\"15\" font-weight=\"bold\">\n");
    svg_label(out, LEFT, 24, "start", title);
    wh_buf_str(out, "</g>\n");
}

void svg_end(struct wh_buf *out)
{
    wh_buf_str(out, "</svg>\n");
}

void svg_axis_names(struct wh_buf *out, const char *x, const char *y)
{
    svg_label(out, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, "middle", x);
    wh_buf_printf(out, "<g transform=\"rotate(-90 16 %.1f)\">\n", (TOP + HEIGHT - BOTTOM) / 2);
    svg_label(out, 16, (TOP + HEIGHT - BOTTOM) / 2, "middle", y);
    wh_buf_str(out, "</g>\n");
}

void svg_grid_x(struct wh_buf *out, double x, const char *s)
{
    wh_buf_printf(out, "<path d=\"M%.1f %.1fV%.1f\" stroke=\"#e4e7ea\"/>\n", x, TOP,
                  HEIGHT - BOTTOM);
    svg_label(out, x, HEIGHT - BOTTOM + 17, "middle", s);
}

static void grid_y(struct wh_buf *out, double y, const char *s)
{
    wh_buf_printf(out, "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#e4e7ea\"/>\n", LEFT, y,
                  WIDTH - RIGHT);
    svg_label(out, LEFT - 7, y + 4, "end", s);
}

/* A round step for about five ticks. */
static double tick_step(double range)
{
    double p = pow(10, floor(log10(range / 5)));
    double m = range / 5 / p;
    return p * (m < 1.5 ? 1 : m < 3.5 ? 2 : m < 7.5 ? 5 : 10);
}

void svg_ticks(struct wh_buf *out, const struct span *s, bool is_x)
{
    char t[32];
    if (s->log) {
        double decades = log10(s->high / s->low);
        for (int e = (int)floor(log10(s->low)); e <= (int)ceil(log10(s->high)); e++)
            for (int m = 1; m <= 5; m += m == 1 ? 1 : 3) {
                double v = m * pow(10, e);
                if (v < s->low * 0.999 || v > s->high * 1.001 || (decades > 2.8 && m != 1))
                    continue;
                svg_number(v, t);
                if (is_x)
                    svg_grid_x(out, svg_x(s, v), t);
                else
                    grid_y(out, svg_y(s, v), t);
            }
        return;
    }
    double step = tick_step(s->high - s->low);
    for (double v = ceil(s->low / step) * step; v <= s->high + step * 1e-6; v += step) {
        svg_number(fabs(v) < step * 1e-6 ? 0 : v, t);
        if (is_x)
            svg_grid_x(out, svg_x(s, v), t);
        else
            grid_y(out, svg_y(s, v), t);
    }
}

/* A linear axis of amounts begins at 0 unless that wastes most of it. */
void svg_widen(struct span *s, bool zero)
{
    if (s->log) {
        double room = s->high > s->low ? pow(s->high / s->low, 0.03) : 3;
        s->low /= room;
        s->high *= room;
        return;
    }
    if (zero && s->low > 0 && s->low < 0.7 * s->high) s->low = 0;
    if (!(s->high > s->low)) s->high = s->low + (fabs(s->low) > 0 ? fabs(s->low) * 0.1 : 1);
    double room = (s->high - s->low) * 0.04;
    s->high += room;
    if (s->low > 0 || s->low < 0) s->low -= room;
}

static const char *const dashes[] = {"",    "7 4",  "2 3", "10 3 2 3",
                                     "4 2", "12 5", "3 7", "8 3 2 3 2 3"};

void svg_stroke(struct wh_buf *out, int i)
{
    const char *d = dashes[(size_t)i % (sizeof dashes / sizeof *dashes)];
    wh_buf_printf(out, "fill=\"none\" stroke=\"%s\" stroke-width=\"2.2\"",
                  colours[(size_t)i % COLOURS]);
    if (d[0] != 0) wh_buf_printf(out, " stroke-dasharray=\"%s\"", d);
}

const char *svg_colour(int i)
{
    return colours[(size_t)i % COLOURS];
}

void svg_dot(struct wh_buf *out, int i, double x, double y)
{
    const char *c = svg_colour(i);
    switch (i % 4) {
    case 0:
        wh_buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.4\" fill=\"%s\"/>\n", x, y, c);
        return;
    case 1:
        wh_buf_printf(out, "<path d=\"M%.1f %.1fh6v6h-6z\" fill=\"%s\"/>\n", x - 3, y - 3, c);
        return;
    case 2:
        wh_buf_printf(out, "<path d=\"M%.1f %.1fl3.8 6.8h-7.6z\" fill=\"%s\"/>\n", x, y - 4.2, c);
        return;
    default:
        wh_buf_printf(out, "<path d=\"M%.1f %.1fl4 4l-4 4l-4 -4z\" fill=\"%s\"/>\n", x, y - 4, c);
    }
}

void svg_legend(struct wh_buf *out, const struct plot *p)
{
    if (p->by.words == 0) return;
    double y = TOP + 10;
    wh_buf_str(out, "<g font-weight=\"bold\">\n");
    svg_label(out, WIDTH - RIGHT + 14, y, "start", p->by.name);
    wh_buf_str(out, "</g>\n");
    for (int i = 0; i < p->by.words; i++) {
        y += 19;
        wh_buf_printf(out, "<path d=\"M%.1f %.1fh26\" ", WIDTH - RIGHT + 14, y - 4);
        svg_stroke(out, i);
        wh_buf_str(out, "/>\n");
        svg_dot(out, i, WIDTH - RIGHT + 27, y - 4);
        svg_label(out, WIDTH - RIGHT + 47, y, "start", p->by.word[i]);
    }
}
