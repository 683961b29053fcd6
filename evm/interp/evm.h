/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_INTERP_EVM_H
#define WH_EVM_INTERP_EVM_H

/* The virtual machine: message calls and creations over a journaled state (Yellow Paper 9, and the
 * EIPs of the active fork). Everything that a fork changes is a row of a table. */

#include "evm/base/arena.h"
#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/fork.h"
#include "evm/base/status.h"
#include "evm/base/u256.h"

struct state;      /* evm/state/state.h */
struct code_cache; /* jumpdest maps by code hash; result-neutral, may be NULL */
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
    const bytes32 *blobs; /* versioned hashes */
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
    EVM_CREATE2
};

struct evm_message {
    enum evm_call_kind kind;
    bool is_static;
    uint16_t depth;
    int64_t gas;
    address caller;
    address to;        /* whose storage runs; for creations: the new address */
    address code_from; /* whose code runs */
    u256 value;
    wh_span input; /* for creations: init code */
};

struct evm_result {
    enum evm_halt halt;
    int64_t gas_left;
    wh_span output; /* lives in the arena until the caller rewinds */
    address created;
};

/* An address that the host answers itself instead of code, like a precompile: EXECUTE on the
 * devnet's L1. A negative or WH_E_MISSING status ends the transaction's run. */
struct evm_host_contract {
    address at;
    void *ctx;
    wh_status (*call)(void *ctx, struct evm *evm, const struct evm_message *msg,
                      struct evm_result *out);
};

/* A log of the running transaction, in order of emission. */
struct evm_log {
    address at;
    uint8_t topic_count;
    bytes32 topics[4];
    wh_span data;
};

/* Optional observer of each instruction (EIP-3155 lines); costs nothing when NULL. */
struct evm_tracer;

struct evm {
    struct state *state; /* borrowed */
    const struct evm_crypto *crypto;
    const struct evm_block *block;
    const struct evm_origin *origin;
    struct wh_arena *arena;               /* frames, memory, stacks, output */
    struct code_cache *codes;             /* may be NULL */
    const struct evm_host_contract *host; /* may be NULL */
    const struct evm_tracer *tracer;      /* may be NULL */
};

/* evm_execute runs one top-level message to its end with an explicit frame stack (no recursion).
 * WH_OK: out is an outcome of the EVM. Any other status (missing preimage, witness cap, no memory)
 * unwinds through all frames and is invisible to the EVM (F1, R5). */
WH_MUST wh_status evm_execute(struct evm *evm, const struct evm_message *msg,
                              struct evm_result *out);

#endif
