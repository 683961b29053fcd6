/* SPDX-License-Identifier: MIT */
/* The DAO edit (EIP-779): balances of 116 accounts go to the refund contract. */
#include "evm/segment/step.h"

static const address DAO_ACCOUNTS[] = {
#include "evm/segment/dao_accounts.def"
};

static const address DAO_REFUND = {{0xbf, 0x4e, 0xd7, 0xb2, 0x7f, 0x1d, 0x66, 0x65, 0x46, 0xe3,
                                    0x0d, 0x74, 0xd5, 0x0d, 0x17, 0x3d, 0x20, 0xbc, 0xa7, 0x54}};

/* Before EIP-161 an absent account that is written to exists afterwards, empty. */
static wh_status drain(struct state *st, struct account *from, struct account *to)
{
    static const u256 zero = {{0}};
    WH_TRY(state_load(st, from));
    u256 balance = from->f.balance;
    WH_TRY(state_make(st, from));
    WH_TRY(state_add_balance(st, to, &balance));
    return state_set_balance(st, from, &zero);
}

wh_status step_dao_edit(struct step *step)
{
    struct state *st;
    WH_TRY(step_state(step, &st));
    state_begin_tx(st);
    struct account *to = state_account(st, &DAO_REFUND);
    if (to == NULL) return WH_E_NOMEM;
    WH_TRY(state_load(st, to));
    WH_TRY(state_make(st, to));
    for (size_t i = 0; i < sizeof DAO_ACCOUNTS / sizeof *DAO_ACCOUNTS; i++) {
        struct account *from = state_account(st, &DAO_ACCOUNTS[i]);
        if (from == NULL) return WH_E_NOMEM;
        WH_TRY(drain(st, from, to));
    }
    return state_commit_tx(st, (enum evm_fork)step->s.fork);
}
