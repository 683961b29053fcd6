/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_BASE_STATUS_H
#define WH_EVM_BASE_STATUS_H

/* Status of an operation. The sign is the rule of the game:
 *   positive  a fact about the bytes, equal on every machine: this input is refused. It says
 *             nothing about anybody's claim.
 *   negative  trouble of this process: retry or stop, never a verdict.
 * Only WH_OK together with a post leaf speaks about a claim (PROTOCOL 5). */
typedef enum wh_status {
    WH_OK = 0,
    WH_E_FORMAT = 1,   /* bytes are not what their encoding demands */
    WH_E_MISSING = 2,  /* the witness leaves it open: refuses the proof, not the claim */
    WH_E_MISMATCH = 3, /* a root, hash, kind or signature is not the demanded one */
    WH_E_LIMIT = 4,    /* over a bound that the protocol itself states */
    WH_E_NOMEM = -1,   /* arena or heap spent below the protocol's bound */
    WH_E_IO = -2,      /* disk, database, clock */
    WH_E_NET = -3,     /* endpoint unreachable or answering nonsense */
    WH_E_CRYPTO = -4,  /* a crypto library failed for a reason of its own (memory, set-up) */
    WH_E_CONFIG = -5,  /* options, configuration or key of this process are unusable */
} wh_status;

#define WH_MUST __attribute__((warn_unused_result))

/* WH_TRY hands any status but WH_OK to the caller. */
#define WH_TRY(expr)                          \
    do {                                      \
        wh_status wh_try_ = (expr);           \
        if (wh_try_ != WH_OK) return wh_try_; \
    } while (0)

/* wh_assert_fail ends the process (or traps, in a guest). Each program links one definition. */
_Noreturn void wh_assert_fail(const char *what, const char *file, int line);

/* WH_ASSERT is on in every build: a restarted watchtower loses minutes, a wrong move the bond. */
#define WH_ASSERT(cond) ((cond) ? (void)0 : wh_assert_fail(#cond, __FILE_NAME__, __LINE__))

#ifndef __FILE_NAME__
#    define __FILE_NAME__ __FILE__
#endif

#endif
