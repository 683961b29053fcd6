/* SPDX-License-Identifier: MIT */
#include "proto/sys/file.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/tap.h"

static char dir[] = "file_test_XXXXXX";

static const char *in_dir(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void test_file_read__bounds(void)
{
    struct wh_buf b = {0};
    struct wh_error err = {0};
    CHECK(wh_file_write(in_dir("a"), "hello", 5, 0600, &err) == WH_OK);
    struct stat sb;
    CHECK(stat(in_dir("a"), &sb) == 0 && (sb.st_mode & 0777) == 0600);
    CHECK(wh_file_read(in_dir("a"), 5, &b, &err) == WH_OK);
    CHECK_EQ(b.len, 5);
    CHECK(wh_file_read(in_dir("a"), 4, &b, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_FILE_SIZE);
    CHECK_EQ(b.len, 5);
    CHECK(wh_file_read(in_dir("missing"), 4, &b, &err) != WH_OK);
    CHECK_EQ(err.exit_code, 7);
    CHECK(wh_file_read(dir, 4, &b, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_FILE_READ);
    CHECK(wh_file_write("no/such/dir/x", "x", 1, 0600, &err) != WH_OK);
    wh_buf_done(&b);
}

static void test_zstd__round_trip_truncated_bounded(void)
{
    struct wh_buf plain = {0}, packed = {0}, back = {0};
    struct wh_error err = {0};
    for (unsigned i = 0; i < 50000; i++)
        wh_buf_printf(&plain, "%u,", i * i);
    CHECK(wh_zstd_pack(wh_buf_span(&plain), 3, &packed, &err) == WH_OK);
    CHECK(packed.len < plain.len);
    CHECK(wh_zstd_unpack(wh_buf_span(&packed), plain.len, &back, &err) == WH_OK);
    CHECK_EQ(back.len, plain.len);
    CHECK_MEM(back.ptr, plain.ptr, plain.len);
    wh_buf_reset(&back);
    CHECK(wh_zstd_unpack(wh_buf_span(&packed), plain.len - 1, &back, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_FILE_SIZE);
    CHECK_EQ(back.len, 0);
    for (size_t cut = 0; cut < packed.len; cut += cut < 32 ? 1 : packed.len / 7) {
        CHECK(wh_zstd_unpack((wh_span){packed.ptr, cut}, plain.len, &back, &err) != WH_OK);
        CHECK_EQ(err.code, WH_ERR_FILE_TRUNCATED);
        CHECK_EQ(err.exit_code, 7);
    }
    packed.ptr[packed.len / 2] ^= 0x55;
    wh_buf_reset(&back);
    if (wh_zstd_unpack(wh_buf_span(&packed), plain.len, &back, &err) == WH_OK)
        CHECK(memcmp(back.ptr, plain.ptr, back.len) != 0);
    packed.ptr[packed.len / 2] ^= 0x55;

    CHECK(wh_file_write(in_dir("z"), packed.ptr, packed.len, 0600, &err) == WH_OK);
    wh_buf_reset(&back);
    CHECK(wh_file_read_any(in_dir("z"), plain.len, &back, &err) == WH_OK);
    CHECK_EQ(back.len, plain.len);
    CHECK(wh_file_write(in_dir("z"), packed.ptr, packed.len - 9, 0600, &err) == WH_OK);
    CHECK(wh_file_read_any(in_dir("z"), plain.len, &back, &err) != WH_OK);
    CHECK(strstr(err.what, "/z: zstd") != NULL);
    wh_buf_reset(&back);
    CHECK(wh_file_read_any(in_dir("a"), 100, &back, &err) == WH_OK);
    CHECK_MEM(back.ptr, "hello", 5);
    wh_buf_done(&plain);
    wh_buf_done(&packed);
    wh_buf_done(&back);
}

static void test_datadir__one_holder(void)
{
    int a = -1, b = -1;
    struct wh_error err = {0};
    CHECK(wh_datadir_open(dir, &a, &err) == WH_OK);
    CHECK(wh_datadir_open(dir, &b, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_STORE_LOCKED);
    CHECK_EQ(err.exit_code, 5);
    wh_datadir_close(a);
    CHECK(wh_datadir_open(dir, &b, &err) == WH_OK);
    wh_datadir_close(b);
    CHECK(wh_datadir_open("no/such/dir", &b, &err) != WH_OK);
}

int main(void)
{
    if (mkdtemp(dir) == NULL) return 1;
    RUN(test_file_read__bounds);
    RUN(test_zstd__round_trip_truncated_bounded);
    RUN(test_datadir__one_holder);
    unlink(in_dir("a"));
    unlink(in_dir("z"));
    unlink(in_dir("lock"));
    rmdir(dir);
    return tap_done();
}
