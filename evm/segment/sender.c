/* SPDX-License-Identifier: MIT */
#include "evm/segment/sender.h"

wh_status tx_check_state(struct state *st, const struct tx_rules *r, const struct tx *tx,
                         const address *sender, enum tx_reject *reject)
{
    struct account *a = state_account(st, sender);
    if (a == NULL) return WH_E_NOMEM;
    WH_TRY(state_load(st, a));
    *reject = tx_check_account(tx, a->f.nonce, &a->f.balance);
    if (*reject != TX_ACCEPTED) return WH_OK;
    if (!tx_check_code_hash(r, !a->f.has_code, reject)) return WH_OK;
    WH_TRY(state_load_code(st, a));
    *reject = tx_check_code(wh_span_of(a->f.code->bytes, a->f.code->len));
    return WH_OK;
}
