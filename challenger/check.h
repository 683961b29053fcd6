/* SPDX-License-Identifier: MIT */
#ifndef WH_CHALLENGER_CHECK_H
#define WH_CHALLENGER_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* check_files re-executes block files and prints one verdict each (an object a line with json).
 * Returns the worst exit code: 6 invalid, 7 cannot tell, 0 all agree. */
int check_files(const char *program, const char *const *paths, size_t count, bool json, bool quiet);

/* check_claim prints what the store of a running daemon says of an assertion (0x and 64 hex digits):
 * 0 agree, 6 invalid, 7 cannot tell. */
int check_claim(const char *program, const char *datadir, const char *aid, bool json);

#endif
