/* SPDX-License-Identifier: MIT */
/* Traces. The first byte chooses a step of a small chain (BEGIN, transactions, END; its pre state and its
 * input are ours), the rest is the trace that a stranger brings: it is refused, or the post leaf is the
 * honest one (PROTOCOL 5, F4). From 0x80 on the pre state is the stranger's as well: 1,024 bytes and the
 * input's hash stand before the trace; then any accepted run must be the same again. */
#include "evm/segment/trace.h"
#include "tests/fuzz/fuzz.h"
#include "tests/toy_chain.h"

enum { STEPS_MAX = 24 };

static struct toy toy;
static struct {
    struct toy_step step;
    bytes32 input_hash;
} steps[STEPS_MAX];
static unsigned step_count;

static void add_block(const wh_span *items, size_t n)
{
    toy_input(&toy, items, n);
    for (size_t i = 0; i < n + 2 && step_count < STEPS_MAX; i++) {
        steps[step_count].step = toy_step(&toy);
        steps[step_count].input_hash = toy.input_hash;
        FUZZ_MUST(steps[step_count].step.status == WH_OK);
        step_count++;
    }
}

static wh_span call(uint64_t nonce, uint8_t to, uint64_t value, wh_span data)
{
    address at = toy_address(to);
    return toy_sign(&toy, &(struct toy_tx){.nonce = nonce,
                                           .gas = 200000,
                                           .gas_price = 2000000000,
                                           .value = value,
                                           .to = to != 0 ? &at : NULL,
                                           .data = data,
                                           .chain_id = 1337});
}

/* A transfer, storage that is set and cleared, a creation, a call of a precompile, an item that is none,
 * and a block with no item. */
static void build_steps(void)
{
    static const uint8_t store[] = {0x60, 0x05, 0x60, 0x01, 0x55, 0x60, 0x00, 0x60, 0x02,
                                    0x55, 0x60, 0x03, 0x54, 0x60, 0x04, 0x55, 0x00};
    static const uint8_t hash[] = {0x60, 0x20, 0x60, 0x00, 0x60, 0x20, 0x60, 0x00, 0x60, 0x02,
                                   0x61, 0xff, 0xff, 0xfa, 0x60, 0x00, 0x51, 0x60, 0x07, 0x55};
    static const uint8_t init[] = {0x60, 0x01, 0x60, 0x00, 0x53, 0x60, 0x01, 0x60, 0x00, 0xf3};
    struct chain_config c;
    chain_config_rollup(1337, 1000000, &c);
    toy_init(&toy, &c);
    toy_account(&toy, &toy.sender, 0, 100, wh_span_of(NULL, 0));
    address a = toy_address(1), b = toy_address(2);
    toy_account(&toy, &a, 1, 0, wh_span_of(store, sizeof store));
    toy_account(&toy, &b, 1, 1, wh_span_of(hash, sizeof hash));
    toy_slot(&toy, &a, 2, 9);
    toy_slot(&toy, &a, 3, 8);
    for (uint8_t i = 10; i < 40; i++) {
        address other = toy_address(i);
        toy_account(&toy, &other, 0, i, wh_span_of(NULL, 0));
    }
    toy_seal_genesis(&toy, 41);
    wh_span none = wh_span_of(NULL, 0);
    wh_span first[4] = {call(0, 20, 5, none), call(1, 1, 0, none),
                        call(2, 0, 0, wh_span_of(init, sizeof init)), call(3, 2, 1, none)};
    add_block(first, 4);
    wh_span second[2] = {wh_span_of("\x01junk", 5), call(4, 60, 1, none)};
    add_block(second, 2);
    add_block(NULL, 0);
}

static void check_entries(wh_span bytes)
{
    struct trace t;
    wh_span again;
    toy.arena.used = 0;
    if (trace_parse(toy.crypto, &toy.arena, bytes, trace_kind(bytes), &t) != WH_OK) return;
    for (uint32_t i = 0; i + 1 < t.count; i++)
        FUZZ_MUST(bytes32_cmp(&t.entries[i].hash, &t.entries[i + 1].hash) < 0);
    FUZZ_MUST(trace_write(&toy.arena, t.kind, t.entries, t.count, &again) == WH_OK);
    FUZZ_MUST(fuzz_same(again, bytes));
}

static wh_status run(const uint8_t *pre, const bytes32 *input, wh_span trace, uint8_t *post,
                     bytes32 *leaf)
{
    uint64_t x = 0;
    toy.arena.used = 0;
    wh_status s =
        execute_trace(pre, UINT64_MAX, input, trace, &toy.arena, toy.crypto, NULL, post, leaf, &x);
    FUZZ_MUST(s >= 0);
    if (s == WH_OK) FUZZ_MUST(x >= 50000 + 16 * trace.len);
    return s;
}

static void check_honest(unsigned i, wh_span trace)
{
    uint8_t post[SEG_STATE_SIZE];
    bytes32 leaf;
    if (run(steps[i].step.pre, &steps[i].input_hash, trace, post, &leaf) != WH_OK) return;
    FUZZ_MUST(bytes32_eq(&leaf, &steps[i].step.result.leaf));
    FUZZ_MUST(memcmp(post, steps[i].step.post, SEG_STATE_SIZE) == 0);
}

static void check_foreign(wh_span in)
{
    uint8_t post[2][SEG_STATE_SIZE], pre[SEG_STATE_SIZE];
    bytes32 input, leaf[2];
    struct seg_state s;
    if (in.len < SEG_STATE_SIZE + 32) return;
    memcpy(pre, in.ptr, SEG_STATE_SIZE);
    memcpy(input.b, in.ptr + SEG_STATE_SIZE, 32);
    wh_span trace = wh_span_of(in.ptr + SEG_STATE_SIZE + 32, in.len - SEG_STATE_SIZE - 32);
    if (run(pre, &input, trace, post[0], &leaf[0]) != WH_OK) return;
    FUZZ_MUST(seg_state_decode(post[0], &s) == WH_OK);
    FUZZ_MUST(run(pre, &input, trace, post[1], &leaf[1]) == WH_OK);
    FUZZ_MUST(bytes32_eq(&leaf[0], &leaf[1]) && memcmp(post[0], post[1], SEG_STATE_SIZE) == 0);
}

#ifdef FUZZ_SEEDS
/* Writes the honest traces, as the seeds of the corpus. */
void fuzz_seeds(void (*write)(void *ctx, wh_span bytes), void *ctx);
void fuzz_seeds(void (*write)(void *ctx, wh_span bytes), void *ctx)
{
    build_steps();
    for (unsigned i = 0; i < step_count; i++) {
        const struct toy_step *s = &steps[i].step;
        uint8_t *p = malloc(1 + SEG_STATE_SIZE + 32 + s->trace.len);
        p[0] = (uint8_t)i;
        memcpy(p + 1, s->trace.ptr, s->trace.len);
        write(ctx, wh_span_of(p, 1 + s->trace.len));
        p[0] = 0x80;
        memcpy(p + 1, s->pre, SEG_STATE_SIZE);
        memcpy(p + 1 + SEG_STATE_SIZE, steps[i].input_hash.b, 32);
        memcpy(p + 1 + SEG_STATE_SIZE + 32, s->trace.ptr, s->trace.len);
        write(ctx, wh_span_of(p, 1 + SEG_STATE_SIZE + 32 + s->trace.len));
        free(p);
    }
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (step_count == 0) build_steps();
    if (size == 0) return 0;
    wh_span in = wh_span_of(data + 1, size - 1);
    if (data[0] < 0x80) {
        check_entries(in);
        check_honest(data[0] % step_count, in);
    } else {
        check_foreign(in);
    }
    return 0;
}
