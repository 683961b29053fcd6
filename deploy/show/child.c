/* SPDX-License-Identifier: MIT */
#include "deploy/show/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/sys/file.h"

#define STOP_MS 3000u

void child_init(struct child *c, const char *name, const char *program, const char *dir)
{
    memset(c, 0, sizeof *c);
    snprintf(c->name, sizeof c->name, "%s", name);
    snprintf(c->log, sizeof c->log, "%s/%s.log", dir, name);
    child_arg(c, "%s", program);
}

void child_arg(struct child *c, const char *fmt, ...)
{
    va_list ap;
    WH_ASSERT(c->argc + 1 < CHILD_ARGS);
    va_start(ap, fmt);
    if (vasprintf(&c->argv[c->argc], fmt, ap) < 0) abort();
    va_end(ap);
    c->argc++;
}

wh_status child_start(struct child *c, struct wh_error *err)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) return wh_fail(err, WH_ERR_SYS, "fork: %s", strerror(errno));
    if (pid == 0) {
        /* a demo that dies takes its programs with it */
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(127);
        int fd = open(c->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0) _exit(127);
        execv(c->argv[0], c->argv);
        _exit(127);
    }
    c->pid = pid;
    c->starts++;
    return WH_OK;
}

bool child_gone(struct child *c, int *code)
{
    int status = 0;
    if (c->pid == 0) return true;
    if (waitpid(c->pid, &status, WNOHANG) != c->pid) return false;
    c->pid = 0;
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

void child_kill(struct child *c, int signal_number)
{
    int code;
    if (c->pid == 0) return;
    (void)kill(c->pid, signal_number);
    uint64_t end = wh_mono_ms() + STOP_MS;
    while (!child_gone(c, &code)) {
        if (wh_mono_ms() > end) (void)kill(c->pid, SIGKILL);
        wh_sleep_ms(5);
    }
}

void child_done(struct child *c)
{
    child_kill(c, SIGTERM);
    for (int i = 0; i < c->argc; i++)
        free(c->argv[i]);
    memset(c, 0, sizeof *c);
}

/* The last lines of a log, for the message. */
static void log_end(const struct child *c, char *out, size_t cap)
{
    struct wh_buf b = {0};
    out[0] = 0;
    if (wh_file_read(c->log, 16u << 20, &b, NULL) == WH_OK && b.len) {
        size_t from = b.len > cap - 1 ? b.len - (cap - 1) : 0;
        memcpy(out, b.ptr + from, b.len - from);
        out[b.len - from] = 0;
    }
    wh_buf_done(&b);
}

wh_status child_run(struct child *c, struct wh_error *err)
{
    int code = 0;
    char end[400];
    WH_TRY(child_start(c, err));
    while (!child_gone(c, &code))
        wh_sleep_ms(2);
    if (code == 0) return WH_OK;
    log_end(c, end, sizeof end);
    return wh_fail(err, WH_ERR_SYS, "%s ended with %d: %s", c->name, code, end);
}

wh_status child_wait_line(struct child *c, const char *text, char *line, size_t cap,
                          uint64_t timeout_ms, struct wh_error *err)
{
    uint64_t limit = wh_mono_ms() + timeout_ms;
    char tail[400];
    for (;;) {
        struct wh_buf b = {0};
        const char *at = NULL;
        if (wh_file_read(c->log, 16u << 20, &b, NULL) == WH_OK && wh_buf_cstr(&b))
            at = strstr((const char *)b.ptr, text);
        const char *eol = at ? strchr(at, '\n') : NULL;
        if (eol) {
            while (at > (const char *)b.ptr && at[-1] != '\n')
                at--;
            size_t len = (size_t)(eol - at) < cap - 1 ? (size_t)(eol - at) : cap - 1;
            memcpy(line, at, len);
            line[len] = 0;
        }
        wh_buf_done(&b);
        if (eol) return WH_OK;
        int code = 0;
        bool gone = child_gone(c, &code);
        if (gone || wh_mono_ms() > limit) {
            log_end(c, tail, sizeof tail);
            return wh_fail(err, WH_ERR_SYS, "%s %s (%d): %s", c->name,
                           gone ? "ended" : "does not answer", code, tail);
        }
        wh_sleep_ms(5);
    }
}
