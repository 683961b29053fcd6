/* SPDX-License-Identifier: MIT */
/* Storage slots, transient storage and logs. */
#include "evm/rlp/rlp.h"
#include "evm/state/private.h"

struct slot *state_slot(struct state *st, struct account *a, const u256 *key)
{
    uint64_t hash = state_hash_slot(st, a, key);
    struct state_table *t = &st->slots;
    size_t i = (size_t)hash & t->mask;
    for (; t->places[i].item != NULL; i = (i + 1) & t->mask) {
        if (t->places[i].hash != hash) continue;
        struct slot *s = (struct slot *)t->places[i].item;
        if (s->account == a && u256_eq(&s->key, key)) return s;
    }
    if (table_make_room(st, t) != WH_OK) return NULL;
    struct slot *s = WH_NEW(st->arena, struct slot, 1);
    if (s == NULL) {
        (void)state_fail(st, WH_E_NOMEM);
        return NULL;
    }
    memset(s, 0, sizeof *s);
    s->key = *key;
    s->account = a;
    s->wiped = a->wiped;
    t->count++;
    i = (size_t)hash & t->mask;
    while (t->places[i].item != NULL)
        i = (i + 1) & t->mask;
    t->places[i] = (struct state_place){hash, s};
    return s;
}

void slot_hash(struct state *st, struct slot *s)
{
    if (s->has_hash) return;
    uint8_t key[32];
    u256_to_be(&s->key, key);
    st->crypto->keccak256(st->crypto->ctx, key, sizeof key, &s->hash);
    s->has_hash = true;
}

wh_status account_trie(struct state *st, struct account *a)
{
    if (a->has_trie) return WH_OK;
    WH_TRY(mpt_open(&a->trie, &st->pool, &a->base_storage_root));
    a->has_trie = true;
    return WH_OK;
}

/* A slot's leaf: RLP of the value, never zero (F3). */
static wh_status take_value(struct slot *s, wh_span leaf)
{
    s->value = u256_from_u64(0);
    if (leaf.len != 0) {
        WH_TRY(rlp_next_u256(&leaf, &s->value));
        WH_TRY(rlp_end(leaf));
        if (u256_is_zero(&s->value)) return WH_E_FORMAT;
    }
    s->base = s->value;
    s->known = true;
    return WH_OK;
}

static wh_status read_slot(struct state *st, struct slot *s)
{
    struct account *a = s->account;
    if (s->wiped != a->wiped) { /* the storage was destroyed since */
        s->value = s->base = u256_from_u64(0);
        s->wiped = a->wiped;
        s->known = true;
    }
    if (s->step == st->step) return WH_OK;
    wh_span leaf = {NULL, 0};
    if (!a->base_wiped) {
        WH_TRY(account_trie(st, a));
        slot_hash(st, s);
        WH_TRY(mpt_get(&a->trie, &s->hash, &leaf));
    }
    if (!s->known) WH_TRY(take_value(s, leaf));
    s->step = st->step;
    return WH_OK;
}

wh_status state_load_slot_slow(struct state *st, struct slot *s)
{
    WH_TRY(state_load(st, s->account));
    wh_status r = read_slot(st, s);
    if (r != WH_OK) return state_fail(st, r);
    if (s->tx != st->tx) {
        s->original = s->value;
        s->tx = st->tx;
    }
    return WH_OK;
}

static wh_status slot_dirty(struct state *st, struct slot *s)
{
    if (s->dirty) return WH_OK;
    WH_TRY(state_mark_dirty(st, s->account));
    s->dirty = true;
    s->next_dirty = s->account->dirty_slots;
    s->account->dirty_slots = s;
    return WH_OK;
}

wh_status state_set_slot(struct state *st, struct slot *s, const u256 *value)
{
    WH_ASSERT(s->tx == st->tx && s->step == st->step);
    if (u256_eq(&s->value, value)) return WH_OK;
    WH_TRY(slot_dirty(st, s));
    WH_TRY(journal_push(st, JOURNAL_SLOT, s, &s->value, sizeof s->value));
    s->value = *value;
    return WH_OK;
}

wh_status state_warm_slot(struct state *st, struct slot *s, bool *cold)
{
    *cold = s->warm != st->tx;
    if (!*cold) return WH_OK;
    s->warm = st->tx;
    return journal_push(st, JOURNAL_WARM_SLOT, s, NULL, 0);
}

static struct transient *transient_of(struct state *st, struct account *a, const u256 *key,
                                      bool make)
{
    uint64_t hash = state_hash_slot(st, a, key);
    struct state_table *t = &st->transients;
    size_t i = (size_t)hash & t->mask;
    for (; t->places[i].item != NULL; i = (i + 1) & t->mask) {
        if (t->places[i].hash != hash) continue;
        struct transient *x = (struct transient *)t->places[i].item;
        if (x->account == a && u256_eq(&x->key, key)) return x;
    }
    if (!make || table_make_room(st, t) != WH_OK) return NULL;
    struct transient *x = WH_NEW(st->arena, struct transient, 1);
    if (x == NULL) return NULL;
    *x = (struct transient){.key = *key, .account = a};
    t->count++;
    i = (size_t)hash & t->mask;
    while (t->places[i].item != NULL)
        i = (i + 1) & t->mask;
    t->places[i] = (struct state_place){hash, x};
    return x;
}

wh_status state_get_transient(struct state *st, struct account *a, const u256 *key, u256 *out)
{
    if (st->failure != WH_OK) return st->failure;
    const struct transient *x = transient_of(st, a, key, false);
    *out = x != NULL && x->tx == st->tx ? x->value : u256_from_u64(0);
    return WH_OK;
}

wh_status state_set_transient(struct state *st, struct account *a, const u256 *key,
                              const u256 *value)
{
    struct transient *x = transient_of(st, a, key, true);
    if (x == NULL) return state_fail(st, WH_E_NOMEM);
    if (x->tx != st->tx) {
        x->tx = st->tx;
        x->value = u256_from_u64(0);
    }
    WH_TRY(journal_push(st, JOURNAL_TRANSIENT, x, &x->value, sizeof x->value));
    x->value = *value;
    return WH_OK;
}

wh_status state_log(struct state *st, const address *at, const bytes32 *topics, unsigned n,
                    wh_span data)
{
    if (st->failure != WH_OK) return st->failure;
    void *items = st->logs;
    WH_TRY(state_grow(st, &items, &st->log_cap, st->log_count, sizeof *st->logs));
    st->logs = (struct state_log *)items;
    uint8_t *copy = WH_NEW(st->arena, uint8_t, data.len);
    if (copy == NULL) return state_fail(st, WH_E_NOMEM);
    if (data.len != 0) memcpy(copy, data.ptr, data.len);
    struct state_log *log = &st->logs[st->log_count++];
    memset(log, 0, sizeof *log);
    log->at = *at;
    log->topic_count = (uint8_t)n;
    for (unsigned i = 0; i < n; i++)
        log->topics[i] = topics[i];
    log->data = wh_span_of(copy, data.len);
    return WH_OK;
}
