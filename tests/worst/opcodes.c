/* SPDX-License-Identifier: MIT */
/* A step for each row of opcodes.def that does little but run one opcode until its gas is gone; written as records
 * of tests/guest, which counts what a guest executes for it.
 *
 *   opcodes FILE GAS */
#include "tests/guest/segment_file.h"
#include "tests/worst/scene.h"

#define W256A    "7ff3a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8d"
#define W256B    "7fe9d8c7b6a5948372615f4e3d2c1b0a99887766554433221100ffeeddccbbaa97"
#define W256C    "7fc0ffee00112233445566778899aabbccddeeff0123456789abcdef0fedcba981"
#define W256N    "7fffa1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8d"
#define W250     "7f03a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8d"
#define W192     "77c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293b"
#define W128     "6fc3d4e5f60718293a4b5c6d7e8f90a1b3"
#define W64      "67c3d4e5f60718293b"
#define OTHER    "60b1"
#define JUMPER   "60b2"
#define REVERTER "60b3"

struct op {
    const char *name, *setup, *body;
    unsigned times;
};
static const struct op ops[] = {
#define OP(name, setup, body, times) {name, setup, body, times},
#include "tests/worst/opcodes.def"
#undef OP
};

static struct toy t;

/* A code of the largest size that begins with these bytes. */
static void large_code(uint8_t last, const char *hex)
{
    static struct program c;
    address at = {{0}};
    at.b[19] = last;
    c.n = 0;
    code_ops(&c, hex);
    while (c.n < CODE_MAX)
        code_op(&c, 0x5b);
    toy_account(&t, &at, 1, 0, toy_copy(&t, code_span(&c)));
}

static void build(struct scene *s, const struct op *op)
{
    static struct program c;
    const address at = scene_contract();
    c.n = 0;
    code_ops(&c, op->setup);
    const size_t start = c.n;
    code_op(&c, 0x5b);
    for (unsigned i = 0; i < op->times; i++)
        code_ops(&c, op->body);
    code_op(&c, 0x61); /* PUSH2 JUMP */
    code_op(&c, (uint8_t)(start >> 8));
    code_op(&c, (uint8_t)start);
    code_op(&c, 0x56);
    large_code(0xb1, "00");
    large_code(0xb2, "6004565b5b00");
    large_code(0xb3, "60205ffd");
    toy_account(&t, &at, 1, 1000, toy_copy(&t, code_span(&c)));
    scene_call(s, wh_span_of(NULL, 0));
}

static bool run(const struct op *op, FILE *out)
{
    char name[160];
    struct chain_config config;
    struct scene s = {.t = &t};
    chain_config_rollup(SCENE_CHAIN, 1000000, &config);
    toy_init(&t, &config);
    toy_account(&t, &t.sender, 0, 100, wh_span_of(NULL, 0));
    build(&s, op);
    t.gas_limit = 60000000;
    toy_seal_genesis(&t, 300);
    toy_input(&t, s.items, s.item_count);
    TOY_MUST(toy_step(&t).status);
    const struct toy_step step = toy_capture(&t, t.state);
    TOY_MUST(step.status);
    snprintf(name, sizeof name, "opcode|%s|rollup", op->name);
    if (!step.result.included || step.result.gas != scene_gas) {
        fprintf(stderr, "%s: included %d, gas %llu\n", op->name, step.result.included,
                (unsigned long long)step.result.gas);
        return false;
    }
    return segment_put(out, name, step.pre, UINT64_MAX, &t.input_hash, step.trace, step.x,
                       &step.result);
}

int main(int argc, char **argv)
{
    FILE *out = argc == 3 ? fopen(argv[1], "wb") : NULL;
    if (out == NULL) {
        fprintf(stderr, "usage: opcodes FILE GAS\n");
        return 2;
    }
    bool good = true;
    scene_gas = strtoull(argv[2], NULL, 10);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        good = run(&ops[i], out) && good;
    return fclose(out) == 0 && good ? 0 : 1;
}
