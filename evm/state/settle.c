/* SPDX-License-Identifier: MIT */
/* Settle: net changes to the tries, once per step (PROTOCOL 4.1). The order is part of the protocol: it
 * decides which siblings a step needs. */
#include "evm/hash/keccak.h"
#include "evm/rlp/rlp.h"
#include "evm/state/private.h"

struct keyed {
    const bytes32 *key;
    void *item;
};

/* Bottom-up merge sort; keys are distinct hashes. spare has n places. Returns where the result is. */
static struct keyed *sort_keyed(struct keyed *items, struct keyed *spare, size_t n)
{
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t at = 0; at < n; at += 2 * width) {
            size_t mid = at + width < n ? at + width : n;
            size_t end = mid + width < n ? mid + width : n;
            size_t a = at, b = mid;
            for (size_t k = at; k < end; k++) {
                bool left = b == end || (a < mid && bytes32_cmp(items[a].key, items[b].key) < 0);
                spare[k] = left ? items[a++] : items[b++];
            }
        }
        struct keyed *t = items;
        items = spare;
        spare = t;
    }
    return items;
}

static wh_status sorted(struct state *st, struct keyed *items, size_t n, struct keyed **out)
{
    struct keyed *spare = WH_NEW(st->arena, struct keyed, n);
    if (spare == NULL) return WH_E_NOMEM;
    *out = sort_keyed(items, spare, n);
    return WH_OK;
}

static bool slot_changed(const struct account *a, const struct slot *s)
{
    return s->wiped == a->wiped && !u256_eq(&s->value, &s->base);
}

static wh_status slot_change(struct state *st, const struct slot *s, struct mpt_change *c)
{
    c->key = wh_span_of(s->hash.b, 32);
    c->value = wh_span_of(NULL, 0);
    if (u256_is_zero(&s->value)) return WH_OK;
    uint8_t *p = WH_NEW(st->arena, uint8_t, 33);
    if (p == NULL) return WH_E_NOMEM;
    c->value = wh_span_of(p, (size_t)(rlp_put_u256(p, &s->value) - p));
    return WH_OK;
}

/* settle_storage brings the storage trie of one account up to date, root pending. */
static wh_status settle_storage(struct state *st, struct account *a)
{
    if (a->base_wiped || !a->f.exists) {
        a->trie = mpt_empty(&st->pool, false);
        a->has_trie = true;
    }
    if (!a->f.exists) return WH_OK;
    size_t n = 0;
    for (struct slot *s = a->dirty_slots; s != NULL; s = s->next_dirty)
        n += slot_changed(a, s);
    if (n == 0) return WH_OK;
    struct keyed *items = WH_NEW(st->arena, struct keyed, n);
    struct mpt_change *changes = WH_NEW(st->arena, struct mpt_change, n);
    if (items == NULL || changes == NULL) return WH_E_NOMEM;
    size_t k = 0;
    for (struct slot *s = a->dirty_slots; s != NULL; s = s->next_dirty) {
        if (!slot_changed(a, s)) continue;
        slot_hash(st, s);
        items[k++] = (struct keyed){&s->hash, s};
    }
    WH_TRY(sorted(st, items, n, &items));
    for (size_t i = 0; i < n; i++)
        WH_TRY(slot_change(st, (const struct slot *)items[i].item, &changes[i]));
    WH_TRY(account_trie(st, a));
    return mpt_update(&a->trie, changes, n);
}

static wh_status emit_node(void *ctx, const bytes32 *hash, wh_span bytes)
{
    const struct wh_sink *made = (const struct wh_sink *)ctx;
    return made->put(made->ctx, WH_OBJECT_NODE, hash, bytes);
}

static wh_status commit_tries(struct mpt *const *tries, size_t n, const struct wh_sink *made)
{
    struct wh_sink copy;
    if (made == NULL) return mpt_commit_many(tries, n, NULL, NULL);
    copy = *made;
    return mpt_commit_many(tries, n, emit_node, &copy);
}

static wh_status settle_storages(struct state *st, struct keyed *accounts, size_t n,
                                 const struct wh_sink *made)
{
    struct mpt **tries = WH_NEW(st->arena, struct mpt *, n);
    if (tries == NULL) return WH_E_NOMEM;
    size_t pending = 0;
    for (size_t i = 0; i < n; i++) {
        struct account *a = (struct account *)accounts[i].item;
        WH_TRY(settle_storage(st, a));
        if (a->has_trie && mpt_is_pending(&a->trie)) tries[pending++] = &a->trie;
    }
    return commit_tries(tries, pending, made);
}

static bool account_changed(const struct account *a, const bytes32 *storage_root)
{
    if (a->f.exists != a->base_exists) return true;
    if (!a->f.exists) return false;
    return a->f.nonce != a->base_nonce || !u256_eq(&a->f.balance, &a->base_balance) ||
           !bytes32_eq(&a->f.code_hash, &a->base_code_hash) ||
           !bytes32_eq(storage_root, &a->base_storage_root);
}

static wh_status make_code(struct state *st, const struct account *a, const struct wh_sink *made)
{
    if (made == NULL || !a->f.has_code || bytes32_eq(&a->f.code_hash, &a->base_code_hash))
        return WH_OK;
    const struct code *c = code_cache_find(st->codes, &a->f.code_hash);
    if (c == NULL) c = code_cache_find(&st->own_codes, &a->f.code_hash);
    WH_ASSERT(c != NULL);
    return made->put(made->ctx, WH_OBJECT_CODE, &c->hash, wh_span_of(c->bytes, c->len));
}

static wh_status settle_accounts(struct state *st, struct keyed *accounts, size_t n,
                                 const struct wh_sink *made)
{
    struct mpt_change *changes = WH_NEW(st->arena, struct mpt_change, n);
    if (changes == NULL) return WH_E_NOMEM;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        struct account *a = (struct account *)accounts[i].item;
        bytes32 storage_root = a->has_trie ? mpt_root(&a->trie) : a->base_storage_root;
        bool changed = account_changed(a, &storage_root);
        WH_TRY(make_code(st, a, made));
        a->base_storage_root = storage_root;
        if (!changed) continue;
        changes[k].key = wh_span_of(a->key.b, 32);
        changes[k].value = wh_span_of(NULL, 0);
        if (a->f.exists) {
            uint8_t *p = WH_NEW(st->arena, uint8_t, ACCOUNT_RLP_MAX);
            if (p == NULL) return WH_E_NOMEM;
            changes[k].value = wh_span_of(
                p, account_encode(a->f.nonce, &a->f.balance, &storage_root, &a->f.code_hash, p));
        }
        k++;
    }
    if (k == 0) return WH_OK;
    WH_TRY(mpt_update(&st->trie, changes, k));
    struct mpt *tries[1] = {&st->trie};
    return commit_tries(tries, 1, made);
}

static void take_as_base(struct account *a)
{
    a->base_exists = a->f.exists;
    a->base_balance = a->f.balance;
    a->base_nonce = a->f.nonce;
    a->base_code_hash = a->f.code_hash;
    a->base_wiped = false;
    a->dirty = false;
    struct slot *next;
    for (struct slot *s = a->dirty_slots; s != NULL; s = next) {
        next = s->next_dirty;
        s->dirty = false;
        s->next_dirty = NULL;
        s->base = s->value;
    }
    a->dirty_slots = NULL;
}

static wh_status settle(struct state *st, const struct wh_sink *made)
{
    size_t n = st->dirty_count;
    if (n == 0) return WH_OK;
    struct keyed *accounts = WH_NEW(st->arena, struct keyed, n);
    if (accounts == NULL) return WH_E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        account_key(st, st->dirty[i]);
        accounts[i] = (struct keyed){&st->dirty[i]->key, st->dirty[i]};
    }
    WH_TRY(sorted(st, accounts, n, &accounts));
    WH_TRY(settle_storages(st, accounts, n, made));
    WH_TRY(settle_accounts(st, accounts, n, made));
    for (size_t i = 0; i < n; i++)
        take_as_base(st->dirty[i]);
    st->dirty_count = 0;
    return WH_OK;
}

wh_status state_settle(struct state *st, const struct wh_sink *made, bytes32 *root)
{
    if (st->failure != WH_OK) return st->failure;
    WH_ASSERT(st->journal_len == 0);
    wh_status s = settle(st, made);
    if (s != WH_OK) return state_fail(st, s);
    *root = state_root(st);
    return WH_OK;
}
