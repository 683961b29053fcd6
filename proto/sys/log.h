/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_SYS_LOG_H
#define WH_PROTO_SYS_LOG_H

/* The log: one line an event, on stderr. Event names and field names are stable (events.def);
 * texts are not. Only main loops and the outbox log; libraries return errors.
 *
 *   WH_LOG(INFO, TX_SENT, "split sent", WH_F_B32("tx", &hash), WH_F_U64("nonce", n));
 *
 * Formats: text (12:03:04.123 info  tx.sent split sent tx=0x.. nonce=3), logfmt, json. */

#include <stdio.h>

#include "evm/base/u256.h"
#include "proto/sys/error.h"

enum wh_level { WH_LEVEL_DEBUG, WH_LEVEL_INFO, WH_LEVEL_WARN, WH_LEVEL_ERROR, WH_LEVEL_OFF };
enum wh_log_format { WH_LOG_AUTO, WH_LOG_TEXT, WH_LOG_LOGFMT, WH_LOG_JSON };

enum wh_event {
#define EVENT(name, text) WH_EV_##name,
#include "proto/sys/events.def"
#undef EVENT
    WH_EV_COUNT
};

struct wh_field {
    const char *key; /* NULL ends the list */
    enum { WH_FK_STR, WH_FK_U64, WH_FK_B32, WH_FK_ADDR, WH_FK_U256 } kind;
    union {
        const char *str;
        uint64_t u64;
        const void *ptr;
    } u;
};
#define WH_F_STR(k, v)  ((struct wh_field){(k), WH_FK_STR, {.str = (v)}})
#define WH_F_U64(k, v)  ((struct wh_field){(k), WH_FK_U64, {.u64 = (v)}})
#define WH_F_B32(k, v)  ((struct wh_field){(k), WH_FK_B32, {.ptr = (v)}})
#define WH_F_ADDR(k, v) ((struct wh_field){(k), WH_FK_ADDR, {.ptr = (v)}})
#define WH_F_U256(k, v) ((struct wh_field){(k), WH_FK_U256, {.ptr = (v)}})

/* wh_log_init sets the process-wide log; before it: level info, text, stderr. */
void wh_log_init(FILE *out, enum wh_level level, enum wh_log_format format);
bool wh_log_enabled(enum wh_level level);
void wh_log_fields(enum wh_level level, enum wh_event event, const char *msg,
                   const struct wh_field *fields);
/* wh_log_error logs *err as one event, with its id as field `code`. */
void wh_log_error(enum wh_level level, enum wh_event event, const struct wh_error *err);
const char *wh_event_name(enum wh_event event);
bool wh_level_parse(const char *text, enum wh_level *out);
bool wh_log_format_parse(const char *text, enum wh_log_format *out);

/* WH_LOG takes at least one field, WH_LOG0 none. */
#define WH_LOG(level, event, msg, ...)                                                        \
    do {                                                                                      \
        if (wh_log_enabled(WH_LEVEL_##level))                                                 \
            wh_log_fields(WH_LEVEL_##level, WH_EV_##event, (msg),                             \
                          (const struct wh_field[]){__VA_ARGS__, {NULL, WH_FK_STR, {NULL}}}); \
    } while (0)
#define WH_LOG0(level, event, msg) wh_log_fields(WH_LEVEL_##level, WH_EV_##event, (msg), NULL)

#endif
