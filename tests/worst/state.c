/* SPDX-License-Identifier: MIT */
/* Steps whose witness is large: each unit of gas buys as many bytes of state as it can. */
#include "tests/worst/scene.h"

uint64_t scene_gas = 1 << 24;

void scene_call(struct scene *s, wh_span data)
{
    static address to;
    to = scene_contract();
    s->items[s->item_count++] = toy_sign(s->t, &(struct toy_tx){.gas = scene_gas,
                                                                .gas_price = 2000000000,
                                                                .to = &to,
                                                                .data = data,
                                                                .chain_id = SCENE_CHAIN});
    s->step = SEG_TX;
}

void scene_run(struct scene *s, const struct program *c)
{
    const address at = scene_contract();
    toy_account(s->t, &at, 1, 0, code_span(c));
    scene_call(s, wh_span_of(NULL, 0));
}

/* Pushes the address base + i, with i on top of the stack. */
static void push_account(struct program *c)
{
    const address base = scene_account(0);
    code_op(c, 0x80); /* DUP1 */
    code_push_address(c, &base);
    code_op(c, 0x01); /* ADD */
}

void build_extcodesize(struct scene *s)
{
    struct program c = {.n = 0};
    const uint32_t count = s->full ? 6500 : 220;
    static uint8_t code[CODE_MAX];
    for (uint32_t i = 0; i < count; i++) {
        const address at = scene_account(i);
        store_be32(code + 4, i);
        toy_account(s->t, &at, 1, 0, toy_copy(s->t, wh_span_of(code, sizeof code)));
    }
    const size_t loop = code_loop(&c);
    push_account(&c);
    code_ops(&c, "3b50"); /* EXTCODESIZE POP */
    code_loop_end(&c, loop, 4000);
    scene_run(s, &c);
}

static void slots(struct scene *s, uint32_t count)
{
    const address at = scene_contract();
    for (uint32_t i = 0; i < count; i++)
        toy_slot(s->t, &at, i, UINT64_MAX - i);
}

static uint32_t trie_size(const struct scene *s)
{
    return s->full ? 100000 : 50000;
}

void build_sload(struct scene *s)
{
    struct program c = {.n = 0};
    const size_t loop = code_loop(&c);
    code_ops(&c, "805450"); /* DUP1 SLOAD POP */
    code_loop_end(&c, loop, 4000);
    scene_run(s, &c);
    slots(s, trie_size(s));
}

void build_clear_slots(struct scene *s)
{
    struct program c = {.n = 0};
    const size_t loop = code_loop(&c);
    code_ops(&c, "805f9055"); /* DUP1 PUSH0 SWAP1 SSTORE */
    code_loop_end(&c, loop, 8000);
    scene_run(s, &c);
    slots(s, trie_size(s));
}

void build_new_slots(struct scene *s)
{
    struct program c = {.n = 0};
    const size_t loop = code_loop(&c);
    code_ops(&c, "305a01"); /* ADDRESS GAS ADD: a value that is not 0 */
    code_op(&c, 0x81);      /* DUP2 */
    code_push(&c, 1 << 30);
    code_ops(&c, "0155"); /* ADD SSTORE: key i + 2^30 */
    code_loop_end(&c, loop, 30000);
    scene_run(s, &c);
    slots(s, trie_size(s));
}

static void accounts(struct scene *s, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const address at = scene_account(i);
        toy_account(s->t, &at, i + 1, 1, wh_span_of(NULL, 0));
    }
}

void build_balance(struct scene *s)
{
    struct program c = {.n = 0};
    const size_t loop = code_loop(&c);
    push_account(&c);
    code_ops(&c, "3150"); /* BALANCE POP */
    code_loop_end(&c, loop, 4000);
    scene_run(s, &c);
    accounts(s, trie_size(s));
}

/* ---- EIP-7702 ---- */

static void authority_key(uint32_t i, uint8_t key[32])
{
    memset(key, 0x11, 32);
    store_be32(key + 28, i + 1);
}

/* keccak(0x05 || rlp([chain id, address, nonce])), signed. */
static void put_authorization(struct scene *s, struct rlp_back *w, uint32_t i)
{
    uint8_t key[32], buf[64] = {0}, r[32], sig[32];
    const address target = scene_account(i);
    struct rlp_back m;
    wh_span msg;
    bytes32 hash;
    unsigned parity;
    const uint8_t magic = 5;
    authority_key(i, key);
    rlp_back_init(&m, buf, sizeof buf);
    size_t list = rlp_back_mark(&m);
    rlp_back_u64(&m, 0);
    rlp_back_string(&m, wh_span_of(target.b, 20));
    rlp_back_u64(&m, SCENE_CHAIN);
    rlp_back_list(&m, list);
    rlp_back_raw(&m, wh_span_of(&magic, 1));
    TOY_MUST(rlp_back_done(&m, &msg));
    s->t->crypto->keccak256(s->t->crypto->ctx, msg.ptr, msg.len, &hash);
    TOY_MUST(wh_sign(key, &hash, r, sig, &parity));
    const u256 rv = u256_from_be(r), sv = u256_from_be(sig);
    list = rlp_back_mark(w);
    rlp_back_u256(w, &sv);
    rlp_back_u256(w, &rv);
    rlp_back_u64(w, parity);
    rlp_back_u64(w, 0);
    rlp_back_string(w, wh_span_of(target.b, 20));
    rlp_back_u64(w, SCENE_CHAIN);
    rlp_back_list(w, list);
}

static void put_set_code(struct scene *s, struct rlp_back *w, uint32_t count)
{
    const address to = scene_contract();
    const size_t list = rlp_back_mark(w);
    for (uint32_t i = count; i > 0; i--)
        put_authorization(s, w, i - 1);
    rlp_back_list(w, list);
    rlp_back_list(w, rlp_back_mark(w)); /* access list */
    rlp_back_string(w, wh_span_of(NULL, 0));
    rlp_back_u64(w, 0);
    rlp_back_string(w, wh_span_of(to.b, 20));
    rlp_back_u64(w, scene_gas);
    rlp_back_u64(w, 2000000000);
    rlp_back_u64(w, 1000000000);
    rlp_back_u64(w, 0);
    rlp_back_u64(w, SCENE_CHAIN);
}

/* kind || 4 || rlp([fields, parity, r, s]) */
static wh_span set_code_tx(struct scene *s, uint32_t count)
{
    const size_t cap = (size_t)count * 112 + 512;
    const uint8_t type = 4, kind = ITEM_POSTED;
    uint8_t *buf = malloc(cap), r[32], sig[32];
    struct rlp_back w;
    wh_span bytes;
    bytes32 hash;
    unsigned parity;
    if (buf == NULL) toy_must(WH_E_NOMEM, "malloc", __LINE__);
    rlp_back_init(&w, buf, cap);
    size_t list = rlp_back_mark(&w);
    put_set_code(s, &w, count);
    rlp_back_list(&w, list);
    rlp_back_raw(&w, wh_span_of(&type, 1));
    TOY_MUST(rlp_back_done(&w, &bytes));
    s->t->crypto->keccak256(s->t->crypto->ctx, bytes.ptr, bytes.len, &hash);
    TOY_MUST(wh_sign(s->t->key, &hash, r, sig, &parity));
    const u256 rv = u256_from_be(r), sv = u256_from_be(sig);
    rlp_back_init(&w, buf, cap);
    list = rlp_back_mark(&w);
    rlp_back_u256(&w, &sv);
    rlp_back_u256(&w, &rv);
    rlp_back_u64(&w, parity);
    put_set_code(s, &w, count);
    rlp_back_list(&w, list);
    rlp_back_raw(&w, wh_span_of(&type, 1));
    rlp_back_raw(&w, wh_span_of(&kind, 1));
    TOY_MUST(rlp_back_done(&w, &bytes));
    const wh_span kept = toy_copy(s->t, bytes);
    free(buf);
    return kept;
}

/* Each names an authority that exists, in a large trie, so that its path is read and written. */
void build_authorizations(struct scene *s)
{
    const uint32_t count = (uint32_t)(scene_gas - 21000 - 2600) / 25000;
    const address at = scene_contract();
    toy_account(s->t, &at, 1, 0, wh_span_of("\0", 1));
    accounts(s, trie_size(s));
    for (uint32_t i = 0; i < count; i++) {
        uint8_t key[32];
        address who;
        authority_key(i, key);
        TOY_MUST(wh_key_address(key, &who));
        toy_account(s->t, &who, 0, 1, wh_span_of(NULL, 0));
    }
    s->items[s->item_count++] = set_code_tx(s, count);
    s->step = SEG_TX;
}
