/* SPDX-License-Identifier: MIT */
/* The x86-64 kernels of field4 against the plain ones, the inverse against multiplication. Built
 * with FIELD4_PLAIN, so that field4.h is the oracle here. */

#include "evm/precompile/field4.h"
#include "evm/precompile/field4_inv.h"
#include "tests/tap.h"

#if defined(__x86_64__) && defined(__OPTIMIZE__)
#    include "evm/precompile/field4_x86.h"
#    include <cpuid.h>
#endif

static const uint64_t bn254[4] = {0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d,
                                  0x30644e72e131a029};
static const uint64_t secp256k1[4] = {0xfffffffefffffc2f, UINT64_MAX, UINT64_MAX, UINT64_MAX};
static const uint64_t p256_order[4] = {0xf3b9cac2fc632551, 0xbce6faada7179e84, UINT64_MAX,
                                       0xffffffff00000000};

static uint64_t seed = 0x9e3779b97f4a7c15;

/* splitmix64; one word in four is an extreme, where carries live. */
static uint64_t word(void)
{
    seed += 0x9e3779b97f4a7c15;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    if ((z & 3) != 0) return z;
    return (z & 4) != 0 ? UINT64_MAX : z >> 60;
}

static void element(fe4 *out, const uint64_t m[4])
{
    do {
        for (int i = 0; i < 4; i++)
            out->w[i] = word();
        if ((out->w[0] & 15) == 0) memcpy(out->w, m, 32);
        if ((out->w[0] & 15) != 1) continue;
        memcpy(out->w, m, 32);
        out->w[0]--;
    } while (!field4_below(out->w, m));
}

static uint64_t negative_inverse(uint64_t m)
{
    uint64_t x = 1;
    for (int i = 0; i < 6; i++)
        x *= 2 - m * x;
    return 0 - x;
}

#if defined(__x86_64__) && defined(__OPTIMIZE__)
static void test_field4_x86__add_and_sub_as_plain(void)
{
    static const uint64_t *const moduli[] = {bn254, secp256k1, p256_order};
    for (int i = 0; i < 30000; i++) {
        const uint64_t *m = moduli[i % 3];
        fe4 a, b, plain, fast;
        element(&a, m);
        element(&b, m);
        field4_add(&plain, &a, &b, m);
        field4_x86_add(fast.w, a.w, b.w, m);
        CHECK_MEM(&fast, &plain, sizeof plain);
        field4_sub(&plain, &a, &b, m);
        field4_x86_sub(fast.w, a.w, b.w, m);
        CHECK_MEM(&fast, &plain, sizeof plain);
        if (tap_bad > 3) return;
    }
}

static void test_field4_x86__wide_sub_as_plain(void)
{
    for (int i = 0; i < 30000; i++) {
        uint64_t a[8], b[8], plain[8], fast[8], borrow = 0;
        for (int j = 0; j < 8; j++) {
            a[j] = word();
            b[j] = (word() & 3) == 0 ? a[j] : word();
        }
        for (int j = 0; j < 8; j++)
            plain[j] = field4_sbb(a[j], b[j], &borrow);
        CHECK_EQ(field4_x86_wide_sub(fast, a, b), borrow);
        CHECK_MEM(fast, plain, sizeof plain);
        if (tap_bad > 3) return;
    }
}
#endif

#if defined(__ADX__) && defined(__BMI2__) && defined(__OPTIMIZE__)
static bool have_adx(void)
{
    unsigned a, b, c, d;
    const unsigned both = 1u << 8 | 1u << 19;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & both) == both;
}

static void test_field4_adx__products_as_plain(void)
{
    uint64_t inv = negative_inverse(bn254[0]);
    for (int i = 0; i < 30000; i++) {
        fe4 a, b, plain, fast;
        element(&a, bn254);
        element(&b, bn254);
        if (i % 3 == 0) { /* up to 2m is allowed on one side */
            uint64_t carry = 0;
            for (int j = 0; j < 4; j++)
                a.w[j] = field4_adc(a.w[j], b.w[j], &carry);
        }
        field4_mul(&plain, &a, &b, bn254, inv);
        field4_adx_mul(fast.w, a.w, b.w, bn254, inv);
        CHECK_MEM(&fast, &plain, sizeof plain);

        uint64_t wide[8], reduced[4], schoolbook[8] = {0};
        for (int j = 0; j < 4; j++) {
            uint64_t carry = 0;
            for (int k = 0; k < 4; k++)
                schoolbook[j + k] = field4_mac(schoolbook[j + k], a.w[k], b.w[j], &carry);
            schoolbook[j + 4] = carry;
        }
        field4_adx_wide_mul(wide, a.w, b.w);
        CHECK_MEM(wide, schoolbook, sizeof wide);
        field4_adx_wide_reduce(reduced, wide, bn254, inv);
        CHECK_MEM(reduced, &plain, sizeof plain);
        if (tap_bad > 3) return;
    }
}
#endif

/* mul and mul_full agree where both may be used. */
static void test_field4_mul_full__as_mul(void)
{
    uint64_t inv = negative_inverse(bn254[0]);
    for (int i = 0; i < 10000; i++) {
        fe4 a, b, x, y;
        element(&a, bn254);
        element(&b, bn254);
        field4_mul(&x, &a, &b, bn254, inv);
        field4_mul_full(&y, &a, &b, bn254, inv);
        CHECK_MEM(&y, &x, sizeof x);
        if (tap_bad > 3) return;
    }
}

/* a^-1 a = 1: the plain product of both is checked by a Montgomery product, which divides by R. */
static void inverse(const uint64_t m[4])
{
    uint64_t inv = negative_inverse(m[0]);
    static const fe4 one = {{1, 0, 0, 0}};
    fe4 r_inverse; /* 1 R^-1 */
    field4_mul_full(&r_inverse, &one, &one, m, inv);
    for (int i = 0; i < 3000; i++) {
        fe4 a, b, product;
        element(&a, m);
        if (i < 8) a = (fe4){{(uint64_t)i, 0, 0, 0}};
        if (i >= 8 && i < 264) {
            a = (fe4){{0}};
            a.w[(i - 8) / 64] = (uint64_t)1 << (i - 8) % 64;
            if (!field4_below(a.w, m)) continue;
        }
        field4_inv(b.w, a.w, m, inv);
        CHECK(field4_below(b.w, m));
        field4_mul_full(&product, &a, &b, m, inv);
        if (field4_is_zero(&a))
            CHECK(field4_is_zero(&b));
        else
            CHECK_MEM(&product, &r_inverse, sizeof product);
        if (tap_bad > 3) return;
    }
}

static void test_field4_inv__times_the_number_is_one(void)
{
    inverse(bn254);
    inverse(secp256k1);
    inverse(p256_order);
}

int main(void)
{
#if defined(__x86_64__) && defined(__OPTIMIZE__)
    RUN(test_field4_x86__add_and_sub_as_plain);
    RUN(test_field4_x86__wide_sub_as_plain);
#endif
#if defined(__ADX__) && defined(__BMI2__) && defined(__OPTIMIZE__)
    if (have_adx())
        RUN(test_field4_adx__products_as_plain);
    else
        tap_skip("test_field4_adx__products_as_plain", "this CPU has no ADX");
#endif
    RUN(test_field4_mul_full__as_mul);
    RUN(test_field4_inv__times_the_number_is_one);
    return tap_done();
}
