/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_SWEEP_H
#define WH_GAME_SIM_SWEEP_H

/* A sweep: cells of swept parameters, runs in each, on threads, into a folder.
 *
 * Folder: manifest.json (what was played), runs.csv (a row a run, in order of cell and run), moves.csv
 * (with --moves), sim.sqlite (the same tables). Rows are written in order, so what stands there is
 * always a prefix: an interrupted sweep goes on where it stopped. Equal plans give equal files for
 * any number of threads, and shards joined by sim_merge give the file of the whole. */

#include "game/sim/sim.h"

#define SIM_AXES_MAX  16u
#define SIM_FORMAT    2u /* of the folder */
#define SIM_CELLS_MAX UINT64_C(100000000)

struct sim_plan {
    struct sim_params base;
    struct sim_axis axis[SIM_AXES_MAX];
    unsigned axes;
    uint64_t seed;
    uint64_t cells, runs;
    uint64_t shard, shards; /* 0, 1: all of it */
    bool moves;
};

/* sim_plan_axes reads --set texts; single values go to base. Checks every cell. */
WH_MUST wh_status sim_plan_axes(struct sim_plan *plan, const char *const *set, size_t count,
                                struct wh_error *err);
void sim_plan_done(struct sim_plan *plan);
/* sim_plan_cell: the parameters of a cell; the first axis varies slowest. */
void sim_plan_cell(const struct sim_plan *plan, uint64_t cell, struct sim_params *out);
/* Runs [from, to) of the shard, numbered cell * runs + run. */
void sim_plan_slice(const struct sim_plan *plan, uint64_t *from, uint64_t *to);

/* manifest.c */
WH_MUST wh_status sim_manifest_write(const struct sim_plan *plan, const char *dir, int argc,
                                     const char *const *argv, struct wh_error *err);
/* sim_manifest_read: the plan of a folder; *fresh: there is none. plugin points into *keep. */
WH_MUST wh_status sim_manifest_read(const char *dir, struct sim_plan *plan, bool *fresh,
                                    char keep[512], struct wh_error *err);
/* sim_plan_differs: the first field in which two plans differ and what it is in both; empty: they are
 * one plan, but for the shard. */
void sim_plan_differs(const struct sim_plan *old, const struct sim_plan *new, char out[200]);
/* sim_plan_hash: of everything but the shard. */
void sim_plan_hash(const struct sim_plan *plan, char out[65]);

struct sim_sweep_options {
    const char *dir;
    unsigned jobs;
    bool quiet;
    size_t arena; /* bytes of address space per thread; touched as games need it */
};
/* sim_sweep plays what is missing. *interrupted: the signal that stopped it, or 0; everything written
 * stays. */
WH_MUST wh_status sim_sweep(const struct sim_plan *plan, const struct sim_sweep_options *o,
                            int *interrupted, struct wh_error *err);

/* rows.c: text of rows. */
void sim_csv_header(const struct sim_plan *plan, struct wh_buf *out);
void sim_csv_row(const struct sim_plan *plan, const struct sim_params *p, uint64_t cell,
                 uint64_t run, const struct sim_result *r, struct wh_buf *out);
extern const char sim_moves_header[];
void sim_moves_row(uint64_t cell, uint64_t run, uint64_t step, const struct sim_log_row *row,
                   struct wh_buf *out);

/* sqlite.c: sim.sqlite from the CSV files. */
WH_MUST wh_status sim_sqlite_build(const struct sim_plan *plan, const char *dir,
                                   struct wh_error *err);
/* merge.c */
WH_MUST wh_status sim_merge(const char *out, const char *const *dirs, size_t count,
                            struct wh_error *err);

/* sim_arena: a lazily touched mapping. */
WH_MUST wh_status sim_arena_open(struct wh_arena *a, size_t size, struct wh_error *err);
void sim_arena_close(struct wh_arena *a);

/* table.c: prints the mean of results (names with commas between them) for every cell. */
WH_MUST wh_status sim_table(const char *dir, const char *names, struct wh_error *err);

/* plot.c */
struct sim_plot {
    const char *kind; /* line, heat, cdf, or auto */
    const char *x, *y, *by, *log, *title, *file;
};
WH_MUST wh_status sim_plot(const char *dir, const struct sim_plot *o, struct wh_error *err);

#endif
