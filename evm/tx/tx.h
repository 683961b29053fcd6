/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_TX_TX_H
#define WH_EVM_TX_TX_H

/* Transactions: the five types of EIP-2718 (legacy, 2930, 1559, 4844, 7702), decoded strictly.
 * Every span borrows from the raw bytes. */

#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/status.h"
#include "evm/base/u256.h"

enum tx_type {
    TX_LEGACY = 0,
    TX_ACCESS_LIST = 1, /* EIP-2930 */
    TX_FEE_MARKET = 2,  /* EIP-1559 */
    TX_BLOB = 3,        /* EIP-4844 */
    TX_SET_CODE = 4,    /* EIP-7702 */
};

struct tx {
    wh_span raw; /* EIP-2718 bytes: legacy = RLP list, else type || RLP list */
    enum tx_type type;
    bool has_chain_id; /* legacy before EIP-155: false */
    bool bad_v;        /* legacy: v is neither 27, 28 nor 35, 36 + 2 * a 64-bit id; c3 refuses it */
    bool has_to;       /* false: contract creation */
    uint8_t parity;    /* y parity, 0 or 1 */
    uint64_t chain_id;
    uint64_t nonce;
    uint64_t gas;
    u256 max_fee;      /* legacy, 2930: gas price */
    u256 max_priority; /* legacy, 2930: gas price */
    u256 value;
    u256 max_blob_fee;
    address to;
    wh_span data;
    wh_span access_list;    /* payload of the RLP list, checked; items [20 B, [32 B ...]] */
    wh_span blob_hashes;    /* payload of the RLP list, checked; items 32 B */
    wh_span authorizations; /* payload of the RLP list, checked; items of EIP-7702 */
    uint32_t access_addresses, access_slots, blob_count, authorization_count;
    u256 r, s;
    bytes32 signing_hash;
};

/* tx_decode reads EIP-2718 bytes (c2, PROTOCOL 4.3): canonical RLP, exact end, field counts and widths.
 * Types that a fork or rule set lacks, and what v says (c3), are tx_check_*'s matter: an item that fails
 * c3 is still priced by its gas (PROTOCOL 6).
 * WH_E_FORMAT: not a transaction. */
WH_MUST wh_status tx_decode(const struct evm_crypto *crypto, wh_span raw, struct tx *out);

/* tx_sender recovers the sender (c9). WH_E_MISMATCH: no valid signature; low_s as Homestead
 * demands. Negative: trouble of the library. */
WH_MUST wh_status tx_sender(const struct evm_crypto *crypto, const struct tx *tx, bool low_s,
                            address *out);

#endif
