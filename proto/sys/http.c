/* SPDX-License-Identifier: MIT */
#include "proto/sys/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct wh_http {
    struct MHD_Daemon *daemon;
    struct wh_http_config config;
    uint16_t port;
};

/* One request while its body arrives. */
struct call {
    struct wh_buf body;
    bool too_large;
};

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *type,
                              const void *bytes, size_t len)
{
    /* MHD copies: it takes a non-const pointer for the two other modes. */
    void *copy = len ? malloc(len) : NULL;
    if (len && copy == NULL) return MHD_NO;
    if (len) memcpy(copy, bytes, len);
    struct MHD_Response *r = MHD_create_response_from_buffer(len, copy, MHD_RESPMEM_MUST_FREE);
    if (r == NULL) {
        free(copy);
        return MHD_NO;
    }
    enum MHD_Result ok = MHD_YES;
    if (type) ok = MHD_add_response_header(r, "Content-Type", type);
    if (ok == MHD_YES) ok = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return ok;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **slot)
{
    (void)version;
    struct wh_http *h = cls;
    struct call *call = *slot;
    if (call == NULL) {
        *slot = call = calloc(1, sizeof *call);
        return call ? MHD_YES : MHD_NO;
    }
    if (*data_len > 0) {
        if (*data_len > h->config.max_body - call->body.len) call->too_large = true;
        if (!call->too_large) wh_buf_put(&call->body, data, *data_len);
        *data_len = 0;
        return MHD_YES;
    }
    if (call->too_large || !wh_buf_ok(&call->body)) {
        static const char text[] = "request too large\n";
        return answer(c, 413, "text/plain", text, sizeof text - 1);
    }
    struct wh_http_request req = {method, url, wh_buf_span(&call->body)};
    struct wh_http_reply reply = {200, "application/json", {0}};
    h->config.handler(h->config.ctx, &req, &reply);
    enum MHD_Result ok = wh_buf_ok(&reply.body) ? answer(c, reply.status, reply.content_type,
                                                         reply.body.ptr, reply.body.len)
                                                : MHD_NO;
    wh_buf_done(&reply.body);
    return ok;
}

static void on_end(void *cls, struct MHD_Connection *c, void **slot,
                   enum MHD_RequestTerminationCode how)
{
    (void)cls, (void)c, (void)how;
    struct call *call = *slot;
    if (call == NULL) return;
    wh_buf_done(&call->body);
    free(call);
    *slot = NULL;
}

/* Binds ourselves: MHD does not say why it failed. */
static wh_status listen_on(const char *addr, uint16_t port, int *out, uint16_t *bound,
                           struct wh_error *err)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, addr, &sin.sin_addr) != 1)
        return wh_fail(err, WH_ERR_CFG_LISTEN, "%s is not an IPv4 address", addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return wh_fail(err, WH_ERR_CFG_LISTEN, "socket: %s", strerror(errno));
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    socklen_t len = sizeof sin;
    struct sockaddr *sa = (struct sockaddr *)(void *)&sin;
    if (bind(fd, sa, len) != 0 || listen(fd, 64) != 0 || getsockname(fd, sa, &len) != 0) {
        int why = errno;
        close(fd);
        return wh_fail(err, why == EADDRINUSE ? WH_ERR_CFG_PORT : WH_ERR_CFG_LISTEN,
                       "cannot listen on %s:%u: %s", addr, port, strerror(why));
    }
    *out = fd;
    *bound = ntohs(sin.sin_port);
    return WH_OK;
}

wh_status wh_http_start(struct wh_http **out, const struct wh_http_config *config,
                        struct wh_error *err)
{
    struct wh_http *h = calloc(1, sizeof *h);
    if (h == NULL) return wh_fail(err, WH_ERR_NOMEM, "HTTP server");
    h->config = *config;
    if (h->config.max_body == 0) h->config.max_body = (size_t)16 << 20;
    int fd = -1;
    wh_status st =
        listen_on(config->addr ? config->addr : "127.0.0.1", config->port, &fd, &h->port, err);
    if (st == WH_OK) {
        h->daemon = MHD_start_daemon(
            MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, h, MHD_OPTION_LISTEN_SOCKET,
            fd, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_CONNECTION_TIMEOUT, 120u,
            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)65536, MHD_OPTION_END);
        if (h->daemon == NULL) {
            close(fd);
            st = wh_fail(err, WH_ERR_CFG_LISTEN, "the HTTP server does not start on port %u",
                         h->port);
        }
    }
    if (st != WH_OK) {
        free(h);
        return st;
    }
    *out = h;
    return WH_OK;
}

uint16_t wh_http_port(const struct wh_http *h)
{
    return h->port;
}

void wh_http_stop(struct wh_http *h)
{
    if (h == NULL) return;
    MHD_stop_daemon(h->daemon);
    free(h);
}
