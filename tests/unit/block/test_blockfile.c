/* SPDX-License-Identifier: MIT */
/* A real file is read; damaged ones give one clear error, never a crash and never a block. */
#include "proto/block/blockfile.h"

#include "evm/native/crypto.h"
#include "proto/sys/file.h"
#include "tests/tap.h"

static const char *root;
static struct wh_buf packed, text;

static void load(void)
{
    char path[1024];
    struct wh_error err = {0};
    snprintf(path, sizeof path, "%s/tests/data/blocks/mainnet-1149999.json.zst", root);
    CHECK_EQ(wh_file_read(path, 1 << 24, &packed, &err), WH_OK);
    CHECK_EQ(wh_zstd_unpack(wh_buf_span(&packed), 1 << 24, &text, &err), WH_OK);
    (void)wh_buf_cstr(&text);
}

static wh_status parse(wh_span bytes, struct wh_error *err)
{
    struct blockfile f;
    wh_error_clear(err);
    wh_status status = blockfile_parse("file", bytes, wh_native_crypto(), &f, err);
    blockfile_close(&f);
    return status;
}

static void test_blockfile_parse__reads_plain_and_packed(void)
{
    struct wh_error err = {0};
    struct blockfile f;
    CHECK_EQ(parse(wh_buf_span(&text), &err), WH_OK);
    CHECK_EQ(blockfile_parse("file", wh_buf_span(&packed), wh_native_crypto(), &f, &err), WH_OK);
    CHECK_EQ(f.number, 1149999);
    CHECK(f.tx_count == 1 && f.has_parent && !f.has_withdrawals && f.has_reference);
    CHECK_EQ(f.parent.number, 1149998);
    wh_span bytes;
    CHECK_EQ(blockfile_get(&f, &f.parent.state_root, &bytes), WH_OK);
    bytes32 other = f.parent.state_root;
    other.b[0] ^= 1;
    CHECK_EQ(blockfile_get(&f, &other, &bytes), WH_E_MISSING);
    blockfile_close(&f);
}

static void test_blockfile_parse__truncated_zstd_is_one_clear_error(void)
{
    struct wh_error err;
    for (size_t n = 0; n < packed.len; n += 97) {
        CHECK(parse(wh_span_of(packed.ptr, n), &err) < 0);
        CHECK_EQ(err.code, n < 4 ? WH_ERR_FILE_FORM : WH_ERR_FILE_TRUNCATED);
        CHECK_EQ(err.exit_code, WH_EXIT_UNKNOWN);
        CHECK(strncmp(err.what, "file: ", 6) == 0);
    }
}

static void test_blockfile_parse__truncated_json_is_one_clear_error(void)
{
    struct wh_error err;
    for (size_t n = 0; n < text.len; n += 211) {
        CHECK(parse(wh_span_of(text.ptr, n), &err) < 0);
        CHECK_EQ(err.code, n == 0 ? WH_ERR_FILE_FORM : WH_ERR_JSON_SYNTAX);
        CHECK_EQ(err.exit_code, WH_EXIT_UNKNOWN);
    }
}

/* Replaces the first `from` by `to` (same length) and gives the error. */
static void check_edit(const char *from, const char *to, enum wh_err code, const char *says)
{
    struct wh_error err;
    struct wh_buf copy = {0};
    wh_buf_put(&copy, text.ptr, text.len);
    char *at = memmem(copy.ptr, copy.len, from, strlen(from));
    CHECK(at != NULL && strlen(from) == strlen(to));
    if (at != NULL) memcpy(at, to, strlen(to));
    CHECK(parse(wh_buf_span(&copy), &err) < 0);
    CHECK_EQ(err.code, code);
    if (strstr(err.what, says) == NULL) printf("# %s\n", err.what);
    CHECK(strstr(err.what, says) != NULL);
    wh_buf_done(&copy);
}

static void test_blockfile_parse__names_the_wrong_field(void)
{
    check_edit("stateless-block/1", "stateless-block/2", WH_ERR_JSON_FIELD, "format");
    check_edit("\"header\":\"0x", "\"header\":\"1x", WH_ERR_JSON_FIELD, "header");
    check_edit("\"header\":\"0xf", "\"header\":\"0xg", WH_ERR_JSON_FIELD, "header");
    check_edit("\"header\":\"0xf9", "\"header\":\"0xf8", WH_ERR_JSON_FIELD, "header");
    check_edit("\"hash\":\"0x", "\"hash\":\"0y", WH_ERR_JSON_FIELD, "hash");
    check_edit("\"number\":1149999", "\"number\":1149998", WH_ERR_JSON_FIELD, "number");
    check_edit("\"number\":1149999", "\"number\":\"14999\"", WH_ERR_JSON_FIELD, "number");
    check_edit("\"parentHeader\":\"0xf90", "\"parentHeader\":\"0xf91", WH_ERR_JSON_FIELD,
               "parentHeader");
    check_edit("\"witness\"", "\"witless\"", WH_ERR_JSON_FIELD, "witness");
    check_edit("\"transactions\"", "\"transactionz\"", WH_ERR_JSON_FIELD, "transactions");
}

static void test_blockfile_open__missing_file(void)
{
    struct wh_error err = {0};
    struct blockfile f;
    CHECK(blockfile_open("/no/such/file", wh_native_crypto(), &f, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_FILE_READ);
    CHECK_EQ(err.exit_code, WH_EXIT_UNKNOWN);
}

int main(int argc, char **argv)
{
    (void)argc;
    root = argv[1];
    load();
    RUN(test_blockfile_parse__reads_plain_and_packed);
    RUN(test_blockfile_parse__truncated_zstd_is_one_clear_error);
    RUN(test_blockfile_parse__truncated_json_is_one_clear_error);
    RUN(test_blockfile_parse__names_the_wrong_field);
    RUN(test_blockfile_open__missing_file);
    wh_buf_done(&packed);
    wh_buf_done(&text);
    return tap_done();
}
