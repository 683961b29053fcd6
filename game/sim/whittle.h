/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_WHITTLE_H
#define WH_GAME_SIM_WHITTLE_H

/* This project's game: game/core as L1, game/solver as the honest party.
 *
 * History. One input of 2^k steps or more: state 0 is sealed, all others are one open state O with
 * F(0) = F(O) = O. So the span of every 2^h steps is one hash per h, for any k, and game/core sees
 * an ordinary history. A false claim says another state after one step and the truth elsewhere; two
 * false claims never say the same. */

#include "game/core/clock.h"
#include "game/sim/sim.h"
#include "game/solver/solver.h"

/* What all runs of one k and hash share. */
struct whittle_truth {
    const struct evm_crypto *crypto;
    unsigned k;
    uint8_t sealed[TREE_STATE_SIZE], open[TREE_STATE_SIZE];
    bytes32 leaf_sealed, leaf_open;
    bytes32 pad[TREE_K_MAX + 1]; /* span of 2^h steps */
};
void whittle_truth_init(struct whittle_truth *t, const struct evm_crypto *crypto, unsigned k);

/* A false claim: step pos (from 0) ends in another state. */
struct whittle_lie {
    const struct whittle_truth *truth;
    uint64_t pos;
    uint32_t tag;
    bytes32 leaf;
    bytes32 path[TREE_K_MAX + 1]; /* span of height h that holds the step */
};
void whittle_lie_init(struct whittle_lie *l, const struct whittle_truth *t, uint64_t pos,
                      uint32_t tag);
void whittle_lie_state(const struct whittle_lie *l, uint8_t out[TREE_STATE_SIZE]);
void whittle_lie_span(const struct whittle_lie *l, uint64_t pos, unsigned h, bytes32 *out);

/* solver_own of the truth (ctx = struct whittle_truth) and of a lie (ctx = struct whittle_lie). */
void whittle_truth_own(const struct whittle_truth *t, struct solver_own *out);
void whittle_lie_own(struct whittle_lie *l, struct solver_own *out);
/* As game_step_fn; ctx = struct whittle_truth. */
bool whittle_verifier(void *ctx, uint64_t target, const bytes32 *input_hash, const uint8_t *pre,
                      wh_span proof, bytes32 *post);
/* whittle_config: the game configuration of the parameters. */
void whittle_config(const struct sim_params *p, const struct whittle_truth *t,
                    struct game_config *out);
/* whittle_input: the one input; its items make 2^k steps or one more. */
void whittle_input(const struct whittle_truth *t, bytes32 *hash, uint32_t *items);
void whittle_address(uint32_t evil, uint32_t number, address *out);

/* For a play that is repeated elsewhere: the configuration and input of real contracts, and every
 * transaction with the gas that the simulator takes for it. ended sees the game before it is dropped. */
struct whittle_hooks {
    void *ctx;
    const struct game_config *config;
    const bytes32 *input; /* hash of input 0 */
    const address *honest, *evil;
    uint32_t honest_count, evil_count; /* further parties have addresses of their own */
    void (*call)(void *ctx, const struct game_env *env, const struct game_args *args, uint64_t gas,
                 enum game_error e);
    void (*ended)(void *ctx, const struct game *g);
};

/* whittle_split_gas: of a split of 2^a children of which so many are the first of their context, so many a
 * rival in it; the others are there already. Its words are taken to have no zero bytes but by chance. */
uint64_t whittle_split_gas(unsigned a, uint64_t first, uint64_t rivals);

#endif
