/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_SYS_HTTP_H
#define WH_PROTO_SYS_HTTP_H

/* A small HTTP server on libmicrohttpd: whole requests in, whole replies out. One thread calls the
 * handler, so requests never run at the same time. */

#include "proto/sys/buf.h"
#include "proto/sys/error.h"

struct wh_http_request {
    const char *method; /* "GET", "POST" */
    const char *path;   /* without the query */
    wh_span body;
};

struct wh_http_reply {
    unsigned status;          /* 200 unless the handler says otherwise */
    const char *content_type; /* static; "application/json" unless set */
    struct wh_buf body;
};

typedef void wh_http_handler(void *ctx, const struct wh_http_request *req,
                             struct wh_http_reply *reply);

struct wh_http_config {
    const char *addr; /* NULL: 127.0.0.1 */
    uint16_t port;    /* 0: a free one */
    size_t max_body;  /* more is answered 413; 0: 16 MiB */
    wh_http_handler *handler;
    void *ctx; /* borrowed */
};

struct wh_http;

/* wh_http_start listens and serves in a thread of its own. Port taken: WH_ERR_CFG_PORT. */
WH_MUST wh_status wh_http_start(struct wh_http **out, const struct wh_http_config *config,
                                struct wh_error *err);
uint16_t wh_http_port(const struct wh_http *h);
void wh_http_stop(struct wh_http *h); /* takes NULL */

#endif
