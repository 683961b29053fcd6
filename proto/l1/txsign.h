/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_L1_TXSIGN_H
#define WH_PROTO_L1_TXSIGN_H

/* EIP-1559 transactions: encode and sign (EIP-2718 type 2, empty access list). */

#include "evm/base/u256.h"
#include "proto/l1/keys.h"

struct l1_tx_fields {
    uint64_t chain_id, nonce, gas_limit;
    u256 max_fee, tip, value; /* wei */
    bool creates;             /* no `to`: contract creation */
    address to;
    wh_span data; /* borrowed */
};

/* l1_tx_sign appends the raw transaction to *raw and gives its hash. */
WH_MUST wh_status l1_tx_sign(const struct l1_tx_fields *f, const struct l1_key *key,
                             struct wh_buf *raw, bytes32 *hash, struct wh_error *err);
/* l1_create_address: keccak(rlp([sender, nonce]))[12..]. */
address l1_create_address(const address *sender, uint64_t nonce);

#endif
