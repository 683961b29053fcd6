/* SPDX-License-Identifier: MIT */
/* Swept parameters: name=1..64:*2, name=0s..9h:+1h, name=a,b,c. */
#include <stdlib.h>
#include <string.h>

#include "game/sim/params.h"
#include "proto/sys/cli.h"

static wh_status axis_push(struct sim_axis *a, uint64_t v, struct wh_error *err)
{
    if (a->count == SIM_AXIS_MAX)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--set %s: more than %u values",
                       sim_param(a->p)->name, SIM_AXIS_MAX);
    if (a->v == NULL && (a->v = malloc(SIM_AXIS_MAX * sizeof *a->v)) == NULL)
        return wh_fail(err, WH_ERR_NOMEM, "values of %s", sim_param(a->p)->name);
    a->v[a->count++] = v;
    return WH_OK;
}

/* from..to, from..to:+step, from..to:*factor; the step of :+ has the unit of the values. */
static wh_status axis_range(struct sim_axis *a, const char *text, const char *dots,
                            struct wh_error *err)
{
    char from[64], to[64];
    const char *name = sim_param(a->p)->name, *colon = strchr(dots, ':');
    size_t to_len = colon ? (size_t)(colon - dots - 2) : strlen(dots + 2);
    uint64_t low, high, step = 1;
    bool times = false;
    if (sim_param(a->p)->kind == SIM_KIND_CHOICE || (size_t)(dots - text) >= sizeof from ||
        to_len >= sizeof to)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--set %s: '%.60s' is no range of this parameter",
                       name, text);
    snprintf(from, sizeof from, "%.*s", (int)(dots - text), text);
    snprintf(to, sizeof to, "%.*s", (int)to_len, dots + 2);
    WH_TRY(sim_param_parse(a->p, from, WH_ERR_CLI_VALUE, &low, err));
    WH_TRY(sim_param_parse(a->p, to, WH_ERR_CLI_VALUE, &high, err));
    if (colon != NULL) {
        times = colon[1] == '*';
        bool ok = times ? wh_parse_u64(colon + 2, &step)
                        : colon[1] == '+' && sim_param_read(a->p, colon + 2, &step);
        if (!ok || step < 1 + (uint64_t)times || (times && low == 0))
            return wh_fail(err, WH_ERR_CLI_VALUE, "--set %s: '%.30s' is no step (:*2, :+10)", name,
                           colon);
    }
    if (low > high)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--set %s: %s is over %s", name, from, to);
    for (uint64_t v = low; v <= high;) {
        WH_TRY(axis_push(a, v, err));
        uint64_t next = times ? v * step : v + step;
        if (next <= v || (times && next / step != v)) break;
        v = next;
    }
    return WH_OK;
}

wh_status sim_axis_parse(const char *text, struct sim_axis *out, struct wh_error *err)
{
    char name[40], word[64];
    const char *eq = strchr(text, '=');
    memset(out, 0, sizeof *out);
    if (eq == NULL || eq == text || (size_t)(eq - text) >= sizeof name)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--set %.60s: not name=values", text);
    snprintf(name, sizeof name, "%.*s", (int)(eq - text), text);
    out->p = sim_param_find(name);
    if (out->p == SIM_PARAM_COUNT) {
        const char *near = sim_param_nearest(name);
        return wh_fail(err, WH_ERR_CLI_VALUE, "--set %s: no such parameter%s%s%s", name,
                       near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
    }
    const char *p = eq + 1, *dots = strstr(p, "..");
    wh_status st = WH_OK;
    if (dots != NULL) {
        st = axis_range(out, p, dots, err);
    } else {
        for (;;) {
            size_t n = strcspn(p, ",");
            uint64_t v = 0;
            snprintf(word, sizeof word, "%.*s", (int)(n < 63 ? n : 63), p);
            st = sim_param_parse(out->p, word, WH_ERR_CLI_VALUE, &v, err);
            if (st == WH_OK) st = axis_push(out, v, err);
            if (st != WH_OK || p[n] == 0) break;
            p += n + 1;
        }
    }
    if (st != WH_OK) sim_axis_done(out);
    return st;
}

void sim_axis_done(struct sim_axis *a)
{
    free(a->v);
    a->v = NULL;
    a->count = 0;
}
