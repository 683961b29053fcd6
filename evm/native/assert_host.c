/* SPDX-License-Identifier: MIT */
/* The host's end of WH_ASSERT: say what broke and abort (exit by signal; a bug, never a verdict). */
#include <stdio.h>
#include <stdlib.h>

#include "evm/base/status.h"

void wh_assert_fail(const char *what, const char *file, int line)
{
    fprintf(stderr, "whittle: bug: assertion failed: %s (%s:%d)\n", what, file, line);
    abort();
}
