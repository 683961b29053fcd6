/* SPDX-License-Identifier: MIT */
#include "tests/vectors/chain_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/execute.h"
#include "evm/segment/header.h"
#include "evm/segment/input.h"
#include "evm/segment/overlay.h"
#include "evm/segment/ring.h"
#include "evm/segment/run.h"
#include "evm/state/state.h"
#include "tests/vectors/chain_network.h"
#include "tests/vectors/value.h"

enum { BLOCKS_MAX = 4096, ITEMS_MAX = 4096 };

/* A block that was accepted, with the state that it leaves. */
struct accepted {
    bytes32 hash;
    u256 td; /* total difficulty */
    uint8_t state[SEG_STATE_SIZE];
};

/* One test at work. */
struct chain {
    struct chain_run *run;
    const char *path, *name;
    struct chain_config config;
    struct overlay store;
    struct wh_preimages io;
    struct wh_sink made;
    struct accepted *blocks;
    size_t count, head;
    bool failed, skipped, claimed;
};

/* One block of the file. */
struct body {
    wh_span header, ommers, withdrawals;
    wh_span items[ITEMS_MAX];
    size_t item_count;
    struct block_header h;
};

static void fail(struct chain *c, size_t block, const char *what)
{
    c->failed = true;
    printf("FAIL %s: %s: block %zu: %s\n", c->path, c->name, block, what);
}

static wh_span copy(struct chain *c, wh_span bytes)
{
    uint8_t *p = WH_NEW(&c->run->keep, uint8_t, bytes.len + 1);
    if (p == NULL) abort();
    if (bytes.len > 0) memcpy(p, bytes.ptr, bytes.len);
    return wh_span_of(p, bytes.len);
}

static bytes32 keep(struct chain *c, wh_span bytes)
{
    bytes32 hash;
    keccak256(bytes.ptr, bytes.len, &hash);
    if (overlay_put(&c->store, WH_OBJECT_DATA, &hash, copy(c, bytes)) != WH_OK) abort();
    return hash;
}

static wh_status put(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    struct chain *c = ctx;
    return overlay_put(&c->store, kind, hash, copy(c, bytes));
}

/* ---- genesis ---- */

static bool genesis_account(struct state *st, const char *key, const json_t *v)
{
    address at;
    u256 balance;
    uint64_t nonce;
    struct wh_buf code = {0};
    const char *slot;
    json_t *value;
    bool ok = value_text_address(key, &at) && value_u256(json_object_get(v, "balance"), &balance) &&
              value_u64(json_object_get(v, "nonce"), &nonce) &&
              value_bytes(json_object_get(v, "code"), &code) &&
              state_put_account(st, &at, nonce, &balance, wh_buf_span(&code)) == WH_OK;
    wh_buf_done(&code);
    json_object_foreach(json_object_get(v, "storage"), slot, value)
    {
        u256 k, word;
        ok = ok && value_text_u256(slot, &k) && value_u256(value, &word) &&
             state_put_slot(st, &at, &k, &word) == WH_OK;
    }
    return ok;
}

static bool genesis_state(struct chain *c, json_t *pre, bytes32 *root)
{
    struct state st;
    const char *key;
    json_t *v;
    c->run->state.used = 0;
    bool ok =
        state_init(&st, &c->run->state, &c->io, c->run->crypto, NULL, &KECCAK_EMPTY_TRIE) == WH_OK;
    json_object_foreach(pre, key, v) ok = ok && genesis_account(&st, key, v);
    return ok && state_settle(&st, &c->made, root) == WH_OK;
}

/* Older files state the genesis by its fields alone. */
static bool genesis_fields(const json_t *j, struct block_header *h)
{
    struct wh_buf bloom = {0}, extra = {0};
    bytes32 nonce = {{0}};
    u256 n = {{0}};
    *h = (struct block_header){.fields = json_object_get(j, "baseFeePerGas") ? 16 : 15};
    bool ok = value_b32(json_object_get(j, "parentHash"), &h->parent_hash) &&
              value_b32(json_object_get(j, "uncleHash"), &h->ommers_hash) &&
              value_address(json_object_get(j, "coinbase"), &h->coinbase) &&
              value_b32(json_object_get(j, "stateRoot"), &h->state_root) &&
              value_b32(json_object_get(j, "transactionsTrie"), &h->txs_root) &&
              value_b32(json_object_get(j, "receiptTrie"), &h->receipts_root) &&
              value_bytes(json_object_get(j, "bloom"), &bloom) && bloom.len == 256 &&
              value_u256(json_object_get(j, "difficulty"), &h->difficulty) &&
              value_u64(json_object_get(j, "number"), &h->number) &&
              value_u64(json_object_get(j, "gasLimit"), &h->gas_limit) &&
              value_u64(json_object_get(j, "gasUsed"), &h->gas_used) &&
              value_u64(json_object_get(j, "timestamp"), &h->timestamp) &&
              value_bytes(json_object_get(j, "extraData"), &extra) && extra.len <= 32 &&
              value_b32(json_object_get(j, "mixHash"), &h->mix_hash) &&
              value_u256(json_object_get(j, "nonce"), &n);
    (void)nonce;
    h->nonce = n.w[0];
    if (h->fields == 16) ok = ok && value_u256(json_object_get(j, "baseFeePerGas"), &h->base_fee);
    if (ok) {
        memcpy(h->bloom, bloom.ptr, 256);
        h->extra_len = (uint8_t)extra.len;
        if (extra.len > 0) memcpy(h->extra, extra.ptr, extra.len);
    }
    wh_buf_done(&bloom);
    wh_buf_done(&extra);
    return ok;
}

static bool genesis_header(const json_t *test, struct wh_buf *out)
{
    struct wh_buf rlp = {0};
    wh_span in;
    struct rlp_item item;
    struct block_header h;
    const json_t *text = json_object_get(test, "genesisRLP");
    bool ok;
    if (text != NULL) {
        ok = value_bytes(text, &rlp) && rlp_list(wh_buf_span(&rlp), &in) == WH_OK &&
             rlp_next(&in, &item) == WH_OK;
        if (ok) wh_buf_put(out, item.raw.ptr, item.raw.len);
    } else {
        uint8_t bytes[HEADER_MAX];
        ok = genesis_fields(json_object_get(test, "genesisBlockHeader"), &h);
        if (ok) wh_buf_put(out, bytes, header_encode(&h, bytes));
    }
    wh_buf_done(&rlp);
    return ok;
}

static void ring_keep(void *ctx, const bytes32 *hash, const uint8_t node[64])
{
    (void)hash;
    (void)keep(ctx, wh_span_of(node, 64));
}

static bool genesis_open(struct chain *c, const json_t *test)
{
    struct wh_buf raw = {0};
    struct block_header h;
    bytes32 root, want, slots[RING_SLOTS] = {0};
    uint8_t config[CHAIN_CONFIG_MAX];
    struct seg_state s = {.ruleset = RULESET_ETHEREUM, .chain_id = c->config.chain_id};
    bool ok = genesis_header(test, &raw) && header_decode(wh_buf_span(&raw), &h) == WH_OK &&
              genesis_state(c, json_object_get(test, "pre"), &root) &&
              bytes32_eq(&root, &h.state_root);
    if (ok) {
        s.head_hash = keep(c, wh_buf_span(&raw));
        const json_t *hash = json_object_get(json_object_get(test, "genesisBlockHeader"), "hash");
        ok = value_b32(hash, &want) && bytes32_eq(&want, &s.head_hash);
        s.chain_cfg_hash = keep(c, wh_span_of(config, chain_config_encode(&c->config, config)));
        s.state_root = root;
        s.number = h.number;
        slots[h.number % RING_SLOTS] = s.head_hash;
        ring_root(slots, &s.anc_root, ring_keep, c);
        c->blocks[0] = (struct accepted){.hash = s.head_hash, .td = h.difficulty};
        seg_state_encode(&s, c->blocks[0].state);
        c->count = 1;
        c->head = 0;
    }
    wh_buf_done(&raw);
    return ok;
}

/* ---- blocks ---- */

/* [header, [transactions], [ommers], [withdrawals]]: spans borrow from rlp. */
static bool body_read(struct chain *c, wh_span rlp, struct body *b)
{
    wh_span in, txs;
    struct rlp_item item;
    if (rlp_list(rlp, &in) != WH_OK) return false;
    if (rlp_next(&in, &item) != WH_OK || !item.is_list) return false;
    b->header = item.raw;
    if (header_decode(b->header, &b->h) != WH_OK) return false;
    if (rlp_next_list(&in, &txs) != WH_OK) return false;
    if (rlp_next(&in, &item) != WH_OK || !item.is_list) return false;
    b->ommers = item.raw;
    b->withdrawals = wh_span_of(NULL, 0);
    if (in.len > 0) {
        if (rlp_next(&in, &item) != WH_OK || !item.is_list) return false;
        b->withdrawals = item.raw;
    }
    if (in.len > 0) return false;
    for (b->item_count = 0; txs.len > 0; b->item_count++) {
        if (b->item_count == ITEMS_MAX || rlp_next(&txs, &item) != WH_OK) return false;
        wh_span bytes = item.is_list ? item.raw : item.payload;
        /* A legacy transaction in a string, or a typed one outside of it, is no transaction. */
        if (!item.is_list && (bytes.len == 0 || bytes.ptr[0] >= 0xc0)) return false;
        uint8_t *p = WH_NEW(&c->run->keep, uint8_t, bytes.len + 1);
        if (p == NULL) abort();
        p[0] = ITEM_POSTED;
        memcpy(p + 1, bytes.ptr, bytes.len);
        b->items[b->item_count] = wh_span_of(p, bytes.len + 1);
    }
    return true;
}

static bytes32 input_post(struct chain *c, const struct body *b)
{
    static bytes32 hashes[ITEMS_MAX], rest[ITEMS_MAX + 1];
    uint8_t bytes[ETH_INPUT_SIZE];
    struct eth_input in = {.items_count = (uint32_t)b->item_count};
    for (size_t i = 0; i < b->item_count; i++)
        hashes[i] = keep(c, b->items[i]);
    items_chain(c->run->crypto, hashes, b->item_count, rest);
    for (size_t i = 0; i < b->item_count; i++) {
        uint8_t pair[64];
        memcpy(pair, hashes[i].b, 32);
        memcpy(pair + 32, rest[i + 1].b, 32);
        (void)keep(c, wh_span_of(pair, 64));
    }
    in.items_head = rest[0];
    in.block_hash = keep(c, b->header);
    in.ommers_hash = keep(c, b->ommers);
    if (b->withdrawals.len > 0) in.wds_hash = keep(c, b->withdrawals);
    eth_input_encode(&in, bytes);
    return keep(c, wh_span_of(bytes, sizeof bytes));
}

/* Every step captured, and checked from its trace alone (seg_capture does). */
static wh_status steps_stateless(struct chain *c, const bytes32 *input, uint64_t target,
                                 uint8_t *state)
{
    while (!seg_halted(state, target)) {
        struct seg_result r;
        wh_span trace;
        uint64_t x;
        struct seg_env env = {.preimages = &c->io,
                              .made = &c->made,
                              .arena = &c->run->state,
                              .crypto = c->run->crypto};
        c->run->state.used = 0;
        WH_TRY(seg_capture(&env, state, target, input, state, &r, &trace, &x));
        c->run->count.steps++;
    }
    return WH_OK;
}

static wh_status steps_run(struct chain *c, const bytes32 *input, size_t max, uint8_t *state)
{
    static struct seg_result results[ITEMS_MAX + 2];
    size_t count;
    uint64_t pos = load_be64(state + 0x038);
    if (c->run->stateless) return steps_stateless(c, input, pos + 1, state);
    struct seg_env env = {
        .preimages = &c->io, .made = &c->made, .arena = &c->run->state, .crypto = c->run->crypto};
    c->run->state.used = 0;
    wh_status status = seg_run(&env, pos + 1, input, pos, state, results, max, &count);
    c->run->count.steps += (unsigned)count;
    return status;
}

static const struct accepted *parent_of(const struct chain *c, const bytes32 *hash)
{
    for (size_t i = 0; i < c->count; i++)
        if (bytes32_eq(&c->blocks[i].hash, hash)) return &c->blocks[i];
    return NULL;
}

/* Head: highest total difficulty, first seen; from Paris on the last valid block. */
static void accept(struct chain *c, const struct accepted *parent, const struct body *b,
                   const uint8_t *state)
{
    if (c->count == BLOCKS_MAX) abort();
    struct accepted *a = &c->blocks[c->count];
    memcpy(a->state, state, SEG_STATE_SIZE);
    memcpy(a->hash.b, state + 0x040, 32);
    (void)u256_add(&a->td, &parent->td, &b->h.difficulty);
    const struct chain_fork *f = chain_config_active(&c->config, b->h.number, b->h.timestamp);
    if (f->fork >= FORK_PARIS || u256_lt(&c->blocks[c->head].td, &a->td)) c->head = c->count;
    c->count++;
}

/* Refused only by who follows the chain: difficulty, ommers' ancestry and headers. */
static bool follower_matter(const struct chain *c, const struct body *b)
{
    return chain_config_active(&c->config, b->h.number, b->h.timestamp)->fork < FORK_PARIS;
}

static void block_run(struct chain *c, size_t i, const json_t *j)
{
    static struct body b;
    struct wh_buf rlp = {0};
    uint8_t state[SEG_STATE_SIZE];
    bool valid = json_object_get(j, "blockHeader") != NULL;
    c->run->count.blocks++;
    bool read = value_bytes(json_object_get(j, "rlp"), &rlp) && body_read(c, wh_buf_span(&rlp), &b);
    const struct accepted *parent = read ? parent_of(c, &b.h.parent_hash) : NULL;
    if (parent == NULL) {
        if (valid) fail(c, i, "not read, or no parent");
        wh_buf_done(&rlp);
        return;
    }
    bytes32 input = input_post(c, &b);
    memcpy(state, parent->state, sizeof state);
    wh_status status = steps_run(c, &input, b.item_count + 2, state);
    bool sealed = state[0x005] == SEG_SEALED;
    if (status != WH_OK) {
        char text[64];
        snprintf(text, sizeof text, "status %d", (int)status);
        fail(c, i, text);
    } else if (valid && !sealed) {
        fail(c, i, "INVALID where it is valid");
    } else if (!valid && sealed) {
        if (follower_matter(c, &b))
            c->claimed = true;
        else
            fail(c, i, "sealed where it is invalid");
    } else if (sealed) {
        accept(c, parent, &b, state);
    }
    wh_buf_done(&rlp);
}

static void test_run(struct chain *c, const json_t *test)
{
    size_t i;
    json_t *block;
    bytes32 want;
    uint64_t id = 1;
    const json_t *config = json_object_get(test, "config");
    const char *network = json_string_value(json_object_get(test, "network"));
    if (network == NULL ||
        !chain_network(network, json_object_get(config, "blobSchedule"), &c->config)) {
        c->skipped = true;
        return;
    }
    if (json_object_get(config, "chainid") != NULL &&
        !value_u64(json_object_get(config, "chainid"), &id))
        fail(c, 0, "chain id");
    c->config.chain_id = id;
    if (!genesis_open(c, test)) {
        fail(c, 0, "genesis");
        return;
    }
    json_array_foreach(json_object_get(test, "blocks"), i, block) if (!c->failed)
        block_run(c, i, block);
    if (c->failed) return;
    if (!value_b32(json_object_get(test, "lastblockhash"), &want) ||
        !bytes32_eq(&want, &c->blocks[c->head].hash))
        fail(c, i, "another head");
}

bool is_chain_test(const json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach((json_t *)(uintptr_t)file, name,
                        test) if (json_object_get(test, "blocks") != NULL) return true;
    return false;
}

void chain_test_file(struct chain_run *run, const char *path, const json_t *file)
{
    const char *name;
    json_t *test;
    static struct accepted *blocks;
    if (blocks == NULL) blocks = malloc(BLOCKS_MAX * sizeof *blocks);
    if (blocks == NULL) abort();
    json_object_foreach((json_t *)(uintptr_t)file, name, test)
    {
        if (json_object_get(test, "blocks") == NULL) continue;
        if (run->filter != NULL && strstr(name, run->filter) == NULL) continue;
        struct chain c = {.run = run, .path = path, .name = name, .blocks = blocks};
        run->keep.used = 0;
        overlay_init(&c.store, &run->keep, NULL, NULL);
        overlay_preimages(&c.store, &c.io);
        c.made = (struct wh_sink){.ctx = &c, .put = put};
        test_run(&c, test);
        if (run->verbose && c.claimed) printf("claimed %s: %s\n", path, name);
        run->count.failed += c.failed;
        run->count.skipped += c.skipped;
        run->count.claimed += !c.failed && !c.skipped && c.claimed;
        run->count.passed += !c.failed && !c.skipped && !c.claimed;
    }
}
