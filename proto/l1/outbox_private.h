/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_L1_OUTBOX_PRIVATE_H
#define WH_PROTO_L1_OUTBOX_PRIVATE_H

/* Shared by outbox.c (intents) and outbox_tx.c (nonces, fees, transactions). */
#include "proto/l1/outbox.h"

#define OUTBOX_SETTLED 16u /* blocks after which every node of a load balancer has what was mined */
#define OUTBOX_LOOKS   3u  /* in a row that say the same before it is believed */
#define OUTBOX_TXS_MAX \
    64 /* transactions looked at per nonce: a raise of 12 % each, so 1,400 times */

struct outbox {
    struct store *store;                                                   /* borrowed */
    struct l1_rpc *rpc;                                                    /* borrowed */
    const struct l1_key *key;                                              /* borrowed */
    uint64_t chain_id, cap, min_tip, bump_bps, resubmit_ms, confirmations; /* fees in wei */
    unsigned max_pending;
    uint64_t next_nonce; /* of the journal */
    bool journal;        /* next_nonce comes from the journal; else nothing was ever sent */
    bytes32 *wanted;     /* owns: keys put in this round */
    size_t wanted_count, wanted_cap;
    uint64_t suspect_nonce, suspect_head; /* a nonce that is used, but by none of ours */
    unsigned suspicions;
    unsigned
        ahead; /* looks in a row at a chain that has used nonces which were not given out here */
    struct {
        enum wh_err code;
        uint64_t nonce, ms;
    } told[8]; /* what the log was told lately */
};

/* What one pump knows. */
struct pump {
    struct outbox *ob;
    const struct outbox_view *view;
    struct outbox_report *report;
    uint64_t now_ms, mined; /* nonces below `mined` are used on chain */
    uint64_t head;          /* block number of latest */
    bool view_canonical;    /* the view's block is part of the chain that was just read */
    bool have_fees;
    uint64_t base_fee, tip;
};

/* Milliseconds from then to now. A clock that was set back must not stop anything: what was done in
 * its future was done long ago. */
static inline uint64_t outbox_since(uint64_t now_ms, uint64_t then_ms)
{
    return now_ms >= then_ms ? now_ms - then_ms : UINT64_MAX;
}

/* outbox_tell: this trouble was not logged in the last minute. A pump comes round every few seconds and
 * meets the same refusal each time. */
bool outbox_tell(struct pump *p, enum wh_err code, uint64_t nonce);

/* outbox_moot: the view does not ask for the move (any more). */
bool outbox_moot(const struct pump *p, const struct store_intent *i);
bool outbox_wanted(const struct outbox *ob, const bytes32 *key);

/* outbox_first signs the first transaction of an intent with the next nonce, stores both, sends.
 * *sent false: not now (fees, funds). */
WH_MUST wh_status outbox_first(struct pump *p, struct store_intent *i, bool *sent,
                               struct wh_error *err);
/* outbox_refill goes over all nonces that were given out and are not used on chain: sends again what
 * the node does not know, raises the lowest one when its time has come. */
WH_MUST wh_status outbox_refill(struct pump *p, struct wh_error *err);
/* outbox_find_receipt: is one of nonce's transactions mined? */
WH_MUST wh_status outbox_find_receipt(struct outbox *ob, uint64_t nonce, struct l1_receipt *r,
                                      bool *found, struct wh_error *err);

#endif
