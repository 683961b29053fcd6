/* SPDX-License-Identifier: MIT */
/* Scenario files: [section] and name = value. */
#include <ini.h>
#include <string.h>

#include "game/sim/params.h"
#include "proto/sys/file.h"

struct reading {
    struct sim_params *p;
    const char *path;
    struct wh_error *err;
    wh_status st;
    int line;
    const char *at; /* rest of the text */
    bool seen[SIM_PARAM_COUNT];
};

static bool known_section(const char *name)
{
    for (size_t i = 0; i < SIM_PARAM_COUNT; i++)
        if (strcmp(sim_param((enum sim_param)i)->section, name) == 0) return true;
    return false;
}

static int on_value(void *ctx, const char *section, const char *name, const char *value)
{
    struct reading *r = ctx;
    int line = r->line;
    if (r->st != WH_OK) return 0;
    if (section[0] != 0 && !known_section(section)) {
        r->st = wh_fail(r->err, WH_ERR_CFG_KEY,
                        "%s:%d: no section [%s] (game, l1, honest, evil, money, run)", r->path,
                        line, section);
        return 0;
    }
    enum sim_param p = sim_param_find(name);
    if (p == SIM_PARAM_COUNT) {
        const char *near = sim_param_nearest(name);
        r->st = wh_fail(r->err, WH_ERR_CFG_KEY, "%s:%d: no parameter '%.40s'%s%s%s", r->path, line,
                        name, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
        return 0;
    }
    if (section[0] != 0 && strcmp(section, sim_param(p)->section) != 0) {
        r->st = wh_fail(r->err, WH_ERR_CFG_KEY, "%s:%d: %s belongs to [%s], not to [%s]", r->path,
                        line, name, sim_param(p)->section, section);
        return 0;
    }
    if (r->seen[p]) {
        r->st = wh_fail(r->err, WH_ERR_CFG_KEY, "%s:%d: %s is set twice", r->path, line, name);
        return 0;
    }
    r->seen[p] = true;
    r->st = sim_param_parse(p, value, WH_ERR_CFG_VALUE, &r->p->v[p], r->err);
    if (r->st != WH_OK) wh_error_prefix(r->err, "%s:%d: ", r->path, line);
    return r->st == WH_OK;
}

/* libinih reads lines through this, so that errors can name them. */
static char *next_line(char *buf, int size, void *ctx)
{
    struct reading *r = ctx;
    size_t n = strcspn(r->at, "\n"), room = (size_t)size - 1;
    if (*r->at == 0) return NULL;
    n += r->at[n] == '\n';
    if (n > room) n = room; /* the rest counts as a line; no parameter is that long */
    memcpy(buf, r->at, n);
    buf[n] = 0;
    r->at += n;
    r->line++;
    return buf;
}

wh_status sim_params_file(struct sim_params *p, const char *path, struct wh_error *err)
{
    struct wh_buf text = {0};
    wh_status st = wh_file_read(path, (size_t)1 << 20, &text, err);
    if (st != WH_OK) {
        if (err != NULL) {
            char what[400];
            snprintf(what, sizeof what, "%.390s", err->what);
            st = wh_fail(err, WH_ERR_CFG_FILE, "%s", what);
        }
        wh_buf_done(&text);
        return st;
    }
    struct reading r = {.p = p, .path = path, .err = err, .st = WH_OK};
    const char *s = wh_buf_cstr(&text);
    if (s == NULL) st = wh_fail(err, WH_ERR_NOMEM, "%s", path);
    if (s != NULL && strlen(s) != text.len)
        st = wh_fail(err, WH_ERR_CFG_FILE, "%s holds a NUL byte", path);
    if (st == WH_OK) {
        r.at = s;
        int line = ini_parse_stream(next_line, &r, on_value, &r);
        st = r.st;
        if (st == WH_OK && line != 0)
            st = wh_fail(err, WH_ERR_CFG_FILE, "%s:%d: neither [section] nor name = value", path,
                         line);
    }
    wh_buf_done(&text);
    return st;
}
