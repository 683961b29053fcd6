/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/build.h"

#include <stdlib.h>

#include "deploy/devnet/fees.h"
#include "deploy/devnet/run.h"
#include "evm/hash/keccak.h"
#include "evm/mpt/mpt.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/requests.h"

static const address BEACON_ROOTS = {{0x00, 0x0f, 0x3d, 0xf6, 0xd7, 0x32, 0x80, 0x7e, 0xf1, 0x31,
                                      0x9f, 0xb7, 0xb8, 0xbb, 0x85, 0x22, 0xd0, 0xbe, 0xac, 0x02}};
static const address HISTORY = {{0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5, 0x3a, 0x10, 0xcb,
                                 0x7a, 0x02, 0x33, 0x5b, 0x17, 0x53, 0x20, 0x00, 0x29, 0x35}};
static const address WITHDRAWALS = {{0x00, 0x00, 0x09, 0x61, 0xef, 0x48, 0x0e, 0xb5, 0x5e, 0x80,
                                     0xd1, 0x9a, 0xd8, 0x35, 0x79, 0xa6, 0x4c, 0x00, 0x70, 0x02}};
static const address CONSOLIDATION = {{0x00, 0x00, 0xbb, 0xdd, 0xc7, 0xce, 0x48, 0x86, 0x42, 0xfb,
                                       0x57, 0x9f, 0x8b, 0x00, 0xf3, 0xa5, 0x90, 0x00, 0x72, 0x51}};

/* A block while it grows. */
struct build {
    struct run run;
    struct block_header head;
    struct txn **txs;         /* owns */
    struct outcome *outcomes; /* owns */
    uint32_t count, cap;
    uint32_t logs;
    uint64_t body;
};

void build_header(const struct node *n, const struct block *parent, uint64_t timestamp,
                  struct block_header *out)
{
    *out = (struct block_header){.fields = header_fields(FORK_OSAKA),
                                 .parent_hash = parent->hash,
                                 .ommers_hash = KECCAK_EMPTY_LIST,
                                 .coinbase = n->config.coinbase,
                                 .number = parent->head.number + 1,
                                 .gas_limit = parent->head.gas_limit,
                                 .timestamp = timestamp,
                                 .base_fee = fee_next_base(&parent->head),
                                 .withdrawals_root = KECCAK_EMPTY_TRIE,
                                 .excess_blob_gas = fees_excess_blob(&parent->head)};
    /* No two blocks of this node are equal, also after a reorg: the branch is part of it. */
    uint8_t seed[40];
    memcpy(seed, parent->hash.b, 32);
    store_be64(seed + 32, n->branches);
    n->crypto->keccak256(n->crypto->ctx, seed, sizeof seed, &out->mix_hash);
}

static wh_status open_block(struct build *b, struct node *n, struct block *parent,
                            struct hash_set *record)
{
    WH_TRY(run_open(&b->run, n, parent, &b->head, record));
    struct evm *evm = &b->run.evm;
    bool has_code;
    wh_status status =
        evm_system_call(evm, &BEACON_ROOTS, wh_span_of(b->head.beacon_root.b, 32), &has_code, NULL);
    if (status == WH_OK)
        status =
            evm_system_call(evm, &HISTORY, wh_span_of(b->head.parent_hash.b, 32), &has_code, NULL);
    if (status != WH_OK) run_close(&b->run);
    return status;
}

static void build_done(struct build *b)
{
    for (uint32_t i = 0; i < b->count; i++)
        free(b->outcomes[i].logs);
    free(b->outcomes);
    free(b->txs);
    run_close(&b->run);
}

static wh_status reserve(struct build *b)
{
    if (b->count < b->cap) return WH_OK;
    const uint32_t cap = b->cap ? b->cap * 2 : 16;
    struct txn **txs = realloc(b->txs, cap * sizeof(*txs));
    if (txs != NULL) b->txs = txs;
    struct outcome *outcomes = realloc(b->outcomes, cap * sizeof *outcomes);
    if (outcomes != NULL) b->outcomes = outcomes;
    if (txs == NULL || outcomes == NULL) return WH_E_NOMEM;
    b->cap = cap;
    return WH_OK;
}

static wh_status include(struct build *b, struct txn *t)
{
    struct tx_result result;
    WH_TRY(reserve(b));
    WH_TRY(run_tx(&b->run, &t->tx, &t->sender, &result));
    WH_TRY(outcome_make(b->run.node->crypto, &b->run.node->frames, &result, b->logs,
                        b->run.gas_used, &b->outcomes[b->count]));
    wh_arena_rewind(&b->run.node->frames, b->run.frame_mark);
    b->logs += b->outcomes[b->count].log_count;
    b->body += tx_element_size(&t->tx);
    b->txs[b->count++] = t;
    return WH_OK;
}

/* A reason that another block, or a lower price, may take away. */
static bool passes(enum tx_reject reject)
{
    return reject == TX_GAS_ALLOWANCE_EXCEEDED || reject == TX_BLOB_GAS_ALLOWANCE_EXCEEDED ||
           reject == TX_INSUFFICIENT_MAX_FEE || reject == TX_INSUFFICIENT_MAX_BLOB_FEE;
}

static wh_status nonce_in_run(void *ctx, const address *who, uint64_t *nonce)
{
    struct run *r = ctx;
    struct state_info info;
    WH_TRY(state_get(&r->state, who, &info));
    *nonce = info.nonce;
    return WH_OK;
}

static wh_status fill_from_pool(struct build *b)
{
    struct node *n = b->run.node;
    const uint64_t build = ++n->builds;
    for (;;) {
        struct txn *t;
        WH_TRY(pool_pick(&n->pool, &b->head.base_fee, build, nonce_in_run, &b->run, &t));
        if (t == NULL) return WH_OK;
        t->build = build;
        if (b->body + tx_element_size(&t->tx) > BLOCK_BODY_MAX) continue;
        enum tx_reject reject;
        WH_TRY(run_check(&b->run, &t->tx, &t->sender, &reject));
        if (reject == TX_ACCEPTED)
            WH_TRY(include(b, t));
        else if (!passes(reject))
            pool_remove(&n->pool, t);
    }
}

static wh_status call_requests(struct build *b)
{
    static const address *const at[3] = {NULL, &WITHDRAWALS, &CONSOLIDATION};
    const struct evm_crypto *crypto = b->run.node->crypto;
    bytes32 hash[3];
    const bytes32 *with_data[3] = {NULL, NULL, NULL}; /* no deposit contract: no deposits */
    for (uint8_t type = REQUEST_WITHDRAWAL; type <= REQUEST_CONSOLIDATION; type++) {
        bool has_code;
        struct evm_result out;
        WH_TRY(evm_system_call(&b->run.evm, at[type], wh_span_of(NULL, 0), &has_code, &out));
        if (!has_code || out.halt != EVM_SUCCESS) return WH_E_FORMAT; /* genesis has them */
        if (out.output.len == 0) continue;
        WH_TRY(request_hash(crypto, &b->run.node->frames, type, out.output, &hash[type]));
        with_data[type] = &hash[type];
    }
    return requests_hash(crypto, with_data, &b->head.requests_hash);
}

static wh_status list_roots(struct build *b)
{
    struct node *n = b->run.node;
    wh_span *items = WH_NEW(&n->frames, wh_span, b->count + 1);
    if (items == NULL) return WH_E_NOMEM;
    for (uint32_t i = 0; i < b->count; i++)
        items[i] = b->txs[i]->tx.raw;
    WH_TRY(mpt_list_root(&n->frames, n->crypto, items, b->count, &b->head.txs_root));
    for (uint32_t i = 0; i < b->count; i++) {
        WH_TRY(outcome_encode(&n->frames, b->txs[i]->tx.type, &b->outcomes[i], &items[i]));
        for (size_t k = 0; k < 256; k++)
            b->head.bloom[k] |= b->outcomes[i].bloom[k];
    }
    return mpt_list_root(&n->frames, n->crypto, items, b->count, &b->head.receipts_root);
}

/* After the last transaction. made: NULL if the new nodes are known already. */
static wh_status close_block(struct build *b, const struct wh_sink *made)
{
    WH_TRY(call_requests(b));
    WH_TRY(execute_close_block(&b->run.execute, &b->run.state));
    WH_TRY(state_settle(&b->run.state, made, &b->head.state_root));
    b->head.gas_used = b->run.gas_used;
    b->head.blob_gas_used = b->run.blob_gas_used;
    return list_roots(b);
}

static wh_status seal(struct build *b, struct block *parent, struct block **out)
{
    WH_TRY(block_seal(b->run.node->crypto, &b->head, parent, out));
    struct block *block = *out;
    block->txs = b->txs;
    block->outcomes = b->outcomes;
    block->tx_count = b->count;
    block->execute_used = b->run.execute.ledger.used;
    const uint64_t lists = rlp_list_size(b->body) + 2; /* transactions, ommers, withdrawals */
    block->size = rlp_list_size(block->header.len + lists);
    b->txs = NULL;
    b->outcomes = NULL;
    b->count = 0;
    return WH_OK;
}

wh_status build_block(struct node *n, uint64_t timestamp, struct block **out)
{
    struct block *parent = node_head(n);
    struct build b = {0};
    build_header(n, parent, timestamp, &b.head);
    WH_TRY(open_block(&b, n, parent, NULL));
    const struct wh_sink sink = objects_sink(&n->objects);
    wh_status status = fill_from_pool(&b);
    if (status == WH_OK) status = close_block(&b, &sink);
    if (status == WH_OK) status = seal(&b, parent, out);
    build_done(&b);
    return status;
}

static wh_status list_keys(const struct state *st, struct wh_buf *keys)
{
    const uint8_t sizes[2] = {20, 32};
    for (size_t i = 0; i <= st->accounts.mask; i++) {
        const struct account *a = st->accounts.places[i].item;
        if (a == NULL || a->step != st->step) continue;
        wh_buf_put(keys, &sizes[0], 1);
        wh_buf_put(keys, a->at.b, 20);
    }
    for (size_t i = 0; i <= st->slots.mask; i++) {
        const struct slot *s = st->slots.places[i].item;
        if (s == NULL || s->step != st->step) continue;
        uint8_t key[32];
        u256_to_be(&s->key, key);
        wh_buf_put(keys, &sizes[1], 1);
        wh_buf_put(keys, key, 32);
    }
    return wh_buf_ok(keys) ? WH_OK : WH_E_NOMEM;
}

void build_witness_done(struct build_witness *w)
{
    hash_set_done(&w->objects);
    wh_buf_done(&w->keys);
}

wh_status build_again(struct node *n, const struct block *block, struct build_witness *witness)
{
    if (block->parent == NULL) return WH_E_FORMAT;
    struct build b = {.head = block->head};
    WH_TRY(open_block(&b, n, block->parent, &witness->objects));
    memset(b.head.bloom, 0, sizeof b.head.bloom);
    wh_status status = WH_OK;
    for (uint32_t i = 0; i < block->tx_count && status == WH_OK; i++) {
        /* Checked again as well: a check reads what a witness must hold (a sender's delegation). */
        enum tx_reject reject = TX_ACCEPTED;
        status = run_check(&b.run, &block->txs[i]->tx, &block->txs[i]->sender, &reject);
        if (status == WH_OK && reject != TX_ACCEPTED) status = WH_E_MISMATCH;
        if (status == WH_OK) status = include(&b, block->txs[i]);
    }
    if (status == WH_OK) status = close_block(&b, NULL);
    if (status == WH_OK && !bytes32_eq(&b.head.state_root, &block->head.state_root))
        status = WH_E_MISMATCH;
    if (status == WH_OK) status = list_keys(&b.run.state, &witness->keys);
    witness->oldest_hash = b.run.oldest_hash;
    build_done(&b);
    return status;
}
