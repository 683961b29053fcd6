/* SPDX-License-Identifier: MIT */
/* Refused: code that runs before the program. */
void bad_use(void);
void bad(void);

__attribute__((constructor)) void bad(void)
{
    bad_use();
}
