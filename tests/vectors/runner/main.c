/* SPDX-License-Identifier: MIT */
/* whittle-vectors PATH...: runs official test vectors (see README.md). */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/vectors/runner/pool.h"

enum { JOBS_MAX = 64, TIMEOUT_MS = 900000 };

static const char USAGE[] =
    "usage: whittle-vectors [options] PATH...\n"
    "\n"
    "Runs test vectors: files, folders, .tar.zst archives (streamed). Formats are recognised.\n"
    "\n"
    "  --fork NAME       only cases of this fork or network (Osaka, ParisToShanghaiAtTime15k, "
    "...)\n"
    "  --filter TEXT     only cases whose name, or file, has this text in it\n"
    "  --mode MODE       memory, stateless (each step from its own trace alone) or both (default)\n"
    "  --jobs N          workers; default one per core; 0: none, in this process\n"
    "  --timeout S       processor seconds that one case may take (default 900; 0: any)\n"
    "  --amsterdam       also files of Amsterdam, at the level of tries\n"
    "  --sample N        each case whose name falls into one of N classes (1 in N, the same each "
    "time)\n"
    "  --segments DIR    write each step that was run from its trace there (tests/guest)\n"
    "  --skips FILE      cases not to run, each with its reason (default: the one built in)\n"
    "  --list-skips      print them and end\n"
    "  --table FILE      write the markdown table fork x suite (passed/failed/skipped)\n"
    "  --json            one JSON object per failure, and one at the end, a line each\n"
    "  --tap             one TAP test per suite and fork\n"
    "  --trace           EIP-3155 lines of each instruction, in memory alone (use with --filter)\n"
    "  --reasons         say where a transaction is refused for another reason than the vector's\n"
    "  --slowest         say which cases take more than two seconds\n"
    "  --quiet           no table at the end, the closing line alone\n"
    "\n"
    "Exit code 0: all passed; 1: a case failed, or a file is no test that is known; 2: wrong\n"
    "options, something cannot be read or written, or no case was run.\n";

static bool number(const char *text, uint64_t max, uint64_t *out)
{
    char *end;
    *out = strtoull(text, &end, 10);
    return end != text && *end == 0 && *out <= max;
}

static bool mode_of(const char *text, enum run_mode *out)
{
    static const char *const NAMES[] = {
        [MODE_BOTH] = "both", [MODE_MEMORY] = "memory", [MODE_STATELESS] = "stateless"};
    for (unsigned i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strcmp(NAMES[i], text) == 0) {
            *out = (enum run_mode)i;
            return true;
        }
    return false;
}

struct arguments {
    struct runner_options opt;
    bool list_skips, help;
};

static bool *flag_of(struct arguments *a, const char *name)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"--json", &a->opt.json},
                 {"--trace", &a->opt.trace},
                 {"--amsterdam", &a->opt.amsterdam},
                 {"--reasons", &a->opt.reasons},
                 {"--slowest", &a->opt.slowest},
                 {"--tap", &a->opt.tap},
                 {"--quiet", &a->opt.quiet},
                 {"--list-skips", &a->list_skips},
                 {"--help", &a->help}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(flags[i].name, name) == 0) return flags[i].flag;
    return NULL;
}

/* What a value may be, for who gave another one; NULL: there is no such option. */
static const char *values_of(const char *name)
{
    static const struct {
        const char *name, *values;
    } OPTIONS[] = {{"--fork", "the name of a fork"},
                   {"--filter", "a text"},
                   {"--table", "a file"},
                   {"--skips", "a file"},
                   {"--jobs", "a number up to 64"},
                   {"--timeout", "a number of seconds"},
                   {"--sample", "a number"},
                   {"--segments", "a folder"},
                   {"--mode", "memory, stateless or both"}};
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++)
        if (strcmp(OPTIONS[i].name, name) == 0) return OPTIONS[i].values;
    return NULL;
}

static bool wrong_option(const char *name, const char *value)
{
    const char *values = values_of(name);
    if (values == NULL)
        fprintf(stderr, "whittle-vectors: %s: no such option; --help lists them\n", name);
    else if (value == NULL)
        fprintf(stderr, "whittle-vectors: %s: takes %s\n", name, values);
    else
        fprintf(stderr, "whittle-vectors: %s %s: takes %s\n", name, value, values);
    return false;
}

static bool value_of(struct arguments *a, const char *name, const char *value)
{
    struct runner_options *o = &a->opt;
    uint64_t n;
    if (strcmp(name, "--fork") == 0) return (o->fork = value) != NULL;
    if (strcmp(name, "--filter") == 0) return (o->filter = value) != NULL;
    if (strcmp(name, "--segments") == 0) return (o->segments = value) != NULL;
    if (strcmp(name, "--table") == 0) return (o->table = value) != NULL;
    if (strcmp(name, "--skips") == 0) return (o->skips = value) != NULL;
    if (strcmp(name, "--mode") == 0) return mode_of(value, &o->mode);
    if (strcmp(name, "--jobs") == 0 && number(value, JOBS_MAX, &n)) {
        o->jobs = (unsigned)n;
        return true;
    }
    if (strcmp(name, "--sample") == 0 && number(value, UINT32_MAX, &n)) {
        o->sample = (uint32_t)n;
        return true;
    }
    if (strcmp(name, "--timeout") == 0 && number(value, UINT32_MAX, &n)) {
        o->timeout_ms = n * 1000;
        return true;
    }
    return false;
}

static bool arguments_read(int argc, char **argv, struct arguments *a, struct plan *plan)
{
    for (int i = 1; i < argc; i++) {
        bool *flag = flag_of(a, argv[i]);
        if (flag != NULL) {
            *flag = true;
        } else if (argv[i][0] == '-') {
            if (i + 1 == argc || !value_of(a, argv[i], argv[i + 1]))
                return wrong_option(argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            i++;
        } else if (!plan_add(plan, argv[i])) {
            return false;
        }
    }
    return true;
}

/* Said before the run, not after it. */
static bool table_opens(const char *path)
{
    FILE *f = path != NULL ? fopen(path, "a") : NULL;
    if (path == NULL || (f != NULL && fclose(f) == 0)) return true;
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return false;
}

static bool table_write(const struct tally *t, const char *path)
{
    if (path == NULL) return true;
    FILE *f = fopen(path, "w");
    bool ok = f != NULL && tally_markdown(t, f);
    if (f != NULL && fclose(f) != 0) ok = false;
    if (!ok) fprintf(stderr, "%s: cannot be written\n", path);
    return ok;
}

static void report(const struct runner_options *opt, const struct tally *t)
{
    if (opt->json) {
        tally_json(t, stdout);
        return;
    }
    if (opt->tap) {
        tally_tap(t, stdout);
        return;
    }
    if (!opt->quiet) tally_print(t, stdout);
    uint64_t not_run = atomic_load(&t->not_run);
    if (not_run > 0) printf("not run: %" PRIu64 " files of Amsterdam (--amsterdam)\n", not_run);
    printf("%" PRIu64 " passed, %" PRIu64 " failed, %" PRIu64 " skipped\n",
           tally_sum(t, TALLY_PASSED), tally_sum(t, TALLY_FAILED), tally_sum(t, TALLY_SKIPPED));
}

/* Lines of two runs, or of two workers, would mix. */
static void trace_alone(struct runner_options *o)
{
    if (!o->trace) return;
    o->mode = MODE_MEMORY;
    if (o->jobs > 1) o->jobs = 1;
}

static int run(struct arguments *a, struct plan *plan, struct skips *skips)
{
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return 2;
    struct pool pool = {.opt = &a->opt, .plan = plan, .skips = skips, .shared = shared};
    trace_alone(&a->opt);
    plan_sort(plan);
    bool ok = pool_run(&pool);
    report(&a->opt, &shared->tally);
    ok = table_write(&shared->tally, a->opt.table) && ok;
    uint64_t run =
        tally_sum(&shared->tally, TALLY_PASSED) + tally_sum(&shared->tally, TALLY_FAILED);
    if (tally_sum(&shared->tally, TALLY_FAILED) > 0) return 1;
    if (run == 0 && ok)
        fprintf(stderr, "whittle-vectors: no case was run%s%s%s%s\n",
                a->opt.fork != NULL ? ", fork " : "", a->opt.fork != NULL ? a->opt.fork : "",
                a->opt.filter != NULL ? ", filter " : "",
                a->opt.filter != NULL ? a->opt.filter : "");
    return ok && run > 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
    struct arguments a = {.opt = {.timeout_ms = TIMEOUT_MS, .skips = WHITTLE_SKIPS}};
    struct plan plan = {0};
    struct skips skips = {0};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    a.opt.jobs = cores > 0 && cores < JOBS_MAX ? (unsigned)cores : 1;
    int code = 2;
    if (!arguments_read(argc, argv, &a, &plan) || !skips_read(&skips, a.opt.skips)) {
        code = 2;
    } else if (a.help) {
        fputs(USAGE, stdout);
        code = 0;
    } else if (a.list_skips) {
        skips_print(&skips, stdout);
        code = 0;
    } else if (plan.count == 0) {
        fputs("whittle-vectors: no PATH; --help lists the options\n", stderr);
    } else if (table_opens(a.opt.table)) {
        code = run(&a, &plan, &skips);
    }
    skips_done(&skips);
    plan_done(&plan);
    return code;
}
