/* SPDX-License-Identifier: MIT */
#ifndef WH_PROPOSER_POSTER_H
#define WH_PROPOSER_POSTER_H

/* What commands that write to the Inbox share: deployment, endpoint, key, one transaction. */

#include "game/agent/daemon.h"

struct poster {
    const struct daemon_config *cfg; /* borrowed */
    struct network net;
    struct l1_rpc *rpc;
    struct l1_key key;
};

/* poster_open loads network and key, and asks the chain whether the network is there. */
WH_MUST wh_status poster_open(const struct daemon_config *cfg, struct poster *out,
                              struct wh_error *err);
void poster_close(struct poster *p); /* safe on zeroed objects */

/* poster_view: a view of the Inbox without arguments, as of block `hash`; its word below 2^64. */
WH_MUST wh_status poster_view(const struct poster *p, uint32_t selector, const bytes32 *hash,
                              uint64_t *out, struct wh_error *err);
/* poster_head: L1's newest block. */
WH_MUST wh_status poster_head(const struct poster *p, struct l1_block *out, struct wh_error *err);

/* poster_quiet: WH_ERR_TX_WAITING while a transaction of the key is in no block. */
WH_MUST wh_status poster_quiet(const struct poster *p, struct wh_error *err);

/* poster_rehearse asks the node what would become of the call: a refusal costs nothing then. name: of
 * the function, for the message. */
WH_MUST wh_status poster_rehearse(const struct poster *p, const char *name,
                                  const struct wh_buf *data, struct wh_error *err);

/* poster_send sends the calldata to the Inbox and waits until it is mined. */
WH_MUST wh_status poster_send(const struct poster *p, const struct wh_buf *data, size_t items,
                              struct l1_receipt *receipt, struct wh_error *err);

#endif
