/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_UNIT_SIM_PLAY_H
#define WH_TESTS_UNIT_SIM_PLAY_H

/* One run by the texts that --set takes: play(run, "protocol=bold k=4 delta=1s"). */
#include <stdlib.h>

#include "evm/native/crypto.h"
#include "game/sim/sweep.h"
#include "tests/tap.h"

static struct wh_arena play_arena;

static inline void play_params(const char *text, struct sim_params *p)
{
    char word[80];
    struct wh_error err;
    sim_params_default(p);
    for (const char *at = text; *at;) {
        size_t n = strcspn(at, " ");
        struct sim_axis a;
        snprintf(word, sizeof word, "%.*s", (int)n, at);
        if (sim_axis_parse(word, &a, &err) != WH_OK || a.count != 1) {
            printf("# %s: %s\n", word, err.what);
            abort();
        }
        p->v[a.p] = a.v[0];
        sim_axis_done(&a);
        at += n + (at[n] == ' ');
    }
    if (sim_params_check(p, WH_ERR_CLI_VALUE, &err) != WH_OK) {
        printf("# %s\n", err.what);
        abort();
    }
}

static inline struct sim_result play(uint32_t run, const char *text)
{
    struct sim_params p;
    struct sim_result r;
    struct wh_error err;
    struct sim_stream stream = {7, 0, run};
    play_params(text, &p);
    if (play_arena.base == NULL) {
        if (wh_native_crypto() == NULL) abort();
        if (sim_arena_open(&play_arena, (size_t)1 << 30, &err) != WH_OK) abort();
    }
    if (sim_play(&p, &stream, &play_arena, NULL, NULL, NULL, &r, &err) != WH_OK) {
        printf("# %s: %s\n", text, err.what);
        abort();
    }
    return r;
}

static inline uint64_t got(const struct sim_result *r, enum sim_result_id id)
{
    return r->v[id].u;
}

#endif
