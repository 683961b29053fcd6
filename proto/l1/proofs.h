/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_L1_PROOFS_H
#define WH_PROTO_L1_PROOFS_H

/* Proof bytes of the two step verifiers (PROTOCOL 8), EXECUTE's prepaid balances (PROTOCOL 6), the
 * game's configuration as the contract answers it. Encoders append; check wh_buf_ok at the end. */

#include "evm/base/u256.h"
#include "game/core/config.h"
#include "proto/sys/buf.h"
#include "proto/sys/error.h"

#define L1_CHUNK_MAX 100000u /* bytes of a trace in calldata, or of one TraceStore chunk */

extern const address L1_EXECUTE_ADDRESS; /* 0x..0101 */
/* Slot of an account's prepaid balance in 0x0101: 2^160 + account. */
bytes32 l1_execute_slot(const address *account);

/* ExecutePrecompile: u64 X | u8 0 | trace, and u64 X | u8 1 | u32 trace_len | u16 n | n hashes. */
void l1_proof_run(uint64_t x, wh_span trace, struct wh_buf *out);
void l1_proof_chunks(uint64_t x, uint32_t trace_len, const bytes32 *chunks, uint16_t n,
                     struct wh_buf *out);

/* A signer's statement about one step (AttestedExecute). */
struct l1_statement {
    uint64_t l1_chain_id, target;
    address verifier;
    bytes32 exec_id, pre_leaf, input_hash, post_leaf;
};
struct l1_attestation {
    address signer;
    uint8_t sig[65]; /* r | s | v, v = 27 or 28 */
};
/* l1_attest_digest: the EIP-712 digest, domain {WhittleStep, 1, chain, verifier}. */
bytes32 l1_attest_digest(const struct l1_statement *st);
WH_MUST wh_status l1_attest(const struct l1_statement *st, const uint8_t secret[32],
                            struct l1_attestation *out, struct wh_error *err);
/* l1_attest_check recovers the signer; WH_ERR_ABI_FORM if sig is no low-s signature. */
WH_MUST wh_status l1_attest_check(const struct l1_statement *st, const uint8_t sig[65],
                                  address *signer, struct wh_error *err);
/* l1_proof_attested: b32 postLeaf | k signatures, ascending by signer; sorts v in place. */
void l1_proof_attested(const bytes32 *post_leaf, struct l1_attestation *v, size_t k,
                       struct wh_buf *out);

/* l1_decode_config reads what config() answers: 22 words (PROTOCOL 1), strict. */
WH_MUST wh_status l1_decode_config(wh_span bytes, struct game_config *out, struct wh_error *err);

#endif
