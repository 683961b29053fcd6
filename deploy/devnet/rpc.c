/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/rpc.h"

#include <string.h>

typedef bool rpc_handler(struct rpc *c);

struct method {
    const char *name;
    rpc_handler *handler;
    size_t min, max;
};

static const struct method METHODS[] = {
#define RPC(name, handler, min, max) {#name, handler, min, max},
#include "deploy/devnet/methods.def"
#undef RPC
};

bool rpc_fail(struct rpc *c, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(c->message, sizeof c->message, fmt, ap);
    va_end(ap);
    c->code = code;
    return false;
}

bool rpc_trouble(struct rpc *c, wh_status status)
{
    return rpc_fail(c, RPC_INTERNAL, "internal error (status %d)", (int)status);
}

static const struct method *find_method(const char *name)
{
    for (size_t i = 0; i < sizeof METHODS / sizeof *METHODS; i++)
        if (strcmp(METHODS[i].name, name) == 0) return &METHODS[i];
    return NULL;
}

static bool run_method(struct rpc *c, const char *name)
{
    const struct method *m = find_method(name);
    if (m == NULL)
        return rpc_fail(c, RPC_UNKNOWN_METHOD, "the method %.100s does not exist/is not available",
                        name);
    const size_t count = arg_count(c);
    if (count < m->min)
        return rpc_fail(c, RPC_INVALID_PARAMS, "missing value for required argument %zu", count);
    if (count > m->max)
        return rpc_fail(c, RPC_INVALID_PARAMS, "too many arguments, want at most %zu", m->max);
    return m->handler(c);
}

/* An id is a string, a number or null; it comes back as it was. */
static void write_id(struct wh_jw *w, const json_t *id)
{
    if (json_is_integer(id))
        wh_jw_i64(w, "id", json_integer_value(id));
    else if (json_is_string(id))
        wh_jw_strn(w, "id", json_string_value(id), json_string_length(id));
    else if (json_is_real(id)) {
        char text[64];
        const int len = snprintf(text, sizeof text, "%.17g", json_real_value(id));
        wh_jw_raw(w, "id", text, (size_t)len);
    } else
        wh_jw_null(w, "id");
}

static void write_error(struct wh_jw *w, const struct rpc *c)
{
    wh_jw_obj(w, "error");
    wh_jw_i64(w, "code", c->code);
    wh_jw_str(w, "message", c->message);
    if (c->code == RPC_REVERTED || c->data.len > 0) wh_jw_data(w, "data", c->data.ptr, c->data.len);
    wh_jw_end(w);
}

static bool valid_request(struct rpc *c, const json_t *request)
{
    const json_t *version = json_object_get(request, "jsonrpc");
    const json_t *id = json_object_get(request, "id");
    const json_t *params = json_object_get(request, "params");
    if (!json_is_object(request) || !json_is_string(version) ||
        strcmp(json_string_value(version), "2.0") != 0 ||
        !json_is_string(json_object_get(request, "method")) || json_is_object(id) ||
        json_is_array(id) || json_is_boolean(id))
        return rpc_fail(c, RPC_INVALID_REQUEST, "invalid request");
    if (params != NULL && !json_is_null(params) && !json_is_array(params))
        return rpc_fail(c, RPC_INVALID_PARAMS, "non-array args");
    c->params = json_is_array(params) ? params : NULL;
    return true;
}

/* One request of a body. A notification (no id) is run and not answered. */
static void answer(struct node *n, const json_t *request, struct wh_jw *w)
{
    struct rpc c = {.node = n};
    struct wh_buf result = {0};
    wh_jw_init(&c.w, &result);
    bool ok = valid_request(&c, request);
    const bool silent = ok && json_object_get(request, "id") == NULL;
    if (ok) ok = run_method(&c, json_string_value(json_object_get(request, "method")));
    if (ok && !wh_buf_ok(&result)) ok = rpc_trouble(&c, WH_E_NOMEM);
    if (!silent) {
        wh_jw_obj(w, NULL);
        wh_jw_str(w, "jsonrpc", "2.0");
        write_id(w, json_object_get(request, "id"));
        if (ok)
            wh_jw_raw(w, "result", (const char *)result.ptr, result.len);
        else
            write_error(w, &c);
        wh_jw_end(w);
    }
    wh_buf_done(&result);
    wh_buf_done(&c.data);
}

static void answer_error(struct wh_jw *w, int code, const char *message)
{
    struct rpc c = {0};
    rpc_fail(&c, code, "%s", message);
    wh_jw_obj(w, NULL);
    wh_jw_str(w, "jsonrpc", "2.0");
    wh_jw_null(w, "id");
    write_error(w, &c);
    wh_jw_end(w);
}

static void answer_batch(struct node *n, const json_t *batch, struct wh_jw *w)
{
    if (json_array_size(batch) == 0) {
        answer_error(w, RPC_INVALID_REQUEST, "empty batch");
        return;
    }
    if (json_array_size(batch) > RPC_BATCH_MAX) {
        answer_error(w, RPC_INVALID_REQUEST, "batch too large");
        return;
    }
    const size_t before = w->out->len;
    wh_jw_arr(w, NULL);
    const size_t open = w->out->len;
    for (size_t i = 0; i < json_array_size(batch); i++)
        answer(n, json_array_get(batch, i), w);
    const bool nothing = w->out->len == open;
    wh_jw_end(w);
    if (nothing) w->out->len = before;
}

void rpc_handle(struct node *n, wh_span body, struct wh_buf *reply)
{
    struct wh_jw w;
    json_t *json = NULL;
    wh_jw_init(&w, reply);
    if (wh_json_parse((const char *)body.ptr, body.len, &json, NULL) != WH_OK) {
        answer_error(&w, RPC_PARSE_ERROR, "parse error");
        return;
    }
    pthread_mutex_lock(&n->lock);
    if (json_is_array(json))
        answer_batch(n, json, &w);
    else
        answer(n, json, &w);
    pthread_mutex_unlock(&n->lock);
    json_decref(json);
}
