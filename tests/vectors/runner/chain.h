/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_CHAIN_H
#define WH_TESTS_VECTORS_RUNNER_CHAIN_H

/* A follower of the chain of one blockchain test: accepted blocks with the states that they leave, each
 * block cut into BEGIN, TX and END. */

#include "evm/segment/run.h"
#include "proto/block/follow.h"
#include "proto/block/rawblock.h"
#include "tests/vectors/runner/forks.h"
#include "tests/vectors/runner/runner.h"

enum { CHAIN_BLOCKS_MAX = 4096, CHAIN_ITEMS_MAX = 8192 };

/* A block that was accepted. */
struct chain_block {
    struct follow_block follow;
    u256 total; /* total difficulty */
    size_t parent;
    uint8_t state[SEG_STATE_SIZE]; /* SEALED */
};

struct chain {
    struct runner *r;
    struct network network;
    bytes32 config_hash, after_hash; /* of the chain configurations */
    struct chain_block *blocks;      /* owns; 0 is the genesis */
    size_t count, head;
};

enum chain_verdict { CHAIN_ACCEPTED, CHAIN_REFUSED, CHAIN_TROUBLE };

/* chain_open starts from the genesis of a test, under the rules of that network (the test's own, or the
 * first half of a transition). False: case_differs has said why. */
bool chain_open(struct chain *c, struct runner *r, const json_t *test, const char *network);
void chain_close(struct chain *c);

/* chain_add judges a block, its RLP given. CHAIN_REFUSED: *why is a text. CHAIN_TROUBLE: case_differs
 * has said what differs between the two ways, or which status stopped them. */
enum chain_verdict chain_add(struct chain *c, wh_span rlp, const char **why);

static inline const struct chain_block *chain_head(const struct chain *c)
{
    return &c->blocks[c->head];
}

/* chain_steps.c: runs the block of this input from parent on, in memory or from traces or both, and leaves
 * the post state in state. False: case_differs has said why. */
bool chain_steps(struct chain *c, const bytes32 *input, size_t items,
                 uint8_t state[SEG_STATE_SIZE]);

#endif
