/* SPDX-License-Identifier: MIT */
#include "game/core/node.h"

static void ctx_bytes(const struct wh_node *v, uint8_t buf[96])
{
    memcpy(buf, v->gid.b, 32);
    memcpy(buf + 32, v->base.b, 32);
    /* u256(pos << 8 | h), by stores of the width that a hash loads */
    memset(buf + 64, 0, 16);
    store_be64(buf + 80, v->pos >> 56);
    store_be64(buf + 88, v->pos << 8 | v->h);
}

void node_ctx(const struct evm_crypto *crypto, const struct wh_node *v, bytes32 *ctx)
{
    uint8_t buf[96];
    ctx_bytes(v, buf);
    tree_keccak(crypto, buf, sizeof buf, ctx);
}

void node_id_of(const struct evm_crypto *crypto, const bytes32 *ctx, const bytes32 *span,
                bytes32 *id)
{
    uint8_t buf[64];
    memcpy(buf, ctx->b, 32);
    memcpy(buf + 32, span->b, 32);
    tree_keccak(crypto, buf, sizeof buf, id);
}

void node_id(const struct evm_crypto *crypto, const struct wh_node *v, bytes32 *id)
{
    bytes32 ctx;
    node_ctx(crypto, v, &ctx);
    node_id_of(crypto, &ctx, &v->span, id);
}

void node_children(const struct evm_crypto *crypto, const struct wh_node *v, const bytes32 *spans,
                   unsigned a, struct wh_node *out)
{
    WH_ASSERT(a >= 1 && a <= 4 && v->h >= a);
    uint8_t h = (uint8_t)(v->h - a);
    unsigned arity = 1u << a;
    for (unsigned j = 0; j < arity; j++) {
        out[j].gid = v->gid;
        out[j].pos = v->pos + ((uint64_t)j << h);
        out[j].h = h;
        out[j].span = spans[j];
        if (j == 0)
            out[j].base = v->base;
        else
            tree_base_step(crypto, &out[j - 1].base, &spans[j - 1], &out[j].base);
    }
}

void node_keys(const struct evm_crypto *crypto, const struct wh_node *v, size_t n, bytes32 *ctx,
               bytes32 *id)
{
    uint8_t buf[TREE_ARITY_MAX][96];
    wh_span in[TREE_ARITY_MAX];
    WH_ASSERT(n >= 1 && n <= TREE_ARITY_MAX);
    for (size_t i = 0; i < n; i++) {
        ctx_bytes(&v[i], buf[i]);
        in[i] = wh_span_of(buf[i], 96);
    }
    tree_keccak_many(crypto, n, in, ctx);
    for (size_t i = 0; i < n; i++) {
        memcpy(buf[i], ctx[i].b, 32);
        memcpy(buf[i] + 32, v[i].span.b, 32);
        in[i].len = 64;
    }
    tree_keccak_many(crypto, n, in, id);
}

void node_aid(const struct evm_crypto *crypto, const bytes32 *parent, const bytes32 *cfg_hash,
              uint64_t input_end, const bytes32 *acc, const bytes32 *last_leaf, const bytes32 *span,
              bytes32 *aid)
{
    uint8_t buf[169];
    buf[0] = 0x10;
    memcpy(buf + 1, parent->b, 32);
    memcpy(buf + 33, cfg_hash->b, 32);
    store_be64(buf + 65, input_end);
    memcpy(buf + 73, acc->b, 32);
    memcpy(buf + 105, last_leaf->b, 32);
    memcpy(buf + 137, span->b, 32);
    tree_keccak(crypto, buf, sizeof buf, aid);
}
