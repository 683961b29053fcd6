/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_RPC_H
#define WH_DEPLOY_DEVNET_RPC_H

/* JSON-RPC 2.0 over the node: one row of methods.def per method. A handler reads its parameters with
 * the arg_ functions, writes its result as one JSON value and returns true; or it calls rpc_fail and
 * returns false. Error codes and texts are geth's. */

#include "deploy/devnet/node.h"
#include "proto/sys/json.h"

#define RPC_PARSE_ERROR     (-32700)
#define RPC_INVALID_REQUEST (-32600)
#define RPC_UNKNOWN_METHOD  (-32601)
#define RPC_INVALID_PARAMS  (-32602)
#define RPC_INTERNAL        (-32603)
#define RPC_SERVER          (-32000)
#define RPC_REVERTED        3

#define RPC_BATCH_MAX 1000u

struct rpc {
    struct node *node;
    const json_t *params; /* array or NULL */
    struct wh_jw w;       /* the result */
    int code;             /* 0: no error yet */
    char message[512];
    struct wh_buf data; /* of the error; shown if it is not empty or code is RPC_REVERTED */
};

/* rpc_handle answers one HTTP body; *reply may stay empty (notifications alone). Takes the lock. */
void rpc_handle(struct node *n, wh_span body, struct wh_buf *reply);

/* rpc_fail sets the error and returns false. */
bool rpc_fail(struct rpc *c, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* rpc_trouble: an error of this process; positive statuses are bugs here. */
bool rpc_trouble(struct rpc *c, wh_status status);

/* ---- rpc_args.c: parameter i. false: the error is set ---- */

size_t arg_count(const struct rpc *c);               /* trailing nulls do not count */
const json_t *arg_at(const struct rpc *c, size_t i); /* NULL: absent or null */
bool arg_address(struct rpc *c, size_t i, address *out);
bool arg_b32(struct rpc *c, size_t i, bytes32 *out);
/* A number: "0x1f", "31" or 31. */
bool arg_u64(struct rpc *c, size_t i, uint64_t *out);
bool arg_bool(struct rpc *c, size_t i, bool *out); /* absent: *out stays */
bool arg_data(struct rpc *c, size_t i, struct wh_buf *out);
/* A storage key: up to 32 bytes of hex, short forms allowed. */
bool arg_slot(struct rpc *c, size_t i, u256 *out);
/* A block: tag, number, or {blockHash, requireCanonical} / {blockNumber} (EIP-1898). Absent: latest.
 * *pending (may be NULL) tells the tag "pending"; *out is the head then. arg_block fails if there is
 * no such block; arg_block_opt gives NULL. */
bool arg_block(struct rpc *c, size_t i, struct block **out, bool *pending);
bool arg_block_opt(struct rpc *c, size_t i, struct block **out, bool *pending);
bool value_block(struct rpc *c, const json_t *v, struct block **out, bool *pending);

/* Values of objects; name is for the message. */
bool value_address(struct rpc *c, const json_t *v, const char *name, address *out);
bool value_b32(struct rpc *c, const json_t *v, const char *name, bytes32 *out);
bool value_u64(struct rpc *c, const json_t *v, const char *name, uint64_t *out);
bool value_u256(struct rpc *c, const json_t *v, const char *name, u256 *out);
bool value_data(struct rpc *c, const json_t *v, const char *name, struct wh_buf *out);

/* ---- rpc_show.c: the shapes of the execution API ---- */

void show_block(struct rpc *c, const char *key, const struct block *b, bool full);
void show_header_fields(struct rpc *c, const struct block *b);
/* t->block tells where it is; NULL: pending. */
void show_tx(struct rpc *c, const char *key, const struct txn *t);
void show_receipt(struct rpc *c, const char *key, const struct block *b, uint32_t i);
void show_log(struct rpc *c, const struct block *b, uint32_t tx, uint32_t log, bool removed);

/* ---- rpc_call.c ---- */

/* A transaction object as eth_call, eth_estimateGas and eth_sendTransaction take it. */
struct tx_args {
    address from, to;
    bool has_from, has_to, has_gas, has_price, has_max_fee, has_tip, has_nonce, has_blob_fee;
    uint64_t gas, nonce;
    u256 price, max_fee, tip, value, blob_fee;
    struct wh_buf data;           /* owns */
    struct wh_buf access_list;    /* owns: RLP payload of the list */
    struct wh_buf blobs;          /* owns: RLP payload of the versioned hashes */
    struct wh_buf authorizations; /* owns: RLP payload */
    uint32_t access_addresses, access_slots, blob_count, authorization_count;
};
bool arg_tx(struct rpc *c, size_t i, struct tx_args *out); /* out is to be released either way */
void tx_args_done(struct tx_args *a);
/* call_estimate: the least gas with which the transaction succeeds at b. */
bool call_estimate(struct rpc *c, struct tx_args *a, struct block *b, uint64_t *gas);

/* ---- handlers ---- */
#define RPC(name, handler, min, max) bool handler(struct rpc *c);
#include "deploy/devnet/methods.def"
#undef RPC

#endif
