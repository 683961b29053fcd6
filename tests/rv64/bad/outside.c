/* SPDX-License-Identifier: MIT */
/* Refused: a function of a library. */
int puts(const char *s);
int bad(void);

int bad(void)
{
    return puts("bad");
}
