/* SPDX-License-Identifier: MIT */
/* Life of a state, and access from outside transactions. */
#include "evm/state/state.h"
#include "evm/hash/keccak.h"
#include "evm/state/private.h"

static const uint8_t no_code[CODE_PADDING];

wh_status state_init(struct state *st, struct wh_arena *arena, const struct wh_preimages *preimages,
                     const struct evm_crypto *crypto, struct code_cache *codes, const bytes32 *root)
{
    memset(st, 0, sizeof *st);
    st->arena = arena;
    st->preimages = preimages;
    st->crypto = crypto;
    st->seed = load_le64(root->b) | 1;
    WH_TRY(code_cache_init(&st->own_codes, arena));
    st->codes = codes != NULL ? codes : &st->own_codes;
    st->empty_code = (struct code){
        .hash = KECCAK_EMPTY, .bytes = no_code, .len = 0, .jumpdests = NULL, .analysed = false};
    WH_TRY(table_init(st, &st->accounts, 256));
    WH_TRY(table_init(st, &st->slots, 256));
    WH_TRY(table_init(st, &st->transients, 64));
    mpt_pool_init(&st->pool, arena, preimages, crypto);
    WH_TRY(mpt_open(&st->trie, &st->pool, root));
    st->tx = 1; /* queries before the first transaction; 0 stands for never */
    state_begin_step(st);
    return WH_OK;
}

void state_begin_step(struct state *st)
{
    st->step++;
    st->pool.step = st->step;
    st->epoch = ++st->codes->epoch;
}

bytes32 state_root(const struct state *st)
{
    return mpt_root(&st->trie);
}

static wh_status load_at(struct state *st, const address *at, struct account **a)
{
    *a = state_account(st, at);
    return *a == NULL ? st->failure : state_load(st, *a);
}

wh_status state_get(struct state *st, const address *at, struct state_info *out)
{
    struct account *a;
    WH_TRY(load_at(st, at, &a));
    *out = (struct state_info){a->f.exists, a->f.nonce, a->f.balance, a->f.code_hash};
    return WH_OK;
}

wh_status state_get_code(struct state *st, const address *at, wh_span *code)
{
    struct account *a = state_account(st, at);
    if (a == NULL) return st->failure;
    WH_TRY(state_load_code(st, a));
    *code = wh_span_of(a->f.code->bytes, a->f.code->len);
    return WH_OK;
}

wh_status state_get_slot(struct state *st, const address *at, const u256 *key, u256 *out)
{
    struct account *a = state_account(st, at);
    if (a == NULL) return st->failure;
    struct slot *s = state_slot(st, a, key);
    if (s == NULL) return st->failure;
    WH_TRY(state_load_slot(st, s));
    *out = s->value;
    return WH_OK;
}

wh_status state_prove_account(struct state *st, const address *at, mpt_proof_node emit, void *ctx)
{
    struct account *a;
    WH_TRY(load_at(st, at, &a));
    return mpt_prove(&st->trie, &a->key, emit, ctx);
}

wh_status state_prove_slot(struct state *st, const address *at, const u256 *key,
                           mpt_proof_node emit, void *ctx)
{
    struct account *a;
    WH_TRY(load_at(st, at, &a));
    struct slot *s = state_slot(st, a, key);
    if (s == NULL) return st->failure;
    if (!a->base_exists) return WH_OK;
    slot_hash(st, s);
    WH_TRY(account_trie(st, a));
    return mpt_prove(&a->trie, &s->hash, emit, ctx);
}

wh_status state_put_account(struct state *st, const address *at, uint64_t nonce,
                            const u256 *balance, wh_span code)
{
    struct account *a;
    WH_TRY(load_at(st, at, &a));
    WH_TRY(state_set_code(st, a, code));
    WH_TRY(state_set_nonce(st, a, nonce));
    WH_TRY(state_set_balance(st, a, balance));
    st->journal_len = 0;
    return WH_OK;
}

wh_status state_put_slot(struct state *st, const address *at, const u256 *key, const u256 *value)
{
    struct account *a;
    WH_TRY(load_at(st, at, &a));
    struct slot *s = state_slot(st, a, key);
    if (s == NULL) return st->failure;
    WH_TRY(state_load_slot(st, s));
    WH_TRY(state_set_slot(st, s, value));
    s->original = *value;
    st->journal_len = 0;
    return WH_OK;
}
