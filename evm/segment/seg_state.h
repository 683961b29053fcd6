/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_SEG_STATE_H
#define WH_EVM_SEGMENT_SEG_STATE_H

/* SegState: all that crosses the boundary between two steps, 1,024 bytes (PROTOCOL 2). The leaf of
 * a history is keccak(0x00 || SegState). The layout is the table seg_state.def; encode and decode
 * are made from it. */

#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/status.h"
#include "evm/base/u256.h"

#define SEG_STATE_SIZE  1024
#define SEG_OPEN_FIELDS 0x0C0 /* from here on (and fork) all is zero unless OPEN */

enum seg_phase { SEG_SEALED = 0, SEG_OPEN = 1, SEG_INVALID = 2 };

/* Kind of the next step; also the kind byte of a trace. */
enum seg_kind { SEG_IDLE = 0, SEG_BEGIN = 1, SEG_TX = 2, SEG_END = 3 };

typedef struct bytes256 {
    uint8_t b[256];
} bytes256;

/* Decoded form; meanings in PROTOCOL 2. */
struct seg_state {
#define SEG_TYPE_u8           uint8_t
#define SEG_TYPE_u32          uint32_t
#define SEG_TYPE_u64          uint64_t
#define SEG_TYPE_u256         u256
#define SEG_TYPE_b32          bytes32
#define SEG_TYPE_b20          address
#define SEG_TYPE_b256         bytes256
#define F(kind, offset, name) SEG_TYPE_##kind name;
#define Z(offset, length)
#include "evm/segment/seg_state.def"
#undef F
#undef Z
};

/* seg_state_decode checks magic, phase, reserved and closed fields, nothing else, and reads all
 * fields. WH_E_FORMAT: not well formed; *out is undefined. */
WH_MUST wh_status seg_state_decode(const uint8_t in[SEG_STATE_SIZE], struct seg_state *out);

/* seg_state_encode writes the 1,024 bytes. Bug if phase, or a closed field, breaks the rule. */
void seg_state_encode(const struct seg_state *s, uint8_t out[SEG_STATE_SIZE]);

/* seg_leaf is keccak(0x00 || state). */
void seg_leaf(const struct evm_crypto *crypto, const uint8_t state[SEG_STATE_SIZE], bytes32 *leaf);

/* seg_halted: INVALID, or SEALED with inbox_pos >= target. Reads two fixed offsets alone. */
bool seg_halted(const uint8_t state[SEG_STATE_SIZE], uint64_t target);

/* seg_next is the kind of the step that follows. state is well formed. */
enum seg_kind seg_next(const uint8_t state[SEG_STATE_SIZE], uint64_t target);

/* seg_invalid writes INVALID(pre): phase 2, fork 0, zero from 0x0C0 on. out may be pre. */
void seg_invalid(const uint8_t pre[SEG_STATE_SIZE], uint8_t out[SEG_STATE_SIZE]);

#endif
