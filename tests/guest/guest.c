/* SPDX-License-Identifier: MIT */
/* EXECUTE as a guest program: the pure rooms, the portable crypto and blst without assembly, nothing of an
 * operating system but the five functions of env.h. Reads statements, writes one line of answer for each, until
 * the input ends. Every integer is big-endian.
 *
 *   WSG1  u32 trace length, u64 target, u64 X, input hash (32), pre (1,024), trace
 *         -> "S <status> <post leaf> <X>"
 *   WPC1  u32 input length, u32 fork, u64 gas limit, address (20), input
 *         -> "P <status> <ok> <gas used> <output>"
 *
 * No answer stands in a statement. The last line is "end <statements> <bytes of stack>". */
#include "evm/native/private.h"
#include "evm/precompile/portable/portable.h"
#include "evm/precompile/precompile.h"
#include "evm/segment/execute.h"
#include "tests/guest/env.h"

enum { SEGMENT_HEADER = 1080, CALL_HEADER = 40, CRYPTO_SCRATCH = 4 << 20, LINE = 512 };

static const struct evm_crypto guest_bls = {.bls_g1_add = native_bls_g1_add,
                                            .bls_g1_msm = native_bls_g1_msm,
                                            .bls_g2_add = native_bls_g2_add,
                                            .bls_g2_msm = native_bls_g2_msm,
                                            .bls_pairing = native_bls_pairing,
                                            .bls_map_fp = native_bls_map_fp,
                                            .bls_map_fp2 = native_bls_map_fp2,
                                            .kzg_verify = native_kzg_verify};

struct guest {
    struct wh_arena arena;   /* of one statement */
    struct wh_arena scratch; /* of the crypto table */
    struct evm_crypto crypto;
};

struct line {
    char text[LINE];
    size_t n;
};

static void put(struct line *l, char c)
{
    if (l->n == LINE) {
        env_write(l->text, l->n);
        l->n = 0;
    }
    l->text[l->n++] = c;
}

static void put_hex(struct line *l, const uint8_t *p, size_t len)
{
    static const char DIGITS[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        put(l, DIGITS[p[i] >> 4]);
        put(l, DIGITS[p[i] & 15]);
    }
}

static void put_u64(struct line *l, uint64_t v)
{
    char digits[20];
    size_t n = 0;
    do
        digits[n++] = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    put(l, ' ');
    while (n > 0)
        put(l, digits[--n]);
}

static void put_status(struct line *l, wh_status status)
{
    const int v = (int)status;
    put(l, ' ');
    if (v < 0) put(l, '-');
    put(l, (char)('0' + (v < 0 ? -v : v)));
}

static void end_line(struct line *l)
{
    put(l, '\n');
    env_write(l->text, l->n);
    l->n = 0;
}

/* The rest of a statement; all or nothing. */
static const uint8_t *take(struct guest *g, size_t len)
{
    uint8_t *p = WH_NEW(&g->arena, uint8_t, len);
    if (p == NULL || env_read(p, len) != len) env_stop("a statement is cut off, or too long");
    return p;
}

static void run_segment(struct guest *g, const uint8_t *first)
{
    uint8_t post[SEG_STATE_SIZE];
    struct line l = {.n = 0};
    bytes32 leaf = {{0}}, input_hash;
    const size_t len = load_be32(first + 4);
    const uint64_t target = load_be64(first + 8);
    uint64_t x = load_be64(first + 16);
    const uint8_t *rest = take(g, SEGMENT_HEADER - 24 + len);
    memcpy(input_hash.b, rest, 32);
    const wh_span trace = wh_span_of(rest + SEGMENT_HEADER - 24, len);
    env_mark(true);
    const wh_status status = execute_trace(rest + 32, target, &input_hash, trace, &g->arena,
                                           &g->crypto, NULL, post, &leaf, &x);
    env_mark(false);
    put(&l, 'S');
    put_status(&l, status);
    put(&l, ' ');
    put_hex(&l, leaf.b, 32);
    put_u64(&l, x);
    end_line(&l);
}

static void run_call(struct guest *g, const uint8_t *first)
{
    struct line l = {.n = 0};
    struct precompile_result r = {.ok = false};
    address at;
    unsigned index = 0;
    const size_t len = load_be32(first + 4);
    const enum evm_fork fork = (enum evm_fork)load_be32(first + 8);
    const int64_t gas = (int64_t)load_be64(first + 12);
    const uint8_t *rest = take(g, CALL_HEADER - 24 + len);
    memcpy(at.b, first + 20, 4);
    memcpy(at.b + 4, rest, 16);
    if (!precompile_find(fork, &at, &index)) env_stop("no such precompile");
    env_mark(true);
    const wh_status status = precompile_run(
        index, fork, &g->crypto, wh_span_of(rest + CALL_HEADER - 24, len), gas, &g->arena, &r);
    env_mark(false);
    put(&l, 'P');
    put_status(&l, status);
    put_u64(&l, r.ok);
    put_u64(&l, (uint64_t)r.gas_used);
    put(&l, ' ');
    put_hex(&l, r.output.ptr, r.output.len);
    end_line(&l);
}

static bool run_next(struct guest *g)
{
    uint8_t first[24];
    wh_arena_rewind(&g->arena, 0);
    const size_t got = env_read(first, sizeof first);
    if (got == 0) return false;
    if (got == sizeof first && memcmp(first, "WSG1", 4) == 0)
        run_segment(g, first);
    else if (got == sizeof first && memcmp(first, "WPC1", 4) == 0)
        run_call(g, first);
    else
        env_stop("not a statement");
    return true;
}

void guest_main(uint8_t *memory, size_t size)
{
    struct guest g;
    struct line l = {.n = 0};
    uint64_t count = 0;
    wh_arena_init(&g.scratch, memory, CRYPTO_SCRATCH);
    wh_arena_init(&g.arena, memory + CRYPTO_SCRATCH, size - CRYPTO_SCRATCH);
    evm_crypto_portable(&g.crypto, &g.scratch, &guest_bls);
    while (run_next(&g))
        count++;
    const size_t stack = env_stack_used();
    put(&l, 'e');
    put(&l, 'n');
    put(&l, 'd');
    put_u64(&l, count);
    put_u64(&l, stack);
    end_line(&l);
}

void wh_assert_fail(const char *what, const char *file, int line)
{
    (void)file;
    (void)line;
    env_stop(what);
}
