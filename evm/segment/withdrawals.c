/* SPDX-License-Identifier: MIT */
/* Withdrawals of a block (EIP-4895). */
#include "evm/mpt/mpt.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/step.h"

struct withdrawal {
    uint64_t index, validator, amount; /* gwei */
    address to;
};

static const u256 WEI_PER_GWEI = {{1000000000u}};

static wh_status withdrawal_next(wh_span *in, struct withdrawal *out)
{
    wh_span fields;
    WH_TRY(rlp_next_list(in, &fields));
    WH_TRY(rlp_next_u64(&fields, &out->index));
    WH_TRY(rlp_next_u64(&fields, &out->validator));
    WH_TRY(rlp_next_fixed(&fields, out->to.b, 20));
    WH_TRY(rlp_next_u64(&fields, &out->amount));
    return rlp_end(fields);
}

wh_status withdrawals_count(wh_span list, size_t *count)
{
    wh_span in;
    struct withdrawal w;
    WH_TRY(rlp_list(list, &in));
    for (*count = 0; in.len > 0; (*count)++)
        WH_TRY(withdrawal_next(&in, &w));
    return WH_OK;
}

/* One amount of 0 gwei reads nothing: it must not create an account. */
static wh_status credit(struct state *st, const struct withdrawal *w)
{
    u256 wei = u256_from_u64(w->amount);
    if (w->amount == 0) return WH_OK;
    u256_mul(&wei, &wei, &WEI_PER_GWEI);
    struct account *to = state_account(st, &w->to);
    if (to == NULL) return WH_E_NOMEM;
    WH_TRY(state_load(st, to));
    return state_add_balance(st, to, &wei);
}

wh_status withdrawals_apply(struct step *step, wh_span list)
{
    wh_span in;
    struct state *st;
    struct withdrawal w;
    WH_TRY(rlp_list(list, &in));
    if (in.len == 0) return WH_OK;
    WH_TRY(step_state(step, &st));
    state_begin_tx(st);
    while (in.len > 0) {
        WH_TRY(withdrawal_next(&in, &w));
        WH_TRY(credit(st, &w));
    }
    return state_commit_tx(st, (enum evm_fork)step->s.fork);
}

wh_status withdrawals_root(struct step *step, wh_span list, size_t count, bytes32 *root)
{
    wh_span in;
    struct rlp_item item;
    wh_span *items = WH_NEW(&step->m->scratch, wh_span, count);
    if (items == NULL) return WH_E_NOMEM;
    WH_TRY(rlp_list(list, &in));
    for (size_t i = 0; i < count; i++) {
        WH_TRY(rlp_next(&in, &item));
        items[i] = item.raw;
    }
    return mpt_list_root(&step->m->scratch, step->m->crypto, items, count, root);
}
