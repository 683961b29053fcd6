/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_SYS_BUF_H
#define WH_PROTO_SYS_BUF_H

/* A growing byte buffer of the heap. Zeroed = empty. A failed allocation sets `failed` and drops
 * further bytes, so that a long composition is checked once, at its end, with wh_buf_ok. */

#include "evm/base/bytes.h"
#include "evm/base/status.h"

struct wh_buf {
    uint8_t *ptr; /* owns */
    size_t len;
    size_t cap;
    bool failed;
};

void wh_buf_done(struct wh_buf *b);  /* frees; zeroes */
void wh_buf_reset(struct wh_buf *b); /* len = 0, keeps the memory */
void wh_buf_put(struct wh_buf *b, const void *bytes, size_t len);
void wh_buf_str(struct wh_buf *b, const char *s);
void wh_buf_printf(struct wh_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* wh_buf_grow appends len bytes, not set, and returns them; NULL if out of memory. */
uint8_t *wh_buf_grow(struct wh_buf *b, size_t len);
/* wh_buf_cstr ends the bytes with a NUL (not counted in len) and returns them; NULL if failed. */
const char *wh_buf_cstr(struct wh_buf *b);

static inline bool wh_buf_ok(const struct wh_buf *b)
{
    return !b->failed;
}
static inline wh_span wh_buf_span(const struct wh_buf *b)
{
    return (wh_span){b->ptr, b->len};
}

#endif
