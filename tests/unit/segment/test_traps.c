/* SPDX-License-Identifier: MIT */
/* The traps of EXECUTE (docs/TRAPS.md) by name, where they can arise in a step. Others: T9 and T10 state and its
 * vectors, T15 contracts and devnet. */
#include <stdlib.h>

#include "evm/segment/cache.h"
#include "evm/segment/trace.h"
#include "tests/damage.h"
#include "tests/tap.h"
#include "tests/toy_chain.h"

static struct toy t;
static struct toy_step last;

static wh_span none(void)
{
    return wh_span_of(NULL, 0);
}

static void rollup_init(void)
{
    struct chain_config c;
    chain_config_rollup(1337, 1000000, &c);
    toy_init(&t, &c);
    toy_account(&t, &t.sender, 0, 100, none());
}

static void contract(uint8_t n, const uint8_t *code, size_t len)
{
    address at = toy_address(n);
    toy_account(&t, &at, 1, 0, wh_span_of(code, len));
}

/* Seals the genesis at block 300, opens a block whose one item calls contract n, and captures the TX. */
static struct toy_step call_step(uint8_t n)
{
    static address to;
    to = toy_address(n);
    toy_seal_genesis(&t, 300);
    wh_span item = toy_sign(
        &t, &(struct toy_tx){.gas = 500000, .gas_price = 2000000000, .to = &to, .chain_id = 1337});
    toy_input(&t, &item, 1);
    (void)toy_step(&t);
    return toy_capture(&t, t.state);
}

static wh_status replay_last(void *ctx, wh_span trace, bytes32 *leaf)
{
    (void)ctx;
    return toy_replay(&t, &last, trace, leaf, 0);
}

/* Status with the entry of these bytes taken out; WH_E_NOMEM if the trace has no such entry. */
static wh_status without(const struct toy_step *s, wh_span entry)
{
    struct trace_entry *e;
    bytes32 leaf;
    uint8_t *buf = malloc(s->trace.len);
    uint32_t n = damage_entries(s->trace, &e), i = 0;
    wh_status status = WH_E_NOMEM;
    while (i < n &&
           (e[i].bytes.len != entry.len || memcmp(e[i].bytes.ptr, entry.ptr, entry.len) != 0))
        i++;
    if (i < n) {
        memmove(e + i, e + i + 1, (n - i - 1) * sizeof *e);
        status = toy_replay(&t, s, damage_join(s->trace.ptr[4], e, n - 1, buf), &leaf, 0);
    }
    free(buf);
    free(e);
    return status;
}

static struct state_info info_of(const struct toy_step *s, const address *at)
{
    struct state st;
    struct state_info info = {0};
    t.arena.used = 0;
    CHECK_EQ(state_init(&st, &t.arena, &t.io, t.crypto, NULL, &s->result.state_root), WH_OK);
    CHECK_EQ(state_get(&st, at, &info), WH_OK);
    return info;
}

static u256 slot_of(const struct toy_step *s, uint8_t n, uint64_t key)
{
    struct state st;
    u256 k = u256_from_u64(key), v = {{0}};
    address at = toy_address(n);
    t.arena.used = 0;
    CHECK_EQ(state_init(&st, &t.arena, &t.io, t.crypto, NULL, &s->result.state_root), WH_OK);
    CHECK_EQ(state_get_slot(&st, &at, &k, &v), WH_OK);
    return v;
}

/* Removing any entry (nodes of sender, slots, codes, item, accumulators) is WH_E_MISSING, never an
 * answer: R1, R2 and R4 on the way. */
static void test_T1_missing_node_is_never_absent(void)
{
    /* SLOAD 1 and 7, CALL of an absent address */
    static const uint8_t code[] = {0x60, 1,    0x54, 0x60, 7,    0x54, 0x5f, 0x5f,
                                   0x5f, 0x5f, 0x5f, 0x60, 0xbe, 0x5a, 0xf1, 0x00};
    rollup_init();
    contract(1, code, sizeof code);
    address at = toy_address(1);
    for (uint64_t k = 1; k < 40; k++)
        toy_slot(&t, &at, k, k);
    for (uint8_t n = 2; n < 90; n++)
        contract(n, code, 1);
    last = call_step(1);
    CHECK_EQ(last.status, WH_OK);
    struct trace_entry *e;
    uint32_t n = damage_entries(last.trace, &e);
    CHECK(n > 10);
    for (uint32_t i = 0; i < n; i++)
        CHECK_EQ(without(&last, e[i].bytes), WH_E_MISSING);
    free(e);
    struct damage_target d = {.replay = replay_last, .leaf = last.result.leaf};
    damage_all_entries(&d, last.trace);
    damage_all_bytes(&d, last.trace, 1);
    CHECK(d.refused == d.tried && d.tried > 500);
}

static void test_T2_missing_code_is_never_empty_code(void)
{
    static const uint8_t callee[] = {0x60, 1, 0x60, 1, 0x55, 0x00};
    uint8_t caller[40] = {0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x73}, *p = caller + 6;
    rollup_init();
    contract(2, callee, sizeof callee);
    address at = toy_address(2);
    memcpy(p, at.b, 20);
    p += 20;
    *p++ = 0x5a;
    *p++ = 0xf1;
    *p++ = 0x00;
    contract(1, caller, (size_t)(p - caller));
    last = call_step(1);
    CHECK_EQ(last.status, WH_OK);
    CHECK_EQ(without(&last, wh_span_of(callee, sizeof callee)), WH_E_MISSING);
    CHECK_EQ(without(&last, wh_span_of(caller, (size_t)(p - caller))), WH_E_MISSING);
}

/* A slot of two goes: the branch collapses, and what its sibling is must be shown. */
static void test_T3_collapse_needs_the_sibling(void)
{
    static const uint8_t clear_1[] = {0x5f, 0x60, 1, 0x55, 0x00};
    rollup_init();
    contract(1, clear_1, sizeof clear_1);
    address at = toy_address(1);
    toy_slot(&t, &at, 1, 5);
    u256 big = {{1, 2, 3, UINT64_MAX}}, two = {{2}};
    TOY_MUST(state_put_slot(&t.genesis, &at, &two, &big)); /* a leaf of more than 32 bytes */
    last = call_step(1);
    CHECK_EQ(last.status, WH_OK);
    /* leaf of slot 2: path hp(keccak(2) less the nibble of the branch), value 0x80 + 32 bytes */
    struct trace_entry *e;
    uint32_t n = damage_entries(last.trace, &e), found = 0;
    uint8_t value[32];
    u256_to_be(&big, value);
    for (uint32_t i = 0; i < n; i++) {
        if (e[i].bytes.len < 66 || memcmp(e[i].bytes.ptr + e[i].bytes.len - 32, value, 32) != 0)
            continue;
        found++;
        CHECK_EQ(without(&last, e[i].bytes), WH_E_MISSING);
    }
    CHECK_EQ(found, 1);
    free(e);
}

/* One slot goes and another comes: inserts first, so the branch never has one child only, and the
 * sibling is not part of the witness. */
static void test_T4_inserts_before_deletes(void)
{
    static const uint8_t swap[] = {0x5f, 0x60, 1, 0x55, 0x60, 9, 0x60, 3, 0x55, 0x00};
    rollup_init();
    contract(1, swap, sizeof swap);
    address at = toy_address(1);
    toy_slot(&t, &at, 1, 5);
    u256 big = {{1, 2, 3, UINT64_MAX}}, two = {{2}};
    TOY_MUST(state_put_slot(&t.genesis, &at, &two, &big));
    last = call_step(1);
    CHECK_EQ(last.status, WH_OK);
    struct trace_entry *e;
    uint32_t n = damage_entries(last.trace, &e);
    uint8_t value[32];
    u256_to_be(&big, value);
    for (uint32_t i = 0; i < n; i++)
        CHECK(e[i].bytes.len < 66 || memcmp(e[i].bytes.ptr + e[i].bytes.len - 32, value, 32) != 0);
    free(e);
    CHECK(slot_of(&last, 1, 3).w[0] == 9 && slot_of(&last, 1, 1).w[0] == 0);
}

/* A root that commits to a node with another encoding is no state: WH_E_FORMAT. */
static void test_T5_non_canonical_node_is_refused(void)
{
    static const uint8_t two_empty[] = {0xc2, 0x80, 0x80}, one_child[18] = {0xd1, 0x80};
    static const wh_span nodes[] = {{two_empty, sizeof two_empty}, {one_child, sizeof one_child}};
    for (size_t i = 0; i < 2; i++) {
        rollup_init();
        address to = toy_address(1);
        toy_seal_genesis(&t, 300);
        wh_span item = toy_sign(
            &t,
            &(struct toy_tx){.gas = 21000, .gas_price = 2000000000, .to = &to, .chain_id = 1337});
        toy_input(&t, &item, 1);
        (void)toy_step(&t);
        bytes32 root = toy_keep(&t, nodes[i]);
        memcpy(t.state + 0x060, root.b, 32);
        CHECK_EQ(toy_capture(&t, t.state).status, WH_E_FORMAT);
    }
}

/* The ring of the toy knows block 300 alone. */
static void test_T6_unknown_ancestor_is_missing_not_zero(void)
{
    static const uint8_t known[] = {0x61, 0x01, 0x2c, 0x40, 0x5f, 0x55, 0x00};            /* 300 */
    static const uint8_t unknown[] = {0x61, 0x01, 0x2b, 0x40, 0x5f, 0x55, 0x00};          /* 299 */
    static const uint8_t too_old[] = {0x60, 0x2c, 0x40, 0x60, 1, 0x01, 0x5f, 0x55, 0x00}; /* 44 */
    static const uint8_t future[] = {0x61, 0x01, 0x2d, 0x40, 0x60, 1, 0x01, 0x5f, 0x55, 0x00};
    rollup_init();
    contract(1, known, sizeof known);
    contract(2, unknown, sizeof unknown);
    contract(3, too_old, sizeof too_old);
    contract(4, future, sizeof future);
    last = call_step(1);
    CHECK_EQ(last.status, WH_OK);
    u256 word = slot_of(&last, 1, 0), head = u256_from_be(last.pre + 0x040);
    CHECK(u256_eq(&word, &head));
    rollup_init();
    contract(2, unknown, sizeof unknown);
    CHECK_EQ(call_step(2).status, WH_E_MISSING);
    rollup_init();
    contract(3, too_old, sizeof too_old);
    last = call_step(3);
    CHECK_EQ(last.status, WH_OK);
    CHECK_EQ(slot_of(&last, 3, 0).w[0], 1); /* 0 + 1 */
    rollup_init();
    contract(4, future, sizeof future);
    last = call_step(4);
    CHECK_EQ(last.status, WH_OK);
    CHECK_EQ(slot_of(&last, 4, 0).w[0], 1);
}

static void test_T7_step_kind_is_not_the_provers_choice(void)
{
    static const uint8_t stop[] = {0x00};
    bytes32 leaf;
    rollup_init();
    contract(1, stop, 1);
    last = call_step(1);
    for (uint8_t kind = 0; kind < 5; kind++) {
        uint8_t *copy = malloc(last.trace.len);
        memcpy(copy, last.trace.ptr, last.trace.len);
        copy[4] = kind;
        CHECK_EQ(toy_replay(&t, &last, wh_span_of(copy, last.trace.len), &leaf, 0),
                 kind == SEG_TX ? WH_OK : WH_E_MISMATCH);
        free(copy);
    }
}

/* A list of items longer or shorter than its count, which the Inbox cannot make. */
static void test_T7_rest_chain_and_count_must_agree(void)
{
    rollup_init();
    address to = toy_address(1);
    toy_seal_genesis(&t, 300);
    wh_span item = toy_sign(
        &t, &(struct toy_tx){.gas = 21000, .gas_price = 2000000000, .to = &to, .chain_id = 1337});
    toy_input(&t, &item, 1);
    (void)toy_step(&t);
    store_be32(t.state + 0x100, 2);
    CHECK_EQ(toy_capture(&t, t.state).status, WH_E_FORMAT);
}

/* Two accounts hold the very same storage trie: a write to one is not seen in the other. */
static void test_T11_equal_subtrees_are_not_shared_in_writing(void)
{
    static const uint8_t write[] = {0x60, 99, 0x60, 1, 0x55, 0x00};
    rollup_init();
    for (uint8_t n = 1; n <= 2; n++) {
        contract(n, write, sizeof write);
        address at = toy_address(n);
        for (uint64_t k = 1; k < 30; k++)
            toy_slot(&t, &at, k, 1000 + k);
    }
    last = call_step(1);
    CHECK_EQ(last.status, WH_OK);
    CHECK_EQ(slot_of(&last, 1, 1).w[0], 99);
    CHECK_EQ(slot_of(&last, 2, 1).w[0], 1001);
}

static void test_T12_unused_entries_and_wrong_order_are_refused(void)
{
    static const uint8_t stop[] = {0x00}, junk[] = {0x5b, 0x5b};
    bytes32 leaf;
    struct trace_entry *e;
    rollup_init();
    contract(1, stop, 1);
    last = call_step(1);
    uint32_t n = damage_entries(last.trace, &e);
    uint8_t *buf = malloc(last.trace.len + 64);
    e[n].bytes = wh_span_of(junk, sizeof junk);
    keccak256(junk, sizeof junk, &e[n].hash);
    qsort(e, n + 1, sizeof *e, damage_order);
    CHECK_EQ(toy_replay(&t, &last, damage_join(SEG_TX, e, n + 1, buf), &leaf, 0), WH_E_FORMAT);
    free(e);
    free(buf);
}

/* The smallest transactions there are: their leaves are inlined in the trie of transactions. The sender
 * of r = s = 1 is whoever it is; it is given ether first. */
static void test_T13_tiny_transactions_seal_the_right_root(void)
{
    static const uint8_t raw[] = {0xce, 0x80, 0x84, 0x77, 0x35, 0x94, 0x00, 0x82,
                                  0xcf, 0x08, 0x80, 0x80, 0x80, 0x1b, 0x01, 0x01};
    uint8_t item[1 + sizeof raw] = {ITEM_POSTED};
    struct tx tx;
    address sender;
    memcpy(item + 1, raw, sizeof raw);
    item[1] = (uint8_t)(0xc0 + sizeof raw - 1);
    rollup_init();
    CHECK_EQ(tx_decode(t.crypto, wh_span_of(raw, 0), &tx), WH_E_FORMAT);
    CHECK_EQ(tx_decode(t.crypto, wh_span_of(item + 1, sizeof raw), &tx), WH_OK);
    CHECK_EQ(tx.gas, 53000);
    CHECK_EQ(tx_sender(t.crypto, &tx, true, &sender), WH_OK);
    toy_account(&t, &sender, 0, 1, none());
    toy_seal_genesis(&t, 300);
    wh_span items[1] = {wh_span_of(item, sizeof item)};
    toy_input(&t, items, 1);
    (void)toy_step(&t);
    CHECK(toy_step(&t).result.included);
    CHECK_EQ(toy_step(&t).result.phase, SEG_SEALED);
    struct block_header h;
    wh_span bytes, one = wh_span_of(item + 1, sizeof raw);
    bytes32 root;
    CHECK_EQ(t.io.get(t.io.ctx, WH_OBJECT_DATA, &t.last_header, &bytes), WH_OK);
    CHECK_EQ(header_decode(bytes, &h), WH_OK);
    CHECK_EQ(mpt_list_root(&t.arena, t.crypto, &one, 1, &root), WH_OK);
    CHECK_MEM(h.txs_root.b, root.b, 32);
}

static void ethereum_init(uint8_t flags)
{
    struct chain_config c;
    chain_config_rollup(1337, 1, &c);
    c.ruleset = RULESET_ETHEREUM;
    c.flags = flags;
    c.forced_gas_cap = 0;
    c.forks[0] = (struct chain_fork){FORK_PRAGUE, 0, 0, 6, 9, 5007716};
    toy_init(&t, &c);
}

/* A checked system call without code rejects the block; a genesis without the contracts says so in its
 * configuration; a rollup never calls them, whatever lives there. */
static void test_T14_requests(void)
{
    static const uint8_t list[1] = {0xc0}, revert[] = {0x5f, 0x5f, 0xfd};
    static const address at_7002 = {{0x00, 0x00, 0x09, 0x61, 0xef, 0x48, 0x0e, 0xb5, 0x5e, 0x80,
                                     0xd1, 0x9a, 0xd8, 0x35, 0x79, 0xa6, 0x4c, 0x00, 0x70, 0x02}};
    for (uint8_t flags = 0; flags < 2; flags++) {
        ethereum_init(flags);
        toy_seal_genesis(&t, 300);
        struct block_header h = toy_eth_header(&t);
        toy_eth_block(&t, &h, wh_span_of(list, 1), NULL, 0);
        CHECK_EQ(toy_step(&t).result.phase, SEG_OPEN);
        CHECK_EQ(toy_step(&t).result.phase, flags ? SEG_SEALED : SEG_INVALID);
    }
    rollup_init();
    toy_account(&t, &at_7002, 1, 0, wh_span_of(revert, sizeof revert));
    toy_seal_genesis(&t, 300);
    toy_input(&t, NULL, 0);
    (void)toy_step(&t);
    CHECK_EQ(toy_step(&t).result.phase, SEG_SEALED);
}

/* Work is bounded by what was declared, before any of it is done. */
static void test_T16_declared_x_is_judged_before_the_run(void)
{
    static const uint8_t stop[] = {0x00};
    bytes32 leaf;
    rollup_init();
    contract(1, stop, 1);
    last = call_step(1);
    CHECK_EQ(last.x, 50000 + 500000 + 16 * last.trace.len);
    CHECK_EQ(toy_replay(&t, &last, last.trace, &leaf, last.x), WH_OK);
    CHECK_EQ(toy_replay(&t, &last, last.trace, &leaf, last.x - 1), WH_E_MISMATCH);
    CHECK_EQ(toy_replay(&t, &last, last.trace, &leaf, last.x + 1), WH_E_MISMATCH);
    /* too little for the bytes themselves: refused before a byte of them is looked at */
    uint8_t post[SEG_STATE_SIZE];
    uint64_t x = 50000 + 16 * last.trace.len - 1;
    size_t used = t.arena.used = 64;
    CHECK_EQ(execute_trace(last.pre, UINT64_MAX, &t.input_hash, last.trace, &t.arena, t.crypto,
                           NULL, post, &leaf, &x),
             WH_E_MISMATCH);
    CHECK(t.arena.used == used && x == 0);
}

/* The item does not decode: g = 0. The fee of a 2^64-1 gas limit does not wrap. */
static void test_T16_x_of_refused_items(void)
{
    static const uint8_t garbage[] = {1, 0xc5, 1, 2};
    for (int k = 0; k < 2; k++) {
        rollup_init();
        address to = toy_address(1);
        toy_seal_genesis(&t, 300);
        wh_span item =
            k ? toy_sign(&t,
                         &(struct toy_tx){
                             .gas = UINT64_MAX, .gas_price = 1, .to = &to, .chain_id = 1337})
              : wh_span_of(garbage, sizeof garbage);
        toy_input(&t, &item, 1);
        struct toy_step begin = toy_step(&t), tx = toy_step(&t), end = toy_step(&t);
        CHECK_EQ(begin.x, 450000 + 16 * begin.trace.len);
        CHECK_EQ(tx.x, 50000 + (k ? 16777216u : 0u) + 16 * tx.trace.len);
        CHECK_EQ(end.x, 50000 + 16 * end.trace.len);
    }
}

static void test_T17_configuration_is_bound(void)
{
    static const uint8_t stop[] = {0x00};
    rollup_init();
    contract(1, stop, 1);
    last = call_step(1);
    uint8_t bytes[CHAIN_CONFIG_MAX], pre[SEG_STATE_SIZE];
    struct chain_config c = t.config;
    c.chain_id++; /* a good configuration of another chain */
    memcpy(pre, last.pre, sizeof pre);
    bytes32 other = toy_keep(&t, wh_span_of(bytes, chain_config_encode(&c, bytes)));
    memcpy(pre + 0x010, other.b, 32);
    CHECK_EQ(toy_capture(&t, pre).status, WH_E_MISMATCH);
    c = t.config;
    c.witness_cap = 1; /* not a configuration at all */
    other = toy_keep(&t, wh_span_of(bytes, chain_config_encode(&c, bytes)));
    memcpy(pre + 0x010, other.b, 32);
    CHECK_EQ(toy_capture(&t, pre).status, WH_E_FORMAT);
    memcpy(pre, last.pre, sizeof pre);
    pre[0x006] = FORK_BPO1; /* a fork that this chain has no entry for */
    CHECK_EQ(toy_capture(&t, pre).status, WH_E_FORMAT);
}

/* Inside, 0x0101 is an address like any other: a call succeeds and returns nothing. */
static void test_T18_no_execute_inside(void)
{
    static const uint8_t code[] = {
        0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x61, 0x01, 0x01,
        0x5a, 0xf1, 0x3d, 0x01, 0x5f, 0x55, 0x00}; /* sstore(0, ok + returndatasize) */
    rollup_init();
    contract(1, code, sizeof code);
    last = call_step(1);
    CHECK_EQ(last.status, WH_OK);
    CHECK_EQ(slot_of(&last, 1, 0).w[0], 1);
}

/* Same call, other calls in between, a used arena, a warm cache: the same answer. */
static void test_T20_no_memory_between_calls(void)
{
    static const uint8_t write[] = {0x60, 99, 0x60, 1, 0x55, 0x00};
    struct code_cache codes;
    struct seg_cache cache;
    static struct wh_arena kept;
    if (kept.base == NULL) toy_arena(&kept, 1 << 26);
    kept.used = 0;
    CHECK_EQ(code_cache_init(&codes, &kept), WH_OK);
    CHECK_EQ(seg_cache_init(&cache, &kept, 8, &codes), WH_OK);
    rollup_init();
    contract(1, write, sizeof write);
    last = call_step(1);
    for (int i = 0; i < 4; i++) {
        uint8_t post[SEG_STATE_SIZE];
        bytes32 leaf;
        uint64_t x = 0;
        t.arena.used = (size_t)i * 4099;
        memset(t.arena.base, 0xa5 + i, 1 << 20);
        CHECK_EQ(execute_trace(last.pre, UINT64_MAX, &t.input_hash, last.trace, &t.arena, t.crypto,
                               i ? &cache : NULL, post, &leaf, &x),
                 WH_OK);
        CHECK_MEM(leaf.b, last.result.leaf.b, 32);
        CHECK_MEM(post, last.post, SEG_STATE_SIZE);
        /* a warm cache does not make a preimage superfluous */
        CHECK_EQ(without(&last, wh_span_of(write, sizeof write)), WH_E_MISSING);
    }
    uint8_t post[SEG_STATE_SIZE];
    bytes32 leaf;
    struct trace_entry *e;
    uint8_t *buf = malloc(last.trace.len);
    uint32_t n = damage_entries(last.trace, &e);
    for (uint32_t i = 0; i < n; i++) { /* with the warm cache as well */
        struct trace_entry *c = calloc(n, sizeof *c);
        uint64_t x = 0;
        memcpy(c, e, i * sizeof *c);
        memcpy(c + i, e + i + 1, (n - i - 1) * sizeof *c);
        t.arena.used = 0;
        CHECK_EQ(execute_trace(last.pre, UINT64_MAX, &t.input_hash,
                               damage_join(SEG_TX, c, n - 1, buf), &t.arena, t.crypto, &cache, post,
                               &leaf, &x),
                 WH_E_MISSING);
        free(c);
    }
    free(e);
    free(buf);
}

/* R5: out of gas is an outcome of the EVM, a missing byte is not: it ends the step even inside a frame
 * that would revert anyway. */
static void test_R5_missing_inside_a_reverting_frame(void)
{
    static const uint8_t code[] = {0x60, 1, 0x54, 0x5f, 0x5f, 0xfd};
    rollup_init();
    contract(1, code, sizeof code);
    address at = toy_address(1);
    for (uint64_t k = 1; k < 5; k++)
        toy_slot(&t, &at, k, k);
    last = call_step(1);
    CHECK_EQ(last.status, WH_OK);
    struct trace_entry *e;
    uint32_t n = damage_entries(last.trace, &e);
    for (uint32_t i = 0; i < n; i++)
        CHECK_EQ(without(&last, e[i].bytes), WH_E_MISSING);
    free(e);
    address sender = t.sender;
    CHECK_EQ(info_of(&last, &sender).nonce, 1);
}

/* A full arena is trouble of this process, never an outcome. */
static void test_R8_memory_is_never_a_verdict(void)
{
    static const uint8_t write[] = {0x60, 99, 0x60, 1, 0x55, 0x00};
    rollup_init();
    contract(1, write, sizeof write);
    last = call_step(1);
    unsigned done = 0;
    for (size_t cap = 1024; cap <= (size_t)1 << 26; cap += cap / 2) {
        struct wh_arena small = {.base = t.arena.base, .cap = cap};
        uint8_t post[SEG_STATE_SIZE];
        bytes32 leaf;
        uint64_t x = 0;
        wh_status status = execute_trace(last.pre, UINT64_MAX, &t.input_hash, last.trace, &small,
                                         t.crypto, NULL, post, &leaf, &x);
        CHECK(status == WH_E_NOMEM || status == WH_OK);
        CHECK_EQ(small.cap, cap);
        if (status != WH_OK) continue;
        CHECK_MEM(leaf.b, last.result.leaf.b, 32);
        done++;
    }
    CHECK(done > 0);
}

int main(void)
{
    RUN(test_T1_missing_node_is_never_absent);
    RUN(test_T2_missing_code_is_never_empty_code);
    RUN(test_T3_collapse_needs_the_sibling);
    RUN(test_T4_inserts_before_deletes);
    RUN(test_T5_non_canonical_node_is_refused);
    RUN(test_T6_unknown_ancestor_is_missing_not_zero);
    RUN(test_T7_step_kind_is_not_the_provers_choice);
    RUN(test_T7_rest_chain_and_count_must_agree);
    RUN(test_T11_equal_subtrees_are_not_shared_in_writing);
    RUN(test_T12_unused_entries_and_wrong_order_are_refused);
    RUN(test_T13_tiny_transactions_seal_the_right_root);
    RUN(test_T14_requests);
    RUN(test_T16_declared_x_is_judged_before_the_run);
    RUN(test_T16_x_of_refused_items);
    RUN(test_T17_configuration_is_bound);
    RUN(test_T18_no_execute_inside);
    RUN(test_T20_no_memory_between_calls);
    RUN(test_R5_missing_inside_a_reverting_frame);
    RUN(test_R8_memory_is_never_a_verdict);
    return tap_done();
}
