/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_L1_OUTBOX_H
#define WH_PROTO_L1_OUTBOX_H

/* The outbox makes every move idempotent (PROTOCOL 10): a move has a content-addressed key, is
 * stored before it is sent, has one live transaction, and is done when the state says so.
 *
 * A planner's round:
 *     outbox_round(ob)                    a new round begins
 *     outbox_put(ob, &move, data) ...     every move that the state asks for now
 *     outbox_pump(ob, &view)              send, bump, reconcile; unsent moves that were not put in
 *                                         this round are dropped
 * Crash-safe at any instant: intent and signed bytes are committed before bytes leave; a restart
 * sends the same bytes again. Nonces are our own journal; every nonce that was given out is filled
 * (a stuck or lost transaction is sent again, its fee raised by 12 % and more), since later ones
 * wait for it; if the state no longer asks for the stuck move, an empty transfer to ourselves takes
 * its place). A transaction that vanished by a reorg is sent again.
 * A nonce used by somebody else with our key: WH_ERR_KEY_NONCE (exit 8), nothing more is sent until
 * the program is started again; then it goes on behind what the chain has. */

#include "game/store/store.h"
#include "proto/l1/keys.h"
#include "proto/l1/rpc.h"

struct outbox_config {
    uint64_t chain_id;
    u256 max_fee;           /* cap of max_fee_per_gas, wei; 0: 200 gwei */
    u256 min_tip;           /* wei; 0: 1 gwei */
    uint64_t bump_bps;      /* raise of both fees, hundredths of a percent; below 1,200 = 1,200 */
    uint64_t resubmit_ms;   /* no block took it: raise and send again; 0: 24 s */
    uint64_t confirmations; /* blocks on top before done is final; 0: 1 */
    unsigned max_pending;   /* nonces in flight; 0: 16 */
};

struct outbox_move {
    bytes32 key; /* keccak(kind || id || epoch), PROTOCOL 10 */
    const char *kind;
    address to;
    u256 value;
    uint64_t gas_limit; /* a constant of the kind, never an estimate */
    uint64_t priority;  /* lower first */
    wh_span data;       /* borrowed during the call */
};

struct outbox;

/* What the caller's view says of a move whose transaction is mined: DONE, NOT_DONE (send again with
 * a new nonce), or UNKNOWN (the view is older than the transaction: ask later). */
enum outbox_truth { OUTBOX_UNKNOWN, OUTBOX_DONE, OUTBOX_NOT_DONE };
struct outbox_view {
    uint64_t l1_block; /* the block that the planner's view was folded at */
    bytes32 l1_hash;
    /* NULL: a move that was put again in this round is NOT_DONE if the view includes its block,
     * one that was not put is DONE. */
    enum outbox_truth (*truth)(void *ctx, const struct store_intent *i);
    void *ctx;
    uint64_t now_ms; /* 0: the clock */
};

struct outbox_report {
    unsigned queued, pending, mined, done, failed; /* now; done and failed: in this pump */
    unsigned sent, bumped, resent;                 /* in this pump */
    unsigned denied;   /* mined, and the view that includes it asks again: is the view whole? */
    bool capped, poor; /* fees above the cap; the account cannot pay: moves are kept */
};

/* store, rpc and key are borrowed. Brings journal and chain together. */
WH_MUST wh_status outbox_open(struct outbox **out, struct store *store, struct l1_rpc *rpc,
                              const struct l1_key *key, const struct outbox_config *config,
                              struct wh_error *err);
void outbox_close(struct outbox *ob); /* takes NULL */

void outbox_round(struct outbox *ob);
/* outbox_put stores the intent (durably) unless it is live already. A FAILED or DONE one is only
 * revived by a view that asks for it again after its block. */
WH_MUST wh_status outbox_put(struct outbox *ob, const struct outbox_move *move,
                             struct wh_error *err);
/* outbox_live: a transaction of this move is on its way or mined, so that outbox_put would change
 * nothing; the move counts as put in this round then. Saves making its bytes again. */
WH_MUST wh_status outbox_live(struct outbox *ob, const bytes32 *key, bool *live,
                              struct wh_error *err);
WH_MUST wh_status outbox_pump(struct outbox *ob, const struct outbox_view *view,
                              struct outbox_report *report, struct wh_error *err);

/* Keys. outbox_key: keccak(u8 len || kind || id || u64 epoch). */
bytes32 outbox_key(const char *kind, const uint8_t *id, size_t id_len, uint64_t epoch);

#endif
