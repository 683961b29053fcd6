/* SPDX-License-Identifier: MIT */
#include "tests/diff/compare.h"

#include <stdarg.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"
#include "tests/vectors/runner/value.h"

struct known {
    const char *id;
    enum evm_fork first, last;
    const char *field;
};
static const struct known KNOWN[] = {
#define KNOWN(id, first, last, field) {#id, FORK_##first, FORK_##last, field},
#include "tests/diff/known.def"
#undef KNOWN
    {"", FORK_BPO5, FORK_FRONTIER, ""},
};

struct place {
    struct diff_report *r;
    enum evm_fork fork;
    uint64_t block;
    int tx; /* -1: the block */
};

static bool is_known(const struct place *at, const char *field)
{
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (at->fork >= KNOWN[i].first && at->fork <= KNOWN[i].last &&
            strcmp(KNOWN[i].field, field) == 0)
            return true;
    return false;
}

__attribute__((format(printf, 3, 4))) static void differ(const struct place *at, const char *field,
                                                         const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (is_known(at, field)) {
        at->r->known++;
        return;
    }
    at->r->count++;
    wh_buf_printf(&at->r->lines, "# block %llu", (unsigned long long)at->block);
    if (at->tx >= 0) wh_buf_printf(&at->r->lines, " tx %d", at->tx);
    wh_buf_printf(&at->r->lines, " %s: %s\n", field, text);
}

static void same_u64(const struct place *at, const char *field, uint64_t ours, uint64_t theirs)
{
    if (ours != theirs)
        differ(at, field, "ours %llu, theirs %llu", (unsigned long long)ours,
               (unsigned long long)theirs);
}

static void same_bytes(const struct place *at, const char *field, wh_span ours, wh_span theirs)
{
    char text[2][70];
    const wh_span two[2] = {ours, theirs};
    if (ours.len == theirs.len && (ours.len == 0 || memcmp(ours.ptr, theirs.ptr, ours.len) == 0))
        return;
    for (int i = 0; i < 2; i++)
        wh_hex_encode(two[i].ptr, two[i].len > 33 ? 33 : two[i].len, text[i]);
    differ(at, field, "ours %s (%zu bytes), theirs %s (%zu bytes)", text[0], ours.len, text[1],
           theirs.len);
}

static uint64_t number_of(const json_t *o, const char *key)
{
    uint64_t v = UINT64_MAX;
    (void)value_u64(json_object_get(o, key), &v);
    return v;
}

/* ---- receipts ---- */

static void compare_logs(const struct place *at, const struct tx_result *ours, const json_t *logs)
{
    same_u64(at, "logs", ours->log_count, json_array_size(logs));
    for (size_t i = 0; i < ours->log_count && i < json_array_size(logs); i++) {
        const struct state_log *l = &ours->logs[i];
        const json_t *o = json_array_get(logs, i), *topics = json_object_get(o, "topics");
        struct wh_buf data = {0};
        address who;
        if (!value_address(json_object_get(o, "address"), &who) ||
            !value_bytes(json_object_get(o, "data"), &data))
            differ(at, "log", "cannot be read");
        else {
            same_bytes(at, "log address", wh_span_of(l->at.b, 20), wh_span_of(who.b, 20));
            same_bytes(at, "log data", l->data, wh_buf_span(&data));
        }
        wh_buf_done(&data);
        same_u64(at, "log topics", l->topic_count, json_array_size(topics));
        for (size_t k = 0; k < l->topic_count && k < json_array_size(topics); k++) {
            bytes32 topic = {{0}};
            (void)value_b32(json_array_get(topics, k), &topic);
            same_bytes(at, "log topic", wh_span_of(l->topics[k].b, 32), wh_span_of(topic.b, 32));
        }
    }
}

static void compare_receipt(const struct place *at, const struct diff_outcome *o,
                            const json_t *receipt)
{
    bytes32 hash = {{0}};
    (void)value_b32(json_object_get(receipt, "transactionHash"), &hash);
    same_bytes(at, "transaction", wh_span_of(o->hash.b, 32), wh_span_of(hash.b, 32));
    if (!bytes32_eq(&o->hash, &hash)) return;
    same_u64(at, "status", o->result.success, number_of(receipt, "status"));
    same_u64(at, "gas", o->result.gas_used, number_of(receipt, "gasUsed"));
    same_u64(at, "price", o->result.effective_price.w[0], number_of(receipt, "effectiveGasPrice"));
    if (o->result.blob_gas > 0)
        same_u64(at, "blob gas", o->result.blob_gas, number_of(receipt, "blobGasUsed"));
    if (o->result.has_created && o->result.success) {
        address a = {{0}};
        (void)value_address(json_object_get(receipt, "contractAddress"), &a);
        same_bytes(at, "created", wh_span_of(o->result.created.b, 20), wh_span_of(a.b, 20));
    }
    compare_logs(at, &o->result, json_object_get(receipt, "logs"));
}

/* ---- outputs: the outermost trace of each transaction ---- */

static void compare_output(const struct place *at, const struct diff_outcome *o,
                           const json_t *traces, size_t index)
{
    size_t i;
    json_t *t;
    json_array_foreach(traces, i, t)
    {
        if (json_integer_value(json_object_get(t, "transactionPosition")) != (json_int_t)index ||
            json_array_size(json_object_get(t, "traceAddress")) != 0)
            continue;
        const json_t *result = json_object_get(t, "result");
        const json_t *output = json_object_get(result, "output");
        struct wh_buf bytes = {0};
        if (output == NULL) output = json_object_get(result, "code");
        if (output != NULL && value_bytes(output, &bytes))
            same_bytes(at, "output", o->result.output, wh_buf_span(&bytes));
        wh_buf_done(&bytes);
        return;
    }
    differ(at, "output", "no trace");
}

/* ---- blocks ---- */

static void compare_header(const struct place *at, const struct block_header *ours,
                           const struct block_header *theirs, bool blobs)
{
    same_u64(at, "number", ours->number, theirs->number);
    same_u64(at, "timestamp", ours->timestamp, theirs->timestamp);
    same_u64(at, "gas limit", ours->gas_limit, theirs->gas_limit);
    same_u64(at, "gas used", ours->gas_used, theirs->gas_used);
    same_u64(at, "base fee", ours->base_fee.w[0], theirs->base_fee.w[0]);
    same_u64(at, "blob gas used", ours->blob_gas_used, theirs->blob_gas_used);
    same_u64(at, "excess blob gas", ours->excess_blob_gas, theirs->excess_blob_gas);
    same_bytes(at, "coinbase", wh_span_of(ours->coinbase.b, 20),
               wh_span_of(theirs->coinbase.b, 20));
    same_bytes(at, "randao", wh_span_of(ours->mix_hash.b, 32), wh_span_of(theirs->mix_hash.b, 32));
    same_bytes(at, blobs ? "transactions root with blobs" : "transactions root",
               wh_span_of(ours->txs_root.b, 32), wh_span_of(theirs->txs_root.b, 32));
    same_bytes(at, "receipts root", wh_span_of(ours->receipts_root.b, 32),
               wh_span_of(theirs->receipts_root.b, 32));
    same_bytes(at, "bloom", wh_span_of(ours->bloom, 256), wh_span_of(theirs->bloom, 256));
}

void diff_compare_block(struct diff_report *r, enum evm_fork fork, const struct diff_block *b,
                        const struct diff_outcome *outcomes, const struct block_header *head,
                        const struct diff_mined *mined)
{
    struct place at = {r, fork, head->number, -1};
    size_t index = 0;
    bool blobs = false;
    for (unsigned i = 0; i < b->tx_count; i++) {
        const struct diff_outcome *o = &outcomes[i];
        at.tx = (int)i;
        bool theirs = false;
        size_t k;
        json_t *receipt, *mine = NULL;
        json_array_foreach(mined->receipts, k, receipt)
        {
            bytes32 hash;
            if (!value_b32(json_object_get(receipt, "transactionHash"), &hash)) continue;
            if (!bytes32_eq(&hash, &o->hash)) continue;
            theirs = true;
            mine = receipt;
        }
        if (theirs != (o->reject == TX_ACCEPTED)) {
            differ(&at, theirs ? "accepted" : "refused", "ours: %s", tx_reject_text(o->reject));
            continue;
        }
        if (!theirs) continue;
        blobs |= o->result.blob_gas > 0;
        compare_receipt(&at, o, mine);
        if (mined->traces != NULL) compare_output(&at, o, mined->traces, index);
        index++;
    }
    at.tx = -1;
    compare_header(&at, head, &mined->head, blobs);
}

/* ---- state ---- */

static bool read_account(const json_t *o, uint64_t *nonce, u256 *balance, struct wh_buf *code)
{
    const json_t *n = json_object_get(o, "nonce");
    if (json_is_integer(n))
        *nonce = (uint64_t)json_integer_value(n);
    else if (!value_u64(n, nonce))
        return false;
    return value_u256(json_object_get(o, "balance"), balance) &&
           value_bytes(json_object_get(o, "code"), code);
}

static wh_status put_account(struct diff_chain *ch, struct state *st, const char *key,
                             const json_t *o)
{
    address at;
    uint64_t nonce;
    u256 balance;
    struct wh_buf code = {0};
    if (!value_text_address(key, &at) || !read_account(o, &nonce, &balance, &code)) {
        wh_buf_done(&code);
        return WH_E_FORMAT;
    }
    bool exists = nonce != 0 || !u256_is_zero(&balance) || code.len > 0;
    wh_status s = WH_OK;
    if (!exists && ch->c->fork < FORK_SPURIOUS) s = diff_chain_exists(ch, &at, &exists);
    if (s == WH_OK && exists) s = state_put_account(st, &at, nonce, &balance, wh_buf_span(&code));
    wh_buf_done(&code);
    const char *slot;
    json_t *value;
    json_object_foreach(json_object_get(o, "storage"), slot, value)
    {
        u256 k, v;
        if (!value_text_u256(slot, &k) || !value_u256(value, &v)) return WH_E_FORMAT;
        if (s == WH_OK && exists && !u256_is_zero(&v)) s = state_put_slot(st, &at, &k, &v);
    }
    return s;
}

/* Says which accounts differ, once the roots do. */
static void explain(const struct place *at, struct diff_chain *ch, const json_t *accounts)
{
    const char *key;
    json_t *o;
    unsigned said = 0;
    json_object_foreach((json_t *)(uintptr_t)accounts, key, o)
    {
        address who;
        uint64_t nonce;
        u256 balance;
        struct wh_buf code = {0};
        struct state_info info;
        wh_span our_code;
        if (said < 10 && value_text_address(key, &who) &&
            read_account(o, &nonce, &balance, &code) &&
            state_get(&ch->state, &who, &info) == WH_OK &&
            state_get_code(&ch->state, &who, &our_code) == WH_OK) {
            struct place here = *at;
            unsigned before = at->r->count;
            same_u64(&here, "nonce", info.nonce, nonce);
            if (!u256_eq(&info.balance, &balance))
                differ(&here, "balance", "ours ..%llu, theirs ..%llu",
                       (unsigned long long)info.balance.w[0], (unsigned long long)balance.w[0]);
            same_bytes(&here, "code", our_code, wh_buf_span(&code));
            const char *slot;
            json_t *value;
            json_object_foreach(json_object_get(o, "storage"), slot, value)
            {
                u256 k, v, ours;
                if (value_text_u256(slot, &k) && value_u256(value, &v) &&
                    state_get_slot(&ch->state, &who, &k, &ours) == WH_OK && !u256_eq(&v, &ours))
                    differ(&here, "slot", "%s: ours ..%llu, theirs ..%llu", slot,
                           (unsigned long long)ours.w[0], (unsigned long long)v.w[0]);
            }
            if (at->r->count != before) {
                wh_buf_printf(&at->r->lines, "#   (of account %s)\n", key);
                said++;
            }
        }
        wh_buf_done(&code);
    }
}

wh_status diff_compare_state(struct diff_report *r, struct diff_chain *ch, const json_t *accounts)
{
    struct place at = {r, ch->c->fork, ch->parent.number, -1};
    struct state st;
    bytes32 root;
    const char *key;
    json_t *o;
    size_t mark = wh_arena_mark(&ch->frames);
    struct wh_arena arena;
    size_t size = (size_t)1 << 28;
    void *block = wh_arena_alloc(&ch->frames, size, 64);
    if (block == NULL) return WH_E_NOMEM;
    wh_arena_init(&arena, block, size);
    wh_status s = state_init(&st, &arena, NULL, ch->crypto, NULL, &KECCAK_EMPTY_TRIE);
    json_object_foreach((json_t *)(uintptr_t)accounts, key, o)
    {
        if (s == WH_OK) s = put_account(ch, &st, key, o);
    }
    if (s == WH_OK) s = state_settle(&st, NULL, &root);
    wh_arena_rewind(&ch->frames, mark);
    if (s != WH_OK) return s;
    same_bytes(&at, "state root", wh_span_of(ch->root.b, 32), wh_span_of(root.b, 32));
    if (!bytes32_eq(&ch->root, &root)) explain(&at, ch, accounts);
    return WH_OK;
}
