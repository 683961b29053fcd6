/* SPDX-License-Identifier: MIT */
/* sim.sqlite: the tables of the CSV files. It is written anew, beside the old one, and renamed. */
#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "game/sim/sweep.h"

#define COLUMNS_MAX 128u

struct table {
    const char *name;
    const char *column[COLUMNS_MAX];
    char type[COLUMNS_MAX]; /* I, R, T */
    unsigned count;
};

static void add(struct table *t, const char *name, char type)
{
    t->column[t->count] = name;
    t->type[t->count++] = type;
}

static void runs_table(const struct sim_plan *plan, struct table *t)
{
    t->name = "runs";
    add(t, "cell", 'I');
    add(t, "run", 'I');
    for (unsigned i = 0; i < plan->axes; i++) {
        enum sim_param_kind k = sim_param(plan->axis[i].p)->kind;
        add(t, sim_param(plan->axis[i].p)->name,
            k == SIM_KIND_CHOICE                            ? 'T'
            : k == SIM_KIND_COUNT || k == SIM_KIND_DURATION ? 'I'
                                                            : 'R');
    }
    for (size_t i = 0; i < SIM_RESULT_COUNT; i++) {
        const struct sim_result_row *r = sim_result_row((enum sim_result_id)i);
        bool text = r->kind == SIM_IS_WORD || r->kind == SIM_IS_HASH;
        bool real = r->kind == SIM_IS_ETHER || r->kind == SIM_IS_RATIO;
        add(t, r->name, text ? 'T' : real ? 'R' : 'I');
    }
}

static void moves_table(struct table *t)
{
    t->name = "moves";
    static const char *const names[] = {"cell", "run",   "step", "time", "side",   "party",
                                        "kind", "depth", "pos",  "gas",  "outcome"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add(t, names[i], i == 4 || i == 6 || i == 10 ? 'T' : 'I');
}

static wh_status sql(sqlite3 *db, const char *text, struct wh_error *err)
{
    if (sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK) return WH_OK;
    return wh_fail(err, sqlite3_errcode(db) == SQLITE_FULL ? WH_ERR_STORE_FULL : WH_ERR_STORE_IO,
                   "sim.sqlite: %s", sqlite3_errmsg(db));
}

static wh_status create(sqlite3 *db, const struct table *t, sqlite3_stmt **insert,
                        struct wh_error *err)
{
    struct wh_buf b = {0};
    wh_buf_printf(&b, "CREATE TABLE %s(", t->name);
    for (unsigned i = 0; i < t->count; i++)
        wh_buf_printf(&b, "%s\"%s\" %s", i ? "," : "", t->column[i],
                      t->type[i] == 'I'   ? "INTEGER"
                      : t->type[i] == 'R' ? "REAL"
                                          : "TEXT");
    wh_buf_printf(&b, ",PRIMARY KEY(cell,run%s)) STRICT, WITHOUT ROWID",
                  strcmp(t->name, "moves") == 0 ? ",step" : "");
    const char *text = wh_buf_cstr(&b);
    wh_status st = text == NULL ? wh_fail(err, WH_ERR_NOMEM, "sim.sqlite") : sql(db, text, err);
    wh_buf_reset(&b);
    wh_buf_printf(&b, "INSERT INTO %s VALUES(", t->name);
    for (unsigned i = 0; i < t->count; i++)
        wh_buf_str(&b, i ? ",?" : "?");
    wh_buf_str(&b, ")");
    text = wh_buf_cstr(&b);
    if (st == WH_OK &&
        (text == NULL || sqlite3_prepare_v2(db, text, -1, insert, NULL) != SQLITE_OK))
        st = wh_fail(err, WH_ERR_STORE_IO, "sim.sqlite: %s", sqlite3_errmsg(db));
    wh_buf_done(&b);
    return st;
}

static bool bind(sqlite3_stmt *q, const struct table *t, char *line)
{
    char *p = line;
    for (unsigned i = 0; i < t->count; i++) {
        size_t n = strcspn(p, ",\n");
        char end = p[n];
        int rc = SQLITE_OK;
        p[n] = 0;
        if (n == 0)
            rc = sqlite3_bind_null(q, (int)i + 1);
        else if (t->type[i] == 'I') /* pos may pass 2^63: kept as its two's complement */
            rc = sqlite3_bind_int64(q, (int)i + 1, (sqlite3_int64)strtoull(p, NULL, 10));
        else if (t->type[i] == 'R')
            rc = sqlite3_bind_double(q, (int)i + 1, strtod(p, NULL));
        else
            rc = sqlite3_bind_text(q, (int)i + 1, p, (int)n, SQLITE_TRANSIENT);
        if (rc != SQLITE_OK || (end != ',' && i + 1 < t->count)) return false;
        p += n + 1;
    }
    return true;
}

static wh_status import(sqlite3 *db, const struct table *t, const char *path, struct wh_error *err)
{
    sqlite3_stmt *q = NULL;
    char *line = NULL;
    size_t cap = 0;
    FILE *f = fopen(path, "r");
    if (f == NULL) return wh_fail(err, WH_ERR_SIM_RESULTS, "%s: %s", path, strerror(errno));
    wh_status st = create(db, t, &q, err);
    bool first = true;
    ssize_t n;
    while (st == WH_OK && (n = getline(&line, &cap, f)) > 0 && line[n - 1] == '\n') {
        if (first) {
            first = false;
            continue;
        }
        if (!bind(q, t, line))
            st = wh_fail(err, WH_ERR_SIM_RESULTS, "%s: a row is not whole", path);
        else if (sqlite3_step(q) != SQLITE_DONE)
            st = wh_fail(err,
                         sqlite3_errcode(db) == SQLITE_FULL ? WH_ERR_STORE_FULL : WH_ERR_STORE_IO,
                         "sim.sqlite: %s", sqlite3_errmsg(db));
        sqlite3_reset(q);
    }
    sqlite3_finalize(q);
    free(line);
    fclose(f);
    return st;
}

wh_status sim_sqlite_build(const struct sim_plan *plan, const char *dir, struct wh_error *err)
{
    char tmp[PATH_MAX], path[PATH_MAX], csv[PATH_MAX];
    struct table runs = {0}, moves = {0};
    sqlite3 *db = NULL;
    snprintf(tmp, sizeof tmp, "%s/sim.sqlite.tmp", dir);
    snprintf(path, sizeof path, "%s/sim.sqlite", dir);
    unlink(tmp);
    runs_table(plan, &runs);
    moves_table(&moves);
    if (sqlite3_open(tmp, &db) != SQLITE_OK) {
        wh_status st = wh_fail(err, WH_ERR_STORE_OPEN, "%s: %s", tmp, sqlite3_errmsg(db));
        sqlite3_close(db);
        return st;
    }
    wh_status st = sql(db,
                       "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
                       "PRAGMA cache_size = -8192; BEGIN",
                       err);
    snprintf(csv, sizeof csv, "%s/runs.csv", dir);
    if (st == WH_OK) st = import(db, &runs, csv, err);
    snprintf(csv, sizeof csv, "%s/moves.csv", dir);
    if (st == WH_OK && plan->moves) st = import(db, &moves, csv, err);
    if (st == WH_OK) st = sql(db, "COMMIT", err);
    sqlite3_close(db);
    if (st == WH_OK && rename(tmp, path) != 0)
        st = wh_fail(err, WH_ERR_FILE_WRITE, "%s: %s", path, strerror(errno));
    if (st != WH_OK) unlink(tmp);
    return st;
}
