/* SPDX-License-Identifier: MIT */
/* The small files of BasicTests and KeyStoreTests: keys, addresses, signatures, key stores, proofs of work. */
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/native/sign.h"
#include "evm/rlp/rlp.h"
#include "evm/tx/tx.h"
#include "proto/l1/keys.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/rlp_text.h"
#include "tests/vectors/runner/value.h"

static bool fixed(const json_t *v, uint8_t *out, size_t len)
{
    struct wh_buf b = {0};
    bool ok = value_bytes(v, &b) && b.len == len;
    if (ok) memcpy(out, b.ptr, len);
    wh_buf_done(&b);
    return ok;
}

/* ---- keyaddrtest: seed, key, address. Its signatures are of a hash that it does not state. ---- */

static void key_case(struct runner *r, const json_t *test)
{
    bytes32 key, made;
    address want, got;
    const char *seed = json_string_value(json_object_get(test, "seed"));
    if (seed == NULL || !fixed(json_object_get(test, "key"), key.b, 32) ||
        !fixed(json_object_get(test, "addr"), want.b, 20)) {
        case_differs(r, "test", "understood", "not");
        return;
    }
    keccak256((const uint8_t *)seed, strlen(seed), &made);
    case_hash(r, "key of the seed", &key, &made);
    if (wh_key_address(key.b, &got) != WH_OK) memset(got.b, 0, 20);
    case_bytes(r, "address", wh_span_of(want.b, 20), wh_span_of(got.b, 20));
}

bool kind_keyaddr_is(const struct member *m, const json_t *file)
{
    (void)m;
    return json_object_get(json_array_get(file, 0), "sig_of_emptystring") != NULL;
}

void kind_keyaddr_run(struct runner *r, json_t *file)
{
    size_t i;
    json_t *test;
    json_array_foreach(file, i, test)
    {
        const char *seed = json_string_value(json_object_get(test, "seed"));
        if (!case_begin(r, seed != NULL ? seed : "key", NO_FORK)) continue;
        key_case(r, test);
        case_end(r);
    }
}

/* ---- txtest: a key, fields, the bytes with and without signature ---- */

static bool unsigned_fields(const json_t *t, struct wh_buf *out)
{
    struct wh_buf to = {0}, data = {0};
    const wh_span none = {NULL, 0};
    bool ok = value_bytes(json_object_get(t, "to"), &to) &&
              value_bytes(json_object_get(t, "data"), &data) &&
              rlp_text_number(out, json_object_get(t, "nonce")) &&
              rlp_text_number(out, json_object_get(t, "gasprice")) &&
              rlp_text_number(out, json_object_get(t, "startgas"));
    if (ok) rlp_text_string(out, wh_buf_span(&to));
    ok = ok && rlp_text_number(out, json_object_get(t, "value"));
    if (ok) rlp_text_string(out, wh_buf_span(&data));
    for (int i = 0; ok && i < 3; i++)
        rlp_text_string(out, none);
    wh_buf_done(&to);
    wh_buf_done(&data);
    return ok;
}

static void signed_check(struct runner *r, wh_span raw, const uint8_t key[32])
{
    struct tx tx;
    address want, got;
    if (tx_decode(r->crypto, raw, &tx) != WH_OK)
        case_differs(r, "signed bytes", "decoded", "refused");
    else if (wh_key_address(key, &want) != WH_OK || tx_sender(r->crypto, &tx, false, &got) != WH_OK)
        case_differs(r, "sender", "recovered", "none");
    else
        case_bytes(r, "sender", wh_span_of(want.b, 20), wh_span_of(got.b, 20));
}

static void signing_case(struct runner *r, const json_t *test)
{
    struct wh_buf fields = {0}, list = {0}, want = {0}, raw = {0};
    uint8_t key[32];
    if (fixed(json_object_get(test, "key"), key, 32) && unsigned_fields(test, &fields) &&
        value_bytes(json_object_get(test, "unsigned"), &want) &&
        value_bytes(json_object_get(test, "signed"), &raw)) {
        rlp_text_list(&list, wh_buf_span(&fields));
        case_bytes(r, "bytes without signature", wh_buf_span(&want), wh_buf_span(&list));
        signed_check(r, wh_buf_span(&raw), key);
    } else {
        case_differs(r, "test", "understood", "not");
    }
    wh_buf_done(&fields);
    wh_buf_done(&list);
    wh_buf_done(&want);
    wh_buf_done(&raw);
}

bool kind_signing_is(const struct member *m, const json_t *file)
{
    (void)m;
    return json_object_get(json_array_get(file, 0), "unsigned") != NULL;
}

void kind_signing_run(struct runner *r, json_t *file)
{
    size_t i;
    json_t *test;
    char name[48];
    json_array_foreach(file, i, test)
    {
        snprintf(name, sizeof name, "transaction #%zu", i);
        if (!case_begin(r, name, NO_FORK)) continue;
        signing_case(r, test);
        case_end(r);
    }
}

/* ---- key stores ---- */

static void keystore_case(struct runner *r, const json_t *test)
{
    struct l1_key key;
    struct wh_error err = {0};
    uint8_t want[32];
    const char *password = json_string_value(json_object_get(test, "password"));
    char *text = json_dumps(json_object_get(test, "json"), JSON_COMPACT);
    if (text == NULL || password == NULL || !fixed(json_object_get(test, "priv"), want, 32)) {
        case_differs(r, "test", "understood", "not");
    } else if (l1_key_store_open(wh_span_of(text, strlen(text)),
                                 wh_span_of(password, strlen(password)), &key, &err) != WH_OK) {
        case_differs(r, "key store", "opened", err.what);
    } else {
        case_bytes(r, "key", wh_span_of(want, 32), wh_span_of(key.secret, 32));
    }
    free(text);
}

bool kind_keystore_is(const struct member *m, const json_t *file)
{
    (void)m;
    return json_object_get(kind_first(file), "password") != NULL;
}

void kind_keystore_run(struct runner *r, json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach(file, name, test)
    {
        if (!case_begin(r, name, NO_FORK)) continue;
        keystore_case(r, test);
        case_end(r);
    }
}

/* ---- proofs of work: taken as claimed everywhere (PROTOCOL 4.1) ---- */

bool kind_ethash_is(const struct member *m, const json_t *file)
{
    (void)m;
    return json_object_get(kind_first(file), "cache_size") != NULL;
}

void kind_ethash_run(struct runner *r, json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach(file, name, test)
    {
        if (!case_begin(r, name, NO_FORK)) continue;
        case_differs(r, "proof of work", "judged", "not judged");
        case_end(r);
    }
}
