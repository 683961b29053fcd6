/* SPDX-License-Identifier: MIT */
/* What MemorySanitizer and valgrind must find: memory that is read before it is written. In place of guest.c;
 * run.py demands that the program is stopped. "again": memory of the arena that was written, given back and taken
 * again, which MemorySanitizer sees alone. */
#include "evm/base/arena.h"
#include "tests/guest/env.h"

void guest_main(uint8_t *memory, size_t size)
{
    struct wh_arena arena;
    uint8_t which;
    wh_arena_init(&arena, memory, size);
    uint8_t *p = WH_NEW(&arena, uint8_t, 64);
    if (p == NULL || env_read(&which, 1) != 1) env_stop("no input");
    if (which == 'a') {
        memset(p, 1, 64);
        wh_arena_rewind(&arena, 0);
        p = WH_NEW(&arena, uint8_t, 64);
    }
    if (which == 'w') memset(p, 1, 64);
    if (p != NULL && p[7] == 1)
        env_write("one\n", 4);
    else
        env_write("not one\n", 8);
}

void wh_assert_fail(const char *what, const char *file, int line)
{
    (void)file;
    (void)line;
    env_stop(what);
}
