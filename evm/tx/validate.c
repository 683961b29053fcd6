/* SPDX-License-Identifier: MIT */
#include "evm/tx/validate.h"

#include "evm/rlp/rlp.h"
#include "evm/tx/intrinsic.h"

enum {
    ITEM_POSTED = 1,
    ITEM_FORCED = 2,
    BLOBS_PER_TX_OSAKA = 6,         /* EIP-7594 */
    GAS_PER_BLOB = 1 << 17,         /* EIP-4844 */
    BODY_SIZE_MAX_ROLLUP = 8380416, /* EIP-7934's 8 MiB less room for header and withdrawals */
    BLOB_HASH_VERSION = 0x01,
    DELEGATION_SIZE = 23, /* EIP-7702: 0xef0100 || address */
};

enum tx_reject tx_check_kind(const struct tx_rules *r, uint8_t item_kind)
{
    if (item_kind == ITEM_POSTED) return TX_ACCEPTED;
    return r->rollup && item_kind == ITEM_FORCED ? TX_ACCEPTED : TX_BAD_KIND;
}

static bool type_known(const struct tx_rules *r, enum tx_type type)
{
    switch (type) {
    case TX_LEGACY: return true;
    case TX_ACCESS_LIST: return r->fork >= FORK_BERLIN;
    case TX_FEE_MARKET: return r->fork >= FORK_LONDON;
    case TX_BLOB: return r->fork >= FORK_CANCUN && !r->rollup;
    case TX_SET_CODE: return r->fork >= FORK_PRAGUE;
    }
    return false;
}

enum tx_reject tx_check_decode(const struct evm_crypto *crypto, const struct tx_rules *r,
                               wh_span bytes, struct tx *tx)
{
    if (tx_decode(crypto, bytes, tx) != WH_OK) return TX_BAD_FORM;
    return type_known(r, tx->type) ? TX_ACCEPTED : TX_BAD_TYPE;
}

/* c3 */
static enum tx_reject check_chain_id(const struct tx_rules *r, const struct tx *tx)
{
    if (tx->bad_v) return TX_WRONG_CHAIN_ID;
    if (!tx->has_chain_id) return TX_ACCEPTED;
    if (tx->type == TX_LEGACY && r->fork < FORK_SPURIOUS) return TX_WRONG_CHAIN_ID;
    return tx->chain_id == r->chain_id ? TX_ACCEPTED : TX_WRONG_CHAIN_ID;
}

static enum tx_reject check_blobs(const struct tx_rules *r, const struct tx *tx)
{
    if (tx->blob_count == 0) return TX_ZERO_BLOBS;
    if (r->fork >= FORK_OSAKA && tx->blob_count > BLOBS_PER_TX_OSAKA) return TX_TOO_MANY_BLOBS;
    /* Each hash stands behind one prefix byte; tx_decode has checked that. */
    for (uint32_t i = 0; i < tx->blob_count; i++)
        if (tx->blob_hashes.ptr[33 * (size_t)i + 1] != BLOB_HASH_VERSION)
            return TX_BAD_BLOB_VERSION;
    return TX_ACCEPTED;
}

/* c4 */
static enum tx_reject check_fields(const struct tx_rules *r, const struct tx *tx)
{
    if (u256_lt(&tx->max_fee, &tx->max_priority)) return TX_PRIORITY_GREATER_THAN_MAX_FEE;
    if (tx->type == TX_BLOB) return check_blobs(r, tx);
    if (tx->type == TX_SET_CODE && tx->authorization_count == 0) return TX_EMPTY_AUTHORIZATION_LIST;
    return TX_ACCEPTED;
}

/* c5 */
static enum tx_reject check_gas(const struct tx_rules *r, const struct tx *tx)
{
    if (tx->nonce == UINT64_MAX) return TX_NONCE_IS_MAX; /* EIP-2681 */
    if (r->fork >= FORK_OSAKA && tx->gas > TX_GAS_MAX) return TX_GAS_LIMIT_EXCEEDS_MAXIMUM;
    if (r->fork >= FORK_SHANGHAI && !tx->has_to && tx->data.len > TX_INIT_MAX)
        return TX_INITCODE_SIZE_EXCEEDED;
    struct tx_intrinsic due = tx_intrinsic_gas(tx, r->fork);
    if (due.gas > tx->gas) return TX_INTRINSIC_GAS_TOO_LOW;
    if (due.floor > tx->gas) return TX_FLOOR_GAS_TOO_LOW;
    return TX_ACCEPTED;
}

/* c7. gas_used <= gas_limit and body_size <= its limit hold by induction over the block; blob gas as
 * well. */
static enum tx_reject check_room(const struct tx_rules *r, const struct tx *tx)
{
    if (tx->gas > r->gas_limit - r->gas_used) return TX_GAS_ALLOWANCE_EXCEEDED;
    if (tx_blob_gas(tx) > r->blob_gas_limit - r->blob_gas_used)
        return TX_BLOB_GAS_ALLOWANCE_EXCEEDED;
    if (r->rollup && r->body_size + tx_element_size(tx) > BODY_SIZE_MAX_ROLLUP)
        return TX_BODY_SIZE_EXCEEDED;
    return TX_ACCEPTED;
}

/* c8 */
static enum tx_reject check_fees(const struct tx_rules *r, const struct tx *tx)
{
    if (u256_lt(&tx->max_fee, &r->base_fee)) return TX_INSUFFICIENT_MAX_FEE;
    if (tx->type == TX_BLOB && u256_lt(&tx->max_blob_fee, &r->blob_base_fee))
        return TX_INSUFFICIENT_MAX_BLOB_FEE;
    return TX_ACCEPTED;
}

enum tx_reject tx_check_static(const struct tx_rules *r, const struct tx *tx, uint8_t item_kind)
{
    enum tx_reject reject = check_chain_id(r, tx);
    if (reject == TX_ACCEPTED) reject = check_fields(r, tx);
    if (reject == TX_ACCEPTED) reject = check_gas(r, tx);
    if (reject == TX_ACCEPTED && item_kind == ITEM_FORCED && tx->gas > r->forced_gas_cap)
        reject = TX_FORCED_GAS_EXCEEDED; /* c6 */
    if (reject == TX_ACCEPTED) reject = check_room(r, tx);
    if (reject == TX_ACCEPTED) reject = check_fees(r, tx);
    return reject;
}

wh_status tx_check_signature(const struct evm_crypto *crypto, const struct tx_rules *r,
                             const struct tx *tx, address *sender, enum tx_reject *reject)
{
    wh_status status = tx_sender(crypto, tx, r->fork >= FORK_HOMESTEAD, sender);
    if (status < 0) return status;
    *reject = status == WH_OK ? TX_ACCEPTED : TX_BAD_SIGNATURE;
    return WH_OK;
}

/* balance >= gas * max_fee + value + blob_gas * max_blob_fee, over the integers. */
static bool can_pay(const struct tx *tx, const u256 *balance)
{
    u256 cost, part, gas = u256_from_u64(tx->gas), blob_gas = u256_from_u64(tx_blob_gas(tx));
    if (u256_mul_overflow(&cost, &gas, &tx->max_fee)) return false;
    if (u256_add(&cost, &cost, &tx->value)) return false;
    if (u256_mul_overflow(&part, &blob_gas, &tx->max_blob_fee)) return false;
    if (u256_add(&cost, &cost, &part)) return false;
    return !u256_lt(balance, &cost);
}

enum tx_reject tx_check_account(const struct tx *tx, uint64_t nonce, const u256 *balance)
{
    if (tx->nonce != nonce) return TX_NONCE_MISMATCH;
    return can_pay(tx, balance) ? TX_ACCEPTED : TX_INSUFFICIENT_FUNDS;
}

bool tx_check_code_hash(const struct tx_rules *r, bool empty_code, enum tx_reject *reject)
{
    *reject = empty_code ? TX_ACCEPTED : TX_SENDER_NOT_EOA;
    return !empty_code && r->fork >= FORK_PRAGUE;
}

enum tx_reject tx_check_code(wh_span code)
{
    static const uint8_t marker[3] = {0xef, 0x01, 0x00};
    if (code.len == DELEGATION_SIZE && memcmp(code.ptr, marker, sizeof marker) == 0)
        return TX_ACCEPTED;
    return TX_SENDER_NOT_EOA;
}

uint64_t tx_element_size(const struct tx *tx)
{
    return tx->type == TX_LEGACY ? tx->raw.len : rlp_string_size(tx->raw);
}

void tx_effective_price(const struct tx *tx, const u256 *base_fee, u256 *price, u256 *priority)
{
    u256 room;
    (void)u256_sub(&room, &tx->max_fee, base_fee);
    *priority = u256_lt(&tx->max_priority, &room) ? tx->max_priority : room;
    (void)u256_add(price, base_fee, priority);
}

uint64_t tx_blob_gas(const struct tx *tx)
{
    return (uint64_t)tx->blob_count * GAS_PER_BLOB;
}

const char *tx_reject_text(enum tx_reject r)
{
    switch (r) {
    case TX_ACCEPTED: return "accepted";
#define R(id, text) \
    case TX_##id:   \
        return text;
#include "evm/tx/rejects.def"
#undef R
    }
    return "?";
}
