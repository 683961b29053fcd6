/* SPDX-License-Identifier: MIT */
/* Entry of the rv64im guest: maps memory, paints the stack, switches to it. */
    .section .text.start, "ax"
    .globl _start
_start:
    li a0, 0x01000000
    li a1, 0x3f000000
    li a2, 3        /* read, write */
    li a3, 0x4032   /* private, fixed, anonymous, no reserve */
    li a4, -1
    li a5, 0
    li a7, 222      /* mmap */
    ecall
    li t0, 0x01000000
    bne a0, t0, fail
    li t0, 0x3fe00000
    li t1, 0x3ffff000
    li t2, 0xa5a5a5a5a5a5a5a5
paint:
    sd t2, 0(t0)
    addi t0, t0, 8
    bltu t0, t1, paint
    mv sp, t1
    call guest_enter
fail:
    li a0, 4
    li a7, 93       /* exit */
    ecall
    j fail

    .section .text.env_call, "ax"
    .globl env_call
env_call:           /* (a0, a1, a2, number) */
    mv a7, a3
    ecall
    ret
