/* SPDX-License-Identifier: MIT */
#include "game/sim/params.h"

#include <ini.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sys/cli.h"
#include "proto/sys/file.h"

#define WORD(name, text) "|" #name
#define PROTOCOL         WORD
const char sim_protocol_words[] =
#include "game/sim/protocols.def"
    ;
#undef PROTOCOL
#define STRATEGY WORD
const char sim_strategy_words[] =
#include "game/sim/strategies.def"
    ;
#undef STRATEGY

static const struct sim_param_row rows[SIM_PARAM_COUNT] = {
#define PARAM(id, name, section, kind, def, min, max, words, help) \
    [SIM_##id] = {#name, #section, SIM_KIND_##kind, def, min, max, words, help},
#include "game/sim/params.def"
#undef PARAM
};

const struct sim_param_row *sim_param(enum sim_param p)
{
    return &rows[p];
}

enum sim_param sim_param_find(const char *name)
{
    for (size_t i = 0; i < SIM_PARAM_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0) return (enum sim_param)i;
    return SIM_PARAM_COUNT;
}

const char *sim_param_nearest(const char *name)
{
    const char *words[SIM_PARAM_COUNT];
    for (size_t i = 0; i < SIM_PARAM_COUNT; i++)
        words[i] = rows[i].name;
    return wh_nearest(name, words, SIM_PARAM_COUNT);
}

const char *sim_param_unit(enum sim_param p)
{
    switch (rows[p].kind) {
    case SIM_KIND_COUNT:
        return p == SIM_GAS_LIMIT || p == SIM_PROVE_GAS ? "gas" : p == SIM_PROVE_BYTES ? "B" : "";
    case SIM_KIND_DURATION: return "s";
    case SIM_KIND_ETHER: return "eth";
    case SIM_KIND_PRICE: return "gwei";
    case SIM_KIND_SHARE: return "%";
    case SIM_KIND_CHOICE: return "word";
    }
    return "";
}

/* Words begin after a leading bar, if any. */
static const char *words_of(const struct sim_param_row *r)
{
    return r->words[0] == '|' ? r->words + 1 : r->words;
}

static bool choice(const struct sim_param_row *r, const char *text, uint64_t *out)
{
    size_t len = strlen(text);
    uint64_t n = 0;
    for (const char *w = words_of(r); *w; n++) {
        size_t l = strcspn(w, "|");
        if (l == len && memcmp(w, text, l) == 0) {
            *out = n;
            return true;
        }
        w += l + (w[l] == '|');
    }
    return false;
}

static bool amount(const char *text, uint64_t unit, uint64_t *out)
{
    u256 wei;
    if (!wh_parse_amount(text, &wei) || wei.w[2] != 0 || wei.w[3] != 0) return false;
    u128 v = (u128)wei.w[1] << 64 | wei.w[0];
    if (v % unit != 0 || v / unit > UINT64_MAX) return false;
    *out = (uint64_t)(v / unit);
    return true;
}

static bool read_value(const struct sim_param_row *r, const char *text, uint64_t *out,
                       const char **form)
{
    uint64_t ms;
    switch (r->kind) {
    case SIM_KIND_COUNT: *form = "a whole number"; return wh_parse_u64(text, out);
    case SIM_KIND_DURATION:
        *form = "whole seconds with a unit, such as 12s or 7d";
        if (!wh_parse_duration(text, &ms) || ms % 1000 != 0) return false;
        *out = ms / 1000;
        return true;
    case SIM_KIND_ETHER:
        *form = "an amount of whole gwei, such as 0.1eth";
        return amount(text, 1000000000, out);
    case SIM_KIND_PRICE: *form = "a price such as 10gwei"; return amount(text, 1, out);
    case SIM_KIND_SHARE: *form = "a share such as 50% or 0.25%"; return wh_parse_percent(text, out);
    case SIM_KIND_CHOICE: *form = words_of(r); return choice(r, text, out);
    }
    return false;
}

wh_status sim_param_parse(enum sim_param p, const char *text, enum wh_err code, uint64_t *out,
                          struct wh_error *err)
{
    const struct sim_param_row *r = &rows[p];
    const char *form = "";
    uint64_t v;
    if (!read_value(r, text, &v, &form))
        return wh_fail(err, code, "%s: '%.60s' is not %s%s", r->name, text,
                       r->kind == SIM_KIND_CHOICE ? "one of " : "", form);
    if (r->kind != SIM_KIND_CHOICE && (v < r->min || v > r->max)) {
        char low[48], high[48];
        sim_param_text(p, r->min, low);
        sim_param_text(p, r->max, high);
        return wh_fail(err, code, "%s: %.60s is out of range (%s to %s)", r->name, text, low, high);
    }
    *out = v;
    return WH_OK;
}

static void print_scaled(char *out, uint64_t v, uint64_t unit, int digits, const char *suffix)
{
    char frac[24] = "";
    if (v % unit != 0) {
        int n = snprintf(frac, sizeof frac, ".%0*" PRIu64, digits, v % unit);
        while (n > 0 && frac[n - 1] == '0')
            frac[--n] = 0;
    }
    snprintf(out, 48, "%" PRIu64 "%s%s", v / unit, frac, suffix);
}

void sim_param_text(enum sim_param p, uint64_t v, char out[48])
{
    const struct sim_param_row *r = &rows[p];
    switch (r->kind) {
    case SIM_KIND_COUNT: snprintf(out, 48, "%" PRIu64, v); return;
    case SIM_KIND_DURATION: snprintf(out, 48, "%" PRIu64 "s", v); return;
    case SIM_KIND_ETHER: print_scaled(out, v, 1000000000, 9, "eth"); return;
    case SIM_KIND_PRICE: print_scaled(out, v, 1000000000, 9, "gwei"); return;
    case SIM_KIND_SHARE: print_scaled(out, v, 100, 2, "%"); return;
    case SIM_KIND_CHOICE: {
        const char *w = words_of(r);
        for (; v > 0; v--)
            w += strcspn(w, "|") + 1;
        snprintf(out, 48, "%.*s", (int)strcspn(w, "|"), w);
        return;
    }
    }
}

void sim_params_default(struct sim_params *out)
{
    struct wh_error err;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < SIM_PARAM_COUNT; i++)
        WH_ASSERT(sim_param_parse((enum sim_param)i, rows[i].def, WH_ERR_CFG_VALUE, &out->v[i],
                                  &err) == WH_OK);
}

wh_status sim_params_check(const struct sim_params *p, enum wh_err code, struct wh_error *err)
{
    static const char *const names[] = {
#define PROTOCOL(name, text) #name,
#include "game/sim/protocols.def"
#undef PROTOCOL
    };
    static const char *const strategies[] = {
#define STRATEGY(name, text) #name,
#include "game/sim/strategies.def"
#undef STRATEGY
    };
    const char *game = names[p->v[SIM_PROTOCOL]];
    uint64_t k = p->v[SIM_K], a = p->v[SIM_A];
    if (strcmp(game, "whittle") == 0 && (k > 32 || k % a != 0))
        return wh_fail(
            err, code,
            "k: whittle takes 1 to 32 and a multiple of a; k is %" PRIu64 ", a is %" PRIu64, k, a);
    if (strncmp(game, "bold", 4) == 0 && k > 63)
        return wh_fail(err, code, "k: %s takes at most 63, not %" PRIu64, game, k);
    if ((strcmp(game, "bold3") == 0 || strcmp(game, "prt") == 0) && k < p->v[SIM_LEVELS])
        return wh_fail(err, code, "levels: %" PRIu64 " levels do not fit k = %" PRIu64,
                       p->v[SIM_LEVELS], k);
    if (strcmp(game, "prt") == 0 && p->v[SIM_M] > 2 && p->v[SIM_LEVELS] > 1)
        return wh_fail(err, code, "m: matches of %" PRIu64 " parties need levels = 1", p->v[SIM_M]);
    if (strcmp(strategies[p->v[SIM_STRATEGY]], "plugin") == 0 && p->plugin == NULL)
        return wh_fail(err, code, "strategy: plugin needs a program (--plugin COMMAND)");
    /* Far above what any study needs, far below what 64-bit sums of times take. */
    if (p->v[SIM_N_SUB] > 1 && p->v[SIM_LEVELS] > 1) {
        uint64_t n = p->v[SIM_N_EVIL];
        for (uint64_t l = 1; l < p->v[SIM_LEVELS] && n <= 1000000; l++)
            n *= p->v[SIM_N_SUB];
        if (n > 1000000)
            return wh_fail(err, code, "n_sub: n_evil * n_sub^(levels-1) is over 1000000");
    }
    return WH_OK;
}

/* --- scenario files */
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
        if (strcmp(rows[i].section, name) == 0) return true;
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
    if (section[0] != 0 && strcmp(section, rows[p].section) != 0) {
        r->st = wh_fail(r->err, WH_ERR_CFG_KEY, "%s:%d: %s belongs to [%s], not to [%s]", r->path,
                        line, name, rows[p].section, section);
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

/* --- axes */
static wh_status axis_push(struct sim_axis *a, uint64_t v, struct wh_error *err)
{
    if (a->count == SIM_AXIS_MAX)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--set %s: more than %u values", rows[a->p].name,
                       SIM_AXIS_MAX);
    if (a->v == NULL && (a->v = malloc(SIM_AXIS_MAX * sizeof *a->v)) == NULL)
        return wh_fail(err, WH_ERR_NOMEM, "values of %s", rows[a->p].name);
    a->v[a->count++] = v;
    return WH_OK;
}

/* from..to, from..to:+step, from..to:*factor; the step of :+ has the unit of the values. */
static wh_status axis_range(struct sim_axis *a, const char *text, const char *dots,
                            struct wh_error *err)
{
    char from[64], to[64];
    const char *name = rows[a->p].name, *colon = strchr(dots, ':');
    size_t to_len = colon ? (size_t)(colon - dots - 2) : strlen(dots + 2);
    uint64_t low, high, step = 1;
    bool times = false;
    if (rows[a->p].kind == SIM_KIND_CHOICE || (size_t)(dots - text) >= sizeof from ||
        to_len >= sizeof to)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--set %s: '%.60s' is no range of this parameter",
                       name, text);
    snprintf(from, sizeof from, "%.*s", (int)(dots - text), text);
    snprintf(to, sizeof to, "%.*s", (int)to_len, dots + 2);
    WH_TRY(sim_param_parse(a->p, from, WH_ERR_CLI_VALUE, &low, err));
    WH_TRY(sim_param_parse(a->p, to, WH_ERR_CLI_VALUE, &high, err));
    if (colon != NULL) {
        const char *form = "";
        times = colon[1] == '*';
        bool ok = times ? wh_parse_u64(colon + 2, &step)
                        : colon[1] == '+' && read_value(&rows[a->p], colon + 2, &step, &form);
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
