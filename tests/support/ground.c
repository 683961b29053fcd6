/* SPDX-License-Identifier: MIT */
#include "tests/support/ground.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "evm/hash/keccak.h"
#include "evm/native/crypto.h"

#ifndef GROUND_ARENA /* emulators pay for each page that is mapped */
#    define GROUND_ARENA ((size_t)1 << 30)
#endif

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "ground: %s\n", what);
    exit(1);
}

static void map(struct wh_arena *a, void **memory)
{
    *memory = mmap(NULL, GROUND_ARENA, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must(*memory != MAP_FAILED, "no memory");
    wh_arena_init(a, *memory, GROUND_ARENA);
}

static wh_status ground_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    struct ground *w = ctx;
    return w->inner.get(w->inner.ctx, kind, hash, bytes);
}

/* A cached object is used: the store notes it as asked for, and refuses it if it was dropped. */
static wh_status ground_use(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    struct ground *w = ctx;
    wh_span have;
    (void)bytes;
    w->uses++;
    return w->inner.get(w->inner.ctx, kind, hash, &have);
}

static wh_status no_block_hash(void *ctx, uint64_t n, bytes32 *out)
{
    (void)ctx;
    (void)n;
    (void)out;
    return WH_E_MISSING;
}

address ground_address(uint64_t n)
{
    address a = {{0}};
    store_be64(a.b + 12, n);
    return a;
}

size_t ground_hex(const char *text, uint8_t *out, size_t max)
{
    size_t n = 0;
    int high = -1;
    for (; *text != 0; text++) {
        int d = *text >= '0' && *text <= '9'   ? *text - '0'
                : *text >= 'a' && *text <= 'f' ? *text - 'a' + 10
                                               : -1;
        if (*text == ' ') continue;
        must(d >= 0 && n < max, "bad hex");
        if (high < 0) {
            high = d;
            continue;
        }
        out[n++] = (uint8_t)(high * 16 + d);
        high = -1;
    }
    must(high < 0, "odd hex");
    return n;
}

void ground_open(struct ground *w, enum evm_fork fork)
{
    memset(w, 0, sizeof *w);
    map(&w->preimages, &w->memory[0]);
    map(&w->state_arena, &w->memory[1]);
    map(&w->frames, &w->memory[2]);
    w->crypto = wh_native_crypto();
    must(w->crypto != NULL && nodes_init(&w->nodes, &w->preimages), "no memory");
    w->inner = nodes_preimages(&w->nodes);
    w->source = (struct wh_preimages){.ctx = w, .get = ground_get, .use = ground_use};
    must(state_init(&w->st, &w->state_arena, NULL, w->crypto, NULL, &KECCAK_EMPTY_TRIE) == WH_OK,
         "state");
    w->block = (struct evm_block){.fork = fork,
                                  .chain_id = 1,
                                  .number = 1000,
                                  .timestamp = 5000,
                                  .gas_limit = 30000000,
                                  .coinbase = ground_address(GROUND_COINBASE),
                                  .base_fee = u256_from_u64(7),
                                  .blob_base_fee = u256_from_u64(1),
                                  .block_hash = no_block_hash};
    w->origin = (struct evm_origin){.origin = ground_address(GROUND_CALLER),
                                    .gas_price = u256_from_u64(10)};
    w->evm = (struct evm){.state = &w->st,
                          .crypto = w->crypto,
                          .block = &w->block,
                          .origin = &w->origin,
                          .arena = &w->frames};
}

void ground_close(struct ground *w)
{
    nodes_done(&w->nodes);
    for (int i = 0; i < 3; i++)
        munmap(w->memory[i], GROUND_ARENA);
}

static struct ground_leaf *add_leaf(struct ground *w, uint64_t at)
{
    must(w->leaf_count < sizeof w->leaves / sizeof *w->leaves, "too many leaves");
    struct ground_leaf *l = &w->leaves[w->leaf_count++];
    *l = (struct ground_leaf){.at = at};
    return l;
}

void ground_account(struct ground *w, uint64_t at, uint64_t nonce, uint64_t balance,
                    const char *code_hex)
{
    static uint8_t code[65536];
    address a = ground_address(at);
    u256 b = u256_from_u64(balance);
    size_t n = ground_hex(code_hex, code, sizeof code);
    must(state_put_account(&w->st, &a, nonce, &b, wh_span_of(code, n)) == WH_OK, "account");
    (void)add_leaf(w, at);
    if (n == 0) return;
    struct ground_leaf *l = add_leaf(w, at);
    l->is_code = true;
    keccak256(code, n, &l->hash);
}

void ground_slot(struct ground *w, uint64_t at, uint64_t key, uint64_t value)
{
    address a = ground_address(at);
    u256 k = u256_from_u64(key), v = u256_from_u64(value);
    must(state_put_slot(&w->st, &a, &k, &v) == WH_OK, "slot");
    struct ground_leaf *l = add_leaf(w, at);
    l->has_slot = true;
    l->slot = key;
}

static wh_status last_node(void *ctx, wh_span bytes)
{
    keccak256(bytes.ptr, bytes.len, ctx);
    return WH_OK;
}

void ground_seal(struct ground *w)
{
    struct wh_sink sink = nodes_sink(&w->nodes);
    must(state_settle(&w->st, &sink, &w->root) == WH_OK, "settle");
    for (size_t i = 0; i < w->leaf_count; i++) {
        struct ground_leaf *l = &w->leaves[i];
        address a = ground_address(l->at);
        u256 key = u256_from_u64(l->slot);
        if (l->is_code) continue;
        wh_status s = l->has_slot ? state_prove_slot(&w->st, &a, &key, last_node, &l->hash)
                                  : state_prove_account(&w->st, &a, last_node, &l->hash);
        must(s == WH_OK, "proof");
    }
    ground_restart(w);
}

void ground_restart(struct ground *w)
{
    nodes_begin(&w->nodes, false);
    wh_arena_rewind(&w->state_arena, 0);
    wh_arena_rewind(&w->frames, 0);
    w->uses = 0;
    must(state_init(&w->st, &w->state_arena, &w->source, w->crypto, NULL, &w->root) == WH_OK,
         "state");
}

static const struct ground_leaf *leaf(const struct ground *w, uint64_t at, bool code, bool slot,
                                      uint64_t key)
{
    for (size_t i = 0; i < w->leaf_count; i++) {
        const struct ground_leaf *l = &w->leaves[i];
        if (l->at == at && l->is_code == code && l->has_slot == slot && l->slot == key) return l;
    }
    must(false, "no such leaf");
    return NULL;
}

bool ground_asked(const struct ground *w, uint64_t at)
{
    return nodes_asked(&w->nodes, &leaf(w, at, false, false, 0)->hash);
}

bool ground_asked_slot(const struct ground *w, uint64_t at, uint64_t key)
{
    return nodes_asked(&w->nodes, &leaf(w, at, false, true, key)->hash);
}

bool ground_asked_code(const struct ground *w, uint64_t at)
{
    return nodes_asked(&w->nodes, &leaf(w, at, true, false, 0)->hash);
}

void ground_drop(struct ground *w, uint64_t at)
{
    nodes_drop(&w->nodes, &leaf(w, at, false, false, 0)->hash);
}

void ground_drop_slot(struct ground *w, uint64_t at, uint64_t key)
{
    nodes_drop(&w->nodes, &leaf(w, at, false, true, key)->hash);
}

void ground_drop_code(struct ground *w, uint64_t at)
{
    nodes_drop(&w->nodes, &leaf(w, at, true, false, 0)->hash);
}

static wh_status call(struct ground *w, uint64_t to, int64_t gas, uint64_t value, wh_span input,
                      struct evm_result *out)
{
    struct evm_message m = {.kind = EVM_CALL,
                            .gas = gas,
                            .caller = ground_address(GROUND_CALLER),
                            .to = ground_address(to),
                            .code_from = ground_address(to),
                            .value = u256_from_u64(value),
                            .input = input};
    state_begin_tx(&w->st);
    wh_arena_rewind(&w->frames, 0);
    struct account *a = state_account(&w->st, &m.to);
    bool cold;
    if (w->block.fork >= FORK_BERLIN) WH_TRY(state_warm(&w->st, a, &cold));
    return evm_execute(&w->evm, &m, out);
}

wh_status ground_call(struct ground *w, uint64_t to, int64_t gas, const char *input_hex,
                      struct evm_result *out)
{
    static uint8_t input[4096];
    size_t n = ground_hex(input_hex, input, sizeof input);
    return call(w, to, gas, 0, wh_span_of(input, n), out);
}

wh_status ground_call_value(struct ground *w, uint64_t to, int64_t gas, uint64_t value,
                            struct evm_result *out)
{
    return call(w, to, gas, value, wh_span_of(NULL, 0), out);
}

struct account *ground_find(struct ground *w, uint64_t at)
{
    address a = ground_address(at);
    struct account *found = state_account(&w->st, &a);
    must(found != NULL && state_load(&w->st, found) == WH_OK, "account cannot be loaded");
    return found;
}

uint64_t ground_balance(struct ground *w, uint64_t at)
{
    const struct account *a = ground_find(w, at);
    return u256_fits_u64(&a->f.balance) ? a->f.balance.w[0] : UINT64_MAX;
}

u256 ground_read(struct ground *w, uint64_t at, uint64_t key)
{
    address a = ground_address(at);
    u256 k = u256_from_u64(key), v;
    must(state_get_slot(&w->st, &a, &k, &v) == WH_OK, "slot cannot be loaded");
    return v;
}

bytes32 ground_settle(struct ground *w)
{
    bytes32 root;
    struct wh_sink sink = nodes_sink(&w->nodes);
    must(state_commit_tx(&w->st, w->block.fork) == WH_OK, "commit");
    must(state_settle(&w->st, &sink, &root) == WH_OK, "settle");
    return root;
}

u256 ground_word(const struct evm_result *r)
{
    if (r->output.len != 32) return (u256){{~0ull, ~0ull, ~0ull, ~0ull}};
    return u256_from_be(r->output.ptr);
}
