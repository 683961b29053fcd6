/* SPDX-License-Identifier: MIT */
/* whittle-evmbench CASES EXPECTED [PEERS] [--filter TEXT]: message calls, exact and timed.
 *
 * CASES and EXPECTED are JSON lines (name, group, fork, gas, code, input, pre, setup; status, gas_used,
 * gas_refund, output_keccak, roots); PEERS is a table name .. best_us. Each case is checked in full, then
 * timed: CPU time of one message over loaded state, best of several runs. Prints one line a case, and
 * the geometric mean of time / best peer by group. Exit 1 if a case differs. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "evm/hash/keccak.h"
#include "evm/interp/evm.h"
#include "evm/native/crypto.h"
#include "evm/precompile/precompile.h"
#include "tests/support/nodes.h"
#include "tests/support/vec.h"

#define ARENA  ((size_t)1 << 35)
#define SENDER 0x5e4de5u
#define CALLEE 0xc0de0001u

struct bench {
    struct wh_arena arena[3];
    struct nodes nodes;
    const struct evm_crypto *crypto;
    struct state st;
    struct evm_block block;
    struct evm_origin origin;
    struct evm evm;
};

static address numbered(uint64_t n)
{
    address a = {{0}};
    store_be64(a.b + 12, n);
    return a;
}

static wh_status no_hash(void *ctx, uint64_t n, bytes32 *out)
{
    (void)ctx;
    (void)n;
    memset(out, 0, sizeof *out);
    return WH_OK;
}

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "evmbench: %s\n", what);
    exit(2);
}

static void put(struct state *st, const address *at, uint64_t nonce, u256 balance, const char *code)
{
    size_t len;
    uint8_t *bytes = vec_hex(code, &len);
    must(state_put_account(st, at, nonce, &balance, wh_span_of(bytes, len)) == WH_OK, "pre-state");
    free(bytes);
}

static bytes32 settle(struct bench *b)
{
    bytes32 root;
    struct wh_sink sink = nodes_sink(&b->nodes);
    must(state_settle(&b->st, &sink, &root) == WH_OK, "settle");
    return root;
}

static void open_case(struct bench *b, const json_t *c)
{
    static struct wh_preimages preimages;
    for (int i = 0; i < 3; i++)
        wh_arena_rewind(&b->arena[i], 0);
    nodes_reset(&b->nodes);
    preimages = nodes_preimages(&b->nodes);
    must(state_init(&b->st, &b->arena[1], &preimages, b->crypto, NULL, &KECCAK_EMPTY_TRIE) == WH_OK,
         "state");
    address sender = numbered(SENDER), callee = numbered(CALLEE);
    put(&b->st, &sender, 0, (u256){{0, 1ull << 36, 0, 0}}, "0x");
    put(&b->st, &callee, 1, u256_from_u64(1000000), vec_str(c, "code"));
    const char *at;
    json_t *account;
    json_object_foreach(json_object_get(c, "pre"), at, account)
    {
        size_t len;
        uint8_t *bytes = vec_hex(at, &len);
        address a;
        must(len == 20, "address");
        memcpy(a.b, bytes, 20);
        free(bytes);
        put(&b->st, &a, (uint64_t)json_integer_value(json_object_get(account, "nonce")),
            u256_from_u64(0), vec_str(account, "code"));
    }
    (void)settle(b);
    b->block = (struct evm_block){.fork = strcmp(vec_str(c, "fork"), "Osaka") == 0 ? FORK_OSAKA
                                                                                   : FORK_PRAGUE,
                                  .chain_id = 1,
                                  .number = 20000000,
                                  .timestamp = 1750000000,
                                  .gas_limit = 1000000000000,
                                  .coinbase = numbered(0xc01ba5e0),
                                  .blob_base_fee = u256_from_u64(1),
                                  .block_hash = no_hash};
    b->origin = (struct evm_origin){.origin = sender};
    b->evm = (struct evm){.state = &b->st,
                          .crypto = b->crypto,
                          .block = &b->block,
                          .origin = &b->origin,
                          .arena = &b->arena[2]};
}

static void warm(struct state *st, const address *at)
{
    bool cold;
    must(state_warm(st, state_account(st, at), &cold) == WH_OK, "warm");
}

/* One message; the transaction of the state stays open. */
static struct evm_result message(struct bench *b, int64_t gas, wh_span input)
{
    address sender = numbered(SENDER), callee = numbered(CALLEE), at;
    struct evm_message m = {.kind = EVM_CALL,
                            .gas = gas,
                            .caller = sender,
                            .to = callee,
                            .code_from = callee,
                            .input = input};
    struct evm_result r;
    wh_arena_rewind(&b->arena[2], 0);
    state_begin_tx(&b->st);
    struct account *from = state_account(&b->st, &sender);
    must(state_load(&b->st, from) == WH_OK, "sender");
    must(state_set_nonce(&b->st, from, from->f.nonce + 1) == WH_OK, "nonce");
    warm(&b->st, &sender);
    warm(&b->st, &callee);
    warm(&b->st, &b->block.coinbase);
    for (unsigned i = 0; i < precompile_count(b->block.fork); i++) {
        precompile_address(i, &at);
        warm(&b->st, &at);
    }
    must(evm_execute(&b->evm, &m, &r) == WH_OK, "status");
    return r;
}

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double time_case(struct bench *b, int64_t gas, wh_span input)
{
    double best = 1e300, spent = 0;
    for (int i = 0; i < 50 && (i < 3 || spent < 3e5); i++) {
        double t = cpu_us();
        (void)message(b, gas, input);
        t = cpu_us() - t;
        state_revert(&b->st, (struct state_checkpoint){0, 0, 0});
        if (t < best) best = t;
        spent += t;
    }
    return best;
}

static bool check(struct bench *b, const struct evm_result *r, int64_t gas, const json_t *e,
                  const bytes32 *pre)
{
    bytes32 output, want = vec_b32(e, "output_keccak"), root = vec_b32(e, "pre_state_root");
    keccak256(r->output.ptr, r->output.len, &output);
    bool ok = (r->halt == EVM_SUCCESS) == (strcmp(vec_str(e, "status"), "success") == 0) &&
              gas - r->gas_left == (int64_t)vec_u64(e, "gas_used") &&
              b->st.refund == (int64_t)vec_u64(e, "gas_refund") && bytes32_eq(&output, &want) &&
              bytes32_eq(pre, &root);
    must(state_commit_tx(&b->st, b->block.fork) == WH_OK, "commit");
    bytes32 post = settle(b);
    root = vec_b32(e, "post_state_root");
    return ok && bytes32_eq(&post, &root);
}

static bool run_case(struct bench *b, const json_t *c, const json_t *e, double *us)
{
    int64_t gas = (int64_t)vec_u64(c, "gas");
    size_t i, len;
    json_t *s;
    open_case(b, c);
    json_array_foreach(json_object_get(c, "setup"), i, s)
    {
        uint8_t *in = vec_hex(vec_str(s, "input"), &len);
        (void)message(b, (int64_t)vec_u64(s, "gas"), wh_span_of(in, len));
        must(state_commit_tx(&b->st, b->block.fork) == WH_OK, "commit");
        free(in);
    }
    bytes32 pre = settle(b);
    uint8_t *in = vec_hex(vec_str(c, "input"), &len);
    *us = time_case(b, gas, wh_span_of(in, len));
    struct evm_result r = message(b, gas, wh_span_of(in, len));
    bool ok = check(b, &r, gas, e, &pre);
    free(in);
    return ok;
}

struct group {
    char name[32];
    double logs;
    unsigned n;
};

static double peer_of(FILE *peers, const char *name)
{
    char line[512], first[64];
    double best;
    if (peers == NULL) return 0;
    rewind(peers);
    while (fgets(line, sizeof line, peers) != NULL)
        if (sscanf(line, "%63s %*s %*s %*s %*s %*s %*s %lf", first, &best) == 2 &&
            strcmp(first, name) == 0)
            return best;
    return 0;
}

static void note(struct group *groups, const char *name, double ratio)
{
    int i = 0;
    while (groups[i].n != 0 && strcmp(groups[i].name, name) != 0)
        i++;
    must(i < 15, "too many groups");
    snprintf(groups[i].name, sizeof groups[i].name, "%s", name);
    groups[i].logs += log(ratio);
    groups[i].n++;
}

static json_t *next_line(FILE *f)
{
    static char line[4 << 20];
    json_error_t why;
    return fgets(line, sizeof line, f) == NULL ? NULL : json_loads(line, 0, &why);
}

int main(int argc, char **argv)
{
    static struct bench b;
    struct group groups[16] = {{{0}, 0, 0}};
    const char *filter = NULL;
    FILE *files[3] = {NULL, NULL, NULL};
    int n = 0, bad = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--filter") == 0 && i + 1 < argc) {
            filter = argv[++i];
        } else if (n < 3) {
            files[n] = fopen(argv[i], "r");
            must(files[n++] != NULL, argv[i]);
        }
    }
    must(n >= 2, "usage: whittle-evmbench CASES EXPECTED [PEERS] [--filter TEXT]");
    for (int i = 0; i < 3; i++) {
        void *p = mmap(NULL, ARENA, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        must(p != MAP_FAILED, "memory");
        wh_arena_init(&b.arena[i], p, ARENA);
    }
    b.crypto = wh_native_crypto();
    must(b.crypto != NULL && nodes_init(&b.nodes, &b.arena[0]), "memory");
    for (;;) {
        json_t *c = next_line(files[0]), *e = next_line(files[1]);
        if (c == NULL || e == NULL) break;
        const char *name = vec_str(c, "name"), *group = vec_str(c, "group");
        if (filter == NULL || strstr(name, filter) != NULL || strcmp(group, filter) == 0) {
            double us, peer = peer_of(files[2], name);
            bool ok = run_case(&b, c, e, &us);
            if (!ok) bad++;
            printf("%-28s %-10s %12.1f us", name, group, us);
            if (peer > 0) printf("  best peer %12.1f  %5.2f", peer, us / peer);
            printf("%s\n", ok ? "" : "  DIFFERS");
            fflush(stdout);
            if (peer > 0) note(groups, group, us / peer);
        }
        json_decref(c);
        json_decref(e);
    }
    for (int i = 0; groups[i].n != 0; i++)
        printf("%-10s %3u cases, %.2f of the best peer\n", groups[i].name, groups[i].n,
               exp(groups[i].logs / groups[i].n));
    return bad != 0;
}
