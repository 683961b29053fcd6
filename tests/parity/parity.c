/* SPDX-License-Identifier: MIT */
/* Parity of the C twin and contract Game: the same random scripts on both, in process on our own
 * interpreter. After every move: the same error, the same logs, and every storage slot of the
 * contract is what the twin's records say, with no slot left over; then the view folded from the
 * contract's logs is the contract's state (I25). A failure names its seed. */
#include <stdio.h>
#include <stdlib.h>

#include "game/contracts/generated/contracts.h"
#include "game/core/view.h"
#include "tests/parity/chain.h"
#include "tests/support/script.h"
#include "tests/tap.h"

enum { EVENTS_MAX = 64 };

static struct script s;
static struct chain_l1 *l1;
static struct game view;
static uint8_t view_block[1 << 22];
static address at_game, at_inbox, at_verifier;
static uint64_t seed, taken, refused, slots_compared, logs_compared;
static uint64_t gas_share[GAME_MOVE_COUNT]; /* most used of the limit, percent */
static bool failed;

#define MUST(cond)                                                                   \
    do {                                                                             \
        if (!(cond)) {                                                               \
            failed = true;                                                           \
            tap_bad++;                                                               \
            printf("# seed %" PRIu64 " t %" PRIu64 " %s line %d: %s\n", seed, s.now, \
                   game_move_name(s.args.move), __LINE__, #cond);                    \
        }                                                                            \
    } while (0)

/* ---- storage of the contract, from the twin's records ---- */

static size_t expected; /* slots that are not zero */

static void word(bytes32 *w, unsigned shift, u128 value)
{
    for (unsigned i = 0; i < 16; i++)
        if (shift / 8 + i < 32) w->b[31 - shift / 8 - i] |= (uint8_t)(value >> (8 * i));
}

static void compare(const bytes32 *key, const bytes32 *want)
{
    bytes32 got = chain_slot(l1, &at_game, key);
    if (!bytes32_is_zero(want)) expected++;
    slots_compared++;
    MUST(bytes32_eq(&got, want));
    if (bytes32_eq(&got, want)) return;
    for (int i = 0; i < 64; i++)
        printf("%s%02x",
               i == 0    ? "# want "
               : i == 32 ? "\n# got  "
                         : "",
               i < 32 ? want->b[i] : got.b[i - 32]);
    printf("\n");
}

/* Slot of mapping number m at key; + offset. */
static bytes32 slot_of(const uint8_t key[32], unsigned m, unsigned offset)
{
    uint8_t text[64] = {0};
    bytes32 h;
    memcpy(text, key, 32);
    text[63] = (uint8_t)m;
    tree_keccak(NULL, text, 64, &h);
    unsigned carry = offset;
    for (int i = 31; i >= 0 && carry != 0; i--) {
        carry += h.b[i];
        h.b[i] = (uint8_t)carry;
        carry >>= 8;
    }
    return h;
}

static void slot(const uint8_t key[32], unsigned m, unsigned offset, const bytes32 *want)
{
    bytes32 k = slot_of(key, m, offset);
    compare(&k, want);
}

static bytes32 aid_at(uint32_t i)
{
    const bytes32 zero = {{0}};
    return i == GAME_NONE ? zero : game_assertion_at(&s.g, i)->aid;
}

static void compare_assertion(const struct game_assertion *a)
{
    bytes32 w = aid_at(a->parent), packed = {{0}};
    slot(a->aid.b, 0, 0, &w);
    slot(a->aid.b, 0, 1, &a->last_leaf);
    slot(a->aid.b, 0, 2, &a->span);
    word(&packed, 0, a->input_end);
    word(&packed, 64, a->next_input);
    word(&packed, 128, a->created_at);
    word(&packed, 168, a->status);
    word(&packed, 176, a->children);
    slot(a->aid.b, 0, 3, &packed);
    w = aid_at(a->pot_gid);
    slot(a->aid.b, 0, 4, &w);
    w = aid_at(a->winner);
    slot(a->aid.b, 1, 0, &w);
    packed = (bytes32){{0}};
    word(&packed, 0, a->won_at);
    word(&packed, 40, a->slashed_at);
    word(&packed, 80, a->pot);
    word(&packed, 176, a->roots);
    slot(a->aid.b, 1, 1, &packed);
}

static void compare_account(const struct game_account *a)
{
    uint8_t key[32] = {0};
    bytes32 w = {{0}};
    memcpy(key + 12, a->who.b, 20);
    word(&w, 0, a->bond);
    slot(key, 2, 0, &w);
    w = aid_at(a->tip);
    slot(key, 2, 1, &w);
    w = (bytes32){{0}};
    word(&w, 0, a->credit);
    slot(key, 5, 0, &w);
}

static void compare_state(void)
{
    const struct game *g = &s.g;
    expected = 0;
    for (uint32_t i = 0; i < g->assertions.count; i++)
        compare_assertion(game_assertion_at(g, i));
    for (uint32_t i = 0; i < g->accounts.count; i++)
        compare_account(game_account_at(g, i));
    for (uint32_t i = 0; i < g->contexts.count; i++) {
        const struct game_context *c = game_context_at(g, i);
        bytes32 w = {{0}};
        word(&w, 0, c->first_at);
        word(&w, 40, c->rival_at);
        word(&w, 80, c->count);
        slot(c->ctx.b, 3, 0, &w);
    }
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        const struct game_node *n = game_node_at(g, i);
        bytes32 w;
        game_node_word(g, n, w.b);
        slot(n->id.b, 4, 0, &w);
    }
    bytes32 key = {{0}}, w = aid_at(g->anchor);
    key.b[31] = 6;
    compare(&key, &w);
    MUST(chain_slots(l1, &at_game) == expected);
    MUST(chain_balance(l1, &at_game) == g->balance);
}

/* ---- events ---- */

static struct {
    struct game_event ev[EVENTS_MAX];
    bytes32 spans[EVENTS_MAX][TREE_ARITY_MAX];
    unsigned n;
} told;

static void note(void *ctx, const struct game_event *ev)
{
    (void)ctx;
    if (told.n == EVENTS_MAX) abort();
    told.ev[told.n] = *ev;
    if (ev->spans != NULL) memcpy(told.spans[told.n], ev->spans, 32 * ev->span_count);
    told.n++;
}

static bool same_event(const struct game_event *a, const struct game_event *b, const bytes32 *spans)
{
    return a->kind == b->kind && address_eq(&a->who, &b->who) && bytes32_eq(&a->gid, &b->gid) &&
           bytes32_eq(&a->aid, &b->aid) && bytes32_eq(&a->id, &b->id) &&
           bytes32_eq(&a->last_leaf, &b->last_leaf) && bytes32_eq(&a->span, &b->span) &&
           a->input_end == b->input_end && a->next_input == b->next_input &&
           a->number == b->number && a->amount == b->amount && a->span_count == b->span_count &&
           memcmp(a->spans != NULL ? a->spans : spans, spans, 32 * a->span_count) == 0;
}

/* The logs of the last call against what the twin told, and into the view. */
static void compare_logs(size_t count)
{
    MUST(count == told.n);
    for (size_t i = 0; i < count && i < told.n; i++) {
        address at;
        struct calls_log log = chain_log(l1, i, &at);
        struct game_event ev = {0};
        bytes32 spans[TREE_ARITY_MAX];
        bool known = false;
        MUST(address_eq(&at, &at_game));
        MUST(calls_event(&log, &ev, spans, NULL, &known) && known);
        ev.time = s.now;
        MUST(same_event(&ev, &told.ev[i], told.spans[i]));
        MUST(game_view_apply_event(&view, &ev) == WH_OK);
        logs_compared++;
    }
}

/* ---- moves ---- */

/* What the contract metered is an input of the twin. */
static void take_gas(void)
{
    const struct wh_node *v = NULL;
    bytes32 id, key;
    if (s.args.move == GAME_MOVE_SPLIT) v = &s.args.u.split.v;
    if (s.args.move == GAME_MOVE_PROVE) v = &s.args.u.prove.v;
    if (v == NULL) return;
    node_id(NULL, v, &id);
    key = slot_of(id.b, 4, 0);
    bytes32 w = chain_slot(l1, &at_game, &key);
    s.env.gas = (uint64_t)(load_be32(w.b + 28) >> 8) << 8;
}

/* 41: no move of the contract needs more than the strategy's constant. */
static void gas_limit(const struct chain_reply *r, wh_span data)
{
    uint64_t tokens = 0, n = 0, bytes = 0, limit, used;
    for (size_t i = 0; i < data.len; i++)
        tokens += data.ptr[i] == 0 ? 1 : 4;
    wh_span tree = {0};
    enum game_move m = s.args.move;
    if (m == GAME_MOVE_REFRESH) tree = s.args.u.refresh.tree;
    if (m == GAME_MOVE_DECIDE) tree = s.args.u.aid.tree;
    if (m == GAME_MOVE_CLAIM) tree = s.args.u.gid.tree;
    n = (tree.len + 32) / 33; /* a byte for each visit, 32 for each but the first */
    if (m == GAME_MOVE_PROVE) bytes = s.args.u.prove.proof.len;
    used = 21000 + 4 * tokens + (uint64_t)r->gas_used;
    if (used < 21000 + 10 * tokens) used = 21000 + 10 * tokens; /* EIP-7623 */
    limit = solver_gas_limit(m, s.g.cfg.a, s.g.cfg.k, s.g.cfg.step_gas, n, bytes);
    MUST(used <= limit);
    if (used * 100 / limit > gas_share[m]) gas_share[m] = used * 100 / limit;
}

static void one_move(void)
{
    struct wh_buf data = {0};
    calls_move(&s.args, &data);
    if (!wh_buf_ok(&data)) abort();
    struct chain_reply r = chain_call(l1, &s.env.caller, &at_game, s.env.value, s.now,
                                      s.env.gasprice, s.env.basefee, wh_buf_span(&data));
    char said[64] = "ok";
    if (!r.ok) {
        const char *name = calls_error_name(r.data);
        snprintf(said, sizeof said, "%s", name != NULL ? name : "?");
        char *end = strchr(said, '(');
        if (end != NULL) *end = 0;
    }
    size_t logs = r.ok ? r.log_count : 0;
    if (r.ok) take_gas();
    if (r.ok) gas_limit(&r, wh_buf_span(&data));
    told.n = 0;
    enum game_error e = game_apply(&s.g, &s.env, &s.args);
    if (strcmp(said, game_error_name(e)) != 0)
        printf("# contract %s, twin %s\n", said, game_error_name(e));
    MUST(strcmp(said, game_error_name(e)) == 0);
    if (e == GAME_OK)
        taken++;
    else
        refused++;
    compare_logs(logs);
    wh_buf_done(&data);
}

/* An input through the real Inbox: its hash is the Inbox's. */
static void push(uint32_t items)
{
    static const uint8_t bytes[4] = {1, 2, 3, 4};
    wh_span list[4];
    struct wh_buf data = {0};
    for (uint32_t i = 0; i < items; i++)
        list[i] = wh_span_of(bytes, 1 + i);
    calls_inbox_post(s.w.inputs + 1, 0, list, items, &data);
    struct chain_reply r = chain_call(l1, &s.me[0].who, &at_inbox, 0, s.now, s.gasprice, s.basefee,
                                      wh_buf_span(&data));
    wh_buf_done(&data);
    MUST(r.ok && r.log_count == 1);
    address at;
    struct calls_log log = chain_log(l1, 0, &at);
    struct game_event ev = {0};
    struct calls_input in = {0};
    bool known = false;
    MUST(calls_event(&log, &ev, NULL, &in, &known) && address_eq(&at, &at_inbox));
    MUST(ev.items_count == items && ev.number == s.w.inputs);
    ev.time = s.now;
    script_push(&s, items, &ev.id);
    MUST(game_view_apply_event(&view, &ev) == WH_OK);
    /* the Inbox's own acc and steps */
    uint8_t call[36] = {0};
    bytes32 acc;
    store_be32(call, CONTRACT_SEL_INBOX_ACC);
    store_be64(call + 28, s.w.inputs);
    r = chain_call(l1, &s.me[0].who, &at_inbox, 0, s.now, 0, 0, wh_span_of(call, 36));
    game_acc(&s.g, s.w.inputs, &acc);
    MUST(r.ok && r.data.len == 32 && memcmp(r.data.ptr, acc.b, 32) == 0);
    store_be32(call, CONTRACT_SEL_INBOX_STEPS);
    r = chain_call(l1, &s.me[0].who, &at_inbox, 0, s.now, 0, 0, wh_span_of(call, 36));
    MUST(r.ok && r.data.len == 32 && load_be64(r.data.ptr + 24) == game_steps(&s.g, s.w.inputs));
}

/* ---- the views of the contract, at the end of a script ---- */

static wh_span ask(uint32_t selector, const uint8_t key[32])
{
    uint8_t call[36];
    store_be32(call, selector);
    memcpy(call + 4, key, 32);
    struct chain_reply r =
        chain_call(l1, &s.me[0].who, &at_game, 0, s.now, 0, 0, wh_span_of(call, sizeof call));
    MUST(r.ok);
    return r.data;
}

static bool words(wh_span got, const bytes32 *want, size_t n)
{
    return got.len == 32 * n && memcmp(got.ptr, want, got.len) == 0;
}

static void compare_views(void)
{
    const struct game *g = &s.g;
    for (uint32_t i = 0; i < g->assertions.count; i++) {
        const struct game_assertion *a = game_assertion_at(g, i);
        bytes32 w[9] = {aid_at(a->parent), a->last_leaf, a->span};
        word(&w[3], 0, a->input_end);
        word(&w[4], 0, a->next_input);
        word(&w[5], 0, a->created_at);
        word(&w[6], 0, a->status);
        word(&w[7], 0, a->children);
        w[8] = aid_at(a->pot_gid);
        MUST(words(ask(CONTRACT_SEL_GAME_ASSERTION, a->aid.b), w, 9));
        bytes32 r[5] = {aid_at(a->winner)};
        word(&r[1], 0, a->won_at);
        word(&r[2], 0, a->slashed_at);
        word(&r[3], 0, a->pot);
        word(&r[4], 0, a->roots);
        MUST(words(ask(CONTRACT_SEL_GAME_GAME, a->aid.b), r, 5));
    }
    for (uint32_t i = 0; i < g->contexts.count; i++) {
        const struct game_context *c = game_context_at(g, i);
        bytes32 w[3] = {{{0}}};
        word(&w[0], 0, c->first_at);
        word(&w[1], 0, c->rival_at);
        word(&w[2], 0, c->count);
        MUST(words(ask(CONTRACT_SEL_GAME_CONTEXT, c->ctx.b), w, 3));
    }
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        bytes32 w;
        game_node_word(g, game_node_at(g, i), w.b);
        MUST(words(ask(CONTRACT_SEL_GAME_NODE, game_node_at(g, i)->id.b), &w, 1));
    }
    for (uint32_t i = 0; i < g->accounts.count; i++) {
        const struct game_account *a = game_account_at(g, i);
        uint8_t key[32] = {0};
        bytes32 w[2] = {{{0}}};
        memcpy(key + 12, a->who.b, 20);
        word(&w[0], 0, a->bond);
        w[1] = aid_at(a->tip);
        MUST(words(ask(CONTRACT_SEL_GAME_STAKER, key), w, 2));
        w[0] = (bytes32){{0}};
        word(&w[0], 0, a->credit);
        MUST(words(ask(CONTRACT_SEL_GAME_CREDITS, key), w, 1));
    }
    uint8_t none[32] = {0};
    bytes32 w = aid_at(g->anchor);
    MUST(words(ask(CONTRACT_SEL_GAME_ANCHOR, none), &w, 1));
    MUST(words(ask(CONTRACT_SEL_GAME_CFG_HASH, none), &g->cfg_hash, 1));
}

static void compare_fold(void)
{
    bytes32 a, b;
    game_digest(&s.g, DIGEST_VIEW, &a);
    game_digest(&view, DIGEST_VIEW, &b);
    MUST(bytes32_eq(&a, &b) && view.balance == s.g.balance);
}

static void begin(uint64_t number)
{
    struct script_rng r = {number};
    struct game_config cfg;
    struct wh_arena arena;
    uint8_t state[TREE_STATE_SIZE];
    seed = number;
    script_config(&r, &cfg);
    chain_reset(l1, 1000);
    chain_addresses(l1, &at_verifier, &at_inbox, &at_game);
    cfg.verifier = at_verifier;
    cfg.inbox = at_inbox;
    cfg.treasury = (address){{0x77}};
    cfg.trace_store = (address){{0x78}};
    cfg.chain_id = 1337;
    script_genesis(number, NULL, state);
    tree_leaf(NULL, state, &cfg.genesis_leaf);
    MUST(chain_deploy_game(l1, &cfg));
    script_init(&s, number, &cfg, NULL, 1000, true);
    for (unsigned i = 0; i < s.parties; i++)
        chain_fund(l1, &s.me[i].who, (u128)1000 * 1000000000000000000u);
    s.g.emit = note;
    wh_arena_init(&arena, view_block, sizeof view_block);
    static struct wh_arena keep;
    keep = arena;
    if (game_init(&view, &cfg, &keep, NULL, 1000) != GAME_OK) abort();
}

static void run_script(uint64_t number, unsigned moves)
{
    begin(number);
    compare_state();
    for (unsigned i = 0; i < moves && !failed; i++) {
        uint32_t items;
        if (script_next(&s, &items) == SCRIPT_PUSH)
            push(items);
        else
            one_move();
        compare_state();
        compare_fold();
    }
    compare_views();
    script_free(&s);
}

static uint64_t first = 1, count = 2000;

static void parity_random_scripts_on_twin_and_contract(void)
{
    l1 = chain_open();
    for (uint64_t i = 0; i < count && !failed; i++)
        run_script(first + i, 60);
    chain_close(l1);
    printf("# seeds %" PRIu64 "..%" PRIu64 ": %" PRIu64 " moves taken, %" PRIu64
           " refused, %" PRIu64 " logs, %" PRIu64 " slots compared\n",
           first, first + count - 1, taken, refused, logs_compared, slots_compared);
    printf("# most gas used of the limit, percent:");
    for (unsigned m = 0; m < GAME_MOVE_COUNT; m++)
        printf(" %s %" PRIu64, game_move_name((enum game_move)m), gas_share[m]);
    printf("\n");
}

/* The constructor refuses what game_config_ok refuses. */
static void parity_constructor_guards(void)
{
    l1 = chain_open();
    for (unsigned i = 0; i < 16; i++) {
        struct script_rng r = {1};
        struct game_config cfg;
        script_config(&r, &cfg);
        chain_reset(l1, 1000);
        chain_addresses(l1, &at_verifier, &at_inbox, &at_game);
        cfg.verifier = at_verifier;
        cfg.inbox = at_inbox;
        cfg.chain_id = 1337;
        cfg.k = 20, cfg.a = 2;
        switch (i) {
        case 0: break;
        case 1: cfg.k = 21; break;
        case 2: cfg.a = 0; break;
        case 3: cfg.a = 5, cfg.k = 20; break;
        case 4: cfg.k = 0; break;
        case 5: cfg.k = 34; break;
        case 6: cfg.t = 0; break;
        case 7: cfg.bond = 0; break;
        case 8: cfg.burn_bps = 10001; break;
        case 9: cfg.reward_bps = 10001; break;
        case 10: cfg.step_gas = 0; break;
        case 11: cfg.image_root.b[0] = 1; break;
        case 12: cfg.entry.b[0] = 1; break;
        case 13: cfg.step_contract.b[0] = 1; break;
        case 14: cfg.spare.b[31] = 1; break;
        default: cfg.k = 32, cfg.a = 4; break;
        }
        bool same = chain_deploy_game(l1, &cfg) == game_config_ok(&cfg);
        if (!same) printf("# case %u\n", i);
        CHECK(same);
    }
    chain_close(l1);
}

int main(int argc, char **argv)
{
    if (argc > 1) first = strtoull(argv[1], NULL, 10), count = 1;
    if (argc > 2) count = strtoull(argv[2], NULL, 10);
    RUN(parity_constructor_guards);
    RUN(parity_random_scripts_on_twin_and_contract);
    return tap_done();
}
