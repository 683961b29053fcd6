/* SPDX-License-Identifier: MIT */
/* The transport over libcurl: one handle, so connections are kept and used again. */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l1/rpc_private.h"

struct l1_curl {
    CURL *easy;
    struct curl_slist *headers;
};

struct sink {
    struct wh_buf *out;
    size_t max;
    bool over;
};

static size_t on_data(char *p, size_t size, size_t n, void *user)
{
    struct sink *s = user;
    size_t len = size * n;
    if (len > s->max - s->out->len) {
        s->over = true;
        return 0;
    }
    wh_buf_put(s->out, p, len);
    return wh_buf_ok(s->out) ? len : 0;
}

wh_status l1_curl_open(void **out, uint64_t timeout_ms, struct wh_error *err)
{
    static bool started; /* curl's own global state; opened before any thread exists */
    if (!started && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return wh_fail(err, WH_ERR_SYS, "libcurl does not start");
    started = true;
    struct l1_curl *c = calloc(1, sizeof *c);
    if (c == NULL) return wh_fail(err, WH_ERR_NOMEM, "HTTP client");
    c->easy = curl_easy_init();
    c->headers = curl_slist_append(NULL, "Content-Type: application/json");
    struct curl_slist *more = curl_slist_append(c->headers, "Expect:");
    if (c->easy == NULL || c->headers == NULL || more == NULL) {
        l1_curl_close(c);
        return wh_fail(err, WH_ERR_NOMEM, "HTTP client");
    }
    CURL *e = c->easy;
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_POST, 1L);
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, c->headers);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)(timeout_ms < 5000 ? timeout_ms : 5000));
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(e, CURLOPT_USERAGENT, "whittle");
    *out = c;
    return WH_OK;
}

void l1_curl_close(void *curl)
{
    struct l1_curl *c = curl;
    if (c == NULL) return;
    if (c->easy) curl_easy_cleanup(c->easy);
    curl_slist_free_all(c->headers);
    free(c);
}

wh_status l1_curl_post(void *ctx, const char *url, wh_span body, size_t max_reply,
                       long *http_status, struct wh_buf *reply, struct wh_error *err)
{
    struct l1_curl *c = ctx;
    struct sink sink = {reply, max_reply, false};
    curl_easy_setopt(c->easy, CURLOPT_URL, url);
    curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, (const char *)body.ptr);
    curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, &sink);
    CURLcode rc = curl_easy_perform(c->easy);
    if (sink.over) return wh_fail(err, WH_ERR_RPC_SIZE, "answer of more than %zu bytes", max_reply);
    if (rc == CURLE_OPERATION_TIMEDOUT)
        return wh_fail(err, WH_ERR_RPC_TIMEOUT, "%s", curl_easy_strerror(rc));
    if (rc == CURLE_OUT_OF_MEMORY || rc == CURLE_WRITE_ERROR)
        return wh_fail(err, WH_ERR_NOMEM, "a request or its answer");
    if (rc != CURLE_OK) return wh_fail(err, WH_ERR_RPC_CONNECT, "%s", curl_easy_strerror(rc));
    curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, http_status);
    return WH_OK;
}
