/* SPDX-License-Identifier: MIT */
/* The portable table against the libraries on random inputs, valid and broken. */

#define OPENSSL_SUPPRESS_DEPRECATED
#include "evm/native/crypto.h"
#include "evm/native/sign.h"
#include "evm/precompile/portable/portable.h"
#include "evm/precompile/precompile.h"
#include "tests/tap.h"

#include <openssl/ripemd.h>
#include <openssl/sha.h>

static struct evm_crypto portable;
static const struct evm_crypto *native;
static struct wh_arena work;
static uint8_t block[1 << 20];
static uint64_t seed = 7;

static uint64_t word(void)
{
    seed += 0x9e3779b97f4a7c15;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static void fill(uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)word();
    if (n > 0 && (word() & 7) == 0) memset(out, (word() & 1) ? 0xff : 0, n - n / 3);
    if (n > 0 && (word() & 7) == 0) memset(out + n / 2, (word() & 1) ? 0xff : 0, n - n / 2);
}

static void test_portable_modexp__as_libraries(void)
{
    for (int i = 0; i < 3000; i++) {
        size_t limit = i % 20 == 0 ? 300 : i % 2 == 0 ? 70 : 20;
        uint8_t base[300], exp[80], mod[300], a[300], b[300];
        size_t base_len = word() % limit, exp_len = word() % (limit < 80 ? limit : 80);
        size_t mod_len = 1 + word() % (limit - 1);
        fill(base, base_len);
        fill(exp, exp_len);
        fill(mod, mod_len);
        wh_span bs = wh_span_of(base, base_len), es = wh_span_of(exp, exp_len);
        wh_span ms = wh_span_of(mod, mod_len);
        CHECK_EQ(native->modexp(native->ctx, bs, es, ms, a), WH_OK);
        CHECK_EQ(portable.modexp(portable.ctx, bs, es, ms, b), WH_OK);
        CHECK_MEM(b, a, mod_len);
        CHECK_EQ(work.used, 0);
        if (tap_bad > 3) return;
    }
}

static void test_portable_modexp__full_arena_is_trouble(void)
{
    uint8_t mod[64], out[64], small[600];
    memset(mod, 0xff, sizeof mod);
    struct wh_arena arena;
    wh_arena_init(&arena, small, sizeof small);
    wh_span s = wh_span_of(mod, sizeof mod);
    CHECK_EQ(portable_modexp(&arena, s, s, s, out), WH_E_NOMEM);
    CHECK_EQ(arena.used, 0);
}

static void test_portable_hashes__as_libraries(void)
{
    uint8_t data[400], a[32], b[32];
    for (size_t len = 0; len < sizeof data; len++) {
        fill(data, len);
        RIPEMD160(data, len, a);
        CHECK_EQ(portable.ripemd160(portable.ctx, data, len, b), WH_OK);
        CHECK_MEM(b, a, 20);
        SHA256(data, len, a);
        CHECK_EQ(native->sha256(native->ctx, data, len, b), WH_OK);
        CHECK_MEM(b, a, 32);
        CHECK_EQ(portable.sha256(portable.ctx, data, len, b), WH_OK);
        CHECK_MEM(b, a, 32);
        bytes32 x, y;
        native->keccak256(native->ctx, data, len, &x);
        portable.keccak256(portable.ctx, data, len, &y);
        CHECK_MEM(y.b, x.b, 32);
    }
}

/* Random r is the x of a point half of the time: both outcomes are common. */
static void test_portable_ecrecover__as_library(void)
{
    int recovered = 0;
    for (int i = 0; i < 600; i++) {
        uint8_t hash[32], r[32], s[32], a[64] = {0}, b[64] = {0};
        fill(hash, 32);
        fill(r, 32);
        fill(s, 32);
        unsigned parity = (unsigned)word() & 1;
        wh_status want = native->ecrecover(native->ctx, hash, r, s, parity, a);
        CHECK_EQ(portable.ecrecover(portable.ctx, hash, r, s, parity, b), want);
        CHECK_MEM(b, a, 64);
        recovered += want == WH_OK;
        if (tap_bad > 3) return;
    }
    CHECK(recovered > 100 && recovered < 500);
}

static void test_portable_ecrecover__signatures(void)
{
    for (int i = 0; i < 200; i++) {
        uint8_t key[32], r[32], s[32], owner[64], signer[64];
        bytes32 hash;
        unsigned parity;
        fill(key, 32);
        fill(hash.b, 32);
        if (wh_sign(key, &hash, r, s, &parity) != WH_OK) continue;
        CHECK_EQ(wh_key_public(key, owner), WH_OK);
        CHECK_EQ(portable.ecrecover(portable.ctx, hash.b, r, s, parity, signer), WH_OK);
        CHECK_MEM(signer, owner, 64);
    }
}

/* With key G, r = s = x(G) and hash 0 the sum is 0 G + 1 G, whose x is r: valid. Random ones must
 * be refused alike; signed ones are in the cases. */
static void test_portable_p256__as_library(void)
{
    static const uint8_t g[64] = {0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6,
                                  0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb,
                                  0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f,
                                  0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a,
                                  0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e,
                                  0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};
    uint8_t in[160] = {0};
    bool a = false, b = false;
    memcpy(in + 32, g, 32);
    memcpy(in + 64, g, 32);
    memcpy(in + 96, g, 64);
    CHECK_EQ(native->p256_verify(native->ctx, in, &a), WH_OK);
    CHECK_EQ(portable.p256_verify(portable.ctx, in, &b), WH_OK);
    CHECK(a && b);
    for (int i = 0; i < 300; i++) {
        fill(in, 96);
        CHECK_EQ(native->p256_verify(native->ctx, in, &a), WH_OK);
        CHECK_EQ(portable.p256_verify(portable.ctx, in, &b), WH_OK);
        CHECK_EQ(b, a);
    }
}

static void test_portable__without_bls_is_trouble(void)
{
    struct evm_crypto alone;
    evm_crypto_portable(&alone, &work, NULL);
    static const uint32_t at[] = {0x0b, 0x0d, 0x0c, 0x0e, 0x0f, 0x10, 0x11};
    static const size_t len[] = {256, 512, 160, 288, 384, 64, 128};
    static uint8_t zeros[512], memory[4096];
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        address a = {{0}};
        a.b[19] = (uint8_t)at[i];
        unsigned index;
        struct wh_arena scratch;
        struct precompile_result r;
        wh_arena_init(&scratch, memory, sizeof memory);
        CHECK(precompile_find(FORK_OSAKA, &a, &index));
        CHECK_EQ(precompile_run(index, FORK_OSAKA, &alone, wh_span_of(zeros, len[i]), INT64_MAX,
                                &scratch, &r),
                 WH_E_CRYPTO);
    }
}

int main(void)
{
    native = wh_native_crypto();
    if (native == NULL) return 1;
    wh_arena_init(&work, block, sizeof block);
    evm_crypto_portable(&portable, &work, NULL);
    RUN(test_portable_modexp__as_libraries);
    RUN(test_portable_modexp__full_arena_is_trouble);
    RUN(test_portable_hashes__as_libraries);
    RUN(test_portable_ecrecover__as_library);
    RUN(test_portable_ecrecover__signatures);
    RUN(test_portable_p256__as_library);
    RUN(test_portable__without_bls_is_trouble);
    return tap_done();
}
