/* SPDX-License-Identifier: MIT */
/* JSON texts and the readers of their values. What is read as a quantity, hash or decimal is printed as
 * the same text; what parses is dumped and parses to the same value; chain rules never half read. */
#include "proto/block/chainspec.h"
#include "proto/block/json_big.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"
#include "tests/fuzz/fuzz.h"

static void check_value(const struct wh_json *j)
{
    struct wh_error err;
    u256 v;
    uint64_t n;
    bytes32 h;
    address a;
    bool b;
    char text[80];
    const char *s = json_is_string(j->v) ? json_string_value(j->v) : "";
    struct wh_buf data = {0};
    if (wh_json_quantity(j, &v, &err) == WH_OK) {
        wh_quantity_print(&v, text);
        FUZZ_MUST(strcasecmp(text, s) == 0);
    }
    if (wh_json_u64(j, &n, &err) == WH_OK) FUZZ_MUST(u256_fits_u64(&v) && v.w[0] == n);
    if (wh_json_bytes32(j, &h, &err) == WH_OK) FUZZ_MUST(strcasecmp(wh_hex32(&h).s, s) == 0);
    if (wh_json_address(j, &a, &err) == WH_OK) FUZZ_MUST(strcasecmp(wh_hex20(&a).s, s) == 0);
    if (wh_json_decimal(j, &v, &err) == WH_OK) {
        wh_dec_print(&v, text);
        FUZZ_MUST(strcmp(text, s + strspn(s, "0")) == 0 || strspn(s, "0") > 0);
    }
    if (wh_json_data(j, 4096, &data, &err) == WH_OK) FUZZ_MUST(strlen(s) == 2 + 2 * data.len);
    wh_buf_done(&data);
    if (wh_json_bool(j, &b, &err) == WH_OK) FUZZ_MUST(json_is_boolean(j->v));
    if (wh_json_string(j, &s, &err) == WH_OK) FUZZ_MUST(json_is_string(j->v));
    if (wh_json_number(j, &n, &err) == WH_OK) FUZZ_MUST(json_is_integer(j->v));
}

static void check_members(json_t *root)
{
    struct wh_json r = wh_json_root(root, "input");
    struct wh_error err;
    const char *key;
    json_t *value;
    size_t len, i;
    check_value(&r);
    json_object_foreach(root, key, value)
    {
        struct wh_json m;
        if (!wh_json_opt(&r, key, &m)) {
            FUZZ_MUST(json_is_null(value));
            continue;
        }
        FUZZ_MUST(m.v == value);
        check_value(&m);
    }
    if (wh_json_array(&r, 1000, &len, &err) != WH_OK) return;
    for (i = 0; i < len; i++) {
        struct wh_json m = wh_json_at(&r, i);
        check_value(&m);
    }
}

static int put_text(const char *bytes, size_t len, void *ctx)
{
    wh_buf_put(ctx, bytes, len);
    return 0;
}

/* Reals are left out: nothing here reads one, and their text is not unique. */
static bool has_real(const json_t *v, unsigned depth)
{
    const char *key;
    json_t *m;
    size_t i;
    if (json_is_real(v) || depth == 40) return true;
    json_object_foreach((json_t *)(uintptr_t)v, key, m)
    {
        if (has_real(m, depth + 1)) return true;
    }
    json_array_foreach(v, i, m)
    {
        if (has_real(m, depth + 1)) return true;
    }
    return false;
}

static void check_again(const json_t *root)
{
    struct wh_buf text = {0};
    struct wh_error err;
    json_t *again = NULL;
    if ((!json_is_object(root) && !json_is_array(root)) || has_real(root, 0)) return;
    FUZZ_MUST(json_dump_callback(root, put_text, &text, JSON_COMPACT) == 0);
    FUZZ_MUST(wh_json_parse((const char *)text.ptr, text.len, &again, &err) == WH_OK);
    FUZZ_MUST(json_equal(root, again));
    json_decref(again);
    wh_buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *root = NULL, *big = NULL;
    struct wh_error err;
    struct chain_config config;
    wh_status plain = wh_json_parse((const char *)data, size, &root, &err);
    if (json_parse_big((const char *)data, size, &big, &err) == WH_OK) {
        struct wh_json j = wh_json_root(big, "config");
        if (chainspec_read(&j, &config, &err) == WH_OK) {
            uint8_t bytes[CHAIN_CONFIG_MAX];
            struct chain_config same;
            size_t n = chain_config_encode(&config, bytes);
            FUZZ_MUST(chain_config_decode(wh_span_of(bytes, n), &same) == WH_OK);
        }
    } else {
        FUZZ_MUST(plain != WH_OK); /* big reads more, never less */
    }
    if (plain == WH_OK) {
        check_members(root);
        check_again(root);
    }
    json_decref(root);
    json_decref(big);
    return 0;
}
