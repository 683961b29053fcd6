/* SPDX-License-Identifier: MIT */
#include "evm/segment/step.h"

#include "evm/hash/keccak.h"
#include "evm/segment/fees.h"
#include "evm/segment/ring.h"

wh_status step_ask(struct step *step, const bytes32 *hash, wh_span *bytes)
{
    const struct wh_preimages *io = &step->m->meter.io;
    return io->get(io->ctx, WH_OBJECT_DATA, hash, bytes);
}

wh_status step_made(struct step *step, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    if (step->m->made == NULL) return WH_OK;
    uint8_t *copy = WH_NEW(step->m->arena, uint8_t, bytes.len);
    if (copy == NULL) return WH_E_NOMEM;
    memcpy(copy, bytes.ptr, bytes.len);
    return step->m->made->put(step->m->made->ctx, kind, hash, wh_span_of(copy, bytes.len));
}

wh_status step_price_is(struct step *step, uint64_t x)
{
    struct step_price *p = step->price;
    if (p == NULL) return WH_OK;
    p->x = x;
    return p->declared == 0 || p->declared == x ? WH_OK : WH_E_MISMATCH;
}

wh_status step_state(struct step *step, struct state **st)
{
    struct seg_machine *m = step->m;
    *st = &m->state;
    if (step->begun) return WH_OK;
    step->begun = true;

    bytes32 root;
    if (m->open) root = state_root(&m->state);
    if (m->open && bytes32_eq(&root, &step->s.state_root)) {
        state_begin_step(&m->state);
        return WH_OK;
    }
    m->open = false; /* until the step has succeeded */
    return state_init(&m->state, m->arena, &m->meter.io, m->crypto,
                      m->cache ? m->cache->codes : NULL, &step->s.state_root);
}

wh_status step_settle(struct step *step)
{
    struct state *st;
    if (step->m->defer_settle && step->ending) WH_TRY(step_state(step, &st));
    if (!step->begun) return WH_OK; /* nothing was read, nothing changed */
    if (step->m->defer_settle && !step->ending) return WH_OK;
    WH_TRY(step_state(step, &st));
    return state_settle(st, step->m->made, &step->s.state_root);
}

wh_status step_refuse(struct step *step)
{
    step->invalid = true;
    return WH_OK;
}

static wh_status block_hash(void *ctx, uint64_t n, bytes32 *out)
{
    struct step *step = ctx;
    return ring_lookup(&step->m->meter.io, &step->s.anc_root, n, out);
}

void step_block(struct step *step)
{
    const struct seg_state *s = &step->s;
    step->block = (struct evm_block){
        .fork = (enum evm_fork)s->fork,
        .chain_id = s->chain_id,
        .number = s->number,
        .timestamp = s->timestamp,
        .gas_limit = s->gas_limit,
        .coinbase = s->coinbase,
        .base_fee = s->base_fee,
        .randao = s->fork >= FORK_PARIS ? s->prev_randao : s->beacon_root, /* else difficulty */
        .block_hash = block_hash,
        .block_hash_ctx = step,
    };
    if (s->fork >= FORK_CANCUN)
        step->block.blob_base_fee = fee_blob_base(step->entry, s->excess_blob_gas);
}

struct evm step_evm(struct step *step)
{
    return (struct evm){.state = &step->m->state,
                        .crypto = step->m->crypto,
                        .block = &step->block,
                        .arena = &step->m->scratch,
                        .tracer = step->m->tracer};
}

wh_status seg_machine_init(struct seg_machine *m, const struct seg_env *env,
                           const struct wh_preimages *source, bool remember)
{
    *m = (struct seg_machine){.crypto = env->crypto,
                              .arena = env->arena,
                              .cache = env->cache,
                              .made = env->made,
                              .tracer = env->tracer};
    m->arena_cap = env->arena->cap;
    size_t half = (env->arena->cap - env->arena->used) / 2;
    half -= half % 64;
    if (half < 128) return WH_E_NOMEM;
    env->arena->cap -= half;
    /* The block may end on any byte; frames want aligned memory. */
    uint8_t *block = env->arena->base + env->arena->cap;
    size_t skip = (size_t)(-(uintptr_t)block & 63u);
    wh_arena_init(&m->scratch, block + skip, half - skip);
    meter_init(&m->meter, source, env->arena, remember);
    return WH_OK;
}

void seg_machine_done(struct seg_machine *m)
{
    m->arena->cap = m->arena_cap;
}

/* Asked for first in each step; its rule set and chain id must be the state's (T17). */
static wh_status config_ask(struct step *step)
{
    wh_span bytes;
    WH_TRY(step_ask(step, &step->s.chain_cfg_hash, &bytes));
    WH_TRY(chain_config_decode(bytes, &step->config));
    if (step->config.ruleset != step->s.ruleset || step->config.chain_id != step->s.chain_id)
        return WH_E_MISMATCH;
    if (step->s.phase != SEG_OPEN) return WH_OK;
    step->entry = chain_config_entry(&step->config, step->s.fork);
    return step->entry != NULL ? WH_OK : WH_E_FORMAT;
}

static wh_status kind_run(struct step *step, enum seg_kind kind)
{
    WH_TRY(config_ask(step));
    switch (kind) {
    case SEG_BEGIN: return step_begin(step);
    case SEG_TX: return step_item(step);
    case SEG_END: step->ending = true; return step_end(step);
    case SEG_IDLE: break;
    }
    WH_ASSERT(false);
    return WH_OK;
}

static void result_fill(const struct step *step, enum seg_kind kind, const uint8_t *post,
                        struct seg_result *out)
{
    *out = (struct seg_result){
        .kind = kind, .phase = post[0x005], .gas = step->gas, .included = step->included};
    memcpy(out->state_root.b, post + 0x060, 32);
    seg_leaf(step->m->crypto, post, &out->leaf);
}

wh_status seg_machine_step(struct seg_machine *m, const uint8_t pre[SEG_STATE_SIZE],
                           uint64_t target, const bytes32 *input_hash, struct step_price *price,
                           uint8_t post[SEG_STATE_SIZE], struct seg_result *result)
{
    struct step step = {.m = m, .pre = pre, .input_hash = input_hash, .price = price};
    WH_TRY(seg_state_decode(pre, &step.s));
    enum seg_kind kind = seg_next(pre, target);
    uint8_t made[SEG_STATE_SIZE];
    if (kind == SEG_IDLE) {
        memcpy(made, pre, SEG_STATE_SIZE);
    } else {
        size_t mark = wh_arena_mark(&m->scratch);
        meter_begin(&m->meter);
        wh_status status = kind_run(&step, kind);
        wh_arena_rewind(&m->scratch, mark);
        if (step.begun) m->open = status == WH_OK && !step.invalid;
        if (status != WH_OK) return status;
        if (step.invalid)
            seg_invalid(pre, made);
        else
            seg_state_encode(&step.s, made);
    }
    result_fill(&step, kind, made, result);
    memcpy(post, made, SEG_STATE_SIZE);
    return WH_OK;
}
