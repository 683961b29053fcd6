/* SPDX-License-Identifier: MIT */
/* How it ended and what it cost: everything here was read back from the chain, from receipts, and
 * from the own run of the block. */
#include <stdlib.h>
#include <string.h>

#include "deploy/show/show.h"
#include "evm/segment/seg_state.h"
#include "game/agent/picture.h"
#include "game/contracts/generated/contracts.h"
#include "proto/l1/proofs.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

/* --- gas by kind of transaction */

static const char *game_kind(uint32_t selector)
{
    static const struct {
        uint32_t selector;
        const char *name;
    } rows[] = {
#define GAME_MOVE(id, name, signature) {CONTRACT_SEL_GAME_##id, #name},
#include "game/core/moves.def"
#undef GAME_MOVE
        {CONTRACT_SEL_GAME_MULTICALL, "multicall"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].selector == selector) return rows[i].name;
    return "game";
}

/* kind_of names a transaction; NULL: not one of the dispute (ether for the parties). */
static const char *kind_of(const struct show *s, const struct l1_tx *tx)
{
    uint32_t selector = tx->input.len >= 4 ? load_be32(tx->input.ptr) : 0;
    if (tx->creates) return "create";
    if (address_eq(&tx->to, &s->net.game)) return game_kind(selector);
    if (address_eq(&tx->to, &s->net.inbox)) return "postBlock";
    if (address_eq(&tx->to, &s->net.trace_store)) return "upload";
    if (address_eq(&tx->to, &L1_EXECUTE_ADDRESS)) return "deposit";
    return NULL;
}

static void add(struct show *s, const char *name, uint64_t gas)
{
    size_t i = 0;
    while (i < s->kind_count && strcmp(s->kinds[i].name, name) != 0)
        i++;
    if (i == SHOW_KINDS_MAX) return;
    if (i == s->kind_count)
        snprintf(s->kinds[s->kind_count++].name, sizeof s->kinds[i].name, "%s", name);
    s->kinds[i].count++;
    s->kinds[i].gas += gas;
    s->txs++;
    s->gas += gas;
}

static wh_status add_tx(struct show *s, const bytes32 *hash, struct wh_error *err)
{
    struct l1_tx tx = {0};
    struct l1_receipt r;
    bool found = false;
    wh_status st = l1_get_tx(s->rpc, hash, &tx, &found, err);
    const char *kind = st == WH_OK && found ? kind_of(s, &tx) : NULL;
    l1_tx_done(&tx);
    if (!kind) return st;
    WH_TRY(l1_get_receipt(s->rpc, hash, &r, &found, err));
    if (found) add(s, kind, r.gas_used);
    return WH_OK;
}

static wh_status add_block(struct show *s, uint64_t number, struct wh_error *err)
{
    char tag[24];
    json_t *params = json_array(), *result = NULL;
    struct wh_json root, list;
    size_t n;
    snprintf(tag, sizeof tag, "0x%llx", (unsigned long long)number);
    json_array_append_new(params, json_string(tag));
    json_array_append_new(params, json_false());
    WH_TRY(l1_rpc_call(s->rpc, "eth_getBlockByNumber", params, &result, err));
    root = wh_json_root(result, "block");
    wh_status st = wh_json_get(&root, "transactions", &list, err);
    if (st == WH_OK) st = wh_json_array(&list, 100000, &n, err);
    for (size_t i = 0; st == WH_OK && i < n; i++) {
        struct wh_json j = wh_json_at(&list, i);
        bytes32 hash;
        st = wh_json_bytes32(&j, &hash, err);
        if (st == WH_OK) st = add_tx(s, &hash, err);
    }
    json_decref(result);
    return st;
}

/* --- the end of the game */

struct ending {
    bytes32 confirmed, true_leaf, block_hash;
    bytes32 rejected[SHOW_RIVALS_MAX + 2];
    size_t rejected_count, roots;
    uint64_t first_wrong, trace_bytes, rounds;
    bool have_confirmed;
};

static void read_game(const struct show *s, struct ending *e)
{
    const struct game *g = &s->agent.view;
    bool heights[TREE_K_MAX + 1] = {false};
    for (uint32_t i = 0; i < g->assertions.count; i++) {
        const struct game_assertion *a = game_assertion_at(g, i);
        if (i == g->genesis) continue;
        e->roots++;
        if (a->status == GAME_CONFIRMED) {
            e->confirmed = a->last_leaf;
            e->have_confirmed = true;
        } else if (a->status == GAME_REJECTED && e->rejected_count < SHOW_RIVALS_MAX + 2) {
            e->rejected[e->rejected_count++] = a->last_leaf;
        }
    }
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        const struct game_node *n = game_node_at(g, i);
        if (n->kids != GAME_NONE) heights[game_context_at(g, n->ctx)->h] = true;
    }
    for (size_t h = 0; h <= TREE_K_MAX; h++)
        e->rounds += heights[h];
}

/* first_wrong: the smallest segment that was proven; the segment that decided the dispute. */
static void read_proof(const struct show *s, struct ending *e)
{
    const struct game *g = &s->agent.view;
    e->first_wrong = UINT64_MAX;
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        const struct game_node *n = game_node_at(g, i);
        const struct game_context *c = game_context_at(g, n->ctx);
        if (c->h == 0 && game_rivaled(c) && c->pos_low < e->first_wrong)
            e->first_wrong = c->pos_low;
    }
}

static wh_status read_end(struct show *s, struct ending *e, struct wh_error *err)
{
    struct agent_chain *c = &s->agent.chain;
    struct seg_state tip;
    memset(e, 0, sizeof *e);
    read_game(s, e);
    read_proof(s, e);
    e->true_leaf = c->leaves[c->have];
    if (seg_state_decode(c->tip, &tip) == WH_OK) e->block_hash = tip.head_hash;
    if (e->first_wrong < c->have) {
        struct wh_buf trace = {0};
        bytes32 post;
        uint64_t x;
        wh_status st =
            chain_trace(c, &s->agent.view, e->first_wrong, c->inputs, &trace, &x, &post, err);
        e->trace_bytes = trace.len;
        wh_buf_done(&trace);
        WH_TRY(st);
    }
    return WH_OK;
}

static void print_json(const struct show *s, const struct ending *e, uint64_t wall_ms)
{
    json_t *o = json_object(), *rejected = json_array(), *gas = json_object();
    for (size_t i = 0; i < e->rejected_count; i++)
        json_array_append_new(rejected, json_string(wh_hex32(&e->rejected[i]).s));
    for (size_t i = 0; i < s->kind_count; i++)
        json_object_set_new(gas, s->kinds[i].name, json_integer((json_int_t)s->kinds[i].gas));
    json_object_set_new(gas, "total", json_integer((json_int_t)s->gas));
    json_object_set_new(o, "confirmed",
                        e->have_confirmed ? json_string(wh_hex32(&e->confirmed).s) : json_null());
    json_object_set_new(o, "rejected", rejected);
    json_object_set_new(o, "true_leaf", json_string(wh_hex32(&e->true_leaf).s));
    json_object_set_new(o, "block_hash", json_string(wh_hex32(&e->block_hash).s));
    json_object_set_new(o, "first_wrong_segment",
                        e->first_wrong == UINT64_MAX ? json_null()
                                                     : json_integer((json_int_t)e->first_wrong));
    json_object_set_new(o, "rounds", json_integer((json_int_t)e->rounds));
    json_object_set_new(o, "l1_txs", json_integer((json_int_t)s->txs));
    json_object_set_new(o, "gas", gas);
    json_object_set_new(o, "trace_bytes", json_integer((json_int_t)e->trace_bytes));
    json_object_set_new(o, "wall_ms", json_integer((json_int_t)wall_ms));
    char *text = json_dumps(o, JSON_COMPACT);
    if (text) puts(text);
    free(text);
    json_decref(o);
}

static void print_text(struct show *s, const struct ending *e, bool won, uint64_t wall_ms)
{
    char a[32], b[32];
    show_say(s, "%s",
             won ? "the true history was confirmed, every false one rejected"
                 : "LOST: the game did not end as it must");
    show_say(s, "  confirmed leaf %s", wh_hex32(&e->confirmed).s);
    show_say(s, "  own run's leaf %s", wh_hex32(&e->true_leaf).s);
    show_say(s, "  rounds %llu, then one proof; trace of segment %llu: %s bytes",
             (unsigned long long)e->rounds, (unsigned long long)e->first_wrong,
             show_number(e->trace_bytes, a));
    for (size_t i = 0; i < s->kind_count; i++)
        show_say(s, "  %-10s %3llu transactions %12s gas", s->kinds[i].name,
                 (unsigned long long)s->kinds[i].count, show_number(s->kinds[i].gas, a));
    show_say(s, "  in all %llu L1 transactions, %s gas; %s s of L1 time moved; %.1f s on the clock",
             (unsigned long long)s->txs, show_number(s->gas, a), show_number(s->moved_s, b),
             (double)wall_ms / 1000.0);
}

static const char *name(void *ctx, const address *who)
{
    return show_name((const struct show *)ctx, who);
}

wh_status show_sum(struct show *s, bool *won, struct wh_error *err)
{
    struct ending e;
    for (uint64_t n = s->net.deploy_block; n <= s->agent.head; n++)
        WH_TRY(add_block(s, n, err));
    WH_TRY(read_end(s, &e, err));
    *won = e.have_confirmed && bytes32_eq(&e.confirmed, &e.true_leaf) &&
           e.rejected_count + 1 == e.roots && e.rejected_count >= s->cfg->rivals;
    uint64_t wall_ms = wh_mono_ms() - s->started_ms;
    print_text(s, &e, *won, wall_ms);
    if (s->cfg->svg) {
        struct wh_buf svg = {0};
        wh_status st = picture_draw(&s->agent, name, s, &svg, err);
        if (st == WH_OK) st = wh_file_write(s->cfg->svg, svg.ptr, svg.len, 0644, err);
        wh_buf_done(&svg);
        WH_TRY(st);
        show_say(s, "  the picture is %s", s->cfg->svg);
    }
    if (s->cfg->json) print_json(s, &e, wall_ms);
    return WH_OK;
}
