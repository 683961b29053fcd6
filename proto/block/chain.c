/* SPDX-License-Identifier: MIT */
/* The pre state, the input and the objects of a block file, as an `ethereum` game would have them. */
#include <stdlib.h>

#include "evm/hash/keccak.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/frontier.h"
#include "evm/segment/input.h"
#include "evm/segment/ring.h"
#include "evm/segment/seg_state.h"
#include "proto/block/blockfile.h"
#include "proto/block/objects.h"

/* Memory of a chain: blocks of malloc in a list, and the index. */
struct block_memory {
    struct block_memory *next;
    _Alignas(16) uint8_t bytes[];
};

struct chain_store {
    struct block_memory *memory;
    struct block_objects objects;
    const struct blockfile *file; /* borrowed, for the preimages */
};

struct builder {
    const struct blockfile *f;
    const struct evm_crypto *crypto;
    struct blockfile_chain *c;
    struct chain_store *store;
};

static uint8_t *take(struct builder *b, size_t len)
{
    struct block_memory *m = malloc(sizeof *m + len);
    if (m == NULL) return NULL;
    m->next = b->store->memory;
    b->store->memory = m;
    return m->bytes;
}

/* Copies bytes and makes them a preimage; *hash receives their hash. */
static wh_status keep(struct builder *b, wh_span bytes, bytes32 *hash, wh_span *kept)
{
    uint8_t *copy = take(b, bytes.len + 1);
    if (copy == NULL) return WH_E_NOMEM;
    if (bytes.len > 0) memcpy(copy, bytes.ptr, bytes.len);
    b->crypto->keccak256(b->crypto->ctx, copy, bytes.len, hash);
    wh_span own = wh_span_of(copy, bytes.len);
    if (kept != NULL) *kept = own;
    return block_objects_add(&b->store->objects, hash, own) ? WH_OK : WH_E_NOMEM;
}

/* kind || transaction, its hash, and the 64 bytes of each place of the rest chain. */
static wh_status items_build(struct builder *b, bytes32 *head)
{
    size_t n = b->f->tx_count;
    bytes32 *hashes = (bytes32 *)(void *)take(b, (n + 1) * sizeof *hashes);
    bytes32 *chain = (bytes32 *)(void *)take(b, (n + 1) * sizeof *chain);
    b->c->items = (wh_span *)(void *)take(b, (n + 1) * sizeof *b->c->items);
    if (hashes == NULL || chain == NULL || b->c->items == NULL) return WH_E_NOMEM;
    b->c->item_count = n;
    for (size_t i = 0; i < n; i++) {
        uint8_t *item = take(b, 1 + b->f->txs[i].len);
        if (item == NULL) return WH_E_NOMEM;
        item_hash(b->crypto, ITEM_POSTED, b->f->txs[i], item, &hashes[i]);
        b->c->items[i] = wh_span_of(item, 1 + b->f->txs[i].len);
        if (!block_objects_add(&b->store->objects, &hashes[i], b->c->items[i])) return WH_E_NOMEM;
    }
    items_chain(b->crypto, hashes, n, chain);
    for (size_t i = 0; i < n; i++) {
        uint8_t pair[64];
        bytes32 hash;
        memcpy(pair, hashes[i].b, 32);
        memcpy(pair + 32, chain[i + 1].b, 32);
        WH_TRY(keep(b, wh_span_of(pair, sizeof pair), &hash, NULL));
    }
    *head = chain[0];
    return WH_OK;
}

/* An RLP list of encoded elements, kept as a preimage. */
static wh_status list_build(struct builder *b, const wh_span *items, size_t n, bytes32 *hash,
                            wh_span *rlp)
{
    uint8_t *bytes = malloc(rlp_list_size(rlp_items_size(items, n)));
    if (bytes == NULL) return WH_E_NOMEM;
    size_t size = (size_t)(rlp_put_items(bytes, items, n) - bytes);
    wh_status status = keep(b, wh_span_of(bytes, size), hash, rlp);
    free(bytes);
    return status;
}

static wh_status input_build(struct builder *b)
{
    struct eth_input in = {.block_hash = b->f->hash, .items_count = (uint32_t)b->f->tx_count};
    WH_TRY(items_build(b, &in.items_head));
    WH_TRY(list_build(b, b->f->uncles, b->f->uncle_count, &in.ommers_hash, &b->c->ommers_rlp));
    if (b->f->has_withdrawals)
        WH_TRY(list_build(b, b->f->withdrawals, b->f->withdrawal_count, &in.wds_hash,
                          &b->c->withdrawals_rlp));
    eth_input_encode(&in, b->c->input);
    return keep(b, wh_span_of(b->c->input, sizeof b->c->input), &b->c->input_hash, NULL);
}

/* Slot h.number = hash of h and slot h.number - 1 = its parent hash, down from the parent. */
static void ring_fill(const struct blockfile *f, bytes32 slots[RING_SLOTS])
{
    memset(slots, 0, RING_SLOTS * sizeof *slots);
    uint64_t n = f->parent.number;
    slots[n % RING_SLOTS] = f->head.parent_hash;
    if (n > 0) slots[(n - 1) % RING_SLOTS] = f->parent.parent_hash;
    for (size_t i = 0; i < f->ancestor_count && i + 2 < RING_SLOTS && n >= i + 2; i++) {
        struct block_header h;
        if (header_decode(f->ancestors[i], &h) != WH_OK) return; /* was checked on reading */
        slots[(n - 2 - i) % RING_SLOTS] = h.parent_hash;
    }
}

struct ring_sink {
    struct builder *b;
    wh_status status;
};

static void ring_keep(void *ctx, const bytes32 *hash, const uint8_t node[64])
{
    bytes32 again;
    struct ring_sink *s = ctx;
    (void)hash;
    if (s->status == WH_OK) s->status = keep(s->b, wh_span_of(node, 64), &again, NULL);
}

static wh_status ring_build(struct builder *b, bytes32 *root)
{
    bytes32 slots[RING_SLOTS];
    struct ring_sink sink = {.b = b, .status = WH_OK};
    ring_fill(b->f, slots);
    b->c->ring_known = 0;
    for (unsigned i = 0; i < RING_SLOTS; i++)
        b->c->ring_known += !bytes32_is_zero(&slots[i]);
    ring_root(slots, root, ring_keep, &sink);
    return sink.status;
}

static wh_status pre_build(struct builder *b)
{
    const struct blockfile *f = b->f;
    uint8_t config[CHAIN_CONFIG_MAX];
    size_t len = chain_config_encode(&b->c->config, config);
    struct seg_state pre = {.ruleset = RULESET_ETHEREUM,
                            .phase = SEG_SEALED,
                            .chain_id = b->c->config.chain_id,
                            .number = f->parent.number,
                            .head_hash = f->head.parent_hash,
                            .state_root = f->parent.state_root};
    WH_TRY(keep(b, wh_span_of(config, len), &pre.chain_cfg_hash, NULL));
    WH_TRY(ring_build(b, &pre.anc_root));
    seg_state_encode(&pre, b->c->pre);
    return WH_OK;
}

wh_status blockfile_chain_open(const struct blockfile *f, const struct chain_config *config,
                               const struct evm_crypto *crypto, struct blockfile_chain *out,
                               struct wh_error *err)
{
    *out = (struct blockfile_chain){.config = *config};
    if (!f->has_parent) {
        (void)wh_fail(err, WH_ERR_FILE_FORM, "the file holds no parent header");
        return WH_E_MISSING;
    }
    struct chain_store *store = calloc(1, sizeof *store);
    if (store == NULL) return wh_fail(err, WH_ERR_NOMEM, "block file");
    store->file = f;
    out->store = store;
    struct builder b = {.f = f, .crypto = crypto, .c = out, .store = store};
    wh_status status = pre_build(&b);
    if (status == WH_OK) status = input_build(&b);
    if (status == WH_OK) return WH_OK;
    blockfile_chain_close(out);
    return wh_fail(err, WH_ERR_NOMEM, "block file");
}

void blockfile_chain_close(struct blockfile_chain *c)
{
    struct chain_store *store = c->store;
    if (store != NULL) {
        block_objects_done(&store->objects);
        for (struct block_memory *m = store->memory, *next; m != NULL; m = next) {
            next = m->next;
            free(m);
        }
        free(store);
    }
    *c = (struct blockfile_chain){0};
}

static wh_status chain_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    const struct chain_store *store = ctx;
    if (kind == WH_OBJECT_DATA && block_objects_find(&store->objects, hash, bytes)) return WH_OK;
    return blockfile_get(store->file, hash, bytes);
}

void blockfile_chain_preimages(const struct blockfile *f, const struct blockfile_chain *c,
                               struct wh_preimages *out)
{
    (void)f;
    *out = (struct wh_preimages){.ctx = c->store, .get = chain_get};
}
