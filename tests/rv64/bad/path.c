/* SPDX-License-Identifier: MIT */
/* Refused: the directory of the build in its bytes. */
const char *bad(void);

const char *bad(void)
{
    return __FILE__;
}
