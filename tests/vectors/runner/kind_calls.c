/* SPDX-License-Identifier: MIT */
/* One call each: precompiles and instructions (go-ethereum's form). */
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/interp/evm.h"
#include "evm/precompile/precompile.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/value.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* ---- precompiles ---- */

struct target {
    const char *file; /* behind "fail-", before ".json" */
    uint16_t at;
    enum evm_fork fork;
    const char *fork_name;
};

static const struct target TARGETS[] = {
    {"ecRecover", 0x01, FORK_FRONTIER, "Frontier"},
    {"sha256", 0x02, FORK_FRONTIER, "Frontier"},
    {"ripemd160", 0x03, FORK_FRONTIER, "Frontier"},
    {"identity", 0x04, FORK_FRONTIER, "Frontier"},
    {"modexp", 0x05, FORK_BYZANTIUM, "Byzantium"},
    {"modexp_eip2565", 0x05, FORK_BERLIN, "Berlin"},
    {"modexp_eip7883", 0x05, FORK_OSAKA, "Osaka"},
    {"bn256Add", 0x06, FORK_ISTANBUL, "Istanbul"},
    {"bn256ScalarMul", 0x07, FORK_ISTANBUL, "Istanbul"},
    {"bn256Pairing", 0x08, FORK_ISTANBUL, "Istanbul"},
    {"blake2F", 0x09, FORK_ISTANBUL, "Istanbul"},
    {"blake2f", 0x09, FORK_ISTANBUL, "Istanbul"},
    {"pointEvaluation", 0x0a, FORK_CANCUN, "Cancun"},
    {"blsG1Add", 0x0b, FORK_PRAGUE, "Prague"},
    {"blsG1Mul", 0x0c, FORK_PRAGUE, "Prague"},
    {"blsG1MultiExp", 0x0c, FORK_PRAGUE, "Prague"},
    {"blsG2Add", 0x0d, FORK_PRAGUE, "Prague"},
    {"blsG2Mul", 0x0e, FORK_PRAGUE, "Prague"},
    {"blsG2MultiExp", 0x0e, FORK_PRAGUE, "Prague"},
    {"blsPairing", 0x0f, FORK_PRAGUE, "Prague"},
    {"blsMapG1", 0x10, FORK_PRAGUE, "Prague"},
    {"blsMapG2", 0x11, FORK_PRAGUE, "Prague"},
    {"p256Verify", 0x100, FORK_OSAKA, "Osaka"},
};

static const struct target *target_of(const char *path)
{
    const char *name = base_name(path);
    if (strncmp(name, "fail-", 5) == 0) name += 5;
    size_t len = strcspn(name, ".");
    for (size_t i = 0; i < sizeof TARGETS / sizeof *TARGETS; i++)
        if (strlen(TARGETS[i].file) == len && strncmp(TARGETS[i].file, name, len) == 0)
            return &TARGETS[i];
    return NULL;
}

static wh_status call(struct runner *r, const struct target *t, wh_span input, uint64_t gas,
                      struct precompile_result *out)
{
    address at = {{0}};
    unsigned index;
    store_be16(at.b + 18, t->at);
    wh_arena_rewind(&r->frames, 0);
    if (!precompile_find(t->fork, &at, &index)) return WH_E_CONFIG;
    return precompile_run(index, t->fork, r->crypto, input, (int64_t)gas, &r->frames, out);
}

static void precompile_ok(struct runner *r, const struct target *t, const json_t *test, wh_span in)
{
    struct wh_buf want = {0};
    struct precompile_result out;
    uint64_t gas;
    if (!value_bytes(json_object_get(test, "Expected"), &want) ||
        !value_u64(json_object_get(test, "Gas"), &gas)) {
        case_differs(r, "test", "understood", "not");
        wh_buf_done(&want);
        return;
    }
    wh_status status = call(r, t, in, gas, &out);
    if (status != WH_OK || !out.ok)
        case_differs_f(r, "call", "success", "status %d, %s", (int)status, "failure");
    else {
        case_bytes(r, "output", wh_buf_span(&want), out.output);
        case_u64(r, "gas", gas, (uint64_t)out.gas_used);
    }
    if (gas > 0 && (call(r, t, in, gas - 1, &out) != WH_OK || out.ok))
        case_differs(r, "call with less gas", "failure", "success");
    wh_buf_done(&want);
}

static void precompile_fails(struct runner *r, const struct target *t, wh_span in)
{
    struct precompile_result out;
    wh_status status = call(r, t, in, INT64_MAX, &out);
    if (status != WH_OK || out.ok)
        case_differs_f(r, "call", "failure", "status %d, %s", (int)status, "success");
}

bool kind_precompile_is(const struct member *m, const json_t *file)
{
    return json_object_get(json_array_get(file, 0), "Input") != NULL && target_of(m->path) != NULL;
}

void kind_precompile_run(struct runner *r, json_t *file)
{
    size_t i;
    json_t *test;
    const struct target *t = target_of(r->member->path);
    json_array_foreach(file, i, test)
    {
        struct wh_buf in = {0};
        char name[256];
        snprintf(name, sizeof name, "%s #%zu", json_string_value(json_object_get(test, "Name")), i);
        if (!case_begin(r, name, t->fork_name)) continue;
        if (!value_bytes(json_object_get(test, "Input"), &in))
            case_differs(r, "test", "understood", "not");
        else if (json_object_get(test, "ExpectedError") != NULL)
            precompile_fails(r, t, wh_buf_span(&in));
        else
            precompile_ok(r, t, test, wh_buf_span(&in));
        wh_buf_done(&in);
        case_end(r);
    }
}

/* ---- instructions: X below Y on the stack ---- */

static const struct {
    const char *name;
    uint8_t op;
} OPS[] = {{"add", 0x01}, {"mul", 0x02},  {"sub", 0x03},  {"div", 0x04},     {"sdiv", 0x05},
           {"mod", 0x06}, {"smod", 0x07}, {"exp", 0x0a},  {"signext", 0x0b}, {"lt", 0x10},
           {"gt", 0x11},  {"slt", 0x12},  {"sgt", 0x13},  {"eq", 0x14},      {"and", 0x16},
           {"or", 0x17},  {"xor", 0x18},  {"byte", 0x1a}, {"shl", 0x1b},     {"shr", 0x1c},
           {"sar", 0x1d}};

static bool op_of(const char *path, uint8_t *op)
{
    const char *name = base_name(path);
    if (strncmp(name, "testcases_", 10) != 0) return false;
    name += 10;
    size_t len = strcspn(name, ".");
    for (size_t i = 0; i < sizeof OPS / sizeof *OPS; i++)
        if (strlen(OPS[i].name) == len && strncmp(OPS[i].name, name, len) == 0) {
            *op = OPS[i].op;
            return true;
        }
    return false;
}

static bool word_of(const json_t *v, uint8_t out[32])
{
    struct wh_buf b = {0};
    bool ok = value_bytes(v, &b) && b.len == 32;
    if (ok) memcpy(out, b.ptr, 32);
    wh_buf_done(&b);
    return ok;
}

static wh_status no_hash(void *ctx, uint64_t n, bytes32 *out)
{
    (void)ctx;
    (void)n;
    (void)out;
    return WH_E_MISSING;
}

/* PUSH32 x, PUSH32 y, op, and its result returned. */
static wh_status op_run(struct runner *r, uint8_t op, const uint8_t x[32], const uint8_t y[32],
                        struct evm_result *out)
{
    static const uint8_t TAIL[] = {0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3};
    static const address AT = {{[19] = 0xaa}};
    static struct state st;
    uint8_t code[66 + 1 + sizeof TAIL];
    struct evm_block block = {.fork = FORK_OSAKA, .chain_id = 1, .block_hash = no_hash};
    struct evm_origin origin = {0};
    const u256 zero = {{0}};
    code[0] = code[33] = 0x7f;
    memcpy(code + 1, x, 32);
    memcpy(code + 34, y, 32);
    code[66] = op;
    memcpy(code + 67, TAIL, sizeof TAIL);
    wh_arena_rewind(&r->work, 0);
    wh_arena_rewind(&r->frames, 0);
    WH_TRY(state_init(&st, &r->work, NULL, r->crypto, NULL, &KECCAK_EMPTY_TRIE));
    WH_TRY(state_put_account(&st, &AT, 1, &zero, wh_span_of(code, sizeof code)));
    state_begin_tx(&st);
    struct evm evm = {
        .state = &st, .crypto = r->crypto, .block = &block, .origin = &origin, .arena = &r->frames};
    struct evm_message msg = {.kind = EVM_CALL, .gas = 100000, .to = AT, .code_from = AT};
    return evm_execute(&evm, &msg, out);
}

static void op_case(struct runner *r, uint8_t op, const json_t *test)
{
    uint8_t x[32], y[32], want[32];
    struct evm_result out;
    if (!word_of(json_object_get(test, "X"), x) || !word_of(json_object_get(test, "Y"), y) ||
        !word_of(json_object_get(test, "Expected"), want)) {
        case_differs(r, "test", "understood", "not");
        return;
    }
    wh_status status = op_run(r, op, x, y, &out);
    if (status != WH_OK || out.halt != EVM_SUCCESS)
        case_differs_f(r, "run", "success", "status %d, halt %d", (int)status, (int)out.halt);
    else
        case_bytes(r, "result", wh_span_of(want, 32), out.output);
}

bool kind_opcode_is(const struct member *m, const json_t *file)
{
    uint8_t op;
    return json_object_get(json_array_get(file, 0), "X") != NULL && op_of(m->path, &op);
}

void kind_opcode_run(struct runner *r, json_t *file)
{
    size_t i;
    json_t *test;
    uint8_t op = 0;
    char name[32];
    (void)op_of(r->member->path, &op);
    json_array_foreach(file, i, test)
    {
        snprintf(name, sizeof name, "#%zu", i);
        if (!case_begin(r, name, NO_FORK)) continue;
        op_case(r, op, test);
        case_end(r);
    }
}
