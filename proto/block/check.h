/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_CHECK_H
#define WH_PROTO_BLOCK_CHECK_H

/* The core of `whittle-challenger check`: re-execute a block file in segments and judge it. Three
 * verdicts: agree, invalid, cannot tell. A missing byte is never a verdict about the block. */

#include "evm/segment/run.h"
#include "proto/block/blockfile.h"

enum check_verdict { CHECK_AGREE = 0, CHECK_INVALID = 1, CHECK_CANNOT_TELL = 2 };

struct check_missing {
    bool known;   /* hash is set */
    bool located; /* owner and path are set */
    bool is_code;
    bytes32 hash;
    bytes32 owner;     /* keccak(address) whose storage trie it is; zero: the account trie */
    unsigned path_len; /* nibbles from that trie's root */
    uint8_t path[64];
};

struct check_report {
    enum check_verdict verdict;
    char why[640]; /* one line for people; empty if agree */
    uint64_t number;
    bytes32 hash;                 /* of the header that was checked */
    size_t segments, first_wrong; /* first_wrong: index of the first wrong segment, if invalid */
    size_t tx_count;
    uint64_t gas_used;
    bool derived_siblings;  /* settled once at END: no leaves per segment */
    bool ring_partial;      /* BLOCKHASH started from a partly known ring */
    bool reference_checked; /* each root was compared with the file's reference */
    struct check_missing missing;
    struct seg_result *results; /* segments entries, arena memory */
    bytes32 last_leaf;
    double load_ms, execute_ms, total_ms;
};

/* check_block judges one file. arena: working memory, kept by the report. Negative: trouble of this
 * process (nothing was judged). */
WH_MUST wh_status check_block(const struct blockfile *f, const struct evm_crypto *crypto,
                              struct wh_arena *arena, struct check_report *out);

#endif
