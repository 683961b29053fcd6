/* SPDX-License-Identifier: MIT */
#include "game/agent/agent.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "evm/segment/seg_state.h"
#include "proto/sys/hex.h"
#include "proto/sys/log.h"

#define MAP_BYTES (UINT64_C(8) << 30) /* address space; touched lazily */

static wh_status map(struct wh_arena *arena, struct wh_error *err)
{
    void *block = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED) return wh_fail(err, WH_ERR_NOMEM, "address space for the view");
    wh_arena_init(arena, block, MAP_BYTES);
    return WH_OK;
}

static wh_status open_attesters(struct agent *a, struct wh_error *err)
{
    for (size_t i = 0; i < a->opt.attester_count; i++) {
        struct l1_rpc_config config = {.urls = &a->opt.attesters[i], .url_count = 1};
        WH_TRY(l1_rpc_open(&a->attesters[i], &config, err));
    }
    return WH_OK;
}

static wh_status open_parts(struct agent *a, struct wh_error *err)
{
    const struct network *net = a->opt.net;
    bytes32 id;
    network_id(net, &id);
    WH_TRY(network_check(a->opt.rpc, net, err));
    WH_TRY(store_belong(a->opt.store, &id, err));
    WH_TRY(map(&a->view_arena, err));
    WH_TRY(map(&a->tick_arena, err));

    const address follow[] = {net->game, net->inbox, net->trace_store};
    struct follower_config fc = {.tag = L1_AT_LATEST,
                                 .first_block = net->deploy_block,
                                 .addrs = follow,
                                 .addr_count = 3,
                                 .max_blocks = a->opt.max_log_blocks};
    WH_TRY(follower_open(&a->follower, a->opt.store, a->opt.rpc, &fc, err));
    struct agent_source source = {NULL, NULL};
    if (a->opt.l2) source = l2_source(a->opt.l2);
    const struct evm_crypto *crypto = a->opt.l2 ? l2_crypto(a->opt.l2) : a->opt.crypto;
    WH_TRY(chain_open(&a->chain, net, a->opt.store, crypto, &source, err));
    a->chain.history = a->opt.history;
    WH_TRY(open_attesters(a, err));
    if (!a->opt.key) return WH_OK;
    a->opt.outbox.chain_id = net->l1_chain_id;
    return outbox_open(&a->outbox, a->opt.store, a->opt.rpc, a->opt.key, &a->opt.outbox, err);
}

wh_status agent_open(struct agent *a, const struct agent_options *opt, struct wh_error *err)
{
    memset(a, 0, sizeof *a);
    a->opt = *opt;
    a->proof_step = UINT64_MAX;
    wh_status st = open_parts(a, err);
    if (st == WH_OK) st = store_event_last(opt->store, &a->told, err);
    if (st != WH_OK) agent_close(a);
    return st;
}

void agent_close(struct agent *a)
{
    outbox_close(a->outbox);
    chain_close(&a->chain);
    follower_close(a->follower);
    for (size_t i = 0; i < AGENT_ATTESTERS; i++)
        l1_rpc_close(a->attesters[i]);
    if (a->view_arena.base) (void)munmap(a->view_arena.base, a->view_arena.cap);
    if (a->tick_arena.base) (void)munmap(a->tick_arena.base, a->tick_arena.cap);
    free(a->waits);
    free(a->words);
    wh_buf_done(&a->proof);
    memset(a, 0, sizeof *a);
}

/* run_inputs runs every final input that is there. */
static wh_status run_inputs(struct agent *a, struct agent_news *news, struct wh_error *err)
{
    WH_TRY(chain_align(&a->chain, &a->view, err));
    for (bool ran = true; ran;) {
        struct store_input in;
        bool found = false;
        uint64_t before = a->chain.have;
        WH_TRY(store_input_get(a->opt.store, a->chain.inputs, &in, &found, err));
        if (!found || in.l1_block > a->final_block) return WH_OK;
        if (a->chain.invalid_at != UINT64_MAX) return WH_OK;
        struct seg_state tip;
        if (a->opt.l2 && seg_state_decode(a->chain.tip, &tip) == WH_OK)
            l2_begin(a->opt.l2, tip.number + 1);
        enum chain_block was = a->chain.blocked;
        wh_status st = chain_advance(&a->chain, &a->view, &ran, err);
        if (a->opt.l2) l2_end(a->opt.l2);
        WH_TRY(st);
        if (ran)
            WH_LOG(INFO, EXECUTE_BLOCK, "input run twice, equal", WH_F_U64("input", in.n),
                   WH_F_U64("steps", a->chain.have - before), WH_F_U64("gas", a->chain.gas));
        else if (a->chain.blocked == CHAIN_DIFFERS && was != CHAIN_DIFFERS)
            WH_LOG(ERROR, EXECUTE_MISMATCH, "cannot tell", WH_F_STR("why", a->chain.why));
        else if (a->chain.blocked && a->chain.blocked != was)
            WH_LOG(WARN, TRACE_MISSING, "cannot tell", WH_F_STR("why", a->chain.why));
        news->steps += a->chain.have - before;
    }
    return WH_OK;
}

/* end_look writes down that a look came to its end: up to this head all is judged, and what it asks for
 * is in the outbox. For those who look at the store. */
static wh_status end_look(struct agent *a, struct wh_error *err)
{
    if (bytes32_eq(&a->looked, &a->head_hash)) return WH_OK;
    WH_TRY(store_meta_put(a->opt.store, AGENT_LOOKED, wh_span_of(a->head_hash.b, 32), err));
    a->looked = a->head_hash;
    return WH_OK;
}

wh_status agent_tick(struct agent *a, struct agent_news *news, struct wh_error *err)
{
    memset(news, 0, sizeof *news);
    memset(&a->out, 0, sizeof a->out);
    a->tick_arena.used = 0;
    WH_TRY(agent_follow(a, news, err));
    WH_TRY(run_inputs(a, news, err));
    WH_TRY(agent_plan(a, news, err));
    WH_TRY(agent_verify(a, err));
    WH_TRY(agent_judge(a, news, err));
    if (news->verdict == SOLVER_ALARM)
        WH_LOG(ERROR, DISPUTE_LOST, "another assertion won a game of the own line: no more moves",
               WH_F_B32("game", &a->out.alarm_gid), WH_F_B32("winner", &a->out.alarm_winner));
    WH_TRY(agent_send(a, news, err));
    return end_look(a, err);
}

wh_status agent_locate(struct agent *a, uint64_t step, struct agent_where *out,
                       struct wh_error *err)
{
    memset(out, 0, sizeof *out);
    uint64_t n = 0, count = game_inbox_count(&a->view);
    while (n < count && game_steps(&a->view, n + 1) <= step)
        n++;
    if (n == count)
        return wh_fail(err, WH_ERR_CLI_RANGE, "step %llu is beyond the inputs",
                       (unsigned long long)step);
    out->input = n;
    out->at = step - game_steps(&a->view, n);
    out->items = (uint32_t)(game_steps(&a->view, n + 1) - game_steps(&a->view, n) - 2);
    out->is_tx = out->at >= 1 && out->at <= out->items;
    if (!out->is_tx) return WH_OK;

    /* items_rest of the pre state opens to h || rest, h to kind || transaction */
    uint8_t pre[SEG_STATE_SIZE];
    struct seg_state s;
    struct wh_buf pair = {0}, item = {0};
    bool found = false;
    bytes32 h;
    wh_status st = chain_state(&a->chain, &a->view, step, pre, err);
    if (st == WH_OK && (seg_state_decode(pre, &s) != WH_OK || s.phase != SEG_OPEN))
        st = wh_fail(err, WH_ERR_STORE_CORRUPT, "state before step %llu", (unsigned long long)step);
    if (st == WH_OK)
        st = store_preimage_get(a->opt.store, STORE_DATA, &s.items_rest, &pair, &found, err);
    if (st == WH_OK && found && pair.len == 64) {
        memcpy(h.b, pair.ptr, 32);
        st = store_preimage_get(a->opt.store, STORE_DATA, &h, &item, &found, err);
        if (st == WH_OK && found && item.len > 1)
            tree_keccak(a->opt.crypto, item.ptr + 1, item.len - 1, &out->tx_hash);
    }
    wh_buf_done(&pair);
    wh_buf_done(&item);
    return st;
}
