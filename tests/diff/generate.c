/* SPDX-License-Identifier: MIT */
#include "tests/diff/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/diff/program.h"

/* Keys by use. A pool wants the nonce that its chain has: so who signs authorizations, or may create as
 * a delegated account, sends only as the first of a block, and wrong transactions have a key alone. */
enum {
    KEYS_PLAIN = 12,    /* 0..11: send, never delegate */
    KEY_AUTHORITY = 12, /* 12..15 sign authorizations */
    KEY_DELEGATED = 16, /* 16, 17: delegated from genesis (Prague) */
    KEY_FAULTY = 18,    /* sends what must be refused */
    KEY_POOR = 19,      /* nearly no balance */
    CONTRACTS = 24,
    TARGETS = CONTRACTS + DIFF_KEYS + 4,
};

struct maker {
    struct rng rng;
    struct program_world w;
    address targets[TARGETS];
    struct diff_case *c;
};

static address random_address(struct rng *r)
{
    address a;
    rng_bytes(r, a.b, 20);
    return a;
}

static u256 wei(uint64_t n, uint64_t unit)
{
    u256 a = u256_from_u64(n), b = u256_from_u64(unit);
    u256_mul(&a, &a, &b);
    return a;
}

static void make_contract(struct maker *m, unsigned i)
{
    struct rng *r = &m->rng;
    struct diff_account *a = &m->c->accounts[m->c->account_count++];
    a->at = m->targets[i];
    a->nonce = 1;
    if (rng_chance(r, 60)) a->balance = u256_from_u64(rng_below(r, 1000000));
    if (i == 0)
        wh_buf_put(&a->code, "\x60\x07\x60\x03\x55", 5); /* what program_call probes */
    else
        program_runtime(r, &m->w, &a->code);
    a->slot_count = (unsigned)rng_below(r, 5);
    for (unsigned k = 0; k < a->slot_count; k++) {
        a->keys[k] = u256_from_u64(k);
        do
            a->values[k] = program_word(r);
        while (u256_is_zero(&a->values[k]));
    }
}

static void make_key(struct maker *m, unsigned i)
{
    struct diff_account *a = &m->c->accounts[m->c->account_count++];
    uint8_t key[32];
    diff_key(i, key, &a->at);
    m->targets[CONTRACTS + i] = i < KEY_FAULTY ? a->at : random_address(&m->rng); /* never paid */
    a->balance = i == KEY_POOR ? wei(3, 100000000000000u) : wei(1000000, 1000000000000000000u);
    if (m->w.fork < FORK_PRAGUE || i < KEY_DELEGATED || i > KEY_DELEGATED + 1) return;
    wh_buf_put(&a->code, "\xef\x01\x00", 3);
    wh_buf_put(&a->code, m->targets[rng_below(&m->rng, CONTRACTS)].b, 20);
}

static void make_world(struct maker *m)
{
    for (unsigned i = 0; i < CONTRACTS; i++)
        m->targets[i] = random_address(&m->rng);
    for (unsigned i = 0; i < 4; i++)
        m->targets[CONTRACTS + DIFF_KEYS + i] = random_address(&m->rng);
    for (unsigned i = 0; i < DIFF_KEYS; i++)
        make_key(m, i);
    for (unsigned i = 0; i < CONTRACTS; i++)
        make_contract(m, i);
}

/* ---- transactions ---- */

static void pick_type(struct maker *m, struct diff_tx *t)
{
    static const unsigned weights[] = {30, 20, 30, 60, 18};
    enum evm_fork fork = m->w.fork;
    do
        t->type = rng_weighted(&m->rng, weights, 5);
    while ((t->type >= 1 && fork < FORK_BERLIN) || (t->type >= 2 && fork < FORK_LONDON) ||
           (t->type >= 3 && fork < FORK_CANCUN) || (t->type == 3 && !m->w.kzg) ||
           (t->type >= 4 && fork < FORK_PRAGUE));
    t->protected = fork >= FORK_SPURIOUS && rng_chance(&m->rng, 80);
}

static void make_access(struct maker *m, struct diff_tx *t)
{
    struct rng *r = &m->rng;
    if (t->type == 0 || rng_chance(r, 40)) return;
    t->access_count = (unsigned)rng_below(r, DIFF_ACCESS_MAX + 1);
    for (unsigned i = 0; i < t->access_count; i++) {
        struct diff_access *a = &t->access[i];
        a->at = m->targets[rng_below(r, TARGETS)];
        a->slot_count = (unsigned)rng_below(r, DIFF_SLOTS_MAX + 1);
        for (unsigned k = 0; k < a->slot_count; k++)
            a->slots[k] = u256_from_u64(rng_below(r, 6));
    }
}

static void make_auths(struct maker *m, struct diff_tx *t)
{
    struct rng *r = &m->rng;
    if (t->type != 4) return;
    t->auth_count = (unsigned)rng_in(r, 1, DIFF_AUTH_MAX);
    for (unsigned i = 0; i < t->auth_count; i++) {
        struct diff_auth *a = &t->auths[i];
        a->key = (unsigned)rng_in(r, KEY_AUTHORITY, KEY_DELEGATED + 1);
        a->chain_id = rng_chance(r, 30)   ? 0
                      : rng_chance(r, 90) ? DIFF_CHAIN_ID
                                          : rng_below(r, 3) + 1;
        if (rng_chance(r, 5))
            memset(a->to.b, 0, 20); /* takes the delegation away */
        else if (rng_chance(r, 5))
            a->to = (address){{[19] = (uint8_t)rng_in(r, 1, 17)}};
        else
            a->to = m->targets[rng_below(r, TARGETS)];
        if (rng_chance(r, 10)) a->nonce_off = (int64_t)rng_below(r, 3) - 1;
        if (rng_chance(r, 5)) a->bad = (unsigned)rng_in(r, 1, 3);
    }
}

static void make_target(struct maker *m, struct diff_tx *t)
{
    struct rng *r = &m->rng;
    t->creates = t->type < 3 && rng_chance(r, 10);
    if (t->creates) {
        program_init(r, &m->w, &t->data);
        return;
    }
    if (rng_chance(r, 5)) {
        unsigned n = program_precompile(r, &m->w);
        store_be16(t->to.b + 18, (uint16_t)n);
        program_data(r, &m->w, n, &t->data);
        return;
    }
    t->to = m->targets[rng_chance(r, 80) ? rng_below(r, CONTRACTS) : rng_below(r, TARGETS)];
    size_t n = rng_below(r, rng_chance(r, 95) ? 130 : 4000);
    unsigned zeros = (unsigned)rng_below(r, 100);
    for (size_t i = 0; i < n; i++) {
        uint8_t b = rng_chance(r, zeros) ? 0 : (uint8_t)rng_next(r);
        wh_buf_put(&t->data, &b, 1);
    }
}

static void make_gas(struct maker *m, struct diff_tx *t)
{
    struct rng *r = &m->rng;
    t->gas = rng_in(r, 200000, rng_chance(r, 70) ? 1500000 : 4000000);
    switch (rng_below(r, 20)) {
    case 0: t->gas = rng_in(r, 21000, 60000); break;
    case 1: t->gas = rng_chance(r, 80) ? rng_in(r, 1500000, 6000000) : 1u << 24; break;
    case 2:
    case 3: t->gas_near = (int64_t)rng_below(r, 5) - 1; break;    /* used + 2 .. used - 2 */
    case 4: t->gas_near = (int64_t)rng_below(r, 3000) + 1; break; /* dies late */
    case 5: t->gas_near = (int64_t)rng_below(r, 100000) + 1; break;
    default: break;
    }
}

static void make_fees(struct maker *m, struct diff_tx *t)
{
    struct rng *r = &m->rng;
    t->max_fee = u256_from_u64(rng_in(r, 1100000000, 4000000000));
    t->tip = u256_from_u64(rng_below(r, t->max_fee.w[0] + 1));
    if (rng_chance(r, 10)) t->tip = u256_from_u64(0);
    t->max_blob_fee = u256_from_u64(rng_in(r, 1, 1000000000));
    if (rng_chance(r, 30)) t->value = u256_from_u64(rng_below(r, 1000000));
    if (t->type == 3) t->blob_count = (unsigned)rng_in(r, 1, DIFF_BLOBS_MAX);
}

/* Something that both sides must refuse. */
static void make_fault(struct maker *m, struct diff_tx *t)
{
    struct rng *r = &m->rng;
    t->key = KEY_FAULTY;
    switch (rng_below(r, 7)) {
    case 0: t->fault = DIFF_NONCE_LOW; break;
    case 1: t->fault = DIFF_CHAIN; break;
    case 2: t->gas = rng_below(r, 21000); break;
    case 3: t->max_fee = u256_from_u64(rng_below(r, 1000)); break;
    case 4: t->key = KEY_POOR; break;
    case 5: t->gas = (1u << 24) + 1 + rng_below(r, 1000); break;
    default:
        t->data.len = 0;
        t->creates = t->type < 3;
        for (unsigned i = 0; i < 49153; i++)
            wh_buf_put(&t->data, "", 1);
        t->gas = 9000000;
        break;
    }
    if (t->fault == DIFF_CHAIN) t->protected = true;
}

static void make_tx(struct maker *m, struct diff_tx *t, unsigned i)
{
    struct rng *r = &m->rng;
    t->key = (unsigned)rng_below(r, KEYS_PLAIN);
    if (i == 0 && rng_chance(r, 50)) t->key = (unsigned)rng_in(r, KEY_AUTHORITY, KEY_DELEGATED + 1);
    pick_type(m, t);
    make_target(m, t);
    make_access(m, t);
    make_auths(m, t);
    make_gas(m, t);
    make_fees(m, t);
    if (i > 0 && t->type != 3 && rng_chance(r, 3)) make_fault(m, t);
}

static void make_block(struct maker *m, struct diff_block *b, unsigned txs)
{
    struct rng *r = &m->rng;
    b->seconds = rng_in(r, 1, 20);
    b->coinbase = rng_chance(r, 50) ? m->targets[rng_below(r, TARGETS)] : random_address(r);
    b->tx_count = txs;
    b->txs = calloc(txs, sizeof *b->txs);
    if (b->txs == NULL) abort();
    for (unsigned i = 0; i < txs; i++)
        make_tx(m, &b->txs[i], i);
}

void diff_generate(uint64_t seed, enum evm_fork fork, unsigned blocks, unsigned txs_per_block,
                   const struct evm_crypto *crypto, struct diff_case *out)
{
    struct maker m = {.rng = {seed}, .c = out};
    m.w = (struct program_world){fork, crypto, m.targets, TARGETS, seed % 10 == 0};
    *out = (struct diff_case){.fork = fork, .block_count = blocks};
    snprintf(out->note, sizeof out->note, "seed %llu", (unsigned long long)seed);
    out->accounts = calloc(CONTRACTS + DIFF_KEYS, sizeof *out->accounts);
    out->blocks = calloc(blocks, sizeof *out->blocks);
    if (out->accounts == NULL || out->blocks == NULL) abort();
    make_world(&m);
    for (unsigned i = 0; i < blocks; i++)
        make_block(&m, &out->blocks[i], txs_per_block);
}
