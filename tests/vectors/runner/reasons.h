/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_REASONS_H
#define WH_TESTS_VECTORS_RUNNER_REASONS_H

/* Names of refusals in vectors, against our own reasons. A case passes or fails by the refusal alone; with
 * --reasons another reason is said. */

#include "evm/tx/validate.h"
#include "tests/vectors/runner/runner.h"

/* reason_compare: expected is `expectException`, alternatives parted by '|'. */
void reason_compare(const struct runner *r, const char *expected, enum tx_reject got);

#endif
