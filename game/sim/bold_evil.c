/* SPDX-License-Identifier: MIT */
/* BoLD: the adversary's moves. */
#include "game/sim/bold.h"

/* Upper bound of a false root's timer: the weight of its own path. */
static uint64_t bold_evil_weight(const struct sim *s, uint64_t i)
{
    const struct bold *b = bold_of(s);
    const struct bold_claim *c = &b->claim[i];
    if (c->spot == BOLD_NONE) return 0;
    return c->weight + bold_lambda(&b->spot[c->spot], (uint32_t)i, s->now);
}

wh_status bold_tick(struct sim *s)
{
    struct bold *b = bold_of(s);
    uint64_t t = sim_get(s, SIM_T), next = SIM_NEVER;
    if (s->roots == 0 || s->winner != SIM_NOBODY) return WH_OK;
    if (s->now < b->first_post + t) {
        sim_wake_at(s, b->first_post + t);
        return WH_OK;
    }
    for (uint64_t i = 0; i < b->total; i++) {
        uint64_t w = bold_evil_weight(s, i);
        if (b->claim[i].spot == BOLD_NONE || b->claim[i].decides) continue;
        if (w < t) {
            if (s->now + t - w < next) next = s->now + t - w;
            continue;
        }
        b->claim[i].decides = true;
        WH_TRY(sim_chance(s, &(struct sim_chance){.kind = SIM_MOVE_DECIDE,
                                                  .rival = (uint32_t)i,
                                                  .deadline = SIM_NEVER}));
    }
    if (next != SIM_NEVER) sim_wake_at(s, next);
    return WH_OK;
}

wh_status bold_evil(struct sim *s, const struct sim_chance *c, struct sim_done *done)
{
    struct bold *b = bold_of(s);
    uint32_t i = c->rival;
    if (s->winner != SIM_NOBODY) return WH_OK;
    if (c->kind == SIM_MOVE_DECIDE) {
        done->gas = SIM_GAS_BOLD_CONFIRM;
        sim_decide(s, SIM_EVIL);
        s->over = true;
        return WH_OK;
    }
    if (c->kind == SIM_MOVE_POST) {
        done->gas = SIM_GAS_BOLD_ROOT;
        done->bytes = 1500;
        done->stake = sim_bond(s, b->posted++);
        s->roots++;
        if (b->first_post == SIM_NEVER) b->first_post = s->now;
        return bold_stand(s, i, 0);
    }
    uint32_t at = (uint32_t)c->a;
    const struct bold_spot *p = &b->spot[at];
    if (b->claim[i].spot != at) return WH_OK;
    unsigned height = b->k - b->depth_of[p->stage];
    done->depth = p->stage;
    done->pos = p->pos;
    if (c->kind == SIM_MOVE_SUBROOT) {
        done->gas = SIM_GAS_BOLD_ROOT;
        done->bytes = 1500;
        done->stake = bold_level_stake(s, bold_level_at(b, at) + 1u, 0);
    } else {
        done->gas = SIM_GAS_BOLD_SPLIT_BASE + SIM_GAS_BOLD_SPLIT_HEIGHT * height;
        done->bytes = 4 + 32 * (6 + 2 * height);
    }
    return bold_go_down(s, i, at);
}

void bold_end(struct sim *s, struct sim_result *r)
{
    (void)r;
    for (uint64_t i = 0; i < bold_of(s)->total; i++) {
        uint64_t w = bold_evil_weight(s, i);
        if (w > s->evil_weight) s->evil_weight = w;
    }
}
