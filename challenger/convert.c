/* SPDX-License-Identifier: MIT */
/* `convert FILE... OUT`: the same block in another form, for other programs. */
#include <stdio.h>

#include "challenger/check.h"
#include "evm/native/crypto.h"
#include "proto/block/write.h"
#include "proto/sys/file.h"

static wh_status convert(const struct check_how *how, const char *const *paths, size_t count,
                         enum block_form form, const char *out, struct wh_error *err)
{
    struct blockfile f = {0};
    struct wh_buf bytes = {0};
    const struct evm_crypto *crypto = wh_native_crypto();
    if (crypto == NULL) return wh_fail(err, WH_ERR_CRYPTO, "setting up the crypto libraries");
    WH_TRY(fileset_read_one(paths, count, &how->hints, crypto, &f, err));
    wh_status status = block_write(&f, form, &bytes, err);
    blockfile_close(&f);
    if (status == WH_OK) status = wh_file_write(out, bytes.ptr, bytes.len, 0644, err);
    if (status == WH_OK && !how->quiet)
        printf("%s: %s, %zu bytes\n", out, block_form_what(form), bytes.len);
    wh_buf_done(&bytes);
    return status;
}

int convert_files(const struct check_how *how, const char *const *paths, size_t count,
                  const char *form, const char *out)
{
    enum block_form to;
    struct wh_error err = {0};
    wh_status status = block_form_find(form, &to)
                           ? convert(how, paths, count, to, out, &err)
                           : wh_fail(&err, WH_ERR_CLI_VALUE, "--form %s", form);
    return status == WH_OK ? WH_EXIT_OK : wh_error_print(stderr, how->program, &err);
}
