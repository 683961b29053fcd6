/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_SIM_SIM_H
#define WH_GAME_SIM_SIM_H

/* sim plays one dispute: a discrete-event engine over L1 blocks, with a protocol and a strategy as
 * tables of functions.
 *
 * Time. Moves stand in blocks, at multiples of `slot` from 0. An honest party sees the end of block
 * t; what it sends then can stand in block t + slot + its delay at the earliest: delta + slot per
 * step, as D of PROTOCOL 7.4 counts. The adversary sees everything at once and orders the block: its
 * timed moves come first, then honest ones, then its answers (evil_delay 0: in the same block), as far as
 * the gas of the block goes; what does not fit comes first in the next one.
 * Censorship and filled blocks keep honest moves out; both are paid from budgets.
 *
 * The adversary. A protocol tells what the adversary could do as it becomes possible (sim_chance),
 * with the last time at which it still hurts; the strategy says when to do it. So one strategy
 * plays every protocol.
 *
 * Memory comes from the arena of the worker and grows with what the game holds; nothing is kept
 * between runs. A run is a function of (parameters, seed, cell, run) alone. */

#include "evm/base/arena.h"
#include "game/sim/params.h"
#include "game/sim/rng.h"

#define SIM_NEVER UINT64_MAX

enum sim_kind {
#define KIND(id, name) SIM_MOVE_##id,
#include "game/sim/kinds.def"
#undef KIND
    SIM_MOVE_COUNT
};
const char *sim_kind_name(enum sim_kind k);

enum sim_gas {
#define GAS(id, gas, from) SIM_GAS_##id = (gas),
#include "game/sim/gas.def"
#undef GAS
};

/* --- what a run gives */
enum sim_result_id {
#define RESULT(id, name, kind, unit, help) SIM_R_##id,
#include "game/sim/results.def"
#undef RESULT
    SIM_RESULT_COUNT
};
enum sim_result_kind {
    SIM_IS_WORD,
    SIM_IS_COUNT,
    SIM_IS_SECONDS,
    SIM_IS_ETHER,
    SIM_IS_RATIO,
    SIM_IS_HASH
};
struct sim_result_row {
    const char *name, *unit, *help;
    enum sim_result_kind kind;
};
struct sim_result {
    union {
        uint64_t u;
        double r; /* SIM_IS_RATIO */
    } v[SIM_RESULT_COUNT];
};
const struct sim_result_row *sim_result_row(enum sim_result_id id);
/* sim_result_text: as runs.csv has it; at most 47 characters. */
void sim_result_text(enum sim_result_id id, const struct sim_result *r, char out[48]);
enum sim_winner { SIM_NOBODY, SIM_HONEST, SIM_EVIL };

/* One line of the move log. */
struct sim_log_row {
    uint64_t time;
    bool evil;
    uint32_t party; /* honest party or false claim */
    enum sim_kind kind;
    uint32_t depth; /* moves below the root */
    uint64_t pos;   /* first step of the node, or a number of the protocol's */
    uint64_t gas;
    const char *outcome; /* "ok", "again", or why it was refused */
};
typedef void sim_log_fn(void *ctx, const struct sim_log_row *row);

/* --- one run */
struct sim_stream { /* what names a run's random streams */
    uint64_t seed;
    uint32_t cell, run;
};

/* sim_play plays. arena is rewound to where it was. log may be NULL. WH_E_NOMEM; WH_E_IO: a plug-in
 * failed (err says how). */
struct sim_plugin;
WH_MUST wh_status sim_play(const struct sim_params *p, const struct sim_stream *stream,
                           struct wh_arena *arena, struct sim_plugin *plugin, sim_log_fn *log,
                           void *log_ctx, struct sim_result *out, struct wh_error *err);

/* --- for protocols */
struct sim;

/* An honest move on its way. */
struct sim_tx {
    uint64_t ready;  /* first block time it can stand in */
    uint64_t order;  /* less first, among those ready */
    uint64_t key;    /* equal keys of one party are one move */
    uint64_t weight; /* of the path it defends; SIM_NEVER: none */
    uint64_t pos;
    uint64_t stake; /* gwei to deposit */
    uint64_t a;     /* the protocol's own */
    void *arg;      /* the protocol's own, in the run's arena */
    uint32_t party, bytes, depth;
    uint64_t gas; /* set by the protocol when it is applied */
    uint16_t kind;
    bool last; /* at the last level, for censor_pattern late */
};

/* Something the adversary could do. */
struct sim_chance {
    enum sim_kind kind;
    uint32_t rival; /* false claim */
    uint32_t level; /* how far down, 0 = its root */
    uint32_t levels;
    uint32_t tier, tiers; /* game among sub-games, 0 = the top; 0 tiers: there are none */
    uint64_t opened;      /* from when */
    uint64_t deadline;    /* last time at which it still hurts; SIM_NEVER: none known */
    uint64_t a, b;        /* the protocol's own */
};

/* What a move of the adversary was, filled in by the protocol. */
struct sim_done {
    const char *outcome; /* "ok" or why not */
    uint64_t gas, stake, pos;
    uint32_t bytes, depth;
};

enum sim_outcome { SIM_DONE, SIM_AGAIN, SIM_REFUSED };

/* A row of protocols.def. The engine, the strategies and the results know no protocol; what one needs
 * is in these functions. */
struct sim_protocol {
    const char *name;
    /* check: what no single value shows (a divides k, ...); names the parameter. NULL: all is well. */
    wh_status (*check)(const struct sim_params *p, enum wh_err code, struct wh_error *err);
    /* start sets up: honest moves and chances of time 0. */
    wh_status (*start)(struct sim *s);
    /* look: an honest party looks at the end of the block s->now. */
    wh_status (*look)(struct sim *s, uint32_t party);
    /* tick: after the looks of a block that changed something or was waited for; NULL: none. */
    wh_status (*tick)(struct sim *s);
    /* apply executes an honest move; sets tx->gas and tx->bytes. *why names a refusal. */
    wh_status (*apply)(struct sim *s, struct sim_tx *tx, enum sim_outcome *how, const char **why);
    /* evil executes a move of the adversary. */
    wh_status (*evil)(struct sim *s, const struct sim_chance *c, struct sim_done *done);
    /* end fills results that only it knows. */
    void (*end)(struct sim *s, struct sim_result *r);
    /* rival_cost: the most that the i-th false claim costs in gwei at the base price, for `budget`. */
    uint64_t (*rival_cost)(const struct sim *s, uint64_t i);
};
#define PROTOCOL(name, text) extern const struct sim_protocol sim_##name;
#include "game/sim/protocols.def"
#undef PROTOCOL

/* sim_check_levels: of protocols with sub-games. */
WH_MUST wh_status sim_check_levels(const struct sim_params *p, enum wh_err code,
                                   struct wh_error *err);

typedef uint64_t sim_when_fn(struct sim *s, const struct sim_chance *c);
struct sim_strategy {
    const char *name, *text;
    sim_when_fn *when; /* time >= s->now, or SIM_NEVER */
};
const struct sim_strategy *sim_strategy(uint64_t number);
const struct sim_protocol *sim_protocol(uint64_t number);
extern const uint64_t sim_strategy_count, sim_protocol_count;

/* Heaps of record numbers; the least (first, second) comes out. */
struct sim_due {
    uint64_t first;
    uint32_t second, number;
};
struct sim_heap {
    struct sim_due *at;
    uint32_t count, cap;
};

struct sim_side {
    uint64_t gas, moves, splits, proofs;
    u128 fees;                  /* wei */
    uint64_t stake, stake_peak; /* gwei at stake now, most at once */
    uint64_t stake_all;         /* gwei deposited in all */
    uint64_t lost, reward;      /* gwei */
    uint64_t sub_stakes;        /* gwei of stakes below the top */
};

enum {
    SIM_STREAM_SETUP,
    SIM_STREAM_EVIL,
    SIM_STREAM_CENSOR,
    SIM_STREAM_PRICE,
    SIM_STREAM_ERRORS,
    SIM_STREAM_FRONT
};

struct sim {
    const struct sim_params *p;
    const struct sim_protocol *protocol;
    const struct sim_strategy *strategy;
    struct sim_plugin *plugin;
    struct wh_arena *arena;
    struct wh_error *err;
    struct sim_stream stream;
    struct sim_rng setup, evil_rng, censor_rng, price_rng, error_rng, front_rng;
    uint64_t now, horizon;
    void *state; /* the protocol's */

    struct sim_tx *tx;
    uint32_t tx_count, tx_cap;
    struct sim_heap coming, ready;
    struct {
        uint64_t key;
        bool sent;
    } * sent; /* open addressing; key 0 = empty */
    uint32_t sent_count, sent_mask;

    struct {
        struct sim_chance what;
        uint32_t free; /* next free place + 1 */
    } * chance;        /* what it does later, by time in `timed` */
    uint32_t chance_count, chance_cap, chance_free, chance_made;
    struct sim_heap timed;
    struct sim_chance *next; /* what it does at once, the last first */
    uint32_t next_count, next_cap;
    bool acting;

    uint64_t wake;    /* when honest parties look without a change; SIM_NEVER */
    bool changed;     /* the block changed something */
    bool news;        /* what is looked at now did: a clock that stood may run */
    bool news_missed; /* by parties that were down */
    bool over;        /* nothing more to play */
    uint64_t party_delay[50];
    u128 party_fees[50]; /* wei spent */
    uint32_t parties;
    uint64_t n_evil; /* claims that the budget allows */
    bool posted_all;

    uint64_t censor_left, censor_until, censored;
    uint64_t censor_levels; /* pattern moves: levels that had their share */
    u128 stuff_left;        /* wei */
    uint64_t basefee, basefee_at, basefee_peak;

    enum sim_winner winner;
    uint64_t decided_at, confirmed_at, min_slack, complete_at, evil_weight;
    uint64_t undisputed; /* seconds to confirmation without a dispute */
    struct sim_side honest, evil;
    uint64_t block_gas; /* of this block */
    uint64_t bytes, blocks, depth, duplicates, refused, roots, starved, burnt;
    uint64_t log_hash;
    sim_log_fn *log;
    void *log_ctx;
};

static inline uint64_t sim_get(const struct sim *s, enum sim_param p)
{
    return s->p->v[p];
}

/* sim_new: zeroed memory of the run; NULL: arena full. */
void *sim_new(struct sim *s, size_t size);
#define SIM_NEW(s, type, n) ((type *)sim_new((s), sizeof(type) * (size_t)(n)))

/* sim_sent: is this move of this party on its way? sim_send puts it there. */
bool sim_sent(struct sim *s, uint32_t party, uint64_t key);
WH_MUST wh_status sim_send(struct sim *s, const struct sim_tx *tx);
/* sim_evil_made: the adversary made a move that no chance led to. gas is that of the table. */
void sim_evil_made(struct sim *s, enum sim_kind kind, uint32_t rival, const struct sim_done *done);
/* sim_stand_first: what the first party asks for now stands before anybody disputes it. */
WH_MUST wh_status sim_stand_first(struct sim *s);
/* sim_chance tells the adversary. */
WH_MUST wh_status sim_chance(struct sim *s, const struct sim_chance *c);
/* sim_wake_at: honest parties look at time t (a block at or after it) even if nothing happened. */
void sim_wake_at(struct sim *s, uint64_t t);
/* sim_slack: the adversary was short of winning by this much, at least. */
void sim_slack(struct sim *s, uint64_t seconds);
/* sim_decide, sim_confirm: what L1 says now. sim_confirm ends the run if nobody settles. */
void sim_decide(struct sim *s, enum sim_winner w);
void sim_confirm(struct sim *s);
/* Stakes in gwei. */
void sim_stake(struct sim_side *side, uint64_t gwei);
void sim_unstake(struct sim_side *side, uint64_t gwei);
/* sim_lose: a stake of the adversary is lost: burn share burnt, the rest pays rewards. */
void sim_lose(struct sim *s, uint64_t gwei);
uint64_t sim_price(const struct sim *s);            /* wei per gas of a move in this block */
uint64_t sim_bond(const struct sim *s, uint64_t i); /* gwei of the i-th claim, by bond_rule */
/* sim_rival_bond: of the i-th false claim, which the honest one may have come before. */
uint64_t sim_rival_bond(const struct sim *s, uint64_t i);
/* sim_lie_pos: step at which claim i of n leaves the truth, below 2^k. */
uint64_t sim_lie_pos(struct sim *s, uint64_t i, uint64_t n, unsigned k);
uint64_t sim_mix(uint64_t a, uint64_t b);
/* sim_slots: t rounded up to a block. */
static inline uint64_t sim_block_at(const struct sim *s, uint64_t t)
{
    uint64_t slot = sim_get(s, SIM_SLOT);
    return t > UINT64_MAX - slot ? SIM_NEVER : (t + slot - 1) / slot * slot;
}

/* fee.c */
void sim_fee_start(struct sim *s);
/* sim_fee_advance brings the base fee to block time t. */
void sim_fee_advance(struct sim *s, uint64_t t);
/* sim_fee_used: our moves used so much gas in the block of s->now. full: the block is filled. */
void sim_fee_used(struct sim *s, uint64_t gas, bool full);

/* plugin.c: when the program says so. */
uint64_t sim_plugin_when(struct sim *s, const struct sim_chance *c);
WH_MUST wh_status sim_plugin_open(const char *command, uint64_t timeout_s, struct sim_plugin **out,
                                  struct wh_error *err);
void sim_plugin_close(struct sim_plugin *p);
/* sim_plugin_begin: a new run. A failure of the program since then is in the second. */
WH_MUST wh_status sim_plugin_begin(struct sim_plugin *p, const struct sim *s);
wh_status sim_plugin_status(const struct sim_plugin *p, struct wh_error *err);

#endif
