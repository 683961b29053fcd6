/* SPDX-License-Identifier: MIT */
/* The view held against the contract at the same block. A log that an endpoint left out without a word
 * (an index that lags, a filter that gave up) usually shows when a later event does not fit; a rival
 * that then stands still would never show, and win. So the counts are asked for: inputs, and roots of
 * the games that are still open on the own line. */
#include "game/agent/agent.h"

#include "game/contracts/generated/contracts.h"
#include "proto/l1/abi.h"
#include "proto/sys/hex.h"

#define GAMES_AT_ONCE 8u /* calls a tick; the rest of a long line has its turn later */
#define ROOTS_WORD    4u /* of GameRec: winner, wonAt, slashedAt, pot, roots */

/* ask calls a view with at most one word and takes word number `at` of the answer. */
static wh_status ask(struct agent *a, const address *to, uint32_t selector, const bytes32 *arg,
                     size_t at, uint64_t *out, struct wh_error *err)
{
    uint8_t call[36];
    struct wh_buf answer = {0};
    struct l1_at head = l1_at_hash(&a->head_hash);
    store_be32(call, selector);
    if (arg) memcpy(call + 4, arg->b, 32);
    wh_status st =
        l1_call(a->opt.rpc, NULL, to, wh_span_of(call, arg ? 36 : 4), &head, &answer, err);
    if (st == WH_OK && answer.len < 32 * (at + 1))
        st = wh_fail(err, WH_ERR_ABI_FORM, "a view answered %zu bytes", answer.len);
    if (st == WH_OK) *out = load_be64(answer.ptr + 32 * at + 24);
    wh_buf_done(&answer);
    return st;
}

static wh_status lost(struct agent *a, const char *what, uint64_t have, uint64_t want,
                      struct wh_error *err)
{
    agent_read_again(a, a->head);
    return wh_fail(err, WH_ERR_RPC_LOGS, "L1 block %llu: the logs give %llu %s, the contract %llu",
                   (unsigned long long)a->head, (unsigned long long)have, what,
                   (unsigned long long)want);
}

wh_status agent_verify(struct agent *a, struct wh_error *err)
{
    uint64_t n = 0, asked = 0;
    if (bytes32_eq(&a->verified, &a->head_hash)) return WH_OK;
    WH_TRY(ask(a, &a->opt.net->inbox, CONTRACT_SEL_INBOX_COUNT, NULL, 0, &n, err));
    if (n != game_inbox_count(&a->view))
        return lost(a, "inputs", game_inbox_count(&a->view), n, err);
    size_t count = a->out.line_count;
    for (size_t i = 0; i < count && asked < GAMES_AT_ONCE; i++) {
        /* the newest game first: rivals come there; then the others in turn */
        size_t at = i == 0 ? count - 1 : (a->verify_next + i - 1) % count;
        const struct solver_line *line = &a->out.line[at];
        if (line->decided) continue;
        asked++;
        WH_TRY(ask(a, &a->opt.net->game, CONTRACT_SEL_GAME_GAME, &line->range.gid, ROOTS_WORD, &n,
                   err));
        if (n != line->roots) return lost(a, "claims in one game", line->roots, n, err);
        if (i > 0) a->verify_next = at + 1;
    }
    a->verified = a->head_hash;
    a->distrust = 0;
    return WH_OK;
}
