/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/runner.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "tests/guest/segment_file.h"

/* Address space alone: pages come when they are touched. */
#define KEEP_SIZE   ((size_t)1 << 34)
#define WORK_SIZE   ((size_t)1 << 36)
#define FRAMES_SIZE ((size_t)1 << 35)
#define KEPT        ((size_t)32 << 20) /* pages below this stay */

enum { SHOWN_BYTES = 64, SLOW_MS = 2000 };

static bool arena_map(struct wh_arena *a, size_t cap)
{
    void *p =
        mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return false;
    wh_arena_init(a, p, cap);
    return true;
}

bool runner_open(struct runner *r)
{
    return arena_map(&r->keep, KEEP_SIZE) && arena_map(&r->work, WORK_SIZE) &&
           arena_map(&r->frames, FRAMES_SIZE) && store_init(&r->store, &r->keep);
}

void runner_close(struct runner *r)
{
    store_done(&r->store);
    wh_buf_done(&r->why);
    if (r->segments != NULL) fclose(r->segments);
    munmap(r->keep.base, KEEP_SIZE);
    munmap(r->work.base, WORK_SIZE);
    munmap(r->frames.base, FRAMES_SIZE);
}

/* Steps take memory from both ends of their half of work. */
void runner_forget(struct runner *r)
{
    madvise(r->keep.base + KEPT, KEEP_SIZE - KEPT, MADV_DONTNEED);
    madvise(r->frames.base + KEPT, FRAMES_SIZE - KEPT, MADV_DONTNEED);
    madvise(r->work.base + KEPT, WORK_SIZE / 2 - KEPT, MADV_DONTNEED);
    madvise(r->work.base + WORK_SIZE / 2 + KEPT, WORK_SIZE / 2 - KEPT, MADV_DONTNEED);
}

/* ---- cases ---- */

/* FNV-1a: the same cases in each run, of all files and forks. */
static bool sampled(uint32_t sample, const char *name, const char *fork)
{
    uint32_t h = 2166136261u;
    if (sample < 2) return true;
    for (const char *p = name; *p != 0; p++)
        h = (h ^ (uint8_t)*p) * 16777619u;
    for (const char *p = fork; *p != 0; p++)
        h = (h ^ (uint8_t)*p) * 16777619u;
    return (h ^ h >> 16) % sample == 0;
}

static bool wanted(const struct runner *r, const char *name, const char *fork)
{
    const struct runner_options *o = r->opt;
    if (o->fork != NULL && strcmp(fork, o->fork) != 0) return false;
    if (!sampled(o->sample, name, fork)) return false;
    return o->filter == NULL || strstr(name, o->filter) != NULL ||
           strstr(r->member->path, o->filter) != NULL;
}

void claims_next(struct runner *r)
{
    if (!r->claims.spent) return;
    r->claims.mine = atomic_fetch_add(&r->shared->next, 1);
    r->claims.spent = false;
}

/* In a slow member each case is a unit; elsewhere the whole member is this worker's. */
static bool claimed(struct runner *r)
{
    struct claims *c = &r->claims;
    if (!c->by_case) return r->case_index > c->skip_to;
    claims_next(r);
    if (c->unit++ != c->mine) return false;
    c->spent = true;
    return true;
}

static uint64_t cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void announce(struct runner *r)
{
    struct worker_slot *s = r->slot;
    snprintf(s->suite, sizeof s->suite, "%s", r->member->suite);
    snprintf(s->file, sizeof s->file, "%s", r->member->path);
    snprintf(s->name, sizeof s->name, "%s", r->name);
    snprintf(s->fork, sizeof s->fork, "%s", r->fork);
    atomic_store(&s->case_index, r->case_index);
    r->began_ms = wh_mono_ms();
    atomic_store(&s->cpu_ms, cpu_ms());
    atomic_store(&s->started_ms, r->began_ms);
}

static void count(const struct runner *r, enum tally_kind kind)
{
    struct tally_row *row = tally_row(&r->shared->tally, r->member->suite, r->fork);
    atomic_fetch_add(&row->n[kind], 1);
}

bool case_begin(struct runner *r, const char *name, const char *fork)
{
    r->case_index++;
    if (!wanted(r, name, fork) || !claimed(r)) return false;
    r->name = name;
    r->fork = fork;
    r->stateless = r->bad = false;
    wh_buf_reset(&r->why);
    if (skips_find(r->skips, r->member->suite, r->member->path, name, fork) != NULL) {
        count(r, TALLY_SKIPPED);
        return false;
    }
    announce(r);
    return true;
}

void case_differs(struct runner *r, const char *what, const char *expected, const char *got)
{
    r->bad = true;
    wh_buf_printf(&r->why, "    %s: expected %s, got %s\n", what, expected, got);
}

void case_differs_f(struct runner *r, const char *what, const char *expected, const char *fmt, ...)
{
    char got[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(got, sizeof got, fmt, ap);
    va_end(ap);
    case_differs(r, what, expected, got);
}

bool case_hash(struct runner *r, const char *what, const bytes32 *expected, const bytes32 *got)
{
    if (bytes32_eq(expected, got)) return true;
    case_differs(r, what, wh_hex32(expected).s, wh_hex32(got).s);
    return false;
}

static const char *shown(wh_span b, char *out, size_t cap)
{
    size_t n = b.len < SHOWN_BYTES ? b.len : SHOWN_BYTES;
    int at = snprintf(out, cap, "%zu bytes 0x", b.len);
    wh_hex_encode(b.ptr, n, out + at);
    if (n < b.len) strcat(out, "...");
    return out;
}

bool case_bytes(struct runner *r, const char *what, wh_span expected, wh_span got)
{
    char e[2 * SHOWN_BYTES + 64], g[2 * SHOWN_BYTES + 64];
    if (expected.len == got.len && (got.len == 0 || memcmp(expected.ptr, got.ptr, got.len) == 0))
        return true;
    case_differs(r, what, shown(expected, e, sizeof e), shown(got, g, sizeof g));
    return false;
}

bool case_u64(struct runner *r, const char *what, uint64_t expected, uint64_t got)
{
    char text[24];
    if (expected == got) return true;
    snprintf(text, sizeof text, "%" PRIu64, expected);
    case_differs_f(r, what, text, "%" PRIu64, got);
    return false;
}

/* One write, so that lines of two workers do not mix. */
static void say(int fd, const struct wh_buf *b)
{
    if (b->len > 0 && write(fd, b->ptr, b->len) < 0) perror("whittle-vectors");
}

void failure_say(const struct runner_options *o, const char *suite, const char *file,
                 const char *name, const char *fork, const char *why)
{
    struct wh_buf b = {0};
    if (o->json) {
        json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s}", "suite", suite, "file", file, "case",
                              name, "fork", fork, "differs", why);
        char *text = j != NULL ? json_dumps(j, JSON_COMPACT) : NULL;
        wh_buf_printf(&b, "%s\n", text != NULL ? text : "{}");
        free(text);
        json_decref(j);
    } else {
        wh_buf_printf(&b, "%sFAIL %s/%s: %s [%s]\n%s", o->tap ? "# " : "", suite, file, name, fork,
                      why);
    }
    say(STDOUT_FILENO, &b);
    wh_buf_done(&b);
}

static void say_slow(const struct runner *r, uint64_t ms)
{
    struct wh_buf b = {0};
    wh_buf_printf(&b, "slow %6.1f s %s/%s: %s [%s]\n", (double)ms / 1000, r->member->suite,
                  r->member->path, r->name, r->fork);
    say(r->opt->json || r->opt->tap ? STDERR_FILENO : STDOUT_FILENO, &b);
    wh_buf_done(&b);
}

void case_end(struct runner *r)
{
    uint64_t ms = wh_mono_ms() - r->began_ms;
    atomic_store(&r->slot->started_ms, 0);
    count(r, r->bad ? TALLY_FAILED : TALLY_PASSED);
    if (r->stateless && !r->bad) count(r, TALLY_STATELESS);
    const char *why = wh_buf_cstr(&r->why);
    if (r->bad)
        failure_say(r->opt, r->member->suite, r->member->path, r->name, r->fork,
                    why != NULL ? why : "");
    if (r->opt->slowest && ms >= SLOW_MS) say_slow(r, ms);
    r->name = r->fork = NULL;
}

void case_skip(struct runner *r, const char *text)
{
    if (r->bad || skips_find(r->skips, "", "", text, "") == NULL) {
        case_differs(r, "skip", "a reason in the file of skips", text);
        case_end(r);
        return;
    }
    atomic_store(&r->slot->started_ms, 0);
    count(r, TALLY_SKIPPED);
    r->name = r->fork = NULL;
}

void case_segment(struct runner *r, const uint8_t pre[SEG_STATE_SIZE], uint64_t target,
                  const bytes32 *input_hash, wh_span trace, uint64_t x,
                  const struct seg_result *result)
{
    char text[1200];
    if (r->opt->segments == NULL) return;
    if (r->segments == NULL) {
        snprintf(text, sizeof text, "%s/%ld.segments", r->opt->segments, (long)getpid());
        r->segments = fopen(text, "wb");
    }
    snprintf(text, sizeof text, "%s: %s [%s]", r->member->path, r->name, r->fork);
    if (r->segments == NULL ||
        !segment_put(r->segments, text, pre, target, input_hash, trace, x, result))
        case_differs(r, "segment", "written", "not");
}

struct slow {
    const char *path, *fork;
};

static const struct slow SLOW_CASES[] = {
#define SLOW(path, fork) {path, fork},
#include "tests/vectors/runner/slow.def"
#undef SLOW
};

static const struct slow *slow_of(const char *path)
{
    for (size_t i = 0; i < sizeof SLOW_CASES / sizeof *SLOW_CASES; i++)
        if (strstr(path, SLOW_CASES[i].path) != NULL) return &SLOW_CASES[i];
    return NULL;
}

bool member_is_slow(const char *path)
{
    return slow_of(path) != NULL;
}

bool case_memory(const struct runner *r)
{
    return r->opt->mode != MODE_STATELESS;
}

bool case_stateless(const struct runner *r)
{
    const struct slow *s = slow_of(r->member->path);
    if (r->opt->mode == MODE_MEMORY) return false;
    return s == NULL || s->fork == NULL || strcmp(s->fork, r->fork) == 0;
}
