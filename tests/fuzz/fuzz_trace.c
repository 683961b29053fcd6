/* SPDX-License-Identifier: MIT */
/* Traces. The first byte chooses a step of small chains (steps.c; its pre state and its input are ours), the
 * rest is the trace that a stranger brings: it is refused, or it is the honest one to the byte and so is
 * the post leaf (PROTOCOL 5, F4). From 0x80 on the pre state is the stranger's as well: 1,024 bytes and
 * the input's hash stand before the trace; then any accepted run must be the same again. */
#include "evm/segment/trace.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/steps.h"

static struct toy toy; /* its arena and crypto, for the runs */

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

static void check_honest(const struct fuzz_step *f, wh_span trace)
{
    uint8_t post[SEG_STATE_SIZE];
    bytes32 leaf;
    const struct toy_step *s = &f->step;
    if (run(s->pre, &f->input_hash, trace, post, &leaf) != WH_OK) {
        FUZZ_MUST(!fuzz_same(trace, s->trace));
        return;
    }
    FUZZ_MUST(bytes32_eq(&leaf, &s->result.leaf) && memcmp(post, s->post, SEG_STATE_SIZE) == 0);
    FUZZ_MUST(fuzz_same(trace, s->trace)); /* entries ordered, each used: one trace a step */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct fuzz_steps *steps = fuzz_steps();
    if (toy.arena.base == NULL) {
        toy.crypto = wh_native_crypto();
        toy_arena(&toy.arena, (size_t)4 << 30);
    }
    if (size == 0) return 0;
    wh_span in = wh_span_of(data + 1, size - 1);
    if (data[0] < 0x80) {
        check_entries(in);
        check_honest(&steps->v[data[0] % steps->count], in);
    } else {
        check_foreign(in);
    }
    return 0;
}
