/* SPDX-License-Identifier: MIT */
#include "game/solver/own.h"

void own_leaves_init(struct own_leaves *o, const struct evm_crypto *crypto, struct wh_arena *arena,
                     unsigned k, const bytes32 *leaves, uint64_t have)
{
    memset(o, 0, sizeof *o);
    o->crypto = crypto;
    o->arena = arena;
    o->k = k;
    o->leaves = leaves;
    o->have = have;
}

wh_status own_leaves_leaf(void *ctx, uint64_t index, bytes32 *out)
{
    const struct own_leaves *o = (const struct own_leaves *)ctx;
    if (index > o->have) return WH_E_MISSING;
    *out = o->leaves[index];
    return WH_OK;
}

wh_status own_leaves_span(void *ctx, const struct solver_range *r, uint64_t pos, unsigned h,
                          bytes32 *out)
{
    struct own_leaves *o = (struct own_leaves *)ctx;
    if (r->first + r->len > o->have) return WH_E_MISSING;
    for (unsigned i = 0; i < OWN_TREES; i++) {
        if (!o->cache[i].used || o->cache[i].first != r->first || o->cache[i].len != r->len)
            continue;
        *out = *tree_span(&o->cache[i].tree, pos, h);
        return WH_OK;
    }
    unsigned at = o->next;
    /* A history that stands from the start repeats leaf 0. */
    const bytes32 *from = &o->leaves[r->first + (r->len != 0)];
    WH_TRY(tree_build(&o->cache[at].tree, o->arena, o->crypto, o->k, &o->leaves[r->first], from,
                      r->len != 0 ? r->len : 1));
    o->cache[at].first = r->first;
    o->cache[at].len = r->len;
    o->cache[at].used = true;
    o->next = (at + 1) % OWN_TREES;
    *out = *tree_span(&o->cache[at].tree, pos, h);
    return WH_OK;
}
