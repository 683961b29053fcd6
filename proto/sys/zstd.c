/* SPDX-License-Identifier: MIT */
/* Whole-buffer zstd with bounds; the sizes in a frame's head are never believed. */
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "proto/sys/file.h"

wh_status wh_zstd_pack(wh_span in, int level, struct wh_buf *out, struct wh_error *err)
{
    size_t bound = ZSTD_compressBound(in.len);
    size_t start = out->len;
    uint8_t *at = wh_buf_grow(out, bound);
    if (at == NULL) return wh_fail(err, WH_ERR_NOMEM, "packing %zu bytes", in.len);
    size_t n = ZSTD_compress(at, bound, in.ptr, in.len, level);
    if (ZSTD_isError(n)) {
        out->len = start;
        return wh_fail(err, WH_ERR_NOMEM, "zstd: %s", ZSTD_getErrorName(n));
    }
    out->len = start + n;
    return WH_OK;
}

wh_status wh_zstd_unpack(wh_span in, size_t max, struct wh_buf *out, struct wh_error *err)
{
    ZSTD_DStream *z = ZSTD_createDStream();
    if (z == NULL) return wh_fail(err, WH_ERR_NOMEM, "zstd stream");
    wh_status st = WH_OK;
    size_t start = out->len;
    ZSTD_inBuffer src = {in.ptr, in.len, 0};
    size_t more = 1; /* 0: a frame has just ended */
    bool full = false;
    while (src.pos < src.size || full) {
        uint8_t *at = wh_buf_grow(out, 65536);
        if (at == NULL) {
            st = wh_fail(err, WH_ERR_NOMEM, "unpacking zstd");
            goto out;
        }
        ZSTD_outBuffer dst = {at, 65536, 0};
        more = ZSTD_decompressStream(z, &dst, &src);
        out->len -= 65536 - dst.pos;
        full = dst.pos == dst.size;
        if (ZSTD_isError(more)) {
            bool poor = ZSTD_getErrorCode(more) == ZSTD_error_memory_allocation;
            st = wh_fail(err, poor ? WH_ERR_NOMEM : WH_ERR_FILE_TRUNCATED, "zstd: %s",
                         ZSTD_getErrorName(more));
            goto out;
        }
        if (out->len - start > max) {
            st = wh_fail(err, WH_ERR_FILE_SIZE, "unpacks to more than %zu bytes", max);
            goto out;
        }
        if (more == 0 && src.pos == src.size) break;
    }
    if (more != 0)
        st = wh_fail(err, WH_ERR_FILE_TRUNCATED, "zstd: ends early, after %zu bytes", in.len);
out:
    ZSTD_freeDStream(z);
    if (st != WH_OK && !out->failed) out->len = start;
    return st;
}

wh_status wh_file_read_any(const char *path, size_t max, struct wh_buf *out, struct wh_error *err)
{
    static const uint8_t magic[4] = {0x28, 0xb5, 0x2f, 0xfd};
    struct wh_buf raw = {0};
    wh_status st = wh_file_read(path, max, &raw, err);
    if (st == WH_OK) {
        if (raw.len >= 4 && memcmp(raw.ptr, magic, 4) == 0) {
            st = wh_zstd_unpack(wh_buf_span(&raw), max, out, err);
            if (st != WH_OK) wh_error_prefix(err, "%s: ", path);
        } else {
            wh_buf_put(out, raw.ptr, raw.len);
            if (!wh_buf_ok(out)) st = wh_fail(err, WH_ERR_NOMEM, "reading %s", path);
        }
    }
    wh_buf_done(&raw);
    return st;
}
