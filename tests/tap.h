/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_TAP_H
#define WH_TESTS_TAP_H

/* A small TAP producer: needs stdio alone, so tests run under qemu as well.
 *
 *   static void test_rlp_decode__refuses_leading_zero(void) { CHECK(...); CHECK_EQ(...); }
 *   int main(void) { RUN(test_rlp_decode__refuses_leading_zero); return tap_done(); }
 *
 * A failing check prints where and what and fails its test; the test goes on. */

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed, tap_bad;

#define CHECK(cond)                                                    \
    do {                                                               \
        if (!(cond)) {                                                 \
            tap_bad++;                                                 \
            printf("# %s:%d: CHECK(%s)\n", __FILE__, __LINE__, #cond); \
        }                                                              \
    } while (0)

#define CHECK_EQ(got, want)                                                                     \
    do {                                                                                        \
        intmax_t tap_g_ = (intmax_t)(got), tap_w_ = (intmax_t)(want);                           \
        if (tap_g_ != tap_w_) {                                                                 \
            tap_bad++;                                                                          \
            printf("# %s:%d: %s = %" PRIdMAX ", want %" PRIdMAX "\n", __FILE__, __LINE__, #got, \
                   tap_g_, tap_w_);                                                             \
        }                                                                                       \
    } while (0)

#define CHECK_MEM(got, want, n) tap_mem((got), (want), (n), #got, __FILE__, __LINE__)

static inline void tap_mem(const void *got, const void *want, size_t n, const char *what,
                           const char *file, int line)
{
    if (n == 0 || memcmp(got, want, n) == 0) return;
    tap_bad++;
    printf("# %s:%d: %s\n#   got  ", file, line, what);
    for (size_t i = 0; i < n && i < 64; i++)
        printf("%02x", ((const uint8_t *)got)[i]);
    printf("\n#   want ");
    for (size_t i = 0; i < n && i < 64; i++)
        printf("%02x", ((const uint8_t *)want)[i]);
    printf("\n");
}

#define RUN(test)          \
    do {                   \
        tap_bad = 0;       \
        test();            \
        tap_result(#test); \
    } while (0)

static inline void tap_result(const char *name)
{
    tap_count++;
    if (tap_bad) tap_failed++;
    printf("%sok %d - %s\n", tap_bad ? "not " : "", tap_count, name);
    fflush(stdout);
}

/* tap_skip records a test that cannot run here; the reason is shown. */
static inline void tap_skip(const char *name, const char *why)
{
    printf("ok %d - %s # SKIP %s\n", ++tap_count, name, why);
}

static inline int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed ? 1 : 0;
}

#endif
