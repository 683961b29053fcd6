/* SPDX-License-Identifier: MIT */
#include "game/core/inbox.h"

#include "game/core/tree.h"

void inbox_item_hash(const struct evm_crypto *crypto, uint8_t kind, wh_span item, uint8_t *scratch,
                     bytes32 *out)
{
    scratch[0] = kind;
    if (item.len != 0) memcpy(scratch + 1, item.ptr, item.len);
    tree_keccak(crypto, scratch, item.len + 1, out);
}

void inbox_rest(const struct evm_crypto *crypto, const bytes32 *h, const bytes32 *next,
                bytes32 *out)
{
    uint8_t buf[64];
    memcpy(buf, h->b, 32);
    memcpy(buf + 32, next->b, 32);
    tree_keccak(crypto, buf, sizeof buf, out);
}

void inbox_rest_chain(const struct evm_crypto *crypto, const bytes32 *h, size_t n, bytes32 *rest)
{
    memset(rest[n].b, 0, 32);
    for (size_t i = n; i-- > 0;)
        inbox_rest(crypto, &h[i], &rest[i + 1], &rest[i]);
}

void inbox_block_input_encode(const struct inbox_block_input *in,
                              uint8_t out[INBOX_BLOCK_INPUT_SIZE])
{
    memset(out, 0, INBOX_BLOCK_INPUT_SIZE); /* kind 0, data_hash 0, reserved bytes */
    store_be32(out + 4, in->items_count);
    store_be64(out + 8, in->l1_number);
    store_be64(out + 16, in->timestamp);
    store_be64(out + 24, in->gas_limit);
    memcpy(out + 32, in->l1_hash.b, 32);
    memcpy(out + 64, in->prev_randao.b, 32);
    memcpy(out + 96, in->anchor.b, 32);
    memcpy(out + 128, in->items_head.b, 32);
    memcpy(out + 160, in->wds_hash.b, 32);
    memcpy(out + 224, in->coinbase.b, 20);
}

void inbox_eth_input_encode(const struct inbox_eth_input *in, uint8_t out[INBOX_ETH_INPUT_SIZE])
{
    memcpy(out, in->block_hash.b, 32);
    memcpy(out + 32, in->items_head.b, 32);
    store_be32(out + 64, in->items_count);
    memcpy(out + 68, in->wds_hash.b, 32);
    memcpy(out + 100, in->ommers_hash.b, 32);
}

void inbox_acc(const struct evm_crypto *crypto, const bytes32 *acc, const bytes32 *input_hash,
               bytes32 *out)
{
    uint8_t buf[65];
    buf[0] = 0x12;
    memcpy(buf + 1, acc->b, 32);
    memcpy(buf + 33, input_hash->b, 32);
    tree_keccak(crypto, buf, sizeof buf, out);
}
