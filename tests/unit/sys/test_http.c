/* SPDX-License-Identifier: MIT */
#include "proto/sys/http.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/tap.h"

static void echo(void *ctx, const struct wh_http_request *req, struct wh_http_reply *reply)
{
    (void)ctx;
    if (strcmp(req->path, "/none") == 0) {
        reply->status = 404;
        reply->content_type = "text/plain";
    }
    wh_buf_printf(&reply->body, "%s %s %zu", req->method, req->path, req->body.len);
}

/* A raw request; the whole answer into text. */
static void ask(uint16_t port, const char *request, size_t len, char *text, size_t cap)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    size_t at = 0;
    if (connect(fd, (struct sockaddr *)(void *)&sin, sizeof sin) == 0) {
        for (size_t done = 0; done < len;) {
            ssize_t n = send(fd, request + done, len - done, MSG_NOSIGNAL);
            if (n <= 0) break;
            done += (size_t)n;
        }
        ssize_t n;
        while (at + 1 < cap && (n = recv(fd, text + at, cap - 1 - at, 0)) > 0)
            at += (size_t)n;
    }
    text[at] = 0;
    close(fd);
}

static void test_http__serves_and_bounds(void)
{
    struct wh_error err = {0};
    struct wh_http *h = NULL, *again = NULL;
    struct wh_http_config c = {.handler = echo, .max_body = 1000};
    CHECK(wh_http_start(&h, &c, &err) == WH_OK);
    uint16_t port = wh_http_port(h);
    CHECK(port != 0);
    char text[4096];
    static const char get[] = "GET /x?q=1 HTTP/1.0\r\n\r\n";
    ask(port, get, sizeof get - 1, text, sizeof text);
    CHECK(strstr(text, "200 OK") && strstr(text, "GET /x 0"));
    static const char post[] = "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello";
    ask(port, post, sizeof post - 1, text, sizeof text);
    CHECK(strstr(text, "application/json") && strstr(text, "POST / 5"));
    static const char none[] = "GET /none HTTP/1.0\r\n\r\n";
    ask(port, none, sizeof none - 1, text, sizeof text);
    CHECK(strstr(text, " 404 ") && strstr(text, "text/plain"));
    char big[1200];
    int n = snprintf(big, sizeof big, "POST / HTTP/1.0\r\nContent-Length: 1100\r\n\r\n");
    memset(big + n, 'x', 1100);
    ask(port, big, (size_t)n + 1100, text, sizeof text);
    CHECK(strstr(text, " 413 ") != NULL);

    c.port = port;
    CHECK(wh_http_start(&again, &c, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_CFG_PORT);
    CHECK_EQ(err.exit_code, 3);
    c.addr = "not-an-address";
    CHECK(wh_http_start(&again, &c, &err) != WH_OK);
    wh_http_stop(h);
    wh_http_stop(NULL);
}

int main(void)
{
    RUN(test_http__serves_and_bounds);
    return tap_done();
}
