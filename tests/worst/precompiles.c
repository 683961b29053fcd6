/* SPDX-License-Identifier: MIT */
/* 2^24 gas for each precompile: one call where the price grows with the input, else call after call. */
#include "evm/precompile/precompile.h"
#include "tests/unit/precompile/cases.h"
#include "tests/worst/scene.h"

enum {
    BUFFER = 4 << 20,
    AROUND =
        60000, /* gas of everything but the call and its memory: the transaction, filling memory */
};

static unsigned index_of(uint32_t at)
{
    unsigned index = 0;
    address a = {{0}};
    store_be32(a.b + 16, at);
    if (!precompile_find(FORK_OSAKA, &a, &index)) toy_must(WH_E_MISMATCH, "precompile", __LINE__);
    return index;
}

static uint64_t memory_gas(uint64_t len)
{
    const uint64_t w = (len + 31) / 32;
    return 3 * w + w * w / 512 + 6 * w; /* and the copying that fills it */
}

/* Fills memory [0, total) with repetitions of the bytes: from the code's end, then by doubling. The
 * bytes are appended to the code by seal. */
struct filled {
    struct program c;
    size_t patch; /* where the offset of the bytes goes */
    wh_span bytes;
};

static void fill(struct filled *f, wh_span bytes, size_t total)
{
    f->bytes = bytes;
    f->c.n = 0;
    code_push(&f->c, bytes.len);
    code_op(&f->c, 0x61); /* PUSH2 */
    f->patch = f->c.n;
    code_ops(&f->c, "00005f39"); /* offset, PUSH0 CODECOPY */
    for (size_t have = bytes.len; have < total;) {
        const size_t more = have < total - have ? have : total - have;
        code_push(&f->c, more);
        code_push(&f->c, 0);
        code_push(&f->c, have);
        code_op(&f->c, 0x5e); /* MCOPY */
        have += more;
    }
}

/* STATICCALL(gas, at, 0, len, 0, 0) POP */
static void call(struct filled *f, uint32_t at, size_t len)
{
    code_ops(&f->c, "5f5f");
    code_push(&f->c, len);
    code_push(&f->c, 0);
    code_push(&f->c, at);
    code_ops(&f->c, "5afa50");
}

static void seal(struct scene *s, struct filled *f)
{
    f->c.b[f->patch] = (uint8_t)(f->c.n >> 8);
    f->c.b[f->patch + 1] = (uint8_t)f->c.n;
    for (size_t i = 0; i < f->bytes.len; i++)
        code_op(&f->c, f->bytes.ptr[i]);
    scene_run(s, &f->c);
}

/* The largest number of units that 2^24 gas pays for in one call. */
static size_t units(uint32_t at, size_t unit)
{
    const unsigned index = index_of(at);
    uint8_t *zeros = calloc(1, BUFFER);
    size_t low = 1, high = BUFFER / unit;
    if (zeros == NULL) toy_must(WH_E_NOMEM, "calloc", __LINE__);
    while (low < high) {
        const size_t mid = (low + high + 1) / 2, len = mid * unit;
        const int64_t gas = precompile_gas(index, FORK_OSAKA, wh_span_of(zeros, len));
        if ((uint64_t)gas + memory_gas(len) + AROUND < scene_gas * 63 / 64)
            low = mid;
        else
            high = mid - 1;
    }
    free(zeros);
    return low;
}

/* Uses up what the one call left: the sender pays for all of it anyway. */
static void burn_rest(struct program *c)
{
    const size_t loop = code_loop(c);
    code_loop_end(c, loop, 100);
}

static void one_call(struct scene *s, uint32_t at, wh_span unit)
{
    struct filled f;
    const size_t len = units(at, unit.len) * unit.len;
    fill(&f, unit, len);
    call(&f, at, len);
    burn_rest(&f.c);
    seal(s, &f);
}

static void many_calls(struct scene *s, uint32_t at, wh_span input)
{
    struct filled f;
    const uint64_t gas = (uint64_t)precompile_gas(index_of(at), FORK_OSAKA, input);
    fill(&f, input, input.len);
    const size_t loop = code_loop(&f.c);
    call(&f, at, input.len);
    code_loop_end(&f.c, loop, gas + gas / 32 + 500);
    seal(s, &f);
}

static size_t weight(const struct precompile_case *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->input_len && i < 1024; i++)
        n += c->input[i] != 0;
    return n;
}

/* The case of a file that the precompile accepts and whose input has the fewest zeros. */
static struct precompile_case case_of(struct scene *s, const char *file, uint32_t at, size_t least)
{
    char path[1024];
    struct precompile_case c, best = {0};
    snprintf(path, sizeof path, "%s/precompile/%s.txt", s->data, file);
    FILE *f = fopen(path, "r");
    if (f == NULL) toy_must(WH_E_IO, path, __LINE__);
    while (case_next(f, &c)) {
        const bool fits = load_be32(c.at.b + 16) == at && !c.fails && c.input_len >= least &&
                          c.input_len <= 1024 && weight(&c) > weight(&best);
        if (fits) {
            case_free(&best);
            best = c;
        } else {
            case_free(&c);
        }
    }
    fclose(f);
    if (best.input_len == 0) toy_must(WH_E_MISSING, path, __LINE__);
    return best;
}

static void case_calls(struct scene *s, const char *file, uint32_t at)
{
    struct precompile_case c = case_of(s, file, at, 1);
    many_calls(s, at, wh_span_of(c.input, c.input_len));
    case_free(&c);
}

static void case_call(struct scene *s, const char *file, uint32_t at, size_t unit)
{
    struct precompile_case c = case_of(s, file, at, unit);
    one_call(s, at, wh_span_of(c.input, unit));
    case_free(&c);
}

static wh_span noise(uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(1 + (i * 2654435761u >> 11) % 255);
    return wh_span_of(out, len);
}

void build_sha256(struct scene *s)
{
    uint8_t b[64];
    one_call(s, 2, noise(b, sizeof b));
}

void build_ripemd160(struct scene *s)
{
    uint8_t b[64];
    one_call(s, 3, noise(b, sizeof b));
}

void build_identity(struct scene *s)
{
    uint8_t b[64];
    one_call(s, 4, noise(b, sizeof b));
}

/* Base and modulus of 1,024 bytes, an exponent as long as the gas allows (EIP-7883). */
static void modexp(struct scene *s, bool even)
{
    enum { SIZE = 1024 };
    static uint8_t in[96 + 3 * SIZE];
    struct filled f;
    const unsigned index = index_of(5);
    size_t e = 0;
    memset(in, 0, 96);
    store_be64(in + 24, SIZE);
    store_be64(in + 88, SIZE);
    for (size_t len = 1; len <= SIZE; len++) {
        store_be64(in + 56, len);
        memset(in + 96, 0xff, sizeof in - 96);
        const int64_t gas = precompile_gas(index, FORK_OSAKA, wh_span_of(in, 96 + 2 * SIZE + len));
        if ((uint64_t)gas + AROUND > scene_gas * 63 / 64) break;
        e = len;
    }
    store_be64(in + 56, e);
    (void)noise(in + 96, SIZE);
    memset(in + 96 + SIZE, 0xff, e);
    (void)noise(in + 96 + SIZE + e, SIZE);
    if (even)
        in[96 + 2 * SIZE + e - 1] &= 0xfe;
    else
        in[96 + 2 * SIZE + e - 1] |= 1;
    fill(&f, wh_span_of(in, 96 + 2 * SIZE + e), 0);
    call(&f, 5, 96 + 2 * SIZE + e);
    burn_rest(&f.c);
    seal(s, &f);
}

void build_modexp(struct scene *s)
{
    modexp(s, false);
}

void build_modexp_even(struct scene *s)
{
    modexp(s, true);
}

/* A gas a round. */
void build_blake2f(struct scene *s)
{
    uint8_t in[213];
    struct filled f;
    (void)noise(in, sizeof in);
    store_be32(in, (uint32_t)(scene_gas * 63 / 64 - AROUND));
    in[212] = 1;
    fill(&f, wh_span_of(in, sizeof in), 0);
    call(&f, 9, sizeof in);
    burn_rest(&f.c);
    seal(s, &f);
}

void build_ecrecover(struct scene *s)
{
    case_calls(s, "ecrecover", 1);
}
void build_bn254_add(struct scene *s)
{
    case_calls(s, "bn254", 6);
}
void build_bn254_mul(struct scene *s)
{
    case_calls(s, "bn254", 7);
}
void build_bn254_pairing(struct scene *s)
{
    case_call(s, "bn254_pairing", 8, 192);
}
void build_kzg(struct scene *s)
{
    case_calls(s, "kzg", 0x0a);
}
void build_bls_g1_add(struct scene *s)
{
    case_calls(s, "bls12", 0x0b);
}
void build_bls_g1_msm(struct scene *s)
{
    case_call(s, "bls12_msm", 0x0c, 160);
}
void build_bls_g2_add(struct scene *s)
{
    case_calls(s, "bls12", 0x0d);
}
void build_bls_g2_msm(struct scene *s)
{
    case_call(s, "bls12_msm", 0x0e, 288);
}
void build_bls_pairing(struct scene *s)
{
    case_call(s, "bls12_pairing", 0x0f, 384);
}
/* Any field element is mapped: 16 zero bytes, then 48 below the prime 0x1a01.... */
static void map_calls(struct scene *s, uint32_t at, size_t elements)
{
    uint8_t in[128];
    (void)noise(in, sizeof in);
    for (size_t i = 0; i < elements; i++) {
        memset(in + 64 * i, 0, 16);
        in[64 * i + 16] = 0x19;
    }
    many_calls(s, at, wh_span_of(in, 64 * elements));
}

void build_bls_map_fp(struct scene *s)
{
    map_calls(s, 0x10, 1);
}
void build_bls_map_fp2(struct scene *s)
{
    map_calls(s, 0x11, 2);
}
void build_p256verify(struct scene *s)
{
    case_calls(s, "p256verify", 0x100);
}
