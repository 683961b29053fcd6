/* SPDX-License-Identifier: MIT */
#include "tests/diff/program.h"

#include <string.h>

/* ---- bytes ---- */

void program_op(struct program *p, uint8_t op)
{
    wh_buf_put(p->code, &op, 1);
}

void program_push(struct program *p, const u256 *v)
{
    uint8_t be[33];
    unsigned n = u256_byte_len(v);
    u256_to_be(v, be + 1);
    if (n == 0 && program_since(p, FORK_SHANGHAI)) {
        program_op(p, 0x5f);
        return;
    }
    if (n == 0) n = 1;
    if (rng_chance(p->rng, 2)) n = 32; /* leading zeros */
    be[32 - n] = (uint8_t)(0x5f + n);
    wh_buf_put(p->code, be + 32 - n, n + 1);
}

void program_push_u64(struct program *p, uint64_t v)
{
    u256 w = u256_from_u64(v);
    program_push(p, &w);
}

void program_push_address(struct program *p, const address *a)
{
    program_op(p, 0x73);
    wh_buf_put(p->code, a->b, 20);
}

bool program_push_tail(struct program *p, wh_span bytes)
{
    if (p->fixes == PROGRAM_FIXES || p->tail.len + bytes.len > 12000) return false;
    program_op(p, 0x61);
    p->fix[p->fixes].at = p->code->len;
    p->fix[p->fixes++].rel = p->tail.len;
    wh_buf_put(p->code, "\0\0", 2);
    wh_buf_put(&p->tail, bytes.ptr, bytes.len);
    return true;
}

bool program_since(const struct program *p, enum evm_fork fork)
{
    return p->w->fork >= fork;
}

/* ---- words ---- */

u256 program_word(struct rng *r)
{
    u256 one = u256_from_u64(1), v = u256_from_u64(rng_below(r, 300));
    switch (rng_below(r, 10)) {
    case 0: return u256_from_u64(0);
    case 1: return u256_from_u64(1);
    case 2: return v;
    case 3: /* 2^k - 1, 2^k, 2^k + 1 */
    case 4:
        u256_shl(&v, &one, (unsigned)rng_below(r, 257));
        if (rng_chance(r, 30)) u256_sub(&v, &v, &one);
        if (rng_chance(r, 30)) u256_add(&v, &v, &one);
        return v;
    case 5: /* small negative */ u256_sub(&v, &one, &v); return v;
    case 6: return u256_from_u64(rng_next(r));
    default: {
        uint8_t b[32] = {0};
        size_t n = rng_in(r, 1, 32);
        rng_bytes(r, b + 32 - n, n);
        return u256_from_be(b);
    }
    }
}

address program_target(struct program *p)
{
    address a = {{0}};
    if (rng_chance(p->rng, 10)) {
        store_be16(a.b + 18, (uint16_t)program_precompile(p->rng, p->w));
        return a;
    }
    return p->w->targets[rng_below(p->rng, p->w->target_count)];
}

/* ---- expressions: one word more on the stack ---- */

struct op_since {
    uint8_t op;
    enum evm_fork since;
};

static const struct op_since ENV[] = {
    {0x30, FORK_FRONTIER}, {0x32, FORK_FRONTIER}, {0x33, FORK_FRONTIER}, {0x34, FORK_FRONTIER},
    {0x36, FORK_FRONTIER}, {0x38, FORK_FRONTIER}, {0x3a, FORK_FRONTIER}, {0x3d, FORK_BYZANTIUM},
    {0x41, FORK_FRONTIER}, {0x42, FORK_FRONTIER}, {0x43, FORK_FRONTIER}, {0x44, FORK_FRONTIER},
    {0x45, FORK_FRONTIER}, {0x46, FORK_ISTANBUL}, {0x47, FORK_ISTANBUL}, {0x48, FORK_LONDON},
    {0x4a, FORK_CANCUN},   {0x58, FORK_FRONTIER}, {0x59, FORK_FRONTIER}, {0x5a, FORK_FRONTIER},
    {0x5f, FORK_SHANGHAI},
};
static const struct op_since BINARY[] = {
    {0x01, FORK_FRONTIER},       {0x02, FORK_FRONTIER},       {0x03, FORK_FRONTIER},
    {0x04, FORK_FRONTIER},       {0x05, FORK_FRONTIER},       {0x06, FORK_FRONTIER},
    {0x07, FORK_FRONTIER},       {0x0a, FORK_FRONTIER},       {0x0b, FORK_FRONTIER},
    {0x10, FORK_FRONTIER},       {0x11, FORK_FRONTIER},       {0x12, FORK_FRONTIER},
    {0x13, FORK_FRONTIER},       {0x14, FORK_FRONTIER},       {0x16, FORK_FRONTIER},
    {0x17, FORK_FRONTIER},       {0x18, FORK_FRONTIER},       {0x1a, FORK_FRONTIER},
    {0x1b, FORK_CONSTANTINOPLE}, {0x1c, FORK_CONSTANTINOPLE}, {0x1d, FORK_CONSTANTINOPLE},
};

static uint8_t pick(struct program *p, const struct op_since *ops, size_t n)
{
    for (;;) {
        const struct op_since *o = &ops[rng_below(p->rng, n)];
        if (program_since(p, o->since) || rng_below(p->rng, 400) == 0) return o->op;
    }
}
#define PICK(p, ops) pick((p), (ops), sizeof(ops) / sizeof *(ops))

void program_push_slot(struct program *p)
{
    if (rng_chance(p->rng, 90)) {
        program_push_u64(p, rng_below(p->rng, 6));
    } else {
        u256 v = program_word(p->rng);
        program_push(p, &v);
    }
}

void program_push_offset(struct program *p)
{
    if (rng_below(p->rng, 300) == 0) {
        u256 v = program_word(p->rng);
        program_push(p, &v);
    } else {
        uint64_t top = rng_chance(p->rng, 80) ? 160 : rng_chance(p->rng, 95) ? 3000 : 100000;
        program_push_u64(p, rng_below(p->rng, top));
    }
}

void program_push_target(struct program *p)
{
    address a = program_target(p);
    program_push_address(p, &a);
}

static void expr_read(struct program *p, unsigned depth)
{
    switch (rng_below(p->rng, 10)) {
    case 0:
    case 1:
        program_push_slot(p);
        program_op(p, 0x54);
        break;
    case 2:
        program_push_offset(p);
        program_op(p, 0x51);
        break;
    case 3:
        program_push_offset(p);
        program_op(p, 0x35);
        break;
    case 4:
        program_push_target(p);
        program_op(p, 0x31);
        break;
    case 5:
        program_push_target(p);
        program_op(p,
                   program_since(p, FORK_CONSTANTINOPLE) && rng_chance(p->rng, 60) ? 0x3f : 0x3b);
        break;
    case 6: /* BLOCKHASH(NUMBER - k) */
        program_push_u64(p, rng_below(p->rng, 6));
        program_op(p, 0x43);
        program_op(p, 0x03);
        program_op(p, 0x40);
        break;
    case 7:
        if (program_since(p, FORK_CANCUN)) {
            program_push_slot(p);
            program_op(p, rng_chance(p->rng, 70) ? 0x5c : 0x49);
            break;
        }
        program_push_u64(p, 1);
        break;
    case 8: /* keccak of memory */
        program_push_u64(p, rng_below(p->rng, 200));
        program_push_offset(p);
        program_op(p, 0x20);
        break;
    default: program_expr(p, depth); break;
    }
}

void program_expr(struct program *p, unsigned depth)
{
    static const unsigned weights[] = {30, 15, 20, 4, 8, 20, 6};
    unsigned kind = depth == 0 ? 0 : rng_weighted(p->rng, weights, 7);
    switch (kind) {
    case 0: {
        u256 v = program_word(p->rng);
        program_push(p, &v);
        break;
    }
    case 1: program_op(p, PICK(p, ENV)); break;
    case 2:
        program_expr(p, depth - 1);
        program_expr(p, depth - 1);
        program_op(p, PICK(p, BINARY));
        break;
    case 3:
        program_expr(p, depth - 1);
        program_expr(p, depth - 1);
        program_expr(p, depth - 1);
        program_op(p, rng_chance(p->rng, 50) ? 0x08 : 0x09);
        break;
    case 4:
        program_expr(p, depth - 1);
        program_op(p, program_since(p, FORK_OSAKA) && rng_chance(p->rng, 40) ? 0x1e
                      : rng_chance(p->rng, 50)                               ? 0x15
                                                                             : 0x19);
        break;
    case 5: expr_read(p, depth - 1); break;
    default:
        if (p->height > 0)
            program_op(p, (uint8_t)(0x80 + rng_below(p->rng, p->height > 16 ? 16 : p->height)));
        else
            program_op(p, 0x5a);
        break;
    }
}

/* ---- statements: the stack is left as it was ---- */

/* What a slot is set to: often 0, a small number, or what stands there (EIP-2200, EIP-3529). */
static void put_store(struct program *p, uint8_t op, uint8_t load)
{
    uint64_t slot = rng_below(p->rng, 6);
    switch (rng_below(p->rng, 6)) {
    case 0: program_push_u64(p, 0); break;
    case 1: program_push_u64(p, rng_below(p->rng, 3)); break;
    case 2:
        program_push_u64(p, slot);
        program_op(p, load);
        break;
    default: program_expr(p, 2); break;
    }
    if (rng_chance(p->rng, 90))
        program_push_u64(p, slot);
    else
        program_push_slot(p);
    program_op(p, op);
}

static void put_copy(struct program *p)
{
    switch (rng_below(p->rng, 5)) {
    case 0:
    case 1:
        program_push_u64(p, rng_below(p->rng, 150));
        program_push_offset(p);
        program_push_offset(p);
        program_op(p, rng_chance(p->rng, 50) ? 0x37 : 0x39);
        break;
    case 2:
        program_push_u64(p, rng_below(p->rng, 150));
        program_push_offset(p);
        program_push_offset(p);
        program_push_target(p);
        program_op(p, 0x3c);
        break;
    case 3:
        if (!program_since(p, FORK_CANCUN)) break;
        program_push_u64(p, rng_below(p->rng, 150));
        program_push_offset(p);
        program_push_offset(p);
        program_op(p, 0x5e);
        break;
    default: /* beyond the return data this frame fails */
        if (!program_since(p, FORK_BYZANTIUM)) break;
        program_push_u64(p, rng_chance(p->rng, 90) ? 0 : rng_below(p->rng, 40));
        program_push_u64(p, rng_chance(p->rng, 95) ? 0 : rng_below(p->rng, 40));
        program_push_offset(p);
        program_op(p, 0x3e);
        break;
    }
}

static void put_log(struct program *p)
{
    unsigned topics = (unsigned)rng_below(p->rng, 5);
    for (unsigned i = 0; i < topics; i++)
        program_expr(p, 1);
    program_push_u64(p, rng_below(p->rng, 100));
    program_push_offset(p);
    program_op(p, (uint8_t)(0xa0 + topics));
}

static void put_stack(struct program *p)
{
    unsigned n = (unsigned)rng_in(p->rng, 2, rng_chance(p->rng, 15) ? 24 : 6);
    unsigned top = n > 16 ? 16 : n - 1;
    for (unsigned i = 0; i < n; i++, p->height++)
        program_expr(p, (unsigned)rng_below(p->rng, 2));
    for (unsigned i = 0; i < 3 + top / 4; i++) {
        program_op(p, (uint8_t)(0x90 + rng_below(p->rng, top)));
        if (!rng_chance(p->rng, 40)) continue;
        program_op(p,
                   (uint8_t)(0x80 + rng_below(p->rng, top))); /* a copy ends in place of the top */
        program_op(p, 0x90);
        program_op(p, 0x50);
    }
    program_push_slot(p);
    program_op(p, 0x55);
    p->height -= n;
    for (unsigned i = 1; i < n; i++)
        program_op(p, 0x50);
}

static void put_statement(struct program *p)
{
    static const unsigned weights[] = {22, 6, 14, 8, 8, 26, 6, 10, 6, 6, 2, 4, 1};
    switch (rng_weighted(p->rng, weights, 13)) {
    case 0: put_store(p, 0x55, 0x54); break;
    case 1:
        if (program_since(p, FORK_CANCUN))
            put_store(p, 0x5d, 0x5c);
        else
            put_store(p, 0x55, 0x54);
        break;
    case 2:
        program_expr(p, 2);
        program_push_offset(p);
        program_op(p, rng_chance(p->rng, 80) ? 0x52 : 0x53);
        break;
    case 3: put_copy(p); break;
    case 4: put_log(p); break;
    case 5: program_call(p); break;
    case 6: program_create(p); break;
    case 7: program_branch(p); break;
    case 8: program_loop(p); break;
    case 9: put_stack(p); break;
    case 10: /* ends early, if */
        program_expr(p, 2);
        size_t over = program_label(p);
        program_op(p, 0x57);
        program_end(p);
        program_destination(p, over);
        break;
    case 11: program_jump(p); break;
    default: program_op(p, (uint8_t)rng_next(p->rng)); break;
    }
}

void program_statements(struct program *p, unsigned n)
{
    if (p->nesting >= 4) n = 1;
    p->nesting++;
    for (unsigned i = 0; i < n && p->code->len - p->start < 6000; i++) {
        if (p->nesting >= 5) {
            program_expr(p, 1);
            program_push_slot(p);
            program_op(p, 0x55);
        } else {
            put_statement(p);
        }
    }
    p->nesting--;
}

static void finish(struct program *p)
{
    size_t behind = p->code->len - p->start;
    for (unsigned i = 0; i < p->fixes; i++)
        store_be16(p->code->ptr + p->fix[i].at, (uint16_t)(behind + p->fix[i].rel));
    wh_buf_put(p->code, p->tail.ptr, p->tail.len);
    wh_buf_done(&p->tail);
}

void program_runtime(struct rng *r, const struct program_world *w, struct wh_buf *out)
{
    struct program p = {.rng = r, .w = w, .code = out, .start = out->len};
    program_statements(&p, (unsigned)rng_in(r, 2, 10));
    program_end(&p);
    finish(&p);
}

/* What it deploys: a program, an empty code, one that EIP-3541 or EIP-170 refuse. */
void program_init(struct rng *r, const struct program_world *w, struct wh_buf *out)
{
    struct program p = {.rng = r, .w = w, .code = out, .start = out->len, .nesting = 1};
    struct wh_buf runtime = {0};
    program_statements(&p, (unsigned)rng_below(r, 4));
    if (rng_chance(r, 3)) wh_buf_put(&runtime, "\xef", 1);
    unsigned size = 0;
    switch (rng_below(r, 12)) {
    case 0: program_end(&p); break;
    case 1: size = (unsigned)rng_in(r, 24570, 24580); break;
    case 2: size = 0; break;
    default: {
        struct program q = {.rng = r, .w = w, .code = &runtime, .start = runtime.len, .nesting = 2};
        program_statements(&q, (unsigned)rng_in(r, 1, 3));
        program_end(&q);
        finish(&q);
        break;
    }
    }
    if (runtime.len > 0) {
        program_push_u64(&p, runtime.len);
        if (program_push_tail(&p, wh_buf_span(&runtime))) {
            program_push_u64(&p, 0);
            program_op(&p, 0x39);
            size = (unsigned)runtime.len;
        }
    }
    program_push_u64(&p, size);
    program_push_u64(&p, 0);
    program_op(&p, 0xf3);
    finish(&p);
    wh_buf_done(&runtime);
}
