/* SPDX-License-Identifier: MIT */
/* Refused: a global that can be written. */
int bad_value = 7;
int bad(void);

int bad(void)
{
    return bad_value++;
}
