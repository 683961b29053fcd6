/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_STORE_STORE_H
#define WH_GAME_STORE_STORE_H

/* The store of one daemon: one SQLite file in its data directory. SQL appears in this room alone.
 *
 * Invariants
 *   - One process (flock), one connection, which alone writes and checkpoints (WAL, synchronous =
 *     FULL, no mmap).
 *   - Everything but unsent intents can be rebuilt from L1, so any error here is reported, never
 *     repaired in silence.
 *   - A write outside store_begin .. store_commit is a transaction of its own. After a failed write
 *     the open transaction is rolled back as a whole: call store_rollback and go on or end.
 *   - Getters with `bool *found`: WH_OK and false means the row is not there.
 * Spans handed out by callbacks live until the callback returns; blobs are appended to wh_bufs. */

#include "evm/base/u256.h"
#include "proto/sys/buf.h"
#include "proto/sys/error.h"

#define STORE_FILE           "whittle.db"
#define STORE_SCHEMA_VERSION 1
#define STORE_APPLICATION_ID 0x57485354 /* "WHST" */

struct store;

/* store_open makes datadir and file as needed, takes the lock, migrates (after a copy
 * whittle.db.vN.bak). Errors: WH_ERR_STORE_*, exit 5; a foreign, newer or damaged file is left
 * as it is. path ":memory:" = no directory, for tests. */
WH_MUST wh_status store_open(struct store **out, const char *datadir, struct wh_error *err);
/* store_open_read opens the store of a running daemon read-only (status, show, svg). */
WH_MUST wh_status store_open_read(struct store **out, const char *datadir, struct wh_error *err);
void store_close(struct store *s); /* takes NULL; rolls back what is open; checkpoints */

WH_MUST wh_status store_begin(struct store *s, struct wh_error *err);
WH_MUST wh_status store_commit(struct store *s, struct wh_error *err);
void store_rollback(struct store *s);
/* store_checkpoint moves the WAL into the file (the daemon's loop calls it when idle). */
WH_MUST wh_status store_checkpoint(struct store *s, struct wh_error *err);
/* store_backup writes a consistent copy; `to` must not exist. */
WH_MUST wh_status store_backup(struct store *s, const char *to, struct wh_error *err);
/* store_check runs quick_check: WH_ERR_STORE_CORRUPT names the first fault. */
WH_MUST wh_status store_check(struct store *s, struct wh_error *err);
/* store_limit_pages bounds the file (tests of a full disk; 0 = SQLite's own bound). */
WH_MUST wh_status store_limit_pages(struct store *s, uint32_t pages, struct wh_error *err);

/* --- meta: small named values. store_belong binds a new store to one deployment (chain id, game
 * address, configuration hash in one hash); another one is WH_ERR_STORE_BELONGS. */
WH_MUST wh_status store_meta_put(struct store *s, const char *key, wh_span value,
                                 struct wh_error *err);
WH_MUST wh_status store_meta_get(struct store *s, const char *key, struct wh_buf *out, bool *found,
                                 struct wh_error *err);
WH_MUST wh_status store_meta_put_u64(struct store *s, const char *key, uint64_t v,
                                     struct wh_error *err);
WH_MUST wh_status store_meta_get_u64(struct store *s, const char *key, uint64_t *v, bool *found,
                                     struct wh_error *err);
WH_MUST wh_status store_belong(struct store *s, const bytes32 *deployment, struct wh_error *err);

/* --- L1 cursor: blocks that were followed (at least the last ones and those with events). */
struct store_l1_block {
    uint64_t number, timestamp;
    bytes32 hash, parent;
};
WH_MUST wh_status store_l1_put(struct store *s, const struct store_l1_block *b,
                               struct wh_error *err);
WH_MUST wh_status store_l1_get(struct store *s, uint64_t number, struct store_l1_block *b,
                               bool *found, struct wh_error *err);
/* store_l1_head: the newest; store_l1_below: the newest with number < below. */
WH_MUST wh_status store_l1_head(struct store *s, struct store_l1_block *b, bool *found,
                                struct wh_error *err);
WH_MUST wh_status store_l1_below(struct store *s, uint64_t below, struct store_l1_block *b,
                                 bool *found, struct wh_error *err);
/* store_l1_rollback drops every block above `keep` with its events, inputs and chunks. */
WH_MUST wh_status store_l1_rollback(struct store *s, uint64_t keep, struct wh_error *err);
/* store_l1_prune drops cursor blocks below `below` that have no event. */
WH_MUST wh_status store_l1_prune(struct store *s, uint64_t below, struct wh_error *err);

/* --- events: L1 logs of our contracts, in chain order. */
struct store_event {
    uint64_t seq; /* ascending in chain order; set by put */
    uint64_t l1_block, l1_time;
    uint32_t log_index;
    bytes32 tx_hash;
    address addr;
    unsigned topic_count;
    bytes32 topics[4];
    wh_span data;
};
WH_MUST wh_status store_event_put(struct store *s, struct store_event *e, struct wh_error *err);
/* A visitor returns WH_OK to go on, anything else to stop; store_*_each returns that. */
typedef wh_status store_event_visit(void *ctx, const struct store_event *e, struct wh_error *err);
/* store_events_each visits events with seq > after, in order. The visitor may write to the store. */
WH_MUST wh_status store_events_each(struct store *s, uint64_t after, store_event_visit *visit,
                                    void *ctx, struct wh_error *err);
WH_MUST wh_status store_event_last(struct store *s, uint64_t *seq, struct wh_error *err);

/* --- preimages: everything that execution reads by hash (trie nodes, codes, items, inputs,
 * headers, lists, frontiers, configurations). Same hash, same bytes: a second put is nothing. */
enum store_kind { STORE_NODE = 0, STORE_CODE = 1, STORE_DATA = 2 }; /* = enum wh_object */
WH_MUST wh_status store_preimage_put(struct store *s, enum store_kind kind, const bytes32 *hash,
                                     wh_span bytes, struct wh_error *err);
WH_MUST wh_status store_preimage_get(struct store *s, enum store_kind kind, const bytes32 *hash,
                                     struct wh_buf *out, bool *found, struct wh_error *err);

/* --- inputs of the Inbox, 0-based (PROTOCOL 3). The item bytes are preimages (STORE_DATA). */
struct store_input {
    uint64_t n, l1_block;
    bytes32 hash;        /* inputHash */
    bytes32 acc;         /* acc[n + 1] */
    uint64_t first_step; /* steps[n] */
    uint32_t items;
    wh_span bytes; /* BlockInput or EthInput; borrowed on put; NULL after get, see preimages */
};
WH_MUST wh_status store_input_put(struct store *s, const struct store_input *in,
                                  struct wh_error *err);
WH_MUST wh_status store_input_get(struct store *s, uint64_t n, struct store_input *in, bool *found,
                                  struct wh_error *err);
WH_MUST wh_status store_input_count(struct store *s, uint64_t *count, struct wh_error *err);

/* --- own execution: step i (0-based, from genesis; leaf i + 1 is after step i). Leaves, state
 * roots and gas are packed, 124 steps a row. Steps are appended in order; truncate after a reorg
 * of the inputs. Leaf 0 is the genesis leaf (meta). */
struct store_step {
    bytes32 leaf, state_root;
    uint64_t gas;            /* gas used by this step (0: BEGIN, END) */
    uint64_t gas_cumulative; /* since genesis, this step included */
};
WH_MUST wh_status store_steps_append(struct store *s, uint64_t first, const struct store_step *v,
                                     size_t count, struct wh_error *err);
WH_MUST wh_status store_steps_get(struct store *s, uint64_t first, size_t count,
                                  struct store_step *out, struct wh_error *err);
/* store_leaves_get: leaves of steps [first, first + count), 32 bytes each, fast. */
WH_MUST wh_status store_leaves_get(struct store *s, uint64_t first, size_t count, bytes32 *out,
                                   struct wh_error *err);
WH_MUST wh_status store_steps_count(struct store *s, uint64_t *count, struct wh_error *err);
/* store_steps_truncate keeps steps [0, count); drops states, traces and blocks after them. */
WH_MUST wh_status store_steps_truncate(struct store *s, uint64_t count, struct wh_error *err);

/* SegState (1,024 bytes, zstd in the file) after `steps` steps; 0 = genesis. */
WH_MUST wh_status store_state_put(struct store *s, uint64_t steps, const uint8_t state[1024],
                                  struct wh_error *err);
WH_MUST wh_status store_state_get(struct store *s, uint64_t steps, uint8_t state[1024], bool *found,
                                  struct wh_error *err);
/* store_state_below: the newest state with steps <= at (a checkpoint to run on from). */
WH_MUST wh_status store_state_below(struct store *s, uint64_t at, uint64_t *steps,
                                    uint8_t state[1024], bool *found, struct wh_error *err);

/* Traces by step, packed with zstd; keyed by the pre leaf, so a trace of another history is never
 * taken for this one. */
WH_MUST wh_status store_trace_put(struct store *s, uint64_t step, const bytes32 *pre_leaf,
                                  wh_span trace, struct wh_error *err);
WH_MUST wh_status store_trace_get(struct store *s, uint64_t step, const bytes32 *pre_leaf,
                                  struct wh_buf *out, bool *found, struct wh_error *err);

/* L2 blocks that were sealed; header bytes are a preimage of hash. */
struct store_block {
    uint64_t number, input, first_step, gas_used, timestamp;
    uint32_t steps;
    bytes32 hash, state_root;
};
WH_MUST wh_status store_block_put(struct store *s, const struct store_block *b,
                                  struct wh_error *err);
WH_MUST wh_status store_block_get(struct store *s, uint64_t number, struct store_block *b,
                                  bool *found, struct wh_error *err);
WH_MUST wh_status store_block_head(struct store *s, struct store_block *b, bool *found,
                                   struct wh_error *err);

/* --- the game as last folded (for status, show, svg; the truth is the fold of the events). */
struct store_assertion {
    bytes32 aid, parent, last_leaf, span, pot_gid;
    address staker;
    uint64_t input_end, next_input, created_at, l1_block;
    uint8_t status; /* PROTOCOL 7.1 */
    bytes32 tx_hash;
};
WH_MUST wh_status store_assertion_put(struct store *s, const struct store_assertion *a,
                                      struct wh_error *err);
WH_MUST wh_status store_assertion_get(struct store *s, const bytes32 *aid,
                                      struct store_assertion *a, bool *found, struct wh_error *err);
typedef wh_status store_assertion_visit(void *ctx, const struct store_assertion *a,
                                        struct wh_error *err);
WH_MUST wh_status store_assertions_each(struct store *s, store_assertion_visit *visit, void *ctx,
                                        struct wh_error *err);

struct store_node {
    bytes32 id, gid, base, span, tx_hash;
    uint64_t pos, born_at, moved_at; /* moved_at: split or proven; 0 not yet */
    uint8_t h, flags;                /* flags of PROTOCOL 7.1 */
    address mover;
};
WH_MUST wh_status store_node_put(struct store *s, const struct store_node *n, struct wh_error *err);
WH_MUST wh_status store_node_get(struct store *s, const bytes32 *id, struct store_node *n,
                                 bool *found, struct wh_error *err);
typedef wh_status store_node_visit(void *ctx, const struct store_node *n, struct wh_error *err);
WH_MUST wh_status store_nodes_each(struct store *s, const bytes32 *gid, store_node_visit *visit,
                                   void *ctx, struct wh_error *err);
/* store_game_clear empties assertions and nodes, before a new fold. */
WH_MUST wh_status store_game_clear(struct store *s, struct wh_error *err);

/* Own verdicts, with reason and evidence (bytes of StepEvidence or empty). */
enum store_verdict { STORE_AGREE = 1, STORE_INVALID = 2, STORE_UNKNOWN = 3 };
struct store_verdict_row {
    bytes32 aid;
    enum store_verdict verdict;
    uint64_t first_wrong; /* segment; UINT64_MAX: none known */
    uint64_t at_ms;
    char reason[256];
};
WH_MUST wh_status store_verdict_put(struct store *s, const struct store_verdict_row *v,
                                    wh_span evidence, struct wh_error *err);
WH_MUST wh_status store_verdict_get(struct store *s, const bytes32 *aid,
                                    struct store_verdict_row *v, struct wh_buf *evidence,
                                    bool *found, struct wh_error *err);

/* --- TraceStore chunks: counted posts (PROTOCOL 6); `newest` in chain order. */
WH_MUST wh_status store_chunk_put(struct store *s, const bytes32 *hash, uint64_t l1_block,
                                  const bytes32 *tx, uint32_t length, struct wh_error *err);
WH_MUST wh_status store_chunk_newest(struct store *s, const bytes32 *hash, uint64_t *l1_block,
                                     bool *found, struct wh_error *err);
/* A row of length 0 is an event whose transaction nobody has looked at yet; store_chunk_newest leaves it
 * out. store_chunk_unseen: the newest of these above a block. store_chunk_settle: it was looked at, and
 * counts with that length, or not (0: the row goes). */
WH_MUST wh_status store_chunk_unseen(struct store *s, const bytes32 *hash, uint64_t above,
                                     uint64_t *l1_block, bytes32 *tx, bool *found,
                                     struct wh_error *err);
WH_MUST wh_status store_chunk_settle(struct store *s, const bytes32 *hash, uint64_t l1_block,
                                     const bytes32 *tx, uint32_t length, struct wh_error *err);

/* --- intents and their transactions: the outbox's journal (PROTOCOL 10). */
enum store_intent_state {
    STORE_INTENT_QUEUED = 0, /* stored, has no nonce: never sent */
    STORE_INTENT_SENT = 1,   /* has a nonce and at least one signed transaction */
    STORE_INTENT_MINED = 2,  /* one of its transactions is in a block */
    STORE_INTENT_DONE = 3,   /* the state says so and its block is deep enough */
    STORE_INTENT_FAILED = 4, /* reverted, deep enough, and the state does not say done */
};
struct store_intent {
    bytes32 key;
    char kind[16]; /* "split" */
    enum store_intent_state state;
    address to;
    u256 value;
    uint64_t gas_limit;
    uint64_t priority; /* lower is sent first */
    bool has_nonce;
    uint64_t nonce;
    uint64_t queued_ms, sent_ms; /* sent_ms: last time */
    uint32_t sends, tries;       /* signed transactions; nonces used up by this key */
    uint64_t mined_block, gas_used;
    bytes32 mined_tx, mined_hash;
    bool reverted;
    uint64_t round; /* of the planner; last round that asked for it */
};
struct store_intent_tx {
    bytes32 hash, key;
    uint64_t nonce, sent_ms;
    u256 max_fee, tip;
    bool live; /* false: of a nonce that was given up by this key */
};
/* put: inserts or updates the row; data is written on insert or when data.ptr is not NULL. */
WH_MUST wh_status store_intent_put(struct store *s, const struct store_intent *i, wh_span data,
                                   struct wh_error *err);
WH_MUST wh_status store_intent_get(struct store *s, const bytes32 *key, struct store_intent *i,
                                   struct wh_buf *data, bool *found, struct wh_error *err);
WH_MUST wh_status store_intent_drop(struct store *s, const bytes32 *key, struct wh_error *err);
typedef wh_status store_intent_visit(void *ctx, const struct store_intent *i, struct wh_error *err);
/* Live ones (QUEUED, SENT, MINED) by (has nonce first, nonce, priority, key); or all. */
WH_MUST wh_status store_intents_each(struct store *s, bool all, store_intent_visit *visit,
                                     void *ctx, struct wh_error *err);
WH_MUST wh_status store_intent_tx_put(struct store *s, const struct store_intent_tx *t, wh_span raw,
                                      struct wh_error *err);
/* Transactions of one nonce, newest first; raw bytes are valid during the visit. */
typedef wh_status store_intent_tx_visit(void *ctx, const struct store_intent_tx *t, wh_span raw,
                                        struct wh_error *err);
WH_MUST wh_status store_intent_txs_each(struct store *s, uint64_t nonce,
                                        store_intent_tx_visit *visit, void *ctx,
                                        struct wh_error *err);
/* store_nonce_next: highest journalled nonce + 1; *found false: none yet. */
WH_MUST wh_status store_nonce_next(struct store *s, uint64_t *next, bool *found,
                                   struct wh_error *err);

#endif
