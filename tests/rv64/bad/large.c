/* SPDX-License-Identifier: MIT */
/* Refused: an image of more than 1 MiB. */
const unsigned char bad_table[2 << 20] = {1};
const unsigned char *bad(void);

const unsigned char *bad(void)
{
    return bad_table;
}
