/* SPDX-License-Identifier: MIT */
#include "tests/diff/program.h"

#include <string.h>

/* Calls and creations inside programs. */

static void push_gas(struct program *p)
{
    static const uint32_t some[] = {0, 1, 700, 2300, 2301, 5000, 10000, 50000};
    if (rng_chance(p->rng, 3)) {
        program_expr(p, 1);
        return;
    }
    switch (rng_below(p->rng, 8)) {
    case 0: program_push_u64(p, some[rng_below(p->rng, sizeof some / sizeof *some)]); break;
    case 1: /* around the stipend: EIP-2200 */
        program_push_u64(p, rng_chance(p->rng, 30) ? rng_in(p->rng, 2296, 2320)
                                                   : rng_below(p->rng, 200000));
        break;
    case 2: /* a part of what is left; before EIP-150 more than that ends the frame */
        program_push_u64(p, rng_in(p->rng, 1, 4));
        program_op(p, 0x5a);
        program_op(p, 0x04);
        break;
    default:
        if (program_since(p, FORK_TANGERINE)) {
            program_op(p, 0x5a);
        } else { /* GAS - 20000: leaves enough to be allowed */
            program_push_u64(p, 20000);
            program_op(p, 0x5a);
            program_op(p, 0x03);
        }
        break;
    }
}

static void push_value(struct program *p)
{
    switch (rng_below(p->rng, 20)) {
    case 0: program_push_u64(p, rng_next(p->rng)); break;
    case 1: program_op(p, 0x34); break;
    case 2: /* own balance, and sometimes more */
        program_op(p, 0x30);
        program_op(p, 0x31);
        if (rng_chance(p->rng, 30)) {
            program_push_u64(p, 1);
            program_op(p, 0x01);
        }
        break;
    case 3:
    case 4:
    case 5: program_push_u64(p, rng_below(p->rng, 100)); break;
    default: program_push_u64(p, 0); break;
    }
}

static uint8_t call_op(struct program *p)
{
    for (;;) {
        switch (rng_below(p->rng, 10)) {
        case 0: return 0xf2;
        case 1:
        case 2:
            if (program_since(p, FORK_HOMESTEAD)) return 0xf4;
            break;
        case 3:
        case 4:
            if (program_since(p, FORK_BYZANTIUM)) return 0xfa;
            break;
        default: return 0xf1;
        }
    }
}

/* What to do with the success flag and the return data. */
static void use_result(struct program *p)
{
    switch (rng_below(p->rng, 4)) {
    case 0: program_op(p, 0x50); break;
    case 1:
        program_push_u64(p, rng_below(p->rng, 6));
        program_op(p, 0x55);
        break;
    case 2:
        if (program_since(p, FORK_BYZANTIUM)) {
            program_op(p, 0x3d);
            program_op(p, 0x01);
        }
        program_push_u64(p, rng_below(p->rng, 6));
        program_op(p, 0x55);
        break;
    default: /* LOG1(return data, success) */
        if (program_since(p, FORK_BYZANTIUM)) {
            program_op(p, 0x3d);
            program_push_u64(p, 0);
            program_push_u64(p, 0);
            program_op(p, 0x3e);
            program_op(p, 0x3d);
        } else {
            program_push_u64(p, 96);
        }
        program_push_u64(p, 0);
        program_op(p, 0xa1);
        break;
    }
}

/* The words of a call above its target: sizes and places in memory. */
static void push_ranges(struct program *p, uint64_t in_len)
{
    bool far = rng_below(p->rng, 400) == 0;
    program_push_u64(p, rng_below(p->rng, rng_chance(p->rng, 50) ? 70 : 300));
    program_push_u64(p, far ? rng_below(p->rng, 1u << 20) : rng_below(p->rng, 200));
    program_push_u64(p, in_len);
    program_push_u64(p, 0);
}

static void call_precompile(struct program *p)
{
    unsigned n = program_precompile(p->rng, p->w);
    struct wh_buf input = {0};
    program_data(p->rng, p->w, n, &input);
    program_push_u64(p, input.len);
    if (program_push_tail(p, wh_buf_span(&input))) {
        program_push_u64(p, 0);
        program_op(p, 0x39);
    } else {
        program_op(p, 0x50);
    }
    uint8_t op = call_op(p);
    push_ranges(p, input.len);
    wh_buf_done(&input);
    if (op == 0xf1 || op == 0xf2) push_value(p);
    if (rng_chance(p->rng, 30)) {
        address at = {{0}};
        store_be16(at.b + 18, (uint16_t)n);
        program_push_address(p, &at);
    } else {
        program_push_u64(p, n);
    }
    push_gas(p);
    program_op(p, op);
    use_result(p);
}

/* The first target stores at once: with what is left around 2,300 (EIP-2200), paid or as a stipend. */
static void probe_stipend(struct program *p)
{
    bool paid = rng_chance(p->rng, 50);
    for (unsigned i = 0; i < 4; i++)
        program_push_u64(p, 0);
    program_push_u64(p, paid ? 1 : 0);
    program_push_address(p, &p->w->targets[0]);
    program_push_u64(p, (paid ? 0 : 2300) + rng_below(p->rng, 12));
    program_op(p, 0xf1);
    use_result(p);
}

void program_call(struct program *p)
{
    if (rng_chance(p->rng, 4)) {
        probe_stipend(p);
        return;
    }
    if (rng_chance(p->rng, 25)) {
        call_precompile(p);
        return;
    }
    if (rng_chance(p->rng, 40)) {
        program_expr(p, 1);
        program_push_u64(p, 32 * rng_below(p->rng, 3));
        program_op(p, 0x52);
    }
    uint8_t op = call_op(p);
    push_ranges(p, rng_below(p->rng, 100));
    if (op == 0xf1 || op == 0xf2) push_value(p);
    if (rng_chance(p->rng, 5)) {
        program_op(p, rng_chance(p->rng, 50) ? 0x30 : 0x33); /* itself, its caller */
    } else {
        address at = program_target(p);
        program_push_address(p, &at);
    }
    push_gas(p);
    program_op(p, op);
    use_result(p);
}

void program_create(struct program *p)
{
    struct wh_buf init = {0};
    if (p->nesting < 4) program_init(p->rng, p->w, &init);
    bool two = program_since(p, FORK_CONSTANTINOPLE) && rng_chance(p->rng, 50);
    program_push_u64(p, init.len);
    if (program_push_tail(p, wh_buf_span(&init))) {
        program_push_u64(p, 0);
        program_op(p, 0x39);
    } else {
        program_op(p, 0x50);
    }
    if (two) program_push_u64(p, rng_below(p->rng, 2)); /* the same salt again: a collision */
    program_push_u64(p, rng_below(p->rng, 300) == 0 ? 49153 : init.len);
    program_push_u64(p, 0);
    push_value(p);
    program_op(p, two ? 0xf5 : 0xf0);
    wh_buf_done(&init);
    switch (rng_below(p->rng, 3)) {
    case 0:
        program_push_u64(p, rng_below(p->rng, 6));
        program_op(p, 0x55);
        break;
    case 1: program_op(p, 0x50); break;
    default: /* call what was made */
        program_push_u64(p, 0);
        program_push_u64(p, 0);
        program_push_u64(p, 32);
        program_push_u64(p, 0);
        program_push_u64(p, 0);
        program_op(p, 0x85); /* DUP6 */
        push_gas(p);
        program_op(p, 0xf1);
        program_op(p, 0x01);
        program_push_u64(p, rng_below(p->rng, 6));
        program_op(p, 0x55);
        break;
    }
}
