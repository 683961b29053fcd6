/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_NODE_H
#define WH_DEPLOY_DEVNET_NODE_H

/* The node: one chain in memory, its transaction pool, its clock and its accounts.
 *
 * Invariants
 *   - All public functions of this room are called with the lock held (rpc_handle and the miner's
 *     timer take it), so there is one thread at a time.
 *   - arena holds nothing between two calls. What lasts is on the heap and owned by struct node.
 *   - canon[n] is the canonical block n. Dropped blocks stay known by hash.
 *   - A negative status while a block is built stops the node: it makes no further block. */

#include <pthread.h>

#include "deploy/devnet/block.h"
#include "deploy/devnet/chunks.h"
#include "deploy/devnet/objects.h"
#include "deploy/devnet/pool.h"
#include "deploy/devnet/table.h"
#include "evm/base/arena.h"
#include "proto/sys/error.h"

#define NODE_ACCOUNTS_MAX 100u
#define NODE_TX_GAS_MAX   ((uint64_t)1 << 24) /* EIP-7825 */

/* Blob schedule of Osaka before any BPO fork (EIP-7691). */
#define NODE_BLOB_TARGET   6u
#define NODE_BLOB_MAX      9u
#define NODE_BLOB_FRACTION 5007716u
#define NODE_BLOB_GAS      ((uint64_t)1 << 17) /* per blob */

struct node_config {
    uint64_t chain_id;
    uint64_t gas_limit;
    uint64_t genesis_time; /* seconds; 0: now */
    uint64_t accounts;
    uint64_t finality; /* blocks between head and safe; finalized is twice as far (anvil) */
    u256 balance;      /* of each account, wei */
    u256 base_fee;     /* of genesis */
    address coinbase;
    bool automine;
    size_t memory;         /* bytes of address space for the EVM */
    size_t execute_memory; /* and for one EXECUTE run */
};

struct dev_account {
    uint8_t key[32];
    address at;
};

struct snapshot {
    uint64_t id;
    struct block *head;
    int64_t clock_ahead;
};

enum filter_kind { FILTER_LOGS, FILTER_BLOCKS, FILTER_PENDING };

#define LOG_FILTER_MAX 64u
struct log_filter {
    uint64_t first, last; /* block numbers, both included */
    uint32_t address_count;
    address addresses[LOG_FILTER_MAX];
    uint32_t topic_count[4]; /* 0: any */
    bytes32 topics[4][LOG_FILTER_MAX];
};

struct filter {
    uint64_t id;
    enum filter_kind kind;
    uint64_t next; /* first block (arrival of the pool) that was not told yet */
    struct log_filter logs;
    struct filter *link; /* owns */
};

struct node {
    struct node_config config;
    const struct evm_crypto *crypto;
    pthread_mutex_t lock;
    struct wh_arena arena, frames, execute_arena; /* own their mappings: state, EVM, EXECUTE */

    struct objects objects;
    struct table blocks, txns; /* by hash */
    struct block *all_blocks;  /* owns */
    struct txn *all_txns;      /* owns */
    struct block **canon;      /* owns the array */
    uint64_t count, cap;       /* blocks; head is canon[count - 1] */

    struct pool pool;
    struct chunks chunks;
    address trace_store;
    uint64_t builds;   /* number of the last build */
    uint64_t branches; /* reorgs and reverts so far: part of prevrandao, so no block comes twice */

    int64_t clock_ahead;     /* seconds that the chain's clock is ahead of the wall's */
    uint64_t next_timestamp; /* of the next block alone; 0: none */

    struct dev_account accounts[NODE_ACCOUNTS_MAX];
    struct snapshot *snapshots; /* owns */
    size_t snapshot_count, snapshot_cap;
    uint64_t snapshot_id;
    struct filter *filters;
    uint64_t filter_id;

    wh_status stopped; /* negative: no further block */
    char why_stopped[160];
};

static inline struct block *node_head(const struct node *n)
{
    return n->canon[n->count - 1];
}

/* node_open makes genesis. The arenas are lazily touched mappings. */
WH_MUST wh_status node_open(struct node **out, const struct node_config *config,
                            struct wh_error *err);
void node_close(struct node *n); /* takes NULL */

/* ---- accounts.c ---- */

/* accounts_derive: key i is keccak("whittle devnet account <i>"), i in decimal. */
WH_MUST wh_status accounts_derive(const struct evm_crypto *crypto, struct dev_account *out,
                                  size_t n);
const struct dev_account *accounts_find(const struct node *n, const address *at);

/* ---- chain.c ---- */

struct block *chain_by_number(const struct node *n, uint64_t number);   /* NULL: none */
struct block *chain_by_hash(const struct node *n, const bytes32 *hash); /* dropped ones too */
bool chain_is_canonical(const struct node *n, const struct block *b);

/* chain_add_txn takes t over and indexes it; an equal one that is known already is used instead. */
WH_MUST wh_status chain_add_txn(struct node *n, struct txn **t);

/* chain_append takes b over as the new head: indices, chunks. */
WH_MUST wh_status chain_append(struct node *n, struct block *b);

/* chain_truncate drops every block above number. Their transactions return to the pool if keep,
 * else they are forgotten. */
WH_MUST wh_status chain_truncate(struct node *n, uint64_t number, bool keep);

/* chain_set_trace_store indexes the chunks given to another contract, from the canonical blocks. */
WH_MUST wh_status chain_set_trace_store(struct node *n, const address *at);

/* chain_snapshot remembers the head; chain_revert returns to it, forgets it and all later ones and
 * empties the pool. false: no such snapshot (or its block is no longer canonical). */
WH_MUST wh_status chain_snapshot(struct node *n, uint64_t *id);
WH_MUST wh_status chain_revert(struct node *n, uint64_t id, bool *found);

#endif
