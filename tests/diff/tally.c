/* SPDX-License-Identifier: MIT */
#include "tests/diff/tally.h"

#include <stdio.h>
#include <string.h>

#include "evm/tx/intrinsic.h"

static const struct {
    const char *id, *text;
} FEATURES[] = {
#define FEATURE(id, text) {#id, text},
#include "tests/diff/features.def"
#undef FEATURE
};

static bool is_call(uint8_t op)
{
    return op == 0xf0 || op == 0xf1 || op == 0xf2 || op == 0xf4 || op == 0xf5 || op == 0xfa;
}

static bool ends_frame(uint8_t op)
{
    return op == 0x00 || op == 0xf3 || op == 0xfd || op == 0xff;
}

/* The precompile that a call is for: 1 + its index. */
static unsigned precompile_of(const struct evm_step *s)
{
    if (!is_call(s->op) || s->op == 0xf0 || s->op == 0xf5 || s->stack_len < 2) return 0;
    u256 at = s->stack[s->stack_len - 2];
    at.w[3] = 0, at.w[2] &= 0xffffffff; /* an address */
    if (!u256_fits_u64(&at)) return 0;
    if (at.w[0] == 0x100) return TALLY_PRECOMPILES;
    return at.w[0] >= 1 && at.w[0] < TALLY_PRECOMPILES ? (unsigned)at.w[0] : 0;
}

/* The last instruction of a frame that is gone. */
static void close_frame(struct tally *t, unsigned depth, bool success)
{
    uint8_t op = t->last[depth].op;
    bool lost = !success && op != 0xfd;
    t->ops[op][lost || !ends_frame(op) ? TALLY_LOST : TALLY_OK]++;
}

/* An instruction after which its frame went on. */
static void close_op(struct tally *t, const struct evm_step *s)
{
    uint8_t op = t->last[s->depth].op;
    bool flag = s->stack_len > 0 && !u256_is_zero(&s->stack[s->stack_len - 1]);
    t->ops[op][is_call(op) && !flag ? TALLY_ZERO : TALLY_OK]++;
    unsigned p = t->last[s->depth].precompile;
    if (p != 0) t->precompiles[p - 1][!flag]++;
}

static void step(void *ctx, const struct evm_step *s)
{
    struct tally *t = ctx;
    const unsigned depth = s->depth;
    if (depth > EVM_DEPTH_MAX + 1) return;
    bool flag = s->stack_len > 0 && !u256_is_zero(&s->stack[s->stack_len - 1]);
    for (; t->depth > depth; t->depth--)
        close_frame(t, t->depth, t->depth == depth + 1 && flag);
    if (t->depth == depth) close_op(t, s);
    t->depth = depth;
    if (depth > t->deepest) t->deepest = depth;
    t->last[depth].op = s->op;
    t->last[depth].precompile = precompile_of(s);
    t->features[TALLY_STACK_1000] += s->stack_len == 1000;
    t->features[TALLY_MEMORY_64K] += s->memory_len >= 65536 && ends_frame(s->op);
}

void tally_init(struct tally *t)
{
    memset(t, 0, sizeof *t);
    t->tracer = (struct evm_tracer){t, step};
}

static void count_edges(struct tally *t, enum evm_fork fork, const struct tx *tx,
                        const struct tx_result *r)
{
    struct tx_intrinsic in = tx_intrinsic_gas(tx, fork);
    uint64_t *f = t->features, used = r->gas_used + r->gas_refunded;
    f[TALLY_EXACT_GAS] += r->success && r->gas_used == tx->gas && tx->data.len > 0;
    f[TALLY_OUT_OF_GAS] += !r->success && r->gas_used == tx->gas;
    f[TALLY_GAS_CAP] += tx->gas == TX_GAS_MAX;
    f[TALLY_FLOOR] += in.floor > in.gas && r->gas_used == in.floor;
    f[TALLY_REFUND] += r->gas_refunded > 0;
    f[TALLY_REFUND_CAP] += r->gas_refunded > 0 && r->gas_refunded == used / 5;
    f[r->success ? TALLY_CREATION : TALLY_CREATION_FAILED] += r->has_created;
    f[TALLY_ACCESS_LIST] += tx->access_slots > 0;
    f[TALLY_AUTHORIZATIONS] += tx->authorization_count > 0;
    f[TALLY_BLOBS] += tx->blob_count > 0;
    f[TALLY_LOGS] += r->log_count > 0;
    f[TALLY_DEPTH_16] += t->deepest >= 16;
    f[TALLY_DEPTH_64] += t->deepest >= 64;
    f[TALLY_DEPTH_256] += t->deepest >= 256;
}

void tally_tx(struct tally *t, enum evm_fork fork, const struct tx *tx, enum tx_reject reject,
              const struct tx_result *result)
{
    unsigned type = tx->type < 5 ? tx->type : 0;
    bool ok = result != NULL && result->success;
    for (; t->depth > 0; t->depth--)
        close_frame(t, t->depth, t->depth == 1 && ok);
    t->txs[type][result == NULL ? 2 : ok ? 0 : 1]++;
    t->rejects[(uint8_t)reject]++;
    if (result != NULL) count_edges(t, fork, tx, result);
    t->deepest = 0;
}

/* ---- tables ---- */

void tally_print(const struct tally *t)
{
    printf("# instruction: frame went on, call answered 0, frame lost\n");
    for (unsigned op = 0; op < 256; op++) {
        const uint64_t *n = t->ops[op];
        const char *name = evm_opcode_name((uint8_t)op);
        if (n[0] + n[1] + n[2] == 0) continue;
        printf("#   %02x %-14s %9llu %7llu %6llu\n", op, name ? name : "-",
               (unsigned long long)n[0], (unsigned long long)n[1], (unsigned long long)n[2]);
    }
    printf("# precompile: calls that succeeded, that failed\n");
    for (unsigned i = 0; i < TALLY_PRECOMPILES; i++)
        printf("#   %03x %7llu %6llu\n", i == TALLY_PRECOMPILES - 1 ? 0x100 : i + 1,
               (unsigned long long)t->precompiles[i][0], (unsigned long long)t->precompiles[i][1]);
    printf("# type: succeeded, failed, refused\n");
    for (unsigned i = 0; i < 5; i++)
        printf("#   %u %6llu %6llu %5llu\n", i, (unsigned long long)t->txs[i][0],
               (unsigned long long)t->txs[i][1], (unsigned long long)t->txs[i][2]);
    for (unsigned i = 0; i < 256; i++)
        if (t->rejects[i] > 0)
            printf("#   %6llu %s\n", (unsigned long long)t->rejects[i],
                   tx_reject_text((enum tx_reject)i));
    printf("# edges\n");
    for (unsigned i = 0; i < TALLY_FEATURES; i++)
        printf("#   %6llu %s\n", (unsigned long long)t->features[i], FEATURES[i].text);
}

unsigned tally_gaps(const struct tally *t)
{
    unsigned gaps = 0;
    for (unsigned op = 0; op < 256; op++) {
        const char *name = evm_opcode_name((uint8_t)op);
        if (name == NULL && op != 0xfe) continue;
        if (t->ops[op][op == 0xfe ? TALLY_LOST : TALLY_OK] == 0)
            gaps++, printf("# never: %s\n", name ? name : "INVALID");
        if (is_call((uint8_t)op) && t->ops[op][TALLY_ZERO] == 0)
            gaps++, printf("# never: %s that fails\n", name);
    }
    for (unsigned i = 0; i < TALLY_PRECOMPILES; i++)
        for (unsigned k = 0; k < 2; k++)
            if (t->precompiles[i][k] == 0)
                gaps++, printf("# never: precompile %u that %s\n", i + 1, k ? "fails" : "succeeds");
    for (unsigned i = 0; i < TALLY_FEATURES; i++)
        if (t->features[i] == 0) gaps++, printf("# never: %s\n", FEATURES[i].text);
    return gaps;
}
