/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_TRACE_LINES_H
#define WH_TESTS_VECTORS_RUNNER_TRACE_LINES_H

/* Prints each instruction as a line of EIP-3155. What an instruction cost is known when the next one
 * begins, so lines come one instruction late; the cost of the last one of a frame is not told (0x0). */

#include "evm/interp/evm.h"

extern const struct evm_tracer TRACE_LINES;

/* trace_lines_end prints the line that waits. */
void trace_lines_end(void);

/* trace_lines_summary ends a run: root, output and gas used. */
void trace_lines_summary(const bytes32 *root, wh_span output, uint64_t gas_used, bool pass);

#endif
