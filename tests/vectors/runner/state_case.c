/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/state_case.h"

#include <stdlib.h>

#include "evm/hash/keccak.h"
#include "evm/segment/frontier.h"
#include "evm/segment/input.h"
#include "evm/segment/receipt.h"
#include "evm/segment/ring.h"
#include "evm/segment/run.h"

wh_status state_case_receipt(const struct state_case *c, const struct tx_result *result,
                             const bytes32 *root, bytes32 *out)
{
    struct receipt r = {.type = c->tx.type,
                        .has_status = c->fork.fork >= FORK_BYZANTIUM,
                        .success = result->success,
                        .state_root = *root,
                        .cumulative_gas = result->gas_used,
                        .logs = result->logs,
                        .log_count = result->log_count};
    wh_span bytes;
    struct frontier f;
    struct wh_arena *scratch = &c->r->frames;
    WH_TRY(receipt_bloom(c->r->crypto, scratch, &r));
    WH_TRY(receipt_encode(scratch, &r, &bytes));
    frontier_init(&f);
    WH_TRY(frontier_push(&f, c->r->crypto, bytes));
    frontier_hash(&f, c->r->crypto, out);
    return WH_OK;
}

static void ring_keep(void *ctx, const bytes32 *hash, const uint8_t node[64])
{
    (void)hash;
    (void)store_put(ctx, wh_span_of(node, 64));
}

static bytes32 ring_of(struct state_case *c)
{
    bytes32 slots[RING_SLOTS], root;
    uint64_t number = c->block.number;
    memset(slots, 0, sizeof slots);
    for (uint64_t back = 1; back <= RING_SLOTS && back <= number; back++)
        state_block_hash(number - back, &slots[(number - back) % RING_SLOTS]);
    ring_root(slots, &root, ring_keep, &c->r->store);
    return root;
}

/* kind || transaction, and the one place of the rest chain. */
static bytes32 item_of(struct state_case *c)
{
    struct wh_buf item = {0};
    uint8_t pair[64] = {0}, kind = ITEM_POSTED;
    wh_buf_put(&item, &kind, 1);
    wh_buf_put(&item, c->raw.ptr, c->raw.len);
    bytes32 h = store_put(&c->r->store, wh_buf_span(&item));
    memcpy(pair, h.b, 32);
    wh_buf_done(&item);
    return store_put(&c->r->store, wh_span_of(pair, sizeof pair));
}

/* Requests are no part of a state test, so its deposit logs are not read. */
static bytes32 config_of(struct state_case *c)
{
    struct chain_config config;
    uint8_t bytes[CHAIN_CONFIG_MAX];
    chain_config_mainnet(&config);
    config.flags = CHAIN_NO_REQUESTS;
    config.chain_id = c->block.chain_id;
    config.witness_cap = CHAIN_WITNESS_UNLIMITED;
    config.fork_count = 1;
    config.forks[0] = c->fork;
    return store_put(&c->r->store, wh_span_of(bytes, chain_config_encode(&config, bytes)));
}

static void open_block(struct state_case *c, uint8_t out[SEG_STATE_SIZE])
{
    const struct evm_block *b = &c->block;
    struct frontier empty;
    uint8_t bytes[FRONTIER_BYTES_MAX];
    frontier_init(&empty);
    struct seg_state s = {.ruleset = RULESET_ETHEREUM,
                          .phase = SEG_OPEN,
                          .fork = c->fork.fork,
                          .chain_id = b->chain_id,
                          .chain_cfg_hash = config_of(c),
                          .number = b->number,
                          .state_root = c->pre_root,
                          .anc_root = ring_of(c),
                          .items_rest = item_of(c),
                          .items_left = 1,
                          .coinbase = b->coinbase,
                          .timestamp = b->timestamp,
                          .gas_limit = b->gas_limit,
                          .excess_blob_gas = c->excess_blob_gas,
                          .base_fee = b->base_fee};
    s.txs_acc =
        store_put(&c->r->store, wh_span_of(bytes, frontier_encode(&empty, bytes, sizeof bytes)));
    s.rcpts_acc = s.txs_acc;
    if (c->fork.fork >= FORK_PARIS)
        s.prev_randao = b->randao;
    else
        s.beacon_root = b->randao; /* difficulty */
    seg_state_encode(&s, out);
}

wh_status state_case_step(struct state_case *c, struct state_step *out)
{
    uint8_t pre[SEG_STATE_SIZE], post[SEG_STATE_SIZE];
    struct wh_preimages preimages = store_preimages(&c->r->store);
    struct wh_sink made = store_sink(&c->r->store);
    struct seg_env env = {
        .preimages = &preimages, .made = &made, .arena = &c->r->work, .crypto = c->r->crypto};
    struct seg_result result;
    bytes32 unused = {{0}};
    wh_span trace;
    uint64_t x;
    open_block(c, pre);
    wh_arena_rewind(&c->r->work, 0);
    WH_TRY(seg_capture(&env, pre, 1, &unused, post, &result, &trace, &x));
    case_segment(c->r, pre, 1, &unused, trace, x, &result);
    out->refused = result.phase == SEG_INVALID;
    return seg_state_decode(post, &out->post);
}
