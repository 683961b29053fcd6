/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_SUPPORT_SCRIPT_H
#define WH_TESTS_SUPPORT_SCRIPT_H

/* Random scripts of moves: parties (two honest, others with lies) that mostly follow the strategy,
 * now and then break a move or make one that nobody asked for. The same seed gives the same script;
 * who runs it applies each move to the script's own twin, and may play it elsewhere as well. */

#include "tests/support/world.h"

#define SCRIPT_PARTIES 5u

struct script_rng {
    uint64_t s;
};
uint64_t script_random(struct script_rng *r);
static inline uint64_t script_below(struct script_rng *r, uint64_t n)
{
    return script_random(r) % n;
}

struct script {
    struct script_rng rng;
    struct world w;
    struct game g; /* the twin that decides what comes next */
    struct wh_arena arena, scratch;
    struct chain chain[SCRIPT_PARTIES];
    struct solver_me me[SCRIPT_PARTIES];
    uint8_t lies[SCRIPT_PARTIES][64];
    unsigned parties;
    uint64_t now;
    uint64_t gasprice, basefee;
    bool trusting; /* the verifier says what the proof says: 32 bytes are a post leaf */
    /* the move at hand; arguments point in here */
    struct game_env env;
    struct game_args args;
    bytes32 list[64];
    uint8_t bytes[1 << 16];
    size_t used;
};

/* script_config: a small random configuration; addresses and hashes are left zero. */
void script_config(struct script_rng *r, struct game_config *cfg);

/* script_init: world, parties and the twin with that configuration (its genesis_leaf is set here if
 * zero). crypto NULL: keccak. inputs: Inbox entries are pushed by the caller, script_push. */
void script_init(struct script *s, uint64_t seed, const struct game_config *cfg,
                 const struct evm_crypto *crypto, uint64_t now, bool trusting);
void script_free(struct script *s);

/* script_genesis: the state that a script with that seed starts from. */
void script_genesis(uint64_t seed, const struct evm_crypto *crypto, uint8_t state[TREE_STATE_SIZE]);

/* script_push: an input of so many items; hash NULL: made up. */
void script_push(struct script *s, uint32_t items, const bytes32 *hash);

enum script_step { SCRIPT_MOVE, SCRIPT_PUSH };

/* script_next chooses what comes next: s->env and s->args, or a push of *items. Time has passed. */
enum script_step script_next(struct script *s, uint32_t *items);

#endif
