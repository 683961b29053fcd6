/* SPDX-License-Identifier: MIT */
/* Known answers: tests/vectors/protocol/segstate.json.zst, from the Python model of the protocol. */
#include "evm/segment/seg_state.h"

#include "tests/plain_crypto.h"
#include "tests/tap.h"
#include "tests/vec.h"

static json_t *vectors;

/* Compares the decoded field with the model's value: decimal strings for numbers, hex for bytes. */
static void check_number(const json_t *fields, const char *name, uint64_t got)
{
    CHECK(vec_u64(vec_get(fields, name)) == got);
}

static void check_bytes(const json_t *fields, const char *name, const void *got, size_t n)
{
    wh_span want = vec_bytes(vec_get(fields, name));
    CHECK_EQ(want.len, n);
    CHECK_MEM(got, want.ptr, n);
}

static void check_word(const json_t *fields, const char *name, const u256 *got)
{
    /* decimal, up to 2^256: multiply up */
    u256 want = {{0}}, ten = {{10}};
    for (const char *s = json_string_value(vec_get(fields, name)); *s; s++) {
        u256 digit = {{(uint64_t)(*s - '0')}};
        u256_mul(&want, &want, &ten);
        (void)u256_add(&want, &want, &digit);
    }
    CHECK(u256_eq(&want, got));
}

#define FIELD_u8(f, n)   check_number(f, model_name(#n), s.n)
#define FIELD_u32(f, n)  check_number(f, model_name(#n), s.n)
#define FIELD_u64(f, n)  check_number(f, model_name(#n), s.n)
#define FIELD_u256(f, n) check_word(f, model_name(#n), &s.n)
#define FIELD_b32(f, n)  check_bytes(f, model_name(#n), s.n.b, 32)
#define FIELD_b20(f, n)  check_bytes(f, model_name(#n), s.n.b, 20)
#define FIELD_b256(f, n) check_bytes(f, model_name(#n), s.n.b, 256)

static const char *model_name(const char *name)
{
    return strcmp(name, "beacon_root") == 0 ? "parent_beacon_root" : name;
}

static void test_seg_state_decode__fields_are_the_models(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(vec_get(vectors, "valid"), i, row)
    {
        struct seg_state s;
        wh_span raw = vec_bytes(vec_get(row, "bytes"));
        CHECK_EQ(raw.len, SEG_STATE_SIZE);
        CHECK_EQ(seg_state_decode(raw.ptr, &s), WH_OK);
        json_t *fields = vec_get(row, "fields");
#define F(kind, offset, name) FIELD_##kind(fields, name);
#define Z(offset, length)
#include "evm/segment/seg_state.def"
#undef F
#undef Z
        uint8_t again[SEG_STATE_SIZE];
        seg_state_encode(&s, again);
        CHECK_MEM(again, raw.ptr, SEG_STATE_SIZE);
    }
    CHECK(i > 10);
}

static void test_seg_leaf__and_invalid_form(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(vec_get(vectors, "valid"), i, row)
    {
        bytes32 leaf, want;
        uint8_t invalid[SEG_STATE_SIZE];
        wh_span raw = vec_bytes(vec_get(row, "bytes"));
        seg_leaf(&plain_crypto, raw.ptr, &leaf);
        vec_fixed(vec_get(row, "leaf"), want.b, 32);
        CHECK_MEM(leaf.b, want.b, 32);
        seg_invalid(raw.ptr, invalid);
        check_bytes(row, "invalid", invalid, SEG_STATE_SIZE);
    }
}

static void test_seg_next__halted_and_kind_by_target(void)
{
    size_t i, k;
    json_t *row, *next;
    json_array_foreach(vec_get(vectors, "valid"), i, row)
    {
        wh_span raw = vec_bytes(vec_get(row, "bytes"));
        json_array_foreach(vec_get(row, "next"), k, next)
        {
            uint64_t target = vec_u64(vec_get(next, "target"));
            CHECK_EQ(seg_halted(raw.ptr, target), json_is_true(vec_get(next, "halted")));
            CHECK_EQ(seg_next(raw.ptr, target), vec_u64(vec_get(next, "step")));
        }
    }
}

/* R7: reserved bytes, and closed fields outside OPEN, are zero or the state is refused. */
static void test_seg_state_decode__refuses_malformed(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(vec_get(vectors, "malformed"), i, row)
    {
        struct seg_state s;
        wh_span raw = vec_bytes(vec_get(row, "bytes"));
        if (raw.len != SEG_STATE_SIZE) continue; /* the type of the argument rules it out */
        CHECK_EQ(seg_state_decode(raw.ptr, &s), WH_E_FORMAT);
    }
    CHECK(i > 50);
}

static void test_seg_state__layout_covers_each_byte_once(void)
{
    uint8_t covered[SEG_STATE_SIZE] = {1, 1, 1, 1};
    enum {
        LEN_u8 = 1,
        LEN_u32 = 4,
        LEN_u64 = 8,
        LEN_u256 = 32,
        LEN_b32 = 32,
        LEN_b20 = 20,
        LEN_b256 = 256
    };
#define F(kind, offset, name)            \
    for (int i = 0; i < LEN_##kind; i++) \
        covered[(offset) + i]++;
#define Z(offset, length)              \
    for (int i = 0; i < (length); i++) \
        covered[(offset) + i]++;
#include "evm/segment/seg_state.def"
#undef F
#undef Z
    for (int i = 0; i < SEG_STATE_SIZE; i++)
        CHECK_EQ(covered[i], 1);
}

int main(int argc, char **argv)
{
    (void)argc;
    vectors = vec_load(argv[1], "tests/vectors/protocol/segstate.json.zst");
    RUN(test_seg_state_decode__fields_are_the_models);
    RUN(test_seg_leaf__and_invalid_form);
    RUN(test_seg_next__halted_and_kind_by_target);
    RUN(test_seg_state_decode__refuses_malformed);
    RUN(test_seg_state__layout_covers_each_byte_once);
    json_decref(vectors);
    return tap_done();
}
