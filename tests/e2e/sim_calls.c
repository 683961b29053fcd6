/* SPDX-License-Identifier: MIT */
/* One scenario for a second and third play (e2e_sim_contracts.py).
 *
 *   sim_calls code verifier|inbox|post       creation code, and the call that gives the Inbox its input
 *   sim_calls play VERIFIER INBOX CHAIN INPUT HONEST,.. EVIL,.. NAME=VALUE...
 *
 * play runs the simulator, then the C twin on the same calls, one by one, comparing what every move
 * says; prints JSON lines: creation (of Game), call (time, from, to, data, value, gas, outcome),
 * context, node, winner. Exit 1 if simulator and twin differ. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evm/native/crypto.h"
#include "game/contracts/generated/contracts.h"
#include "game/sim/sweep.h"
#include "game/sim/whittle.h"
#include "proto/l1/calls.h"
#include "proto/sys/hex.h"

#define EPOCH 1000000u

/* step(uint64,bytes32,bytes,bytes): the leaf of the open state, whatever is asked; else 0. The leaf goes
 * to bytes 18.., the selector to 8... */
static const uint8_t VERIFIER[] = {0x60, 0x00, 0x35, 0x60, 0xe0, 0x1c, 0x80, 0x63,
                                   0,    0,    0,    0,    0x14, 0x60, 0x15, 0x57,
                                   0x60, 0x20, 0x60, 0x00, 0xf3, 0x5b, 0x7f};

struct play {
    struct game twin;
    struct wh_arena arena;
    struct whittle_truth truth;
    struct game_config cfg;
    bytes32 input;
    unsigned differ, calls;
};

static void hex(const char *key, const uint8_t *bytes, size_t len)
{
    printf(",\"%s\":\"0x", key);
    for (size_t i = 0; i < len; i++)
        printf("%02x", bytes[i]);
    printf("\"");
}

static void put_code(const struct contract_code *c, wh_span args, const char *end)
{
    printf("0x");
    for (size_t i = 0; i < c->creation_len; i++)
        printf("%02x", c->creation[i]);
    for (size_t i = 0; i < args.len; i++)
        printf("%02x", args.ptr[i]);
    printf("%s\n", end);
}

static int code(const char *what)
{
    struct wh_buf b = {0};
    if (strcmp(what, "inbox") == 0) {
        const uint64_t args[] = {0, 2, 0, 7, 30000000, 1000, 2, 100000, 30};
        for (size_t i = 0; i < 9; i++)
            abi_put_u64(&b, args[i]);
        put_code(&contract_inbox, wh_buf_span(&b), "");
    } else if (strcmp(what, "post") == 0) {
        wh_span item = wh_span_of("an item", 7);
        calls_inbox_post(1, 0, &item, 1, &b);
        printf("0x");
        for (size_t i = 0; i < b.len; i++)
            printf("%02x", b.ptr[i]);
        printf("\n");
    } else { /* verifier: runtime code behind a constructor that copies it */
        struct whittle_truth t;
        uint8_t run[sizeof VERIFIER + 32 + 8];
        const uint8_t tail[8] = {0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3};
        whittle_truth_init(&t, wh_native_crypto(), 1);
        memcpy(run, VERIFIER, sizeof VERIFIER);
        abi_selector("step(uint64,bytes32,bytes,bytes)", run + 8);
        memcpy(run + sizeof VERIFIER, t.leaf_open.b, 32);
        memcpy(run + sizeof VERIFIER + 32, tail, 8);
        printf("0x60%02x600c60003960%02x6000f3", (unsigned)sizeof run, (unsigned)sizeof run);
        for (size_t i = 0; i < sizeof run; i++)
            printf("%02x", run[i]);
        printf("\n");
    }
    wh_buf_done(&b);
    return 0;
}

/* The second play: the twin, on this call alone. */
static void on_call(void *ctx, const struct game_env *env, const struct game_args *args,
                    uint64_t gas, enum game_error e)
{
    struct play *p = ctx;
    struct wh_buf data = {0};
    p->calls++;
    if (game_apply(&p->twin, env, args) != e) {
        fprintf(stderr, "call %u: the twin says another thing\n", p->calls);
        p->differ++;
    }
    calls_move(args, &data);
    printf("{\"type\":\"call\",\"kind\":\"%s\",\"time\":%" PRIu64 ",\"gas\":%" PRIu64
           ",\"outcome\":\"%s\",\"value\":%" PRIu64,
           game_move_name(args->move), env->time - EPOCH, gas, game_error_name(e),
           (uint64_t)env->value);
    hex("from", env->caller.b, 20);
    hex("data", data.ptr, data.len);
    printf("}\n");
    wh_buf_done(&data);
}

static void on_end(void *ctx, const struct game *g)
{
    struct play *p = ctx;
    const struct game *t = &p->twin;
    uint8_t mine[32], other[32];
    if (g->nodes.count != t->nodes.count || g->contexts.count != t->contexts.count ||
        g->balance != t->balance)
        p->differ++;
    for (uint32_t i = 0; i < g->contexts.count && p->differ == 0; i++) {
        const struct game_context *a = game_context_at(g, i), *b = game_context_at(t, i);
        if (memcmp(a, b, sizeof *a) != 0) p->differ++;
        printf("{\"type\":\"context\",\"first\":%" PRIu64 ",\"rival\":%" PRIu64 ",\"count\":%u",
               a->first_at - EPOCH, a->rival_at == 0 ? 0 : a->rival_at - EPOCH, a->count);
        hex("id", a->ctx.b, 32);
        printf("}\n");
    }
    for (uint32_t i = 0; i < g->nodes.count && p->differ == 0; i++) {
        const struct game_node *a = game_node_at(g, i), *b = game_node_at(t, i);
        game_node_word(g, a, mine);
        game_node_word(t, b, other);
        if (memcmp(mine, other, 32) != 0) p->differ++;
        printf("{\"type\":\"node\"");
        hex("id", a->id.b, 32);
        hex("word", mine, 32);
        printf("}\n");
    }
    uint32_t w = game_assertion_at(g, 0)->winner;
    if (w != game_assertion_at(t, 0)->winner) p->differ++;
    printf("{\"type\":\"winner\"");
    hex("gid", game_assertion_at(g, 0)->aid.b, 32);
    const bytes32 none = {{0}};
    hex("aid", w == GAME_NONE ? none.b : game_assertion_at(g, w)->aid.b, 32);
    printf("}\n");
}

static bool read_address(const char *text, size_t len, address *out)
{
    return len == 42 && text[0] == '0' && wh_hex_decode(text + 2, 40, out->b, 20);
}

/* Addresses with commas between them; 0: a defect. */
static uint32_t read_addresses(const char *at, address *out, uint32_t max)
{
    uint32_t n = 0;
    for (; n < max; n++, at += 43) {
        if (!read_address(at, strcspn(at, ","), &out[n])) return 0;
        if (at[42] == 0) return n + 1;
    }
    return 0;
}

static int play(int argc, char **argv)
{
    static struct play p;
    struct sim_params params;
    struct sim_result r;
    struct wh_error err = {0};
    struct wh_arena arena;
    struct sim_stream stream = {3, 0, 0};
    address honest[8], evil[24], verifier, inbox;
    uint8_t args[GAME_CONFIG_SIZE];
    if (argc < 8 || !read_address(argv[2], strlen(argv[2]), &verifier) ||
        !read_address(argv[3], strlen(argv[3]), &inbox) || !wh_hex_parse(argv[5], p.input.b, 32))
        return 2;
    uint32_t honests = read_addresses(argv[6], honest, 8),
             evils = read_addresses(argv[7], evil, 24);
    if (honests == 0 || evils == 0) return 2;
    sim_params_default(&params);
    for (int i = 8; i < argc; i++) {
        struct sim_axis a;
        if (sim_axis_parse(argv[i], &a, &err) != WH_OK) {
            fprintf(stderr, "%s\n", err.what);
            return 2;
        }
        params.v[a.p] = a.v[0];
        sim_axis_done(&a);
    }
    whittle_truth_init(&p.truth, wh_native_crypto(), (unsigned)params.v[SIM_K]);
    whittle_config(&params, &p.truth, &p.cfg);
    p.cfg.verifier = verifier;
    p.cfg.inbox = inbox;
    p.cfg.chain_id = strtoull(argv[4], NULL, 10);
    game_config_encode(&p.cfg, args);
    printf("{\"type\":\"creation\",\"code\":\"");
    put_code(&contract_game, wh_span_of(args, sizeof args), "\"}");
    if (sim_arena_open(&p.arena, (size_t)1 << 28, &err) != WH_OK ||
        sim_arena_open(&arena, (size_t)1 << 30, &err) != WH_OK)
        return 2;
    if (game_init(&p.twin, &p.cfg, &p.arena, wh_native_crypto(), EPOCH) != GAME_OK) return 2;
    p.twin.step = whittle_verifier;
    p.twin.step_ctx = &p.truth;
    bytes32 hash;
    uint32_t items;
    whittle_input(&p.truth, &hash, &items);
    if (game_push_input(&p.twin, &p.input, items) != GAME_OK) return 2;
    const struct whittle_hooks hooks = {&p,      &p.cfg, &p.input, honest, evil,
                                        honests, evils,  on_call,  on_end};
    params.hooks = &hooks;
    if (sim_play(&params, &stream, &arena, NULL, NULL, NULL, &r, &err) != WH_OK) {
        fprintf(stderr, "%s\n", err.what);
        return 2;
    }
    return p.differ == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "code") == 0) return code(argv[2]);
    if (argc > 1 && strcmp(argv[1], "play") == 0) return play(argc, argv);
    return 2;
}
