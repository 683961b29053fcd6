/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/fees.h"
#include "deploy/devnet/rpc.h"
#include "evm/rlp/rlp.h"
#include "evm/tx/validate.h"

static void show_nonce8(struct rpc *c, uint64_t nonce)
{
    uint8_t bytes[8];
    store_be64(bytes, nonce);
    wh_jw_data(&c->w, "nonce", bytes, 8);
}

void show_header_fields(struct rpc *c, const struct block *b)
{
    struct wh_jw *w = &c->w;
    const struct block_header *h = &b->head;
    wh_jw_qty(w, "number", h->number);
    wh_jw_b32(w, "hash", &b->hash);
    wh_jw_b32(w, "parentHash", &h->parent_hash);
    show_nonce8(c, h->nonce);
    wh_jw_b32(w, "mixHash", &h->mix_hash);
    wh_jw_b32(w, "sha3Uncles", &h->ommers_hash);
    wh_jw_data(w, "logsBloom", h->bloom, 256);
    wh_jw_b32(w, "transactionsRoot", &h->txs_root);
    wh_jw_b32(w, "stateRoot", &h->state_root);
    wh_jw_b32(w, "receiptsRoot", &h->receipts_root);
    wh_jw_addr(w, "miner", &h->coinbase);
    wh_jw_qty256(w, "difficulty", &h->difficulty);
    wh_jw_data(w, "extraData", h->extra, h->extra_len);
    wh_jw_qty(w, "gasLimit", h->gas_limit);
    wh_jw_qty(w, "gasUsed", h->gas_used);
    wh_jw_qty(w, "timestamp", h->timestamp);
    wh_jw_qty256(w, "baseFeePerGas", &h->base_fee);
    wh_jw_b32(w, "withdrawalsRoot", &h->withdrawals_root);
    wh_jw_qty(w, "blobGasUsed", h->blob_gas_used);
    wh_jw_qty(w, "excessBlobGas", h->excess_blob_gas);
    wh_jw_b32(w, "parentBeaconBlockRoot", &h->beacon_root);
    wh_jw_b32(w, "requestsHash", &h->requests_hash);
}

void show_block(struct rpc *c, const char *key, const struct block *b, bool full)
{
    struct wh_jw *w = &c->w;
    wh_jw_obj(w, key);
    show_header_fields(c, b);
    wh_jw_qty(w, "size", b->size);
    wh_jw_arr(w, "uncles");
    wh_jw_end(w);
    wh_jw_arr(w, "transactions");
    for (uint32_t i = 0; i < b->tx_count; i++) {
        if (full)
            show_tx(c, NULL, b->txs[i]);
        else
            wh_jw_b32(w, NULL, &b->txs[i]->hash);
    }
    wh_jw_end(w);
    wh_jw_arr(w, "withdrawals");
    wh_jw_end(w);
    wh_jw_end(w);
}

/* The payloads below were checked when the transaction was decoded. */
static void must(wh_status status)
{
    WH_ASSERT(status == WH_OK);
}

static void show_access_list(struct rpc *c, wh_span list)
{
    wh_jw_arr(&c->w, "accessList");
    while (list.len > 0) {
        wh_span entry, keys;
        address at;
        must(rlp_next_list(&list, &entry));
        must(rlp_next_fixed(&entry, at.b, 20));
        must(rlp_next_list(&entry, &keys));
        wh_jw_obj(&c->w, NULL);
        wh_jw_addr(&c->w, "address", &at);
        wh_jw_arr(&c->w, "storageKeys");
        while (keys.len > 0) {
            bytes32 slot;
            must(rlp_next_fixed(&keys, slot.b, 32));
            wh_jw_b32(&c->w, NULL, &slot);
        }
        wh_jw_end(&c->w);
        wh_jw_end(&c->w);
    }
    wh_jw_end(&c->w);
}

static void show_authorizations(struct rpc *c, wh_span list)
{
    struct wh_jw *w = &c->w;
    wh_jw_arr(w, "authorizationList");
    while (list.len > 0) {
        wh_span entry;
        u256 chain_id, r, s;
        uint64_t nonce, parity;
        address at;
        must(rlp_next_list(&list, &entry));
        must(rlp_next_u256(&entry, &chain_id));
        must(rlp_next_fixed(&entry, at.b, 20));
        must(rlp_next_u64(&entry, &nonce));
        must(rlp_next_u64(&entry, &parity));
        must(rlp_next_u256(&entry, &r));
        must(rlp_next_u256(&entry, &s));
        wh_jw_obj(w, NULL);
        wh_jw_qty256(w, "chainId", &chain_id);
        wh_jw_addr(w, "address", &at);
        wh_jw_qty(w, "nonce", nonce);
        wh_jw_qty(w, "yParity", parity);
        wh_jw_qty256(w, "r", &r);
        wh_jw_qty256(w, "s", &s);
        wh_jw_end(w);
    }
    wh_jw_end(w);
}

static void show_blob_hashes(struct rpc *c, wh_span list)
{
    wh_jw_arr(&c->w, "blobVersionedHashes");
    while (list.len > 0) {
        bytes32 hash;
        must(rlp_next_fixed(&list, hash.b, 32));
        wh_jw_b32(&c->w, NULL, &hash);
    }
    wh_jw_end(&c->w);
}

static void show_signature(struct rpc *c, const struct tx *tx)
{
    uint64_t v = tx->parity;
    if (tx->type == TX_LEGACY) v += tx->has_chain_id ? 35 + 2 * tx->chain_id : 27;
    wh_jw_qty(&c->w, "v", v);
    wh_jw_qty256(&c->w, "r", &tx->r);
    wh_jw_qty256(&c->w, "s", &tx->s);
    if (tx->type != TX_LEGACY) wh_jw_qty(&c->w, "yParity", tx->parity);
}

/* A mined transaction shows what it paid; one that waits, what it offers at most. */
static void show_fees(struct rpc *c, const struct txn *t)
{
    const struct tx *tx = &t->tx;
    u256 price = tx->max_fee, priority;
    if (t->block != NULL) tx_effective_price(tx, &t->block->head.base_fee, &price, &priority);
    wh_jw_qty256(&c->w, "gasPrice", &price);
    if (tx->type < TX_FEE_MARKET) return;
    wh_jw_qty256(&c->w, "maxFeePerGas", &tx->max_fee);
    wh_jw_qty256(&c->w, "maxPriorityFeePerGas", &tx->max_priority);
    if (tx->type == TX_BLOB) wh_jw_qty256(&c->w, "maxFeePerBlobGas", &tx->max_blob_fee);
}

void show_tx(struct rpc *c, const char *key, const struct txn *t)
{
    struct wh_jw *w = &c->w;
    const struct tx *tx = &t->tx;
    wh_jw_obj(w, key);
    if (t->block != NULL) {
        wh_jw_b32(w, "blockHash", &t->block->hash);
        wh_jw_qty(w, "blockNumber", t->block->head.number);
        wh_jw_qty(w, "transactionIndex", t->index);
    } else {
        wh_jw_null(w, "blockHash");
        wh_jw_null(w, "blockNumber");
        wh_jw_null(w, "transactionIndex");
    }
    wh_jw_b32(w, "hash", &t->hash);
    wh_jw_addr(w, "from", &t->sender);
    if (tx->has_to)
        wh_jw_addr(w, "to", &tx->to);
    else
        wh_jw_null(w, "to");
    wh_jw_qty(w, "type", (uint64_t)tx->type);
    wh_jw_qty(w, "nonce", tx->nonce);
    wh_jw_qty(w, "gas", tx->gas);
    show_fees(c, t);
    wh_jw_qty256(w, "value", &tx->value);
    wh_jw_data(w, "input", tx->data.ptr, tx->data.len);
    if (tx->has_chain_id) wh_jw_qty(w, "chainId", tx->chain_id);
    if (tx->type != TX_LEGACY) show_access_list(c, tx->access_list);
    if (tx->type == TX_BLOB) show_blob_hashes(c, tx->blob_hashes);
    if (tx->type == TX_SET_CODE) show_authorizations(c, tx->authorizations);
    show_signature(c, tx);
    wh_jw_end(w);
}

void show_log(struct rpc *c, const struct block *b, uint32_t tx, uint32_t log, bool removed)
{
    struct wh_jw *w = &c->w;
    const struct outcome *r = &b->outcomes[tx];
    const struct state_log *l = &r->logs[log];
    wh_jw_obj(w, NULL);
    wh_jw_addr(w, "address", &l->at);
    wh_jw_arr(w, "topics");
    for (unsigned i = 0; i < l->topic_count; i++)
        wh_jw_b32(w, NULL, &l->topics[i]);
    wh_jw_end(w);
    wh_jw_data(w, "data", l->data.ptr, l->data.len);
    wh_jw_b32(w, "blockHash", &b->hash);
    wh_jw_qty(w, "blockNumber", b->head.number);
    wh_jw_qty(w, "blockTimestamp", b->head.timestamp);
    wh_jw_b32(w, "transactionHash", &b->txs[tx]->hash);
    wh_jw_qty(w, "transactionIndex", tx);
    wh_jw_qty(w, "logIndex", r->first_log + log);
    wh_jw_bool(w, "removed", removed);
    wh_jw_end(w);
}

void show_receipt(struct rpc *c, const char *key, const struct block *b, uint32_t i)
{
    struct wh_jw *w = &c->w;
    const struct outcome *r = &b->outcomes[i];
    const struct txn *t = b->txs[i];
    wh_jw_obj(w, key);
    wh_jw_qty(w, "type", (uint64_t)t->tx.type);
    wh_jw_qty(w, "status", r->ok);
    wh_jw_qty(w, "cumulativeGasUsed", r->cumulative_gas);
    wh_jw_arr(w, "logs");
    for (uint32_t l = 0; l < r->log_count; l++)
        show_log(c, b, i, l, false);
    wh_jw_end(w);
    wh_jw_data(w, "logsBloom", r->bloom, 256);
    wh_jw_b32(w, "transactionHash", &t->hash);
    wh_jw_qty(w, "transactionIndex", i);
    wh_jw_b32(w, "blockHash", &b->hash);
    wh_jw_qty(w, "blockNumber", b->head.number);
    wh_jw_qty(w, "gasUsed", r->gas_used);
    wh_jw_qty256(w, "effectiveGasPrice", &r->price);
    if (t->tx.type == TX_BLOB) {
        const u256 price = fees_blob_base(b->head.excess_blob_gas);
        wh_jw_qty(w, "blobGasUsed", r->blob_gas);
        wh_jw_qty256(w, "blobGasPrice", &price);
    }
    wh_jw_addr(w, "from", &t->sender);
    if (t->tx.has_to)
        wh_jw_addr(w, "to", &t->tx.to);
    else
        wh_jw_null(w, "to");
    if (r->created)
        wh_jw_addr(w, "contractAddress", &r->contract);
    else
        wh_jw_null(w, "contractAddress");
    wh_jw_end(w);
}
