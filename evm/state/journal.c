/* SPDX-License-Identifier: MIT */
/* The journal of a transaction: what a revert undoes, and what the end of the transaction looks
 * through for destroyed and touched accounts. */
#include "evm/state/private.h"

wh_status journal_push(struct state *st, enum journal_kind kind, void *object, const void *payload,
                       size_t size)
{
    size_t need = size + sizeof(struct journal_tail);
    if (need > st->journal_cap - st->journal_len) {
        size_t grown = st->journal_cap == 0 ? 16384 : 2 * st->journal_cap;
        uint8_t *p = (uint8_t *)wh_arena_alloc(st->arena, grown, 8);
        if (p == NULL) return state_fail(st, WH_E_NOMEM);
        if (st->journal_len != 0) memcpy(p, st->journal, st->journal_len);
        st->journal = p;
        st->journal_cap = grown;
    }
    struct journal_tail tail = {object, (uint64_t)kind};
    uint8_t *at = st->journal + st->journal_len;
    if (size != 0) memcpy(at, payload, size);
    memcpy(at + size, &tail, sizeof tail);
    st->journal_len += need;
    return WH_OK;
}

enum journal_kind journal_pop(const struct state *st, size_t *len, void **object,
                              const uint8_t **payload)
{
    struct journal_tail tail;
    *len -= sizeof tail;
    memcpy(&tail, st->journal + *len, sizeof tail);
    *object = tail.object;
    enum journal_kind kind = (enum journal_kind)tail.kind;
    if (kind == JOURNAL_ACCOUNT)
        *len -= sizeof(struct account_fields);
    else if (kind == JOURNAL_SLOT || kind == JOURNAL_TRANSIENT)
        *len -= sizeof(u256);
    *payload = st->journal + *len;
    return kind;
}

static void undo(enum journal_kind kind, void *object, const uint8_t *payload)
{
    switch (kind) {
    case JOURNAL_ACCOUNT:
        memcpy(&((struct account *)object)->f, payload, sizeof(struct account_fields));
        return;
    case JOURNAL_SLOT: memcpy(&((struct slot *)object)->value, payload, sizeof(u256)); return;
    case JOURNAL_TRANSIENT:
        memcpy(&((struct transient *)object)->value, payload, sizeof(u256));
        return;
    case JOURNAL_WARM_ACCOUNT: ((struct account *)object)->warm = 0; return;
    case JOURNAL_WARM_SLOT: ((struct slot *)object)->warm = 0; return;
    case JOURNAL_TOUCH: return;
    }
    wh_assert_fail("journal kind", __FILE_NAME__, __LINE__);
}

void state_revert(struct state *st, struct state_checkpoint to)
{
    WH_ASSERT(to.journal <= st->journal_len && to.logs <= st->log_count);
    while (st->journal_len > to.journal) {
        void *object;
        const uint8_t *payload;
        enum journal_kind kind = journal_pop(st, &st->journal_len, &object, &payload);
        undo(kind, object, payload);
    }
    WH_ASSERT(st->journal_len == to.journal);
    st->log_count = to.logs;
    st->refund = to.refund;
}

void state_begin_tx(struct state *st)
{
    st->tx++;
    st->journal_len = 0;
    st->log_count = 0;
    st->refund = 0;
    st->ripemd_touched = false;
}

/* A touched account that is empty goes (EIP-161). From Paris on no empty account can exist (EIP-7523),
 * so nobody asks for one that was not needed otherwise. */
static wh_status clear_touched(struct state *st, struct account *a, enum evm_fork fork)
{
    if (fork < FORK_SPURIOUS) return WH_OK;
    if (a->step != st->step) {
        if (fork >= FORK_PARIS) return WH_OK;
        WH_TRY(state_load(st, a));
    }
    if (!a->f.exists || !account_is_empty(a)) return WH_OK;
    return account_destroy(st, a);
}

wh_status state_commit_tx(struct state *st, enum evm_fork fork)
{
    if (st->failure != WH_OK) return st->failure;
    size_t len = st->journal_len;
    while (len > 0) {
        void *object;
        const uint8_t *payload;
        switch (journal_pop(st, &len, &object, &payload)) {
        case JOURNAL_ACCOUNT: {
            struct account *a = (struct account *)object;
            if (a->f.destructed) WH_TRY(account_destroy(st, a));
            break;
        }
        case JOURNAL_TOUCH: WH_TRY(clear_touched(st, (struct account *)object, fork)); break;
        case JOURNAL_SLOT:
        case JOURNAL_TRANSIENT:
        case JOURNAL_WARM_ACCOUNT:
        case JOURNAL_WARM_SLOT: break;
        }
    }
    if (st->ripemd_touched && fork < FORK_PARIS) {
        static const address ripemd = {
            {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3}};
        struct account *a = state_account(st, &ripemd);
        if (a == NULL) return st->failure;
        WH_TRY(clear_touched(st, a, fork));
    }
    st->journal_len = 0;
    return WH_OK;
}
