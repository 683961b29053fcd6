/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/chain.h"

#include <stdlib.h>

#include "evm/hash/keccak.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/input.h"
#include "evm/segment/ring.h"
#include "tests/vectors/runner/genesis.h"
#include "tests/vectors/runner/value.h"

/* ---- genesis ---- */

static bytes32 config_put(struct chain *c, const struct chain_config *config)
{
    uint8_t bytes[CHAIN_CONFIG_MAX];
    return store_put(&c->r->store, wh_span_of(bytes, chain_config_encode(config, bytes)));
}

static void ring_keep(void *ctx, const bytes32 *hash, const uint8_t node[64])
{
    (void)hash;
    (void)store_put(ctx, wh_span_of(node, 64));
}

/* genesisRLP is a block; where it is missing the fields of the header are all there is. */
static bool genesis_bytes(const json_t *test, struct wh_buf *rlp, struct wh_buf *header)
{
    const json_t *text = json_object_get(test, "genesisRLP");
    struct raw_block block;
    struct block_header h = {0};
    uint8_t bytes[HEADER_MAX];
    if (text != NULL) {
        if (!value_bytes(text, rlp) || raw_block_decode(wh_buf_span(rlp), &block) != WH_OK)
            return false;
        wh_buf_put(header, block.header.ptr, block.header.len);
    } else {
        if (!genesis_header(json_object_get(test, "genesisBlockHeader"), &h)) return false;
        wh_buf_put(header, bytes, header_encode(&h, bytes));
    }
    return wh_buf_ok(header);
}

static bool genesis_fits(struct chain *c, const json_t *test, const struct block_header *h,
                         const bytes32 *hash, const bytes32 *root)
{
    bytes32 want;
    const json_t *field = json_object_get(json_object_get(test, "genesisBlockHeader"), "hash");
    if (!value_b32(field, &want)) {
        case_differs(c->r, "genesis hash", "in the file", "none");
        return false;
    }
    bool same = case_hash(c->r, "genesis hash", &want, hash);
    return case_hash(c->r, "genesis state", &h->state_root, root) && same;
}

static bool genesis_block(struct chain *c, const json_t *test, wh_span header)
{
    struct chain_block *b = &c->blocks[0];
    bytes32 root, slots[RING_SLOTS] = {0};
    static const uint8_t EMPTY_LIST[1] = {0xc0};
    *b = (struct chain_block){0};
    if (header_decode(header, &b->follow.header) != WH_OK ||
        !genesis_state(c->r, json_object_get(test, "pre"), &root)) {
        case_differs(c->r, "genesis", "understood", "not");
        return false;
    }
    b->follow.hash = store_put(&c->r->store, header);
    b->follow.ommers = wh_span_of(EMPTY_LIST, 1);
    b->total = b->follow.header.difficulty;
    struct seg_state s = {.ruleset = RULESET_ETHEREUM,
                          .chain_id = c->network.config.chain_id,
                          .chain_cfg_hash = c->config_hash,
                          .number = b->follow.header.number,
                          .head_hash = b->follow.hash,
                          .state_root = root};
    slots[s.number % RING_SLOTS] = s.head_hash;
    ring_root(slots, &s.anc_root, ring_keep, &c->r->store);
    seg_state_encode(&s, b->state);
    c->count = 1;
    c->head = 0;
    return genesis_fits(c, test, &b->follow.header, &b->follow.hash, &root);
}

bool chain_open(struct chain *c, struct runner *r, const json_t *test, const char *network)
{
    struct wh_buf rlp = {0}, header = {0};
    *c = (struct chain){.r = r, .blocks = malloc(CHAIN_BLOCKS_MAX * sizeof *c->blocks)};
    if (c->blocks == NULL) abort();
    wh_arena_rewind(&r->keep, 0);
    store_reset(&r->store);
    if (!network_find(network, json_object_get(test, "config"), &c->network)) {
        case_differs(r, "network", "a known one", network);
        return false;
    }
    c->config_hash = config_put(c, &c->network.config);
    if (c->network.by_difficulty) c->after_hash = config_put(c, &c->network.after);
    bool ok = genesis_bytes(test, &rlp, &header);
    if (!ok) case_differs(r, "genesis", "understood", "not");
    ok = ok && genesis_block(c, test, wh_buf_span(&header));
    wh_buf_done(&rlp);
    wh_buf_done(&header);
    return ok;
}

void chain_close(struct chain *c)
{
    free(c->blocks);
    c->blocks = NULL;
}

/* ---- blocks ---- */

static const struct chain_block *block_of(const struct chain *c, const bytes32 *hash)
{
    for (size_t i = 0; i < c->count; i++)
        if (bytes32_eq(&c->blocks[i].follow.hash, hash)) return &c->blocks[i];
    return NULL;
}

/* Items, rest chain, lists and header become preimages; the hash of the input. */
static bytes32 input_post(struct chain *c, const struct raw_block *b)
{
    static bytes32 hashes[CHAIN_ITEMS_MAX], rest[CHAIN_ITEMS_MAX + 1];
    struct store *store = &c->r->store;
    uint8_t bytes[ETH_INPUT_SIZE], pair[64], kind = ITEM_POSTED;
    struct eth_input in = {.items_count = (uint32_t)b->tx_count};
    struct wh_buf item = {0};
    wh_span txs = b->txs, tx;
    for (size_t i = 0; i < b->tx_count && raw_block_tx(&txs, &tx) == WH_OK; i++) {
        wh_buf_reset(&item);
        wh_buf_put(&item, &kind, 1);
        wh_buf_put(&item, tx.ptr, tx.len);
        hashes[i] = store_put(store, wh_buf_span(&item));
    }
    items_chain(c->r->crypto, hashes, b->tx_count, rest);
    for (size_t i = 0; i < b->tx_count; i++) {
        memcpy(pair, hashes[i].b, 32);
        memcpy(pair + 32, rest[i + 1].b, 32);
        (void)store_put(store, wh_span_of(pair, sizeof pair));
    }
    wh_buf_done(&item);
    in.items_head = rest[0];
    in.block_hash = store_put(store, b->header);
    in.ommers_hash = store_put(store, b->ommers);
    if (b->withdrawals.len > 0) in.wds_hash = store_put(store, b->withdrawals);
    eth_input_encode(&in, bytes);
    return store_put(store, wh_span_of(bytes, sizeof bytes));
}

/* The rules of the block after parent: at the merge, total difficulty decides. */
static const struct chain_config *rules_after(const struct chain *c,
                                              const struct chain_block *parent, bytes32 *hash)
{
    const struct network *n = &c->network;
    bool after = n->by_difficulty && !u256_lt(&parent->total, &n->terminal);
    *hash = after ? c->after_hash : c->config_hash;
    return after ? &n->after : &n->config;
}

static enum follow_fault follow(const struct chain *c, const struct chain_config *config,
                                const struct chain_block *parent, const struct block_header *h,
                                wh_span ommers)
{
    const struct follow_block *line[FOLLOW_DEPTH];
    size_t n = 0;
    struct follow_rules rules = {.config = config,
                                 .by_name = c->network.has_rule,
                                 .rule = c->network.rule,
                                 .crypto = c->r->crypto};
    for (const struct chain_block *b = parent; n < FOLLOW_DEPTH; b = &c->blocks[b->parent]) {
        line[n++] = &b->follow;
        if (b == c->blocks) break;
    }
    return follow_check(&rules, line, n, h, ommers);
}

/* Head: highest total difficulty, first seen; from Paris on the last valid block. */
static void accept(struct chain *c, const struct chain_block *parent, const struct block_header *h,
                   wh_span ommers, bool merged, const uint8_t *state)
{
    if (c->count == CHAIN_BLOCKS_MAX) abort();
    struct chain_block *b = &c->blocks[c->count];
    *b = (struct chain_block){.parent = (size_t)(parent - c->blocks)};
    b->follow.header = *h;
    memcpy(b->follow.hash.b, state + 0x040, 32);
    bytes32 list = store_put(&c->r->store, ommers);
    struct wh_preimages io = store_preimages(&c->r->store);
    if (io.get(io.ctx, WH_OBJECT_DATA, &list, &b->follow.ommers) != WH_OK) abort();
    memcpy(b->state, state, SEG_STATE_SIZE);
    (void)u256_add(&b->total, &parent->total, &h->difficulty);
    if (merged || u256_lt(&c->blocks[c->head].total, &b->total)) c->head = c->count;
    c->count++;
}

static enum chain_verdict refuse(const char **why, const char *text)
{
    *why = text;
    return CHAIN_REFUSED;
}

/* Every block that can be read and has a parent goes through its steps, whatever a follower thinks. */
enum chain_verdict chain_add(struct chain *c, wh_span rlp, const char **why)
{
    struct raw_block b;
    struct block_header h;
    uint8_t state[SEG_STATE_SIZE];
    bytes32 config_hash;
    if (raw_block_decode(rlp, &b) != WH_OK) return refuse(why, "not a block");
    if (b.tx_count > CHAIN_ITEMS_MAX) abort();
    if (header_decode(b.header, &h) != WH_OK) return refuse(why, "not a header");
    const struct chain_block *parent = block_of(c, &h.parent_hash);
    if (parent == NULL) return refuse(why, "parent unknown");

    const struct chain_config *config = rules_after(c, parent, &config_hash);
    bool merged = chain_config_active(config, h.number, h.timestamp)->fork >= FORK_PARIS;
    bytes32 input = input_post(c, &b);
    memcpy(state, parent->state, sizeof state);
    memcpy(state + 0x010, config_hash.b, 32);
    if (!chain_steps(c, &input, b.tx_count, state)) return CHAIN_TROUBLE;
    if (state[0x005] != SEG_SEALED) return refuse(why, "INVALID");
    enum follow_fault fault = merged ? FOLLOW_FITS : follow(c, config, parent, &h, b.ommers);
    if (fault != FOLLOW_FITS) return refuse(why, follow_fault_text(fault));
    accept(c, parent, &h, b.ommers, merged, state);
    return CHAIN_ACCEPTED;
}
