/* SPDX-License-Identifier: MIT */
/* One block in steps: in memory (one run over all of them), and each step by EXECUTE from its own captured,
 * serialised trace alone. Both ways must give the same leaves. */
#include <stdlib.h>

#include "evm/segment/cache.h"
#include "evm/state/code.h"
#include "tests/vectors/runner/chain.h"
#include "tests/vectors/runner/trace_lines.h"

static struct seg_result memory_results[CHAIN_ITEMS_MAX + 2];

struct ways {
    struct chain *c;
    const bytes32 *input;
    size_t items;
    struct wh_preimages io;
    struct wh_sink made;
    size_t count; /* steps of the run in memory */
};

static struct seg_env env_of(struct ways *w)
{
    const struct runner *r = w->c->r;
    return (struct seg_env){.preimages = &w->io,
                            .made = &w->made,
                            .arena = &w->c->r->work,
                            .crypto = r->crypto,
                            .tracer = r->opt->trace ? &TRACE_LINES : NULL};
}

static bool trouble(const struct ways *w, const char *what, size_t step, wh_status status)
{
    case_differs_f(w->c->r, what, "an outcome", "status %d in step %zu", (int)status, step);
    return false;
}

static bool in_memory(struct ways *w, uint8_t state[SEG_STATE_SIZE])
{
    struct seg_env env = env_of(w);
    uint64_t pos = load_be64(state + 0x038);
    wh_arena_rewind(&w->c->r->work, 0);
    wh_status status =
        seg_run(&env, pos + 1, w->input, pos, state, memory_results, w->items + 2, &w->count);
    return status == WH_OK || trouble(w, "block in memory", w->count, status);
}

static bool same_step(const struct ways *w, size_t i, const struct seg_result *got)
{
    if (!case_memory(w->c->r)) return true;
    if (i < w->count && bytes32_eq(&memory_results[i].leaf, &got->leaf)) return true;
    case_differs_f(w->c->r, "leaf from a trace", "the leaf of the run in memory",
                   "another one in step %zu", i);
    return false;
}

static bool from_traces(struct ways *w, uint8_t state[SEG_STATE_SIZE])
{
    struct seg_env env = env_of(w);
    uint64_t target = load_be64(state + 0x038) + 1;
    size_t i = 0;
    for (; !seg_halted(state, target); i++) {
        struct seg_result result;
        wh_span trace;
        uint64_t x;
        uint8_t pre[SEG_STATE_SIZE];
        memcpy(pre, state, sizeof pre);
        wh_arena_rewind(&w->c->r->work, 0);
        wh_status status = seg_capture(&env, pre, target, w->input, state, &result, &trace, &x);
        if (status != WH_OK) return trouble(w, "block from traces", i, status);
        case_segment(w->c->r, pre, target, w->input, trace, x, &result);
        if (!same_step(w, i, &result)) return false;
    }
    if (!case_memory(w->c->r) || i == w->count) return true;
    return case_u64(w->c->r, "steps from traces", w->count, i);
}

bool chain_steps(struct chain *c, const bytes32 *input, size_t items, uint8_t state[SEG_STATE_SIZE])
{
    uint8_t pre[SEG_STATE_SIZE];
    struct ways w = {.c = c,
                     .input = input,
                     .items = items,
                     .io = store_preimages(&c->r->store),
                     .made = store_sink(&c->r->store)};
    memcpy(pre, state, sizeof pre);
    if (case_memory(c->r) && !in_memory(&w, state)) return false;
    if (c->r->opt->trace) trace_lines_end();
    if (!case_stateless(c->r)) return true;
    c->r->stateless = true;
    return from_traces(&w, case_memory(c->r) ? pre : state);
}
