/* SPDX-License-Identifier: MIT */
#include "evm/tx/execute.h"

#include "evm/interp/rules.h"
#include "evm/precompile/precompile.h"
#include "evm/rlp/rlp.h"
#include "evm/tx/intrinsic.h"
#include "evm/tx/validate.h"

/* EIP-7702: what of the 25,000 comes back if the authority's account exists. */
#define REFUND_AUTHORIZATION 12500

static wh_status warm(struct state *st, const address *at)
{
    struct account *a = state_account(st, at);
    bool cold;
    return a == NULL ? st->failure : state_warm(st, a, &cold);
}

/* warm_list: EIP-2930. Nothing is loaded. The list's form was checked by tx_decode. */
static wh_status warm_list(struct state *st, wh_span list)
{
    while (list.len != 0) {
        wh_span entry, slots;
        address at;
        WH_TRY(rlp_next_list(&list, &entry));
        WH_TRY(rlp_next_fixed(&entry, at.b, sizeof at.b));
        WH_TRY(rlp_next_list(&entry, &slots));
        WH_TRY(warm(st, &at));
        struct account *a = state_account(st, &at);
        while (slots.len != 0) {
            uint8_t key[32];
            bool cold;
            WH_TRY(rlp_next_fixed(&slots, key, sizeof key));
            u256 word = u256_from_be(key);
            struct slot *s = state_slot(st, a, &word);
            if (s == NULL) return st->failure;
            WH_TRY(state_warm_slot(st, s, &cold));
        }
    }
    return WH_OK;
}

static wh_status warm_all(struct evm *evm, const struct tx *tx, const address *sender,
                          const address *to)
{
    const struct evm_rules *rules = evm_rules_of(evm->block->fork);
    struct state *st = evm->state;
    if (!rules->access_sets) return WH_OK;
    WH_TRY(warm(st, sender));
    WH_TRY(warm(st, to));
    if (rules->warm_coinbase) WH_TRY(warm(st, &evm->block->coinbase));
    unsigned n = precompile_count(evm->block->fork);
    for (unsigned i = 0; i < n; i++) {
        address at;
        precompile_address(i, &at);
        WH_TRY(warm(st, &at));
    }
    return warm_list(st, tx->access_list);
}

struct authorization {
    u256 chain_id;
    address to;
    uint64_t nonce;
    struct tx signature; /* parity, r, s, signing hash */
};

static wh_status next_authorization(const struct evm_crypto *crypto, wh_span *list,
                                    struct authorization *out)
{
    wh_span in;
    uint64_t parity;
    memset(out, 0, sizeof *out);
    WH_TRY(rlp_next_list(list, &in));
    WH_TRY(rlp_next_u256(&in, &out->chain_id));
    WH_TRY(rlp_next_fixed(&in, out->to.b, sizeof out->to.b));
    WH_TRY(rlp_next_u64(&in, &out->nonce));
    WH_TRY(rlp_next_u64(&in, &parity));
    WH_TRY(rlp_next_u256(&in, &out->signature.r));
    WH_TRY(rlp_next_u256(&in, &out->signature.s));
    out->signature.parity = parity > 1 ? 0xff : (uint8_t)parity;

    uint8_t buf[80], *p = buf; /* 0x05 || rlp([chain_id, address, nonce]) */
    *p++ = 0x05;
    p = rlp_put_list(p, rlp_u256_size(&out->chain_id) + 21 + rlp_u64_size(out->nonce));
    p = rlp_put_u256(p, &out->chain_id);
    p = rlp_put_string(p, wh_span_of(out->to.b, sizeof out->to.b));
    p = rlp_put_u64(p, out->nonce);
    crypto->keccak256(crypto->ctx, buf, (size_t)(p - buf), &out->signature.signing_hash);
    return WH_OK;
}

static wh_status set_delegation(struct state *st, struct account *authority, const address *to)
{
    static const uint8_t marker[3] = {0xef, 0x01, 0x00};
    static const address zero = {{0}};
    uint8_t code[23];
    memcpy(code, marker, sizeof marker);
    memcpy(code + 3, to->b, sizeof to->b);
    wh_span bytes = wh_span_of(code, address_eq(to, &zero) ? 0 : sizeof code);
    if (authority->f.exists) state_refund(st, REFUND_AUTHORIZATION);
    WH_TRY(state_set_code(st, authority, bytes));
    return state_set_nonce(st, authority, authority->f.nonce + 1);
}

/* authorize sets the delegations of a type 4 transaction; a tuple that does not hold is skipped. */
static wh_status authorize(struct evm *evm, wh_span list)
{
    struct state *st = evm->state;
    const u256 chain_id = u256_from_u64(evm->block->chain_id);
    while (list.len != 0) {
        struct authorization auth;
        address at, before;
        WH_TRY(next_authorization(evm->crypto, &list, &auth));
        if (!u256_is_zero(&auth.chain_id) && !u256_eq(&auth.chain_id, &chain_id)) continue;
        if (auth.nonce == UINT64_MAX || auth.signature.parity > 1) continue;
        wh_status s = tx_sender(evm->crypto, &auth.signature, true, &at);
        if (s < 0) return s;
        if (s != WH_OK) continue;
        WH_TRY(warm(st, &at));
        struct account *a = state_account(st, &at);
        WH_TRY(state_load_code(st, a));
        if (a->f.has_code &&
            !code_is_delegation(wh_span_of(a->f.code->bytes, a->f.code->len), &before))
            continue;
        if (a->f.nonce != auth.nonce) continue;
        WH_TRY(set_delegation(st, a, &auth.to));
    }
    return WH_OK;
}

static wh_status list_blobs(struct evm *evm, const struct tx *tx, struct evm_origin *origin)
{
    origin->blob_count = tx->blob_count;
    if (tx->blob_count == 0) return WH_OK;
    bytes32 *blobs = WH_NEW(evm->arena, bytes32, tx->blob_count);
    if (blobs == NULL) return WH_E_NOMEM;
    wh_span list = tx->blob_hashes;
    for (uint32_t i = 0; i < tx->blob_count; i++)
        WH_TRY(rlp_next_fixed(&list, blobs[i].b, 32));
    origin->blobs = blobs;
    return WH_OK;
}

/* buy: gas at the effective price and blob gas; c10 has shown that the balance suffices. */
static wh_status buy(struct evm *evm, const struct tx *tx, struct account *sender,
                     struct tx_result *out)
{
    u256 cost, blob_cost, gas = u256_from_u64(tx->gas);
    u256_mul(&cost, &gas, &out->effective_price);
    out->blob_gas = tx_blob_gas(tx);
    gas = u256_from_u64(out->blob_gas);
    u256_mul(&blob_cost, &gas, &evm->block->blob_base_fee);
    (void)u256_add(&cost, &cost, &blob_cost);
    WH_TRY(state_sub_balance(evm->state, sender, &cost));
    return state_set_nonce(evm->state, sender, tx->nonce + 1);
}

/* pay_coinbase: before Spurious the coinbase comes into being, after it an empty one goes. */
static wh_status pay_coinbase(struct evm *evm, struct account *coinbase, const u256 *amount)
{
    if (!u256_is_zero(amount)) return state_add_balance(evm->state, coinbase, amount);
    if (evm_rules_of(evm->block->fork)->clear_empty) return state_touch(evm->state, coinbase);
    return state_make(evm->state, coinbase);
}

/* settle_gas: refund (EIP-3529), floor (EIP-7623), money back, coinbase. */
static wh_status settle_gas(struct evm *evm, const struct tx *tx, uint64_t left, uint64_t floor,
                            struct account *sender, struct account *coinbase, struct tx_result *out)
{
    struct state *st = evm->state;
    uint64_t used = tx->gas - left;
    uint64_t most = used / (uint64_t)evm_rules_of(evm->block->fork)->refund_quotient;
    WH_ASSERT(st->refund >= 0);
    out->gas_refunded = (uint64_t)st->refund < most ? (uint64_t)st->refund : most;
    used -= out->gas_refunded;
    out->gas_used = used < floor ? floor : used;

    u256 gas = u256_from_u64(tx->gas - out->gas_used), amount;
    u256_mul(&amount, &gas, &out->effective_price);
    WH_TRY(state_add_balance(st, sender, &amount));
    gas = u256_from_u64(out->gas_used);
    u256_mul(&amount, &gas, &out->priority);
    return pay_coinbase(evm, coinbase, &amount);
}

static struct evm_message message_of(const struct evm *evm, const struct tx *tx,
                                     const address *sender, int64_t gas)
{
    struct evm_message m = {.kind = tx->has_to ? EVM_CALL : EVM_CREATE,
                            .gas = gas,
                            .caller = *sender,
                            .to = tx->to,
                            .value = tx->value,
                            .input = tx->data};
    if (!tx->has_to) evm_create_address(evm->crypto, sender, tx->nonce, &m.to);
    m.code_from = m.to;
    return m;
}

static wh_status run(struct evm *evm, const struct tx *tx, const address *sender,
                     struct evm_origin *origin, struct tx_result *out)
{
    struct state *st = evm->state;
    struct account *coinbase = state_account(st, &evm->block->coinbase);
    struct account *from = state_account(st, sender);
    if (coinbase == NULL || from == NULL) return st->failure;
    WH_TRY(state_load(st, coinbase));
    WH_TRY(state_load(st, from));
    struct tx_intrinsic due = tx_intrinsic_gas(tx, evm->block->fork);
    WH_ASSERT(due.gas <= tx->gas);

    /* Gas over 2^63 - 1 cannot be used up; what lies above is kept aside. */
    uint64_t aside = tx->gas > INT64_MAX ? tx->gas - INT64_MAX : 0;
    struct evm_message msg = message_of(evm, tx, sender, (int64_t)(tx->gas - aside - due.gas));
    WH_TRY(buy(evm, tx, from, out));
    WH_TRY(warm_all(evm, tx, sender, &msg.to));
    WH_TRY(authorize(evm, tx->authorizations));
    WH_TRY(list_blobs(evm, tx, origin));

    struct evm_result result;
    WH_TRY(evm_execute(evm, &msg, &result));
    out->success = result.halt == EVM_SUCCESS;
    out->output = result.output;
    out->has_created = !tx->has_to;
    out->created = msg.to;
    WH_TRY(settle_gas(evm, tx, (uint64_t)result.gas_left + aside, due.floor, from, coinbase, out));
    WH_TRY(state_commit_tx(st, evm->block->fork));
    out->logs = st->logs;
    out->log_count = st->log_count;
    return WH_OK;
}

wh_status tx_execute(struct evm *evm, const struct tx *tx, const address *sender,
                     struct tx_result *out)
{
    const struct evm_origin *before = evm->origin;
    struct evm_origin origin = {.origin = *sender};
    memset(out, 0, sizeof *out);
    tx_effective_price(tx, &evm->block->base_fee, &out->effective_price, &out->priority);
    origin.gas_price = out->effective_price;
    evm->origin = &origin;
    state_begin_tx(evm->state);
    wh_status s = run(evm, tx, sender, &origin, out);
    evm->origin = before;
    return s;
}
