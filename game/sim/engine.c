/* SPDX-License-Identifier: MIT */
/* Blocks, honest moves on their way, the adversary's timed moves. */
#include <string.h>

#include "game/sim/engine.h"

static const char *const kind_names[] = {
#define KIND(id, name) #name,
#include "game/sim/kinds.def"
#undef KIND
};

const char *sim_kind_name(enum sim_kind k)
{
    return kind_names[k];
}

static const struct sim_protocol *const protocols[] = {
#define PROTOCOL(name, text) &sim_##name,
#include "game/sim/protocols.def"
#undef PROTOCOL
};
const uint64_t sim_protocol_count = sizeof protocols / sizeof *protocols;

const struct sim_protocol *sim_protocol(uint64_t number)
{
    return protocols[number];
}

uint64_t sim_mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ b) * UINT64_C(0x9e3779b97f4a7c15) + b;
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}

void sim_wake_at(struct sim *s, uint64_t t)
{
    if (t <= s->now) t = s->now + 1;
    if (t < s->wake) s->wake = t;
}

static void log_move(struct sim *s, const struct sim_log_row *row)
{
    uint64_t h = sim_mix(s->log_hash, row->time << 8 | (uint64_t)row->kind << 1 | row->evil);
    h = sim_mix(h, (uint64_t)row->party << 32 | row->depth);
    h = sim_mix(h, row->pos);
    h = sim_mix(h, row->gas << 2 | (row->outcome[0] == 'o' ? 0 : row->outcome[0] == 'a' ? 1 : 2));
    s->log_hash = h;
    if (s->log != NULL) s->log(s->log_ctx, row);
}

/* The table's gas, as L1 prices it now. */
static uint64_t priced(const struct sim *s, uint64_t gas)
{
    uint64_t share = sim_get(s, SIM_REPRICING);
    return share == 10000 ? gas : (uint64_t)((u128)gas * share / 10000);
}

/* A mined move: costs and log. */
static void mined(struct sim *s, struct sim_side *side, uint32_t bytes, struct sim_log_row *row)
{
    row->time = s->now;
    row->gas = priced(s, row->gas);
    side->gas += row->gas;
    side->fees += (u128)row->gas * sim_price(s);
    side->moves++;
    side->splits += row->kind == SIM_MOVE_SPLIT;
    side->proofs += row->kind == SIM_MOVE_PROVE;
    s->block_gas += row->gas;
    s->bytes += bytes;
    if (row->depth > s->depth) s->depth = row->depth;
    log_move(s, row);
}

static bool affordable(struct sim *s, const struct sim_tx *tx)
{
    u128 gwei = 1000000000;
    return s->honest.stake + tx->stake <= sim_get(s, SIM_CAPITAL) &&
           s->party_fees[tx->party] < sim_get(s, SIM_GAS_MONEY) * gwei;
}

/* Lost on its way: the party sees at the end of the block that it is not there. */
static bool lost(struct sim *s)
{
    uint64_t chance = sim_get(s, SIM_ERRORS);
    if (chance == 0 || sim_below(&s->error_rng, 10000) >= chance) return false;
    s->refused++;
    s->changed = true;
    return true;
}

static wh_status apply_honest(struct sim *s, struct sim_tx *tx)
{
    enum sim_outcome how = SIM_DONE;
    const char *why = "ok";
    if (!affordable(s, tx)) {
        s->starved++;
        return WH_OK; /* stays noted as sent: nobody lends the money later */
    }
    if (lost(s)) return sim_note_sent(s, tx->party, tx->key, false);
    WH_TRY(s->protocol->apply(s, tx, &how, &why));
    if (how == SIM_DONE) {
        why = "ok";
        sim_stake(&s->honest, tx->stake);
        s->changed = true;
        s->censor_levels |= UINT64_C(1) << (tx->depth < 63 ? tx->depth : 63);
    } else if (how == SIM_AGAIN) {
        why = "again";
        s->duplicates++;
    } else {
        s->refused++;
        WH_TRY(sim_note_sent(s, tx->party, tx->key, false));
    }
    if (tx->weight != SIM_NEVER && how == SIM_DONE && s->winner == SIM_NOBODY) {
        uint64_t idle = s->now > tx->weight ? s->now - tx->weight : 0, t = sim_get(s, SIM_T);
        sim_slack(s, t > idle ? t - idle : 0);
    }
    struct sim_log_row row = {.party = tx->party,
                              .kind = (enum sim_kind)tx->kind,
                              .depth = tx->depth,
                              .pos = tx->pos,
                              .gas = tx->gas,
                              .outcome = why};
    mined(s, &s->honest, tx->bytes, &row);
    s->party_fees[tx->party] += (u128)row.gas * sim_price(s);
    return WH_OK;
}

void sim_evil_made(struct sim *s, enum sim_kind kind, uint32_t rival, const struct sim_done *done)
{
    bool ok = done->outcome[0] == 'o';
    if (ok) sim_stake(&s->evil, done->stake), s->changed = true;
    s->refused += !ok;
    mined(s, &s->evil, done->bytes,
          &(struct sim_log_row){.evil = true,
                                .party = rival,
                                .kind = kind,
                                .depth = done->depth,
                                .pos = done->pos,
                                .gas = done->gas,
                                .outcome = done->outcome});
}

static wh_status evil_moves(struct sim *s)
{
    struct sim_chance c;
    uint64_t limit = sim_get(s, SIM_GAS_LIMIT);
    s->acting = true;
    while (!s->over && s->block_gas < limit && sim_next_chance(s, &c)) {
        struct sim_done done = {.outcome = "ok"};
        WH_TRY(s->protocol->evil(s, &c, &done));
        if (done.gas != 0) sim_evil_made(s, c.kind, c.rival, &done);
        /* else the moment has passed: nothing was sent */
    }
    s->acting = false;
    return WH_OK;
}

/* --- blocks */
static bool online(struct sim *s)
{
    uint64_t join = sim_get(s, SIM_JOIN), at = sim_get(s, SIM_DOWN_AT),
             len = sim_get(s, SIM_DOWN_FOR), back = 0;
    if (s->now < join) back = join;
    if (s->now >= at && s->now - at < len) back = at + len > back ? at + len : back;
    if (back != 0) sim_wake_at(s, back);
    return back == 0;
}

static wh_status look_all(struct sim *s)
{
    s->wake = SIM_NEVER;
    s->news = s->changed;
    s->changed = false;
    if (!online(s)) {
        s->news_missed = true;
        return WH_OK;
    }
    s->news = s->news || s->news_missed;
    s->news_missed = false;
    for (uint32_t i = 0; i < s->parties && !s->over; i++)
        WH_TRY(s->protocol->look(s, i));
    return WH_OK;
}

static wh_status honest_moves(struct sim *s)
{
    uint64_t limit = sim_get(s, SIM_GAS_LIMIT);
    uint64_t end = s->honest.gas + (uint64_t)((u128)limit * sim_get(s, SIM_BLOCK_SHARE) / 10000);
    while (s->ready.count != 0 && s->honest.gas < end && s->block_gas < limit && !s->over)
        WH_TRY(apply_honest(s, sim_most_urgent(s)));
    return WH_OK;
}

static wh_status run_block(struct sim *s)
{
    bool full = false;
    s->block_gas = 0;
    sim_fee_advance(s, s->now);
    WH_TRY(evil_moves(s));
    WH_TRY(sim_come(s));
    if (s->ready.count != 0 && !sim_held(s, &full)) WH_TRY(honest_moves(s));
    WH_TRY(evil_moves(s));
    if (s->block_gas != 0 || full) {
        s->blocks++;
        if (s->basefee > s->basefee_peak) s->basefee_peak = s->basefee;
        sim_fee_used(s, s->block_gas, full);
    }
    if (!s->over && (s->changed || s->now >= s->wake)) {
        WH_TRY(look_all(s));
        if (!s->over && s->protocol->tick != NULL) WH_TRY(s->protocol->tick(s));
    }
    return WH_OK;
}

static uint64_t next_block(const struct sim *s)
{
    uint64_t t = s->wake, slot = sim_get(s, SIM_SLOT);
    if (s->timed.count != 0 && s->timed.at[0].first < t) t = s->timed.at[0].first;
    if (s->coming.count != 0 && s->coming.at[0].first < t) t = s->coming.at[0].first;
    if (s->ready.count != 0) {
        uint64_t r = s->censor_until > s->now + slot ? s->censor_until : s->now + slot;
        if (r < t) t = r;
    }
    if (s->next_count != 0) t = s->now; /* the last block was full */
    if (t == SIM_NEVER) return t;
    if (t <= s->now) t = s->now + slot;
    return sim_block_at(s, t);
}

static wh_status set_up(struct sim *s)
{
    const uint64_t *v = s->p->v;
    u128 gwei = 1000000000;
    struct sim_rng *const rng[] = {&s->setup,     &s->evil_rng,  &s->censor_rng,
                                   &s->price_rng, &s->error_rng, &s->front_rng};
    for (uint32_t i = 0; i < sizeof rng / sizeof *rng; i++) /* in the order of SIM_STREAM_* */
        sim_rng_init(rng[i], s->stream.seed, s->stream.cell, s->stream.run, i);
    s->wake = SIM_NEVER;
    s->min_slack = v[SIM_T];
    s->decided_at = s->confirmed_at = s->complete_at = SIM_NEVER;
    s->horizon = v[SIM_HORIZON];
    if (s->horizon == 0) s->horizon = (v[SIM_DECIDE] == 2 ? 4 : 400) * v[SIM_T];
    s->censor_left = v[SIM_CENSOR];
    s->stuff_left = v[SIM_STUFF] * gwei;
    s->parties = (uint32_t)v[SIM_N_HONEST];
    for (uint32_t i = 0; i < s->parties; i++)
        s->party_delay[i] =
            v[SIM_DELTA] + (v[SIM_JITTER] ? sim_below(&s->setup, v[SIM_JITTER]) : 0);
    sim_fee_start(s);
    s->n_evil = v[SIM_N_EVIL];
    if (v[SIM_BUDGET] != 0) {
        uint64_t left = v[SIM_BUDGET], n = 0, cost;
        while (n < v[SIM_N_EVIL] && (cost = s->protocol->rival_cost(s, n)) <= left)
            left -= cost, n++;
        s->n_evil = n;
    }
    if (s->plugin != NULL) WH_TRY(sim_plugin_begin(s->plugin, s));
    return s->protocol->start(s);
}

static wh_status play(struct sim *s)
{
    WH_TRY(set_up(s));
    s->changed = true; /* everybody looks at the beginning */
    WH_TRY(sim_come(s));
    WH_TRY(honest_moves(s)); /* the claim that stands before anybody disputes it */
    WH_TRY(run_block(s));
    while (!s->over) {
        uint64_t t = next_block(s);
        if (t == SIM_NEVER || t > s->horizon) break;
        s->now = t;
        WH_TRY(run_block(s));
        if (s->plugin != NULL) WH_TRY(sim_plugin_status(s->plugin, s->err));
    }
    return WH_OK;
}

wh_status sim_play(const struct sim_params *p, const struct sim_stream *stream,
                   struct wh_arena *arena, struct sim_plugin *plugin, sim_log_fn *log,
                   void *log_ctx, struct sim_result *out, struct wh_error *err)
{
    size_t mark = wh_arena_mark(arena);
    struct sim s = {.p = p,
                    .protocol = protocols[p->v[SIM_PROTOCOL]],
                    .strategy = sim_strategy(p->v[SIM_STRATEGY]),
                    .plugin = plugin,
                    .arena = arena,
                    .err = err,
                    .stream = *stream,
                    .log = log,
                    .log_ctx = log_ctx};
    wh_status st = play(&s);
    if (st == WH_OK) sim_sum_up(&s, out);
    wh_arena_rewind(arena, mark);
    if (st == WH_E_NOMEM)
        return wh_fail(err, WH_ERR_NOMEM, "cell %u run %u needs more memory than %zu MiB",
                       stream->cell, stream->run, arena->cap >> 20);
    return st;
}
