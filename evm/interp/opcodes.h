/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_INTERP_OPCODES_H
#define WH_EVM_INTERP_OPCODES_H

/* The opcode table as constants, so that stack and gas checks compile to immediates. */

enum opcode {
#define OP(byte, name, pops, pushes, gas, since) OP_##name = (byte),
#include "evm/interp/opcodes.def"
#undef OP
};

enum {
#define OP(byte, name, pops, pushes, gas, since) OP_POPS_##name = (pops),
#include "evm/interp/opcodes.def"
#undef OP
};

enum {
#define OP(byte, name, pops, pushes, gas, since) OP_GROWS_##name = (pushes) - (pops),
#include "evm/interp/opcodes.def"
#undef OP
};

enum {
#define OP(byte, name, pops, pushes, gas, since) OP_GAS_##name = (gas),
#include "evm/interp/opcodes.def"
#undef OP
};

#endif
