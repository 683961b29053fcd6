/* SPDX-License-Identifier: MIT */
/* state-tests [--jobs N] [--fork NAME] [--filter TEXT] [--stateless] [--verbose] [--trace] PATH...
 *
 * PATH: a .json or .json.zst file, or a folder. Prints each failure and a table fork x passed/failed;
 * exit 1 on any failure, 2 if a file cannot be read. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evm/native/crypto.h"
#include "proto/sys/file.h"
#include "tests/vectors/state_test.h"

#define ARENA_PRE    ((size_t)1 << 32)
#define ARENA_STATE  ((size_t)1 << 34)
#define ARENA_FRAMES ((size_t)1 << 35)
#define RELEASE      ((size_t)64 << 20) /* pages beyond this go back after each file */

struct paths {
    char **items;
    size_t count, cap;
};

static void add_path(struct paths *p, const char *text)
{
    if (p->count == p->cap) {
        p->cap = p->cap == 0 ? 1024 : 2 * p->cap;
        p->items = realloc(p->items, p->cap * sizeof *p->items);
        if (p->items == NULL) abort();
    }
    p->items[p->count] = strdup(text);
    if (p->items[p->count++] == NULL) abort();
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* collect walks folders with a list of its own: p itself is the list of what is still to look at. */
static bool collect(struct paths *todo, struct paths *files)
{
    for (size_t i = 0; i < todo->count; i++) {
        struct stat st;
        if (stat(todo->items[i], &st) != 0) {
            fprintf(stderr, "%s: not found\n", todo->items[i]);
            return false;
        }
        if (!S_ISDIR(st.st_mode)) {
            add_path(files, todo->items[i]);
            continue;
        }
        DIR *d = opendir(todo->items[i]);
        if (d == NULL) return false;
        for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
            char path[4096];
            if (e->d_name[0] == '.') continue;
            snprintf(path, sizeof path, "%s/%s", todo->items[i], e->d_name);
            if (e->d_type == DT_DIR)
                add_path(todo, path);
            else if (ends_with(path, ".json") || ends_with(path, ".json.zst"))
                add_path(files, path);
        }
        closedir(d);
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool arena_map(struct wh_arena *a, size_t cap)
{
    void *p =
        mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return false;
    wh_arena_init(a, p, cap);
    return true;
}

static void arena_release(struct wh_arena *a)
{
    madvise(a->base + RELEASE, a->cap - RELEASE, MADV_DONTNEED);
}

static bool run_file(struct state_run *run, const char *path)
{
    struct wh_buf bytes = {0};
    struct wh_error err;
    json_error_t why;
    if (wh_file_read_any(path, (size_t)1 << 31, &bytes, &err) != WH_OK) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return false;
    }
    json_t *file = json_loadb((const char *)bytes.ptr, bytes.len, 0, &why);
    wh_buf_done(&bytes);
    if (file == NULL || !is_state_test(file)) {
        fprintf(stderr, "%s: no state test (%s)\n", path, file == NULL ? why.text : "other format");
        json_decref(file);
        return false;
    }
    state_test_file(run, path, file);
    json_decref(file);
    arena_release(&run->pre);
    arena_release(&run->state);
    arena_release(&run->frames);
    return true;
}

static int run_share(struct state_run *run, const struct paths *files, size_t first, size_t stride,
                     struct state_count *counts)
{
    int code = 0;
    run->crypto = wh_native_crypto();
    if (run->crypto == NULL || !arena_map(&run->pre, ARENA_PRE) ||
        !arena_map(&run->state, ARENA_STATE) || !arena_map(&run->frames, ARENA_FRAMES) ||
        !nodes_init(&run->nodes, &run->pre))
        return 2;
    for (size_t i = first; i < files->count; i += stride)
        if (!run_file(run, files->items[i])) code = 2;
    nodes_done(&run->nodes);
    memcpy(counts, run->by_fork, sizeof run->by_fork);
    return code;
}

static unsigned report(struct state_count (*counts)[FORK_COUNT], size_t jobs)
{
    static const char *const names[FORK_COUNT] = {
        "(unknown)", "Frontier",       "Homestead",
        "DAO",       "EIP150",         "EIP158",
        "Byzantium", "Constantinople", "ConstantinopleFix",
        "Istanbul",  "Berlin",         "London",
        "Paris",     "Shanghai",       "Cancun",
        "Prague",    "Osaka"};
    struct state_count sum = {0, 0, 0};
    for (size_t f = 0; f < FORK_COUNT; f++) {
        struct state_count one = {0, 0, 0};
        for (size_t j = 0; j < jobs; j++) {
            one.passed += counts[j][f].passed;
            one.failed += counts[j][f].failed;
        }
        sum.passed += one.passed;
        sum.failed += one.failed;
        if (one.passed + one.failed != 0)
            printf("%-18s %7u passed %5u failed\n", names[f], one.passed, one.failed);
    }
    printf("%u passed, %u failed, %u skipped\n", sum.passed, sum.failed, sum.skipped);
    return sum.failed;
}

int main(int argc, char **argv)
{
    static struct state_run run;
    struct paths todo = {0}, files = {0};
    size_t jobs = 1;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--jobs") == 0 && i + 1 < argc)
            jobs = (size_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--fork") == 0 && i + 1 < argc)
            run.filter_fork = argv[++i];
        else if (strcmp(argv[i], "--filter") == 0 && i + 1 < argc)
            run.filter_name = argv[++i];
        else if (strcmp(argv[i], "--stateless") == 0)
            run.stateless = true;
        else if (strcmp(argv[i], "--verbose") == 0)
            run.verbose = true;
        else if (strcmp(argv[i], "--trace") == 0)
            run.trace = true;
        else
            add_path(&todo, argv[i]);
    }
    if (jobs == 0 || jobs > 64 || todo.count == 0) {
        fprintf(stderr, "usage: state-tests [--jobs N] [--fork NAME] [--filter TEXT] [--stateless] "
                        "[--verbose] [--trace] PATH...\n");
        return 2;
    }
    if (!collect(&todo, &files)) return 2;
    qsort(files.items, files.count, sizeof *files.items, by_name);
    struct state_count(*counts)[FORK_COUNT] = mmap(
        NULL, jobs * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED) return 2;
    int code = 0;
    for (size_t j = 0; j < jobs; j++) {
        pid_t pid = jobs == 1 ? -2 : fork();
        if (pid == 0 || pid == -2) {
            int c = run_share(&run, &files, j, jobs, counts[j]);
            if (pid == -2) {
                code = c;
                break;
            }
            fflush(stdout);
            _exit(c);
        }
        if (pid < 0) return 2;
    }
    for (size_t j = 0; jobs > 1 && j < jobs; j++) {
        int status;
        if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) code = 2;
    }
    unsigned failed = report(counts, jobs);
    for (size_t i = 0; i < todo.count; i++)
        free(todo.items[i]);
    for (size_t i = 0; i < files.count; i++)
        free(files.items[i]);
    free(todo.items);
    free(files.items);
    return failed != 0 ? 1 : code;
}
