/* SPDX-License-Identifier: MIT */
#include "evm/segment/input.h"

static bytes32 load_bytes32(const uint8_t *p)
{
    bytes32 v;
    memcpy(v.b, p, 32);
    return v;
}

static bool zero(const uint8_t *p, size_t n)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum |= p[i];
    return sum == 0;
}

wh_status block_input_decode(wh_span bytes, struct block_input *out)
{
    const uint8_t *p = bytes.ptr;
    if (bytes.len != BLOCK_INPUT_SIZE) return WH_E_FORMAT;
    /* kind 0 and its padding, data_hash, the tail: kinds of later versions are refused. */
    if (!zero(p, 4) || !zero(p + 192, 32) || !zero(p + 244, 12)) return WH_E_FORMAT;
    *out = (struct block_input){.items_count = load_be32(p + 4),
                                .l1_number = load_be64(p + 8),
                                .timestamp = load_be64(p + 16),
                                .gas_limit = load_be64(p + 24),
                                .l1_hash = load_bytes32(p + 32),
                                .prev_randao = load_bytes32(p + 64),
                                .anchor = load_bytes32(p + 96),
                                .items_head = load_bytes32(p + 128),
                                .wds_hash = load_bytes32(p + 160)};
    memcpy(out->coinbase.b, p + 224, 20);
    return WH_OK;
}

void block_input_encode(const struct block_input *in, uint8_t out[BLOCK_INPUT_SIZE])
{
    memset(out, 0, BLOCK_INPUT_SIZE);
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

wh_status eth_input_decode(wh_span bytes, struct eth_input *out)
{
    const uint8_t *p = bytes.ptr;
    if (bytes.len != ETH_INPUT_SIZE) return WH_E_FORMAT;
    *out = (struct eth_input){.block_hash = load_bytes32(p),
                              .items_head = load_bytes32(p + 32),
                              .items_count = load_be32(p + 64),
                              .wds_hash = load_bytes32(p + 68),
                              .ommers_hash = load_bytes32(p + 100)};
    return WH_OK;
}

void eth_input_encode(const struct eth_input *in, uint8_t out[ETH_INPUT_SIZE])
{
    memcpy(out, in->block_hash.b, 32);
    memcpy(out + 32, in->items_head.b, 32);
    store_be32(out + 64, in->items_count);
    memcpy(out + 68, in->wds_hash.b, 32);
    memcpy(out + 100, in->ommers_hash.b, 32);
}

void item_hash(const struct evm_crypto *crypto, uint8_t kind, wh_span bytes, uint8_t *scratch,
               bytes32 *out)
{
    scratch[0] = kind;
    if (bytes.len > 0) memcpy(scratch + 1, bytes.ptr, bytes.len);
    crypto->keccak256(crypto->ctx, scratch, 1 + bytes.len, out);
}

void items_chain(const struct evm_crypto *crypto, const bytes32 *h, size_t n, bytes32 *chain)
{
    memset(chain[n].b, 0, 32);
    for (size_t i = n; i-- > 0;) {
        uint8_t buf[64];
        memcpy(buf, h[i].b, 32);
        memcpy(buf + 32, chain[i + 1].b, 32);
        crypto->keccak256(crypto->ctx, buf, sizeof buf, &chain[i]);
    }
}
