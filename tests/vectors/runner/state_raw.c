/* SPDX-License-Identifier: MIT */
/* The bytes of a state test's transaction. Old fills give fields and a secret key: then it is signed here.
 * A value beyond its width stays what it is: such a transaction cannot be decoded, and is refused. */
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/native/sign.h"
#include "tests/vectors/runner/rlp_text.h"
#include "tests/vectors/runner/state_case.h"
#include "tests/vectors/runner/value.h"

static const json_t *indexed(const struct state_case *c, const char *list, const char *index)
{
    const json_t *t = json_object_get(c->test, "transaction");
    const json_t *i = json_object_get(json_object_get(c->post, "indexes"), index);
    return json_array_get(json_object_get(t, list), (size_t)json_integer_value(i));
}

/* nonce, price, gas, to, value, data. */
static bool put_fields(const struct state_case *c, struct wh_buf *out)
{
    const json_t *t = json_object_get(c->test, "transaction");
    const json_t *to = json_object_get(t, "to");
    struct wh_buf data = {0}, at = {0};
    bool ok = value_bytes(indexed(c, "data", "data"), &data) &&
              (json_string_length(to) == 0 || value_bytes(to, &at)) &&
              rlp_text_number(out, json_object_get(t, "nonce")) &&
              rlp_text_number(out, json_object_get(t, "gasPrice")) &&
              rlp_text_number(out, indexed(c, "gasLimit", "gas"));
    if (ok) rlp_text_string(out, wh_buf_span(&at));
    ok = ok && rlp_text_number(out, indexed(c, "value", "value"));
    if (ok) rlp_text_string(out, wh_buf_span(&data));
    wh_buf_done(&data);
    wh_buf_done(&at);
    return ok && wh_buf_ok(out);
}

static bool sign(const struct state_case *c, const struct wh_buf *fields, uint8_t v[1],
                 uint8_t r[32], uint8_t s[32])
{
    bytes32 key, hash;
    unsigned parity;
    struct wh_buf list = {0};
    const json_t *t = json_object_get(c->test, "transaction");
    if (!value_b32(json_object_get(t, "secretKey"), &key)) return false;
    rlp_text_list(&list, wh_buf_span(fields));
    keccak256(list.ptr, list.len, &hash);
    wh_buf_done(&list);
    if (wh_sign(key.b, &hash, r, s, &parity) != WH_OK) return false;
    v[0] = (uint8_t)(27 + parity);
    return true;
}

static wh_span without_zeros(const uint8_t b[32])
{
    size_t i = 0;
    while (i < 32 && b[i] == 0)
        i++;
    return wh_span_of(b + i, 32 - i);
}

static bool legacy_raw(struct state_case *c)
{
    struct wh_buf fields = {0};
    uint8_t v[1], r[32], s[32];
    bool ok = put_fields(c, &fields) && sign(c, &fields, v, r, s);
    if (ok) {
        rlp_text_string(&fields, wh_span_of(v, 1));
        rlp_text_string(&fields, without_zeros(r));
        rlp_text_string(&fields, without_zeros(s));
        rlp_text_list(&c->raw, wh_buf_span(&fields));
    }
    wh_buf_done(&fields);
    return ok && wh_buf_ok(&c->raw);
}

bool state_case_raw(struct state_case *c)
{
    const json_t *bytes = json_object_get(c->post, "txbytes");
    return bytes != NULL ? value_bytes(bytes, &c->raw) : legacy_raw(c);
}
