/* SPDX-License-Identifier: MIT */
/* Whole games a second, rows included, on as many threads as the first argument says (2):
 * whittle at K = 20 against one rival, and against 1,000 (all at the last step: one path is shared;
 * spread over all steps), then a sweep of a million games (second argument: how many). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "game/sim/sweep.h"

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void measure(const char *name, const char *const *set, size_t count, uint64_t runs,
                    unsigned jobs, const char *dir)
{
    struct sim_plan plan = {.seed = 1, .runs = runs, .shards = 1};
    struct sim_sweep_options o = {
        .dir = dir, .jobs = jobs, .quiet = true, .arena = (size_t)2 << 30};
    struct wh_error err = {0};
    int interrupted;
    char path[4096];
    struct rusage use;
    sim_params_default(&plan.base);
    double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    if (sim_plan_axes(&plan, set, count, &err) != WH_OK ||
        sim_sweep(&plan, &o, &interrupted, &err) != WH_OK ||
        sim_sqlite_build(&plan, dir, &err) != WH_OK) {
        fprintf(stderr, "%s: %s\n", name, err.what);
        exit(1);
    }
    wall = now(CLOCK_MONOTONIC) - wall;
    cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    getrusage(RUSAGE_SELF, &use);
    double games = (double)(plan.cells * runs);
    printf("%-34s %9.0f games %8.1f s %10.0f games/s; %8.1f us of processor a game; peak %ld MiB\n",
           name, games, wall, games / wall, cpu * 1e6 / games, use.ru_maxrss / 1024);
    fflush(stdout);
    sim_plan_done(&plan);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, i ? "sim.sqlite" : "runs.csv");
        unlink(path);
    }
}

int main(int argc, char **argv)
{
    unsigned jobs = argc > 1 ? (unsigned)atoi(argv[1]) : 2;
    uint64_t million = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
    char dir[] = "/tmp/whittle-bench-sim-XXXXXX";
    if (mkdtemp(dir) == NULL) return 1;
    measure("k=20 n_evil=1", NULL, 0, 40000, jobs, dir);
    measure("k=20 n_evil=1 hash=keccak", (const char *const[]){"hash=keccak"}, 1, 10000, jobs, dir);
    measure("k=20 n_evil=1000 lie=last", (const char *const[]){"n_evil=1000", "lie=last"}, 2, 200,
            jobs, dir);
    measure("k=20 n_evil=1000 lie=shared", (const char *const[]){"n_evil=1000"}, 1, 100, jobs, dir);
    measure("k=20 n_evil=1000 lie=spread", (const char *const[]){"n_evil=1000", "lie=spread"}, 2,
            20, jobs, dir);
    measure("sweep of 10 cells", (const char *const[]){"delta=0s..9h:+1h"}, 1, million / 10, jobs,
            dir);
    rmdir(dir);
    return 0;
}
