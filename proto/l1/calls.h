/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_L1_CALLS_H
#define WH_PROTO_L1_CALLS_H

/* The contracts' calls and logs, as the game's own structs: calldata from game_args, game_event from
 * a log. One row of moves.def (events.def) = one case here. */

#include "game/core/game.h"
#include "proto/l1/abi.h"

/* calls_move appends the calldata of a move of Game. */
void calls_move(const struct game_args *args, struct wh_buf *out);
/* calls_multicall appends multicall(calls). */
void calls_multicall(const wh_span *calls, size_t n, struct wh_buf *out);

/* Inbox: post, postEthereum, sendForced, postForced. TraceStore.post. EXECUTE's deposit (PROTOCOL 6). */
void calls_inbox_post(uint64_t timestamp, uint32_t forced, const wh_span *items, size_t n,
                      struct wh_buf *out);
void calls_inbox_post_ethereum(wh_span header, wh_span withdrawals, wh_span ommers,
                               const wh_span *items, size_t n, struct wh_buf *out);
void calls_inbox_send_forced(wh_span item, struct wh_buf *out);
void calls_inbox_post_forced(struct wh_buf *out);
void calls_trace_post(wh_span chunk, struct wh_buf *out);
void calls_deposit(const address *account, struct wh_buf *out);

/* calls_is_trace_post: input is the canonical calldata of TraceStore.post with 1..100,000 bytes
 * (PROTOCOL 6); *chunk borrows from it. */
bool calls_is_trace_post(wh_span input, wh_span *chunk);

/* A log. topics[0] is the event's signature hash. */
struct calls_log {
    unsigned topic_count;
    const bytes32 *topics;
    wh_span data;
};

#define CALLS_ITEMS_MAX 65535u

/* What an Inbox log carries beyond game_event; spans borrow from the log's data. */
struct calls_input {
    uint64_t n;
    uint64_t forced_from;
    uint32_t forced;
    wh_span input;                       /* Input: BlockInput */
    wh_span header, withdrawals, ommers; /* EthereumInput */
    struct abi_reader items;             /* read with calls_next_item */
    size_t item_count;
};

/* calls_event decodes a log of Game or Inbox into *ev; spans (TREE_ARITY_MAX places) receives those
 * of Split; *input (may be NULL) what Inbox logs carry. False: no event of the game (*known false),
 * or a malformed one (*known true; WH_ERR_ABI_FORM is the caller's word for it). */
bool calls_event(const struct calls_log *log, struct game_event *ev, bytes32 *spans,
                 struct calls_input *input, bool *known);
wh_span calls_next_item(struct calls_input *input);

/* calls_forced: Forced(j, item). calls_chunk: Chunk(hash, length). */
bool calls_forced(const struct calls_log *log, uint64_t *j, wh_span *item);
bool calls_chunk(const struct calls_log *log, bytes32 *hash, uint32_t *length);

/* calls_error_name: "TooEarly()" for the data of a revert, NULL if unknown. */
const char *calls_error_name(wh_span revert);

#endif
