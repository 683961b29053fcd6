/* SPDX-License-Identifier: MIT */
/* The guest program as a hosted one: for MemorySanitizer, valgrind and machines of the other byte order. The
 * memory comes from malloc, so that both tools take it for uninitialised. */
#include "tests/guest/env.h"

#include <stdio.h>
#include <stdlib.h>

#ifndef GUEST_MEMORY
#    define GUEST_MEMORY ((size_t)944 << 20)
#endif

size_t env_read(uint8_t *out, size_t len)
{
    return fread(out, 1, len, stdin);
}

void env_write(const char *text, size_t len)
{
    if (fwrite(text, 1, len, stdout) != len) env_stop("the output is closed");
}

void env_mark(bool begin)
{
    (void)begin;
}

size_t env_stack_used(void)
{
    return 0;
}

void env_stop(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(3);
}

int main(void)
{
    void *memory = malloc(GUEST_MEMORY);
    if (memory == NULL) return 3;
    guest_main(memory, GUEST_MEMORY);
    free(memory);
    return fflush(stdout) != 0;
}
