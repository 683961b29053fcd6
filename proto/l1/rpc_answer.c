/* SPDX-License-Identifier: MIT */
/* Reading answers: whatever is not exactly the answer that was asked for is trouble. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l1/rpc_private.h"

wh_status l1_bad_form(const char *method, struct wh_error *err)
{
    char what[300];
    snprintf(what, sizeof what, "%.280s", err ? err->what : "");
    return wh_fail(err, WH_ERR_RPC_FORM, "%s: %s", method, what);
}

static bool has(const char *text, const char *part)
{
    return strcasestr(text, part) != NULL;
}

/* Nodes agree neither on codes nor on texts: these were seen. */
static enum wh_err classify(const struct l1_fault *f)
{
    const char *m = f->message;
    if (f->code == 3 || has(m, "revert")) return WH_ERR_RPC_REVERT;
    if (f->code == -32005 || f->code == -32616 || f->code == 429 || has(m, "limit exceeded") ||
        has(m, "too many") || has(m, "block range") || has(m, "rate limit") ||
        has(m, "query returned more") || has(m, "response size") || has(m, "batch too large"))
        return WH_ERR_RPC_LIMIT;
    if (has(m, "header not found") || has(m, "unknown block") || has(m, "block not found") ||
        has(m, "missing trie node") || has(m, "not canonical") || has(m, "hash is not currently"))
        return WH_ERR_RPC_PRUNED;
    return WH_ERR_RPC_ERROR;
}

static wh_status read_fault(struct l1_rpc *r, const char *method, const struct wh_json *e,
                            struct wh_error *err)
{
    struct wh_json code, data;
    const char *message = NULL;
    if (wh_json_get(e, "code", &code, err) != WH_OK ||
        wh_json_get_string(e, "message", &message, err) != WH_OK)
        return l1_bad_form(method, err);
    if (!json_is_integer(code.v)) {
        (void)wh_json_fail(&code, err, "not an integer");
        return l1_bad_form(method, err);
    }
    r->fault.code = json_integer_value(code.v);
    snprintf(r->fault.message, sizeof r->fault.message, "%s", message);
    /* The revert bytes: a string here, an object with them inside there (anvil, geth, others). */
    if (wh_json_opt(e, "data", &data)) {
        struct wh_json inner;
        if (json_is_object(data.v) && wh_json_opt(&data, "data", &inner)) data = inner;
        if (wh_json_data(&data, 1 << 20, &r->fault.data, NULL) != WH_OK)
            wh_buf_reset(&r->fault.data);
    }
    return wh_fail(err, classify(&r->fault), "%s: node says %" PRId64 " %.200s", method,
                   r->fault.code, r->fault.message);
}

static wh_status read_one(struct l1_rpc *r, const char *method, const struct wh_json *a,
                          json_t **result, struct wh_error *err)
{
    const char *version = NULL;
    if (wh_json_get_string(a, "jsonrpc", &version, err) != WH_OK) return l1_bad_form(method, err);
    if (strcmp(version, "2.0") != 0)
        return wh_fail(err, WH_ERR_RPC_FORM, "%s: jsonrpc is \"%.20s\"", method, version);
    json_t *e = json_object_get(a->v, "error");
    json_t *v = json_object_get(a->v, "result");
    if ((e != NULL) == (v != NULL))
        return wh_fail(err, WH_ERR_RPC_FORM, "%s: %s result and error", method,
                       e ? "both" : "neither");
    if (e) {
        struct wh_json fault = {e, a, "error", 0};
        return read_fault(r, method, &fault, err);
    }
    *result = json_is_null(v) ? NULL : json_incref(v);
    return WH_OK;
}

static wh_status parse_reply(struct l1_rpc *r, const char *method, json_t **out,
                             struct wh_error *err)
{
    r->fault.code = 0;
    r->fault.message[0] = 0;
    wh_buf_reset(&r->fault.data);
    struct wh_error why = {0};
    if (wh_json_parse((const char *)r->reply.ptr, r->reply.len, out, &why) == WH_OK) return WH_OK;
    char head[41] = "";
    size_t n = r->reply.len < 40 ? r->reply.len : 40;
    if (n) memcpy(head, r->reply.ptr, n);
    head[n] = 0;
    return wh_fail(err, WH_ERR_RPC_JSON, "%s: %s (answer starts \"%s\")", method, why.what, head);
}

wh_status l1_answer_one(struct l1_rpc *r, const char *method, uint64_t id, json_t **result,
                        struct wh_error *err)
{
    json_t *v = NULL;
    WH_TRY(parse_reply(r, method, &v, err));
    wh_status st;
    struct wh_json root = wh_json_root(v, "answer");
    const json_t *got = json_object_get(v, "id");
    if (!json_is_object(v))
        st = wh_fail(err, WH_ERR_RPC_FORM, "%s: the answer is not an object", method);
    else if (!json_is_integer(got) || (uint64_t)json_integer_value(got) != id) {
        /* A node that could not read the request answers with id null and an error. */
        json_t *e = json_object_get(v, "error");
        if (json_is_null(got) && e) {
            struct wh_json fault = {e, &root, "error", 0};
            st = read_fault(r, method, &fault, err);
        } else {
            st = wh_fail(err, WH_ERR_RPC_FORM, "%s: the answer has another id", method);
        }
    } else
        st = read_one(r, method, &root, result, err);
    json_decref(v);
    return st;
}

wh_status l1_answer_batch(struct l1_rpc *r, const char *method, uint64_t first_id, size_t n,
                          json_t **results, struct wh_error *err)
{
    json_t *v = NULL;
    for (size_t i = 0; i < n; i++)
        results[i] = NULL;
    WH_TRY(parse_reply(r, method, &v, err));
    struct wh_json root = wh_json_root(v, "answer");
    wh_status st = WH_OK;
    bool *seen = calloc(n, sizeof *seen);
    if (seen == NULL) st = wh_fail(err, WH_ERR_NOMEM, "batch");
    if (st == WH_OK && json_is_object(v)) { /* the batch as a whole was refused */
        json_t *none = NULL;
        st = read_one(r, method, &root, &none, err);
        json_decref(none);
        if (st == WH_OK) st = wh_fail(err, WH_ERR_RPC_FORM, "%s: one answer to a batch", method);
    } else if (st == WH_OK && (!json_is_array(v) || json_array_size(v) != n)) {
        st = wh_fail(err, WH_ERR_RPC_FORM, "%s: a batch of %zu has %zu answers", method, n,
                     json_array_size(v));
    }
    for (size_t i = 0; i < n && st == WH_OK; i++) {
        struct wh_json a = wh_json_at(&root, i);
        const json_t *id = json_object_get(a.v, "id");
        uint64_t at = json_is_integer(id) ? (uint64_t)json_integer_value(id) - first_id : n;
        if (at >= n || seen[at])
            st = wh_fail(err, WH_ERR_RPC_FORM, "%s: batch answer %zu has a wrong id", method, i);
        else {
            seen[at] = true;
            st = read_one(r, method, &a, &results[at], err);
        }
    }
    if (st != WH_OK)
        for (size_t i = 0; i < n; i++) {
            json_decref(results[i]);
            results[i] = NULL;
        }
    free(seen);
    json_decref(v);
    return st;
}
