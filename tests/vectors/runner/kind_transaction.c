/* SPDX-License-Identifier: MIT */
/* TransactionTests: bytes, decoded and judged by every fork as far as no state is needed (c2..c9). */
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/segment/fees.h"
#include "evm/tx/intrinsic.h"
#include "evm/tx/validate.h"
#include "tests/vectors/runner/forks.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/reasons.h"
#include "tests/vectors/runner/value.h"

static void judge(struct runner *r, const json_t *want, wh_span raw, const struct tx *tx,
                  const struct tx_rules *rules, const address *sender)
{
    bytes32 hash, want_hash;
    address want_sender;
    uint64_t gas;
    keccak256(raw.ptr, raw.len, &hash);
    if (!value_b32(json_object_get(want, "hash"), &want_hash) ||
        !value_address(json_object_get(want, "sender"), &want_sender) ||
        !value_u64(json_object_get(want, "intrinsicGas"), &gas)) {
        case_differs(r, "test", "understood", "not");
        return;
    }
    case_hash(r, "hash", &want_hash, &hash);
    case_bytes(r, "sender", wh_span_of(want_sender.b, 20), wh_span_of(sender->b, 20));
    case_u64(r, "intrinsic gas", gas, tx_intrinsic_gas(tx, rules->fork).gas);
}

/* A fee that no sender can own is refused without knowing the sender. */
static enum tx_reject check_fee(const struct tx *tx)
{
    const u256 all = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    struct tx fee = *tx;
    fee.value = u256_from_u64(0);
    return tx_check_account(&fee, tx->nonce, &all);
}

static void run_case(struct runner *r, const char *fork, const json_t *test, const json_t *want)
{
    struct chain_fork entry;
    struct tx tx;
    address sender;
    struct wh_buf raw = {0};
    if (!fork_find(fork, &entry) || !value_bytes(json_object_get(test, "txbytes"), &raw)) {
        case_differs(r, "test", "understood", "not");
        wh_buf_done(&raw);
        return;
    }
    struct tx_rules rules = {.fork = (enum evm_fork)entry.fork,
                             .chain_id = 1,
                             .gas_limit = UINT64_MAX,
                             .blob_gas_limit = (uint64_t)entry.blob_max * FEE_GAS_PER_BLOB};
    const json_t *exception = json_object_get(want, "exception");
    wh_status status = WH_OK;
    enum tx_reject reject = tx_check_decode(r->crypto, &rules, wh_buf_span(&raw), &tx);
    if (reject == TX_ACCEPTED) reject = tx_check_static(&rules, &tx, 1);
    if (reject == TX_ACCEPTED)
        status = tx_check_signature(r->crypto, &rules, &tx, &sender, &reject);
    if (status == WH_OK && reject == TX_ACCEPTED) reject = check_fee(&tx);
    if (status != WH_OK)
        case_differs_f(r, "transaction", "an answer", "status %d", (int)status);
    else if (exception != NULL && reject == TX_ACCEPTED)
        case_differs(r, "transaction", json_string_value(exception), "accepted");
    else if (exception == NULL && reject != TX_ACCEPTED)
        case_differs(r, "transaction", "accepted", tx_reject_text(reject));
    else if (exception == NULL)
        judge(r, want, wh_buf_span(&raw), &tx, &rules, &sender);
    else if (r->opt->reasons)
        reason_compare(r, json_string_value(exception), reject);
    wh_buf_done(&raw);
}

bool kind_transaction_is(const struct member *m, const json_t *file)
{
    (void)m;
    const json_t *t = kind_first(file);
    return json_object_get(t, "txbytes") != NULL && json_object_get(t, "result") != NULL;
}

void kind_transaction_run(struct runner *r, json_t *file)
{
    const char *name, *fork;
    json_t *test, *want;
    json_object_foreach(file, name, test)
    {
        json_object_foreach(json_object_get(test, "result"), fork, want)
        {
            if (!case_begin(r, name, fork)) continue;
            run_case(r, fork, test, want);
            case_end(r);
        }
    }
}
