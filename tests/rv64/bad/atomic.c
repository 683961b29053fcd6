/* SPDX-License-Identifier: MIT */
/* Refused: an atomic operation. */
int bad(int *p);

int bad(int *p)
{
    return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST);
}
