/* SPDX-License-Identifier: MIT */
#include "proto/sys/log.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

static struct {
    FILE *out;
    enum wh_level level;
    enum wh_log_format format;
} the_log = {NULL, WH_LEVEL_INFO, WH_LOG_TEXT};

static const char *const level_names[] = {"debug", "info", "warn", "error", "off"};
static const char *const format_names[] = {"auto", "text", "logfmt", "json"};
static const char *const event_names[] = {
#define EVENT(name, text) text,
#include "proto/sys/events.def"
#undef EVENT
};

const char *wh_event_name(enum wh_event event)
{
    return event_names[event];
}

bool wh_level_parse(const char *text, enum wh_level *out)
{
    for (unsigned i = 0; i < 5; i++)
        if (strcmp(text, level_names[i]) == 0) {
            *out = (enum wh_level)i;
            return true;
        }
    return false;
}

bool wh_log_format_parse(const char *text, enum wh_log_format *out)
{
    for (unsigned i = 0; i < 4; i++)
        if (strcmp(text, format_names[i]) == 0) {
            *out = (enum wh_log_format)i;
            return true;
        }
    return false;
}

void wh_log_init(FILE *out, enum wh_level level, enum wh_log_format format)
{
    if (format == WH_LOG_AUTO) format = isatty(fileno(out)) ? WH_LOG_TEXT : WH_LOG_LOGFMT;
    the_log.out = out;
    the_log.level = level;
    the_log.format = format;
}

bool wh_log_enabled(enum wh_level level)
{
    return level >= the_log.level;
}

static void stamp(struct wh_buf *b, bool full)
{
    uint64_t ms = wh_now_ms();
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&t, &tm);
    char text[32];
    strftime(text, sizeof text, full ? "%Y-%m-%dT%H:%M:%S" : "%H:%M:%S", &tm);
    wh_buf_printf(b, "%s.%03u%s", text, (unsigned)(ms % 1000), full ? "Z" : "");
}

/* The value of a field as text. */
static void value_of(const struct wh_field *f, struct wh_buf *b)
{
    wh_buf_reset(b);
    char dec[80];
    switch (f->kind) {
    case WH_FK_STR: wh_buf_str(b, f->u.str ? f->u.str : ""); break;
    case WH_FK_U64: wh_buf_printf(b, "%" PRIu64, f->u.u64); break;
    case WH_FK_B32: wh_buf_str(b, wh_hex32(f->u.ptr).s); break;
    case WH_FK_ADDR: wh_buf_str(b, wh_hex20(f->u.ptr).s); break;
    case WH_FK_U256:
        wh_dec_print(f->u.ptr, dec);
        wh_buf_str(b, dec);
        break;
    }
}

/* key=value; quoted if it holds anything that would part it. */
static void put_pair(struct wh_buf *b, const char *key, struct wh_buf *value)
{
    const char *v = wh_buf_cstr(value);
    if (v == NULL) return;
    wh_buf_printf(b, " %s=", key);
    bool bare = *v != 0;
    for (const char *p = v; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == '"' || *p == '=' || *p == '\\' || *p == 0x7f)
            bare = false;
    if (bare) {
        wh_buf_str(b, v);
        return;
    }
    struct wh_jw w;
    wh_jw_init(&w, b);
    wh_jw_str(&w, NULL, v);
}

static void put_plain(struct wh_buf *b, enum wh_level level, enum wh_event event, const char *msg,
                      const struct wh_field *fields)
{
    struct wh_buf v = {0};
    if (the_log.format == WH_LOG_TEXT) {
        stamp(b, false);
        wh_buf_printf(b, " %-5s %s %s", level_names[level], event_names[event], msg);
    } else {
        wh_buf_str(b, "ts=");
        stamp(b, true);
        wh_buf_printf(b, " level=%s event=%s", level_names[level], event_names[event]);
        wh_buf_str(&v, msg);
        put_pair(b, "msg", &v);
    }
    for (const struct wh_field *f = fields; f && f->key; f++) {
        value_of(f, &v);
        put_pair(b, f->key, &v);
    }
    wh_buf_done(&v);
}

static void put_json(struct wh_buf *b, enum wh_level level, enum wh_event event, const char *msg,
                     const struct wh_field *fields)
{
    struct wh_buf v = {0};
    struct wh_jw w;
    wh_jw_init(&w, b);
    wh_jw_obj(&w, NULL);
    stamp(&v, true);
    wh_jw_strn(&w, "ts", (const char *)v.ptr, v.len);
    wh_jw_str(&w, "level", level_names[level]);
    wh_jw_str(&w, "event", event_names[event]);
    wh_jw_str(&w, "msg", msg);
    for (const struct wh_field *f = fields; f && f->key; f++) {
        if (f->kind == WH_FK_U64) {
            wh_jw_u64(&w, f->key, f->u.u64);
            continue;
        }
        value_of(f, &v);
        wh_jw_strn(&w, f->key, (const char *)v.ptr, v.len);
    }
    wh_jw_end(&w);
    wh_buf_done(&v);
}

void wh_log_fields(enum wh_level level, enum wh_event event, const char *msg,
                   const struct wh_field *fields)
{
    if (!wh_log_enabled(level)) return;
    struct wh_buf b = {0};
    if (the_log.format == WH_LOG_JSON)
        put_json(&b, level, event, msg, fields);
    else
        put_plain(&b, level, event, msg, fields);
    wh_buf_put(&b, "\n", 1);
    FILE *out = the_log.out ? the_log.out : stderr;
    if (wh_buf_ok(&b)) fwrite(b.ptr, 1, b.len, out); /* one write: lines of threads stay whole */
    fflush(out);
    wh_buf_done(&b);
}

void wh_log_error(enum wh_level level, enum wh_event event, const struct wh_error *err)
{
    const struct wh_field f[] = {WH_F_STR("code", wh_err_id(err->code)),
                                 WH_F_STR("why", wh_err_why(err->code)),
                                 {NULL, WH_FK_STR, {NULL}}};
    wh_log_fields(level, event, err->what, f);
}
