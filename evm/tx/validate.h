/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_TX_VALIDATE_H
#define WH_EVM_TX_VALIDATE_H

/* Checks c1..c11 of an item (PROTOCOL 4.3), in that order: the order fixes which witness a refused
 * item needs. The steps, the devnet's pool and the state tests share them. Nothing here reads
 * state: the caller loads the sender's account (c10) and code (c11) when asked to. */

#include "evm/base/bytes.h"
#include "evm/base/fork.h"
#include "evm/base/status.h"
#include "evm/base/u256.h"
#include "evm/tx/tx.h"

/* Why an item is refused. A fact about the item; no reason ever enters a SegState. */
enum tx_reject {
    TX_ACCEPTED = 0,
#define R(id, text) TX_##id,
#include "evm/tx/rejects.def"
#undef R
};

/* What a check needs to know about chain and block. */
struct tx_rules {
    enum evm_fork fork;
    bool rollup;
    uint64_t chain_id;
    uint64_t gas_limit, gas_used;           /* of the block; gas_used before this item */
    uint64_t blob_gas_limit, blob_gas_used; /* blob_max * 2^17; before this item */
    uint64_t body_size;                     /* `rollup`: before this item */
    uint64_t forced_gas_cap;                /* `rollup` */
    u256 base_fee, blob_base_fee;
};

/* tx_check_kind: c1. */
enum tx_reject tx_check_kind(const struct tx_rules *r, uint8_t item_kind);

/* tx_check_decode: c2. Fills *tx if the item is accepted so far. */
enum tx_reject tx_check_decode(const struct evm_crypto *crypto, const struct tx_rules *r,
                               wh_span bytes, struct tx *tx);

/* tx_check_static: c3..c8 over a decoded transaction. kind: item kind (c6). */
enum tx_reject tx_check_static(const struct tx_rules *r, const struct tx *tx, uint8_t item_kind);

/* tx_check_signature: c9. Negative: trouble of the library. */
WH_MUST wh_status tx_check_signature(const struct evm_crypto *crypto, const struct tx_rules *r,
                                     const struct tx *tx, address *sender, enum tx_reject *reject);

/* tx_check_account: c10, over the sender's account (absent: both zero). */
enum tx_reject tx_check_account(const struct tx *tx, uint64_t nonce, const u256 *balance);

/* tx_check_code_hash: first half of c11. Returns true if the question is open and the sender's
 * code must be loaded for tx_check_code; else *reject is the answer. */
bool tx_check_code_hash(const struct tx_rules *r, bool empty_code, enum tx_reject *reject);
enum tx_reject tx_check_code(wh_span code);

/* tx_element_size: bytes of the transaction in the block's list (PROTOCOL 4.3, body_size). */
uint64_t tx_element_size(const struct tx *tx);

/* tx_effective_price: wei per gas paid by the sender, and what of it goes to the coinbase
 * (EIP-1559). max_fee >= base_fee was checked (c8). */
void tx_effective_price(const struct tx *tx, const u256 *base_fee, u256 *price, u256 *priority);

/* tx_blob_gas: 2^17 per blob. */
uint64_t tx_blob_gas(const struct tx *tx);

const char *tx_reject_text(enum tx_reject r);

#endif
