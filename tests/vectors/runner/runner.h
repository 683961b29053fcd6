/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_RUNNER_H
#define WH_TESTS_VECTORS_RUNNER_RUNNER_H

/* whittle-vectors: what one worker has at hand, and the life of a case.
 *
 * A member is one JSON file, on disk or in an archive; a kind (kinds.h) knows one format and goes through
 * the cases of a member:
 *
 *   if (!case_begin(r, name, fork)) continue;      filtered, skipped, another worker's
 *   ... case_differs(r, "state root", want, got)   any number of times
 *   case_end(r);                                   counts, prints a failure
 *
 * Cases run in a process of their own making: what a case leaves in the arenas is rewound by the next. */

#include <jansson.h>
#include <stdio.h>

#include "evm/base/arena.h"
#include "evm/base/crypto.h"
#include "evm/segment/run.h"
#include "proto/sys/buf.h"
#include "tests/vectors/runner/skips.h"
#include "tests/vectors/runner/store.h"
#include "tests/vectors/runner/tally.h"

enum run_mode {
    MODE_BOTH,
    MODE_MEMORY,   /* all state at hand */
    MODE_STATELESS /* each step from its own serialised trace alone */
};

struct runner_options {
    const char *fork, *filter; /* NULL: all */
    const char *table;         /* file for the markdown table, or NULL */
    const char *skips;         /* file of skips, or NULL */
    const char *segments;      /* folder for captured steps, or NULL */
    uint32_t sample;           /* one case in so many; 0: all */
    unsigned jobs;             /* 0: in this process, for a debugger */
    uint64_t timeout_ms;       /* processor time of one case; 0: any */
    enum run_mode mode;
    bool json, tap, trace, amsterdam, quiet, reasons, slowest;
};

/* Where a worker is; shared with the process that watches it. */
struct worker_slot {
    _Atomic uint64_t started_ms; /* of the running case; 0: none */
    _Atomic uint64_t cpu_ms;     /* processor time that the worker had used then */
    _Atomic uint64_t unit;       /* number of the member (or of the case, in a slow one) */
    _Atomic uint64_t case_index; /* in the member, from 1 */
    _Atomic bool by_case;        /* it is a case */
    char suite[64], fork[64];
    char file[512], name[512];
};

enum { SOURCES_SAID = 4096 };

struct shared {
    struct tally tally;
    _Atomic bool
        said[SOURCES_SAID]; /* sources whose fault was said: every worker reads an archive */
    _Atomic uint64_t next;  /* unit to be claimed */
    struct worker_slot slots[64];
};

struct member {
    const char *suite; /* archive or argument it belongs to */
    const char *path;  /* inside of it */
    wh_span bytes;
};

/* Cases of a slow member are claimed one by one. */
struct claims {
    bool by_case;
    uint64_t mine;    /* the unit that this worker runs next */
    bool spent;       /* it has been run: claim another before the next comparison */
    uint64_t unit;    /* number of the next case, if by_case */
    uint64_t skip_to; /* the first cases of this member have been run by a worker that died */
};

struct runner {
    const struct runner_options *opt;
    const struct evm_crypto *crypto;
    const struct skips *skips;
    struct shared *shared;
    struct worker_slot *slot;
    struct claims claims;
    struct wh_arena keep;   /* preimages of a test */
    struct wh_arena work;   /* states, steps; rewound by who uses it */
    struct wh_arena frames; /* machine of a run over a plain state */
    struct store store;     /* in keep */
    const struct member *member;
    /* the case at work */
    const char *name, *fork;
    uint64_t case_index, began_ms;
    bool stateless; /* it was run from traces as well */
    bool bad;
    struct wh_buf why;
    FILE *segments; /* owns; NULL until the first one is written */
};

/* claims_next claims a unit if the last one is spent. Not before: what a worker has claimed dies with it. */
void claims_next(struct runner *r);

/* runner_open maps the arenas. false: no memory. */
bool runner_open(struct runner *r);
void runner_close(struct runner *r);
/* runner_forget gives pages beyond the usual back to the system. */
void runner_forget(struct runner *r);

/* ---- cases ---- */

/* failure_say prints a failure as the options want it: text, TAP comment or JSON object; why: lines. */
void failure_say(const struct runner_options *o, const char *suite, const char *file,
                 const char *name, const char *fork, const char *why);

bool case_begin(struct runner *r, const char *name, const char *fork);
/* case_differs notes a difference; the case has failed. */
void case_differs(struct runner *r, const char *what, const char *expected, const char *got);
void case_differs_f(struct runner *r, const char *what, const char *expected, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Comparisons that note a difference; true: equal. */
bool case_hash(struct runner *r, const char *what, const bytes32 *expected, const bytes32 *got);
bool case_bytes(struct runner *r, const char *what, wh_span expected, wh_span got);
bool case_u64(struct runner *r, const char *what, uint64_t expected, uint64_t got);
void case_end(struct runner *r);
/* case_skip ends the case as skipped, for a reason that shows in its content alone: text is a row of the
 * file of skips, or the case fails. */
void case_skip(struct runner *r, const char *text);

/* case_segment writes a captured step of the case to the folder of --segments; without one it does nothing. */
void case_segment(struct runner *r, const uint8_t pre[SEG_STATE_SIZE], uint64_t target,
                  const bytes32 *input_hash, wh_span trace, uint64_t x,
                  const struct seg_result *result);

/* case_memory, case_stateless: which ways does this case run? A case of slow.def may run from traces in
 * one fork alone. */
bool case_memory(const struct runner *r);
bool case_stateless(const struct runner *r);

/* slow.def: members that run for long. */
bool member_is_slow(const char *path);

#endif
