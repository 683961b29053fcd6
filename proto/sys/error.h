/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_SYS_ERROR_H
#define WH_PROTO_SYS_ERROR_H

/* Errors as an operator meets them: what happened, why, what to do, a stable id, an exit code.
 *
 * Functions of host rooms take `struct wh_error *err` last and fill it where the facts are; only
 * main loops print. err may be NULL. A filled error is overwritten by the next wh_fail. */

#include <stdarg.h>
#include <stdio.h>

#include "evm/base/status.h"

enum wh_exit {
#define EXIT(name, code, meaning) WH_EXIT_##name = (code),
#include "proto/sys/exits.def"
#undef EXIT
};

enum wh_err {
    WH_ERR_NONE = 0,
#define ERR(name, id, status, exit, why, remedy) WH_ERR_##name,
#include "proto/sys/errors.def"
#undef ERR
    WH_ERR_COUNT
};

struct wh_error {
    enum wh_err code;
    wh_status status; /* what the failing function returned */
    int exit_code;    /* enum wh_exit */
    char what[512];   /* the facts: one line, no newline */
};

/* wh_fail fills *err with the row of `code` and the composed facts; returns the row's status, so
 * that `return wh_fail(err, WH_ERR_RPC_NULL, "eth_getLogs %" PRIu64, n);` is the usual form. */
wh_status wh_fail(struct wh_error *err, enum wh_err code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4), cold));
wh_status wh_vfail(struct wh_error *err, enum wh_err code, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0), cold));

/* wh_error_clear empties *err. wh_error_prefix puts a text before the facts ("reading F: ..."). */
void wh_error_clear(struct wh_error *err);
void wh_error_prefix(struct wh_error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Rows of the tables; static strings. */
const char *wh_err_id(enum wh_err code); /* "W-RPC-012" */
const char *wh_err_why(enum wh_err code);
const char *wh_err_do(enum wh_err code);
int wh_err_exit(enum wh_err code);
wh_status wh_err_status(enum wh_err code);

/* wh_error_print writes the three lines of the error form to out (ux: program: id: what, why, do).
 * Returns err->exit_code, so that main can end with it. */
int wh_error_print(FILE *out, const char *program, const struct wh_error *err);

/* wh_exit_print lists the exit codes (for --help). */
void wh_exit_print(FILE *out);

#endif
