/* SPDX-License-Identifier: MIT */
#include "proto/l1/follower.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sys/hex.h"
#include "proto/sys/log.h"

#define DENSE      256u /* ranges up to this many blocks are stored block by block, links checked */
#define KEPT_DENSE 1024u /* how far back every block's hash is kept, to find a common ancestor */

struct follower {
    struct store *store; /* borrowed */
    struct l1_rpc *rpc;  /* borrowed */
    struct follower_config config;
    address *addrs; /* owns */
    /* A rollback that the caller has not heard of: the step that made it may fail later on. */
    bool reorged;
    uint64_t kept;
    unsigned lower; /* looks in a row at a tip below the head */
};

wh_status follower_open(struct follower **out, struct store *store, struct l1_rpc *rpc,
                        const struct follower_config *config, struct wh_error *err)
{
    struct follower *f = calloc(1, sizeof *f);
    address *addrs = calloc(config->addr_count ? config->addr_count : 1, sizeof *addrs);
    if (f == NULL || addrs == NULL) {
        free(f);
        free(addrs);
        return wh_fail(err, WH_ERR_NOMEM, "follower");
    }
    *f = (struct follower){.store = store, .rpc = rpc, .config = *config, .addrs = addrs};
    memcpy(addrs, config->addrs, config->addr_count * sizeof *addrs);
    f->config.addrs = addrs;
    if (f->config.max_blocks == 0) f->config.max_blocks = 5000;
    *out = f;
    return WH_OK;
}

void follower_close(struct follower *f)
{
    if (f == NULL) return;
    free(f->addrs);
    free(f);
}

static wh_status block_of(struct follower *f, const struct l1_at *at, struct l1_block *b,
                          struct wh_error *err)
{
    bool found = false;
    WH_TRY(l1_block_at(f->rpc, at, b, &found, err));
    if (!found) return wh_fail(err, WH_ERR_RPC_NULL, "the followed L1 block is null");
    return WH_OK;
}

/* Is this stored block still part of the chain that ends at tip? */
static wh_status canonical(struct follower *f, const struct store_l1_block *b,
                           const struct l1_block *tip, bool *yes, struct wh_error *err)
{
    struct l1_block now = *tip;
    *yes = false;
    if (b->number > tip->number) return WH_OK;
    if (b->number + 1 == tip->number) {
        *yes = bytes32_eq(&tip->parent_hash, &b->hash);
        return WH_OK;
    }
    if (b->number < tip->number) {
        struct l1_at at = l1_at_number(b->number);
        WH_TRY(block_of(f, &at, &now, err));
    }
    *yes = bytes32_eq(&now.hash, &b->hash);
    return WH_OK;
}

static wh_status drop_above(struct follower *f, uint64_t keep, struct wh_error *err)
{
    WH_TRY(store_l1_rollback(f->store, keep, err));
    f->kept = f->reorged && f->kept < keep ? f->kept : keep;
    f->reorged = true;
    f->lower = 0;
    return WH_OK;
}

/* Walks back over the stored blocks to one that is canonical and drops what is above it. */
static wh_status roll_back(struct follower *f, const struct store_l1_block *head,
                           const struct l1_block *tip, struct wh_error *err)
{
    struct store_l1_block b = *head;
    bool yes = false, found = true;
    while (found && !yes) {
        WH_TRY(store_l1_below(f->store, b.number, &b, &found, err));
        if (found) WH_TRY(canonical(f, &b, tip, &yes, err));
    }
    if (!found && f->config.first_block == 0)
        return wh_fail(err, WH_ERR_RPC_CHAIN, "not one followed block is part of this chain");
    uint64_t keep = found ? b.number : f->config.first_block - 1;
    WH_LOG(WARN, L1_REORG, "blocks left the chain", WH_F_U64("kept", keep),
           WH_F_U64("l1_block", head->number), WH_F_B32("hash", &head->hash));
    return drop_above(f, keep, err);
}

wh_status follower_again(struct follower *f, uint64_t from, struct wh_error *err)
{
    struct store_l1_block b;
    bool found = false;
    WH_TRY(store_l1_below(f->store, from, &b, &found, err));
    uint64_t keep = found ? b.number : f->config.first_block ? f->config.first_block - 1 : 0;
    WH_LOG(WARN, L1_REORG, "what was read does not fit together: reading again",
           WH_F_U64("kept", keep));
    return drop_above(f, keep, err);
}

/* waits: the tip is a block of the followed chain below the head. A node that lags is one look's
 * matter; what is seen again and again is believed. */
static wh_status waits(struct follower *f, const struct store_l1_block *head,
                       const struct l1_block *tip, bool *yes, struct wh_error *err)
{
    struct store_l1_block b;
    bool found = false;
    *yes = false;
    if (tip->number >= head->number || tip->number < f->config.first_block) {
        f->lower = 0;
        return WH_OK;
    }
    WH_TRY(store_l1_get(f->store, tip->number, &b, &found, err));
    if (found && !bytes32_eq(&b.hash, &tip->hash)) return WH_OK;
    *yes = ++f->lower < FOLLOWER_PATIENCE;
    return WH_OK;
}

/* --- one range */
struct range {
    uint64_t first, last;
    const struct l1_block *tip;
    bool near;               /* logs by hash */
    struct l1_logs logs;     /* owns */
    uint64_t *numbers;       /* owns: blocks to store, ascending */
    struct l1_block *blocks; /* owns */
    size_t count;
};

static void range_done(struct range *r)
{
    l1_logs_done(&r->logs);
    free(r->numbers);
    free(r->blocks);
}

/* Which headers: all of a short range; else its ends and the blocks with logs. */
static wh_status choose_blocks(struct range *r, struct wh_error *err)
{
    uint64_t span = r->last - r->first + 1;
    size_t max = span <= DENSE ? (size_t)span : r->logs.count + 2;
    r->numbers = calloc(max, sizeof *r->numbers);
    r->blocks = calloc(max, sizeof *r->blocks);
    if (r->numbers == NULL || r->blocks == NULL) return wh_fail(err, WH_ERR_NOMEM, "L1 blocks");
    if (span <= DENSE) {
        for (uint64_t n = r->first; n <= r->last; n++)
            r->numbers[r->count++] = n;
        return WH_OK;
    }
    r->numbers[r->count++] = r->first;
    for (size_t i = 0; i < r->logs.count; i++)
        if (r->logs.v[i].block_number != r->numbers[r->count - 1])
            r->numbers[r->count++] = r->logs.v[i].block_number;
    if (r->numbers[r->count - 1] != r->last) r->numbers[r->count++] = r->last;
    return WH_OK;
}

static wh_status torn(uint64_t number, struct wh_error *err)
{
    return wh_fail(err, WH_ERR_RPC_PRUNED, "L1 block %" PRIu64 " changed while it was read",
                   number);
}

/* Headers link to each other, to what is stored, to the tip; every log lies in one of them. */
static wh_status check_range(const struct range *r, const struct store_l1_block *before,
                             struct wh_error *err)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct l1_block *b = &r->blocks[i];
        const bytes32 *parent = NULL;
        if (i > 0 && r->numbers[i] == r->numbers[i - 1] + 1) parent = &r->blocks[i - 1].hash;
        if (i == 0 && before && before->number + 1 == b->number) parent = &before->hash;
        if (parent && !bytes32_eq(parent, &b->parent_hash)) return torn(b->number, err);
        if (b->number == r->tip->number && !bytes32_eq(&b->hash, &r->tip->hash))
            return torn(b->number, err);
    }
    size_t at = 0;
    for (size_t i = 0; i < r->logs.count; i++) {
        const struct l1_log *l = &r->logs.v[i];
        while (at < r->count && r->numbers[at] < l->block_number)
            at++;
        WH_ASSERT(at < r->count && r->numbers[at] == l->block_number);
        if (!bytes32_eq(&r->blocks[at].hash, &l->block_hash)) return torn(l->block_number, err);
    }
    return WH_OK;
}

static wh_status store_range(struct follower *f, const struct range *r, struct wh_error *err)
{
    size_t at = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct l1_block *b = &r->blocks[i];
        struct store_l1_block row = {b->number, b->timestamp, b->hash, b->parent_hash};
        WH_TRY(store_l1_put(f->store, &row, err));
    }
    for (size_t i = 0; i < r->logs.count; i++) {
        const struct l1_log *l = &r->logs.v[i];
        while (r->numbers[at] < l->block_number)
            at++;
        struct store_event e = {.l1_block = l->block_number,
                                .l1_time = r->blocks[at].timestamp,
                                .log_index = l->log_index,
                                .tx_hash = l->tx_hash,
                                .addr = l->addr,
                                .topic_count = l->topic_count,
                                .data = l->data};
        memcpy(e.topics, l->topics, sizeof e.topics);
        WH_TRY(store_event_put(f->store, &e, err));
    }
    if (r->last > KEPT_DENSE) return store_l1_prune(f->store, r->last - KEPT_DENSE, err);
    return WH_OK;
}

static wh_status read_range(struct follower *f, struct range *r,
                            const struct store_l1_block *before, struct wh_error *err)
{
    /* A range's headers are read after its logs: a reorg in between shows as another hash. */
    if (!r->near)
        WH_TRY(l1_get_logs(f->rpc, r->first, r->last, f->config.addrs, f->config.addr_count,
                           &r->logs, err));
    WH_TRY(choose_blocks(r, err));
    size_t known = r->numbers[r->count - 1] == r->tip->number;
    if (known) r->blocks[r->count - 1] = *r->tip;
    WH_TRY(l1_blocks(f->rpc, r->numbers, r->count - known, r->blocks, err));
    if (r->near)
        WH_TRY(l1_get_logs_of(f->rpc, r->blocks, r->count, f->config.addrs, f->config.addr_count,
                              &r->logs, err));
    WH_TRY(check_range(r, before, err));
    if (l1_rpc_quorum(f->rpc) > 1) {
        const struct l1_block *last = &r->blocks[r->count - 1];
        WH_TRY(l1_quorum_hash(f->rpc, last->number, &last->hash, err));
    }
    WH_TRY(store_begin(f->store, err));
    wh_status st = store_range(f, r, err);
    if (st == WH_OK) return store_commit(f->store, err);
    store_rollback(f->store);
    return st;
}

static wh_status read_on(struct follower *f, const struct l1_block *tip,
                         const struct store_l1_block *before, uint64_t *events,
                         struct wh_error *err)
{
    uint64_t first = before ? before->number + 1 : f->config.first_block;
    if (first > tip->number) return WH_OK;
    struct range r = {.first = first, .tip = tip};
    r.near = tip->number - first < FOLLOWER_NEAR;
    uint64_t last = r.near ? tip->number : tip->number - FOLLOWER_NEAR;
    r.last = last - first < f->config.max_blocks ? last : first + f->config.max_blocks - 1;
    wh_status st = read_range(f, &r, before, err);
    *events = st == WH_OK ? r.logs.count : 0;
    range_done(&r);
    return st;
}

wh_status follower_step(struct follower *f, struct follower_news *news, struct wh_error *err)
{
    struct l1_block tip;
    struct store_l1_block head;
    bool found = false, yes = true, wait = false;
    uint64_t events = 0;
    struct l1_at at = f->config.tag;
    if (l1_rpc_quorum(f->rpc) > 1) {
        uint64_t number = 0;
        WH_TRY(l1_quorum_tip(f->rpc, &f->config.tag, &number, err));
        at = l1_at_number(number);
    }
    WH_TRY(block_of(f, &at, &tip, err));
    WH_TRY(store_l1_head(f->store, &head, &found, err));
    if (found) WH_TRY(waits(f, &head, &tip, &wait, err));
    if (found && !wait) WH_TRY(canonical(f, &head, &tip, &yes, err));
    if (!yes) {
        WH_TRY(roll_back(f, &head, &tip, err));
        WH_TRY(store_l1_head(f->store, &head, &found, err));
    }
    if (wait)
        tip.number = head.number;
    else
        WH_TRY(read_on(f, &tip, found ? &head : NULL, &events, err));
    WH_TRY(store_l1_head(f->store, &head, &found, err));
    memset(news, 0, sizeof *news);
    news->tip = tip.number;
    news->events = events;
    news->reorged = f->reorged;
    news->kept = f->kept;
    if (found) {
        news->head = head.number;
        news->head_hash = head.hash;
        news->head_time = head.timestamp;
    } else { /* the deployment's block is still to come */
        news->head = tip.number;
        news->head_hash = tip.hash;
        news->head_time = tip.timestamp;
    }
    f->reorged = false;
    f->kept = 0;
    return WH_OK;
}
