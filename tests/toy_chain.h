/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_TOY_CHAIN_H
#define WH_TESTS_TOY_CHAIN_H

/* A chain of one's own for tests of steps: a genesis written account by account, signed transactions,
 * inputs of either rule set, and each step captured. A failing call ends the program: what a test asks
 * for stands in CHECKs of its own. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "evm/hash/keccak.h"
#include "evm/mpt/mpt.h"
#include "evm/native/crypto.h"
#include "evm/native/sign.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/execute.h"
#include "evm/segment/fees.h"
#include "evm/segment/header.h"
#include "evm/segment/input.h"
#include "evm/segment/overlay.h"
#include "evm/segment/ring.h"
#include "evm/segment/run.h"
#include "evm/state/state.h"
#include "evm/tx/tx.h"

struct toy {
    const struct evm_crypto *crypto;
    struct wh_arena arena; /* of a step; rewound before each */
    struct wh_arena keep;  /* objects, traces */
    struct overlay store;
    struct wh_preimages io;
    struct wh_sink made;
    struct chain_config config;
    struct state genesis;
    uint8_t state[SEG_STATE_SIZE]; /* the post state of the last step */
    bytes32 input_hash;            /* of the open or next input */
    uint64_t timestamp, gas_limit;
    address coinbase;
    uint8_t key[32];
    address sender;      /* of key */
    bytes32 last_header; /* hash of the newest header that a step made */
};

/* The last captured step. */
struct toy_step {
    uint8_t pre[SEG_STATE_SIZE], post[SEG_STATE_SIZE];
    struct seg_result result;
    wh_span trace;
    uint64_t x;
    wh_status status;
};

#define TOY_MUST(expr) toy_must((expr), #expr, __LINE__)

static inline void toy_must(wh_status status, const char *what, int line)
{
    if (status == WH_OK) return;
    printf("Bail out! toy_chain.h:%d: %s = %d\n", line, what, (int)status);
    exit(1);
}

static inline void toy_arena(struct wh_arena *a, size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED) toy_must(WH_E_NOMEM, "mmap", __LINE__);
    wh_arena_init(a, p, size);
}

static inline wh_span toy_copy(struct toy *t, wh_span bytes)
{
    uint8_t *p = WH_NEW(&t->keep, uint8_t, bytes.len + 1);
    if (p == NULL) toy_must(WH_E_NOMEM, "keep", __LINE__);
    if (bytes.len > 0) memcpy(p, bytes.ptr, bytes.len);
    return wh_span_of(p, bytes.len);
}

static inline wh_status toy_put(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    struct toy *t = ctx;
    struct block_header h;
    if (kind == WH_OBJECT_DATA && header_decode(bytes, &h) == WH_OK) t->last_header = *hash;
    return overlay_put(&t->store, kind, hash, toy_copy(t, bytes));
}

/* toy_keep makes bytes a preimage and returns their hash. */
static inline bytes32 toy_keep(struct toy *t, wh_span bytes)
{
    bytes32 hash;
    keccak256(bytes.ptr, bytes.len, &hash);
    TOY_MUST(overlay_put(&t->store, WH_OBJECT_DATA, &hash, toy_copy(t, bytes)));
    return hash;
}

/* toy_init: an empty genesis under config. Arenas are mapped once and used again. */
static inline void toy_init(struct toy *t, const struct chain_config *config)
{
    struct wh_arena arena = t->arena, keep = t->keep;
    if (arena.base == NULL) {
        toy_arena(&arena, (size_t)4 << 30);
        toy_arena(&keep, (size_t)2 << 30);
    }
    *t = (struct toy){.crypto = wh_native_crypto(), .arena = arena, .keep = keep};
    t->arena.used = t->keep.used = 0;
    t->config = *config;
    t->timestamp = 1000;
    t->gas_limit = 30000000;
    memset(t->coinbase.b, 0xcb, 20);
    overlay_init(&t->store, &t->keep, NULL, NULL);
    overlay_preimages(&t->store, &t->io);
    t->made = (struct wh_sink){.ctx = t, .put = toy_put};
    t->key[31] = 7;
    TOY_MUST(wh_key_address(t->key, &t->sender));
    TOY_MUST(state_init(&t->genesis, &t->arena, &t->io, t->crypto, NULL, &KECCAK_EMPTY_TRIE));
}

static inline void toy_account(struct toy *t, const address *at, uint64_t nonce, uint64_t ether,
                               wh_span code)
{
    u256 wei = u256_from_u64(1000000000000000000u), n = u256_from_u64(ether);
    u256_mul(&wei, &wei, &n);
    TOY_MUST(state_put_account(&t->genesis, at, nonce, &wei, code));
}

static inline void toy_slot(struct toy *t, const address *at, uint64_t key, uint64_t value)
{
    u256 k = u256_from_u64(key), v = u256_from_u64(value);
    TOY_MUST(state_put_slot(&t->genesis, at, &k, &v));
}

static inline address toy_address(uint8_t n)
{
    address a;
    memset(a.b, 0xaa, 20);
    a.b[19] = n;
    return a;
}

static inline void toy_ring_node(void *ctx, const bytes32 *hash, const uint8_t node[64])
{
    (void)hash;
    (void)toy_keep(ctx, wh_span_of(node, 64));
}

/* toy_seal_genesis: block `number` with the state written so far; its hash alone is in the ring. */
static inline void toy_seal_genesis(struct toy *t, uint64_t number)
{
    uint8_t bytes[CHAIN_CONFIG_MAX + HEADER_MAX];
    bytes32 slots[RING_SLOTS] = {0};
    struct block_header h = {.ommers_hash = KECCAK_EMPTY_LIST,
                             .coinbase = t->coinbase,
                             .txs_root = KECCAK_EMPTY_TRIE,
                             .receipts_root = KECCAK_EMPTY_TRIE,
                             .withdrawals_root = KECCAK_EMPTY_TRIE,
                             .number = number,
                             .gas_limit = t->gas_limit,
                             .timestamp = t->timestamp,
                             .base_fee = u256_from_u64(FEE_INITIAL_BASE)};
    const struct chain_fork *fork = chain_config_active(&t->config, number, t->timestamp);
    h.fields = header_fields((enum evm_fork)fork->fork);
    TOY_MUST(state_settle(&t->genesis, &t->made, &h.state_root));
    struct seg_state s = {.ruleset = t->config.ruleset,
                          .chain_id = t->config.chain_id,
                          .number = number,
                          .state_root = h.state_root};
    s.head_hash = toy_keep(t, wh_span_of(bytes, header_encode(&h, bytes)));
    s.chain_cfg_hash = toy_keep(t, wh_span_of(bytes, chain_config_encode(&t->config, bytes)));
    slots[number % RING_SLOTS] = s.head_hash;
    ring_root(slots, &s.anc_root, toy_ring_node, t);
    seg_state_encode(&s, t->state);
}

/* ---- transactions ---- */

struct toy_tx {
    uint8_t kind; /* item kind; 0: posted */
    uint64_t nonce, gas, gas_price, value;
    const address *to; /* NULL: creation */
    wh_span data;
    uint64_t chain_id;  /* 0: before EIP-155 */
    const uint8_t *key; /* NULL: the toy's */
};

static inline wh_span toy_legacy(struct toy *t, const struct toy_tx *x, const u256 *v,
                                 const u256 *r, const u256 *s, bool signing)
{
    size_t cap = x->data.len + 256;
    uint8_t *buf = WH_NEW(&t->keep, uint8_t, cap);
    struct rlp_back w;
    wh_span out = {NULL, 0};
    if (buf == NULL) toy_must(WH_E_NOMEM, "keep", __LINE__);
    rlp_back_init(&w, buf, cap);
    size_t list = rlp_back_mark(&w);
    if (!signing || x->chain_id != 0) {
        rlp_back_u256(&w, s);
        rlp_back_u256(&w, r);
        rlp_back_u256(&w, v);
    }
    rlp_back_string(&w, x->data);
    rlp_back_u64(&w, x->value);
    rlp_back_string(&w, x->to ? wh_span_of(x->to->b, 20) : wh_span_of(NULL, 0));
    rlp_back_u64(&w, x->gas);
    rlp_back_u64(&w, x->gas_price);
    rlp_back_u64(&w, x->nonce);
    rlp_back_list(&w, list);
    TOY_MUST(rlp_back_done(&w, &out));
    return out;
}

/* toy_sign: kind byte || signed legacy transaction. */
static inline wh_span toy_sign(struct toy *t, const struct toy_tx *x)
{
    uint8_t rb[32], sb[32];
    unsigned parity;
    bytes32 hash;
    u256 zero = {{0}}, id = u256_from_u64(x->chain_id);
    wh_span unsigned_tx = toy_legacy(t, x, &id, &zero, &zero, true);
    keccak256(unsigned_tx.ptr, unsigned_tx.len, &hash);
    TOY_MUST(wh_sign(x->key ? x->key : t->key, &hash, rb, sb, &parity));
    u256 r = u256_from_be(rb), s = u256_from_be(sb);
    u256 v = u256_from_u64(x->chain_id ? 35 + 2 * x->chain_id + parity : 27 + parity);
    wh_span raw = toy_legacy(t, x, &v, &r, &s, false);
    uint8_t *item = WH_NEW(&t->keep, uint8_t, raw.len + 1);
    if (item == NULL) toy_must(WH_E_NOMEM, "keep", __LINE__);
    item[0] = x->kind ? x->kind : ITEM_POSTED;
    memcpy(item + 1, raw.ptr, raw.len);
    return wh_span_of(item, raw.len + 1);
}

/* ---- inputs and steps ---- */

static inline bytes32 toy_items(struct toy *t, const wh_span *items, size_t n)
{
    bytes32 hashes[64] = {0}, chain[65];
    if (n > 64) toy_must(WH_E_LIMIT, "items", __LINE__);
    for (size_t i = 0; i < n; i++)
        hashes[i] = toy_keep(t, items[i]);
    items_chain(t->crypto, hashes, n, chain);
    for (size_t i = 0; i < n; i++) {
        uint8_t pair[64];
        memcpy(pair, hashes[i].b, 32);
        memcpy(pair + 32, chain[i + 1].b, 32);
        (void)toy_keep(t, wh_span_of(pair, 64));
    }
    return chain[0];
}

/* toy_input posts a `rollup` input. */
static inline void toy_input(struct toy *t, const wh_span *items, size_t n)
{
    static const uint8_t empty_list[1] = {0xc0};
    uint8_t bytes[BLOCK_INPUT_SIZE];
    t->timestamp += 12;
    struct block_input in = {.items_count = (uint32_t)n,
                             .l1_number = 77,
                             .timestamp = t->timestamp,
                             .gas_limit = t->gas_limit,
                             .wds_hash = toy_keep(t, wh_span_of(empty_list, 1)),
                             .coinbase = t->coinbase};
    memset(in.l1_hash.b, 0x11, 32);
    in.anchor = in.l1_hash;
    in.items_head = toy_items(t, items, n);
    block_input_encode(&in, bytes);
    t->input_hash = toy_keep(t, wh_span_of(bytes, sizeof bytes));
}

/* toy_capture captures one step from pre; nothing moves. */
static inline struct toy_step toy_capture(struct toy *t, const uint8_t *pre)
{
    struct toy_step out = {.status = WH_OK};
    struct seg_env env = {
        .preimages = &t->io, .made = &t->made, .arena = &t->arena, .crypto = t->crypto};
    wh_span trace = {NULL, 0};
    t->arena.used = 0;
    memcpy(out.pre, pre, SEG_STATE_SIZE);
    out.status = seg_capture(&env, out.pre, UINT64_MAX, &t->input_hash, out.post, &out.result,
                             &trace, &out.x);
    if (out.status == WH_OK) out.trace = toy_copy(t, trace);
    return out;
}

/* toy_step goes one step on. */
static inline struct toy_step toy_step(struct toy *t)
{
    struct toy_step s = toy_capture(t, t->state);
    if (s.status == WH_OK) memcpy(t->state, s.post, SEG_STATE_SIZE);
    return s;
}

/* toy_replay runs a step from this trace alone. */
static inline wh_status toy_replay(struct toy *t, const struct toy_step *s, wh_span trace,
                                   bytes32 *leaf, uint64_t x)
{
    uint8_t post[SEG_STATE_SIZE];
    uint64_t x_gas = x;
    t->arena.used = 0;
    return execute_trace(s->pre, UINT64_MAX, &t->input_hash, trace, &t->arena, t->crypto, NULL,
                         post, leaf, &x_gas);
}

/* toy_eth_header is a header that BEGIN accepts after the current head; roots are guesses. */
static inline struct block_header toy_eth_header(struct toy *t)
{
    struct seg_state s;
    struct block_header parent, h;
    wh_span bytes;
    TOY_MUST(seg_state_decode(t->state, &s));
    TOY_MUST(t->io.get(t->io.ctx, WH_OBJECT_DATA, &s.head_hash, &bytes));
    TOY_MUST(header_decode(bytes, &parent));
    t->timestamp = parent.timestamp + 12;
    const struct chain_fork *fork = chain_config_active(&t->config, s.number + 1, t->timestamp);
    h = (struct block_header){.fields = header_fields((enum evm_fork)fork->fork),
                              .parent_hash = s.head_hash,
                              .ommers_hash = KECCAK_EMPTY_LIST,
                              .coinbase = t->coinbase,
                              .number = s.number + 1,
                              .gas_limit = t->gas_limit,
                              .timestamp = t->timestamp};
    if (fork->fork < FORK_PARIS) h.difficulty = u256_from_u64(131072);
    if (fork->fork >= FORK_LONDON)
        h.base_fee = parent.fields < 16 ? u256_from_u64(FEE_INITIAL_BASE) : fee_next_base(&parent);
    if (fork->fork >= FORK_CANCUN) h.excess_blob_gas = fee_next_excess(fork, &parent);
    return h;
}

/* toy_eth_input posts an `ethereum` input that claims this header. withdrawals: RLP list, or empty
 * before Shanghai. */
static inline void toy_eth_input(struct toy *t, wh_span header, wh_span withdrawals,
                                 const wh_span *items, size_t n)
{
    static const uint8_t empty_list[1] = {0xc0};
    uint8_t bytes[ETH_INPUT_SIZE];
    struct eth_input in = {.items_count = (uint32_t)n};
    in.block_hash = toy_keep(t, header);
    in.items_head = toy_items(t, items, n);
    if (withdrawals.len > 0) in.wds_hash = toy_keep(t, withdrawals);
    in.ommers_hash = toy_keep(t, wh_span_of(empty_list, 1));
    eth_input_encode(&in, bytes);
    t->input_hash = toy_keep(t, wh_span_of(bytes, sizeof bytes));
}

/* toy_eth_block posts the block with these items as the rules have it: a first run with a guessed
 * header, which ends in INVALID, gives the header to claim. *h: what is claimed first. */
static inline void toy_eth_block(struct toy *t, const struct block_header *h, wh_span withdrawals,
                                 const wh_span *items, size_t n)
{
    uint8_t bytes[HEADER_MAX], start[SEG_STATE_SIZE];
    memcpy(start, t->state, sizeof start);
    toy_eth_input(t, wh_span_of(bytes, header_encode(h, bytes)), withdrawals, items, n);
    t->last_header = (bytes32){{0}};
    for (size_t i = 0; i < n + 2; i++)
        (void)toy_step(t);
    memcpy(t->state, start, sizeof start);
    wh_span sealed;
    if (bytes32_is_zero(&t->last_header)) return; /* INVALID before a header was sealed */
    TOY_MUST(t->io.get(t->io.ctx, WH_OBJECT_DATA, &t->last_header, &sealed));
    toy_eth_input(t, toy_copy(t, sealed), withdrawals, items, n);
}

#endif
