/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/access_list.h"

#include "tests/vectors/runner/value.h"

/* The value of the last change in a list of them; NULL: no change. */
static const json_t *last_of(const json_t *changes, const char *field)
{
    size_t n = json_array_size(changes);
    return n > 0 ? json_object_get(json_array_get(changes, n - 1), field) : NULL;
}

static wh_status change_fields(struct state *st, struct account *a, const json_t *entry)
{
    const json_t *balance = last_of(json_object_get(entry, "balanceChanges"), "postBalance");
    const json_t *nonce = last_of(json_object_get(entry, "nonceChanges"), "postNonce");
    const json_t *code = last_of(json_object_get(entry, "codeChanges"), "newCode");
    u256 wei;
    uint64_t n;
    if (balance != NULL) {
        if (!value_u256(balance, &wei)) return WH_E_FORMAT;
        WH_TRY(state_set_balance(st, a, &wei));
    }
    if (nonce != NULL) {
        if (!value_u64(nonce, &n)) return WH_E_FORMAT;
        WH_TRY(state_set_nonce(st, a, n));
    }
    if (code == NULL) return WH_OK;
    struct wh_buf bytes = {0};
    wh_status status = value_bytes(code, &bytes) ? WH_OK : WH_E_FORMAT;
    if (status == WH_OK) status = state_set_code(st, a, wh_buf_span(&bytes));
    wh_buf_done(&bytes);
    return status;
}

static wh_status slot_of(struct state *st, struct account *a, const json_t *key, struct slot **out)
{
    u256 k;
    if (!value_u256(key, &k)) return WH_E_FORMAT;
    *out = state_slot(st, a, &k);
    return *out != NULL ? state_load_slot(st, *out) : st->failure;
}

static wh_status change_slots(struct state *st, struct account *a, const json_t *entry)
{
    size_t i;
    json_t *read, *change;
    struct slot *s;
    u256 value;
    json_array_foreach(json_object_get(entry, "storageReads"), i, read)
        WH_TRY(slot_of(st, a, read, &s));
    json_array_foreach(json_object_get(entry, "storageChanges"), i, change)
    {
        const json_t *post = last_of(json_object_get(change, "slotChanges"), "postValue");
        WH_TRY(slot_of(st, a, json_object_get(change, "slot"), &s));
        if (post == NULL || !value_u256(post, &value)) return WH_E_FORMAT;
        WH_TRY(state_set_slot(st, s, &value));
    }
    return WH_OK;
}

static wh_status entry_apply(struct state *st, const json_t *entry)
{
    address at;
    if (!value_address(json_object_get(entry, "address"), &at)) return WH_E_FORMAT;
    struct account *a = state_account(st, &at);
    if (a == NULL) return st->failure;
    WH_TRY(state_load(st, a));
    WH_TRY(change_fields(st, a, entry));
    WH_TRY(change_slots(st, a, entry));
    return state_touch(st, a);
}

wh_status access_list_apply(struct state *st, const json_t *list, const struct wh_sink *made,
                            bytes32 *root)
{
    size_t i;
    json_t *entry;
    state_begin_tx(st);
    json_array_foreach(list, i, entry) WH_TRY(entry_apply(st, entry));
    WH_TRY(state_commit_tx(st, FORK_OSAKA));
    return state_settle(st, made, root);
}
