/* SPDX-License-Identifier: MIT */
/* SegState, chain configurations, inputs: what is accepted is written back as the same bytes. First
 * byte: which. */
#include "evm/segment/chain_config.h"
#include "evm/segment/input.h"
#include "evm/segment/seg_state.h"
#include "tests/fuzz/fuzz.h"

static void check_state(wh_span in)
{
    uint8_t bytes[SEG_STATE_SIZE] = {0}, out[SEG_STATE_SIZE];
    struct seg_state s;
    memcpy(bytes, in.ptr, in.len < sizeof bytes ? in.len : sizeof bytes);
    if (seg_state_decode(bytes, &s) != WH_OK) return;
    seg_state_encode(&s, out);
    FUZZ_MUST(memcmp(bytes, out, sizeof out) == 0);
    FUZZ_MUST(s.phase <= SEG_INVALID && (s.phase == SEG_OPEN || s.fork == 0));
    FUZZ_MUST(seg_halted(bytes, s.inbox_pos) == (s.phase != SEG_OPEN));
    enum seg_kind next = seg_next(bytes, UINT64_MAX);
    FUZZ_MUST((next == SEG_IDLE) == seg_halted(bytes, UINT64_MAX));
    seg_invalid(bytes, out);
    FUZZ_MUST(seg_state_decode(out, &s) == WH_OK && s.phase == SEG_INVALID);
    FUZZ_MUST(seg_next(out, UINT64_MAX) == SEG_IDLE);
}

/* PROTOCOL 1: what is accepted can be run. */
static void check_rules(const struct chain_config *c)
{
    FUZZ_MUST(c->ruleset == RULESET_ETHEREUM || c->ruleset == RULESET_ROLLUP);
    FUZZ_MUST((c->flags & ~CHAIN_NO_REQUESTS) == 0 && c->witness_cap >= CHAIN_WITNESS_CAP_MIN);
    FUZZ_MUST(c->fork_count > 0 && c->fork_count <= CHAIN_FORKS_MAX && c->forks[0].at == 0);
    for (unsigned i = 0; i < c->fork_count; i++) {
        const struct chain_fork *f = &c->forks[i];
        FUZZ_MUST(f->fork >= FORK_FRONTIER && f->fork <= FORK_BPO5 && f->by <= 1);
        FUZZ_MUST(chain_config_entry(c, f->fork) == f); /* once alone */
        if (i > 0) FUZZ_MUST(f->fork > f[-1].fork && f->by >= f[-1].by);
        if (i > 0 && f->by == f[-1].by) FUZZ_MUST(f->at >= f[-1].at);
        if (c->ruleset == RULESET_ROLLUP) FUZZ_MUST(f->fork >= FORK_OSAKA);
    }
}

static void check_config(wh_span in)
{
    struct chain_config c;
    uint8_t out[CHAIN_CONFIG_MAX];
    if (chain_config_decode(in, &c) != WH_OK) return;
    FUZZ_MUST(fuzz_same(wh_span_of(out, chain_config_encode(&c, out)), in));
    check_rules(&c);
    FUZZ_MUST(chain_config_active(&c, 0, 0) != NULL);
    FUZZ_MUST(chain_config_active(&c, UINT64_MAX, UINT64_MAX) == &c.forks[c.fork_count - 1]);
}

static void check_inputs(wh_span in)
{
    struct block_input b;
    struct eth_input e;
    uint8_t out[BLOCK_INPUT_SIZE];
    if (block_input_decode(in, &b) == WH_OK) {
        block_input_encode(&b, out);
        FUZZ_MUST(fuzz_same(wh_span_of(out, BLOCK_INPUT_SIZE), in));
    }
    if (eth_input_decode(in, &e) == WH_OK) {
        eth_input_encode(&e, out);
        FUZZ_MUST(fuzz_same(wh_span_of(out, ETH_INPUT_SIZE), in));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    wh_span in = wh_span_of(data + 1, size - 1);
    switch (data[0] % 3) {
    case 0: check_state(in); break;
    case 1: check_config(in); break;
    default: check_inputs(in); break;
    }
    return 0;
}
