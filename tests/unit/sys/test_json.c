/* SPDX-License-Identifier: MIT */
#include "proto/sys/json.h"
#include "tests/tap.h"

static json_t *parse(const char *text)
{
    json_t *v = NULL;
    struct wh_error err;
    CHECK(wh_json_parse(text, strlen(text), &v, &err) == WH_OK);
    return v;
}

static void test_json_parse__refuses_what_is_not_json(void)
{
    static const char *const bad[] = {"",     "{",   "<html>",  "{\"a\":1,\"a\":2}",
                                      "[1]x", "nul", "\"\xff\""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *v = NULL;
        struct wh_error err = {0};
        CHECK(wh_json_parse(bad[i], strlen(bad[i]), &v, &err) == WH_E_IO);
        CHECK_EQ(err.code, WH_ERR_JSON_SYNTAX);
        CHECK(v == NULL);
    }
}

static void test_json_get__names_the_path(void)
{
    json_t *v = parse("{\"logs\":[{},{\"data\":\"0x12\",\"n\":null,\"q\":\"0x01\"}]}");
    struct wh_json root = wh_json_root(v, "result"), logs, log, data, q;
    struct wh_error err = {0};
    CHECK(wh_json_get(&root, "logs", &logs, &err) == WH_OK);
    size_t n = 0;
    CHECK(wh_json_array(&logs, 10, &n, &err) == WH_OK);
    CHECK_EQ(n, 2);
    CHECK(wh_json_array(&logs, 1, &n, &err) != WH_OK);
    log = wh_json_at(&logs, 1);
    bytes32 h;
    CHECK(wh_json_get(&log, "data", &data, &err) == WH_OK);
    CHECK(wh_json_bytes32(&data, &h, &err) != WH_OK);
    CHECK(strcmp(err.what, "result.logs[1].data: not 0x and 32 bytes of hex") == 0);
    CHECK(wh_json_get(&log, "n", &q, &err) != WH_OK);
    CHECK(strcmp(err.what, "result.logs[1].n: is null") == 0);
    CHECK(wh_json_get(&log, "zz", &q, &err) != WH_OK);
    CHECK(strcmp(err.what, "result.logs[1].zz: missing") == 0);
    uint64_t u = 7;
    CHECK(wh_json_get_u64(&log, "q", &u, &err) != WH_OK);
    CHECK_EQ(u, 7);
    CHECK(!wh_json_opt(&log, "n", &q));
    struct wh_buf b = {0};
    CHECK(wh_json_get_data(&log, "data", 0, &b, &err) != WH_OK);
    CHECK_EQ(b.len, 0);
    CHECK(wh_json_get_data(&log, "data", 1, &b, &err) == WH_OK);
    CHECK_EQ(b.len, 1);
    wh_buf_done(&b);
    json_decref(v);
}

static void test_json_values__types_are_strict(void)
{
    json_t *v = parse("{\"i\":1,\"s\":\"x\",\"neg\":-1,\"f\":1.5,\"big\":\"0x10000000000000000\","
                      "\"odd\":\"0x123\",\"b\":1}");
    struct wh_json root = wh_json_root(v, "r");
    struct wh_error err;
    uint64_t u;
    u256 w;
    bool b;
    const char *s;
    struct wh_buf buf = {0};
    struct wh_json m;
    CHECK(wh_json_get_u64(&root, "i", &u, &err) != WH_OK);
    CHECK(wh_json_get_number(&root, "i", &u, &err) == WH_OK && u == 1);
    CHECK(wh_json_get_number(&root, "neg", &u, &err) != WH_OK);
    CHECK(wh_json_get_number(&root, "f", &u, &err) != WH_OK);
    CHECK(wh_json_get_string(&root, "i", &s, &err) != WH_OK);
    CHECK(wh_json_get_u64(&root, "big", &u, &err) != WH_OK);
    CHECK(wh_json_get_quantity(&root, "big", &w, &err) == WH_OK && w.w[1] == 1);
    CHECK(wh_json_get_data(&root, "odd", 10, &buf, &err) != WH_OK);
    CHECK(wh_json_get(&root, "b", &m, &err) == WH_OK);
    CHECK(wh_json_bool(&m, &b, &err) != WH_OK);
    wh_buf_done(&buf);
    json_decref(v);
}

static void test_json_writer__round_trip(void)
{
    struct wh_buf b = {0};
    struct wh_jw w;
    u256 big = {{0, 0, 0, 1}};
    wh_jw_init(&w, &b);
    wh_jw_obj(&w, NULL);
    wh_jw_str(&w, "s", "a\"b\\c\n\x01");
    wh_jw_arr(&w, "a");
    wh_jw_u64(&w, NULL, UINT64_MAX);
    wh_jw_qty(&w, NULL, 255);
    wh_jw_arr(&w, NULL);
    wh_jw_end(&w);
    wh_jw_obj(&w, NULL);
    wh_jw_end(&w);
    wh_jw_end(&w);
    wh_jw_qty256(&w, "big", &big);
    wh_jw_data(&w, "d", (const uint8_t *)"\x00\xff", 2);
    wh_jw_data(&w, "e", NULL, 0);
    wh_jw_bool(&w, "t", true);
    wh_jw_null(&w, "n");
    wh_jw_end(&w);
    CHECK(strcmp(wh_buf_cstr(&b),
                 "{\"s\":\"a\\\"b\\\\c\\u000a\\u0001\",\"a\":[18446744073709551615,\"0xff\",[],{}],"
                 "\"big\":\"0x1000000000000000000000000000000000000000000000000\",\"d\":\"0x00ff\","
                 "\"e\":\"0x\",\"t\":true,\"n\":null}") == 0);
    wh_buf_done(&b);
}

int main(void)
{
    RUN(test_json_parse__refuses_what_is_not_json);
    RUN(test_json_get__names_the_path);
    RUN(test_json_values__types_are_strict);
    RUN(test_json_writer__round_trip);
    return tap_done();
}
