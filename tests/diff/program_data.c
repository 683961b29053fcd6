/* SPDX-License-Identifier: MIT */
#include "tests/diff/program.h"

#include <string.h>

#include "evm/native/sign.h"
#include "tests/diff/case.h"

/* Inputs of precompiles. Points are multiples of the generators, so that most inputs are sound; then
 * one in six is damaged: a bit, its length, or all of it. */

static const uint8_t BLS_G1[128] = {
    [16] = 0x17, 0xf1, 0xd3, 0xa7, 0x31, 0x97, 0xd7, 0x94, 0x26, 0x95, 0x63, 0x8c,
    0x4f,        0xa9, 0xac, 0x0f, 0xc3, 0x68, 0x8c, 0x4f, 0x97, 0x74, 0xb9, 0x05,
    0xa1,        0x4e, 0x3a, 0x3f, 0x17, 0x1b, 0xac, 0x58, 0x6c, 0x55, 0xe8, 0x3f,
    0xf9,        0x7a, 0x1a, 0xef, 0xfb, 0x3a, 0xf0, 0x0a, 0xdb, 0x22, 0xc6, 0xbb,
    [80] = 0x08, 0xb3, 0xf4, 0x81, 0xe3, 0xaa, 0xa0, 0xf1, 0xa0, 0x9e, 0x30, 0xed,
    0x74,        0x1d, 0x8a, 0xe4, 0xfc, 0xf5, 0xe0, 0x95, 0xd5, 0xd0, 0x0a, 0xf6,
    0x00,        0xdb, 0x18, 0xcb, 0x2c, 0x04, 0xb3, 0xed, 0xd0, 0x3c, 0xc7, 0x44,
    0xa2,        0x88, 0x8a, 0xe4, 0x0c, 0xaa, 0x23, 0x29, 0x46, 0xc5, 0xe7, 0xe1};

/* EIP-197's generator of G2, imaginary parts first. */
static const uint8_t BN_G2[128] = {
    0x19, 0x8e, 0x93, 0x93, 0x92, 0x0d, 0x48, 0x3a, 0x72, 0x60, 0xbf, 0xb7, 0x31, 0xfb, 0x5d, 0x25,
    0xf1, 0xaa, 0x49, 0x33, 0x35, 0xa9, 0xe7, 0x12, 0x97, 0xe4, 0x85, 0xb7, 0xae, 0xf3, 0x12, 0xc2,
    0x18, 0x00, 0xde, 0xef, 0x12, 0x1f, 0x1e, 0x76, 0x42, 0x6a, 0x00, 0x66, 0x5e, 0x5c, 0x44, 0x79,
    0x67, 0x43, 0x22, 0xd4, 0xf7, 0x5e, 0xda, 0xdd, 0x46, 0xde, 0xbd, 0x5c, 0xd9, 0x92, 0xf6, 0xed,
    0x09, 0x06, 0x89, 0xd0, 0x58, 0x5f, 0xf0, 0x75, 0xec, 0x9e, 0x99, 0xad, 0x69, 0x0c, 0x33, 0x95,
    0xbc, 0x4b, 0x31, 0x33, 0x70, 0xb3, 0x8e, 0xf3, 0x55, 0xac, 0xda, 0xdc, 0xd1, 0x22, 0x97, 0x5b,
    0x12, 0xc8, 0x5e, 0xa5, 0xdb, 0x8c, 0x6d, 0xeb, 0x4a, 0xab, 0x71, 0x80, 0x8d, 0xcb, 0x40, 0x8f,
    0xe3, 0xd1, 0xe7, 0x69, 0x0c, 0x43, 0xd3, 0x7b, 0x4c, 0xe6, 0xcc, 0x01, 0x66, 0xfa, 0x7d, 0xaa};

/* A signature over P-256 (EIP-7951's first test vector): hash, r, s, x, y. */
static const char P256[] = "4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d"
                           "a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac"
                           "36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60"
                           "4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3"
                           "7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e";

static void put_word(struct rng *r, struct wh_buf *out)
{
    u256 v = program_word(r);
    uint8_t be[32];
    u256_to_be(&v, be);
    wh_buf_put(out, be, 32);
}

static void put_zeros(struct wh_buf *out, size_t n)
{
    uint8_t *p = wh_buf_grow(out, n);
    if (p != NULL) memset(p, 0, n);
}

static void put_noise(struct rng *r, struct wh_buf *out, size_t n)
{
    uint8_t *p = wh_buf_grow(out, n);
    if (p != NULL) rng_bytes(r, p, n);
}

static void put_ecrecover(struct rng *r, struct wh_buf *out)
{
    uint8_t key[32], rs[64];
    address at;
    bytes32 hash;
    unsigned parity;
    diff_key((unsigned)rng_below(r, DIFF_KEYS), key, &at);
    rng_bytes(r, hash.b, 32);
    if (wh_sign(key, &hash, rs, rs + 32, &parity) != WH_OK) return;
    wh_buf_put(out, hash.b, 32);
    put_zeros(out, 32);
    out->ptr[out->len - 1] = (uint8_t)(rng_chance(r, 95) ? 27 + parity : 26 + rng_below(r, 5));
    wh_buf_put(out, rs, 64);
}

static void put_length(struct wh_buf *out, uint64_t n)
{
    put_zeros(out, 32);
    store_be64(out->ptr + out->len - 8, n);
}

static void put_modexp(struct rng *r, struct wh_buf *out)
{
    size_t n[3];
    for (unsigned i = 0; i < 3; i++) {
        n[i] = rng_below(r, rng_chance(r, 80) ? 40 : 200);
        put_length(out, rng_below(r, 200) == 0 ? rng_in(r, 1000, 1100) : n[i]);
    }
    for (unsigned i = 0; i < 3; i++) {
        size_t from = out->len;
        put_noise(r, out, n[i]);
        if (n[i] > 0 && rng_chance(r, 10))
            memset(out->ptr + from, rng_chance(r, 50) ? 0 : 255, n[i]);
        if (n[i] > 0 && rng_chance(r, 20)) out->ptr[from] = 0;
    }
    if (rng_chance(r, 10)) out->len -= rng_below(r, out->len - 95);
}

static void put_bn_point(struct rng *r, const struct program_world *w, struct wh_buf *out)
{
    uint8_t in[96] = {[31] = 1, [63] = 2}, point[64] = {0};
    if (rng_chance(r, 90)) {
        rng_bytes(r, in + (rng_chance(r, 50) ? 95 : 64), 1);
        if (w->crypto->bn254_mul(w->crypto->ctx, in, point) != WH_OK) return;
    }
    wh_buf_put(out, point, 64);
}

static void put_blake(struct rng *r, struct wh_buf *out)
{
    uint8_t rounds[4];
    store_be32(rounds, (uint32_t)rng_below(r, 40));
    wh_buf_put(out, rounds, 4);
    put_noise(r, out, 208);
    uint8_t flag = (uint8_t)rng_below(r, rng_chance(r, 90) ? 2 : 256);
    wh_buf_put(out, &flag, 1);
}

/* Commitment and proof of the constant polynomial 0: infinity; y = 0 at every z. */
static void put_kzg(struct rng *r, const struct program_world *w, struct wh_buf *out)
{
    uint8_t infinity[48] = {0xc0}, hash[32];
    if (w->crypto->sha256(w->crypto->ctx, infinity, 48, hash) != WH_OK) return;
    hash[0] = 1;
    wh_buf_put(out, hash, 32);
    put_zeros(out, 2);
    put_noise(r, out, 30); /* z below the modulus */
    put_zeros(out, 32);
    if (rng_chance(r, 10)) out->ptr[out->len - 1] = 1;
    wh_buf_put(out, infinity, 48);
    wh_buf_put(out, infinity, 48);
}

static void put_bls_g1(struct rng *r, const struct program_world *w, struct wh_buf *out)
{
    uint8_t in[160] = {0}, point[128] = {0};
    if (rng_chance(r, 90)) {
        memcpy(in, BLS_G1, 128);
        rng_bytes(r, in + (rng_chance(r, 50) ? 159 : 128), 1);
        if (w->crypto->bls_g1_msm(w->crypto->ctx, in, 1, point) != WH_OK) return;
    }
    wh_buf_put(out, point, 128);
}

static void put_bls_g2(struct rng *r, const struct program_world *w, struct wh_buf *out)
{
    uint8_t in[128] = {0}, point[256] = {0};
    in[63] = (uint8_t)rng_next(r);
    in[127] = (uint8_t)rng_next(r);
    if (rng_chance(r, 90) && w->crypto->bls_map_fp2(w->crypto->ctx, in, point) != WH_OK) return;
    wh_buf_put(out, point, 256);
}

static void put_bls_field(struct rng *r, struct wh_buf *out)
{
    put_zeros(out, 17);
    put_noise(r, out, 47);
    if (rng_chance(r, 10)) out->ptr[out->len - 48] = 0x1a; /* may be over the modulus */
}

static void put_bls(struct rng *r, const struct program_world *w, unsigned n, struct wh_buf *out)
{
    size_t items = rng_in(r, 1, rng_chance(r, 90) ? 2 : 4);
    switch (n) {
    case 0x0b:
        put_bls_g1(r, w, out);
        put_bls_g1(r, w, out);
        break;
    case 0x0d:
        put_bls_g2(r, w, out);
        put_bls_g2(r, w, out);
        break;
    case 0x10: put_bls_field(r, out); break;
    case 0x11:
        put_bls_field(r, out);
        put_bls_field(r, out);
        break;
    default:
        for (size_t i = 0; i < items; i++) {
            if (n != 0x0e) put_bls_g1(r, w, out);
            if (n != 0x0c) put_bls_g2(r, w, out);
            if (n != 0x0f) put_word(r, out);
        }
        break;
    }
}

static void put_p256(struct wh_buf *out)
{
    for (size_t i = 0; i < 320; i += 2) {
        uint8_t b = 0;
        for (size_t k = 0; k < 2; k++)
            b = (uint8_t)(b << 4 |
                          (P256[i + k] <= '9' ? P256[i + k] - '0' : P256[i + k] - 'a' + 10));
        wh_buf_put(out, &b, 1);
    }
}

static void put_sound(struct rng *r, const struct program_world *w, unsigned n, struct wh_buf *out)
{
    size_t pairs;
    switch (n) {
    case 1: put_ecrecover(r, out); break;
    case 5: put_modexp(r, out); break;
    case 6:
        put_bn_point(r, w, out);
        put_bn_point(r, w, out);
        break;
    case 7:
        put_bn_point(r, w, out);
        put_word(r, out);
        break;
    case 8:
        pairs = rng_below(r, 3);
        for (size_t i = 0; i < pairs; i++) {
            put_bn_point(r, w, out);
            wh_buf_put(out, BN_G2, 128);
        }
        break;
    case 9: put_blake(r, out); break;
    case 0x0a: put_kzg(r, w, out); break;
    case 0x100: put_p256(out); break;
    default:
        if (n >= 0x0b && n <= 0x11)
            put_bls(r, w, n, out);
        else
            put_noise(r, out, rng_below(r, 300));
        break;
    }
}

void program_data(struct rng *r, const struct program_world *w, unsigned n, struct wh_buf *out)
{
    size_t from = out->len;
    put_sound(r, w, n, out);
    size_t len = out->len - from;
    if (len == 0 || rng_chance(r, 83)) return;
    switch (rng_below(r, 4)) {
    case 0: out->ptr[from + rng_below(r, len)] ^= (uint8_t)(1u << rng_below(r, 8)); break;
    case 1: out->len -= 1 + rng_below(r, len); break;
    case 2: put_noise(r, out, rng_in(r, 1, 40)); break;
    default: rng_bytes(r, out->ptr + from, len); break;
    }
}

unsigned program_precompile(struct rng *r, const struct program_world *w)
{
    static const enum evm_fork since[] = {
        FORK_FRONTIER,  FORK_FRONTIER,  FORK_FRONTIER,  FORK_FRONTIER, FORK_BYZANTIUM,
        FORK_BYZANTIUM, FORK_BYZANTIUM, FORK_BYZANTIUM, FORK_ISTANBUL, FORK_CANCUN,
        FORK_PRAGUE,    FORK_PRAGUE,    FORK_PRAGUE,    FORK_PRAGUE,   FORK_PRAGUE,
        FORK_PRAGUE,    FORK_PRAGUE,    FORK_OSAKA};
    for (;;) {
        unsigned i = (unsigned)rng_below(r, 18);
        if (i == 9 && !w->kzg) continue;
        if (w->fork >= since[i] || rng_chance(r, 5)) return i == 17 ? 0x100 : i + 1;
    }
}
