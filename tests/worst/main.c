/* SPDX-License-Identifier: MIT */
/* Worst steps: for each kind of kinds.def, in both rule sets, the trace exists, is within the bounds of
 * PROTOCOL 6, replays to the same leaf, and costs no more than X_max; or it crosses the witness cap, and
 * then the capped outcome has all that.
 *
 *   worst DATA [--full] [--group state|frames|precompiles] [--only NAME] [--table FILE] [--write DIR] [--segments FILE] [--gas N]
 *
 * DATA: tests/data. --full: states as large as they get. --table: writes docs/WORST-STEPS.md. --write:
 * each step as JSON, for those who prove it on an L1. --segments: as records of tests/guest. */
#include <getopt.h>
#include <time.h>

#include "evm/segment/price.h"
#include "proto/sys/file.h"
#include "proto/sys/json.h"
#include "tests/guest/segment_file.h"
#include "tests/tap.h"
#include "tests/worst/scene.h"

enum group { STATE, FRAMES, PRECOMPILES };
enum capped { R, E, N };

struct kind {
    const char *name;
    enum group group;
    enum capped capped;
    unsigned burns;
    const char *what;
    void (*build)(struct scene *s);
};
static const struct kind kinds[] = {
#define KIND(name, group, capped, burns, what) {#name, group, capped, burns, what, build_##name},
#include "tests/worst/kinds.def"
#undef KIND
};
static const char *const group_names[] = {"state", "frames", "precompiles"};

enum { ROW_OTHER = 24580 + 14328 }; /* of a trace beside nodes, codes and item (PROTOCOL 6) */

/* Whose rules; without a cap, for the table alone: what the cap is there for. */
enum side { ROLLUP, ETHEREUM, UNCAPPED };
static const char *const side_names[] = {"rollup", "ethereum", "ethereum, no cap"};

struct row {
    const struct kind *kind;
    enum side side;
    struct toy_step step;
    const char *outcome;
    uint64_t entries;
    double capture_ms, replay_ms;
};

static struct toy t;
static struct {
    const char *data, *group, *only, *table, *write, *segments;
    bool full;
} options;
static struct wh_buf rows_text;
static struct row slowest;
static FILE *segments;

static double now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static struct chain_config config_of(enum side side)
{
    struct chain_config c;
    chain_config_rollup(SCENE_CHAIN, 1000000, &c);
    if (side == ROLLUP) return c;
    c.ruleset = RULESET_ETHEREUM;
    c.flags = CHAIN_NO_REQUESTS;
    c.forced_gas_cap = 0;
    c.witness_cap = side == UNCAPPED ? CHAIN_WITNESS_UNLIMITED : CHAIN_WITNESS_CAP_ETHEREUM;
    c.forks[0].blob_target = 6;
    c.forks[0].blob_max = 9;
    c.forks[0].blob_fraction = 5007716;
    return c;
}

/* Opens the block; everything up to the measured step is done. */
static void go(struct scene *s, bool rollup)
{
    static const uint8_t empty_list[1] = {0xc0};
    t.gas_limit = 60000000;
    toy_seal_genesis(&t, 300);
    if (rollup) {
        toy_input(&t, s->items, s->item_count);
    } else {
        uint8_t bytes[HEADER_MAX];
        const struct block_header h = toy_eth_header(&t);
        const wh_span wds = s->withdrawals.len ? s->withdrawals : wh_span_of(empty_list, 1);
        toy_eth_input(&t, wh_span_of(bytes, header_encode(&h, bytes)), wds, s->items,
                      s->item_count);
    }
    const size_t before = s->step == SEG_BEGIN ? 0
                          : s->step == SEG_TX  ? s->item_count
                                               : s->item_count + 1;
    for (size_t i = 0; i < before; i++)
        TOY_MUST(toy_step(&t).status);
}

/* END of `ethereum` is INVALID unless the header is the right one: known after a first run. */
static void claim_right_header(struct scene *s)
{
    static const uint8_t empty_list[1] = {0xc0};
    wh_span sealed;
    const wh_span wds = s->withdrawals.len ? s->withdrawals : wh_span_of(empty_list, 1);
    t.last_header = (bytes32){{0}};
    (void)toy_capture(&t, t.state);
    TOY_MUST(t.io.get(t.io.ctx, WH_OBJECT_DATA, &t.last_header, &sealed));
    struct seg_state st;
    TOY_MUST(seg_state_decode(t.state, &st));
    toy_eth_input(&t, toy_copy(&t, sealed), wds, s->items, s->item_count);
    st.input_hash = t.input_hash;
    st.l1_hash = t.last_header; /* the claimed block hash */
    seg_state_encode(&st, t.state);
}

static void outcome_of(struct row *r, uint64_t cap)
{
    const bool over = r->step.trace.len > cap;
    if (r->step.result.phase == SEG_INVALID)
        r->outcome = "INVALID (over the cap)";
    else if (r->step.result.kind != SEG_TX)
        r->outcome = "done";
    else if (!r->step.result.included)
        r->outcome = "no-op";
    else
        r->outcome = over ? "overflow" : "included";
}

static void measure(struct row *r)
{
    double start = now_ms();
    r->step = toy_capture(&t, t.state);
    r->capture_ms = now_ms() - start;
    CHECK_EQ(r->step.status, WH_OK);
    if (r->step.status != WH_OK) return;
    bytes32 leaf = {{0}};
    for (unsigned i = 0; i < (options.full ? 3 : 1); i++) {
        start = now_ms();
        CHECK_EQ(toy_replay(&t, &r->step, r->step.trace, &leaf, r->step.x), WH_OK);
        const double ms = now_ms() - start;
        if (i == 0 || ms < r->replay_ms) r->replay_ms = ms;
        CHECK_MEM(leaf.b, r->step.result.leaf.b, 32);
    }
    r->entries = load_be32(r->step.trace.ptr + 8);
}

static bool crosses(const struct kind *k, enum side side)
{
    return side != UNCAPPED && (k->capped == E || (k->capped == R && side == ROLLUP));
}

/* What is held against caps and bounds. */
static void judge_size(const struct row *r, const struct chain_config *c)
{
    CHECK(r->step.trace.len <= c->witness_cap + c->item_max + ROW_OTHER);
    CHECK(r->step.x > 0 && r->step.x <= seg_x_max(c->witness_cap, c->item_max, 0));
}

static void judge(struct row *r, const struct chain_config *c)
{
    const struct kind *k = r->kind;
    outcome_of(r, c->witness_cap);
    if (r->side != UNCAPPED) judge_size(r, c);
    if (r->step.result.kind != SEG_TX) {
        CHECK(strcmp(r->outcome, "done") == 0);
        return;
    }
    const bool capped = strcmp(r->outcome, "included") != 0;
    if (capped != crosses(k, r->side)) printf("# %s: %s\n", k->name, r->outcome);
    CHECK_EQ(capped, crosses(k, r->side));
    if (r->step.result.phase != SEG_INVALID && scene_gas == 1 << 24)
        CHECK(r->step.result.gas >= scene_gas / 100 * k->burns);
}

struct commas {
    char s[32];
};

static struct commas commas(uint64_t v)
{
    char digits[24];
    struct commas c = {{0}};
    const int n = snprintf(digits, sizeof digits, "%" PRIu64, v);
    for (int i = 0, at = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) c.s[at++] = ',';
        c.s[at++] = digits[i];
    }
    return c;
}

static void say(const struct row *r)
{
    const size_t chunks = (r->step.trace.len + 99999) / 100000;
    printf("# %-16s %-16s %9zu bytes %6" PRIu64 " entries %9" PRIu64 " gas  X %9" PRIu64
           "  %7.1f ms, replay %7.1f ms  %s\n",
           r->kind->name, side_names[r->side], r->step.trace.len, r->entries, r->step.result.gas,
           r->step.x, r->capture_ms, r->replay_ms, r->outcome);
    wh_buf_printf(&rows_text, "| %s | %s | %s | %s | %s | %s | %s | %.1f | %s |\n", r->kind->what,
                  side_names[r->side], commas(r->step.trace.len).s, commas(r->entries).s,
                  commas(chunks).s, commas(r->step.result.gas).s, commas(r->step.x).s, r->replay_ms,
                  r->outcome);
    if (r->side != UNCAPPED && r->replay_ms > slowest.replay_ms) slowest = *r;
}

static void write_step(const struct row *r)
{
    char path[1024];
    struct wh_jw w;
    struct wh_buf text = {0};
    struct wh_error err = {0};
    snprintf(path, sizeof path, "%s/%s-%s.json", options.write, r->kind->name, side_names[r->side]);
    wh_jw_init(&w, &text);
    wh_jw_obj(&w, NULL);
    wh_jw_str(&w, "kind", r->kind->name);
    wh_jw_u64(&w, "target", UINT64_MAX);
    wh_jw_b32(&w, "input_hash", &t.input_hash);
    wh_jw_data(&w, "pre", r->step.pre, SEG_STATE_SIZE);
    wh_jw_u64(&w, "x", r->step.x);
    wh_jw_b32(&w, "post_leaf", &r->step.result.leaf);
    wh_jw_data(&w, "trace", r->step.trace.ptr, r->step.trace.len);
    wh_jw_end(&w);
    CHECK_EQ(wh_file_write(path, text.ptr, text.len, 0644, &err), WH_OK);
    wh_buf_done(&text);
}

static void write_segment(const struct row *r)
{
    char name[128];
    snprintf(name, sizeof name, "%s|%s|%s", r->kind->name, r->kind->what, side_names[r->side]);
    CHECK(segment_put(segments, name, r->step.pre, UINT64_MAX, &t.input_hash, r->step.trace,
                      r->step.x, &r->step.result));
}

static void run_kind(const struct kind *k, enum side side)
{
    char name[64];
    const struct chain_config c = config_of(side);
    struct row r = {.kind = k, .side = side};
    struct scene s = {.t = &t, .full = options.full, .data = options.data};
    tap_bad = 0;
    toy_init(&t, &c);
    toy_account(&t, &t.sender, 0, 100, wh_span_of(NULL, 0));
    k->build(&s);
    go(&s, side == ROLLUP);
    if (side != ROLLUP && s.step == SEG_END) claim_right_header(&s);
    measure(&r);
    if (r.step.status == WH_OK) {
        judge(&r, &c);
        say(&r);
        if (options.write) write_step(&r);
        if (segments != NULL) write_segment(&r);
    }
    snprintf(name, sizeof name, "worst_%s_%s", k->name, side_names[side]);
    tap_result(name);
}

static void write_table(void)
{
    static const char head[] =
        "# Worst steps\n"
        "Written by `build/tests/worst/worst tests/data --full --table docs/WORST-STEPS.md`; the "
        "suite runs the same "
        "with\nsmaller states (tests/worst) and proves a sample on the devnet "
        "(tests/e2e/e2e_worst.py). Each row is "
        "one step on a\nchain of its own, made so that one resource is used as much as 2^24 gas "
        "(EIP-7825) buys: its "
        "trace was captured,\nreplayed from its bytes alone to the same leaf, and is within the "
        "bounds of PROTOCOL 6: "
        "a trace has at most\nwitness_cap + item_max + 38,908 bytes (rollup %s, ethereum %s), "
        "X_max is %s and %s, "
        "LIMIT of\nan L1 block %s. Tries have 100,000 entries.\n\n"
        "What crosses the cap ends as PROTOCOL 4.3 says: `rollup` takes all gas and drops the "
        "effects (overflow), "
        "`ethereum`\nends the chain (INVALID); the row without a cap shows what would have to be "
        "posted. Chunks have "
        "100,000 bytes and go\nthrough TraceStore where there is more than one. Time: the least of "
        "three replays on "
        "one core.\n\n"
        "Slowest: %s, %.0f ms; LIMIT holds %u of it in one L1 block.\n\n"
        "| step | rule set | trace bytes | entries | chunks | gas | X | replay ms | outcome |\n"
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n";
    enum { LIMIT = 1 << 27 };
    struct wh_buf out = {0};
    struct wh_error err = {0};
    const uint64_t cap_r = CHAIN_WITNESS_CAP_ROLLUP, cap_e = CHAIN_WITNESS_CAP_ETHEREUM;
    wh_buf_printf(&out, head, commas(cap_r + CHAIN_ITEM_MAX + ROW_OTHER).s,
                  commas(cap_e + CHAIN_ITEM_MAX + ROW_OTHER).s,
                  commas(seg_x_max(cap_r, CHAIN_ITEM_MAX, 0)).s,
                  commas(seg_x_max(cap_e, CHAIN_ITEM_MAX, 0)).s, commas(LIMIT).s,
                  slowest.kind->what, slowest.replay_ms, (unsigned)(LIMIT / slowest.step.x));
    wh_buf_put(&out, rows_text.ptr, rows_text.len);
    CHECK_EQ(wh_file_write(options.table, out.ptr, out.len, 0644, &err), WH_OK);
    wh_buf_done(&out);
}

static bool wanted(const struct kind *k)
{
    if (options.group && strcmp(options.group, group_names[k->group]) != 0) return false;
    return options.only == NULL || strcmp(options.only, k->name) == 0;
}

static bool parse(int argc, char **argv)
{
    static const struct option names[] = {
        {"full", no_argument, NULL, 'f'},        {"group", required_argument, NULL, 'g'},
        {"only", required_argument, NULL, 'o'},  {"table", required_argument, NULL, 't'},
        {"write", required_argument, NULL, 'w'}, {"segments", required_argument, NULL, 's'},
        {"gas", required_argument, NULL, 'G'},   {0}};
    int c;
    while ((c = getopt_long(argc, argv, "", names, NULL)) != -1)
        switch (c) {
        case 'f': options.full = true; break;
        case 'g': options.group = optarg; break;
        case 'o': options.only = optarg; break;
        case 't': options.table = optarg; break;
        case 'w': options.write = optarg; break;
        case 'G': scene_gas = strtoull(optarg, NULL, 10); break;
        case 's': options.segments = optarg; break;
        default: return false;
        }
    options.data = optind + 1 == argc ? argv[optind] : NULL;
    return options.data != NULL;
}

static void run_sides(const struct kind *k)
{
    const bool of_ethereum = k->build == build_end_withdrawals;
    if (!of_ethereum) run_kind(k, ROLLUP);
    if (of_ethereum || k->group != PRECOMPILES) run_kind(k, ETHEREUM);
    if (options.full && k->capped == E) run_kind(k, UNCAPPED);
}

int main(int argc, char **argv)
{
    if (!parse(argc, argv)) {
        fprintf(stderr, "usage: worst DATA [--full] [--group G] [--only NAME] [--table F] "
                        "[--write DIR] [--segments F] [--gas N]\n");
        return 2;
    }
    if (options.segments != NULL && (segments = fopen(options.segments, "wb")) == NULL) return 2;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (wanted(&kinds[i])) run_sides(&kinds[i]);
    if (options.table) write_table();
    wh_buf_done(&rows_text);
    if (segments != NULL && fclose(segments) != 0) return 2;
    return tap_done();
}
