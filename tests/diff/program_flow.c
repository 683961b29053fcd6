/* SPDX-License-Identifier: MIT */
#include "tests/diff/program.h"

/* Jumps: branches, loops, routines; ends of every kind. */

size_t program_label(struct program *p)
{
    program_op(p, 0x61);
    wh_buf_put(p->code, "\0\0", 2);
    return p->code->len - 2;
}

void program_destination(struct program *p, size_t label)
{
    store_be16(p->code->ptr + label, (uint16_t)(p->code->len - p->start));
    program_op(p, 0x5b);
}

void program_branch(struct program *p)
{
    program_expr(p, 2);
    size_t over = program_label(p);
    program_op(p, 0x57);
    program_statements(p, (unsigned)rng_in(p->rng, 1, 3));
    program_destination(p, over);
}

void program_loop(struct program *p)
{
    program_push_u64(p, rng_in(p->rng, 1, rng_chance(p->rng, 5) ? 200 : 6));
    p->height++;
    size_t top = p->code->len - p->start;
    program_op(p, 0x5b);
    program_statements(p, (unsigned)rng_in(p->rng, 1, 2));
    program_push_u64(p, 1);
    program_op(p, 0x90);
    program_op(p, 0x03);
    program_op(p, 0x80);
    program_push_u64(p, top);
    program_op(p, 0x57);
    program_op(p, 0x50);
    p->height--;
}

/* A jump over bytes that are never run, or to a routine that jumps back. */
void program_jump(struct program *p)
{
    if (rng_chance(p->rng, 50)) {
        size_t over = program_label(p);
        program_op(p, 0x56);
        for (size_t i = rng_below(p->rng, 4); i > 0; i--)
            program_op(p, (uint8_t)rng_below(p->rng, 0x60)); /* no PUSH: the label stays code */
        program_destination(p, over);
        return;
    }
    size_t back = program_label(p), over = program_label(p);
    size_t routine = p->code->len + 1 - p->start;
    program_op(p, 0x56);
    program_op(p, 0x5b);
    p->height++; /* where it came from */
    program_statements(p, 1);
    p->height--;
    program_op(p, 0x56);
    store_be16(p->code->ptr + over, (uint16_t)routine);
    program_destination(p, back);
}

/* A jump into the data of a PUSH, which holds a JUMPDEST's byte. */
static void put_false_jump(struct program *p)
{
    program_op(p, 0x61);
    wh_buf_put(p->code, "\x5b\x5b", 2);
    program_push_u64(p, p->code->len - 1 - p->start);
    program_op(p, 0x56);
}

void program_end(struct program *p)
{
    switch (rng_below(p->rng, 20)) {
    case 0: program_op(p, 0x00); break;
    case 1: program_op(p, 0xfe); break;
    case 2:
        program_push_u64(p, rng_below(p->rng, 100));
        program_push_offset(p);
        program_op(p, 0xfd);
        break;
    case 3:
        if (rng_chance(p->rng, 30)) {
            program_op(p, 0x00);
            break;
        }
        if (rng_chance(p->rng, 30))
            program_op(p, 0x30); /* to itself */
        else
            program_push_target(p);
        program_op(p, 0xff);
        break;
    case 4: /* a jump to nowhere */
        program_expr(p, 0);
        program_op(p, 0x56);
        break;
    case 5: put_false_jump(p); break;
    case 6: /* the code ends inside a PUSH, if nothing stands behind it */
        if (p->tail.len == 0) {
            program_op(p, (uint8_t)rng_in(p->rng, 0x60, 0x7f));
            if (rng_chance(p->rng, 50)) program_op(p, 0xff);
            break;
        }
        program_op(p, 0x00);
        break;
    case 7: { /* pushes until the stack is full */
        size_t top = p->code->len - p->start;
        program_op(p, 0x5b);
        program_op(p, 0x5a);
        program_push_u64(p, top);
        program_op(p, 0x56);
        break;
    }
    default:
        program_push_u64(p, rng_below(p->rng, 100));
        program_push_offset(p);
        program_op(p, 0xf3);
        break;
    }
}
