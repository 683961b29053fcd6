/* SPDX-License-Identifier: MIT */
/* Reads the columns that a picture needs, groups them, hands them to svg.c. */
#include "game/sim/plot.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sys/cli.h"
#include "proto/sys/file.h"

static int column_of(const char *header, const char *name)
{
    size_t len = strlen(name);
    int i = 0;
    for (const char *p = header;; i++) {
        size_t n = strcspn(p, ",\n");
        if (n == len && memcmp(p, name, n) == 0) return i;
        if (p[n] != ',') return -1;
        p += n + 1;
    }
}

static const char *field(const char *line, int column, size_t *len)
{
    for (; column > 0; column--)
        line += strcspn(line, ",\n") + 1;
    *len = strcspn(line, ",\n");
    return line;
}

/* The number of a word of an axis, added if it is new; *full: too many. */
static int word_of(struct plot_axis *a, const char *text, size_t len)
{
    for (int i = a->words - 1; i >= 0; i--) /* rows come in order: mostly the last one */
        if (strlen(a->word[i]) == len && memcmp(a->word[i], text, len) == 0) return i;
    if (a->words == PLOT_WORDS || len >= sizeof a->word[0]) return -1;
    memcpy(a->word[a->words], text, len);
    a->word[a->words][len] = 0;
    return a->words++;
}

static bool numeric(const char *text, size_t len, double *v)
{
    char word[48], *end;
    if (len == 0 || len >= sizeof word) return false;
    memcpy(word, text, len);
    word[len] = 0;
    *v = strtod(word, &end);
    return *end == 0;
}

static wh_status add_row(struct plot *p, const char *line, const int column[3], const char *path,
                         struct wh_error *err)
{
    size_t len;
    const char *text = field(line, column[1], &len);
    double y;
    if (!numeric(text, len, &y)) return WH_OK; /* empty: that run was never decided */
    if (p->rows == p->cap) {
        size_t cap = p->cap == 0 ? 4096 : 2 * p->cap;
        struct plot_row *more = realloc(p->row, cap * sizeof *more);
        if (more == NULL) return wh_fail(err, WH_ERR_NOMEM, "%s", path);
        p->row = more;
        p->cap = cap;
    }
    struct plot_row r = {.y = y};
    if (column[0] >= 0) {
        text = field(line, column[0], &len);
        if (p->x.is_text || !numeric(text, len, &r.x)) {
            int n = word_of(&p->x, text, len);
            if (n < 0) return wh_fail(err, WH_ERR_SIM_RESULTS, "%s: too many words", p->x.name);
            p->x.is_text = true;
            r.x = n;
        }
    }
    if (column[2] >= 0) {
        text = field(line, column[2], &len);
        int n = word_of(&p->by, text, len);
        if (n < 0)
            return wh_fail(err, WH_ERR_SIM_RESULTS, "%s: more than %d values", p->by.name,
                           PLOT_WORDS);
        r.by = n;
    }
    p->row[p->rows++] = r;
    return WH_OK;
}

static wh_status load(struct plot *p, const char *dir, const char *x, const char *y, const char *by,
                      struct wh_error *err)
{
    char path[PATH_MAX], *line = NULL;
    size_t cap = 0;
    ssize_t n;
    snprintf(path, sizeof path, "%s/runs.csv", dir);
    FILE *f = fopen(path, "r");
    if (f == NULL) return wh_fail(err, WH_ERR_SIM_RESULTS, "%s: %s", path, strerror(errno));
    wh_status st = WH_OK;
    int column[3] = {-1, -1, -1};
    const char *const names[3] = {x, y, by}, *const options[3] = {"--x", "--y", "--by"};
    if (getline(&line, &cap, f) <= 0) st = wh_fail(err, WH_ERR_SIM_RESULTS, "%s is empty", path);
    for (int i = 0; st == WH_OK && i < 3; i++) {
        if (names[i] == NULL) continue;
        column[i] = column_of(line, names[i]);
        if (column[i] < 0)
            st = wh_fail(err, WH_ERR_CLI_VALUE, "%s %.40s: no such column in %s", options[i],
                         names[i], path);
    }
    while (st == WH_OK && (n = getline(&line, &cap, f)) > 0 && line[n - 1] == '\n')
        st = add_row(p, line, column, path, err);
    if (st == WH_OK && p->rows == 0)
        st = wh_fail(err, WH_ERR_SIM_RESULTS, "%s: no run has a value of %s", path, y);
    free(line);
    fclose(f);
    return st;
}

static int by_place(const void *a, const void *b)
{
    const struct plot_row *p = a, *q = b;
    if (p->by != q->by) return p->by < q->by ? -1 : 1;
    if (p->x < q->x || p->x > q->x) return p->x < q->x ? -1 : 1;
    return p->y < q->y ? -1 : p->y > q->y;
}

/* Rows of one (by, x) are neighbours now: their mean, and the tenth and ninetieth percentile. */
static wh_status reduce(struct plot *p, struct wh_error *err)
{
    qsort(p->row, p->rows, sizeof *p->row, by_place);
    p->point = calloc(p->rows, sizeof *p->point);
    if (p->point == NULL) return wh_fail(err, WH_ERR_NOMEM, "plot");
    for (size_t i = 0, j; i < p->rows; i = j) {
        double sum = 0;
        for (j = i; j < p->rows && p->row[j].by == p->row[i].by && !(p->row[j].x > p->row[i].x);
             j++)
            sum += p->row[j].y;
        size_t n = j - i;
        p->point[p->points++] = (struct plot_point){.x = p->row[i].x,
                                                    .by = p->row[i].by,
                                                    .mean = sum / (double)n,
                                                    .low = p->row[i + n / 10].y,
                                                    .high = p->row[i + (n - 1) * 9 / 10].y};
    }
    return WH_OK;
}

static const char *unit_of(const char *name)
{
    for (size_t i = 0; i < SIM_RESULT_COUNT; i++)
        if (strcmp(sim_result_row((enum sim_result_id)i)->name, name) == 0)
            return sim_result_row((enum sim_result_id)i)->unit;
    enum sim_param q = sim_param_find(name);
    if (q == SIM_PARAM_COUNT || sim_param(q)->kind == SIM_KIND_CHOICE) return "";
    return sim_param_unit(q);
}

/* Hours and days read better than seconds in their thousands. */
static void scale(struct plot *p, struct plot_axis *a, bool is_x)
{
    double top = 0;
    snprintf(a->unit, sizeof a->unit, "%s", unit_of(a->name));
    if (strcmp(a->unit, "s") != 0 || a->is_text) return;
    for (size_t i = 0; i < p->rows; i++) {
        double v = is_x ? p->row[i].x : p->row[i].y;
        if (v > top) top = v;
    }
    if (top < 2 * 3600) return;
    bool days = top >= 2 * 86400;
    snprintf(a->unit, sizeof a->unit, days ? "days" : "hours");
    for (size_t i = 0; i < p->rows; i++)
        *(is_x ? &p->row[i].x : &p->row[i].y) /= days ? 86400 : 3600;
}

wh_status sim_plot(const char *dir, const struct sim_plot *o, struct wh_error *err)
{
    struct sim_plan plan;
    struct plot p = {0};
    char keep[512], second[48] = "";
    bool fresh;
    WH_TRY(sim_manifest_read(dir, &plan, &fresh, keep, err));
    if (fresh) return wh_fail(err, WH_ERR_SIM_RESULTS, "%s holds no manifest.json", dir);
    const char *kind = o->kind, *x = o->x, *y = o->y ? o->y : "decided_s", *by = o->by;
    const char *colon = strchr(y, ':');
    if (strcmp(kind, "auto") == 0) kind = colon ? "heat" : plan.axes || x ? "line" : "cdf";
    bool heat = strcmp(kind, "heat") == 0, cdf = strcmp(kind, "cdf") == 0;
    if (heat) {
        if (colon == NULL || (size_t)(colon - y) >= sizeof second) {
            sim_plan_done(&plan);
            return wh_fail(err, WH_ERR_CLI_VALUE, "--y %.40s: a heat map takes PARAMETER:RESULT",
                           y);
        }
        snprintf(second, sizeof second, "%.*s", (int)(colon - y), y);
        by = second;
        y = colon + 1;
    }
    if (x == NULL && !cdf && plan.axes != 0) x = sim_param(plan.axis[0].p)->name;
    if (cdf) x = NULL;
    snprintf(p.x.name, sizeof p.x.name, "%s", x ? x : "");
    snprintf(p.y.name, sizeof p.y.name, "%s", y);
    snprintf(p.by.name, sizeof p.by.name, "%s", by ? by : "");
    p.title = o->title;
    p.log_x = strchr(o->log, 'x') != NULL;
    p.log_y = strchr(o->log, 'y') != NULL;
    wh_status st = load(&p, dir, x, y, by, err);
    if (st == WH_OK) {
        scale(&p, &p.x, true);
        scale(&p, &p.y, false);
        st = reduce(&p, err);
    }
    struct wh_buf svg = {0};
    if (st == WH_OK)
        st = heat  ? plot_heat(&p, &svg, err)
             : cdf ? plot_cdf(&p, &svg, err)
                   : plot_lines(&p, &svg, err);
    if (st == WH_OK && !wh_buf_ok(&svg)) st = wh_fail(err, WH_ERR_NOMEM, "plot");
    if (st == WH_OK && o->file != NULL)
        st = wh_file_write(o->file, svg.ptr, svg.len, 0644, err);
    else if (st == WH_OK)
        fwrite(svg.ptr, 1, svg.len, stdout);
    wh_buf_done(&svg);
    free(p.row);
    free(p.point);
    sim_plan_done(&plan);
    return st;
}
