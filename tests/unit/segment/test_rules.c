/* SPDX-License-Identifier: MIT */
/* The fail-closed rules of execute.md by name, over the steps of one block: BEGIN, a call that writes, a
 * creation, an item that is refused, END. docs/TRAPS.md lists which test holds which rule. */
#include <stdlib.h>

#include "evm/segment/frontier.h"
#include "evm/segment/price.h"
#include "evm/segment/trace.h"
#include "tests/damage.h"
#include "tests/tap.h"
#include "tests/toy_chain.h"

enum { STEPS = 5, ROW_OTHER = 24580 + 14328 };

static struct toy t;
static struct toy_step steps[STEPS], current;

static wh_span none(void)
{
    return wh_span_of(NULL, 0);
}

static void rollup_init(uint64_t cap)
{
    struct chain_config c;
    chain_config_rollup(1337, 1000000, &c);
    c.witness_cap = cap;
    toy_init(&t, &c);
    toy_account(&t, &t.sender, 0, 100, none());
}

static wh_span signed_item(const address *to, uint64_t nonce, wh_span data)
{
    return toy_sign(&t, &(struct toy_tx){.nonce = nonce,
                                         .gas = 500000,
                                         .gas_price = 2000000000,
                                         .to = to,
                                         .data = data,
                                         .chain_id = 1337});
}

/* SSTORE(1, SLOAD(2) + 1), and a creation of a one-byte code. */
static void run_block(void)
{
    static const uint8_t writes[] = {0x60, 2, 0x54, 0x60, 1, 0x01, 0x60, 1, 0x55, 0x00};
    static const uint8_t creates[] = {0x60, 1, 0x5f, 0xf3};
    rollup_init(CHAIN_WITNESS_CAP_ROLLUP);
    const address to = toy_address(1);
    toy_account(&t, &to, 1, 0, wh_span_of(writes, sizeof writes));
    for (uint64_t k = 1; k < 20; k++)
        toy_slot(&t, &to, k, 1000 + k);
    for (uint8_t n = 2; n < 40; n++) {
        const address other = toy_address(n);
        toy_account(&t, &other, 1, 1, none());
    }
    toy_seal_genesis(&t, 300);
    wh_span items[3] = {signed_item(&to, 0, none()),
                        signed_item(NULL, 1, wh_span_of(creates, sizeof creates)),
                        signed_item(&to, 77, none())};
    toy_input(&t, items, 3);
    for (size_t i = 0; i < STEPS; i++) {
        steps[i] = toy_step(&t);
        CHECK_EQ(steps[i].status, WH_OK);
    }
    CHECK(steps[1].result.included && steps[2].result.included && !steps[3].result.included);
    CHECK_EQ(steps[4].result.phase, SEG_SEALED);
}

/* Runs a trace; a refusal must leave what it could have said untouched. */
static wh_status say_nothing(const struct toy_step *s, wh_span trace, struct wh_arena *arena,
                             uint64_t x)
{
    uint8_t post[SEG_STATE_SIZE], before[SEG_STATE_SIZE];
    bytes32 leaf, blank;
    memset(post, 0xa5, sizeof post);
    memset(before, 0xa5, sizeof before);
    memset(leaf.b, 0xa5, 32);
    blank = leaf;
    arena->used = 0;
    const wh_status status = execute_trace(s->pre, UINT64_MAX, &t.input_hash, trace, arena,
                                           t.crypto, NULL, post, &leaf, &x);
    if (status == WH_OK) return status;
    CHECK_MEM(leaf.b, blank.b, 32);
    CHECK_MEM(post, before, sizeof post);
    return status;
}

static wh_span without(const struct toy_step *s, uint32_t skip, uint8_t *buf)
{
    struct trace_entry *e;
    const uint32_t n = damage_entries(s->trace, &e);
    memmove(e + skip, e + skip + 1, (n - skip - 1) * sizeof *e);
    const wh_span out = damage_join(s->trace.ptr[4], e, n - 1, buf);
    free(e);
    return out;
}

/* ---- rules ---- */

static void test_R1_every_fault_is_a_refusal_without_output(void)
{
    run_block();
    for (size_t i = 0; i < STEPS; i++) {
        const struct toy_step *s = &steps[i];
        uint8_t *buf = malloc(s->trace.len + 64);
        const uint32_t n = load_be32(s->trace.ptr + 8);
        for (uint32_t k = 0; k < n; k++) /* an unresolved hash */
            CHECK_EQ(say_nothing(s, without(s, k, buf), &t.arena, 0), WH_E_MISSING);
        memcpy(buf, s->trace.ptr, s->trace.len);
        buf[6] = 1; /* a byte that is not canonical */
        CHECK_EQ(say_nothing(s, wh_span_of(buf, s->trace.len), &t.arena, 0), WH_E_FORMAT);
        CHECK_EQ(say_nothing(s, s->trace, &t.arena, s->x + 1), WH_E_MISMATCH);
        struct wh_arena small = {.base = t.arena.base, .cap = 512};
        CHECK_EQ(say_nothing(s, s->trace, &small, 0), WH_E_NOMEM);
        CHECK_EQ(say_nothing(s, s->trace, &t.arena, s->x), WH_OK);
        free(buf);
    }
}

static wh_status replay_current(void *ctx, wh_span trace, bytes32 *leaf)
{
    (void)ctx;
    return toy_replay(&t, &current, trace, leaf, 0);
}

static void test_R2_two_accepted_traces_give_one_leaf(void)
{
    uint64_t tried = 0;
    run_block();
    for (size_t i = 0; i < STEPS; i++) {
        current = steps[i];
        struct damage_target d = {.replay = replay_current, .leaf = current.result.leaf};
        damage_all_entries(&d, current.trace);
        damage_all_bytes(&d, current.trace, 1);
        CHECK_EQ(d.refused, d.tried);
        tried += d.tried;
    }
    CHECK(tried > 4000);
}

static void test_R3_every_step_has_a_trace_within_the_bounds(void)
{
    run_block();
    for (size_t i = 0; i < STEPS; i++) {
        CHECK(steps[i].trace.len <= t.config.witness_cap + t.config.item_max + ROW_OTHER);
        CHECK(steps[i].x <= seg_x_max(t.config.witness_cap, t.config.item_max, 0));
    }
}

static uint8_t first_nibble(uint64_t slot)
{
    uint8_t key[32];
    bytes32 h;
    const u256 k = u256_from_u64(slot);
    u256_to_be(&k, key);
    keccak256(key, 32, &h);
    return h.b[0] >> 4;
}

/* The smallest slot from `from` on whose path begins with the nibble, or does not. */
static uint64_t slot_with(uint8_t nibble, bool equal, uint64_t from)
{
    while ((first_nibble(from) == nibble) != equal)
        from++;
    return from;
}

/* Reads an absent slot of a trie of these slots: it is 0, and every node on the way is needed. */
static void absent_slot(const uint64_t *slots, size_t n, uint64_t absent)
{
    uint8_t code[] = {0x62, 0, 0, 0, 0x54, 0x15, 0x60, 0, 0x57, 0x00}; /* jumps to 0 if not zero */
    const address to = toy_address(1);
    struct trace_entry *e;
    code[1] = (uint8_t)(absent >> 16);
    code[2] = (uint8_t)(absent >> 8);
    code[3] = (uint8_t)absent;
    code[5] = 0x80; /* DUP1: JUMPI takes the value itself as its condition */
    rollup_init(CHAIN_WITNESS_CAP_ROLLUP);
    toy_account(&t, &to, 1, 0, wh_span_of(code, sizeof code));
    for (size_t i = 0; i < n; i++)
        toy_slot(&t, &to, slots[i], UINT64_MAX - i);
    toy_seal_genesis(&t, 300);
    const wh_span item = signed_item(&to, 0, none());
    toy_input(&t, &item, 1);
    (void)toy_step(&t);
    const struct toy_step s = toy_capture(&t, t.state);
    CHECK_EQ(s.status, WH_OK);
    CHECK(s.result.included && s.result.gas < 100000); /* read as 0: no jump, no halt */
    uint8_t *buf = malloc(s.trace.len);
    const uint32_t count = damage_entries(s.trace, &e);
    for (uint32_t i = 0; i < count; i++)
        CHECK_EQ(say_nothing(&s, without(&s, i, buf), &t.arena, 0), WH_E_MISSING);
    free(e);
    free(buf);
}

/* The empty trie, a leaf and an extension that go elsewhere, a branch without a child there. */
static void test_R4_absence_is_proved_in_each_of_four_ways(void)
{
    const uint64_t a = 1, same = slot_with(first_nibble(a), true, 2);
    const uint64_t other = slot_with(first_nibble(a), false, 2);
    uint64_t third = slot_with(first_nibble(a), false, other + 1);
    while (first_nibble(third) == first_nibble(other))
        third = slot_with(first_nibble(a), false, third + 1);
    absent_slot(NULL, 0, a);
    absent_slot((uint64_t[]){a}, 1, other);
    absent_slot((uint64_t[]){a, same}, 2, other);
    absent_slot((uint64_t[]){a, other}, 2, third);
}

/* What a run asks for, in a list. */
struct asked {
    struct wh_preimages below;
    bytes32 hashes[256];
    size_t count;
    wh_span lie; /* answered in place of the code with the hash lie_to; ptr NULL: no lie */
    bytes32 lie_to;
};

static wh_status asked_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    struct asked *a = ctx;
    size_t i = 0;
    while (i < a->count && !bytes32_eq(&a->hashes[i], hash))
        i++;
    if (i == a->count && a->count < 256) a->hashes[a->count++] = *hash;
    WH_TRY(a->below.get(a->below.ctx, kind, hash, bytes));
    if (a->lie.ptr != NULL && bytes32_eq(hash, &a->lie_to)) *bytes = a->lie;
    return WH_OK;
}

/* Captures a step through *a. */
static wh_status capture_through(struct asked *a, const struct toy_step *s, wh_span *trace)
{
    uint8_t post[SEG_STATE_SIZE];
    struct seg_result result;
    uint64_t x;
    a->below = t.io;
    const struct wh_preimages io = {.ctx = a, .get = asked_get};
    const struct seg_env env = {.preimages = &io, .arena = &t.arena, .crypto = t.crypto};
    t.arena.used = 0;
    return seg_capture(&env, s->pre, UINT64_MAX, &t.input_hash, post, &result, trace, &x);
}

/* A trace is its header and the preimages that the run asked for; there is no place for a number. */
static void test_R6_a_trace_holds_what_was_asked_for_and_nothing_else(void)
{
    run_block();
    for (size_t i = 0; i < STEPS; i++) {
        struct asked a = {.count = 0};
        struct trace_entry *e;
        wh_span trace;
        size_t len = TRACE_HEADER;
        CHECK_EQ(capture_through(&a, &steps[i], &trace), WH_OK);
        const uint32_t n = damage_entries(steps[i].trace, &e);
        CHECK_EQ(a.count, n);
        for (uint32_t k = 0; k < n; k++) {
            size_t at = 0;
            while (at < a.count && !bytes32_eq(&a.hashes[at], &e[k].hash))
                at++;
            CHECK(at < a.count);
            len += 4 + e[k].bytes.len;
        }
        CHECK_EQ(steps[i].trace.len, len);
        free(e);
    }
}

/* Reserved bytes of PROTOCOL 2. */
static const struct {
    size_t at, len;
} reserved[] = {{0x007, 1}, {0x0a0, 32}, {0x1d4, 4}, {0x272, 2}, {0x2a0, 48}, {0x2f8, 8}};

static void test_R7_reserved_bytes_are_zero_before_and_after(void)
{
    run_block();
    for (size_t i = 0; i < STEPS; i++) {
        current = steps[i];
        for (size_t r = 0; r < sizeof reserved / sizeof *reserved; r++)
            for (size_t k = 0; k < reserved[r].len; k++) {
                const size_t at = reserved[r].at + k;
                CHECK_EQ(current.post[at], 0);
                current.pre[at] = 1;
                CHECK_EQ(say_nothing(&current, current.trace, &t.arena, 0), WH_E_FORMAT);
                current.pre[at] = 0;
            }
    }
    current = steps[0]; /* SEALED: the open fields too, and the fork */
    for (size_t at = 0x0c0; at < SEG_STATE_SIZE; at += 31) {
        CHECK_EQ(steps[4].post[at], 0);
        current.pre[at] = 1;
        CHECK_EQ(say_nothing(&current, current.trace, &t.arena, 0), WH_E_FORMAT);
        current.pre[at] = 0;
    }
}

/* Entries with one replaced by other bytes, sorted anew. */
static wh_span replaced(const struct toy_step *s, const bytes32 *hash, wh_span by, uint8_t *buf)
{
    struct trace_entry *e;
    const uint32_t n = damage_entries(s->trace, &e);
    for (uint32_t i = 0; i < n; i++) {
        if (!bytes32_eq(&e[i].hash, hash)) continue;
        e[i].bytes = by;
        keccak256(by.ptr, by.len, &e[i].hash);
    }
    qsort(e, n, sizeof *e, damage_order);
    const wh_span out = damage_join(s->trace.ptr[4], e, n, buf);
    free(e);
    return out;
}

static void test_R9_kind_caps_and_rules_come_from_the_state_alone(void)
{
    uint8_t bytes[CHAIN_CONFIG_MAX];
    run_block();
    for (size_t i = 0; i < STEPS; i++) {
        const struct toy_step *s = &steps[i];
        uint8_t *buf = malloc(s->trace.len + 1024);
        bytes32 config;
        memcpy(config.b, s->pre + 0x010, 32);
        struct chain_config c = t.config;
        c.witness_cap = UINT64_MAX; /* a good configuration, but not this chain's */
        const wh_span other = wh_span_of(bytes, chain_config_encode(&c, bytes));
        CHECK_EQ(say_nothing(s, replaced(s, &config, other, buf), &t.arena, 0), WH_E_MISSING);
        for (uint8_t kind = 0; kind < 4; kind++) {
            memcpy(buf, s->trace.ptr, s->trace.len);
            buf[4] = kind;
            if (kind != s->trace.ptr[4])
                CHECK_EQ(say_nothing(s, wh_span_of(buf, s->trace.len), &t.arena, 0), WH_E_MISMATCH);
        }
        current = *s;
        current.pre[0x004] = RULESET_ETHEREUM;
        CHECK_EQ(say_nothing(&current, s->trace, &t.arena, 0), WH_E_MISMATCH);
        free(buf);
    }
}

/* ---- R11 ---- */

static struct {
    uint64_t hashes, recoveries;
} work;

static void counted_keccak256(void *ctx, const uint8_t *data, size_t len, bytes32 *out)
{
    work.hashes++;
    t.crypto->keccak256(ctx, data, len, out);
}

static void counted_keccak_many(void *ctx, size_t n, const wh_span *in, bytes32 *out)
{
    work.hashes += n;
    t.crypto->keccak_many(ctx, n, in, out);
}

static wh_status counted_ecrecover(void *ctx, const uint8_t hash[32], const uint8_t r[32],
                                   const uint8_t s[32], unsigned parity, uint8_t out[64])
{
    work.recoveries++;
    return t.crypto->ecrecover(ctx, hash, r, s, parity, out);
}

static wh_status counted_run(const struct toy_step *s, wh_span trace, uint64_t x)
{
    uint8_t post[SEG_STATE_SIZE];
    bytes32 leaf;
    struct evm_crypto counting = *t.crypto;
    counting.keccak256 = counted_keccak256;
    counting.keccak_many = counted_keccak_many;
    counting.ecrecover = counted_ecrecover;
    work.hashes = work.recoveries = 0;
    t.arena.used = 0;
    return execute_trace(s->pre, UINT64_MAX, &t.input_hash, trace, &t.arena, &counting, NULL, post,
                         &leaf, &x);
}

/* What is not paid is not parsed, what does not parse is not hashed, what is not sorted is not run. */
static void test_R11_charge_first_then_parse_then_hash_then_run(void)
{
    run_block();
    const struct toy_step *s = &steps[1];
    uint8_t *buf = malloc(2 * s->trace.len + 64);
    struct trace_entry *e;
    CHECK_EQ(counted_run(s, s->trace, 50000 + 16 * s->trace.len - 1), WH_E_MISMATCH);
    CHECK(work.hashes == 0 && work.recoveries == 0);
    memcpy(buf, s->trace.ptr, s->trace.len);
    buf[0] ^= 1;
    CHECK_EQ(counted_run(s, wh_span_of(buf, s->trace.len), s->x), WH_E_FORMAT);
    CHECK(work.hashes == 0 && work.recoveries == 0);
    const uint32_t n = damage_entries(s->trace, &e);
    const struct trace_entry last = e[n - 1];
    e[n - 1] = e[n - 2];
    e[n - 2] = last;
    CHECK_EQ(counted_run(s, damage_join(SEG_TX, e, n, buf), s->x), WH_E_FORMAT);
    CHECK(work.hashes > 0 && work.recoveries == 0);
    CHECK_EQ(counted_run(s, s->trace, s->x + 1), WH_E_MISMATCH);
    CHECK_EQ(work.recoveries, 0);
    CHECK_EQ(counted_run(s, s->trace, s->x), WH_OK);
    CHECK_EQ(work.recoveries, 1);
    free(e);
    free(buf);
}

/* A source that answers with other bytes: the producer's own check finds it. */
static void test_R12_what_a_producer_cannot_replay_it_does_not_give(void)
{
    static const uint8_t stop[] = {0x00};
    struct asked a = {.lie = {stop, 1}};
    struct state_info info;
    const address to = toy_address(1);
    wh_span trace = {NULL, 0};
    run_block();
    struct state st;
    struct seg_state pre;
    t.arena.used = 0;
    TOY_MUST(seg_state_decode(steps[1].pre, &pre));
    TOY_MUST(state_init(&st, &t.arena, &t.io, t.crypto, NULL, &pre.state_root));
    TOY_MUST(state_get(&st, &to, &info));
    a.lie_to = info.code_hash;
    CHECK_EQ(capture_through(&a, &steps[1], &trace), WH_E_IO);
    CHECK(trace.ptr == NULL);
    a.lie.ptr = NULL;
    CHECK_EQ(capture_through(&a, &steps[1], &trace), WH_OK);
}

/* ---- traps that concern whole steps ---- */

/* Receipts, gas and bloom of the block so far are what pre commits to; a trace that brings others finds
 * no place for them. */
static void test_T8_results_are_recomputed_not_taken(void)
{
    run_block();
    for (size_t i = 2; i < STEPS; i++) {
        const struct toy_step *s = &steps[i];
        if (i == 3) continue; /* the refused item touches no accumulator */
        uint8_t *buf = malloc(2 * s->trace.len + 4096);
        struct seg_state pre;
        wh_span txs, receipts;
        TOY_MUST(seg_state_decode(s->pre, &pre));
        CHECK(pre.gas_used > 0 && !bytes32_eq(&pre.txs_acc, &pre.rcpts_acc));
        TOY_MUST(t.io.get(t.io.ctx, WH_OBJECT_DATA, &pre.txs_acc, &txs));
        TOY_MUST(t.io.get(t.io.ctx, WH_OBJECT_DATA, &pre.rcpts_acc, &receipts));
        uint8_t *forged = malloc(receipts.len);
        memcpy(forged, receipts.ptr, receipts.len);
        forged[receipts.len / 2] ^= 1;
        const wh_span other = wh_span_of(forged, receipts.len);
        CHECK_EQ(say_nothing(s, replaced(s, &pre.rcpts_acc, other, buf), &t.arena, 0),
                 WH_E_MISSING);
        CHECK_EQ(say_nothing(s, replaced(s, &pre.txs_acc, other, buf), &t.arena, 0), WH_E_MISSING);
        free(forged);
        free(buf);
    }
}

/* Each cut of a true trace, each arena that is too small: nothing is said, least of all "false". */
static void test_T15_a_run_that_fails_says_nothing(void)
{
    run_block();
    for (size_t i = 0; i < STEPS; i++) {
        const struct toy_step *s = &steps[i];
        for (size_t len = 0; len < s->trace.len; len += 7)
            CHECK(say_nothing(s, wh_span_of(s->trace.ptr, len), &t.arena, 0) > 0);
        for (size_t cap = 256; cap < (size_t)1 << 22; cap *= 4) {
            struct wh_arena small = {.base = t.arena.base, .cap = cap};
            const wh_status status = say_nothing(s, s->trace, &small, 0);
            CHECK(status == WH_E_NOMEM || status == WH_OK);
        }
    }
}

/* 12 codes of 24,576 bytes under a cap of 262,144: the capped outcome has a trace, within the bounds. */
static void test_T19_a_step_over_the_cap_can_be_posted(void)
{
    enum { CODES = 12, LEN = 24576 };
    static uint8_t code[LEN];
    uint8_t reader[CODES * 23 + 1], *p = reader;
    const address to = toy_address(99);
    rollup_init(CHAIN_WITNESS_CAP_MIN);
    for (uint8_t i = 0; i < CODES; i++) {
        const address at = toy_address((uint8_t)(100 + i));
        code[1] = i;
        toy_account(&t, &at, 1, 0, wh_span_of(code, LEN));
        *p++ = 0x73; /* PUSH20 at EXTCODESIZE POP */
        memcpy(p, at.b, 20);
        p += 20;
        *p++ = 0x3b;
        *p++ = 0x50;
    }
    *p++ = 0x00;
    toy_account(&t, &to, 1, 0, wh_span_of(reader, (size_t)(p - reader)));
    toy_seal_genesis(&t, 300);
    const wh_span item = signed_item(&to, 0, none());
    toy_input(&t, &item, 1);
    (void)toy_step(&t);
    const struct toy_step s = toy_step(&t);
    CHECK_EQ(s.status, WH_OK);
    CHECK(s.result.included && s.result.gas == 500000); /* all gas gone */
    CHECK(s.trace.len > CHAIN_WITNESS_CAP_MIN);
    CHECK(s.trace.len <= CHAIN_WITNESS_CAP_MIN + item.len + ROW_OTHER);
    CHECK(s.x <= seg_x_max(CHAIN_WITNESS_CAP_MIN, t.config.item_max, 0));
    CHECK_EQ(say_nothing(&s, s.trace, &t.arena, s.x), WH_OK);
    CHECK_EQ(toy_step(&t).result.phase, SEG_SEALED);
}

int main(void)
{
    RUN(test_R1_every_fault_is_a_refusal_without_output);
    RUN(test_R2_two_accepted_traces_give_one_leaf);
    RUN(test_R3_every_step_has_a_trace_within_the_bounds);
    RUN(test_R4_absence_is_proved_in_each_of_four_ways);
    RUN(test_R6_a_trace_holds_what_was_asked_for_and_nothing_else);
    RUN(test_R7_reserved_bytes_are_zero_before_and_after);
    RUN(test_R9_kind_caps_and_rules_come_from_the_state_alone);
    RUN(test_R11_charge_first_then_parse_then_hash_then_run);
    RUN(test_R12_what_a_producer_cannot_replay_it_does_not_give);
    RUN(test_T8_results_are_recomputed_not_taken);
    RUN(test_T15_a_run_that_fails_says_nothing);
    RUN(test_T19_a_step_over_the_cap_can_be_posted);
    return tap_done();
}
