/* SPDX-License-Identifier: MIT */
/* Threads take chunks of runs; the main thread writes them in order. */
#include "game/sim/sweep.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evm/native/crypto.h"
#include "proto/sys/file.h"

#define CHUNK  32u /* runs */
#define WINDOW 64u /* chunks between the oldest unwritten and the newest begun */

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
    stopped = sig;
}

struct slot {
    struct wh_buf rows, moves; /* of the runs that were finished */
    uint64_t runs;
    bool ready;
};

struct crew {
    const struct sim_plan *plan;
    const struct sim_sweep_options *o;
    pthread_mutex_t lock;
    pthread_cond_t made, taken;
    uint64_t from, to;      /* runs */
    uint64_t next, written; /* chunks begun, chunks written */
    uint64_t chunks, done;  /* done: runs written */
    unsigned active;        /* threads at work */
    bool failed;
    struct wh_error err; /* of the first that failed */
    struct slot slot[WINDOW];
};

wh_status sim_arena_open(struct wh_arena *a, size_t size, struct wh_error *err)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED)
        return wh_fail(err, WH_ERR_NOMEM, "%zu MiB: %s", size >> 20, strerror(errno));
    (void)madvise(p, size, MADV_HUGEPAGE); /* games of many rivals are all cache and TLB misses */
    wh_arena_init(a, p, size);
    return WH_OK;
}

void sim_arena_close(struct wh_arena *a)
{
    if (a->base != NULL) munmap(a->base, a->cap);
}

struct logging {
    struct wh_buf *out;
    uint64_t cell, run, step;
};

static void log_row(void *ctx, const struct sim_log_row *row)
{
    struct logging *l = ctx;
    sim_moves_row(l->cell, l->run, l->step++, row, l->out);
}

/* Plays a chunk. Whatever ends it early, what it finished before is in out. */
static wh_status play_chunk(struct crew *c, uint64_t chunk, struct wh_arena *arena,
                            struct sim_plugin *plugin, struct slot *out, struct wh_error *err)
{
    out->runs = 0;
    const struct sim_plan *plan = c->plan;
    uint64_t from = c->from + chunk * CHUNK, to = from + CHUNK < c->to ? from + CHUNK : c->to;
    struct sim_params p;
    uint64_t cell = UINT64_MAX;
    for (uint64_t i = from; i < to && !stopped; i++) {
        struct sim_result r;
        size_t moves = out->moves.len;
        uint64_t run = i % plan->runs;
        if (i / plan->runs != cell) sim_plan_cell(plan, cell = i / plan->runs, &p);
        struct sim_stream stream = {plan->seed, (uint32_t)cell, (uint32_t)run};
        struct logging l = {&out->moves, cell, run, 0};
        wh_status st =
            sim_play(&p, &stream, arena, plugin, plan->moves ? log_row : NULL, &l, &r, err);
        if (st == WH_OK) sim_csv_row(plan, &p, cell, run, &r, &out->rows);
        if (!wh_buf_ok(&out->rows) || !wh_buf_ok(&out->moves)) {
            out->runs = 0; /* a row may be cut */
            return wh_fail(err, WH_ERR_NOMEM, "rows of runs");
        }
        if (st != WH_OK) {
            out->moves.len = moves;
            return st;
        }
        out->runs++;
    }
    return WH_OK;
}

static void *work(void *ctx)
{
    struct crew *c = ctx;
    struct wh_arena arena = {0};
    struct sim_plugin *plugin = NULL;
    struct wh_error err = {0};
    wh_status st = sim_arena_open(&arena, c->o->arena, &err);
    if (st == WH_OK && c->plan->base.plugin != NULL)
        st = sim_plugin_open(c->plan->base.plugin, c->plan->base.v[SIM_PLUGIN_TIMEOUT], &plugin,
                             &err);
    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (st == WH_OK && !c->failed && !stopped && c->next < c->chunks &&
               c->next >= c->written + WINDOW)
            pthread_cond_wait(&c->taken, &c->lock);
        if (st != WH_OK || c->failed || stopped || c->next >= c->chunks) break;
        uint64_t chunk = c->next++;
        struct slot *s = &c->slot[chunk % WINDOW];
        pthread_mutex_unlock(&c->lock);
        wh_buf_reset(&s->rows);
        wh_buf_reset(&s->moves);
        st = play_chunk(c, chunk, &arena, plugin, s, &err);
        pthread_mutex_lock(&c->lock);
        s->ready = true;
        pthread_cond_broadcast(&c->made);
    }
    if (st != WH_OK && !c->failed) c->failed = true, c->err = err;
    c->active--;
    pthread_cond_broadcast(&c->made);
    pthread_cond_broadcast(&c->taken);
    pthread_mutex_unlock(&c->lock);
    sim_plugin_close(plugin);
    sim_arena_close(&arena);
    return NULL;
}

/* --- files */
static wh_status write_all(FILE *f, const struct wh_buf *b, const char *name, struct wh_error *err)
{
    if (b->len != 0 && fwrite(b->ptr, 1, b->len, f) != b->len)
        return wh_fail(err, WH_ERR_FILE_WRITE, "%s: %s", name, strerror(errno));
    return WH_OK;
}

/* Opens dir/name, keeps its first `keep` rows after the header and cuts the rest off. runs.csv: all
 * whole rows. moves.csv: rows of runs below `keep`. */
static wh_status open_rows(const struct sim_plan *plan, const char *dir, const char *name,
                           const char *header, uint64_t from, uint64_t *keep, FILE **out,
                           struct wh_error *err)
{
    char path[PATH_MAX], *line = NULL;
    size_t cap = 0;
    ssize_t n;
    bool runs = strcmp(name, "runs.csv") == 0;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "a+");
    if (f == NULL) return wh_fail(err, WH_ERR_FILE_WRITE, "%s: %s", path, strerror(errno));
    rewind(f);
    long good = 0;
    uint64_t rows = 0;
    wh_status st = WH_OK;
    if ((n = getline(&line, &cap, f)) > 0 && line[n - 1] == '\n') {
        if (strcmp(line, header) != 0)
            st = wh_fail(err, WH_ERR_SIM_FOREIGN, "%s: columns differ from this version's", path);
        good = ftell(f);
        while (st == WH_OK && (n = getline(&line, &cap, f)) > 0 && line[n - 1] == '\n') {
            uint64_t cell, run;
            if (sscanf(line, "%" SCNu64 ",%" SCNu64, &cell, &run) != 2) break;
            if (runs ? cell * plan->runs + run != from + rows
                     : cell * plan->runs + run >= from + *keep)
                break;
            rows++;
            good = ftell(f);
        }
    }
    free(line);
    if (st == WH_OK && (ftruncate(fileno(f), good) != 0 || fseek(f, 0, SEEK_END) != 0))
        st = wh_fail(err, WH_ERR_FILE_WRITE, "%s: %s", path, strerror(errno));
    if (st == WH_OK && good == 0 && fputs(header, f) < 0)
        st = wh_fail(err, WH_ERR_FILE_WRITE, "%s: %s", path, strerror(errno));
    if (runs) *keep = rows;
    if (st != WH_OK) {
        fclose(f);
        return st;
    }
    *out = f;
    return WH_OK;
}

/* --- progress: on a terminal, at most five times a second */
struct progress {
    bool on;
    uint64_t begun_ms, shown_ms, first, total;
};

static void show(struct progress *p, uint64_t done, bool last)
{
    uint64_t now = wh_mono_ms();
    if (!p->on || (!last && now - p->shown_ms < 200)) return;
    p->shown_ms = now;
    uint64_t ms = now - p->begun_ms, made = done - p->first;
    double rate = ms == 0 ? 0 : (double)made * 1000 / (double)ms;
    uint64_t left = rate > 0 ? (uint64_t)((double)(p->total - done) / rate) : 0;
    fprintf(stderr,
            "\rplaying %" PRIu64 "/%" PRIu64 " games %3" PRIu64 "%%  %.0f games/s  ETA %" PRIu64
            "m%02" PRIu64 "s ",
            done, p->total, p->total ? 100 * done / p->total : 100, rate, left / 60, left % 60);
    if (last) fputc('\n', stderr);
    fflush(stderr);
}

static wh_status write_slot(const struct slot *s, FILE *rows, FILE *moves, struct wh_error *err)
{
    if (moves != NULL) {
        WH_TRY(write_all(moves, &s->moves, "moves.csv", err));
        if (fflush(moves) != 0)
            return wh_fail(err, WH_ERR_FILE_WRITE, "moves.csv: %s", strerror(errno));
    }
    WH_TRY(write_all(rows, &s->rows, "runs.csv", err));
    if (fflush(rows) != 0) return wh_fail(err, WH_ERR_FILE_WRITE, "runs.csv: %s", strerror(errno));
    return WH_OK;
}

/* Writes chunks in order, up to the first that was not played to its end. */
static wh_status write_chunks(struct crew *c, FILE *rows, FILE *moves, uint64_t done_before,
                              struct wh_error *err)
{
    struct progress bar = {.on = isatty(2) && !c->o->quiet,
                           .begun_ms = wh_mono_ms(),
                           .first = done_before,
                           .total = done_before + c->to - c->from};
    wh_status st = WH_OK;
    bool whole = true;
    pthread_mutex_lock(&c->lock);
    while (c->written < c->chunks && st == WH_OK && whole) {
        struct slot *s = &c->slot[c->written % WINDOW];
        while (!s->ready && c->active != 0)
            pthread_cond_wait(&c->made, &c->lock);
        if (!s->ready) break;
        pthread_mutex_unlock(&c->lock);
        uint64_t left = c->to - c->from - c->done;
        whole = s->runs == (left < CHUNK ? left : CHUNK);
        if (s->runs != 0) st = write_slot(s, rows, moves, err);
        c->done += st == WH_OK ? s->runs : 0;
        show(&bar, done_before + c->done, false);
        pthread_mutex_lock(&c->lock);
        s->ready = false;
        c->written += whole;
        pthread_cond_broadcast(&c->taken);
    }
    if (st != WH_OK) c->failed = true, c->err = *err;
    if (c->failed && st == WH_OK) {
        *err = c->err;
        st = c->err.status;
    }
    show(&bar, done_before + c->done, true);
    pthread_cond_broadcast(&c->taken);
    pthread_mutex_unlock(&c->lock);
    return st;
}

static wh_status run_crew(struct crew *c, FILE *rows, FILE *moves, uint64_t done,
                          struct wh_error *err)
{
    unsigned jobs = c->o->jobs;
    pthread_t *thread = calloc(jobs, sizeof *thread);
    if (thread == NULL) return wh_fail(err, WH_ERR_NOMEM, "threads");
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->made, NULL);
    pthread_cond_init(&c->taken, NULL);
    unsigned n = 0;
    c->active = jobs;
    for (; n < jobs; n++)
        if (pthread_create(&thread[n], NULL, work, c) != 0) break;
    pthread_mutex_lock(&c->lock);
    c->active -= jobs - n;
    pthread_mutex_unlock(&c->lock);
    wh_status st = n == 0 ? wh_fail(err, WH_ERR_SYS, "no thread could be started")
                          : write_chunks(c, rows, moves, done, err);
    for (unsigned i = 0; i < n; i++)
        pthread_join(thread[i], NULL);
    for (unsigned i = 0; i < WINDOW; i++) {
        wh_buf_done(&c->slot[i].rows);
        wh_buf_done(&c->slot[i].moves);
    }
    free(thread);
    return st;
}

static void watch_signals(void)
{
    struct sigaction sa = {.sa_handler = on_signal};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
}

wh_status sim_sweep(const struct sim_plan *plan, const struct sim_sweep_options *o,
                    int *interrupted, struct wh_error *err)
{
    struct crew *c = calloc(1, sizeof *c);
    struct wh_buf header = {0};
    FILE *rows = NULL, *moves = NULL;
    uint64_t keep = 0;
    if (c == NULL) return wh_fail(err, WH_ERR_NOMEM, "sweep");
    if (wh_native_crypto() == NULL) { /* built once, before threads ask for it */
        free(c);
        return wh_fail(err, WH_ERR_CRYPTO, "crypto table");
    }
    c->plan = plan;
    c->o = o;
    sim_plan_slice(plan, &c->from, &c->to);
    sim_csv_header(plan, &header);
    const char *text = wh_buf_cstr(&header);
    wh_status st = text == NULL
                       ? wh_fail(err, WH_ERR_NOMEM, "header")
                       : open_rows(plan, o->dir, "runs.csv", text, c->from, &keep, &rows, err);
    if (st == WH_OK && plan->moves)
        st = open_rows(plan, o->dir, "moves.csv", sim_moves_header, c->from, &keep, &moves, err);
    if (st == WH_OK) {
        stopped = 0;
        watch_signals();
        c->from += keep;
        c->chunks = (c->to - c->from + CHUNK - 1) / CHUNK;
        st = run_crew(c, rows, moves, keep, err);
    }
    *interrupted = c->done < c->to - c->from ? (int)stopped : 0;
    if (rows != NULL && fclose(rows) != 0 && st == WH_OK)
        st = wh_fail(err, WH_ERR_FILE_WRITE, "runs.csv: %s", strerror(errno));
    if (moves != NULL && fclose(moves) != 0 && st == WH_OK)
        st = wh_fail(err, WH_ERR_FILE_WRITE, "moves.csv: %s", strerror(errno));
    wh_buf_done(&header);
    free(c);
    return st;
}
