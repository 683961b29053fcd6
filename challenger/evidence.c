/* SPDX-License-Identifier: MIT */
#include "challenger/evidence.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "evm/native/crypto.h"
#include "evm/segment/execute.h"
#include "evm/segment/seg_state.h"
#include "proto/messages.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"

#define ARENA_BYTES (UINT64_C(8) << 30) /* address space; touched lazily */

/* --- export */

/* place_of finds the terminal of the own line that stands for this step, and who disputes it. */
static wh_status place_of(struct agent *a, uint64_t step, struct step_evidence *e,
                          struct wh_error *err)
{
    struct solver_own own;
    agent_own(a, &own);
    for (size_t i = 0; i < a->out.line_count; i++) {
        const struct solver_line *line = &a->out.line[i];
        uint64_t pos = step - line->range.first;
        if (step < line->range.first || pos >= line->range.len) continue;
        struct tree_reader reader;
        struct own_reader ctx = {&own, &line->range};
        own_reader_init(&reader, &ctx);
        struct step_place *p = &e->place;
        bytes32 leaf0;
        *p = (struct step_place){.l1_chain_id = a->opt.net->l1_chain_id,
                                 .game = a->opt.net->game,
                                 .gid = line->range.gid,
                                 .pos = pos,
                                 .a = a->view.cfg.a};
        if (own.leaf(own.ctx, line->range.first, &leaf0) != WH_OK ||
            tree_base(a->opt.crypto, &reader, a->view.cfg.k, a->view.cfg.a, &leaf0, pos, 0,
                      &p->base) != WH_OK ||
            tree_pre_proof(a->opt.crypto, &reader, a->view.cfg.k, a->view.cfg.a, &leaf0, pos, p->mp,
                           &p->mp_count) != WH_OK)
            return wh_fail(err, WH_ERR_NOMEM, "the place of step %llu", (unsigned long long)step);
        e->has_place = true;
        struct wh_node node = {.gid = p->gid, .pos = pos, .h = 0, .base = p->base};
        bytes32 ctx_hash;
        node_ctx(a->opt.crypto, &node, &ctx_hash);
        const struct game_context *c = game_context_of(&a->view, &ctx_hash);
        for (uint32_t n = c ? c->first_node : GAME_NONE;
             n != GAME_NONE && e->claimed_count < EVIDENCE_CLAIMS_MAX;
             n = game_node_at(&a->view, n)->next) {
            const bytes32 *span = &game_node_at(&a->view, n)->span;
            if (!bytes32_eq(span, &e->post_leaf)) e->claimed[e->claimed_count++] = *span;
        }
        e->target = line->range.target;
        return WH_OK;
    }
    return WH_OK; /* no game covers it: the step stands alone */
}

static wh_status gather(struct agent *a, uint64_t step, struct step_evidence *e,
                        struct wh_buf *trace, struct wh_error *err)
{
    struct agent_news news;
    uint64_t x;
    WH_TRY(agent_tick(a, &news, err));
    if (step >= a->chain.have)
        return wh_fail(err, WH_ERR_CLI_RANGE, "step %llu: %llu steps are computed",
                       (unsigned long long)step, (unsigned long long)a->chain.have);
    e->target = a->chain.inputs;
    e->post_leaf = a->chain.leaves[step + 1];
    WH_TRY(place_of(a, step, e, err));
    WH_TRY(chain_trace(&a->chain, &a->view, step, e->target, trace, &x, &e->post_leaf, err));
    WH_TRY(chain_state(&a->chain, &a->view, step, e->pre, err));
    chain_input_hash(&a->view, e->pre, &e->input_hash);
    e->trace = wh_buf_span(trace);
    return WH_OK;
}

struct exporter {
    uint64_t step;
    const char *path;
};

static wh_status export_with(struct agent *a, void *ctx, struct wh_error *err)
{
    const struct exporter *x = (const struct exporter *)ctx;
    struct step_evidence *e = (struct step_evidence *)calloc(1, sizeof *e);
    struct wh_buf trace = {0}, out = {0};
    if (!e) return wh_fail(err, WH_ERR_NOMEM, "evidence");
    wh_status st = gather(a, x->step, e, &trace, err);
    if (st == WH_OK) st = evidence_write(e, &out, err);
    if (st == WH_OK) st = wh_file_write(x->path, out.ptr, out.len, 0644, err);
    if (st == WH_OK)
        printf("step %llu: %zu bytes of evidence in %s, post leaf %s\n",
               (unsigned long long)x->step, out.len, x->path, wh_hex32(&e->post_leaf).s);
    wh_buf_done(&trace);
    wh_buf_done(&out);
    free(e);
    return st;
}

int evidence_export(const struct daemon_config *cfg, const char *program, const char *step,
                    const char *path)
{
    struct exporter x = {.path = path};
    struct wh_error err = {0};
    if (!wh_parse_u64(step, &x.step)) {
        (void)wh_fail(&err, WH_ERR_CLI_VALUE, "%s is no step number", step);
        return wh_error_print(stderr, program, &err);
    }
    return daemon_with_agent(cfg, program, export_with, &x);
}

/* --- replay */

enum truth { TRUTH_TRUE, TRUTH_FALSE, TRUTH_OPEN };

/* same_place: is pre the state before the node that the evidence names? */
static bool same_place(const struct evm_crypto *crypto, const struct step_evidence *e)
{
    bytes32 leaf;
    if (!e->has_place) return true;
    seg_leaf(crypto, e->pre, &leaf);
    return tree_pre_ok(crypto, e->place.pos, &e->place.base, e->place.a, &leaf, e->place.mp,
                       e->place.mp_count);
}

static enum truth run(const struct step_evidence *e, struct wh_arena *arena, bytes32 *leaf,
                      char why[160], wh_status *trouble)
{
    const struct evm_crypto *crypto = wh_native_crypto();
    uint8_t post[SEG_STATE_SIZE];
    uint64_t x = 0;
    struct seg_state s;
    *trouble = WH_OK;
    if (seg_state_decode(e->pre, &s) != WH_OK) {
        snprintf(why, 160, "the pre state is malformed");
        return TRUTH_OPEN;
    }
    if (!same_place(crypto, e)) {
        snprintf(why, 160, "the pre state is not the one before the node that is named");
        return TRUTH_FALSE;
    }
    wh_status st = execute_trace(e->pre, e->target, &e->input_hash, e->trace, arena, crypto, NULL,
                                 post, leaf, &x);
    if (st < 0) {
        *trouble = st;
        return TRUTH_OPEN;
    }
    if (st > 0) {
        static const char *const reasons[] = {"", "it is malformed or holds what is not used",
                                              "an object is missing", "it is for another step",
                                              "it is over a bound"};
        snprintf(why, 160, "the trace proves nothing: %s", reasons[st]);
        return TRUTH_OPEN;
    }
    if (bytes32_eq(leaf, &e->post_leaf)) return TRUTH_TRUE;
    snprintf(why, 160, "the step gives %s", wh_hex32(leaf).s);
    return TRUTH_FALSE;
}

static void print(const struct step_evidence *e, enum truth t, const char *why, bool json)
{
    static const char *const names[] = {"true", "false", "cannot tell"};
    static const char *const kinds[] = {"IDLE", "BEGIN", "TX", "END"};
    const char *kind = kinds[seg_next(e->pre, e->target)];
    if (json) {
        printf("{\"v\":1,\"type\":\"evidence\",\"verdict\":\"%s\",\"step\":\"%s\",\"post_leaf\":\"%"
               "s\","
               "\"trace_bytes\":%zu,\"refuted\":%zu}\n",
               names[t], kind, wh_hex32(&e->post_leaf).s, e->trace.len,
               t == TRUTH_TRUE ? e->claimed_count : 0);
        return;
    }
    printf("%s: this %s step gives leaf %s\n", names[t], kind, wh_hex32(&e->post_leaf).s);
    if (why[0]) printf("  why: %s\n", why);
    for (size_t i = 0; t == TRUTH_TRUE && i < e->claimed_count; i++)
        printf("  refutes the claim of %s\n", wh_hex32(&e->claimed[i]).s);
    if (e->has_place)
        printf("  segment %llu of game %s\n", (unsigned long long)e->place.pos,
               wh_hex32(&e->place.gid).s);
}

static int replay(const struct step_evidence *e, const char *program, bool json)
{
    static const int codes[] = {WH_EXIT_OK, WH_EXIT_NO, WH_EXIT_UNKNOWN};
    struct wh_arena arena;
    struct wh_error err = {0};
    wh_status trouble = WH_E_NOMEM;
    bytes32 leaf;
    char why[160] = "";
    enum truth t = TRUTH_OPEN;
    void *block = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block != MAP_FAILED && wh_native_crypto()) {
        wh_arena_init(&arena, block, ARENA_BYTES);
        t = run(e, &arena, &leaf, why, &trouble);
    }
    if (block != MAP_FAILED) (void)munmap(block, ARENA_BYTES);
    if (trouble != WH_OK) {
        (void)wh_fail(&err, trouble == WH_E_NOMEM ? WH_ERR_NOMEM : WH_ERR_SYS, "running the step");
        return wh_error_print(stderr, program, &err);
    }
    print(e, t, why, json);
    return codes[t];
}

int evidence_replay(const char *program, const char *path, bool json)
{
    struct wh_error err = {0};
    struct wh_buf bytes = {0}, hold = {0};
    struct step_evidence *e = (struct step_evidence *)calloc(1, sizeof *e);
    wh_status st = e ? WH_OK : wh_fail(&err, WH_ERR_NOMEM, "evidence");
    if (st == WH_OK) st = wh_file_read_any(path, MESSAGE_MAX, &bytes, &err);
    if (st == WH_OK) st = evidence_read(wh_buf_span(&bytes), e, &hold, &err);
    int code = st == WH_OK ? replay(e, program, json) : wh_error_print(stderr, program, &err);
    wh_buf_done(&bytes);
    wh_buf_done(&hold);
    free(e);
    return code;
}
