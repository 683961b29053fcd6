/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/genesis.h"

#include <stdlib.h>

#include "evm/hash/keccak.h"
#include "evm/state/state.h"
#include "tests/vectors/runner/value.h"

static bool put_slots(struct state *st, const address *at, json_t *storage)
{
    const char *key;
    json_t *value;
    json_object_foreach(storage, key, value)
    {
        u256 k, v;
        if (!value_text_u256(key, &k) || !value_u256(value, &v)) return false;
        if (state_put_slot(st, at, &k, &v) != WH_OK) return false;
    }
    return true;
}

/* Old files write `wei` for the balance, and leave out what is zero. */
static bool put_account(struct state *st, const char *key, const json_t *v)
{
    address at;
    uint64_t nonce;
    u256 balance;
    struct wh_buf code = {0};
    const json_t *wei = json_object_get(v, "balance"), *bytes = json_object_get(v, "code");
    if (wei == NULL) wei = json_object_get(v, "wei");
    bool ok = value_text_address(key, &at) && value_u64(json_object_get(v, "nonce"), &nonce) &&
              value_u256(wei, &balance) && (bytes == NULL || value_bytes(bytes, &code)) &&
              state_put_account(st, &at, nonce, &balance, wh_buf_span(&code)) == WH_OK &&
              put_slots(st, &at, json_object_get(v, "storage"));
    wh_buf_done(&code);
    return ok;
}

bool genesis_state(struct runner *r, const json_t *accounts, bytes32 *root)
{
    struct state st;
    struct wh_sink sink = store_sink(&r->store);
    const char *key;
    json_t *v;
    wh_arena_rewind(&r->work, 0);
    if (state_init(&st, &r->work, NULL, r->crypto, NULL, &KECCAK_EMPTY_TRIE) != WH_OK) return false;
    json_object_foreach((json_t *)(uintptr_t)accounts, key, v)
    {
        if (!put_account(&st, key, v)) return false;
    }
    return state_settle(&st, &sink, root) == WH_OK;
}

/* A field that may be missing: then it stays as it is. */
static bool b32_if(const json_t *j, const char *name, bytes32 *out)
{
    const json_t *v = json_object_get(j, name);
    return v == NULL || value_b32(v, out);
}

static bool u64_if(const json_t *j, const char *name, uint64_t *out)
{
    const json_t *v = json_object_get(j, name);
    return v == NULL || value_u64(v, out);
}

static bool bytes_if(const json_t *j, const char *name, uint8_t *out, size_t max, size_t *len)
{
    struct wh_buf b = {0};
    const json_t *v = json_object_get(j, name);
    bool ok = v == NULL || (value_bytes(v, &b) && b.len <= max);
    if (ok && b.len > 0) memcpy(out, b.ptr, b.len);
    *len = b.len;
    wh_buf_done(&b);
    return ok;
}

static bool later_fields(const json_t *j, struct block_header *h)
{
    static const struct {
        const char *name;
        unsigned fields;
    } LATER[] = {{"baseFeePerGas", 16},
                 {"withdrawalsRoot", 17},
                 {"parentBeaconBlockRoot", 20},
                 {"requestsHash", 21}};
    for (size_t i = 0; i < sizeof LATER / sizeof *LATER; i++)
        if (json_object_get(j, LATER[i].name) != NULL) h->fields = LATER[i].fields;
    return (h->fields < 16 || value_u256(json_object_get(j, "baseFeePerGas"), &h->base_fee)) &&
           b32_if(j, "withdrawalsRoot", &h->withdrawals_root) &&
           u64_if(j, "blobGasUsed", &h->blob_gas_used) &&
           u64_if(j, "excessBlobGas", &h->excess_blob_gas) &&
           b32_if(j, "parentBeaconBlockRoot", &h->beacon_root) &&
           b32_if(j, "requestsHash", &h->requests_hash);
}

bool genesis_header(const json_t *j, struct block_header *h)
{
    size_t len = 0;
    uint8_t nonce[8] = {0};
    *h = (struct block_header){.fields = 15,
                               .ommers_hash = KECCAK_EMPTY_LIST,
                               .state_root = h->state_root,
                               .txs_root = KECCAK_EMPTY_TRIE,
                               .receipts_root = KECCAK_EMPTY_TRIE};
    bool ok = b32_if(j, "parentHash", &h->parent_hash) && b32_if(j, "uncleHash", &h->ommers_hash) &&
              b32_if(j, "stateRoot", &h->state_root) &&
              b32_if(j, "transactionsTrie", &h->txs_root) &&
              b32_if(j, "receiptTrie", &h->receipts_root) &&
              value_address(json_object_get(j, "coinbase"), &h->coinbase) &&
              value_u256(json_object_get(j, "difficulty"), &h->difficulty) &&
              u64_if(j, "number", &h->number) && u64_if(j, "gasLimit", &h->gas_limit) &&
              u64_if(j, "gasUsed", &h->gas_used) && u64_if(j, "timestamp", &h->timestamp) &&
              b32_if(j, "mixHash", &h->mix_hash) &&
              bytes_if(j, "bloom", h->bloom, sizeof h->bloom, &len) &&
              bytes_if(j, "extraData", h->extra, sizeof h->extra, &len);
    h->extra_len = (uint8_t)len;
    ok = ok && bytes_if(j, "nonce", nonce, sizeof nonce, &len);
    h->nonce = load_be64(nonce);
    return ok && later_fields(j, h);
}
