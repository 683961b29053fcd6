/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "deploy/devnet/rpc.h"
#include "proto/sys/hex.h"

size_t arg_count(const struct rpc *c)
{
    size_t n = json_array_size(c->params);
    while (n > 0 && json_is_null(json_array_get(c->params, n - 1)))
        n--;
    return n;
}

const json_t *arg_at(const struct rpc *c, size_t i)
{
    const json_t *v = json_array_get(c->params, i);
    return json_is_null(v) ? NULL : v;
}

static bool bad(struct rpc *c, const char *name, const char *why)
{
    return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: %s", name, why);
}

bool value_address(struct rpc *c, const json_t *v, const char *name, address *out)
{
    if (!json_is_string(v) || !wh_hex_parse(json_string_value(v), out->b, 20))
        return bad(c, name, "want an address, 0x and 40 hex digits");
    return true;
}

bool value_b32(struct rpc *c, const json_t *v, const char *name, bytes32 *out)
{
    if (!json_is_string(v) || !wh_hex_parse(json_string_value(v), out->b, 32))
        return bad(c, name, "want a hash, 0x and 64 hex digits");
    return true;
}

/* Leading zeros are let pass, as clients of development nodes send them. */
static bool read_number(const json_t *v, u256 *out)
{
    if (json_is_integer(v) && json_integer_value(v) >= 0) {
        *out = u256_from_u64((uint64_t)json_integer_value(v));
        return true;
    }
    if (!json_is_string(v)) return false;
    const char *s = json_string_value(v);
    if (strncmp(s, "0x", 2) != 0) return wh_dec_parse(s, strlen(s), out);
    size_t digits = strlen(s + 2);
    if (digits == 0 || digits > 64) return false;
    char text[67];
    while (digits > 1 && s[2] == '0')
        s++, digits--;
    snprintf(text, sizeof text, "0x%.*s", (int)digits, s + 2);
    return wh_quantity_parse(text, out);
}

bool value_u256(struct rpc *c, const json_t *v, const char *name, u256 *out)
{
    return read_number(v, out) ? true : bad(c, name, "want a quantity, as 0x1f");
}

bool value_u64(struct rpc *c, const json_t *v, const char *name, uint64_t *out)
{
    u256 wide;
    if (!value_u256(c, v, name, &wide)) return false;
    if (!u256_fits_u64(&wide)) return bad(c, name, "more than 64 bits");
    *out = wide.w[0];
    return true;
}

bool value_data(struct rpc *c, const json_t *v, const char *name, struct wh_buf *out)
{
    const char *s = json_is_string(v) ? json_string_value(v) : "";
    const size_t digits = strlen(s);
    if (strncmp(s, "0x", 2) != 0 || digits % 2 != 0) return bad(c, name, "want data, as 0x1f00");
    const size_t len = (digits - 2) / 2;
    uint8_t *at = wh_buf_grow(out, len);
    if (at == NULL && len > 0) return rpc_trouble(c, WH_E_NOMEM);
    if (len > 0 && !wh_hex_decode(s + 2, digits - 2, at, len))
        return bad(c, name, "not hex digits");
    return true;
}

static const char *name_of(size_t i)
{
    static const char *const names[] = {"0", "1", "2", "3"};
    return i < 4 ? names[i] : "?";
}

static bool need(struct rpc *c, size_t i, const json_t **v)
{
    *v = arg_at(c, i);
    if (*v == NULL)
        return rpc_fail(c, RPC_INVALID_PARAMS, "missing value for required argument %zu", i);
    return true;
}

bool arg_address(struct rpc *c, size_t i, address *out)
{
    const json_t *v;
    return need(c, i, &v) && value_address(c, v, name_of(i), out);
}

bool arg_b32(struct rpc *c, size_t i, bytes32 *out)
{
    const json_t *v;
    return need(c, i, &v) && value_b32(c, v, name_of(i), out);
}

bool arg_u64(struct rpc *c, size_t i, uint64_t *out)
{
    const json_t *v;
    return need(c, i, &v) && value_u64(c, v, name_of(i), out);
}

bool arg_data(struct rpc *c, size_t i, struct wh_buf *out)
{
    const json_t *v;
    return need(c, i, &v) && value_data(c, v, name_of(i), out);
}

bool arg_bool(struct rpc *c, size_t i, bool *out)
{
    const json_t *v = arg_at(c, i);
    if (v == NULL) return true;
    if (!json_is_boolean(v)) return bad(c, name_of(i), "want true or false");
    *out = json_is_true(v);
    return true;
}

bool arg_slot(struct rpc *c, size_t i, u256 *out)
{
    const json_t *v;
    if (!need(c, i, &v)) return false;
    return read_number(v, out) ? true : bad(c, name_of(i), "want a storage key, up to 32 bytes");
}

static struct block *behind_head(const struct node *n, uint64_t blocks)
{
    const uint64_t head = n->count - 1;
    return n->canon[head > blocks ? head - blocks : 0];
}

static bool block_of_tag(struct rpc *c, const char *tag, struct block **out, bool *pending)
{
    const struct node *n = c->node;
    if (strcmp(tag, "latest") == 0)
        *out = node_head(n);
    else if (strcmp(tag, "pending") == 0) {
        *out = node_head(n);
        *pending = true;
    } else if (strcmp(tag, "earliest") == 0)
        *out = n->canon[0];
    else if (strcmp(tag, "safe") == 0)
        *out = behind_head(n, n->config.finality);
    else if (strcmp(tag, "finalized") == 0)
        *out = behind_head(n, 2 * n->config.finality);
    else
        return false;
    return true;
}

static bool block_of_hash(struct rpc *c, const json_t *v, bool canonical, struct block **out)
{
    bytes32 hash;
    if (!value_b32(c, v, "blockHash", &hash)) return false;
    *out = chain_by_hash(c->node, &hash);
    if (*out != NULL && canonical && !chain_is_canonical(c->node, *out))
        return rpc_fail(c, RPC_SERVER, "hash %s is not currently canonical", wh_hex32(&hash).s);
    return true;
}

bool value_block(struct rpc *c, const json_t *v, struct block **out, bool *pending)
{
    bool ignored;
    if (pending == NULL) pending = &ignored;
    *pending = false;
    *out = NULL;
    if (v == NULL || json_is_null(v)) {
        *out = node_head(c->node);
        return true;
    }
    if (json_is_object(v)) {
        const json_t *hash = json_object_get(v, "blockHash");
        const json_t *number = json_object_get(v, "blockNumber");
        if (hash != NULL && number != NULL)
            return bad(c, "block", "cannot specify both blockHash and blockNumber");
        if (hash != NULL)
            return block_of_hash(c, hash, json_is_true(json_object_get(v, "requireCanonical")),
                                 out);
        v = number;
        if (v == NULL) return bad(c, "block", "want blockHash or blockNumber");
    }
    if (json_is_string(v)) {
        const char *s = json_string_value(v);
        if (block_of_tag(c, s, out, pending)) return true;
        if (strlen(s) == 66) return block_of_hash(c, v, false, out);
    }
    uint64_t number;
    if (!value_u64(c, v, "block", &number)) return false;
    *out = chain_by_number(c->node, number);
    return true;
}

bool arg_block_opt(struct rpc *c, size_t i, struct block **out, bool *pending)
{
    return value_block(c, arg_at(c, i), out, pending);
}

bool arg_block(struct rpc *c, size_t i, struct block **out, bool *pending)
{
    if (!arg_block_opt(c, i, out, pending)) return false;
    return *out != NULL ? true : rpc_fail(c, RPC_SERVER, "header not found");
}
