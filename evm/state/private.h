/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_STATE_PRIVATE_H
#define WH_EVM_STATE_PRIVATE_H

/* What the files of this room share. */

#include "evm/state/state.h"

/* The journal is a stack of bytes: payload, object, kind; undone from the end. */
enum journal_kind {
    JOURNAL_ACCOUNT = 1, /* struct account_fields */
    JOURNAL_SLOT,        /* u256 */
    JOURNAL_TRANSIENT,   /* u256 */
    JOURNAL_WARM_ACCOUNT,
    JOURNAL_WARM_SLOT,
    JOURNAL_TOUCH,
};

struct journal_tail {
    void *object;
    uint64_t kind;
};

struct transient {
    u256 key;
    u256 value;
    struct account *account;
    uint32_t tx; /* value holds in this transaction alone */
};

wh_status state_fail(struct state *st, wh_status status);

wh_status journal_push(struct state *st, enum journal_kind kind, void *object, const void *payload,
                       size_t size);
/* journal_pop gives the last record at *len and moves *len before it. */
enum journal_kind journal_pop(const struct state *st, size_t *len, void **object,
                              const uint8_t **payload);

/* state_grow returns room for one more element of size bytes: *items is moved when full. */
wh_status state_grow(struct state *st, void **items, size_t *cap, size_t count, size_t size);

wh_status table_init(struct state *st, struct state_table *t, size_t places);
/* table_make_room keeps the load under one half; call it before an insertion. */
wh_status table_make_room(struct state *st, struct state_table *t);

uint64_t state_hash_slot(const struct state *st, const struct account *a, const u256 *key);

wh_status state_mark_dirty(struct state *st, struct account *a);
/* account_destroy: absent, with empty storage, from now on; not journaled. */
wh_status account_destroy(struct state *st, struct account *a);
void account_key(struct state *st, struct account *a);
void slot_hash(struct state *st, struct slot *s);
wh_status account_trie(struct state *st, struct account *a);

/* Account leaves: RLP [nonce, balance, storage root, code hash], strict (F3). */
#define ACCOUNT_RLP_MAX 112
wh_status account_decode(wh_span rlp, uint64_t *nonce, u256 *balance, bytes32 *storage_root,
                         bytes32 *code_hash);
size_t account_encode(uint64_t nonce, const u256 *balance, const bytes32 *storage_root,
                      const bytes32 *code_hash, uint8_t out[ACCOUNT_RLP_MAX]);

#endif
