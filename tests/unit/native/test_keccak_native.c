/* SPDX-License-Identifier: MIT */
/* Each level of keccak that this CPU has, against the plain C. */
#include "evm/hash/keccak.h"
#include "evm/native/crypto.h"
#include "evm/native/keccak_native.h"
#include "tests/tap.h"

enum { BYTES = 40000, MANY = 1500 };

static uint8_t data[BYTES];
static wh_span in[MANY];
static bytes32 got[MANY + 1], want[MANY + 1];
static uint64_t seed = 88172645463325252u;

static uint64_t rnd(void)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed;
}

static bool check_many(const struct wh_keccak_ops *ops, size_t n)
{
    memset(got, 0xa5, sizeof got);
    ops->many(NULL, n, in, got);
    bool same = true;
    for (size_t i = 0; i < n; i++) {
        keccak256(in[i].ptr, in[i].len, &want[i]);
        same = same && bytes32_eq(&got[i], &want[i]);
    }
    static const bytes32 untouched = {{0xa5}};
    same = same && got[n].b[0] == untouched.b[0] && got[n].b[31] == 0xa5;
    if (!same) printf("# %s: many of %zu\n", ops->name, n);
    return same;
}

/* Every length over three blocks, at every alignment. */
static void check_lengths(const struct wh_keccak_ops *ops)
{
    for (size_t len = 0; len <= 3 * KECCAK_RATE + 1; len++) {
        bytes32 a, b;
        ops->one(NULL, data + len % 9, len, &a);
        keccak256(data + len % 9, len, &b);
        CHECK(bytes32_eq(&a, &b));
    }
    bytes32 a, b;
    ops->one(NULL, NULL, 0, &a);
    CHECK(bytes32_eq(&a, &KECCAK_EMPTY));
    ops->one(NULL, data, BYTES, &a);
    keccak256(data, BYTES, &b);
    CHECK(bytes32_eq(&a, &b));
}

static void check_level(enum wh_keccak_level level)
{
    const struct wh_keccak_ops *ops = wh_keccak_ops(level);
    if (ops == NULL) {
        printf("# level %d is not on this machine\n", (int)level);
        return;
    }
    check_lengths(ops);
    for (size_t n = 0; n <= 40 && tap_bad == 0; n++) { /* all of one length; then all different */
        for (size_t i = 0; i < n; i++)
            in[i] = wh_span_of(data + i, 135 + n % 3);
        CHECK(check_many(ops, n));
        for (size_t i = 0; i < n; i++)
            in[i] = wh_span_of(i == 3 ? NULL : data + i, i == 3 ? 0 : i * 61);
        CHECK(check_many(ops, n));
    }
    for (int round = 0; round < 12 && tap_bad == 0; round++) { /* as nodes and codes come */
        size_t n = round == 0 ? MANY : 1 + (size_t)(rnd() % MANY);
        for (size_t i = 0; i < n; i++) {
            size_t len = rnd() % 50 == 0 ? (size_t)(rnd() % 24577) : (size_t)(rnd() % 560);
            in[i] = wh_span_of(data + rnd() % (BYTES - len), len);
        }
        CHECK(check_many(ops, n));
    }
    for (size_t i = 0; i < 20; i++)
        in[i] = wh_span_of(data, i < 2 ? BYTES : 10); /* > 255 blocks */
    CHECK(check_many(ops, 20));
}

static void test_keccak_native__c(void)
{
    check_level(WH_KECCAK_C);
}
static void test_keccak_native__bmi2(void)
{
    check_level(WH_KECCAK_BMI2);
}
static void test_keccak_native__avx2(void)
{
    check_level(WH_KECCAK_AVX2);
}
static void test_keccak_native__avx512(void)
{
    check_level(WH_KECCAK_AVX512);
}

static void test_wh_native_crypto__uses_the_best_level(void)
{
    const struct evm_crypto *crypto = wh_native_crypto();
    CHECK(crypto != NULL && crypto->keccak256 == wh_keccak_best()->one);
    CHECK(crypto != NULL && crypto->keccak_many == wh_keccak_best()->many);
    printf("# level %s\n", wh_keccak_best()->name);
}

int main(void)
{
    for (size_t i = 0; i < BYTES; i++)
        data[i] = (uint8_t)rnd();
    RUN(test_keccak_native__c);
    RUN(test_keccak_native__bmi2);
    RUN(test_keccak_native__avx2);
    RUN(test_keccak_native__avx512);
    RUN(test_wh_native_crypto__uses_the_best_level);
    return tap_done();
}
