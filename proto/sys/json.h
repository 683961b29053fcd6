/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_SYS_JSON_H
#define WH_PROTO_SYS_JSON_H

/* A thin layer on jansson: strict readers that name the path of what is wrong, and a writer.
 *
 * A `struct wh_json` is a value and the way to it ("result.logs[3].data"); it borrows its parent
 * struct and the JSON tree, so keep both while it is in use. Readers write *out on WH_OK alone;
 * else the status is negative (WH_ERR_JSON_FIELD), the error names path and reason.
 * null is never a value: a required member that is null is refused. */

#include <jansson.h>

#include "evm/base/u256.h"
#include "proto/sys/buf.h"
#include "proto/sys/error.h"

struct wh_json {
    const json_t *v;          /* borrowed */
    const struct wh_json *up; /* borrowed; NULL at the root */
    const char *key;          /* name in up, or of the root; NULL: index counts */
    size_t index;
};

/* wh_json_parse reads one JSON text; duplicates of a key, trailing bytes and NUL are refused
 * (WH_ERR_JSON_SYNTAX). The caller frees *out with json_decref. */
WH_MUST wh_status wh_json_parse(const char *text, size_t len, json_t **out, struct wh_error *err);
static inline struct wh_json wh_json_root(const json_t *v, const char *name)
{
    return (struct wh_json){v, NULL, name, 0};
}

/* Way down. get: member must be there and not null. opt: false if absent or null (or obj is no
 * object). at: element of an array, index below wh_json_len. */
WH_MUST wh_status wh_json_get(const struct wh_json *obj, const char *key, struct wh_json *out,
                              struct wh_error *err);
bool wh_json_opt(const struct wh_json *obj, const char *key, struct wh_json *out);
WH_MUST wh_status wh_json_array(const struct wh_json *arr, size_t max, size_t *len,
                                struct wh_error *err);
struct wh_json wh_json_at(const struct wh_json *arr, size_t i);

/* Values. hex forms: quantity "0x1f" without leading zeros; data "0x..." of exact or bounded width. */
WH_MUST wh_status wh_json_quantity(const struct wh_json *j, u256 *out, struct wh_error *err);
WH_MUST wh_status wh_json_u64(const struct wh_json *j, uint64_t *out, struct wh_error *err);
WH_MUST wh_status wh_json_fixed(const struct wh_json *j, uint8_t *out, size_t len,
                                struct wh_error *err);
WH_MUST wh_status wh_json_bytes32(const struct wh_json *j, bytes32 *out, struct wh_error *err);
WH_MUST wh_status wh_json_address(const struct wh_json *j, address *out, struct wh_error *err);
/* wh_json_data appends at most max bytes to *out. */
WH_MUST wh_status wh_json_data(const struct wh_json *j, size_t max, struct wh_buf *out,
                               struct wh_error *err);
WH_MUST wh_status wh_json_string(const struct wh_json *j, const char **out, struct wh_error *err);
WH_MUST wh_status wh_json_bool(const struct wh_json *j, bool *out, struct wh_error *err);
/* wh_json_number: a plain JSON integer >= 0. wh_json_decimal: a string of decimal digits. */
WH_MUST wh_status wh_json_number(const struct wh_json *j, uint64_t *out, struct wh_error *err);
WH_MUST wh_status wh_json_decimal(const struct wh_json *j, u256 *out, struct wh_error *err);

/* Member and value in one. */
WH_MUST wh_status wh_json_get_u64(const struct wh_json *obj, const char *key, uint64_t *out,
                                  struct wh_error *err);
WH_MUST wh_status wh_json_get_quantity(const struct wh_json *obj, const char *key, u256 *out,
                                       struct wh_error *err);
WH_MUST wh_status wh_json_get_bytes32(const struct wh_json *obj, const char *key, bytes32 *out,
                                      struct wh_error *err);
WH_MUST wh_status wh_json_get_address(const struct wh_json *obj, const char *key, address *out,
                                      struct wh_error *err);
WH_MUST wh_status wh_json_get_data(const struct wh_json *obj, const char *key, size_t max,
                                   struct wh_buf *out, struct wh_error *err);
WH_MUST wh_status wh_json_get_string(const struct wh_json *obj, const char *key, const char **out,
                                     struct wh_error *err);
WH_MUST wh_status wh_json_get_number(const struct wh_json *obj, const char *key, uint64_t *out,
                                     struct wh_error *err);

/* wh_json_fail refuses *j for a reason of the caller's: "path: reason". */
wh_status wh_json_fail(const struct wh_json *j, struct wh_error *err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The writer: text without blanks into a buffer. Commas are its own; nesting is the caller's duty
 * (checked by assert, at most 32 deep). key == NULL inside an array and at the top. */
struct wh_jw {
    struct wh_buf *out; /* borrowed */
    unsigned depth;
    uint32_t has;    /* bit d: level d has an element */
    uint32_t is_obj; /* bit d: level d is an object */
};
void wh_jw_init(struct wh_jw *w, struct wh_buf *out);
void wh_jw_obj(struct wh_jw *w, const char *key);
void wh_jw_arr(struct wh_jw *w, const char *key);
void wh_jw_end(struct wh_jw *w); /* closes the innermost */
void wh_jw_str(struct wh_jw *w, const char *key, const char *s);
void wh_jw_strn(struct wh_jw *w, const char *key, const char *s, size_t len);
void wh_jw_bool(struct wh_jw *w, const char *key, bool v);
void wh_jw_null(struct wh_jw *w, const char *key);
void wh_jw_u64(struct wh_jw *w, const char *key, uint64_t v); /* 31 */
void wh_jw_i64(struct wh_jw *w, const char *key, int64_t v);
void wh_jw_qty(struct wh_jw *w, const char *key, uint64_t v);                        /* "0x1f" */
void wh_jw_qty256(struct wh_jw *w, const char *key, const u256 *v);                  /* "0x1f" */
void wh_jw_dec256(struct wh_jw *w, const char *key, const u256 *v);                  /* "31" */
void wh_jw_data(struct wh_jw *w, const char *key, const uint8_t *bytes, size_t len); /* "0x..." */
void wh_jw_b32(struct wh_jw *w, const char *key, const bytes32 *h);
void wh_jw_addr(struct wh_jw *w, const char *key, const address *a);
void wh_jw_raw(struct wh_jw *w, const char *key, const char *json, size_t len); /* JSON as it is */

#endif
