/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_CHAIN_TEST_H
#define WH_TESTS_VECTORS_CHAIN_TEST_H

/* Blockchain tests (ethereum/tests, legacytests, execution-spec-tests), each block cut into BEGIN, TX and
 * END: a block that is valid must seal its own hash, any other must end in INVALID. With `stateless`
 * every step is also run from its captured, serialised trace alone.
 *
 * What PROTOCOL 4.4 takes as claimed (difficulty, ancestry of ommers) is checked by whoever follows the
 * chain; so a refusal for such a reason, before Paris, is counted apart. */

#include <jansson.h>

#include "evm/base/arena.h"
#include "evm/base/crypto.h"

struct chain_count {
    unsigned passed, failed, skipped;
    unsigned claimed; /* passed but for blocks that only a follower of the chain refuses */
    unsigned blocks, steps;
};

struct chain_run {
    const struct evm_crypto *crypto;
    struct wh_arena keep;  /* objects of one test */
    struct wh_arena state; /* one block, or one step */
    const char *filter;    /* part of the name, or NULL */
    bool stateless, verbose;
    struct chain_count count;
};

bool is_chain_test(const json_t *file);
void chain_test_file(struct chain_run *run, const char *path, const json_t *file);

#endif
