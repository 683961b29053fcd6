/* SPDX-License-Identifier: MIT */
/* Refused: a frame of 8 KiB. */
void bad_use(char *p);
void bad(void);

void bad(void)
{
    char block[8192];
    bad_use(block);
}
