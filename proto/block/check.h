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
    bool needs_headers;     /* cannot tell: BLOCKHASH reached below the headers at hand */
    bool reference_checked; /* each root was compared with the file's reference */
    struct check_missing missing;
    uint64_t fetched;           /* objects that struct check_more brought */
    struct seg_result *results; /* segments entries, arena memory */
    bytes32 last_leaf;
    double load_ms, execute_ms, total_ms;
};

/* Who may bring what a file lacks (proto/fetch). Nothing of it is believed: bytes of another hash are not
 * taken. */
struct check_more {
    void *ctx; /* borrowed */
    /* get brings a node or code; *bytes live as long as the report. WH_E_MISSING: it cannot. Negative:
     * trouble, which ends the check without a verdict. */
    wh_status (*get)(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes);
    /* at_hand: as get, but asks nobody. */
    wh_status (*at_hand)(void *ctx, const bytes32 *hash, wh_span *bytes);
};

/* check_block judges one file. arena: working memory, kept by the report. Negative: trouble of this
 * process (nothing was judged). */
WH_MUST wh_status check_block(const struct blockfile *f, const struct evm_crypto *crypto,
                              struct wh_arena *arena, struct check_report *out);
/* check_block_with: the same of a file that more may complete. Negative also: trouble of more. */
WH_MUST wh_status check_block_with(const struct blockfile *f, const struct evm_crypto *crypto,
                                   struct wh_arena *arena, const struct check_more *more,
                                   struct check_report *out);

#endif
