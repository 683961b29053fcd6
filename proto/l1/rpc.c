/* SPDX-License-Identifier: MIT */
/* Endpoints, requests, fail-over. Answers are read in rpc_answer.c, methods are in rpc_eth.c and
 * rpc_logs.c. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l1/rpc_private.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/log.h"

#define ASK_AGAIN    2u /* times that a read of an unknown block is asked again */
#define ASK_PAUSE_MS 40u

/* "@FILE": the URL is the file's first line, so that access keys stay off the command line. */
static wh_status read_url(const char *text, char **out, struct wh_error *err)
{
    if (text[0] != '@') {
        *out = strdup(text);
        return *out ? WH_OK : wh_fail(err, WH_ERR_NOMEM, "URL");
    }
    struct wh_buf b = {0};
    wh_status st = wh_file_read(text + 1, 4096, &b, err);
    if (st == WH_OK) {
        const char *s = wh_buf_cstr(&b);
        *out = s ? strndup(s, strcspn(s, "\r\n")) : NULL;
        if (*out == NULL) st = wh_fail(err, WH_ERR_NOMEM, "URL");
    }
    wh_buf_done(&b);
    return st;
}

wh_status l1_rpc_open(struct l1_rpc **out, const struct l1_rpc_config *config, struct wh_error *err)
{
    if (config->url_count == 0 || config->url_count > L1_ENDPOINTS_MAX)
        return wh_fail(err, WH_ERR_CLI_MISSING, "no L1 endpoint: --l1-eth-rpc URL");
    struct l1_rpc *r = calloc(1, sizeof *r);
    if (r == NULL) return wh_fail(err, WH_ERR_NOMEM, "L1 client");
    r->config = *config;
    if (r->config.quorum == 0) r->config.quorum = 1;
    if (r->config.timeout_ms == 0) r->config.timeout_ms = 10000;
    if (r->config.max_body == 0) r->config.max_body = (size_t)64 << 20;
    if (r->config.batch == 0) r->config.batch = 20;
    if (r->config.max_log_blocks == 0) r->config.max_log_blocks = 5000;
    r->next_id = 1;
    wh_status st = WH_OK;
    if (r->config.quorum > config->url_count)
        st = wh_fail(err, WH_ERR_CLI_VALUE, "--l1-quorum %u with %zu endpoints", r->config.quorum,
                     config->url_count);
    for (size_t i = 0; st == WH_OK && i < config->url_count; i++) {
        st = read_url(config->urls[i], &r->ends[i].url, err);
        if (st == WH_OK) r->end_count = i + 1;
    }
    if (st == WH_OK && config->transport == NULL) {
        st = l1_curl_open(&r->curl, r->config.timeout_ms, err);
        r->config.transport = l1_curl_post;
        r->config.transport_ctx = r->curl;
    }
    if (st != WH_OK) {
        l1_rpc_close(r);
        return st;
    }
    *out = r;
    return WH_OK;
}

void l1_rpc_close(struct l1_rpc *r)
{
    if (r == NULL) return;
    for (size_t i = 0; i < L1_ENDPOINTS_MAX; i++)
        free(r->ends[i].url);
    l1_curl_close(r->curl);
    wh_buf_done(&r->request);
    wh_buf_done(&r->reply);
    wh_buf_done(&r->fault.data);
    free(r);
}

unsigned l1_rpc_quorum(const struct l1_rpc *r)
{
    return r->config.quorum;
}

const struct l1_fault *l1_rpc_fault(const struct l1_rpc *r)
{
    return &r->fault;
}

static int dump_to(const char *bytes, size_t len, void *ctx)
{
    wh_buf_put(ctx, bytes, len);
    return 0;
}

static void put_request(struct l1_rpc *r, const char *method, const json_t *params, uint64_t id)
{
    wh_buf_printf(&r->request,
                  "{\"jsonrpc\":\"2.0\",\"id\":%" PRIu64 ",\"method\":\"%s\",\"params\":", id,
                  method);
    if (params == NULL)
        wh_buf_str(&r->request, "[]");
    else if (json_dump_callback(params, dump_to, &r->request, JSON_COMPACT) != 0)
        r->request.failed = true;
    wh_buf_str(&r->request, "}");
}

/* Sends r->request to one endpoint; the body is in r->reply. */
static wh_status post(struct l1_rpc *r, size_t end, const char *method, struct wh_error *err)
{
    if (!wh_buf_ok(&r->request)) return wh_fail(err, WH_ERR_NOMEM, "%s request", method);
    wh_buf_reset(&r->reply);
    long http = 0;
    wh_status st =
        r->config.transport(r->config.transport_ctx, r->ends[end].url, wh_buf_span(&r->request),
                            r->config.max_body, &http, &r->reply, err);
    if (st == WH_OK && http == 429)
        st = wh_fail(err, WH_ERR_RPC_LIMIT, "HTTP status 429 (too many requests)");
    else if (st == WH_OK && http == 413)
        st = wh_fail(err, WH_ERR_RPC_LIMIT, "HTTP status 413 (request too large)");
    else if (st == WH_OK && http != 200)
        st = wh_fail(err, WH_ERR_RPC_HTTP, "HTTP status %ld", http);
    if (st != WH_OK) wh_error_prefix(err, "endpoint #%zu, %s: ", end + 1, method);
    return st;
}

wh_status l1_rpc_ask(struct l1_rpc *r, size_t end, const char *method, json_t *params,
                     json_t **result, struct wh_error *err)
{
    uint64_t id = r->next_id++;
    wh_buf_reset(&r->request);
    put_request(r, method, params, id);
    WH_TRY(post(r, end, method, err));
    wh_status st = l1_answer_one(r, method, id, result, err);
    if (st != WH_OK) wh_error_prefix(err, "endpoint #%zu, ", end + 1);
    return st;
}

static wh_status ask_batch(struct l1_rpc *r, size_t end, const char *method, size_t n,
                           json_t **params, json_t **results, struct wh_error *err)
{
    uint64_t first = r->next_id;
    r->next_id += n;
    wh_buf_reset(&r->request);
    for (size_t i = 0; i < n; i++) {
        wh_buf_str(&r->request, i ? "," : "[");
        put_request(r, method, params[i], first + i);
    }
    wh_buf_str(&r->request, "]");
    WH_TRY(post(r, end, method, err));
    wh_status st = l1_answer_batch(r, method, first, n, results, err);
    if (st != WH_OK) wh_error_prefix(err, "endpoint #%zu, ", end + 1);
    return st;
}

/* Is this the endpoint's trouble, so that another one may do better? */
static bool another_may_help(enum wh_err code)
{
    return code == WH_ERR_RPC_CONNECT || code == WH_ERR_RPC_TIMEOUT || code == WH_ERR_RPC_HTTP ||
           code == WH_ERR_RPC_JSON || code == WH_ERR_RPC_FORM || code == WH_ERR_RPC_NULL ||
           code == WH_ERR_RPC_LIMIT || code == WH_ERR_RPC_PRUNED || code == WH_ERR_RPC_SIZE;
}

static bool is_outage(enum wh_err code)
{
    return code == WH_ERR_RPC_CONNECT || code == WH_ERR_RPC_TIMEOUT || code == WH_ERR_RPC_HTTP ||
           code == WH_ERR_RPC_JSON || code == WH_ERR_RPC_FORM;
}

static void mark(struct l1_rpc *r, size_t end, bool ok)
{
    struct l1_endpoint *e = &r->ends[end];
    if (ok) {
        e->fails = 0;
        e->down_until_ms = 0;
        return;
    }
    unsigned shift = e->fails < 6 ? e->fails : 6;
    e->fails++;
    e->down_until_ms = wh_mono_ms() + (UINT64_C(1000) << shift); /* 1 s, 2 s, .. 64 s */
}

/* Order of trial: from `current` on, those that are down last. */
static void order_of(const struct l1_rpc *r, size_t order[L1_ENDPOINTS_MAX])
{
    uint64_t now = wh_mono_ms();
    size_t n = r->end_count, k = 0;
    for (int down = 0; down < 2; down++)
        for (size_t i = 0; i < n; i++) {
            size_t end = (r->current + i) % n;
            if ((r->ends[end].down_until_ms > now) == (down == 1)) order[k++] = end;
        }
}

/* One request (n == 1) or one batch, with fail-over. */
static wh_status ask_once(struct l1_rpc *r, const char *method, size_t n, json_t **params,
                          json_t **results, bool null_ok, struct wh_error *err)
{
    struct wh_error first = {0}, local = {0};
    size_t order[L1_ENDPOINTS_MAX];
    order_of(r, order);
    for (size_t step = 0; step < r->end_count; step++) {
        size_t end = order[step];
        wh_status st = n == 1 ? l1_rpc_ask(r, end, method, params[0], &results[0], &local)
                              : ask_batch(r, end, method, n, params, results, &local);
        for (size_t i = 0; st == WH_OK && i < n; i++)
            if (results[i] == NULL && !null_ok)
                st = wh_fail(&local, WH_ERR_RPC_NULL, "endpoint #%zu, %s: null", end + 1, method);
        if (st == WH_OK) {
            mark(r, end, true);
            if (end != r->current) {
                r->current = end;
                WH_LOG(INFO, RPC_FAILOVER, "reads go to another endpoint",
                       WH_F_U64("endpoint", end + 1));
            }
            return WH_OK;
        }
        for (size_t i = 0; i < n; i++) {
            json_decref(results[i]);
            results[i] = NULL;
        }
        if (is_outage(local.code)) mark(r, end, false);
        if (first.code == WH_ERR_NONE || !another_may_help(local.code)) first = local;
        if (!another_may_help(local.code)) break;
    }
    if (err) *err = first;
    return first.status;
}

/* A block that another answer named a moment ago and this one does not know: behind a load balancer
 * the next request may reach a node that has it. */
static wh_status ask_any(struct l1_rpc *r, const char *method, size_t n, json_t **params,
                         json_t **results, bool null_ok, struct wh_error *err)
{
    struct wh_error local = {0};
    wh_status st = ask_once(r, method, n, params, results, null_ok, &local);
    for (unsigned i = 0; i < ASK_AGAIN && st != WH_OK; i++) {
        if (local.code != WH_ERR_RPC_NULL && local.code != WH_ERR_RPC_PRUNED) break;
        wh_sleep_ms(ASK_PAUSE_MS);
        st = ask_once(r, method, n, params, results, null_ok, &local);
    }
    if (st != WH_OK && err) *err = local;
    return st;
}

wh_status l1_rpc_call_null(struct l1_rpc *r, const char *method, json_t *params, json_t **result,
                           struct wh_error *err)
{
    json_t *got = NULL;
    wh_status st = ask_any(r, method, 1, &params, &got, true, err);
    json_decref(params);
    if (st == WH_OK) *result = got;
    return st;
}

wh_status l1_rpc_call(struct l1_rpc *r, const char *method, json_t *params, json_t **result,
                      struct wh_error *err)
{
    json_t *got = NULL;
    wh_status st = ask_any(r, method, 1, &params, &got, false, err);
    json_decref(params);
    if (st == WH_OK) *result = got;
    return st;
}

wh_status l1_rpc_batch(struct l1_rpc *r, const char *method, size_t n, json_t **params,
                       json_t **results, struct wh_error *err)
{
    wh_status st = WH_OK;
    size_t done = 0;
    while (done < n && st == WH_OK) {
        size_t some = n - done < r->config.batch ? n - done : r->config.batch;
        struct wh_error local = {0};
        for (size_t i = 0; i < some; i++)
            results[done + i] = NULL;
        st = ask_any(r, method, some, params + done, results + done, false, &local);
        if (st != WH_OK && some > 1 && local.code == WH_ERR_RPC_LIMIT) {
            r->config.batch = (unsigned)(some / 2);
            st = WH_OK;
            continue;
        }
        if (st != WH_OK && err) *err = local;
        if (st == WH_OK) done += some;
    }
    for (size_t i = 0; i < n; i++)
        json_decref(params[i]);
    if (st != WH_OK)
        for (size_t i = 0; i < done; i++) {
            json_decref(results[i]);
            results[i] = NULL;
        }
    return st;
}
