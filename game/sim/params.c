/* SPDX-License-Identifier: MIT */
#include "game/sim/params.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "game/sim/sim.h"
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

bool sim_param_read(enum sim_param p, const char *text, uint64_t *out)
{
    const char *form;
    return read_value(&rows[p], text, out, &form);
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
    const struct sim_protocol *game = sim_protocol(p->v[SIM_PROTOCOL]);
    if (game->check != NULL) WH_TRY(game->check(p, code, err));
    bool asks = strcmp(sim_strategy(p->v[SIM_STRATEGY])->name, "plugin") == 0;
    if (asks && p->plugin == NULL)
        return wh_fail(err, code, "strategy: plugin needs a program (--plugin COMMAND)");
    return WH_OK;
}

wh_status sim_check_levels(const struct sim_params *p, enum wh_err code, struct wh_error *err)
{
    uint64_t k = p->v[SIM_K], levels = p->v[SIM_LEVELS], n = p->v[SIM_N_EVIL];
    if (k < levels)
        return wh_fail(err, code, "levels: %" PRIu64 " levels do not fit k = %" PRIu64, levels, k);
    /* Far above what any study needs, far below what 64-bit sums of times take. */
    for (uint64_t l = 1; p->v[SIM_N_SUB] > 1 && l < levels && n <= 1000000; l++)
        n *= p->v[SIM_N_SUB];
    if (n > 1000000) return wh_fail(err, code, "n_sub: n_evil * n_sub^(levels-1) is over 1000000");
    return WH_OK;
}
