/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_CHAIN_NETWORK_H
#define WH_TESTS_VECTORS_CHAIN_NETWORK_H

/* The `network` of a test ("Cancun", "ParisToShanghaiAtTime15k") as a chain configuration. */

#include <jansson.h>

#include "evm/segment/chain_config.h"

/* False: a network that is not known here. schedule: the test's config.blobSchedule or NULL. */
bool chain_network(const char *name, const json_t *schedule, struct chain_config *out);

#endif
