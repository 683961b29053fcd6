/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_RAWBLOCK_H
#define WH_PROTO_BLOCK_RAWBLOCK_H

/* A block as its RLP: [header, transactions, ommers] and from Shanghai on withdrawals. Read strictly, as
 * it travels between nodes: what stands in a list is found without being judged. */

#include "evm/base/bytes.h"
#include "evm/base/status.h"

/* Spans borrow from the bytes. */
struct raw_block {
    wh_span header; /* RLP list */
    size_t tx_count;
    wh_span txs;         /* items of the list; read with raw_block_tx */
    wh_span ommers;      /* RLP list */
    wh_span withdrawals; /* RLP list; len 0: the block has none (not: an empty list) */
};

/* raw_block_decode: WH_E_FORMAT if the outer shape is not a block's, or bytes are left, or an element of
 * the transactions is neither a list nor a string that begins with a type byte (EIP-2718). */
WH_MUST wh_status raw_block_decode(wh_span rlp, struct raw_block *out);

/* raw_block_tx takes the next transaction off txs: its EIP-2718 bytes. */
WH_MUST wh_status raw_block_tx(wh_span *txs, wh_span *tx);

#endif
