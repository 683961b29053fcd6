/* SPDX-License-Identifier: MIT */
/* Pictures as SVG text: lines with a band, heat maps, distributions. */
#include <math.h>
#include <string.h>

#include "game/sim/plot.h"

#define WIDTH  760.0
#define HEIGHT 440.0
#define LEFT   86.0
#define RIGHT  170.0 /* legend */
#define TOP    44.0
#define BOTTOM 58.0

static const char *const colours[] = {"#1b6ca8", "#d1495b", "#3a8f5c", "#8d5fa8", "#d98c1f",
                                      "#4aa6b5", "#7a5c45", "#5f6b7a", "#b0577f", "#8a9a2b"};
#define COLOURS (sizeof colours / sizeof *colours)

struct span {
    double low, high;
    bool log;
};

static double place(const struct span *s, double v)
{
    double a = s->low, b = s->high;
    if (s->log) a = log10(a), b = log10(b), v = log10(v);
    return b > a ? (v - a) / (b - a) : 0.5;
}

static double at_x(const struct span *s, double v)
{
    return LEFT + place(s, v) * (WIDTH - LEFT - RIGHT);
}

static double at_y(const struct span *s, double v)
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

static void label(struct wh_buf *out, double x, double y, const char *anchor, const char *s)
{
    wh_buf_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    text(out, s);
    wh_buf_str(out, "</text>\n");
}

static void number(double v, char out[32])
{
    double a = fabs(v);
    if (a >= 1e9)
        snprintf(out, 32, "%.3gG", v / 1e9);
    else if (a >= 1e6)
        snprintf(out, 32, "%.3gM", v / 1e6);
    else if (a >= 1e4)
        snprintf(out, 32, "%.3gk", v / 1e3);
    else
        snprintf(out, 32, "%.4g", v);
}

static void named(const struct plot_axis *a, char out[64])
{
    snprintf(out, 64, a->unit[0] ? "%s [%s]" : "%s%s", a->name, a->unit);
}

static void begin(struct wh_buf *out, const struct plot *p, const char *what)
{
    char title[200], x[64], y[64];
    named(&p->x, x);
    named(&p->y, y);
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
    label(out, LEFT, 24, "start", title);
    wh_buf_str(out, "</g>\n");
}

static void end(struct wh_buf *out)
{
    wh_buf_str(out, "</svg>\n");
}

static void axis_names(struct wh_buf *out, const char *x, const char *y)
{
    label(out, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, "middle", x);
    wh_buf_printf(out, "<g transform=\"rotate(-90 16 %.1f)\">\n", (TOP + HEIGHT - BOTTOM) / 2);
    label(out, 16, (TOP + HEIGHT - BOTTOM) / 2, "middle", y);
    wh_buf_str(out, "</g>\n");
}

static void grid_x(struct wh_buf *out, double x, const char *s)
{
    wh_buf_printf(out, "<path d=\"M%.1f %.1fV%.1f\" stroke=\"#e4e7ea\"/>\n", x, TOP,
                  HEIGHT - BOTTOM);
    label(out, x, HEIGHT - BOTTOM + 17, "middle", s);
}

static void grid_y(struct wh_buf *out, double y, const char *s)
{
    wh_buf_printf(out, "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#e4e7ea\"/>\n", LEFT, y,
                  WIDTH - RIGHT);
    label(out, LEFT - 7, y + 4, "end", s);
}

/* A round step for about five ticks. */
static double tick_step(double range)
{
    double p = pow(10, floor(log10(range / 5)));
    double m = range / 5 / p;
    return p * (m < 1.5 ? 1 : m < 3.5 ? 2 : m < 7.5 ? 5 : 10);
}

static void ticks(struct wh_buf *out, const struct span *s, bool is_x)
{
    char t[32];
    if (s->log) {
        double decades = log10(s->high / s->low);
        for (int e = (int)floor(log10(s->low)); e <= (int)ceil(log10(s->high)); e++)
            for (int m = 1; m <= 5; m += m == 1 ? 1 : 3) {
                double v = m * pow(10, e);
                if (v < s->low * 0.999 || v > s->high * 1.001 || (decades > 2 && m != 1)) continue;
                number(v, t);
                if (is_x)
                    grid_x(out, at_x(s, v), t);
                else
                    grid_y(out, at_y(s, v), t);
            }
        return;
    }
    double step = tick_step(s->high - s->low);
    for (double v = ceil(s->low / step) * step; v <= s->high + step * 1e-6; v += step) {
        number(fabs(v) < step * 1e-6 ? 0 : v, t);
        if (is_x)
            grid_x(out, at_x(s, v), t);
        else
            grid_y(out, at_y(s, v), t);
    }
}

/* A linear axis of amounts begins at 0 unless that wastes most of it. */
static void widen(struct span *s, bool zero)
{
    if (s->log) {
        if (!(s->high > s->low)) s->high = s->low * 10;
        return;
    }
    if (zero && s->low > 0 && s->low < 0.7 * s->high) s->low = 0;
    if (!(s->high > s->low)) s->high = s->low + (fabs(s->low) > 0 ? fabs(s->low) * 0.1 : 1);
    double room = (s->high - s->low) * 0.04;
    s->high += room;
    if (s->low > 0 || s->low < 0) s->low -= room;
}

static void legend(struct wh_buf *out, const struct plot *p)
{
    if (p->by.words == 0) return;
    double y = TOP + 10;
    wh_buf_str(out, "<g font-weight=\"bold\">\n");
    char name[64];
    named(&p->by, name);
    label(out, WIDTH - RIGHT + 14, y, "start", p->by.name);
    wh_buf_str(out, "</g>\n");
    for (int i = 0; i < p->by.words; i++) {
        y += 19;
        wh_buf_printf(out, "<path d=\"M%.1f %.1fh18\" stroke=\"%s\" stroke-width=\"3\"/>\n",
                      WIDTH - RIGHT + 14, y - 4, colours[(size_t)i % COLOURS]);
        label(out, WIDTH - RIGHT + 38, y, "start", p->by.word[i]);
    }
}

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
        widen(x, false);
    }
    widen(y, true);
    return WH_OK;
}

wh_status plot_lines(const struct plot *p, struct wh_buf *out, struct wh_error *err)
{
    struct span x, y;
    char nx[64], ny[64], what[140];
    WH_TRY(spans_of(p, &x, &y, err));
    named(&p->x, nx);
    named(&p->y, ny);
    snprintf(what, sizeof what, "%s over %s", p->y.name, p->x.name);
    begin(out, p, what);
    if (p->x.is_text)
        for (int i = 0; i < p->x.words; i++)
            grid_x(out, at_x(&x, i), p->x.word[i]);
    else
        ticks(out, &x, true);
    ticks(out, &y, false);
    axis_names(out, nx, ny);
    for (size_t i = 0, j; i < p->points; i = j) {
        const char *c = colours[(size_t)p->point[i].by % COLOURS];
        for (j = i; j < p->points && p->point[j].by == p->point[i].by; j++) {
        }
        wh_buf_printf(out, "<path fill=\"%s\" fill-opacity=\"0.16\" d=\"", c);
        for (size_t k = i; k < j; k++)
            wh_buf_printf(out, "%s%.1f %.1f", k == i ? "M" : "L", at_x(&x, p->point[k].x),
                          at_y(&y, p->point[k].high));
        for (size_t k = j; k-- > i;)
            wh_buf_printf(out, "L%.1f %.1f", at_x(&x, p->point[k].x), at_y(&y, p->point[k].low));
        wh_buf_printf(out, "Z\"/>\n<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\" d=\"", c);
        for (size_t k = i; k < j; k++)
            wh_buf_printf(out, "%s%.1f %.1f", k == i ? "M" : "L", at_x(&x, p->point[k].x),
                          at_y(&y, p->point[k].mean));
        wh_buf_str(out, "\"/>\n");
        for (size_t k = i; k < j && j - i <= 40; k++)
            wh_buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n",
                          at_x(&x, p->point[k].x), at_y(&y, p->point[k].mean), c);
    }
    legend(out, p);
    end(out);
    return WH_OK;
}

wh_status plot_cdf(const struct plot *p, struct wh_buf *out, struct wh_error *err)
{
    struct span x = {HUGE_VAL, -HUGE_VAL, p->log_x}, y = {0, 1, false};
    char ny[64], what[140];
    for (size_t i = 0; i < p->rows; i++) {
        x.low = fmin(x.low, p->row[i].y);
        x.high = fmax(x.high, p->row[i].y);
    }
    if (x.log && x.low <= 0)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--log: %s holds values that are not above 0",
                       p->y.name);
    widen(&x, false);
    named(&p->y, ny);
    snprintf(what, sizeof what, "distribution of %s", p->y.name);
    begin(out, p, what);
    ticks(out, &x, true);
    ticks(out, &y, false);
    axis_names(out, ny, "share of runs");
    for (size_t i = 0, j; i < p->rows; i = j) {
        for (j = i; j < p->rows && p->row[j].by == p->row[i].by; j++) {
        }
        size_t n = j - i, step = n > 400 ? n / 400 : 1; /* a picture is some hundred dots wide */
        wh_buf_printf(out, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\" d=\"M%.1f %.1f",
                      colours[(size_t)p->row[i].by % COLOURS], at_x(&x, p->row[i].y), at_y(&y, 0));
        for (size_t k = step - 1; k < n; k += step)
            wh_buf_printf(out, "H%.1fV%.1f", at_x(&x, p->row[i + k].y),
                          at_y(&y, (double)(k + 1) / (double)n));
        wh_buf_printf(out, "H%.1fV%.1f\"/>\n", at_x(&x, p->row[j - 1].y), at_y(&y, 1));
    }
    legend(out, p);
    end(out);
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
    char nx[64], t[32], c[8], what[200];
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
    named(&p->x, nx);
    snprintf(what, sizeof what, "%s over %s and %s", p->y.name, p->x.name, p->by.name);
    begin(out, p, what);
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
        number(q->mean, t);
        wh_buf_printf(out, "<g fill=\"%s\">", share > 0.55 ? "#fff" : "#222");
        label(out, x + w / 2, y + h / 2 + 4, "middle", t);
        wh_buf_str(out, "</g>\n");
    }
    for (int k = 0; k < n; k++) {
        number(xs[k], t);
        if (n <= 24 || k % 4 == 0)
            label(out, LEFT + (k + 0.5) * w, HEIGHT - BOTTOM + 17, "middle",
                  p->x.is_text ? p->x.word[(int)xs[k]] : t);
    }
    for (int k = 0; k < rows; k++)
        label(out, LEFT - 7, HEIGHT - BOTTOM - (k + 0.5) * h + 4, "end", p->by.word[k]);
    axis_names(out, nx, p->by.name);
    for (int i = 0; i <= 10; i++) { /* the scale */
        double v = logs ? low * pow(high / low, i / 10.0) : low + (high - low) * i / 10;
        shade(i / 10.0, c);
        double y = HEIGHT - BOTTOM - (i + 1) * (HEIGHT - TOP - BOTTOM) / 11;
        wh_buf_printf(out,
                      "<rect x=\"%.1f\" y=\"%.1f\" width=\"18\" height=\"%.1f\" fill=\"%s\"/>\n",
                      WIDTH - RIGHT + 16, y, (HEIGHT - TOP - BOTTOM) / 11 + 0.3, c);
        number(v, t);
        if (i % 2 == 0) label(out, WIDTH - RIGHT + 40, y + 18, "start", t);
    }
    named(&p->y, nx);
    label(out, WIDTH - RIGHT + 16, TOP - 8, "start", nx);
    end(out);
    return WH_OK;
}
