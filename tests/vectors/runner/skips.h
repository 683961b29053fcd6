/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_SKIPS_H
#define WH_TESTS_VECTORS_RUNNER_SKIPS_H

/* Cases that are not run, each with its reason: lines `TEXT -- REASON` of one file. TEXT is a part of
 * "suite/path::case[fork]". */

#include <stdbool.h>
#include <stdio.h>

struct skip {
    char *text, *reason; /* owned */
};

struct skips {
    struct skip *rows; /* owns */
    size_t count;
};

/* skips_read: false if the file cannot be read, or a line has no reason. NULL: no skips. */
bool skips_read(struct skips *s, const char *path);
/* skips_find is the row that covers this case, or NULL. */
const struct skip *skips_find(const struct skips *s, const char *suite, const char *path,
                              const char *name, const char *fork);
void skips_print(const struct skips *s, FILE *out);
void skips_done(struct skips *s);

#endif
