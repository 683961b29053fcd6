/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_DIFF_PROCESS_H
#define WH_TESTS_DIFF_PROCESS_H

/* A process of anvil on a port of its own, mining on demand, with no accounts. */

#include <jansson.h>
#include <sys/types.h>

#include "proto/l1/rpc.h"

struct anvil_process {
    pid_t pid;
    struct l1_rpc *rpc;
    char log[64]; /* path, removed at the end */
};

/* anvil_process_start runs `program` with these arguments besides (NULL ends them). false says why on
 * stderr. */
bool anvil_process_start(struct anvil_process *a, const char *program, const char *const *args);
void anvil_process_stop(struct anvil_process *a);

/* anvil_hex is "0x..." as a JSON string; out of memory ends the process. */
json_t *anvil_hex(const void *bytes, size_t len);

#endif
