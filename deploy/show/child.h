/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_SHOW_CHILD_H
#define WH_DEPLOY_SHOW_CHILD_H

/* Programs that the demo runs: started with a log file, killed with the demo, started again when
 * asked to. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "proto/sys/error.h"

#define CHILD_ARGS 48

struct child {
    char name[32];          /* "challenger" */
    char log[256];          /* stderr and stdout go here */
    char *argv[CHILD_ARGS]; /* own, NULL-ended */
    int argc;
    pid_t pid; /* 0: not running */
    unsigned starts;
};

/* child_init sets name, program and log; child_arg appends one argument (copied). */
void child_init(struct child *c, const char *name, const char *program, const char *dir);
void child_arg(struct child *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void child_done(struct child *c); /* stops it (SIGTERM, then SIGKILL) and frees */

WH_MUST wh_status child_start(struct child *c, struct wh_error *err);
/* child_run starts and waits; another exit code than 0 is an error with the end of its log. */
WH_MUST wh_status child_run(struct child *c, struct wh_error *err);
void child_kill(struct child *c, int signal_number); /* and waits for its end */
/* child_gone: it ended by itself. *code: exit code, or 128 + signal. */
bool child_gone(struct child *c, int *code);
/* child_wait_line waits until the log holds a line with that text and copies the line. */
WH_MUST wh_status child_wait_line(struct child *c, const char *text, char *line, size_t cap,
                                  uint64_t timeout_ms, struct wh_error *err);

#endif
