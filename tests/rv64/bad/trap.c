/* SPDX-License-Identifier: MIT */
/* Refused: ebreak. */
void bad(void);

void bad(void)
{
    __builtin_trap();
}
