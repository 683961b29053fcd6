/* SPDX-License-Identifier: MIT */
/* The history that whittle games are about, and false claims about it. */
#include <string.h>

#include "game/sim/whittle.h"

void whittle_truth_init(struct whittle_truth *t, const struct evm_crypto *crypto, unsigned k)
{
    memset(t, 0, sizeof *t);
    t->crypto = crypto;
    t->k = k;
    memcpy(t->sealed, "WSG1", 4);
    t->sealed[4] = 2;
    memcpy(t->open, t->sealed, TREE_STATE_SIZE);
    t->open[5] = 1;
    tree_leaf(crypto, t->sealed, &t->leaf_sealed);
    tree_leaf(crypto, t->open, &t->leaf_open);
    t->pad[0] = t->leaf_open;
    for (unsigned h = 0; h < k; h++)
        tree_pair(crypto, &t->pad[h], &t->pad[h], &t->pad[h + 1]);
}

void whittle_lie_state(const struct whittle_lie *l, uint8_t out[TREE_STATE_SIZE])
{
    memcpy(out, l->truth->open, TREE_STATE_SIZE);
    store_be32(out + 0x60, l->tag + 1); /* another state root */
}

void whittle_lie_init(struct whittle_lie *l, const struct whittle_truth *t, uint64_t pos,
                      uint32_t tag)
{
    l->truth = t;
    l->pos = pos;
    l->tag = tag;
    uint8_t state[TREE_STATE_SIZE];
    whittle_lie_state(l, state);
    tree_leaf(t->crypto, state, &l->leaf);
    l->path[0] = l->leaf;
    for (unsigned h = 0; h < t->k; h++) {
        bool right = pos >> h & 1;
        tree_pair(t->crypto, right ? &t->pad[h] : &l->path[h], right ? &l->path[h] : &t->pad[h],
                  &l->path[h + 1]);
    }
}

void whittle_lie_span(const struct whittle_lie *l, uint64_t pos, unsigned h, bytes32 *out)
{
    *out = l->pos >> h == pos >> h ? l->path[h] : l->truth->pad[h];
}

static wh_status truth_leaf(void *ctx, uint64_t index, bytes32 *out)
{
    const struct whittle_truth *t = ctx;
    *out = index == 0 ? t->leaf_sealed : t->leaf_open;
    return WH_OK;
}

static wh_status truth_span(void *ctx, const struct solver_range *r, uint64_t pos, unsigned h,
                            bytes32 *out)
{
    const struct whittle_truth *t = ctx;
    (void)r;
    (void)pos;
    *out = t->pad[h];
    return WH_OK;
}

static wh_status truth_state(void *ctx, uint64_t index, uint8_t out[TREE_STATE_SIZE])
{
    const struct whittle_truth *t = ctx;
    memcpy(out, index == 0 ? t->sealed : t->open, TREE_STATE_SIZE);
    return WH_OK;
}

static wh_status truth_proof(void *ctx, uint64_t index, uint64_t target, struct solver_proof *out)
{
    (void)ctx;
    (void)index;
    (void)target;
    *out = (struct solver_proof){.ready = true, .proof_len = 1};
    return WH_OK;
}

static wh_status lie_leaf(void *ctx, uint64_t index, bytes32 *out)
{
    const struct whittle_lie *l = ctx;
    *out = index == 0 ? l->truth->leaf_sealed : index == l->pos + 1 ? l->leaf : l->truth->leaf_open;
    return WH_OK;
}

static wh_status lie_span(void *ctx, const struct solver_range *r, uint64_t pos, unsigned h,
                          bytes32 *out)
{
    (void)r;
    whittle_lie_span(ctx, pos, h, out);
    return WH_OK;
}

static wh_status lie_state(void *ctx, uint64_t index, uint8_t out[TREE_STATE_SIZE])
{
    const struct whittle_lie *l = ctx;
    if (index == l->pos + 1)
        whittle_lie_state(l, out);
    else
        memcpy(out, index == 0 ? l->truth->sealed : l->truth->open, TREE_STATE_SIZE);
    return WH_OK;
}

static wh_status lie_proof(void *ctx, uint64_t index, uint64_t target, struct solver_proof *out)
{
    const struct whittle_lie *l = ctx;
    (void)target;
    /* nobody proves the false step, nor the one back to the truth */
    *out = (struct solver_proof){.ready = index != l->pos && index != l->pos + 1, .proof_len = 1};
    return WH_OK;
}

static void own(void *ctx, unsigned k, struct solver_own *out)
{
    *out = (struct solver_own){.ctx = ctx, .have = UINT64_C(1) << k, .invalid_at = UINT64_MAX};
}

void whittle_truth_own(const struct whittle_truth *t, struct solver_own *out)
{
    void *ctx;
    memcpy(&ctx, &t, sizeof ctx); /* its functions take it back as const */
    own(ctx, t->k, out);
    out->leaf = truth_leaf;
    out->span = truth_span;
    out->state = truth_state;
    out->proof = truth_proof;
}

void whittle_lie_own(struct whittle_lie *l, struct solver_own *out)
{
    own(l, l->truth->k, out);
    out->leaf = lie_leaf;
    out->span = lie_span;
    out->state = lie_state;
    out->proof = lie_proof;
}

bool whittle_verifier(void *ctx, uint64_t target, const bytes32 *input_hash, const uint8_t *pre,
                      wh_span proof, bytes32 *post)
{
    const struct whittle_truth *t = ctx;
    (void)target;
    (void)input_hash;
    (void)proof;
    if (memcmp(pre, t->open, TREE_STATE_SIZE) != 0 && memcmp(pre, t->sealed, TREE_STATE_SIZE) != 0)
        return false;
    *post = t->leaf_open;
    return true;
}

void whittle_config(const struct sim_params *p, const struct whittle_truth *t,
                    struct game_config *out)
{
    *out =
        (struct game_config){.k = (uint8_t)p->v[SIM_K],
                             .a = (uint8_t)p->v[SIM_A],
                             .t = p->v[SIM_T],
                             .grace = p->v[SIM_GRACE],
                             .bond = (u128)p->v[SIM_BOND] * 1000000000,
                             .burn_bps = (uint16_t)p->v[SIM_BURN],
                             .reward_bps = (uint16_t)(p->v[SIM_PAYOUT] == 0 ? p->v[SIM_REWARD] : 0),
                             .max_price = (uint32_t)(p->v[SIM_MAX_PRICE] / 10000000),
                             .step_gas = 1000000,
                             .chain_id = 1,
                             .genesis_leaf = t->leaf_sealed};
}

void whittle_input(const struct whittle_truth *t, bytes32 *hash, uint32_t *items)
{
    static const uint8_t text[] = "one input";
    uint64_t steps = UINT64_C(1) << t->k;
    tree_keccak(t->crypto, text, sizeof text, hash);
    *items =
        steps > UINT32_MAX ? UINT32_MAX : (uint32_t)steps; /* and BEGIN and END: more than 2^k */
}

void whittle_address(uint32_t evil, uint32_t number, address *out)
{
    memset(out, 0, sizeof *out);
    out->b[0] = evil ? 0xee : 0xaa;
    store_be32(out->b + 16, number + 1);
}
