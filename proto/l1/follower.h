/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_L1_FOLLOWER_H
#define WH_PROTO_L1_FOLLOWER_H

/* The follower keeps the store's copy of our contracts' logs equal to the chain up to a tag.
 *
 * Every step is one store transaction: blocks with their hashes, events in chain order. A block
 * whose hash is no longer canonical makes it roll back to the last common block and read on from
 * there; the caller folds the events again. A read that does not fit together (a log of another
 * block hash, a head that moved in between) is trouble: nothing is stored.
 * Near the tip logs are asked for block by block, by hash, as a node that lags answers a range with
 * what it has. A tip below what was followed, on the same chain, is a node that lags or a reorg
 * whose blocks are still to come: it is waited out for some looks, then rolled back to. */

#include "game/store/store.h"
#include "proto/l1/rpc.h"

struct follower_config {
    struct l1_at tag;     /* L1_LATEST, L1_SAFE or L1_FINALIZED */
    uint64_t first_block; /* deployment block: nothing of ours is below */
    const address *addrs; /* borrowed: contracts to follow */
    size_t addr_count;
    uint64_t max_blocks; /* blocks a step; 0: 5,000 */
};

struct follower;

struct follower_news {
    uint64_t head; /* newest block of the store now */
    bytes32 head_hash;
    uint64_t head_time;
    uint64_t tip;    /* the tag's block; head == tip: caught up */
    uint64_t events; /* new ones */
    bool reorged;    /* events above `kept` were dropped first */
    uint64_t kept;
};

#define FOLLOWER_NEAR     64u /* blocks below the tip whose logs are read by hash */
#define FOLLOWER_PATIENCE 5u  /* looks in a row at a lower tip before it is believed */

WH_MUST wh_status follower_open(struct follower **out, struct store *store, struct l1_rpc *rpc,
                                const struct follower_config *config, struct wh_error *err);
void follower_close(struct follower *f); /* takes NULL */

/* follower_step reads at most max_blocks on. Call until news->head == news->tip. */
WH_MUST wh_status follower_step(struct follower *f, struct follower_news *news,
                                struct wh_error *err);

/* follower_again drops what was read of block `from` and above, for it does not fit together: the next
 * step reads it again, and tells of a reorg. */
WH_MUST wh_status follower_again(struct follower *f, uint64_t from, struct wh_error *err);

#endif
