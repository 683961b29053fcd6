/* SPDX-License-Identifier: MIT */
/* From the view to moves (solver) and from moves to transactions (outbox). */
#include "game/agent/agent.h"

#include <stdlib.h>
#include <string.h>

#include "proto/l1/calls.h"
#include "proto/l1/proofs.h"
#include "proto/sys/log.h"

/* --- me */

static wh_status to_u128(const u256 *v, u128 *out)
{
    if (v->w[2] | v->w[3]) return WH_E_FORMAT;
    *out = (u128)v->w[1] << 64 | v->w[0];
    return WH_OK;
}

static wh_status execute_account(struct agent *a, struct wh_error *err)
{
    struct l1_at at = l1_at_hash(&a->head_hash);
    bytes32 slot = l1_execute_slot(&a->me.who), word;
    struct wh_buf price = {0};
    WH_TRY(l1_storage(a->opt.rpc, &L1_EXECUTE_ADDRESS, &slot, &at, &word, err));
    u256 prepaid = u256_from_be(word.b);
    wh_status st =
        l1_call(a->opt.rpc, NULL, &L1_EXECUTE_ADDRESS, (wh_span){NULL, 0}, &at, &price, err);
    if (st == WH_OK && price.len != 32)
        st = wh_fail(err, WH_ERR_ABI_FORM, "EXECUTE answered %zu bytes for its price", price.len);
    if (st == WH_OK) {
        u256 p = u256_from_be(price.ptr);
        if (to_u128(&prepaid, &a->me.prepaid) != WH_OK || to_u128(&p, &a->me.price) != WH_OK)
            st = wh_fail(err, WH_ERR_ABI_FORM, "EXECUTE's price is over 128 bits");
    }
    wh_buf_done(&price);
    return st;
}

static wh_status count_deposit(void *ctx, const struct store_intent *i, struct wh_error *err)
{
    (void)err;
    if (strcmp(i->kind, solver_kind_name(SOLVER_DEPOSIT)) == 0 && i->state == STORE_INTENT_DONE)
        ++*(uint64_t *)ctx;
    return WH_OK;
}

/* disputed: is there a game in which somebody may have to prove? Only then prices matter. */
static bool disputed(const struct agent *a)
{
    for (uint32_t i = 0; i < a->view.assertions.count; i++) {
        const struct game_assertion *x = game_assertion_at(&a->view, i);
        if (x->roots >= 2 && x->winner == GAME_NONE) return true;
    }
    return false;
}

static wh_status who_am_i(struct agent *a, struct wh_error *err)
{
    memset(&a->me, 0, sizeof a->me);
    a->me.watch = a->outbox == NULL;
    a->me.propose = a->opt.propose;
    a->me.leaving = a->opt.leaving;
    a->me.l1_block = a->head;
    if (a->me.watch) return WH_OK;
    a->me.who = a->opt.key->addr;
    if (a->opt.net->kind != NETWORK_EXECUTE || !disputed(a)) return WH_OK;
    WH_TRY(execute_account(a, err));
    return store_intents_each(a->opt.store, true, count_deposit, &a->me.deposits, err);
}

wh_status agent_plan(struct agent *a, struct agent_news *news, struct wh_error *err)
{
    struct solver_own own;
    WH_TRY(who_am_i(a, err));
    agent_own(a, &own);
    wh_error_clear(&a->err);
    wh_status st = solver_moves(&a->view, &own, &a->me, &a->tick_arena, &a->out);
    if (st != WH_OK) {
        if (a->err.code == WH_ERR_NONE) return wh_fail(err, WH_ERR_NOMEM, "planning moves");
        if (err) *err = a->err;
        return st;
    }
    news->moves = a->out.count;
    news->verdict = a->out.verdict;
    return WH_OK;
}

/* --- waiting for somebody else's move */

static bool may_wait(unsigned kind)
{
    switch (kind) {
    case GAME_MOVE_STAKE:
    case GAME_MOVE_POST:
    case GAME_MOVE_JOIN:
    case GAME_MOVE_UNSTAKE:
    case GAME_MOVE_WITHDRAW:
    case GAME_MOVE_CLAIM: return false;
    default: return true;
    }
}

/* waited: true once a move has been wanted for defend_delay seconds of L1 time. What is not wanted
 * any more is forgotten by the next planning (round). */
static bool waited(struct agent *a, const struct solver_move *m)
{
    if (a->opt.defend_delay == 0 || !may_wait(m->kind)) return true;
    for (size_t i = 0; i < a->wait_count; i++)
        if (bytes32_eq(&a->waits[i].key, &m->key))
            return a->head_time >= a->waits[i].since + a->opt.defend_delay;
    if (a->wait_count == a->wait_places) {
        size_t places = a->wait_places ? 2 * a->wait_places : 64;
        struct agent_wait *w = (struct agent_wait *)realloc(a->waits, places * sizeof *w);
        if (!w) return true; /* a move too many is better than one too few */
        a->waits = w;
        a->wait_places = places;
    }
    a->waits[a->wait_count++] = (struct agent_wait){m->key, a->head_time};
    return false;
}

static void forget_waits(struct agent *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->wait_count; i++)
        for (size_t j = 0; j < a->out.count; j++)
            if (bytes32_eq(&a->waits[i].key, &a->out.moves[j].key)) {
                a->waits[n++] = a->waits[i];
                break;
            }
    a->wait_count = n;
}

/* --- calldata */

static wh_status chunk_data(struct agent *a, const struct solver_move *m, struct wh_buf *data,
                            struct wh_error *err)
{
    struct wh_buf trace = {0};
    uint64_t x;
    bytes32 post;
    wh_status st = chain_trace(&a->chain, &a->view, m->step, m->target, &trace, &x, &post, err);
    size_t at = (size_t)m->chunk * SOLVER_CHUNK;
    if (st == WH_OK && at < trace.len) {
        size_t len = trace.len - at < SOLVER_CHUNK ? trace.len - at : SOLVER_CHUNK;
        calls_trace_post(wh_span_of(trace.ptr + at, len), data);
    }
    wh_buf_done(&trace);
    return st;
}

static wh_status move_data(struct agent *a, const struct solver_move *m, address *to,
                           struct wh_buf *data, struct wh_error *err)
{
    *to = a->opt.net->game;
    if (m->kind == SOLVER_UPLOAD) {
        *to = a->opt.net->trace_store;
        return chunk_data(a, m, data, err);
    }
    if (m->kind == SOLVER_DEPOSIT) {
        *to = L1_EXECUTE_ADDRESS;
        calls_deposit(&a->me.who, data);
        return WH_OK;
    }
    if (m->kind == GAME_MOVE_PROVE && !m->idle) {
        struct wh_buf proof = {0};
        struct game_args args = m->args;
        wh_status st = agent_proof(a, m->step, m->target, &proof, err);
        args.u.prove.proof = wh_buf_span(&proof);
        if (st == WH_OK) calls_move(&args, data);
        wh_buf_done(&proof);
        return st;
    }
    calls_move(&m->args, data);
    return WH_OK;
}

static wh_status put_move(struct agent *a, const struct solver_move *m, uint64_t priority,
                          struct wh_error *err)
{
    struct wh_buf data = {0};
    struct outbox_move out = {.key = m->key,
                              .kind = solver_kind_name(m->kind),
                              .value = {{(uint64_t)m->value, (uint64_t)(m->value >> 64), 0, 0}},
                              .gas_limit = m->gas_limit,
                              .priority = priority};
    bool live = false;
    WH_TRY(outbox_live(a->outbox, &m->key, &live, err));
    if (live) return WH_OK;
    wh_status st = move_data(a, m, &out.to, &data, err);
    if (st == WH_OK && !wh_buf_ok(&data))
        st = wh_fail(err, WH_ERR_NOMEM, "calldata of %s", out.kind);
    out.data = wh_buf_span(&data);
    if (st == WH_OK) st = outbox_put(a->outbox, &out, err);
    wh_buf_done(&data);
    return st;
}

wh_status agent_send(struct agent *a, struct agent_news *news, struct wh_error *err)
{
    if (!a->outbox) return WH_OK;
    forget_waits(a);
    outbox_round(a->outbox);
    for (size_t i = 0; i < a->out.count; i++) {
        const struct solver_move *m = &a->out.moves[i];
        if (!waited(a, m)) continue;
        wh_status st = put_move(a, m, i, err);
        if (st == WH_E_IO || st == WH_E_NOMEM) return st;
        if (st != WH_OK) { /* this move cannot be made now; the others go on */
            wh_log_error(WH_LEVEL_WARN, WH_EV_MOVE_SKIPPED, err);
            wh_error_clear(err);
        }
    }
    struct outbox_view view = {.l1_block = a->head, .l1_hash = a->head_hash};
    WH_TRY(outbox_pump(a->outbox, &view, &news->outbox, err));
    if (news->outbox.denied && !bytes32_eq(&a->doubted, &a->head_hash)) {
        a->doubted = a->head_hash;
        agent_read_again(a, a->head);
    }
    return WH_OK;
}
