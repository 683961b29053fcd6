/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_DEVNET_TABLE_H
#define WH_DEPLOY_DEVNET_TABLE_H

/* A table from 32-byte hashes to borrowed pointers. Entries are replaced, never removed. */

#include "evm/base/bytes.h"
#include "evm/base/status.h"

struct table_entry {
    bytes32 key;
    void *value; /* NULL: free place */
};

struct table {
    struct table_entry *entries; /* owns; open addressing, a power of two */
    size_t cap, count;
};

WH_MUST wh_status table_put(struct table *t, const bytes32 *key, void *value);
void *table_get(const struct table *t, const bytes32 *key); /* NULL: not here */
void table_done(struct table *t);

#endif
