/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_L1_SEND_H
#define WH_PROTO_L1_SEND_H

/* One transaction, sent and waited for: for commands that a person runs (deploy, post-block). What
 * daemons send goes through the outbox. */

#include "proto/l1/keys.h"
#include "proto/l1/rpc.h"

struct l1_send {
    struct l1_rpc *rpc;       /* borrowed */
    const struct l1_key *key; /* borrowed */
    uint64_t chain_id;
    const address *to;  /* NULL: contract creation */
    uint64_t gas_limit; /* 0: eth_estimateGas and a fifth on top */
    u256 value;         /* wei */
    wh_span data;       /* borrowed */
    u256 max_fee, tip;  /* wei per gas; max_fee 0: twice the base fee plus tip; tip 0: 1 gwei */
    uint64_t wait_ms;   /* for the receipt; 0: 60 s */
};

/* l1_send_and_wait returns when the transaction is mined. WH_ERR_TX_REVERTED, WH_ERR_TX_STUCK (not
 * mined in time), WH_ERR_TX_FUNDS, WH_ERR_RPC_*. */
WH_MUST wh_status l1_send_and_wait(const struct l1_send *send, struct l1_receipt *receipt,
                                   struct wh_error *err);

#endif
