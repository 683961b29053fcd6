/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_SYS_FILE_H
#define WH_PROTO_SYS_FILE_H

/* Whole files with bounds, zstd, the lock of a data directory, the clock. */

#include "proto/sys/buf.h"
#include "proto/sys/error.h"

/* wh_file_read appends the file to *out; more than max bytes is refused (WH_ERR_FILE_SIZE). */
WH_MUST wh_status wh_file_read(const char *path, size_t max, struct wh_buf *out,
                               struct wh_error *err);
/* wh_file_read_any: as wh_file_read, but a file that starts with zstd's magic is unpacked; max
 * bounds the unpacked bytes. Truncated or damaged: WH_ERR_FILE_TRUNCATED. */
WH_MUST wh_status wh_file_read_any(const char *path, size_t max, struct wh_buf *out,
                                   struct wh_error *err);
/* wh_file_write replaces the file at once (temporary file, fsync, rename), mode as given. */
WH_MUST wh_status wh_file_write(const char *path, const void *bytes, size_t len, unsigned mode,
                                struct wh_error *err);

/* wh_zstd_pack and wh_zstd_unpack append to *out. unpack: one or more whole frames, at most max
 * bytes in all. */
WH_MUST wh_status wh_zstd_pack(wh_span in, int level, struct wh_buf *out, struct wh_error *err);
WH_MUST wh_status wh_zstd_unpack(wh_span in, size_t max, struct wh_buf *out, struct wh_error *err);

/* wh_datadir_open makes the directory (0700) if it is missing and takes its lock (flock on
 * dir/lock). Held by another process: WH_ERR_STORE_LOCKED. *fd is closed by wh_datadir_close; the
 * kernel gives the lock back when the process ends, however it ends. */
WH_MUST wh_status wh_datadir_open(const char *dir, int *fd, struct wh_error *err);
void wh_datadir_close(int fd);

/* Clocks: wall in ms since 1970; monotonic in ms. wh_sleep_ms ends early on a signal. */
uint64_t wh_now_ms(void);
uint64_t wh_mono_ms(void);
void wh_sleep_ms(uint64_t ms);
/* wh_random fills bytes from the kernel. */
WH_MUST wh_status wh_random(uint8_t *out, size_t len, struct wh_error *err);

#endif
