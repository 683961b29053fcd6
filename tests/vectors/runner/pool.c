/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/pool.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "evm/native/crypto.h"
#include "proto/sys/file.h"

enum { EXIT_UNREADABLE = 2, WATCH_MS = 50, SLOTS = 64, STILL_FACTOR = 10 };

struct worker {
    pid_t pid;    /* 0: none */
    bool timeout; /* it was ended for its time */
};

/* first: the unit to run first; UINT64_MAX: claim one. */
static int worker_run(struct pool *p, struct worker_slot *slot, uint64_t first, uint64_t skip_to)
{
    static struct runner r;
    r = (struct runner){.opt = p->opt,
                        .crypto = wh_native_crypto(),
                        .skips = p->skips,
                        .shared = p->shared,
                        .slot = slot};
    if (r.crypto == NULL || !runner_open(&r)) {
        fprintf(stderr, "whittle-vectors: no memory\n");
        return EXIT_UNREADABLE;
    }
    r.claims.mine = first != UINT64_MAX ? first : atomic_fetch_add(&p->shared->next, 1);
    r.claims.skip_to = skip_to;
    bool ok = plan_run(p->plan, &r);
    runner_close(&r);
    return ok ? 0 : EXIT_UNREADABLE;
}

static bool spawn(struct pool *p, struct worker *w, size_t i, uint64_t first, uint64_t skip_to)
{
    struct worker_slot *slot = &p->shared->slots[i];
    atomic_store(&slot->started_ms, 0);
    fflush(NULL);
    *w = (struct worker){.pid = fork()};
    if (w->pid == 0) {
        int code = worker_run(p, slot, first, skip_to);
        fflush(NULL);
        _exit(code);
    }
    return w->pid > 0;
}

/* A worker that died: its case has failed; another one goes on behind it. */
static bool replace(struct pool *p, struct worker *w, size_t i, int status)
{
    struct worker_slot *s = &p->shared->slots[i];
    bool running = atomic_load(&s->started_ms) != 0;
    struct tally_row *row = tally_row(&p->shared->tally, s->suite, running ? s->fork : "-");
    atomic_fetch_add(&row->n[TALLY_FAILED], 1);
    char why[128];
    snprintf(why, sizeof why, "    worker: expected an end, got %s %d%s\n",
             WIFSIGNALED(status) ? "signal" : "exit code",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
             w->timeout ? " (over its time)" : "");
    failure_say(p->opt, s->suite, s->file, running ? s->name : "(file)", running ? s->fork : "-",
                why);
    if (!running || atomic_load(&s->by_case)) return spawn(p, w, i, UINT64_MAX, 0);
    return spawn(p, w, i, atomic_load(&s->unit), atomic_load(&s->case_index));
}

/* Processor time, so that a busy machine fails nothing; and the clock for a worker that stands still. */
static bool over_time(const struct pool *p, const struct worker *w, const struct worker_slot *s)
{
    clockid_t clock;
    struct timespec t;
    uint64_t began = atomic_load(&s->started_ms), limit = p->opt->timeout_ms, now = wh_mono_ms();
    if (limit == 0 || began == 0 || now < began) return false;
    if (now - began > STILL_FACTOR * limit) return true;
    if (now - began <= limit || clock_getcpuclockid(w->pid, &clock) != 0 ||
        clock_gettime(clock, &t) != 0)
        return false;
    uint64_t used = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
    return used > atomic_load(&s->cpu_ms) + limit && atomic_load(&s->started_ms) == began;
}

static void watch_time(const struct pool *p, struct worker *w, size_t i)
{
    if (w->timeout || !over_time(p, w, &p->shared->slots[i])) return;
    w->timeout = true;
    kill(w->pid, SIGKILL);
}

/* True: the worker is gone for good. */
static bool reap(struct pool *p, struct worker *w, size_t i, bool *ok)
{
    int status;
    pid_t pid = waitpid(w->pid, &status, WNOHANG);
    if (pid == 0) {
        watch_time(p, w, i);
        return false;
    }
    bool ended = pid > 0 && WIFEXITED(status);
    if (ended && WEXITSTATUS(status) == 0) return true;
    if (ended && WEXITSTATUS(status) == EXIT_UNREADABLE) {
        *ok = false;
        return true;
    }
    if (replace(p, w, i, status)) return false;
    *ok = false;
    return true;
}

bool pool_run(struct pool *p)
{
    struct worker workers[SLOTS] = {0};
    size_t jobs = p->opt->jobs, left = 0;
    bool ok = true;
    if (jobs == 0) return worker_run(p, &p->shared->slots[0], UINT64_MAX, 0) == 0;
    for (size_t i = 0; i < jobs; i++) {
        if (!spawn(p, &workers[i], i, UINT64_MAX, 0)) return false;
        left++;
    }
    while (left > 0) {
        for (size_t i = 0; i < jobs; i++)
            if (workers[i].pid > 0 && reap(p, &workers[i], i, &ok)) {
                workers[i].pid = 0;
                left--;
            }
        if (left > 0) usleep(WATCH_MS * 1000);
    }
    return ok;
}
