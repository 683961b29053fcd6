/* SPDX-License-Identifier: MIT */
#include "game/agent/chain.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "evm/segment/frontier.h"
#include "evm/segment/ring.h"
#include "evm/segment/seg_state.h"
#include "proto/sys/hex.h"
#include "proto/sys/log.h"

#define ARENA_BYTES (UINT64_C(16) << 30) /* address space; touched lazily */
#define META_INPUTS "run/inputs"         /* how many were run; "acc/N": acc[N + 1] of each */
#define META_SUM    "run/sum"            /* keccak of all own leaves, one behind the other */

static wh_status map_arena(struct wh_arena *arena, struct wh_error *err)
{
    void *block = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED) return wh_fail(err, WH_ERR_NOMEM, "address space for execution");
    wh_arena_init(arena, block, ARENA_BYTES);
    return WH_OK;
}

/* chain_fresh gives the whole arena back; what was touched returns to the kernel if it was much. */
void chain_fresh(struct agent_chain *c)
{
    objects_clear(&c->objects);
    if (c->arena.used > (UINT64_C(1) << 30))
        (void)madvise(c->arena.base, c->arena.used, MADV_DONTNEED);
    c->arena.used = 0;
}

static wh_status leaf_room(struct agent_chain *c, uint64_t count, struct wh_error *err)
{
    if (count <= c->leaf_places) return WH_OK;
    size_t places = c->leaf_places ? c->leaf_places : 1024;
    while (places < count)
        places *= 2;
    bytes32 *bigger = (bytes32 *)realloc(c->leaves, places * sizeof *bigger);
    if (!bigger) return wh_fail(err, WH_ERR_NOMEM, "%zu leaves", places);
    c->leaves = bigger;
    c->leaf_places = places;
    return WH_OK;
}

/* --- genesis */

static void ring_emit(void *ctx, const bytes32 *hash, const uint8_t node[64])
{
    struct agent_objects *o = (struct agent_objects *)ctx;
    wh_status st = objects_keep(o, WH_OBJECT_DATA, wh_span_of(node, 64), hash);
    if (st != WH_OK && o->err.code == WH_ERR_NONE)
        (void)wh_fail(&o->err, WH_ERR_NOMEM, "ring of block hashes");
}

static wh_status put_genesis(struct agent_chain *c, struct wh_error *err)
{
    const struct network *n = c->net;
    struct seg_state s;
    bytes32 slots[RING_SLOTS], root;
    uint8_t empty[16];

    if (seg_state_decode(n->genesis, &s) != WH_OK)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "genesis_state is malformed");
    memset(slots, 0, sizeof slots);
    for (size_t i = 0; i < n->known_count; i++)
        slots[(s.number - i) % RING_SLOTS] = n->known[i];
    ring_root(slots, &root, ring_emit, &c->objects);
    memset(empty, 0, sizeof empty); /* PROTOCOL 4.5: the empty frontier */
    wh_status st = objects_keep(&c->objects, WH_OBJECT_DATA, wh_span_of(empty, sizeof empty), NULL);
    if (st == WH_OK)
        st = objects_keep(&c->objects, WH_OBJECT_DATA, wh_buf_span(&n->chain_config), NULL);
    if (st == WH_OK)
        st = objects_keep(&c->objects, WH_OBJECT_DATA, wh_buf_span(&n->anchor_header), NULL);
    if (st != WH_OK || c->objects.err.code != WH_ERR_NONE)
        return wh_fail(err, WH_ERR_NOMEM, "genesis objects");
    WH_TRY(store_begin(c->store, err));
    st = objects_store(&c->objects, err);
    if (st == WH_OK) st = store_state_put(c->store, 0, n->genesis, err);
    if (st == WH_OK) return store_commit(c->store, err);
    store_rollback(c->store);
    return st;
}

/* --- open and close */

static wh_status find_invalid(struct agent_chain *c)
{
    c->invalid_at = tree_state_phase(c->tip) == SEG_INVALID ? c->have : UINT64_MAX;
    return WH_OK;
}

/* --- a bit of an own leaf that rots on its disk would make every true claim look false */

static void add_leaves(struct keccak *sum, const bytes32 *leaves, uint64_t count)
{
    keccak_update(sum, leaves[0].b, 32 * (size_t)count);
}

static wh_status put_sum(const struct agent_chain *c, const struct keccak *sum,
                         struct wh_error *err)
{
    struct keccak copy = *sum;
    bytes32 digest;
    keccak_final(&copy, &digest);
    return store_meta_put(c->store, META_SUM, wh_span_of(digest.b, 32), err);
}

static wh_status check_sum(struct agent_chain *c, struct wh_error *err)
{
    struct wh_buf kept = {0};
    bool found = false;
    bytes32 digest;
    keccak_init(&c->sum);
    if (c->have) add_leaves(&c->sum, c->leaves + 1, c->have);
    struct keccak copy = c->sum;
    keccak_final(&copy, &digest);
    wh_status st = store_meta_get(c->store, META_SUM, &kept, &found, err);
    if (st == WH_OK && c->have && (kept.len != 32 || memcmp(kept.ptr, digest.b, 32) != 0))
        st = wh_fail(err, WH_ERR_STORE_CORRUPT, "own leaves 1..%llu are not what was computed",
                     (unsigned long long)c->have);
    wh_buf_done(&kept);
    return st;
}

/* check_inputs: the list of inputs run ends where the last own state does. */
static wh_status check_inputs(const struct agent_chain *c, struct wh_error *err)
{
    uint64_t pos = tree_state_inbox_pos(c->tip);
    if (c->inputs == pos + (tree_state_phase(c->tip) == SEG_INVALID)) return WH_OK;
    return wh_fail(err, WH_ERR_STORE_CORRUPT, "%llu inputs were run, the last state is at %llu",
                   (unsigned long long)c->inputs, (unsigned long long)pos);
}

/* --- which inputs were run: acc[n + 1] names inputs 0..n */

static wh_status put_acc(const struct agent_chain *c, uint64_t n, const bytes32 *acc,
                         struct wh_error *err)
{
    char name[32];
    snprintf(name, sizeof name, "acc/%llu", (unsigned long long)n);
    WH_TRY(store_meta_put(c->store, name, wh_span_of(acc->b, 32), err));
    return store_meta_put_u64(c->store, META_INPUTS, n + 1, err);
}

/* same_acc: was input n run behind the same inputs as the view has? */
static wh_status same_acc(const struct agent_chain *c, const struct game *view, uint64_t n,
                          bool *yes, struct wh_error *err)
{
    struct wh_buf kept = {0};
    char name[32];
    bool found = false;
    bytes32 acc;
    *yes = false;
    if (n >= game_inbox_count(view)) return WH_OK;
    snprintf(name, sizeof name, "acc/%llu", (unsigned long long)n);
    wh_status st = store_meta_get(c->store, name, &kept, &found, err);
    game_acc(view, n + 1, &acc);
    *yes = st == WH_OK && found && kept.len == 32 && memcmp(kept.ptr, acc.b, 32) == 0;
    wh_buf_done(&kept);
    return st;
}

static wh_status load(struct agent_chain *c, struct wh_error *err)
{
    bool found = false;
    uint64_t at = 0;
    WH_TRY(store_steps_count(c->store, &c->have, err));
    WH_TRY(store_state_below(c->store, c->have, &at, c->tip, &found, err));
    if (!found || at != c->have)
        return wh_fail(err, WH_ERR_STORE_CORRUPT, "no state for step %llu",
                       (unsigned long long)c->have);
    WH_TRY(leaf_room(c, c->have + 1, err));
    c->leaves[0] = c->net->cfg.genesis_leaf;
    wh_status st = WH_OK;
    if (c->have) st = store_leaves_get(c->store, 0, c->have, c->leaves + 1, err);
    if (st != WH_OK && err && err->code == WH_ERR_STORE_MISSING)
        return wh_fail(err, WH_ERR_STORE_CORRUPT, "own leaves 1..%llu are not all there",
                       (unsigned long long)c->have);
    WH_TRY(st);
    WH_TRY(check_sum(c, err));
    c->gas = 0;
    if (c->have) {
        struct store_step last;
        WH_TRY(store_steps_get(c->store, c->have - 1, 1, &last, err));
        c->gas = last.gas_cumulative;
    }
    bytes32 leaf;
    seg_leaf(c->crypto, c->tip, &leaf);
    if (!bytes32_eq(&leaf, &c->leaves[c->have]))
        return wh_fail(err, WH_ERR_STORE_CORRUPT, "the state after step %llu is not its leaf's",
                       (unsigned long long)c->have);
    c->inputs = 0;
    WH_TRY(store_meta_get_u64(c->store, META_INPUTS, &c->inputs, &found, err));
    WH_TRY(check_inputs(c, err));
    return find_invalid(c);
}

wh_status chain_open(struct agent_chain *c, const struct network *net, struct store *store,
                     const struct evm_crypto *crypto, const struct agent_source *source,
                     struct wh_error *err)
{
    memset(c, 0, sizeof *c);
    c->net = net;
    c->store = store;
    c->crypto = crypto;
    WH_TRY(map_arena(&c->arena, err));
    WH_TRY(objects_init(&c->objects, crypto, store, &c->arena, err));
    if (source) c->objects.source = *source;
    uint8_t state[SEG_STATE_SIZE];
    bool found = false;
    WH_TRY(store_state_get(store, 0, state, &found, err));
    if (!found) WH_TRY(put_genesis(c, err));
    chain_fresh(c);
    return load(c, err);
}

void chain_close(struct agent_chain *c)
{
    objects_done(&c->objects);
    if (c->arena.base) (void)munmap(c->arena.base, c->arena.cap);
    free(c->leaves);
    memset(c, 0, sizeof *c);
}

/* --- align with the inputs of the view */

/* drop_behind keeps what inputs 0..keep-1 led to. */
static wh_status drop_behind(struct agent_chain *c, const struct game *view, uint64_t keep,
                             struct wh_error *err)
{
    struct keccak sum;
    uint64_t steps = keep ? game_steps(view, keep) : 0;
    if (steps > c->have) steps = c->have; /* INVALID ended it earlier */
    WH_LOG(WARN, L1_REORG, "inputs changed: own steps dropped", WH_F_U64("inputs", keep),
           WH_F_U64("steps", steps));
    keccak_init(&sum);
    if (steps) add_leaves(&sum, c->leaves + 1, steps);
    WH_TRY(store_begin(c->store, err));
    wh_status st = store_steps_truncate(c->store, steps, err);
    if (st == WH_OK) st = store_meta_put_u64(c->store, META_INPUTS, keep, err);
    if (st == WH_OK) st = put_sum(c, &sum, err);
    if (st == WH_OK) st = store_commit(c->store, err);
    if (st != WH_OK) {
        store_rollback(c->store);
        return st;
    }
    c->blocked = CHAIN_RUNS;
    return load(c, err);
}

wh_status chain_align(struct agent_chain *c, const struct game *view, struct wh_error *err)
{
    uint64_t keep = c->inputs;
    for (bool same = false; keep > 0; keep--) {
        WH_TRY(same_acc(c, view, keep - 1, &same, err));
        if (same) break;
    }
    return keep == c->inputs ? WH_OK : drop_behind(c, view, keep, err);
}

/* --- run */

void chain_input_hash(const struct game *view, const uint8_t pre[SEG_STATE_SIZE], bytes32 *out)
{
    memset(out, 0, sizeof *out);
    uint64_t pos = tree_state_inbox_pos(pre);
    if (tree_state_phase(pre) == SEG_SEALED && pos < game_inbox_count(view))
        *out = game_input_at(view, (uint32_t)pos)->hash;
}

static wh_status block_chain(struct agent_chain *c, enum chain_block kind, const char *what)
{
    c->blocked = kind;
    if (kind == CHAIN_MISSING && c->objects.is_missing)
        snprintf(c->why, sizeof c->why, "%s: nobody has %s %s", what,
                 c->objects.missing_kind == WH_OBJECT_CODE   ? "code"
                 : c->objects.missing_kind == WH_OBJECT_NODE ? "trie node"
                                                             : "object",
                 wh_hex32(&c->objects.missing).s);
    else
        snprintf(c->why, sizeof c->why, "%s%s%.120s", what,
                 c->objects.err.code != WH_ERR_NONE ? ": " : "", c->objects.err.what);
    return WH_OK;
}

/* One input's worth of places. */
struct span_run {
    struct seg_result *results;
    uint8_t *states; /* post states */
    size_t max, count;
};

static wh_status run_first(struct agent_chain *c, const struct seg_env *env, uint64_t n,
                           const bytes32 *hash, struct span_run *r)
{
    if (c->history.run)
        return c->history.run(c->history.ctx, env, n + 1, hash, n, c->have, c->tip, r->results,
                              r->states, r->max, &r->count);
    uint8_t state[SEG_STATE_SIZE];
    memcpy(state, c->tip, sizeof state);
    return seg_run(env, n + 1, hash, n, state, r->results, r->max, &r->count);
}

/* run_again walks the same steps one by one, each from its own trace alone (seg_capture checks
 * that); fills the states. */
static wh_status run_again(const struct agent_chain *c, const struct seg_env *env,
                           const struct game *view, uint64_t n, struct span_run *r, bool *differs)
{
    const uint8_t *pre = c->tip;
    for (size_t i = 0; i < r->count; i++) {
        struct seg_result again;
        bytes32 input;
        wh_span trace;
        uint64_t x;
        uint8_t *post = r->states + i * SEG_STATE_SIZE;
        chain_input_hash(view, pre, &input);
        WH_TRY(seg_capture(env, pre, n + 1, &input, post, &again, &trace, &x));
        if (!bytes32_eq(&again.leaf, &r->results[i].leaf)) {
            *differs = true;
            return WH_OK;
        }
        pre = post;
    }
    return WH_OK;
}

static wh_status save_run(struct agent_chain *c, const struct game *view, uint64_t n,
                          const struct span_run *r, const struct keccak *sum, struct wh_error *err)
{
    struct store_step *rows = (struct store_step *)calloc(r->count, sizeof *rows);
    if (!rows) return wh_fail(err, WH_ERR_NOMEM, "%zu steps", r->count);
    uint64_t gas = c->gas;
    for (size_t i = 0; i < r->count; i++) {
        gas += r->results[i].gas;
        rows[i] = (struct store_step){r->results[i].leaf, r->results[i].state_root,
                                      r->results[i].gas, gas};
    }
    bytes32 acc;
    game_acc(view, n + 1, &acc);
    wh_status st = put_acc(c, n, &acc, err);
    if (st == WH_OK) st = objects_store(&c->objects, err);
    if (st == WH_OK) st = store_steps_append(c->store, c->have, rows, r->count, err);
    /* the state behind the input is enough to run on from; another history has no way back to the
     * states inside it, so all are kept */
    for (size_t i = c->history.run ? 0 : r->count - 1; st == WH_OK && i < r->count; i++)
        st = store_state_put(c->store, c->have + i + 1, r->states + i * SEG_STATE_SIZE, err);
    if (st == WH_OK) st = put_sum(c, sum, err);
    const uint8_t *last = r->states + (r->count - 1) * SEG_STATE_SIZE;
    if (st == WH_OK && tree_state_phase(last) == SEG_SEALED) {
        struct seg_state s;
        if (seg_state_decode(last, &s) == WH_OK) {
            struct store_block b = {.number = s.number,
                                    .input = n,
                                    .first_step = c->have,
                                    .gas_used = gas - c->gas,
                                    .steps = (uint32_t)r->count,
                                    .hash = s.head_hash,
                                    .state_root = s.state_root};
            st = store_block_put(c->store, &b, err);
        }
    }
    free(rows);
    return st;
}

static wh_status commit_run(struct agent_chain *c, const struct game *view, uint64_t n,
                            const struct span_run *r, struct wh_error *err)
{
    struct keccak sum = c->sum;
    WH_TRY(leaf_room(c, c->have + r->count + 1, err));
    for (size_t i = 0; i < r->count; i++)
        add_leaves(&sum, &r->results[i].leaf, 1);
    WH_TRY(store_begin(c->store, err));
    wh_status st = save_run(c, view, n, r, &sum, err);
    if (st == WH_OK) st = store_commit(c->store, err);
    if (st != WH_OK) {
        store_rollback(c->store);
        return st;
    }
    for (size_t i = 0; i < r->count; i++) {
        c->leaves[c->have + 1 + i] = r->results[i].leaf;
        c->gas += r->results[i].gas;
    }
    c->have += r->count;
    c->inputs = n + 1;
    c->sum = sum;
    memcpy(c->tip, r->states + (r->count - 1) * SEG_STATE_SIZE, SEG_STATE_SIZE);
    c->blocked = CHAIN_RUNS;
    return find_invalid(c);
}

wh_status chain_advance(struct agent_chain *c, const struct game *view, bool *ran,
                        struct wh_error *err)
{
    *ran = false;
    uint64_t n = c->inputs;
    if (n >= game_inbox_count(view) || c->invalid_at != UINT64_MAX) return WH_OK;
    chain_fresh(c);
    c->objects.is_missing = false;
    wh_error_clear(&c->objects.err);

    struct span_run r = {0};
    r.max = (size_t)(game_steps(view, n + 1) - game_steps(view, n));
    r.results = WH_NEW(&c->arena, struct seg_result, r.max);
    r.states = WH_NEW(&c->arena, uint8_t, r.max * SEG_STATE_SIZE);
    if (!r.results || !r.states) return wh_fail(err, WH_ERR_NOMEM, "%zu steps", r.max);

    bytes32 hash = game_input_at(view, (uint32_t)n)->hash;
    struct wh_preimages preimages = objects_preimages(&c->objects);
    struct wh_sink made = objects_sink(&c->objects);
    struct seg_env env = {
        .preimages = &preimages, .made = &made, .arena = &c->arena, .crypto = c->crypto};
    char what[64];
    snprintf(what, sizeof what, "input %llu", (unsigned long long)n);

    wh_status st = run_first(c, &env, n, &hash, &r);
    bool differs = false;
    if (st == WH_OK && r.count == 0) return wh_fail(err, WH_ERR_SYS, "%s gave no step", what);
    if (st == WH_OK && !c->history.run) st = run_again(c, &env, view, n, &r, &differs);
    if (st < 0) return block_chain(c, CHAIN_TROUBLE, what);
    if (st > 0) return block_chain(c, CHAIN_MISSING, what);
    if (differs) return block_chain(c, CHAIN_DIFFERS, "own two runs differ");
    WH_TRY(commit_run(c, view, n, &r, err));
    *ran = true;
    return WH_OK;
}
