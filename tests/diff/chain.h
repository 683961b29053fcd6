/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_DIFF_CHAIN_H
#define WH_TESTS_DIFF_CHAIN_H

/* Our side of a case: the state over tries in memory, blocks executed transaction by transaction. */

#include "evm/base/arena.h"
#include "evm/segment/chain_config.h"
#include "evm/segment/header.h"
#include "evm/tx/execute.h"
#include "evm/tx/validate.h"
#include "tests/diff/case.h"
#include "tests/diff/tally.h"
#include "tests/support/nodes.h"

enum { DIFF_BLOCKS_MAX = 64 };

/* What became of one transaction. */
struct diff_outcome {
    struct wh_buf raw; /* owns */
    bytes32 hash;
    address sender;
    enum tx_reject reject;   /* TX_ACCEPTED: it is in the block */
    struct tx_result result; /* logs and output in the keep arena */
    uint64_t cumulative_gas;
    wh_span receipt;
};

struct diff_chain {
    const struct evm_crypto *crypto;
    const struct diff_case *c;
    struct tally *tally; /* may be NULL: the interpreter is not traced */
    struct wh_arena keep, state_arena, frames;
    struct nodes nodes;
    struct wh_preimages preimages;
    struct chain_fork entry; /* blob limits of the fork */
    struct block_header parent;
    bytes32 hashes[DIFF_BLOCKS_MAX]; /* by number; the caller sets those of mined blocks */
    bytes32 root;
    /* the block under way */
    struct state state;
    struct evm_block block;
    struct evm_origin origin;
    struct evm evm;
    struct tx_rules rules;
};

bool diff_chain_open(struct diff_chain *ch, const struct evm_crypto *crypto);
void diff_chain_close(struct diff_chain *ch);
/* diff_chain_start writes the genesis of a case; the chain is at block 0. */
wh_status diff_chain_start(struct diff_chain *ch, const struct diff_case *c);
/* diff_chain_block signs and executes block i. gas_near is resolved into gas. The parent header and
 * the hashes of all earlier blocks are those of the other side, so that both see the same. */
wh_status diff_chain_block(struct diff_chain *ch, struct diff_block *b,
                           struct diff_outcome *outcomes, struct block_header *head);
void diff_outcomes_done(struct diff_outcome *o, unsigned n);

/* diff_chain_exists: is there such an account in the state as settled last? */
wh_status diff_chain_exists(struct diff_chain *ch, const address *at, bool *exists);

#endif
