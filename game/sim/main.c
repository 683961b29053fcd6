/* SPDX-License-Identifier: MIT */
/* whittle-sim: dispute games at scale, on the game code of the daemons. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evm/native/crypto.h"
#include "game/sim/sweep.h"
#include "proto/sys/cli.h"
#include "proto/sys/json.h"

#define NAME "whittle-sim"
#define TABLE_COLUMNS \
    "decided_s,delay_s,honest_gas,honest_fees,honest_stake_peak,evil_loss,resource_ratio,wrong"
#define ARENA ((size_t)4 << 30) /* address space per thread, touched as games need it */

struct config {
    const char *scenario, *out, *shard, *plugin, *x, *y, *by, *kind, *log, *title;
    struct wh_strlist set;
    uint64_t seed, runs, jobs, cell, run;
    bool moves, json, quiet;
};

#define AT(field) offsetof(struct config, field)
static const struct wh_option options[] = {
    {"scenario", WH_OPT_STRING, AT(scenario), "FILE", NULL, "Scenario",
     "INI file of parameters (whittle-sim list)"},
    {"set", WH_OPT_LIST, AT(set), "NAME=VALUES", NULL, "Scenario",
     "a parameter: 4, or 1,2,4, or 1..64:*2, or 0..10:+2"},
    {"seed", WH_OPT_U64, AT(seed), "N", "1", "Scenario", "of all random streams"},
    {"plugin", WH_OPT_STRING, AT(plugin), "COMMAND", NULL, "Scenario",
     "program of strategy=plugin, run by sh"},
    {"runs", WH_OPT_U64, AT(runs), "N", "100", "Sweep", "runs per cell"},
    {"jobs", WH_OPT_U64, AT(jobs), "N", "0", "Sweep", "threads; 0: one per processor"},
    {"shard", WH_OPT_STRING, AT(shard), "I/N", "0/1", "Sweep", "play slice I of N (0 <= I < N)"},
    {"moves", WH_OPT_FLAG, AT(moves), NULL, NULL, "Sweep", "also write every move"},
    {"out", WH_OPT_STRING, AT(out), "PATH", NULL, "Output", "folder of a sweep; file of a plot"},
    {"cell", WH_OPT_U64, AT(cell), "N", "0", "Replay", "cell of the run"},
    {"run", WH_OPT_U64, AT(run), "N", "0", "Replay", "number of the run in its cell"},
    {"kind", WH_OPT_CHOICE, AT(kind), "auto|line|heat|cdf", "auto", "Plot", "form of the picture"},
    {"x", WH_OPT_STRING, AT(x), "COLUMN", NULL, "Plot", "swept parameter along the axis"},
    {"y", WH_OPT_STRING, AT(y), "COLUMN", NULL, "Plot",
     "result; PARAMETER:RESULT of a heat map; RESULT,RESULT.. of a table"},
    {"by", WH_OPT_STRING, AT(by), "COLUMN", NULL, "Plot", "one line per value of this parameter"},
    {"log", WH_OPT_CHOICE, AT(log), "none|x|y|xy", "none", "Plot", "logarithmic axes"},
    {"title", WH_OPT_STRING, AT(title), "TEXT", NULL, "Plot", "heading"},
    {"json", WH_OPT_FLAG, AT(json), NULL, NULL, "Output", "one JSON object a line on stdout"},
    {"quiet", WH_OPT_FLAG, AT(quiet), NULL, NULL, "Output", "no progress bar"},
};

enum { RUN, SWEEP, REPLAY, MERGE, TABLE, PLOT, LIST };
static const struct wh_command commands[] = {
    [RUN] = {"run", "", 0, 0, "play one game and print what it came to"},
    [SWEEP] = {"sweep", "", 0, 0, "play all cells into a folder (--out); goes on where it stopped"},
    [REPLAY] = {"replay", "[DIR]", 0, 1,
                "the move log of one run of a sweep (DIR: --out, or this folder)"},
    [MERGE] = {"merge", "OUT DIR...", 2, 4096, "join the shards of a sweep into a new folder"},
    [TABLE] = {"table", "DIR", 1, 1, "print means of results, one line a cell"},
    [PLOT] = {"plot", "DIR", 1, 1, "draw results as SVG"},
    [LIST] = {"list", "", 0, 0, "protocols, strategies, parameters, results"},
};

static const char *const examples[] = {
    "whittle-sim run --set strategy=slow --set n_evil=4 --seed 7",
    "whittle-sim sweep --set n_evil=1..64:*2 --set bond=0.1eth,1eth --runs 200 --out d",
    "whittle-sim replay d --cell 3 --run 17",
    "whittle-sim plot d --x n_evil --y honest_gas --by bond --log xy --out gas.svg", NULL};

static const struct wh_program program = {
    .name = NAME,
    .summary = "plays dispute games at scale on the code that disputes",
    .commands = commands,
    .command_count = sizeof commands / sizeof commands[0],
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .examples = examples,
};

static wh_status make_plan(const struct config *cfg, struct sim_plan *plan, struct wh_error *err)
{
    memset(plan, 0, sizeof *plan);
    sim_params_default(&plan->base);
    plan->base.plugin = cfg->plugin;
    plan->seed = cfg->seed;
    plan->runs = cfg->runs;
    plan->moves = cfg->moves;
    plan->shards = 1;
    if (cfg->scenario != NULL) WH_TRY(sim_params_file(&plan->base, cfg->scenario, err));
    if (cfg->scenario != NULL && cfg->set.count == 0) {
        wh_status st = sim_params_check(&plan->base, WH_ERR_CFG_VALUE, err);
        if (st != WH_OK) wh_error_prefix(err, "%s: ", cfg->scenario);
        WH_TRY(st);
    }
    if (cfg->runs == 0 || cfg->runs > UINT32_MAX)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--runs %" PRIu64 ": 1 to %u", cfg->runs, UINT32_MAX);
    char *rest;
    errno = 0;
    plan->shard = strtoull(cfg->shard, &rest, 10);
    plan->shards = *rest == '/' ? strtoull(rest + 1, &rest, 10) : 0;
    if (errno != 0 || *rest != 0 || plan->shards == 0 || plan->shards > 1000000 ||
        plan->shard >= plan->shards || cfg->shard[0] < '0' || cfg->shard[0] > '9')
        return wh_fail(err, WH_ERR_CLI_VALUE, "--shard %.40s: not I/N with 0 <= I < N", cfg->shard);
    return sim_plan_axes(plan, cfg->set.v, cfg->set.count, err);
}

struct printing {
    struct wh_buf buf;
    uint64_t cell, run, step;
    bool on;
};

static void print_move(void *ctx, const struct sim_log_row *row)
{
    struct printing *p = ctx;
    sim_moves_row(p->cell, p->run, p->step++, row, &p->buf);
}

static wh_status play_one(const struct sim_plan *plan, uint64_t cell, uint64_t run,
                          struct printing *p, struct sim_result *r, struct wh_error *err)
{
    struct wh_arena arena = {0};
    struct sim_plugin *plugin = NULL;
    struct sim_params params;
    struct sim_stream stream = {plan->seed, (uint32_t)cell, (uint32_t)run};
    if (wh_native_crypto() == NULL) return wh_fail(err, WH_ERR_CRYPTO, "crypto table");
    sim_plan_cell(plan, cell, &params);
    WH_TRY(sim_arena_open(&arena, ARENA, err));
    wh_status st = WH_OK;
    if (params.plugin != NULL)
        st = sim_plugin_open(params.plugin, params.v[SIM_PLUGIN_TIMEOUT], &plugin, err);
    if (st == WH_OK)
        st = sim_play(&params, &stream, &arena, plugin, p->on ? print_move : NULL, p, r, err);
    sim_plugin_close(plugin);
    sim_arena_close(&arena);
    return st;
}

static void print_result(const struct sim_result *r, bool json)
{
    struct wh_buf b = {0};
    struct wh_jw w;
    char text[48];
    wh_jw_init(&w, &b);
    if (json) {
        wh_jw_obj(&w, NULL);
        wh_jw_u64(&w, "v", 1);
        wh_jw_str(&w, "type", "run");
    }
    for (size_t i = 0; i < SIM_RESULT_COUNT; i++) {
        const struct sim_result_row *row = sim_result_row((enum sim_result_id)i);
        sim_result_text((enum sim_result_id)i, r, text);
        if (json)
            wh_jw_str(&w, row->name, text);
        else if (text[0] != 0)
            wh_buf_printf(&b, "%-20s %s%s%s\n", row->name, text, row->unit[0] ? " " : "",
                          row->unit);
    }
    if (json) {
        wh_jw_end(&w);
        wh_buf_str(&b, "\n");
    }
    fwrite(b.ptr, 1, b.len, stdout);
    wh_buf_done(&b);
}

static wh_status run_one(const struct config *cfg, struct wh_error *err)
{
    struct sim_plan plan;
    struct sim_result r;
    struct printing p = {.on = cfg->moves};
    WH_TRY(make_plan(cfg, &plan, err));
    wh_status st = WH_OK;
    if (plan.cells != 1)
        st = wh_fail(err, WH_ERR_CLI_VALUE, "--set: run plays one game; sweep takes lists");
    if (st == WH_OK) st = play_one(&plan, 0, 0, &p, &r, err);
    if (st == WH_OK && cfg->moves) {
        fputs(sim_moves_header, stdout);
        fwrite(p.buf.ptr, 1, p.buf.len, stdout);
    }
    if (st == WH_OK && !cfg->moves) print_result(&r, cfg->json);
    wh_buf_done(&p.buf);
    sim_plan_done(&plan);
    return st;
}

/* The folder is new, or holds a beginning of exactly this plan. */
static wh_status check_folder(const struct sim_plan *plan, const char *dir, int argc,
                              const char *const *argv, struct wh_error *err)
{
    struct sim_plan old;
    char keep[512], differs[200];
    bool fresh;
    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        return wh_fail(err, WH_ERR_FILE_WRITE, "%s: %s", dir, strerror(errno));
    WH_TRY(sim_manifest_read(dir, &old, &fresh, keep, err));
    if (fresh) {
        char path[4096];
        struct stat sb;
        snprintf(path, sizeof path, "%s/runs.csv", dir);
        if (stat(path, &sb) == 0)
            return wh_fail(err, WH_ERR_SIM_FOREIGN, "%s: runs.csv without manifest.json", dir);
        return sim_manifest_write(plan, dir, argc, argv, err);
    }
    sim_plan_differs(&old, plan, differs);
    bool slice = old.shard == plan->shard && old.shards == plan->shards;
    sim_plan_done(&old);
    if (differs[0] != 0)
        return wh_fail(err, WH_ERR_SIM_FOREIGN, "%s: results of another sweep: %s", dir, differs);
    if (!slice)
        return wh_fail(err, WH_ERR_SIM_FOREIGN,
                       "%s: results of another sweep: shard is another one", dir);
    return WH_OK;
}

/* *code: of the process, if a signal ended the sweep. */
static wh_status sweep(const struct config *cfg, int argc, const char *const *argv, int *code,
                       struct wh_error *err)
{
    struct sim_plan plan;
    int interrupted = 0;
    if (cfg->out == NULL) return wh_fail(err, WH_ERR_CLI_MISSING, "--out: the folder of the sweep");
    WH_TRY(make_plan(cfg, &plan, err));
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    struct sim_sweep_options o = {.dir = cfg->out, .quiet = cfg->quiet, .arena = ARENA};
    o.jobs = cfg->jobs != 0 ? (unsigned)(cfg->jobs < 1024 ? cfg->jobs : 1024)
                            : (unsigned)(cpus > 0 ? cpus : 1);
    wh_status st = check_folder(&plan, cfg->out, argc, argv, err);
    if (st == WH_OK) st = sim_sweep(&plan, &o, &interrupted, err);
    struct wh_error later;
    if (st == WH_OK || err->code == WH_ERR_SIM_PLUGIN) { /* finished runs are kept */
        wh_status built = sim_sqlite_build(&plan, cfg->out, st == WH_OK ? err : &later);
        if (st == WH_OK) st = built;
    }
    sim_plan_done(&plan);
    if (st == WH_OK && interrupted != 0) {
        if (!cfg->quiet) fprintf(stderr, NAME ": interrupted; the same command goes on\n");
        *code = 128 + interrupted;
    }
    return st;
}

static wh_status replay(const struct config *cfg, const char *dir, struct wh_error *err)
{
    struct sim_plan plan;
    struct sim_result r;
    char keep[512];
    bool fresh;
    WH_TRY(sim_manifest_read(dir, &plan, &fresh, keep, err));
    if (fresh) return wh_fail(err, WH_ERR_SIM_RESULTS, "%s holds no manifest.json", dir);
    wh_status st = WH_OK;
    if (cfg->cell >= plan.cells || cfg->run >= plan.runs)
        st = wh_fail(err, WH_ERR_CLI_RANGE,
                     "--cell %" PRIu64 " --run %" PRIu64 ": the sweep has %" PRIu64
                     " cells of %" PRIu64 " runs",
                     cfg->cell, cfg->run, plan.cells, plan.runs);
    struct printing p = {.cell = cfg->cell, .run = cfg->run, .on = true};
    if (st == WH_OK) st = play_one(&plan, cfg->cell, cfg->run, &p, &r, err);
    if (st == WH_OK) {
        fputs(sim_moves_header, stdout);
        fwrite(p.buf.ptr, 1, p.buf.len, stdout);
    }
    wh_buf_done(&p.buf);
    sim_plan_done(&plan);
    return st;
}

static void list_one(const char *name, const char *text)
{
    printf("  %-18s %s\n", name, text);
}

static void list(void)
{
    printf("protocols (protocol)\n");
#define PROTOCOL(name, text) list_one(#name, text);
#include "game/sim/protocols.def"
#undef PROTOCOL
    printf("strategies (strategy)\n");
#define STRATEGY(name, text) list_one(#name, text);
#include "game/sim/strategies.def"
#undef STRATEGY
    printf("parameters: name, unit, default, range, section, meaning\n");
    for (size_t i = 0; i < SIM_PARAM_COUNT; i++) {
        enum sim_param p = (enum sim_param)i;
        const struct sim_param_row *r = sim_param(p);
        char low[48], high[48], range[128];
        if (r->kind == SIM_KIND_CHOICE) {
            bool table = r->words[0] == '|';
            snprintf(range, sizeof range, "%s", table ? "see above" : r->words);
        } else {
            sim_param_text(p, r->min, low);
            sim_param_text(p, r->max, high);
            snprintf(range, sizeof range, "%s..%s", low, high);
        }
        printf("  %-16s %-5s %-12s %-30s [%s] %s\n", r->name, sim_param_unit(p), r->def, range,
               r->section, r->help);
    }
    printf("results: name, unit, meaning\n");
    for (size_t i = 0; i < SIM_RESULT_COUNT; i++) {
        const struct sim_result_row *r = sim_result_row((enum sim_result_id)i);
        printf("  %-18s %-4s %s\n", r->name, r->unit, r->help);
    }
}

int main(int argc, char **argv)
{
    struct wh_cli cli;
    struct config cfg = {0};
    struct wh_error err = {0};
    int code = 0;
    if (!wh_cli_start(&cli, &program, argc, argv, &cfg, &code)) return code;
    wh_status st = WH_OK;
    switch ((int)(cli.command - commands)) {
    case RUN: st = run_one(&cfg, &err); break;
    case SWEEP: st = sweep(&cfg, argc, (const char *const *)argv, &code, &err); break;
    case REPLAY: {
        const char *here = cfg.out != NULL ? cfg.out : ".";
        st = replay(&cfg, cli.arg_count != 0 ? cli.args[0] : here, &err);
        break;
    }
    case MERGE: st = sim_merge(cli.args[0], cli.args + 1, (size_t)cli.arg_count - 1, &err); break;
    case TABLE: st = sim_table(cli.args[0], cfg.y != NULL ? cfg.y : TABLE_COLUMNS, &err); break;
    case PLOT: {
        struct sim_plot o = {cfg.kind, cfg.x, cfg.y, cfg.by, cfg.log, cfg.title, cfg.out};
        st = sim_plot(cli.args[0], &o, &err);
        break;
    }
    default: list(); break;
    }
    wh_cli_done(&cli);
    return st == WH_OK ? code : wh_error_print(stderr, NAME, &err);
}
