/* SPDX-License-Identifier: MIT */
/* Refused: a frame whose size is known at run time. */
void bad_use(char *p);
void bad(unsigned n);

void bad(unsigned n)
{
    char block[n];
    bad_use(block);
}
