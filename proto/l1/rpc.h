/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_L1_RPC_H
#define WH_PROTO_L1_RPC_H

/* JSON-RPC over libcurl, strict: an answer must be the JSON-RPC 2.0 answer to the question that
 * was asked (id, version, exactly one of result and error). null, an error object, HTML or a short
 * answer is trouble (negative status, WH_ERR_RPC_*), never data, and never "absent".
 *
 * Several endpoints: reads go to the first that works (fail-over with back-off); block hashes that
 * matter are asked of all and need the quorum; transactions go to all. Not thread-safe: one
 * `struct l1_rpc` a thread. */

#include <jansson.h>

#include "evm/base/u256.h"
#include "proto/sys/buf.h"
#include "proto/sys/error.h"

#define L1_ENDPOINTS_MAX 16

/* How a request reaches an endpoint. NULL in the configuration: libcurl. Tests bring their own.
 * Returns WH_OK with the HTTP status and the body, or a WH_ERR_RPC_{CONNECT,TIMEOUT,SIZE}. */
typedef wh_status l1_transport(void *ctx, const char *url, wh_span body, size_t max_reply,
                               long *http_status, struct wh_buf *reply, struct wh_error *err);

struct l1_rpc_config {
    const char *const *urls; /* borrowed while open; "@FILE" reads the URL from a file */
    size_t url_count;
    unsigned quorum;         /* endpoints that must agree on a block hash; 0 = 1 */
    uint64_t timeout_ms;     /* per request; 0: 10 s */
    size_t max_body;         /* bytes of an answer; 0: 64 MiB */
    unsigned batch;          /* requests in one batch; 0: 20. Halved on limit errors */
    uint64_t max_log_blocks; /* blocks in one eth_getLogs; 0: 5,000. Halved on limit errors */
    l1_transport *transport;
    void *transport_ctx;
};

struct l1_rpc;

WH_MUST wh_status l1_rpc_open(struct l1_rpc **out, const struct l1_rpc_config *config,
                              struct wh_error *err);
void l1_rpc_close(struct l1_rpc *r); /* takes NULL */

unsigned l1_rpc_quorum(const struct l1_rpc *r); /* as configured, at least 1 */

/* What the node's last error object said (code 0: none). data: the revert bytes of an eth_call or
 * eth_estimateGas, if any. Borrowed until the next request. */
struct l1_fault {
    int64_t code;
    char message[256];
    struct wh_buf data;
};
const struct l1_fault *l1_rpc_fault(const struct l1_rpc *r);

/* l1_rpc_call asks one method. params is stolen (a json array; NULL: []). *result is not null and
 * freed by the caller with json_decref. l1_rpc_call_null: null is an answer (*result NULL). */
WH_MUST wh_status l1_rpc_call(struct l1_rpc *r, const char *method, json_t *params, json_t **result,
                              struct wh_error *err);
WH_MUST wh_status l1_rpc_call_null(struct l1_rpc *r, const char *method, json_t *params,
                                   json_t **result, struct wh_error *err);
/* l1_rpc_batch asks n times in batches; params[i] are stolen; results[i] not null. All or nothing. */
WH_MUST wh_status l1_rpc_batch(struct l1_rpc *r, const char *method, size_t n, json_t **params,
                               json_t **results, struct wh_error *err);

/* l1_rpc_check_chain: every endpoint that answers is on this chain (else WH_ERR_RPC_CHAIN), and at
 * least the quorum answers. */
WH_MUST wh_status l1_rpc_check_chain(struct l1_rpc *r, uint64_t chain_id, struct wh_error *err);
WH_MUST wh_status l1_chain_id(struct l1_rpc *r, uint64_t *out, struct wh_error *err);

/* Which block: a tag, a number, or (pinned reads, EIP-1898 with requireCanonical) a hash. */
enum l1_at_kind { L1_LATEST, L1_SAFE, L1_FINALIZED, L1_PENDING, L1_NUMBER, L1_HASH };
struct l1_at {
    enum l1_at_kind kind;
    uint64_t number;
    bytes32 hash;
};
#define L1_AT_LATEST ((struct l1_at){.kind = L1_LATEST})
static inline struct l1_at l1_at_number(uint64_t n)
{
    return (struct l1_at){L1_NUMBER, n, {{0}}};
}
static inline struct l1_at l1_at_hash(const bytes32 *h)
{
    return (struct l1_at){L1_HASH, 0, *h};
}
bool l1_tag_parse(const char *text, struct l1_at *out); /* latest safe finalized pending */

struct l1_block {
    uint64_t number, timestamp, gas_limit, gas_used;
    bytes32 hash, parent_hash, state_root;
    u256 base_fee; /* 0 before London */
};

/* l1_block_at: *found false if the node has no such block (null). */
WH_MUST wh_status l1_block_at(struct l1_rpc *r, const struct l1_at *at, struct l1_block *out,
                              bool *found, struct wh_error *err);
/* l1_blocks reads the headers of numbers[0..n) in batches; a missing one is WH_ERR_RPC_NULL. */
WH_MUST wh_status l1_blocks(struct l1_rpc *r, const uint64_t *numbers, size_t n,
                            struct l1_block *out, struct wh_error *err);
/* l1_quorum_tip: the highest block number that the quorum of endpoints has reached at this tag. A read
 * up to there can be agreed on, where one up to the first endpoint's tip waits for the last. */
WH_MUST wh_status l1_quorum_tip(struct l1_rpc *r, const struct l1_at *tag, uint64_t *number,
                                struct wh_error *err);
/* l1_quorum_hash asks all endpoints for block number's hash: WH_OK if at least the quorum give
 * *hash and none another; else WH_ERR_RPC_QUORUM. */
WH_MUST wh_status l1_quorum_hash(struct l1_rpc *r, uint64_t number, const bytes32 *hash,
                                 struct wh_error *err);

struct l1_log {
    address addr;
    unsigned topic_count;
    bytes32 topics[4];
    wh_span data; /* borrows from the l1_logs */
    uint64_t block_number;
    bytes32 block_hash, tx_hash;
    uint32_t tx_index, log_index;
};
struct l1_logs {
    struct l1_log *v; /* owns; ascending by (block, log index), checked */
    size_t count, cap;
    struct wh_buf bytes;
};
void l1_logs_done(struct l1_logs *logs);

/* l1_get_logs reads the logs of [first, last] (at most max_log_blocks a request, halved on limit
 * errors) of any of the addresses. Every log is checked against the filter. Appends nothing on
 * failure. */
WH_MUST wh_status l1_get_logs(struct l1_rpc *r, uint64_t first, uint64_t last, const address *addrs,
                              size_t addr_count, struct l1_logs *out, struct wh_error *err);
/* l1_get_logs_of: the logs of n blocks, each asked for by its hash (EIP-234), in batches: a node that
 * does not have the block says so, where a range is answered with what it has. Of *blocks the
 * numbers and hashes count, ascending. Appends nothing on failure. */
WH_MUST wh_status l1_get_logs_of(struct l1_rpc *r, const struct l1_block *blocks, size_t n,
                                 const address *addrs, size_t addr_count, struct l1_logs *out,
                                 struct wh_error *err);

/* l1_call is eth_call. from may be NULL. The answer's bytes are appended to *out. A revert is
 * WH_ERR_RPC_REVERT with l1_rpc_fault()->data. */
WH_MUST wh_status l1_call(struct l1_rpc *r, const address *from, const address *to, wh_span data,
                          const struct l1_at *at, struct wh_buf *out, struct wh_error *err);
/* l1_send_raw sends to all endpoints; WH_OK if one took it (or knows it already). *hash must be
 * keccak(raw), else WH_ERR_RPC_FORM. A refusal is WH_ERR_TX_REFUSED (l1_rpc_fault), lack of funds
 * WH_ERR_TX_FUNDS. */
WH_MUST wh_status l1_send_raw(struct l1_rpc *r, wh_span raw, const bytes32 *hash,
                              struct wh_error *err);

struct l1_receipt {
    bytes32 tx_hash, block_hash;
    uint64_t block_number, gas_used;
    u256 gas_price;   /* effective */
    bool ok;          /* status 1 */
    address contract; /* zero: none created */
};
WH_MUST wh_status l1_get_receipt(struct l1_rpc *r, const bytes32 *tx, struct l1_receipt *out,
                                 bool *found, struct wh_error *err);

struct l1_tx {
    bytes32 hash, block_hash;
    uint64_t nonce, block_number;
    address from, to;
    bool mined, creates;
    u256 value;
    struct wh_buf input; /* owns */
};
void l1_tx_done(struct l1_tx *tx);
WH_MUST wh_status l1_get_tx(struct l1_rpc *r, const bytes32 *tx, struct l1_tx *out, bool *found,
                            struct wh_error *err);

WH_MUST wh_status l1_nonce(struct l1_rpc *r, const address *who, const struct l1_at *at,
                           uint64_t *out, struct wh_error *err);
WH_MUST wh_status l1_balance(struct l1_rpc *r, const address *who, const struct l1_at *at,
                             u256 *out, struct wh_error *err);
WH_MUST wh_status l1_code(struct l1_rpc *r, const address *who, const struct l1_at *at,
                          struct wh_buf *out, struct wh_error *err);
WH_MUST wh_status l1_storage(struct l1_rpc *r, const address *who, const bytes32 *slot,
                             const struct l1_at *at, bytes32 *out, struct wh_error *err);
/* l1_check_code: the address has code, else WH_ERR_CFG_NOCODE (what names it). */
WH_MUST wh_status l1_check_code(struct l1_rpc *r, const address *who, const char *what,
                                struct wh_error *err);

struct l1_fees {
    u256 base_fee; /* of the next block */
    u256 tip;      /* median of the last blocks' 50th percentiles; 0 if unknown */
};
WH_MUST wh_status l1_get_fees(struct l1_rpc *r, struct l1_fees *out, struct wh_error *err);

/* Raw results for those who read more of them; json_decref. */
WH_MUST wh_status l1_get_proof(struct l1_rpc *r, const address *who, const bytes32 *slots,
                               size_t slot_count, const struct l1_at *at, json_t **result,
                               struct wh_error *err);
WH_MUST wh_status l1_execution_witness(struct l1_rpc *r, uint64_t number, json_t **result,
                                       struct wh_error *err);

/* Methods of a development node (whittle-devnet, anvil). */
WH_MUST wh_status l1_dev_increase_time(struct l1_rpc *r, uint64_t seconds, struct wh_error *err);
WH_MUST wh_status l1_dev_mine(struct l1_rpc *r, uint64_t blocks, struct wh_error *err);
WH_MUST wh_status l1_dev_snapshot(struct l1_rpc *r, u256 *id, struct wh_error *err);
WH_MUST wh_status l1_dev_revert(struct l1_rpc *r, const u256 *id, struct wh_error *err);
WH_MUST wh_status l1_dev_set_time(struct l1_rpc *r, uint64_t timestamp, struct wh_error *err);
/* l1_dev_reorg drops the last `depth` blocks (whittle_reorg). */
WH_MUST wh_status l1_dev_reorg(struct l1_rpc *r, uint64_t depth, struct wh_error *err);

#endif
