/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/trace_lines.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/sys/hex.h"

static void print_step(void *ctx, const struct evm_step *s)
{
    (void)ctx;
    printf("{\"pc\":%" PRIu64 ",\"op\":%u,\"gas\":\"0x%" PRIx64 "\",\"memSize\":%zu,\"stack\":[",
           s->pc, s->op, (uint64_t)s->gas, s->memory_len);
    for (size_t i = 0; i < s->stack_len; i++) {
        char word[67];
        wh_quantity_print(&s->stack[i], word);
        printf("%s\"%s\"", i ? "," : "", word);
    }
    const char *name = evm_opcode_name(s->op);
    printf("],\"depth\":%u,\"refund\":%" PRId64 ",\"opName\":\"%s\"}\n", s->depth, s->refund,
           name == NULL ? "UNDEFINED" : name);
}

const struct evm_tracer TRACE_LINES = {NULL, print_step};
