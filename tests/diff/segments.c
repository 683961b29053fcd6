/* SPDX-License-Identifier: MIT */
#include "tests/diff/segments.h"

#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/hash/sha256.h"
#include "evm/segment/fees.h"
#include "evm/segment/input.h"
#include "evm/segment/ring.h"
#include "evm/segment/run.h"
#include "tests/diff/rng.h"

enum { ITEMS_MAX = 64 + 1, STEPS_MAX = ITEMS_MAX + 2 };

static const uint8_t EMPTY_LIST[1] = {0xc0};

/* One of the two chains of steps. */
struct line {
    struct diff_chain *ch;
    struct diff_report *r;
    struct diff_segments *n;
    struct wh_preimages io;
    struct wh_sink made;
    struct rng rng;
    uint8_t state[SEG_STATE_SIZE];
    bool rollup, failed;
    uint64_t block, timestamp;
};

static void differ(struct line *l, const char *what, size_t step, int status)
{
    l->failed = true;
    l->r->count++;
    wh_buf_printf(&l->r->lines, "# block %llu segments: %s (%s, step %zu, status %d)\n",
                  (unsigned long long)l->block, what, l->rollup ? "rollup" : "ethereum", step,
                  status);
}

static wh_status keep(struct line *l, wh_span bytes, bytes32 *hash)
{
    keccak256(bytes.ptr, bytes.len, hash);
    return l->made.put(l->made.ctx, WH_OBJECT_DATA, hash, bytes);
}

/* ---- genesis ---- */

static void ring_node_made(void *ctx, const bytes32 *hash, const uint8_t node[64])
{
    struct line *l = ctx;
    if (l->made.put(l->made.ctx, WH_OBJECT_DATA, hash, wh_span_of(node, 64)) != WH_OK) abort();
}

static struct chain_config config_of(struct diff_chain *ch, bool rollup)
{
    struct chain_config c;
    chain_config_rollup(DIFF_CHAIN_ID, 1000000, &c);
    if (rollup) return c;
    c.ruleset = RULESET_ETHEREUM;
    c.flags = CHAIN_NO_REQUESTS;
    c.fork_count = 1;
    c.forks[0] = ch->entry;
    c.witness_cap = CHAIN_WITNESS_CAP_ETHEREUM;
    c.forced_gas_cap = 0;
    return c;
}

/* Block 0 as chain.c has it, with a hash; the chain knows it as its parent. */
static wh_status start(struct line *l, struct diff_chain *ch, bool rollup)
{
    uint8_t bytes[HEADER_MAX + CHAIN_CONFIG_MAX];
    bytes32 slots[RING_SLOTS] = {0};
    struct block_header h = ch->parent;
    struct chain_config config = config_of(ch, rollup);
    l->io = nodes_preimages(&ch->nodes);
    l->made = nodes_sink(&ch->nodes);
    l->timestamp = DIFF_TIME;
    h.ommers_hash = KECCAK_EMPTY_LIST;
    h.state_root = ch->root;
    h.txs_root = h.receipts_root = h.withdrawals_root = KECCAK_EMPTY_TRIE;
    struct seg_state s = {
        .ruleset = config.ruleset, .chain_id = DIFF_CHAIN_ID, .state_root = ch->root};
    WH_TRY(keep(l, wh_span_of(bytes, header_encode(&h, bytes)), &s.head_hash));
    WH_TRY(keep(l, wh_span_of(bytes, chain_config_encode(&config, bytes)), &s.chain_cfg_hash));
    slots[0] = s.head_hash;
    ring_root(slots, &s.anc_root, ring_node_made, l);
    seg_state_encode(&s, l->state);
    ch->hashes[0] = s.head_hash;
    return WH_OK;
}

/* ---- inputs ---- */

static wh_status post_items(struct line *l, const wh_span *raws, size_t n, bytes32 *head)
{
    bytes32 hashes[ITEMS_MAX] = {0}, chain[ITEMS_MAX + 1];
    struct wh_buf item = {0};
    wh_status s = WH_OK;
    for (size_t i = 0; i < n && s == WH_OK; i++) {
        uint8_t kind = ITEM_POSTED;
        wh_buf_reset(&item);
        wh_buf_put(&item, &kind, 1);
        wh_buf_put(&item, raws[i].ptr, raws[i].len);
        s = keep(l, wh_buf_span(&item), &hashes[i]);
    }
    wh_buf_done(&item);
    if (s != WH_OK) return s;
    items_chain(l->ch->crypto, hashes, n, chain);
    for (size_t i = 0; i < n; i++) {
        uint8_t pair[64];
        bytes32 unused;
        memcpy(pair, hashes[i].b, 32);
        memcpy(pair + 32, chain[i + 1].b, 32);
        WH_TRY(keep(l, wh_span_of(pair, sizeof pair), &unused));
    }
    *head = chain[0];
    return WH_OK;
}

static wh_status post_rollup(struct line *l, const struct diff_block *b, const wh_span *raws,
                             size_t n, bytes32 *input)
{
    uint8_t bytes[BLOCK_INPUT_SIZE];
    l->timestamp += b->seconds;
    struct block_input in = {.items_count = (uint32_t)n,
                             .l1_number = 77,
                             .timestamp = l->timestamp,
                             .gas_limit = DIFF_GAS_LIMIT,
                             .coinbase = b->coinbase};
    memset(in.l1_hash.b, 0x11, 32);
    in.prev_randao = in.anchor = in.l1_hash;
    WH_TRY(keep(l, wh_span_of(EMPTY_LIST, 1), &in.wds_hash));
    WH_TRY(post_items(l, raws, n, &in.items_head));
    block_input_encode(&in, bytes);
    return keep(l, wh_span_of(bytes, sizeof bytes), input);
}

/* Seals what chain.c made of the block and posts it. */
static wh_status post_ethereum(struct line *l, struct block_header *h, const wh_span *raws,
                               size_t n, bytes32 *input)
{
    uint8_t bytes[HEADER_MAX], words[ETH_INPUT_SIZE];
    struct eth_input in = {.items_count = (uint32_t)n};
    struct diff_chain *ch = l->ch;
    h->ommers_hash = KECCAK_EMPTY_LIST;
    h->withdrawals_root = KECCAK_EMPTY_TRIE;
    h->requests_hash = SHA256_EMPTY;
    WH_TRY(keep(l, wh_span_of(bytes, header_encode(h, bytes)), &in.block_hash));
    WH_TRY(keep(l, wh_span_of(EMPTY_LIST, 1), &in.ommers_hash));
    if (ch->c->fork >= FORK_SHANGHAI) in.wds_hash = in.ommers_hash;
    WH_TRY(post_items(l, raws, n, &in.items_head));
    ch->parent = *h;
    ch->hashes[h->number] = in.block_hash;
    eth_input_encode(&in, words);
    return keep(l, wh_span_of(words, sizeof words), input);
}

/* ---- steps ---- */

static void damage(struct line *l, const uint8_t *pre, const bytes32 *input, struct wh_buf *trace,
                   const bytes32 *honest, size_t step)
{
    uint8_t post[SEG_STATE_SIZE];
    bytes32 leaf;
    uint64_t x = 0;
    size_t bit = rng_below(&l->rng, 8 * trace->len);
    trace->ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
    wh_arena_rewind(&l->ch->frames, 0);
    wh_status s = execute_trace(pre, l->block, input, wh_buf_span(trace), &l->ch->frames,
                                l->ch->crypto, NULL, post, &leaf, &x);
    if (s < 0) differ(l, "a damaged trace is trouble", step, s);
    if (s == WH_OK && !bytes32_eq(&leaf, honest))
        differ(l, "a damaged trace gives another leaf", step, s);
    l->n->refused += s != WH_OK;
}

/* Captures the step after l->state, and runs it once more from the bytes of its trace alone. */
static bool one_step(struct line *l, const bytes32 *input, const struct seg_result *want,
                     size_t step)
{
    struct seg_env env = {
        .preimages = &l->io, .made = &l->made, .arena = &l->ch->frames, .crypto = l->ch->crypto};
    uint8_t pre[SEG_STATE_SIZE], post[SEG_STATE_SIZE];
    struct seg_result got;
    struct wh_buf trace = {0};
    wh_span bytes;
    bytes32 leaf;
    uint64_t x;
    memcpy(pre, l->state, sizeof pre);
    wh_arena_rewind(env.arena, 0);
    wh_status s = seg_capture(&env, pre, l->block, input, l->state, &got, &bytes, &x);
    if (s != WH_OK) {
        differ(l, "no trace", step, s);
        return false;
    }
    wh_buf_put(&trace, bytes.ptr, bytes.len);
    wh_arena_rewind(env.arena, 0);
    s = execute_trace(pre, l->block, input, wh_buf_span(&trace), env.arena, env.crypto, NULL, post,
                      &leaf, &x);
    if (s != WH_OK || memcmp(post, l->state, sizeof post) != 0)
        differ(l, "the trace alone gives another state", step, s);
    if (!bytes32_eq(&leaf, &want->leaf) || !bytes32_eq(&got.leaf, &want->leaf))
        differ(l, "the leaf is not that of the run in memory", step, s);
    if (!l->failed) damage(l, pre, input, &trace, &leaf, step);
    l->n->steps++;
    l->n->bytes += trace.len;
    wh_buf_done(&trace);
    return !l->failed;
}

/* All steps of an input both ways; results of the run in memory. */
static bool run_steps(struct line *l, const bytes32 *input, size_t items,
                      struct seg_result *results, size_t *count)
{
    struct seg_env env = {
        .preimages = &l->io, .made = &l->made, .arena = &l->ch->frames, .crypto = l->ch->crypto};
    uint8_t state[SEG_STATE_SIZE];
    memcpy(state, l->state, sizeof state);
    wh_arena_rewind(env.arena, 0);
    wh_status s = seg_run(&env, l->block, input, l->block - 1, state, results, items + 2, count);
    if (s != WH_OK) {
        differ(l, "no run in memory", *count, s);
        return false;
    }
    for (size_t i = 0; i < *count; i++)
        if (!one_step(l, input, &results[i], i)) return false;
    if (memcmp(state, l->state, sizeof state) != 0 || !seg_halted(l->state, l->block) ||
        l->state[0x005] != SEG_SEALED || *count != items + 2)
        differ(l, "the block is not sealed", *count, 0);
    return !l->failed;
}

/* ---- blocks ---- */

static wh_status block_ethereum(struct line *l, struct diff_block *b, struct diff_outcome *o)
{
    struct block_header head;
    struct seg_result results[STEPS_MAX];
    wh_span raws[ITEMS_MAX];
    bytes32 input;
    size_t n = 0, count;
    WH_TRY(diff_chain_block(l->ch, b, o, &head));
    for (unsigned i = 0; i < b->tx_count; i++)
        if (o[i].reject == TX_ACCEPTED) raws[n++] = wh_buf_span(&o[i].raw);
    WH_TRY(post_ethereum(l, &head, raws, n, &input));
    if (!run_steps(l, &input, n, results, &count)) return WH_OK;
    size_t step = 1;
    for (unsigned i = 0; i < b->tx_count; i++) {
        if (o[i].reject != TX_ACCEPTED) continue;
        if (results[step].gas != o[i].result.gas_used || !results[step].included)
            differ(l, "gas is not that of the block", step, 0);
        step++;
    }
    if (!bytes32_eq(&results[step].state_root, &head.state_root))
        differ(l, "state root is not that of the block", step, 0);
    return WH_OK;
}

/* Every transaction is posted, and one with a byte turned. */
static void block_rollup(struct line *l, const struct diff_block *b, const struct wh_buf *all)
{
    struct seg_result results[STEPS_MAX];
    wh_span raws[ITEMS_MAX];
    bytes32 input;
    size_t n = b->tx_count, count;
    uint8_t broken[256];
    for (size_t i = 0; i < n; i++)
        raws[i] = wh_buf_span(&all[i]);
    if (n > 0) {
        size_t len = all[0].len < sizeof broken ? all[0].len : sizeof broken;
        memcpy(broken, all[0].ptr, len);
        broken[rng_below(&l->rng, len)] ^= (uint8_t)(1u << rng_below(&l->rng, 8));
        raws[n++] = wh_span_of(broken, len);
    }
    wh_status s = post_rollup(l, b, raws, n, &input);
    if (s != WH_OK)
        differ(l, "cannot be posted", 0, s);
    else
        (void)run_steps(l, &input, n, results, &count);
}

static wh_status run_rollup(struct line *l, struct diff_case *c, struct wh_buf (*raws)[64])
{
    WH_TRY(diff_chain_start(l->ch, c));
    WH_TRY(start(l, l->ch, true));
    for (unsigned i = 0; i < c->block_count && !l->failed; i++) {
        l->block = i + 1;
        block_rollup(l, &c->blocks[i], raws[i]);
    }
    return WH_OK;
}

static wh_status run_ethereum(struct line *l, struct diff_case *c, struct wh_buf (*raws)[64])
{
    struct diff_outcome outcomes[64] = {0};
    WH_TRY(diff_chain_start(l->ch, c));
    l->ch->entry.fork = (uint8_t)c->fork; /* what the other side makes of blobs is left behind */
    WH_TRY(start(l, l->ch, false));
    wh_status s = WH_OK;
    for (unsigned i = 0; i < c->block_count && s == WH_OK && !l->failed; i++) {
        struct diff_block *b = &c->blocks[i];
        l->block = i + 1;
        s = block_ethereum(l, b, outcomes);
        for (unsigned k = 0; k < b->tx_count; k++) { /* kept for the other rule set */
            raws[i][k] = outcomes[k].raw;
            outcomes[k].raw = (struct wh_buf){0};
        }
        diff_outcomes_done(outcomes, b->tx_count);
    }
    return s;
}

wh_status diff_segments_run(struct diff_chain *ch, struct diff_case *c, struct diff_report *r,
                            struct diff_segments *n)
{
    if (c->fork < FORK_PARIS) return WH_OK;
    struct line l = {.ch = ch, .r = r, .n = n, .rng = {c->fork}};
    struct wh_buf(*raws)[64] = calloc(c->block_count + 1, sizeof *raws);
    if (raws == NULL) return WH_E_NOMEM;
    wh_status s = run_ethereum(&l, c, raws);
    if (s == WH_OK && !l.failed && c->fork >= FORK_OSAKA) {
        l.rollup = true;
        s = run_rollup(&l, c, raws);
    }
    for (unsigned i = 0; i < c->block_count; i++)
        for (unsigned k = 0; k < 64; k++)
            wh_buf_done(&raws[i][k]);
    free(raws);
    return s;
}
