/* SPDX-License-Identifier: MIT */
/* usage: test_rlp SOURCE_ROOT. RLPTests of ethereum/tests, and the edges of each call. */
#include "evm/rlp/rlp.h"
#include "tests/tap.h"
#include "tests/vec.h"

static const char *root_dir;

/* canonical at every depth (tests may recurse). */
static wh_status check_deep(wh_span in)
{
    struct rlp_item item;
    while (in.len > 0) {
        WH_TRY(rlp_next(&in, &item));
        if (item.is_list) WH_TRY(check_deep(item.payload));
    }
    return WH_OK;
}

static wh_status check_one(wh_span in)
{
    struct rlp_item item;
    WH_TRY(rlp_next(&in, &item));
    WH_TRY(rlp_end(in));
    return item.is_list ? check_deep(item.payload) : WH_OK;
}

/* hex with or without 0x */
static wh_span hex_of(const json_t *j)
{
    const char *s = json_string_value(j);
    char text[8192];
    snprintf(text, sizeof text, "%s%s", strncmp(s, "0x", 2) == 0 ? "" : "0x", s);
    json_t *with = json_string(text);
    wh_span b = vec_bytes_owned(with);
    json_decref(with);
    return b;
}

/* decimal "#123" as bytes without leading zeros */
static wh_span decimal_of(const char *s, uint8_t out[64])
{
    uint8_t le[64] = {0};
    for (s++; *s != 0; s++) {
        unsigned carry = (unsigned)(*s - '0');
        for (int i = 0; i < 64; i++) {
            carry += le[i] * 10u;
            le[i] = (uint8_t)carry;
            carry >>= 8;
        }
    }
    size_t n = 64;
    while (n > 0 && le[n - 1] == 0)
        n--;
    for (size_t i = 0; i < n; i++)
        out[i] = le[n - 1 - i];
    return wh_span_of(out, n);
}

/* Both encoders side by side: forward into *p, backward with back. */
static size_t forward_size(const json_t *j);

static size_t payload_size(const json_t *list)
{
    size_t i, n = 0;
    json_t *item;
    json_array_foreach(list, i, item) n += forward_size(item);
    return n;
}

static size_t forward_size(const json_t *j)
{
    uint8_t big[64];
    if (json_is_array(j)) return rlp_list_size(payload_size(j));
    if (json_is_integer(j)) return rlp_u64_size((uint64_t)json_integer_value(j));
    const char *s = json_string_value(j);
    if (s[0] == '#') return rlp_string_size(decimal_of(s, big));
    return rlp_string_size(wh_span_of(s, json_string_length(j)));
}

static uint8_t *put_forward(uint8_t *p, const json_t *j)
{
    uint8_t big[64];
    size_t i;
    json_t *item;
    if (json_is_array(j)) {
        p = rlp_put_list(p, payload_size(j));
        json_array_foreach(j, i, item) p = put_forward(p, item);
        return p;
    }
    if (json_is_integer(j)) return rlp_put_u64(p, (uint64_t)json_integer_value(j));
    const char *s = json_string_value(j);
    if (s[0] == '#') return rlp_put_string(p, decimal_of(s, big));
    return rlp_put_string(p, wh_span_of(s, json_string_length(j)));
}

static void put_back(struct rlp_back *w, const json_t *j)
{
    uint8_t big[64];
    if (json_is_array(j)) {
        size_t mark = rlp_back_mark(w);
        for (size_t i = json_array_size(j); i > 0; i--)
            put_back(w, json_array_get(j, i - 1));
        rlp_back_list(w, mark);
        return;
    }
    if (json_is_integer(j)) {
        rlp_back_u64(w, (uint64_t)json_integer_value(j));
        return;
    }
    const char *s = json_string_value(j);
    if (s[0] == '#')
        rlp_back_string(w, decimal_of(s, big));
    else
        rlp_back_string(w, wh_span_of(s, json_string_length(j)));
}

static void test_rlp__valid_vectors(void)
{
    json_t *file = vec_load(root_dir, "tests/data/rlp/rlptest.json"), *test;
    const char *name;
    size_t n = 0;
    json_object_foreach(file, name, test)
    {
        wh_span want = hex_of(vec_get(test, "out")), got;
        const json_t *in = vec_get(test, "in");
        uint8_t buf[4096], back[4096];
        CHECK_EQ(check_one(want), WH_OK);
        CHECK_EQ(forward_size(in), want.len);
        CHECK_EQ(put_forward(buf, in) - buf, want.len);
        CHECK_MEM(buf, want.ptr, want.len);
        struct rlp_back w;
        rlp_back_init(&w, back, want.len);
        put_back(&w, in);
        CHECK_EQ(rlp_back_done(&w, &got), WH_OK);
        CHECK_EQ(got.len, want.len);
        CHECK_MEM(got.ptr, want.ptr, want.len);
        rlp_back_init(&w, back, want.len - 1);
        put_back(&w, in);
        CHECK_EQ(rlp_back_done(&w, &got), WH_E_NOMEM);
        /* Every truncation is refused. */
        for (size_t len = 0; len < want.len; len++)
            CHECK_EQ(check_one(wh_span_of(want.ptr, len)), WH_E_FORMAT);
        if (tap_bad) printf("# %s\n", name);
        free((void *)(uintptr_t)want.ptr);
        n++;
    }
    CHECK(n >= 25);
    json_decref(file);
}

static void test_rlp__invalid_vectors(void)
{
    json_t *file = vec_load(root_dir, "tests/data/rlp/invalidRLPTest.json"), *test;
    const char *name;
    size_t n = 0;
    json_object_foreach(file, name, test)
    {
        wh_span in = hex_of(vec_get(test, "out"));
        CHECK_EQ(check_one(in), WH_E_FORMAT);
        if (tap_bad) printf("# %s\n", name);
        free((void *)(uintptr_t)in.ptr);
        n++;
    }
    CHECK(n >= 25);
    json_decref(file);
}

static void test_rlp_next_u64__width_and_leading_zero(void)
{
    static const struct {
        const char *rlp;
        size_t len;
        wh_status status;
        uint64_t v;
    } rows[] = {
        {"\x80", 1, WH_OK, 0},
        {"\x00", 1, WH_E_FORMAT, 0},
        {"\x01", 1, WH_OK, 1},
        {"\x81\x80", 2, WH_OK, 128},
        {"\x82\x00\x80", 3, WH_E_FORMAT, 0},
        {"\x88\xff\xff\xff\xff\xff\xff\xff\xff", 9, WH_OK, UINT64_MAX},
        {"\x89\x01\x00\x00\x00\x00\x00\x00\x00\x00", 10, WH_E_FORMAT, 0},
        {"\xc0", 1, WH_E_FORMAT, 0},
        {"", 0, WH_E_FORMAT, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_span in = wh_span_of(rows[i].rlp, rows[i].len), before = in;
        uint64_t v = 77;
        CHECK_EQ(rlp_next_u64(&in, &v), rows[i].status);
        CHECK(v == (rows[i].status == WH_OK ? rows[i].v : 77));
        CHECK_EQ(in.len, rows[i].status == WH_OK ? 0 : before.len);
    }
}

static void test_rlp_u256__round_trip(void)
{
    for (unsigned bits = 0; bits <= 256; bits++) {
        u256 v = u256_from_u64(1), back = u256_from_u64(9);
        u256_shl(&v, &v, bits);
        u256 one = u256_from_u64(1);
        (void)u256_sub(&v, &v, &one);
        uint8_t buf[40];
        size_t n = (size_t)(rlp_put_u256(buf, &v) - buf);
        CHECK_EQ(n, rlp_u256_size(&v));
        wh_span in = wh_span_of(buf, n);
        CHECK_EQ(rlp_next_u256(&in, &back), WH_OK);
        CHECK(u256_eq(&v, &back) && in.len == 0);
        if (!u256_fits_u64(&v)) continue;
        in = wh_span_of(buf, n);
        uint64_t small = 1;
        CHECK_EQ(rlp_next_u64(&in, &small), WH_OK);
        CHECK(small == v.w[0] && n == rlp_u64_size(small));
    }
    static const uint8_t wide[34] = {0xa1, 1};
    wh_span in = wh_span_of(wide, sizeof wide);
    u256 v;
    CHECK_EQ(rlp_next_u256(&in, &v), WH_E_FORMAT);
}

static void test_rlp_next_fixed__exact_width(void)
{
    static const uint8_t in20[21] = {0x94, 1, 2, 3};
    uint8_t out[32];
    wh_span in = wh_span_of(in20, 21);
    CHECK_EQ(rlp_next_fixed(&in, out, 32), WH_E_FORMAT);
    CHECK_EQ(rlp_next_fixed(&in, out, 19), WH_E_FORMAT);
    CHECK_EQ(in.len, 21);
    CHECK_EQ(rlp_next_fixed(&in, out, 20), WH_OK);
    CHECK_MEM(out, in20 + 1, 20);
}

static void test_rlp_list__fills_in_exactly(void)
{
    wh_span payload;
    size_t n = 9;
    CHECK_EQ(rlp_list(wh_span_of("\xc2\x01\x80", 3), &payload), WH_OK);
    CHECK_EQ(rlp_count(payload, &n), WH_OK);
    CHECK_EQ(n, 2);
    CHECK_EQ(rlp_list(wh_span_of("\xc2\x01\x80\x80", 4), &payload), WH_E_FORMAT);
    CHECK_EQ(rlp_list(wh_span_of("\x82\x01\x80", 3), &payload), WH_E_FORMAT);
    CHECK_EQ(rlp_string(wh_span_of("\xc0", 1), &payload), WH_E_FORMAT);
    CHECK_EQ(rlp_count(wh_span_of("\x01\x82\x01", 3), &n), WH_E_FORMAT);
    CHECK_EQ(n, 2);
}

/* A length of 2^64-1 and of 2^63 does not wrap. */
static void test_rlp_next__huge_length(void)
{
    static const uint8_t max[] = {0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};
    static const uint8_t half[] = {0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x00};
    CHECK_EQ(check_one(wh_span_of(max, sizeof max)), WH_E_FORMAT);
    CHECK_EQ(check_one(wh_span_of(half, sizeof half)), WH_E_FORMAT);
}

static void test_rlp_back_string_since__wraps_and_leaves_a_small_byte(void)
{
    uint8_t buf[16];
    struct rlp_back w;
    wh_span out;
    rlp_back_init(&w, buf, sizeof buf);
    size_t mark = rlp_back_mark(&w);
    rlp_back_raw(&w, wh_span_of("\x02\xc0", 2));
    rlp_back_string_since(&w, mark);
    mark = rlp_back_mark(&w);
    rlp_back_raw(&w, wh_span_of("\x7f", 1));
    rlp_back_string_since(&w, mark);
    CHECK_EQ(rlp_back_done(&w, &out), WH_OK);
    CHECK_EQ(out.len, 4);
    CHECK_MEM(out.ptr, "\x7f\x82\x02\xc0", 4);
}

int main(int argc, char **argv)
{
    root_dir = argc > 1 ? argv[1] : ".";
    RUN(test_rlp__valid_vectors);
    RUN(test_rlp__invalid_vectors);
    RUN(test_rlp_next_u64__width_and_leading_zero);
    RUN(test_rlp_u256__round_trip);
    RUN(test_rlp_next_fixed__exact_width);
    RUN(test_rlp_list__fills_in_exactly);
    RUN(test_rlp_next__huge_length);
    RUN(test_rlp_back_string_since__wraps_and_leaves_a_small_byte);
    return tap_done();
}
