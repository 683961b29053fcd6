/* SPDX-License-Identifier: MIT */
/* Single states of the own chain, and the traces of its steps. */
#include <string.h>

#include "evm/segment/seg_state.h"
#include "game/agent/chain.h"
#include "proto/sys/hex.h"
#include "proto/sys/log.h"

wh_status chain_state(struct agent_chain *c, const struct game *view, uint64_t index,
                      uint8_t out[SEG_STATE_SIZE], struct wh_error *err)
{
    uint64_t at = 0;
    bool found = false;
    if (index > c->have)
        return wh_fail(err, WH_ERR_STORE_MISSING, "state %llu is not computed",
                       (unsigned long long)index);
    WH_TRY(store_state_below(c->store, index, &at, out, &found, err));
    if (!found) return wh_fail(err, WH_ERR_STORE_CORRUPT, "the genesis state is missing");
    bytes32 leaf;
    seg_leaf(c->crypto, out, &leaf);
    if (!bytes32_eq(&leaf, &c->leaves[at]))
        return wh_fail(err, WH_ERR_STORE_CORRUPT, "the state after step %llu is not its leaf's",
                       (unsigned long long)at);
    if (at == index) return WH_OK;
    if (c->history.run)
        return wh_fail(err, WH_ERR_STORE_CORRUPT, "state %llu was not kept",
                       (unsigned long long)index);

    chain_fresh(c);
    size_t max = (size_t)(index - at), count = 0;
    struct wh_preimages preimages = objects_preimages(&c->objects);
    struct wh_sink made = objects_sink(&c->objects);
    struct seg_env env = {
        .preimages = &preimages, .made = &made, .arena = &c->arena, .crypto = c->crypto};
    struct seg_result *results = WH_NEW(&c->arena, struct seg_result, max);
    uint64_t inputs = game_inbox_count(view), first = tree_state_inbox_pos(out);
    bytes32 *hashes = WH_NEW(&c->arena, bytes32, inputs - first + 1);
    if (!results || !hashes) return wh_fail(err, WH_ERR_NOMEM, "%zu steps", max);
    for (uint64_t i = first; i < inputs; i++)
        hashes[i - first] = game_input_at(view, (uint32_t)i)->hash;
    wh_status st = seg_run(&env, inputs, hashes, first, out, results, max, &count);
    if (st != WH_OK || count != max || !bytes32_eq(&results[max - 1].leaf, &c->leaves[index]))
        return wh_fail(err, WH_ERR_STORE_CORRUPT, "state %llu cannot be computed again",
                       (unsigned long long)index);
    /* who asks once asks at every look of a dispute */
    return store_state_put(c->store, index, out, err);
}

static wh_status capture(struct agent_chain *c, const struct game *view, uint64_t index,
                         const uint8_t pre[SEG_STATE_SIZE], uint64_t target, struct wh_buf *trace,
                         struct wh_error *err)
{
    chain_fresh(c);
    c->objects.is_missing = false;
    struct wh_preimages preimages = objects_preimages(&c->objects);
    uint8_t post[SEG_STATE_SIZE];
    bytes32 input, leaf;
    wh_span bytes;
    uint64_t x;
    chain_input_hash(view, pre, &input);
    wh_status st = execute_capture(pre, target, &input, &preimages, &c->arena, c->crypto, NULL,
                                   post, &leaf, &bytes, &x);
    if (st == WH_E_MISSING)
        return wh_fail(err, WH_ERR_STORE_MISSING, "trace of step %llu: nobody has object %s",
                       (unsigned long long)index, wh_hex32(&c->objects.missing).s);
    if (st != WH_OK)
        return wh_fail(err, st < 0 ? WH_ERR_SYS : WH_ERR_STORE_CORRUPT,
                       "trace of step %llu cannot be made", (unsigned long long)index);
    wh_buf_put(trace, bytes.ptr, bytes.len);
    if (!wh_buf_ok(trace)) return wh_fail(err, WH_ERR_NOMEM, "trace of %zu bytes", bytes.len);
    return store_trace_put(c->store, index, &c->leaves[index], bytes, err);
}

/* known: the stored trace of this step was run before by this process. */
static bool known(const struct agent_chain *c, uint64_t index, uint64_t *x, bytes32 *post_leaf)
{
    for (size_t i = 0; i < CHAIN_CHECKED; i++) {
        if (!c->checked[i].used || c->checked[i].index != index ||
            !bytes32_eq(&c->checked[i].pre, &c->leaves[index]) ||
            !bytes32_eq(&c->checked[i].post, &c->leaves[index + 1]))
            continue;
        *x = c->checked[i].x;
        *post_leaf = c->checked[i].post;
        return true;
    }
    return false;
}

wh_status chain_trace(struct agent_chain *c, const struct game *view, uint64_t index,
                      uint64_t target, struct wh_buf *trace, uint64_t *x, bytes32 *post_leaf,
                      struct wh_error *err)
{
    uint8_t pre[SEG_STATE_SIZE], post[SEG_STATE_SIZE];
    bytes32 input;
    bool found = false;
    *x = 0;
    wh_buf_reset(trace);
    if (index >= c->have)
        return wh_fail(err, WH_ERR_STORE_MISSING, "step %llu is not computed",
                       (unsigned long long)index);
    WH_TRY(store_trace_get(c->store, index, &c->leaves[index], trace, &found, err));
    if (found && known(c, index, x, post_leaf)) return WH_OK;
    WH_TRY(chain_state(c, view, index, pre, err));
    chain_input_hash(view, pre, &input);
    wh_status st = WH_OK;
    for (bool again = true; again;) {
        again = found; /* a stored trace that does not do is made anew, once */
        if (!found) {
            wh_buf_reset(trace);
            WH_TRY(capture(c, view, index, pre, target, trace, err));
        }
        chain_fresh(c);
        st = execute_trace(pre, target, &input, wh_buf_span(trace), &c->arena, c->crypto, NULL,
                           post, post_leaf, x);
        if (st < 0)
            return wh_fail(err, WH_ERR_SYS, "EXECUTE of step %llu", (unsigned long long)index);
        if (st == WH_OK && bytes32_eq(post_leaf, &c->leaves[index + 1])) break;
        found = false;
    }
    if (st > 0)
        return wh_fail(err, WH_ERR_STORE_CORRUPT, "the trace of step %llu is refused",
                       (unsigned long long)index);
    if (!bytes32_eq(post_leaf, &c->leaves[index + 1]))
        return wh_fail(err, WH_ERR_STORE_CORRUPT,
                       "step %llu: EXECUTE gives another leaf than the stored run",
                       (unsigned long long)index);
    size_t at = c->check_next++ % CHAIN_CHECKED;
    c->checked[at].index = index;
    c->checked[at].x = *x;
    c->checked[at].pre = c->leaves[index];
    c->checked[at].post = *post_leaf;
    c->checked[at].used = true;
    if (!found)
        WH_LOG(INFO, EXECUTE_STEP, "trace made, and run from its bytes alone",
               WH_F_U64("step", index), WH_F_U64("trace_bytes", trace->len), WH_F_U64("x", *x),
               WH_F_B32("post_leaf", post_leaf));
    return WH_OK;
}
