/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_GUEST_ENV_H
#define WH_TESTS_GUEST_ENV_H

/* What the guest program needs of the machine it runs on: env_rv64.c under qemu-user, env_host.c in a
 * hosted program of any machine. */

#include "evm/base/bytes.h"

/* guest_main runs all statements. memory: size bytes, not cleared, aligned to 16. */
void guest_main(uint8_t *memory, size_t size);

/* env_read fills out from the input; less than len: it has ended. */
size_t env_read(uint8_t *out, size_t len);
void env_write(const char *text, size_t len);
/* env_mark surrounds what is measured: begin, then not. */
void env_mark(bool begin);
/* env_stack_used is the deepest that the stack has been, in bytes; 0 where nobody measures. */
size_t env_stack_used(void);
/* env_stop says why on the error output and ends the program with 3. */
_Noreturn void env_stop(const char *why);

#endif
