/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_GUEST_SEGMENT_FILE_H
#define WH_TESTS_GUEST_SEGMENT_FILE_H

/* Files of captured segments, for the guest program on other machines (tests/guest). A record, big-endian:
 *
 *   u32 length of the name, name, u64 gas, u8 native status, u64 native X, native post leaf (32)
 *   statement: "WSG1", u32 length of the trace, u64 target, u64 X, input hash (32), pre (1,024), trace
 *
 * statements.py reads them. The guest is given the statement alone. */

#include <stdio.h>
#include <string.h>

#include "evm/segment/run.h"

/* segment_put appends a record of a step that was captured. False: it could not be written. */
static inline bool segment_put(FILE *f, const char *name, const uint8_t pre[SEG_STATE_SIZE],
                               uint64_t target, const bytes32 *input_hash, wh_span trace,
                               uint64_t x, const struct seg_result *result)
{
    const size_t n = strlen(name);
    uint8_t head[4], native[49], statement[56] = {'W', 'S', 'G', '1'};
    store_be32(head, (uint32_t)n);
    store_be64(native, result->gas);
    native[8] = WH_OK;
    store_be64(native + 9, x);
    memcpy(native + 17, result->leaf.b, 32);
    store_be32(statement + 4, (uint32_t)trace.len);
    store_be64(statement + 8, target);
    store_be64(statement + 16, x);
    memcpy(statement + 24, input_hash->b, 32);
    return fwrite(head, 4, 1, f) == 1 && fwrite(name, 1, n, f) == n &&
           fwrite(native, sizeof native, 1, f) == 1 &&
           fwrite(statement, sizeof statement, 1, f) == 1 &&
           fwrite(pre, SEG_STATE_SIZE, 1, f) == 1 &&
           fwrite(trace.ptr, 1, trace.len, f) == trace.len;
}

#endif
