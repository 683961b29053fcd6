/* SPDX-License-Identifier: MIT */
/* Steps of a chain of our own: what a `rollup` makes of each kind of item, overflow, headers that an
 * `ethereum` poster may claim. Real blocks are the business of tests/vectors/check_blocks. */
#include "tests/tap.h"
#include "tests/toy_chain.h"

static struct toy t;

static wh_span none(void)
{
    return wh_span_of(NULL, 0);
}

/* A `rollup` whose genesis gives the sender 100 ether. */
static void rollup_init(uint64_t witness_cap)
{
    struct chain_config c;
    chain_config_rollup(1337, 1000000, &c);
    c.witness_cap = witness_cap;
    toy_init(&t, &c);
    toy_account(&t, &t.sender, 0, 100, none());
}

static wh_span transfer(uint64_t nonce, uint64_t gas)
{
    static address to;
    to = toy_address(1);
    return toy_sign(&t, &(struct toy_tx){.nonce = nonce,
                                         .gas = gas,
                                         .gas_price = 2000000000,
                                         .value = 1,
                                         .to = &to,
                                         .chain_id = 1337});
}

static struct seg_state decoded(const uint8_t *state)
{
    struct seg_state s;
    CHECK_EQ(seg_state_decode(state, &s), WH_OK);
    return s;
}

static void test_rollup__block_of_two_transfers_is_sealed(void)
{
    rollup_init(CHAIN_WITNESS_CAP_ROLLUP);
    toy_seal_genesis(&t, 41);
    wh_span items[2] = {transfer(0, 21000), transfer(1, 30000)};
    toy_input(&t, items, 2);
    struct toy_step begin = toy_step(&t), a = toy_step(&t), b = toy_step(&t), end = toy_step(&t);
    CHECK(begin.status == WH_OK && a.status == WH_OK && b.status == WH_OK && end.status == WH_OK);
    CHECK_EQ(begin.result.kind, SEG_BEGIN);
    CHECK_EQ(a.result.kind, SEG_TX);
    CHECK_EQ(end.result.kind, SEG_END);
    CHECK(a.result.included && a.result.gas == 21000 && b.result.gas == 21000);
    struct seg_state s = decoded(t.state);
    CHECK(s.phase == SEG_SEALED && s.number == 42 && s.inbox_pos == 1);

    struct block_header h;
    wh_span bytes;
    bytes32 root;
    wh_span raw[2] = {{items[0].ptr + 1, items[0].len - 1}, {items[1].ptr + 1, items[1].len - 1}};
    CHECK_EQ(t.io.get(t.io.ctx, WH_OBJECT_DATA, &s.head_hash, &bytes), WH_OK);
    CHECK_EQ(header_decode(bytes, &h), WH_OK);
    CHECK_EQ(mpt_list_root(&t.arena, t.crypto, raw, 2, &root), WH_OK);
    CHECK_MEM(h.txs_root.b, root.b, 32);
    CHECK_EQ(h.gas_used, 42000);
    CHECK_MEM(h.state_root.b, end.result.state_root.b, 32);
}

/* What a no-op may change, and nothing else. */
static void check_noop(wh_span item)
{
    toy_seal_genesis(&t, 41);
    wh_span items[2] = {item, transfer(0, 21000)};
    toy_input(&t, items, 2);
    (void)toy_step(&t);
    struct seg_state want = decoded(t.state);
    struct toy_step s = toy_step(&t);
    CHECK_EQ(s.status, WH_OK);
    CHECK(!s.result.included && s.result.gas == 0);
    struct seg_state got = decoded(s.post);
    want.items_left = 1;
    want.items_rest = got.items_rest;
    uint8_t bytes[SEG_STATE_SIZE];
    seg_state_encode(&want, bytes);
    CHECK_MEM(s.post, bytes, SEG_STATE_SIZE);
    CHECK(toy_step(&t).result.included); /* the chain goes on */
    CHECK_EQ(toy_step(&t).result.phase, SEG_SEALED);
}

static wh_span edited(struct toy_tx x)
{
    static address to;
    to = toy_address(1);
    if (x.gas == 0) x.gas = 21000;
    if (x.gas_price == 0) x.gas_price = 2000000000;
    if (x.to == NULL) x.to = &to;
    if (x.chain_id == 0) x.chain_id = 1337;
    return toy_sign(&t, &x);
}

static void check_noop_tx(struct toy_tx x)
{
    rollup_init(CHAIN_WITNESS_CAP_ROLLUP);
    check_noop(edited(x));
}

static void test_rollup__each_refused_item_is_a_noop(void)
{
    static const uint8_t garbage[] = {1, 0xc5, 1, 2}, null_kind[] = {0, 0xc0}, odd_kind[] = {9},
                         blob[] = {1, 3, 0xc0}, stranger[32] = {[31] = 9};
    rollup_init(CHAIN_WITNESS_CAP_ROLLUP), check_noop(wh_span_of(garbage, sizeof garbage));
    rollup_init(CHAIN_WITNESS_CAP_ROLLUP), check_noop(wh_span_of(null_kind, sizeof null_kind));
    rollup_init(CHAIN_WITNESS_CAP_ROLLUP), check_noop(wh_span_of(odd_kind, sizeof odd_kind));
    rollup_init(CHAIN_WITNESS_CAP_ROLLUP), check_noop(wh_span_of(blob, sizeof blob));
    check_noop_tx((struct toy_tx){.chain_id = 1338});
    check_noop_tx((struct toy_tx){.nonce = 1});
    check_noop_tx((struct toy_tx){.gas = 20999});
    check_noop_tx((struct toy_tx){.gas = 16777217});
    check_noop_tx((struct toy_tx){.gas_price = 1});
    check_noop_tx((struct toy_tx){.kind = ITEM_FORCED, .gas = 1000001});
    check_noop_tx((struct toy_tx){.key = stranger});
    check_noop_tx((struct toy_tx){.gas_price = UINT64_MAX, .gas = 16777216});
}

/* EIP-3607, and EIP-7702's exception. */
static void test_rollup__sender_with_code(void)
{
    static const uint8_t code[] = {0x00}, marker[23] = {0xef, 0x01, 0x00, 0x55};
    struct chain_config c;
    chain_config_rollup(1337, 1000000, &c);
    toy_init(&t, &c);
    toy_account(&t, &t.sender, 0, 100, wh_span_of(code, 1));
    toy_seal_genesis(&t, 1);
    wh_span item = transfer(0, 21000);
    toy_input(&t, &item, 1);
    (void)toy_step(&t);
    CHECK(!toy_step(&t).result.included);

    toy_init(&t, &c);
    toy_account(&t, &t.sender, 0, 100, wh_span_of(marker, sizeof marker));
    toy_seal_genesis(&t, 1);
    item = transfer(0, 21000);
    toy_input(&t, &item, 1);
    (void)toy_step(&t);
    CHECK(toy_step(&t).result.included);
}

/* The order of the checks fixes the witness: a bad signature needs no node at all. */
static void test_rollup__refused_before_the_state_needs_no_node(void)
{
    rollup_init(CHAIN_WITNESS_CAP_ROLLUP);
    toy_seal_genesis(&t, 41);
    wh_span item = edited((struct toy_tx){.gas_price = 1});
    toy_input(&t, &item, 1);
    (void)toy_step(&t);
    struct toy_step s = toy_step(&t);
    CHECK_EQ(load_be32(s.trace.ptr + 8), 3); /* configuration, rest, item */
}

static void test_rollup__timestamp_never_falls(void)
{
    rollup_init(CHAIN_WITNESS_CAP_ROLLUP);
    toy_seal_genesis(&t, 41);
    t.timestamp = 5; /* long before the parent's 1,000 */
    toy_input(&t, NULL, 0);
    (void)toy_step(&t);
    CHECK_EQ(decoded(t.state).timestamp, 1001);
}

/* 12 codes of 24,576 bytes are more than a cap of 262,144 holds. */
enum { BIG = 12, BIG_LEN = 24576 };

static address big_codes_init(struct toy *toy)
{
    static uint8_t code[BIG_LEN];
    uint8_t reader[BIG * 23 + 1], *p = reader;
    for (uint8_t i = 0; i < BIG; i++) {
        address at = toy_address((uint8_t)(100 + i));
        code[0] = 0xfe;
        code[1] = i;
        toy_account(toy, &at, 1, 0, wh_span_of(code, BIG_LEN));
        *p++ = 0x73; /* PUSH20 at EXTCODESIZE POP */
        memcpy(p, at.b, 20);
        p += 20;
        *p++ = 0x3b;
        *p++ = 0x50;
    }
    *p++ = 0x00;
    address reads = toy_address(99);
    toy_account(toy, &reads, 1, 0, wh_span_of(reader, (size_t)(p - reader)));
    return reads;
}

static void test_witness_cap__overflow_in_rollup_takes_the_fee_alone(void)
{
    struct state_info before, after;
    rollup_init(CHAIN_WITNESS_CAP_MIN);
    address reads = big_codes_init(&t);
    CHECK_EQ(state_get(&t.genesis, &t.sender, &before), WH_OK);
    toy_seal_genesis(&t, 41);
    wh_span item = edited((struct toy_tx){.to = &reads, .gas = 100000, .value = 5});
    toy_input(&t, &item, 1);
    (void)toy_step(&t);
    struct toy_step s = toy_step(&t);
    CHECK_EQ(s.status, WH_OK);
    CHECK(s.result.included && s.result.gas == 100000);
    /* cap, one object that crossed it, item and accumulators */
    CHECK(s.trace.len > CHAIN_WITNESS_CAP_MIN);
    CHECK(s.trace.len < CHAIN_WITNESS_CAP_MIN + 24580 + item.len + 14328);

    struct state st;
    static struct wh_arena scratch;
    if (scratch.base == NULL) toy_arena(&scratch, 1 << 28);
    scratch.used = 0;
    CHECK_EQ(state_init(&st, &scratch, &t.io, t.crypto, NULL, &s.result.state_root), WH_OK);
    CHECK_EQ(state_get(&st, &t.sender, &after), WH_OK);
    u256 paid, fee = u256_from_u64(100000ull * 2000000000ull);
    (void)u256_sub(&paid, &before.balance, &after.balance);
    CHECK(u256_eq(&paid, &fee)); /* the value of 5 wei did not move */
    CHECK_EQ(after.nonce, 1);
    CHECK_EQ(toy_step(&t).result.phase, SEG_SEALED);
}

/* The step of the codes under a cap. */
static struct toy_step big_step(uint64_t cap)
{
    rollup_init(cap);
    address reads = big_codes_init(&t);
    toy_seal_genesis(&t, 41);
    wh_span item = edited((struct toy_tx){.to = &reads, .gas = 100000});
    toy_input(&t, &item, 1);
    (void)toy_step(&t);
    return toy_step(&t);
}

static size_t entry_size(const bytes32 *hash)
{
    wh_span bytes;
    CHECK_EQ(t.io.get(t.io.ctx, WH_OBJECT_DATA, hash, &bytes), WH_OK);
    return bytes.len + 4;
}

static void test_witness_cap__exactly_the_cap_is_no_overflow(void)
{
    struct toy_step s = big_step(1 << 20);
    CHECK(s.result.included && s.result.gas < 100000);
    /* W: nodes and codes with 4 bytes each: the trace less its header and its other entries. Both
     * frontiers are the same empty one. */
    struct seg_state pre = decoded(s.pre);
    wh_span pair;
    bytes32 item;
    CHECK_EQ(t.io.get(t.io.ctx, WH_OBJECT_DATA, &pre.items_rest, &pair), WH_OK);
    memcpy(item.b, pair.ptr, 32);
    uint64_t w = s.trace.len - 12 - entry_size(&pre.chain_cfg_hash) - entry_size(&pre.items_rest) -
                 entry_size(&item) - entry_size(&pre.txs_acc);
    CHECK(w > CHAIN_WITNESS_CAP_MIN);
    CHECK(big_step(w).result.gas < 100000);
    CHECK_EQ(big_step(w - 1).result.gas, 100000);
}

/* ---- ethereum ---- */

static void ethereum_init(uint8_t fork, uint8_t flags)
{
    struct chain_config c;
    chain_config_rollup(1337, 1, &c);
    c.ruleset = RULESET_ETHEREUM;
    c.flags = flags;
    c.forced_gas_cap = 0;
    c.witness_cap = CHAIN_WITNESS_CAP_MIN;
    c.forks[0] = (struct chain_fork){.fork = fork};
    if (fork >= FORK_CANCUN) c.forks[0].blob_target = 6, c.forks[0].blob_max = 9;
    if (fork >= FORK_CANCUN) c.forks[0].blob_fraction = 5007716;
    toy_init(&t, &c);
    toy_account(&t, &t.sender, 0, 100, none());
}

static const uint8_t EMPTY_LIST[1] = {0xc0};

static wh_span no_withdrawals(uint8_t fork)
{
    return fork >= FORK_SHANGHAI ? wh_span_of(EMPTY_LIST, 1) : none();
}

static void test_ethereum__every_fork_seals_a_block_of_its_own(void)
{
    for (uint8_t fork = FORK_FRONTIER; fork <= FORK_BPO5; fork++) {
        ethereum_init(fork, CHAIN_NO_REQUESTS);
        toy_seal_genesis(&t, 41);
        address to = toy_address(1);
        wh_span item = toy_sign(&t, &(struct toy_tx){.gas = 21000,
                                                     .gas_price = 2000000000,
                                                     .value = 1,
                                                     .to = &to,
                                                     .chain_id = fork >= FORK_SPURIOUS ? 1337 : 0});
        struct block_header h = toy_eth_header(&t);
        toy_eth_block(&t, &h, no_withdrawals(fork), &item, 1);
        struct toy_step begin = toy_step(&t), tx = toy_step(&t), end = toy_step(&t);
        if (end.result.phase != SEG_SEALED) printf("# fork %d\n", fork);
        CHECK_EQ(begin.result.phase, SEG_OPEN);
        CHECK(tx.result.included && tx.result.gas == 21000);
        CHECK_EQ(end.result.phase, SEG_SEALED);
        CHECK_MEM(t.state + 0x040, t.last_header.b, 32);
    }
}

/* BEGIN under a claimed header that breaks one rule. */
static void check_claim(struct block_header h, uint8_t phase)
{
    uint8_t bytes[HEADER_MAX], start[SEG_STATE_SIZE];
    memcpy(start, t.state, sizeof start);
    toy_eth_input(&t, wh_span_of(bytes, header_encode(&h, bytes)), wh_span_of(EMPTY_LIST, 1), NULL,
                  0);
    struct toy_step s = toy_step(&t);
    CHECK_EQ(s.status, WH_OK);
    CHECK_EQ(s.result.phase, phase);
    if (phase == SEG_INVALID) {
        uint8_t want[SEG_STATE_SIZE];
        seg_invalid(start, want);
        CHECK_MEM(s.post, want, SEG_STATE_SIZE);
        struct toy_step idle = toy_step(&t); /* absorbing */
        CHECK_EQ(idle.result.kind, SEG_IDLE);
        CHECK_MEM(idle.post, want, SEG_STATE_SIZE);
    }
    memcpy(t.state, start, sizeof start);
}

static void test_ethereum__begin_judges_each_claim_of_the_header(void)
{
    ethereum_init(FORK_OSAKA, 0);
    toy_seal_genesis(&t, 41);
    struct block_header good = toy_eth_header(&t), h;
    check_claim(good, SEG_OPEN);
    h = good, h.parent_hash.b[0] ^= 1, check_claim(h, SEG_INVALID);
    h = good, h.number++, check_claim(h, SEG_INVALID);
    h = good, h.timestamp -= 12, check_claim(h, SEG_INVALID);
    h = good, h.gas_limit += t.gas_limit / 1024 - 1, check_claim(h, SEG_OPEN);
    h = good, h.gas_limit += t.gas_limit / 1024, check_claim(h, SEG_INVALID);
    h = good, h.gas_limit -= t.gas_limit / 1024, check_claim(h, SEG_INVALID);
    h = good, h.gas_used = h.gas_limit, check_claim(h, SEG_OPEN);
    h = good, h.gas_used = h.gas_limit + 1, check_claim(h, SEG_INVALID);
    h = good, h.ommers_hash.b[0] ^= 1, check_claim(h, SEG_INVALID);
    h = good, h.difficulty = u256_from_u64(1), check_claim(h, SEG_INVALID);
    h = good, h.nonce = 1, check_claim(h, SEG_INVALID);
    h = good, h.base_fee.w[0]++, check_claim(h, SEG_INVALID);
    h = good, h.excess_blob_gas = 131072, check_claim(h, SEG_INVALID);
    h = good, h.fields = 20, check_claim(h, SEG_INVALID);
    h = good, h.extra_len = 32, check_claim(h, SEG_OPEN);
}

static void test_ethereum__claimed_header_that_is_no_header_is_invalid(void)
{
    static const uint8_t junk[] = {0xc3, 1, 2, 3};
    ethereum_init(FORK_OSAKA, 0);
    toy_seal_genesis(&t, 41);
    toy_eth_input(&t, wh_span_of(junk, sizeof junk), wh_span_of(EMPTY_LIST, 1), NULL, 0);
    CHECK_EQ(toy_step(&t).result.phase, SEG_INVALID);
}

static void test_ethereum__refused_item_and_foreign_header_are_invalid(void)
{
    ethereum_init(FORK_OSAKA, CHAIN_NO_REQUESTS);
    toy_seal_genesis(&t, 41);
    wh_span item = edited((struct toy_tx){.nonce = 1}), forced = edited((struct toy_tx){.kind = 2});
    uint8_t bytes[HEADER_MAX], start[SEG_STATE_SIZE];
    struct block_header h = toy_eth_header(&t);
    memcpy(start, t.state, sizeof start);
    size_t len = header_encode(&h, bytes);
    toy_eth_input(&t, wh_span_of(bytes, len), wh_span_of(EMPTY_LIST, 1), &item, 1);
    (void)toy_step(&t);
    CHECK_EQ(toy_step(&t).result.phase, SEG_INVALID);
    memcpy(t.state, start, sizeof start);
    toy_eth_input(&t, wh_span_of(bytes, len), wh_span_of(EMPTY_LIST, 1), &forced, 1);
    (void)toy_step(&t);
    CHECK_EQ(toy_step(&t).result.phase, SEG_INVALID);
    memcpy(t.state, start, sizeof start); /* state root of the header is not the one reached */
    toy_eth_input(&t, wh_span_of(bytes, len), wh_span_of(EMPTY_LIST, 1), NULL, 0);
    (void)toy_step(&t);
    CHECK_EQ(toy_step(&t).result.phase, SEG_INVALID);
}

static void test_ethereum__withdrawals(void)
{
    /* [[1, 2, address, 3 gwei], [1, 2, address', 0]]: the second must not create an account. */
    struct rlp_back w;
    uint8_t buf[128];
    wh_span out;
    address a = toy_address(1), b = toy_address(2);
    rlp_back_init(&w, buf, sizeof buf);
    size_t all = rlp_back_mark(&w);
    for (int i = 1; i >= 0; i--) {
        size_t one = rlp_back_mark(&w);
        rlp_back_u64(&w, i ? 0 : 3);
        rlp_back_string(&w, wh_span_of(i ? b.b : a.b, 20));
        rlp_back_u64(&w, 2);
        rlp_back_u64(&w, 1);
        rlp_back_list(&w, one);
    }
    rlp_back_list(&w, all);
    CHECK_EQ(rlp_back_done(&w, &out), WH_OK);
    ethereum_init(FORK_SHANGHAI, 0);
    toy_seal_genesis(&t, 41);
    struct block_header h = toy_eth_header(&t);
    toy_eth_block(&t, &h, out, NULL, 0);
    (void)toy_step(&t);
    struct toy_step end = toy_step(&t);
    CHECK_EQ(end.result.phase, SEG_SEALED);
    CHECK_EQ(end.x, 50000 + 2 * 30000 + 400000 + 16 * end.trace.len);
    struct state st;
    struct state_info info;
    t.arena.used = 0;
    CHECK_EQ(state_init(&st, &t.arena, &t.io, t.crypto, NULL, &end.result.state_root), WH_OK);
    CHECK_EQ(state_get(&st, &a, &info), WH_OK);
    CHECK(info.exists && info.balance.w[0] == 3000000000u);
    CHECK_EQ(state_get(&st, &b, &info), WH_OK);
    CHECK(!info.exists);

    static const uint8_t malformed[2] = {0xc1, 0x05};
    ethereum_init(FORK_SHANGHAI, 0);
    toy_seal_genesis(&t, 41);
    h = toy_eth_header(&t);
    toy_eth_block(&t, &h, wh_span_of(malformed, 2), NULL, 0);
    (void)toy_step(&t);
    end = toy_step(&t);
    CHECK_EQ(end.status, WH_OK);
    CHECK_EQ(end.result.phase, SEG_INVALID);
    CHECK_EQ(end.x, 50000 + 400000 + 16 * end.trace.len);
}

static void test_ethereum__over_the_cap_is_invalid(void)
{
    ethereum_init(FORK_OSAKA, CHAIN_NO_REQUESTS);
    address reads = big_codes_init(&t);
    toy_seal_genesis(&t, 41);
    wh_span item = edited((struct toy_tx){.to = &reads, .gas = 100000});
    struct block_header h = toy_eth_header(&t);
    toy_eth_block(&t, &h, wh_span_of(EMPTY_LIST, 1), &item, 1);
    (void)toy_step(&t);
    struct toy_step s = toy_step(&t);
    CHECK_EQ(s.status, WH_OK);
    CHECK_EQ(s.result.phase, SEG_INVALID);
}

/* EIP-7934: the whole block has at most 8,388,608 bytes. The sum of its transactions crosses steps in
 * body_size alone, so that a state with another sum stands for a block of another size. */
static void test_ethereum__block_size_from_osaka_on(void)
{
    for (uint8_t fork = FORK_PRAGUE; fork <= FORK_OSAKA; fork++) {
        ethereum_init(fork, CHAIN_NO_REQUESTS);
        toy_seal_genesis(&t, 41);
        struct block_header h = toy_eth_header(&t);
        toy_eth_block(&t, &h, wh_span_of(EMPTY_LIST, 1), NULL, 0);
        struct seg_state s = decoded(toy_step(&t).post);
        wh_span header;
        CHECK_EQ(t.io.get(t.io.ctx, WH_OBJECT_DATA, &s.l1_hash, &header), WH_OK);
        /* list prefix 4; header; transactions: prefix 4 and the sum; two empty lists */
        uint64_t most = 8388608 - 4 - header.len - 4 - 2;
        for (uint64_t over = 0; over < 3; over++) {
            uint8_t pre[SEG_STATE_SIZE];
            s.body_size = most - 1 + over;
            seg_state_encode(&s, pre);
            struct toy_step end = toy_capture(&t, pre);
            CHECK_EQ(end.status, WH_OK);
            CHECK_EQ(end.result.phase, over == 2 && fork == FORK_OSAKA ? SEG_INVALID : SEG_SEALED);
        }
    }
}

/* ---- one settle at END ---- */

/* Hides one object. */
struct hiding {
    const struct wh_preimages *below;
    bytes32 hash;
};

static wh_status hiding_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    const struct hiding *h = ctx;
    if (bytes32_eq(hash, &h->hash)) return WH_E_MISSING;
    return h->below->get(h->below->ctx, kind, hash, bytes);
}

static wh_status run_hiding(const bytes32 *hash, bool defer, uint8_t state[SEG_STATE_SIZE])
{
    struct seg_result results[8];
    size_t count;
    struct hiding h = {.below = &t.io, .hash = *hash};
    struct wh_preimages io = {.ctx = &h, .get = hiding_get};
    struct seg_env env = {
        .preimages = &io, .arena = &t.arena, .crypto = t.crypto, .defer_settle = defer};
    t.arena.used = 0;
    memcpy(state, t.state, SEG_STATE_SIZE);
    return seg_run(&env, UINT64_MAX, &t.input_hash, 0, state, results, 4, &count);
}

/* A slot is cleared by the first transaction and set again by the second: only a settle per step needs
 * its sibling. A block witness without it still proves the block hash. */
static void test_seg_run__settling_once_needs_no_derived_sibling(void)
{
    /* sstore(1, calldatasize) */
    static const uint8_t code[] = {0x36, 0x60, 1, 0x55, 0x00}, one[1] = {7};
    rollup_init(CHAIN_WITNESS_CAP_ROLLUP);
    address at = toy_address(1);
    toy_account(&t, &at, 1, 0, wh_span_of(code, sizeof code));
    toy_slot(&t, &at, 1, 5);
    u256 big = {{1, 2, 3, UINT64_MAX}}, two = {{2}};
    TOY_MUST(state_put_slot(&t.genesis, &at, &two, &big));
    toy_seal_genesis(&t, 41);
    wh_span items[2] = {
        edited((struct toy_tx){.to = &at, .gas = 100000}),
        edited((struct toy_tx){.to = &at, .gas = 100000, .nonce = 1, .data = wh_span_of(one, 1)})};
    toy_input(&t, items, 2);

    /* The leaf of slot 2 is the one object of the genesis that ends in its value. */
    uint8_t value[32], whole[SEG_STATE_SIZE], state[SEG_STATE_SIZE];
    bytes32 sibling = {{0}}, none_hidden = {{0}};
    u256_to_be(&big, value);
    for (size_t i = 0; i < t.store.places; i++) {
        wh_span b = t.store.objects[i].bytes;
        if (b.ptr != NULL && b.len > 66 && b.len < 80 && memcmp(b.ptr + b.len - 32, value, 32) == 0)
            sibling = t.store.objects[i].hash;
    }
    CHECK(!bytes32_is_zero(&sibling));
    CHECK_EQ(run_hiding(&none_hidden, false, whole), WH_OK);
    CHECK_EQ(whole[0x005], SEG_SEALED);
    CHECK_EQ(run_hiding(&sibling, false, state), WH_E_MISSING);
    CHECK_EQ(run_hiding(&sibling, true, state), WH_OK);
    CHECK_MEM(state, whole, SEG_STATE_SIZE);
}

int main(void)
{
    RUN(test_rollup__block_of_two_transfers_is_sealed);
    RUN(test_rollup__each_refused_item_is_a_noop);
    RUN(test_rollup__sender_with_code);
    RUN(test_rollup__refused_before_the_state_needs_no_node);
    RUN(test_rollup__timestamp_never_falls);
    RUN(test_witness_cap__overflow_in_rollup_takes_the_fee_alone);
    RUN(test_witness_cap__exactly_the_cap_is_no_overflow);
    RUN(test_ethereum__every_fork_seals_a_block_of_its_own);
    RUN(test_ethereum__begin_judges_each_claim_of_the_header);
    RUN(test_ethereum__claimed_header_that_is_no_header_is_invalid);
    RUN(test_ethereum__refused_item_and_foreign_header_are_invalid);
    RUN(test_ethereum__withdrawals);
    RUN(test_ethereum__over_the_cap_is_invalid);
    RUN(test_ethereum__block_size_from_osaka_on);
    RUN(test_seg_run__settling_once_needs_no_derived_sibling);
    return tap_done();
}
