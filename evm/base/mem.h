/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_BASE_MEM_H
#define WH_EVM_BASE_MEM_H

/* mem* without <string.h>: pure rooms are freestanding, and with -ffreestanding a plain memcpy of
 * 8 bytes becomes a call. The builtins expand in line where the size is known. */
#include <stddef.h>

#if !__STDC_HOSTED__
#    define memcpy(d, s, n)  __builtin_memcpy((d), (s), (n))
#    define memmove(d, s, n) __builtin_memmove((d), (s), (n))
#    define memset(d, c, n)  __builtin_memset((d), (c), (n))
#    define memcmp(a, b, n)  __builtin_memcmp((a), (b), (n))
#else
#    include <string.h>
#endif

#endif
