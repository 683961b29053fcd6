/* SPDX-License-Identifier: MIT */
/* Accounts: handles, loading, the journaled mutators. */
#include "evm/hash/keccak.h"
#include "evm/rlp/rlp.h"
#include "evm/state/private.h"

__extension__ typedef unsigned __int128 u128;

/* The multiply-and-fold of wyhash. The seed is the state root: whoever grinds colliding keys must know
 * the root that his transaction will run on. */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
    u128 p = (u128)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t hash_address(const struct state *st, const address *a)
{
    uint64_t x = load_le64(a->b), y = load_le64(a->b + 8);
    uint64_t z = load_be32(a->b + 16);
    uint64_t h = fold(x ^ st->seed, y ^ 0xa0761d6478bd642full);
    return fold(h ^ z ^ 0xe7037ed1a0b428dbull, st->seed ^ 0x8ebc6af09c88c6e3ull);
}

uint64_t state_hash_slot(const struct state *st, const struct account *a, const u256 *key)
{
    uint64_t h = fold(key->w[0] ^ st->seed, key->w[1] ^ 0xa0761d6478bd642full);
    uint64_t g = fold(key->w[2] ^ 0xe7037ed1a0b428dbull, key->w[3] ^ st->seed);
    return fold(h ^ a->id, g ^ 0x8ebc6af09c88c6e3ull);
}

struct account *state_account(struct state *st, const address *at)
{
    uint64_t hash = hash_address(st, at);
    struct state_table *t = &st->accounts;
    size_t i = (size_t)hash & t->mask;
    for (; t->places[i].item != NULL; i = (i + 1) & t->mask) {
        if (t->places[i].hash != hash) continue;
        struct account *a = (struct account *)t->places[i].item;
        if (address_eq(&a->at, at)) return a;
    }
    if (table_make_room(st, t) != WH_OK) return NULL;
    struct account *a = WH_NEW(st->arena, struct account, 1);
    if (a == NULL) {
        (void)state_fail(st, WH_E_NOMEM);
        return NULL;
    }
    memset(a, 0, sizeof *a);
    a->at = *at;
    a->id = (uint32_t)t->count++;
    i = (size_t)hash & t->mask;
    while (t->places[i].item != NULL)
        i = (i + 1) & t->mask;
    t->places[i] = (struct state_place){hash, a};
    return a;
}

void account_key(struct state *st, struct account *a)
{
    if (a->has_key) return;
    st->crypto->keccak256(st->crypto->ctx, a->at.b, sizeof a->at.b, &a->key);
    a->has_key = true;
}

wh_status account_decode(wh_span rlp, uint64_t *nonce, u256 *balance, bytes32 *storage_root,
                         bytes32 *code_hash)
{
    wh_span in;
    WH_TRY(rlp_list(rlp, &in));
    WH_TRY(rlp_next_u64(&in, nonce));
    WH_TRY(rlp_next_u256(&in, balance));
    WH_TRY(rlp_next_fixed(&in, storage_root->b, 32));
    WH_TRY(rlp_next_fixed(&in, code_hash->b, 32));
    return rlp_end(in);
}

size_t account_encode(uint64_t nonce, const u256 *balance, const bytes32 *storage_root,
                      const bytes32 *code_hash, uint8_t out[ACCOUNT_RLP_MAX])
{
    size_t payload = rlp_u64_size(nonce) + rlp_u256_size(balance) + 33 + 33;
    uint8_t *p = rlp_put_list(out, payload);
    p = rlp_put_u64(p, nonce);
    p = rlp_put_u256(p, balance);
    p = rlp_put_string(p, wh_span_of(storage_root->b, 32));
    p = rlp_put_string(p, wh_span_of(code_hash->b, 32));
    return (size_t)(p - out);
}

static wh_status take_leaf(struct account *a, wh_span leaf)
{
    memset(&a->f, 0, sizeof a->f);
    a->f.code_hash = KECCAK_EMPTY;
    a->base_storage_root = KECCAK_EMPTY_TRIE;
    if (leaf.len != 0) {
        WH_TRY(account_decode(leaf, &a->f.nonce, &a->f.balance, &a->base_storage_root,
                              &a->f.code_hash));
        a->f.exists = true;
        a->f.has_code = !bytes32_eq(&a->f.code_hash, &KECCAK_EMPTY);
    }
    a->base_exists = a->f.exists;
    a->base_balance = a->f.balance;
    a->base_nonce = a->f.nonce;
    a->base_code_hash = a->f.code_hash;
    a->known = true;
    return WH_OK;
}

wh_status state_load_slow(struct state *st, struct account *a)
{
    if (st->failure != WH_OK) return st->failure;
    account_key(st, a);
    wh_span leaf;
    wh_status s =
        mpt_get(&st->trie, &a->key, &leaf); /* reports the path, also of a known account */
    if (s == WH_OK && !a->known) s = take_leaf(a, leaf);
    if (s != WH_OK) return state_fail(st, s);
    a->step = st->step;
    return WH_OK;
}

static wh_status fetch_code(struct state *st, const bytes32 *hash, struct code **out)
{
    const struct wh_preimages *p = st->preimages;
    struct code *c = code_cache_find(st->codes, hash);
    if (c == NULL && st->codes != &st->own_codes) c = code_cache_find(&st->own_codes, hash);
    if (c == NULL) {
        wh_span bytes;
        if (p == NULL) return WH_E_MISSING;
        WH_TRY(p->get(p->ctx, WH_OBJECT_CODE, hash, &bytes));
        wh_status s = code_cache_add(st->codes, hash, bytes, &c);
        if (s == WH_E_NOMEM && st->codes != &st->own_codes) /* a full cache is nobody's trouble */
            s = code_cache_add(&st->own_codes, hash, bytes, &c);
        WH_TRY(s);
    } else if (c->epoch != st->epoch && p != NULL && p->use != NULL) {
        WH_TRY(p->use(p->ctx, WH_OBJECT_CODE, hash, wh_span_of(c->bytes, c->len)));
    }
    c->epoch = st->epoch;
    *out = c;
    return WH_OK;
}

wh_status state_load_code(struct state *st, struct account *a)
{
    WH_TRY(state_load(st, a));
    if (!a->f.has_code) {
        a->f.code = &st->empty_code;
        return WH_OK;
    }
    if (a->f.code != NULL && a->f.code->epoch == st->epoch) return WH_OK;
    wh_status s = fetch_code(st, &a->f.code_hash, &a->f.code);
    return s == WH_OK ? WH_OK : state_fail(st, s);
}

wh_status state_mark_dirty(struct state *st, struct account *a)
{
    if (a->dirty) return WH_OK;
    void *items = st->dirty;
    WH_TRY(state_grow(st, &items, &st->dirty_cap, st->dirty_count, sizeof *st->dirty));
    st->dirty = (struct account **)items;
    st->dirty[st->dirty_count++] = a;
    a->dirty = true;
    return WH_OK;
}

static wh_status change(struct state *st, struct account *a)
{
    WH_ASSERT(a->step == st->step);
    WH_TRY(state_mark_dirty(st, a));
    return journal_push(st, JOURNAL_ACCOUNT, a, &a->f, sizeof a->f);
}

wh_status state_set_nonce(struct state *st, struct account *a, uint64_t nonce)
{
    WH_TRY(change(st, a));
    a->f.nonce = nonce;
    a->f.exists = true;
    return WH_OK;
}

wh_status state_set_balance(struct state *st, struct account *a, const u256 *balance)
{
    WH_TRY(change(st, a));
    a->f.balance = *balance;
    a->f.exists = true;
    return WH_OK;
}

wh_status state_add_balance(struct state *st, struct account *a, const u256 *amount)
{
    WH_TRY(state_load(st, a));
    WH_TRY(state_touch(st, a));
    u256 sum;
    (void)u256_add(&sum, &a->f.balance, amount);
    return state_set_balance(st, a, &sum);
}

wh_status state_sub_balance(struct state *st, struct account *a, const u256 *amount)
{
    WH_TRY(state_load(st, a));
    u256 rest;
    bool borrow = u256_sub(&rest, &a->f.balance, amount);
    WH_ASSERT(!borrow);
    return state_set_balance(st, a, &rest);
}

wh_status state_set_code(struct state *st, struct account *a, wh_span code)
{
    WH_TRY(change(st, a));
    if (code.len == 0) {
        a->f.code_hash = KECCAK_EMPTY;
        a->f.code = &st->empty_code;
        a->f.has_code = false;
        return WH_OK;
    }
    bytes32 hash;
    st->crypto->keccak256(st->crypto->ctx, code.ptr, code.len, &hash);
    struct code *c = code_cache_find(st->codes, &hash);
    if (c == NULL && st->codes != &st->own_codes) c = code_cache_find(&st->own_codes, &hash);
    if (c == NULL) {
        wh_status s = code_cache_add(st->codes, &hash, code, &c);
        if (s == WH_E_NOMEM && st->codes != &st->own_codes)
            s = code_cache_add(&st->own_codes, &hash, code, &c);
        if (s != WH_OK) return state_fail(st, s);
    }
    c->epoch = st->epoch; /* made in this step: not asked for in it */
    a->f.code_hash = hash;
    a->f.code = c;
    a->f.has_code = true;
    a->f.exists = true;
    return WH_OK;
}

wh_status state_make(struct state *st, struct account *a)
{
    WH_TRY(state_load(st, a));
    if (a->f.exists) return WH_OK;
    WH_TRY(change(st, a));
    a->f.exists = true;
    return WH_OK;
}

wh_status state_mark_created(struct state *st, struct account *a)
{
    WH_TRY(state_load(st, a));
    WH_TRY(change(st, a));
    a->f.exists = true;
    a->f.created = st->tx;
    return WH_OK;
}

wh_status state_mark_destructed(struct state *st, struct account *a)
{
    WH_TRY(state_load(st, a));
    WH_TRY(change(st, a));
    a->f.destructed = true;
    return WH_OK;
}

wh_status state_touch(struct state *st, struct account *a)
{
    if (a->at.b[19] == 3) {
        static const uint8_t zero[19] = {0};
        if (memcmp(a->at.b, zero, sizeof zero) == 0) st->ripemd_touched = true;
    }
    return journal_push(st, JOURNAL_TOUCH, a, NULL, 0);
}

wh_status state_warm(struct state *st, struct account *a, bool *cold)
{
    *cold = a->warm != st->tx;
    if (!*cold) return WH_OK;
    a->warm = st->tx;
    return journal_push(st, JOURNAL_WARM_ACCOUNT, a, NULL, 0);
}

wh_status account_destroy(struct state *st, struct account *a)
{
    WH_TRY(state_mark_dirty(st, a));
    memset(&a->f, 0, sizeof a->f);
    a->f.code_hash = KECCAK_EMPTY;
    a->wiped++;
    a->base_wiped = true;
    return WH_OK;
}

bool account_has_storage(const struct account *a)
{
    if (!a->base_wiped && !bytes32_eq(&a->base_storage_root, &KECCAK_EMPTY_TRIE)) return true;
    for (const struct slot *s = a->dirty_slots; s != NULL; s = s->next_dirty)
        if (s->wiped == a->wiped && !u256_is_zero(&s->value)) return true;
    return false;
}
