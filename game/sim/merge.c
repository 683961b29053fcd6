/* SPDX-License-Identifier: MIT */
/* Joins the shards of one sweep. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "game/sim/sweep.h"

struct part {
    const char *dir;
    uint64_t shard;
};

static int by_shard(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    return x->shard < y->shard ? -1 : x->shard > y->shard;
}

/* Appends the rows of a file; *rows counts them. */
static wh_status append(FILE *to, const char *dir, const char *name, bool with_header,
                        const char *header, uint64_t *rows, struct wh_error *err)
{
    char path[PATH_MAX], *line = NULL;
    size_t cap = 0;
    ssize_t n;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "r");
    if (f == NULL) return wh_fail(err, WH_ERR_SIM_RESULTS, "%s: %s", path, strerror(errno));
    wh_status st = WH_OK;
    if (getline(&line, &cap, f) <= 0 || strcmp(line, header) != 0)
        st = wh_fail(err, WH_ERR_SIM_FOREIGN, "%s: columns differ", path);
    if (st == WH_OK && with_header) fputs(line, to);
    while (st == WH_OK && (n = getline(&line, &cap, f)) > 0 && line[n - 1] == '\n') {
        ++*rows;
        if (fwrite(line, 1, (size_t)n, to) != (size_t)n)
            st = wh_fail(err, WH_ERR_FILE_WRITE, "%s: %s", name, strerror(errno));
    }
    free(line);
    fclose(f);
    return st;
}

static wh_status join(const char *out, const char *name, const struct sim_plan *plan,
                      const struct part *parts, size_t count, const char *header,
                      struct wh_error *err)
{
    char path[PATH_MAX];
    bool runs = strcmp(name, "runs.csv") == 0;
    snprintf(path, sizeof path, "%s/%s", out, name);
    FILE *f = fopen(path, "w");
    if (f == NULL) return wh_fail(err, WH_ERR_FILE_WRITE, "%s: %s", path, strerror(errno));
    wh_status st = WH_OK;
    for (size_t i = 0; st == WH_OK && i < count; i++) {
        struct sim_plan slice = *plan;
        uint64_t rows = 0, from, to;
        slice.shard = parts[i].shard;
        sim_plan_slice(&slice, &from, &to);
        st = append(f, parts[i].dir, name, i == 0, header, &rows, err);
        if (st == WH_OK && runs && rows != to - from)
            st = wh_fail(err, WH_ERR_SIM_RESULTS,
                         "%s: shard %" PRIu64 " has %" PRIu64 " of %" PRIu64 " runs", parts[i].dir,
                         parts[i].shard, rows, to - from);
    }
    if (fclose(f) != 0 && st == WH_OK)
        st = wh_fail(err, WH_ERR_FILE_WRITE, "%s: %s", path, strerror(errno));
    return st;
}

/* Every folder is a shard of one plan, and all of them are there. */
static wh_status check_parts(const char *const *dirs, size_t count, struct part *parts,
                             struct sim_plan *plan, char keep[512], struct wh_error *err)
{
    char first[65], hash[65], keep_one[512];
    for (size_t i = 0; i < count; i++) {
        struct sim_plan one;
        bool fresh;
        WH_TRY(sim_manifest_read(dirs[i], &one, &fresh, i == 0 ? keep : keep_one, err));
        if (fresh) return wh_fail(err, WH_ERR_SIM_RESULTS, "%s holds no manifest.json", dirs[i]);
        parts[i] = (struct part){dirs[i], one.shard};
        sim_plan_hash(&one, hash);
        if (i == 0) {
            *plan = one;
            memcpy(first, hash, sizeof first);
            continue;
        }
        bool same = strcmp(first, hash) == 0 && one.shards == plan->shards;
        sim_plan_done(&one);
        if (!same)
            return wh_fail(err, WH_ERR_SIM_FOREIGN,
                           "%s: scenario_hash or shards differ from those of %s", dirs[i], dirs[0]);
    }
    qsort(parts, count, sizeof *parts, by_shard);
    for (size_t i = 0; i < count; i++)
        if (parts[i].shard != i || count != plan->shards)
            return wh_fail(err, WH_ERR_SIM_RESULTS,
                           "shard: %zu folders given, %" PRIu64 " needed, each once", count,
                           plan->shards);
    return WH_OK;
}

wh_status sim_merge(const char *out, const char *const *dirs, size_t count, struct wh_error *err)
{
    struct part *parts = calloc(count, sizeof *parts);
    struct sim_plan plan = {0};
    struct wh_buf header = {0};
    char keep[512];
    struct stat sb;
    char path[PATH_MAX];
    if (parts == NULL) return wh_fail(err, WH_ERR_NOMEM, "merge");
    wh_status st = check_parts(dirs, count, parts, &plan, keep, err);
    snprintf(path, sizeof path, "%s/manifest.json", out);
    if (st == WH_OK && stat(path, &sb) == 0)
        st = wh_fail(err, WH_ERR_SIM_FOREIGN, "%s: there are results already", out);
    if (st == WH_OK && mkdir(out, 0777) != 0 && errno != EEXIST)
        st = wh_fail(err, WH_ERR_FILE_WRITE, "%s: %s", out, strerror(errno));
    if (st == WH_OK) {
        plan.shard = 0;
        sim_csv_header(&plan, &header);
        st = join(out, "runs.csv", &plan, parts, count, wh_buf_cstr(&header), err);
        if (st == WH_OK && plan.moves)
            st = join(out, "moves.csv", &plan, parts, count, sim_moves_header, err);
        plan.shards = 1;
    }
    if (st == WH_OK) st = sim_manifest_write(&plan, out, 0, NULL, err);
    if (st == WH_OK) st = sim_sqlite_build(&plan, out, err);
    wh_buf_done(&header);
    sim_plan_done(&plan);
    free(parts);
    return st;
}
