/* SPDX-License-Identifier: MIT */
#include "proto/block/genesis.h"

#include <string.h>
#include <sys/mman.h>

#include "evm/hash/keccak.h"
#include "evm/hash/sha256.h"
#include "evm/segment/ring.h"
#include "evm/state/state.h"
#include "proto/block/chainspec.h"
#include "proto/block/json_big.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"

/* Address space; touched lazily. */
#ifndef GENESIS_ARENA
#    define GENESIS_ARENA (UINT64_C(16) << 30)
#endif

enum {
    FILE_MAX = 1 << 30,
    CODE_MAX = 1 << 24,
    GAS_LIMIT = 4712388,
    BASE_FEE = 1000000000,
};

/* ---- values ---- */

static wh_status word_of_text(const char *text, uint8_t word[32])
{
    char digits[65];
    size_t len = strlen(text);
    if (len > 64) return WH_E_FORMAT;
    memset(digits, '0', 64);
    memcpy(digits + 64 - len, text, len);
    return wh_hex_decode(digits, 64, word, 32) ? WH_OK : WH_E_FORMAT;
}

static bool is_hex(const char *text)
{
    return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

/* 0x and digits of any number up to 64, decimal digits, or a JSON integer. */
static wh_status read_word(const struct wh_json *j, u256 *out, struct wh_error *err)
{
    uint8_t word[32];
    uint64_t small;
    const char *text = json_string_value(j->v);
    if (text == NULL) {
        WH_TRY(wh_json_number(j, &small, err));
        *out = u256_from_u64(small);
        return WH_OK;
    }
    if (!is_hex(text)) return wh_json_decimal(j, out, err);
    if (word_of_text(text + 2, word) != WH_OK)
        return wh_json_fail(j, err, "not a number of 256 bits");
    *out = u256_from_be(word);
    return WH_OK;
}

static wh_status opt_word(const struct wh_json *obj, const char *key, u256 *out,
                          struct wh_error *err)
{
    struct wh_json j;
    return wh_json_opt(obj, key, &j) ? read_word(&j, out, err) : WH_OK;
}

static wh_status opt_u64(const struct wh_json *obj, const char *key, uint64_t *out,
                         struct wh_error *err)
{
    struct wh_json j;
    u256 v;
    if (!wh_json_opt(obj, key, &j)) return WH_OK;
    WH_TRY(read_word(&j, &v, err));
    if (!u256_fits_u64(&v)) return wh_json_fail(&j, err, "more than 64 bits");
    *out = v.w[0];
    return WH_OK;
}

/* go-ethereum reads "" as no bytes; Hoodi's file has it. */
static bool is_empty(const struct wh_json *j)
{
    return json_is_string(j->v) && json_string_length(j->v) == 0;
}

/* The name of a member as an address or a word; 0x may be left out. */
static wh_status read_name(const struct wh_json *j, uint8_t *out, size_t len, struct wh_error *err)
{
    const char *text = is_hex(j->key) ? j->key + 2 : j->key;
    uint8_t word[32];
    if (len == 32 ? word_of_text(text, word) == WH_OK
                  : wh_hex_decode(text, strlen(text), word, len)) {
        memcpy(out, word, len);
        return WH_OK;
    }
    return wh_json_fail(j, err, "its name is not %s", len == 32 ? "a slot" : "an address");
}

/* ---- the state ---- */

static wh_status put_storage(struct state *st, const address *at, const struct wh_json *storage,
                             struct wh_error *err)
{
    const char *name;
    json_t *value;
    if (!json_is_object(storage->v)) return wh_json_fail(storage, err, "not an object");
    json_object_foreach((json_t *)(uintptr_t)storage->v, name, value)
    {
        struct wh_json j = {value, storage, name, 0};
        uint8_t key[32] = {0};
        u256 k, v;
        WH_TRY(read_name(&j, key, 32, err));
        WH_TRY(read_word(&j, &v, err));
        k = u256_from_be(key);
        if (state_put_slot(st, at, &k, &v) != WH_OK)
            return wh_fail(err, WH_ERR_NOMEM, "the state of genesis");
    }
    return WH_OK;
}

static wh_status put_account(struct state *st, const struct wh_json *j, struct wh_error *err)
{
    address at;
    uint64_t nonce = 0;
    u256 balance = {{0}};
    struct wh_buf code = {0};
    struct wh_json v;
    WH_TRY(read_name(j, at.b, sizeof at.b, err));
    if (!json_is_object(j->v)) return wh_json_fail(j, err, "not an object");
    WH_TRY(opt_u64(j, "nonce", &nonce, err));
    WH_TRY(opt_word(j, "balance", &balance, err));
    wh_status status = WH_OK;
    if (wh_json_opt(j, "code", &v) && !is_empty(&v))
        status = wh_json_data(&v, CODE_MAX, &code, err);
    if (status == WH_OK && state_put_account(st, &at, nonce, &balance, wh_buf_span(&code)) != WH_OK)
        status = wh_fail(err, WH_ERR_NOMEM, "the state of genesis");
    wh_buf_done(&code);
    if (status == WH_OK && wh_json_opt(j, "storage", &v)) status = put_storage(st, &at, &v, err);
    return status;
}

/* Nodes and codes made by the settle live in the arena, but only as long as nobody rewinds it: nobody does. */
static wh_status keep(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    (void)kind;
    return block_objects_add((struct block_objects *)ctx, hash, bytes) ? WH_OK : WH_E_NOMEM;
}

static wh_status read_alloc(struct genesis *g, const struct wh_json *root,
                            const struct evm_crypto *crypto, struct wh_error *err)
{
    struct state st;
    struct wh_sink sink = {&g->objects, keep};
    struct wh_json alloc;
    const char *name;
    json_t *value;
    WH_TRY(wh_json_get(root, "alloc", &alloc, err));
    if (!json_is_object(alloc.v)) return wh_json_fail(&alloc, err, "not an object");
    if (state_init(&st, &g->arena, NULL, crypto, NULL, &KECCAK_EMPTY_TRIE) != WH_OK)
        return wh_fail(err, WH_ERR_NOMEM, "the state of genesis");
    json_object_foreach((json_t *)(uintptr_t)alloc.v, name, value)
    {
        struct wh_json j = {value, &alloc, name, 0};
        WH_TRY(put_account(&st, &j, err));
        g->accounts++;
    }
    if (state_settle(&st, &sink, &g->head.state_root) != WH_OK)
        return wh_fail(err, WH_ERR_NOMEM, "the state of genesis");
    return WH_OK;
}

/* ---- rules ---- */

static wh_status read_config(struct genesis *g, const struct wh_json *root,
                             const struct genesis_rules *rules, struct wh_error *err)
{
    WH_TRY(chainspec_read(root, &g->config, err));
    if (rules->ruleset == RULESET_ETHEREUM) return WH_OK;
    struct wh_json config;
    WH_TRY(wh_json_get(root, "config", &config, err));
    if (chain_config_active(&g->config, 0, g->head.timestamp)->fork < FORK_OSAKA)
        return wh_json_fail(&config, err,
                            "a rollup starts in Osaka (osakaTime 0, and all before it)");
    chain_config_rollup(g->config.chain_id, rules->forced_gas_cap, &g->config);
    return WH_OK;
}

/* ---- the header ---- */

static wh_status read_extra(const struct wh_json *root, struct block_header *h,
                            struct wh_error *err)
{
    struct wh_json j;
    struct wh_buf extra = {0};
    if (!wh_json_opt(root, "extraData", &j) || is_empty(&j)) return WH_OK;
    wh_status status = wh_json_data(&j, sizeof h->extra, &extra, err);
    if (status == WH_OK) {
        h->extra_len = (uint8_t)extra.len;
        if (extra.len > 0) memcpy(h->extra, extra.ptr, extra.len);
    }
    wh_buf_done(&extra);
    return status;
}

static wh_status read_header(struct genesis *g, const struct wh_json *root, struct wh_error *err)
{
    struct block_header *h = &g->head;
    struct wh_json j;
    *h = (struct block_header){.ommers_hash = KECCAK_EMPTY_LIST,
                               .txs_root = KECCAK_EMPTY_TRIE,
                               .receipts_root = KECCAK_EMPTY_TRIE,
                               .withdrawals_root = KECCAK_EMPTY_TRIE,
                               .requests_hash = SHA256_EMPTY,
                               .base_fee = u256_from_u64(BASE_FEE)};
    WH_TRY(opt_u64(root, "timestamp", &h->timestamp, err));
    WH_TRY(opt_u64(root, "gasLimit", &h->gas_limit, err));
    WH_TRY(opt_u64(root, "nonce", &h->nonce, err));
    WH_TRY(opt_word(root, "difficulty", &h->difficulty, err));
    WH_TRY(opt_word(root, "baseFeePerGas", &h->base_fee, err));
    WH_TRY(opt_u64(root, "excessBlobGas", &h->excess_blob_gas, err));
    WH_TRY(opt_u64(root, "blobGasUsed", &h->blob_gas_used, err));
    if (wh_json_opt(root, "mixHash", &j)) WH_TRY(wh_json_bytes32(&j, &h->mix_hash, err));
    if (wh_json_opt(root, "coinbase", &j)) WH_TRY(wh_json_address(&j, &h->coinbase, err));
    if (h->gas_limit == 0) h->gas_limit = GAS_LIMIT;
    return read_extra(root, h, err);
}

/* What of the header depends on the fork, then its bytes. */
static wh_status seal(struct genesis *g, const struct evm_crypto *crypto, struct wh_error *err)
{
    struct block_header *h = &g->head;
    const struct chain_fork *f = chain_config_active(&g->config, 0, h->timestamp);
    h->fields = header_fields((enum evm_fork)f->fork);
    uint8_t *bytes = WH_NEW(&g->arena, uint8_t, HEADER_MAX);
    if (bytes == NULL) return wh_fail(err, WH_ERR_NOMEM, "the header of genesis");
    g->header = wh_span_of(bytes, header_encode(h, bytes));
    crypto->keccak256(crypto->ctx, g->header.ptr, g->header.len, &g->hash);
    return WH_OK;
}

static wh_status read_all(struct genesis *g, const struct wh_json *root,
                          const struct genesis_rules *rules, const struct evm_crypto *crypto,
                          struct wh_error *err)
{
    if (!json_is_object(root->v)) return wh_json_fail(root, err, "not an object");
    WH_TRY(read_header(g, root, err));
    WH_TRY(read_config(g, root, rules, err));
    WH_TRY(read_alloc(g, root, crypto, err));
    return seal(g, crypto, err);
}

wh_status genesis_open(const char *path, const struct genesis_rules *rules,
                       const struct evm_crypto *crypto, struct genesis *out, struct wh_error *err)
{
    json_t *tree = NULL;
    struct wh_buf text = {0};
    memset(out, 0, sizeof *out);
    void *block = mmap(NULL, GENESIS_ARENA, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED) return wh_fail(err, WH_ERR_NOMEM, "address space for genesis");
    wh_arena_init(&out->arena, block, GENESIS_ARENA);
    wh_status status = wh_file_read_any(path, FILE_MAX, &text, err);
    if (status == WH_OK) status = json_parse_big((const char *)text.ptr, text.len, &tree, err);
    wh_buf_done(&text);
    if (status == WH_OK) {
        struct wh_json root = wh_json_root(tree, "genesis");
        status = read_all(out, &root, rules, crypto, err);
        json_decref(tree);
    }
    if (status != WH_OK) {
        wh_error_prefix(err, "%s: ", path);
        genesis_close(out);
    }
    return status;
}

void genesis_close(struct genesis *g)
{
    block_objects_done(&g->objects);
    if (g->arena.base != NULL) (void)munmap(g->arena.base, g->arena.cap);
    memset(g, 0, sizeof *g);
}

void genesis_pre(const struct genesis *g, uint8_t pre[SEG_STATE_SIZE])
{
    bytes32 slots[RING_SLOTS];
    uint8_t config[CHAIN_CONFIG_MAX];
    struct seg_state s = {.ruleset = g->config.ruleset,
                          .chain_id = g->config.chain_id,
                          .number = g->head.number,
                          .head_hash = g->hash,
                          .state_root = g->head.state_root};
    memset(slots, 0, sizeof slots);
    slots[0] = g->hash;
    ring_root(slots, &s.anc_root, NULL, NULL);
    keccak256(config, chain_config_encode(&g->config, config), &s.chain_cfg_hash);
    seg_state_encode(&s, pre);
}
