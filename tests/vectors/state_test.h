/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_STATE_TEST_H
#define WH_TESTS_VECTORS_STATE_TEST_H

/* Runs state tests (ethereum/tests, legacytests, execution-spec-tests): one transaction on a small
 * state; state root and logs hash are compared. */

#include <jansson.h>

#include "evm/base/arena.h"
#include "evm/base/crypto.h"
#include "evm/base/fork.h"
#include "tests/support/nodes.h"

struct state_count {
    unsigned passed, failed, skipped;
};

struct state_run {
    const struct evm_crypto *crypto;
    struct wh_arena pre;    /* preimages of one test */
    struct wh_arena state;  /* state of one case */
    struct wh_arena frames; /* machine of one case */
    struct nodes nodes;
    const char *filter_name; /* NULL: all; else a part of the test's name */
    const char *filter_fork;
    bool stateless; /* run each case again from what it asked for alone */
    bool verbose;
    bool trace;
    struct state_count by_fork[FORK_COUNT];
};

/* state_test_file runs all cases of one parsed file. */
void state_test_file(struct state_run *run, const char *path, const json_t *file);

/* is_state_test: does the file look like one? */
bool is_state_test(const json_t *file);

#endif
