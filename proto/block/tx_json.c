/* SPDX-License-Identifier: MIT */
/* A transaction as JSON-RPC shows it, back to its EIP-2718 bytes. Fields are pushed in reverse order. */
#include <stdlib.h>

#include "evm/rlp/rlp.h"
#include "evm/tx/tx.h"
#include "proto/block/readers.h"
#include "proto/sys/hex.h"

/* One transaction at work: a failed member is sticky, so that a type reads as its list of fields. */
struct tx_writer {
    struct block_parts *p;
    const struct wh_json *j;
    struct wh_error *err;
    struct rlp_back w;
    wh_status status;
};

/* A scalar; leading zeros are let pass (some nodes write r and s so): the hash tells. */
static wh_status scalar(const struct wh_json *j, u256 *out, struct wh_error *err)
{
    const char *text = NULL;
    WH_TRY(wh_json_string(j, &text, err));
    if (text[0] == '0' && text[1] == 'x' && text[2] != 0) {
        uint8_t be[32] = {0};
        const char *digits = text + 2;
        while (*digits == '0')
            digits++;
        char even[65] = {0};
        const size_t n = strlen(digits), odd = n & 1;
        if (n <= 64) {
            even[0] = '0';
            memcpy(even + odd, digits, n);
            if (wh_hex_decode(even, n + odd, be + 32 - (n + odd) / 2, (n + odd) / 2)) {
                *out = u256_from_be(be);
                return WH_OK;
            }
        }
    }
    return wh_json_fail(j, err, "not a quantity of at most 256 bits");
}

static void put_scalar_of(struct tx_writer *t, const struct wh_json *obj, const char *key)
{
    u256 v = {{0}};
    struct wh_json j;
    if (t->status == WH_OK) t->status = wh_json_get(obj, key, &j, t->err);
    if (t->status == WH_OK) t->status = scalar(&j, &v, t->err);
    if (t->status == WH_OK) rlp_back_u256(&t->w, &v);
}

static void put_scalar(struct tx_writer *t, const char *key)
{
    put_scalar_of(t, t->j, key);
}

static void put_address(struct tx_writer *t, const struct wh_json *obj, const char *key)
{
    address a;
    if (t->status == WH_OK) t->status = wh_json_get_address(obj, key, &a, t->err);
    if (t->status == WH_OK) rlp_back_string(&t->w, wh_span_of(a.b, sizeof a.b));
}

/* null or absent: a creation. */
static void put_to(struct tx_writer *t)
{
    struct wh_json j;
    if (t->status != WH_OK) return;
    if (wh_json_opt(t->j, "to", &j))
        put_address(t, t->j, "to");
    else
        rlp_back_string(&t->w, wh_span_of(NULL, 0));
}

static void put_input(struct tx_writer *t)
{
    wh_span data;
    struct wh_json j;
    if (t->status != WH_OK) return;
    const char *key = wh_json_opt(t->j, "input", &j) ? "input" : "data";
    t->status = wh_json_get(t->j, key, &j, t->err);
    if (t->status == WH_OK) t->status = read_data(t->p, &j, &data, t->err);
    if (t->status == WH_OK) rlp_back_string(&t->w, data);
}

/* yParity, or v where a node writes that alone. */
static void put_parity(struct tx_writer *t, const struct wh_json *obj)
{
    struct wh_json j;
    put_scalar_of(t, obj, wh_json_opt(obj, "yParity", &j) ? "yParity" : "v");
}

/* Calls put for each element of an array, last first, and makes a list of what it wrote. */
static void put_list(struct tx_writer *t, const struct wh_json *obj, const char *key,
                     void (*put)(struct tx_writer *t, const struct wh_json *element))
{
    size_t count = 0;
    struct wh_json list;
    const size_t mark = rlp_back_mark(&t->w);
    if (t->status == WH_OK) t->status = wh_json_get(obj, key, &list, t->err);
    if (t->status == WH_OK) t->status = wh_json_array(&list, READ_LIST_MAX, &count, t->err);
    while (t->status == WH_OK && count > 0) {
        struct wh_json one = wh_json_at(&list, --count);
        put(t, &one);
    }
    if (t->status == WH_OK) rlp_back_list(&t->w, mark);
}

static void put_word(struct tx_writer *t, const struct wh_json *j)
{
    bytes32 word;
    t->status = wh_json_bytes32(j, &word, t->err);
    if (t->status == WH_OK) rlp_back_string(&t->w, wh_span_of(word.b, sizeof word.b));
}

static void put_access(struct tx_writer *t, const struct wh_json *j)
{
    const size_t mark = rlp_back_mark(&t->w);
    put_list(t, j, "storageKeys", put_word);
    put_address(t, j, "address");
    if (t->status == WH_OK) rlp_back_list(&t->w, mark);
}

static void put_authorization(struct tx_writer *t, const struct wh_json *j)
{
    const size_t mark = rlp_back_mark(&t->w);
    put_scalar_of(t, j, "s");
    put_scalar_of(t, j, "r");
    put_parity(t, j);
    put_scalar_of(t, j, "nonce");
    put_address(t, j, "address");
    put_scalar_of(t, j, "chainId");
    if (t->status == WH_OK) rlp_back_list(&t->w, mark);
}

/* s, r and v or y parity: last in every type. */
static void put_signature(struct tx_writer *t, enum tx_type type)
{
    put_scalar(t, "s");
    put_scalar(t, "r");
    if (type == TX_LEGACY)
        put_scalar(t, "v");
    else
        put_parity(t, t->j);
}

static void put_fields(struct tx_writer *t, enum tx_type type)
{
    put_signature(t, type);
    if (type == TX_SET_CODE) put_list(t, t->j, "authorizationList", put_authorization);
    if (type == TX_BLOB) {
        put_list(t, t->j, "blobVersionedHashes", put_word);
        put_scalar(t, "maxFeePerBlobGas");
    }
    if (type != TX_LEGACY) put_list(t, t->j, "accessList", put_access);
    put_input(t);
    put_scalar(t, "value");
    put_to(t);
    put_scalar(t, "gas");
    if (type == TX_LEGACY || type == TX_ACCESS_LIST) {
        put_scalar(t, "gasPrice");
    } else {
        put_scalar(t, "maxFeePerGas");
        put_scalar(t, "maxPriorityFeePerGas");
    }
    put_scalar(t, "nonce");
    if (type != TX_LEGACY) put_scalar(t, "chainId");
}

static wh_status check_hash(const struct tx_writer *t, wh_span raw)
{
    struct wh_json j;
    bytes32 claimed;
    if (!wh_json_opt(t->j, "hash", &j)) return WH_OK;
    WH_TRY(wh_json_bytes32(&j, &claimed, t->err));
    const bytes32 hash = parts_hash(t->p, raw);
    if (bytes32_eq(&hash, &claimed)) return WH_OK;
    return wh_json_fail(&j, t->err, "the fields hash to %s", wh_hex32(&hash).s);
}

static wh_status write_tx(struct tx_writer *t, enum tx_type type, wh_span *raw)
{
    const uint8_t byte = (uint8_t)type;
    wh_span out;
    const size_t mark = rlp_back_mark(&t->w);
    put_fields(t, type);
    WH_TRY(t->status);
    rlp_back_list(&t->w, mark);
    if (type != TX_LEGACY) rlp_back_raw(&t->w, wh_span_of(&byte, 1));
    const wh_status fits = rlp_back_done(&t->w, &out);
    WH_ASSERT(fits == WH_OK);
    WH_TRY(parts_copy(t->p, out, raw, t->err));
    return check_hash(t, *raw);
}

wh_status read_tx_json(struct block_parts *p, const struct wh_json *j, wh_span *raw,
                       struct wh_error *err)
{
    uint64_t type = TX_LEGACY; /* nodes before Berlin name none */
    struct wh_json v;
    if (!json_is_object(j->v)) return wh_json_fail(j, err, "not an object");
    if (wh_json_opt(j, "type", &v)) WH_TRY(wh_json_u64(&v, &type, err));
    if (type > TX_SET_CODE) return wh_json_fail(j, err, "type %#llx is not known", (long long)type);
    /* Each RLP field is shorter than its member's text; lists add prefixes shorter than their braces. */
    const size_t cap = json_dumpb(j->v, NULL, 0, JSON_COMPACT) + 64;
    uint8_t *buf = malloc(cap);
    if (buf == NULL) return wh_fail(err, WH_ERR_NOMEM, "a transaction of %zu bytes", cap);
    struct tx_writer t = {.p = p, .j = j, .err = err, .status = WH_OK};
    rlp_back_init(&t.w, buf, cap);
    wh_status status = write_tx(&t, (enum tx_type)type, raw);
    free(buf);
    return status;
}
