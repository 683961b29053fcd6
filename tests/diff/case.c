/* SPDX-License-Identifier: MIT */
#include "tests/diff/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/native/sign.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

static const struct {
    enum evm_fork fork;
    const char *name;
} FORKS[] = {{FORK_FRONTIER, "frontier"},   {FORK_HOMESTEAD, "homestead"},
             {FORK_TANGERINE, "tangerine"}, {FORK_SPURIOUS, "spuriousdragon"},
             {FORK_BYZANTIUM, "byzantium"}, {FORK_PETERSBURG, "petersburg"},
             {FORK_ISTANBUL, "istanbul"},   {FORK_BERLIN, "berlin"},
             {FORK_LONDON, "london"},       {FORK_PARIS, "paris"},
             {FORK_SHANGHAI, "shanghai"},   {FORK_CANCUN, "cancun"},
             {FORK_PRAGUE, "prague"},       {FORK_OSAKA, "osaka"}};

const char *diff_fork_name(enum evm_fork fork)
{
    for (size_t i = 0; i < sizeof FORKS / sizeof *FORKS; i++)
        if (FORKS[i].fork == fork) return FORKS[i].name;
    return "?";
}

enum evm_fork diff_fork_of(const char *name)
{
    for (size_t i = 0; i < sizeof FORKS / sizeof *FORKS; i++)
        if (strcmp(FORKS[i].name, name) == 0) return FORKS[i].fork;
    return 0;
}

void diff_key(unsigned i, uint8_t key[32], address *at)
{
    uint8_t seed[20] = "whittle diff key ";
    bytes32 hash;
    seed[17] = (uint8_t)i;
    keccak256(seed, 18, &hash);
    memcpy(key, hash.b, 32);
    if (wh_key_address(key, at) != WH_OK) abort();
}

void diff_case_done(struct diff_case *c)
{
    for (unsigned i = 0; i < c->account_count; i++)
        wh_buf_done(&c->accounts[i].code);
    for (unsigned b = 0; b < c->block_count; b++) {
        for (unsigned t = 0; t < c->blocks[b].tx_count; t++)
            wh_buf_done(&c->blocks[b].txs[t].data);
        free(c->blocks[b].txs);
    }
    free(c->accounts);
    free(c->blocks);
    memset(c, 0, sizeof *c);
}

/* ---- writing ---- */

static void save_word(struct wh_jw *w, const char *key, const u256 *v)
{
    wh_jw_qty256(w, key, v);
}

static void save_account(struct wh_jw *w, const struct diff_account *a, bool genesis)
{
    wh_jw_obj(w, genesis ? wh_hex20(&a->at).s : NULL);
    if (!genesis) wh_jw_addr(w, "address", &a->at);
    wh_jw_qty(w, "nonce", a->nonce);
    save_word(w, "balance", &a->balance);
    wh_jw_data(w, "code", a->code.ptr, a->code.len);
    wh_jw_obj(w, "storage");
    for (unsigned i = 0; i < a->slot_count; i++) {
        bytes32 key, value;
        u256_to_be(&a->keys[i], key.b);
        u256_to_be(&a->values[i], value.b);
        wh_jw_b32(w, wh_hex32(&key).s, &value);
    }
    wh_jw_end(w);
    wh_jw_end(w);
}

static void save_lists(struct wh_jw *w, const struct diff_tx *t)
{
    wh_jw_arr(w, "access");
    for (unsigned i = 0; i < t->access_count; i++) {
        wh_jw_obj(w, NULL);
        wh_jw_addr(w, "address", &t->access[i].at);
        wh_jw_arr(w, "slots");
        for (unsigned k = 0; k < t->access[i].slot_count; k++)
            save_word(w, NULL, &t->access[i].slots[k]);
        wh_jw_end(w);
        wh_jw_end(w);
    }
    wh_jw_end(w);
    wh_jw_arr(w, "auths");
    for (unsigned i = 0; i < t->auth_count; i++) {
        const struct diff_auth *a = &t->auths[i];
        wh_jw_obj(w, NULL);
        wh_jw_u64(w, "key", a->key);
        wh_jw_qty(w, "chain", a->chain_id);
        wh_jw_addr(w, "address", &a->to);
        wh_jw_i64(w, "nonce_off", a->nonce_off);
        wh_jw_u64(w, "bad", a->bad);
        wh_jw_end(w);
    }
    wh_jw_end(w);
}

static void save_tx(struct wh_jw *w, const struct diff_tx *t)
{
    wh_jw_obj(w, NULL);
    wh_jw_u64(w, "key", t->key);
    wh_jw_u64(w, "type", t->type);
    wh_jw_bool(w, "protected", t->protected);
    if (!t->creates) wh_jw_addr(w, "to", &t->to);
    wh_jw_u64(w, "gas", t->gas);
    save_word(w, "max_fee", &t->max_fee);
    save_word(w, "tip", &t->tip);
    save_word(w, "value", &t->value);
    save_word(w, "max_blob_fee", &t->max_blob_fee);
    wh_jw_u64(w, "blobs", t->blob_count);
    wh_jw_u64(w, "fault", t->fault);
    wh_jw_data(w, "data", t->data.ptr, t->data.len);
    save_lists(w, t);
    wh_jw_end(w);
}

static void save_block(struct wh_jw *w, const struct diff_block *b)
{
    wh_jw_obj(w, NULL);
    wh_jw_u64(w, "seconds", b->seconds);
    wh_jw_addr(w, "coinbase", &b->coinbase);
    if (b->expect.known) {
        wh_jw_obj(w, "expect");
        wh_jw_b32(w, "state_root", &b->expect.state_root);
        wh_jw_b32(w, "txs_root", &b->expect.txs_root);
        wh_jw_b32(w, "receipts_root", &b->expect.receipts_root);
        wh_jw_u64(w, "gas_used", b->expect.gas_used);
        wh_jw_qty(w, "included", b->expect.included);
        wh_jw_end(w);
    }
    wh_jw_arr(w, "txs");
    for (unsigned i = 0; i < b->tx_count; i++)
        save_tx(w, &b->txs[i]);
    wh_jw_end(w);
    wh_jw_end(w);
}

void diff_case_save(const struct diff_case *c, struct wh_buf *out)
{
    struct wh_jw w;
    wh_jw_init(&w, out);
    wh_jw_obj(&w, NULL);
    wh_jw_str(&w, "note", c->note);
    wh_jw_str(&w, "fork", diff_fork_name(c->fork));
    wh_jw_arr(&w, "accounts");
    for (unsigned i = 0; i < c->account_count; i++)
        save_account(&w, &c->accounts[i], false);
    wh_jw_end(&w);
    wh_jw_arr(&w, "blocks");
    for (unsigned i = 0; i < c->block_count; i++)
        save_block(&w, &c->blocks[i]);
    wh_jw_end(&w);
    wh_jw_end(&w);
    wh_buf_str(out, "\n");
}

void diff_case_genesis(const struct diff_case *c, struct wh_buf *out)
{
    static const bytes32 zero;
    struct wh_jw w;
    wh_jw_init(&w, out);
    wh_jw_obj(&w, NULL);
    wh_jw_obj(&w, "config");
    wh_jw_u64(&w, "chainId", DIFF_CHAIN_ID);
    wh_jw_end(&w);
    wh_jw_qty(&w, "nonce", 0);
    wh_jw_qty(&w, "timestamp", DIFF_TIME);
    wh_jw_data(&w, "extraData", NULL, 0);
    wh_jw_qty(&w, "gasLimit", DIFF_GAS_LIMIT);
    wh_jw_qty(&w, "difficulty", 0);
    wh_jw_b32(&w, "mixHash", &zero);
    wh_jw_data(&w, "coinbase", zero.b, 20);
    wh_jw_obj(&w, "alloc");
    for (unsigned i = 0; i < c->account_count; i++)
        save_account(&w, &c->accounts[i], true);
    wh_jw_end(&w);
    wh_jw_end(&w);
}

/* ---- reading ---- */

#define READ(expr) \
    if (status == WH_OK) status = (expr)

static wh_status load_word(const struct wh_json *o, const char *key, u256 *v, struct wh_error *err)
{
    return wh_json_get_quantity(o, key, v, err);
}

static wh_status load_number(const struct wh_json *o, const char *key, unsigned *v,
                             struct wh_error *err)
{
    uint64_t n;
    wh_status status = wh_json_get_number(o, key, &n, err);
    if (status == WH_OK) *v = (unsigned)n;
    return status;
}

static wh_status load_list(const struct wh_json *o, const char *key, size_t max,
                           struct wh_json *list, unsigned *n, struct wh_error *err)
{
    size_t len;
    WH_TRY(wh_json_get(o, key, list, err));
    WH_TRY(wh_json_array(list, max, &len, err));
    *n = (unsigned)len;
    return WH_OK;
}

static wh_status load_account(const struct wh_json *o, struct diff_account *a, struct wh_error *err)
{
    struct wh_json storage;
    const char *key;
    json_t *value;
    wh_status status = wh_json_get_address(o, "address", &a->at, err);
    READ(wh_json_get_u64(o, "nonce", &a->nonce, err));
    READ(load_word(o, "balance", &a->balance, err));
    READ(wh_json_get_data(o, "code", 100000, &a->code, err));
    READ(wh_json_get(o, "storage", &storage, err));
    if (status != WH_OK) return status;
    json_object_foreach((json_t *)(uintptr_t)storage.v, key, value)
    {
        uint8_t k[32], v[32];
        if (a->slot_count == DIFF_STORAGE_MAX || !wh_hex_parse(key, k, 32) ||
            !json_is_string(value) || !wh_hex_parse(json_string_value(value), v, 32))
            return wh_json_fail(&storage, err, "not a slot");
        a->keys[a->slot_count] = u256_from_be(k);
        a->values[a->slot_count++] = u256_from_be(v);
    }
    return WH_OK;
}

static wh_status load_access(const struct wh_json *o, struct diff_access *a, struct wh_error *err)
{
    struct wh_json slots;
    wh_status status = wh_json_get_address(o, "address", &a->at, err);
    READ(load_list(o, "slots", DIFF_SLOTS_MAX, &slots, &a->slot_count, err));
    for (unsigned i = 0; status == WH_OK && i < a->slot_count; i++) {
        struct wh_json at = wh_json_at(&slots, i);
        status = wh_json_quantity(&at, &a->slots[i], err);
    }
    return status;
}

static wh_status load_auth(const struct wh_json *o, struct diff_auth *a, struct wh_error *err)
{
    struct wh_json off;
    wh_status status = load_number(o, "key", &a->key, err);
    READ(wh_json_get_u64(o, "chain", &a->chain_id, err));
    READ(wh_json_get_address(o, "address", &a->to, err));
    READ(wh_json_get(o, "nonce_off", &off, err));
    READ(load_number(o, "bad", &a->bad, err));
    if (status == WH_OK) a->nonce_off = (int64_t)json_integer_value(off.v);
    return status;
}

static wh_status load_tx(const struct wh_json *o, struct diff_tx *t, struct wh_error *err)
{
    struct wh_json to, access, auths, protected;
    unsigned fault = 0;
    wh_status status = load_number(o, "key", &t->key, err);
    READ(load_number(o, "type", &t->type, err));
    READ(wh_json_get(o, "protected", &protected, err));
    READ(wh_json_bool(&protected, &t->protected, err));
    READ(wh_json_get_number(o, "gas", &t->gas, err));
    READ(load_word(o, "max_fee", &t->max_fee, err));
    READ(load_word(o, "tip", &t->tip, err));
    READ(load_word(o, "value", &t->value, err));
    READ(load_word(o, "max_blob_fee", &t->max_blob_fee, err));
    READ(load_number(o, "blobs", &t->blob_count, err));
    READ(load_number(o, "fault", &fault, err));
    READ(wh_json_get_data(o, "data", 1 << 20, &t->data, err));
    READ(load_list(o, "access", DIFF_ACCESS_MAX, &access, &t->access_count, err));
    READ(load_list(o, "auths", DIFF_AUTH_MAX, &auths, &t->auth_count, err));
    t->fault = (enum diff_fault)fault;
    t->creates = !wh_json_opt(o, "to", &to);
    if (!t->creates) READ(wh_json_address(&to, &t->to, err));
    for (unsigned i = 0; status == WH_OK && i < t->access_count; i++) {
        struct wh_json at = wh_json_at(&access, i);
        status = load_access(&at, &t->access[i], err);
    }
    for (unsigned i = 0; status == WH_OK && i < t->auth_count; i++) {
        struct wh_json at = wh_json_at(&auths, i);
        status = load_auth(&at, &t->auths[i], err);
    }
    if (status == WH_OK && (t->key >= DIFF_KEYS || t->type > 4 || t->blob_count > DIFF_BLOBS_MAX))
        return wh_json_fail(o, err, "out of range");
    return status;
}

static wh_status load_block(const struct wh_json *o, struct diff_block *b, struct wh_error *err)
{
    struct wh_json txs, expect;
    wh_status status = wh_json_get_number(o, "seconds", &b->seconds, err);
    READ(wh_json_get_address(o, "coinbase", &b->coinbase, err));
    b->expect.known = wh_json_opt(o, "expect", &expect);
    if (b->expect.known) {
        READ(wh_json_get_bytes32(&expect, "state_root", &b->expect.state_root, err));
        READ(wh_json_get_bytes32(&expect, "txs_root", &b->expect.txs_root, err));
        READ(wh_json_get_bytes32(&expect, "receipts_root", &b->expect.receipts_root, err));
        READ(wh_json_get_number(&expect, "gas_used", &b->expect.gas_used, err));
        READ(wh_json_get_u64(&expect, "included", &b->expect.included, err));
    }
    READ(load_list(o, "txs", 64, &txs, &b->tx_count, err));
    if (status != WH_OK) return status;
    b->txs = calloc(b->tx_count + 1, sizeof *b->txs);
    for (unsigned i = 0; status == WH_OK && i < b->tx_count; i++) {
        struct wh_json at = wh_json_at(&txs, i);
        status = load_tx(&at, &b->txs[i], err);
    }
    return status;
}

static wh_status load_case(const struct wh_json *o, struct diff_case *c, struct wh_error *err)
{
    struct wh_json accounts, blocks;
    const char *note, *fork;
    wh_status status = wh_json_get_string(o, "note", &note, err);
    READ(wh_json_get_string(o, "fork", &fork, err));
    READ(load_list(o, "accounts", 1000, &accounts, &c->account_count, err));
    READ(load_list(o, "blocks", 1000, &blocks, &c->block_count, err));
    if (status != WH_OK) return status;
    c->fork = diff_fork_of(fork);
    if (c->fork == 0) return wh_json_fail(o, err, "unknown fork");
    snprintf(c->note, sizeof c->note, "%s", note);
    c->accounts = calloc(c->account_count + 1, sizeof *c->accounts);
    c->blocks = calloc(c->block_count + 1, sizeof *c->blocks);
    if (c->accounts == NULL || c->blocks == NULL) return WH_E_NOMEM;
    for (unsigned i = 0; status == WH_OK && i < c->account_count; i++) {
        struct wh_json at = wh_json_at(&accounts, i);
        status = load_account(&at, &c->accounts[i], err);
    }
    for (unsigned i = 0; status == WH_OK && i < c->block_count; i++) {
        struct wh_json at = wh_json_at(&blocks, i);
        status = load_block(&at, &c->blocks[i], err);
    }
    return status;
}

bool diff_case_load(const char *path, struct diff_case *c)
{
    struct wh_buf bytes = {0};
    struct wh_error err;
    json_t *json = NULL;
    memset(c, 0, sizeof *c);
    wh_error_clear(&err);
    wh_status status = wh_file_read_any(path, (size_t)64 << 20, &bytes, &err);
    READ(wh_json_parse((const char *)bytes.ptr, bytes.len, &json, &err));
    if (status == WH_OK) {
        struct wh_json root = wh_json_root(json, path);
        status = load_case(&root, c, &err);
    }
    json_decref(json);
    wh_buf_done(&bytes);
    if (status != WH_OK) {
        fprintf(stderr, "%s: %s\n", path, err.what);
        diff_case_done(c);
    }
    return status == WH_OK;
}
