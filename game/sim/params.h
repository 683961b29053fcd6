/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_PARAMS_H
#define WH_GAME_SIM_PARAMS_H

/* Parameters of a scenario, by one table (params.def): file, --set, list, manifest and columns. */

#include "proto/sys/buf.h"
#include "proto/sys/error.h"

__extension__ typedef unsigned __int128 u128;

enum sim_param {
#define PARAM(id, name, section, kind, def, min, max, words, help) SIM_##id,
#include "game/sim/params.def"
#undef PARAM
    SIM_PARAM_COUNT
};

enum sim_param_kind {
    SIM_KIND_COUNT,
    SIM_KIND_DURATION,
    SIM_KIND_ETHER,
    SIM_KIND_PRICE,
    SIM_KIND_SHARE,
    SIM_KIND_CHOICE,
};

struct sim_param_row {
    const char *name, *section;
    enum sim_param_kind kind;
    const char *def;
    uint64_t min, max;
    const char *words, *help;
};

struct whittle_hooks;
struct sim_params {
    uint64_t v[SIM_PARAM_COUNT];
    const char *plugin;                /* borrowed: command line of --plugin; NULL: none */
    const struct whittle_hooks *hooks; /* borrowed: whittle.h; NULL: none */
};

/* The words of CHOICE rows that come from tables of their own: "whittle|bold|...". */
extern const char sim_protocol_words[], sim_strategy_words[];

const struct sim_param_row *sim_param(enum sim_param p);
/* sim_param_find: by name; SIM_PARAM_COUNT: none. */
enum sim_param sim_param_find(const char *name);
const char *sim_param_nearest(const char *name);
/* sim_param_unit: "s", "eth", "gwei", "%", "gas", "B", "word" or "". */
const char *sim_param_unit(enum sim_param p);

void sim_params_default(struct sim_params *out);
/* sim_param_parse reads text as a value of p within its range; errors name the parameter. code: the
 * row of errors.def for a bad value (a file's or the command line's). */
WH_MUST wh_status sim_param_parse(enum sim_param p, const char *text, enum wh_err code,
                                  uint64_t *out, struct wh_error *err);
/* sim_param_read: the same without its range; false: of another form. */
bool sim_param_read(enum sim_param p, const char *text, uint64_t *out);
/* sim_param_text: the value as --set takes it. */
void sim_param_text(enum sim_param p, uint64_t v, char out[48]);
/* sim_params_check: what no single value shows (a divides k, ...). */
WH_MUST wh_status sim_params_check(const struct sim_params *p, enum wh_err code,
                                   struct wh_error *err);

/* sim_params_file reads an INI file: [section] and name = value. */
WH_MUST wh_status sim_params_file(struct sim_params *p, const char *path, struct wh_error *err);

/* A swept parameter: --set name=1..64:*2, 0..10:+2 or a,b,c. */
#define SIM_AXIS_MAX 4096u
struct sim_axis {
    enum sim_param p;
    uint32_t count;
    uint64_t *v; /* owns */
};
WH_MUST wh_status sim_axis_parse(const char *text, struct sim_axis *out, struct wh_error *err);
void sim_axis_done(struct sim_axis *a);

#endif
