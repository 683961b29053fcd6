/* SPDX-License-Identifier: MIT */
/* Rows of the CSV files. A sweep writes millions: numbers are printed by hand. */
#include <string.h>

#include "game/sim/sweep.h"

static void put_u64(struct wh_buf *out, uint64_t v)
{
    char text[24];
    unsigned at = sizeof text;
    do
        text[--at] = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    wh_buf_put(out, text + at, sizeof text - at);
}

static void put_ether(struct wh_buf *out, uint64_t gwei)
{
    char frac[10] = ".000000000";
    if ((int64_t)gwei < 0) {
        wh_buf_put(out, "-", 1);
        gwei = 0 - gwei;
    }
    put_u64(out, gwei / 1000000000);
    gwei %= 1000000000;
    for (unsigned i = 9; i > 0; i--, gwei /= 10)
        frac[i] = (char)('0' + gwei % 10);
    wh_buf_put(out, frac, sizeof frac);
}

void sim_csv_header(const struct sim_plan *plan, struct wh_buf *out)
{
    wh_buf_str(out, "cell,run");
    for (unsigned i = 0; i < plan->axes; i++)
        wh_buf_printf(out, ",%s", sim_param(plan->axis[i].p)->name);
    for (size_t i = 0; i < SIM_RESULT_COUNT; i++)
        wh_buf_printf(out, ",%s", sim_result_row((enum sim_result_id)i)->name);
    wh_buf_str(out, "\n");
}

/* Swept values as plain numbers in the column's unit, so that any program can take them. */
static void put_param(struct wh_buf *out, enum sim_param p, uint64_t v)
{
    char text[48];
    switch (sim_param(p)->kind) {
    case SIM_KIND_COUNT:
    case SIM_KIND_DURATION: put_u64(out, v); return;
    case SIM_KIND_ETHER:
    case SIM_KIND_PRICE: put_ether(out, v); return;
    case SIM_KIND_SHARE:
    case SIM_KIND_CHOICE:
        sim_param_text(p, v, text);
        text[strcspn(text, "%")] = 0;
        wh_buf_str(out, text);
        return;
    }
}

void sim_csv_row(const struct sim_plan *plan, const struct sim_params *p, uint64_t cell,
                 uint64_t run, const struct sim_result *r, struct wh_buf *out)
{
    put_u64(out, cell);
    wh_buf_put(out, ",", 1);
    put_u64(out, run);
    for (unsigned i = 0; i < plan->axes; i++) {
        wh_buf_put(out, ",", 1);
        put_param(out, plan->axis[i].p, p->v[plan->axis[i].p]);
    }
    for (size_t i = 0; i < SIM_RESULT_COUNT; i++) {
        enum sim_result_id id = (enum sim_result_id)i;
        char text[48];
        wh_buf_put(out, ",", 1);
        switch (sim_result_row(id)->kind) {
        case SIM_IS_SECONDS:
            if (r->v[i].u != SIM_NEVER) put_u64(out, r->v[i].u);
            break;
        case SIM_IS_COUNT: put_u64(out, r->v[i].u); break;
        case SIM_IS_ETHER: put_ether(out, r->v[i].u); break;
        case SIM_IS_WORD:
        case SIM_IS_RATIO:
        case SIM_IS_HASH:
            sim_result_text(id, r, text);
            wh_buf_str(out, text);
            break;
        }
    }
    wh_buf_put(out, "\n", 1);
}

const char sim_moves_header[] = "cell,run,step,time,side,party,kind,depth,pos,gas,outcome\n";

void sim_moves_row(uint64_t cell, uint64_t run, uint64_t step, const struct sim_log_row *row,
                   struct wh_buf *out)
{
    const uint64_t head[] = {cell, run, step, row->time};
    for (size_t i = 0; i < 4; i++) {
        put_u64(out, head[i]);
        wh_buf_put(out, ",", 1);
    }
    wh_buf_str(out, row->evil ? "evil," : "honest,");
    put_u64(out, row->party);
    wh_buf_put(out, ",", 1);
    wh_buf_str(out, sim_kind_name(row->kind));
    wh_buf_put(out, ",", 1);
    put_u64(out, row->depth);
    wh_buf_put(out, ",", 1);
    put_u64(out, row->pos);
    wh_buf_put(out, ",", 1);
    put_u64(out, row->gas);
    wh_buf_put(out, ",", 1);
    wh_buf_str(out, row->outcome);
    wh_buf_put(out, "\n", 1);
}
