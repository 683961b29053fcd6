/* SPDX-License-Identifier: MIT */
/* The simulator against itself: two implementations of one game, two hashes, limits, the gas table. */
#include "game/sim/whittle.h"
#include "tests/unit/sim/play.h"

static const char *gas_md; /* path of game/contracts/GAS.md */

/* bold is written from the paper, whittle is game/core and the solver: at A = 1 they are one game. */
static void test_whittle_and_bold__same_game(void)
{
    static const char *const strategies[] = {"rush", "stall", "slow",   "edge",
                                             "late", "idle",  "stagger"};
    static const char *const places[] = {"shared", "spread", "last", "first"};
    static const char *const others[] = {"censor=0s",
                                         "censor=1d",
                                         "censor=2d censor_pattern=moves",
                                         "censor=1d censor_pattern=late",
                                         "censor=1d first=evil",
                                         "n_honest=3 jitter=0s",
                                         "down_at=1h down_for=1d",
                                         "join=5h first=evil"};
    static const enum sim_result_id same[] = {SIM_R_WINNER,      SIM_R_DECIDED, SIM_R_HONEST_SPLITS,
                                              SIM_R_EVIL_SPLITS, SIM_R_PROOFS,  SIM_R_EVIL_WEIGHT,
                                              SIM_R_MIN_SLACK,   SIM_R_ROOTS,   SIM_R_CENSORED};
    for (unsigned i = 0; i < 7 * 4 * 8; i++) {
        char text[300];
        snprintf(text, sizeof text, "a=1 k=8 n_evil=%u decide=auto settle=no strategy=%s lie=%s %s",
                 i % 3 ? 7 : 1, strategies[i % 7], places[i / 7 % 4], others[i / 28]);
        struct sim_result a = play(i, text);
        char other[320];
        snprintf(other, sizeof other, "protocol=bold %s", text);
        struct sim_result b = play(i, other);
        for (unsigned j = 0; j < sizeof same / sizeof *same; j++)
            if (a.v[same[j]].u != b.v[same[j]].u) {
                printf("# %s: %s %llu, bold %llu\n", text, sim_result_row(same[j])->name,
                       (unsigned long long)a.v[same[j]].u, (unsigned long long)b.v[same[j]].u);
                CHECK(0);
            }
    }
}

/* The hash behind the ids changes nothing but the order of equally urgent moves in a block. */
static void test_hash__same_results(void)
{
    static const char *const runs[] = {"k=20", "k=12 a=3 strategy=slow",
                                       "k=16 a=4 strategy=edge censor=1d",
                                       "k=10 n_evil=6 lie=spread", "k=32 n_evil=3 strategy=random"};
    for (unsigned i = 0; i < 5; i++) {
        char text[200];
        struct sim_result a = play(i, runs[i]);
        snprintf(text, sizeof text, "%s hash=keccak", runs[i]);
        struct sim_result b = play(i, text);
        for (unsigned j = 0; j < SIM_RESULT_COUNT; j++)
            if (j != SIM_R_LOG) CHECK(memcmp(&a.v[j], &b.v[j], sizeof a.v[j]) == 0);
        if (i < 3) CHECK(a.v[SIM_R_LOG].u == b.v[SIM_R_LOG].u);
    }
}

/* A run is a function of its name: played again after others, it is the same. */
static void test_play__again_is_the_same(void)
{
    static const char *const text = "n_evil=5 strategy=random lie=spread jitter=1h n_honest=4 "
                                    "censor=1d censor_pattern=random gas_process=spikes";
    struct sim_result first[20];
    for (uint32_t i = 0; i < 20; i++)
        first[i] = play(i, text);
    unsigned differ = 0;
    for (uint32_t i = 20; i-- > 0;) {
        struct sim_result r = play(i, text);
        CHECK(memcmp(&r, &first[i], sizeof r) == 0);
        differ += i > 0 && first[i].v[SIM_R_LOG].u != first[i - 1].v[SIM_R_LOG].u;
    }
    CHECK(differ >= 18);
}

static void test_money__limits_hold(void)
{
    struct sim_result r = play(0, "gas_money=0.01eth n_evil=50 lie=spread");
    CHECK(got(&r, SIM_R_STARVED) > 0);
    CHECK(got(&r, SIM_R_HONEST_FEES) < 20000000); /* stops within a move of the limit */
    r = play(0, "capital=20eth first=evil");
    CHECK(got(&r, SIM_R_STARVED) == 1 &&
          got(&r, SIM_R_WINNER) == SIM_EVIL); /* no stake, no claim */
    r = play(0, "budget=100eth n_evil=1000");
    CHECK(got(&r, SIM_R_ROOTS) == 3); /* 27 each, and their gas */
    static const char *const games[] = {"whittle", "bold", "prt", "op", "classic_full"};
    for (unsigned i = 0; i < 5; i++) { /* stakes and fees together */
        char text[160];
        snprintf(text, sizeof text,
                 "protocol=%s budget=64eth n_evil=1000 bond=1eth lie=spread levels=1 bond_rule=%s",
                 games[i], i < 2 ? "growing" : "flat");
        r = play(0, text);
        CHECK(got(&r, SIM_R_EVIL_STAKE) + got(&r, SIM_R_EVIL_FEES) <= UINT64_C(64000000000));
        CHECK(got(&r, SIM_R_EVIL_STAKE) + got(&r, SIM_R_EVIL_FEES) > UINT64_C(50000000000));
    }
    r = play(0, "n_evil=4 burn=50% bond=10eth");
    CHECK(got(&r, SIM_R_BURNT) == UINT64_C(20000000000));
    CHECK(got(&r, SIM_R_EVIL_LOSS) > UINT64_C(40000000000));
    CHECK(got(&r, SIM_R_HONEST_REWARD) > 0);
    CHECK(got(&r, SIM_R_HONEST_REWARD) <= got(&r, SIM_R_HONEST_FEES));
    /* filling blocks: 1559 makes each one dearer, so that the money is gone after some dozens */
    r = play(0, "stuff=1000eth gas_process=feedback basefee=10gwei");
    CHECK(got(&r, SIM_R_CENSORED) > 0 && got(&r, SIM_R_CENSORED) < 1200);
    CHECK(got(&r, SIM_R_BASEFEE) > UINT64_C(200000000000));
    CHECK(got(&r, SIM_R_WINNER) == SIM_HONEST);
    struct sim_result cheap = play(0, "stuff=1000eth gas_process=constant basefee=10gwei");
    CHECK(got(&cheap, SIM_R_CENSORED) > got(&r, SIM_R_CENSORED));
    r = play(0, "n_honest=5");
    CHECK(got(&r, SIM_R_DUPLICATES) > 0 && got(&r, SIM_R_HONEST_SPLITS) >= 10);
    r = play(0, "n_evil=0");
    CHECK(got(&r, SIM_R_WINNER) == SIM_HONEST && got(&r, SIM_R_DELAY) == 0);
}

/* Attacks of the dispute notes, section 6, that are a matter of time and money. */
static void test_attacks__cost_what_they_should(void)
{
    /* 1, 2: a thousand roots are one split, as long as nobody splits them; then one path */
    struct sim_result many = play(0, "n_evil=1000 strategy=idle");
    CHECK_EQ(got(&many, SIM_R_HONEST_SPLITS), 1);
    many = play(0, "n_evil=1000");
    CHECK(got(&many, SIM_R_HONEST_SPLITS) == 10 && got(&many, SIM_R_PROOFS) == 1);
    CHECK(got(&many, SIM_R_WINNER) == SIM_HONEST);
    /* 3, 25: slow play and censorship end before a blob of the first day is gone (4,096 epochs) */
    static const char *const waits[] = {"slow", "stall", "edge", "stagger"};
    for (unsigned i = 0; i < 4; i++) {
        char text[100];
        snprintf(text, sizeof text, "n_evil=8 lie=spread strategy=%s censor=6d gap=12h", waits[i]);
        struct sim_result slow = play(i, text);
        CHECK_EQ(got(&slow, SIM_R_WINNER), SIM_HONEST);
        CHECK(got(&slow, SIM_R_CONFIRMED) < UINT64_C(4096) * 384);
    }
    /* 6, 7, 9: honest moves made a place earlier by the adversary. It takes the rewards and no more. */
    struct sim_result plain = play(0, "n_evil=2"), r = play(0, "n_evil=2 frontrun=100%");
    uint64_t moves = got(&plain, SIM_R_HONEST_SPLITS) + got(&plain, SIM_R_PROOFS);
    CHECK(got(&r, SIM_R_WINNER) == SIM_HONEST && got(&r, SIM_R_DUPLICATES) == moves);
    CHECK_EQ(got(&r, SIM_R_DECIDED), got(&plain, SIM_R_DECIDED));
    CHECK(got(&r, SIM_R_HONEST_REWARD) == 0 && got(&r, SIM_R_EVIL_REWARD) > 0);
    CHECK_EQ(got(&r, SIM_R_EVIL_REWARD), got(&plain, SIM_R_HONEST_REWARD));
    CHECK(got(&r, SIM_R_EVIL_LOSS) > got(&r, SIM_R_BURNT));
    CHECK(got(&r, SIM_R_HONEST_GAS) < got(&plain, SIM_R_HONEST_GAS));
    /* 10: a price of 1,000 gwei is paid back as one of 12 */
    r = play(0, "n_evil=2 tip=1000gwei");
    CHECK(got(&r, SIM_R_HONEST_REWARD) * 10 < got(&r, SIM_R_HONEST_FEES) &&
          got(&r, SIM_R_HONEST_REWARD) > 0);
    /* 4, 5: rivals when the weight is t, and in the block of the decision, change nothing */
    struct sim_result none = play(0, "n_evil=0");
    r = play(0, "n_evil=5 strategy=last_block");
    CHECK_EQ(got(&r, SIM_R_DECIDED), got(&none, SIM_R_DECIDED));
    CHECK(got(&r, SIM_R_ROOTS) == 5 && got(&r, SIM_R_WINNER) == SIM_HONEST);
    r = play(0, "n_evil=5 strategy=after");
    CHECK_EQ(got(&r, SIM_R_DECIDED), got(&none, SIM_R_DECIDED));
    /* 27: gas costs three times as much; the bond still pays for all of it */
    r = play(0, "n_evil=2 repricing=300%");
    CHECK_EQ(got(&r, SIM_R_HONEST_GAS), 3 * got(&plain, SIM_R_HONEST_GAS));
    CHECK(10 * got(&r, SIM_R_HONEST_REWARD) > 29 * got(&plain, SIM_R_HONEST_REWARD));
    CHECK(got(&r, SIM_R_TREASURY) > 0);
    /* 28: blocks twice as fast */
    r = play(0, "n_evil=2 slot=6s");
    CHECK(got(&r, SIM_R_DECIDED) <= got(&plain, SIM_R_DECIDED));
    CHECK_EQ(got(&r, SIM_R_HONEST_SPLITS), got(&plain, SIM_R_HONEST_SPLITS));
}

struct blocks {
    uint64_t time, gas, most, largest, count;
};

static void add_gas(void *ctx, const struct sim_log_row *row)
{
    struct blocks *b = ctx;
    if (b->count == 0 || row->time != b->time) b->gas = 0, b->count++;
    b->time = row->time;
    b->gas += row->gas;
    if (b->gas > b->most) b->most = b->gas;
    if (row->gas > b->largest) b->largest = row->gas;
}

/* A block takes moves until its gas is used; the others come later, and nothing is lost. */
static void test_blocks__hold_their_gas(void)
{
    static const char *const games[] = {"whittle", "bold", "prt", "op", "classic_full"};
    for (unsigned i = 0; i < 5; i++) {
        char text[200];
        struct sim_params p;
        struct sim_result r;
        struct wh_error err;
        struct blocks b = {0};
        snprintf(text, sizeof text,
                 "protocol=%s n_evil=60 gas_limit=5000000 levels=1 lie=spread k=12", games[i]);
        play_params(text, &p);
        if (sim_play(&p, &(struct sim_stream){1, 0, i}, &play_arena, NULL, add_gas, &b, &r, &err) !=
            WH_OK)
            abort();
        CHECK(b.most < 5000000 + b.largest && b.count > 10);
        CHECK_EQ(got(&r, SIM_R_WINNER), SIM_HONEST);
        CHECK_EQ(got(&r, SIM_R_ROOTS), 60);
    }
    struct sim_result all = play(0, "n_evil=60"), half = play(0, "n_evil=60 block_share=0.5%");
    CHECK(got(&half, SIM_R_BLOCKS) > got(&all, SIM_R_BLOCKS));
    CHECK_EQ(got(&half, SIM_R_HONEST_SPLITS), got(&all, SIM_R_HONEST_SPLITS));
}

static void test_payout__every_wei_goes_somewhere(void)
{
    static const char *const rules[] = {"payout=metered", "payout=treasury", "payout=winner",
                                        "payout=metered burn=100%", "frontrun=50%"};
    for (unsigned i = 0; i < 5; i++) {
        char text[100];
        snprintf(text, sizeof text, "n_evil=3 bond=10eth %s", rules[i]);
        struct sim_result r = play(i, text);
        uint64_t lost = UINT64_C(30000000000),
                 sum = got(&r, SIM_R_BURNT) + got(&r, SIM_R_TREASURY) +
                       got(&r, SIM_R_HONEST_REWARD) + got(&r, SIM_R_EVIL_REWARD);
        CHECK_EQ(sum, lost);
    }
    struct sim_result r = play(0, "payout=treasury");
    CHECK(got(&r, SIM_R_HONEST_REWARD) == 0 && (int64_t)got(&r, SIM_R_PROFIT) < 0);
    r = play(0, "payout=winner");
    CHECK((int64_t)got(&r, SIM_R_PROFIT) > 0);
}

/* Moves that are lost are made again, later; what a party has spent binds that party alone. */
static void test_errors__cost_time(void)
{
    struct sim_result plain = play(0, ""), r = play(0, "errors=50%");
    CHECK(got(&r, SIM_R_WINNER) == SIM_HONEST && got(&r, SIM_R_REFUSED) > 3);
    CHECK(got(&r, SIM_R_DECIDED) > got(&plain, SIM_R_DECIDED));
    CHECK_EQ(got(&r, SIM_R_HONEST_SPLITS), got(&plain, SIM_R_HONEST_SPLITS));
    CHECK_EQ(got(&plain, SIM_R_DEPTH), 10);
    r = play(0, "gas_money=0.02eth");
    CHECK(got(&r, SIM_R_STARVED) > 0 && got(&r, SIM_R_WINNER) != SIM_HONEST);
    /* no timer moves any more: 400 periods are over at once, and not block by block */
    r = play(3, "a=4 strategy=edge lie=last gas_money=0.01eth decide=auto stop=weight");
    CHECK(got(&r, SIM_R_WINNER) == SIM_NOBODY && got(&r, SIM_R_BLOCKS) < 20);
    r = play(0, "n_honest=2 gas_money=0.02eth");
    CHECK(got(&r, SIM_R_STARVED) > 0 && got(&r, SIM_R_WINNER) == SIM_HONEST);
}

/* The model of gas, on the dispute of the contracts' own table (K = 20, A = 2, the last step). */
struct seen {
    uint64_t least[GAME_MOVE_COUNT], most[GAME_MOVE_COUNT], first_post, path, again;
};

static void on_call(void *ctx, const struct game_env *env, const struct game_args *args,
                    uint64_t gas, enum game_error e)
{
    struct seen *c = ctx;
    (void)env;
    if (e != GAME_OK) return;
    if (args->move == GAME_MOVE_POST && c->first_post == 0) c->first_post = gas;
    if (args->move == GAME_MOVE_SPLIT && gas < 50000) {
        c->again = gas;
        return;
    }
    if (args->move == GAME_MOVE_SPLIT && gas > 100000) c->path += gas;
    uint64_t *least = &c->least[args->move], *most = &c->most[args->move];
    if (*least == 0 || gas < *least) *least = gas;
    if (gas > *most) *most = gas;
}

static void see(const char *text, struct seen *c)
{
    struct sim_params p;
    struct sim_result r;
    struct wh_error err;
    const struct whittle_hooks hooks = {.ctx = c, .call = on_call};
    memset(c, 0, sizeof *c);
    play_params(text, &p);
    p.hooks = &hooks;
    if (sim_play(&p, &(struct sim_stream){7, 0, 0}, &play_arena, NULL, NULL, NULL, &r, &err) !=
        WH_OK)
        abort();
}

static uint64_t measured(const char *name)
{
    char line[300], want[200];
    uint64_t gas = 0;
    FILE *f = fopen(gas_md, "r");
    if (f == NULL) return 0;
    snprintf(want, sizeof want, "| %s | ", name);
    while (gas == 0 && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, want, strlen(want)) == 0) gas = strtoull(line + strlen(want), NULL, 10);
    fclose(f);
    return gas;
}

/* 1 in 100: states, addresses and hashes hold other numbers of zero bytes there. */
static void near(const char *name, uint64_t ours)
{
    uint64_t gas = measured(name), off = gas > ours ? gas - ours : ours - gas;
    if (gas == 0 || off * 100 > gas)
        printf("# %s: contracts %llu, model %llu\n", name, (unsigned long long)gas,
               (unsigned long long)ours);
    CHECK(gas != 0 && off * 100 <= gas);
}

static void test_gas__as_the_contracts_measure(void)
{
    struct seen c;
    /* the rival waits, so that the honest side splits first */
    see("k=20 a=2 lie=last strategy=stall stall=1% delta=60s", &c);
    near("stake", c.most[GAME_MOVE_STAKE]);
    near("post, first of its game", c.first_post);
    near("post, a rival", c.least[GAME_MOVE_POST]);
    near("split, four new children", c.most[GAME_MOVE_SPLIT]);
    near("split, three children merge with the rival's", c.least[GAME_MOVE_SPLIT]);
    near("path: 10 splits, all children new", c.path);
    near("decide, the path: 41 nodes", c.most[GAME_MOVE_DECIDE]);
    near("confirm", c.most[GAME_MOVE_CONFIRM]);
    near("reject", c.most[GAME_MOVE_REJECT]);
    near("slash", c.most[GAME_MOVE_SLASH]);
    /* the table's claim comes to nothing, as its price is 0: credit and pot keep what they had */
    near("claim, 41 nodes, 11 paid", c.most[GAME_MOVE_CLAIM] - 2 * SIM_GAS_SLOT_SAME);
    near("unstake", c.most[GAME_MOVE_UNSTAKE]);
    near("withdraw", c.most[GAME_MOVE_WITHDRAW]);
    near("prove, ExecutePrecompile, trace of 20,000 bytes (EXECUTE itself not counted)",
         c.most[GAME_MOVE_PROVE]);
    see("k=20 a=2 lie=last n_honest=2", &c);
    near("split, done already", c.again);
    static const struct {
        const char *name, *text;
    } others[] = {{"A = 1: two children, 20 splits for 2^20 leaves", "k=20 a=1 lie=first"},
                  {"A = 3: eight children, 7 splits for 2^21", "k=21 a=3 lie=first"},
                  {"A = 4: sixteen children, 5 splits", "k=20 a=4 lie=first"}};
    for (unsigned i = 0; i < 3; i++) {
        see(others[i].text, &c);
        near(others[i].name, c.most[GAME_MOVE_SPLIT]);
    }
}

int main(int argc, char **argv)
{
    gas_md = argc > 1 ? argv[1] : "game/contracts/GAS.md";
    RUN(test_whittle_and_bold__same_game);
    RUN(test_hash__same_results);
    RUN(test_play__again_is_the_same);
    RUN(test_money__limits_hold);
    RUN(test_attacks__cost_what_they_should);
    RUN(test_blocks__hold_their_gas);
    RUN(test_payout__every_wei_goes_somewhere);
    RUN(test_errors__cost_time);
    RUN(test_gas__as_the_contracts_measure);
    return tap_done();
}
