/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_TAR_H
#define WH_TESTS_VECTORS_RUNNER_TAR_H

/* A reader of .tar.zst archives: unpacked as it is read, nothing goes to disk. Plain files and long names
 * (ustar prefix, GNU 'L', pax path) are understood, other kinds of members are passed over. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/sys/buf.h"

struct tar {
    FILE *file;  /* owns */
    void *zstd;  /* owns: ZSTD_DStream */
    uint8_t *in; /* owns */
    size_t in_len, in_at;
    uint64_t pending; /* bytes of the current member, and its padding, not read yet */
    uint64_t padding;
    char name[1024];   /* of the current member */
    size_t size;       /* of the current member */
    bool frame_open;   /* the last bytes read are not the end of a frame */
    const char *fault; /* why reading stopped; NULL: nothing wrong */
};

/* tar_open: false if the file cannot be opened. */
bool tar_open(struct tar *t, const char *path);
/* tar_next goes to the next plain file; what was not read of the last one is passed over. False at the
 * end, or at a fault. */
bool tar_next(struct tar *t);
/* tar_read appends the current member to out. */
bool tar_read(struct tar *t, struct wh_buf *out);
void tar_close(struct tar *t);

#endif
