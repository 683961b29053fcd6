/* SPDX-License-Identifier: MIT */
/* Known answers: tests/vectors/protocol/trace.json, from the Python model of the protocol. */
#include "evm/segment/trace.h"

#include "tests/plain_crypto.h"
#include "tests/tap.h"
#include "tests/vec.h"

static json_t *vectors;
static struct wh_arena arena;

static wh_status status_of(const char *name)
{
    if (strcmp(name, "WH_OK") == 0) return WH_OK;
    if (strcmp(name, "WH_E_FORMAT") == 0) return WH_E_FORMAT;
    if (strcmp(name, "WH_E_MISSING") == 0) return WH_E_MISSING;
    if (strcmp(name, "WH_E_MISMATCH") == 0) return WH_E_MISMATCH;
    vec_die("result", name);
    return WH_OK;
}

/* Parse, answer what the model asks for in order, then the check of unused entries. */
static wh_status run(const json_t *row, wh_span raw)
{
    struct trace t;
    struct wh_preimages p;
    size_t i;
    json_t *asked;
    WH_TRY(trace_parse(&plain_crypto, &arena, raw, (uint8_t)vec_u64(vec_get(row, "kind")), &t));
    trace_preimages(&t, &p);
    json_array_foreach(vec_get(row, "asked"), i, asked)
    {
        bytes32 want, got;
        wh_span bytes;
        vec_fixed(asked, want.b, 32);
        WH_TRY(p.get(p.ctx, WH_OBJECT_DATA, &want, &bytes));
        keccak256(bytes.ptr, bytes.len, &got);
        CHECK_MEM(got.b, want.b, 32);
    }
    return trace_all_used(&t) ? WH_OK : WH_E_FORMAT;
}

static void test_trace_parse__result_is_the_models(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(vectors, i, row)
    {
        arena.used = 0;
        wh_span raw = vec_bytes(vec_get(row, "trace"));
        wh_status want = status_of(json_string_value(vec_get(row, "result")));
        wh_status got = run(row, raw);
        if (got != want) printf("# %s\n", json_string_value(vec_get(row, "name")));
        CHECK_EQ(got, want);
    }
    CHECK(i > 10);
}

static void test_trace_write__restores_each_valid_trace_from_any_order(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(vectors, i, row)
    {
        arena.used = 0;
        if (strcmp(json_string_value(vec_get(row, "result")), "WH_OK") != 0) continue;
        struct trace t;
        wh_span raw = vec_bytes(vec_get(row, "trace")), again;
        CHECK_EQ(trace_parse(&plain_crypto, &arena, raw, trace_kind(raw), &t), WH_OK);
        for (uint32_t k = 0; k < t.count / 2; k++) { /* reversed: the worst order */
            struct trace_entry e = t.entries[k];
            t.entries[k] = t.entries[t.count - 1 - k];
            t.entries[t.count - 1 - k] = e;
        }
        CHECK_EQ(trace_write(&arena, t.kind, t.entries, t.count, &again), WH_OK);
        CHECK_EQ(again.len, raw.len);
        CHECK_MEM(again.ptr, raw.ptr, raw.len);
    }
}

/* T12: a count far above what the bytes can hold must not ask for memory. */
static void test_trace_parse__huge_count_is_a_format_fault(void)
{
    static const uint8_t raw[] = {'W', 'T', 'R', '2', 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
    struct trace t;
    arena.used = 0;
    CHECK_EQ(trace_parse(&plain_crypto, &arena, wh_span_of(raw, sizeof raw), 1, &t), WH_E_FORMAT);
    CHECK_EQ(arena.used, 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    static uint8_t block[1 << 20];
    wh_arena_init(&arena, block, sizeof block);
    vectors = vec_load(argv[1], "tests/vectors/protocol/trace.json");
    RUN(test_trace_parse__result_is_the_models);
    RUN(test_trace_write__restores_each_valid_trace_from_any_order);
    RUN(test_trace_parse__huge_count_is_a_format_fault);
    json_decref(vectors);
    return tap_done();
}
