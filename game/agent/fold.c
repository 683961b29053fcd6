/* SPDX-License-Identifier: MIT */
/* From L1's logs to the view: the follower keeps the store's copy of the logs equal to the chain,
 * and this folds them into the game, in order. What the Inbox carried becomes preimages that
 * execution can ask for. After a reorg everything is folded again from the deployment on. */
#include "game/agent/agent.h"

#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/segment/input.h"
#include "proto/l1/calls.h"
#include "proto/sys/hex.h"
#include "proto/sys/log.h"

#define DISTRUST_BLOCKS 64u /* read again at first */

/* --- Inbox bytes into preimages */

static wh_status keep(struct agent *a, const void *bytes, size_t len, bytes32 *hash,
                      struct wh_error *err)
{
    keccak256((const uint8_t *)bytes, len, hash);
    return store_preimage_put(a->opt.store, STORE_DATA, hash, wh_span_of(bytes, len), err);
}

/* Forced items wait in the store under their queue number: kind byte and transaction. */
static void forced_name(uint64_t j, char name[32])
{
    snprintf(name, 32, "forced/%llu", (unsigned long long)j);
}

static wh_status keep_forced(struct agent *a, uint64_t j, wh_span item, struct wh_error *err)
{
    char name[32];
    struct wh_buf b = {0};
    uint8_t kind = ITEM_FORCED;
    forced_name(j, name);
    wh_buf_put(&b, &kind, 1);
    wh_buf_put(&b, item.ptr, item.len);
    wh_status st = wh_buf_ok(&b) ? store_meta_put(a->opt.store, name, wh_buf_span(&b), err)
                                 : wh_fail(err, WH_ERR_NOMEM, "forced item");
    wh_buf_done(&b);
    return st;
}

/* item_bytes gives kind || transaction of item i of an input. */
static wh_status item_bytes(struct agent *a, struct calls_input *in, uint32_t i, struct wh_buf *out,
                            struct wh_error *err)
{
    wh_buf_reset(out);
    if (i < in->forced) {
        char name[32];
        bool found = false;
        forced_name(in->forced_from + i, name);
        WH_TRY(store_meta_get(a->opt.store, name, out, &found, err));
        if (!found)
            return wh_fail(err, WH_ERR_ABI_FORM, "input %llu takes forced item %llu, never logged",
                           (unsigned long long)in->n, (unsigned long long)(in->forced_from + i));
        return WH_OK;
    }
    uint8_t kind = ITEM_POSTED;
    wh_span tx = calls_next_item(in);
    wh_buf_put(out, &kind, 1);
    wh_buf_put(out, tx.ptr, tx.len);
    return wh_buf_ok(out) ? WH_OK : wh_fail(err, WH_ERR_NOMEM, "item of %zu bytes", tx.len);
}

static wh_status keep_items(struct agent *a, struct calls_input *in, bytes32 *head,
                            struct wh_error *err)
{
    uint32_t n = (uint32_t)in->item_count + in->forced;
    size_t mark = wh_arena_mark(&a->tick_arena);
    bytes32 *h = WH_NEW(&a->tick_arena, bytes32, (size_t)n + 1);
    bytes32 *chain = WH_NEW(&a->tick_arena, bytes32, (size_t)n + 1);
    if (!h || !chain) return wh_fail(err, WH_ERR_NOMEM, "%u items", n);
    struct wh_buf item = {0};
    wh_status st = WH_OK;
    for (uint32_t i = 0; st == WH_OK && i < n; i++) {
        st = item_bytes(a, in, i, &item, err);
        if (st == WH_OK) st = keep(a, item.ptr, item.len, &h[i], err);
    }
    wh_buf_done(&item);
    if (st == WH_OK) items_chain(a->opt.crypto, h, n, chain);
    for (uint32_t i = 0; st == WH_OK && i < n; i++) {
        uint8_t pair[64];
        bytes32 hash;
        memcpy(pair, h[i].b, 32);
        memcpy(pair + 32, chain[i + 1].b, 32);
        st = keep(a, pair, sizeof pair, &hash, err);
    }
    *head = chain[0];
    wh_arena_rewind(&a->tick_arena, mark);
    return st;
}

/* eth_input_of rebuilds the 132 bytes that an EthereumInput stands for (PROTOCOL 3). */
static wh_status eth_input_of(struct agent *a, const struct calls_input *in, const bytes32 *head,
                              uint8_t out[ETH_INPUT_SIZE], struct wh_error *err)
{
    struct eth_input e = {.items_head = *head, .items_count = (uint32_t)in->item_count};
    bytes32 unused;
    WH_TRY(keep(a, in->header.ptr, in->header.len, &e.block_hash, err));
    WH_TRY(keep(a, in->ommers.ptr, in->ommers.len, &e.ommers_hash, err));
    if (in->withdrawals.len)
        WH_TRY(keep(a, in->withdrawals.ptr, in->withdrawals.len, &e.wds_hash, err));
    eth_input_encode(&e, out);
    return keep(a, out, ETH_INPUT_SIZE, &unused, err);
}

/* keep_input stores everything of one Inbox log, and checks that the bytes give its inputHash. */
static wh_status keep_input(struct agent *a, const struct store_event *e,
                            const struct game_event *ev, struct calls_input *in,
                            struct wh_error *err)
{
    static const uint8_t empty_list[1] = {0xc0};
    uint8_t eth[ETH_INPUT_SIZE];
    wh_span bytes = in->input;
    bytes32 head, hash;
    bool found = false;
    struct store_input row;
    WH_TRY(store_input_get(a->opt.store, in->n, &row, &found, err));
    if (found && bytes32_eq(&row.hash, &ev->id)) return WH_OK;

    WH_TRY(keep_items(a, in, &head, err));
    if (ev->kind == GAME_EVENT_ETHEREUM_INPUT) {
        WH_TRY(eth_input_of(a, in, &head, eth, err));
        bytes = wh_span_of(eth, sizeof eth);
    } else {
        WH_TRY(keep(a, bytes.ptr, bytes.len, &hash, err));
        WH_TRY(keep(a, empty_list, sizeof empty_list, &hash, err)); /* no deposits: EMPTY_LIST */
    }
    keccak256(bytes.ptr, bytes.len, &hash);
    if (!bytes32_eq(&hash, &ev->id))
        return wh_fail(err, WH_ERR_ABI_FORM, "the bytes of input %llu do not give its hash",
                       (unsigned long long)in->n);
    row = (struct store_input){.n = in->n,
                               .l1_block = e->l1_block,
                               .hash = hash,
                               .first_step = game_steps(&a->view, in->n),
                               .items = ev->items_count,
                               .bytes = bytes};
    game_acc(&a->view, in->n + 1, &row.acc);
    return store_input_put(a->opt.store, &row, err);
}

/* --- events */

static void tell(const struct agent *a, const struct game_event *ev, const struct store_event *e)
{
    const address *me = a->opt.key ? &a->opt.key->addr : NULL;
    const char *who = me && address_eq(me, &ev->who) ? "ours" : "another's";
    switch (ev->kind) {
    case GAME_EVENT_POSTED:
        WH_LOG(INFO, ASSERTION_SEEN, who, WH_F_B32("assertion", &ev->aid),
               WH_F_ADDR("staker", &ev->who), WH_F_U64("l1_block", e->l1_block));
        break;
    case GAME_EVENT_SPLIT:
        WH_LOG(INFO, NODE_SEEN, "split", WH_F_B32("node", &ev->id), WH_F_ADDR("mover", &ev->who));
        break;
    case GAME_EVENT_PROVEN:
        WH_LOG(INFO, NODE_PROVEN, who, WH_F_B32("node", &ev->id), WH_F_ADDR("mover", &ev->who));
        break;
    case GAME_EVENT_DECIDED:
        WH_LOG(INFO, DISPUTE_WON, "decided", WH_F_B32("assertion", &ev->aid));
        break;
    case GAME_EVENT_CONFIRMED:
        WH_LOG(INFO, ASSERTION_CONFIRMED, "", WH_F_B32("assertion", &ev->aid));
        break;
    case GAME_EVENT_REJECTED:
        WH_LOG(INFO, ASSERTION_REJECTED, "", WH_F_B32("assertion", &ev->aid));
        break;
    case GAME_EVENT_WITHDRAWN:
        WH_LOG(INFO, BOND_WITHDRAWN, who, WH_F_ADDR("account", &ev->who));
        break;
    case GAME_EVENT_STAKED:
    case GAME_EVENT_JOINED:
    case GAME_EVENT_TIMER_UPDATED:
    case GAME_EVENT_SLASHED:
    case GAME_EVENT_REWARDED:
    case GAME_EVENT_UNSTAKED:
    case GAME_EVENT_SWEPT:
    case GAME_EVENT_INPUT:
    case GAME_EVENT_ETHEREUM_INPUT:
    case GAME_EVENT_COUNT: break;
    }
}

static wh_status fold_one(void *ctx, const struct store_event *e, struct wh_error *err)
{
    struct agent *a = (struct agent *)ctx;
    a->folding = e->l1_block;
    struct calls_log log = {e->topic_count, e->topics, e->data};
    struct game_event ev;
    struct calls_input input;
    bytes32 spans[TREE_ARITY_MAX], hash;
    bool known = false;
    uint64_t j;
    uint32_t length;
    wh_span item;

    if (address_eq(&e->addr, &a->opt.net->trace_store)) {
        if (calls_chunk(&log, &hash, &length)) WH_TRY(agent_chunk_seen(a, e, &hash, err));
    } else if (address_eq(&e->addr, &a->opt.net->inbox) && calls_forced(&log, &j, &item)) {
        WH_TRY(keep_forced(a, j, item, err));
    } else if (calls_event(&log, &ev, spans, &input, &known)) {
        ev.time = e->l1_time;
        wh_status st = game_view_apply_event(&a->view, &ev);
        if (st != WH_OK)
            return wh_fail(err, st == WH_E_NOMEM ? WH_ERR_NOMEM : WH_ERR_RPC_LOGS,
                           "L1 block %llu: event %s does not follow from the ones before",
                           (unsigned long long)e->l1_block, game_event_name(ev.kind));
        if (ev.kind == GAME_EVENT_INPUT || ev.kind == GAME_EVENT_ETHEREUM_INPUT)
            WH_TRY(keep_input(a, e, &ev, &input, err));
        if (ev.kind == GAME_EVENT_SLASHED || ev.kind == GAME_EVENT_REWARDED ||
            ev.kind == GAME_EVENT_SWEPT)
            a->word_age++;
        WH_TRY(agent_record(a, e, &ev, err));
        if (a->folded_any || e->seq > a->told) tell(a, &ev, e);
    } else if (known) {
        return wh_fail(err, WH_ERR_ABI_FORM, "malformed log in L1 block %llu",
                       (unsigned long long)e->l1_block);
    }
    a->folded = e->seq;
    if (e->seq > a->told) a->told = e->seq;
    return WH_OK;
}

static wh_status begin_view(struct agent *a, struct wh_error *err)
{
    a->view_arena.used = 0;
    a->folded = 0;
    a->word_age++;
    a->folded_any = false;
    if (game_init(&a->view, &a->opt.net->cfg, &a->view_arena, a->opt.crypto,
                  a->opt.net->deploy_time) != GAME_OK)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT,
                       "the game refuses the deployment's configuration");
    return WH_OK;
}

/* refold drops the view when events that it holds are gone. */
static wh_status fold(struct agent *a, struct wh_error *err)
{
    if (!a->view_ready) {
        WH_TRY(begin_view(a, err));
        a->view_ready = true;
    }
    wh_status st = store_begin(a->opt.store, err);
    if (st == WH_OK && a->folded == 0) st = store_game_clear(a->opt.store, err);
    if (st == WH_OK) st = store_events_each(a->opt.store, a->folded, fold_one, a, err);
    if (st == WH_OK) st = store_commit(a->opt.store, err);
    if (st != WH_OK) {
        store_rollback(a->opt.store);
        a->view_ready = false; /* the view may hold more than the store: fold again */
        return st;
    }
    a->folded_any = true;
    return WH_OK;
}

void agent_read_again(struct agent *a, uint64_t block)
{
    struct wh_error err = {0};
    a->distrust = a->distrust ? 8 * a->distrust : DISTRUST_BLOCKS;
    if (follower_again(a->follower, block > a->distrust ? block - a->distrust : 0, &err) != WH_OK)
        wh_log_error(WH_LEVEL_ERROR, WH_EV_RPC_ERROR, &err);
}

wh_status agent_follow(struct agent *a, struct agent_news *news, struct wh_error *err)
{
    struct follower_news fn = {0};
    do {
        WH_TRY(follower_step(a->follower, &fn, err));
        if (fn.reorged) {
            news->reorged = true;
            a->view_ready = false;
            WH_LOG(WARN, L1_REORG, "folding again", WH_F_U64("kept", fn.kept));
        }
    } while (fn.head < fn.tip);
    a->head = fn.head;
    a->head_hash = fn.head_hash;
    a->head_time = fn.head_time;
    a->final_block = fn.head;
    if (a->opt.net->tag.kind != L1_LATEST) {
        struct l1_block b;
        bool found = false;
        WH_TRY(l1_block_at(a->opt.rpc, &a->opt.net->tag, &b, &found, err));
        a->final_block = found ? b.number : 0;
    }
    struct wh_error why = {0};
    wh_status st = fold(a, &why);
    if (st != WH_OK && err) *err = why;
    if (why.code == WH_ERR_RPC_LOGS || why.code == WH_ERR_ABI_FORM) agent_read_again(a, a->folding);
    WH_TRY(st);
    game_set_time(&a->view, a->head_time);
    news->caught_up = true;
    return WH_OK;
}
