/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_STATE_STATE_H
#define WH_EVM_STATE_STATE_H

/* The world state under execution: accounts, slots, transient storage, access sets, logs and refunds,
 * journaled, loaded from tries when first needed, settled to tries once per step.
 *
 * Spec: Yellow Paper 4.1, 6.1; EIP-161, 1153, 2929, 6780, 7610; PROTOCOL 4.1 (Settle), 4.3 (load points).
 *
 * Layers      frame   state_checkpoint .. state_revert: any number of times, nested
 *             tx      state_begin_tx .. state_commit_tx: originals, warm and created sets, touches
 *             step    state_begin_step .. state_settle: what is read is reported anew in each step
 * Invariants
 *   - Nothing is asked for before one of its fields is needed: a handle (state_account, state_slot) is
 *     no load. state_load, state_load_code and state_load_slot load, and report once per step.
 *   - A status other than WH_OK is sticky (F1): every later call gives it again. Begin anew with
 *     state_init; what the arena held since then may be rewound.
 *   - Handles stay valid until the next state_init.
 *   - Mutators need a loaded account or slot (asserted). */

#include "evm/base/arena.h"
#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/fork.h"
#include "evm/base/preimage.h"
#include "evm/base/status.h"
#include "evm/base/u256.h"
#include "evm/mpt/mpt.h"
#include "evm/state/code.h"

/* The journaled part of an account. */
struct account_fields {
    u256 balance; /* wei */
    uint64_t nonce;
    bytes32 code_hash;
    struct code *code; /* NULL: not loaded */
    bool has_code;     /* code_hash is not EMPTY_CODE */
    bool exists;       /* false: absent, the rest is zero and code_hash is EMPTY_CODE */
    bool destructed;   /* SELFDESTRUCT took hold; gone at the end of the transaction */
    uint32_t created;  /* number of the transaction that created it (EIP-6780) */
};

/* One address as this state knows it. Read the fields after state_load; write through the mutators. */
struct account {
    address at;
    uint32_t id;
    uint32_t step;   /* loaded and reported in this step */
    uint32_t warm;   /* number of the transaction in whose access set it is */
    uint32_t wiped;  /* how often its storage was destroyed; slots of older counts are zero */
    bool known;      /* f is valid, from this step or an earlier one */
    bool dirty;      /* in the list of accounts to settle */
    bool has_key;    /* key is computed */
    bool base_wiped; /* the storage trie restarts empty at the next settle */
    struct account_fields f;
    bytes32 key; /* keccak(at) */
    /* as settled */
    u256 base_balance;
    uint64_t base_nonce;
    bytes32 base_code_hash;
    bytes32 base_storage_root;
    bool base_exists;
    bool has_trie;
    struct mpt trie;
    struct slot *dirty_slots;
};

/* One storage slot. */
struct slot {
    u256 key;
    u256 value;
    u256 original; /* at the start of the transaction */
    u256 base;     /* as settled */
    struct account *account;
    struct slot *next_dirty;
    uint32_t step;
    uint32_t tx; /* transaction for which original holds */
    uint32_t warm;
    uint32_t wiped;
    bool known; /* value is valid, from this step or an earlier one */
    bool dirty;
    bool has_hash;
    bytes32 hash; /* keccak(key) */
};

struct state_log {
    address at;
    uint8_t topic_count;
    bytes32 topics[4];
    wh_span data;
};

struct state_checkpoint {
    size_t journal;
    size_t logs;
    int64_t refund;
};

struct state_place {
    uint64_t hash;
    void *item; /* NULL: free */
};
struct state_table { /* open addressing; private */
    struct state_place *places;
    size_t mask;
    size_t count;
};

struct state {
    struct wh_arena *arena; /* borrowed; no other user may rewind it below what the state holds */
    const struct wh_preimages *preimages;
    const struct evm_crypto *crypto;
    struct code_cache *codes;
    struct code_cache own_codes;
    uint64_t epoch;
    struct code empty_code;
    struct mpt_pool pool;
    struct mpt trie;
    wh_status failure; /* sticky */
    uint32_t step, tx;
    int64_t refund; /* of the running transaction */
    struct state_table accounts, slots, transients;
    uint64_t seed;
    uint8_t *journal;
    size_t journal_len, journal_cap;
    struct state_log *logs; /* of the running transaction; valid until the next state_begin_tx */
    size_t log_count, log_cap;
    struct account **dirty;
    size_t dirty_count, dirty_cap;
    bool ripemd_touched;
};

/* ---- life ---- */

/* state_init opens the state of that root. codes may be NULL: then a cache of its own, in arena. */
WH_MUST wh_status state_init(struct state *st, struct wh_arena *arena,
                             const struct wh_preimages *preimages, const struct evm_crypto *crypto,
                             struct code_cache *codes, const bytes32 *root);

/* state_begin_step starts a step: from here on every object is reported anew. state_init did the first. */
void state_begin_step(struct state *st);

/* state_begin_tx starts a transaction or system call: empty access sets, transient storage, journal,
 * logs, refund. */
void state_begin_tx(struct state *st);

/* state_commit_tx ends it: destroyed accounts go; from Spurious on touched empty accounts go (EIP-161),
 * to London asked for if still unknown, later only if loaded in this step (PROTOCOL 4.3). Logs stay
 * readable. */
WH_MUST wh_status state_commit_tx(struct state *st, enum evm_fork fork);

/* state_settle writes the net changes since the last settle to the tries (PROTOCOL 4.1) and gives the new
 * root. made (may be NULL) receives new nodes and codes. No transaction is open. */
WH_MUST wh_status state_settle(struct state *st, const struct wh_sink *made, bytes32 *root);

/* state_root is the root as of the last settle or init. */
bytes32 state_root(const struct state *st);

/* ---- frames ---- */

static inline struct state_checkpoint state_checkpoint(const struct state *st)
{
    return (struct state_checkpoint){st->journal_len, st->log_count, st->refund};
}
void state_revert(struct state *st, struct state_checkpoint to);

/* ---- accounts ---- */

/* state_account is the handle of an address; NULL: arena full (sticky WH_E_NOMEM). */
struct account *state_account(struct state *st, const address *at);

wh_status state_load_slow(struct state *st, struct account *a);
/* state_load: a->f is valid, and what it depends on is reported in this step. */
WH_MUST static inline wh_status state_load(struct state *st, struct account *a)
{
    return a->step == st->step && st->failure == WH_OK ? WH_OK : state_load_slow(st, a);
}

/* state_load_code loads the account and its code: a->f.code. */
WH_MUST wh_status state_load_code(struct state *st, struct account *a);

/* Empty in the sense of EIP-161: no code, nonce 0, balance 0. Absent accounts are empty. */
static inline bool account_is_empty(const struct account *a)
{
    return a->f.nonce == 0 && !a->f.has_code && u256_is_zero(&a->f.balance);
}
/* account_has_storage: EIP-7610; no slot is asked for. */
bool account_has_storage(const struct account *a);

/* Mutators. Each journals and may give WH_E_NOMEM. */
WH_MUST wh_status state_set_nonce(struct state *st, struct account *a, uint64_t nonce);
WH_MUST wh_status state_set_balance(struct state *st, struct account *a, const u256 *balance);
/* state_add_balance touches and creates; the sum does not wrap in any reachable state (modulo 2^256). */
WH_MUST wh_status state_add_balance(struct state *st, struct account *a, const u256 *amount);
/* state_sub_balance: balance >= amount (asserted). */
WH_MUST wh_status state_sub_balance(struct state *st, struct account *a, const u256 *amount);
WH_MUST wh_status state_set_code(struct state *st, struct account *a, wh_span code);
/* state_make: an absent account exists from now on, empty (before Spurious). */
WH_MUST wh_status state_make(struct state *st, struct account *a);
/* state_mark_created: as state_make, and created in this transaction (EIP-6780). */
WH_MUST wh_status state_mark_created(struct state *st, struct account *a);
static inline bool state_is_created(const struct state *st, const struct account *a)
{
    return a->f.created == st->tx;
}
WH_MUST wh_status state_mark_destructed(struct state *st, struct account *a);
/* state_touch needs no load. The touch of 0x03 survives a revert (mainnet block 2675119). */
WH_MUST wh_status state_touch(struct state *st, struct account *a);

/* state_warm puts it into the access set; *cold: it was not there. No load. */
WH_MUST wh_status state_warm(struct state *st, struct account *a, bool *cold);

/* ---- storage ---- */

/* state_slot is the handle of a slot; NULL: arena full (sticky). Neither slot nor account is loaded. */
struct slot *state_slot(struct state *st, struct account *a, const u256 *key);
wh_status state_load_slot_slow(struct state *st, struct slot *s);
/* state_load_slot: value and original are valid. Loads the account as well. */
WH_MUST static inline wh_status state_load_slot(struct state *st, struct slot *s)
{
    return s->tx == st->tx && s->step == st->step && st->failure == WH_OK
               ? WH_OK
               : state_load_slot_slow(st, s);
}
WH_MUST wh_status state_set_slot(struct state *st, struct slot *s, const u256 *value);
WH_MUST wh_status state_warm_slot(struct state *st, struct slot *s, bool *cold);

/* Transient storage (EIP-1153). */
WH_MUST wh_status state_get_transient(struct state *st, struct account *a, const u256 *key,
                                      u256 *out);
WH_MUST wh_status state_set_transient(struct state *st, struct account *a, const u256 *key,
                                      const u256 *value);

/* ---- logs, refunds ---- */

/* state_log appends; data is copied. topics may be NULL if n is 0. */
WH_MUST wh_status state_log(struct state *st, const address *at, const bytes32 *topics, unsigned n,
                            wh_span data);
static inline void state_refund(struct state *st, int64_t delta)
{
    st->refund += delta;
}

/* ---- outside transactions: queries and genesis ---- */

struct state_info {
    bool exists;
    uint64_t nonce;
    u256 balance;
    bytes32 code_hash;
};
WH_MUST wh_status state_get(struct state *st, const address *at, struct state_info *out);
/* *code is borrowed as long as the code cache lives. */
WH_MUST wh_status state_get_code(struct state *st, const address *at, wh_span *code);
WH_MUST wh_status state_get_slot(struct state *st, const address *at, const u256 *key, u256 *out);
/* state_prove_account and state_prove_slot give the proof of EIP-1186 in the settled state (mpt_prove).
 * An account that is absent has no slots: nothing is emitted. */
WH_MUST wh_status state_prove_account(struct state *st, const address *at, mpt_proof_node emit,
                                      void *ctx);
WH_MUST wh_status state_prove_slot(struct state *st, const address *at, const u256 *key,
                                   mpt_proof_node emit, void *ctx);

/* Direct writes, not journaled, between transactions; state_settle makes them last. */
WH_MUST wh_status state_put_account(struct state *st, const address *at, uint64_t nonce,
                                    const u256 *balance, wh_span code);
WH_MUST wh_status state_put_slot(struct state *st, const address *at, const u256 *key,
                                 const u256 *value);

#endif
