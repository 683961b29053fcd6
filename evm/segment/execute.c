/* SPDX-License-Identifier: MIT */
#include "evm/segment/execute.h"

#include "evm/segment/price.h"
#include "evm/segment/step.h"
#include "evm/segment/trace.h"

/* One step on a machine of its own. objects receives what it asked for; NULL: nobody wants to know. */
static wh_status step_alone(const struct seg_env *env, const uint8_t *pre, uint64_t target,
                            const bytes32 *input_hash, struct step_price *price, uint8_t *post,
                            struct seg_result *result, const struct meter **objects)
{
    struct seg_machine *m = WH_NEW(env->arena, struct seg_machine, 1);
    if (m == NULL) return WH_E_NOMEM;
    WH_TRY(seg_machine_init(m, env, env->preimages, objects != NULL));
    wh_status status = seg_machine_step(m, pre, target, input_hash, price, post, result);
    seg_machine_done(m);
    if (objects != NULL) *objects = &m->meter;
    return status;
}

wh_status seg_execute(const struct seg_env *env, const uint8_t pre[SEG_STATE_SIZE], uint64_t target,
                      const bytes32 *input_hash, uint8_t post[SEG_STATE_SIZE],
                      struct seg_result *result)
{
    return step_alone(env, pre, target, input_hash, NULL, post, result, NULL);
}

wh_status execute_step(const uint8_t pre[SEG_STATE_SIZE], uint64_t target,
                       const bytes32 *input_hash, const struct wh_preimages *preimages,
                       struct wh_arena *arena, const struct evm_crypto *crypto,
                       struct seg_cache *cache, uint8_t post[SEG_STATE_SIZE], bytes32 *post_leaf)
{
    struct seg_result result;
    struct seg_env env = {.preimages = preimages, .arena = arena, .crypto = crypto, .cache = cache};
    WH_TRY(seg_execute(&env, pre, target, input_hash, post, &result));
    *post_leaf = result.leaf;
    return WH_OK;
}

/* IDLE moves nothing and cannot be bought. */
static wh_status trace_run(const struct seg_env *env, const uint8_t *pre, uint64_t target,
                           const bytes32 *input_hash, wh_span bytes, struct step_price *price,
                           uint8_t *post, struct seg_result *result)
{
    struct seg_state s;
    struct trace trace;
    struct wh_preimages preimages;
    WH_TRY(seg_state_decode(pre, &s));
    enum seg_kind kind = seg_next(pre, target);
    WH_TRY(trace_parse(env->crypto, env->arena, bytes, (uint8_t)kind, &trace));
    if (kind == SEG_IDLE && price->declared != 0) return WH_E_MISMATCH;
    trace_preimages(&trace, &preimages);
    struct seg_env inner = *env;
    inner.preimages = &preimages;
    WH_TRY(step_alone(&inner, pre, target, input_hash, price, post, result, NULL));
    return trace_all_used(&trace) ? WH_OK : WH_E_FORMAT;
}

wh_status execute_trace(const uint8_t pre[SEG_STATE_SIZE], uint64_t target,
                        const bytes32 *input_hash, wh_span trace, struct wh_arena *arena,
                        const struct evm_crypto *crypto, struct seg_cache *cache,
                        uint8_t post[SEG_STATE_SIZE], bytes32 *post_leaf, uint64_t *x_gas)
{
    uint8_t made[SEG_STATE_SIZE];
    struct seg_result result;
    struct seg_env env = {.arena = arena, .crypto = crypto, .cache = cache};
    struct step_price price = {.declared = *x_gas, .trace_len = trace.len};
    *x_gas = 0;
    if (price.declared != 0 && price.declared < seg_x_least(trace.len)) return WH_E_MISMATCH;
    wh_status status = trace_run(&env, pre, target, input_hash, trace, &price, made, &result);
    *x_gas = price.x;
    if (status != WH_OK) return status;
    memcpy(post, made, SEG_STATE_SIZE);
    *post_leaf = result.leaf;
    return WH_OK;
}

static wh_status objects_write(const struct meter *objects, struct wh_arena *arena, uint8_t kind,
                               wh_span *trace)
{
    struct trace_entry *entries = WH_NEW(arena, struct trace_entry, objects->count);
    if (entries == NULL) return WH_E_NOMEM;
    for (size_t i = 0; i < objects->count; i++)
        entries[i] = (struct trace_entry){objects->objects[i].hash, objects->objects[i].bytes};
    return trace_write(arena, kind, entries, (uint32_t)objects->count, trace);
}

/* F6: the produced bytes must give the same post leaf on their own. If they do not, the source answered
 * bytes of another hash, or this program is wrong: trouble of this process either way, no verdict. */
static wh_status capture_check(const struct seg_env *env, const uint8_t *pre, uint64_t target,
                               const bytes32 *input_hash, wh_span trace, const bytes32 *leaf,
                               uint64_t *x_gas)
{
    bytes32 again;
    uint8_t post[SEG_STATE_SIZE];
    *x_gas = 0;
    wh_status status = execute_trace(pre, target, input_hash, trace, env->arena, env->crypto,
                                     env->cache, post, &again, x_gas);
    if (status < 0) return status;
    return status == WH_OK && bytes32_eq(&again, leaf) ? WH_OK : WH_E_IO;
}

wh_status seg_capture(const struct seg_env *env, const uint8_t pre[SEG_STATE_SIZE], uint64_t target,
                      const bytes32 *input_hash, uint8_t post[SEG_STATE_SIZE],
                      struct seg_result *result, wh_span *trace, uint64_t *x_gas)
{
    uint8_t made[SEG_STATE_SIZE];
    const struct meter *objects;
    wh_span written;
    WH_TRY(step_alone(env, pre, target, input_hash, NULL, made, result, &objects));
    WH_TRY(objects_write(objects, env->arena, (uint8_t)result->kind, &written));
    size_t mark = wh_arena_mark(env->arena);
    WH_TRY(capture_check(env, pre, target, input_hash, written, &result->leaf, x_gas));
    wh_arena_rewind(env->arena, mark);
    *trace = written;
    memcpy(post, made, SEG_STATE_SIZE);
    return WH_OK;
}

wh_status execute_capture(const uint8_t pre[SEG_STATE_SIZE], uint64_t target,
                          const bytes32 *input_hash, const struct wh_preimages *preimages,
                          struct wh_arena *arena, const struct evm_crypto *crypto,
                          struct seg_cache *cache, uint8_t post[SEG_STATE_SIZE], bytes32 *post_leaf,
                          wh_span *trace, uint64_t *x_gas)
{
    struct seg_result result;
    struct seg_env env = {.preimages = preimages, .arena = arena, .crypto = crypto, .cache = cache};
    WH_TRY(seg_capture(&env, pre, target, input_hash, post, &result, trace, x_gas));
    *post_leaf = result.leaf;
    return WH_OK;
}
