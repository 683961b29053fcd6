/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_WORST_CODE_H
#define WH_TESTS_WORST_CODE_H

/* A small assembler for the programs that worst steps run. */

#include <stdio.h>
#include <stdlib.h>

#include "evm/base/bytes.h"

enum { CODE_MAX = 24576 };

struct program {
    uint8_t b[CODE_MAX];
    size_t n;
};

static inline void code_op(struct program *c, uint8_t op)
{
    if (c->n == CODE_MAX) {
        printf("Bail out! a program is too long\n");
        exit(1);
    }
    c->b[c->n++] = op;
}

static inline void code_ops(struct program *c, const char *hex)
{
    for (; hex[0] && hex[1]; hex += 2) {
        const char pair[3] = {hex[0], hex[1], 0};
        code_op(c, (uint8_t)strtoul(pair, NULL, 16));
    }
}

/* PUSHn with as few bytes as the number takes. */
static inline void code_push(struct program *c, uint64_t v)
{
    unsigned n = 0;
    while (n < 8 && v >> 8 * n != 0)
        n++;
    code_op(c, (uint8_t)(0x5f + n));
    while (n-- > 0)
        code_op(c, (uint8_t)(v >> 8 * n));
}

static inline void code_push_address(struct program *c, const address *a)
{
    code_op(c, 0x73);
    for (unsigned i = 0; i < 20; i++)
        code_op(c, a->b[i]);
}

/* A loop over i = 0, 1, ...: the body finds i on top of the stack and leaves it there. It runs as long
 * as more than reserve gas is left. */
static inline size_t code_loop(struct program *c)
{
    code_push(c, 0);
    code_op(c, 0x5b); /* JUMPDEST */
    return c->n - 1;
}

static inline void code_loop_end(struct program *c, size_t start, uint64_t reserve)
{
    code_ops(c, "6001015a"); /* PUSH1 1 ADD GAS */
    code_push(c, reserve);
    code_op(c, 0x10); /* LT */
    code_op(c, 0x61); /* PUSH2 */
    code_op(c, (uint8_t)(start >> 8));
    code_op(c, (uint8_t)start);
    code_ops(c, "5700"); /* JUMPI STOP */
}

static inline wh_span code_span(const struct program *c)
{
    return wh_span_of(c->b, c->n);
}

#endif
