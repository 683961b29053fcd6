/* SPDX-License-Identifier: MIT */
/* What a guest program lacks of evm/native: no libraries, so the table is empty and only the
 * portable one may be used; and the end of an assertion. */

#include <stdio.h>
#include <stdlib.h>

#include "evm/native/crypto.h"

const struct evm_crypto *wh_native_crypto(void)
{
    static const struct evm_crypto empty;
    return &empty;
}

void wh_assert_fail(const char *what, const char *file, int line)
{
    fprintf(stderr, "assertion failed: %s (%s:%d)\n", what, file, line);
    abort();
}
