/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_L1_RPC_PRIVATE_H
#define WH_PROTO_L1_RPC_PRIVATE_H

/* Shared by the files rpc*.c. */
#include "proto/l1/rpc.h"
#include "proto/sys/json.h"

struct l1_endpoint {
    char *url;              /* owns */
    uint64_t down_until_ms; /* monotonic; 0: works */
    unsigned fails;         /* in a row */
};

struct l1_rpc {
    struct l1_endpoint ends[L1_ENDPOINTS_MAX];
    size_t end_count;
    size_t current; /* endpoint that reads go to first */
    struct l1_rpc_config config;
    void *curl; /* owns; NULL if the configuration brings a transport */
    uint64_t next_id;
    struct wh_buf request, reply;
    struct l1_fault fault;
};

/* rpc_curl.c */
WH_MUST wh_status l1_curl_open(void **out, uint64_t timeout_ms, struct wh_error *err);
void l1_curl_close(void *curl);
l1_transport l1_curl_post;

/* rpc_answer.c: reads one answer (or the answers of a batch) strictly. results[i] may be NULL for a
 * null result. An error object fills r->fault. */
WH_MUST wh_status l1_answer_one(struct l1_rpc *r, const char *method, uint64_t id, json_t **result,
                                struct wh_error *err);
WH_MUST wh_status l1_answer_batch(struct l1_rpc *r, const char *method, uint64_t first_id, size_t n,
                                  json_t **results, struct wh_error *err);

/* l1_rpc_ask asks one endpoint once. params borrowed. *result NULL: null. */
WH_MUST wh_status l1_rpc_ask(struct l1_rpc *r, size_t end, const char *method, json_t *params,
                             json_t **result, struct wh_error *err);

json_t *l1_json_at(const struct l1_at *at);
json_t *l1_json_b32(const bytes32 *h);
json_t *l1_json_addr(const address *a);
json_t *l1_json_qty(uint64_t v);
json_t *l1_json_data(wh_span bytes);

/* wh_json_* errors are about files; these are about an endpoint's answer. */
wh_status l1_bad_form(const char *method, struct wh_error *err);

#endif
