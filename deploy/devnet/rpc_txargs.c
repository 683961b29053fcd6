/* SPDX-License-Identifier: MIT */
/* Transaction objects as parameters. */
#include "deploy/devnet/rpc.h"
#include "evm/rlp/rlp.h"

enum { LIST_MAX = 4096 };

void tx_args_done(struct tx_args *a)
{
    wh_buf_done(&a->data);
    wh_buf_done(&a->access_list);
    wh_buf_done(&a->blobs);
    wh_buf_done(&a->authorizations);
}

static bool read_list(struct rpc *c, const json_t *o, const char *name, const json_t **list)
{
    *list = json_object_get(o, name);
    if (json_is_null(*list)) *list = NULL;
    if (*list == NULL) return true;
    if (!json_is_array(*list) || json_array_size(*list) > LIST_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: want a list", name);
    return true;
}

static bool read_access(struct rpc *c, const json_t *entry, struct tx_args *a)
{
    address at;
    const json_t *keys;
    if (!value_address(c, json_object_get(entry, "address"), "accessList.address", &at) ||
        !read_list(c, entry, "storageKeys", &keys))
        return false;
    const size_t n = json_array_size(keys), payload = 21 + rlp_list_size(33 * n);
    uint8_t *p = wh_buf_grow(&a->access_list, rlp_list_size(payload));
    if (p == NULL) return rpc_trouble(c, WH_E_NOMEM);
    p = rlp_put_list(p, payload);
    p = rlp_put_string(p, wh_span_of(at.b, 20));
    p = rlp_put_list(p, 33 * n);
    for (size_t i = 0; i < n; i++) {
        bytes32 key;
        if (!value_b32(c, json_array_get(keys, i), "storageKeys", &key)) return false;
        p = rlp_put_string(p, wh_span_of(key.b, 32));
    }
    a->access_addresses++;
    a->access_slots += (uint32_t)n;
    return true;
}

static bool read_authorization(struct rpc *c, const json_t *entry, struct tx_args *a)
{
    u256 chain_id, r, s;
    uint64_t nonce, parity;
    address at;
    if (!value_u256(c, json_object_get(entry, "chainId"), "chainId", &chain_id) ||
        !value_address(c, json_object_get(entry, "address"), "address", &at) ||
        !value_u64(c, json_object_get(entry, "nonce"), "nonce", &nonce) ||
        !value_u64(c, json_object_get(entry, "yParity"), "yParity", &parity) ||
        !value_u256(c, json_object_get(entry, "r"), "r", &r) ||
        !value_u256(c, json_object_get(entry, "s"), "s", &s))
        return false;
    const size_t payload = rlp_u256_size(&chain_id) + 21 + rlp_u64_size(nonce) +
                           rlp_u64_size(parity) + rlp_u256_size(&r) + rlp_u256_size(&s);
    uint8_t *p = wh_buf_grow(&a->authorizations, rlp_list_size(payload));
    if (p == NULL) return rpc_trouble(c, WH_E_NOMEM);
    p = rlp_put_list(p, payload);
    p = rlp_put_u256(p, &chain_id);
    p = rlp_put_string(p, wh_span_of(at.b, 20));
    p = rlp_put_u64(p, nonce);
    p = rlp_put_u64(p, parity);
    p = rlp_put_u256(p, &r);
    (void)rlp_put_u256(p, &s);
    a->authorization_count++;
    return true;
}

static bool read_blob(struct rpc *c, const json_t *v, struct tx_args *a)
{
    bytes32 hash;
    if (!value_b32(c, v, "blobVersionedHashes", &hash)) return false;
    uint8_t *p = wh_buf_grow(&a->blobs, 33);
    if (p == NULL) return rpc_trouble(c, WH_E_NOMEM);
    (void)rlp_put_string(p, wh_span_of(hash.b, 32));
    a->blob_count++;
    return true;
}

static bool read_lists(struct rpc *c, const json_t *o, struct tx_args *a)
{
    const json_t *access, *blobs, *authorizations;
    if (!read_list(c, o, "accessList", &access) ||
        !read_list(c, o, "blobVersionedHashes", &blobs) ||
        !read_list(c, o, "authorizationList", &authorizations))
        return false;
    for (size_t i = 0; i < json_array_size(access); i++)
        if (!read_access(c, json_array_get(access, i), a)) return false;
    for (size_t i = 0; i < json_array_size(blobs); i++)
        if (!read_blob(c, json_array_get(blobs, i), a)) return false;
    for (size_t i = 0; i < json_array_size(authorizations); i++)
        if (!read_authorization(c, json_array_get(authorizations, i), a)) return false;
    return true;
}

/* The member, or NULL if it is absent or null. */
static const json_t *member(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_null(v) ? NULL : v;
}

static bool read_u256(struct rpc *c, const json_t *o, const char *name, u256 *out, bool *has)
{
    const json_t *v = member(o, name);
    if (has != NULL) *has = v != NULL;
    return v == NULL || value_u256(c, v, name, out);
}

static bool read_u64(struct rpc *c, const json_t *o, const char *name, uint64_t *out, bool *has)
{
    const json_t *v = member(o, name);
    *has = v != NULL;
    return v == NULL || value_u64(c, v, name, out);
}

static bool read_address(struct rpc *c, const json_t *o, const char *name, address *out, bool *has)
{
    const json_t *v = member(o, name);
    *has = v != NULL;
    return v == NULL || value_address(c, v, name, out);
}

bool arg_tx(struct rpc *c, size_t i, struct tx_args *a)
{
    const json_t *o = arg_at(c, i);
    *a = (struct tx_args){0};
    if (!json_is_object(o)) return rpc_fail(c, RPC_INVALID_PARAMS, "want a transaction object");
    uint64_t chain_id = c->node->config.chain_id;
    bool has_chain_id;
    if (!read_address(c, o, "from", &a->from, &a->has_from) ||
        !read_address(c, o, "to", &a->to, &a->has_to) ||
        !read_u64(c, o, "gas", &a->gas, &a->has_gas) ||
        !read_u64(c, o, "nonce", &a->nonce, &a->has_nonce) ||
        !read_u64(c, o, "chainId", &chain_id, &has_chain_id) ||
        !read_u256(c, o, "gasPrice", &a->price, &a->has_price) ||
        !read_u256(c, o, "maxFeePerGas", &a->max_fee, &a->has_max_fee) ||
        !read_u256(c, o, "maxPriorityFeePerGas", &a->tip, &a->has_tip) ||
        !read_u256(c, o, "maxFeePerBlobGas", &a->blob_fee, &a->has_blob_fee) ||
        !read_u256(c, o, "value", &a->value, NULL) || !read_lists(c, o, a))
        return false;
    if (chain_id != c->node->config.chain_id)
        return rpc_fail(c, RPC_SERVER, "chainId does not match node's");
    if (a->has_price && (a->has_max_fee || a->has_tip))
        return rpc_fail(c, RPC_SERVER,
                        "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified");
    const json_t *data = member(o, "data"), *input = member(o, "input");
    if (data != NULL && input != NULL &&
        !json_equal((json_t *)(uintptr_t)data, (json_t *)(uintptr_t)input))
        return rpc_fail(c, RPC_SERVER, "both \"data\" and \"input\" are set and not equal");
    if (input == NULL) input = data;
    return input == NULL || value_data(c, input, "input", &a->data);
}
