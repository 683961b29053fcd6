/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_INPUT_H
#define WH_EVM_SEGMENT_INPUT_H

/* Inputs and items as the Inbox commits to them (PROTOCOL 1, 3). */

#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/status.h"

#define BLOCK_INPUT_SIZE 256
#define ETH_INPUT_SIZE   132

enum item_kind { ITEM_NULL = 0, ITEM_POSTED = 1, ITEM_FORCED = 2 };

struct block_input { /* rule set `rollup` */
    uint32_t items_count;
    uint64_t l1_number, timestamp, gas_limit;
    bytes32 l1_hash, prev_randao, anchor, items_head, wds_hash;
    address coinbase;
};

struct eth_input { /* rule set `ethereum` */
    bytes32 block_hash, items_head;
    uint32_t items_count;
    bytes32 wds_hash; /* keccak of the RLP list, 0 before Shanghai */
    bytes32 ommers_hash;
};

/* Decoders: WH_E_FORMAT on a wrong length, kind, data hash or reserved byte (the Inbox writes
 * none). */
WH_MUST wh_status block_input_decode(wh_span bytes, struct block_input *out);
WH_MUST wh_status eth_input_decode(wh_span bytes, struct eth_input *out);
void block_input_encode(const struct block_input *in, uint8_t out[BLOCK_INPUT_SIZE]);
void eth_input_encode(const struct eth_input *in, uint8_t out[ETH_INPUT_SIZE]);

/* item_hash is h = keccak(kind || bytes). scratch: at least 1 + bytes.len bytes; receives the item
 * as a preimage. */
void item_hash(const struct evm_crypto *crypto, uint8_t kind, wh_span bytes, uint8_t *scratch,
               bytes32 *out);

/* items_chain writes C_0..C_n for the item hashes h[0..n-1]: chain has n + 1 places. C_0 is
 * items_head; the preimage of C_i is h[i] || chain[i+1]. */
void items_chain(const struct evm_crypto *crypto, const bytes32 *h, size_t n, bytes32 *chain);

#endif
