/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_TRACE_LINES_H
#define WH_TESTS_VECTORS_RUNNER_TRACE_LINES_H

/* Prints each instruction as a line of EIP-3155. */

#include "evm/interp/evm.h"

extern const struct evm_tracer TRACE_LINES;

#endif
