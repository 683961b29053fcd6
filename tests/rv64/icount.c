/* SPDX-License-Identifier: MIT */
/* Counts the instructions that the guest executes between its marks (env_rv64.c). A plug-in of qemu-riscv64:
 *
 *   qemu-riscv64 -plugin build/icount.so,out=COUNTS guest
 *
 * writes one number a line, one for each pair of marks. Each block of translated code adds its length to a
 * counter when it is entered, so the count is exact where no instruction faults. The functions of qemu are declared
 * here (plug-in interface of qemu 7.2, version 1), as Debian has no package with them. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { INLINE_ADD_U64 = 0, CALL_MARK = 0x5747 };

typedef void on_block(uint64_t id, void *block);
typedef void on_call(uint64_t id, unsigned cpu, int64_t number, uint64_t a0, uint64_t a1,
                     uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7);

extern void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, on_block *cb);
extern void qemu_plugin_register_vcpu_tb_exec_inline(void *block, int op, void *p, uint64_t add);
extern void qemu_plugin_register_vcpu_syscall_cb(uint64_t id, on_call *cb);
extern size_t qemu_plugin_tb_n_insns(const void *block);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

static uint64_t executed, at_begin;
static FILE *out;

static void block_made(uint64_t id, void *block)
{
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_inline(block, INLINE_ADD_U64, &executed,
                                             qemu_plugin_tb_n_insns(block));
}

static void called(uint64_t id, unsigned cpu, int64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
                   uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7)
{
    (void)id, (void)cpu, (void)a1, (void)a2, (void)a3, (void)a4, (void)a5, (void)a6, (void)a7;
    if (number != CALL_MARK) return;
    if (a0 != 0) {
        at_begin = executed;
        return;
    }
    fprintf(out, "%llu\n", (unsigned long long)(executed - at_begin));
    fflush(out);
}

__attribute__((visibility("default"))) int qemu_plugin_install(uint64_t id, const void *info,
                                                               int argc, char **argv)
{
    (void)info;
    if (argc != 1 || strncmp(argv[0], "out=", 4) != 0) return 1;
    out = fopen(argv[0] + 4, "w");
    if (out == NULL) return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_made);
    qemu_plugin_register_vcpu_syscall_cb(id, called);
    return 0;
}
