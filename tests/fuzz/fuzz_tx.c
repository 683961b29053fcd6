/* SPDX-License-Identifier: MIT */
/* Transactions: the fields are those that a plain walk of the RLP finds, lists hold what was counted, and
 * every rule can be asked about what was decoded. */
#include "evm/native/crypto.h"
#include "evm/rlp/rlp.h"
#include "evm/tx/intrinsic.h"
#include "evm/tx/tx.h"
#include "evm/tx/validate.h"
#include "tests/fuzz/fuzz.h"

struct walk {
    wh_span field[16];
    size_t count;
};

static void walk_fields(wh_span raw, struct walk *w)
{
    wh_span in;
    if (raw.ptr[0] < 0xc0) raw = wh_span_of(raw.ptr + 1, raw.len - 1);
    FUZZ_MUST(rlp_list(raw, &in) == WH_OK);
    for (w->count = 0; in.len > 0; w->count++) {
        struct rlp_item item;
        FUZZ_MUST(w->count < 16 && rlp_next(&in, &item) == WH_OK);
        w->field[w->count] = item.payload;
    }
}

static bool is_scalar(wh_span field, const u256 *v)
{
    uint8_t be[32];
    u256_to_be(v, be);
    unsigned n = u256_byte_len(v);
    return fuzz_same(field, wh_span_of(be + 32 - n, n));
}

static bool is_number(wh_span field, uint64_t v)
{
    u256 w = u256_from_u64(v);
    return is_scalar(field, &w);
}

static void check_fields(const struct tx *tx)
{
    static const size_t counts[5] = {9, 11, 12, 14, 13};
    struct walk w;
    walk_fields(tx->raw, &w);
    FUZZ_MUST(w.count == counts[tx->type]);
    FUZZ_MUST(tx->parity <= 1 && (tx->has_to || tx->type < TX_BLOB)); /* EIP-4844, 7702 */
    size_t at = 0;
    if (tx->type != TX_LEGACY) FUZZ_MUST(is_number(w.field[at++], tx->chain_id));
    FUZZ_MUST(is_number(w.field[at++], tx->nonce));
    if (tx->type >= TX_FEE_MARKET) FUZZ_MUST(is_scalar(w.field[at++], &tx->max_priority));
    FUZZ_MUST(is_scalar(w.field[at++], &tx->max_fee));
    FUZZ_MUST(is_number(w.field[at++], tx->gas));
    FUZZ_MUST(fuzz_same(w.field[at++], wh_span_of(tx->to.b, tx->has_to ? 20 : 0)));
    FUZZ_MUST(is_scalar(w.field[at++], &tx->value));
    FUZZ_MUST(fuzz_same(w.field[at++], tx->data));
    if (tx->type != TX_LEGACY) FUZZ_MUST(fuzz_same(w.field[at++], tx->access_list));
    if (tx->type == TX_BLOB) {
        FUZZ_MUST(is_scalar(w.field[at++], &tx->max_blob_fee));
        FUZZ_MUST(fuzz_same(w.field[at], tx->blob_hashes) &&
                  w.field[at].len == 33 * (size_t)tx->blob_count);
        at++;
    }
    if (tx->type == TX_SET_CODE) FUZZ_MUST(fuzz_same(w.field[at++], tx->authorizations));
    if (tx->type != TX_LEGACY) FUZZ_MUST(is_number(w.field[at], tx->parity));
    FUZZ_MUST(is_scalar(w.field[at + 1], &tx->r) && is_scalar(w.field[at + 2], &tx->s));
}

static void check_lists(const struct tx *tx)
{
    wh_span in = tx->access_list, entry, slots;
    uint32_t addresses = 0, count = 0;
    size_t n;
    while (in.len > 0) {
        uint8_t at[20];
        FUZZ_MUST(rlp_next_list(&in, &entry) == WH_OK);
        FUZZ_MUST(rlp_next_fixed(&entry, at, 20) == WH_OK);
        FUZZ_MUST(rlp_next_list(&entry, &slots) == WH_OK && entry.len == 0);
        FUZZ_MUST(rlp_count(slots, &n) == WH_OK && slots.len == 33 * n);
        addresses++;
        count += (uint32_t)n;
    }
    FUZZ_MUST(addresses == tx->access_addresses && count == tx->access_slots);
    FUZZ_MUST(rlp_count(tx->authorizations, &n) == WH_OK && n == tx->authorization_count);
    in = tx->authorizations;
    while (in.len > 0)
        FUZZ_MUST(rlp_next_list(&in, &entry) == WH_OK && rlp_count(entry, &n) == WH_OK && n == 6);
}

static void check_rules(const struct evm_crypto *crypto, const struct tx *tx)
{
    address sender, high;
    for (unsigned fork = FORK_FRONTIER; fork <= FORK_BPO5; fork++) {
        struct tx_rules r = {.fork = (enum evm_fork)fork,
                             .rollup = fork >= FORK_OSAKA && tx->nonce % 2 == 0,
                             .chain_id = tx->chain_id,
                             .gas_limit = 30000000,
                             .blob_gas_limit = 786432};
        struct tx again;
        enum tx_reject said = tx_check_decode(crypto, &r, tx->raw, &again);
        if (said != TX_ACCEPTED) continue;
        said = tx_check_static(&r, &again, 1);
        FUZZ_MUST(tx_reject_text(said) != NULL);
        struct tx_intrinsic gas = tx_intrinsic_gas(&again, r.fork);
        if (said == TX_ACCEPTED) FUZZ_MUST(gas.gas <= tx->gas && gas.floor <= tx->gas);
    }
    FUZZ_MUST(tx_element_size(tx) >= tx->raw.len);
    wh_status low = tx_sender(crypto, tx, true, &sender);
    wh_status any = tx_sender(crypto, tx, false, &high);
    FUZZ_MUST(low == WH_OK || low == WH_E_MISMATCH);
    FUZZ_MUST(any == WH_OK || any == WH_E_MISMATCH);
    if (low == WH_OK) FUZZ_MUST(any == WH_OK && address_eq(&sender, &high));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct evm_crypto *crypto = wh_native_crypto();
    struct tx tx;
    if (tx_decode(crypto, wh_span_of(data, size), &tx) != WH_OK) return 0;
    FUZZ_MUST(tx.raw.ptr == data && tx.raw.len == size && tx.type <= TX_SET_CODE);
    check_fields(&tx);
    check_lists(&tx);
    check_rules(crypto, &tx);
    return 0;
}
