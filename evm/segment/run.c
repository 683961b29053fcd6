/* SPDX-License-Identifier: MIT */
#include "evm/segment/run.h"

#include "evm/segment/overlay.h"
#include "evm/segment/step.h"

/* Steps until halted, each over the same state in memory. */
static wh_status steps_run(struct seg_machine *m, uint64_t target, const bytes32 *inputs,
                           uint64_t first_input, uint8_t state[SEG_STATE_SIZE],
                           struct seg_result *results, size_t max, size_t *count)
{
    while (*count < max && !seg_halted(state, target)) {
        struct seg_state s;
        const bytes32 *input = NULL;
        WH_TRY(seg_state_decode(state, &s));
        if (s.phase == SEG_SEALED) {
            WH_ASSERT(s.inbox_pos >= first_input);
            input = &inputs[s.inbox_pos - first_input];
        }
        WH_TRY(seg_machine_step(m, state, target, input, NULL, state, &results[*count]));
        (*count)++;
    }
    return WH_OK;
}

wh_status seg_run(const struct seg_env *env, uint64_t target, const bytes32 *inputs,
                  uint64_t first_input, uint8_t state[SEG_STATE_SIZE], struct seg_result *results,
                  size_t max, size_t *count)
{
    struct overlay overlay;
    struct wh_preimages preimages;
    struct wh_sink made;
    struct seg_env inner = *env;
    overlay_init(&overlay, env->arena, env->preimages, env->made);
    overlay_preimages(&overlay, &preimages);
    overlay_sink(&overlay, &made);
    inner.made = &made;

    *count = 0;
    struct seg_machine *m = WH_NEW(env->arena, struct seg_machine, 1);
    if (m == NULL) return WH_E_NOMEM;
    WH_TRY(seg_machine_init(m, &inner, &preimages, false));
    m->defer_settle = env->defer_settle;
    wh_status status = steps_run(m, target, inputs, first_input, state, results, max, count);
    seg_machine_done(m);
    return status;
}
