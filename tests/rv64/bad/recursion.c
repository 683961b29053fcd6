/* SPDX-License-Identifier: MIT */
/* Refused: two functions that call each other. */
__attribute__((noinline)) int bad_odd(int n);
__attribute__((noinline)) int bad(int n);

int bad(int n)
{
    return n == 0 ? 1 : bad_odd(n - 1) + 1;
}

int bad_odd(int n)
{
    return n == 0 ? 0 : bad(n - 1) + 1;
}
