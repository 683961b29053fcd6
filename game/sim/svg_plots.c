/* SPDX-License-Identifier: MIT */
/* Pictures as SVG text: lines with a band, distributions, heat maps. */
#include <math.h>
#include <string.h>

#include "game/sim/svg.h"

static wh_status spans_of(const struct plot *p, struct span *x, struct span *y,
                          struct wh_error *err)
{
    *x = (struct span){HUGE_VAL, -HUGE_VAL, p->log_x && !p->x.is_text};
    *y = (struct span){HUGE_VAL, -HUGE_VAL, p->log_y};
    for (size_t i = 0; i < p->points; i++) {
        const struct plot_point *q = &p->point[i];
        x->low = fmin(x->low, q->x);
        x->high = fmax(x->high, q->x);
        y->low = fmin(y->low, fmin(q->low, q->mean));
        y->high = fmax(y->high, fmax(q->high, q->mean));
    }
    if ((x->log && x->low <= 0) || (y->log && y->low <= 0))
        return wh_fail(err, WH_ERR_CLI_VALUE,
                       "--log: the axis of %s holds values that are not above 0",
                       x->log && x->low <= 0 ? p->x.name : p->y.name);
    if (!x->log) {
        double room = (x->high - x->low) * 0.02;
        x->low -= room;
        x->high += room;
        if (!(x->high > x->low)) x->low -= 0.5, x->high += 0.5;
    } else {
        svg_widen(x, false);
    }
    svg_widen(y, true);
    return WH_OK;
}

wh_status plot_lines(const struct plot *p, struct wh_buf *out, struct wh_error *err)
{
    struct span x, y;
    char nx[120], ny[120], what[140];
    WH_TRY(spans_of(p, &x, &y, err));
    svg_named(&p->x, nx);
    svg_named(&p->y, ny);
    snprintf(what, sizeof what, "%s over %s", p->y.name, p->x.name);
    svg_begin(out, p, what);
    if (p->x.is_text)
        for (int i = 0; i < p->x.words; i++)
            svg_grid_x(out, svg_x(&x, i), p->x.word[i]);
    else
        svg_ticks(out, &x, true);
    svg_ticks(out, &y, false);
    svg_axis_names(out, nx, ny);
    for (size_t i = 0, j; i < p->points; i = j) {
        int by = p->point[i].by;
        for (j = i; j < p->points && p->point[j].by == p->point[i].by; j++) {
        }
        wh_buf_printf(out, "<path fill=\"%s\" fill-opacity=\"0.16\" d=\"", svg_colour(by));
        for (size_t k = i; k < j; k++)
            wh_buf_printf(out, "%s%.1f %.1f", k == i ? "M" : "L", svg_x(&x, p->point[k].x),
                          svg_y(&y, p->point[k].high));
        for (size_t k = j; k-- > i;)
            wh_buf_printf(out, "L%.1f %.1f", svg_x(&x, p->point[k].x), svg_y(&y, p->point[k].low));
        wh_buf_str(out, "Z\"/>\n<path ");
        svg_stroke(out, by);
        wh_buf_str(out, " d=\"");
        for (size_t k = i; k < j; k++)
            wh_buf_printf(out, "%s%.1f %.1f", k == i ? "M" : "L", svg_x(&x, p->point[k].x),
                          svg_y(&y, p->point[k].mean));
        wh_buf_str(out, "\"/>\n");
        for (size_t k = i; k < j && j - i <= 40; k++)
            svg_dot(out, by, svg_x(&x, p->point[k].x), svg_y(&y, p->point[k].mean));
    }
    svg_legend(out, p);
    svg_end(out);
    return WH_OK;
}

wh_status plot_cdf(const struct plot *p, struct wh_buf *out, struct wh_error *err)
{
    struct span x = {HUGE_VAL, -HUGE_VAL, p->log_x}, y = {0, 1, false};
    char ny[120], what[140];
    for (size_t i = 0; i < p->rows; i++) {
        x.low = fmin(x.low, p->row[i].y);
        x.high = fmax(x.high, p->row[i].y);
    }
    if (x.log && x.low <= 0)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--log: %s holds values that are not above 0",
                       p->y.name);
    svg_widen(&x, false);
    svg_named(&p->y, ny);
    snprintf(what, sizeof what, "distribution of %s", p->y.name);
    svg_begin(out, p, what);
    svg_ticks(out, &x, true);
    svg_ticks(out, &y, false);
    svg_axis_names(out, ny, "share of runs");
    for (size_t i = 0, j; i < p->rows; i = j) {
        for (j = i; j < p->rows && p->row[j].by == p->row[i].by; j++) {
        }
        size_t n = j - i, step = n > 400 ? n / 400 : 1; /* a picture is some hundred dots wide */
        wh_buf_str(out, "<path ");
        svg_stroke(out, p->row[i].by);
        wh_buf_printf(out, " d=\"M%.1f %.1f", svg_x(&x, p->row[i].y), svg_y(&y, 0));
        for (size_t k = step - 1; k < n; k += step)
            wh_buf_printf(out, "H%.1fV%.1f", svg_x(&x, p->row[i + k].y),
                          svg_y(&y, (double)(k + 1) / (double)n));
        wh_buf_printf(out, "H%.1fV%.1f\"/>\n", svg_x(&x, p->row[j - 1].y), svg_y(&y, 1));
    }
    svg_legend(out, p);
    svg_end(out);
    return WH_OK;
}

/* White to deep blue, by share. */
static void shade(double share, char out[8])
{
    double s = share < 0 ? 0 : share > 1 ? 1 : share;
    snprintf(out, 8, "#%02x%02x%02x", (unsigned)lrint(247 - 220 * s) & 255u,
             (unsigned)lrint(250 - 170 * s) & 255u, (unsigned)lrint(253 - 105 * s) & 255u);
}

wh_status plot_heat(const struct plot *p, struct wh_buf *out, struct wh_error *err)
{
    double xs[64], low = HUGE_VAL, high = -HUGE_VAL;
    int n = 0, rows = p->by.words;
    char nx[120], t[32], c[8], what[200];
    for (size_t i = 0; i < p->points; i++) {
        int k = 0;
        while (k < n && xs[k] < p->point[i].x)
            k++;
        low = fmin(low, p->point[i].mean);
        high = fmax(high, p->point[i].mean);
        if (k < n && !(xs[k] > p->point[i].x)) continue;
        if (n == 64)
            return wh_fail(err, WH_ERR_CLI_VALUE, "--x %s: more than 64 values", p->x.name);
        memmove(&xs[k + 1], &xs[k], (size_t)(n - k) * sizeof *xs);
        xs[k] = p->point[i].x;
        n++;
    }
    bool logs = p->log_y && low > 0;
    double w = (WIDTH - LEFT - RIGHT) / n, h = (HEIGHT - TOP - BOTTOM) / (rows ? rows : 1);
    svg_named(&p->x, nx);
    snprintf(what, sizeof what, "%s over %s and %s", p->y.name, p->x.name, p->by.name);
    svg_begin(out, p, what);
    for (size_t i = 0; i < p->points; i++) {
        const struct plot_point *q = &p->point[i];
        int k = 0;
        while (xs[k] < q->x)
            k++;
        double share = high > low ? (logs ? log(q->mean / low) / log(high / low)
                                          : (q->mean - low) / (high - low))
                                  : 0.5;
        double x = LEFT + k * w, y = HEIGHT - BOTTOM - (q->by + 1) * h;
        shade(share, c);
        wh_buf_printf(out,
                      "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
                      x, y, w + 0.3, h + 0.3, c);
        if (w < 38 || h < 14) continue;
        svg_number(q->mean, t);
        wh_buf_printf(out, "<g fill=\"%s\">", share > 0.55 ? "#fff" : "#222");
        svg_label(out, x + w / 2, y + h / 2 + 4, "middle", t);
        wh_buf_str(out, "</g>\n");
    }
    for (int k = 0; k < n; k++) {
        svg_number(xs[k], t);
        if (n <= 24 || k % 4 == 0)
            svg_label(out, LEFT + (k + 0.5) * w, HEIGHT - BOTTOM + 17, "middle",
                      p->x.is_text ? p->x.word[(int)xs[k]] : t);
    }
    for (int k = 0; k < rows; k++)
        svg_label(out, LEFT - 7, HEIGHT - BOTTOM - (k + 0.5) * h + 4, "end", p->by.word[k]);
    svg_axis_names(out, nx, p->by.name);
    for (int i = 0; i <= 10; i++) { /* the scale */
        double v = logs ? low * pow(high / low, i / 10.0) : low + (high - low) * i / 10;
        shade(i / 10.0, c);
        double y = HEIGHT - BOTTOM - (i + 1) * (HEIGHT - TOP - BOTTOM) / 11;
        wh_buf_printf(out,
                      "<rect x=\"%.1f\" y=\"%.1f\" width=\"18\" height=\"%.1f\" fill=\"%s\"/>\n",
                      WIDTH - RIGHT + 16, y, (HEIGHT - TOP - BOTTOM) / 11 + 0.3, c);
        svg_number(v, t);
        if (i % 2 == 0) svg_label(out, WIDTH - RIGHT + 40, y + 18, "start", t);
    }
    svg_named(&p->y, nx);
    svg_label(out, WIDTH - RIGHT + 16, TOP - 8, "start", nx);
    svg_end(out);
    return WH_OK;
}
