/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_RECEIPT_H
#define WH_EVM_SEGMENT_RECEIPT_H

/* Receipts and blooms (Yellow Paper 4.4.1; EIP-658, 2718). */

#include "evm/base/arena.h"
#include "evm/base/crypto.h"
#include "evm/state/state.h"
#include "evm/tx/tx.h"

struct receipt {
    enum tx_type type;
    bool has_status; /* Byzantium on; before: state_root */
    bool success;
    bytes32 state_root;
    uint64_t cumulative_gas;
    const struct state_log *logs; /* borrowed */
    size_t log_count;
    uint8_t bloom[256]; /* receipt_bloom */
};

/* receipt_bloom fills r->bloom from the logs. scratch is rewound. */
WH_MUST wh_status receipt_bloom(const struct evm_crypto *crypto, struct wh_arena *scratch,
                                struct receipt *r);

/* receipt_encode writes the EIP-2718 bytes (legacy: the list alone) into arena. */
WH_MUST wh_status receipt_encode(struct wh_arena *arena, const struct receipt *r, wh_span *out);

#endif
