/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_UNIT_DEVNET_HARNESS_H
#define WH_TESTS_UNIT_DEVNET_HARNESS_H

/* A node in this process, asked through its JSON-RPC entry. */

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "deploy/devnet/execute.h"
#include "deploy/devnet/rpc.h"
#include "proto/sys/hex.h"
#include "tests/tap.h"

static struct node *node;

static inline void node_start(size_t execute_memory)
{
    const struct node_config config = {.chain_id = 31337,
                                       .gas_limit = 60000000,
                                       .genesis_time = 1700000000,
                                       .accounts = 3,
                                       .finality = 32,
                                       .balance = {{0, 0, 1, 0}},
                                       .base_fee = {{1000000000, 0, 0, 0}},
                                       .coinbase = {{0x6d}},
                                       .automine = true,
                                       .memory = (size_t)1 << 32,
                                       .execute_memory = execute_memory};
    struct wh_error err = {0};
    if (node_open(&node, &config, &err) != WH_OK) {
        printf("Bail out! %s\n", err.what);
        exit(1);
    }
}

static inline void node_stop(void)
{
    node_close(node);
    node = NULL;
}

/* The whole answer to a body; NULL: nothing was answered. The caller decrefs. */
static inline json_t *post(const char *body, size_t len)
{
    struct wh_buf reply = {0};
    rpc_handle(node, wh_span_of(body, len), &reply);
    json_t *json = reply.len > 0 ? json_loadb((const char *)reply.ptr, reply.len, 0, NULL) : NULL;
    if (reply.len > 0 && json == NULL) printf("# answer is not JSON\n");
    wh_buf_done(&reply);
    return json;
}

/* The answer object to method(params), params being the text of a JSON array. */
__attribute__((format(printf, 2, 3))) static inline json_t *ask(const char *method,
                                                                const char *params, ...)
{
    struct wh_buf body = {0};
    va_list ap;
    char *text = NULL;
    va_start(ap, params);
    if (vasprintf(&text, params, ap) < 0) exit(1);
    va_end(ap);
    wh_buf_printf(&body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":", method);
    wh_buf_str(&body, text);
    wh_buf_str(&body, "}");
    json_t *answer = post((const char *)body.ptr, body.len);
    free(text);
    wh_buf_done(&body);
    return answer;
}

/* result of an answer as text ("" if it is no string); the buffer is kept for four calls. */
static inline const char *result_of(json_t *answer)
{
    static char *kept[4];
    static unsigned at;
    at = (at + 1) % 4;
    free(kept[at]);
    const json_t *r = json_object_get(answer, "result");
    kept[at] = strdup(json_is_string(r) ? json_string_value(r) : "");
    if (r == NULL)
        printf("# error %s\n",
               json_string_value(json_object_get(json_object_get(answer, "error"), "message")));
    json_decref(answer);
    return kept[at];
}

static inline int error_of(json_t *answer)
{
    const int code =
        (int)json_integer_value(json_object_get(json_object_get(answer, "error"), "code"));
    json_decref(answer);
    return code;
}

static inline uint64_t number_of(json_t *answer)
{
    return strtoull(result_of(answer), NULL, 16);
}

static inline char *hex_of(const void *bytes, size_t len)
{
    char *text = malloc(2 * len + 3);
    if (text == NULL) exit(1);
    memcpy(text, "0x", 3);
    wh_hex_encode(bytes, len, text + 2);
    return text;
}

/* Sends from dev account `from`; to NULL: a creation. The hash, or "" if it was refused. */
static inline const char *send_tx(unsigned from, const address *to, const u256 *value, wh_span data,
                                  uint64_t gas)
{
    char to_text[80] = "", value_text[67];
    char *data_text = hex_of(data.ptr, data.len);
    wh_quantity_print(value, value_text);
    if (to != NULL) snprintf(to_text, sizeof to_text, "\"to\":\"%s\",", wh_hex20(to).s);
    const char *hash = result_of(
        ask("eth_sendTransaction",
            "[{\"from\":\"%s\",%s\"value\":\"%s\",\"gas\":\"0x%" PRIx64 "\",\"data\":\"%s\"}]",
            wh_hex20(&node->accounts[from].at).s, to_text, value_text, gas, data_text));
    free(data_text);
    return hash;
}

/* 1, 0: status of the receipt; -1: no receipt. */
static inline int status_of(const char *hash)
{
    json_t *answer = ask("eth_getTransactionReceipt", "[\"%s\"]", hash);
    const json_t *s = json_object_get(json_object_get(answer, "result"), "status");
    const int status = json_is_string(s) ? (int)strtol(json_string_value(s), NULL, 16) : -1;
    json_decref(answer);
    return status;
}

static const u256 ZERO;

#endif
