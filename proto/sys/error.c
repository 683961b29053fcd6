/* SPDX-License-Identifier: MIT */
#include "proto/sys/error.h"

#include <string.h>

struct row {
    const char *id, *why, *remedy;
    wh_status status;
    int exit_code;
};

static const struct row rows[WH_ERR_COUNT] = {
    [WH_ERR_NONE] = {"W-SYS-000", "", "", WH_OK, 0},
#define ERR(name, id_, status_, exit_, why_, do_) \
    [WH_ERR_##name] = {id_, why_, do_, WH_E_##status_, WH_EXIT_##exit_},
#include "proto/sys/errors.def"
#undef ERR
};

static const struct row *row_of(enum wh_err code)
{
    WH_ASSERT((unsigned)code < WH_ERR_COUNT);
    return &rows[code];
}

const char *wh_err_id(enum wh_err code)
{
    return row_of(code)->id;
}
const char *wh_err_why(enum wh_err code)
{
    return row_of(code)->why;
}
const char *wh_err_do(enum wh_err code)
{
    return row_of(code)->remedy;
}
int wh_err_exit(enum wh_err code)
{
    return row_of(code)->exit_code;
}
wh_status wh_err_status(enum wh_err code)
{
    return row_of(code)->status;
}

/* Texts from outside (a node's message, a file's name) must not forge lines of the error form. */
static void one_line(char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f) *s = ' ';
}

wh_status wh_vfail(struct wh_error *err, enum wh_err code, const char *fmt, va_list ap)
{
    const struct row *r = row_of(code);
    if (err == NULL) return r->status;
    char what[sizeof err->what]; /* arguments may point into err itself */
    vsnprintf(what, sizeof what, fmt, ap);
    one_line(what);
    err->code = code;
    err->status = r->status;
    err->exit_code = r->exit_code;
    memcpy(err->what, what, sizeof what);
    return r->status;
}

wh_status wh_fail(struct wh_error *err, enum wh_err code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    wh_status st = wh_vfail(err, code, fmt, ap);
    va_end(ap);
    return st;
}

void wh_error_clear(struct wh_error *err)
{
    if (err) memset(err, 0, sizeof *err);
}

void wh_error_prefix(struct wh_error *err, const char *fmt, ...)
{
    if (err == NULL) return;
    char text[sizeof err->what];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    size_t rest = strlen(err->what);
    if (rest > sizeof text - 1 - len) rest = sizeof text - 1 - len;
    memcpy(text + len, err->what, rest);
    text[len + rest] = 0;
    one_line(text);
    memcpy(err->what, text, len + rest + 1);
}

int wh_error_print(FILE *out, const char *program, const struct wh_error *err)
{
    fprintf(out, "%s: %s: %s\n  why: %s\n  do:  %s\n", program, wh_err_id(err->code), err->what,
            wh_err_why(err->code), wh_err_do(err->code));
    fflush(out);
    return err->exit_code;
}

void wh_exit_print(FILE *out)
{
#define EXIT(name, code, meaning) fprintf(out, "  %-3d %s\n", (code), meaning);
#include "proto/sys/exits.def"
#undef EXIT
}
