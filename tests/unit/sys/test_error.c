/* SPDX-License-Identifier: MIT */
/* Errors and the log: forms that scripts read. */
#include "proto/sys/error.h"

#include <stdlib.h>

#include "proto/sys/json.h"
#include "proto/sys/log.h"
#include "tests/tap.h"

static char *text;
static size_t text_len;

static void test_error_print__three_lines(void)
{
    struct wh_error err = {0};
    CHECK(wh_fail(&err, WH_ERR_RPC_QUORUM, "endpoint #%d\nforged: line", 2) == WH_E_NET);
    CHECK_EQ(err.exit_code, 4);
    wh_error_prefix(&err, "block %d: ", 7);
    FILE *f = open_memstream(&text, &text_len);
    CHECK_EQ(wh_error_print(f, "whittle-x", &err), 4);
    fclose(f);
    CHECK(strncmp(text,
                  "whittle-x: W-RPC-012: block 7: endpoint #2 forged: line\n  why: an endpoint",
                  73) == 0);
    CHECK(strstr(text, "\n  do:  pin one node") != NULL);
    free(text);
    text = NULL;
    CHECK(wh_fail(NULL, WH_ERR_STORE_FULL, "x") == WH_E_IO);
}

static void test_errors__ids_are_unique_and_negative(void)
{
    for (unsigned i = 1; i < WH_ERR_COUNT; i++) {
        CHECK(wh_err_status((enum wh_err)i) < 0); /* trouble of a process is never a verdict */
        CHECK(wh_err_exit((enum wh_err)i) > 0);
        CHECK(wh_err_why((enum wh_err)i)[0] && wh_err_do((enum wh_err)i)[0]);
        for (unsigned k = 1; k < i; k++)
            CHECK(strcmp(wh_err_id((enum wh_err)i), wh_err_id((enum wh_err)k)) != 0);
    }
}

static const char *logged(enum wh_log_format format)
{
    free(text);
    text = NULL;
    FILE *f = open_memstream(&text, &text_len);
    wh_log_init(f, WH_LEVEL_INFO, format);
    bytes32 h = {{0xab}};
    WH_LOG(DEBUG, TX_SENT, "hidden", WH_F_U64("n", 1));
    WH_LOG(INFO, TX_SENT, "split sent", WH_F_B32("tx", &h), WH_F_U64("nonce", 3),
           WH_F_STR("note", "a \"b\"\nc"));
    fclose(f);
    wh_log_init(stderr, WH_LEVEL_INFO, WH_LOG_TEXT);
    return text;
}

static void test_log__formats(void)
{
    const char *s = logged(WH_LOG_TEXT);
    CHECK(strstr(s, " info  tx.sent split sent tx=0xab00") != NULL);
    CHECK(strstr(s, " nonce=3 note=\"a \\\"b\\\"\\u000ac\"\n") != NULL);
    CHECK(strstr(s, "hidden") == NULL);
    s = logged(WH_LOG_LOGFMT);
    CHECK(strncmp(s, "ts=", 3) == 0);
    CHECK(strstr(s, " level=info event=tx.sent msg=\"split sent\" tx=0xab") != NULL);
    s = logged(WH_LOG_JSON);
    json_t *v = NULL;
    CHECK(wh_json_parse(s, strlen(s), &v, NULL) == WH_OK);
    CHECK_EQ(json_integer_value(json_object_get(v, "nonce")), 3);
    CHECK(strcmp(json_string_value(json_object_get(v, "event")), "tx.sent") == 0);
    json_decref(v);
    free(text);
}

int main(void)
{
    RUN(test_error_print__three_lines);
    RUN(test_errors__ids_are_unique_and_negative);
    RUN(test_log__formats);
    return tap_done();
}
