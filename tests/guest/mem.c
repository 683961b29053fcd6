/* SPDX-License-Identifier: MIT */
/* What a compiler asks for on a machine without a library: mem*, and integer helpers that rv64im has no
 * instruction for. Compiled with -fno-tree-loop-distribute-patterns, or memcpy would call itself. */
#include <stddef.h>
#include <stdint.h>

typedef uint64_t __attribute__((may_alias)) word;

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
int __clzdi2(unsigned long v);
int __ctzdi2(unsigned long v);
int __popcountdi2(unsigned long v);
uint32_t __bswapsi2(uint32_t v);
uint64_t __bswapdi2(uint64_t v);

__extension__ typedef unsigned __int128 u128;
u128 __udivti3(u128 a, u128 b);

/* Words where both sides allow it. */
void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    unsigned char *d = to;
    const unsigned char *s = from;
    if ((((uintptr_t)d ^ (uintptr_t)s) & 7) == 0) {
        for (; n > 0 && ((uintptr_t)d & 7) != 0; n--)
            *d++ = *s++;
        for (; n >= 32; n -= 32, d += 32, s += 32) {
            const word a = ((const word *)s)[0], b = ((const word *)s)[1];
            const word e = ((const word *)s)[2], f = ((const word *)s)[3];
            ((word *)d)[0] = a;
            ((word *)d)[1] = b;
            ((word *)d)[2] = e;
            ((word *)d)[3] = f;
        }
        for (; n >= 8; n -= 8, d += 8, s += 8)
            *(word *)d = *(const word *)s;
    }
    for (; n > 0; n--)
        *d++ = *s++;
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    unsigned char *d = (unsigned char *)to + n;
    const unsigned char *s = (const unsigned char *)from + n;
    if ((uintptr_t)to - (uintptr_t)from >= n) return memcpy(to, from, n); /* forward is safe */
    if ((((uintptr_t)d ^ (uintptr_t)s) & 7) == 0) {
        for (; n > 0 && ((uintptr_t)d & 7) != 0; n--)
            *--d = *--s;
        for (; n >= 8; n -= 8) {
            d -= 8;
            s -= 8;
            *(word *)d = *(const word *)s;
        }
    }
    for (; n > 0; n--)
        *--d = *--s;
    return to;
}

void *memset(void *to, int c, size_t n)
{
    unsigned char *d = to;
    const word all = (word)(unsigned char)c * 0x0101010101010101u;
    for (; n > 0 && ((uintptr_t)d & 7) != 0; n--)
        *d++ = (unsigned char)c;
    for (; n >= 32; n -= 32, d += 32) {
        ((word *)d)[0] = all;
        ((word *)d)[1] = all;
        ((word *)d)[2] = all;
        ((word *)d)[3] = all;
    }
    for (; n >= 8; n -= 8, d += 8)
        *(word *)d = all;
    for (; n > 0; n--)
        *d++ = (unsigned char)c;
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *p = a, *q = b;
    if ((((uintptr_t)p | (uintptr_t)q) & 7) == 0)
        for (; n >= 8 && *(const word *)p == *(const word *)q; n -= 8) {
            p += 8;
            q += 8;
        }
    for (; n > 0; n--, p++, q++)
        if (*p != *q) return *p < *q ? -1 : 1;
    return 0;
}

int __clzdi2(unsigned long v)
{
    int n = 0;
    for (int width = 32; width > 0; width /= 2)
        if (v >> (64 - width) == 0) {
            v <<= width;
            n += width;
        }
    return n;
}

int __ctzdi2(unsigned long v)
{
    return 63 - __clzdi2(v & (0 - v));
}

int __popcountdi2(unsigned long v)
{
    v -= (v >> 1) & 0x5555555555555555u;
    v = (v & 0x3333333333333333u) + ((v >> 2) & 0x3333333333333333u);
    v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (int)((v * 0x0101010101010101u) >> 56);
}

uint32_t __bswapsi2(uint32_t v)
{
    return v >> 24 | (v >> 8 & 0xff00u) | (v & 0xff00u) << 8 | v << 24;
}

uint64_t __bswapdi2(uint64_t v)
{
    v = (v >> 8 & 0x00ff00ff00ff00ffu) | (v & 0x00ff00ff00ff00ffu) << 8;
    v = (v >> 16 & 0x0000ffff0000ffffu) | (v & 0x0000ffff0000ffffu) << 16;
    return v >> 32 | v << 32;
}

/* Bit by bit: prices use it, no loop does. */
u128 __udivti3(u128 a, u128 b)
{
    u128 quotient = 0, rest = 0;
    if ((uint64_t)(a >> 64) == 0 && (uint64_t)(b >> 64) == 0) return (uint64_t)a / (uint64_t)b;
    for (int i = 127; i >= 0; i--) {
        const uint64_t over = (uint64_t)(rest >> 127);
        rest = rest << 1 | ((a >> i) & 1);
        if (over != 0 || rest >= b) {
            rest -= b;
            quotient |= (u128)1 << i;
        }
    }
    return quotient;
}
