/* SPDX-License-Identifier: MIT */
/* An adversary in another process: one JSON object a line, both ways.
 *
 *   -> {"v":1,"type":"begin","seed":..,"cell":..,"run":..,"params":{name:value,...}}
 *   -> {"v":1,"type":"chance","kind":"split","rival":0,"level":1,"levels":10,"now":..,"deadline":..}
 *   <- {"at":T}      make the move in the block of time T (now or later)
 *   <- {"never":true}
 * Only a chance is answered. times are seconds since the start. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "game/sim/sim.h"
#include "proto/sys/file.h"
#include "proto/sys/json.h"

#define LINE_MAX_BYTES 65536u

struct sim_plugin {
    pid_t pid;
    int to, from;
    uint64_t timeout_ms;
    char line[LINE_MAX_BYTES];
    size_t have;
    uint64_t asked;
    struct wh_error failure;
    char command[200];
};

static wh_status fail(struct sim_plugin *p, const char *what)
{
    if (p->failure.code == WH_ERR_NONE)
        wh_fail(&p->failure, WH_ERR_SIM_PLUGIN, "plugin '%.100s': question %" PRIu64 ": %.200s",
                p->command, p->asked, what);
    return p->failure.status;
}

wh_status sim_plugin_status(const struct sim_plugin *p, struct wh_error *err)
{
    if (p->failure.code == WH_ERR_NONE) return WH_OK;
    if (err != NULL) *err = p->failure;
    return p->failure.status;
}

wh_status sim_plugin_open(const char *command, uint64_t timeout_s, struct sim_plugin **out,
                          struct wh_error *err)
{
    int down[2] = {-1, -1}, up[2] = {-1, -1};
    struct sim_plugin *p = calloc(1, sizeof *p);
    *out = NULL;
    if (p == NULL) return wh_fail(err, WH_ERR_NOMEM, "plugin");
    if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0 || (p->pid = fork()) < 0) {
        wh_status st = wh_fail(err, WH_ERR_SYS, "plugin '%.100s': %s", command, strerror(errno));
        for (int i = 0; i < 2; i++)
            if (down[i] >= 0) close(down[i]);
        for (int i = 0; i < 2; i++)
            if (up[i] >= 0) close(up[i]);
        free(p);
        return st;
    }
    if (p->pid == 0) {
        (void)setpgid(0,
                      0); /* the shell may start the program as a child: both are ended together */
        dup2(down[0], 0);
        dup2(up[1], 1);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    close(down[0]);
    close(up[1]);
    p->to = down[1];
    p->from = up[0];
    p->timeout_ms = 1000 * timeout_s;
    snprintf(p->command, sizeof p->command, "%s", command);
    signal(SIGPIPE, SIG_IGN); /* a plug-in that has died is an error of a write */
    *out = p;
    return WH_OK;
}

void sim_plugin_close(struct sim_plugin *p)
{
    if (p == NULL) return;
    close(p->to);
    close(p->from);
    for (int i = 0; i < 20; i++) { /* a second to end by itself, as its input has ended */
        if (waitpid(p->pid, NULL, WNOHANG) == p->pid) {
            free(p);
            return;
        }
        wh_sleep_ms(50);
    }
    if (kill(-p->pid, SIGKILL) != 0) kill(p->pid, SIGKILL);
    waitpid(p->pid, NULL, 0);
    free(p);
}

static wh_status put(struct sim_plugin *p, struct wh_buf *b)
{
    wh_buf_str(b, "\n");
    size_t at = 0;
    if (!wh_buf_ok(b)) return fail(p, "out of memory");
    while (at < b->len) {
        struct pollfd w = {.fd = p->to, .events = POLLOUT};
        if (poll(&w, 1, (int)p->timeout_ms) == 0) return fail(p, "does not read its questions");
        ssize_t n = write(p->to, b->ptr + at, b->len - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(p, "has ended (its input is closed)");
        at += (size_t)n;
    }
    return WH_OK;
}

/* The next line into p->line, without its newline. */
static wh_status get(struct sim_plugin *p, size_t *len)
{
    uint64_t end = wh_mono_ms() + p->timeout_ms;
    for (;;) {
        char *nl = memchr(p->line, '\n', p->have);
        if (nl != NULL) {
            *len = (size_t)(nl - p->line);
            return WH_OK;
        }
        if (p->have == sizeof p->line) return fail(p, "answers with a line over 64 kB");
        uint64_t now = wh_mono_ms();
        struct pollfd r = {.fd = p->from, .events = POLLIN};
        if (now >= end || poll(&r, 1, (int)(end - now)) == 0)
            return fail(p, "gives no answer within plugin_timeout");
        ssize_t n = read(p->from, p->line + p->have, sizeof p->line - p->have);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return fail(p, "has ended without an answer");
        p->have += (size_t)n;
    }
}

wh_status sim_plugin_begin(struct sim_plugin *p, const struct sim *s)
{
    struct wh_buf b = {0};
    struct wh_jw w;
    wh_jw_init(&w, &b);
    wh_jw_obj(&w, NULL);
    wh_jw_u64(&w, "v", 1);
    wh_jw_str(&w, "type", "begin");
    wh_jw_u64(&w, "seed", s->stream.seed);
    wh_jw_u64(&w, "cell", s->stream.cell);
    wh_jw_u64(&w, "run", s->stream.run);
    wh_jw_obj(&w, "params");
    for (size_t i = 0; i < SIM_PARAM_COUNT; i++) {
        char text[48];
        sim_param_text((enum sim_param)i, s->p->v[i], text);
        wh_jw_str(&w, sim_param((enum sim_param)i)->name, text);
    }
    wh_jw_end(&w);
    wh_jw_end(&w);
    wh_status st = put(p, &b);
    wh_buf_done(&b);
    if (st != WH_OK) return sim_plugin_status(p, s->err);
    return WH_OK;
}

static wh_status ask(struct sim_plugin *p, const struct sim *s, const struct sim_chance *c)
{
    struct wh_buf b = {0};
    struct wh_jw w;
    wh_jw_init(&w, &b);
    wh_jw_obj(&w, NULL);
    wh_jw_u64(&w, "v", 1);
    wh_jw_str(&w, "type", "chance");
    wh_jw_str(&w, "kind", sim_kind_name(c->kind));
    wh_jw_u64(&w, "rival", c->rival);
    wh_jw_u64(&w, "level", c->level);
    wh_jw_u64(&w, "levels", c->levels);
    wh_jw_u64(&w, "now", s->now);
    if (c->deadline == SIM_NEVER)
        wh_jw_raw(&w, "deadline", "null", 4);
    else
        wh_jw_u64(&w, "deadline", c->deadline);
    wh_jw_end(&w);
    wh_status st = put(p, &b);
    wh_buf_done(&b);
    return st;
}

static uint64_t answer(struct sim_plugin *p, const struct sim *s, const json_t *v)
{
    const json_t *at = json_object_get(v, "at");
    if (json_is_true(json_object_get(v, "never"))) return SIM_NEVER;
    if (!json_is_integer(at)) {
        fail(p, "answer has neither \"at\" (a whole number) nor \"never\"");
        return SIM_NEVER;
    }
    if (json_integer_value(at) < 0 || (uint64_t)json_integer_value(at) < s->now) {
        char what[120];
        snprintf(what, sizeof what, "illegal move: \"at\" %lld is before now, %" PRIu64,
                 (long long)json_integer_value(at), s->now);
        fail(p, what);
        return SIM_NEVER;
    }
    return (uint64_t)json_integer_value(at);
}

uint64_t sim_plugin_when(struct sim *s, const struct sim_chance *c)
{
    struct sim_plugin *p = s->plugin;
    size_t len = 0;
    json_t *v = NULL;
    struct wh_error why;
    if (p == NULL || p->failure.code != WH_ERR_NONE) return SIM_NEVER;
    if (c->kind == SIM_MOVE_DECIDE) return s->now; /* nobody waits who has won */
    p->asked++;
    if (ask(p, s, c) != WH_OK || get(p, &len) != WH_OK) return SIM_NEVER;
    if (wh_json_parse(p->line, len, &v, &why) != WH_OK) {
        fail(p, "answer is not JSON");
        return SIM_NEVER;
    }
    p->have -= len + 1;
    memmove(p->line, p->line + len + 1, p->have);
    uint64_t t = answer(p, s, v);
    json_decref(v);
    return t;
}
