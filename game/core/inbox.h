/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_CORE_INBOX_H
#define WH_GAME_CORE_INBOX_H

/* What the Inbox hashes (PROTOCOL 1 and 3): items, their rest chain, inputs, acc, steps. */

#include "evm/base/bytes.h"
#include "evm/base/crypto.h"

enum inbox_item_kind { INBOX_ITEM_NULL = 0, INBOX_ITEM_POSTED = 1, INBOX_ITEM_FORCED = 2 };

#define INBOX_BLOCK_INPUT_SIZE 256u
#define INBOX_ETH_INPUT_SIZE   132u

struct inbox_block_input { /* BlockInput, `rollup` */
    uint32_t items_count;
    uint64_t l1_number, timestamp, gas_limit;
    bytes32 l1_hash, prev_randao, anchor, items_head, wds_hash;
    address coinbase;
};

struct inbox_eth_input { /* EthInput, `ethereum` */
    bytes32 block_hash, items_head;
    uint32_t items_count;
    bytes32 wds_hash; /* zero: no list, before Shanghai */
    bytes32 ommers_hash;
};

/* inbox_item_hash: h = keccak(kind || bytes). scratch holds len + 1 bytes. */
void inbox_item_hash(const struct evm_crypto *crypto, uint8_t kind, wh_span item, uint8_t *scratch,
                     bytes32 *out);
/* inbox_rest: C_i = keccak(h_i || C_(i+1)). In place over a list from its end. */
void inbox_rest(const struct evm_crypto *crypto, const bytes32 *h, const bytes32 *next,
                bytes32 *out);
/* inbox_rest_chain: rest[0..n] = C_0..C_n from h[0..n-1]; C_n = 0. */
void inbox_rest_chain(const struct evm_crypto *crypto, const bytes32 *h, size_t n, bytes32 *rest);

void inbox_block_input_encode(const struct inbox_block_input *in,
                              uint8_t out[INBOX_BLOCK_INPUT_SIZE]);
void inbox_eth_input_encode(const struct inbox_eth_input *in, uint8_t out[INBOX_ETH_INPUT_SIZE]);

/* inbox_acc: acc[i+1] = keccak(0x12 || acc[i] || inputHash). out may be acc. */
void inbox_acc(const struct evm_crypto *crypto, const bytes32 *acc, const bytes32 *input_hash,
               bytes32 *out);
/* inbox_steps: steps[i+1] = steps[i] + 2 + items_count. */
static inline uint64_t inbox_steps(uint64_t steps, uint32_t items_count)
{
    return steps + 2u + items_count;
}

#endif
