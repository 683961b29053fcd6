/* SPDX-License-Identifier: MIT */
#include "deploy/liar/lie.h"

#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/segment/frontier.h"
#include "evm/segment/ring.h"
#include "evm/segment/seg_state.h"
#include "evm/state/state.h"
#include "evm/tx/tx.h"

static const struct {
    const char *name, *text;
} lies[LIE_COUNT] = {
#define LIE(name, text) [LIE_##name] = {#name, text},
#include "deploy/liar/lies.def"
#undef LIE
};

/* number reads decimal digits; *end is behind them. */
static bool number(const char *text, uint64_t *out, char **end)
{
    if (text[0] < '0' || text[0] > '9') return false;
    *out = strtoull(text, end, 10);
    return true;
}

bool lie_parse(const char *text, struct lie *out)
{
    const char *at = strchr(text, '@');
    char *end;
    if (!at || !number(at + 1, &out->at, &end)) return false;
    out->input = UINT64_MAX;
    if (*end == '.') {
        out->input = out->at;
        if (!number(end + 1, &out->at, &end)) return false;
    }
    if (*end) return false;
    for (int i = 0; i < LIE_COUNT; i++)
        if (strlen(lies[i].name) == (size_t)(at - text) &&
            memcmp(lies[i].name, text, (size_t)(at - text)) == 0) {
            out->kind = (enum lie_kind)i;
            return true;
        }
    return false;
}

const char *lie_text(enum lie_kind kind)
{
    return lies[kind].text;
}

const char *lie_name(enum lie_kind kind)
{
    return lies[kind].name;
}

/* What a lie works on: the true post state of the transaction, decoded. */
struct forge {
    const struct seg_env *env;
    struct seg_state pre, post;
    struct tx tx;
    address sender;
};

static wh_status make(const struct seg_env *env, enum wh_object kind, wh_span bytes, bytes32 *hash)
{
    keccak256(bytes.ptr, bytes.len, hash);
    return env->made->put(env->made->ctx, kind, hash, bytes);
}

static wh_status find(const struct seg_env *env, const bytes32 *hash, wh_span *bytes)
{
    return env->preimages->get(env->preimages->ctx, WH_OBJECT_DATA, hash, bytes);
}

/* open_item reads the transaction that the state before it would run next. */
static wh_status open_item(struct forge *f, bytes32 *h, bytes32 *rest)
{
    wh_span pair, item;
    WH_TRY(find(f->env, &f->pre.items_rest, &pair));
    if (pair.len != 64) return WH_E_FORMAT;
    memcpy(h->b, pair.ptr, 32);
    memcpy(rest->b, pair.ptr + 32, 32);
    WH_TRY(find(f->env, h, &item));
    if (item.len < 2) return WH_E_FORMAT;
    WH_TRY(tx_decode(f->env->crypto, wh_span_of(item.ptr + 1, item.len - 1), &f->tx));
    return tx_sender(f->env->crypto, &f->tx, true, &f->sender);
}

/* --- lies about the world */

static wh_status put_balance(struct state *st, struct account *a)
{
    u256 ether = {{UINT64_C(1000000000000000000), 0, 0, 0}};
    return state_add_balance(st, a, &ether);
}

static wh_status put_slot(struct state *st, struct account *a)
{
    u256 value = u256_from_u64(0x11e);
    for (uint64_t i = 0; i < 16; i++) {
        u256 key = u256_from_u64(i);
        struct slot *s = state_slot(st, a, &key);
        if (!s) return WH_E_NOMEM;
        wh_status status = state_load_slot(st, s);
        if (status != WH_OK) return status;
        if (!u256_eq(&s->value, &value)) return state_set_slot(st, s, &value);
    }
    return WH_E_FORMAT;
}

static wh_status change(struct forge *f, enum lie_kind kind, struct state *st)
{
    static const uint8_t code[] = {0x60, 0x00, 0x60, 0x00, 0xfd}; /* always reverts */
    const address *who = kind == LIE_storage || kind == LIE_code ? &f->tx.to : &f->sender;
    struct account *a = state_account(st, who);
    if (!a) return WH_E_NOMEM;
    WH_TRY(state_load(st, a));
    switch (kind) {
    case LIE_balance: return put_balance(st, a);
    case LIE_nonce: return state_set_nonce(st, a, a->f.nonce + 1);
    case LIE_storage: return put_slot(st, a);
    case LIE_code: return state_set_code(st, a, wh_span_of(code, sizeof code));
    case LIE_log:
    case LIE_gas:
    case LIE_dropped:
    case LIE_swapped:
    case LIE_COUNT: break;
    }
    return WH_E_FORMAT;
}

static wh_status lie_world(struct forge *f, enum lie_kind kind)
{
    struct state st;
    WH_TRY(state_init(&st, f->env->arena, f->env->preimages, f->env->crypto, NULL,
                      &f->post.state_root));
    state_begin_tx(&st);
    WH_TRY(change(f, kind, &st));
    WH_TRY(state_commit_tx(&st, (enum evm_fork)f->post.fork));
    return state_settle(&st, f->env->made, &f->post.state_root);
}

/* --- lies about the receipt */

static wh_status lie_log(struct forge *f)
{
    /* status 1, the gas so far, an empty bloom, no logs: as if the transaction had been silent */
    static const uint8_t silent[] = {0xc4, 0x01, 0x80, 0x80, 0xc0};
    struct frontier fr;
    uint8_t *bytes = (uint8_t *)wh_arena_alloc(f->env->arena, FRONTIER_BYTES_MAX, 1);
    wh_span old;
    if (!bytes) return WH_E_NOMEM;
    WH_TRY(find(f->env, &f->pre.rcpts_acc, &old));
    WH_TRY(frontier_decode(old, &fr));
    WH_TRY(frontier_push(&fr, f->env->crypto, wh_span_of(silent, sizeof silent)));
    size_t len = frontier_encode(&fr, bytes, FRONTIER_BYTES_MAX);
    f->post.logs_bloom = f->pre.logs_bloom;
    return make(f->env, WH_OBJECT_DATA, wh_span_of(bytes, len), &f->post.rcpts_acc);
}

/* no_effect: the item is gone, and nothing else happened. */
static wh_status no_effect(const struct seg_env *env, const struct seg_state *pre,
                           struct seg_state *post)
{
    wh_span pair;
    WH_TRY(find(env, &pre->items_rest, &pair));
    if (pair.len != 64) return WH_E_FORMAT;
    *post = *pre;
    memcpy(post->items_rest.b, pair.ptr + 32, 32);
    post->items_left--;
    return WH_OK;
}

static wh_status lie_once(struct forge *f, enum lie_kind kind)
{
    bytes32 h, rest;
    if (kind == LIE_dropped) return no_effect(f->env, &f->pre, &f->post);
    if (kind == LIE_log) return lie_log(f);
    if (kind == LIE_gas) {
        f->post.gas_used += 1000;
        return WH_OK;
    }
    WH_TRY(open_item(f, &h, &rest));
    wh_status st = lie_world(f, kind);
    if (st != WH_E_MISSING || kind != LIE_storage) return st;
    /* the witness has no way to those slots: lie about the sender's balance instead */
    return lie_world(f, LIE_balance);
}

/* swap builds the state before item N as if item N+1 came first. */
static wh_status swap(const struct seg_env *env, struct seg_state *pre)
{
    wh_span first, second;
    uint8_t pair[64];
    bytes32 tail;
    WH_TRY(find(env, &pre->items_rest, &first));
    bytes32 next;
    memcpy(next.b, first.ptr + 32, 32);
    WH_TRY(find(env, &next, &second));
    memcpy(pair, first.ptr, 32);
    memcpy(pair + 32, second.ptr + 32, 32);
    WH_TRY(make(env, WH_OBJECT_DATA, wh_span_of(pair, sizeof pair), &tail));
    memcpy(pair, second.ptr, 32);
    memcpy(pair + 32, tail.b, 32);
    return make(env, WH_OBJECT_DATA, wh_span_of(pair, sizeof pair), &pre->items_rest);
}

static void keep_ring(void *ctx, const bytes32 *hash, const uint8_t node[64])
{
    const struct seg_env *env = (const struct seg_env *)ctx;
    if (env->made->put(env->made->ctx, WH_OBJECT_DATA, hash, wh_span_of(node, 64)) != WH_OK)
        return; /* the next block will lack it */
}

/* seal claims the block's true hash over whatever state was reached. */
static wh_status seal(const struct seg_env *env, const struct seg_state *pre,
                      struct seg_state *post)
{
    struct ring_path path;
    memset(post, 0, sizeof *post);
    post->ruleset = pre->ruleset;
    post->phase = SEG_SEALED;
    post->chain_id = pre->chain_id;
    post->chain_cfg_hash = pre->chain_cfg_hash;
    post->number = pre->number;
    post->inbox_pos = pre->inbox_pos + 1;
    post->head_hash = pre->l1_hash;
    post->state_root = pre->state_root;
    WH_TRY(ring_open(env->preimages, &pre->anc_root, (uint8_t)(pre->number % RING_SLOTS), &path));
    struct seg_env mine = *env;
    ring_fold(&path, &post->head_hash, &post->anc_root, keep_ring, &mine);
    return WH_OK;
}

/* --- the history */

struct teller {
    const struct lie *lie;
    const struct seg_env *env;
    uint64_t target;
    const bytes32 *inputs;
    uint64_t first_input;
    bytes32 honest_rest; /* swapped: items_rest as it should be after the first of the two */
};

static wh_status run_one(struct teller *t, const uint8_t pre[SEG_STATE_SIZE],
                         uint8_t post[SEG_STATE_SIZE], struct seg_result *r)
{
    bytes32 input = {{0}};
    struct seg_state s;
    WH_TRY(seg_state_decode(pre, &s));
    if (s.phase == SEG_SEALED) input = t->inputs[s.inbox_pos - t->first_input];
    wh_status st = seg_execute(t->env, pre, t->target, &input, post, r);
    if (s.phase != SEG_OPEN) return st;
    if (st == WH_OK && post[5] != SEG_INVALID) return WH_OK;
    if (st < 0) return st;
    /* what cannot be run, or would end the chain, is claimed to have gone well */
    struct seg_state p;
    if (s.items_left > 0)
        WH_TRY(no_effect(t->env, &s, &p));
    else
        WH_TRY(seal(t->env, &s, &p));
    seg_state_encode(&p, post);
    *r = (struct seg_result){.kind = s.items_left ? SEG_TX : SEG_END, .phase = p.phase};
    return WH_OK;
}

static wh_status tell_one(struct teller *t, uint64_t tx, const uint8_t pre[SEG_STATE_SIZE],
                          uint8_t post[SEG_STATE_SIZE], struct seg_result *r)
{
    struct forge f = {.env = t->env};
    uint8_t other[SEG_STATE_SIZE];
    WH_TRY(seg_state_decode(pre, &f.pre));
    bool here = f.pre.phase == SEG_OPEN && f.pre.items_left > 0 && tx == t->lie->at &&
                (t->lie->input == UINT64_MAX || t->lie->input == f.pre.inbox_pos);
    if (t->lie->kind == LIE_swapped && here && f.pre.items_left > 1) {
        wh_span pair;
        WH_TRY(find(t->env, &f.pre.items_rest, &pair));
        memcpy(t->honest_rest.b, pair.ptr + 32, 32);
        WH_TRY(swap(t->env, &f.pre));
        seg_state_encode(&f.pre, other);
        return run_one(t, other, post, r); /* items_rest is put right when both have run */
    }
    WH_TRY(run_one(t, pre, post, r));
    if (!here || t->lie->kind == LIE_swapped) return WH_OK;
    WH_TRY(seg_state_decode(post, &f.post));
    WH_TRY(lie_once(&f, t->lie->kind));
    seg_state_encode(&f.post, post);
    return WH_OK;
}

/* The leaf after the first of two swapped items shows the honest rest of the list. */
static void put_right(const struct teller *t, uint8_t state[SEG_STATE_SIZE])
{
    struct seg_state s;
    if (seg_state_decode(state, &s) != WH_OK) return;
    s.items_rest = t->honest_rest;
    seg_state_encode(&s, state);
}

static wh_status tell(void *ctx, const struct seg_env *env, uint64_t target, const bytes32 *inputs,
                      uint64_t first_input, uint64_t first_step, const uint8_t pre[SEG_STATE_SIZE],
                      struct seg_result *results, uint8_t *states, size_t max, size_t *count)
{
    struct teller t = {(const struct lie *)ctx, env, target, inputs, first_input, {{0}}};
    uint8_t now[SEG_STATE_SIZE];
    (void)first_step;
    memcpy(now, pre, sizeof now);
    *count = 0;
    for (size_t i = 0; i < max && !seg_halted(now, target); i++) {
        uint8_t *post = states + i * SEG_STATE_SIZE;
        WH_TRY(tell_one(&t, i - 1, now, post, &results[i])); /* step 0 is BEGIN */
        memcpy(now, post, sizeof now);
        if (t.lie->kind == LIE_swapped && i == t.lie->at + 1 && !bytes32_is_zero(&t.honest_rest))
            put_right(&t, post);
        seg_leaf(env->crypto, post, &results[i].leaf);
        memcpy(results[i].state_root.b, post + 0x60, 32);
        results[i].phase = post[5];
        *count = i + 1;
    }
    return WH_OK;
}

struct agent_history lie_history(struct lie *lie)
{
    return (struct agent_history){lie, tell};
}
