/* SPDX-License-Identifier: MIT */
/* Verdicts: agree, invalid, cannot tell. "Invalid" is said of an assertion alone whose
 * parent stands on the own line and whose whole range was run twice; a missing byte is never a
 * verdict about somebody's claim. */
#include "game/agent/agent.h"

#include <string.h>

#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/log.h"

/* line_of finds the row of the own line whose game is gid. */
static const struct solver_line *line_of(const struct agent *a, const bytes32 *gid)
{
    for (size_t i = 0; i < a->out.line_count; i++)
        if (bytes32_eq(&a->out.line[i].range.gid, gid)) return &a->out.line[i];
    return NULL;
}

/* wrong_at goes down the own side and the rival's as far as both are split, each time into the first
 * child that differs: the first segment on which the two differ. UINT64_MAX: not known yet. */
static uint64_t wrong_at(const struct agent *a, const struct solver_line *line,
                         const struct game_assertion *rival)
{
    const struct game *g = &a->view;
    const struct game_assertion *own = game_assertion_of(g, &line->aid);
    if (!own || own->root_node == GAME_NONE || rival->root_node == GAME_NONE) return UINT64_MAX;
    uint32_t ours = own->root_node, theirs = rival->root_node;
    for (;;) {
        const struct game_node *n = game_node_at(g, ours), *m = game_node_at(g, theirs);
        const struct game_context *c = game_context_at(g, n->ctx);
        if (c->h == 0) return line->range.first + c->pos_low;
        if (n->kids == GAME_NONE || m->kids == GAME_NONE) return UINT64_MAX;
        const uint32_t *left = game_kids(g, n), *right = game_kids(g, m);
        unsigned i = 0, last = (1u << g->cfg.a) - 1;
        while (i < last && left[i] == right[i])
            i++;
        ours = left[i];
        theirs = right[i];
    }
}

/* explain says why an assertion is invalid. old: what was said before, or NULL; naming a step may mean
 * to run its block again, so that is not done twice. */
static void explain(struct agent *a, struct store_verdict_row *row, const struct solver_line *line,
                    const struct game_assertion *rival, const struct store_verdict_row *old)
{
    struct agent_where where;
    row->first_wrong = wrong_at(a, line, rival);
    if (old && old->verdict == STORE_INVALID && old->first_wrong == row->first_wrong) {
        memcpy(row->reason, old->reason, sizeof row->reason);
        return;
    }
    if (row->first_wrong == UINT64_MAX) {
        snprintf(row->reason, sizeof row->reason, "its history is not the one that was run here");
        return;
    }
    if (row->first_wrong - line->range.first >= line->range.len) {
        snprintf(row->reason, sizeof row->reason,
                 "its history goes on after segment %llu, where the inputs have ended",
                 (unsigned long long)(line->range.first + line->range.len - 1));
        return;
    }
    if (agent_locate(a, row->first_wrong, &where, NULL) != WH_OK) return;
    if (where.is_tx)
        snprintf(row->reason, sizeof row->reason,
                 "first wrong segment %llu: input %llu, transaction %llu, %.18s..",
                 (unsigned long long)row->first_wrong, (unsigned long long)where.input,
                 (unsigned long long)(where.at - 1), wh_hex32(&where.tx_hash).s);
    else
        snprintf(row->reason, sizeof row->reason, "first wrong segment %llu: input %llu, %s",
                 (unsigned long long)row->first_wrong, (unsigned long long)where.input,
                 where.at == 0 ? "BEGIN" : "END");
}

static const char *const verdict_names[] = {"", "agree", "invalid", "cannot tell"};

static wh_status judge_one(struct agent *a, const struct game_assertion *x, struct agent_news *news,
                           struct wh_error *err)
{
    struct store_verdict_row row = {.aid = x->aid, .first_wrong = UINT64_MAX, .at_ms = wh_now_ms()};
    const struct game_assertion *parent = game_assertion_at(&a->view, x->parent);
    const struct solver_line *line = line_of(a, &parent->aid);
    struct store_verdict_row old;
    bool found = false;
    WH_TRY(store_verdict_get(a->opt.store, &x->aid, &old, NULL, &found, err));
    if (!line) {
        /* the parent is not on the own line: either false itself, or beyond what was run */
        struct store_verdict_row up;
        bool judged = false;
        WH_TRY(store_verdict_get(a->opt.store, &parent->aid, &up, NULL, &judged, err));
        row.verdict = judged && up.verdict == STORE_INVALID ? STORE_INVALID : STORE_UNKNOWN;
        if (row.verdict == STORE_INVALID)
            snprintf(row.reason, sizeof row.reason, "its parent is invalid");
        else
            snprintf(row.reason, sizeof row.reason, "%.200s",
                     a->chain.blocked ? a->chain.why : "its range is not run yet");
    } else if (bytes32_eq(&line->aid, &x->aid)) {
        row.verdict = STORE_AGREE;
    } else {
        row.verdict = STORE_INVALID;
        explain(a, &row, line, x, found ? &old : NULL);
    }
    news->invalid += row.verdict == STORE_INVALID;
    news->unknown += row.verdict == STORE_UNKNOWN;

    if (found && old.verdict == row.verdict && old.first_wrong == row.first_wrong &&
        strcmp(old.reason, row.reason) == 0)
        return WH_OK;
    WH_TRY(store_verdict_put(a->opt.store, &row, (wh_span){NULL, 0}, err));
    WH_LOG(INFO, ASSERTION_VERDICT, verdict_names[row.verdict], WH_F_B32("assertion", &x->aid),
           WH_F_STR("reason", row.reason));
    return WH_OK;
}

wh_status agent_judge(struct agent *a, struct agent_news *news, struct wh_error *err)
{
    uint32_t count = a->view.assertions.count;
    for (uint32_t i = 0; i < count; i++) {
        const struct game_assertion *x = game_assertion_at(&a->view, i);
        if (x->status != GAME_PENDING || i == a->view.genesis) continue;
        WH_TRY(judge_one(a, x, news, err));
    }
    return WH_OK;
}
