/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/plan.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/sys/file.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/tar.h"

#define FILE_MAX ((size_t)1 << 31)

/* ---- what is to be run ---- */

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* The last part of a path, without the end of an archive's name. */
static char *suite_of(const char *path)
{
    static const char *const ENDS[] = {".tar.zst"};
    char text[1024];
    snprintf(text, sizeof text, "%s", path);
    for (size_t n = strlen(text); n > 1 && text[n - 1] == '/'; n--)
        text[n - 1] = 0;
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        if (ends_with(text, ENDS[i])) {
            text[strlen(text) - strlen(ENDS[i])] = 0;
            break;
        }
    const char *slash = strrchr(text, '/');
    return strdup(slash != NULL ? slash + 1 : text);
}

static bool add(struct plan *p, const char *path, const char *suite, const char *shown,
                uint64_t size)
{
    struct plan_source *s = realloc(p->sources, (p->count + 1) * sizeof *s);
    if (s == NULL) return false;
    p->sources = s;
    s[p->count] = (struct plan_source){strdup(path), strdup(suite), strdup(shown), size,
                                       ends_with(path, ".tar.zst")};
    p->count++;
    return true;
}

static bool cannot(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return false;
}

struct folders {
    char **paths;
    size_t count;
};

static bool later(struct folders *f, const char *path)
{
    char **paths = realloc(f->paths, (f->count + 1) * sizeof *paths);
    if (paths == NULL) return false;
    f->paths = paths;
    paths[f->count++] = strdup(path);
    return true;
}

static bool interesting(const char *name)
{
    return ends_with(name, ".json") || ends_with(name, ".json.zst") || ends_with(name, ".tar.zst");
}

/* Archives are suites of their own, wherever they stand; files belong to the first folder inside the
 * argument, or to the argument itself. */
static char *suite_inside(const char *path, const char *suite, size_t top)
{
    if (ends_with(path, ".tar.zst")) return suite_of(path);
    const char *slash = strchr(path + top, '/');
    return slash != NULL ? strndup(path + top, (size_t)(slash - path) - top) : strdup(suite);
}

static bool entry_add(struct plan *p, struct folders *todo, const char *path, const char *suite,
                      size_t top)
{
    struct stat st;
    if (stat(path, &st) != 0) return false;
    if (S_ISDIR(st.st_mode)) return later(todo, path);
    if (!interesting(path)) return true;
    char *own = suite_inside(path, suite, top);
    bool ok = own != NULL && add(p, path, own, path + top, (uint64_t)st.st_size);
    free(own);
    return ok;
}

/* A single file belongs to the folder that it stands in. */
static bool file_add(struct plan *p, const char *path, uint64_t size)
{
    const char *slash = strrchr(path, '/'), *shown = slash != NULL ? slash + 1 : path;
    char *folder =
        slash != NULL && slash != path ? strndup(path, (size_t)(slash - path)) : strdup(".");
    char *suite = folder != NULL ? suite_of(ends_with(path, ".tar.zst") ? path : folder) : NULL;
    bool ok = suite != NULL && add(p, path, suite, shown, size);
    free(folder);
    free(suite);
    return ok;
}

static bool folder_add(struct plan *p, struct folders *todo, size_t i, const char *suite,
                       size_t top)
{
    DIR *d = opendir(todo->paths[i]);
    if (d == NULL) return false;
    bool ok = true;
    for (struct dirent *e = readdir(d); ok && e != NULL; e = readdir(d)) {
        char path[4096];
        if (e->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", todo->paths[i], e->d_name);
        ok = entry_add(p, todo, path, suite, top);
    }
    closedir(d);
    return ok;
}

static bool folders_add(struct plan *p, const char *path)
{
    size_t before = p->count;
    struct folders todo = {0};
    char *suite = suite_of(path);
    size_t top = strlen(path);
    while (top > 1 && path[top - 1] == '/')
        top--;
    char *first = strndup(path, top);
    bool ok = suite != NULL && first != NULL && later(&todo, first);
    for (size_t i = 0; ok && i < todo.count; i++)
        ok = folder_add(p, &todo, i, suite, top + 1);
    for (size_t i = 0; i < todo.count; i++)
        free(todo.paths[i]);
    free(todo.paths);
    free(first);
    free(suite);
    if (!ok) return cannot(path);
    if (p->count > before) return true;
    fprintf(stderr, "%s: no .json, .json.zst or .tar.zst in this folder\n", path);
    return false;
}

bool plan_add(struct plan *p, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0 || access(path, R_OK) != 0) return cannot(path);
    if (S_ISDIR(st.st_mode)) return folders_add(p, path);
    return file_add(p, path, (uint64_t)st.st_size) || cannot(path);
}

/* Files first, the largest first; archives after them, as they were given. */
static int order(const void *a, const void *b)
{
    const struct plan_source *x = a, *y = b;
    if (x->archive != y->archive) return x->archive ? 1 : -1;
    if (x->archive) return strcmp(x->path, y->path);
    if (x->size != y->size) return x->size > y->size ? -1 : 1;
    return strcmp(x->path, y->path);
}

void plan_sort(struct plan *p)
{
    if (p->count > 0) qsort(p->sources, p->count, sizeof *p->sources, order);
}

void plan_done(struct plan *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->sources[i].path);
        free(p->sources[i].suite);
        free(p->sources[i].shown);
    }
    free(p->sources);
    *p = (struct plan){0};
}

/* ---- a worker ---- */

/* Forks that are not asked for: whole files of them are passed over by their folder's name. Witness tests
 * are judged at the level of tries. */
static bool is_wanted(const struct runner *r, const char *path)
{
    return r->opt->amsterdam || strcasestr(path, "amsterdam") == NULL ||
           strstr(path, "zkevm") != NULL;
}

/* Whatever the text of the filter names stands in the path or in the bytes. */
static bool may_match(const struct runner *r, const struct member *m)
{
    const char *filter = r->opt->filter;
    return filter == NULL || strstr(m->path, filter) != NULL ||
           memmem(m->bytes.ptr, m->bytes.len, filter, strlen(filter)) != NULL;
}

static void member_run(struct runner *r, const char *suite, const char *path, wh_span bytes)
{
    struct member m = {suite, path, bytes};
    if (!may_match(r, &m)) return;
    snprintf(r->slot->suite, sizeof r->slot->suite, "%s", suite);
    snprintf(r->slot->file, sizeof r->slot->file, "%s", path);
    atomic_store(&r->slot->by_case, r->claims.by_case);
    if (!r->claims.by_case) atomic_store(&r->slot->unit, r->claims.mine);
    r->member = &m;
    r->case_index = 0;
    kinds_run(r);
    r->member = NULL;
    runner_forget(r);
}

/* Does this member's turn come in this pass, and is it this worker's? */
static bool member_mine(struct runner *r, const char *path, bool slow)
{
    struct claims *c = &r->claims;
    if (member_is_slow(path) != slow) return false;
    if (!slow) {
        claims_next(r);
        if (c->unit++ != c->mine) return false;
    }
    if (is_wanted(r, path)) return true;
    if (!slow) {
        atomic_fetch_add(&r->shared->tally.not_run, 1);
        c->spent = true;
    }
    return false;
}

static void member_done(struct runner *r, bool slow)
{
    if (slow) return;
    r->claims.spent = true;
    r->claims.skip_to = 0;
}

/* Every worker reads every archive, but its fault is said once. */
static bool unreadable(struct runner *r, const struct plan *p, const struct plan_source *s,
                       const char *why)
{
    size_t i = (size_t)(s - p->sources);
    if (i >= SOURCES_SAID || !atomic_exchange(&r->shared->said[i], true))
        fprintf(stderr, "%s: %s\n", s->path, why);
    return false;
}

static bool archive_run(const struct plan *p, struct runner *r, const struct plan_source *s,
                        bool slow)
{
    struct tar t;
    struct wh_buf bytes = {0};
    if (!tar_open(&t, s->path)) return unreadable(r, p, s, strerror(errno));
    while (tar_next(&t)) {
        if (!ends_with(t.name, ".json") || !member_mine(r, t.name, slow)) continue;
        wh_buf_reset(&bytes);
        if (!tar_read(&t, &bytes)) break;
        member_run(r, s->suite, t.name, wh_buf_span(&bytes));
        member_done(r, slow);
    }
    bool ok = t.fault == NULL || unreadable(r, p, s, t.fault);
    wh_buf_done(&bytes);
    tar_close(&t);
    return ok;
}

static bool file_run(const struct plan *p, struct runner *r, const struct plan_source *s, bool slow)
{
    struct wh_buf bytes = {0};
    struct wh_error err = {0};
    if (!member_mine(r, s->shown, slow)) return true;
    bool ok = wh_file_read_any(s->path, FILE_MAX, &bytes, &err) == WH_OK;
    if (ok)
        member_run(r, s->suite, s->shown, wh_buf_span(&bytes));
    else
        (void)unreadable(r, p, s, err.what);
    member_done(r, slow);
    wh_buf_done(&bytes);
    return ok;
}

static bool pass_run(const struct plan *p, struct runner *r, bool slow)
{
    bool ok = true;
    r->claims.by_case = slow;
    for (size_t i = 0; i < p->count; i++) {
        const struct plan_source *s = &p->sources[i];
        ok = (s->archive ? archive_run(p, r, s, slow) : file_run(p, r, s, slow)) && ok;
    }
    return ok;
}

bool plan_run(const struct plan *p, struct runner *r)
{
    bool slow = pass_run(p, r, true);
    return pass_run(p, r, false) && slow;
}
