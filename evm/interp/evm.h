/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_INTERP_EVM_H
#define WH_EVM_INTERP_EVM_H

/* The virtual machine: message calls and creations over a journaled state (Yellow Paper 9, and the
 * EIPs of the active fork). Everything that a fork changes is a row of a table (rules.h, opcodes.def).
 * When it asks for an account, slot or code is the table of load points of PROTOCOL 4.3. */

#include "evm/base/arena.h"
#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/fork.h"
#include "evm/base/status.h"
#include "evm/base/u256.h"
#include "evm/state/state.h"

#define EVM_DEPTH_MAX 1024 /* depth of the deepest frame; the outermost has depth 0 */
#define EVM_STACK_MAX 1024 /* words of a frame's stack */

struct evm;

/* What the block gives to all its transactions. */
struct evm_block {
    enum evm_fork fork;
    uint64_t chain_id;
    uint64_t number;
    uint64_t timestamp; /* seconds */
    uint64_t gas_limit;
    address coinbase;
    u256 base_fee;      /* wei per gas; 0 before London */
    u256 blob_base_fee; /* wei per blob gas; 0 before Cancun */
    bytes32 randao;     /* PREVRANDAO from Paris on, else DIFFICULTY as a word */
    /* block_hash answers BLOCKHASH for number-256 <= n < number; a hash that is not known is
     * WH_E_MISSING, never zero (T6). Called only in range. */
    wh_status (*block_hash)(void *ctx, uint64_t n, bytes32 *out);
    void *block_hash_ctx;
};

/* What the transaction gives to all its frames. */
struct evm_origin {
    address origin;
    u256 gas_price;       /* effective, wei per gas */
    const bytes32 *blobs; /* versioned hashes, borrowed */
    uint32_t blob_count;
};

enum evm_halt {
    EVM_SUCCESS = 0,
    EVM_REVERT = 1,
    EVM_FAILURE = 2, /* exceptional halt: all gas of the frame is gone */
};

enum evm_call_kind {
    EVM_CALL,
    EVM_CALLCODE,
    EVM_DELEGATECALL,
    EVM_STATICCALL,
    EVM_CREATE,
    EVM_CREATE2,
};

struct evm_message {
    enum evm_call_kind kind;
    bool is_static;
    bool is_system; /* EIP-4788 and others: the caller's account is not read, no value moves */
    uint16_t depth;
    int64_t gas;
    address caller;
    address to;        /* whose storage runs; for creations: the new address */
    address code_from; /* whose code runs; equals to but in CALLCODE and DELEGATECALL */
    u256 value;
    wh_span input; /* for creations: init code */
};

struct evm_result {
    enum evm_halt halt;
    int64_t gas_left;
    wh_span output;  /* in the arena from its mark at entry on, until the caller rewinds */
    address created; /* creations */
};

/* An address that the host answers itself instead of code, like a precompile: EXECUTE on the
 * devnet's L1. call is given the message after checkpoint and transfer of value; gas_left, halt and
 * output (borrowed until the next call of the host) are its outcome. A status other than WH_OK ends
 * the run of the transaction. */
struct evm_host_contract {
    address at;
    void *ctx;
    wh_status (*call)(void *ctx, struct evm *evm, const struct evm_message *msg,
                      struct evm_result *out);
};

/* Optional observer of each instruction (EIP-3155 lines); costs nothing when NULL. */
struct evm_step {
    uint64_t pc;
    uint8_t op;
    uint16_t depth;    /* 1 for the outermost frame, as EIP-3155 counts */
    int64_t gas;       /* before the instruction */
    int64_t gas_above; /* left to the calling frame; 0 in the outermost */
    size_t memory_len; /* bytes */
    int64_t refund;
    const u256 *stack; /* bottom first */
    size_t stack_len;
    wh_span returned;  /* what RETURNDATACOPY would read */
    const address *at; /* whose storage runs */
};
struct evm_tracer {
    void *ctx;
    void (*step)(void *ctx, const struct evm_step *step);
};

struct evm {
    struct state *state; /* borrowed */
    const struct evm_crypto *crypto;
    const struct evm_block *block;
    const struct evm_origin *origin;
    struct wh_arena *arena; /* frames, memory, stacks, output; never the arena of the state */
    const struct evm_host_contract *host; /* may be NULL */
    const struct evm_tracer *tracer;      /* may be NULL */
};

/* evm_execute runs one top-level message to its end with an explicit frame stack (no recursion).
 * The sender's nonce and gas are the caller's matter; value moves here. For creations the caller has
 * chosen msg->to, raised the creator's nonce and warmed the address. A transaction of the state is open.
 * WH_OK: out is an outcome of the EVM. Any other status (missing preimage, witness cap, no memory)
 * unwinds through all frames and is invisible to the EVM (F1, R5); it sticks in the state. */
WH_MUST wh_status evm_execute(struct evm *evm, const struct evm_message *msg,
                              struct evm_result *out);

/* evm_system_call: PROTOCOL 4.1. Caller 0xff..fe, 30,000,000 gas, price = base fee, its own
 * transaction of the state, committed before return. *has_code: the target has code; without it
 * nothing happens. out may be NULL. */
WH_MUST wh_status evm_system_call(struct evm *evm, const address *to, wh_span data, bool *has_code,
                                  struct evm_result *out);

/* evm_create_address: keccak(rlp(sender, nonce)) (Yellow Paper 7). evm_create2_address: EIP-1014. */
void evm_create_address(const struct evm_crypto *crypto, const address *sender, uint64_t nonce,
                        address *out);
void evm_create2_address(const struct evm_crypto *crypto, const address *sender,
                         const bytes32 *salt, const bytes32 *init_hash, address *out);

/* evm_opcode_name is the name of an opcode, NULL if no fork has it. */
const char *evm_opcode_name(uint8_t op);

#endif
