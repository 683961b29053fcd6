/* SPDX-License-Identifier: MIT */
/* Real blocks with their witness (forms stateless-block/1 and zk-pig's ProverInput): the verdict of `check`, whose settled roots are
 * compared with the file's reference, and each step once more from its own serialised trace alone. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/block/check.h"
#include "tests/vectors/runner/forks.h"
#include "tests/vectors/runner/kinds.h"

struct work {
    struct runner *r;
    const struct blockfile *file;
    struct blockfile_chain chain;
    struct wh_preimages below;
    struct check_report report;
};

/* What earlier steps made, then the file. */
static wh_status get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    struct work *w = ctx;
    struct wh_preimages made = store_preimages(&w->r->store);
    if (made.get(made.ctx, kind, hash, bytes) == WH_OK) return WH_OK;
    return w->below.get(w->below.ctx, kind, hash, bytes);
}

static wh_status step(struct work *w, size_t i, uint8_t state[SEG_STATE_SIZE])
{
    struct wh_preimages io = {.ctx = w, .get = get};
    struct wh_sink made = store_sink(&w->r->store);
    struct seg_env env = {
        .preimages = &io, .made = &made, .arena = &w->r->frames, .crypto = w->r->crypto};
    struct seg_result result;
    wh_span trace;
    uint64_t x;
    uint8_t pre[SEG_STATE_SIZE];
    memcpy(pre, state, sizeof pre);
    wh_arena_rewind(&w->r->frames, 0);
    WH_TRY(seg_capture(&env, pre, 1, &w->chain.input_hash, state, &result, &trace, &x));
    case_segment(w->r, pre, 1, &w->chain.input_hash, trace, x, &result);
    if (i >= w->report.segments) return WH_E_MISMATCH;
    return bytes32_eq(&result.leaf, &w->report.results[i].leaf) ? WH_OK : WH_E_MISMATCH;
}

static void steps_from_traces(struct work *w)
{
    uint8_t state[SEG_STATE_SIZE];
    struct chain_config config;
    struct wh_error err = {0};
    wh_arena_rewind(&w->r->keep, 0);
    store_reset(&w->r->store);
    if (!blockfile_config(w->file, CHAIN_WITNESS_UNLIMITED, &config) ||
        blockfile_chain_open(w->file, &config, w->r->crypto, &w->chain, &err) != WH_OK) {
        case_differs(w->r, "chain of the block", "built", err.what);
        return;
    }
    blockfile_chain_preimages(w->file, &w->chain, &w->below);
    memcpy(state, w->chain.pre, sizeof state);
    wh_status status = WH_OK;
    size_t i = 0;
    for (; status == WH_OK && !seg_halted(state, 1); i++)
        status = step(w, i, state);
    if (status != WH_OK)
        case_differs_f(w->r, "steps from traces", "the leaves of the run in memory",
                       "status %d in step %zu", (int)status, i - 1);
    blockfile_chain_close(&w->chain);
}

static void judge(struct work *w, bool complete)
{
    static const char *const NAMES[] = {"agree", "invalid", "cannot tell"};
    const struct check_report *report = &w->report;
    enum check_verdict want = complete ? CHECK_AGREE : CHECK_CANNOT_TELL;
    if (report->verdict != want)
        case_differs_f(w->r, "verdict", NAMES[want], "%s: %s", NAMES[report->verdict], report->why);
    if (!complete || report->verdict != CHECK_AGREE) return;
    case_u64(w->r, "gas", w->file->head.gas_used, report->gas_used);
    if (report->derived_siblings || !case_stateless(w->r)) return;
    w->r->stateless = true;
    steps_from_traces(w);
}

/* A file that lacks something on purpose says so in its name; one without parent header cannot be run. */
static void run_file(struct runner *r)
{
    static struct work w;
    struct blockfile file;
    struct wh_error err = {0};
    char name[64];
    const char *fork = NO_FORK;
    struct chain_config config;
    w = (struct work){.r = r, .file = &file};
    wh_status status = blockfile_parse(r->member->path, r->member->bytes, r->crypto, &file, &err);
    snprintf(name, sizeof name, "%s %" PRIu64, file.network, file.number);
    if (status == WH_OK && blockfile_config(&file, CHAIN_WITNESS_UNLIMITED, &config))
        fork = fork_name(chain_config_active(&config, file.number, file.head.timestamp)->fork);
    if (!case_begin(r, status == WH_OK ? name : "block", fork)) {
        if (status == WH_OK) blockfile_close(&file);
        return;
    }
    wh_arena_rewind(&r->work, 0);
    if (status == WH_OK) status = check_block(&file, r->crypto, &r->work, &w.report);
    if (status != WH_OK)
        case_differs_f(r, "file", "judged", "status %d: %s", (int)status, err.what);
    else
        judge(&w, strstr(r->member->path, "incomplete") == NULL && file.has_parent);
    blockfile_close(&file);
    case_end(r);
}

bool kind_blockfile_is(const struct member *m, const json_t *file)
{
    (void)m;
    const char *format = json_string_value(json_object_get(file, "format"));
    if (format != NULL) return strncmp(format, "stateless-block", 15) == 0;
    return json_object_get(file, "chainConfig") != NULL && json_object_get(file, "witness") != NULL;
}

void kind_blockfile_run(struct runner *r, json_t *file)
{
    (void)file;
    run_file(r);
}
