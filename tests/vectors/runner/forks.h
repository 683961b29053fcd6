/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_FORKS_H
#define WH_TESTS_VECTORS_RUNNER_FORKS_H

/* Names of forks and networks in vectors. A new fork is a row of forks.c. */

#include <jansson.h>

#include "evm/base/u256.h"
#include "evm/segment/chain_config.h"
#include "evm/segment/difficulty.h"

/* fork_find: an entry from block 0 or time 0, blob fields as the EIPs state them. */
bool fork_find(const char *name, struct chain_fork *out);

/* fork_name: "" for one that no vector has. */
const char *fork_name(uint8_t fork);

/* fork_blobs: what a test's config.blobSchedule (may be NULL) says of this fork goes first. False: malformed. */
bool fork_blobs(const json_t *schedule, struct chain_fork *f);

/* A network is one fork, or two of which the second begins at a block, a time or a total difficulty. */
struct network {
    struct chain_config config;
    bool by_difficulty;
    u256 terminal; /* by_difficulty: total difficulty of the last block before Paris, at least */
    struct chain_config after; /* by_difficulty: the rules behind it */
    bool has_rule;             /* its difficulty rule is a glacier's */
    enum difficulty_rule rule;
};

/* network_find reads "Cancun", "ParisToShanghaiAtTime15k", "HomesteadToDaoAt5",
 * "ArrowGlacierToParisAtDiffC0000". config: the test's, for blob schedule and chain id; may be NULL. */
bool network_find(const char *name, const json_t *config, struct network *out);

#endif
