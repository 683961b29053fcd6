/* SPDX-License-Identifier: MIT */
#include "tests/support/script.h"

#include <stdlib.h>

#include "game/core/view.h"

enum { ARENA = 1 << 22, SCRATCH = 1 << 21, CHAIN = 120 };

uint64_t script_random(struct script_rng *r)
{
    uint64_t z = r->s += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t pick(struct script_rng *r, const uint64_t *list, unsigned n)
{
    return list[script_below(r, n)];
}

#define PICK(r, ...)                           \
    pick((r), (const uint64_t[]){__VA_ARGS__}, \
         (unsigned)(sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)))

static bool chance(struct script *s, unsigned percent)
{
    return script_below(&s->rng, 100) < percent;
}

void script_config(struct script_rng *r, struct game_config *cfg)
{
    static const uint8_t shape[][2] = {{1, 1}, {2, 1}, {3, 1}, {4, 1}, {2, 2},  {4, 2}, {6, 2},
                                       {3, 3}, {6, 3}, {4, 4}, {8, 4}, {20, 2}, {32, 4}};
    unsigned i = (unsigned)script_below(r, sizeof shape / sizeof *shape);
    memset(cfg, 0, sizeof *cfg);
    cfg->k = shape[i][0];
    cfg->a = shape[i][1];
    cfg->t = PICK(r, 20, 30, 60);
    cfg->grace = PICK(r, 0, 7);
    cfg->min_gap = PICK(r, 0, 3, 20);
    cfg->bond = PICK(r, 1000000000000000000u, 1000000000000001u, 333);
    cfg->burn_bps = (uint16_t)PICK(r, 0, 5000, 3333, 10000);
    cfg->reward_bps = (uint16_t)PICK(r, 10000, 9000);
    cfg->max_price = 20000;
    cfg->step_gas = 1000000;
}

static bool trusting_verifier(void *ctx, uint64_t target, const bytes32 *input_hash,
                              const uint8_t *pre, wh_span proof, bytes32 *post)
{
    (void)ctx;
    (void)target;
    (void)input_hash;
    (void)pre;
    if (proof.len != 32) return false;
    memcpy(post->b, proof.ptr, 32);
    return true;
}

void script_genesis(uint64_t seed, const struct evm_crypto *crypto, uint8_t state[TREE_STATE_SIZE])
{
    struct world w;
    world_init(&w, crypto, seed);
    memcpy(state, w.genesis, TREE_STATE_SIZE);
}

/* A few lies: fresh ones, the truth again behind them, or a halt. Few tags, so that liars share
 * prefixes. */
static void make_lies(struct script *s, uint8_t *lies)
{
    unsigned n = (unsigned)PICK(&s->rng, 1, 1, 2, 3);
    memset(lies, WORLD_STEP, 64);
    for (unsigned i = 0; i < n; i++) {
        uint64_t at = script_below(&s->rng, chance(s, 70) ? 8 : 40);
        if (chance(s, 10)) {
            lies[at] = WORLD_HALT;
        } else {
            lies[at] = (uint8_t)(WORLD_LIE + script_below(&s->rng, 2));
            if (chance(s, 30)) lies[at + 1 + script_below(&s->rng, 3)] = WORLD_TRUTH;
        }
    }
}

void script_init(struct script *s, uint64_t seed, const struct game_config *cfg,
                 const struct evm_crypto *crypto, uint64_t now, bool trusting)
{
    struct game_config c = *cfg;
    memset(s, 0, sizeof *s);
    s->rng.s = seed;
    s->now = now;
    s->trusting = trusting;
    world_init(&s->w, crypto, seed);
    if (bytes32_is_zero(&c.genesis_leaf)) tree_leaf(crypto, s->w.genesis, &c.genesis_leaf);
    wh_arena_init(&s->arena, malloc(ARENA), ARENA);
    wh_arena_init(&s->scratch, malloc(SCRATCH), SCRATCH);
    if (s->arena.base == NULL || s->scratch.base == NULL) abort();
    if (game_init(&s->g, &c, &s->arena, crypto, now) != GAME_OK) abort();
    s->g.step = trusting ? trusting_verifier : world_verifier;
    s->g.step_ctx = &s->w;
    s->basefee = PICK(&s->rng, 10, 8, 500) * 1000000000u;
    s->gasprice = s->basefee + PICK(&s->rng, 0, 1, 400) * 1000000000u;
    s->parties = 2 + (unsigned)script_below(&s->rng, SCRIPT_PARTIES - 1);
    for (unsigned i = 0; i < s->parties; i++) {
        bool honest = i < 1 + (s->parties > 3);
        bytes32 h;
        uint8_t name[2] = {'p', (uint8_t)i};
        tree_keccak(NULL, name, 2, &h);
        memcpy(s->me[i].who.b, h.b + 12, 20);
        s->me[i].propose = true;
        if (!honest) make_lies(s, s->lies[i]);
        chain_init(&s->chain[i], &s->w, &s->chain[0], s->lies[i], honest ? 0 : 64, CHAIN);
        if (!honest && chance(s, 30)) {
            if (chance(s, 70)) s->chain[i].lie_count = 0; /* nothing but that */
            s->chain[i].pad_lie = 1 + (uint32_t)script_below(&s->rng, 5);
        }
    }
}

void script_free(struct script *s)
{
    for (unsigned i = 0; i < s->parties; i++)
        chain_free(&s->chain[i]);
    free(s->arena.base);
    free(s->scratch.base);
}

void script_push(struct script *s, uint32_t items, const bytes32 *hash)
{
    if (hash == NULL)
        world_push(&s->w, items);
    else
        world_push_hash(&s->w, items, hash);
    if (game_push_input(&s->g, &s->w.hash[s->w.inputs - 1], items) != GAME_OK) abort();
    for (unsigned i = 0; i < s->parties; i++)
        chain_extend(&s->chain[i]);
}

/* ---- arguments of the script's own ---- */

static void *room(struct script *s, size_t n)
{
    if (s->used + n > sizeof s->bytes) abort();
    void *p = s->bytes + s->used;
    s->used += n;
    return p;
}

static void own_bytes(struct script *s, wh_span *x)
{
    uint8_t *p = room(s, x->len + 64); /* spoil may make it longer */
    if (x->len != 0) memcpy(p, x->ptr, x->len);
    x->ptr = p;
}

static const bytes32 *own_list(struct script *s, const bytes32 *from, size_t n)
{
    if (n + 1 > sizeof s->list / sizeof *s->list) abort();
    if (n != 0 && from != s->list) memmove(s->list, from, 32 * n);
    return s->list;
}

/* The arguments move out of the solver's arena, into the script. */
static void own_args(struct script *s)
{
    struct game_args *a = &s->args;
    switch (a->move) {
    case GAME_MOVE_POST:
        a->u.post.path = own_list(s, a->u.post.path, a->u.post.path_len);
        own_bytes(s, &a->u.post.state);
        break;
    case GAME_MOVE_SPLIT:
        a->u.split.spans = own_list(s, a->u.split.spans, a->u.split.span_count);
        break;
    case GAME_MOVE_PROVE:
        a->u.prove.mp = own_list(s, a->u.prove.mp, a->u.prove.mp_len);
        own_bytes(s, &a->u.prove.pre);
        own_bytes(s, &a->u.prove.proof);
        break;
    case GAME_MOVE_REFRESH: own_bytes(s, &a->u.refresh.tree); break;
    case GAME_MOVE_DECIDE: own_bytes(s, &a->u.aid.tree); break;
    case GAME_MOVE_CLAIM: own_bytes(s, &a->u.gid.tree); break;
    case GAME_MOVE_STAKE:
    case GAME_MOVE_JOIN:
    case GAME_MOVE_CONFIRM:
    case GAME_MOVE_REJECT:
    case GAME_MOVE_SLASH:
    case GAME_MOVE_UNSTAKE:
    case GAME_MOVE_WITHDRAW:
    case GAME_MOVE_SWEEP:
    case GAME_MOVE_COUNT: break;
    }
}

static bytes32 junk(struct script *s)
{
    bytes32 h;
    uint64_t v = script_below(&s->rng, 256);
    tree_keccak(s->w.crypto, &v, 8, &h);
    return h;
}

/* The proof that goes with the pre state at hand. */
static void prove_bytes(struct script *s)
{
    wh_span pre = s->args.u.prove.pre;
    uint8_t *p = room(s, 64);
    memset(p, 0, 64);
    s->args.u.prove.proof = wh_span_of(p, 0);
    if (pre.len != TREE_STATE_SIZE) return;
    bytes32 post;
    uint8_t after[TREE_STATE_SIZE];
    const struct game_assertion *gid = game_assertion_of(&s->g, &s->args.u.prove.v.gid);
    bool idle = gid == NULL || tree_state_halted(pre.ptr, gid->next_input);
    size_t len = idle ? 0 : s->trusting ? 32 : 1;
    if (!idle && tree_state_inbox_pos(pre.ptr) < s->w.inputs &&
        world_step(&s->w, pre.ptr, gid->next_input, after)) {
        tree_leaf(s->w.crypto, after, &post);
        memcpy(p, post.b, 32);
    }
    if (chance(s, idle ? 30 : 6)) len = script_below(&s->rng, 40);
    if (s->trusting && chance(s, 6)) p[3] ^= 1;
    s->args.u.prove.proof.len = len;
}

/* ---- moves that nobody asked for ---- */

static void random_tree(struct script *s, uint32_t node, unsigned stop, wh_span *out)
{
    uint32_t stack[600];
    unsigned top = 0, arity = 1u << s->g.cfg.a;
    uint8_t *from = s->bytes + s->used;
    stack[top++] = node;
    while (top > 0) {
        const struct game_node *n = game_node_at(&s->g, stack[--top]);
        bool down = (n->gas_flags & GAME_NODE_SPLIT) && !chance(s, stop) && s->used < 30000;
        *(uint8_t *)room(s, 1) = down;
        if (!down) continue;
        const uint32_t *kids = game_kids(&s->g, n);
        for (unsigned j = 0; j < arity; j++)
            memcpy(room(s, 32), game_node_at(&s->g, kids[j])->span.b, 32);
        for (unsigned j = arity; j-- > 0;)
            stack[top++] = kids[j];
    }
    *out = wh_span_of(from, (size_t)(s->bytes + s->used - from));
    (void)room(s, 64);
}

static bytes32 some_aid(struct script *s)
{
    if (chance(s, 5)) return junk(s);
    uint32_t i = (uint32_t)script_below(&s->rng, s->g.assertions.count);
    return game_assertion_at(&s->g, i)->aid;
}

static address some_account(struct script *s)
{
    address a = {{0}};
    if (chance(s, 5)) return s->g.cfg.treasury;
    if (chance(s, 5)) return a;
    if (chance(s, 5)) {
        a.b[18] = 0xde, a.b[19] = 0xad;
        return a;
    }
    return s->me[script_below(&s->rng, s->parties)].who;
}

/* A node of somebody's own history, there or not. */
static bool wild_node(struct script *s, enum game_move move)
{
    struct solver_out out;
    struct chain *c = &s->chain[script_below(&s->rng, s->parties)];
    unsigned k = s->g.cfg.k, a = s->g.cfg.a;
    const struct solver_own *own = chain_own(c, k);
    struct solver_me quiet = {.watch = true};
    wh_arena_rewind(&s->scratch, 0);
    if (solver_moves(&s->g, own, &quiet, &s->scratch, &out) != WH_OK || out.line_count == 0)
        return false;
    const struct solver_range *r = &out.line[script_below(&s->rng, out.line_count)].range;
    unsigned h = (unsigned)script_below(&s->rng, k / a + 1u) * a;
    if (move == GAME_MOVE_PROVE && chance(s, 80)) h = 0;
    uint64_t near = r->len + 2 < UINT64_C(1) << k ? r->len + 2 : UINT64_C(1) << k;
    uint64_t pos = script_below(&s->rng, near) >> h << h;
    struct wh_node v = {.gid = r->gid, .pos = pos, .h = (uint8_t)h};
    bytes32 leaf0;
    struct tree t;
    const bytes32 *from = &c->leaf[r->first + (r->len != 0)];
    if (tree_build(&t, &s->scratch, s->w.crypto, k, &c->leaf[r->first], from,
                   r->len != 0 ? r->len : 1) != WH_OK)
        abort();
    struct tree_reader reader = tree_reader_of(&t);
    leaf0 = c->leaf[r->first];
    if (tree_base(s->w.crypto, &reader, k, a, &leaf0, pos, h, &v.base) != WH_OK) abort();
    v.span = *tree_span(&t, pos, h);
    struct game_args *g = &s->args;
    if (move == GAME_MOVE_SPLIT) {
        g->u.split.v = v;
        for (unsigned j = 0; j < 1u << a; j++)
            s->list[j] = h == 0 ? v.span : *tree_span(&t, pos + ((uint64_t)j << (h - a)), h - a);
        g->u.split.spans = s->list;
        g->u.split.span_count = (size_t)1 << a;
        g->u.split.to = some_account(s);
    } else if (move == GAME_MOVE_PROVE) {
        g->u.prove.v = v;
        if (tree_pre_proof(s->w.crypto, &reader, k, a, &leaf0, pos, s->list, &g->u.prove.mp_len) !=
            WH_OK)
            abort();
        g->u.prove.mp = s->list;
        g->u.prove.to = some_account(s);
        uint64_t at = r->first + (pos < r->len ? pos : r->len);
        g->u.prove.pre = wh_span_of(c->state[at], TREE_STATE_SIZE);
        own_bytes(s, &g->u.prove.pre);
    } else {
        bytes32 id;
        node_id(s->w.crypto, &v, &id);
        uint32_t n = game_find_node(&s->g, &id);
        g->u.refresh.v = v;
        if (n != GAME_NONE)
            random_tree(s, n, 30, &g->u.refresh.tree);
        else
            g->u.refresh.tree = wh_span_of(room(s, 64), 1);
    }
    return true;
}

/* A move of that kind with arguments that may fit. */
static bool wild(struct script *s, enum game_move move)
{
    struct game_args *g = &s->args;
    memset(g, 0, sizeof *g);
    g->move = move;
    switch (move) {
    case GAME_MOVE_STAKE:
    case GAME_MOVE_UNSTAKE: return true;
    case GAME_MOVE_POST: return false; /* the strategy's, spoiled or late, has all variety */
    case GAME_MOVE_SPLIT:
    case GAME_MOVE_PROVE:
    case GAME_MOVE_REFRESH: return wild_node(s, move);
    case GAME_MOVE_JOIN:
    case GAME_MOVE_CONFIRM:
    case GAME_MOVE_REJECT: g->u.aid.aid = some_aid(s); return true;
    case GAME_MOVE_DECIDE: {
        g->u.aid.aid = some_aid(s);
        const struct game_assertion *a = game_assertion_of(&s->g, &g->u.aid.aid);
        if (a == NULL || a->root_node == GAME_NONE)
            g->u.aid.tree = wh_span_of(room(s, 64), 1);
        else
            random_tree(s, a->root_node, 10, &g->u.aid.tree);
        return true;
    }
    case GAME_MOVE_CLAIM: {
        g->u.gid.gid = some_aid(s);
        g->u.gid.mover = some_account(s);
        const struct game_assertion *a = game_assertion_of(&s->g, &g->u.gid.gid);
        if (a == NULL || a->winner == GAME_NONE)
            g->u.gid.tree = wh_span_of(room(s, 64), 1);
        else
            random_tree(s, game_assertion_at(&s->g, a->winner)->root_node, 5, &g->u.gid.tree);
        return true;
    }
    case GAME_MOVE_SWEEP: g->u.gid.gid = some_aid(s); return true;
    case GAME_MOVE_SLASH:
    case GAME_MOVE_WITHDRAW: g->u.account = some_account(s); return true;
    case GAME_MOVE_COUNT: break;
    }
    return false;
}

/* ---- broken copies ---- */

static void spoil_bytes(struct script *s, wh_span *x)
{
    uint8_t *p = s->bytes + (x->ptr - s->bytes); /* ours: own_bytes and random_tree left 64 more */
    switch (script_below(&s->rng, 5)) {
    case 0:
        x->len += 1;
        p[x->len - 1] = 0;
        break;
    case 1: x->len -= x->len != 0; break;
    case 2:
        if (x->len != 0) p[script_below(&s->rng, x->len)] ^= 1;
        break;
    case 3:
        if (x->len != 0) p[0] = (uint8_t)script_below(&s->rng, 3);
        break;
    default: x->len = 0; break;
    }
}

static void spoil_list(struct script *s, size_t *n)
{
    switch (script_below(&s->rng, 4)) {
    case 0: *n -= *n != 0; break;
    case 1: s->list[(*n)++] = junk(s); break;
    case 2:
        if (*n != 0) s->list[script_below(&s->rng, *n)] = junk(s);
        break;
    default:
        for (size_t i = 0; i < *n / 2; i++) {
            bytes32 t = s->list[i];
            s->list[i] = s->list[*n - 1 - i];
            s->list[*n - 1 - i] = t;
        }
    }
}

static void spoil_node(struct script *s, struct wh_node *v)
{
    switch (script_below(&s->rng, 5)) {
    case 0: v->gid = some_aid(s); break;
    case 1: v->pos ^= UINT64_C(1) << script_below(&s->rng, 64); break;
    case 2: v->h = (uint8_t)script_below(&s->rng, 40); break;
    case 3: v->base = junk(s); break;
    default: v->span = junk(s); break;
    }
}

static void spoil(struct script *s)
{
    struct game_args *a = &s->args;
    uint64_t dice = script_below(&s->rng, 6);
    switch (a->move) {
    case GAME_MOVE_POST:
        if (dice == 0) a->u.post.parent = some_aid(s);
        if (dice == 1) a->u.post.expected_aid = junk(s);
        if (dice == 2) a->u.post.last_leaf = junk(s);
        if (dice == 3) a->u.post.span = junk(s);
        if (dice == 4) spoil_list(s, &a->u.post.path_len);
        if (dice == 5) spoil_bytes(s, &a->u.post.state);
        break;
    case GAME_MOVE_SPLIT:
        if (dice < 3)
            spoil_node(s, &a->u.split.v);
        else
            spoil_list(s, &a->u.split.span_count);
        break;
    case GAME_MOVE_PROVE:
        if (dice < 2)
            spoil_node(s, &a->u.prove.v);
        else if (dice < 4)
            spoil_list(s, &a->u.prove.mp_len);
        else if (dice == 4)
            spoil_bytes(s, &a->u.prove.pre);
        else
            spoil_bytes(s, &a->u.prove.proof);
        break;
    case GAME_MOVE_REFRESH:
        if (dice < 2)
            spoil_node(s, &a->u.refresh.v);
        else
            spoil_bytes(s, &a->u.refresh.tree);
        break;
    case GAME_MOVE_DECIDE: spoil_bytes(s, &a->u.aid.tree); break;
    case GAME_MOVE_CLAIM: spoil_bytes(s, &a->u.gid.tree); break;
    case GAME_MOVE_STAKE: s->env.value ^= 1; break;
    case GAME_MOVE_JOIN:
    case GAME_MOVE_CONFIRM:
    case GAME_MOVE_REJECT: a->u.aid.aid = some_aid(s); break;
    case GAME_MOVE_SLASH:
    case GAME_MOVE_WITHDRAW: a->u.account = some_account(s); break;
    case GAME_MOVE_SWEEP: a->u.gid.gid = some_aid(s); break;
    case GAME_MOVE_UNSTAKE:
    case GAME_MOVE_COUNT: break;
    }
}

/* A move that the strategy of party i wants; false: none. */
static bool wanted(struct script *s, unsigned i)
{
    struct solver_out out;
    struct solver_me me = s->me[i];
    me.propose = chance(s, 80);
    me.leaving = chance(s, 15);
    wh_arena_rewind(&s->scratch, 0);
    if (solver_moves(&s->g, chain_own(&s->chain[i], s->g.cfg.k), &me, &s->scratch, &out) != WH_OK)
        abort();
    if (out.count == 0) return false;
    const struct solver_move *m = &out.moves[chance(s, 60) ? 0 : script_below(&s->rng, out.count)];
    s->args = m->args;
    own_args(s);
    s->env.value = m->value;
    return true;
}

enum script_step script_next(struct script *s, uint32_t *items)
{
    uint64_t step = PICK(&s->rng, 0, 0, 0, 1, 1, 2, 5);
    s->now += chance(s, 93) ? step : s->g.cfg.t / 2;
    game_set_time(&s->g, s->now);
    if (s->w.inputs < 8 && chance(s, s->w.inputs == 0 ? 50 : 4)) {
        *items = (uint32_t)PICK(&s->rng, 0, 0, 1, 2, 3);
        return SCRIPT_PUSH;
    }
    for (;;) {
        unsigned i = (unsigned)script_below(&s->rng, s->parties);
        uint64_t dice = script_below(&s->rng, 100);
        bool again = dice < 4 && s->args.move != GAME_MOVE_COUNT && s->env.time != 0;
        s->env.time = s->now;
        s->env.gasprice = s->gasprice;
        s->env.basefee = s->basefee;
        s->env.gas = 30000 + script_below(&s->rng, 270000);
        s->env.gas_left = UINT64_MAX;
        if (again) { /* the last move once more, by anybody */
            if (chance(s, 50)) s->env.caller = s->me[i].who;
            return SCRIPT_MOVE;
        }
        s->used = 0;
        s->env.caller = s->me[i].who;
        s->env.value = 0;
        if (dice < 84) {
            if (!wanted(s, i)) continue;
            if (s->args.move == GAME_MOVE_PROVE) prove_bytes(s);
            if (dice >= 72) spoil(s);
            return SCRIPT_MOVE;
        }
        enum game_move m = (enum game_move)script_below(&s->rng, GAME_MOVE_COUNT);
        if (!wild(s, m)) continue;
        if (m == GAME_MOVE_STAKE) s->env.value = s->g.cfg.bond;
        if (m == GAME_MOVE_PROVE) prove_bytes(s);
        return SCRIPT_MOVE;
    }
}
