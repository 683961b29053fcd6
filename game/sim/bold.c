/* SPDX-License-Identifier: MIT */
/* The game of the BoLD paper (section 4; with levels: section 5), written from the paper and apart from
 * game/core, so that each checks the other. Binary, k splits down to one step.
 *
 * Every false claim leaves the truth at one step, so below a true base each place of a path is a
 * `spot`: a context in which the true node and the nodes of false claims stand. A stage is one answer:
 * a split, or (at the end of a level) the root of a sub-game, or the proof. False claims form groups:
 * a claim at level l stands for all its refinements below. */
#include <string.h>

#include "game/sim/sim.h"

#define HONEST UINT32_MAX
#define NONE   UINT32_MAX
#define INF    (UINT64_MAX / 4)
#define STAGES 80u

struct spot {
    uint64_t pos; /* first step */
    uint64_t first_at, rival_at;
    uint64_t proven_at;
    uint64_t
        side_at;    /* when the true node of the other half came to stand, if nobody disputes it */
    uint32_t first; /* HONEST or a false claim */
    uint32_t count;
    uint32_t kid[2];  /* spots */
    uint32_t waiting; /* claims whose lowest node is here unrivaled: claim + 1, then next_waiting */
    uint8_t stage;
    bool stands; /* the true node is there */
    bool honest; /* and it is part of the honest claim's tree */
    bool answered, proven, listed;
};

struct claim { /* the lowest node of a group's own path; kept at the group's first member */
    uint64_t pos;
    uint64_t weight, honest_weight;
    uint32_t spot; /* NONE: not posted */
    uint32_t next_waiting;
    bool decides;
};

struct bold {
    unsigned k, levels, stages;
    uint8_t level_of[STAGES], depth_of[STAGES];
    bool sub[STAGES];  /* this stage's answer is a sub-root */
    uint64_t total;    /* refinements of all claims */
    uint64_t width[9]; /* members of a group at a level */
    struct spot *spot;
    uint32_t spots, spot_cap;
    struct claim *claim;
    uint32_t *open; /* spots that wait for an honest answer */
    uint32_t opens, open_cap;
    uint64_t first_post;
    uint64_t posted;
    unsigned updates_left;
    bool updating, honest_posted, sub_staked[9];
};

static struct bold *of(const struct sim *s)
{
    return s->state;
}

static uint64_t level_stake(const struct sim *s, unsigned level, uint64_t i)
{
    uint64_t stake = sim_bond(s, i);
    for (; level > 0; level--)
        stake = (uint64_t)((u128)stake * sim_get(s, SIM_SUB_BOND) / 10000);
    return stake;
}

static void *more(struct sim *s, void *old, size_t size, uint32_t count, uint32_t *cap)
{
    if (count < *cap) return old;
    uint32_t n = *cap == 0 ? 64 : 2 * *cap;
    void *p = sim_new(s, size * n);
    if (p == NULL) return NULL;
    if (count != 0) memcpy(p, old, size * count);
    *cap = n;
    return p;
}

/* --- spots */
static uint32_t spot_new(struct sim *s, unsigned stage, uint64_t pos)
{
    struct bold *b = of(s);
    struct spot *all = more(s, b->spot, sizeof *all, b->spots, &b->spot_cap);
    if (all == NULL) return NONE;
    b->spot = all;
    b->spot[b->spots] = (struct spot){.pos = pos,
                                      .first_at = SIM_NEVER,
                                      .rival_at = SIM_NEVER,
                                      .side_at = SIM_NEVER,
                                      .first = NONE - 1,
                                      .kid = {NONE, NONE},
                                      .stage = (uint8_t)stage};
    return b->spots++;
}

/* Which half of a spot holds the step; sub-games have one part. */
static unsigned half(const struct bold *b, const struct spot *p, uint64_t step)
{
    if (b->sub[p->stage]) return 0;
    return (unsigned)(step >> (b->k - b->depth_of[p->stage] - 1)) & 1u;
}

static uint32_t spot_kid(struct sim *s, uint32_t at, unsigned side)
{
    struct bold *b = of(s);
    if (b->spot[at].kid[side] != NONE) return b->spot[at].kid[side];
    const struct spot *p = &b->spot[at];
    uint64_t width = UINT64_C(1) << (b->k - b->depth_of[p->stage]);
    uint64_t pos = p->pos + (b->sub[p->stage] ? 0 : side * (width / 2));
    bool honest_there = p->side_at != SIM_NEVER;
    uint64_t since = p->side_at;
    uint32_t kid = spot_new(s, p->stage + 1u, pos);
    if (kid == NONE) return NONE;
    b->spot[at].kid[side] = kid;
    /* A part that stood undisputed so far has its true node in it already. */
    if (honest_there && b->spot[at].kid[!side] != NONE) {
        b->spot[kid].stands = true;
        b->spot[kid].honest = b->spot[at].answered;
        b->spot[kid].first = HONEST;
        b->spot[kid].first_at = since;
        b->spot[kid].count = 1;
        b->spot[at].side_at = SIM_NEVER;
    }
    return kid;
}

static wh_status list_open(struct sim *s, uint32_t at)
{
    struct bold *b = of(s);
    struct spot *p = &b->spot[at];
    if (p->listed || !p->honest || p->count < 2 || p->answered) return WH_OK;
    uint32_t *all = more(s, b->open, sizeof *all, b->opens, &b->open_cap);
    if (all == NULL) return WH_E_NOMEM;
    b->open = all;
    b->open[b->opens++] = at;
    p->listed = true;
    return WH_OK;
}

static uint64_t lambda(const struct spot *p, uint32_t who, uint64_t now)
{
    if (p->first != who) return 0;
    return (p->rival_at == SIM_NEVER ? now : p->rival_at) - p->first_at;
}

/* Time from which the true node stands in the half that no false claim is in. */
static uint64_t side_weight(const struct spot *p, uint64_t now)
{
    return p->side_at == SIM_NEVER ? 0 : now - p->side_at;
}

/* Bottom-up timer of the true node; finite: a proof counts as a clock since it was made. */
static uint64_t honest_beta(const struct bold *b, uint32_t at, uint64_t now, bool finite)
{
    const struct spot *p = &b->spot[at];
    uint64_t w = lambda(p, HONEST, now);
    if (!p->honest) return 0;
    if (p->proven) return finite ? w + now - p->proven_at : INF;
    if (!p->answered) return w;
    uint64_t least = INF;
    for (unsigned side = 0; side < (b->sub[p->stage] ? 1u : 2u); side++) {
        uint64_t part =
            p->kid[side] == NONE ? side_weight(p, now) : honest_beta(b, p->kid[side], now, finite);
        if (part < least) least = part;
    }
    return w + least < INF ? w + least : INF;
}

/* --- the adversary */
static unsigned level_at(const struct bold *b, uint32_t at)
{
    return b->level_of[b->spot[at].stage];
}

static wh_status offer(struct sim *s, uint32_t i)
{
    struct bold *b = of(s);
    const struct claim *c = &b->claim[i];
    const struct spot *p = &b->spot[c->spot];
    unsigned level = b->level_of[p->stage];
    if (p->stage + 1u >= b->stages) return WH_OK;
    uint64_t t = sim_get(s, SIM_T), slot = sim_get(s, SIM_SLOT);
    uint64_t weight = c->honest_weight + (p->first == HONEST ? p->rival_at - p->first_at : 0);
    uint64_t from = s->now + slot + s->party_delay[0], last = s->now;
    if (p->answered) {
        uint32_t kid = p->kid[half(b, p, c->pos)];
        from = kid != NONE && b->spot[kid].first == HONEST ? b->spot[kid].first_at
               : p->side_at != SIM_NEVER                   ? p->side_at
                                                           : s->now;
    }
    if (weight < t) last = (from + t - weight - 1) / slot * slot;
    struct sim_chance chance = {.kind = b->sub[p->stage] ? SIM_MOVE_SUBROOT : SIM_MOVE_SPLIT,
                                .rival = i,
                                .level = p->stage,
                                .levels = b->stages - 1,
                                .tier = level,
                                .tiers = b->levels,
                                .opened = s->now,
                                .deadline = last < s->now ? s->now : last,
                                .a = c->spot};
    if (!b->sub[p->stage]) return sim_chance(s, &chance);
    uint64_t group = b->width[level], part = b->width[level + 1];
    for (uint64_t j = i; j < i + group; j += part) {
        b->claim[j].weight = c->weight;
        b->claim[j].honest_weight = c->honest_weight;
        b->claim[j].spot = c->spot;
        chance.rival = (uint32_t)j;
        WH_TRY(sim_chance(s, &chance));
    }
    return WH_OK;
}

static wh_status wake(struct sim *s, uint32_t at)
{
    struct bold *b = of(s);
    WH_TRY(list_open(s, at));
    if (b->spot[at].count < 2) return WH_OK;
    uint32_t i = b->spot[at].waiting;
    b->spot[at].waiting = 0;
    while (i != 0) {
        uint32_t next = b->claim[i - 1].next_waiting;
        WH_TRY(offer(s, i - 1));
        i = next;
    }
    return WH_OK;
}

/* A node of who comes to stand at the spot. */
static wh_status arrive(struct sim *s, uint32_t at, uint32_t who)
{
    struct spot *p = &of(s)->spot[at];
    p->count++;
    if (who == HONEST) p->stands = true;
    if (p->count == 1) {
        p->first = who;
        p->first_at = s->now;
    } else if (p->count == 2) {
        p->rival_at = s->now;
    }
    return wake(s, at);
}

static wh_status stand(struct sim *s, uint32_t i, uint32_t at)
{
    struct bold *b = of(s);
    b->claim[i].spot = at;
    WH_TRY(arrive(s, at, i));
    if (b->spot[at].count >= 2) return offer(s, i);
    b->claim[i].next_waiting = b->spot[at].waiting;
    b->spot[at].waiting = i + 1;
    return WH_OK;
}

/* The node of claim i at spot `at` is split or refined. */
static wh_status go_down(struct sim *s, uint32_t i, uint32_t at)
{
    struct bold *b = of(s);
    struct claim *c = &b->claim[i];
    unsigned side = half(b, &b->spot[at], c->pos);
    if (b->spot[at].first == HONEST)
        c->honest_weight += b->spot[at].rival_at - b->spot[at].first_at;
    if (b->spot[at].first == i) c->weight += lambda(&b->spot[at], i, s->now);
    uint32_t kid = spot_kid(s, at, side);
    if (kid == NONE) return WH_E_NOMEM;
    /* A lie in the right half leaves the left part as the truth has it: that node stands now. */
    if (!b->sub[b->spot[at].stage] && side == 1) {
        uint32_t left = b->spot[at].kid[0];
        if (left == NONE && b->spot[at].side_at == SIM_NEVER) b->spot[at].side_at = s->now;
        if (left != NONE && !b->spot[left].stands) WH_TRY(arrive(s, left, HONEST));
    }
    return stand(s, i, kid);
}

static wh_status bold_evil(struct sim *s, const struct sim_chance *c, struct sim_done *done)
{
    struct bold *b = of(s);
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
        return stand(s, i, 0);
    }
    uint32_t at = (uint32_t)c->a;
    const struct spot *p = &b->spot[at];
    if (b->claim[i].spot != at) return WH_OK;
    unsigned height = b->k - b->depth_of[p->stage];
    done->depth = p->stage;
    done->pos = p->pos;
    if (c->kind == SIM_MOVE_SUBROOT) {
        done->gas = SIM_GAS_BOLD_ROOT;
        done->bytes = 1500;
        done->stake = level_stake(s, level_at(b, at) + 1u, 0);
    } else {
        done->gas = SIM_GAS_BOLD_SPLIT_BASE + SIM_GAS_BOLD_SPLIT_HEIGHT * height;
        done->bytes = 4 + 32 * (6 + 2 * height);
    }
    return go_down(s, i, at);
}

/* Upper bound of a false root's timer: the weight of its own path. */
static uint64_t evil_weight(const struct sim *s, uint64_t i)
{
    const struct bold *b = of(s);
    const struct claim *c = &b->claim[i];
    if (c->spot == NONE) return 0;
    return c->weight + lambda(&b->spot[c->spot], (uint32_t)i, s->now);
}

static wh_status bold_tick(struct sim *s)
{
    struct bold *b = of(s);
    uint64_t t = sim_get(s, SIM_T), next = SIM_NEVER;
    if (s->roots == 0 || s->winner != SIM_NOBODY) return WH_OK;
    if (s->now < b->first_post + t) {
        sim_wake_at(s, b->first_post + t);
        return WH_OK;
    }
    for (uint64_t i = 0; i < b->total; i++) {
        uint64_t w = evil_weight(s, i);
        if (b->claim[i].spot == NONE || b->claim[i].decides) continue;
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

/* --- the honest side */
static uint64_t weight_above(const struct bold *b, uint32_t at, uint64_t now)
{
    /* Spots are few steps apart from the top: walk down along the position. */
    uint64_t w = 0;
    for (uint32_t i = 0; i != NONE;) {
        const struct spot *p = &b->spot[i];
        w += lambda(p, HONEST, now);
        if (i == at) break;
        i = p->kid[half(b, p, b->spot[at].pos)];
    }
    return w;
}

static wh_status answer(struct sim *s, uint32_t party, uint32_t at)
{
    struct bold *b = of(s);
    const struct spot *p = &b->spot[at];
    if (sim_sent(s, party, (uint64_t)at + 16)) return WH_OK;
    uint64_t w = weight_above(b, at, s->now);
    if (sim_get(s, SIM_STOP) == 1 && w >= sim_get(s, SIM_T)) return WH_OK;
    bool proof = p->stage + 1u == b->stages;
    struct sim_tx tx = {.order = w << 8,
                        .key = (uint64_t)at + 16,
                        .weight = w,
                        .pos = p->pos,
                        .a = at,
                        .party = party,
                        .depth = p->stage,
                        .kind = proof              ? SIM_MOVE_PROVE
                                : b->sub[p->stage] ? SIM_MOVE_SUBROOT
                                                   : SIM_MOVE_SPLIT,
                        .last = p->stage + 2u >= b->stages};
    if (b->sub[p->stage]) tx.stake = level_stake(s, level_at(b, at) + 1u, 0);
    return sim_send(s, &tx);
}

static wh_status finish(struct sim *s, bool complete)
{
    struct bold *b = of(s);
    if (s->winner == SIM_HONEST && s->confirmed_at == SIM_NEVER) {
        sim_confirm(s);
        uint64_t all = s->evil.stake;
        sim_lose(s, all);
        s->honest.stake = 0;
    }
    (void)b;
    if (complete && s->winner != SIM_NOBODY) s->over = true;
    return WH_OK;
}

static wh_status updates(struct sim *s, uint32_t party)
{
    struct bold *b = of(s);
    if (!b->updating) {
        unsigned deepest = 0;
        for (uint32_t i = 0; i < b->spots; i++)
            if (b->spot[i].honest && b->spot[i].stage > deepest) deepest = b->spot[i].stage;
        b->updating = true;
        b->updates_left = deepest + 1;
    }
    if (party != 0 || sim_sent(s, 0, 2 + UINT64_C(0x100000000) * b->updates_left)) return WH_OK;
    return sim_send(s, &(struct sim_tx){.key = 2 + UINT64_C(0x100000000) * b->updates_left,
                                        .kind = SIM_MOVE_REFRESH,
                                        .weight = SIM_NEVER,
                                        .depth = b->updates_left - 1});
}

static wh_status bold_look(struct sim *s, uint32_t party)
{
    struct bold *b = of(s);
    uint64_t t = sim_get(s, SIM_T), now = s->now;
    if (!b->honest_posted) {
        bool rivals = s->roots != 0;
        if (party != 0 || sim_sent(s, 0, 1) || (!rivals && sim_get(s, SIM_FIRST) == 1))
            return WH_OK;
        return sim_send(s, &(struct sim_tx){.key = 1,
                                            .kind = SIM_MOVE_POST,
                                            .weight = SIM_NEVER,
                                            .stake = sim_bond(s, b->posted)});
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < b->opens; i++) {
        if (b->spot[b->open[i]].answered) continue;
        b->open[kept++] = b->open[i];
        if (s->winner == SIM_NOBODY) WH_TRY(answer(s, party, b->open[i]));
    }
    b->opens = kept;
    uint64_t finite = honest_beta(b, 0, now, true), beta = honest_beta(b, 0, now, false);
    if (finite >= t && s->complete_at == SIM_NEVER) s->complete_at = now;
    if (finite < t) sim_wake_at(s, now + t - finite);
    if (s->winner != SIM_NOBODY) return finish(s, finite >= t);
    if (beta < t) {
        sim_wake_at(s, now + t - beta);
        return WH_OK;
    }
    if (sim_get(s, SIM_DECIDE) == 2) return WH_OK;
    if (sim_get(s, SIM_UPDATES) == 1 && !(b->updating && b->updates_left == 0))
        return updates(s, party);
    if (sim_get(s, SIM_DECIDE) == 1) {
        sim_decide(s, SIM_HONEST);
        return finish(s, finite >= t);
    }
    if (sim_sent(s, party, 3)) return WH_OK;
    return sim_send(s, &(struct sim_tx){.key = 3,
                                        .kind = SIM_MOVE_DECIDE,
                                        .party = party,
                                        .weight = SIM_NEVER,
                                        .order = UINT64_C(1) << 60});
}

static wh_status bold_apply(struct sim *s, struct sim_tx *tx, enum sim_outcome *how,
                            const char **why)
{
    struct bold *b = of(s);
    *why = "";
    if (tx->kind == SIM_MOVE_POST) {
        tx->gas = SIM_GAS_BOLD_ROOT;
        tx->bytes = 1500;
        b->honest_posted = true;
        b->spot[0].honest = true;
        b->posted++;
        if (b->first_post == SIM_NEVER) b->first_post = s->now;
        return arrive(s, 0, HONEST);
    }
    if (tx->kind == SIM_MOVE_REFRESH) {
        uint64_t nodes = 0;
        for (uint32_t i = 0; i < b->spots; i++)
            nodes += b->spot[i].honest && b->spot[i].stage == tx->depth;
        tx->gas = 21000 + SIM_GAS_BOLD_UPDATE * (2 * nodes);
        b->updates_left = tx->depth;
        if (b->updates_left == 0 && sim_get(s, SIM_DECIDE) == 1) sim_decide(s, SIM_HONEST);
        return WH_OK;
    }
    if (tx->kind == SIM_MOVE_DECIDE) {
        tx->gas = SIM_GAS_BOLD_CONFIRM;
        if (s->winner != SIM_NOBODY) *how = SIM_AGAIN;
        sim_decide(s, SIM_HONEST);
        return WH_OK;
    }
    uint32_t at = (uint32_t)tx->a;
    unsigned stage = b->spot[at].stage, height = b->k - b->depth_of[stage];
    tx->bytes = 4 + 32 * (6 + 2 * height);
    tx->gas = tx->kind == SIM_MOVE_PROVE ? sim_get(s, SIM_PROVE_GAS)
              : tx->kind == SIM_MOVE_SUBROOT
                  ? SIM_GAS_BOLD_ROOT
                  : SIM_GAS_BOLD_SPLIT_BASE + SIM_GAS_BOLD_SPLIT_HEIGHT * height;
    if (b->spot[at].answered) {
        tx->gas = 30000;
        *how = SIM_AGAIN;
        return WH_OK;
    }
    b->spot[at].answered = true;
    if (tx->kind == SIM_MOVE_PROVE) {
        b->spot[at].proven = true;
        b->spot[at].proven_at = s->now;
        tx->bytes += (uint32_t)sim_get(s, SIM_PROVE_BYTES);
        return WH_OK;
    }
    if (tx->kind == SIM_MOVE_SUBROOT) s->honest.sub_stakes += tx->stake;
    /* The true nodes of both parts stand now, if they did not before as part of a false split. */
    for (unsigned side = 0; side < (b->sub[stage] ? 1u : 2u); side++) {
        uint32_t kid = b->spot[at].kid[side];
        if (kid == NONE && !b->sub[stage] && b->spot[at].kid[!side] != NONE) {
            if (b->spot[at].side_at == SIM_NEVER) b->spot[at].side_at = s->now;
            continue;
        }
        if (kid == NONE && (kid = spot_kid(s, at, side)) == NONE) return WH_E_NOMEM;
        b->spot[kid].honest = true;
        if (b->spot[kid].stands)
            WH_TRY(wake(s, kid));
        else
            WH_TRY(arrive(s, kid, HONEST));
    }
    return WH_OK;
}

/* --- set-up */
static void lay_stages(struct bold *b)
{
    unsigned depth = 0, n = 0;
    for (unsigned level = 0; level < b->levels; level++) {
        unsigned end = b->k * (level + 1) / b->levels;
        for (; depth < end; depth++) {
            b->level_of[n] = (uint8_t)level;
            b->depth_of[n++] = (uint8_t)depth;
        }
        b->level_of[n] = (uint8_t)level; /* the single step at this level's scale */
        b->depth_of[n] = (uint8_t)depth;
        b->sub[n] = level + 1 < b->levels;
        n++;
    }
    b->stages = n;
}

/* The step of a refinement: the top part from its claim, each lower part from its place in the group. */
static uint64_t step_of(struct sim *s, uint64_t i)
{
    struct bold *b = of(s);
    uint64_t n = s->n_evil, subs = sim_get(s, SIM_N_SUB);
    uint64_t pos = sim_lie_pos(s, i / b->width[0], n, b->k);
    for (unsigned level = 1; level < b->levels; level++) {
        unsigned from = b->k * level / b->levels;
        uint64_t j = i / b->width[level] % subs, mask = (UINT64_C(1) << (b->k - from)) - 1;
        if (sim_get(s, SIM_LIE) != 1 || subs == 1) continue;
        uint64_t low = (uint64_t)(((u128)mask + 1) * (2 * j + 1) / (2 * subs));
        pos = (pos & ~mask) | low;
    }
    return pos;
}

static wh_status bold_begin(struct sim *s, unsigned levels)
{
    struct bold *b = SIM_NEW(s, struct bold, 1);
    if (b == NULL) return WH_E_NOMEM;
    s->state = b;
    b->k = (unsigned)sim_get(s, SIM_K);
    b->levels = levels;
    b->first_post = SIM_NEVER;
    lay_stages(b);
    b->width[levels - 1] = 1;
    for (unsigned l = levels - 1; l > 0; l--)
        b->width[l - 1] = b->width[l] * sim_get(s, SIM_N_SUB);
    b->total = s->n_evil * b->width[0];
    b->claim = SIM_NEW(s, struct claim, b->total + 1);
    if (b->claim == NULL) return WH_E_NOMEM;
    for (uint64_t i = 0; i < b->total; i++)
        b->claim[i] = (struct claim){.pos = step_of(s, i), .spot = NONE};
    if (spot_new(s, 0, 0) == NONE) return WH_E_NOMEM;
    uint64_t t = sim_get(s, SIM_T), slot = sim_get(s, SIM_SLOT), from = slot + s->party_delay[0];
    s->undisputed = t + (sim_get(s, SIM_DECIDE) == 0 ? slot + sim_get(s, SIM_DELTA) : 0);
    if (sim_get(s, SIM_FIRST) == 0) {
        from = 0;
        WH_TRY(sim_stand_first(s));
    }
    for (uint64_t i = 0; i < b->total; i += b->width[0])
        WH_TRY(sim_chance(s, &(struct sim_chance){.kind = SIM_MOVE_POST,
                                                  .rival = (uint32_t)i,
                                                  .levels = b->stages - 1,
                                                  .deadline = (from + t - 1) / slot * slot}));
    return WH_OK;
}

static wh_status bold_start(struct sim *s)
{
    return bold_begin(s, 1);
}

static wh_status bold3_start(struct sim *s)
{
    return bold_begin(s, (unsigned)sim_get(s, SIM_LEVELS));
}

static void bold_end(struct sim *s, struct sim_result *r)
{
    (void)r;
    for (uint64_t i = 0; i < of(s)->total; i++) {
        uint64_t w = evil_weight(s, i);
        if (w > s->evil_weight) s->evil_weight = w;
    }
}

static uint64_t bold_rival_cost(const struct sim *s, uint64_t i)
{
    uint64_t k = sim_get(s, SIM_K);
    u128 gas =
        SIM_GAS_BOLD_ROOT + k * SIM_GAS_BOLD_SPLIT_BASE + SIM_GAS_BOLD_SPLIT_HEIGHT * k * k / 2;
    return sim_bond(s, i) +
           (uint64_t)(gas * (sim_get(s, SIM_BASEFEE) + sim_get(s, SIM_TIP)) / 1000000000);
}

#define ROWS(title, begin)                                                                        \
    {                                                                                             \
        .name = title, .start = begin, .look = bold_look, .tick = bold_tick, .apply = bold_apply, \
        .evil = bold_evil, .end = bold_end, .rival_cost = bold_rival_cost                         \
    }
const struct sim_protocol sim_bold = ROWS("bold", bold_start);
const struct sim_protocol sim_bold3 = ROWS("bold3", bold3_start);
