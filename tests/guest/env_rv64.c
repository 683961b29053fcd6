/* SPDX-License-Identifier: MIT */
/* The guest's machine under qemu-riscv64: Linux calls by number, no libc. Memory as in a proof machine of
 * 1 GiB: text from 0x10000, one arena, the stack at the top (start.S has mapped and painted it). */
#include "tests/guest/env.h"

enum { CALL_READ = 63, CALL_WRITE = 64, CALL_EXIT = 93, CALL_MARK = 0x5747 };

#define ARENA_START 0x01000000u
#define ARENA_END   0x3c000000u
#define STACK_PAINT ((uint64_t)0xa5a5a5a5a5a5a5a5)
#define STACK_LOW   0x3fe00000u /* painted from here */
#define STACK_TOP   0x3ffff000u

long env_call(long a, const void *b, unsigned long c, long number); /* start.S */
void guest_enter(void);

void guest_enter(void)
{
    guest_main((uint8_t *)ARENA_START, ARENA_END - ARENA_START);
    (void)env_call(0, NULL, 0, CALL_EXIT);
}

size_t env_read(uint8_t *out, size_t len)
{
    size_t have = 0;
    while (have < len) {
        const long got = env_call(0, out + have, len - have, CALL_READ);
        if (got <= 0) break;
        have += (size_t)got;
    }
    return have;
}

void env_write(const char *text, size_t len)
{
    while (len > 0) {
        const long done = env_call(1, text, len, CALL_WRITE);
        if (done <= 0) env_stop("the output is closed");
        text += done;
        len -= (size_t)done;
    }
}

/* No system knows the number: it does nothing, but icount.c sees it. */
void env_mark(bool begin)
{
    (void)env_call(begin, NULL, 0, CALL_MARK);
}

size_t env_stack_used(void)
{
    const uint64_t *p = (const uint64_t *)STACK_LOW;
    while (p < (const uint64_t *)STACK_TOP && *p == STACK_PAINT)
        p++;
    return STACK_TOP - (size_t)p;
}

void env_stop(const char *why)
{
    size_t len = 0;
    while (why[len] != 0)
        len++;
    (void)env_call(2, why, len, CALL_WRITE);
    (void)env_call(2, "\n", 1, CALL_WRITE);
    for (;;)
        (void)env_call(3, NULL, 0, CALL_EXIT);
}
