/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_HEADER_H
#define WH_EVM_SEGMENT_HEADER_H

/* Block headers: strict reading and canonical writing (PROTOCOL 4.6; Yellow Paper 4.4; EIP-1559,
 * 4895, 4844, 4788, 7685). */

#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/fork.h"
#include "evm/base/status.h"
#include "evm/base/u256.h"

#define HEADER_MAX 1024 /* bytes; the largest header has fewer than 800 */

struct block_header {
    unsigned fields; /* 15, 16 London, 17 Shanghai, 20 Cancun, 21 Prague */
    bytes32 parent_hash, ommers_hash;
    address coinbase;
    bytes32 state_root, txs_root, receipts_root;
    uint8_t bloom[256];
    u256 difficulty;
    uint64_t number, gas_limit, gas_used, timestamp;
    uint8_t extra_len; /* <= 32 */
    uint8_t extra[32];
    bytes32 mix_hash; /* PREVRANDAO from Paris on */
    uint64_t nonce;
    u256 base_fee;
    bytes32 withdrawals_root;
    uint64_t blob_gas_used, excess_blob_gas;
    bytes32 beacon_root, requests_hash;
};

/* header_decode: canonical RLP, exact end, the widths of PROTOCOL 4.6, one of the five field counts.
 * Fields that the header lacks are zero. WH_E_FORMAT else. */
WH_MUST wh_status header_decode(wh_span rlp, struct block_header *out);

/* header_encode writes h->fields fields and returns the length. */
size_t header_encode(const struct block_header *h, uint8_t out[HEADER_MAX]);

/* header_fields is the number of fields in a fork. */
unsigned header_fields(enum evm_fork fork);

#endif
