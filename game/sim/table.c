/* SPDX-License-Identifier: MIT */
/* Means of results, one line a cell, as text. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "game/sim/sweep.h"

#define COLUMNS_MAX 128u

struct table {
    unsigned count; /* columns of the file */
    char *name[COLUMNS_MAX];
    bool shown[COLUMNS_MAX];
    unsigned keys; /* of the columns: cell, run and the swept parameters */
    double sum[COLUMNS_MAX];
    uint64_t have[COLUMNS_MAX], runs;
    char key[COLUMNS_MAX][48]; /* of the cell that is being added up */
};

static unsigned cut(char *line, char *field[COLUMNS_MAX])
{
    unsigned n = 0;
    line[strcspn(line, "\n")] = 0;
    for (char *p = line; n < COLUMNS_MAX;) {
        field[n++] = p;
        p = strchr(p, ',');
        if (p == NULL) break;
        *p++ = 0;
    }
    return n;
}

/* Marks the columns that are asked for: names with commas between them. */
static wh_status choose(struct table *t, const char *names, struct wh_error *err)
{
    for (const char *p = names; *p != 0;) {
        size_t n = strcspn(p, ",");
        unsigned i = 2;
        while (i < t->count && (strlen(t->name[i]) != n || memcmp(t->name[i], p, n) != 0))
            i++;
        if (i == t->count)
            return wh_fail(err, WH_ERR_CLI_VALUE, "--y %.*s: no such column",
                           (int)(n < 60 ? n : 60), p);
        t->shown[i] = true;
        p += n + (p[n] == ',');
    }
    return WH_OK;
}

static int width(const struct table *t, unsigned i)
{
    size_t n = strlen(t->name[i]) + 2;
    size_t least = i < t->keys ? 15 : 12; /* words of parameters are up to 12 letters */
    return (int)(n < least ? least : n);
}

static void put_mean(int columns, double v)
{
    printf(v >= 100000 ? "%*.0f" : "%*.6g", columns, v);
}

static void put_key(int columns, const char *text)
{
    char *end;
    double v = strtod(text, &end);
    if (*end == 0 && end != text)
        printf("%-*.12g", columns, v);
    else
        printf("%-*s", columns, text);
}

static void flush_cell(struct table *t)
{
    if (t->runs == 0) return;
    for (unsigned i = 2; i < t->count; i++) {
        if (i < t->keys)
            put_key(width(t, i), t->key[i]);
        else if (t->shown[i] && t->have[i] == 0)
            printf("%*s", width(t, i), "-");
        else if (t->shown[i])
            put_mean(width(t, i), t->sum[i] / (double)t->have[i]);
        t->sum[i] = 0;
        t->have[i] = 0;
    }
    printf("\n");
    t->runs = 0;
}

static void add_row(struct table *t, char *const field[COLUMNS_MAX])
{
    if (t->runs != 0 && strcmp(t->key[0], field[0]) != 0) flush_cell(t);
    for (unsigned i = 0; i < t->count; i++) {
        char *end;
        double v = strtod(field[i], &end);
        if (i < t->keys) snprintf(t->key[i], sizeof t->key[i], "%.47s", field[i]);
        if (*end != 0 || end == field[i]) continue; /* a word, or undecided */
        t->sum[i] += v;
        t->have[i]++;
    }
    t->runs++;
}

static wh_status print(struct table *t, FILE *f, const char *names, struct wh_error *err)
{
    char *line = NULL, *header = NULL, *field[COLUMNS_MAX];
    size_t cap = 0, header_cap = 0;
    ssize_t n = getline(&header, &header_cap, f);
    wh_status st = WH_OK;
    if (n > 0) t->count = cut(header, t->name);
    if (t->count < t->keys) st = wh_fail(err, WH_ERR_SIM_RESULTS, "runs.csv has no header");
    if (st == WH_OK) st = choose(t, names, err);
    if (st == WH_OK) {
        for (unsigned i = 2; i < t->count; i++)
            if (i < t->keys || t->shown[i])
                printf(i < t->keys ? "%-*s" : "%*s", width(t, i), t->name[i]);
        printf("\n");
    }
    while (st == WH_OK && (n = getline(&line, &cap, f)) > 0 && line[n - 1] == '\n')
        if (cut(line, field) == t->count) add_row(t, field);
    if (st == WH_OK) flush_cell(t);
    free(line);
    free(header);
    return st;
}

wh_status sim_table(const char *dir, const char *names, struct wh_error *err)
{
    struct sim_plan plan;
    char keep[512], path[PATH_MAX];
    bool fresh;
    WH_TRY(sim_manifest_read(dir, &plan, &fresh, keep, err));
    if (fresh) return wh_fail(err, WH_ERR_SIM_RESULTS, "%s holds no manifest.json", dir);
    struct table *t = calloc(1, sizeof *t);
    if (t != NULL) t->keys = 2 + plan.axes;
    sim_plan_done(&plan);
    if (t == NULL) return wh_fail(err, WH_ERR_NOMEM, "table");
    snprintf(path, sizeof path, "%s/runs.csv", dir);
    FILE *f = fopen(path, "r");
    wh_status st = f == NULL ? wh_fail(err, WH_ERR_SIM_RESULTS, "%s: %s", path, strerror(errno))
                             : print(t, f, names, err);
    if (f != NULL) fclose(f);
    free(t);
    return st;
}
