/* SPDX-License-Identifier: MIT */
#include "challenger/attest.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "evm/native/crypto.h"
#include "game/agent/attest.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/http.h"
#include "proto/sys/json.h"
#include "proto/sys/log.h"

#define ARENA_BYTES (UINT64_C(8) << 30) /* address space; touched lazily */
#define BODY_MAX    (20u << 20)         /* the largest trace in hex, and room */

struct server {
    const char *program;
    struct network net;
    struct l1_key key;
    struct wh_arena arena;
};

static void reply_error(struct wh_http_reply *reply, const json_t *id, int code,
                        const struct wh_error *err)
{
    json_t *o = json_object(), *e = json_object();
    json_object_set_new(e, "code", json_integer(code));
    json_object_set_new(e, "message", json_sprintf("%s: %s", wh_err_id(err->code), err->what));
    json_object_set_new(o, "jsonrpc", json_string("2.0"));
    json_object_set_new(o, "id", json_deep_copy(id));
    json_object_set_new(o, "error", e);
    char *text = json_dumps(o, JSON_COMPACT);
    if (text) wh_buf_str(&reply->body, text);
    free(text);
    json_decref(o);
}

static wh_status answer(struct server *s, const json_t *params, char out[133], struct wh_error *err)
{
    struct attest_step step;
    struct wh_buf trace = {0};
    uint8_t sig[65];
    wh_status st = attest_read(params, &step, &trace, err);
    if (st == WH_OK)
        st = attest_sign(&s->net, wh_native_crypto(), &s->arena, &s->key, &step, sig, err);
    if (st == WH_OK) {
        out[0] = '0';
        out[1] = 'x';
        wh_hex_encode(sig, sizeof sig, out + 2);
        WH_LOG(INFO, NODE_PROVEN, "step signed", WH_F_B32("post_leaf", &step.post_leaf),
               WH_F_U64("target", step.target), WH_F_U64("trace_bytes", trace.len));
    }
    wh_buf_done(&trace);
    return st;
}

static void handle(void *ctx, const struct wh_http_request *req, struct wh_http_reply *reply)
{
    struct server *s = (struct server *)ctx;
    struct wh_error err = {0};
    json_t *doc = NULL;
    char sig[133];
    if (wh_json_parse((const char *)req->body.ptr, req->body.len, &doc, &err) != WH_OK) {
        json_t *null = json_null();
        reply_error(reply, null, -32700, &err);
        return;
    }
    const json_t *id = json_object_get(doc, "id");
    const char *method = json_string_value(json_object_get(doc, "method"));
    if (!id) id = json_null();
    if (!method || strcmp(method, "whittle_attestStep") != 0) {
        (void)wh_fail(&err, WH_ERR_JSON_FIELD, "method: whittle_attestStep is all there is");
        reply_error(reply, id, -32601, &err);
    } else if (answer(s, json_object_get(doc, "params"), sig, &err) != WH_OK) {
        wh_log_error(WH_LEVEL_WARN, WH_EV_MOVE_SKIPPED, &err);
        reply_error(reply, id, err.status > 0 ? -32602 : -32000, &err);
    } else {
        json_t *o = json_pack("{s:s,s:O,s:s}", "jsonrpc", "2.0", "id", id, "result", sig);
        char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
        if (text) wh_buf_str(&reply->body, text);
        free(text);
        json_decref(o);
    }
    json_decref(doc);
}

static wh_status start(struct server *s, const struct daemon_config *cfg, uint64_t port,
                       struct wh_http **http, struct wh_error *err)
{
    bool has_key = false;
    if (!wh_native_crypto()) return wh_fail(err, WH_ERR_CRYPTO, "setting up the crypto libraries");
    if (port > 65535) return wh_fail(err, WH_ERR_CLI_VALUE, "--port is at most 65535");
    WH_TRY(daemon_network(cfg, &s->net, err));
    if (s->net.kind != NETWORK_ATTESTED)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "this game's verifier takes no signatures");
    WH_TRY(daemon_key(cfg, &s->key, &has_key, err));
    if (!has_key) return wh_fail(err, WH_ERR_CLI_MISSING, "--key-file FILE or --keystore FILE");
    bool known = false;
    for (unsigned i = 0; i < s->net.signer_count; i++)
        known = known || address_eq(&s->net.signers[i], &s->key.addr);
    if (!known)
        return wh_fail(err, WH_ERR_KEY_ADDRESS, "%s is not one of the game's signers",
                       wh_hex20(&s->key.addr).s);
    void *block = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED) return wh_fail(err, WH_ERR_NOMEM, "address space for execution");
    wh_arena_init(&s->arena, block, ARENA_BYTES);
    struct wh_http_config hc = {
        .port = (uint16_t)port, .max_body = BODY_MAX, .handler = handle, .ctx = s};
    return wh_http_start(http, &hc, err);
}

int attest_serve(const struct daemon_config *cfg, const char *program, uint64_t port)
{
    struct wh_error err = {0};
    struct wh_http *http = NULL;
    struct server *s = (struct server *)calloc(1, sizeof *s);
    if (!s) return WH_EXIT_BUG;
    s->program = program;
    daemon_log(cfg);
    daemon_signals();
    int code = WH_EXIT_OK;
    if (start(s, cfg, port, &http, &err) != WH_OK) {
        code = wh_error_print(stderr, program, &err);
    } else {
        printf("attesting at http://127.0.0.1:%u as %s\n", (unsigned)wh_http_port(http),
               wh_hex20(&s->key.addr).s);
        fflush(stdout);
        while (!daemon_stopped())
            wh_sleep_ms(200);
        wh_http_stop(http);
    }
    if (s->arena.base) (void)munmap(s->arena.base, s->arena.cap);
    network_done(&s->net);
    l1_key_wipe(&s->key);
    free(s);
    return code;
}
