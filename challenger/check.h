/* SPDX-License-Identifier: MIT */
#ifndef WH_CHALLENGER_CHECK_H
#define WH_CHALLENGER_CHECK_H

#include "proto/block/check.h"
#include "proto/block/fileset.h"
#include "proto/sys/cli.h"

/* How `check` and `convert` were called. */
struct check_how {
    const char *program;
    bool json, quiet;
    struct fileset_hints hints;
    const struct wh_strlist *l2_rpc; /* endpoints for blocks by number; may be empty */
};

/* check_files re-executes block files and prints one verdict each (an object a line with json).
 * Returns the worst exit code: 6 invalid, 7 cannot tell, 0 all agree. */
int check_files(const struct check_how *how, const char *const *paths, size_t count);

/* check_range_parse: "N" or "A:B" (both ends included). False: neither. */
bool check_range_parse(const char *text, uint64_t *first, uint64_t *last);
/* check_range re-executes blocks that an L2 node brings (proto/fetch). Codes as of check_files; 2: a block
 * that does not exist; 4: the node does not answer. */
int check_range(const struct check_how *how, uint64_t first, uint64_t last);

/* check_claim prints what the store of a running daemon says of an assertion (0x and 64 hex digits):
 * 0 agree, 6 invalid, 7 cannot tell. */
int check_claim(const char *program, const char *datadir, const char *aid, bool json);

/* convert_files writes the one block of the files in another form (a word of forms.def). */
int convert_files(const struct check_how *how, const char *const *paths, size_t count,
                  const char *form, const char *out);

/* ---- shared by what checks ---- */

/* A place to run blocks in: address space that is touched lazily. */
struct check_ground {
    const struct evm_crypto *crypto;
    struct wh_arena arena;
    void *block;
};
WH_MUST wh_status check_ground_open(struct check_ground *g, struct wh_error *err);
void check_ground_close(struct check_ground *g);

/* check_say prints a report in the chosen form; returns its exit code. */
int check_say(const struct check_how *how, const char *name, const struct check_report *r);
/* check_worse: the code that counts when there are several. */
int check_worse(int a, int b);

#endif
