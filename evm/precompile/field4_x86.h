/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_FIELD4_X86_H
#define WH_EVM_PRECOMPILE_FIELD4_X86_H

#include <stdint.h>

/* x86-64 forms of the kernels of field4.h. gcc 12 turns carries held in u128 into compares and
 * branches (field4_add 15 ns, as here 3 ns), and no compiler uses the two carry chains of ADX.
 * Results are the same words: test_field4 compares every kernel with the plain form. */

/* t = a + b, c = t - m, out = borrow and no carry ? t : c. */
static inline __attribute__((always_inline)) void
field4_x86_add(uint64_t out[4], const uint64_t a[4], const uint64_t b[4], const uint64_t m[4])
{
    uint64_t t0 = a[0], t1 = a[1], t2 = a[2], t3 = a[3], c = 0, s0, s1, s2, s3;
    __asm__("addq %[b0], %[t0]\n\t"
            "adcq %[b1], %[t1]\n\t"
            "adcq %[b2], %[t2]\n\t"
            "adcq %[b3], %[t3]\n\t"
            "adcq $0, %[c]\n\t"
            "movq %[t0], %[s0]\n\t"
            "movq %[t1], %[s1]\n\t"
            "movq %[t2], %[s2]\n\t"
            "movq %[t3], %[s3]\n\t"
            "subq %[m0], %[t0]\n\t"
            "sbbq %[m1], %[t1]\n\t"
            "sbbq %[m2], %[t2]\n\t"
            "sbbq %[m3], %[t3]\n\t"
            "sbbq $0, %[c]\n\t"
            "cmovcq %[s0], %[t0]\n\t"
            "cmovcq %[s1], %[t1]\n\t"
            "cmovcq %[s2], %[t2]\n\t"
            "cmovcq %[s3], %[t3]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [c] "+&r"(c),
              [s0] "=&r"(s0), [s1] "=&r"(s1), [s2] "=&r"(s2), [s3] "=&r"(s3)
            : [b0] "rm"(b[0]), [b1] "rm"(b[1]), [b2] "rm"(b[2]), [b3] "rm"(b[3]), [m0] "m"(m[0]),
              [m1] "m"(m[1]), [m2] "m"(m[2]), [m3] "m"(m[3])
            : "cc");
    out[0] = t0;
    out[1] = t1;
    out[2] = t2;
    out[3] = t3;
}

static inline __attribute__((always_inline)) void
field4_x86_sub(uint64_t out[4], const uint64_t a[4], const uint64_t b[4], const uint64_t m[4])
{
    uint64_t t0 = a[0], t1 = a[1], t2 = a[2], t3 = a[3], k, s0, s1, s2, s3;
    __asm__("subq %[b0], %[t0]\n\t"
            "sbbq %[b1], %[t1]\n\t"
            "sbbq %[b2], %[t2]\n\t"
            "sbbq %[b3], %[t3]\n\t"
            "sbbq %[k], %[k]\n\t"
            "movq %[m0], %[s0]\n\t"
            "movq %[m1], %[s1]\n\t"
            "movq %[m2], %[s2]\n\t"
            "movq %[m3], %[s3]\n\t"
            "andq %[k], %[s0]\n\t"
            "andq %[k], %[s1]\n\t"
            "andq %[k], %[s2]\n\t"
            "andq %[k], %[s3]\n\t"
            "addq %[s0], %[t0]\n\t"
            "adcq %[s1], %[t1]\n\t"
            "adcq %[s2], %[t2]\n\t"
            "adcq %[s3], %[t3]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [k] "=&r"(k),
              [s0] "=&r"(s0), [s1] "=&r"(s1), [s2] "=&r"(s2), [s3] "=&r"(s3)
            : [b0] "rm"(b[0]), [b1] "rm"(b[1]), [b2] "rm"(b[2]), [b3] "rm"(b[3]), [m0] "m"(m[0]),
              [m1] "m"(m[1]), [m2] "m"(m[2]), [m3] "m"(m[3])
            : "cc");
    out[0] = t0;
    out[1] = t1;
    out[2] = t2;
    out[3] = t3;
}

/* out = t - m if that is not negative, else t. */
static inline __attribute__((always_inline)) void field4_x86_reduce(uint64_t out[4], uint64_t t0,
                                                                    uint64_t t1, uint64_t t2,
                                                                    uint64_t t3,
                                                                    const uint64_t m[4])
{
    uint64_t s0, s1, s2, s3;
    __asm__("movq %[t0], %[s0]\n\t"
            "movq %[t1], %[s1]\n\t"
            "movq %[t2], %[s2]\n\t"
            "movq %[t3], %[s3]\n\t"
            "subq %[m0], %[t0]\n\t"
            "sbbq %[m1], %[t1]\n\t"
            "sbbq %[m2], %[t2]\n\t"
            "sbbq %[m3], %[t3]\n\t"
            "cmovcq %[s0], %[t0]\n\t"
            "cmovcq %[s1], %[t1]\n\t"
            "cmovcq %[s2], %[t2]\n\t"
            "cmovcq %[s3], %[t3]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [s0] "=&r"(s0),
              [s1] "=&r"(s1), [s2] "=&r"(s2), [s3] "=&r"(s3)
            : [m0] "m"(m[0]), [m1] "m"(m[1]), [m2] "m"(m[2]), [m3] "m"(m[3])
            : "cc");
    out[0] = t0;
    out[1] = t1;
    out[2] = t2;
    out[3] = t3;
}

/* r = a - b over 512 bits; the borrow. */
static inline __attribute__((always_inline)) uint64_t
field4_x86_wide_sub(uint64_t r[8], const uint64_t a[8], const uint64_t b[8])
{
    uint64_t t0 = a[0], t1 = a[1], t2 = a[2], t3 = a[3], t4 = a[4], t5 = a[5], t6 = a[6], t7 = a[7];
    uint64_t borrow;
    __asm__("subq %[b0], %[t0]\n\t"
            "sbbq %[b1], %[t1]\n\t"
            "sbbq %[b2], %[t2]\n\t"
            "sbbq %[b3], %[t3]\n\t"
            "sbbq %[b4], %[t4]\n\t"
            "sbbq %[b5], %[t5]\n\t"
            "sbbq %[b6], %[t6]\n\t"
            "sbbq %[b7], %[t7]\n\t"
            "sbbq %[k], %[k]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [t4] "+&r"(t4),
              [t5] "+&r"(t5), [t6] "+&r"(t6), [t7] "+&r"(t7), [k] "=&r"(borrow)
            : [b0] "m"(b[0]), [b1] "m"(b[1]), [b2] "m"(b[2]), [b3] "m"(b[3]), [b4] "m"(b[4]),
              [b5] "m"(b[5]), [b6] "m"(b[6]), [b7] "m"(b[7])
            : "cc");
    r[0] = t0;
    r[1] = t1;
    r[2] = t2;
    r[3] = t3;
    r[4] = t4;
    r[5] = t5;
    r[6] = t6;
    r[7] = t7;
    return borrow & 1;
}

#if defined(__ADX__) && defined(__BMI2__)

/* One row of a Montgomery product: t = (t + a b_i + q m) / 2^64, q = -(t + a b_i) / m mod 2^64.
 * Two spare bits: t stays below 2^256. */
#    define FIELD4_ADX_MUL_ROW          \
        "xorl %k[lo], %k[lo]\n\t"       \
        "mulxq %[a0], %[lo], %[hi]\n\t" \
        "adcxq %[lo], %[t0]\n\t"        \
        "adoxq %[hi], %[t1]\n\t"        \
        "mulxq %[a1], %[lo], %[hi]\n\t" \
        "adcxq %[lo], %[t1]\n\t"        \
        "adoxq %[hi], %[t2]\n\t"        \
        "mulxq %[a2], %[lo], %[hi]\n\t" \
        "adcxq %[lo], %[t2]\n\t"        \
        "adoxq %[hi], %[t3]\n\t"        \
        "mulxq %[a3], %[lo], %[hi]\n\t" \
        "adcxq %[lo], %[t3]\n\t"        \
        "movl $0, %k[lo]\n\t"           \
        "adcxq %[lo], %[hi]\n\t"        \
        "adoxq %[lo], %[hi]\n\t"        \
        "movq %[inv], %%rdx\n\t"        \
        "imulq %[t0], %%rdx\n\t"        \
        "movq %[hi], %[x]\n\t"          \
        "xorl %k[lo], %k[lo]\n\t"       \
        "mulxq %[m0], %[lo], %[hi]\n\t" \
        "adcxq %[t0], %[lo]\n\t"        \
        "movq %[hi], %[t0]\n\t"         \
        "adcxq %[t1], %[t0]\n\t"        \
        "mulxq %[m1], %[lo], %[t1]\n\t" \
        "adoxq %[lo], %[t0]\n\t"        \
        "adcxq %[t2], %[t1]\n\t"        \
        "mulxq %[m2], %[lo], %[t2]\n\t" \
        "adoxq %[lo], %[t1]\n\t"        \
        "adcxq %[t3], %[t2]\n\t"        \
        "mulxq %[m3], %[lo], %[t3]\n\t" \
        "adoxq %[lo], %[t2]\n\t"        \
        "movl $0, %k[lo]\n\t"           \
        "adcxq %[lo], %[t3]\n\t"        \
        "adoxq %[x], %[t3]"

static inline __attribute__((always_inline)) void field4_adx_mul(uint64_t out[4],
                                                                 const uint64_t a[4],
                                                                 const uint64_t b[4],
                                                                 const uint64_t m[4], uint64_t inv)
{
    uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, lo, hi, x;
#    pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        uint64_t d = b[i];
        __asm__(FIELD4_ADX_MUL_ROW
                : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [lo] "=&r"(lo),
                  [hi] "=&r"(hi), [x] "=&r"(x), "+&d"(d)
                : [a0] "m"(a[0]), [a1] "m"(a[1]), [a2] "m"(a[2]), [a3] "m"(a[3]), [inv] "rm"(inv),
                  [m0] "m"(m[0]), [m1] "m"(m[1]), [m2] "m"(m[2]), [m3] "m"(m[3])
                : "cc");
    }
    field4_x86_reduce(out, t0, t1, t2, t3, m);
}

/* r = a b, 512 bits. Row i adds a b_i to words i..i+4; the word i is final after it. */
static inline __attribute__((always_inline)) void
field4_adx_wide_mul(uint64_t r[8], const uint64_t a[4], const uint64_t b[4])
{
    uint64_t t0, t1, t2, t3, t4, lo, d = b[0];
    __asm__("mulxq %[a0], %[t0], %[t1]\n\t"
            "mulxq %[a1], %[lo], %[t2]\n\t"
            "addq %[lo], %[t1]\n\t"
            "mulxq %[a2], %[lo], %[t3]\n\t"
            "adcq %[lo], %[t2]\n\t"
            "mulxq %[a3], %[lo], %[t4]\n\t"
            "adcq %[lo], %[t3]\n\t"
            "adcq $0, %[t4]"
            : [t0] "=&r"(t0), [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3), [t4] "=&r"(t4),
              [lo] "=&r"(lo)
            : [a0] "m"(a[0]), [a1] "m"(a[1]), [a2] "m"(a[2]), [a3] "m"(a[3]), "d"(d)
            : "cc");
    r[0] = t0;
#    pragma GCC unroll 3
    for (int i = 1; i < 4; i++) {
        uint64_t hi;
        d = b[i];
        /* words t1..t4 are the running sum; t0 takes the new top */
        __asm__("xorl %k[t0], %k[t0]\n\t"
                "mulxq %[a0], %[lo], %[hi]\n\t"
                "adcxq %[lo], %[t1]\n\t"
                "adoxq %[hi], %[t2]\n\t"
                "mulxq %[a1], %[lo], %[hi]\n\t"
                "adcxq %[lo], %[t2]\n\t"
                "adoxq %[hi], %[t3]\n\t"
                "mulxq %[a2], %[lo], %[hi]\n\t"
                "adcxq %[lo], %[t3]\n\t"
                "adoxq %[hi], %[t4]\n\t"
                "mulxq %[a3], %[lo], %[hi]\n\t"
                "adcxq %[lo], %[t4]\n\t"
                "adoxq %[hi], %[t0]\n\t"
                "movl $0, %k[lo]\n\t"
                "adcxq %[lo], %[t0]"
                : [t0] "=&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [t4] "+&r"(t4),
                  [lo] "=&r"(lo), [hi] "=&r"(hi)
                : [a0] "m"(a[0]), [a1] "m"(a[1]), [a2] "m"(a[2]), [a3] "m"(a[3]), "d"(d)
                : "cc");
        r[i] = t1;
        t1 = t2;
        t2 = t3;
        t3 = t4;
        t4 = t0;
    }
    r[4] = t1;
    r[5] = t2;
    r[6] = t3;
    r[7] = t4;
}

/* Montgomery reduction of a < m 2^256: four rows on the low half, then the high half is added. */
static inline __attribute__((always_inline)) void
field4_adx_wide_reduce(uint64_t out[4], const uint64_t a[8], const uint64_t m[4], uint64_t inv)
{
    uint64_t t0 = a[0], t1 = a[1], t2 = a[2], t3 = a[3];
#    pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        uint64_t lo, hi, d = inv;
        __asm__("imulq %[t0], %%rdx\n\t"
                "xorl %k[lo], %k[lo]\n\t"
                "mulxq %[m0], %[lo], %[hi]\n\t"
                "adcxq %[t0], %[lo]\n\t"
                "movq %[hi], %[t0]\n\t"
                "adcxq %[t1], %[t0]\n\t"
                "mulxq %[m1], %[lo], %[t1]\n\t"
                "adoxq %[lo], %[t0]\n\t"
                "adcxq %[t2], %[t1]\n\t"
                "mulxq %[m2], %[lo], %[t2]\n\t"
                "adoxq %[lo], %[t1]\n\t"
                "adcxq %[t3], %[t2]\n\t"
                "mulxq %[m3], %[lo], %[t3]\n\t"
                "adoxq %[lo], %[t2]\n\t"
                "movl $0, %k[lo]\n\t"
                "adcxq %[lo], %[t3]\n\t"
                "adoxq %[lo], %[t3]"
                : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [lo] "=&r"(lo),
                  [hi] "=&r"(hi), "+&d"(d)
                : [m0] "m"(m[0]), [m1] "m"(m[1]), [m2] "m"(m[2]), [m3] "m"(m[3])
                : "cc");
    }
    __asm__("addq %[b0], %[t0]\n\t"
            "adcq %[b1], %[t1]\n\t"
            "adcq %[b2], %[t2]\n\t"
            "adcq %[b3], %[t3]"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3)
            : [b0] "rm"(a[4]), [b1] "rm"(a[5]), [b2] "rm"(a[6]), [b3] "rm"(a[7])
            : "cc");
    field4_x86_reduce(out, t0, t1, t2, t3, m);
}

#endif

#endif
