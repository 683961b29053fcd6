/* SPDX-License-Identifier: MIT */
/* Refused: a static local. */
int bad(void);

int bad(void)
{
    static int calls;
    return ++calls;
}
