/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_SUPPORT_WORLD_H
#define WH_TESTS_SUPPORT_WORLD_H

/* A small world for games without an EVM: a toy step function on real SegStates with the schedule of
 * EXECUTE, parties with chains of states (honest or not), and the solver's view of them. */

#include "game/solver/own.h"
#include "tests/support/game_digest.h"

#define WORLD_INPUTS_MAX 64u
#define WORLD_PAD_K      6u

struct world {
    const struct evm_crypto *crypto;
    uint32_t inputs; /* published so far */
    uint32_t items[WORLD_INPUTS_MAX];
    bytes32 hash[WORLD_INPUTS_MAX];
    uint8_t genesis[TREE_STATE_SIZE];
    uint64_t mute; /* of 256: steps about which the verifier says nothing */
};

/* world_fast_crypto: keccak replaced by a cheap mixing hash, for suites that play many games. */
const struct evm_crypto *world_fast_crypto(void);

void world_init(struct world *w, const struct evm_crypto *crypto, uint64_t tag);
void world_push(struct world *w, uint32_t items);
/* world_push_hash: an input whose hash came from elsewhere. */
void world_push_hash(struct world *w, uint32_t items, const bytes32 *hash);
uint64_t world_steps(const struct world *w, uint64_t inputs);

/* world_step: the toy F. false: halted for target (post = pre). */
bool world_step(const struct world *w, const uint8_t *pre, uint64_t target, uint8_t *post);
/* world_corrupt: the same state with another state root. */
void world_corrupt(const struct world *w, uint8_t *state, uint64_t tag);
/* world_invalid: INVALID(pre). */
void world_invalid(uint8_t *state);
/* As game_step_fn; ctx = struct world. */
bool world_verifier(void *ctx, uint64_t target, const bytes32 *input_hash, const uint8_t *pre,
                    wh_span proof, bytes32 *post);

/* A party's own chain. lies[i] says how state i+1 came about. */
enum { WORLD_STEP = 0, WORLD_TRUTH = 1, WORLD_HALT = 2, WORLD_LIE = 3 /* and above: tags */ };

struct chain {
    const struct world *w;
    const struct chain *truth; /* for WORLD_TRUTH; NULL in the honest chain */
    uint8_t (*state)[TREE_STATE_SIZE];
    bytes32 *leaf;
    uint64_t cap;
    uint64_t have, invalid_at;
    const uint8_t *lies;
    uint64_t lie_count;
    struct own_leaves leaves;
    struct solver_own own;
    struct wh_arena trees; /* of leaves; begun anew when the chain grows or k changes */
    /* A lie in the padding, k <= WORLD_PAD_K: leaf number len + pad_lie of a game is junk, if it is
     * there and is not the last one. 0: none. */
    uint32_t pad_lie;
    struct {
        bool used;
        uint64_t first, len;
        struct tree tree;
        bytes32 leaf[1u << WORLD_PAD_K];
        uint8_t block[64u << WORLD_PAD_K];
    } pad;
};

/* chain_init: room for cap states beyond genesis (malloc, chain_free). */
void chain_init(struct chain *c, const struct world *w, const struct chain *truth,
                const uint8_t *lies, uint64_t lie_count, uint64_t cap);
/* chain_extend computes all states that the published inputs allow. */
void chain_extend(struct chain *c);
void chain_free(struct chain *c);
/* chain_own: what the solver takes; good until the chain grows. */
const struct solver_own *chain_own(struct chain *c, unsigned k);

#endif
