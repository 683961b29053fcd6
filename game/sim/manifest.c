/* SPDX-License-Identifier: MIT */
/* Plans, and the file that says what a folder holds. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "evm/hash/keccak.h"
#include "game/sim/sweep.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

void sim_plan_cell(const struct sim_plan *plan, uint64_t cell, struct sim_params *out)
{
    *out = plan->base;
    for (unsigned i = plan->axes; i-- > 0; cell /= plan->axis[i].count)
        out->v[plan->axis[i].p] = plan->axis[i].v[cell % plan->axis[i].count];
}

void sim_plan_slice(const struct sim_plan *plan, uint64_t *from, uint64_t *to)
{
    u128 total = (u128)plan->cells * plan->runs;
    *from = (uint64_t)(total * plan->shard / plan->shards);
    *to = (uint64_t)(total * (plan->shard + 1) / plan->shards);
}

void sim_plan_done(struct sim_plan *plan)
{
    for (unsigned i = 0; i < plan->axes; i++)
        sim_axis_done(&plan->axis[i]);
    plan->axes = 0;
}

static wh_status check_cells(struct sim_plan *plan, struct wh_error *err)
{
    uint64_t shown = plan->cells < 100000 ? plan->cells : 100000;
    bool asks = false;
    for (uint64_t i = 0; i < shown; i++) {
        struct sim_params p;
        sim_plan_cell(plan, i, &p);
        WH_TRY(sim_params_check(&p, WH_ERR_CLI_VALUE, err));
        asks = asks || strcmp(sim_strategy(p.v[SIM_STRATEGY])->name, "plugin") == 0;
    }
    if (plan->base.plugin != NULL && !asks && shown == plan->cells)
        return wh_fail(err, WH_ERR_CLI_VALUE,
                       "--plugin: strategy is never plugin, so nobody asks it");
    return WH_OK;
}

wh_status sim_plan_axes(struct sim_plan *plan, const char *const *set, size_t count,
                        struct wh_error *err)
{
    bool seen[SIM_PARAM_COUNT] = {false};
    plan->cells = 1;
    for (size_t i = 0; i < count; i++) {
        struct sim_axis a;
        WH_TRY(sim_axis_parse(set[i], &a, err));
        if (seen[a.p]) {
            sim_axis_done(&a);
            return wh_fail(err, WH_ERR_CLI_VALUE, "--set %.40s: set twice", set[i]);
        }
        seen[a.p] = true;
        if (a.count == 1) {
            plan->base.v[a.p] = a.v[0];
            sim_axis_done(&a);
            continue;
        }
        plan->cells *= a.count;
        plan->axis[plan->axes++] = a;
        if (plan->cells > SIM_CELLS_MAX)
            return wh_fail(err, WH_ERR_CLI_VALUE, "--set: more than %" PRIu64 " cells",
                           SIM_CELLS_MAX);
    }
    return check_cells(plan, err);
}

/* Everything that the results depend on, one line each. */
static void canonical(const struct sim_plan *plan, struct wh_buf *out)
{
    char text[48];
    wh_buf_printf(out, "whittle-sim %s format %u\nseed %" PRIu64 "\nruns %" PRIu64 "\n", WH_VERSION,
                  SIM_FORMAT, plan->seed, plan->runs);
    for (size_t i = 0; i < SIM_PARAM_COUNT; i++) {
        sim_param_text((enum sim_param)i, plan->base.v[i], text);
        wh_buf_printf(out, "%s = %s\n", sim_param((enum sim_param)i)->name, text);
    }
    for (unsigned i = 0; i < plan->axes; i++) {
        wh_buf_printf(out, "sweep %s", sim_param(plan->axis[i].p)->name);
        for (uint32_t j = 0; j < plan->axis[i].count; j++) {
            sim_param_text(plan->axis[i].p, plan->axis[i].v[j], text);
            wh_buf_printf(out, " %s", text);
        }
        wh_buf_str(out, "\n");
    }
    wh_buf_printf(out, "moves %d\nplugin %s\n", plan->moves,
                  plan->base.plugin ? plan->base.plugin : "");
}

void sim_plan_hash(const struct sim_plan *plan, char out[65])
{
    struct wh_buf b = {0};
    bytes32 h;
    canonical(plan, &b);
    WH_ASSERT(wh_buf_ok(&b));
    keccak256(b.ptr, b.len, &h);
    wh_hex_encode(h.b, 32, out);
    wh_buf_done(&b);
}

static void swept(const struct sim_plan *plan, enum sim_param p, char out[80])
{
    char one[48];
    sim_param_text(p, plan->base.v[p], out);
    for (unsigned i = 0; i < plan->axes; i++) {
        if (plan->axis[i].p != p) continue;
        out[0] = 0;
        for (uint32_t j = 0; j < plan->axis[i].count && strlen(out) < 32; j++) {
            sim_param_text(p, plan->axis[i].v[j], one);
            snprintf(out + strlen(out), 80 - strlen(out), "%s%s", j ? "," : "", one);
        }
    }
}

void sim_plan_differs(const struct sim_plan *old, const struct sim_plan *new, char out[200])
{
    out[0] = 0;
    if (old->seed != new->seed)
        snprintf(out, 200, "seed is %" PRIu64 " there and %" PRIu64 " here", old->seed, new->seed);
    else if (old->runs != new->runs)
        snprintf(out, 200, "runs is %" PRIu64 " there and %" PRIu64 " here", old->runs, new->runs);
    else if (old->moves != new->moves)
        snprintf(out, 200, "moves is %d there and %d here", old->moves, new->moves);
    for (size_t i = 0; i < SIM_PARAM_COUNT && out[0] == 0; i++) {
        char a[80], b[80];
        swept(old, (enum sim_param)i, a);
        swept(new, (enum sim_param)i, b);
        if (strcmp(a, b) != 0)
            snprintf(out, 200, "%s is %.60s there and %.60s here",
                     sim_param((enum sim_param)i)->name, a, b);
    }
    char ours[65], theirs[65];
    sim_plan_hash(new, ours);
    sim_plan_hash(old, theirs);
    if (out[0] == 0 && strcmp(ours, theirs) != 0)
        snprintf(out, 200, "plugin or the order of --set is another");
}

static void write_params(struct wh_jw *w, const struct sim_plan *plan)
{
    char text[48];
    wh_jw_obj(w, "params");
    for (size_t i = 0; i < SIM_PARAM_COUNT; i++) {
        sim_param_text((enum sim_param)i, plan->base.v[i], text);
        wh_jw_str(w, sim_param((enum sim_param)i)->name, text);
    }
    wh_jw_end(w);
    wh_jw_arr(w, "axes");
    for (unsigned i = 0; i < plan->axes; i++) {
        wh_jw_obj(w, NULL);
        wh_jw_str(w, "name", sim_param(plan->axis[i].p)->name);
        wh_jw_str(w, "unit", sim_param_unit(plan->axis[i].p));
        wh_jw_arr(w, "values");
        for (uint32_t j = 0; j < plan->axis[i].count; j++) {
            sim_param_text(plan->axis[i].p, plan->axis[i].v[j], text);
            wh_jw_str(w, NULL, text);
        }
        wh_jw_end(w);
        wh_jw_end(w);
    }
    wh_jw_end(w);
}

static wh_status path_in(const char *dir, const char *name, char out[PATH_MAX],
                         struct wh_error *err)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);
    if (n < 0 || n >= PATH_MAX) return wh_fail(err, WH_ERR_FILE_WRITE, "%.100s: too long", dir);
    return WH_OK;
}

wh_status sim_manifest_write(const struct sim_plan *plan, const char *dir, int argc,
                             const char *const *argv, struct wh_error *err)
{
    char path[PATH_MAX], hash[65];
    struct wh_buf b = {0};
    struct wh_jw w;
    uint64_t from, to;
    sim_plan_hash(plan, hash);
    sim_plan_slice(plan, &from, &to);
    wh_jw_init(&w, &b);
    wh_jw_obj(&w, NULL);
    wh_jw_u64(&w, "v", 1);
    wh_jw_str(&w, "type", "whittle-sim");
    wh_jw_str(&w, "version", WH_VERSION);
    wh_jw_u64(&w, "format", SIM_FORMAT);
    wh_jw_str(&w, "scenario_hash", hash);
    wh_jw_u64(&w, "seed", plan->seed);
    wh_jw_u64(&w, "cells", plan->cells);
    wh_jw_u64(&w, "runs", plan->runs);
    wh_jw_u64(&w, "shard", plan->shard);
    wh_jw_u64(&w, "shards", plan->shards);
    wh_jw_u64(&w, "first", from);
    wh_jw_u64(&w, "end", to);
    wh_jw_bool(&w, "moves", plan->moves);
    if (plan->base.plugin) wh_jw_str(&w, "plugin", plan->base.plugin);
    write_params(&w, plan);
    wh_jw_arr(&w, "arguments");
    for (int i = 0; i < argc; i++)
        wh_jw_str(&w, NULL, argv[i]);
    wh_jw_end(&w);
    wh_jw_end(&w);
    wh_buf_str(&b, "\n");
    wh_status st = path_in(dir, "manifest.json", path, err);
    if (st == WH_OK && !wh_buf_ok(&b)) st = wh_fail(err, WH_ERR_NOMEM, "manifest");
    if (st == WH_OK) st = wh_file_write(path, b.ptr, b.len, 0644, err);
    wh_buf_done(&b);
    return st;
}

static wh_status read_params(const struct wh_json *root, struct sim_plan *plan,
                             struct wh_error *err)
{
    struct wh_json params, axes;
    size_t count;
    WH_TRY(wh_json_get(root, "params", &params, err));
    for (size_t i = 0; i < SIM_PARAM_COUNT; i++) {
        const char *text;
        WH_TRY(wh_json_get_string(&params, sim_param((enum sim_param)i)->name, &text, err));
        WH_TRY(sim_param_parse((enum sim_param)i, text, WH_ERR_SIM_FOREIGN, &plan->base.v[i], err));
    }
    WH_TRY(wh_json_get(root, "axes", &axes, err));
    WH_TRY(wh_json_array(&axes, SIM_AXES_MAX, &count, err));
    for (size_t i = 0; i < count; i++) {
        struct wh_json axis = wh_json_at(&axes, i), values;
        struct sim_axis *a = &plan->axis[i];
        const char *name;
        size_t n;
        WH_TRY(wh_json_get_string(&axis, "name", &name, err));
        WH_TRY(wh_json_get(&axis, "values", &values, err));
        WH_TRY(wh_json_array(&values, SIM_AXIS_MAX, &n, err));
        a->p = sim_param_find(name);
        if (a->p == SIM_PARAM_COUNT) return wh_json_fail(&axis, err, "no parameter '%.40s'", name);
        a->v = calloc(n + 1, sizeof *a->v);
        if (a->v == NULL) return wh_fail(err, WH_ERR_NOMEM, "axes");
        plan->axes = (unsigned)i + 1;
        for (size_t j = 0; j < n; j++) {
            struct wh_json v = wh_json_at(&values, j);
            const char *text;
            WH_TRY(wh_json_string(&v, &text, err));
            WH_TRY(sim_param_parse(a->p, text, WH_ERR_SIM_FOREIGN, &a->v[j], err));
        }
        a->count = (uint32_t)n;
    }
    return WH_OK;
}

static wh_status read_manifest(const struct wh_json *root, struct sim_plan *plan, char keep[512],
                               struct wh_error *err)
{
    const char *type, *version, *plugin;
    uint64_t format;
    struct wh_json v;
    WH_TRY(wh_json_get_string(root, "type", &type, err));
    WH_TRY(wh_json_get_string(root, "version", &version, err));
    WH_TRY(wh_json_get_number(root, "format", &format, err));
    if (strcmp(type, "whittle-sim") != 0 || format != SIM_FORMAT ||
        strcmp(version, WH_VERSION) != 0)
        return wh_json_fail(root, err,
                            "version: results of %.20s %.20s, format %" PRIu64
                            "; this is whittle-sim " WH_VERSION ", format %u",
                            type, version, format, SIM_FORMAT);
    WH_TRY(wh_json_get_number(root, "seed", &plan->seed, err));
    WH_TRY(wh_json_get_number(root, "cells", &plan->cells, err));
    WH_TRY(wh_json_get_number(root, "runs", &plan->runs, err));
    WH_TRY(wh_json_get_number(root, "shard", &plan->shard, err));
    WH_TRY(wh_json_get_number(root, "shards", &plan->shards, err));
    WH_TRY(wh_json_get(root, "moves", &v, err));
    WH_TRY(wh_json_bool(&v, &plan->moves, err));
    if (wh_json_opt(root, "plugin", &v)) {
        WH_TRY(wh_json_string(&v, &plugin, err));
        snprintf(keep, 512, "%s", plugin);
        plan->base.plugin = keep;
    }
    WH_TRY(read_params(root, plan, err));
    uint64_t cells = 1;
    for (unsigned i = 0; i < plan->axes; i++)
        cells = cells > SIM_CELLS_MAX ? cells : cells * plan->axis[i].count;
    if (cells != plan->cells || plan->shards == 0 || plan->shard >= plan->shards)
        return wh_json_fail(root, err, "cells and shard contradict the axes");
    return WH_OK;
}

wh_status sim_manifest_read(const char *dir, struct sim_plan *plan, bool *fresh, char keep[512],
                            struct wh_error *err)
{
    char path[PATH_MAX];
    struct stat sb;
    struct wh_buf text = {0};
    json_t *v = NULL;
    memset(plan, 0, sizeof *plan);
    *fresh = false;
    WH_TRY(path_in(dir, "manifest.json", path, err));
    if (stat(path, &sb) != 0 && errno == ENOENT) {
        *fresh = true;
        return WH_OK;
    }
    wh_status st = wh_file_read(path, (size_t)1 << 24, &text, err);
    if (st == WH_OK) st = wh_json_parse((const char *)text.ptr, text.len, &v, err);
    if (st == WH_OK) {
        struct wh_json root = wh_json_root(v, path);
        st = read_manifest(&root, plan, keep, err);
        json_decref(v);
    }
    if (st != WH_OK && err != NULL) {
        char what[400];
        snprintf(what, sizeof what, "%.390s", err->what);
        st = wh_fail(err, WH_ERR_SIM_FOREIGN, "%s", what);
    }
    wh_buf_done(&text);
    return st;
}
