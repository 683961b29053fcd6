/* SPDX-License-Identifier: MIT */
/* Refused: a function that calls itself. */
unsigned bad(unsigned n);

unsigned bad(unsigned n)
{
    return n < 2 ? n : bad(n - 1) + bad(n - 2);
}
